"""A whole trial clearing 试算 in memory: measure, price, divide, hand out to cases.

The service runs the same steps one by one over its database; both use the functions of this package.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chspay_core.policy import Policy
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.coefficient.source import Coefficients
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.model import (
    CaseKind,
    CasePoints,
    GroupTable,
    HospitalAmount,
    PointValue,
    PricedInput,
)
from chspay_settlement.engine.value.divide import Division, divide
from chspay_settlement.engine.value.facts import facts_of, fixed_of
from chspay_settlement.engine.value.forms import Form
from chspay_settlement.engine.value.split import form_of, hospital_totals

#: Told the name of each step as it begins: measure, points, value, allocate.
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Clearing:
    """What a clearing found. ``points`` and ``funds_fen`` stand in the order of the inputs; an
    excluded case has a fund of zero."""

    table: GroupTable
    pricer: Pricer
    division: Division
    points: list[CasePoints]
    funds_fen: list[int]

    @property
    def form(self) -> Form:
        """The form of the point value."""
        return self.division.form

    @property
    def value(self) -> PointValue:
        """The value of all points together."""
        return self.division.value

    @property
    def hospitals(self) -> list[HospitalAmount]:
        """Every hospital's money, by code."""
        return self.division.hospitals


def _quiet(_step: str) -> None:
    """Nobody watches."""


def clear(
    inputs: Sequence[PricedInput],
    fund_fen: int,
    policy: Policy,
    *,
    form: Form | None = None,
    table: GroupTable | None = None,
    coefficients: Coefficients | None = None,
    progress: Progress = _quiet,
) -> Clearing:
    """Clears ``inputs`` against ``fund_fen``; the hospitals' funds and the residual sum to it exactly.

    :param form: a point value other than the policy's, for a trial without the patients' part.
    :param table: the prefecture's point table, when several pools share one; left out, the groups are
        measured from ``inputs``.
    :param coefficients: those measured on a base year; left out, the policy's published ones.
    :raises Fault: whatever stops a clearing; nothing is half done.
    """
    progress("measure")
    measured = measure(inputs, policy) if table is None else table
    progress("points")
    pricer = Pricer(measured, policy, coefficients)
    points = pricer.price_all(inputs)
    progress("value")
    chosen = form_of(policy) if form is None else form
    totals = hospital_totals(inputs, points, chosen)
    division = divide(fund_fen, totals, policy, chosen, facts_of(inputs, points, chosen, policy))
    progress("allocate")
    funds = allocate(inputs, points, division, policy)
    return Clearing(measured, pricer, division, points, funds)


def allocate(
    inputs: Sequence[PricedInput], points: Sequence[CasePoints], division: Division, policy: Policy
) -> list[int]:
    """The fund of every case in the order of ``inputs``; excluded cases get zero."""
    fixed = fixed_of(policy, division.form)
    held: dict[str, list[int]] = {hospital.hospital_code: [] for hospital in division.hospitals}
    for place, (inp, found) in enumerate(zip(inputs, points, strict=True)):
        if found.kind is not CaseKind.EXCLUDED:
            held[inp.hospital_code].append(place)
    funds = [0] * len(points)
    for code, places in held.items():
        given = division.case_funds(
            code,
            [inputs[place].case_id for place in places],
            [points[place].points_micro for place in places],
            [inputs[place].patient_fen or 0 for place in places],
            [] if fixed is None else [fixed(inputs[place], points[place]) for place in places],
        )
        for place, fund in zip(places, given, strict=True):
            funds[place] = fund
    return funds
