"""How many heads an institution may be expected to have, from insured numbers and the disease spectrum.

杭州2019征求意见稿 二(二)1(5): the year's heads are judged by insured numbers and the spectrum of diseases;
heads made artificially, so that they distort the targets, are removed. The text names no test. Here:

``expected = Σ over strata (age band × disease) of insured × pool rate × the institution's share``, where the
pool rate is last year's heads of the pool over its insured of that stratum, and the share is the part of
the stratum's insured that the institution serves (signed or attributed), never its own past heads, so that
a padded past does not excuse a padded present.

The range: the count of persons who fall ill independently is a sum of unequal coin tosses, whose spread is
at most that of a Poisson count of the same mean; its exact quantiles at the level of policy are taken, and
the upper one is widened by a margin for what the strata do not see. A head counts one person once a year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from chspay_budget.engine.poisson import quantiles
from chspay_core.amounts import plain, ratio_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, fraction
from chspay_core.worksheet import Worksheet

LEVEL_KEY = "heads.level"
MARGIN_KEY = "heads.margin"
MOST = 10**9

STRATUM_TWICE = Reason("HEADS_STRATUM_TWICE", Kind.INVALID, "分层“{value}”给了两次，请每层只给一行。")
STRATUM_WRONG = Reason(
    "HEADS_STRATUM_WRONG",
    Kind.INVALID,
    "分层“{value}”的人数不合理：上年参保人数应大于0，上年人头不超过上年参保人数，各数不为负。",
)
STRATUM_UNKNOWN = Reason(
    "HEADS_STRATUM_UNKNOWN", Kind.INVALID, "机构{code}的分层“{value}”不在本统筹区的分层中。"
)
SERVED_WRONG = Reason(
    "HEADS_SERVED_WRONG",
    Kind.INVALID,
    "分层“{value}”各机构服务的参保人合计{served}人，超过该层参保人数{insured}，请核对。",
)
HEADS_NEGATIVE = Reason("HEADS_NEGATIVE", Kind.INVALID, "机构{value}的人头数不能为负，也不能过大。")
INSTITUTION_TWICE = Reason(
    "HEADS_INSTITUTION_TWICE", Kind.INVALID, "机构{value}给了两次，请每个机构只给一行。"
)


class Stratum(NamedTuple):
    """One age band and disease class of the pool: this year's insured; last year's insured and heads."""

    age_band: str
    disease: str
    insured: int
    base_insured: int
    base_heads: int

    @property
    def name(self) -> str:
        """How the stratum is named in messages."""
        return f"{self.age_band}/{self.disease}"


class Actual(NamedTuple):
    """An institution's heads of the year, and the insured it serves by (age band, disease)."""

    institution: str
    heads: int
    served: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Range:
    """What an institution's heads may be expected to lie in, both ends included."""

    institution: str
    heads: int
    expected: Fraction
    low: int
    high: int
    parts: tuple[tuple[Stratum, int, Fraction], ...]

    @property
    def excess(self) -> int:
        """Heads above the range."""
        return max(self.heads - self.high, 0)


