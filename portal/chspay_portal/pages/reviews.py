"""Blind review: an expert's own panels, the pack without names, the score sheet, the opinion, the vote."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from nicegui import ui
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chspay_kit.markup import Part, Safe, join, money, tag
from chspay_kit.notices import OUTCOMES
from chspay_portal.forms import Again, posted, text, texts
from chspay_portal.frame import PATIENCE, show, to_sign_in
from chspay_portal.gateway import Refused
from chspay_portal.portal import Visit, visit_of
from chspay_portal.view.layout import Sheet
from chspay_portal.view.parts import Cell, Column, card, digest, facts, href, link, table, text_cell

router = APIRouter(include_in_schema=False)
HERE = "/reviews"
_STATES = {
    "drawn": "待声明",
    "scoring": "独立评分",
    "opinion": "合议表决",
    "concluded": "已作结论",
    "dissolved": "已解散",
    "province": "转省级",
}
_SEATS = {"asked": "待您声明", "accepted": "已声明", "recused": "已回避", "left": "已退出"}
_STAGES = {"first": "首次", "province": "省级", "reconsider": "复核"}
_SCORES = (
    ("necessity", "必要性"),
    ("reasonableness", "合理性"),
    ("complexity", "复杂程度"),
    ("coding", "编码正确性"),
)
_REASONS = (
    ("HIGH_COST", "费用高且合理"),
    ("CRITICAL", "病情危重"),
    ("NEW_TECH", "新技术"),
    ("CODING", "编码问题"),
    ("UNREASONABLE", "费用不合理"),
    ("NOT_SHOWN", "材料不足以证明"),
    ("WITHIN_STANDARD", "在标准以内"),
)
_VOTES = (("yes", "赞成"), ("no", "反对"), ("abstain", "弃权"))
_COLUMNS = (Column("评审"), Column("阶段"), Column("进展"), Column("您的席位"), Column("期限"))


@ui.page("/reviews", response_timeout=PATIENCE)
async def reviews_page(request: Request) -> Response | None:
    """The expert's own reviews."""
    return await show(request, _list)


@ui.page("/reviews/{panel_id}", response_timeout=PATIENCE)
async def review_page(request: Request, panel_id: str) -> Response | None:
    """One review."""
    return await show(request, lambda visit: _review(visit, panel_id))


@router.get("/reviews/{panel_id}/files/{file_id}")
async def review_file(request: Request, panel_id: str, file_id: str) -> Response:
    """A file of the pack, always as a download."""
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    try:
        found = await visit.gateway.raw(visit.session.key, "reviews", panel_id, "files", file_id)
    except Refused as error:
        return PlainTextResponse(f"{error.detail}\n{error.code}\n", error.status)
    kept = {name: found.headers[name] for name in ("content-type", "content-disposition")}
    return Response(found.content, headers={**kept, "Cache-Control": "no-store"})


@router.post("/reviews/{panel_id}/{step}")
async def take(request: Request, panel_id: str, step: str) -> Response:
    """Declares, steps back, scores, proposes or votes."""

    async def work(visit: Visit, form: FormData) -> str:
        body = _BODIES[step](form) if step in _BODIES else {}
        if step == "vote":
            asked = await visit.get("reviews", panel_id, "ballot", vote=text(form, "vote"))
            body["digest"] = asked["digest"]
        await visit.send("POST", "reviews", panel_id, step, body=body)
        return href("reviews", panel_id)

    return await posted(request, href("reviews", panel_id), work)


async def _list(visit: Visit) -> Sheet:
    found = await visit.get("reviews")
    rows = [
        [
            Cell(link(row["panel_id"], href("reviews", row["panel_id"])), row["panel_id"]),
            text_cell(_STAGES.get(row["stage"], row["stage"])),
            text_cell(_STATES.get(row["panel_state"], row["panel_state"])),
            text_cell(_SEATS.get(row["seat_state"], row["seat_state"])),
            text_cell(row["due"] or "—"),
        ]
        for row in found["items"]
    ]
    shown: Part = tag("p", "现在没有请您评审的案件。", cls="soft")
    if rows:
        shown = table("reviews", _COLUMNS, rows, caption="点评审编号打开。")
    return Sheet(
        title="我的评审",
        lead="材料已隐去医疗机构、科室、医师和患者。请先独立评分，全部专家评分收齐以后再合议、表决。",
        here=HERE,
        parts=[card(shown)],
    )


