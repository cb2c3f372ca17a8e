"""What-if: the simulations there are, and one's winners and losers."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form
from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.errors import Fault
from chspay_kit.markup import Part, Safe, join, money, tag
from chspay_portal import reasons, words
from chspay_portal.frame import PATIENCE, show, to_sign_in
from chspay_portal.gateway import Refused, refused
from chspay_portal.pages.errors import code_line
from chspay_portal.pages.follow import follow
from chspay_portal.pages.home import state_tag
from chspay_portal.pages.run import title_of
from chspay_portal.portal import Visit, visit_of
from chspay_portal.view.chart import winners_and_losers
from chspay_portal.view.layout import HOME, Sheet
from chspay_portal.view.parts import (
    Cell,
    Column,
    card,
    exports,
    facts,
    figure,
    four_places,
    href,
    link,
    table,
    text_cell,
)

router = APIRouter(include_in_schema=False)

_HERE = "/what-if"
_BY = (
    ("hospital", "医疗机构"),
    ("level", "机构等级"),
    ("group", "病组"),
    ("community", "医共体"),
    ("band", "患者年龄段"),
)
_COLUMNS = (
    Column("病例数", "count", "例", summed=True),
    Column("点数（现行）", "points", "点", summed=True),
    Column("点数（方案）", "points", "点", summed=True),
    Column("基金（现行）", "money", "元", summed=True),
    Column("基金（方案）", "money", "元", summed=True),
    Column("变化", "signed", "元", summed=True),
    Column("变化比", "percent"),
)
_HUNDRED = Decimal(100)


@ui.page("/what-if", response_timeout=PATIENCE)
async def list_page(request: Request) -> Response | None:
    """What has been simulated, and the months a new one can start from."""
    return await show(request, _list)


async def _list(visit: Visit) -> Sheet:
    _bureau_only(visit)
    known = (await visit.get("what-ifs"))["items"]
    runs = [run for run in await visit.every("runs") if run["state"] == "done" and run["nature"] != "replay"]
    begun = [
        [
            Cell(link(_title(item), href("what-if", "of", item["what_if_id"])), item["started_at"]),
            Cell(state_tag(item["state"]), item["state"]),
            text_cell("、".join(item["run_ids"])),
            text_cell(item["started_at"][:16].replace("T", " ")),
        ]
        for item in known
    ]
    columns = (Column("方案"), Column("状态"), Column("所用结算"), Column("发起时间（UTC）"))
    shown = table("what-ifs", columns, begun, caption="没有保存的测算一小时后清除。") if begun else join()
    months = [
        link(title_of(run, await visit.place(run["pool"])), href("what-if", "new", run=run["run_id"]))
        for run in runs
    ]
    start = tag("p", "还没有完成的月度结算，暂时不能测算。", cls="soft")
    if months:
        start = tag("ul", *(tag("li", month) for month in months))
    return Sheet(
        title="测算模拟",
        lead="换一套规则，把已完成的月份重新结算一遍，看哪些机构增加、哪些减少。不入账，不改任何数据。",
        crumbs=[HOME, "测算模拟"],
        here=_HERE,
        parts=[
            card(tag("h2", "新的测算"), tag("p", "选一个已完成的月份：", cls="soft"), start),
            card(tag("h2", "已有的测算"), shown) if begun else join(),
        ],
    )


def _title(item: dict[str, Any]) -> str:
    names = [one["name"] for one in item["scenarios"][1:]]
    return "；".join(names) or item["what_if_id"]


@ui.page("/what-if/of/{what_if_id}", response_timeout=PATIENCE)
async def result_page(
    request: Request, what_if_id: str, scenario: str = "", by: str = "hospital"
) -> Response | None:
    """One simulation: progress, then winners and losers."""
    return await show(request, lambda visit: _result(visit, what_if_id, scenario, by))


async def _result(visit: Visit, what_if_id: str, scenario: str, by: str) -> Sheet:
    _bureau_only(visit)
    item = await visit.get("what-ifs", what_if_id)
    if by not in dict(_BY):
        raise refused(Fault(reasons.PAGE_UNKNOWN), HTTPStatus.NOT_FOUND)
    crumbs: list[Part] = [HOME, link("测算模拟", href("what-if")), "结果"]
    if item["state"] in {"waiting", "running"}:
        parts = [card(tag("h2", "正在测算"), tag("div", id="progress"), _cancel(visit, what_if_id))]
        return Sheet(
            title="测算模拟", parts=parts, crumbs=crumbs, here=_HERE,
            lead="完成后本页自动显示结果。", live=lambda: follow(visit, "progress", "what-ifs", what_if_id),
        )  # fmt: skip
    tried = item["scenarios"][1:]
    chosen = next((one for one in tried if one["name"] == scenario), tried[0] if tried else None)
    if item["state"] != "done" or chosen is None:
        return _not_done(item, crumbs)
    rows: list[dict[str, Any]] = []
    told: Part = ""
    try:
        rows = await visit.every("what-ifs", what_if_id, "scenarios", chosen["name"], by=by)
    except Refused as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        # This simulation was not summed this way, for one without age bands; the others still stand.
        told = join(tag("p", error.detail), code_line(error.code))
    run = await visit.get("runs", item["run_ids"][0])
    return Sheet(
        title=chosen["name"],
        lead=f"{title_of(run, await visit.place(run['pool']))}按此方案重新结算，与现行规定相比。",
        crumbs=crumbs,
        evidence=run["evidence"],
        here=_HERE,
        parts=[
            _summary(item["scenarios"][0], chosen),
            _scenarios(tried, chosen["name"], what_if_id, by),
            _comparison(what_if_id, chosen["name"], by, rows, told),
        ],
        live=None if told else lambda: winners_and_losers("chart", rows, dict(_BY)[by]),
    )


def _bureau_only(visit: Visit) -> None:
    if visit.session.is_hospital:
        raise Refused(HTTPStatus.FORBIDDEN, "BUREAU_ONLY", "测算模拟只对医保部门开放，医疗机构密钥不能使用。")


def _not_done(item: dict[str, Any], crumbs: list[Part]) -> Sheet:
    told = item["failure_message"] or words.said(words.STATES, item["state"])
    code = tag("p", tag("code", item["failure_reason"]), cls="soft") if item["failure_reason"] else join()
    parts = [card(tag("p", told, role="alert"), code)]
    return Sheet(title="测算没有结果", parts=parts, crumbs=crumbs, here=_HERE)


def _summary(base: dict[str, Any], chosen: dict[str, Any]) -> Safe:
    values = f"{'、'.join(base['point_values'])} → {'、'.join(chosen['point_values'])}"
    change, fund, residual = (money(chosen[name]) for name in ("change", "fund_change", "residual_change"))
    why = f"各机构变化之和 {change} 元 ＝ 基金变化 {fund} 元 － 余差变化 {residual} 元"
    if chosen["residual_cause"]:
        why += f"（余差：{chosen['residual_cause']}）"
    return card(
        facts(
            [
                ("增加的机构", str(chosen["winners"]), "家"),
                ("减少的机构", str(chosen["losers"]), "家"),
                ("在机构间转移", money(chosen["moved"]), "元"),
                ("减少最多的一家", signed(chosen["largest_loss"]), "元"),
                ("点值", values, "元/点"),
                ("支付与费用之比的基尼系数", f"{base['gini']} → {chosen['gini']}", ""),
            ]
        ),
        tag("p", tag("strong", "核对 ", cls="good"), why, cls="soft"),
    )


def _scenarios(tried: list[dict[str, Any]], chosen: str, what_if_id: str, by: str) -> Safe:
    choices = [(one["name"], one["name"]) for one in tried]
    return _tabs("方案", choices, chosen, what_if_id, "scenario", by) if len(tried) > 1 else join()


def _tabs(
    name: str, choices: list[tuple[str, str]], chosen: str, what_if_id: str, field: str, other: str
) -> Safe:
    """Links that choose one of a few; the chosen one is marked for eyes and readers."""
    links = []
    for value, title in choices:
        query = {"scenario": value, "by": other} if field == "scenario" else {"scenario": other, "by": value}
        here = "true" if value == chosen else None
        links.append(link(title, href("what-if", "of", what_if_id, **query), aria_current=here))
    return tag("nav", *links, cls="tabs noprint", aria_label=name)


def _comparison(what_if_id: str, scenario: str, by: str, rows: list[dict[str, Any]], told: Part) -> Safe:
    title = dict(_BY)[by]
    head = join(tag("h2", f"按{title}看得失"), _tabs("汇总方式", list(_BY), by, what_if_id, "by", scenario))
    if told:
        return card(head, tag("div", told, role="status"))
    shown = [_row(by, row) for row in rows]
    columns = (Column(title), *_COLUMNS)
    asked = {"scenario": scenario, "by": by}
    files = (href("what-if", "of", what_if_id, f"rows.{form}", **asked) for form in ("csv", "xlsx"))
    tools = tag("div", tag("span", cls="grow"), exports(*files), cls="tools")
    return card(
        head,
        tag("div", id="chart", cls="chart", role="img", aria_label=f"按{title}的增减，数值见下表"),
        tools,
        table("rows", columns, shown, caption="减少最多的在前；点表头可排序。", foot=_foot(rows)),
    )


def _row(by: str, row: dict[str, Any]) -> list[Cell]:
    base, new = row["base"], row["scenario"]
    side = "bad" if row["change"].startswith("-") else "good" if yuan_to_fen(row["change"]) else ""
    return [
        text_cell(name_of(by, row)),
        figure(str(new["cases"])),
        figure(four_places(base["points"])),
        figure(four_places(new["points"])),
        figure(base["fund"]),
        figure(new["fund"]),
        figure(row["change"], tag("span", signed(row["change"]), cls=side)),
        figure(row["change_ratio"] or "0", percent(row["change_ratio"])),
    ]


def _foot(rows: list[dict[str, Any]]) -> list[Part]:
    def yuan(side: str) -> int:
        return sum(yuan_to_fen(row[side]["fund"]) for row in rows)

    def points(side: str) -> str:
        total = sum((Decimal(row[side]["points"] or "0") for row in rows), Decimal(0))
        return money(four_places(f"{total:f}"))

    change = sum(yuan_to_fen(row["change"]) for row in rows)
    cases = money(str(sum(row["scenario"]["cases"] for row in rows)))
    money_cells = [money(fen_to_yuan(yuan("base"))), money(fen_to_yuan(yuan("scenario")))]
    return ["合计", cases, points("base"), points("scenario"), *money_cells, signed(fen_to_yuan(change)), ""]


def name_of(by: str, row: dict[str, Any]) -> str:
    """What a row is called."""
    if by == "level":
        return words.said(words.LEVELS, row["key"])
    return row["name"] or row["key"] or "未知"


def signed(yuan: str) -> str:
    """An amount with its sign, also when it is above zero."""
    return money(yuan) if yuan.startswith("-") or not yuan_to_fen(yuan) else f"+{money(yuan)}"


def percent(ratio: str) -> str:
    """``-0.0830`` as ``-8.30%``; a change of nothing has no ratio."""
    return f"{Decimal(ratio) * _HUNDRED:+.2f}%" if ratio else "—"


def _cancel(visit: Visit, what_if_id: str) -> Safe:
    return tag(
        "form",
        tag("input", type="hidden", name="csrf", value=visit.session.csrf),
        tag("button", "取消测算", cls="plain"),
        method="post",
        action=href("what-if", "of", what_if_id, "cancel"),
    )


@router.post("/what-if/of/{what_if_id}/cancel")
async def cancel(request: Request, what_if_id: str, csrf: Annotated[str, Form()] = "") -> Response:
    """Stops a simulation and goes back to the list."""
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    to = href("what-if")
    if visit.session.sent_by(csrf):
        try:
            await visit.send("DELETE", "what-ifs", what_if_id)
        except Refused:
            # It has ended by itself or was forgotten: its page says which.
            to = href("what-if", "of", what_if_id)
    return RedirectResponse(to, HTTPStatus.SEE_OTHER)
