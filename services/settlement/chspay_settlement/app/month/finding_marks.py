"""Feeds the finders of the engine: stays of persons for readmissions, priced cases for extreme cost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg

from chspay_core.policy import Policy
from chspay_settlement.engine.case import extreme_cost, readmission, treatments
from chspay_settlement.engine.case.marks import Mark
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.store import run_cases, runs, stays
from chspay_settlement.store import treatments as stored_treatments


async def of_run(
    connection: asyncpg.Connection, run: runs.Run, pricer: Pricer, policy: Policy
) -> dict[CaseKey, Sequence[Mark]]:
    """What rules find among the cases of a run. A stay that follows in a later month is found when that
    month is closed, and is then a difference of this one: so a run depends on its snapshot alone."""
    found: dict[CaseKey, list[Mark]] = {}
    if policy.has(readmission.METHOD):
        known = await stays.of_run(connection, run.run_id)
        for key, mark in readmission.readmissions(known, policy).items():
            found.setdefault(key, []).append(mark)
    if policy.has(extreme_cost.METHOD):
        inputs = await run_cases.inputs(connection, run.run_id)
        for key, mark in (await asyncio.to_thread(extreme_cost.extreme_costs, inputs, pricer)).items():
            found.setdefault(key, []).append(mark)
    if treatments.ruled(policy):
        said = await stored_treatments.of_run(connection, run.run_id)
        for key, marks in treatments.treatments(said, policy).items():
            found.setdefault(key, []).extend(marks)
    return dict(found)


async def treatments_of(
    connection: asyncpg.Connection, versions: Sequence[tuple[str, int]], policy: Policy
) -> dict[CaseKey, tuple[Mark, ...]]:
    """What newer versions of lists say of traditional medicine and day surgery."""
    if not versions or not treatments.ruled(policy):
        return {}
    return treatments.treatments(await stored_treatments.of_versions(connection, versions), policy)


async def readmissions_now(
    connection: asyncpg.Connection, run: runs.Run, policy: Policy
) -> dict[CaseKey, Mark] | None:
    """Earlier stays of a closed run, seen with every month closed since; ``None`` without such a rule."""
    if not policy.has(readmission.METHOD):
        return None
    known = await stays.since(connection, run.pool, run.period)
    return dict(readmission.readmissions(known, policy))
