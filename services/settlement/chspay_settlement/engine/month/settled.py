"""Cases with their points, and a fund divided among them; what a run and a correction of it share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from chspay_core.policy import Policy
from chspay_settlement.engine.model import CaseKind, CasePoints, PricedInput
from chspay_settlement.engine.value.divide import Division, divide
from chspay_settlement.engine.value.facts import facts_of, fixed_of
from chspay_settlement.engine.value.forms import Form
from chspay_settlement.engine.value.split import hospital_totals

#: A case of a pool: hospital and case id.
CaseKey = tuple[str, str]


class Settled(NamedTuple):
    """A case with its points."""

    inp: PricedInput
    points: CasePoints


def divide_cases(cases: Collection[Settled], fund_fen: int, policy: Policy, form: Form) -> Division:
    """The fund divided over cases; excluded ones count nowhere.

    :raises Fault: as ``divide``, ``hospital_totals`` and ``facts_of``.
    """
    inputs, points = [case.inp for case in cases], [case.points for case in cases]
    totals = hospital_totals(inputs, points, form)
    return divide(fund_fen, totals, policy, form, facts_of(inputs, points, form, policy))


def funds_of_cases(
    division: Division, policy: Policy, hospital_code: str, cases: Sequence[Settled]
) -> dict[str, int]:
    """The fund of each case of one hospital, fen; an excluded case gets nothing."""
    funds = {case.inp.case_id: 0 for case in cases}
    counted = [case for case in cases if case.points.kind is not CaseKind.EXCLUDED]
    if not counted:
        return funds
    fixed = fixed_of(policy, division.form)
    given = division.case_funds(
        hospital_code,
        [case.inp.case_id for case in counted],
        [case.points.points_micro for case in counted],
        [case.inp.patient_fen or 0 for case in counted],
        () if fixed is None else [fixed(case.inp, case.points) for case in counted],
    )
    funds.update(zip((case.inp.case_id for case in counted), given, strict=True))
    return funds
