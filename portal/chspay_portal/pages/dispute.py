"""One case: what it is about, what was decided and what that moves, its clocks, what can be done now."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from nicegui import ui
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chspay_core.amounts import yuan_to_fen
from chspay_kit.markup import Part, Safe, join, money, tag
from chspay_kit.notices import OUTCOMES
from chspay_portal.forms import Again
from chspay_portal.frame import PATIENCE, show, to_sign_in
from chspay_portal.gateway import Refused
from chspay_portal.pages.dispute_acts import acts
from chspay_portal.pages.dispute_file import criteria_list, figures_of, materials
from chspay_portal.pages.disputes import DISPUTES, HERE, clock
from chspay_portal.portal import Visit, visit_of
from chspay_portal.view.layout import Sheet
from chspay_portal.view.parts import Cell, Column, card, digest, facts, href, link, table, text_cell

router = APIRouter(include_in_schema=False)
_STEPS = (
    Column("办理"),
    Column("从"),
    Column("到"),
    Column("由谁"),
    Column("日期"),
    Column("理由"),
    Column("指纹"),
)
_CLOCKS = (Column("期限"), Column("到期日"), Column("状态"), Column("届满后"))
_CLOCK_STATES = {"waiting": "进行中", "fired": "已届满", "stopped": "已停止", "failed": "须人工处理"}


@ui.page("/disputes/of/{case_no}", response_timeout=PATIENCE)
async def dispute_page(request: Request, case_no: str) -> Response | None:
    """One case."""
    return await show(request, lambda visit: _build(visit, case_no))


@router.get("/disputes/of/{case_no}/papers/{attachment_id}")
async def paper_file(request: Request, case_no: str, attachment_id: str) -> Response:
    """A paper of a case, always as a download."""
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    try:
        found = await visit.gateway.raw(visit.session.key, "disputes", case_no, "attachments", attachment_id)
    except Refused as error:
        return PlainTextResponse(f"{error.detail}\n{error.code}\n", error.status)
    kept = {name: found.headers[name] for name in ("content-type", "content-disposition")}
    return Response(found.content, headers={**kept, "Cache-Control": "no-store"})


async def _build(visit: Visit, case_no: str) -> Sheet:
    case, history, clocks, explained = await asyncio.gather(
        visit.get("disputes", case_no),
        visit.get("disputes", case_no, "history"),
        visit.get("disputes", case_no, "deadlines"),
        visit.get("disputes", case_no, "explanation"),
    )
    here = href("disputes", "of", case_no)
    again = Again(visit.session, here)
    papers = await materials(visit, case["pool"], case["type"])
    parts: list[Part] = [
        _summary(case),
        _result(case, explained),
        card(tag("h2", "现在可以办理"), again.told(), acts(case, again, papers, visit.session), id="acts"),
        _about(case),
        _papers(case, papers),
        _clock_table(clocks),
        _history(history),
    ]
    return Sheet(
        title=f"{case['type_name']} {case_no}",
        lead=f"{case['hospital_name'] or case['hospital_code']} 提出，申报周期 {case['cycle'] or '—'}。",
        crumbs=[DISPUTES, case_no],
        here=HERE,
        parts=parts,
    )


def _summary(case: dict[str, Any]) -> Safe:
    waiting = [f"{step['text']}（{'、'.join(step['roles'])}）" for step in case["next"] if step["roles"]]
    told = (
        "已办结。" if case["closed"] else "下一步：" + ("；".join(waiting) or "由系统按期限自动进行") + "。"
    )
    return card(
        facts(
            [
                ("状态", tag("span", case["state_text"], cls="mark official"), ""),
                ("期限", clock(case), ""),
                ("进入本状态", case["entered"] or "—", ""),
                ("申请日期", case["filed"] or "—", ""),
            ]
        ),
        tag("p", told, cls="soft"),
    )


def _result(case: dict[str, Any], explained: dict[str, Any]) -> Safe:
    """The decision that stands, and what it moves, to the fen."""
    standing = [item for item in case["decisions"] if not item["dropped"]]
    if not standing:
        return join()
    item = standing[-1]
    pairs: list[tuple[str, Part, str]] = [
        ("结论", OUTCOMES.get(item["outcome"], item["outcome"]), ""),
        ("裁定书编号", item["decision_no"] or "告知时编号", ""),
        ("裁定日期", item["decided_on"] or "—", ""),
        ("点数变化", _signed(item["delta_points"]), "点"),
        ("金额变化", _moved(item["delta"]), ""),
        ("当月点值变化", _signed(explained["point_value_delta"]), "元/点"),
    ]
    return card(
        tag("h2", "裁定结果"),
        facts(pairs),
        tag("p", tag("strong", "理由　"), item["reasons"]),
        tag("p", tag("strong", "依据　"), "、".join(item["cites"])),
        tag("p", f"签署 {item['signatures']} 人　裁定指纹 ", digest(item["digest"], short=True), cls="soft"),
        cls="clause chosen",
        id="result",
    )


def _signed(text: str | None) -> str:
    if not text:
        return "—"
    return text if text.startswith("-") else f"+{text}"


def _moved(delta: str | None) -> Part:
    """A difference in yuan and in fen, so that nothing is lost between them."""
    if delta is None:
        return "入账时计算"
    fen = yuan_to_fen(delta)
    sign, cls = ("+", "good") if fen > 0 else ("", "bad" if fen < 0 else "")
    return join(
        tag("span", f"{sign}{money(delta)}", cls=cls), tag("small", f" 元（{sign}{money(str(fen))} 分）")
    )


def _about(case: dict[str, Any]) -> Safe:
    figures = case["figures"]
    shown: Part = ""
    if figures:
        shown = facts(figures_of(figures))
        if case["type"] == "T1":
            shown = join(shown, tag("h3", "特例标准"), criteria_list(case["criteria"]))
    subject = tag("p", f"所争议的认定：{case['subject_ref']}") if case["subject_ref"] else ""
    disputed = tag("p", f"争议金额 {money(case['disputed'])} 元") if case["disputed"] != "0.00" else ""
    return card(
        tag("h2", "申请"),
        tag("p", case["reason"]),
        subject,
        disputed,
        shown,
        tag("p", "申请内容指纹 ", digest(case["content_digest"], short=True), cls="soft"),
    )


def _papers(case: dict[str, Any], known: list[dict[str, str]]) -> Safe:
    names = {row["kind"]: row["name"] for row in known}
    rows = [
        tag(
            "li",
            link(
                f"{item['file_name']}（{names.get(item['kind'], item['kind'])}，{item['size']:,} 字节）",
                href("disputes", "of", case["case_no"], "papers", item["attachment_id"]),
            ),
            " ",
            digest(item["digest"], short=True),
        )
        for item in case["attachments"]
    ]
    lacking = "、".join(names.get(kind, kind) for kind in case["lacking"])
    return card(
        tag("h2", "材料"),
        tag("p", f"需要补正：{lacking}", cls="notice") if lacking and not case["closed"] else "",
        tag("ul", *rows, cls="clauses") if rows else tag("p", "还没有材料。", cls="soft"),
    )


def _clock_table(found: dict[str, Any]) -> Safe:
    rows = [
        [
            text_cell(item["text"]),
            text_cell(item["due"] or "—"),
            text_cell(_CLOCK_STATES.get(item["state"], item["state"])),
            text_cell(item["event"] or "—"),
        ]
        for item in found["items"]
        if item["kind"] == "due"
    ]
    if not rows:
        return join()
    shown = table("clocks", _CLOCKS, rows, caption="按工作日计算，调休日照已公布的安排。", sortable=False)
    return card(tag("h2", "期限"), shown)


def _history(found: dict[str, Any]) -> Safe:
    rows = [
        [
            text_cell(f"{item['seq']}　{item['text']}"),
            text_cell(item["from_text"] or "—"),
            text_cell(item["to_text"]),
            text_cell("　".join(filter(None, (item["role"], item["actor"])))),
            text_cell(item["day"] or "—"),
            text_cell(item["reason"] or "—"),
            Cell(digest(item["digest"], short=True), item["digest"]),
        ]
        for item in found["items"]
    ]
    whole = found["intact"]
    told = "每一步都接着上一步的指纹，与案件现在的状态相符。" if whole else "办理过程与指纹不符，请联系稽核。"
    return card(
        tag("h2", "办理过程"),
        tag("p", told, cls="good" if whole else "alert"),
        table("steps", _STEPS, rows, caption="只增不改。", sortable=False),
    )
