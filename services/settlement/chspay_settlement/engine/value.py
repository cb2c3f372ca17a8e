"""The point value as an exact pair, and the split of the fund to hospitals and to their cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chspay_core.policy import Policy

from chspay_settlement.engine.model import (
    CaseAmount,
    CasePoints,
    HospitalAmount,
    HospitalTotals,
    PointValue,
    PricedInput,
)


def hospital_totals(inputs: Iterable[PricedInput], points: Iterable[CasePoints]) -> list[HospitalTotals]:
    """Adds cases up to hospitals, sorted by code; excluded cases count nowhere."""
    raise NotImplementedError


def point_value(policy: Policy, fund_fen: int, totals: Sequence[HospitalTotals]) -> PointValue:
    """The point value of the form the policy names (``point_value.form``).

    :raises Fault: FUND_NEGATIVE, NO_POINTS (a fund and nobody with points), METHOD_UNKNOWN.
    """
    raise NotImplementedError


def split_to_hospitals(value: PointValue, totals: Sequence[HospitalTotals]) -> list[HospitalAmount]:
    """Hands the fund out to hospitals by points; the funds sum to the fund exactly."""
    raise NotImplementedError


def split_to_cases(
    value: PointValue, hospital: HospitalAmount, cases: Sequence[tuple[str, int, int]]
) -> list[CaseAmount]:
    """Hands one hospital's money out to its cases ``(case_id, points_micro, patient_fen)``."""
    raise NotImplementedError


def prepaid_fen(value: PointValue, hospital: HospitalAmount, policy: Policy) -> int:
    """What is paid now of a hospital's fund (``prepay.share``); a receivable is carried whole."""
    raise NotImplementedError
