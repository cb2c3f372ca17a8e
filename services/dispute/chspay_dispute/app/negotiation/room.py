"""What every use-case of negotiation begins with: the topic, what was written in it, who the caller is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, canonical_json
from chspay_core.regions import prefix
from chspay_dispute.app.moves import Moves
from chspay_dispute.clients_negotiation import Lawbook, Trials
from chspay_dispute.engine.negotiation.council import Seat, Wanted
from chspay_dispute.engine.negotiation.proposal import Proposal, read_proposal
from chspay_dispute.store import docket
from chspay_dispute.store.docket import Row
from chspay_dispute.store.negotiation import topics, votes
from chspay_dispute.store.negotiation.topics import Impact, Paper, Topic
from chspay_dispute.store.scope import act_as
from chspay_kit.auth import Claim, current_claim, service_claim
from chspay_kit.db import current_connection

OWNER: Final = "topic"
MOST_TEXT: Final = 20_000
MOST_TITLE: Final = 200
TOPIC_UNKNOWN = Reason("TOPIC_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的协商议题，或不在权限范围内。")
TEXT_NEEDED = Reason("NEGOTIATION_TEXT", Kind.INVALID, "“{field}”应写明内容，至多{most}字。")
COUNCIL_NONE = Reason(
    "COUNCIL_NONE", Kind.PRECONDITION, "统筹区{value}在{day}没有在任的协商代表会议，请先登记代表名单。"
)
CAP_REACHED = Reason(
    "TOPIC_CAP",
    Kind.PRECONDITION,
    "贵单位在本议题里已有{value}件，本地规定至多{most}件；请并入已有的材料，或在会议上说明。",
)
PROPOSAL_UNKNOWN = Reason("PROPOSAL_UNKNOWN", Kind.NOT_FOUND, "本议题没有编号为{value}的方案。")


@dataclass(frozen=True, slots=True)
class Standing:
    """A topic as it stands: its docket, its papers, the effects on its newest snapshot."""

    topic: Topic
    row: Row
    papers: tuple[Paper, ...]
    impacts: Mapping[int, Impact]

    def last(self, kind: str) -> Paper | None:
        """The newest paper of a kind."""
        return next((item for item in reversed(self.papers) if item.kind == kind), None)

    def all(self, *kinds: str) -> list[Paper]:
        """Papers of some kinds in order."""
        return [item for item in self.papers if item.kind in kinds]

    def snapshot(self) -> Mapping[str, Any]:
        """What both sides work on.

        :raises KeyError: never before the data is frozen; callers look at the state first.
        """
        found = self.last("snapshot")
        return facts_of(found) if found else {}

    def proposal(self, number: int) -> Proposal:
        """A proposal by its number.

        :raises Fault: PROPOSAL_UNKNOWN.
        """
        for item in self.papers:
            if item.kind == "proposal" and item.seq == number:
                return read_proposal(item.facts)
        raise Fault(PROPOSAL_UNKNOWN, field="proposal", value=number)

    def unanswered(self, kind: str) -> list[Paper]:
        """Comments or objections without an answer."""
        answered = {item.ref for item in self.papers if item.kind == f"{kind}_answer"}
        return [item for item in self.papers if item.kind == kind and item.seq not in answered]

    def count_of(self, claim: Claim, *kinds: str) -> int:
        """How many papers of some kinds the caller's institution has written; all offices are one."""
        own = claim.institution if claim.role == "hospital" else ""
        return sum(item.hospital_code == own for item in self.all(*kinds))

    def open_vote(self) -> Paper | None:
        """The vote that is under way."""
        vote = self.last("vote")
        counted = self.last("count")
        return vote if vote and (counted is None or counted.seq < vote.seq) else None


