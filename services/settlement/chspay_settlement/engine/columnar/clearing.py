"""A whole clearing over columns: the steps of ``engine.month.clearing``, the same answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chspay_core.policy import Policy
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.coefficient.source import Coefficients
from chspay_settlement.engine.columnar.columns import Columns, Each
from chspay_settlement.engine.columnar.dividing import allocate_columns, divide_columns
from chspay_settlement.engine.columnar.handout import counted_hospitals
from chspay_settlement.engine.columnar.measuring import measure_columns
from chspay_settlement.engine.columnar.pricing import PointColumns, Price, price_columns
from chspay_settlement.engine.model import GroupTable, HospitalAmount, PointValue
from chspay_settlement.engine.month.clearing import Progress
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.value.forms import Form
from chspay_settlement.engine.value.split import form_of


@dataclass(frozen=True)
class ColumnClearing:
    """What a clearing over columns found; ``points`` and ``funds_fen`` stand in the order of the cases."""

    columns: Columns
    table: GroupTable
    pricer: Pricer
    division: Division
    points: PointColumns
    funds_fen: np.ndarray

    @property
    def value(self) -> PointValue:
        """The value of all points together."""
        return self.division.value

    @property
    def hospitals(self) -> list[HospitalAmount]:
        """The hospitals' money, by code."""
        return self.division.hospitals


def _quiet(_step: str) -> None:
    """Nobody watches."""


def clear_columns(  # noqa: PLR0913 - what a clearing needs, and who does its work
    columns: Columns,
    fund_fen: int,
    policy: Policy,
    *,
    form: Form | None = None,
    table: GroupTable | None = None,
    coefficients: Coefficients | None = None,
    progress: Progress = _quiet,
    each: Each = map,
    price: Price = price_columns,
) -> ColumnClearing:
    """Clears the cases of ``columns`` against ``fund_fen``, as :func:`~.engine.clearing.clear` does.

    :param form: a point value other than the policy's, for a trial without the patients' part.
    :param table: the prefecture's point table; left out, the groups are measured from ``columns``.
    :param coefficients: those measured on a base year; left out, the policy's published ones.
    :param each: ``map``, or that of a pool of threads.
    :param price: prices the cases; another one than ours has other machines do it.
    :raises Fault: whatever stops a clearing; nothing is half done.
    """
    progress("measure")
    measured = measure_columns(columns, Terms.read(policy), each) if table is None else table
    progress("points")
    pricer = Pricer(measured, policy, coefficients)
    points = price(columns, pricer, each)
    progress("value")
    chosen = form_of(policy) if form is None else form
    counted = counted_hospitals(columns, points, each)
    division = divide_columns(columns, points, counted, fund_fen, policy, chosen, each)
    progress("allocate")
    funds = allocate_columns(columns, points, counted, division, policy, each)
    return ColumnClearing(columns, measured, pricer, division, points, funds)
