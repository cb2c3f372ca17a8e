"""Re-clearing of a closed year: findings in, the effect on every institution shown, then only differences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import asyncpg
import orjson

from chspay_core.digest import sm3_hex, sm3_hex_of
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_kit import journal
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_year
from chspay_settlement.app.month.batches import post_batch
from chspay_settlement.app.year import figures as year_figures
from chspay_settlement.app.year.life import Years, may
from chspay_settlement.clients import Policies
from chspay_settlement.engine.books.batch import Batch
from chspay_settlement.engine.year.clearing import Year
from chspay_settlement.engine.year.reclear import (
    Reclearing,
    lost_micro,
    reclear,
    reclear_postings,
    year_after,
)
from chspay_settlement.engine.year.statement import effect_content
from chspay_settlement.engine.year.states import State
from chspay_settlement.store import reclearings, year
from chspay_settlement.store.accounts import RECLEAR_KIND
from chspay_settlement.store.reclearings import EffectRow, Row
from chspay_settlement.store.year import Clearing

DRAFTED, COMMITTED, WITHDRAWN = "drafted", "committed", "withdrawn"
_STATE_NAMES = {COMMITTED: "入账", WITHDRAWN: "撤回"}
_LONGEST = 200


class Finding(NamedTuple):
    """One proven violation: a case of the year, and how many times its points are lost."""

    hospital_code: str
    case_id: str
    #: Plain decimal text above zero; 1 takes the case's points and no more.
    multiple: str


class Reclearings:
    """Re-clearings as callers see them."""

    def __init__(self, years: Years, policies: Policies) -> None:
        self._years = years
        self._policies = policies

    async def draft(
        self, clearing_id: str, findings: Sequence[Finding], cause: str, citation: str
    ) -> tuple[Row, list[EffectRow]]:
        """Computes and stores the effect on every institution; nothing is booked yet.

        :raises Fault: YEAR_NOT_FOUND, RECLEAR_*, POLICY_*.
        """
        connection = await current_connection()
        clearing = await self._closed(connection, clearing_id)
        for text in (cause, citation):
            if not 1 <= len(text.strip()) <= _LONGEST or not text.isprintable():
                raise Fault(faults_year.RECLEAR_CAUSE_MISSING, field="cause", value=text)
        past = await reclearings.of_clearing(connection, clearing_id)
        for earlier in past:
            if earlier.state == DRAFTED:
                raise Fault(faults_year.RECLEAR_STANDS, value=earlier.reclear_id, clearing=clearing_id)
        policy = await self._policy(clearing)
        standing = await self._as_it_stands(connection, clearing, policy, past)
        removed = await _removed(connection, clearing_id, findings, past)
        scores = (await year_figures.stored_input(connection, clearing)).scores
        found = reclear(standing, removed, scores, policy)
        number = len(past) + 1
        new = Row(
            reclear_id=f"RC-{clearing.pool}-{clearing.year}-{number}", clearing_id=clearing_id,
            pool=clearing.pool, pool_prefix=clearing.pool_prefix, number=number, state=DRAFTED,
            method=found.method, cause=cause.strip(), citation=citation.strip(),
            findings=orjson.dumps([list(finding) for finding in sorted(findings)]),
            returned_fen=found.returned_fen, value_fen=found.value.numerator_fen,
            value_micro=found.value.denominator_micro, digest="", batch_id="",
            created_by=current_claim().subject, committed_by="",
        )  # fmt: skip
        effects = await self._effects(connection, new, found)
        new = new._replace(digest=sm3_hex_of(effect.content for effect in effects))
        await reclearings.insert(connection, new, effects)
        return new, effects

    async def commit(self, reclear_id: str, digest: str) -> Row:
        """Books exactly the drafted differences; by another person than their author.

        :param digest: of the effects that were read; another one is refused.
        :raises Fault: RECLEAR_*, YEAR_CHANGED.
        """
        connection = await current_connection()
        found = await self._drafted(connection, reclear_id)
        subject = current_claim().subject
        if subject == found.created_by:
            raise Fault(faults_year.RECLEAR_SAME_PERSON, field="subject", value=subject)
        clearing = await self._closed(connection, found.clearing_id)
        policy = await self._policy(clearing)
        past = [row for row in await reclearings.of_clearing(connection, found.clearing_id) if row != found]
        standing = await self._as_it_stands(connection, clearing, policy, past)
        again = await self._again(connection, clearing, found, standing, policy, past)
        effects = await self._effects(connection, found, again)
        now = sm3_hex_of(effect.content for effect in effects)
        if now != found.digest or digest != found.digest:
            raise Fault(
                faults_year.YEAR_CHANGED, field="digest", clearing=reclear_id, value=found.digest, found=now
            )
        postings = reclear_postings(again, standing.decision, f"{clearing.year} 重新清算 {found.citation}")
        batch = Batch(
            reclear_id, clearing.pool, clearing.year * 100 + 12, clearing.clearing_id, RECLEAR_KIND,
            clearing.batch_id, found.cause,
        )  # fmt: skip
        await post_batch(connection, batch, postings, {row.hospital_code: row.region_code for row in effects})
        await reclearings.end(connection, reclear_id, COMMITTED, subject, reclear_id if postings else "")
        await _note(connection, found, COMMITTED, subject)
        return await self.get(reclear_id)

    async def withdraw(self, reclear_id: str) -> Row:
        """Ends a drafted re-clearing without booking anything."""
        connection = await current_connection()
        found = await self._drafted(connection, reclear_id)
        await reclearings.end(connection, reclear_id, WITHDRAWN, "", "")
        await _note(connection, found, WITHDRAWN, current_claim().subject)
        return await self.get(reclear_id)

    async def get(self, reclear_id: str) -> Row:
        """A re-clearing the asker may see.

        :raises Fault: RECLEAR_NOT_FOUND.
        """
        found = await reclearings.one(await current_connection(), reclear_id)
        if found is None:
            raise Fault(faults_year.RECLEAR_NOT_FOUND, field="reclear_id", value=reclear_id)
        return found

    async def effects(self, reclear_id: str) -> list[EffectRow]:
        """What it changes for the institutions the asker may see."""
        return await reclearings.effects(await current_connection(), reclear_id)

    async def of_clearing(self, clearing_id: str) -> list[Row]:
        """The re-clearings of a year, in order."""
        await self._years.get(clearing_id)
        return await reclearings.of_clearing(await current_connection(), clearing_id)

    async def _closed(self, connection: asyncpg.Connection, clearing_id: str) -> Clearing:
        """A closed clearing, its year held for this transaction."""
        clearing = await self._years.get(clearing_id)
        may(clearing.pool)
        await year.lock(connection, clearing.pool, clearing.year)
        if clearing.state != State.CLOSED:
            raise Fault(faults_year.RECLEAR_NOT_CLOSED, field="clearing_id", value=clearing_id)
        return clearing

    async def _drafted(self, connection: asyncpg.Connection, reclear_id: str) -> Row:
        found = await self.get(reclear_id)
        await self._closed(connection, found.clearing_id)
        found = await self.get(reclear_id)
        if found.state != DRAFTED:
            state = _STATE_NAMES[found.state]
            raise Fault(faults_year.RECLEAR_ENDED, field="reclear_id", value=reclear_id, state=state)
        return found

    async def _policy(self, clearing: Clearing) -> Policy:
        return (await self._policies.sealed(clearing.policy_digest)).on(date(clearing.year, 12, 31))

    async def _as_it_stands(
        self, connection: asyncpg.Connection, clearing: Clearing, policy: Policy, past: Sequence[Row]
    ) -> Year:
        """The year after every committed re-clearing, each computed again and checked."""
        standing = await year_figures.cleared(connection, clearing, policy)
        done: list[Row] = []
        for row in past:
            if row.state == COMMITTED:
                found = await self._again(connection, clearing, row, standing, policy, done)
                standing = year_after(standing, found)
            done.append(row)
        return standing

    async def _again(
        self,
        connection: asyncpg.Connection,
        clearing: Clearing,
        row: Row,
        standing: Year,
        policy: Policy,
        past: Sequence[Row],
    ) -> Reclearing:
        findings = [Finding(*found) for found in orjson.loads(row.findings)]
        removed = await _removed(connection, clearing.clearing_id, findings, past)
        scores = (await year_figures.stored_input(connection, clearing)).scores
        return reclear(standing, removed, scores, policy)

    async def _effects(self, connection: asyncpg.Connection, row: Row, found: Reclearing) -> list[EffectRow]:
        regions = {
            hospital.hospital_code: hospital.region_code
            for hospital in await year.hospitals(connection, row.clearing_id)
        }
        rows = []
        for effect in found.effects:
            content = effect_content(row.reclear_id, row.clearing_id, row.cause, row.citation, found, effect)
            region = regions.get(effect.hospital_code, row.pool)
            rows.append(EffectRow(
                effect.hospital_code, region, *effect[1:6], effect.balance_fen, content, sm3_hex(content),
            ))  # fmt: skip
        return rows


async def _removed(
    connection: asyncpg.Connection, clearing_id: str, findings: Sequence[Finding], past: Sequence[Row]
) -> dict[str, int]:
    """Points each offender loses: those of its cases times the multiple, each case once and for all."""
    taken = {
        (found[0], found[1]): row.reclear_id
        for row in past
        if row.state == COMMITTED
        for found in orjson.loads(row.findings)
    }
    points = await reclearings.points_of(
        connection, clearing_id, [(finding.hospital_code, finding.case_id) for finding in findings]
    )
    removed: dict[str, int] = defaultdict(int)
    for finding in findings:
        key = (finding.hospital_code, finding.case_id)
        if key not in points:
            raise Fault(
                faults_year.RECLEAR_CASE_UNKNOWN, field="case_id", value=finding.case_id,
                hospital=finding.hospital_code,
            )  # fmt: skip
        if key in taken:
            raise Fault(
                faults_year.RECLEAR_CASE_TWICE, field="case_id", value=finding.case_id, reclear=taken[key]
            )
        taken[key] = "本次"
        removed[finding.hospital_code] += lost_micro(points[key], finding.multiple)
    return dict(removed)


async def _note(connection: asyncpg.Connection, row: Row, state: str, subject: str) -> None:
    """Chains the end of a re-clearing in the journal of the pool's years."""
    payload = {"reclearing": row.reclear_id, "state": state, "subject": subject, "digest": row.digest}
    await journal.append(connection, f"year/{row.pool}", orjson.dumps(payload, option=orjson.OPT_SORT_KEYS))
