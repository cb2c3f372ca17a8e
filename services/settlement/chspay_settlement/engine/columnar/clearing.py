"""A whole clearing over columns: the steps of :mod:`chspay_settlement.engine.clearing`, the same answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement.engine.clearing import Progress
from chspay_settlement.engine.columnar.columns import UNKNOWN, Columns, Each
from chspay_settlement.engine.columnar.handout import counted_hospitals, hand_out, totals_of_columns
from chspay_settlement.engine.columnar.measuring import measure_columns
from chspay_settlement.engine.columnar.pricing import PointColumns, price_columns
from chspay_settlement.engine.model import GroupTable, HospitalAmount, PointValue
from chspay_settlement.engine.points import Pricer
from chspay_settlement.engine.value import HOSPITAL_NO_POINTS, form_of, point_value, split_to_hospitals
from chspay_settlement.engine.value_forms import Form


@dataclass(frozen=True)
class ColumnClearing:
    """What a clearing over columns found; ``points`` and ``funds_fen`` stand in the order of the cases."""

    columns: Columns
    table: GroupTable
    pricer: Pricer
    form: Form
    value: PointValue
    hospitals: list[HospitalAmount]
    points: PointColumns
    funds_fen: np.ndarray


def _quiet(_step: str) -> None:
    """Nobody watches."""


def clear_columns(
    columns: Columns,
    fund_fen: int,
    policy: Policy,
    *,
    form: Form | None = None,
    progress: Progress = _quiet,
    each: Each = map,
) -> ColumnClearing:
    """Clears the cases of ``columns`` against ``fund_fen``, as :func:`~.engine.clearing.clear` does.

    :param each: ``map``, or that of a pool of threads.
    :raises Fault: whatever stops a clearing; nothing is half done.
    """
    progress("measure")
    pricer = Pricer(GroupTable(0, 0, {}), policy)
    table = measure_columns(columns, pricer.terms, each)
    progress("points")
    pricer = Pricer(table, policy)
    points = price_columns(columns, pricer, each)
    progress("value")
    chosen = form_of(policy) if form is None else form
    counted = counted_hospitals(columns, points, each)
    totals = totals_of_columns(columns, points, counted, chosen, each)
    value = point_value(chosen, fund_fen, totals)
    hospitals = split_to_hospitals(value, totals)
    progress("allocate")
    funds = allocate_columns(columns, points, counted, value, hospitals, each)
    return ColumnClearing(columns, table, pricer, chosen, value, hospitals, points, funds)


def allocate_columns(
    columns: Columns,
    points: PointColumns,
    counted: np.ndarray,
    value: PointValue,
    hospitals: Sequence[HospitalAmount],
    each: Each = map,
) -> np.ndarray:
    """The fund of every case in fen; excluded cases get zero.

    :param counted: per case the code of its hospital, below zero where the case is excluded.
    :raises Fault: HOSPITAL_NO_POINTS.
    """
    places = {code: place for place, code in enumerate(columns.hospital.texts)}
    shares = [0] * len(places)
    for hospital in hospitals:
        share = hospital.total_fen if value.includes_patient else hospital.fund_fen
        if share and not hospital.points_micro:
            raise Fault(HOSPITAL_NO_POINTS, value=share, hospital=hospital.hospital_code)
        shares[places[hospital.hospital_code]] = share
    funds = hand_out(columns, points.points_micro, counted, shares, each)
    if value.includes_patient:
        borne = (counted >= 0) & (columns.patient_fen != UNKNOWN)
        np.subtract(funds, columns.patient_fen, out=funds, where=borne)
    return funds
