"""One vote: who may cast a ballot on what by which rule, and the count of its ballots."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_dispute.app.negotiation.room import OWNER, Standing, facts_of
from chspay_dispute.app.negotiation.talking import group_cases_of, volumes_of
from chspay_dispute.engine.negotiation.ballot import (
    OPEN,
    SECRET,
    Opening,
    Paper,
    commitment,
    open_ballot,
    read_ballot,
    secret_ballot,
)
from chspay_dispute.engine.negotiation.council import HOSPITAL, Attendance, Seat, conflicted, share_of
from chspay_dispute.engine.negotiation.voting import DOUBLE, Choice, Count, PassRule, Voter, count
from chspay_dispute.store import docket
from chspay_dispute.store.negotiation.votes import StoredBallot
from chspay_kit.sm2 import require_signature

VOTE_CLOSED = Reason("VOTE_CLOSED", Kind.PRECONDITION, "议题{value}现在没有正在进行的表决。")
VOTE_NOT_ENTITLED = Reason(
    "VOTE_NOT_ENTITLED", Kind.DENIED, "您不在本次表决的名单里：不是到会代表，或因利害关系只发言、不表决。"
)
CHOICE_WRONG = Reason("BALLOT_CHOICE", Kind.INVALID, "“{value}”不是选项；可选：yes、no、abstain。")
PASS_RULE_ABSENT = Reason(
    "PASS_RULE_ABSENT", Kind.PRECONDITION, "本地没有规定“{value}”议题的表决规则（negotiation.pass_rules）。"
)
SECRET_WITH_VOLUME = Reason(
    "SECRET_WITH_VOLUME", Kind.PRECONDITION, "按出院量计票的表决不能不记名：出院量会透露是谁投的票。"
)
_CHOICES: Final = {choice.value: choice for choice in Choice}


async def acted(connection: asyncpg.Connection, topic_id: str, *events: str) -> str:
    """Who took the newest of some steps of a topic; empty when nobody did."""
    steps = await docket.steps(connection, OWNER, topic_id)
    return next((step.actor for step in reversed(steps) if step.event in events), "")


def counted(paper: Paper, facts: Mapping[str, Any], ballots: Sequence[StoredBallot]) -> Count:
    """The count of a vote from its ballots, each read and its signature checked.

    :raises Fault: BALLOT_UNLIKE, SIGNATURE_BAD, VOTE_NOT_ENTITLED.
    """
    keys = {seat["delegate_id"]: seat["public_key"] for seat in facts["seats"]}
    choices: dict[str, Choice] = {}
    for item in ballots:
        if item.delegate_id not in facts["entitled"]:
            raise Fault(VOTE_NOT_ENTITLED, field="delegate_id", value=item.delegate_id)
        opening = Opening(choice_of(item.choice), item.nonce) if paper.kind == SECRET else None
        choice, _ = read_ballot(paper, item.delegate_id, item.content, opening)
        require_signature(
            keys[item.delegate_id], item.signature, item.content, f"席位{item.delegate_id}的选票"
        )
        choices[item.delegate_id] = choice
    rule = PassRule(facts["method"], share_of(facts["heads"]), share_of(facts["volume"]))
    return count(
        [Voter(name, choices.get(name), int(volume)) for name, volume in sorted(facts["entitled"].items())],
        rule,
    )


def vote_facts(
    standing: Standing, policy: Policy, seats: Sequence[Seat], present: Collection[str], number: int,
    here: Attendance,
) -> dict[str, object]:  # fmt: skip
    """Who votes on what by which rule, fixed when the vote opens."""
    rows = {row["kind"]: row for row in policy.table("negotiation.pass_rules")}
    row = rows.get(standing.topic.kind)
    if row is None:
        raise Fault(PASS_RULE_ABSENT, field="kind", value=standing.topic.kind)
    if row["ballot"] == SECRET and row["method"] == DOUBLE:
        raise Fault(SECRET_WITH_VOLUME, field="kind", value=standing.topic.kind)
    volumes, groups = volumes_of(standing), group_cases_of(standing)
    limit = share_of(policy.text("negotiation.conflict_share"))
    came = [seat for seat in seats if seat.delegate_id in present]
    silent = {seat.delegate_id: conflicted(seat, groups, limit) for seat in seats}
    entitled = {
        # A secret vote is not weighed: discharges would tell whose vote it was.
        seat.delegate_id: str(
            volumes.get(seat.institution, 0)
            if seat.side == HOSPITAL and row["ballot"] == OPEN and seat.delegate_id in present
            else 0
        )
        # Who stays away has not agreed: his head counts, and nobody gains by leaving him out.
        for seat in seats
        if not silent[seat.delegate_id]
    }
    return {
        "round": str(1 + len(standing.all("vote"))),
        "proposal": standing.proposal(number).digest,
        "kind": row["ballot"],
        "method": row["method"],
        "heads": row["heads"],
        "volume": row["volume"],
        "present": sorted(present),
        "of_seats": str(here.seats),
        "entitled": entitled,
        "conflicted": {
            name: [{"group": group, "share": str(share)} for group, share in found]
            for name, found in silent.items()
            if found
        },
        "seats": [
            {
                "delegate_id": seat.delegate_id, "side": seat.side, "institution": seat.institution,
                "subject": seat.subject, "public_key": seat.public_key,
            }
            for seat in came
        ],
    }  # fmt: skip


def vote_of(standing: Standing) -> tuple[Paper, Mapping[str, Any]]:
    vote = standing.open_vote()
    if vote is None or standing.row.state != "VOTE":
        raise Fault(VOTE_CLOSED, field="topic_id", value=standing.topic.topic_id)
    facts = facts_of(vote)
    return paper_of(standing.topic.topic_id, facts), facts


def paper_of(topic_id: str, facts: Mapping[str, Any]) -> Paper:
    return Paper(topic_id, int(facts["round"]), facts["proposal"], facts["kind"])


def content_of(paper: Paper, seat: Seat, choice: Choice, nonce: str) -> bytes:
    if paper.kind == OPEN:
        return open_ballot(paper, seat.delegate_id, choice)
    return secret_ballot(paper, seat.delegate_id, commitment(paper, Opening(choice, nonce)))


def choice_of(text: str) -> Choice:
    if text not in _CHOICES:
        raise Fault(CHOICE_WRONG, field="choice", value=text)
    return _CHOICES[text]


def openings_of(paper: Paper, ballots: Sequence[StoredBallot]) -> list[dict[str, str]]:
    """The openings of a secret vote in order of their commitments, without names."""
    found = [(commitment(paper, Opening(choice_of(item.choice), item.nonce)), item) for item in ballots]
    return [
        {"commitment": committed, "choice": item.choice, "nonce": item.nonce}
        for committed, item in sorted(found, key=lambda pair: pair[0])
    ]
