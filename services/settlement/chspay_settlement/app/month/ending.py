"""The cases of a run at its end, for its division, its proof and its statements: by rows, or over columns.

A large run is read as columns and worked out by the columnar engine; the answers are the same, and memory
is some hundred bytes a case instead of some thousand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

import asyncpg

from chspay_core.policy import Policy
from chspay_kit.machinecode import keep_machine_code
from chspay_settlement.app.month import whole_run
from chspay_settlement.app.proof.proving import leaves_of
from chspay_settlement.app.reading.lineage import counted, division_of
from chspay_settlement.engine.month.statement import GroupLine, group_lines
from chspay_settlement.engine.proof.pool import Pool
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.store import run_cases, runs

if TYPE_CHECKING:
    import numpy as np

    from chspay_settlement.engine.columnar.columns import Columns
    from chspay_settlement.engine.columnar.pricing import PointColumns


class Ending(Protocol):
    """The cases of a run that has handed out its fund."""

    def division(self, run: runs.Run, policy: Policy) -> Division:
        """The run's fund divided again."""
        ...

    def pool(self) -> Pool:
        """The tree of the run's proof down to its hospitals."""
        ...

    def lines(self) -> Mapping[str, Sequence[GroupLine]]:
        """Every hospital's cases added up by group and kind."""
        ...


@dataclass(frozen=True)
class AsRows:
    """Every case as an object, by hospital and number."""

    rows: Sequence[run_cases.Priced]

    def division(self, run: runs.Run, policy: Policy) -> Division:
        """The run's fund divided again."""
        return division_of(run, policy, self.rows)

    def pool(self) -> Pool:
        """The tree of the run's proof down to its hospitals."""
        return Pool.of_cases({code: leaves_of(own) for code, own in self._by_hospital().items()})

    def lines(self) -> Mapping[str, Sequence[GroupLine]]:
        """Every hospital's cases added up by group and kind."""
        found = {}
        for code, own in self._by_hospital().items():
            earning = counted(own)
            found[code] = group_lines(
                (row.inp for row in earning),
                (row.points for row in earning if row.points is not None),
                (row.fund_fen or 0 for row in earning),
            )
        return found

    def _by_hospital(self) -> dict[str, list[run_cases.Priced]]:
        return {code: list(own) for code, own in groupby(self.rows, lambda row: row.inp.hospital_code)}


@dataclass(frozen=True)
class AsColumns:
    """Every case as a row of columns, in any order."""

    columns: Columns
    points: PointColumns
    funds_fen: np.ndarray

    def division(self, run: runs.Run, policy: Policy) -> Division:
        """The run's fund divided again."""
        return whole_run.divided_columns(run, policy, self.columns, self.points)

    def pool(self) -> Pool:
        """The tree of the run's proof down to its hospitals."""
        from chspay_settlement.engine.replay.proving import pool_of_columns

        return pool_of_columns(self.columns, self.points, self.funds_fen)

    def lines(self) -> Mapping[str, Sequence[GroupLine]]:
        """Every hospital's cases added up by group and kind."""
        from chspay_settlement.engine.columnar.grouping import month_lines

        return month_lines(self.columns, self.points, self.funds_fen)


async def read(connection: asyncpg.Connection, run: runs.Run) -> Ending:
    """The cases of a run whose fund is handed out."""
    if run.cases < whole_run.LARGE:
        return AsRows(await run_cases.priced(connection, run.run_id))
    keep_machine_code()
    from chspay_settlement.store.run_columns import with_funds

    return AsColumns(*await with_funds(connection, run.run_id))
