"""Settlement's dated copy of the registry of institutions 定点医药机构登记, kept up by a job of its own.

The registry decides what an institution is on a day: level, kind, pool, community, agreement. Taking a list
in asks the copy, never the rulebook; the job compares versions every few seconds and takes over what changed.
"""

from __future__ import annotations

import time

import asyncpg

from chspay_core.errors import Fault
from chspay_kit import logs
from chspay_kit.auth import Claim, service_claim, use_claim
from chspay_settlement.clients_registry import Institutions
from chspay_settlement.store import hospitals

_COPY = "registry"

log = logs.get_logger(__name__)


class RegistryCopy:
    """What the worker of the kit asks for: one endless run, which has work when the registry has moved."""

    #: How often the registry is asked for its version, seconds.
    FRESH_SECONDS = 2.0

    def __init__(self, institutions: Institutions) -> None:
        self._institutions = institutions
        self._asked = 0.0

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """The copy, when the registry has moved on."""
        if time.monotonic() - self._asked < self.FRESH_SECONDS:
            return []
        claim = service_claim("settlement")
        version = await hospitals.copy_version(connection)
        with use_claim(claim):
            _, now, _ = await self._institutions.changes(version)
        self._asked = time.monotonic()
        return [(_COPY, claim)] if now > version else []

    def memory(self) -> None:
        """Nothing is kept between two steps."""

    async def step(self, connection: asyncpg.Connection, _run_id: str, _memory: None) -> bool:
        """Takes over the next institutions that changed; ``False`` when the copy is whole."""
        version = await hospitals.copy_version(connection, lock=True)
        rows, now, more = await self._institutions.changes(version)
        if rows:
            await hospitals.take_copy(connection, rows, now)
            log.info("registry.copied", version=now, count=len(rows))
        return more

    async def fail(self, _connection: asyncpg.Connection, _run_id: str, fault: Fault) -> None:
        """Says why the copy stays behind; it is tried again."""
        log.warning("registry.behind", reason=fault.reason.code)
