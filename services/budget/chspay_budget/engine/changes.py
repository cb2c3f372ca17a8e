"""What changed at an institution between two years 前后两年实际变化, and what may follow from it; pure.

杭州2019征求意见稿 二(二)1(3): an institution's amount may be adjusted by its actual change between two
years, after it has been verified. Cost is the product of four figures,

``cost = cases × case mix × price × intensity``,

where case mix is weight per case, price an index of the price list, and intensity what is left: cost per
weighted case at last year's prices. The difference of two years is shared among the four so that it does
not matter in which order they are thought to have changed (the mean over all orders, Shapley); the shares
are exact fractions, whole fen by largest remainder, and add up to the difference.

Only the causes that policy recognises carry an adjustment, and none goes beyond the growth cap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from types import MappingProxyType

from chspay_budget.engine.plan import CAP_KEY
from chspay_core.amounts import MICRO, from_micro, plain, ratio_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import fraction
from chspay_core.worksheet import Worksheet

RECOGNISED_KEY = "change.recognised"
CAUSES: Mapping[str, str] = MappingProxyType(
    {"volume": "人次", "case_mix": "病例组合", "price": "价格", "intensity": "单位权重费用"}
)

FIGURES_WRONG = Reason(
    "CHANGE_FIGURES_WRONG",
    Kind.INVALID,
    "{value}年的人次、费用、总权重和价格指数都应大于零，才能比较前后两年的变化。",
)
CAUSE_UNKNOWN = Reason(
    "CHANGE_CAUSE_UNKNOWN",
    Kind.PRECONDITION,
    "{place}的“{field}”有无法识别的变化原因“{value}”，可用：{known}。请更正政策文件。",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """A year of an institution: cases, cost (fen), total weight and price index (millionths)."""

    year: int
    cases: int
    cost_fen: int
    weight_micro: int
    price_micro: int

    @property
    def factors(self) -> tuple[Fraction, ...]:
        """Cases, case mix, price, intensity; their product is the cost."""
        cases, price = Fraction(self.cases), Fraction(self.price_micro, MICRO)
        mix = Fraction(self.weight_micro, MICRO * self.cases)
        return cases, mix, price, self.cost_fen / (cases * mix * price)


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of two years by cause, and the amount proposed, fen.

    ``proposed_fen`` is the year's amount that follows: last year's cost and the recognised causes, within
    the cap.
    """

    before: Figures
    after: Figures
    causes: Mapping[str, int]
    recognised: tuple[str, ...]
    cap_fen: int
    proposed_fen: int

    @property
    def difference_fen(self) -> int:
        """Cost of the second year less that of the first."""
        return self.after.cost_fen - self.before.cost_fen


def review(before: Figures, after: Figures, policy: Policy) -> Change:
    """The change of two years and what may be proposed on it.

    :raises Fault: CHANGE_FIGURES_WRONG, CHANGE_CAUSE_UNKNOWN, POLICY_MISSING.
    """
    for year in (before, after):
        if min(year.cases, year.cost_fen, year.weight_micro, year.price_micro) <= 0:
            raise Fault(FIGURES_WRONG, field="figures", value=year.year)
    known = tuple(CAUSES)
    recognised = policy.texts(RECOGNISED_KEY)
    for cause in recognised:
        if cause not in CAUSES:
            raise Fault(
                CAUSE_UNKNOWN, field=RECOGNISED_KEY, value=cause, place=policy.place, known="、".join(known)
            )
    shares = shapley(before.factors, after.factors)
    fen = whole(shares, after.cost_fen - before.cost_fen, known)
    causes = dict(zip(known, fen, strict=True))
    wanted = before.cost_fen + sum(causes[cause] for cause in known if cause in recognised)
    most = before.cost_fen * (1 + fraction(policy, CAP_KEY))
    cap = most.numerator // most.denominator
    return Change(
        before, after, MappingProxyType(causes), tuple(cause for cause in known if cause in recognised), cap,
        min(wanted, cap),
    )  # fmt: skip


def shapley(before: Sequence[Fraction], after: Sequence[Fraction]) -> list[Fraction]:
    """The part of each factor in the difference of two products: the mean over all orders of changing."""
    parts = [Fraction(0)] * len(before)
    orders = list(permutations(range(len(before))))
    for order in orders:
        now = list(before)
        value = _product(now)
        for at in order:
            now[at] = after[at]
            moved = _product(now)
            parts[at] += moved - value
            value = moved
    return [part / len(orders) for part in parts]


def whole(shares: Sequence[Fraction], total: int, keys: Sequence[str]) -> list[int]:
    """Shares of either sign as whole numbers that add up to ``total``: each rounded down, what is left to the
    largest remainders, ties by key."""
    floors = [share.numerator // share.denominator for share in shares]
    left = total - sum(floors)
    order = sorted(range(len(shares)), key=lambda at: (floors[at] - shares[at], keys[at]))
    for at in order[:left]:
        floors[at] += 1
    if sum(floors) != total:
        raise AssertionError("the parts of a difference must add up to it")
    return floors


def explain(change: Change, title: str, policy: Policy) -> Worksheet:
    """The review, line by line."""
    sheet = Worksheet(title)
    names = []
    for word, year in (("before", change.before), ("after", change.after)):
        keys = [f"{word}_{name}" for name in ("cases", "cost", "weight", "price")]
        sheet.given(keys[0], f"{year.year}年人次", year.cases, "count")
        sheet.given(keys[1], f"{year.year}年费用", year.cost_fen, "fen")
        sheet.given(keys[2], f"{year.year}年总权重", _micro(year.weight_micro), "weight")
        sheet.given(keys[3], f"{year.year}年价格指数", _micro(year.price_micro), "index")
        names += keys
    for cause, fen in change.causes.items():
        sheet.line(
            cause, f"{CAUSES[cause]}变化的影响", fen, "fen",
            formula="mean over all orders in which the four factors may change", inputs=names,
            rounding="largest_remainder",
        )  # fmt: skip
    sheet.line(
        "difference", "两年费用之差", change.difference_fen, "fen",
        formula="volume + case_mix + price + intensity", inputs=list(change.causes),
    )  # fmt: skip
    for key, name, value in (
        (RECOGNISED_KEY, "recognised", "、".join(CAUSES[cause] for cause in change.recognised)),
        (CAP_KEY, "growth_cap", policy.text(CAP_KEY)),
    ):
        rule = policy.rule(key)
        sheet.rule(name, rule.label, value, rule.unit, rule=rule)
    sheet.line(
        "most", "按增幅上限的最高额", change.cap_fen, "fen", formula="before_cost × (1 + growth_cap)",
        inputs=["before_cost", "growth_cap"], rounding="down_to_fen", rule=policy.rule(CAP_KEY),
    )  # fmt: skip
    sheet.line(
        "proposed", "建议额", change.proposed_fen, "fen",
        formula="min(before_cost + Σ recognised causes, most)",
        inputs=["before_cost", *change.causes, "recognised", "most"], rule=policy.rule(RECOGNISED_KEY),
    )  # fmt: skip
    return sheet


def growth_text(change: Change) -> str:
    """The growth of cost in per cent with two decimals, for people."""
    return format(ratio_half_up(change.difference_fen * 100, change.before.cost_fen, 2), "f")


def _product(factors: Sequence[Fraction]) -> Fraction:
    product = Fraction(1)
    for factor in factors:
        product *= factor
    return product


def _micro(value: int) -> str:
    return plain(from_micro(value))
