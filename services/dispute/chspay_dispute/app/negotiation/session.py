"""The session 协商会议: from the tried proposals to a counted vote, mediation, or a decision with reasons."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app import register
from chspay_dispute.app.negotiation.admission import admit, neutral, require_votable
from chspay_dispute.app.negotiation.ballots import (
    VOTE_NOT_ENTITLED,
    acted,
    choice_of,
    content_of,
    counted,
    openings_of,
    paper_of,
    vote_facts,
    vote_of,
)
from chspay_dispute.app.negotiation.first_day import require_notice
from chspay_dispute.app.negotiation.impact import impact_facts, tried
from chspay_dispute.app.negotiation.presence import require_present, speaks_for
from chspay_dispute.app.negotiation.room import OWNER, Room, Standing, facts_of, text_of, wanted_of
from chspay_dispute.engine.negotiation.ballot import OPEN, SECRET, Paper, urn_digest
from chspay_dispute.engine.negotiation.council import (
    Seat,
    attendance,
    share_of,
)
from chspay_dispute.store.negotiation import votes
from chspay_dispute.store.negotiation.votes import StoredBallot
from chspay_kit.auth import current_claim, service_claim
from chspay_kit.sm2 import require_signature

VOTE_TWICE = Reason("VOTE_TWICE", Kind.CONFLICT, "席位{value}已经投票，选票不能更改。")
VOTE_UNKNOWN = Reason("VOTE_UNKNOWN", Kind.NOT_FOUND, "没有第{value}次表决的结果。")
REVIEWER_SAME = Reason(
    "NEGOTIATION_SAME_PERSON",
    Kind.DENIED,
    "完成试算、提交表决、批准应由三个不同的人办理；{value}已经办理过其中一步。",
)


class Session:
    """Leads a topic through session, vote and mediation."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def simulate(
        self, topic_id: str, text: str, admitted: Collection[int], reasons: Mapping[int, str]
    ) -> None:
        """The admitted proposals have been tried: the topic goes out for consultation.

        :param admitted: the proposals the office takes on; none named means all that can be voted on.
        :param reasons: why others are not taken on, by number; their proposers read it in the topic.
        :raises Fault: PROPOSAL_NONE, PROPOSAL_ADMISSION, and those of a step.
        """
        room, claim = self._room, current_claim()
        connection, standing = await room.enter(topic_id, lock=True)
        numbers, refused = admit(standing, admitted, reasons)
        ready = all(tried(standing, number) for number in numbers)
        balanced = all(neutral(standing, number) for number in numbers if ready)
        paper = await room.write(connection, standing, "draft_scheme", text_of("text", text), {})
        await room.write(
            connection, standing, "admission", "",
            {
                "admitted": [str(number) for number in numbers],
                "refused": {str(number): why for number, why in refused.items()},
            },
            offset=1,
        )  # fmt: skip
        await room.moves.move(
            connection, OWNER, topic_id, "simulate", claim,
            {"impact_simulated": ready, "total_neutral": balanced}, {"scheme": paper.digest},
        )  # fmt: skip
        await register.publish(
            connection, kind="consultation", subject=f"topic/{topic_id}", pool=standing.topic.pool,
            region_code=standing.topic.region_code, title=f"征求意见：{standing.topic.title}"[:200],
            content={
                "topic": topic_id, "text": text,
                "proposals": [
                    {
                        "number": number, "title": standing.proposal(number).title,
                        "effective": standing.proposal(number).effective.isoformat(),
                        "keys": "、".join(item.key for item in standing.proposal(number).changes),
                        "digest": standing.proposal(number).digest,
                        "winners": impact_facts(standing.impacts[number])["winners"],
                        "losers": impact_facts(standing.impacts[number])["losers"],
                    }
                    for number in numbers
                ],
                "not_admitted": len(refused),
            },
        )  # fmt: skip

    async def agree(self, topic_id: str, text: str, present: Collection[str], number: int) -> None:
        """The session puts a proposal to the vote.

        :raises Fault: PROPOSAL_*, COUNCIL_NONE, PRESENT_UNKNOWN, NEGOTIATION_SAME_PERSON and those
            of a step.
        """
        connection, standing = await self._room.enter(topic_id, lock=True)
        await self._other_person(connection, standing, "simulate")
        await self._put_to_vote(connection, standing, "agree", "minutes", text, present, number)

    async def revised(self, topic_id: str, text: str, present: Collection[str], number: int) -> None:
        """A compromise from above is put to the vote; once.

        :raises Fault: as :meth:`agree`.
        """
        connection, standing = await self._room.enter(topic_id, lock=True)
        await self._put_to_vote(connection, standing, "revised", "mediation", text, present, number)

    async def pause(self, topic_id: str, event: str, text: str) -> None:
        """``adjourn`` to another round, or ``deadlock``; the disagreements are written down.

        :raises Fault: those of a step.
        """
        room, claim = self._room, current_claim()
        connection, standing = await room.enter(topic_id, lock=True)
        if event == "deadlock":
            await self._other_person(connection, standing, "simulate")
        most = (await room.policy(standing.topic.pool)).integer("negotiation.max_rounds")
        rounds = 1 + sum(facts_of(item).get("event") == "adjourn" for item in standing.all("disagreement"))
        paper = await room.write(
            connection,
            standing,
            "disagreement",
            text_of("text", text),
            {"event": event, "round": str(rounds)},
        )
        await room.moves.move(
            connection, OWNER, topic_id, event, claim,
            {"rounds_left": rounds < most, "rounds_spent": rounds >= most}, {"paper": paper.digest},
        )  # fmt: skip

    async def decide(self, topic_id: str, text: str, number: int) -> None:
        """No agreement: the administration decides, with written reasons.

        :raises Fault: PROPOSAL_* and those of a step.
        """
        room, claim = self._room, current_claim()
        connection, standing = await room.enter(topic_id, lock=True)
        await self._other_person(connection, standing, "simulate")
        require_votable(standing, number)
        failed = standing.last("mediation") is not None or standing.row.overdue
        paper = await room.write(connection, standing, "decision", text_of("text", text), {}, ref=number)
        await room.moves.move(
            connection, OWNER, topic_id, "admin_decide", claim,
            {"still_no_agreement": failed, "reasons_written": True}, {"paper": paper.digest},
        )  # fmt: skip
        topic = standing.topic
        await register.publish(
            connection, kind="vote", subject=f"topic/{topic_id}", pool=topic.pool,
            region_code=topic.region_code,
            title=f"行政决定：{topic.title}"[:200],
            content={"topic": topic_id, "text": text, "proposal": standing.proposal(number).digest},
        )  # fmt: skip

    async def ballot(self, topic_id: str, choice: str, nonce: str) -> tuple[bytes, Seat, Paper]:
        """The bytes the caller's seat signs for a choice.

        :raises Fault: VOTE_CLOSED, VOTE_NOT_ENTITLED, BALLOT_*.
        """
        _, standing = await self._room.enter(topic_id)
        paper, _ = vote_of(standing)
        seat = self._seat(standing)
        return content_of(paper, seat, choice_of(choice), nonce), seat, paper

    async def cast(self, topic_id: str, choice: str, nonce: str, signature: bytes) -> tuple[int, int]:
        """A signed ballot; how many have come, and of how many. The last one ends the vote.

        :raises Fault: VOTE_*, BALLOT_*, SIGNATURE_BAD.
        """
        connection, standing = await self._room.enter(topic_id, lock=True)
        paper, facts = vote_of(standing)
        seat = self._seat(standing)
        content = content_of(paper, seat, choice_of(choice), nonce)
        require_signature(seat.public_key, signature, content, "选票")
        subject = current_claim().subject
        new = StoredBallot(
            topic_id, paper.round, seat.delegate_id, content, signature, choice,
            nonce if paper.kind == SECRET else "", subject,
        )  # fmt: skip
        await connection.execute("SELECT set_config('chspay.region', '*', true)")
        if not await votes.cast(connection, new):
            raise Fault(VOTE_TWICE, field="delegate_id", value=seat.delegate_id)
        cast = len(await votes.urn(connection, topic_id, paper.round))
        entitled = len(facts["entitled"].keys() & set(facts["present"]))
        if cast == entitled:
            await self.tally(connection, standing)
        return cast, entitled

    async def tally(self, connection: asyncpg.Connection, standing: Standing) -> str:
        """Counts the vote under way, publishes it and moves on; the event.

        Every ballot is read and its signature checked again: what was changed in storage is found here.
        :raises Fault: VOTE_CLOSED, BALLOT_UNLIKE, SIGNATURE_BAD.
        """
        room, system = self._room, service_claim("dispute")
        paper, facts = vote_of(standing)
        topic = standing.topic
        await connection.execute("SELECT set_config('chspay.region', '*', true)")
        ballots = await votes.urn(connection, topic.topic_id, paper.round)
        found = counted(paper, facts, ballots)
        digest = urn_digest((item.content, item.signature) for item in ballots)
        vote = standing.last("vote")
        count_paper = await room.write(
            connection, standing, "count", "", {**found.plain(), "round": str(paper.round), "urn": digest},
            ref=vote.ref if vote else 0, by=system,
        )  # fmt: skip
        event = "pass" if found.passed else "fail"
        guards = {"heads_reached": found.heads_reached, "volume_reached": found.volume_reached}
        await room.moves.move(
            connection, OWNER, topic.topic_id, event, system,
            guards if found.passed else {"not_passed": True}, {"count": count_paper.digest, "urn": digest},
        )  # fmt: skip
        plain = found.plain()
        await register.publish(
            connection, kind="vote", subject=f"topic/{topic.topic_id}", pool=topic.pool,
            region_code=topic.region_code, title=f"表决结果：{topic.title}"[:200],
            content={
                "topic": topic.topic_id, "round": paper.round, "ballot": paper.kind, "urn": digest,
                "proposal": paper.proposal_digest,
                **{name: plain[name] for name in plain if name != "sheet"},
                "choices": [
                    {"delegate": item.delegate_id, "choice": item.choice} for item in ballots
                ] if paper.kind == OPEN else openings_of(paper, ballots),
            },
        )  # fmt: skip
        return event

    async def urn(
        self, topic_id: str, round_: int
    ) -> tuple[Standing, Paper, Mapping[str, Any], list[StoredBallot]]:
        """A counted vote with its ballots.

        :raises Fault: VOTE_UNKNOWN.
        """
        connection, standing = await self._room.enter(topic_id)
        for item in standing.all("vote"):
            facts = facts_of(item)
            done = any(facts_of(paper)["round"] == facts["round"] for paper in standing.all("count"))
            if int(facts["round"]) == round_ and done:
                await connection.execute("SELECT set_config('chspay.region', '*', true)")
                ballots = await votes.urn(connection, topic_id, round_)
                return standing, paper_of(topic_id, facts), facts, ballots
        raise Fault(VOTE_UNKNOWN, field="round", value=round_)

    async def _put_to_vote(
        self, connection: asyncpg.Connection, standing: Standing, event: str, kind: str, text: str,
        present: Collection[str], number: int,
    ) -> None:  # fmt: skip
        room, claim, topic = self._room, current_claim(), standing.topic
        require_votable(standing, number)
        policy = await room.policy(topic.pool)
        require_notice(policy, room.today(), standing.proposal(number).effective)
        seats = await room.council(connection, topic.pool)
        came = require_present(standing, seats, present)
        here = attendance(seats, came, wanted_of(policy), share_of(policy.text("negotiation.quorum")))
        compromise = standing.all("mediation")
        facts = vote_facts(standing, policy, seats, came, number, here)
        first = await room.write(connection, standing, kind, text_of("text", text), {}, ref=number)
        await room.write(connection, standing, "vote", "", facts, ref=number, offset=1)
        guards = {
            "quorum_met": here.quorum_met, "every_class_seated": not here.classes_missing,
            "compromise_given": True, "first_mediation": not compromise,
        }  # fmt: skip
        if event == "revised" and not (here.quorum_met and not here.classes_missing):
            guards["compromise_given"] = False
        needed = room.moves.machines[OWNER].transition(standing.row.state, event).guards
        await room.moves.move(
            connection, OWNER, topic.topic_id, event, claim, {name: guards[name] for name in needed},
            {"paper": first.digest, "proposal": facts["proposal"], "round": facts["round"]},
        )  # fmt: skip

    async def _other_person(self, connection: asyncpg.Connection, standing: Standing, *events: str) -> None:
        subject = current_claim().subject
        for event in events:
            if await acted(connection, standing.topic.topic_id, event) == subject:
                raise Fault(REVIEWER_SAME, field="subject", value=subject)

    def _seat(self, standing: Standing) -> Seat:
        _, facts = vote_of(standing)
        claim = current_claim()
        for seat in facts["seats"]:
            mine = speaks_for(claim, seat["side"], seat["institution"], seat["subject"])
            if mine and seat["delegate_id"] in facts["entitled"]:
                return Seat(
                    seat["delegate_id"], seat["side"], seat["institution"], frozenset(), seat["subject"],
                    seat["public_key"],
                )  # fmt: skip
        raise Fault(VOTE_NOT_ENTITLED, field="topic_id", value=standing.topic.topic_id)