def judge(strata: Sequence[Stratum], actual: Sequence[Actual], policy: Policy) -> list[Range]:
    """The range of every institution, by code.

    :raises Fault: HEADS_*, POLICY_MISSING, POLICY_VALUE.
    """
    known = _checked(strata, actual)
    level, margin = _level(policy), fraction(policy, MARGIN_KEY)
    tail = (1 - level) / 2
    found = []
    for one in sorted(actual, key=lambda item: item.institution):
        parts = tuple(
            (known[name], served, Fraction(served * known[name].base_heads, known[name].base_insured))
            for name, served in sorted(one.served.items())
            if served
        )
        expected = sum((part for _, _, part in parts), Fraction(0))
        low, high = quantiles(expected, tail, 1 - tail) if expected else (0, 0)
        widened = high * (1 + margin)
        found.append(
            Range(one.institution, one.heads, expected, low, widened.numerator // widened.denominator, parts)
        )
    return found


def explain(found: Range, policy: Policy) -> Worksheet:
    """How the range came about, stratum by stratum."""
    sheet = Worksheet(f"预期人头：{found.institution}")
    names = []
    for number, (stratum, served, part) in enumerate(found.parts, start=1):
        label = f"{stratum.age_band}、{stratum.disease}"
        keys = [f"{name}_{number}" for name in ("insured", "served", "base_insured", "base_heads")]
        sheet.given(keys[0], f"本年参保人数（{label}）", stratum.insured, "persons")
        sheet.given(keys[1], f"其中由本机构服务（{label}）", served, "persons")
        sheet.given(keys[2], f"上年参保人数（{label}）", stratum.base_insured, "persons")
        sheet.given(keys[3], f"上年全统筹区人头（{label}）", stratum.base_heads, "persons")
        sheet.line(
            f"part_{number}", f"预期人头（{label}）", _shown(part), "persons",
            formula="insured × (base_heads ÷ base_insured) × (served ÷ insured)", inputs=keys,
            rounding="half_up_4",
        )  # fmt: skip
        names.append(f"part_{number}")
    for key, name in ((LEVEL_KEY, "level"), (MARGIN_KEY, "margin")):
        rule = policy.rule(key)
        sheet.rule(name, rule.label, policy.text(key), rule.unit, rule=rule)
    sheet.line(
        "expected", "预期人头", _shown(found.expected), "persons", formula="Σ part", inputs=names,
        rounding="half_up_4",
    )  # fmt: skip
    sheet.line(
        "low", "预期区间下限", found.low, "persons", formula="Poisson quantile at (1 − level) ÷ 2",
        inputs=["expected", "level"], rule=policy.rule(LEVEL_KEY),
    )  # fmt: skip
    sheet.line(
        "high", "预期区间上限（含宽限）", found.high, "persons",
        formula="Poisson quantile at 1 − (1 − level) ÷ 2, × (1 + margin)",
        inputs=["expected", "level", "margin"], rounding="down_to_person", rule=policy.rule(MARGIN_KEY),
    )  # fmt: skip
    sheet.given("heads", "实际人头", found.heads, "persons")
    sheet.line(
        "excess", "超出预期区间的人头", found.excess, "persons", formula="max(heads − high, 0)",
        inputs=["heads", "high"],
    )  # fmt: skip
    return sheet


def _shown(value: Fraction) -> str:
    return plain(ratio_half_up(value.numerator, value.denominator, 4))


def _checked(strata: Sequence[Stratum], actual: Sequence[Actual]) -> dict[tuple[str, str], Stratum]:
    known: dict[tuple[str, str], Stratum] = {}
    for stratum in strata:
        if (stratum.age_band, stratum.disease) in known:
            raise Fault(STRATUM_TWICE, field="strata", value=stratum.name)
        sound = 0 <= stratum.base_heads <= stratum.base_insured <= MOST and 0 <= stratum.insured <= MOST
        if not sound or stratum.base_insured == 0:
            raise Fault(STRATUM_WRONG, field="strata", value=stratum.name)
        known[stratum.age_band, stratum.disease] = stratum
    served = dict.fromkeys(known, 0)
    seen: set[str] = set()
    for one in actual:
        if one.institution in seen:
            raise Fault(INSTITUTION_TWICE, field="institutions", value=one.institution)
        seen.add(one.institution)
        if not 0 <= one.heads <= MOST or any(count < 0 for count in one.served.values()):
            raise Fault(HEADS_NEGATIVE, field="heads", value=one.institution)
        for name, count in one.served.items():
            if name not in known:
                raise Fault(STRATUM_UNKNOWN, field="served", value="/".join(name), code=one.institution)
            served[name] += count
    for name, total in served.items():
        if total > known[name].insured:
            raise Fault(
                SERVED_WRONG,
                field="served",
                value=known[name].name,
                served=total,
                insured=known[name].insured,
            )
    return known


def _level(policy: Policy) -> Fraction:
    level = fraction(policy, LEVEL_KEY)
    if not Fraction(1, 2) <= level < 1:
        raise broken(policy, LEVEL_KEY, policy.text(LEVEL_KEY), "应不小于0.5且小于1")
    return level
