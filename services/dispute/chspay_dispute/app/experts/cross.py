"""Cross-review 互评互审: settled cases drawn blind, judged by experts of other institutions."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app import register
from chspay_dispute.app.cases.filing import plain_facts
from chspay_dispute.app.experts.access import as_office_of, dated_id, expert, overseer, secretary
from chspay_dispute.app.experts.draws import (
    BEACON_EARLY,
    BEACON_WAITS,
    COMMITMENT_USED,
    SECRET_WRONG,
    check_opening,
    instant,
)
from chspay_dispute.app.experts.packs import facts_shown
from chspay_dispute.app.experts.pool import Pool
from chspay_dispute.app.moves import Moves
from chspay_dispute.clients_settlement import Settlement
from chspay_dispute.engine.experts import cross
from chspay_dispute.engine.experts.draw import token
from chspay_dispute.engine.experts.stream import Stream, check_beacon, check_secret, commitment, seed
from chspay_dispute.engine.experts.terms import Terms, read_terms
from chspay_dispute.store.experts import cross as store
from chspay_dispute.store.experts.cross import StoredRecord, StoredReview, StoredRound
from chspay_dispute.store.register import present
from chspay_dispute.store.scope import act_as
from chspay_kit.auth import current_claim, service_claim, use_claim
from chspay_kit.db import current_connection

ROUND_UNKNOWN = Reason("REVIEW_ROUND_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的互审。")
ROUND_STATE = Reason("REVIEW_ROUND_STATE", Kind.PRECONDITION, "互审现在是{value}，不能办理这一步。")
ROUND_TITLE = Reason(
    "REVIEW_ROUND_TITLE", Kind.INVALID, "请写明互审的名称（至多100字）和每家抽取的份数（1至50）。"
)
FRAME_BAD = Reason("REVIEW_FRAME", Kind.INVALID, "请列出1至{most}份已结算的病例，不重复；{value}不能列入。")
RECORD_UNKNOWN = Reason("CROSS_REVIEW_UNKNOWN", Kind.NOT_FOUND, "您没有这份病例的互审，或者已经提交。")
CONCLUSION_BAD = Reason(
    "CROSS_CONCLUSION", Kind.INVALID, "互审结论“{value}”有误，可用：{known}；并须写明理由，至多500字。"
)
CONCLUSIONS = {
    "correct": "编码和费用相符",
    "upcoded": "高套",
    "downcoded": "低编",
    "cost_excessive": "费用不合理",
    "record_lacking": "病案不完整",
}
_STATES = {"opened": "已承诺", "closed": "名单已关闭", "drawn": "评审中", "done": "已完成"}
_MOST = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A round with its results, as far as the caller may see them."""

    round: StoredRound
    records: tuple[StoredRecord, ...]
    results: tuple[dict[str, Any], ...]


