"""How far an outcome of a dispute is, and what it moved: read from what was posted, never estimated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

import asyncpg
import orjson

from chspay_core.amounts import divide_half_up, plain, ratio_half_up
from chspay_core.errors import Fault
from chspay_kit.db import current_connection
from chspay_settlement import faults_month
from chspay_settlement.app.intake.lists import list_id_of
from chspay_settlement.app.month.outcomes import CASE, FINDING, REVOKE
from chspay_settlement.app.month.runs import claim_of_pool
from chspay_settlement.app.reading.why_memory import MonthMemory
from chspay_settlement.store import decisions, disputable, findings, outcomes, run_cases, runs, scope
from chspay_settlement.store.marks_text import marks_of
from chspay_settlement.store.outcomes import Outcome

_PLACES = 6


class State(Enum):
    """How far an outcome is."""

    WAITING = "waiting"
    POSTED = "posted"
    RECORDED = "recorded"
    DRAFTED = "drafted"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Moved:
    """What an outcome moved; ``of`` and ``paid`` are months (``yyyymm``) or, of a year's fact, the year."""

    state: State
    pool: str
    hospital_code: str
    of: int
    paid: int = 0
    statement_run_id: str = ""
    difference_id: str = ""
    reclear_id: str = ""
    points_micro: int = 0
    fen: int = 0
    #: Yuan per point, plain text; empty where no points moved.
    value_delta: str = ""


