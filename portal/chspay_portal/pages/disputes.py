"""Disputes as lists: a hospital's own cases, an officer's queue with its clocks."""

from __future__ import annotations

from typing import Any

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from chspay_kit.markup import Part, Safe, join, tag
from chspay_portal.frame import PATIENCE, show
from chspay_portal.portal import Visit
from chspay_portal.view.layout import Sheet
from chspay_portal.view.parts import Cell, Column, card, figure, href, link, table, text_cell

HERE = "/disputes"
DISPUTES = link("争议", HERE)
_COLUMNS = (
    Column("案件"),
    Column("种类"),
    Column("医疗机构"),
    Column("状态"),
    Column("期限"),
    Column("病组"),
    Column("总费用", "money", "元"),
    Column("申请日期"),
)
_OFFICE = (("mine", "可由我办理"), ("", "全部未结"), ("overdue", "已逾期"), ("closed", "已办结"))
_HOSPITAL = (("", "进行中"), ("mine", "等我答复"), ("closed", "已办结"))
_ROWS = 100
#: A clock is near when so few working days are left.
_NEAR = 2


@ui.page("/disputes", response_timeout=PATIENCE)
async def disputes_page(request: Request, page_token: str = "") -> Response | None:
    """The cases one may see."""
    chosen = request.query_params.get("show")
    return await show(request, lambda visit: _build(visit, chosen, page_token))


async def _build(visit: Visit, chosen: str | None, page_token: str) -> Sheet:
    hospital = visit.session.is_hospital
    tabs = _HOSPITAL if hospital else _OFFICE
    which = chosen if chosen in dict(tabs) else tabs[0][0]
    asked = {which: "true"} if which else {}
    found = await visit.get("disputes", page_size=_ROWS, page_token=page_token, **asked)
    rows = [_row(row) for row in found["items"]]
    shown: Part = tag("p", "没有这样的案件。", cls="soft")
    if rows:
        shown = table("disputes", _COLUMNS, rows, caption="期限近的在前。点案件号打开。")
    more: Part = ""
    if found["next_page_token"]:
        to = href("disputes", show=which, page_token=found["next_page_token"])
        more = tag("p", link("下一页", to, cls="button second"))
    lead = (
        "本机构提出的申请：走到哪一步，还剩几个工作日，等谁办理。要申请特例单议，请从结算单的病例行点“申请”。"
        if hospital
        else "按期限排列的案件队列。红色为今天到期或已逾期，黄色为将到期；期限按工作日计算。"
    )
    return Sheet(
        title="我的案件" if hospital else "案件队列",
        lead=lead,
        here=HERE,
        parts=[card(_tabs(tabs, which), shown, more)],
    )


def _tabs(tabs: tuple[tuple[str, str], ...], which: str) -> Safe:
    return tag(
        "nav",
        *(
            tag("a", word, href=f"/disputes?show={code}", aria_current="page" if code == which else None)
            for code, word in tabs
        ),
        cls="tabs",
        aria_label="哪些案件",
    )


def _row(row: dict[str, Any]) -> list[Cell]:
    return [
        Cell(link(row["case_no"], href("disputes", "of", row["case_no"])), row["case_no"]),
        text_cell(row["type_name"]),
        text_cell(row["hospital_code"]),
        text_cell(row["state_text"]),
        Cell(clock(row), row["due"] or "9999"),
        text_cell(row["drg"] or "—"),
        figure(row["cost"]),
        text_cell(row["filed"] or "—"),
    ]


def clock(row: dict[str, Any]) -> Safe:
    """How much time is left, in a colour and in words."""
    left = row["left_wd"]
    if row["due"] is None or left is None:
        return tag("span", "没有期限", cls="soft")
    if row["overdue"] or left < 0:
        word, cls = (f"已逾期 {-left} 个工作日" if left < 0 else "已逾期"), "mark failed"
    elif left == 0:
        word, cls = "今天到期", "mark failed"
    else:
        word, cls = f"还剩 {left} 个工作日", "mark unverified" if left <= _NEAR else "mark official"
    return join(tag("span", word, cls=cls), " ", tag("small", row["due"], cls="soft"))
