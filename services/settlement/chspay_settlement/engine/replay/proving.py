"""The proof of a month's totals from its cases over columns, as its run published it."""

from __future__ import annotations

import numpy as np

from chspay_settlement.engine.columnar.clearing import ColumnClearing
from chspay_settlement.engine.columnar.columns import Each
from chspay_settlement.engine.proof.leaves import CaseLeaf, case_leaf
from chspay_settlement.engine.proof.published import Published, prove


def proof_of_columns(done: ColumnClearing, each: Each = map) -> Published:
    """As :func:`~chspay_settlement.engine.proof.published.prove` over the cases of a clearing.

    :raises Fault: PROOF_SUMS_REFUSED, PROOF_TOTALS.
    """
    columns = done.columns
    order = np.argsort(columns.hospital.codes, kind="stable")
    ends = np.cumsum(np.bincount(columns.hospital.codes, minlength=len(columns.hospital.texts)))
    places = np.split(order, ends[:-1])
    leaves = each(lambda rows: _leaves(done, rows), places)
    return prove(dict(zip(columns.hospital.texts, leaves, strict=True)), done.division, done.table)


def _leaves(done: ColumnClearing, rows: np.ndarray) -> list[CaseLeaf]:
    """What is committed of one hospital's cases, in order of their numbers."""
    listed = rows.tolist()
    inputs = done.columns.inputs(listed)
    funds = done.funds_fen[rows].tolist()
    found = [
        case_leaf(inp, done.points[row], fund) for inp, row, fund in zip(inputs, listed, funds, strict=True)
    ]
    return sorted(found, key=lambda leaf: leaf.case_id)
