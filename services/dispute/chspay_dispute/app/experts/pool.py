"""The pool of experts: recommended by one officer, confirmed by another, kept by the secretary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.regions import check_code
from chspay_dispute.app.experts.access import expert, new_id, overseer, secretary
from chspay_dispute.app.experts.deciding import hex_bytes
from chspay_dispute.app.moves import Moves
from chspay_dispute.engine.experts.conflict import months_before
from chspay_dispute.engine.experts.record import Employment, Expert, Standing, Tie
from chspay_dispute.engine.experts.terms import LOAD_MONTHS
from chspay_dispute.store.experts import pool as store
from chspay_dispute.store.experts.pool import StoredExpert
from chspay_kit import paging
from chspay_kit.auth import Claim, current_claim
from chspay_kit.db import current_connection
from chspay_kit.sm2 import require_signature

EXPERT_UNKNOWN = Reason("EXPERT_UNKNOWN", Kind.NOT_FOUND, "专家库没有编号为“{value}”的专家。")
EXPERT_FIXED = Reason("EXPERT_FIXED", Kind.CONFLICT, "专家{value}已经确认，登记内容不能重新推荐。")
EXPERT_TWO_PEOPLE = Reason("EXPERT_TWO_PEOPLE", Kind.DENIED, "推荐人不能确认自己推荐的专家。")
EXPERT_EVENT = Reason("EXPERT_EVENT", Kind.PRECONDITION, "专家现在的状态为“{value}”，不能办理{event}。")
EXPERT_REASON = Reason("EXPERT_REASON", Kind.INVALID, "请写明理由，至多200字。")

#: From which standings an event leads where.
_EVENTS: dict[str, tuple[frozenset[str], str]] = {
    "confirm": (frozenset({"recommended"}), "confirmed"),
    "suspend": (frozenset({"confirmed"}), "suspended"),
    "restore": (frozenset({"suspended"}), "confirmed"),
    "remove": (frozenset({"recommended", "confirmed", "suspended"}), "removed"),
    "bar": (frozenset({"recommended", "confirmed", "suspended"}), "removed"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """An expert with what is known of him."""

    stored: StoredExpert
    employments: tuple[Employment, ...]
    ties: tuple[Tie, ...]
    recent: int
    open: int


class Pool:
    """The experts of every pool the caller may act for."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    async def recommend(self, request_id: str, new: StoredExpert) -> Known:
        """A new expert, or a correction before he is confirmed.

        :raises Fault: EXPERT_BAD, EXPERT_FIXED, ROLE_DENIED, DUTY_DENIED, REGION_DENIED.
        """
        claim, connection = overseer(new.pool), await current_connection()
        check_code(new.region_code, "行政区划")
        expert_id = new.expert_id or new_id("EX", request_id)
        found = await store.one(connection, expert_id, lock=True)
        if found is not None and found.standing != Standing.RECOMMENDED:
            raise Fault(EXPERT_FIXED, field="expert_id", value=expert_id)
        new = replace(
            new, expert_id=expert_id, subject=f"expert:{expert_id}", standing=Standing.RECOMMENDED.value,
            barred="", recommended_by=claim.subject, confirmed_by="", public_key="",
        )  # fmt: skip
        store.engine_expert(new, ()).check()
        await store.put(connection, new)
        return await self._known(connection, new)

    async def set_standing(self, expert_id: str, event: str, reason: str) -> Known:
        """Confirms, suspends, restores, removes or bars.

        :raises Fault: EXPERT_*, SECRETARY_HANDLES, DUTY_DENIED.
        """
        connection, found, claim = await self._locked(expert_id)
        since, target = _EVENTS.get(event, (frozenset(), ""))
        if found.standing not in since:
            raise Fault(EXPERT_EVENT, field="event", value=found.standing, event=event)
        if not reason.strip() or len(reason) > 200:
            raise Fault(EXPERT_REASON, field="reason")
        if event == "confirm" and claim.subject == found.recommended_by:
            raise Fault(EXPERT_TWO_PEOPLE, field="expert_id", value=expert_id)
        now = replace(
            found,
            standing=target,
            barred=reason.strip() if event == "bar" else found.barred,
            confirmed_by=claim.subject if event == "confirm" else found.confirmed_by,
        )
        await store.put(connection, now)
        await store.note(
            connection, now, "standing", {"event": event, "reason": reason.strip()}, claim.subject
        )
        return await self._known(connection, now)

    async def employment(self, expert_id: str, job: Employment) -> Known:
        """An employment, now or before; an ended one is put again with its end.

        :raises Fault: EXPERT_BAD, EXPERT_UNKNOWN.
        """
        connection, found, claim = await self._own_or_kept(expert_id)
        replace(store.engine_expert(found, ()), employments=(job,)).check()
        until = "" if job.until is None else job.until.isoformat()
        content = {"institution": job.institution, "since": job.since.isoformat(), "until": until}
        await store.note(connection, found, "employment", content, claim.subject)
        return await self._known(connection, found)

    async def tie(self, expert_id: str, tie: Tie) -> Known:
        """A tie, declared or found; it stays.

        :raises Fault: EXPERT_REASON, EXPERT_UNKNOWN.
        """
        connection, found, claim = await self._own_or_kept(expert_id)
        if not tie.target.strip() or len(tie.note) > 200:
            raise Fault(EXPERT_REASON, field="target")
        content = {"kind": tie.kind.value, "target": tie.target.strip(), "note": tie.note}
        await store.note(connection, found, "tie", content, claim.subject)
        return await self._known(connection, found)

    async def renew(self, expert_id: str, term_until: date, trained_until: date, reason: str) -> Known:
        """A longer term, newer training.

        :raises Fault: EXPERT_*, SECRETARY_HANDLES, DUTY_DENIED.
        """
        connection, found, claim = await self._locked(expert_id)
        if not reason.strip():
            raise Fault(EXPERT_REASON, field="reason")
        now = replace(found, term_until=term_until, trained_until=trained_until)
        store.engine_expert(now, ()).check()
        await store.put(connection, now)
        content = {"term_until": term_until.isoformat(), "trained_until": trained_until.isoformat(),
                   "reason": reason.strip()}  # fmt: skip
        await store.note(connection, now, "renewal", content, claim.subject)
        return await self._known(connection, now)

    async def register_key(self, public_key: str, proof: str) -> Known:
        """The key an expert signs votes with; the proof shows that he holds it.

        :raises Fault: SM2_KEY_BAD, SIGNATURE_BAD, EXPERT_UNKNOWN.
        """
        claim, connection = expert(), await current_connection()
        found = await store.of_subject(connection, claim.subject)
        if found is None:
            raise Fault(EXPERT_UNKNOWN, field="expert_id", value=claim.subject)
        require_signature(public_key, hex_bytes(proof), public_key.encode(), "公钥登记")
        now = replace(found, public_key=public_key)
        await store.put(connection, now)
        await store.note(connection, now, "key", {"public_key": public_key}, claim.subject)
        return await self._known(connection, now)

    async def get(self, expert_id: str) -> Known:
        """An expert; without an id the caller himself.

        :raises Fault: EXPERT_UNKNOWN, ROLE_DENIED, DUTY_DENIED.
        """
        connection, found, _ = await self._own_or_kept(expert_id, keeping=False)
        return await self._known(connection, found)

    async def page(self, pool: str, standing: str, size: int, token: str) -> tuple[list[Known], str]:
        """A page of the pool, for who keeps or audits it."""
        overseer(pool)
        connection = await current_connection()
        query, wanted = ("experts", pool, standing), paging.size(size)
        after = paging.decode(query, token)
        rows = await store.page(connection, pool, standing, str(after[0]) if after else "", wanted + 1)
        found = [await self._known(connection, row) for row in rows[:wanted]]
        more = len(rows) > wanted
        return found, paging.encode(query, [rows[wanted - 1].expert_id]) if more else ""

    async def eligible(self, connection: asyncpg.Connection, pool: str, months: int) -> list[Expert]:
        """Every expert of a pool for a draw, with the load the policy counts."""
        return await store.all_of(connection, pool, self.load_since(months))

    def load_since(self, months: int) -> datetime:
        """From when on panels count as load."""
        now = self._moves.now()
        return now - timedelta(days=(now.date() - months_before(now.date(), months)).days)

    async def _locked(self, expert_id: str) -> tuple[asyncpg.Connection, StoredExpert, Claim]:
        connection = await current_connection()
        current_claim().require_role("bureau")
        found = await store.one(connection, expert_id, lock=True)
        if found is None:
            raise Fault(EXPERT_UNKNOWN, field="expert_id", value=expert_id)
        return connection, found, secretary(found.pool)

    async def _own_or_kept(
        self, expert_id: str, *, keeping: bool = True
    ) -> tuple[asyncpg.Connection, StoredExpert, Claim]:
        connection, claim = await current_connection(), current_claim()
        claim.require_role("expert", "bureau")
        if claim.role == "expert":
            found = await store.of_subject(connection, claim.subject)
            if found is not None and expert_id not in ("", found.expert_id):
                found = None
        else:
            found = await store.one(connection, expert_id)
        if found is None:
            raise Fault(EXPERT_UNKNOWN, field="expert_id", value=expert_id or claim.subject)
        if claim.role == "bureau":
            (secretary if keeping else overseer)(found.pool)
        return connection, found, claim

    async def _known(self, connection: asyncpg.Connection, stored: StoredExpert) -> Known:
        notes = await store.notes(connection, [stored.expert_id], "employment", "tie")
        jobs, ties = store.jobs_and_ties((kind, content) for _, kind, content in notes)
        policy = await self._moves.policies.policy(stored.pool, self._moves.today())
        months = policy.integer(LOAD_MONTHS)
        loads = await store.recent(connection, self.load_since(months))
        # An expert does not see the panels he sits on; what is open he learns from his reviews.
        opened = await store.open_panels(connection, [stored.expert_id])
        return Known(stored, jobs, ties, loads.get(stored.expert_id, 0), opened.get(stored.expert_id, 0))
