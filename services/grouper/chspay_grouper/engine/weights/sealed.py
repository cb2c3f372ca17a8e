"""Measured weights as a weight table that can be sealed, and what such a table says of grouped cases."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pyarrow as pa

from chspay_core import weight_table
from chspay_core.amounts import MICRO_PLACES, from_micro, plain
from chspay_core.cited import cited
from chspay_core.measuring import SCALE
from chspay_core.weight_table import DRG, Facts, Row, WeightTable
from chspay_grouper.engine.weights.cases import grouped_rows, text_column
from chspay_grouper.engine.weights.model import GroupWeight, Measured
from chspay_grouper.engine.weights.terms import WeightTerms

#: What a case is to a weight table.
WEIGHTED, NO_WEIGHT, NOT_GROUPED = "weighted", "no_weight", "not_grouped"
STATUSES = (WEIGHTED, NO_WEIGHT, NOT_GROUPED)
#: What a table answers for a case; ``weight`` is plain decimal text, empty when there is none.
ANSWER_COLUMNS = ("drg", "weight", "weight_status")


def weight_table_of(measured: Measured, terms: WeightTerms, table_id: str, scheme: str = "") -> WeightTable:
    """The table of these weights, with every rule they were measured under.

    :param scheme: SM3 of the grouping scheme the cases were grouped by, as far as known.
    """
    policy = terms.policy
    facts = Facts(
        table_id=table_id,
        place=policy.place,
        on=policy.on.isoformat(),
        policy_digest=policy.digest,
        scheme=scheme,
        scale=policy.text(SCALE),
        places=measured.places,
        overall=measured.overall,
    )
    rows = [_row(measured, group, terms) for group in measured.groups]
    return weight_table.seal(facts, rows, [cited(rule) for rule in policy.used])


def _row(measured: Measured, group: GroupWeight, terms: WeightTerms) -> Row:
    unit = 10 ** (MICRO_PLACES - measured.places)
    mean: Fraction | None = terms.years.mean(group.years) if group.years else None
    return Row(
        kind=group.kind.value,
        code=group.code,
        cases=group.cases,
        kept=group.kept,
        stable=group.stable,
        no_coefficient=group.no_coefficient,
        cv=group.cv_display,
        mean=mean,
        median_twice_fen=group.median_twice_fen,
        weight_micro=group.units * unit,
        points_micro=group.points_units * unit,
        parts_micro=tuple(part * unit for part in group.part_units or ()),
        levels=tuple((entry.level, entry.units * unit) for entry in group.levels),
    )


class Weighed:
    """What a table says of grouped cases: the weight of each case's DRG, or why it has none.

    :param levels: hospital level by code; a group with weights by level needs it.
    """

    def __init__(self, table: WeightTable, levels: Mapping[str, int]) -> None:
        self._rows = {row.code: row for row in table.rows if row.kind == DRG}
        self._levels = levels

    def columns(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """The answer columns :data:`ANSWER_COLUMNS`, row for row."""
        table = pa.Table.from_batches([batch])
        drgs = text_column(table, "drg").to_pylist()
        hospitals = text_column(table, "hospital_code").to_pylist()
        grouped = grouped_rows(table).tolist()
        keys = list(zip(drgs, hospitals, grouped, strict=True))
        answers = {key: self._answer(*key) for key in set(keys)}
        columns = zip(*(answers[key] for key in keys), strict=True) if keys else ([], [], [])
        return {
            name: pa.array(cells, pa.string()) for name, cells in zip(ANSWER_COLUMNS, columns, strict=True)
        }

    def _answer(self, drg: str, hospital: str, grouped: bool) -> tuple[str, str, str]:
        if not grouped:
            return "", "", NOT_GROUPED
        row = self._rows.get(drg)
        weight = row.weight_at(self._levels.get(hospital)) if row else None
        if weight is None:
            return drg, "", NO_WEIGHT
        return drg, plain(from_micro(weight)), WEIGHTED
