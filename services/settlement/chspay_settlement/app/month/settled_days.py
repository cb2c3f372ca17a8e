"""What closed months have paid of the days of a run's persons: read once, kept with the run."""

from __future__ import annotations

import asyncpg

from chspay_core.errors import Fault
from chspay_settlement import faults_others
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.given import kept
from chspay_settlement.app.month.runs import MONTH
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.engine.routing.bed_days import Answer, Answers, answers_of, by_case
from chspay_settlement.engine.routing.run import owned
from chspay_settlement.engine.routing.settled_days import Met, SettledDays, settled_days_of
from chspay_settlement.engine.routing.table import Method
from chspay_settlement.store import routes, run_inputs, runs
from chspay_settlement.store import settled_days as store


async def settled_before(
    connection: asyncpg.Connection, run: runs.Run, answers: Answers | None
) -> SettledDays:
    """What was kept with the run, else what closed months have settled by now, which is then kept.

    :raises Fault: EARLIER_RUN_UNFINISHED, of kind UNAVAILABLE: what it settles is not known yet.
    """
    found = await kept_days(connection, run.run_id)
    if found is not None:
        return found
    inside = await _inside(connection, run.pool, answers)
    if run.replays:
        # The run it repeats was drawn up before such facts were kept, and looked at nothing else.
        return SettledDays(inside=inside)
    if run.nature == MONTH:
        before = await store.unfinished_before(connection, run.run_id, run.pool)
        if before:
            raise Fault(faults_others.EARLIER_UNFINISHED, field="run_id", value=before, run=run.run_id)
    unknown = await store.without_person(connection, run.run_id)
    found = SettledDays(await _met(connection, run), inside, unknown)
    given = run_inputs.Given(run_inputs.SETTLED_DAYS, found.content())
    await run_inputs.put(connection, run.run_id, run.pool, run.pool_prefix, [given])
    return found


async def kept_days(connection: asyncpg.Connection, run_id: str) -> SettledDays | None:
    """What was kept with a run; ``None`` where it was held against no closed month.

    :raises Fault: LINEAGE_BROKEN, SETTLED_DAYS_BROKEN.
    """
    content = await kept(connection, run_id, run_inputs.SETTLED_DAYS)
    return None if content is None else settled_days_of(content)


async def _inside(connection: asyncpg.Connection, pool: str, answers: Answers | None) -> frozenset[CaseKey]:
    """Those lists inside of the run's stays that a closed month paid by points."""
    if answers is None:
        return frozenset()
    keys = [(one.hospital_code, own.case_id) for one in answers.answers for own in one.own_lists]
    return await routes.settled_of(connection, pool, keys) if keys else frozenset()


async def _met(connection: asyncpg.Connection, run: runs.Run) -> tuple[Met, ...]:
    """Settled lists that own a day of a case of the run, each with the days it owns."""
    found = []
    answered: dict[str, dict[CaseKey, Answer]] = {}
    for row in await store.met(connection, run.run_id, run.pool):
        bed_days = row.method == Method.PER_DIEM
        if bed_days and row.run_id not in answered:
            answered[row.run_id] = await _answers(connection, row.run_id)
        # Which group system a case went to does not matter for its days.
        method = Method(row.method or Method.DRG)
        answer = answered[row.run_id].get(row.key) if bed_days else None
        spans = owned(method, row.admission, row.discharge, answer)
        if spans:
            found.append(Met(row.case, str(month_of(row.period)), row.key, bed_days, spans))
    return tuple(found)


async def _answers(connection: asyncpg.Connection, run_id: str) -> dict[CaseKey, Answer]:
    content = await kept(connection, run_id, run_inputs.BED_DAYS)
    return {} if content is None else by_case(answers_of(content).answers)
