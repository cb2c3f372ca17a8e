"""Before and after a reform, over the closed months of a pool."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from chspay_core import regions
from chspay_core.amounts import decimal_text
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_whatif as faults
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.engine.whatif.its import Evaluation, evaluate
from chspay_settlement.store import whatif
from chspay_settlement.store.whatif import MonthSums

#: Months hang together as the rule of Newey and West says.
BY_RULE = -1


class Measure(NamedTuple):
    """What is looked at month by month."""

    label: str
    unit: str
    of: Callable[[MonthSums], Fraction]


MEASURES = {
    "fund_per_case": Measure("例均基金", "元/例", lambda m: Fraction(m.fund_fen, 100 * m.cases)),
    "cost_per_case": Measure("例均总费用", "元/例", lambda m: Fraction(m.cost_fen, 100 * m.cases)),
    "patient_share": Measure("个人负担占总费用", "比率", lambda m: Fraction(m.patient_fen, m.cost_fen)),
    "points_per_case": Measure("例均点数", "点/例", lambda m: Fraction(m.points_micro, 10**6 * m.cases)),
    "cases": Measure("病例数", "例", lambda m: Fraction(m.cases)),
}


async def evaluated(
    pool: str, measure: str, span: tuple[int, int], change: int, *, lag: int, confidence: str
) -> tuple[Measure, Evaluation]:
    """How level and trend of a measure changed with a reform.

    :param span: first and last month, yyyymm; every one of them closed.
    :param change: the first month under the reform.
    :raises Fault: ROLE_DENIED, REGION_DENIED, WHAT_IF_MEASURE, NOT_A_MONTH, WHAT_IF_SERIES_*.
    """
    claim = current_claim()
    claim.require_role("bureau", "service")
    regions.check_code(pool, "pool")
    claim.require_region(pool)
    chosen = MEASURES.get(measure)
    if chosen is None:
        raise Fault(faults.WHAT_IF_MEASURE, field="measure", value=measure, known="、".join(MEASURES))
    for period in (*span, change):
        Month(period // 100, period % 100)
    rows = await whatif.months(await current_connection(), pool, *span)
    series = [(month_of(row.period), chosen.of(row)) for row in rows if row.cases and row.cost_fen]
    wanted = None if lag == BY_RULE else lag
    level = decimal_text(confidence, "confidence")
    found = await asyncio.to_thread(evaluate, series, month_of(change), lag=wanted, confidence=level)
    return chosen, found
