"""Carries month runs out, in this process or, should it die, in the next one.

A run is leased with an advisory lock of PostgreSQL on a connection of its own: when the process dies the
lock goes with it, and whoever looks next goes on at the step that was not committed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg

from chspay_core.errors import Fault, Kind
from chspay_kit import logs
from chspay_kit.auth import service_claim, use_claim
from chspay_kit.db import DATABASE_UNAVAILABLE, Database, translate
from chspay_kit.grpc_errors import INTERNAL
from chspay_settlement.app.runs import DONE, FAILED, claim_of_pool
from chspay_settlement.app.stages import Memory, Stages
from chspay_settlement.store import runs

#: How often new or orphaned runs are looked for, and how long to wait when a neighbour is away, seconds.
POLL_SECONDS = 0.5
RETRY_SECONDS = 2.0

log = logs.get_logger(__name__)


class Worker:
    """The background job of the service."""

    def __init__(self, database: Database, stages: Stages) -> None:
        self._database = database
        self._stages = stages

    async def work(self) -> None:
        """Looks for runs for ever."""
        while True:
            pause = POLL_SECONDS
            try:
                for run_id, pool in await self._waiting():
                    await self._carry_out(run_id, pool)
            except (Fault, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                fault = _passing(error)
                if fault is None:
                    raise
                log.warning("run.waiting", reason=fault.reason.code)
                pause = RETRY_SECONDS
            await asyncio.sleep(pause)

    async def _waiting(self) -> list[tuple[str, str]]:
        async with self._database.unit(service_claim("settlement")) as unit:
            return await runs.active(await unit.connection())

    async def _carry_out(self, run_id: str, pool: str) -> None:
        async with self._lease(run_id) as mine:
            if not mine:
                return
            log.info("run.begins", run_id=run_id)
            memory = Memory()
            with use_claim(claim_of_pool(pool)):
                while await self._step(run_id, pool, memory):
                    pass
            log.info("run.ends", run_id=run_id)

    @contextlib.asynccontextmanager
    async def _lease(self, run_id: str) -> AsyncIterator[bool]:
        """Whether this process may work on the run; the lock lives as long as the connection's session."""
        async with self._database.pool.acquire() as connection:
            key = f"settlement.run/{run_id}"
            mine = await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", key)
            try:
                yield bool(mine)
            finally:
                if mine and not connection.is_closed():
                    await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)

    async def _step(self, run_id: str, pool: str, memory: Memory) -> bool:
        """One committed step; ``False`` when there is nothing more to do."""
        run: runs.Run | None = None
        try:
            async with self._database.unit(claim_of_pool(pool)) as unit:
                connection = await unit.connection()
                run = await runs.one(connection, run_id, lock=True)
                if run is None or run.state in (DONE, FAILED):
                    return False
                await self._stages.step(connection, run, memory)
            return True
        except Fault as fault:
            if run is None or fault.reason.kind is Kind.UNAVAILABLE:
                raise
            await self._fail(run, fault)
            return False
        except Exception as error:
            if run is None:
                raise
            passing = _passing(error)
            if passing is not None:
                raise passing from error
            log.error("run.broken", run_id=run_id, stage=run.stage, **logs.failure(error))
            await self._fail(run, Fault(INTERNAL, error_id=run_id))
            return False

    async def _fail(self, run: runs.Run, fault: Fault) -> None:
        """Ends the run with its reason, and opens its month again."""
        log.warning("run.failed", run_id=run.run_id, stage=run.stage, reason=fault.reason.code)
        async with self._database.unit(claim_of_pool(run.pool)) as unit:
            connection = await unit.connection()
            await runs.reopen_month(connection, run.pool, run.period)
            await runs.update(
                connection,
                run.run_id,
                state=FAILED,
                failure_reason=fault.reason.code,
                failure_message=fault.message,
            )


def _passing(error: Exception) -> Fault | None:
    """The fault of a database or a neighbour that is away for a while; ``None`` for any other error."""
    if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
        # The connection went away between two statements.
        return Fault(DATABASE_UNAVAILABLE, why=type(error).__name__)
    fault = error if isinstance(error, Fault) else translate(error)
    return fault if fault is not None and fault.reason.kind is Kind.UNAVAILABLE else None
