"""The opinion channel: filed with cases, merged, answered in time; and topics that open by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app import register
from chspay_dispute.app.negotiation.opening import Opening, called_number
from chspay_dispute.app.negotiation.room import MOST_TITLE, Room, office, text_of
from chspay_dispute.engine.machine import Transition
from chspay_dispute.engine.negotiation.council import share_of
from chspay_dispute.engine.negotiation.similar import Voice, clusters
from chspay_dispute.engine.negotiation.triggers import Decided, Limits, calls
from chspay_dispute.store import cases
from chspay_dispute.store.docket import Row
from chspay_dispute.store.negotiation import opinions as store
from chspay_dispute.store.negotiation.opinions import StoredDecided, StoredOpinion
from chspay_dispute.store.scope import act_as
from chspay_kit import logs, paging
from chspay_kit.auth import Claim, current_claim, service_claim
from chspay_kit.db import current_connection, scope_of

TARGETS: Final = {
    "group": "病组", "weight": "权重（分值）", "coefficient": "差异系数", "multiple": "病例倍率",
    "exclusion": "排除表", "code_map": "编码映射", "rule": "其他规则",
}  # fmt: skip
WAITING, OUTCOMES = "waiting", {"adopted": "采纳", "trial": "提交论证", "declined": "不采纳"}
_TRIGGERS: Final = {"upheld": "同类争议多次成立", "approved": "特例单议较多", "overturned": "分组改判较多"}
#: A pool whose rules do not say when a topic opens by itself has none that does.
_TRIGGER_KEYS: Final = (
    "negotiation.trigger_upheld",
    "negotiation.trigger_approved",
    "negotiation.trigger_overturned",
    "negotiation.trigger_overturned_least",
)
log = logs.get_logger(__name__)
#: Characters of a text, of a name; cases of an opinion.
MOST_WORDS, MOST_TARGET, MOST_CASES = 5_000, 100, 200
OPINION_UNKNOWN = Reason("OPINION_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的意见，或不在权限范围内。")
OPINION_TARGET = Reason("OPINION_TARGET", Kind.INVALID, "“{value}”不是意见的对象；可选：{known}。")
OPINION_CASES = Reason(
    "OPINION_CASES",
    Kind.INVALID,
    "意见应附{least}至{most}个病例的编号，不重复，每个至多100字；收到{value}个。",
)
OPINION_OUTCOME = Reason("OPINION_OUTCOME", Kind.INVALID, "“{value}”不是答复；可选：{known}。")
OPINION_ANSWERED = Reason("OPINION_ANSWERED", Kind.CONFLICT, "意见{value}已经答复，不能更改。")
OPINION_TOPIC = Reason("OPINION_TOPIC", Kind.INVALID, "不采纳的意见不能立题。")


class Opinions:
    """Opinions of the pools the caller may act for."""

    def __init__(self, room: Room, opening: Opening) -> None:
        self._room, self._opening = room, opening

    async def file(
        self, request_id: str, pool: str, target: tuple[str, str], text: str, proposal: str,
        cases: Sequence[str], masked: bool,
    ) -> StoredOpinion:  # fmt: skip
        """An opinion of a hospital; what says the same as an earlier one is put with it.

        :param target: kind of :data:`TARGETS`, and the group or key.
        :raises Fault: OPINION_*, TOPIC_NOT_PARTY, ROLE_DENIED.
        """
        room, claim, connection = self._room, current_claim(), await current_connection()
        claim.require_role("hospital")
        kind, name = target
        if kind not in TARGETS:
            raise Fault(OPINION_TARGET, field="target_kind", value=kind, known="、".join(TARGETS))
        policy = await room.policy(pool)
        least = policy.integer("negotiation.opinion_min_cases")
        fits = len(cases) <= MOST_CASES and all(1 <= len(case) <= MOST_TARGET for case in cases)
        if len(set(cases)) < max(least, len(cases)) or not fits:
            raise Fault(OPINION_CASES, field="cases", value=len(set(cases)), least=least, most=MOST_CASES)
        await self._opening.require_party(connection, pool, claim.institution)
        await store.lock_target(connection, pool, kind, name)
        today = room.today()
        new_id = f"OP-{pool}-{today:%Y%m%d}-{sm3_hex(f'{claim.subject}/{request_id}'.encode())[:8]}"
        new = StoredOpinion(
            new_id, pool, pool, claim.institution, masked, claim.subject, kind,
            text_of("target", name, MOST_TARGET), text_of("text", text, MOST_WORDS),
            text_of("proposal", proposal, MOST_WORDS), tuple(cases), today,
            room.moves.calendar.after(today, policy.integer("negotiation.opinion_answer_wd")), new_id,
            WAITING, "", "", "", False,
        )  # fmt: skip
        before = await store.leads_of_target(connection, pool, kind, new.target)
        voices = [
            Voice(item.opinion_id, kind, new.target, item.text + item.proposal) for item in [*before, new]
        ]
        leads = clusters(
            voices, policy.integer("negotiation.opinion_characters"),
            share_of(policy.text("negotiation.opinion_alike")),
        )  # fmt: skip
        for item in before:
            if leads[item.opinion_id] != item.lead_id:
                await store.join(connection, item.opinion_id, leads[item.opinion_id])
        await act_as(connection, claim)
        done = _led(new, leads[new_id])
        await store.put(connection, done)
        return done

    async def answer(
        self, opinion_id: str, outcome: str, reason: str, publish: bool, topic_kind: str
    ) -> tuple[StoredOpinion, int]:
        """Answers an opinion and all that say the same; how many that were.

        :raises Fault: OPINION_*, TOPIC_KIND, ROLE_DENIED, DUTY_DENIED.
        """
        claim, connection = current_claim(), await current_connection()
        claim.require_role("bureau")
        claim.require_duty("handling")
        if outcome not in OUTCOMES:
            raise Fault(OPINION_OUTCOME, field="outcome", value=outcome, known="、".join(OUTCOMES))
        if topic_kind and outcome == "declined":
            raise Fault(OPINION_TOPIC, field="topic_kind")
        found = await self._one(connection, opinion_id)
        await store.lock_target(connection, found.pool, found.target_kind, found.target)
        alike = [item for item in await store.led(connection, found.lead_id) if item.outcome == WAITING]
        if not any(item.opinion_id == opinion_id for item in alike):
            raise Fault(OPINION_ANSWERED, field="opinion_id", value=opinion_id)
        words, topic_id = text_of("reason", reason), ""
        if topic_kind:
            title = f"{TARGETS[found.target_kind]}{found.target}：采纳的意见"
            topic = await self._opening.begin(
                connection, called_number(found.pool, self._room.today().year, ("opinion", found.lead_id)),
                found.pool, topic_kind, title, _groups(found.target_kind, found.target), "opinion", claim,
            )  # fmt: skip
            topic_id = topic.topic_id
        await act_as(connection, office(found.pool))
        count = await store.answer(
            connection, [item.opinion_id for item in alike], outcome, words, claim.subject, topic_id, publish
        )
        if publish:
            await register.publish(
                connection, kind="notice", subject=f"opinion/{found.lead_id}", pool=found.pool,
                region_code=found.region_code,
                title=f"意见答复：{TARGETS[found.target_kind]}{found.target}"[:200],
                content={
                    "opinion": found.lead_id, "alike": count, "outcome": OUTCOMES[outcome], "text": words,
                    "topic": topic_id,
                },
            )  # fmt: skip
        return await self._one(connection, opinion_id), count

    async def get(self, opinion_id: str) -> tuple[StoredOpinion, int]:
        """An opinion the caller may see, and how many seen ones say the same."""
        connection = await current_connection()
        found = await self._one(connection, opinion_id)
        return found, len(await store.led(connection, found.lead_id))

    async def page(
        self, pool: str, outcome: str, size: int, token: str
    ) -> tuple[list[tuple[StoredOpinion, int]], str]:
        """A page of the opinions the caller may see, newest first."""
        if outcome and outcome != WAITING and outcome not in OUTCOMES:
            known = "、".join((WAITING, *OUTCOMES))
            raise Fault(OPINION_OUTCOME, field="outcome", value=outcome, known=known)
        query, wanted = ("opinions", pool, outcome), paging.size(size)
        after = paging.decode(query, token)
        found = await store.page(
            await current_connection(), pool, outcome, str(after[0]) if after else "", wanted + 1
        )
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1][0].opinion_id]) if more else ""

    async def _one(self, connection: asyncpg.Connection, opinion_id: str) -> StoredOpinion:
        found = await store.one(connection, opinion_id)
        if found is None:
            raise Fault(OPINION_UNKNOWN, field="opinion_id", value=opinion_id)
        return found


class Calls:
    """Notes decided disputes and opens the topics they ask for, in the transaction of the decision."""

    def __init__(self, room: Room, opening: Opening) -> None:
        self._room, self._opening = room, opening

    async def decided(self, connection: asyncpg.Connection, new: StoredDecided, actor: Claim) -> list[str]:
        """A dispute has taken effect; the numbers of the topics that opened by it.

        Afterwards the row policies act again for ``actor``.
        """
        await act_as(connection, office(new.pool))
        opened = []
        if await store.decided(connection, new):
            opened = await self._tried(connection, new)
        await connection.execute(
            "SELECT set_config('chspay.institution', $1, true), set_config('chspay.region', $2, true),"
            " set_config('chspay.subject', $3, true)",
            *scope_of(actor),
        )
        return opened

    async def _tried(self, connection: asyncpg.Connection, new: StoredDecided) -> list[str]:
        """Opens topics in a savepoint: what fails here is not the decision's fault and leaves it standing.

        What did not open is found again by the next decision of the year.
        """
        await connection.execute("SAVEPOINT topics")
        opened: list[str] = []
        try:
            opened = await self._open(connection, new.pool, new.year)
        except (Fault, asyncpg.PostgresError) as error:
            await connection.execute("ROLLBACK TO SAVEPOINT topics")
            reason = error.reason.code if isinstance(error, Fault) else type(error).__name__
            log.warning("topics.not_opened", pool=new.pool, reason=reason)
        await connection.execute("RELEASE SAVEPOINT topics")
        return opened

    async def _open(self, connection: asyncpg.Connection, pool: str, year: int) -> list[str]:
        policy = await self._room.policy(pool)
        if not all(policy.has(key) for key in _TRIGGER_KEYS):
            return []
        limits = Limits(
            policy.integer("negotiation.trigger_upheld"),
            policy.integer("negotiation.trigger_approved"),
            share_of(policy.text("negotiation.trigger_overturned")),
            policy.integer("negotiation.trigger_overturned_least"),
        )
        known = await store.decided_of(connection, pool, year)
        opened = []
        for call in calls(
            [Decided(item.case_id, item.type, item.target, item.reason, item.upheld) for item in known],
            limits,
        ):
            name = (call.trigger, call.topic_kind, call.target, call.reason)
            topic_id = called_number(pool, year, name)
            if not await store.call(connection, pool, year, name, topic_id):
                continue
            words = f"{_TRIGGERS[call.trigger]}：{call.target or '不限病组'}（{call.reason or '不分理由'}）"
            topic = await self._opening.begin(
                connection, topic_id, pool, call.topic_kind, words[:MOST_TITLE],
                _groups(call.topic_kind, call.target), call.trigger, service_claim("dispute"),
            )  # fmt: skip
            standing = await self._room.standing(connection, topic)
            await self._room.write(
                connection, standing, "statement", words, {"cases": list(call.cases)},
                by=service_claim("dispute"),
            )  # fmt: skip
            opened.append(topic_id)
        return opened


def _groups(kind: str, target: str) -> tuple[str, ...]:
    return (target,) if kind in ("group", "weight", "special") and target else ()


def _led(new: StoredOpinion, lead_id: str) -> StoredOpinion:
    return replace(new, lead_id=lead_id)


class Listening:
    """Tells :class:`Calls` of every case that takes effect."""

    def __init__(self, calls_: Calls) -> None:
        self._calls = calls_

    async def stepped(
        self,
        connection: asyncpg.Connection,
        row: Row,
        step: Transition,
        actor: Claim,
        details: Mapping[str, Any],  # noqa: ARG002 - the decision itself is kept by the case
    ) -> None:
        """See :class:`chspay_dispute.app.moves.After`; of one kind are type, group and outcome."""
        if row.state != "EFFECTIVE" or step.source == row.state:
            return
        await act_as(connection, office(row.pool))
        case = await cases.one(connection, row.owner_id)
        decision = await cases.standing_decision(connection, row.owner_id)
        if case is not None and decision is not None:
            new = StoredDecided(
                case.case_no, case.pool, case.region_code, row.entered_day.year, case.type,
                case.drg or case.subject_ref, decision.outcome, case.approved == "yes", row.entered_day,
            )  # fmt: skip
            await self._calls.decided(connection, new, actor)
