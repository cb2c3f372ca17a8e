"""Outcomes of decided disputes: each taken in once under the number of its document, and taken back exactly.

An outcome goes the way that exists for what it changes: a decision on a case becomes a mark of its run or a
difference of the closed month, a deduction changes with its finding, a score with its year. Of a year that
is being cleared or was, only a violation is still taken in, as the draft of a re-clearing; everything else
is refused with its reason, so that whoever sends it sees that it did not count.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import asyncpg
import orjson

from chspay_core.errors import Fault
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults, faults_month, faults_year
from chspay_settlement.app.intake.lists import list_id_of
from chspay_settlement.app.month import decisions
from chspay_settlement.app.month.audit import Audit
from chspay_settlement.app.year import books
from chspay_settlement.app.year.reclearings import Finding as Violation
from chspay_settlement.app.year.reclearings import Reclearings
from chspay_settlement.engine.case.marks import MarkKind
from chspay_settlement.engine.month.audit import FindingState
from chspay_settlement.store import decisions as decision_rows
from chspay_settlement.store import disputable, findings, outcomes, year
from chspay_settlement.store.outcomes import Outcome

CASE, FINDING, YEAR, REVOKE = "case", "finding", "year", "revoke"
_LONGEST = 200
_CLOSED = "closed"


class Wanted(NamedTuple):
    """An outcome as it is asked for; ``content`` holds plain JSON values that depend on ``kind``.

    :param hospital_code: whose dispute it is, so that nobody disputes what is another's; empty for none.
    """

    decision_no: str
    citation: str
    kind: str
    content: dict[str, Any]
    hospital_code: str = ""


class _Place(NamedTuple):
    """Whose an outcome is, and what stood before it."""

    pool: str
    hospital_code: str
    region_code: str
    before: dict[str, Any]


class Outcomes:
    """Takes outcomes in."""

    def __init__(self, audit: Audit, reclearings: Reclearings) -> None:
        self._audit = audit
        self._reclearings = reclearings

    async def apply(self, wanted: Wanted) -> tuple[Outcome, bool]:
        """Takes an outcome in; ``False`` when the same one had been.

        :raises Fault: OUTCOME_BAD, OUTCOME_DIFFERS, OUTCOME_FOREIGN, OUTCOME_YEAR_CLEARED, OUTCOME_REVOKED,
            OUTCOME_NOT_REVERSIBLE, and what the way it goes refuses.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        for name in ("decision_no", "citation"):
            text = getattr(wanted, name)
            if not text.strip() or len(text) > _LONGEST or not text.isprintable():
                raise Fault(faults_month.OUTCOME_BAD, field=name, value=text)
        connection = await current_connection()
        await outcomes.lock(connection, wanted.decision_no)
        content = orjson.dumps(wanted.content, option=orjson.OPT_SORT_KEYS).decode()
        stands = await outcomes.one(connection, wanted.decision_no)
        if stands is not None:
            if (stands.kind, stands.content, stands.citation) != (wanted.kind, content, wanted.citation):
                raise Fault(faults_month.OUTCOME_DIFFERS, field="decision_no", value=wanted.decision_no)
            _check_own(wanted, stands.hospital_code)
            return stands, False
        way = {CASE: self._case, FINDING: self._finding, YEAR: self._year, REVOKE: self._revoke}[wanted.kind]
        place = await way(connection, wanted)
        claim.require_region(place.region_code)
        # A refusal undoes what the way has written: both are one transaction.
        _check_own(wanted, place.hospital_code)
        new = Outcome(
            wanted.decision_no, wanted.kind, wanted.content.get("revokes", ""), place.pool,
            place.hospital_code, place.region_code, wanted.citation, content,
            orjson.dumps(place.before, option=orjson.OPT_SORT_KEYS).decode(), claim.subject,
        )  # fmt: skip
        await outcomes.insert(connection, new)
        return new, True

    async def _case(self, connection: asyncpg.Connection, wanted: Wanted) -> _Place:
        asked = wanted.content
        key = asked["hospital_code"], asked["case_id"]
        place = await decision_rows.place_of(connection, list_id_of(*key))
        if place is None:
            raise Fault(faults.LIST_NOT_FOUND, field="case_id", value=key[1])
        clearing = await _cleared(connection, place.pool, place.settle_period, of_violation=asked["kind"])
        if clearing:
            findings_of = [Violation(*key, asked["value"])]
            cause = f"{wanted.citation}（{wanted.decision_no}）"[:_LONGEST]
            row, _ = await self._reclearings.draft(clearing, findings_of, cause, wanted.decision_no)
            return _Place(place.pool, key[0], place.region_code, {"reclear_id": row.reclear_id})
        await _decide(wanted, key, asked["kind"], asked["value"], asked["mode"])
        return _Place(place.pool, key[0], place.region_code, {})

    async def _finding(self, connection: asyncpg.Connection, wanted: Wanted) -> _Place:
        asked, finding_id = wanted.content, wanted.content["finding_id"]
        found = await findings.one(connection, finding_id, lock=True)
        if found is None:
            raise Fault(faults_month.FINDING_NOT_FOUND, field="finding_id", value=finding_id)
        stood = found.deduction_fen
        if found.state == FindingState.DISPUTED:
            stood = await outcomes.upheld_before(connection, finding_id)
        left = _left(stood, asked["deduction_fen"], asked["restored_fen"], whole=asked["whole"])
        if not 0 <= left <= found.amount_fen:
            raise Fault(faults_month.OUTCOME_BAD, field="deduction_fen", value=left)
        state = FindingState.UPHELD if left else FindingState.DISMISSED
        await self._audit.decide(finding_id, state, left or None, wanted.citation, wanted.decision_no)
        before = {"state": found.state, "stood_fen": stood, "left_fen": left}
        return _Place(found.pool, found.hospital_code, found.region_code, before)

    async def _year(self, connection: asyncpg.Connection, wanted: Wanted) -> _Place:
        asked = wanted.content
        before = [
            fact.value
            for fact in await year.facts(connection, asked["pool"], asked["year"])
            if (fact.hospital_code, fact.kind) == (asked["hospital_code"], asked["kind"])
        ]
        fact = await books.put_fact(
            asked["pool"], asked["year"], asked["hospital_code"], asked["kind"], asked["value"], _cite(wanted)
        )
        return _Place(
            asked["pool"], asked["hospital_code"], fact.region_code, {"value": before[-1] if before else ""}
        )

    async def _revoke(self, connection: asyncpg.Connection, wanted: Wanted) -> _Place:
        """Takes an outcome back, or a decision on a case that came without one."""
        number = wanted.content["revokes"]
        await outcomes.lock(connection, number)
        by = await outcomes.revoked_by(connection, number)
        if by:
            raise Fault(faults_month.OUTCOME_REVOKED, field="revokes", value=number, by=by)
        target = await outcomes.one(connection, number)
        if target is None:
            decided = await decision_rows.one(connection, number)
            if decided is None:
                raise Fault(faults_month.DECISION_NOT_FOUND, field="revokes", value=number)
            key = decided.hospital_code, decided.case_id
            return await self._revoke_case(connection, wanted, key, decided.kind)
        content, before = orjson.loads(target.content), orjson.loads(target.before)
        if target.kind == REVOKE:
            raise Fault(faults_month.DECISION_NOT_FOUND, field="revokes", value=number)
        if target.kind == CASE and "reclear_id" in before:
            await self._withdraw(before["reclear_id"], number)
        elif target.kind == CASE:
            key = content["hospital_code"], content["case_id"]
            await self._revoke_case(connection, wanted, key, content["kind"])
        elif target.kind == FINDING:
            await self._restore(connection, wanted, content["finding_id"], before)
        else:
            if not before["value"]:
                raise Fault(faults_month.OUTCOME_NOT_REVERSIBLE, field="revokes", value=number)
            await books.put_fact(
                content["pool"], content["year"], content["hospital_code"], content["kind"], before["value"],
                _cite(wanted),
            )  # fmt: skip
        return _Place(target.pool, target.hospital_code, target.region_code, {})

    async def _withdraw(self, reclear_id: str, number: str) -> None:
        """A drafted re-clearing is withdrawn; one that was booked is not undone by itself."""
        try:
            await self._reclearings.withdraw(reclear_id)
        except Fault as fault:
            if fault.reason is not faults_year.RECLEAR_ENDED:
                raise
            raise Fault(faults_month.OUTCOME_NOT_REVERSIBLE, field="revokes", value=number) from fault

    async def _revoke_case(
        self, connection: asyncpg.Connection, wanted: Wanted, key: tuple[str, str], kind: str
    ) -> _Place:
        place = await decision_rows.place_of(connection, list_id_of(*key))
        if place is None:
            raise Fault(faults.LIST_NOT_FOUND, field="case_id", value=key[1])
        await _cleared(connection, place.pool, place.settle_period, of_violation="")
        await _decide(wanted, key, decisions.REVOKE, "", "", wanted.content["revokes"])
        return _Place(place.pool, key[0], place.region_code, {"kind": kind})

    async def _restore(
        self, connection: asyncpg.Connection, wanted: Wanted, finding_id: str, before: dict[str, Any]
    ) -> None:
        """A finding as it stood: what was deducted is deducted again, also where it was in dispute."""
        found = await findings.one(connection, finding_id, lock=True)
        assert found is not None  # noqa: S101 - its outcome is seen, and findings are never removed
        steps: list[tuple[FindingState, int | None]] = {
            FindingState.OPEN: [(FindingState.OPEN, None)],
            FindingState.DISMISSED: [(FindingState.DISMISSED, None)],
        }.get(FindingState(before["state"]), [(FindingState.UPHELD, before["stood_fen"])])
        if steps[0][0] is FindingState.OPEN and found.state == FindingState.UPHELD:
            steps.insert(0, (FindingState.DISMISSED, None))
        for state, amount in steps:
            await self._audit.decide(finding_id, state, amount, wanted.citation, wanted.decision_no)