class Effects:
    """Reads what outcomes moved."""

    def __init__(self, memory: MonthMemory) -> None:
        self._memory = memory

    async def get(self, decision_no: str) -> tuple[Outcome, Moved]:
        """An outcome the asker may see, and what it moved.

        :raises Fault: OUTCOME_UNKNOWN.
        """
        connection = await current_connection()
        found = await outcomes.one(connection, decision_no)
        if found is None:
            raise Fault(faults_month.OUTCOME_UNKNOWN, field="decision_no", value=decision_no)
        await scope.act_as(connection, claim_of_pool(found.pool))
        return found, await self._moved(connection, found)

    async def _moved(self, connection: asyncpg.Connection, found: Outcome) -> Moved:
        if found.kind != REVOKE:
            return await self._of(connection, found, found)
        target = await outcomes.one(connection, found.revokes)
        if target is None:
            decided = await decisions.one(connection, found.revokes)
            assert decided is not None  # noqa: S101 - it was there when it was taken back
            content = {"hospital_code": decided.hospital_code, "case_id": decided.case_id}
            target = found._replace(
                decision_no=found.revokes, kind=CASE, revokes="", content=orjson.dumps(content).decode()
            )
        return await self._of(connection, target, found)

    async def _of(self, connection: asyncpg.Connection, target: Outcome, found: Outcome) -> Moved:
        """What ``found``, which is ``target`` or takes it back, moved."""
        content, before = orjson.loads(target.content), orjson.loads(target.before)
        back = found is not target
        start = Moved(State.WAITING, found.pool, found.hospital_code, 0)
        if target.kind == CASE and "reclear_id" in before:
            state = State.NOTHING if back else State.DRAFTED
            return replace(start, state=state, reclear_id=before["reclear_id"])
        if target.kind == CASE:
            return await self._of_case(connection, start, content, target.decision_no, found)
        if target.kind == FINDING:
            return await self._of_finding(connection, start, content, before, found, back=back)
        return replace(start, state=State.RECORDED, of=content["year"])

    async def _of_finding(
        self,
        connection: asyncpg.Connection,
        start: Moved,
        content: dict[str, object],
        before: dict[str, int],
        found: Outcome,
        *,
        back: bool,
    ) -> Moved:
        finding_id = str(content["finding_id"])
        month, _ = await outcomes.pool_of_finding(connection, finding_id)
        left, stood = before["left_fen"], before["stood_fen"]
        fen = left - stood if back else stood - left
        charged = await outcomes.charged_since(connection, finding_id, found.decision_no)
        if charged is not None:
            return replace(
                start, state=State.POSTED, of=month, paid=charged[1], statement_run_id=charged[2], fen=fen
            )
        now = await findings.one(connection, finding_id)
        assert now is not None  # noqa: S101 - its outcome stands
        same = now.charged_fen == (stood if back else left)
        return replace(start, state=State.NOTHING if same and not fen else State.WAITING, of=month, fen=fen)

    async def _of_case(
        self,
        connection: asyncpg.Connection,
        start: Moved,
        content: dict[str, str],
        decision_no: str,
        found: Outcome,
    ) -> Moved:
        key = content["hospital_code"], content["case_id"]
        listed = await disputable.list_facts(connection, list_id_of(*key))
        settled = await disputable.settled_facts(connection, found.pool, *key)
        start = replace(start, of=0 if listed is None else listed.period)
        if settled is None:
            return replace(start, state=State.NOTHING) if await _idle(connection, found) else start
        run = await runs.one(connection, settled.run_id)
        assert run is not None  # noqa: S101 - its case was read in this transaction
        start = replace(start, of=run.period)
        taken = await outcomes.marked(connection, *key, decision_no)
        if taken is not None and found.decision_no == decision_no:
            return await self._in_run(connection, start, run, key, decision_no)
        stands = taken is not None
        rows = await disputable.corrections(connection, run.run_id, *key)
        for row in rows:
            has = any(mark.cite == decision_no for mark in marks_of(row.marks))
            if has == stands:
                continue
            stands = has
            if has is (found.decision_no == decision_no):
                micro = row.points_micro - row.before_points_micro
                return replace(
                    start,
                    state=State.POSTED,
                    paid=row.period,
                    statement_run_id=await outcomes.closing_run(connection, found.pool, row.period),
                    difference_id=row.difference_id,
                    points_micro=micro,
                    fen=row.fund_fen - row.before_fen,
                    value_delta=value_delta(run.value_fen, run.value_micro, micro),
                )
        never = not stands and await _idle(connection, found)
        return replace(start, state=State.NOTHING) if never else start

    async def _in_run(
        self, connection: asyncpg.Connection, start: Moved, run: runs.Run, key: tuple[str, str], cite: str
    ) -> Moved:
        """A decision the run itself priced with: its points less those without it, at the month's value."""
        kept = await self._memory.run(connection, run)
        row = await run_cases.one(connection, run.run_id, *key)
        assert row is not None  # noqa: S101 - its mark was found in this run
        without = row.inp._replace(marks=tuple(mark for mark in row.inp.marks if mark.cite != cite))
        micro = kept.pricer.price(row.inp).points_micro - kept.pricer.price(without).points_micro
        fen = divide_half_up(micro * run.value_fen, run.value_micro) if run.value_micro else 0
        return replace(
            start,
            state=State.POSTED,
            paid=run.period,
            statement_run_id=run.run_id,
            points_micro=micro,
            fen=fen,
            value_delta=value_delta(run.value_fen, run.value_micro - micro, micro),
        )


async def _idle(connection: asyncpg.Connection, found: Outcome) -> bool:
    """Whether an outcome is a revocation, or was taken back: then nothing of it is left to post."""
    return found.kind == REVOKE or bool(await outcomes.revoked_by(connection, found.decision_no))


def value_delta(fund_fen: int, points_micro: int, more_micro: int) -> str:
    """−B·ΔP ÷ (P·(P + ΔP)): what more points alone do to a point value, yuan per point, six places."""
    if not more_micro or not points_micro or not points_micro + more_micro:
        return ""
    before, after = Fraction(fund_fen, points_micro), Fraction(fund_fen, points_micro + more_micro)
    delta = (after - before) * 10_000
    return plain(ratio_half_up(delta.numerator, delta.denominator, _PLACES))
