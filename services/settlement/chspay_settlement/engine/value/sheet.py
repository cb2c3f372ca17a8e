"""The second half of a case's worksheet: from its points to its money, under every form of the value.

Every line has its formula over earlier lines, its rounding, and the rule and document behind it, so that
the money can be worked out again from the sheet alone.
"""

from __future__ import annotations

import re
from fractions import Fraction

from chspay_core.amounts import MICRO, fen_to_yuan, from_micro, plain, ratio_half_up
from chspay_core.policy import Policy, Rule
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.model import PricedInput
from chspay_settlement.engine.value.divide import LEVEL_RATES, RATE, SHARES, Division
from chspay_settlement.engine.value.elastic import FLOATING_MAX
from chspay_settlement.engine.value.facts import BASE_SHARE, FIXED_PART, FIXED_VALUE, VALUE_METHOD
from chspay_settlement.engine.value.forms import Way

#: A share in whole fen; the fraction of a fen went by largest remainder.
REMAINDER = "largest_remainder"
DISPLAY = "display_4"
_NAME = re.compile("[a-z_]+")


def _yuan4(fen: Fraction) -> str:
    return format(ratio_half_up(fen.numerator, fen.denominator * 100, 4), "f")


def write_amount(
    sheet: Worksheet,
    division: Division,
    policy: Policy,
    inp: PricedInput,
    fund_fen: int,
    *,
    rule: Rule | None,
    fixed_micro: int | None = None,
) -> None:
    """From the points on ``sheet`` to the fund part of a case.

    :param fund_fen: the fund part the clearing gave the case; the sheet must come to it.
    :param rule: the rule that chose the form; ``None`` when a trial could not follow it.
    :param fixed_micro: how much of the case's points is fixed, where the form looks at single cases.
    """
    lines = _Lines(sheet, division, policy, inp, rule)
    if division.form.priced_up:
        lines.rate(fund_fen)
    else:
        {Way.SPLIT: lines.one_value, Way.LEVEL_SPLIT: lines.level_value, Way.ELASTIC: lines.two_values}[
            division.form.way
        ]()
        lines.case_share(fund_fen, fixed_micro)
    lines.fund(fund_fen)


