"""Points of a prefecture 点数测算: measured once over a range of months, used by every pool's runs.

A stored run of its own: its cases are taken in once, grouped under one scheme, measured and sealed. Killed
anywhere, it goes on at the step that was not committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg

from chspay_core import ENGINE_VERSION, regions
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_core.policy import Policy
from chspay_kit import logs
from chspay_kit.auth import EVERYWHERE, Claim, current_claim, service_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults, faults_month
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.clients import Grouper, Policies
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.groups.point_source import POINT_SOURCES, SOURCE
from chspay_settlement.engine.groups.table_content import table_content
from chspay_settlement.store import point_tables, run_cases

DONE, FAILED = "done", "failed"
SCHEME = "grouping.scheme"
#: Cases of one committed step.
GROUP_CHUNK = 20_000

log = logs.get_logger(__name__)


def prefecture_of(pool: str) -> str:
    """The prefecture 设区的市 a pool lies in."""
    return f"{pool[:4]}00"


async def chosen_table(
    connection: asyncpg.Connection, policy: Policy, pool: str, period: int, scheme_digest: str
) -> str:
    """The point table a run of this month has to use; empty when it measures its own cases.

    :raises Fault: POLICY_MISSING, METHOD_UNKNOWN, POINT_TABLE_MISSING, POINT_TABLE_SCHEME.
    """
    if not POINT_SOURCES.chosen(policy).prefecture:
        return ""
    place = prefecture_of(pool)
    table = await point_tables.in_force(connection, place, period)
    if table is None:
        document = policy.citation(policy.rule(SOURCE))
        raise Fault(
            faults_month.POINT_TABLE_MISSING, field=SOURCE, value=month_of(period), place=place,
            document=document,
        )  # fmt: skip
    if table.scheme_digest != scheme_digest:
        raise Fault(faults_month.POINT_TABLE_SCHEME, field=SOURCE, value=table.table_id, pool=pool)
    return table.table_id


class Measuring:
    """Point tables as callers see them."""

    def __init__(self, grouper: Grouper, policies: Policies) -> None:
        self._grouper = grouper
        self._policies = policies

    async def start(self, place: str, first: Month, last: Month, in_force: Month) -> point_tables.PointTable:
        """Stores a table for the worker to measure, under the policy of its last month's last day.

        :raises Fault: NOT_A_PREFECTURE, MONTHS_REVERSED, no policy or scheme, REGION_DENIED.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        regions.check_code(place, "place")
        if prefecture_of(place) != place or place[2:4] == "00":
            raise Fault(faults_month.NOT_A_PREFECTURE, field="place", value=place)
        claim.require_region(place)
        if last < first:
            raise Fault(faults_month.MONTHS_REVERSED, field="first_month", value=first, last=last)
        bundle = await self._policies.current(place, last.last)
        policy = bundle.on(last.last)
        Terms.read(policy)
        scheme = policy.text(SCHEME)
        sealed = policy.scheme_digest(scheme)
        found = await self._grouper.digest(sealed or scheme)
        if sealed and found != sealed:
            raise Fault(faults.SCHEME_CHANGED, field=SCHEME, value=scheme)
        connection = await current_connection()
        force = _period(in_force)
        number = await point_tables.count(connection, place, force) + 1
        table = point_tables.PointTable(
            table_id=f"PT-{place}-{force}-{number}", place=place, place_prefix=regions.prefix(place),
            first_period=_period(first), last_period=_period(last), in_force=force, state="pending",
            stage="snapshot", cases=0, groups=0, policy_digest=bundle.digest, scheme=scheme,
            scheme_digest=found, engine_version=ENGINE_VERSION, digest="", failure_reason="",
            failure_message="", started_by=claim.subject,
        )  # fmt: skip
        await point_tables.insert(connection, table)
        return table

    async def get(self, table_id: str) -> point_tables.PointTable:
        """A table the asker may see."""
        found = await point_tables.one(await current_connection(), table_id)
        if found is None:
            raise Fault(faults_month.POINT_TABLE_NOT_FOUND, field="table_id", value=table_id)
        return found

    async def content(self, table_id: str) -> bytes:
        """The sealed group figures; empty before the table is done."""
        return await point_tables.content(await current_connection(), table_id)

    async def page(self, place: str, after: str, limit: int) -> Sequence[point_tables.PointTable]:
        """Tables the asker may see, after one."""
        return await point_tables.page(await current_connection(), place, after, limit)