async def _review(visit: Visit, panel_id: str) -> Sheet:
    here = href("reviews", panel_id)
    again = Again(visit.session, here)
    row = next((item for item in (await visit.get("reviews"))["items"] if item["panel_id"] == panel_id), None)
    found: dict[str, Any] | None = None
    if row is None or row["seat_state"] != "asked":
        found = await visit.get("reviews", panel_id)
        row = found["review"]
    parts: list[Part] = [
        _standing(row),
        card(tag("h2", "现在可以办理"), again.told(), _acts(row, found, again, here)),
    ]
    if found is not None:
        parts += [_pack(found["pack"], here), _sheets(found)]
    return Sheet(
        title=f"评审 {panel_id}",
        lead="请只依据材料判断；发现与您有利害关系的，随时申请回避。",
        crumbs=[link("我的评审", HERE), panel_id],
        here=HERE,
        parts=parts,
    )


def _standing(row: dict[str, Any]) -> Safe:
    return card(
        facts(
            [
                ("进展", _STATES.get(row["panel_state"], row["panel_state"]), ""),
                ("您的席位", _SEATS.get(row["seat_state"], row["seat_state"]), ""),
                ("阶段", _STAGES.get(row["stage"], row["stage"]), ""),
                ("期限", row["due"] or "—", ""),
                ("您的评分", "已提交" if row["sheet_in"] else "未提交", ""),
                ("您的表决", "已投" if row["voted"] else "未投", ""),
            ]
        )
    )


def _acts(row: dict[str, Any], found: dict[str, Any] | None, again: Again, here: str) -> Safe:
    shown: list[Part] = []
    if row["seat_state"] == "asked":
        shown.append(
            again.form(
                f"{here}/declaration",
                tag("p", again.box("no_conflict", "yes", "我与本案没有利害关系", required=True)),
                tag("p", again.box("confidential", "yes", "我对评审材料和过程保密", required=True)),
                button="声明并查看材料",
            )
        )
    elif row["panel_state"] == "scoring" and not row["sheet_in"]:
        shown.append(_sheet_form(again, here))
    elif row["panel_state"] == "opinion" and not row["voted"]:
        if found is not None and found["opinion"]:
            shown.append(_vote_form(again, here))
        shown.append(
            tag("details", tag("summary", "提出或修改合议意见"), _opinion_form(again, here), cls="act")
        )
    if row["seat_state"] in {"asked", "accepted"} and not row["voted"]:
        form = again.form(
            f"{here}/recusal", again.line("reason", "回避事由", required=True), button="申请回避", second=True
        )
        shown.append(tag("details", tag("summary", "申请回避"), form, cls="act"))
    return join(*shown) if shown else tag("p", "现在没有等您办理的事项。", cls="soft")


def _sheet_form(again: Again, here: str) -> Safe:
    scores = [again.line(name, f"{word}（0至100分）", required=True) for name, word in _SCORES]
    return again.form(
        f"{here}/sheet",
        tag("p", "独立评分，收齐以前别人看不到；提交后不能更改。", cls="soft"),
        tag("div", *scores, cls="rules"),
        again.choice("conclusion", "结论", tuple(OUTCOMES.items())),
        again.line("confidence", "把握程度（1至5，5为最高）", required=True),
        again.paragraph("reason", "理由"),
        again.line("item", "不合理费用的项目", "没有可以不填"),
        again.line("amount", "不合理费用（元）"),
        button="提交评分表",
    )


