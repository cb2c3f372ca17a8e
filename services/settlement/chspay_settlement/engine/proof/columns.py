"""The cases of a large clearing, held as columns, as what is committed of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chspay_settlement.engine.columnar.clearing import ColumnClearing
from chspay_settlement.engine.columnar.columns import PIECE, UNKNOWN, Columns
from chspay_settlement.engine.columnar.families import KINDS
from chspay_settlement.engine.columnar.pricing import PointColumns
from chspay_settlement.engine.model import CaseKind
from chspay_settlement.engine.proof.leaves import CaseLeaf, inputs_of
from chspay_settlement.engine.proof.pool import Pool
from chspay_settlement.engine.proof.published import Published, publish
from chspay_settlement.engine.proof.sums import Sums, sums_of_case


def prove_clearing(done: ColumnClearing) -> Published:
    """The proof of a clearing over columns: the same as over single cases.

    :raises Fault: PROOF_SUMS_REFUSED, PROOF_TOTALS.
    """
    return publish(pool_of_cases(done.columns, done.points, done.funds_fen), done.division, done.table)


def pool_of_cases(columns: Columns, points: PointColumns, funds_fen: np.ndarray) -> Pool:
    """The tree of a month whose cases are columns, leaf by leaf.

    :raises Fault: PROOF_SUMS_REFUSED.
    """
    cases: dict[str, list[CaseLeaf]] = {}
    for code, found in _leaves(columns, points, funds_fen):
        cases.setdefault(code, []).append(found)
    for own in cases.values():
        own.sort(key=lambda found: found.case_id)
    return Pool.of_cases(cases)


def _leaves(columns: Columns, points: PointColumns, funds_fen: np.ndarray) -> Iterator[tuple[str, CaseLeaf]]:
    kinds = [kind.value for kind in KINDS]
    excluded = CaseKind.EXCLUDED.value
    for start in range(0, len(columns), PIECE):
        part = slice(start, start + PIECE)
        rows = zip(
            columns.case_id.slice(start, PIECE).to_pylist(),
            columns.hospital.codes[part].tolist(),
            columns.drg.codes[part].tolist(),
            columns.status.codes[part].tolist(),
            columns.department.codes[part].tolist(),
            columns.level[part].tolist(),
            columns.los_days[part].tolist(),
            points.kinds[part].tolist(),
            points.points_micro[part].tolist(),
            columns.cost_fen[part].tolist(),
            columns.patient_fen[part].tolist(),
            funds_fen[part].tolist(),
            strict=True,
        )
        for row, (case_id, hospital, *own, code, micro, cost, patient, fund) in enumerate(rows, start):
            kind, reason, sums = kinds[code], "", Sums()
            if kind == excluded:
                reason = points.reasons.get(row, "")
            else:
                sums = sums_of_case(micro, cost, 0 if patient == UNKNOWN else patient, fund)
            drg, status, department, level, days = own
            inputs = inputs_of(
                None if level == UNKNOWN else level,
                columns.drg.texts[drg],
                columns.status.texts[status],
                columns.department.texts[department],
                None if days == UNKNOWN else days,
                columns.marks.get(row, ()),
            )
            yield columns.hospital.texts[hospital], CaseLeaf(case_id, inputs, kind, reason, sums)
