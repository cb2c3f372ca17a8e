"""The fund divided among hospitals and handed out to cases, over columns, by whichever form is in force.

A form that splits a hospital's money by points is worked out in compiled loops. One that looks at single
cases (published rates, elastic parts) goes through the functions of :mod:`value_divide`, hospital by
hospital: slower, and the same fen.
"""

from __future__ import annotations

import numpy as np

from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement.engine.columnar.columns import UNKNOWN, Columns, Each
from chspay_settlement.engine.columnar.combining import combine, numbered
from chspay_settlement.engine.columnar.handout import hand_out, totals_of_columns
from chspay_settlement.engine.columnar.pricing import PointColumns
from chspay_settlement.engine.columnar.sums import by_group
from chspay_settlement.engine.value.divide import Division, divide
from chspay_settlement.engine.value.facts import Facts, facts_of, fixed_of
from chspay_settlement.engine.value.forms import Form, Way
from chspay_settlement.engine.value.split import HOSPITAL_NO_POINTS

#: Forms under which a hospital's money goes to its cases by points alone.
_BY_POINTS = frozenset({Way.SPLIT, Way.LEVEL_SPLIT})


def divide_columns(
    columns: Columns,
    points: PointColumns,
    counted: np.ndarray,
    fund_fen: int,
    policy: Policy,
    form: Form,
    each: Each = map,
) -> Division:
    """As :func:`~chspay_settlement.engine.value.divide.divide` over the totals of the columns.

    :param counted: per case the code of its hospital, below zero where the case is excluded.
    :raises Fault: PATIENT_PAID_MISSING, and what :func:`divide` raises.
    """
    totals = totals_of_columns(columns, points, counted, form, each)
    facts = facts_of_columns(columns, points, counted, policy, form, each)
    return divide(fund_fen, totals, policy, form, facts)


def facts_of_columns(
    columns: Columns,
    points: PointColumns,
    counted: np.ndarray,
    policy: Policy,
    form: Form,
    each: Each = map,
) -> Facts:
    """As :func:`~chspay_settlement.engine.value.facts.facts_of`, over columns.

    :raises Fault: HOSPITAL_LEVELS_DIFFER, and what the policy's own keys lack.
    """
    if form.way is Way.SPLIT:
        return Facts()
    if form.way is Way.ELASTIC:
        rows = np.flatnonzero(counted >= 0).tolist()
        return facts_of(columns.inputs(rows), (points[row] for row in rows), form, policy)
    # Levels differ between hospitals, hardly within: one case of each pair says all.
    pairs = [(counted + np.int32(1), len(columns.hospital.texts) + 1), numbered(columns.level)]
    rows = [row for row in sorted(combine(columns.pieces(), each, pairs).rows) if counted[row] >= 0]
    found = facts_of(columns.inputs(rows), (points[row] for row in rows), form, policy)
    if not form.priced_up:
        return found
    texts = columns.hospital.texts
    cases = by_group(columns.pieces(), each, counted, points.points_micro, len(texts))
    of_hospitals = zip(texts, map(np.ndarray.tolist, cases), strict=True)
    return Facts(found.levels, found.fixed_micro, {code: own for code, own in of_hospitals if own})


def allocate_columns(
    columns: Columns,
    points: PointColumns,
    counted: np.ndarray,
    division: Division,
    policy: Policy,
    each: Each = map,
) -> np.ndarray:
    """The fund of every case in fen; excluded cases get zero.

    :raises Fault: HOSPITAL_NO_POINTS.
    """
    if division.form.way not in _BY_POINTS:
        return _by_hospital(columns, points, counted, division, policy, each)
    places = {code: place for place, code in enumerate(columns.hospital.texts)}
    shares = [0] * len(places)
    for hospital in division.hospitals:
        share = hospital.total_fen if division.form.includes_patient else hospital.fund_fen
        if share and not hospital.points_micro:
            raise Fault(HOSPITAL_NO_POINTS, value=share, hospital=hospital.hospital_code)
        shares[places[hospital.hospital_code]] = share
    funds = hand_out(columns, points.points_micro, counted, shares, each)
    if division.form.includes_patient:
        borne = (counted >= 0) & (columns.patient_fen != UNKNOWN)
        np.subtract(funds, columns.patient_fen, out=funds, where=borne)
    return funds


def _by_hospital(
    columns: Columns,
    points: PointColumns,
    counted: np.ndarray,
    division: Division,
    policy: Policy,
    each: Each,
) -> np.ndarray:
    texts, fixed = columns.hospital.texts, fixed_of(policy, division.form)
    places = np.arange(len(columns), dtype=np.int64)
    rows_of = dict(zip(texts, by_group(columns.pieces(), each, counted, places, len(texts)), strict=True))
    funds = np.zeros(len(columns), np.int64)
    for hospital in division.hospitals:
        rows = rows_of[hospital.hospital_code]
        listed, weights = rows.tolist(), points.points_micro[rows].tolist()
        parts: list[int] = []
        if fixed is not None:
            parts = [fixed(inp, points[row]) for inp, row in zip(columns.inputs(listed), listed, strict=True)]
        patients = np.where(columns.patient_fen[rows] == UNKNOWN, 0, columns.patient_fen[rows]).tolist()
        case_ids = columns.case_id.take(rows).to_pylist()
        funds[rows] = division.case_funds(hospital.hospital_code, case_ids, weights, patients, parts)
    return funds
