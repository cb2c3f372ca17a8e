"""What a dispute rests on: a case as it was settled, settled discharges, states of months and years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from chspay_core import regions
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults, faults_month
from chspay_settlement.app.intake.lists import list_id_of
from chspay_settlement.app.month.runs import claim_of_pool
from chspay_settlement.app.reading.why_memory import MonthMemory
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.model import Group
from chspay_settlement.store import decisions, differences, disputable, runs, scope
from chspay_settlement.store.disputable import CorrectedFacts, Discharges, ListFacts, SettledFacts
from chspay_settlement.store.marks_text import marks_of


class PoolState(Enum):
    """How far a month or a year of a pool is."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class InMonth:
    """What the closed month gave the case, and what it was measured against."""

    settled: SettledFacts
    corrections: list[CorrectedFacts]
    marks: tuple[Mark, ...]
    run: runs.Run
    #: The figures of that group; ``None`` for a case without.
    group: Group | None
    all_cost_fen: int
    all_cases: int
    #: Cases of the group, those with a known stay, and their days.
    stay: tuple[int, int, int]

    #: The group it stands in now, after differences and decisions.
    drg: str


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A list, and what its month gave it once that is closed."""

    found: ListFacts
    month: InMonth | None


@dataclass(frozen=True, slots=True)
class Counted:
    """Settled discharges: of the pool, by hospital as far as the asker may see, and what still waits."""

    discharges: int
    by_group: int
    hospitals: list[Discharges]
    waiting: int


@dataclass(frozen=True, slots=True)
class PoolAt:
    """How far a month or year of a pool is."""

    state: PoolState
    run_id: str
    clearing_id: str
    clearing_state: str
    open_month: int | None


class Disputable:
    """Answers what disputes ask; writes nothing."""

    def __init__(self, memory: MonthMemory) -> None:
        self._memory = memory

    async def case(self, list_id: str, hospital_code: str, case_id: str) -> CaseFacts:
        """A case as it was settled.

        :raises Fault: LIST_NOT_FOUND for a list that is not there or not the asker's.
        """
        if not list_id:
            if not hospital_code or not case_id:
                raise Fault(faults.FIELD_MISSING, field="list_id")
            list_id = list_id_of(hospital_code, case_id)
        connection = await current_connection()
        found = await disputable.list_facts(connection, list_id)
        if found is None:
            raise Fault(faults.LIST_NOT_FOUND, field="list_id", value=list_id)
        # The asker may see this list. What it was measured against are published figures of the pool.
        await scope.act_as(connection, claim_of_pool(found.pool))
        key = (found.hospital_code, found.case_id)
        settled = await disputable.settled_facts(connection, found.pool, *key)
        if settled is None:
            return CaseFacts(found, None)
        run = await runs.one(connection, settled.run_id)
        assert run is not None  # noqa: S101 - its case was read in this transaction
        corrections = await disputable.corrections(connection, run.run_id, *key)
        kept = await self._memory.run(connection, run)
        if corrections:
            marks = marks_of(corrections[-1].marks)
        else:
            marks = (await decisions.marks(connection, run.run_id, *key)).get(key, ())
        drg = corrections[-1].drg if corrections else settled.drg
        drg = next((mark.value for mark in marks if mark.kind is MarkKind.REGROUP), drg)
        stay = await disputable.group_stay(connection, run.run_id, drg)
        group, table = kept.table.group(drg, settled.level), kept.table
        month = InMonth(
            settled, corrections, marks, run, group, table.all_cost_fen, table.all_cases, stay, drg
        )
        return CaseFacts(found, month)

    async def count(self, pool: str, since: date, until: date) -> Counted:
        """Settled discharges of these days.

        :raises Fault: ROLE_DENIED, REGION_DENIED; a hospital may ask of its own pool.
        """
        regions.check_code(pool, "pool")
        claim = current_claim()
        claim.require_role("bureau", "service", "hospital")
        connection = await current_connection()
        own = claim.institution if claim.role == "hospital" else ""
        if not own:
            claim.require_region(pool)
        elif await disputable.home_of(connection, own, until) != pool:
            raise Fault(faults_month.POOL_NOT_OWN, field="pool", value=pool)
        await scope.act_as(connection, claim_of_pool(pool))
        rows = await disputable.discharges(connection, pool, since, until)
        return Counted(
            sum(row.discharges for row in rows),
            sum(row.by_group for row in rows),
            [row for row in rows if not own or row.hospital_code == own],
            await disputable.waiting(connection, pool, since, until),
        )

    async def state(self, pool: str, period: str) -> PoolAt:
        """How far a month (yyyy-MM) or a year (yyyy) is; anybody with a claim may know.

        :raises Fault: PERIOD_UNREADABLE.
        """
        regions.check_code(pool, "pool")
        current_claim()
        connection = await current_connection()
        await scope.act_as(connection, claim_of_pool(pool))
        year, month = _period(period)
        clearing_id, clearing_state = await disputable.year_of_pool(connection, pool, year)
        open_month = await differences.open_month(connection, pool)
        month_state, run_id = "", ""
        if month is not None:
            month_state, run_id = await disputable.month_of_pool(connection, pool, year * 100 + month)
        state = _state(clearing_state, month_state, of_month=month is not None)
        return PoolAt(state, run_id, clearing_id, clearing_state, open_month)


def _period(text: str) -> tuple[int, int | None]:
    if len(text) == len("2026") and text.isascii() and text.isdigit() and text[0] != "0":
        return int(text), None
    month = Month.parse(text, "period")
    return month.year, month.month


def _state(clearing: str, month: str, *, of_month: bool) -> PoolState:
    if clearing == "closed":
        return PoolState.CLEARED
    if not of_month:
        return PoolState.CLOSING if clearing else PoolState.OPEN
    if month == "closed":
        return PoolState.CLOSED
    return PoolState.CLOSING if month == "closing" else PoolState.OPEN
