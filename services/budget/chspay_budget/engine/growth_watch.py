"""Abnormal growth of a month 费用异常增长: against the mean of the months before it; pure.

杭州2019征求意见稿 二(二)1(6) lets the agency suspend payment where cost grows abnormally and names no
threshold, so months and limit are policy. Only what lies above the limit is suggested to be suspended;
patients go on being settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import divide_half_up, fen_to_yuan, ratio_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, fraction
from chspay_core.worksheet import Worksheet

MONTHS_KEY = "watch.base_months"
LIMIT_KEY = "watch.growth_limit"

MONTHS_WRONG = Reason(
    "GROWTH_MONTHS_WRONG",
    Kind.PRECONDITION,
    "比较增长需要此前{wanted}个月的数据，只有{value}个月。请等月份齐全后再比较。",
)


@dataclass(frozen=True, slots=True)
class Growth:
    """A hospital's month against the months before it, fen.

    ``ratio`` is the growth, ``None`` when the months before it had nothing to grow from. ``over_fen`` is what
    lies above the limit, zero or more.
    """

    hospital: str
    month_fen: int
    before_fen: tuple[int, ...]
    ratio: Fraction | None
    over_fen: int

    @property
    def abnormal(self) -> bool:
        """Whether something lies above the limit."""
        return self.over_fen > 0

    @property
    def percent(self) -> str:
        """The growth in per cent with two decimals, for people; empty without months to grow from."""
        if self.ratio is None:
            return ""
        return format(ratio_half_up(self.ratio.numerator * 100, self.ratio.denominator, 2), "f")


def base_months(policy: Policy) -> int:
    """How many months a month is held to.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    months = policy.integer(MONTHS_KEY)
    if not 1 <= months <= 12:
        raise broken(policy, MONTHS_KEY, months, "应为1至12")
    return months


def limit(policy: Policy) -> Fraction:
    """The growth above which payment may be suspended.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    return fraction(policy, LIMIT_KEY)


def compare(month: Mapping[str, int], before: Sequence[Mapping[str, int]], policy: Policy) -> list[Growth]:
    """Every hospital of the month against the mean of the months before, by code; cost in fen.

    A hospital that was not there in any of those months has nothing to be held to and is not abnormal; a
    month in which it had no case counts as zero.

    :raises Fault: GROWTH_MONTHS_WRONG, POLICY_VALUE, POLICY_MISSING.
    """
    wanted, most = base_months(policy), limit(policy)
    if len(before) != wanted:
        raise Fault(MONTHS_WRONG, field="month", value=len(before), wanted=wanted)
    found = []
    for code, fen in sorted(month.items()):
        earlier = tuple(one.get(code, 0) for one in before)
        mean = Fraction(sum(earlier), wanted)
        if mean <= 0:
            found.append(Growth(code, fen, earlier, None, 0))
            continue
        over = fen - mean * (1 + most)
        found.append(Growth(code, fen, earlier, fen / mean - 1, max(over.numerator // over.denominator, 0)))
    return found


def explain(growth: Growth, policy: Policy) -> Worksheet:
    """How much of the month lies above the limit, line by line."""
    sheet = Worksheet(f"费用增长：{growth.hospital}")
    names = [f"before_{number}" for number, _ in enumerate(growth.before_fen, start=1)]
    for number, (name, fen) in enumerate(zip(names, growth.before_fen, strict=True), start=1):
        sheet.given(name, f"此前第{len(names) + 1 - number}个月费用", fen, "fen")
    sheet.given("month", "当月费用", growth.month_fen, "fen")
    for key, name in ((MONTHS_KEY, "months"), (LIMIT_KEY, "limit")):
        rule = policy.rule(key)
        sheet.rule(name, rule.label, policy.text(key), rule.unit, rule=rule)
    total = sum(growth.before_fen)
    sheet.line(
        "mean", "此前各月平均", divide_half_up(total, len(names)), "fen",
        formula="Σ before ÷ months", inputs=[*names, "months"], rounding="half_up_fen",
    )  # fmt: skip
    if growth.ratio is not None:
        sheet.line(
            "percent", "增长百分比", growth.percent, "percent", formula="(month ÷ mean − 1) × 100",
            inputs=["month", *names], rounding="half_up_2",
        )  # fmt: skip
    sheet.line(
        "over", "超出上限、可以暂缓的金额", growth.over_fen, "fen",
        formula="max(month − Σ before ÷ months × (1 + limit), 0)",
        inputs=["month", *names, "months", "limit"], rounding="down_to_fen", rule=policy.rule(LIMIT_KEY),
    )  # fmt: skip
    return sheet


def evidence(growth: Growth, month: str, document: str) -> str:
    """What a hold says of why, in one line of at most 200 characters."""
    mean = divide_half_up(sum(growth.before_fen), len(growth.before_fen))
    told = (
        f"{month}费用{fen_to_yuan(growth.month_fen)}元，前{len(growth.before_fen)}个月平均"
        f"{fen_to_yuan(mean)}元，增长{growth.percent}%，超出上限{fen_to_yuan(growth.over_fen)}元"
    )
    return f"{told}；{document}"[:200]
