"""The second half of a case's worksheet: from its points to its money."""

from __future__ import annotations

from fractions import Fraction

from chspay_core.amounts import fen_to_yuan, from_micro, ratio_half_up
from chspay_core.policy import Rule
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.model import HospitalAmount, PointValue, PricedInput
from chspay_settlement.engine.value_forms import Form

#: A share in whole fen; the fraction of a fen went by largest remainder.
REMAINDER = "largest_remainder"
DISPLAY = "display_4"


def write_money(
    sheet: Worksheet,
    form: Form,
    rule: Rule | None,
    value: PointValue,
    hospital: HospitalAmount,
    inp: PricedInput,
    fund_fen: int,
) -> None:
    """From the points on ``sheet`` to the fund part of the case.

    :param rule: the rule that chose the point value; ``None`` when a trial could not follow it.
    :param fund_fen: the fund part the clearing gave the case; the sheet must come to it.
    """
    _point_value(sheet, form, rule, value, hospital)
    share = _hospital_share(sheet, value, hospital)
    exact = Fraction(share * _micro(sheet), hospital.points_micro or 1)
    sheet.line(
        "case_exact",
        "病例应得额",
        _yuan4(exact),
        "yuan",
        formula="hospital_share × points ÷ hospital_points",
        inputs=("hospital_share", "points", "hospital_points"),
        rounding=DISPLAY,
    )
    patient = inp.patient_fen
    part = fund_fen + (patient or 0) if value.includes_patient else fund_fen
    if abs(part - exact) >= 1:
        raise AssertionError(f"the worksheet of {inp.case_id} does not come to its money")
    sheet.line(
        "case_share",
        "病例分得额",
        fen_to_yuan(part),
        "yuan",
        formula="case_exact",
        inputs=("case_exact",),
        rounding=REMAINDER,
    )
    if patient is not None:
        sheet.given("patient", "个人负担", fen_to_yuan(patient), "yuan")
    minus = value.includes_patient
    sheet.line(
        "fund",
        "医保基金支付额",
        fen_to_yuan(fund_fen),
        "yuan",
        formula="case_share − patient" if minus else "case_share",
        inputs=("case_share", "patient") if minus else ("case_share",),
    )
    if patient is not None:
        sheet.line(
            "total",
            "病例结算总额",
            fen_to_yuan(fund_fen + patient),
            "yuan",
            formula="fund + patient",
            inputs=("fund", "patient"),
        )


def _point_value(
    sheet: Worksheet, form: Form, rule: Rule | None, value: PointValue, hospital: HospitalAmount
) -> None:
    label = "可分配基金与个人负担合计" if form.includes_patient else "可分配基金"
    sheet.given("pool_money", label, fen_to_yuan(value.numerator_fen), "yuan")
    sheet.given("pool_points", "全部点数", from_micro(value.denominator_micro), "points")
    sheet.line(
        "point_value",
        "点值",
        value.display(),
        "yuan per point",
        formula="pool_money ÷ pool_points",
        inputs=("pool_money", "pool_points"),
        rounding=DISPLAY,
        rule=rule,
    )
    sheet.given("hospital_points", "本院点数", from_micro(hospital.points_micro), "points")


def _hospital_share(sheet: Worksheet, value: PointValue, hospital: HospitalAmount) -> int:
    exact = Fraction(value.numerator_fen * hospital.points_micro, value.denominator_micro)
    sheet.line(
        "hospital_exact",
        "本院应得额",
        _yuan4(exact),
        "yuan",
        formula="point_value × hospital_points",
        inputs=("point_value", "hospital_points"),
        rounding=DISPLAY,
    )
    share = hospital.total_fen if value.includes_patient else hospital.fund_fen
    if abs(share - exact) >= 1:
        raise AssertionError(f"the worksheet of {hospital.hospital_code} does not come to its money")
    sheet.line(
        "hospital_share",
        "本院分得额",
        fen_to_yuan(share),
        "yuan",
        formula="hospital_exact",
        inputs=("hospital_exact",),
        rounding=REMAINDER,
    )
    return share


def _micro(sheet: Worksheet) -> int:
    points = Fraction(sheet["points"].value) * 1_000_000
    return points.numerator


def _yuan4(fen: Fraction) -> str:
    return format(ratio_half_up(fen.numerator, fen.denominator * 100, 4), "f")
