"""Adoption 采纳: publicity, approval, and the amendment that makes the agreed proposal law.

Nothing is typed again. The amendment is made from the proposal that was voted on, and is filed in the
rulebook in the names of those who acted here: drafted by who finished the simulation, reviewed by who put it
to the vote, approved by the administration, published by the officer who publishes here. Its number comes
from the topic, so that however often it is tried there is one amendment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import asyncpg

from chspay.rulebook.v1 import amendments_pb2, decisions_pb2
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_core.regions import prefix
from chspay_dispute.app import register
from chspay_dispute.app.negotiation.ballots import acted
from chspay_dispute.app.negotiation.first_day import later_day, require_notice
from chspay_dispute.app.negotiation.room import MOST_TITLE, OWNER, Room, Standing, facts_of, text_of
from chspay_dispute.app.negotiation.session import REVIEWER_SAME
from chspay_dispute.app.negotiation.talking import Talking
from chspay_dispute.app.roles import roles_of
from chspay_dispute.engine.negotiation.council import BUREAU
from chspay_dispute.engine.negotiation.proposal import Difference, Head, Proposal, amendment_text
from chspay_dispute.store.negotiation import topics
from chspay_kit.auth import Claim, current_claim, service_claim, use_claim
from chspay_kit.convert import date_to_pb
from chspay_kit.sm2 import Sm2Key

PACKAGE_UNSIGNED = Reason(
    "TOPIC_PACKAGE_UNSIGNED",
    Kind.PRECONDITION,
    "发布包应由医保部门代表用登记的SM2密钥签名；签名与名单里的公钥都不符。",
)
OBJECTIONS_OPEN = Reason("OBJECTIONS_OPEN", Kind.PRECONDITION, "还有{value}件异议没有答复，不能批准。")
NOT_APPROVED = Reason(
    "TOPIC_NOT_APPROVED", Kind.PRECONDITION, "议题{value}还没有批准，没有可以签名的发布包。"
)
PACKAGE_MOVED = Reason(
    "TOPIC_PACKAGE_MOVED",
    Kind.CONFLICT,
    "按现行规定写出的修订与批准时的不同（{value}），不能发布；请行政部门核对后重新批准。",
)
_DECIDES: Final = ("agree", "revised", "deadlock", "admin_decide")
#: Papers that freeze the amendment's text.
_FREEZES: Final = ("approval", "rollback")


@dataclass(frozen=True, slots=True)
class Package:
    """What is published, and the amendment it becomes."""

    content: bytes
    amendment_id: str
    amendment: str
    changes: tuple[Difference, ...]
    effective: date
    head: Head


class Adoption:
    """Leads a topic from the vote to law, and back before it takes effect."""

    def __init__(self, room: Room, talking: Talking) -> None:
        self._room, self._talking = room, talking

    async def protest(self, topic_id: str, text: str) -> None:
        """An objection during publicity.

        :raises Fault: those of a step.
        """
        room, claim = self._room, current_claim()
        connection, standing = await room.enter(topic_id, lock=True)
        await room.require_below(standing, "negotiation.most_papers", "comment", "objection")
        paper = await room.write(connection, standing, "objection", text_of("text", text), {})
        within = room.today() <= standing.row.due_day and not standing.row.overdue
        await room.moves.move(
            connection, OWNER, topic_id, "objection", claim,
            {"within_publicity": within, "objection_answerable": bool(claim.subject)},
            {"paper": paper.digest},
        )  # fmt: skip

    async def withdraw(self, topic_id: str, text: str) -> None:
        """A grave error: back to the draft.

        :raises Fault: those of a step.
        """
        room, claim = self._room, current_claim()
        connection, standing = await room.enter(topic_id, lock=True)
        paper = await room.write(connection, standing, "withdrawal", text_of("text", text), {})
        await room.moves.move(
            connection, OWNER, topic_id, "withdraw", claim, {"grave_error": True}, {"paper": paper.digest}
        )
        await self._announce(connection, standing, "撤回公示", {"text": text})

    async def approve(
        self, topic_id: str, text: str, decision_no: str, decided_by: str, filing_no: str, first: date | None
    ) -> None:
        """The administration approves, under the number of its decision; the amendment's text is fixed.

        Approving once more before publication sets a new first day, or takes rules that changed since.

        :param first: another first day than the proposal's, later.
        :raises Fault: OBJECTIONS_OPEN, NEGOTIATION_SAME_PERSON, FIRST_DAY_*, and those of a step.
        """
        room, claim = self._room, current_claim()
        connection, standing = await room.enter(topic_id, lock=True)
        agreed = standing.row.state == "APPROVED" and "ADMIN" in roles_of(claim, standing.row)
        if not agreed:
            room.moves.machines[OWNER].transition(standing.row.state, "approve")
        open_ones = standing.unanswered("objection")
        if open_ones:
            raise Fault(OBJECTIONS_OPEN, field="topic_id", value=len(open_ones))
        for events in (("simulate",), _DECIDES, ("admin_decide",)):
            if await acted(connection, topic_id, *events) == claim.subject:
                raise Fault(REVIEWER_SAME, field="subject", value=claim.subject)
        policy = await room.policy(standing.topic.pool)
        over = room.today() > standing.row.due_day or standing.row.overdue
        filing_no = filing_no.strip() or (_basis(standing)["filing_no"] if agreed else "")
        filed = policy.text("negotiation.file_above") == "no" or bool(filing_no)
        effective = later_day(chosen(standing).effective, first)
        require_notice(policy, room.today(), effective)
        facts = {
            "decision_no": text_of("decision_no", decision_no, MOST_TITLE),
            "decided_by": text_of("decided_by", decided_by, MOST_TITLE),
            "filing_no": filing_no[:200], "effective": effective.isoformat(),
        }  # fmt: skip
        facts |= await self._frozen(standing, facts, room.today())
        paper = await room.write(connection, standing, "approval", text_of("text", text), facts)
        if not agreed:
            await room.moves.move(
                connection, OWNER, topic_id, "approve", claim,
                {"publicity_over": over, "filed_above": filed}, {"paper": paper.digest},
            )  # fmt: skip
        content: dict[str, object] = {
            name: facts[name] for name in ("decision_no", "decided_by", "effective", "amendment_sm3")
        }
        await self._announce(connection, standing, "批准", content)

    async def package(self, topic_id: str) -> Package:
        """What an officer of the council signs before publication.

        :raises Fault: TOPIC_NOT_APPROVED.
        """
        _, standing = await self._room.enter(topic_id)
        return await self._package(standing)

    async def publish(self, topic_id: str, text: str, signature: bytes) -> None:
        """Makes the agreed proposal law: decision, amendment, publication; all or nothing, and once.

        :raises Fault: PACKAGE_UNSIGNED, what the rulebook refuses, and those of a step.
        """
        room, claim = self._room, current_claim()
        connection, standing = await room.enter(topic_id, lock=True)
        room.moves.machines[OWNER].transition(standing.row.state, "publish")
        package = await self._package(standing)
        seats = await room.council(connection, standing.topic.pool)
        keys = [seat.public_key for seat in seats if seat.side == BUREAU]
        signer = next(
            (key for key in keys if Sm2Key.from_public_hex(key).verify_raw(signature, package.content)), ""
        )
        if not signer:
            raise Fault(PACKAGE_UNSIGNED, field="signature")
        digest = await self._enact(connection, standing, package, claim)
        paper = await room.write(
            connection, standing, "publication", text.strip(),
            {
                "amendment": package.amendment_id, "amendment_sm3": sm3_hex(package.amendment.encode()),
                "effective": package.effective.isoformat(), "bundle": digest, "signer": signer,
                "signature": signature.hex(), "package": sm3_hex(package.content),
            },
        )  # fmt: skip
        await room.moves.move(
            connection, OWNER, topic_id, "publish", claim, {"package_signed": True}, {"paper": paper.digest},
            days={"effective": package.effective},
        )  # fmt: skip
        await self._announce(
            connection, standing, "发布",
            {
                "amendment": package.amendment_id, "effective": package.effective.isoformat(),
                "bundle": digest, "decision": package.head.decision,
                "rules": [
                    {"key": item.key, "before": item.before, "after": item.after}
                    for item in package.changes
                ],
            },
        )  # fmt: skip

    async def rollback(self, topic_id: str, text: str) -> None:
        """An error found before the first day: the amendment is withdrawn, the approval stands.

        :raises Fault: AMENDMENT_IN_EFFECT and other refusals of the rulebook, and those of a step.
        """
        room, claim = self._room, current_claim()
        connection, standing = await room.enter(topic_id, lock=True)
        room.moves.machines[OWNER].transition(standing.row.state, "rollback")
        published = standing.last("publication")
        facts = facts_of(published) if published else {}
        early = bool(facts) and room.today() < date.fromisoformat(facts["effective"])
        frozen = _basis(standing)
        anew = await self._frozen(standing, frozen, date.fromisoformat(frozen["decided"]))
        paper = await room.write(connection, standing, "rollback", text_of("text", text), {**frozen, **anew})
        await room.moves.move(
            connection, OWNER, topic_id, "rollback", claim, {"error_before_effect": early},
            {"paper": paper.digest},
        )  # fmt: skip
        with use_claim(_as(claim, standing)):
            state = await room.lawbook.state(facts["amendment"], frozen["amendment_text"])
            if state != amendments_pb2.AMENDMENT_STATE_WITHDRAWN:
                await room.lawbook.step("Withdraw", facts["amendment"], text)
        await self._announce(
            connection, standing, "更正公告", {"amendment": facts["amendment"], "text": text}
        )

    async def begin(self, connection: asyncpg.Connection, standing: Standing) -> None:
        """The first day has come: the topic is in effect, and older ones of the same rules are superseded."""
        room, system = self._room, service_claim("dispute")
        published = standing.last("publication")
        effective = date.fromisoformat(facts_of(published)["effective"]) if published else date.max
        await room.moves.move(
            connection, OWNER, standing.topic.topic_id, "effective", system,
            {"day_come": room.today() >= effective}, {},
        )  # fmt: skip
        keys = {item.key for item in chosen(standing).changes}
        for topic_id in await topics.effective_of_pool(connection, standing.topic.pool):
            older = await topics.topic(connection, topic_id)
            if older is None or topic_id == standing.topic.topic_id:
                continue
            other = await room.standing(connection, older)
            if {item.key for item in chosen(other).changes} <= keys:
                await room.moves.move(
                    connection, OWNER, topic_id, "supersede", system, {"newer_effective": True},
                    {"by": standing.topic.topic_id},
                )  # fmt: skip

    async def _frozen(self, standing: Standing, facts: Mapping[str, str], decided: date) -> dict[str, str]:
        """The amendment as it would be filed today: number, text, SM3, and the day it was decided on.

        Every approval and every withdrawal has a number of its own, as no two texts share one.
        """
        attempt = 1 + len(standing.all(*_FREEZES))
        head = await self._head(standing, facts, decided, attempt)
        effective = date.fromisoformat(facts["effective"])
        text = amendment_text(head, await self._talking.changes(standing, chosen(standing)), effective)
        return {
            "amendment": head.amendment_id, "amendment_text": text, "amendment_sm3": sm3_hex(text.encode()),
            "attempt": str(attempt), "decided": decided.isoformat(),
        }  # fmt: skip

    async def _head(self, standing: Standing, facts: Mapping[str, str], decided: date, attempt: int) -> Head:
        topic = standing.topic
        policy = await self._room.policy(topic.pool)
        demo = policy.rule("negotiation.quorum").evidence == "demo"
        return Head(
            f"{topic.topic_id.lower()}-{attempt}", topic.pool, chosen(standing).title, facts["decision_no"],
            facts["decided_by"], decided, *(("demo", "demo") if demo else ("official", "issued")),
        )  # fmt: skip

    async def _package(self, standing: Standing) -> Package:
        """What was frozen, held against what the proposal would be written as today.

        :raises Fault: TOPIC_NOT_APPROVED, TOPIC_PACKAGE_MOVED.
        """
        approval, topic = standing.last("approval"), standing.topic
        if approval is None or standing.row.state not in ("APPROVED", "PUBLISHED", "EFFECTIVE", "SUPERSEDED"):
            raise Fault(NOT_APPROVED, field="topic_id", value=topic.topic_id)
        proposal, facts = chosen(standing), _basis(standing)
        head = await self._head(standing, facts, date.fromisoformat(facts["decided"]), int(facts["attempt"]))
        effective, text = date.fromisoformat(facts["effective"]), facts["amendment_text"]
        changes: tuple[Difference, ...] = ()
        if standing.row.state == "APPROVED":
            changes = await self._talking.changes(standing, proposal)
            if amendment_text(head, changes, effective) != text:
                raise Fault(PACKAGE_MOVED, field="amendment", value=head.amendment_id)
        counted = standing.last("count") or standing.last("decision")
        content = canonical_json(
            {
                "form": "chspay-negotiated@1", "topic": topic.topic_id, "version": facts["attempt"],
                "proposal": proposal.digest, "effective": effective.isoformat(),
                "applies_by": "discharge",
                "amendment": head.amendment_id, "amendment_sm3": sm3_hex(text.encode()),
                "agreed_by": counted.digest if counted else "", "snapshot": _digest(standing, "snapshot"),
                "approval": approval.digest,
            }
        )  # fmt: skip
        return Package(content, head.amendment_id, text, changes, effective, head)

    async def _enact(
        self, connection: asyncpg.Connection, standing: Standing, package: Package, claim: Claim
    ) -> str:
        """Files, reviews, approves and publishes the amendment, from wherever an earlier try has come to."""
        room, law = self._room, self._room.lawbook
        topic_id, approval = standing.topic.topic_id, standing.last("approval")
        persons = {
            0: ("Draft", await acted(connection, topic_id, "simulate")),
            amendments_pb2.AMENDMENT_STATE_DRAFT: ("Review", await acted(connection, topic_id, *_DECIDES)),
            amendments_pb2.AMENDMENT_STATE_REVIEWED: ("Approve", approval.by if approval else ""),
            amendments_pb2.AMENDMENT_STATE_APPROVED: ("Publish", claim.subject),
        }
        policy = await room.policy(standing.topic.pool)
        keys = policy.texts("amendment.decision_keys") if policy.has("amendment.decision_keys") else ()
        if any(item.key in keys for item in package.changes):
            with use_claim(_as(claim, standing)):
                await law.record(_decision(standing, package))
        digest = ""
        with use_claim(_as(claim, standing)):
            state = await law.state(package.amendment_id, package.amendment)
        while state != amendments_pb2.AMENDMENT_STATE_PUBLISHED:
            verb, person = persons[state]
            with use_claim(_as(claim, standing, person)):
                if verb == "Draft":
                    await law.draft(package.amendment_id, package.amendment)
                else:
                    digest = await law.step(verb, package.amendment_id, f"协商议题{topic_id}")
                state = await law.state(package.amendment_id, package.amendment)
        return digest

    async def _announce(
        self, connection: asyncpg.Connection, standing: Standing, title: str, content: dict[str, object]
    ) -> None:
        topic = standing.topic
        await register.publish(
            connection, kind="adoption", subject=f"topic/{topic.topic_id}", pool=topic.pool,
            region_code=topic.region_code, title=f"{title}：{topic.title}"[:200],
            content={"topic": topic.topic_id, **content},
        )  # fmt: skip


def chosen(standing: Standing) -> Proposal:
    """The proposal that was voted or decided on last."""
    for item in reversed(standing.papers):
        if item.kind in ("vote", "decision") and item.ref:
            return standing.proposal(item.ref)
    return standing.proposal(0)


def _basis(standing: Standing) -> Mapping[str, str]:
    """The facts under which the amendment was frozen last."""
    return facts_of(standing.all(*_FREEZES)[-1])


def _digest(standing: Standing, kind: str) -> str:
    found = standing.last(kind)
    return found.digest if found else ""


def _as(claim: Claim, standing: Standing, person: str = "") -> Claim:
    """One of those who acted in this topic, towards the rulebook, for the pool alone."""
    return Claim(person or claim.subject, "bureau", region=prefix(standing.topic.pool), duties=("handling",))


def _decision(standing: Standing, package: Package) -> decisions_pb2.RecordDecisionRequest:
    """The vote as a decision of the meeting: who was there, and what was decided."""
    vote = standing.last("vote")
    facts = facts_of(vote) if vote else {}
    came = set(facts.get("present", ()))
    members = [
        decisions_pb2.MeetingMember(unit=seat["institution"], person=seat["delegate_id"], present=True)
        for seat in facts.get("seats", ())
        if seat["delegate_id"] in came
    ] or [decisions_pb2.MeetingMember(unit=package.head.decided_by, person="", present=True)]
    items = []
    for item in package.changes:
        value = json.loads(item.after)
        items.append(
            decisions_pb2.DecidedItem(
                words=f"{item.label}改为{item.after}"[:200], key=item.key,
                value=value if isinstance(value, str) else item.after,
                since=date_to_pb(package.effective),
            )
        )  # fmt: skip
    return decisions_pb2.RecordDecisionRequest(
        request_id=f"{package.amendment_id}/decision", decision_no=package.head.decision,
        place=standing.topic.pool, title=package.head.title, decided=date_to_pb(package.head.decided),
        members=members, items=items,
    )  # fmt: skip
