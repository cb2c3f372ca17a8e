"""Why this amount: its tree down to the fields and clauses, and the clause itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter
from nicegui import ui
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from chspay_core.errors import Fault
from chspay_core.wording import unit_text
from chspay_kit.markup import Part, Safe, join, tag
from chspay_portal import reasons, words
from chspay_portal.frame import PATIENCE, show
from chspay_portal.gateway import Refused, refused
from chspay_portal.portal import Visit, visit_of
from chspay_portal.view import tree
from chspay_portal.view.layout import HOME, Sheet
from chspay_portal.view.parts import card, evidence_tag, facts, href, link

router = APIRouter(include_in_schema=False)

_DEPTH = 6
_CHILDREN = 20
_EXAMPLES = 3


@ui.page("/why", response_timeout=PATIENCE)
async def why_page(request: Request, ref: str = "") -> Response | None:
    """The tree of one amount."""
    return await show(request, lambda visit: _build(visit, ref))


async def _build(visit: Visit, ref: str) -> Sheet:
    root = await _read(visit, ref)
    parts: list[Part] = [
        _clauses(root),
        card(
            tag("h2", "怎样算出"),
            tag(
                "p",
                "点一行展开或收起。键盘：↑↓ 移动，→ 展开，← 收起，回车打开该行的依据条款。",
                cls="soft noprint",
            ),
            tag("p", id="tree-told", role="status"),
            tree.tree(root),
        ),
    ]
    return Sheet(
        title=f"为什么是 {tree.value_text(root)}",
        lead=f"{root['label']}的完整来历：每一级都由下级重新计算并核对，直到清单字段、预算或文件条款。",
        crumbs=[HOME, *_way_back(ref), "为什么是这个金额"],
        evidence=tree.weakest(root),
        parts=parts,
    )


async def _read(visit: Visit, ref: str) -> dict[str, Any]:
    """The tree; of a long sum the first part is opened until a clause is in sight, as an example."""
    root: dict[str, Any] = await visit.get("lineage", ref=ref, depth=_DEPTH, page_size=_CHILDREN)
    for _ in range(_EXAMPLES):
        closed = tree.first_closed(root)
        if closed is None or next(tree.clauses(root), None) is not None:
            break
        opened = await visit.get("lineage", ref=closed["ref"], depth=_DEPTH, page_size=_CHILDREN)
        closed |= {name: opened[name] for name in ("inputs", "formula", "checked", "rule", "source", "more")}
    return root


def _way_back(ref: str) -> list[Part]:
    """The run and the statement the amount stands in, from its name."""
    steps = [unquote(step) for step in ref.split("/")]
    if len(steps) < 4 or steps[0] != "run":
        return []
    found: list[Part] = [link("本次结算", href("runs", steps[1]))]
    if steps[2] in {"hospital", "case", "block"}:
        found.append(link("结算单", href("runs", steps[1], "statement", hospital=steps[3])))
    return found


def _clauses(root: dict[str, Any]) -> Safe:
    rules = list(tree.clauses(root))
    if not rules:
        return join()
    shown = [
        tag("li", tree.clause_link(rule), f"　{rule['label']} ", evidence_tag(rule["evidence"]))
        for rule in rules
    ]
    return card(
        tag("h2", "依据的条款"),
        tag("p", "点条款看文件、条文和所定的规则。", cls="soft"),
        tag("ul", *shown, cls="clauses"),
    )


@router.get("/why/inside")
async def inside(request: Request, ref: str = "", page_token: str = "", level: int = 2) -> Response:
    """What stands under a node that was opened: a piece of the page, put in by its script."""
    visit = visit_of(request)
    try:
        if visit is None:
            raise refused(Fault(reasons.SIGN_IN_ENDED), HTTPStatus.UNAUTHORIZED)
        node = await visit.get("lineage", ref=ref, depth=2, page_size=_CHILDREN, page_token=page_token)
    except Refused as error:
        return PlainTextResponse(f"{error.detail}（{error.code}）", error.status)
    return HTMLResponse(tree.inside(node, max(2, min(level, 60))).html, headers={"Cache-Control": "no-store"})


@ui.page("/clause", response_timeout=PATIENCE)
async def clause_page(request: Request, cite: str = "", key: str = "") -> Response | None:
    """A clause: the document, the article, and what it rules."""
    return await show(request, lambda visit: _clause(visit, cite, key))


async def _clause(visit: Visit, cite: str, key: str) -> Sheet:
    name, _, article = cite.partition("#")
    if not name:
        raise refused(Fault(reasons.PAGE_UNKNOWN), HTTPStatus.NOT_FOUND)
    document = await visit.get("documents", name)
    rules = [rule for rule in document["rules"] if rule["citation"] == cite]
    rules.sort(key=lambda rule: (rule["key"] != key, rule["key"], rule["since"] or ""))
    evidence = next((rule["evidence"] for rule in rules if rule["key"] == key), "")
    days = [
        ("文号", document["number"] or "—", ""),
        ("发布机构", document["issuer"], ""),
        ("性质", words.said(words.STANDINGS, document["standing"]), ""),
        ("印发日", document["issued"] or "—", ""),
        ("施行日", document["effective"] or "—", ""),
        ("废止日", document["repealed"] or "—", ""),
    ]
    ruled = [_rule(rule, await visit.place(rule["place"]), chosen=rule["key"] == key) for rule in rules]
    return Sheet(
        title=f"《{document['title']}》{article}",
        lead="下面是这一条规定的内容，系统按它计算；每次修改都留有日期和出处，不覆盖旧的。",
        crumbs=[HOME, "依据"],
        evidence=evidence,
        parts=[
            card(tag("h2", "文件"), facts(days)),
            tag("div", *(ruled or [card(tag("p", "系统没有登记按这一条计算的规则。", cls="soft"))])),
        ],
    )


def _rule(rule: dict[str, Any], place: str, *, chosen: bool) -> Safe:
    since = f"自 {rule['since']} 起施行" if rule["since"] else ""
    return card(
        tag("h2", rule["label"], " ", evidence_tag(rule["evidence"])),
        tag("blockquote", _value(rule)),
        tag("p", f"{since}　由{place}规定　参数 ", tag("code", rule["key"]), cls="soft"),
        cls="clause chosen" if chosen else "clause",
    )


def _value(rule: dict[str, Any]) -> Part:
    """A rule's value as it is read: a figure with its unit, a list, or a table."""
    value = rule["value"]
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        heads = list(dict.fromkeys(name for row in value for name in row))
        return tag(
            "table",
            tag(
                "thead",
                tag("tr", *(tag("th", words.said(words.COLUMNS, name), scope="col") for name in heads)),
            ),
            tag(
                "tbody", *(tag("tr", *(tag("td", str(row.get(name, ""))) for name in heads)) for row in value)
            ),
        )
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    if "@" in str(value):
        return join("计算方法 ", tag("code", str(value)))
    unit = unit_text(rule["unit"])
    return f"{value} {unit if unit != rule['unit'] else ''}".strip()
