"""Ballots 选票: the exact bytes a delegate signs, and how a count is held against them.

An open ballot says the choice. A secret one says only a commitment, the SM3 of the choice and a number
of the delegate's own; when the vote is over the openings are published in order of their commitments and
without names, so that everybody can count and each delegate can find his own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from chspay_core.digest import sm3_hex, sm3_hex_of
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_dispute.engine.negotiation.voting import Choice

OPEN: Final = "open"
SECRET: Final = "secret"  # noqa: S105 - a kind of ballot
BALLOT_KINDS: Final = (OPEN, SECRET)
_FORM = "chspay-ballot@1"
_NONCE = re.compile(r"[0-9a-f]{32,128}\Z", re.ASCII)

BALLOT_UNLIKE = Reason(
    "BALLOT_UNLIKE", Kind.INVALID, "选票内容与本次表决不符（{value}）；请用“取选票”给出的原文签名。"
)
BALLOT_NONCE = Reason("BALLOT_NONCE", Kind.INVALID, "不记名选票的随机数应为32至128位十六进制数字。")
OPENING_WRONG = Reason(
    "OPENING_WRONG", Kind.PRECONDITION, "不记名选票的开票内容与承诺不符（{value}），计票不成立。"
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What is voted on: the round's number, and the digest of the proposal it decides."""

    topic_id: str
    round: int
    proposal_digest: str
    kind: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What a commitment hid."""

    choice: Choice
    nonce: str


def open_ballot(paper: Paper, delegate_id: str, choice: Choice) -> bytes:
    """The bytes an open ballot is signed over."""
    return canonical_json({**_head(paper, delegate_id), "choice": choice.value})


def secret_ballot(paper: Paper, delegate_id: str, committed: str) -> bytes:
    """The bytes a secret ballot is signed over."""
    return canonical_json({**_head(paper, delegate_id), "commitment": committed})


def attendance_text(topic_id: str, round_: int, delegate_id: str, public_key: str) -> bytes:
    """The bytes a delegate signs to say that he has come and holds the key of his seat."""
    return canonical_json(
        {
            "form": "chspay-attendance@1",
            "topic": topic_id,
            "round": str(round_),
            "delegate": delegate_id,
            "public_key": public_key,
        }
    )


def commitment(paper: Paper, opening: Opening) -> str:
    """SM3 of choice and number within this vote.

    :raises Fault: BALLOT_NONCE.
    """
    if not _NONCE.match(opening.nonce):
        raise Fault(BALLOT_NONCE, field="nonce")
    return sm3_hex(
        canonical_json(
            {
                "form": _FORM,
                "topic": paper.topic_id,
                "round": str(paper.round),
                "choice": opening.choice.value,
                "nonce": opening.nonce,
            }
        )
    )


def read_ballot(
    paper: Paper, delegate_id: str, content: bytes, opening: Opening | None
) -> tuple[Choice, str]:
    """The choice a ballot makes, and its commitment (empty for an open one).

    The bytes must be those this module makes: nothing else is ever counted.

    :param opening: what a secret ballot hides; ``None`` for an open one.
    :raises Fault: BALLOT_UNLIKE, BALLOT_NONCE.
    """
    if paper.kind == SECRET:
        if opening is None:
            raise Fault(BALLOT_UNLIKE, field="opening", value="缺少开票内容")
        committed = commitment(paper, opening)
        if content != secret_ballot(paper, delegate_id, committed):
            raise Fault(BALLOT_UNLIKE, field="content", value=delegate_id)
        return opening.choice, committed
    for choice in Choice:
        if content == open_ballot(paper, delegate_id, choice):
            return choice, ""
    raise Fault(BALLOT_UNLIKE, field="content", value=delegate_id)


def urn_digest(ballots: Iterable[tuple[bytes, bytes]]) -> str:
    """SM3 over all ballots and their signatures, in order of their digests: one changed bit changes it."""
    leaves = sorted(sm3_hex_of([content, signature]) for content, signature in ballots)
    return sm3_hex(canonical_json(leaves))


def check_openings(paper: Paper, commitments: Sequence[str], openings: Sequence[Opening]) -> list[Choice]:
    """The choices of a published secret vote, each held against its commitment.

    :raises Fault: OPENING_WRONG, BALLOT_NONCE.
    """
    made = sorted(commitment(paper, item) for item in openings)
    if made != sorted(commitments):
        strange = sorted(set(made) ^ set(commitments))
        raise Fault(OPENING_WRONG, field="openings", value=strange[0] if strange else str(len(made)))
    return [item.choice for item in openings]


def _head(paper: Paper, delegate_id: str) -> dict[str, str]:
    return {
        "form": _FORM,
        "topic": paper.topic_id,
        "round": str(paper.round),
        "proposal": paper.proposal_digest,
        "kind": paper.kind,
        "delegate": delegate_id,
    }
