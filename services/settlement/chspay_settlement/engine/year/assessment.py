"""What the yearly assessment 年度考核 costs an institution: retention released by score, or a factor; pure.

2025 版经办规程 第二十六条 (at most 5 % is held and released by assessment), 第三十四、三十五条 (the result
may be linked to retention and sharing). No published score table was found, so every figure is policy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chspay_core.amounts import divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, number

TABLE_KEY = "clearing.assessment_table"

SCORE_MISSING = Reason(
    "YEAR_SCORE_MISSING",
    Kind.PRECONDITION,
    "医疗机构{value}没有年度考核得分，按{cite}不能清算，请先登记得分。",
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A method of assessment: fen taken off, from fund, retention and the share the score earns."""

    name: str
    formula: str
    #: ``(fund_fen, retained_fen, share) -> cut``; the share is what the score earns of the table.
    cut: Callable[[int, int, Fraction], int]
    #: Whether the share between two rows of the table is read on the straight line.
    linear: bool = False
    scored: bool = True
    params: tuple[str, ...] = ()


ASSESSMENT = Registry[Assessment]("clearing.assessment")


def _lost(whole_fen: int, share: Fraction) -> int:
    """The part of ``whole_fen`` that the share does not earn; the earned part is rounded once."""
    if whole_fen <= 0:
        return 0
    earned = share * whole_fen
    return whole_fen - divide_half_up(earned.numerator, earned.denominator)


def _of_retention(_fund: int, retained: int, share: Fraction) -> int:
    return _lost(retained, share)


def _of_fund(fund: int, _retained: int, share: Fraction) -> int:
    return _lost(fund, share)


def _nothing(_fund: int, _retained: int, _share: Fraction) -> int:
    return 0


_TABLED = (TABLE_KEY,)
ASSESSMENT.add(Assessment("none@1", "0", _nothing, scored=False))
ASSESSMENT.add(
    Assessment("release_steps@1", "retained − retained × share(score)", _of_retention, params=_TABLED)
)
ASSESSMENT.add(
    Assessment(
        "release_linear@1", "retained − retained × share(score)", _of_retention, linear=True, params=_TABLED
    )
)
#: DIP 3.0 技术规范（征求意见稿）第七章: fund × assessment.
ASSESSMENT.add(Assessment("factor_steps@1", "fund − fund × share(score)", _of_fund, params=_TABLED))
ASSESSMENT.add(
    Assessment("factor_linear@1", "fund − fund × share(score)", _of_fund, linear=True, params=_TABLED)
)


def share_of(score: Fraction, policy: Policy, *, linear: bool) -> Fraction:
    """The share a score earns: of the highest row not above it, or on the line between two rows.

    Below the first row nothing is earned; above the last its share holds.

    :raises Fault: POLICY_MISSING, POLICY_VALUE: scores that do not rise, or a share above 1.
    """
    rows = [
        (
            number(policy, TABLE_KEY, cell(policy, TABLE_KEY, row, "score")),
            number(policy, TABLE_KEY, cell(policy, TABLE_KEY, row, "share")),
        )
        for row in policy.table(TABLE_KEY)
    ]
    scores = [row[0] for row in rows]
    if not rows or scores != sorted(set(scores)) or any(share > 1 for _, share in rows):
        raise broken(policy, TABLE_KEY, policy.table(TABLE_KEY), "得分应由低到高，比例不能大于1")
    below = [row for row in rows if row[0] <= score]
    if not below:
        return Fraction(0)
    low = below[-1]
    above = rows[len(below) :]
    if not linear or not above:
        return low[1]
    high = above[0]
    return low[1] + (high[1] - low[1]) * (score - low[0]) / (high[0] - low[0])


def assessed_fen(
    hospital_code: str, fund_fen: int, retained_fen: int, score: Decimal | None, policy: Policy
) -> int:
    """What assessment takes off an institution, fen, zero or more.

    :raises Fault: YEAR_SCORE_MISSING, POLICY_*, METHOD_UNKNOWN.
    """
    method = ASSESSMENT.chosen(policy)
    if not method.scored:
        return 0
    if score is None:
        rule = policy.rule(ASSESSMENT.key)
        raise Fault(SCORE_MISSING, field="score", value=hospital_code, cite=policy.citation(rule))
    return method.cut(fund_fen, retained_fen, share_of(Fraction(score), policy, linear=method.linear))
