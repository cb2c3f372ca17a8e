"""A whole trial clearing 试算 in memory: measure, price, value, split to hospitals and to cases.

The service runs the same steps one by one over its database; both use the functions of this package.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chspay_core.policy import Policy
from chspay_settlement.engine.measure import measure
from chspay_settlement.engine.model import (
    CaseKind,
    CasePoints,
    GroupTable,
    HospitalAmount,
    PointValue,
    PricedInput,
)
from chspay_settlement.engine.points import Pricer
from chspay_settlement.engine.value import (
    case_funds,
    form_of,
    hospital_totals,
    point_value,
    split_to_hospitals,
)
from chspay_settlement.engine.value_forms import Form

#: Told the name of each step as it begins: measure, points, value, allocate.
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Clearing:
    """What a clearing found. ``points`` and ``funds_fen`` stand in the order of the inputs; an
    excluded case has a fund of zero."""

    table: GroupTable
    pricer: Pricer
    form: Form
    value: PointValue
    hospitals: list[HospitalAmount]
    points: list[CasePoints]
    funds_fen: list[int]


def _quiet(_step: str) -> None:
    """Nobody watches."""


def clear(
    inputs: Sequence[PricedInput],
    fund_fen: int,
    policy: Policy,
    *,
    form: Form | None = None,
    progress: Progress = _quiet,
) -> Clearing:
    """Clears ``inputs`` against ``fund_fen``; the hospitals' funds sum to it exactly.

    :param form: a point value other than the policy's, for a trial without the patients' part.
    :raises Fault: whatever stops a clearing; nothing is half done.
    """
    progress("measure")
    table = measure(inputs, policy)
    progress("points")
    pricer = Pricer(table, policy)
    points = pricer.price_all(inputs)
    progress("value")
    chosen = form_of(policy) if form is None else form
    totals = hospital_totals(inputs, points, chosen)
    value = point_value(chosen, fund_fen, totals)
    hospitals = split_to_hospitals(value, totals)
    progress("allocate")
    funds = allocate(inputs, points, value, hospitals)
    return Clearing(table, pricer, chosen, value, hospitals, points, funds)


def allocate(
    inputs: Sequence[PricedInput],
    points: Sequence[CasePoints],
    value: PointValue,
    hospitals: Sequence[HospitalAmount],
) -> list[int]:
    """The fund of every case in the order of ``inputs``; excluded cases get zero."""
    held: dict[str, tuple[list[int], list[str], list[int], list[int]]] = {
        hospital.hospital_code: ([], [], [], []) for hospital in hospitals
    }
    for place, (inp, found) in enumerate(zip(inputs, points, strict=True)):
        if found.kind is not CaseKind.EXCLUDED:
            places, case_ids, weights, patients = held[inp.hospital_code]
            places.append(place)
            case_ids.append(inp.case_id)
            weights.append(found.points_micro)
            patients.append(inp.patient_fen or 0)
    funds = [0] * len(points)
    for hospital in hospitals:
        places, case_ids, weights, patients = held[hospital.hospital_code]
        given = case_funds(value, hospital, case_ids, weights, patients)
        for place, fund in zip(places, given, strict=True):
            funds[place] = fund
    return funds
