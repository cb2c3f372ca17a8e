"""One run: its figures, its hospital table, and how they agree with the books."""

from __future__ import annotations

from typing import Any

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.period import Month
from chspay_kit.markup import Part, Safe, join, money, tag
from chspay_portal import words
from chspay_portal.frame import PATIENCE, show
from chspay_portal.pages.follow import follow
from chspay_portal.pages.home import state_tag
from chspay_portal.portal import Visit
from chspay_portal.view.layout import HOME, Sheet
from chspay_portal.view.parts import (
    Cell,
    Column,
    card,
    digest,
    exports,
    facts,
    figure,
    four_places,
    href,
    link,
    table,
    why,
)

_AMOUNTS = (
    ("fund", "基金支付"),
    ("patient", "个人负担"),
    ("total", "合计"),
    ("prepaid", "本月预付"),
    ("retained", "预留"),
    ("payable", "本月应付"),
)
_COLUMNS = (
    Column("医疗机构"),
    Column("病例数", "count", "例", summed=True),
    Column("点数", "points", "点", summed=True),
    *(Column(title, "money", "元", summed=True) for _, title in _AMOUNTS),
)
_FUND_ACCOUNT = "fund_pool"


@ui.page("/runs/{run_id}", response_timeout=PATIENCE)
async def run_page(request: Request, run_id: str) -> Response | None:
    """The hospital table of a run."""
    return await show(request, lambda visit: _build(visit, run_id))


def title_of(run: dict[str, Any], place: str) -> str:
    """``演示市 2026年1月 月结``."""
    return f"{place} {run['year']}年{run['month']}月 {words.said(words.NATURES, run['nature'])}"


async def _build(visit: Visit, run_id: str) -> Sheet:
    run = await visit.get("runs", run_id)
    title = title_of(run, await visit.place(run["pool"]))
    going = run["state"] in {"pending", "running"}
    parts: list[Part] = [_summary(run)]
    if going:
        parts.append(card(tag("h2", "进度"), tag("div", id="progress"), id="progress-card"))
    if run["failure_reason"]:
        told = join(tag("p", run["failure_message"]), tag("p", tag("code", run["failure_reason"])))
        parts.append(tag("div", told, cls="alert", role="alert"))
    if run["state"] == "done":
        statements = await visit.every("runs", run_id, "statements")
        parts += [_hospitals(run, statements), await _agreement(visit, run, statements)]
    parts.append(_fingerprints(run))
    whose = "下表只含本机构。" if visit.session.is_hospital else "点医疗机构看结算单。"
    return Sheet(
        title=title,
        lead=f"{whose}点任何一个金额，看它怎样算出、依据哪份文件的哪一条。",
        crumbs=[HOME, title],
        evidence=run["evidence"],
        parts=parts,
        live=(lambda: follow(visit, "progress", "runs", run_id)) if going else None,
    )


def _summary(run: dict[str, Any]) -> Safe:
    points = four_places(run["total_points"])

    def opens(item: str, value: str, unit: str) -> Part:
        return why(run["refs"].get(item), value, unit)

    return card(
        facts(
            [
                ("状态", state_tag(run["state"]), ""),
                ("病例数", money(str(run["cases"])), "例"),
                ("总点数", opens("points", points, "点"), "点"),
                ("点值", opens("point_value", run["point_value"], "元/点"), "元/点"),
                ("基金支付", opens("fund", run["fund"], "元"), "元"),
                ("个人负担", opens("patient", run["patient"], "元"), "元"),
            ]
        )
    )


def _hospitals(run: dict[str, Any], statements: list[dict[str, Any]]) -> Safe:
    rows = [_row(run["run_id"], each) for each in statements]
    sums = [money(_sum(statements, field)) for field, _ in _AMOUNTS]
    points = _sum(statements, "points")
    foot = ["合计", money(str(sum(each["cases"] for each in statements))), money(points), *sums]
    tools = tag(
        "div",
        tag(
            "div",
            tag("label", "筛选医疗机构", for_="filter"),
            tag(
                "input", id="filter", type="search", data_filter="hospitals", placeholder="名称或编码",
                autocomplete="off",
            ),
            cls="field",
        ),
        tag("span", "", id="hospitals-told", role="status", cls="soft"),
        tag("span", cls="grow"),
        exports(*(href("runs", run["run_id"], f"statements.{form}") for form in ("csv", "xlsx"))),
        cls="tools",
    )  # fmt: skip
    shown = table("hospitals", _COLUMNS, rows, caption="点表头可排序；筛选后，合计只计显示的行。", foot=foot)
    return card(tag("h2", "各医疗机构结算表"), tools, shown)


def _row(run_id: str, each: dict[str, Any]) -> list[Cell]:
    code = each["hospital_code"]
    name = each["hospital_name"] or code
    points = four_places(each["points"])
    cells = [
        Cell(link(name, href("runs", run_id, "statement", hospital=code), title=code), f"{name} {code}"),
        figure(str(each["cases"])),
        figure(points, why(each["refs"].get("points"), points, "点")),
    ]
    return cells + [figure(each[field], why(each["refs"].get(field), each[field])) for field, _ in _AMOUNTS]


def _sum(rows: list[dict[str, Any]], field: str) -> str:
    """The exact sum of a column: yuan with two places, points with four."""
    if field == "points":
        units = sum(int(four_places(row[field]).replace(".", "")) for row in rows)
        return f"{units // 10_000}.{units % 10_000:04}"
    return fen_to_yuan(sum(yuan_to_fen(row[field]) for row in rows))


async def _agreement(visit: Visit, run: dict[str, Any], statements: list[dict[str, Any]]) -> Safe:
    """Whether the table adds up to the run, and to the books; shown to a bureau, which sees all rows."""
    if visit.session.is_hospital or run["nature"] != "month":
        return join()
    month = str(Month(run["year"], run["month"]))
    lines = await visit.every("ledger", run["pool"], "account", year=run["year"])
    booked = sum(
        yuan_to_fen(line["amount"])
        for line in lines
        if line["batch_id"] == run["run_id"] and line["account"].partition("/")[0] == _FUND_ACCOUNT
    )
    summed = yuan_to_fen(_sum(statements, "fund"))
    checks = (("本次结算的基金支付", yuan_to_fen(run["fund"])), (f"总账 {month} 月结记账的统筹基金", booked))
    rows = [
        tag("li", f"{title} {money(fen_to_yuan(fen))} 元，与各机构合计", _gap(fen - summed))
        for title, fen in checks
    ]
    return card(
        tag("h2", "核对"), tag("p", f"各机构基金支付合计 {money(fen_to_yuan(summed))} 元。"), tag("ul", *rows)
    )


def _gap(fen: int) -> Safe:
    if not fen:
        return tag("strong", "一致，相差 0.00 元", cls="good")
    return tag("strong", f"相差 {money(fen_to_yuan(fen))} 元，请联系系统管理员", cls="bad")


def _fingerprints(run: dict[str, Any]) -> Safe:
    rows = (
        ("结算编号", tag("code", run["run_id"])),
        ("政策包", digest(run["policy_digest"])),
        ("分组方案", digest(run["scheme_digest"])),
        ("全部结算单", digest(run["statements_digest"])),
        ("引擎版本", tag("code", run["engine_version"])),
    )
    shown = [tag("div", tag("dt", name), tag("dd", value)) for name, value in rows]
    return card(
        tag("h2", "可复算的依据"),
        tag("p", "引擎版本、政策指纹与输入相同，任何时候重算都得到同样的金额。", cls="soft"),
        tag("dl", *shown, cls="prints"),
    )
