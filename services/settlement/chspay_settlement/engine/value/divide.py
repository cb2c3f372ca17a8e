"""One entry from a fund and hospitals' points to hospitals' money: :func:`divide`.

A form of :mod:`value_forms` either splits the fund down (whole fen by largest remainder, nothing remains)
or prices every case up at a published rate (each case rounded once, the residual named). Point values are
exact pairs; the residual is positive when the payments stay below the fund.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from operator import sub
from typing import NamedTuple

from chspay_core.amounts import MICRO, divide_half_up, largest_remainder
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, cited, number, positive
from chspay_settlement.engine.model import HospitalAmount, HospitalTotals, PointValue
from chspay_settlement.engine.value.elastic import Elastic, elastic
from chspay_settlement.engine.value.facts import Facts
from chspay_settlement.engine.value.forms import Form, Way
from chspay_settlement.engine.value.split import case_funds, form_of, point_value, split_to_hospitals

RATE_LEVEL_MISSING = Reason(
    "RATE_LEVEL_MISSING",
    Kind.PRECONDITION,
    "医疗机构{hospital}的等级“{value}”没有规定费率或基金份额（{document}）。",
)
LEVEL_NO_POINTS = Reason(
    "LEVEL_NO_POINTS",
    Kind.PRECONDITION,
    "等级{value}分得{fund}分基金，但这一等级没有任何点数，无法分配（{document}）。",
)
NOTHING_BOOKED = Reason(
    "NOTHING_BOOKED",
    Kind.PRECONDITION,
    "本期病例的总费用减去个人负担为{value}分，医保支付比例无法计算，结算点值无法折算。",
)
CASES_DIFFER = Reason(
    "RATE_CASES_DIFFER",
    Kind.INTERNAL,
    "按费率逐例计算时，医疗机构{hospital}的病例点数合计与其总点数不一致（{value}）。",
)
RATE, LEVEL_RATES, SHARES = "rate.fixed", "rate.by_level", "rate.level_shares"

#: What a residual is called. Under a rate the fund keeps what was not needed, or pays what it lacked.
BELOW_FUND, ABOVE_FUND = "rate_below_fund", "rate_above_fund"
FLOATING_CAPPED = "floating_value_capped"
CAUSES = {
    "": "无余差",
    BELOW_FUND: "按费率支付少于可分配基金，余额留在基金",
    ABOVE_FUND: "按费率支付多于可分配基金，差额由基金补足",
    FLOATING_CAPPED: "浮动点值达到上限，余额留在基金",
}


class Part(NamedTuple):
    """One of the point values of a division: of all points, of a level, fixed or floating."""

    #: all, gross, level, fixed, floating.
    name: str
    #: The level as text where the part is one; otherwise empty.
    of: str
    value: PointValue


@dataclass(frozen=True, slots=True)
class Division:
    """A fund divided: hospitals by code, and ``Σ fund_fen + residual_fen == fund_fen``, always."""

    form: Form
    fund_fen: int
    #: The value of all points together, whichever parts it has: money handed out ÷ points.
    value: PointValue
    parts: tuple[Part, ...]
    hospitals: list[HospitalAmount]
    #: Each hospital's fund before whole fen were handed out, in the order of ``hospitals``.
    exact: tuple[Fraction, ...]
    #: The value its points were paid at, in the order of ``hospitals``.
    values: tuple[PointValue, ...]
    residual_fen: int
    #: Stable name of the residual, a key of :data:`CAUSES`; empty when nothing remains.
    cause: str
    #: Under an elastic form: each hospital's points at the fixed value, in the order of ``hospitals``,
    #: and the base points decided for the pool.
    fixed_micro: tuple[int, ...] = ()
    base_micro: int = 0
    #: Under a form that goes by level: each hospital's level, in the order of ``hospitals``.
    levels: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if sum(amount.fund_fen for amount in self.hospitals) + self.residual_fen != self.fund_fen:
            raise AssertionError("funds and residual must sum to the fund")
        if bool(self.residual_fen) != bool(self.cause):
            raise AssertionError("a residual must have a cause")

    def place(self, hospital_code: str) -> int:
        """Where a hospital stands in ``hospitals``."""
        return next(i for i, h in enumerate(self.hospitals) if h.hospital_code == hospital_code)

    def part(self, name: str) -> PointValue:
        """The first point value of this name."""
        return next(part.value for part in self.parts if part.name == name)

    def case_funds(
        self,
        hospital_code: str,
        case_ids: Sequence[str],
        points_micro: Sequence[int],
        patients_fen: Sequence[int],
        fixed_micro: Sequence[int] = (),
    ) -> list[int]:
        """The fund of each case of one hospital, fen; they sum to the hospital's fund.

        :param fixed_micro: how much of each case's points is paid at the fixed value, where the form
            looks at single cases (``value_facts.fixed_of``).
        """
        place = self.place(hospital_code)
        hospital, value = self.hospitals[place], self.values[place]
        if self.form.priced_up:
            return _priced(value, hospital, points_micro, patients_fen)
        if not fixed_micro:
            return case_funds(value, hospital, case_ids, points_micro, patients_fen)
        worth = Elastic(self.part("fixed"), self.part("floating")).weights(points_micro, fixed_micro)
        return case_funds(value, hospital, case_ids, worth, patients_fen)


def divide(
    fund_fen: int,
    totals: Sequence[HospitalTotals],
    policy: Policy,
    form: Form | None = None,
    facts: Facts | None = None,
) -> Division:
    """Divides ``fund_fen`` among hospitals by the form in force.

    :param form: another form than the policy's, for a trial.
    :param facts: what the form needs besides (``value_facts.facts_of``).
    :raises Fault: FUND_NEGATIVE, NO_POINTS, and what the form's own keys lack.
    """
    chosen = form_of(policy) if form is None else form
    given = Facts() if facts is None else facts
    ordered = sorted(totals)
    whole = point_value(chosen, fund_fen, ordered)
    if chosen.way is Way.SPLIT:
        amounts = split_to_hospitals(whole, ordered)
        parts = [Part("all", "", whole)]
        if chosen.grossed:
            parts.append(Part("gross", "", gross_value(whole, ordered)))
        return _split(chosen, fund_fen, whole, tuple(parts), amounts, [whole] * len(amounts))
    if chosen.way is Way.LEVEL_SPLIT:
        return _by_shares(chosen, fund_fen, whole, ordered, policy, given)
    if chosen.way is Way.ELASTIC:
        return _elastic(chosen, fund_fen, whole, ordered, policy, given)
    return _by_rate(chosen, fund_fen, ordered, policy, given)


def gross_value(fund: PointValue, totals: Sequence[HospitalTotals]) -> PointValue:
    """A fund value carried up to total cost: divided by the fund's part of the cases' cost, exact.

    :raises Fault: NOTHING_BOOKED when the cases cost the fund nothing.
    """
    cost = sum(total.cost_fen for total in totals)
    booked = cost - sum(total.patient_fen for total in totals)
    if booked <= 0:
        raise Fault(NOTHING_BOOKED, field="patient_paid", value=booked)
    return PointValue(fund.numerator_fen * cost, fund.denominator_micro * booked, True)


def _split(
    form: Form,
    fund_fen: int,
    whole: PointValue,
    parts: tuple[Part, ...],
    amounts: list[HospitalAmount],
    values: list[PointValue],
) -> Division:
    exact = tuple(_exact(value, amount) for value, amount in zip(values, amounts, strict=True))
    return Division(form, fund_fen, whole, parts, amounts, exact, tuple(values), 0, "")


def _exact(value: PointValue, amount: HospitalAmount | HospitalTotals) -> Fraction:
    share = Fraction(value.numerator_fen * amount.points_micro, value.denominator_micro)
    return share - amount.patient_fen if value.includes_patient else share


def _by_shares(
    form: Form,
    fund_fen: int,
    whole: PointValue,
    totals: Sequence[HospitalTotals],
    policy: Policy,
    facts: Facts,
) -> Division:
    """The fund cut by the levels' published shares, then each part by points (rate_L)."""
    shares = _levels(policy, SHARES, "share")
    if sum(shares.values()) != 1:
        raise broken(policy, SHARES, policy.rule(SHARES).value_json, "各等级份额之和应等于1")
    members: dict[int, list[HospitalTotals]] = {level: [] for level in shares}
    own = tuple(_level(total, facts, shares, policy, SHARES) for total in totals)
    for total, level in zip(totals, own, strict=True):
        members[level].append(total)
    unit = lcm(*(share.denominator for share in shares.values()))
    levels = sorted(shares)
    funds = largest_remainder(fund_fen, [int(shares[n] * unit) for n in levels], [str(n) for n in levels])
    parts: list[Part] = []
    found: dict[str, tuple[HospitalAmount, PointValue]] = {}
    for level, fund in zip(levels, funds, strict=True):
        if fund and not any(total.points_micro for total in members[level]):
            raise Fault(LEVEL_NO_POINTS, field=SHARES, value=level, fund=fund, document=cited(policy, SHARES))
        if not members[level]:
            continue
        points = sum(total.points_micro for total in members[level])
        value = PointValue(fund, max(points, 1), False)
        parts.append(Part("level", str(level), value))
        for amount in split_to_hospitals(value, members[level]):
            found[amount.hospital_code] = amount, value
    pairs = [found[total.hospital_code] for total in totals]
    amounts, values = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return replace(_split(form, fund_fen, whole, tuple(parts), amounts, values), levels=own)