class _Lines:
    """Writes the lines of one case's money."""

    def __init__(
        self, sheet: Worksheet, division: Division, policy: Policy, inp: PricedInput, rule: Rule | None
    ) -> None:
        self.sheet = sheet
        self.division = division
        self.policy = policy
        self.inp = inp
        self.rule = rule
        self.place = division.place(inp.hospital_code)
        self.hospital = division.hospitals[self.place]
        self.with_patient = division.form.includes_patient

    def _line(
        self, key: str, label: str, value: str, formula: str, rounding: str = "", rule: Rule | None = None
    ) -> None:
        """A line in yuan, or in yuan per point; its inputs are the names in its formula."""
        inputs = [name for name in _NAME.findall(formula) if name != "min"]
        unit = "yuan per point" if key.endswith("value") else "yuan"
        self.sheet.line(key, label, value, unit, formula=formula, inputs=inputs, rounding=rounding, rule=rule)

    def _pool(self) -> None:
        hospitals = self.division.hospitals
        patient = sum(hospital.patient_fen for hospital in hospitals) if self.with_patient else 0
        label = "可分配基金与个人负担合计" if self.with_patient else "可分配基金"
        self.sheet.given("pool_money", label, fen_to_yuan(self.division.fund_fen + patient), "yuan")
        points = from_micro(sum(hospital.points_micro for hospital in hospitals))
        self.sheet.given("pool_points", "全部点数", points, "points")

    def _hospital(self, formula: str, rounding: str = REMAINDER) -> None:
        """From the hospital's exact share to whole fen."""
        exact = self.division.exact[self.place] + (self.hospital.patient_fen if self.with_patient else 0)
        share = self.hospital.total_fen if self.with_patient else self.hospital.fund_fen
        if abs(share - exact) >= 1:
            raise AssertionError(f"the worksheet of {self.hospital.hospital_code} does not come to its money")
        self._line("hospital_exact", "本院应得额", _yuan4(exact), formula, DISPLAY)
        self._line("hospital_share", "本院分得额", fen_to_yuan(share), "hospital_exact", rounding)

    def _hospital_points(self) -> None:
        self.sheet.given("hospital_points", "本院点数", from_micro(self.hospital.points_micro), "points")

    def one_value(self) -> None:
        """One value for all points; its gross form where the published value is at total cost."""
        self._pool()
        value = self.division.value.display()
        self._line("point_value", "点值", value, "pool_money ÷ pool_points", DISPLAY, self.rule)
        if self.division.form.grossed:
            cost = sum(hospital.cost_fen for hospital in self.division.hospitals)
            patient = sum(hospital.patient_fen for hospital in self.division.hospitals)
            self.sheet.given("pool_cost", "全部病例总费用", fen_to_yuan(cost), "yuan")
            self.sheet.given("pool_patient", "全部病例个人负担", fen_to_yuan(patient), "yuan")
            gross = self.division.part("gross").display()
            formula = "point_value × pool_cost ÷ (pool_cost − pool_patient)"
            self._line("gross_value", "按总费用折算的点值", gross, formula, DISPLAY, self.rule)
        self._hospital_points()
        self._hospital("point_value × hospital_points")

    def level_value(self) -> None:
        """The value of the hospital's level, over its share of the fund."""
        self._pool()
        level, value = self.division.levels[self.place], self.division.values[self.place]
        share = next(row["share"] for row in self.policy.table(SHARES) if int(row["level"]) == level)
        self.sheet.given("hospital_level", "本院等级", level, "level")
        self.sheet.rule("level_share", "本等级基金份额", share, "ratio", rule=self.policy.rule(SHARES))
        money = fen_to_yuan(value.numerator_fen)
        self._line("level_money", "本等级基金", money, "pool_money × level_share", REMAINDER)
        self.sheet.given("level_points", "本等级点数", from_micro(value.denominator_micro), "points")
        formula = "level_money ÷ level_points"
        self._line("point_value", "点值", value.display(), formula, DISPLAY, self.rule)
        self._hospital_points()
        self._hospital("point_value × hospital_points")

    def two_values(self) -> None:
        """The fixed value, the floating one, and what they come to."""
        self._pool()
        division, policy = self.division, self.policy
        if policy.text(VALUE_METHOD) == "published@1":
            rule = policy.rule(FIXED_VALUE)
            self.sheet.rule("fixed_value", "固定点值", policy.decimal(FIXED_VALUE), rule.unit, rule=rule)
        else:
            rule = policy.rule(BASE_SHARE)
            self.sheet.rule("base_share", "基数部分的比例", policy.decimal(BASE_SHARE), rule.unit, rule=rule)
            self.sheet.given("base_points", "基数点数", from_micro(division.base_micro), "points")
            fixed, formula = division.part("fixed").display(), "pool_money × base_share ÷ base_points"
            self._line("fixed_value", "固定点值", fixed, formula, DISPLAY, policy.rule(VALUE_METHOD))
        self.sheet.given("pool_fixed", "全部固定点数", from_micro(sum(division.fixed_micro)), "points")
        formula = "(pool_money − fixed_value × pool_fixed) ÷ (pool_points − pool_fixed)"
        if policy.has(FLOATING_MAX):
            rule = policy.rule(FLOATING_MAX)
            self.sheet.rule(
                "floating_max", "浮动点值上限", policy.decimal(FLOATING_MAX), rule.unit, rule=rule
            )
            formula = f"min({formula}, floating_max)"
        floating = division.part("floating").display()
        if sum(division.fixed_micro) < sum(hospital.points_micro for hospital in division.hospitals):
            self._line("floating_value", "浮动点值", floating, formula, DISPLAY, self.rule)
        else:
            self.sheet.given("floating_value", "浮动点值（没有浮动点数）", "0", "yuan per point")
        self._hospital_points()
        rule = policy.rule(FIXED_PART)
        own = from_micro(division.fixed_micro[self.place])
        self.sheet.rule("hospital_fixed", "本院固定点数", own, "points", rule=rule)
        formula = "fixed_value × hospital_fixed + floating_value × (hospital_points − hospital_fixed)"
        self._hospital(formula, "half_up_2" if division.residual_fen else REMAINDER)

    def rate(self, fund_fen: int) -> None:
        """The case at its published rate, rounded by itself."""
        value = self.division.values[self.place]
        by_level = self.division.form.way is Way.LEVEL_RATE
        rule = self.policy.rule(LEVEL_RATES if by_level else RATE)
        if by_level:
            self.sheet.given("hospital_level", "本院等级", self.division.levels[self.place], "level")
        yuan = ratio_half_up(value.numerator_fen * MICRO, value.denominator_micro * 100, 6)
        self.sheet.rule("rate", "费率", plain(yuan), "yuan per point", rule=rule)
        part = fund_fen + (self.inp.patient_fen or 0) if self.with_patient else fund_fen
        formula = "points × rate"
        self._line("case_share", "病例支付标准", fen_to_yuan(part), formula, "half_up_2", self.rule)

    def case_share(self, fund_fen: int, fixed_micro: int | None) -> None:
        """The case's part of its hospital's share."""
        points = Fraction(self.sheet["points"].value)
        share = self.hospital.total_fen if self.with_patient else self.hospital.fund_fen
        if fixed_micro is None:
            own, whole = points, Fraction(self.hospital.points_micro, MICRO)
            formula = "hospital_share × points ÷ hospital_points"
        else:
            two = (self.division.part("fixed"), self.division.part("floating"))
            fixed, floating = (Fraction(v.numerator_fen, v.denominator_micro) for v in two)
            held = Fraction(fixed_micro, MICRO)
            own = fixed * held + floating * (points - held)
            whole = Fraction(self.division.fixed_micro[self.place], MICRO)
            whole = fixed * whole + floating * (Fraction(self.hospital.points_micro, MICRO) - whole)
            self.sheet.given("case_fixed", "病例固定点数", from_micro(fixed_micro), "points")
            formula = (
                "hospital_share × (fixed_value × case_fixed + floating_value × (points − case_fixed))"
                " ÷ hospital_exact"
            )
        exact = share * own / whole if whole else Fraction(0)
        part = fund_fen + (self.inp.patient_fen or 0) if self.with_patient else fund_fen
        if abs(part - exact) >= 1:
            raise AssertionError(f"the worksheet of {self.inp.case_id} does not come to its money")
        self._line("case_exact", "病例应得额", _yuan4(exact), formula, DISPLAY)
        self._line("case_share", "病例分得额", fen_to_yuan(part), "case_exact", REMAINDER)

    def fund(self, fund_fen: int) -> None:
        """The fund's part and the whole of the case."""
        patient = self.inp.patient_fen
        if patient is not None:
            self.sheet.given("patient", "个人负担", fen_to_yuan(patient), "yuan")
        minus = self.with_patient and patient is not None
        formula = "case_share − patient" if minus else "case_share"
        self._line("fund", "医保基金支付额", fen_to_yuan(fund_fen), formula)
        if patient is not None:
            self._line("total", "病例结算总额", fen_to_yuan(fund_fen + patient), "fund + patient")
