"""The statement of one hospital: every amount, what it means, and its cases."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from chspay_core.errors import Fault
from chspay_core.wording import kind_text
from chspay_kit.markup import Part, Safe, join, money, tag
from chspay_portal import reasons
from chspay_portal.frame import PATIENCE, show
from chspay_portal.gateway import refused
from chspay_portal.pages.run import title_of
from chspay_portal.portal import Visit
from chspay_portal.view.layout import HOME, Sheet
from chspay_portal.view.parts import (
    Cell,
    Column,
    card,
    digest,
    figure,
    four_places,
    href,
    link,
    table,
    text_cell,
    why,
)

_CASES_A_PAGE = 100
#: Lines of a statement in the order a clerk adds them: field, name, meaning, sign in the sum.
_EARNED = (
    ("cost", "医疗总费用", "全部病例的总费用，供对照", "元"),
    ("points", "点数", "本机构全部病例的点数之和", "点"),
    ("total", "合计", "本机构点数按点值折合的总额，含个人负担", "元"),
    ("patient", "个人负担", "参保人已付的部分，从合计中减去", "元"),
    ("fund", "基金支付", "合计减个人负担", "元"),
)
_PAID = (
    ("prepaid", "本月预付", "基金支付中本月拨付的部分", "元"),
    ("retained", "预留", "质量保证金，年度考核后拨付", "元"),
    ("deducted", "审核扣款", "审核认定的违规等扣款；退回的为负", "元"),
    ("differences", "以往月份差额", "已结算月份更正后的补付或收回", "元"),
    ("held", "暂缓拨付", "待核实而暂不拨付的部分", "元"),
    ("released", "解除暂缓", "核实后补拨的部分", "元"),
    ("payable", "本月应付", "预付－扣款＋差额－暂缓＋解除；为负则应由本机构退回", "元"),
)
_CASES = (
    Column("病例"),
    Column("病组"),
    Column("类别"),
    Column("点数", "points", "点", summed=True),
    Column("总费用", "money", "元", summed=True),
    Column("个人负担", "money", "元", summed=True),
    Column("基金支付", "money", "元", summed=True),
)


@ui.page("/runs/{run_id}/statement", response_timeout=PATIENCE)
async def statement_page(
    request: Request, run_id: str, hospital: str = "", page_token: str = ""
) -> Response | None:
    """One hospital's statement of a run."""
    return await show(request, lambda visit: _build(visit, run_id, hospital, page_token))


async def _build(visit: Visit, run_id: str, hospital: str, page_token: str) -> Sheet:
    code = hospital or visit.session.institution
    if not code:
        raise refused(Fault(reasons.PAGE_UNKNOWN), HTTPStatus.NOT_FOUND)
    run, item, cases = await asyncio.gather(
        visit.get("runs", run_id),
        visit.get("runs", run_id, "statements", code),
        visit.get(
            "runs", run_id, "cases", hospital_code=code, page_size=_CASES_A_PAGE, page_token=page_token
        ),
    )
    name = item["hospital_name"] or code
    period = title_of(run, await visit.place(run["pool"]))
    parts: list[Part] = [
        tag("div", _bill("分得", _EARNED, item), _bill("拨付", _PAID, item), cls="pair"),
        _case_table(run, code, item, cases, page_token, files=visit.session.institution == code),
        card(
            tag("h2", "结算单指纹（SM3）"),
            tag("p", digest(item["digest"])),
            tag("p", "对结算单原文计算SM3即得此值；改动任何一个字，指纹都会不同。", cls="soft"),
        ),
    ]
    return Sheet(
        title=f"{name} 结算单",
        lead=(
            f"{period}，机构编码 {code}，共 {money(str(item['cases']))} 个病例，"
            f"点值 {money(item['point_value'])} 元/点。点任何一个金额，看它怎样算出。"
        ),
        crumbs=[HOME, link(period, href("runs", run_id)), name],
        evidence=item["evidence"],
        parts=parts,
    )


def _bill(title: str, lines: tuple[tuple[str, str, str, str], ...], item: dict[str, Any]) -> Safe:
    """A part of the statement as a list of lines, the last one standing out as its result."""
    rows = []
    for field, name, meaning, unit in lines:
        value = four_places(item[field]) if unit == "点" else item[field]
        amount = why(item["refs"].get(field), value, unit)
        label = tag("th", name, tag("small", meaning, cls="meaning"), scope="row")
        rows.append(tag("tr", label, tag("td", amount, " ", tag("small", unit), cls="n")))
    return card(tag("h2", title), tag("table", tag("tbody", *rows), cls="bill"))


def _case_table(
    run: dict[str, Any],
    code: str,
    item: dict[str, Any],
    cases: dict[str, Any],
    page_token: str,
    *,
    files: bool,
) -> Safe:
    """The cases; the hospital itself may file from each line.

    :param files: whether the reader is that hospital.
    """
    run_id = run["run_id"]
    rows = [_case_row(each) for each in cases["items"]]
    if files:
        for row, each in zip(rows, cases["items"], strict=True):
            to = href("disputes", "new", case=each["case_id"], hospital=code, pool=run["pool"])
            row.append(Cell(link("申请", to, title=f"对病例 {each['case_id']} 申请特例单议或提出争议"), ""))
    columns = (*_CASES, Column("争议")) if files else _CASES
    shown = f"本页 {len(rows)} 例，全部 {money(str(item['cases']))} 例。"
    more = []
    if page_token:
        more.append(link("第一页", href("runs", run_id, "statement", hospital=code)))
    if cases["next_page_token"]:
        following = href("runs", run_id, "statement", hospital=code, page_token=cases["next_page_token"])
        more.append(link("下一页", following))
    pager = tag("p", *(join(step, "　") for step in more), cls="noprint") if more else join()
    return card(tag("h2", "病例"), table("cases", columns, rows, caption=f"{shown}点表头可排序。"), pager)


def _case_row(each: dict[str, Any]) -> list[Cell]:
    points = four_places(each["points"])

    def amount(item: str) -> Cell:
        return figure(each[item], why(each["refs"].get(item), each[item]))

    return [
        text_cell(each["case_id"]),
        text_cell(each["drg"] or "—"),
        text_cell(kind_text(each["kind"])),
        figure(points, why(each["refs"].get("points"), points, "点")),
        *(amount(item) for item in ("cost", "patient", "fund")),
    ]