def _elastic(
    form: Form,
    fund_fen: int,
    whole: PointValue,
    totals: Sequence[HospitalTotals],
    policy: Policy,
    facts: Facts,
) -> Division:
    fixed = [min(facts.fixed_micro.get(total.hospital_code, 0), total.points_micro) for total in totals]
    two = elastic(policy, whole, fixed, sum(facts.fixed_micro.values()))
    points = [total.points_micro for total in totals]
    worths = [two.worth(p, f) for p, f in zip(points, fixed, strict=True)]
    worth = sum(worths, Fraction(0))
    if worth == whole.numerator_fen:
        codes = [total.hospital_code for total in totals]
        shares = largest_remainder(whole.numerator_fen, two.weights(points, fixed), codes)
    else:
        shares = [divide_half_up(own.numerator, own.denominator) for own in worths]
    spent = sum(shares)
    amounts, exact = [], []
    for total, share, own in zip(totals, shares, worths, strict=True):
        minus = total.patient_fen if form.includes_patient else 0
        full = share if form.includes_patient else share + total.patient_fen
        amounts.append(HospitalAmount(*total, fund_fen=share - minus, total_fen=full))
        exact.append(own - minus)
    residual = whole.numerator_fen - spent
    mean = PointValue(spent, whole.denominator_micro, whole.includes_patient)
    parts = (Part("all", "", mean), Part("fixed", "", two.fixed), Part("floating", "", two.floating))
    cause = FLOATING_CAPPED if residual else ""
    values = (mean,) * len(amounts)
    base = sum(facts.fixed_micro.values())
    return Division(
        form, fund_fen, mean, parts, amounts, tuple(exact), values, residual, cause, tuple(fixed), base
    )