class Room:
    """What use-cases share.

    :param moves: the one way a topic changes its state.
    """

    def __init__(self, moves: Moves, lawbook: Lawbook, trials: Trials) -> None:
        self.moves, self.lawbook, self.trials = moves, lawbook, trials

    def today(self) -> date:
        """The legal day."""
        return self.moves.today()

    async def policy(self, pool: str) -> Policy:
        """The rules of the pool today."""
        return await self.moves.policies.policy(pool, self.today())

    async def require_below(self, standing: Standing, key: str, *kinds: str) -> None:
        """Whether the caller's institution may write one more paper of some kinds.

        :raises Fault: TOPIC_CAP.
        """
        most = (await self.policy(standing.topic.pool)).integer(key)
        count = standing.count_of(current_claim(), *kinds)
        if count >= most:
            raise Fault(CAP_REACHED, field="topic_id", value=count, most=most)

    async def enter(self, topic_id: str, *, lock: bool = False) -> tuple[asyncpg.Connection, Standing]:
        """The topic as the caller may see it; from here on the row policies act for the office.

        Hospitals of the pool see it by the row policies; an expert when he was called to examine it.
        :raises Fault: TOPIC_UNKNOWN.
        """
        connection, claim = await current_connection(), current_claim()
        if claim.role == "expert":
            await act_as(connection, service_claim("dispute"))
        found = await topics.topic(connection, topic_id)
        if found is None:
            raise Fault(TOPIC_UNKNOWN, field="topic_id", value=topic_id)
        await act_as(connection, office(found.pool))
        if lock:
            await self.moves.locked(connection, OWNER, topic_id)
        standing = await self.standing(connection, found)
        if claim.role == "expert" and claim.subject not in panel_of(standing):
            raise Fault(TOPIC_UNKNOWN, field="topic_id", value=topic_id)
        return connection, standing

    async def standing(self, connection: asyncpg.Connection, topic: Topic) -> Standing:
        """A topic as it stands."""
        row = await docket.one(connection, OWNER, topic.topic_id)
        if row is None:
            raise Fault(TOPIC_UNKNOWN, field="topic_id", value=topic.topic_id)
        papers = tuple(await topics.papers(connection, topic.topic_id))
        snapshot = next((item.digest for item in reversed(papers) if item.kind == "snapshot"), "")
        impacts = await topics.impacts(connection, topic.topic_id, snapshot) if snapshot else {}
        return Standing(topic, row, papers, impacts)

    async def write(
        self,
        connection: asyncpg.Connection,
        standing: Standing,
        kind: str,
        text: str,
        facts: Mapping[str, object] | bytes,
        *,
        ref: int = 0,
        by: Claim | None = None,
        offset: int = 0,
    ) -> Paper:
        """Adds a paper; the docket is locked, so that numbers follow one another.

        :param offset: how many papers this step has added before.
        """
        claim = by or current_claim()
        content = facts if isinstance(facts, bytes) else canonical_json(facts)
        seq = len(standing.papers) + 1 + offset
        plain = {
            "topic": standing.topic.topic_id, "seq": str(seq), "kind": kind, "ref": str(ref),
            "by": claim.subject, "day": self.today().isoformat(), "text": text, "facts": sm3_hex(content),
        }  # fmt: skip
        hospital = claim.institution if claim.role == "hospital" else ""
        paper = Paper(
            standing.topic.topic_id, seq, standing.topic.pool, standing.topic.region_code, kind, ref,
            claim.subject, hospital, self.today(), text, content, sm3_hex(canonical_json(plain)),
        )  # fmt: skip
        await topics.put_paper(connection, paper)
        return paper

    async def council(self, connection: asyncpg.Connection, pool: str) -> tuple[Seat, ...]:
        """The seats of the council that sits today.

        :raises Fault: COUNCIL_NONE.
        """
        found = await votes.council(connection, pool, self.today())
        if found is None or found.until <= self.today():
            raise Fault(COUNCIL_NONE, field="pool", value=pool, day=self.today())
        return seats_of(found.content)


def office(pool: str) -> Claim:
    """The claim of the process for one pool."""
    return service_claim("dispute", prefix(pool))


def facts_of(paper: Paper) -> Mapping[str, Any]:
    """What a paper says besides its text."""
    found: Mapping[str, Any] = json.loads(paper.facts)
    return found


def panel_of(standing: Standing) -> Mapping[str, str]:
    """Field by subject of the experts who examine the topic."""
    found = standing.last("panel")
    return dict(facts_of(found)["members"]) if found else {}


def seats_of(content: bytes) -> tuple[Seat, ...]:
    """The seats of a sealed list."""
    return tuple(
        Seat(
            item["delegate_id"], item["side"], item["institution"], frozenset(item["classes"]),
            item["subject"], item["public_key"],
        )
        for item in json.loads(content)
    )  # fmt: skip


def seats_content(seats: tuple[Seat, ...]) -> bytes:
    """Seats as a canonical list."""
    return canonical_json(
        [
            {
                "delegate_id": seat.delegate_id, "side": seat.side, "institution": seat.institution,
                "classes": sorted(seat.classes), "subject": seat.subject, "public_key": seat.public_key,
            }
            for seat in sorted(seats, key=lambda seat: seat.delegate_id)
        ]
    )  # fmt: skip


def wanted_of(policy: Policy) -> tuple[Wanted, ...]:
    """The classes a pool wants seated."""
    return tuple(
        Wanted(row["class"], row["name"], int(row["least"])) for row in policy.table("negotiation.classes")
    )


def text_of(field: str, text: str, most: int = MOST_TEXT) -> str:
    """A text somebody has to write.

    :raises Fault: NEGOTIATION_TEXT.
    """
    found = text.strip()
    if not 1 <= len(found) <= most:
        raise Fault(TEXT_NEEDED, field=field, most=most)
    return found