class CrossReviews:
    """Rounds of cross-review."""

    def __init__(self, moves: Moves, pool: Pool, settlement: Settlement) -> None:
        self._moves, self._pool, self._settlement = moves, pool, settlement

    async def open(self, request_id: str, new: StoredRound) -> StoredRound:
        """A round: commitment and beacon are published.

        :raises Fault: REVIEW_ROUND_TITLE, COMMITMENT_*, BEACON_*, DUTY_DENIED, SECRETARY_HANDLES.
        """
        claim, connection = secretary(new.pool), await current_connection()
        now = await present(connection)
        if not 0 < len(new.title.strip()) <= 100 or not 0 < new.per_hospital <= 50:
            raise Fault(ROUND_TITLE, field="title")
        beacon_at = check_opening(new.commitment, new.beacon_source, new.beacon_at, now)
        made = replace(
            new, round_id=dated_id("RR", now, request_id), region_code=new.pool, title=new.title.strip(),
            state="opened", beacon_at=beacon_at, opened_by=claim.subject, opened_at=now,
        )  # fmt: skip
        if not await store.put(connection, made):
            raise Fault(COMMITMENT_USED, field="commitment", value=new.commitment)
        content = {
            "step": "opened", "commitment": made.commitment, "beacon_source": made.beacon_source,
            "beacon_at": instant(beacon_at), "per_hospital": made.per_hospital,
        }  # fmt: skip
        await _tell(connection, made, "draw_commitment", f"互审抽取：{made.title}", content)
        return made

    async def close(self, round_id: str, frame: list[tuple[str, str]]) -> Seen:
        """The frame is fixed: settlement is asked for every case, and none that is not settled may be in it.

        :raises Fault: REVIEW_*, BEACON_EARLY, LIST_NOT_FOUND.
        """
        connection, found = await self._locked(round_id, "opened")
        if await present(connection) >= found.beacon_at:
            raise Fault(BEACON_EARLY, field="beacon_at", value=instant(found.beacon_at))
        if not 0 < len(frame) <= _MOST or len(set(frame)) != len(frame):
            raise Fault(FRAME_BAD, field="frame", value="重复或过多的", most=_MOST)
        blind, rows = secrets.token_hex(32), []
        for hospital, case_id in frame:
            facts = await self._settlement.facts("", hospital, case_id)
            if not facts.settled or facts.pool != found.pool:
                raise Fault(FRAME_BAD, field="frame", value=case_id, most=_MOST)
            pack = facts_shown(plain_facts(facts))
            record_id = token(blind, round_id, f"{hospital}/{case_id}")
            rows.append(
                StoredRecord(round_id, record_id, hospital, found.region_code, facts.community,
                             facts.mdc[-1:], case_id, pack, False, "")
            )  # fmt: skip
        await store.put_records(connection, rows)
        closed = replace(found, state="closed", frame_digest=cross.frame_digest(_frame(rows)))
        await store.moved(connection, closed)
        content = {"step": "closed", "frame_digest": closed.frame_digest, "records": len(rows)}
        await _tell(connection, closed, "draw_commitment", f"互审名单摘要：{closed.title}", content)
        return Seen(closed, tuple(rows), ())

    async def draw(self, round_id: str, secret: str, beacon: str) -> Seen:
        """Records and reviewers are drawn.

        :raises Fault: REVIEW_*, BEACON_WAITS, SECRET_WRONG, CROSS_REVIEWERS_FEW.
        """
        connection, found = await self._locked(round_id, "closed")
        if await present(connection) < found.beacon_at:
            raise Fault(BEACON_WAITS, field="beacon", value=instant(found.beacon_at))
        if commitment(check_secret(secret)) != found.commitment:
            raise Fault(SECRET_WRONG, field="secret")
        made = seed(check_beacon(beacon), found.frame_digest, secret)
        terms, rows = await self._terms(found), await store.records(connection, round_id)
        records = cross.draw_records(_frame(rows), found.per_hospital, Stream(made, f"{round_id}/records"))
        people = await self._pool.eligible(connection, found.pool, terms.load_months)
        today = self._moves.today()
        given = cross.assign(
            records, [one for one in people if one.serves(today)], terms.cross_reviewers, terms.conflicts,
            Stream(made, f"{round_id}/reviewers"), today,
        )  # fmt: skip
        await store.mark_drawn(connection, round_id, list(given))
        await store.put_reviews(
            connection,
            [
                StoredReview(round_id, record_id, place, one, f"expert:{one}", found.region_code,
                             place < terms.cross_reviewers, "", "")
                for record_id, chosen in given.items()
                for place, one in enumerate(chosen)
            ],
        )  # fmt: skip
        drawn = replace(found, state="drawn", beacon=beacon, secret=secret, seed=made)
        await store.moved(connection, drawn)
        content = {"step": "drawn", "secret": secret, "beacon": beacon, "seed": made, "records": len(given)}
        await _tell(connection, drawn, "draw_reveal", f"互审抽取结果：{drawn.title}", content)
        return Seen(drawn, tuple(await store.records(connection, round_id)), ())

    async def reviews(self, *, open_only: bool) -> list[tuple[StoredReview, dict[str, Any]]]:
        """What the caller was asked to judge, with the blind packs."""
        claim, connection = expert(), await current_connection()
        own = await store.reviews_of(connection, claim.subject)
        found: list[tuple[StoredReview, dict[str, Any]]] = []
        packs: dict[str, dict[str, dict[str, Any]]] = {}
        for one in own:
            if open_only and one.conclusion:
                continue
            if one.round_id not in packs:
                await as_office_of(connection, one.region_code)
                rows = await store.records(connection, one.round_id)
                packs[one.round_id] = {row.record_id: row.pack for row in rows}
                await act_as(connection, claim)
            found.append((one, packs[one.round_id][one.record_id]))
        return found

    async def submit(self, round_id: str, record_id: str, conclusion: str, reason: str) -> StoredReview:
        """What the caller found; a third is asked where two differ, the round ends with its last record.

        :raises Fault: CROSS_CONCLUSION, CROSS_REVIEW_UNKNOWN.
        """
        claim, connection = expert(), await current_connection()
        if conclusion not in CONCLUSIONS or not 0 < len(reason.strip()) <= 500:
            raise Fault(CONCLUSION_BAD, field="conclusion", value=conclusion, known="、".join(CONCLUSIONS))
        own = next(
            (
                one
                for one in await store.reviews_of(connection, claim.subject)
                if (one.round_id, one.record_id, one.conclusion) == (round_id, record_id, "")
            ),
            None,
        )
        if own is None:
            raise Fault(RECORD_UNKNOWN, field="record_id", value=record_id)
        await as_office_of(connection, own.region_code)
        found = await store.one(connection, round_id, lock=True)
        if found is None or found.state != "drawn":
            raise Fault(RECORD_UNKNOWN, field="record_id", value=record_id)
        await store.judge(connection, own, conclusion, reason.strip())
        terms = await self._terms(found)
        asked = [one for one in await store.reviews(connection, round_id, record_id) if one.asked]
        # Some order of the answers in, whoever was first.
        given = [one.conclusion for one in asked if one.conclusion]
        settled, third = cross.settle(given, terms.cross_reviewers)
        if third:
            await store.ask(connection, round_id, record_id, terms.cross_reviewers)
        elif settled:
            await store.conclude(connection, round_id, record_id, settled)
            await self._finish(connection, found)
        return replace(own, conclusion=conclusion, reason=reason.strip())

    async def get(self, round_id: str) -> Seen:
        """A round with its results: all for the pool's officers, an institution its own once it is over.

        :raises Fault: REVIEW_ROUND_UNKNOWN, ROLE_DENIED, DUTY_DENIED.
        """
        claim, connection = current_claim(), await current_connection()
        if claim.role != "hospital":
            overseer("")
            found = await self._one(connection, round_id)
            rows = await store.records(connection, round_id)
            return Seen(found, tuple(rows), tuple(_results(rows)))
        own = await store.records(connection, round_id)
        if not own:
            raise Fault(ROUND_UNKNOWN, field="round_id", value=round_id)
        await as_office_of(connection, own[0].region_code)
        found = await self._one(connection, round_id)
        return Seen(found, (), tuple(_results(own)) if found.state == "done" else ())

    async def rounds(self, pool: str) -> list[StoredRound]:
        """Rounds, the newest first."""
        overseer(pool)
        return await store.rounds(await current_connection(), pool)

    async def _finish(self, connection: asyncpg.Connection, found: StoredRound) -> None:
        rows = [one for one in await store.records(connection, found.round_id) if one.drawn]
        if any(not one.conclusion for one in rows):
            return
        await store.moved(connection, replace(found, state="done"))
        counts = dict(sorted(Counter(one.conclusion for one in rows).items()))
        content = {"step": "done", "records": len(rows), "conclusions": counts}
        with use_claim(service_claim("dispute")):
            await _tell(connection, found, "statistics", f"互审结果：{found.title}", content)

    async def _locked(self, round_id: str, state: str) -> tuple[asyncpg.Connection, StoredRound]:
        connection = await current_connection()
        found = await self._one(connection, round_id, lock=True)
        secretary(found.pool)
        if found.state != state:
            raise Fault(ROUND_STATE, field="round_id", value=_STATES[found.state])
        return connection, found

    async def _one(self, connection: asyncpg.Connection, round_id: str, *, lock: bool = False) -> StoredRound:
        found = await store.one(connection, round_id, lock=lock)
        if found is None:
            raise Fault(ROUND_UNKNOWN, field="round_id", value=round_id)
        return found

    async def _terms(self, found: StoredRound) -> Terms:
        return read_terms(await self._moves.policies.policy(found.pool, self._moves.today()))


def _frame(rows: list[StoredRecord]) -> list[cross.Record]:
    return [cross.Record(one.record_id, one.hospital_code, one.community, one.mdc) for one in rows]


def _results(rows: list[StoredRecord]) -> list[dict[str, Any]]:
    return cross.statistics(
        {one.record_id: (one.hospital_code, one.conclusion) for one in rows if one.drawn and one.conclusion}
    )


async def _tell(
    connection: asyncpg.Connection, found: StoredRound, kind: str, title: str, content: dict[str, Any]
) -> None:
    await register.publish(
        connection,
        kind=kind,
        subject=f"round/{found.round_id}",
        pool=found.pool,
        region_code=found.pool,
        title=title,
        content=content | {"round_id": found.round_id},
    )
