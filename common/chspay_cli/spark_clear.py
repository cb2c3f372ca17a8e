"""``chspay clear --engine spark``: the cluster's workers read, check and price; the driver does the money.

Row-group numbers go to the workers, who open the case file themselves, so it must lie on storage that
driver and workers see under the same path. They give back columns, and then points: the functions are
those of one machine. Measuring, dividing and handing out need the cases of every hospital at once and stay
with the driver, whose memory is that of a clearing on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chspay_cli.rowgroups import RowGroups
from chspay_cli.spark import failures, open_session
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_kit.machinecode import keep_machine_code
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.coefficient.table import CoefficientTable
from chspay_settlement.engine.model import GroupTable

if TYPE_CHECKING:
    from chspay_cli.trial_columns import ColumnFile, Part
    from chspay_settlement.engine.columnar.columns import Columns, Each
    from chspay_settlement.engine.columnar.pricing import PointColumns


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Spark cluster (``spark-submit --master``; as configured when None) and the rules its workers get."""

    master: str | None
    bundle: Bundle

    @contextmanager
    def workers(self, coefficients: CoefficientTable | None) -> Iterator[Workers]:
        """The workers for one clearing.

        :raises Fault: SPARK_MISSING.
        """
        session = open_session(self.master, "chspay clear")
        try:
            yield Workers(session.sparkContext, self.bundle, coefficients)
        finally:
            session.stop()


@dataclass(frozen=True, slots=True)
class Prices:
    """What pricing a row group needs besides its columns; sent to each worker once."""

    levels: dict[str, int]
    table: GroupTable
    bundle: bytes
    on: date
    coefficients: CoefficientTable | None


@dataclass(frozen=True, slots=True)
class Priced:
    """The points of a row group, and the keys of the rules they rest on."""

    points: PointColumns
    rules: frozenset[str]


class Workers:
    """Does what ``read_columns`` and ``price_columns`` do, by row group on a cluster."""

    def __init__(self, context: Any, bundle: Bundle, coefficients: CoefficientTable | None) -> None:
        self._context, self._bundle, self._coefficients = context, bundle, coefficients
        self._levels: dict[str, int] = {}
        #: The columns of every row group; the workers keep them between reading and pricing.
        self._parts: Any = None

    def read(
        self, path: Path, levels: dict[str, int], each: Each, progress: Callable[[int, int], None]
    ) -> ColumnFile:
        """As :func:`~chspay_cli.trial_columns.read_columns`.

        :raises Fault: SPARK_FAILED, and what is wrong with a row.
        """
        from chspay_cli.trial_columns import file_of

        rows = RowGroups(path).rows
        numbers = [number for number, held in enumerate(rows) if held]
        tasks = self._context.parallelize(numbers, max(len(numbers), 1))
        self._levels, self._parts = levels, tasks.mapPartitions(Reading(path.resolve()))

        def found() -> Iterator[Part | None]:
            for number, parts in zip(numbers, _in_order(self._parts), strict=True):
                yield from parts
                progress(sum(rows[: number + 1]), sum(rows))

        return file_of(path, levels, each, found())

    def price(self, columns: Columns, pricer: Pricer, each: Each) -> PointColumns:
        """As :func:`~chspay_settlement.engine.columnar.pricing.price_columns`.

        Where a worker is refused, this machine prices everything and so refuses in the ordinary words.

        :raises Fault: SPARK_FAILED, and what the pricer raises.
        """
        from chspay_settlement.engine.columnar.pricing import PointColumns, price_columns

        policy = pricer.terms.policy
        needed = Prices(self._levels, pricer.table, self._bundle.content, policy.on, self._coefficients)
        tasks = self._parts.mapPartitions(Pricing(self._context.broadcast(needed)))
        parts = list(_in_order(tasks))
        priced: list[Priced] = [part for part in parts if part is not None]
        if len(priced) < len(parts):
            return price_columns(columns, pricer, each)
        for key in frozenset[str]().union(*(part.rules for part in priced)):
            policy.rule(key)  # what was read over there counts as read here
        found = [part.points for part in priced]
        starts = accumulate(map(len, found), initial=0)
        return PointColumns(
            np.concatenate([part.kinds for part in found]),
            np.concatenate([part.points_micro for part in found]),
            {
                start + row: why
                for start, part in zip(starts, found, strict=False)
                for row, why in part.reasons.items()
            },
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What a worker does with row-group numbers."""

    path: Path

    def __call__(self, numbers: Iterable[int]) -> Iterator[list[Part | None]]:
        """The columns of each row group."""
        keep_machine_code()
        from chspay_cli.trial_columns import read_row_group

        for number in numbers:
            yield read_row_group(self.path, number)


@dataclass(frozen=True, slots=True)
class Pricing:
    """What a worker does with the columns of row groups."""

    needed: Any  # broadcast variable: Prices

    def __call__(self, found: Iterable[list[Part | None]]) -> Iterator[Priced | None]:
        """Points for each row group; ``None`` when the driver has to say what is wrong with it."""
        keep_machine_code()
        for parts in found:
            whole = [part for part in parts if part is not None]
            yield price_row_group(whole, self.needed.value) if len(whole) == len(parts) else None


def price_row_group(parts: list[Part], prices: Prices) -> Priced | None:
    """The points of one row group; ``None`` when the pricer refuses a case."""
    from chspay_cli.trial_columns import joined
    from chspay_settlement.engine.columnar.pricing import price_columns

    policy = Bundle.parse(prices.bundle).on(prices.on)
    try:
        pricer = Pricer(prices.table, policy, coefficients_of(policy, prices.coefficients))
        points = price_columns(joined(parts, prices.levels), pricer)
    except Fault:
        return None
    return Priced(points, frozenset(rule.key for rule in policy.used))


def _in_order(tasks: Any) -> Iterator[Any]:
    """What the tasks give back: worked out side by side and kept there, then fetched one after the other."""
    from pyspark import StorageLevel

    with failures():
        tasks.persist(StorageLevel.MEMORY_AND_DISK).count()
        yield from tasks.toLocalIterator(prefetchPartitions=True)
