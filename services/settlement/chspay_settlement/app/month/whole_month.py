"""A closed month as a difference of it is computed from: case by case, or over columns when it is large."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import asyncpg

from chspay_core.policy import Policy
from chspay_kit.machinecode import keep_machine_code
from chspay_settlement.app.month import whole_run
from chspay_settlement.app.reading.lineage import division_of
from chspay_settlement.engine.model import PricedInput
from chspay_settlement.engine.month.difference import Closed
from chspay_settlement.engine.month.settled import CaseKey, Settled
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.store import run_cases, runs

if TYPE_CHECKING:
    from chspay_settlement.engine.columnar.columns import Columns
    from chspay_settlement.engine.columnar.pricing import PointColumns


class WholeMonth(Protocol):
    """The cases of a closed run with their points and funds."""

    def closed(self, run: runs.Run, policy: Policy) -> Closed:
        """The month as it was settled, worked out again."""
        ...


@dataclass(frozen=True)
class AsRows:
    """Every case as an object."""

    rows: Sequence[run_cases.Priced]

    def closed(self, run: runs.Run, policy: Policy) -> Closed:
        """The month as it was settled, worked out again."""
        return Closed(
            policy,
            division_of(run, policy, self.rows),
            {_key(row.inp): Settled(row.inp, row.points) for row in self.rows if row.points is not None},
            {_key(row.inp): row.fund_fen or 0 for row in self.rows},
        )


@dataclass(frozen=True)
class AsColumns:
    """Every case as a row of columns; ``funds_fen`` of those a difference looks at."""

    columns: Columns
    points: PointColumns
    keys: Collection[CaseKey]
    funds_fen: Mapping[CaseKey, int]

    def closed(self, run: runs.Run, policy: Policy) -> Closed:
        """The month as it was settled, worked out again."""
        from chspay_settlement.engine.columnar.correcting import ClosedColumns

        held = ClosedColumns(self.columns, self.points, run.fund_fen, policy, form_of(policy))
        return held.closed(self.keys, self.funds_fen)


async def read(connection: asyncpg.Connection, run: runs.Run, keys: Collection[CaseKey]) -> WholeMonth:
    """The cases of a closed run.

    :param keys: those that have changed, now or before.
    """
    if run.cases < whole_run.LARGE:
        return AsRows(await run_cases.priced(connection, run.run_id))
    keep_machine_code()
    from chspay_settlement.store.run_columns import columns

    cases, points = await columns(connection, run.run_id)
    return AsColumns(cases, points, keys, await run_cases.funds(connection, run.run_id, keys))


def _key(inp: PricedInput) -> CaseKey:
    return inp.hospital_code, inp.case_id