def _period(month: Month) -> int:
    return month.year * 100 + month.month


class PointTables:
    """Which tables wait, one step of one, and its end when it cannot go on."""

    def __init__(self, grouper: Grouper, policies: Policies) -> None:
        self._grouper = grouper
        self._policies = policies

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """Tables that wait or were interrupted, oldest first."""
        return [
            (table_id, service_claim("settlement", regions.prefix(place) or EVERYWHERE))
            for table_id, place in await point_tables.active(connection)
        ]

    def memory(self) -> None:
        """Nothing is kept between steps."""

    async def step(self, connection: asyncpg.Connection, run_id: str, _memory: None) -> bool:
        """One step; ``False`` when the table is done."""
        table = await point_tables.one(connection, run_id, lock=True)
        if table is None or table.state in (DONE, FAILED):
            return False
        if table.engine_version != ENGINE_VERSION:
            raise Fault(
                faults.ENGINE_CHANGED, value=table.engine_version, run=table.table_id, found=ENGINE_VERSION
            )
        if table.stage == "snapshot":
            await self._snapshot(connection, table)
        elif table.stage == "group":
            await self._group(connection, table)
        else:
            await self._measure(connection, table)
        return True

    async def _snapshot(self, connection: asyncpg.Connection, table: point_tables.PointTable) -> None:
        cases = await point_tables.snapshot(connection, table)
        if not cases:
            months = f"{month_of(table.first_period)}至{month_of(table.last_period)}"
            raise Fault(
                faults_month.NO_LISTS_TO_MEASURE, field="first_month", value=months, place=table.place
            )
        await point_tables.update(connection, table.table_id, state="running", stage="group", cases=cases)

    async def _group(self, connection: asyncpg.Connection, table: point_tables.PointTable) -> None:
        cases = await run_cases.foreign(connection, table.table_id, table.scheme_digest, GROUP_CHUNK)
        if not cases:
            await point_tables.update(connection, table.table_id, stage="measure")
            return
        answers = await self._grouper.many(table.scheme_digest, cases)
        if any(answer.scheme_digest != table.scheme_digest for answer in answers):
            raise Fault(faults.SCHEME_CHANGED, field=SCHEME, value=table.scheme)
        await run_cases.put_groups(connection, table.table_id, table.scheme_digest, cases, answers)

    async def _measure(self, connection: asyncpg.Connection, table: point_tables.PointTable) -> None:
        bundle = await self._policies.sealed(table.policy_digest)
        policy = bundle.on(month_of(table.last_period).last)
        inputs = await run_cases.inputs(connection, table.table_id)
        found = await asyncio.to_thread(measure, inputs, policy)
        content = table_content(found)
        await point_tables.update(
            connection,
            table.table_id,
            state=DONE,
            stage=DONE,
            groups=len(found.groups),
            content=content,
            digest=sm3_hex(content),
        )

    async def fail(self, connection: asyncpg.Connection, run_id: str, fault: Fault) -> None:
        """Ends the table with its reason."""
        table = await point_tables.one(connection, run_id, lock=True)
        if table is None or table.state in (DONE, FAILED):
            return
        log.warning("run.failed", run_id=run_id, stage=table.stage, reason=fault.reason.code)
        await point_tables.update(
            connection, run_id, state=FAILED, failure_reason=fault.reason.code, failure_message=fault.message
        )
