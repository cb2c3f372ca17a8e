"""What a panel's sheets and votes come to: independent scores, distance, quorum, majority; pure.

Each member fills a sheet alone: necessity, reasonableness, complexity, coding from 0 to 100, avoidable cost
items, a conclusion, and how sure he is. Sheets stay closed until all are in. Scores far apart call two more
experts once; still far apart, the matter belongs to the province. Then the panel forms one opinion and votes:
it passes with more than the threshold of all members, a tie does not, and what does not pass leaves what was
disputed as it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.engine.experts.published import VOTES, Ballot, passes

SHEET_BAD = Reason("SHEET_BAD", Kind.INVALID, "评分表的“{field}”有误：{value}（{why}）。")
OPINION_BAD = Reason("OPINION_BAD", Kind.INVALID, "合议意见的“{field}”有误：{value}（{why}）。")
SHEETS_MISSING = Reason(
    "SHEETS_MISSING", Kind.PRECONDITION, "还有{value}名专家没有提交评分，收齐以后才能合议。"
)
QUORUM_MISSED = Reason(
    "QUORUM_MISSED",
    Kind.PRECONDITION,
    "有效票（不含弃权）{value}张，不足法定人数{quorum}，请补抽专家重新评议。",
)
BALLOTS_MISSING = Reason("BALLOTS_MISSING", Kind.PRECONDITION, "还有{value}名专家没有表决。")

SCORES = {"necessity": "必要性", "reasonableness": "合理性", "complexity": "复杂程度", "coding": "编码正确性"}
_MOST_ITEMS = 500


class Outcome(StrEnum):
    """What a decision says; the words of the case machine."""

    KEEP = "KEEP"
    ITEM = "ITEM"
    ADJUST = "ADJUST"
    REGROUP = "REGROUP"
    DEDUCT = "DEDUCT"
    PARTIAL = "PARTIAL"
    REVOKE = "REVOKE"


class Next(StrEnum):
    """What follows when all sheets are in."""

    OPINION = "opinion"
    ADD = "add"
    PROVINCE = "province"


@dataclass(frozen=True, slots=True)
class Avoidable:
    """A cost item that was not needed, fen, and why."""

    item: str
    amount_fen: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The score sheet of one expert; scores 0 to 100, confidence 1 to 5."""

    necessity: int
    reasonableness: int
    complexity: int
    coding: int
    conclusion: Outcome
    confidence: int
    reason: str
    avoidable: tuple[Avoidable, ...] = ()

    @property
    def total(self) -> int:
        """Sum of the four scores."""
        return self.necessity + self.reasonableness + self.complexity + self.coding

    def check(self, cost_fen: int) -> None:
        """Refuses scores outside of the scale and items beyond the cost of the case.

        :param cost_fen: cost of the case; 0 where the matter has none.
        :raises Fault: SHEET_BAD.
        """
        for name, label in SCORES.items():
            if not 0 <= getattr(self, name) <= 100:
                raise Fault(SHEET_BAD, field=label, value=getattr(self, name), why="应为0至100的整数")
        if not 1 <= self.confidence <= 5:
            raise Fault(SHEET_BAD, field="把握程度", value=self.confidence, why="应为1至5")
        if not self.reason.strip():
            raise Fault(SHEET_BAD, field="理由", value="", why="每份评分都应写明理由")
        check_items(self.avoidable, cost_fen, SHEET_BAD)


def check_items(items: Sequence[Avoidable], cost_fen: int, reason: Reason) -> None:
    """Refuses avoidable items that are not above zero or together exceed the cost.

    :raises Fault: with ``reason``.
    """
    label = "不合理费用"
    if len(items) > _MOST_ITEMS:
        raise Fault(reason, field=label, value=len(items), why=f"最多{_MOST_ITEMS}项")
    for item in items:
        if item.amount_fen <= 0 or not item.item.strip() or not item.reason.strip():
            raise Fault(reason, field=label, value=item.item, why="应写明项目、理由和大于零的金额")
    total = sum(item.amount_fen for item in items)
    if total > cost_fen:
        raise Fault(reason, field=label, value=total, why=f"合计不得超过病例总费用{cost_fen}分")


def spread(sheets: Sequence[Sheet]) -> Fraction:
    """How far the mean scores of the sheets lie apart, of 100."""
    totals = [sheet.total for sheet in sheets]
    return Fraction(max(totals) - min(totals), len(SCORES))


def after_sheets(sheets: Sequence[Sheet], members: int, most: Fraction, *, joined: bool) -> Next:
    """What follows when all sheets are in.

    :param most: the largest distance that still lets the panel form its opinion.
    :param joined: whether two experts have joined already.
    :raises Fault: SHEETS_MISSING.
    """
    if len(sheets) < members:
        raise Fault(SHEETS_MISSING, field="sheets", value=members - len(sheets))
    if spread(sheets) <= most:
        return Next.OPINION
    return Next.PROVINCE if joined else Next.ADD


@dataclass(frozen=True, slots=True)
class Result:
    """What the vote came to."""

    passed: bool
    outcome: Outcome
    yes: int
    no: int
    abstain: int


def as_it_stands(remedies: Collection[str]) -> Outcome:
    """The outcome that changes nothing: the payment is kept; where a deduction is disputed, that is."""
    return Outcome.KEEP if Outcome.KEEP in remedies else Outcome.DEDUCT


def conclude(
    outcome: Outcome,
    ballots: Sequence[Ballot],
    members: int,
    threshold: Fraction,
    quorum: int,
    otherwise: Outcome,
) -> Result:
    """The result of a vote on an opinion.

    :param otherwise: the outcome when it does not pass; see :func:`as_it_stands`.
    :raises Fault: BALLOTS_MISSING, QUORUM_MISSED.
    """
    if len(ballots) < members:
        raise Fault(BALLOTS_MISSING, field="ballots", value=members - len(ballots))
    count = {vote: sum(ballot.vote == vote for ballot in ballots) for vote in VOTES}
    if count["yes"] + count["no"] < quorum:
        raise Fault(QUORUM_MISSED, field="ballots", value=count["yes"] + count["no"], quorum=quorum)
    passed = passes(ballots, threshold)
    return Result(passed, outcome if passed else otherwise, count["yes"], count["no"], count["abstain"])


#: Why a panel decides as it does: the ends of the tree of decisions, for the public to read.
REASON_CODES = {
    "HIGH_COST": "费用明显高于病组且合理",
    "CRITICAL": "危急重症，资源消耗特殊",
    "NEW_TECH": "新药新技术，标准尚未包含",
    "CODING": "编码或者分组有误",
    "UNREASONABLE": "费用中有不合理的部分",
    "NOT_SHOWN": "材料不足以支持申请",
    "WITHIN_STANDARD": "属于支付标准应当包含的情形",
}


def check_reason(code: str, outcome: Outcome) -> None:
    """Refuses a code that is none, or that speaks against its outcome.

    :raises Fault: OPINION_BAD.
    """
    if code not in REASON_CODES:
        raise Fault(OPINION_BAD, field="理由代码", value=code, why=f"可用：{'、'.join(REASON_CODES)}")
    against = code in {"NOT_SHOWN", "WITHIN_STANDARD"}
    if against != (outcome in {Outcome.KEEP, Outcome.DEDUCT}):
        raise Fault(OPINION_BAD, field="理由代码", value=code, why="与结论不一致")


def may_abstain(abstained: int, members: int, quorum: int) -> bool:
    """Whether one more may abstain and the panel still reach its quorum."""
    return members - abstained - 1 >= quorum
