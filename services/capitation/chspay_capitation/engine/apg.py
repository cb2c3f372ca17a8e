"""Outpatient APG points 门诊APG点数法 as an alternative to the balance of a quota; pure.

payment.md E.3: 金华 2020 joined 人头包干, APG 分组 and 点数法. By analogy with inpatient points a group's
points are its mean ÷ the mean of all × the scale, and the point value is the outpatient fund ÷ the points.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import divide_half_up, from_micro, largest_remainder
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import positive
from chspay_core.worksheet import Worksheet

SCALE_KEY, PLACES_KEY = "capitation.apg_scale", "capitation.apg_places"
_MOST_PLACES = 6

APG_EMPTY = Reason("APG_EMPTY", Kind.PRECONDITION, "没有一次有费用的门诊，不能测算APG点数。")
APG_UNKNOWN = Reason("APG_UNKNOWN", Kind.PRECONDITION, "APG组{value}没有基准点数，请先测算。")


class Outpatient(NamedTuple):
    """One outpatient visit of a group at an institution, whole cost in fen."""

    institution: str
    apg: str
    cost_fen: int


def base_points(visits: Iterable[Outpatient], policy: Policy) -> dict[str, int]:
    """Points of each APG in millionths: group mean ÷ mean of all × scale, rounded once.

    :raises Fault: APG_EMPTY, POLICY_*.
    """
    scale, places = positive(policy, SCALE_KEY), policy.integer(PLACES_KEY)
    cost: defaultdict[str, int] = defaultdict(int)
    count: Counter[str] = Counter()
    for visit in visits:
        cost[visit.apg] += visit.cost_fen
        count[visit.apg] += 1
    if sum(cost.values()) <= 0:
        raise Fault(APG_EMPTY)
    mean = Fraction(sum(cost.values()), sum(count.values()))
    step = 10 ** (_MOST_PLACES - places)
    found = {}
    for apg in sorted(cost):
        points = Fraction(cost[apg], count[apg]) / mean * scale * 10**places
        found[apg] = divide_half_up(points.numerator, points.denominator) * step
    return found


class Division(NamedTuple):
    """The fund divided: points and fen of each institution, and the exact point value."""

    points_micro: dict[str, int]
    fund_fen: dict[str, int]
    value: Fraction

    def display(self) -> Decimal:
        """Yuan a point, for people, four places."""
        value = self.value * 10**2
        return from_micro(divide_half_up(value.numerator, value.denominator) * 100)


def explain(division: Division, fund_fen: int, points: Mapping[str, int], policy: Policy) -> Worksheet:
    """How a division came about: the points of the groups, what each institution earned, and its fen."""
    sheet = Worksheet("门诊APG点数法分配")
    rule, places = policy.rule(SCALE_KEY), policy.rule(PLACES_KEY)
    sheet.given("fund", "门诊基金", fund_fen, "分")
    sheet.rule("scale", rule.label, policy.text(SCALE_KEY), rule.unit, rule=rule)
    sheet.rule("places", places.label, policy.text(PLACES_KEY), places.unit, rule=places)
    for apg, micro in sorted(points.items()):
        sheet.line(
            f"points_{apg}", f"{apg}基准点数", from_micro(micro), "点",
            formula="组均费用 ÷ 全部均费 × 平均病例点数", inputs=["scale", "places"], rounding="四舍五入",
        )  # fmt: skip
    groups = [f"points_{apg}" for apg in sorted(points)]
    earned = []
    for code, micro in sorted(division.points_micro.items()):
        sheet.line(
            f"earned_{code}", f"{code}的点数", from_micro(micro), "点", formula="各次就诊基准点数之和",
            inputs=groups,
        )  # fmt: skip
        earned.append(f"earned_{code}")
    sheet.line(
        "value", "点值（显示）", division.display(), "元/点", formula="门诊基金 ÷ 点数合计",
        inputs=["fund", *earned], rounding="显示四位小数，计算用精确值",
    )  # fmt: skip
    for code, fen in sorted(division.fund_fen.items()):
        sheet.line(
            f"fen_{code}", f"{code}分得", fen, "分", formula="门诊基金 × 本机构点数 ÷ 点数合计，最大余数法",
            inputs=["fund", *earned], rounding="合计等于门诊基金",
        )  # fmt: skip
    return sheet


def divide(fund_fen: int, visits: Iterable[Outpatient], points: Mapping[str, int]) -> Division:
    """The outpatient fund by points, to the fen (largest remainder).

    :raises Fault: APG_UNKNOWN, SPLIT_NO_WEIGHT.
    """
    earned: defaultdict[str, int] = defaultdict(int)
    for visit in visits:
        if visit.apg not in points:
            raise Fault(APG_UNKNOWN, field="apg", value=visit.apg)
        earned[visit.institution] += points[visit.apg]
    codes = sorted(earned)
    fen = largest_remainder(fund_fen, [earned[code] for code in codes], codes)
    whole = sum(earned.values())
    return Division(dict(earned), dict(zip(codes, fen, strict=True)), Fraction(fund_fen * 10**6, whole))
