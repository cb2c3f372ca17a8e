"""The scheduler: what is due is done once, whoever was asleep or killed meanwhile.

A clock that has run out is attended to in one transaction: its docket is locked, the clock is marked, and
the owner's handler takes the step that follows by itself. Should the process die before the commit,
nothing happened and the next one begins anew; after it, the clock is not found any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import asyncpg

from chspay_core.errors import Fault, Kind
from chspay_dispute.app.clocks import legal_day
from chspay_dispute.app.moves import Moves
from chspay_dispute.store import deadlines, docket
from chspay_dispute.store.deadlines import Deadline
from chspay_dispute.store.docket import Row
from chspay_kit import logs
from chspay_kit.auth import Claim, service_claim, use_claim
from chspay_kit.db import DATABASE_UNAVAILABLE, Database, translate
from chspay_kit.grpc_errors import INTERNAL

#: How often the clocks are looked at, how many in one look, and the pause when something is away; seconds.
POLL_SECONDS = 1.0
RETRY_SECONDS = 5.0
_AT_ONCE = 200
#: The office that is told as well when nobody acted.
_ABOVE = {"CNTY": "CITY", "CITY": "PROV", "SECR": "CITY", "EXPT": "SECR", "SETL": "CITY", "AUDIT": "ADMIN"}

#: A refused step is tried again after so long; its clock is numbered behind this mark.
_TRY_AFTER = timedelta(days=1)
_TRY = "/try"

#: The answer of a handler that looks again later, by a clock it has set itself.
LATER = "later"

log = logs.get_logger(__name__)


class Handler(Protocol):
    """What an owner does when a clock of its docket has run out."""

    async def ran_out(
        self, connection: asyncpg.Connection, deadline: Deadline, row: Row, actor: Claim
    ) -> str:
        """Takes the step that follows by itself and returns its event; empty when nothing follows, and
        :data:`LATER` when it has set a clock to look again.

        Only asked when the machine names an automatic event for the clock.
        :raises Fault: why the step cannot be taken; of kind UNAVAILABLE, why it has to wait.
        """
        ...


class Scheduler:
    """The background job that attends to clocks.

    :param handlers: by owner (``case``, ``topic``).
    """

    def __init__(self, database: Database, moves: Moves, handlers: Mapping[str, Handler]) -> None:
        self._database, self._moves, self._handlers = database, moves, dict(handlers)
        self._claim = service_claim("dispute")

    async def work(self) -> None:
        """Attends to clocks for ever."""
        while True:
            pause = POLL_SECONDS
            try:
                await self.once()
            except (Fault, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                fault = error if isinstance(error, Fault) else translate(error, lost=True)
                if fault is None or fault.reason.kind is not Kind.UNAVAILABLE:
                    raise
                log.warning("deadlines.waiting", reason=fault.reason.code)
                pause = RETRY_SECONDS
            await asyncio.sleep(pause)

    async def once(self) -> int:
        """Attends to everything that has run out by now; how many clocks that were.

        :raises Fault: of kind UNAVAILABLE, when a neighbour or the database is away.
        """
        done, away = 0, None
        with use_claim(self._claim):
            while due := await self._due():
                before = done
                for item in due:
                    try:
                        done += await self._attend(item)
                    except Fault as fault:
                        if fault.reason.kind is Kind.UNAVAILABLE:
                            away = fault
                        else:
                            done += await self._fail(item, fault)
                    except Exception as error:
                        away = self._passing(error) or away
                        if self._passing(error) is None:
                            log.error("deadline.broken", stage=item.clock, **logs.failure(error))
                            done += await self._fail(item, Fault(INTERNAL, error_id=item.clock))
                if done == before:
                    break
        if away is not None:
            raise away
        return done

    async def _due(self) -> list[Deadline]:
        async with self._database.unit(self._claim) as unit:
            return await deadlines.run_out(await unit.connection(), self._moves.now(), _AT_ONCE)

    async def _attend(self, item: Deadline) -> int:
        async with self._database.unit(self._claim) as unit:
            connection = await unit.connection()
            # The docket first, then the clock: the order in which every step locks them.
            row = await self._moves.locked(connection, item.owner, item.owner_id)
            at = self._moves.now()
            if not await deadlines.end(connection, item.deadline_id, "fired", item.events, at):
                return 0
            kind, told = "remind", self._roles(item, row)
            if item.kind == "due":
                kind = "moved"
                event = ""
                if item.events:
                    event = await self._handlers[item.owner].ran_out(connection, item, row, self._claim)
                if event == LATER:
                    return 1
                if not event:
                    kind, told = "overdue", told | {_ABOVE[role] for role in told if role in _ABOVE}
                    await docket.mark_overdue(connection, item.owner, item.owner_id)
            await deadlines.remind(connection, item, kind, ",".join(sorted(told)), legal_day(at))
        log.info("deadline.fired", stage=item.clock, state=kind)
        return 1

    @staticmethod
    def _passing(error: Exception) -> Fault | None:
        """The fault of a database that is away for a while."""
        if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
            return Fault(DATABASE_UNAVAILABLE, why=type(error).__name__)
        fault = translate(error)
        return fault if fault is not None and fault.reason.kind is Kind.UNAVAILABLE else None

    async def _fail(self, item: Deadline, fault: Fault) -> int:
        """The step that should follow is refused: people are told, and it is tried again the next day.

        What was missing (next year's calendar, a rule, a list) may be there by then; nobody but the clock
        can take these steps.
        """
        async with self._database.unit(self._claim) as unit:
            connection = await unit.connection()
            row = await self._moves.locked(connection, item.owner, item.owner_id)
            at = self._moves.now()
            if not await deadlines.end(connection, item.deadline_id, "failed", fault.reason.code, at):
                return 0
            await deadlines.put(connection, [_again(item, at)])
            await docket.mark_overdue(connection, item.owner, item.owner_id)
            told = self._roles(item, row) | {"CITY"}
            await deadlines.remind(connection, item, "failed", ",".join(sorted(told)), legal_day(at))
        log.error("deadline.failed", stage=item.clock, reason=fault.reason.code)
        return 1

    def _roles(self, item: Deadline, row: Row) -> set[str]:
        machine = self._moves.machines[item.owner]
        return {
            role
            for step in machine.leaving(row.state)
            if step.clock == item.clock
            for role in step.roles
            if role != "SYS"
        }


def _again(item: Deadline, at: datetime) -> Deadline:
    """The clock that tries a refused step once more, a day later."""
    first, _, count = item.deadline_id.partition(_TRY)
    return replace(item, deadline_id=f"{first}{_TRY}{int(count or 1) + 1}", due_at=at + _TRY_AFTER)