def _opinion_form(again: Again, here: str) -> Safe:
    return again.form(
        f"{here}/opinion",
        again.choice("outcome", "结论", tuple(OUTCOMES.items())),
        again.choice("reason_code", "理由种类", _REASONS),
        again.paragraph("reasons", "理由"),
        again.line("cites", "依据", "用分号分开", required=True),
        again.line("drg", "重新分入的病组"),
        button="提出合议意见",
        second=True,
    )


def _vote_form(again: Again, here: str) -> Safe:
    return again.form(
        f"{here}/vote",
        again.choice("vote", "对合议意见表决", _VOTES),
        again.line("signature", "对选票摘要的SM2签名", "登记了公钥的专家必须填写"),
        button="表决",
    )


def _pack(pack: dict[str, Any], here: str) -> Safe:
    pairs: list[tuple[str, Part, str]] = [(one["label"], one["value"], "") for one in pack["facts"]]
    files = [
        tag("li", link(f"{one['kind']}（{one['size']:,} 字节）", f"{here}/files/{one['file_id']}"))
        for one in pack["files"]
    ]
    return card(
        tag("h2", "送审材料（已脱敏）"),
        tag("p", pack["dispute"]),
        facts(pairs),
        tag("p", tag("strong", "诊断　"), "、".join(pack["diagnoses"]) or "—"),
        tag("p", tag("strong", "手术操作　"), "、".join(pack["procedures"]) or "—"),
        tag("ul", *files, cls="clauses") if files else "",
        tag("p", "材料指纹 ", digest(pack["digest"], short=True), cls="soft"),
    )


def _sheets(found: dict[str, Any]) -> Part:
    """The sheets, once all are in, by tokens; and the opinion that is voted on."""
    shown: list[Part] = []
    given = found["sheets"] or ([{"token": found["token"], "sheet": found["own"]}] if found["own"] else [])
    for one in given:
        sheet = one["sheet"]
        scores = "，".join(f"{word} {sheet[name]}" for name, word in _SCORES)
        whose = "您" if one["token"] == found["token"] else one["token"]
        told = (
            f"{whose}：{OUTCOMES.get(sheet['conclusion'], sheet['conclusion'])}；{scores}。{sheet['reason']}"
        )
        avoidable = "；".join(f"{item['item']} {money(item['amount'])} 元" for item in sheet["avoidable"])
        shown.append(tag("li", told, f" 不合理费用：{avoidable}。" if avoidable else ""))
    opinion: Part = ""
    if found["opinion"]:
        item = found["opinion"]
        opinion = join(
            tag("h3", "合议意见"),
            tag("p", tag("strong", OUTCOMES.get(item["outcome"], item["outcome"])), f"　{item['reasons']}"),
        )
    return card(tag("h2", "评分"), tag("ul", *shown, cls="clauses"), opinion) if shown else ""


def _whole(given: str) -> int | str:
    """A whole number, or what was typed, which the gateway then refuses in its own words."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else given


def _declared(form: FormData) -> dict[str, Any]:
    return {name: bool(texts(form, name)) for name in ("no_conflict", "confidential")}


def _recused(form: FormData) -> dict[str, Any]:
    return {"reason": text(form, "reason")}


def _scored(form: FormData) -> dict[str, Any]:
    body: dict[str, Any] = {name: _whole(text(form, name)) for name, _ in (*_SCORES, ("confidence", ""))}
    body |= {name: text(form, name) for name in ("conclusion", "reason")}
    if text(form, "item"):
        amount = text(form, "amount") or "0"
        body["avoidable"] = [
            {"item": text(form, "item"), "amount": amount, "reason": text(form, "reason")[:200]}
        ]
    return body


def _proposed(form: FormData) -> dict[str, Any]:
    cites = [part.strip() for part in text(form, "cites").replace("；", ";").split(";") if part.strip()]
    return {name: text(form, name) for name in ("outcome", "reason_code", "reasons", "drg")} | {
        "cites": cites
    }


def _voted(form: FormData) -> dict[str, Any]:
    return {name: text(form, name) for name in ("vote", "signature")}


_BODIES = {
    "declaration": _declared,
    "recusal": _recused,
    "sheet": _scored,
    "opinion": _proposed,
    "vote": _voted,
}
