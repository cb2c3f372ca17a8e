"""The point value as an exact pair, and the split of the fund to hospitals and to their cases.

Money is split down: a fixed sum is fully handed out in whole fen by largest remainder, first to
hospitals by their points, then within each hospital to its cases. Under V1 the sum is the fund and
the patients' part together, and a hospital's fund is its share less what its patients bear; when that
is negative the hospital owes it, and it is never clipped. Sums are asserted where they are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import sub

from chspay_core.amounts import largest_remainder
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_settlement.engine.model import (
    CaseKind,
    CasePoints,
    HospitalAmount,
    HospitalTotals,
    PointValue,
    PricedInput,
)
from chspay_settlement.engine.value.forms import POINT_VALUE, Form

FUND_NEGATIVE = Reason("FUND_NEGATIVE", Kind.INVALID, "可分配的基金不能小于零，收到{value}分。")
NO_POINTS = Reason(
    "NO_POINTS", Kind.PRECONDITION, "有{value}分基金待分配，但没有任何病例取得点数，点值无法计算。"
)
PATIENT_PAID_MISSING = Reason(
    "PATIENT_PAID_MISSING",
    Kind.PRECONDITION,
    "点值按总费用计算，需要每例的个人负担；病例{value}（医疗机构{hospital}）没有填写。",
)
HOSPITAL_NO_POINTS = Reason(
    "HOSPITAL_NO_POINTS", Kind.INTERNAL, "医疗机构{hospital}没有点数，却要向其病例分配{value}分。"
)


def hospital_totals(
    inputs: Iterable[PricedInput], points: Iterable[CasePoints], form: Form
) -> list[HospitalTotals]:
    """Adds cases up to hospitals, sorted by code; excluded cases count nowhere.

    :raises Fault: PATIENT_PAID_MISSING when ``form`` needs the patients' part and a case has none.
    """
    sums: dict[str, list[int]] = {}
    for inp, found in zip(inputs, points, strict=True):
        if found.kind is CaseKind.EXCLUDED:
            continue
        patient = inp.patient_fen
        if patient is None and form.needs_patient:
            raise Fault(
                PATIENT_PAID_MISSING, field="patient_paid", value=inp.case_id, hospital=inp.hospital_code
            )
        row = sums.get(inp.hospital_code)
        if row is None:
            row = sums[inp.hospital_code] = [0, 0, 0, 0]
        row[0] += 1
        row[1] += found.points_micro
        row[2] += inp.cost_fen or 0
        row[3] += patient or 0
    return [HospitalTotals(code, *sums[code]) for code in sorted(sums)]


def form_of(policy: Policy) -> Form:
    """The definition of the point value in force (``point_value.form``).

    :raises Fault: POLICY_MISSING, METHOD_UNKNOWN.
    """
    return POINT_VALUE.chosen(policy)


def point_value(form: Form, fund_fen: int, totals: Sequence[HospitalTotals]) -> PointValue:
    """The point value of this fund and these points.

    :raises Fault: FUND_NEGATIVE, NO_POINTS.
    """
    if fund_fen < 0:
        raise Fault(FUND_NEGATIVE, field="fund", value=fund_fen)
    points = sum(total.points_micro for total in totals)
    if points <= 0:
        raise Fault(NO_POINTS, field="points", value=fund_fen)
    patient = sum(total.patient_fen for total in totals) if form.includes_patient else 0
    return PointValue(fund_fen + patient, points, form.includes_patient)


def split_to_hospitals(value: PointValue, totals: Sequence[HospitalTotals]) -> list[HospitalAmount]:
    """Hands the money out to hospitals by points; the funds sum to the fund exactly."""
    shares = largest_remainder(
        value.numerator_fen,
        [total.points_micro for total in totals],
        [total.hospital_code for total in totals],
        signed=True,
    )
    amounts = []
    for total, share in zip(totals, shares, strict=True):
        fund, whole = _parts(value, share, total.patient_fen)
        amounts.append(HospitalAmount(*total, fund_fen=fund, total_fen=whole))
    patient = sum(total.patient_fen for total in totals) if value.includes_patient else 0
    if sum(amount.fund_fen for amount in amounts) != value.numerator_fen - patient:
        raise AssertionError("the hospitals' funds must sum to the fund")
    return amounts


def case_funds(
    value: PointValue,
    hospital: HospitalAmount,
    case_ids: Sequence[str],
    points_micro: Sequence[int],
    patients_fen: Sequence[int],
) -> list[int]:
    """Hands one hospital's money out to its cases by points; the fund of each case, fen.

    Answers in the order of ``case_ids``, which are distinct and decide ties.

    :raises Fault: HOSPITAL_NO_POINTS.
    """
    share = hospital.total_fen if value.includes_patient else hospital.fund_fen
    if share and not any(points_micro):
        raise Fault(HOSPITAL_NO_POINTS, value=share, hospital=hospital.hospital_code)
    funds = largest_remainder(share, points_micro, case_ids, signed=True)
    if value.includes_patient:
        funds = list(map(sub, funds, patients_fen))
    if sum(funds) != hospital.fund_fen:
        raise AssertionError("the cases' funds must sum to their hospital's fund")
    return funds


def _parts(value: PointValue, share: int, patient: int) -> tuple[int, int]:
    """``(fund, total)`` of a share of the numerator."""
    return (share - patient, share) if value.includes_patient else (share, share + patient)