def _by_rate(
    form: Form, fund_fen: int, totals: Sequence[HospitalTotals], policy: Policy, facts: Facts
) -> Division:
    """Every case at a published rate, rounded once; what the fund and the payments differ by is named."""
    levels: tuple[int, ...] = ()
    if form.way is Way.RATE:
        one = _rate(positive(policy, RATE), form)
        parts = [Part("all", "", one)]
        values = [one] * len(totals)
    else:
        rates = {level: _rate(rate, form) for level, rate in _levels(policy, LEVEL_RATES, "rate").items()}
        parts = [Part("level", str(level), rates[level]) for level in sorted(rates)]
        levels = tuple(_level(total, facts, rates, policy, LEVEL_RATES) for total in totals)
        values = [rates[level] for level in levels]
    amounts = []
    for total, value in zip(totals, values, strict=True):
        cases = facts.cases.get(total.hospital_code, ())
        if sum(cases) != total.points_micro:
            raise Fault(CASES_DIFFER, value=sum(cases), hospital=total.hospital_code)
        share = sum(_worth(value, points) for points in cases)
        fund = share - total.patient_fen if form.includes_patient else share
        whole = share if form.includes_patient else share + total.patient_fen
        amounts.append(HospitalAmount(*total, fund_fen=fund, total_fen=whole))
    residual = fund_fen - sum(amount.fund_fen for amount in amounts)
    cause = (BELOW_FUND if residual > 0 else ABOVE_FUND) if residual else ""
    shares = [amount.total_fen if form.includes_patient else amount.fund_fen for amount in amounts]
    points = sum(total.points_micro for total in totals)
    mean = parts[0].value if form.way is Way.RATE else PointValue(sum(shares), points, form.includes_patient)
    exact = tuple(Fraction(amount.fund_fen) for amount in amounts)
    done = Division(form, fund_fen, mean, tuple(parts), amounts, exact, tuple(values), residual, cause)
    return replace(done, levels=levels)


def _rate(yuan: Fraction, form: Form) -> PointValue:
    """Yuan per point as an exact pair."""
    fen = yuan * 100
    return PointValue(fen.numerator, fen.denominator * MICRO, form.includes_patient)


def _worth(value: PointValue, points_micro: int) -> int:
    return divide_half_up(value.numerator_fen * points_micro, value.denominator_micro)


def _priced(
    value: PointValue, hospital: HospitalAmount, points_micro: Sequence[int], patients_fen: Sequence[int]
) -> list[int]:
    funds = [_worth(value, points) for points in points_micro]
    if value.includes_patient:
        funds = list(map(sub, funds, patients_fen))
    if sum(funds) != hospital.fund_fen:
        raise AssertionError("the cases' funds must sum to their hospital's fund")
    return funds


def _levels(policy: Policy, key: str, column: str) -> dict[int, Fraction]:
    found: dict[int, Fraction] = {}
    for row in policy.table(key):
        level = cell(policy, key, row, "level")
        if not level.isdecimal() or int(level) in found:
            raise broken(policy, key, level, "等级应为不重复的整数")
        found[int(level)] = number(policy, key, cell(policy, key, row, column))
    return found


def _level(total: HospitalTotals, facts: Facts, known: Collection[int], policy: Policy, key: str) -> int:
    level = facts.levels.get(total.hospital_code)
    if level is None or level not in known:
        raise Fault(
            RATE_LEVEL_MISSING,
            field="level",
            value="" if level is None else level,
            hospital=total.hospital_code,
            document=cited(policy, key),
        )
    return level
