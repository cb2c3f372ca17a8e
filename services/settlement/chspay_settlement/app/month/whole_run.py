"""What needs all cases of a run at once: the group figures measured from them, and the fund's division.

A large run is read as columns and worked out by the columnar engine; the answers are the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import asyncpg

from chspay_core.policy import Policy
from chspay_kit.machinecode import keep_machine_code
from chspay_settlement.app.reading.lineage import division_of
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.model import CasePoints, GroupTable, PricedInput
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.store import lineage, run_cases, runs

if TYPE_CHECKING:
    from chspay_settlement.engine.columnar.columns import Columns
    from chspay_settlement.engine.columnar.pricing import PointColumns

#: A run of so many cases is read as columns.
LARGE = 100_000
#: Prices the cases of one step, in the order given.
Price = Callable[[Sequence[PricedInput]], list[CasePoints]]


async def measured(connection: asyncpg.Connection, run: runs.Run, policy: Policy) -> GroupTable:
    """The group figures of the run's own cases; what each group added up to is kept beside them.

    :raises Fault: NOTHING_TO_MEASURE, or what is wrong with the policy.
    """
    table = await _measured(connection, run, policy)
    await lineage.put_groups(connection, run, table.sums)
    return table


async def _measured(connection: asyncpg.Connection, run: runs.Run, policy: Policy) -> GroupTable:
    if run.cases < LARGE:
        inputs = await run_cases.inputs(connection, run.run_id)
        return await asyncio.to_thread(measure, inputs, policy)
    # The compiled loops are loaded by whoever needs them.
    keep_machine_code()
    from chspay_settlement.engine.columnar.measuring import measure_columns
    from chspay_settlement.store.run_columns import columns

    cases, _ = await columns(connection, run.run_id)
    return await asyncio.to_thread(measure_columns, cases, Terms.read(policy))


def price_of(run: runs.Run, pricer: Pricer) -> Price:
    """How the cases of a run are priced; plans once made are kept from step to step."""
    if run.cases < LARGE:
        return pricer.price_all
    keep_machine_code()
    from chspay_settlement.engine.columnar.columns import Columns
    from chspay_settlement.engine.columnar.families import Known
    from chspay_settlement.engine.columnar.pricing import price_columns

    made: Known = {}

    def price(inputs: Sequence[PricedInput]) -> list[CasePoints]:
        found = price_columns(Columns.of(inputs), pricer, known=made)
        return [found[row] for row in range(len(inputs))]

    return price


async def divided(connection: asyncpg.Connection, run: runs.Run, policy: Policy) -> Division:
    """The run's fund divided over its priced cases: at any time the same again.

    :raises Fault: as :func:`~chspay_settlement.engine.value.divide.divide`.
    """
    if run.cases < LARGE:
        rows = await run_cases.priced(connection, run.run_id)
        return await asyncio.to_thread(division_of, run, policy, rows)
    keep_machine_code()
    from chspay_settlement.store.run_columns import columns

    cases, points = await columns(connection, run.run_id)
    return await asyncio.to_thread(divided_columns, run, policy, cases, points)


def divided_columns(run: runs.Run, policy: Policy, cases: Columns, points: PointColumns) -> Division:
    """As :func:`divided`, over the cases of a run as columns.

    :raises Fault: as :func:`~chspay_settlement.engine.value.divide.divide`.
    """
    from chspay_settlement.engine.columnar.dividing import divide_columns
    from chspay_settlement.engine.columnar.handout import counted_hospitals

    counted = counted_hospitals(cases, points)
    return divide_columns(cases, points, counted, run.fund_fen, policy, form_of(policy))
