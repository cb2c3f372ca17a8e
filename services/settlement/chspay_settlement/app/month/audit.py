"""The audit gate 审核: findings come in in bulk, hold lists out of the month, and become deductions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chspay_core import regions
from chspay_core.errors import Fault
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults, faults_month
from chspay_settlement.app.intake.lists import list_id_of
from chspay_settlement.app.month.runs import Runs
from chspay_settlement.engine.month import audit
from chspay_settlement.engine.month.audit import FindingState
from chspay_settlement.store import findings, lists

_LONGEST = 200
_TEXTS = ("finding_id", "hospital_code", "case_id", "rule_id", "evidence")


class Handed(NamedTuple):
    """A finding as the audit hands it over."""

    finding_id: str
    hospital_code: str
    case_id: str
    rule_id: str
    evidence: str
    amount_fen: int


class FindingFault(NamedTuple):
    """A refused row, counted from 0."""

    row: int
    finding_id: str
    fault: Fault


@dataclass(slots=True)
class Imported:
    """What became of an import."""

    accepted: int = 0
    unchanged: int = 0
    faults: list[FindingFault] = field(default_factory=list)


class Audit:
    """Findings as callers see them."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    async def import_findings(self, handed: Sequence[Handed]) -> Imported:
        """Stores findings on lists that exist; a bad row is refused with its number, the others stand.

        :raises Fault: ROLE_DENIED when a hospital asks.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        outcome = Imported()
        rows: list[tuple[int, Handed]] = []
        seen: set[str] = set()
        for number, row in enumerate(handed):
            try:
                _check(row, seen)
                rows.append((number, row))
            except Fault as fault:
                outcome.faults.append(FindingFault(number, row.finding_id, fault))
        connection = await current_connection()
        wanted = [list_id_of(row.hospital_code, row.case_id) for _, row in rows]
        places = await lists.places(connection, wanted)
        new: list[tuple[int, findings.NewFinding]] = []
        for (number, row), list_id in zip(rows, wanted, strict=True):
            place = places.get(list_id)
            if place is None:
                missing = Fault(faults.LIST_NOT_FOUND, field="case_id", value=row.case_id)
                outcome.faults.append(FindingFault(number, row.finding_id, missing))
                continue
            made = findings.NewFinding(
                row.finding_id, list_id, row.hospital_code, row.case_id, place[1], place[0], row.rule_id,
                row.evidence, row.amount_fen, claim.subject,
            )  # fmt: skip
            new.append((number, made))
        await self._store(new, outcome)
        outcome.faults.sort(key=lambda found: found.row)
        return outcome

    async def _store(self, new: Sequence[tuple[int, findings.NewFinding]], outcome: Imported) -> None:
        if not new:
            return
        connection = await current_connection()
        fresh = await findings.insert(connection, [row for _, row in new])
        outcome.accepted = len(fresh)
        others = [(number, row) for number, row in new if row.finding_id not in fresh]
        known = await findings.known(connection, [row.finding_id for _, row in others])
        for number, row in others:
            before = known.get(row.finding_id)
            if before is not None and before[:-1] == row[:-1]:
                outcome.unchanged += 1
                continue
            fault = Fault(faults_month.FINDING_DIFFERS, field="finding_id", value=row.finding_id)
            outcome.faults.append(FindingFault(number, row.finding_id, fault))

    async def decide(
        self, finding_id: str, state: str, amount_fen: int | None, reason: str, decision_no: str
    ) -> findings.Finding:
        """The next step of a finding. A hospital may only dispute its own.

        :raises Fault: FINDING_NOT_FOUND, FINDING_STEP_BAD, FINDING_AMOUNT_BAD, FINDING_REASON_MISSING.
        """
        claim = current_claim()
        wanted = audit.state_of(state)
        if wanted is not FindingState.DISPUTED:
            claim.require_role("bureau", "service")
        if not reason.strip():
            raise Fault(faults_month.FINDING_REASON_MISSING, field="reason")
        connection = await current_connection()
        found = await findings.one(connection, finding_id, lock=True)
        if found is None:
            raise Fault(faults_month.FINDING_NOT_FOUND, field="finding_id", value=finding_id)
        amount = found.amount_fen if amount_fen is None else amount_fen
        off = audit.step(finding_id, FindingState(found.state), wanted, amount)
        await findings.add_step(connection, found, wanted, off, reason, decision_no, claim.subject)
        after = await findings.one(connection, finding_id)
        assert after is not None  # noqa: S101 - it was seen above
        return after

    async def page(
        self, pool: str, hospital_code: str, state: str, after: str, limit: int
    ) -> Sequence[findings.Finding]:
        """Findings the asker may see, after one."""
        if pool:
            regions.check_code(pool, "pool")
        if state:
            audit.state_of(state)
        return await findings.page(await current_connection(), pool, hospital_code, state, after, limit)

    async def held(self, run_id: str, after: str, limit: int) -> Sequence[findings.Held]:
        """The lists a run left out, as far as the asker may see."""
        await self._runs.get(run_id)
        return await findings.held(await current_connection(), run_id, after, limit)


def _check(row: Handed, seen: set[str]) -> None:
    for name in _TEXTS:
        text = getattr(row, name)
        if not text.strip() or len(text) > _LONGEST or not text.isprintable():
            raise Fault(faults_month.FINDING_BAD, field=name, value=text)
    audit.check_amount(row.amount_fen)
    if row.finding_id in seen:
        raise Fault(faults_month.FINDING_TWICE, field="finding_id", value=row.finding_id)
    seen.add(row.finding_id)
