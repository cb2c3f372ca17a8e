"""Figures for those who watch: county, city, province and nation, each from the rows it may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chspay_core import regions
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults
from chspay_settlement.app.month.differences import DIFFERENCE_KIND
from chspay_settlement.app.month.posting import MONTH_KIND
from chspay_settlement.engine.figures import Width
from chspay_settlement.engine.model import PointValue
from chspay_settlement.store import figures
from chspay_settlement.store.accounts import RECLEAR_KIND, YEAR_KIND

#: The kinds of batch that book the fund to hospitals; the others pay out or hold what was booked.
FUND_KINDS = (MONTH_KIND, DIFFERENCE_KIND, YEAR_KIND, RECLEAR_KIND)
_AFTER_ALL = 999_999


@dataclass(frozen=True, slots=True)
class Figure:
    """A place in a month, with the point values of the pools that pay its hospitals."""

    sums: figures.Sums
    values: list[tuple[str, PointValue]]


async def page(
    place: str, width: Width, span: tuple[int, int], after: Sequence[str | int], limit: int
) -> list[Figure]:
    """Rows by month, newest first, and place; outside the asker's scope there are none.

    :param span: first and last month, ``yyyymm``.
    :raises Fault: a hospital asks, or a month or the place is malformed.
    """
    current_claim().require_role("bureau", "service")
    if place:
        regions.check_code(place, "place")
    for period in span:
        Month(period // 100, period % 100)
    if span[0] > span[1]:
        raise Fault(faults.MONTHS_BACKWARDS, field="first_period", value=span[0], last=span[1])
    connection = await current_connection()
    start = (int(after[0]), str(after[1])) if after else (_AFTER_ALL, "")
    inside = regions.prefix(place) if place else ""
    rows = await figures.page(connection, width, FUND_KINDS, inside, span, start, limit)
    found = await figures.values(
        connection, sorted({pool for row in rows for pool in row.pools}), sorted({row.period for row in rows})
    )
    values = {(value.pool, value.period): value for value in found}
    return [Figure(row, [_value(values[pool, row.period]) for pool in row.pools]) for row in rows]


def _value(value: figures.Value) -> tuple[str, PointValue]:
    return value.pool, PointValue(value.value_fen, value.value_micro, False)
