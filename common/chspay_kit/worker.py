"""Carries stored runs out, in this process or, should it die, in the next one.

A run is a row with a state; its work is cut into steps, each committed on its own and each able to be
done twice. A run is leased with an advisory lock of PostgreSQL on a connection of its own: when the
process dies the lock goes with it, and whoever looks next goes on at the step that was not committed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Protocol

import asyncpg

from chspay_core.errors import Fault, Kind
from chspay_kit import logs
from chspay_kit.auth import Claim, service_claim, use_claim
from chspay_kit.db import DATABASE_UNAVAILABLE, Database, translate
from chspay_kit.grpc_errors import INTERNAL

#: How often new or orphaned runs are looked for, and how long to wait when a neighbour is away, seconds.
POLL_SECONDS = 0.5
RETRY_SECONDS = 2.0

log = logs.get_logger(__name__)


class Runs(Protocol):
    """What a service says of its stored runs."""

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """Runs that wait or were interrupted, oldest first, each with the claim its work is done under."""
        ...

    def memory(self) -> Any:
        """What is kept between the steps of one run to spare reading it again; may be lost any time."""
        ...

    async def step(self, connection: asyncpg.Connection, run_id: str, memory: Any) -> bool:
        """One step in the transaction of ``connection``; ``False`` when there is nothing more to do.

        :raises Fault: why the run cannot go on; of kind UNAVAILABLE, why it has to wait.
        """
        ...

    async def fail(self, connection: asyncpg.Connection, run_id: str, fault: Fault) -> None:
        """Ends the run with its reason."""
        ...


class Worker:
    """The background job of a service that has stored runs.

    :param service: name of the service; leases are taken under it.
    """

    def __init__(self, service: str, database: Database, runs: Runs) -> None:
        self._service = service
        self._database = database
        self._runs = runs

    async def work(self) -> None:
        """Looks for runs for ever."""
        while True:
            pause = POLL_SECONDS
            try:
                for run_id, claim in await self._waiting():
                    await self._carry_out(run_id, claim)
            except (Fault, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                fault = _passing(error)
                if fault is None:
                    raise
                log.warning("run.waiting", reason=fault.reason.code)
                pause = RETRY_SECONDS
            await asyncio.sleep(pause)

    async def _waiting(self) -> list[tuple[str, Claim]]:
        async with self._database.unit(service_claim(self._service)) as unit:
            return await self._runs.waiting(await unit.connection())

    async def _carry_out(self, run_id: str, claim: Claim) -> None:
        async with self._lease(run_id) as mine:
            if not mine:
                return
            log.info("run.begins", run_id=run_id)
            memory = self._runs.memory()
            with use_claim(claim):
                while await self._step(run_id, claim, memory):
                    pass
            log.info("run.ends", run_id=run_id)

    @contextlib.asynccontextmanager
    async def _lease(self, run_id: str) -> AsyncIterator[bool]:
        """Whether this process may work on the run; the lock lives as long as the connection's session."""
        async with self._database.pool.acquire() as connection:
            key = f"{self._service}.run/{run_id}"
            mine = await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", key)
            try:
                yield bool(mine)
            finally:
                if mine and not connection.is_closed():
                    await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)

    async def _step(self, run_id: str, claim: Claim, memory: Any) -> bool:
        """One committed step; ``False`` when there is nothing more to do."""
        try:
            async with self._database.unit(claim) as unit:
                return await self._runs.step(await unit.connection(), run_id, memory)
        except Fault as fault:
            if fault.reason.kind is Kind.UNAVAILABLE:
                raise
            await self._fail(run_id, claim, fault)
            return False
        except Exception as error:
            passing = _passing(error)
            if passing is not None:
                raise passing from error
            log.error("run.broken", run_id=run_id, **logs.failure(error))
            await self._fail(run_id, claim, Fault(INTERNAL, error_id=run_id))
            return False

    async def _fail(self, run_id: str, claim: Claim, fault: Fault) -> None:
        async with self._database.unit(claim) as unit:
            await self._runs.fail(await unit.connection(), run_id, fault)


def _passing(error: Exception) -> Fault | None:
    """The fault of a database or a neighbour that is away for a while; ``None`` for any other error."""
    if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
        # The connection went away between two statements.
        return Fault(DATABASE_UNAVAILABLE, why=type(error).__name__)
    fault = error if isinstance(error, Fault) else translate(error)
    return fault if fault is not None and fault.reason.kind is Kind.UNAVAILABLE else None
