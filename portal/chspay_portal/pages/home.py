"""Where a reader begins: the months and years of the pools that may be seen."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chspay_kit.markup import Part, Safe, join, tag
from chspay_portal import words
from chspay_portal.frame import PATIENCE, show
from chspay_portal.gateway import Refused
from chspay_portal.portal import Visit, visit_of
from chspay_portal.view.layout import Sheet
from chspay_portal.view.parts import (
    Cell,
    Column,
    card,
    digest,
    evidence_tag,
    figure,
    href,
    link,
    table,
    text_cell,
)

_WEAKEST = ("demo", "unverified")
_MONTHS = (
    Column("月份"),
    Column("状态"),
    Column("依据"),
    Column("病例数", "count", "例"),
    Column("点值", "money", "元/点"),
    Column("基金支付", "money", "元"),
    Column("个人负担", "money", "元"),
    Column("结算单指纹"),
)
_YEARS = (
    Column("年度"),
    Column("状态"),
    Column("依据"),
    Column("病例数", "count", "例"),
    Column("决算额", "money", "元"),
    Column("清算指纹"),
)


@ui.page("/", response_timeout=PATIENCE)
async def home_page(request: Request) -> Response | None:
    """The months and years; experts begin with what they are asked to review."""
    visit = visit_of(request)
    if visit is not None and visit.session.role == "expert":
        return RedirectResponse("/reviews", HTTPStatus.SEE_OTHER)
    return await show(request, _build)


async def _build(visit: Visit) -> Sheet:
    runs = await visit.every("runs")
    years = await _years(visit)
    pools = list(dict.fromkeys([row["pool"] for row in (*runs, *years)]))
    parts: list[Part] = []
    for pool in pools:
        of_pool = [row for row in runs if row["pool"] == pool]
        cleared = [row for row in years if row["pool"] == pool]
        parts.append(
            card(tag("h2", f"{await visit.place(pool)}（{pool}）"), _months(pool, of_pool), _cleared(cleared))
        )
    if not parts:
        parts.append(card(tag("p", "还没有月度结算。月度结算完成后，会出现在这里。", cls="soft")))
    seen = {row["evidence"] for row in (*runs, *years)}
    weakest = next((mark for mark in _WEAKEST if mark in seen), "")
    whose = "本机构参加的" if visit.session.is_hospital else "您能看到的"
    return Sheet(
        title="月度结算与年度清算",
        lead=f"{whose}各月结算，新的在前。点月份看各医疗机构的结算表，点任何金额看它怎样算出。",
        evidence=weakest,
        parts=parts,
    )


async def _years(visit: Visit) -> list[dict[str, Any]]:
    """Annual clearings; none for a reader whom the gateway does not show them to."""
    try:
        return await visit.every("years")
    except Refused as error:
        if error.status in {403, 404}:
            return []
        raise


def _months(pool: str, runs: list[dict[str, Any]]) -> Safe:
    if not runs:
        return join()
    return table(f"months-{pool}", _MONTHS, [_month(row) for row in runs], caption="月度结算")


def _month(row: dict[str, Any]) -> list[Cell]:
    name = f"{row['year']}年{row['month']}月"
    nature = words.said(words.NATURES, row["nature"])
    title = name if row["nature"] == "month" else f"{name}（{nature}）"
    return [
        Cell(link(title, href("runs", row["run_id"])), f"{row['year']}-{row['month']:02}"),
        Cell(state_tag(row["state"]), words.said(words.STATES, row["state"])),
        Cell(evidence_tag(row["evidence"]), row["evidence"]),
        figure(str(row["cases"])),
        figure(row["point_value"]),
        figure(row["fund"]),
        figure(row["patient"]),
        Cell(digest(row["statements_digest"], short=True), row["statements_digest"]),
    ]


def _cleared(years: list[dict[str, Any]]) -> Safe:
    if not years:
        return join()
    rows = [
        [
            text_cell(f"{row['year']}年（第{row['revision']}次编制）"),
            Cell(state_tag(row["state"]), words.said(words.STATES, row["state"])),
            Cell(evidence_tag(row["evidence"]), row["evidence"]),
            figure(str(row["cases"])),
            figure(row["decision"]),
            Cell(digest(row["statements_digest"], short=True), ""),
        ]
        for row in years
    ]
    return table(f"years-{years[0]['pool']}", _YEARS, rows, caption="年度清算")


def state_tag(state: str) -> Safe:
    """The state of a run or clearing."""
    return tag("span", words.said(words.STATES, state), cls=f"mark {state}")
