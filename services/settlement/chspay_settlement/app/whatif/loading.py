"""A stored run as a period on the bench: its columns, its law, and proof that the base is the run itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

from chspay_core.errors import Fault
from chspay_kit.auth import Claim
from chspay_kit.db import Database
from chspay_kit.machinecode import keep_machine_code
from chspay_settlement import faults, faults_whatif
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.given import measured_coefficients
from chspay_settlement.app.month.runs import DONE, TRIED
from chspay_settlement.app.reading.lineage import stored_table
from chspay_settlement.clients import Grouper, Policies
from chspay_settlement.clients_registry import Institutions
from chspay_settlement.engine.columnar.columns import Coded, Each
from chspay_settlement.engine.groups.point_source import OWN_CASES, POINT_SOURCES
from chspay_settlement.engine.whatif.outcome import By
from chspay_settlement.engine.whatif.period import Grouping, Period
from chspay_settlement.store import run_cases, runs, whatif

if TYPE_CHECKING:
    from chspay_settlement.engine.whatif.bench import Bench

#: Cases of one call to the grouper.
GROUP_CHUNK = 20_000
#: Told what is being done, how much of it, and how much there is; may raise to stop the work.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A run on the bench, and its hospitals' names."""

    run: runs.Run
    bench: Bench
    names: dict[str, str]


class Loader:
    """Puts stored runs on the bench."""

    def __init__(
        self, database: Database, grouper: Grouper, policies: Policies, institutions: Institutions
    ) -> None:
        self._database = database
        self._grouper = grouper
        self._policies = policies
        self._institutions = institutions

    async def bench(self, run_id: str, claim: Claim, each: Each) -> Loaded:
        """A run as a bench whose base is, to the fen, what the run gave every hospital.

        :raises Fault: RUN_NOT_FOUND, RUN_NOT_DONE, WHAT_IF_BASE_DIFFERS.
        """
        # The compiled loops are loaded by whoever needs them.
        keep_machine_code()
        from chspay_settlement.engine.whatif.bench import Bench

        async with self._database.unit(claim) as unit:
            connection = await unit.connection()
            run = await ended(connection, run_id)
            period = await self._period(connection, run)
            hospitals = await run_cases.hospitals(connection, run_id)
        bench = Bench(period, each=each)
        base = await asyncio.to_thread(bench.clear)
        found = {code: row.fund_fen for code, row in base.facets[By.HOSPITAL].items()}
        stored = {hospital.amount.hospital_code: hospital.amount.fund_fen for hospital in hospitals}
        for code in sorted({*stored, *found}):
            if stored.get(code, 0) != found.get(code, 0):
                raise Fault(
                    faults_whatif.WHAT_IF_BASE_DIFFERS, field="run_ids", value=run_id, hospital=code,
                    found=found.get(code, 0), stored=stored.get(code, 0),
                )  # fmt: skip
        return Loaded(run, bench, {hospital.amount.hospital_code: hospital.name for hospital in hospitals})

    async def _period(self, connection: asyncpg.Connection, run: runs.Run) -> Period:
        from chspay_settlement.store.run_columns import PARTS, with_lists

        last = month_of(run.period).last
        bundle = await self._policies.sealed(run.policy_digest)
        columns, beside = await with_lists(connection, run.run_id)
        own = POINT_SOURCES.chosen(bundle.on(last)) is OWN_CASES
        return Period(
            name=run.run_id,
            columns=columns,
            fund_fen=run.fund_fen,
            policy=bundle.on(last),
            table=None if own else await stored_table(connection, run.run_id),
            coefficients=await measured_coefficients(connection, run.run_id),
            communities=await self._institutions.communities(run.pool, last),
            ages=beside["age_years"],
            parts={name: beside[name] for name in PARTS},
            groupings={},
        )

    async def regrouped(self, period: Period, scheme: str, claim: Claim, progress: Progress) -> Grouping:
        """The cases of a period grouped by another scheme.

        :raises Fault: what the grouper raises.
        """
        digest = await self._grouper.digest(scheme)
        drgs: list[str] = []
        statuses: list[str] = []
        after, total = run_cases.START, len(period.columns)
        while len(drgs) < total:
            progress(scheme, len(drgs), total)
            async with self._database.unit(claim) as unit:
                cases = await whatif.cases(await unit.connection(), period.name, after, GROUP_CHUNK)
            answers = await self._grouper.many(digest, cases)
            _in_order(period, len(drgs), [case.case_id for case in cases])
            drgs += [answer.drg for answer in answers]
            statuses += [answer.status.value for answer in answers]
            after = (cases[-1].hospital_code, cases[-1].case_id)
        return Grouping(Coded.of(drgs), Coded.of(statuses))


def _in_order(period: Period, start: int, case_ids: list[str]) -> None:
    """The answers lie beside the columns they belong to."""
    if not case_ids or period.columns.case_id.slice(start, len(case_ids)).to_pylist() != case_ids:
        raise AssertionError("cases must come in the order of the columns")


async def ended(connection: asyncpg.Connection, run_id: str) -> runs.Run:
    """A run the asker may see that has ended well.

    :raises Fault: RUN_NOT_FOUND, RUN_NOT_DONE.
    """
    run = await runs.one(connection, run_id)
    if run is None:
        raise Fault(faults.RUN_NOT_FOUND, field="run_ids", value=run_id)
    if run.state not in (DONE, TRIED):
        raise Fault(faults.RUN_NOT_DONE, field="run_ids", value=run_id)
    return run