async def _cleared(connection: asyncpg.Connection, pool: str, period: int, *, of_violation: str) -> str:
    """The closed clearing of a case's year, where a violation can still be drafted into it; empty while the
    year has no clearing.

    :raises Fault: OUTCOME_YEAR_CLEARED.
    """
    clearing_id, state = await disputable.year_of_pool(connection, pool, period // 100)
    if not clearing_id:
        return ""
    if state == _CLOSED and of_violation == MarkKind.VIOLATION:
        return clearing_id
    raise Fault(
        faults_month.OUTCOME_YEAR_CLEARED,
        field="decision_no",
        value=clearing_id,
        pool=pool,
        year=period // 100,
    )


def _check_own(wanted: Wanted, hospital_code: str) -> None:
    """What a hospital names in its dispute is text it wrote: it moves nobody else's money.

    :raises Fault: OUTCOME_FOREIGN.
    """
    if wanted.hospital_code and wanted.hospital_code != hospital_code:
        named = wanted.content.get("finding_id") or wanted.content.get("revokes") or wanted.decision_no
        raise Fault(
            faults_month.OUTCOME_FOREIGN, field="hospital_code", value=wanted.hospital_code, what=named
        )


def _left(stood: int, left: int, restored: int, *, whole: bool) -> int:
    """What is left of a deduction; nothing said is no answer, least of all that all of it is given back.

    :raises Fault: OUTCOME_BAD.
    """
    if left < 0 or restored < 0 or (left > 0) + (restored > 0 or whole) != 1:
        raise Fault(faults_month.OUTCOME_BAD, field="restored_fen", value=restored)
    if whole and restored not in {0, stood}:
        raise Fault(faults_month.OUTCOME_BAD, field="restored_fen", value=restored)
    return left or (0 if whole else stood - restored)


async def _decide(
    wanted: Wanted, key: tuple[str, str], kind: str, value: str, mode: str, revokes: str = ""
) -> None:
    await decisions.apply(
        decisions.Wanted(wanted.decision_no, *key, kind, value, mode, wanted.citation, revokes)
    )


def _cite(wanted: Wanted) -> str:
    return f"{wanted.decision_no} {wanted.citation}"[:_LONGEST]
