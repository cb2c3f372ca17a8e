"""The life of an audit finding 审核疑点: which step may follow which, and what each means for money.

An open finding holds its list out of the month. Upheld, it is deducted on the next statement; dismissed,
it is not, and what was deducted before is given back. A disputed one stays as it is until it is decided.
"""

from __future__ import annotations

from enum import StrEnum

from chspay_core.errors import Fault, Kind, Reason

STEP_BAD = Reason("FINDING_STEP_BAD", Kind.PRECONDITION, "审核疑点{value}现为“{now}”，不能改为“{wanted}”。")
STATE_UNKNOWN = Reason(
    "FINDING_STATE_UNKNOWN",
    Kind.INVALID,
    "审核疑点的状态应为 open、upheld、dismissed 或 disputed，收到“{value}”。",
)
AMOUNT_BAD = Reason(
    "FINDING_AMOUNT_BAD", Kind.INVALID, "审核疑点金额应大于零且不超过100亿元，收到{value}分。"
)
#: Highest amount of a finding, fen (10 billion yuan), that of a list.
MOST_FEN = 10**12


class FindingState(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    DISPUTED = "disputed"


FINDING_NAMES = {
    FindingState.OPEN: "待处理",
    FindingState.UPHELD: "成立",
    FindingState.DISMISSED: "不成立",
    FindingState.DISPUTED: "有争议",
}
#: What may follow. Upheld may follow upheld: another amount was decided.
NEXT: dict[FindingState, frozenset[FindingState]] = {
    FindingState.OPEN: frozenset({FindingState.UPHELD, FindingState.DISMISSED}),
    FindingState.UPHELD: frozenset({FindingState.UPHELD, FindingState.DISMISSED, FindingState.DISPUTED}),
    FindingState.DISPUTED: frozenset({FindingState.UPHELD, FindingState.DISMISSED}),
    FindingState.DISMISSED: frozenset({FindingState.OPEN, FindingState.UPHELD}),
}


def state_of(text: str) -> FindingState:
    """The state written ``text``.

    :raises Fault: FINDING_STATE_UNKNOWN.
    """
    if text not in set(FindingState):
        raise Fault(STATE_UNKNOWN, field="state", value=text)
    return FindingState(text)


def check_amount(amount_fen: int) -> int:
    """The amount itself, fen.

    :raises Fault: FINDING_AMOUNT_BAD when it is not above zero or beyond what a list may cost.
    """
    if not 0 < amount_fen <= MOST_FEN:
        raise Fault(AMOUNT_BAD, field="amount", value=amount_fen)
    return amount_fen


def step(finding_id: str, now: FindingState, wanted: FindingState, amount_fen: int) -> int:
    """What is deducted after the step from ``now`` to ``wanted``, fen; zero unless upheld.

    :raises Fault: FINDING_STEP_BAD, FINDING_AMOUNT_BAD.
    """
    if wanted not in NEXT[now]:
        raise Fault(
            STEP_BAD,
            field="state",
            value=finding_id,
            now=FINDING_NAMES[now],
            wanted=FINDING_NAMES[wanted],
        )
    return check_amount(amount_fen) if wanted is FindingState.UPHELD else 0
