"""Councils and topics: who negotiates, and about what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app import register
from chspay_dispute.app.negotiation.room import (
    MOST_TITLE,
    OWNER,
    Room,
    office,
    seats_content,
    seats_of,
    text_of,
    wanted_of,
)
from chspay_dispute.engine.negotiation.council import Seat, check_council, check_rotation, share_of
from chspay_dispute.engine.negotiation.proposal import TOPIC_KINDS
from chspay_dispute.store.negotiation import topics, votes
from chspay_dispute.store.negotiation.topics import Topic
from chspay_dispute.store.negotiation.votes import StoredCouncil
from chspay_dispute.store.scope import act_as
from chspay_kit import paging
from chspay_kit.auth import REGION_DENIED, Claim, current_claim, use_claim
from chspay_kit.db import current_connection
from chspay_kit.sm2 import Sm2Key

PEOPLE: Final = "people"
MOST_GROUPS: Final = 200
TOPIC_KIND = Reason("TOPIC_KIND", Kind.INVALID, "“{value}”不是可以协商的种类；可选：{known}。")
TOPIC_GROUPS = Reason("TOPIC_GROUPS", Kind.INVALID, "议题所涉病组至多{most}个，不能重复或留空。")
TOPIC_NOT_PARTY = Reason(
    "TOPIC_NOT_PARTY", Kind.DENIED, "医疗机构{value}没有登记在统筹区{pool}，不能在这里提出议题或意见。"
)
COUNCIL_TAKEN = Reason(
    "COUNCIL_TAKEN", Kind.CONFLICT, "统筹区{pool}自{value}起的代表名单已经登记，不能改写。"
)
COUNCIL_EARLIER = Reason(
    "COUNCIL_EARLIER", Kind.PRECONDITION, "新一届代表应晚于现任代表的起始日{value}就任。"
)


class Opening:
    """Puts councils and opens topics."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def put_council(self, pool: str, since: date, seats: Sequence[Seat]) -> StoredCouncil:
        """The council from a day on, for the term the rules give it.

        :raises Fault: COUNCIL_*, SM2_KEY_BAD, ROLE_DENIED, DUTY_DENIED, REGION_DENIED.
        """
        claim = current_claim()
        claim.require_role("bureau")
        claim.require_duty("handling")
        claim.require_level("city", "province", "nation")
        claim.require_region(pool)
        policy, connection = await self._room.policy(pool), await current_connection()
        for seat in seats:
            Sm2Key.from_public_hex(seat.public_key)
        check_council(seats, wanted_of(policy))
        before = await votes.council(connection, pool, since)
        if before is not None:
            share = share_of(policy.text("negotiation.rotate_share"))
            check_rotation(seats_of(before.content), seats, share)
        newest = await votes.council(connection, pool, date.max)
        if newest is not None and newest.since >= since:
            reason = COUNCIL_TAKEN if newest.since == since else COUNCIL_EARLIER
            value = since if newest.since == since else newest.since
            raise Fault(reason, field="since", value=value, pool=pool)
        content = seats_content(tuple(seats))
        until = _later(since, policy.integer("negotiation.term_months"))
        new = StoredCouncil(f"NC-{pool}-{since:%Y%m%d}", pool, pool, since, until, content, sm3_hex(content))
        if not await votes.put_council(connection, new, claim.subject):
            raise Fault(COUNCIL_TAKEN, field="since", value=since, pool=pool)
        await self.know_parties(connection, pool)
        await register.publish(
            connection, kind="round", subject=f"council/{new.council_id}", pool=pool, region_code=pool,
            title="协商代表名单",
            content={
                "since": since.isoformat(), "until": until.isoformat(), "digest": new.digest,
                "seats": [
                    {"delegate": seat.delegate_id, "institution": seat.institution,
                     "classes": "、".join(sorted(seat.classes))}
                    for seat in seats
                ],
            },
        )  # fmt: skip
        return new

    async def council(self, pool: str) -> StoredCouncil | None:
        """The council that sits today, if the caller may see it."""
        return await votes.council(await current_connection(), pool, self._room.today())

    async def open(
        self, request_id: str, pool: str, kind: str, title: str, statement: str, groups: Sequence[str]
    ) -> str:
        """A topic that somebody proposes; its number.

        :raises Fault: TOPIC_*, ROLE_DENIED, REGION_DENIED, POLICY_MISSING.
        """
        claim, connection = current_claim(), await current_connection()
        claim.require_role("hospital", "bureau")
        if claim.role == "hospital":
            await self.require_party(connection, pool, claim.institution)
        elif not claim.covers(pool):
            raise Fault(REGION_DENIED, field="region", value=pool)
        topic = await self.begin(
            connection, _number(pool, self._room.today(), f"{claim.subject}/{request_id}"), pool, kind,
            title, groups, PEOPLE, claim,
        )  # fmt: skip
        _, standing = await self._room.enter(topic.topic_id, lock=True)
        paper = await self._room.write(connection, standing, "statement", text_of("statement", statement), {})
        await self._room.moves.move(
            connection, OWNER, topic.topic_id, "propose", claim, {"topic_kind_known": kind in TOPIC_KINDS},
            {"statement": paper.digest},
        )  # fmt: skip
        return topic.topic_id

    async def take_up(self, topic_id: str, text: str) -> None:
        """A topic that opened by itself is taken up by whoever states what it asks for.

        :raises Fault: those of a step.
        """
        claim = current_claim()
        connection, standing = await self._room.enter(topic_id, lock=True)
        paper = await self._room.write(connection, standing, "statement", text_of("text", text), {})
        await self._room.moves.move(
            connection, OWNER, topic_id, "propose", claim,
            {"topic_kind_known": standing.topic.kind in TOPIC_KINDS}, {"statement": paper.digest},
        )  # fmt: skip

    async def begin(
        self, connection: asyncpg.Connection, topic_id: str, pool: str, kind: str, title: str,
        groups: Sequence[str], origin: str, claim: Claim,
    ) -> Topic:  # fmt: skip
        """A docket and a topic in its first state; the office acts from here on.

        :raises Fault: TOPIC_KIND, TOPIC_GROUPS, NEGOTIATION_TEXT.
        """
        if kind not in TOPIC_KINDS:
            raise Fault(TOPIC_KIND, field="kind", value=kind, known="、".join(TOPIC_KINDS))
        if len(groups) > MOST_GROUPS or len(set(groups)) < len(groups) or not all(groups):
            raise Fault(TOPIC_GROUPS, field="groups", most=MOST_GROUPS)
        await act_as(connection, office(pool))
        await self.know_parties(connection, pool)
        new = Topic(
            topic_id, pool, pool, kind, text_of("title", title, MOST_TITLE), tuple(groups), origin,
            claim.subject, self._room.today(),
        )  # fmt: skip
        await self._room.moves.open(connection, OWNER, topic_id, ("", pool, pool), claim, {"origin": origin})
        await topics.put_topic(connection, new)
        await register.publish(
            connection, kind="round", subject=f"topic/{topic_id}", pool=pool, region_code=pool,
            title=f"协商议题：{new.title}"[:200],
            content={
                "topic": topic_id, "kind": TOPIC_KINDS[kind], "groups": "、".join(groups), "origin": origin,
            },
        )  # fmt: skip
        return new

    async def know_parties(self, connection: asyncpg.Connection, pool: str) -> None:
        """Learns the hospitals of a pool from settlement."""
        with use_claim(office(pool)):
            hospitals = await self._room.trials.hospitals(pool)
        await act_as(connection, office(pool))
        await topics.add_parties(connection, pool, hospitals)

    async def require_party(self, connection: asyncpg.Connection, pool: str, hospital_code: str) -> None:
        """The hospital must be of the pool.

        :raises Fault: TOPIC_NOT_PARTY.
        """
        await self.know_parties(connection, pool)
        if not await topics.is_party(connection, pool, hospital_code):
            raise Fault(TOPIC_NOT_PARTY, field="hospital_code", value=hospital_code, pool=pool)

    async def page(self, pool: str, size: int, token: str) -> tuple[list[Topic], str]:
        """A page of the topics the caller may see, newest first."""
        query, wanted = ("topics", pool), paging.size(size)
        after = paging.decode(query, token)
        found = await topics.page(
            await current_connection(), pool, str(after[0]) if after else "", wanted + 1
        )
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].topic_id]) if more else ""


def _number(pool: str, day: date, seed: str) -> str:
    return f"NT-{pool}-{day:%Y%m%d}-{sm3_hex(seed.encode())[:8]}"


def called_number(pool: str, year: int, call: Sequence[str]) -> str:
    """The number of a topic that opened by itself: the same call of a year, the same topic."""
    return f"NT-{pool}-{year}-{sm3_hex('/'.join(call).encode())[:12]}"


def _later(day: date, months: int) -> date:
    """The day some months later, the first of the next month where there is no such day."""
    months += day.month - 1
    year, month = day.year + months // 12, months % 12 + 1
    try:
        return date(year, month, day.day)
    except ValueError:
        return date(year + month // 12, month % 12 + 1, 1)
