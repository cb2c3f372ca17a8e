"""Checks of rosters and attributions as the worker of :mod:`chspay_kit.worker` carries them out."""

from __future__ import annotations

import asyncpg

from chspay_capitation.app.attributions import Progress, attribution_step, fail
from chspay_capitation.app.rosters import REFUSED, Checked, check_step
from chspay_capitation.clients import Rulebook
from chspay_capitation.store import attributions, rosters
from chspay_core.errors import Fault
from chspay_core.regions import prefix
from chspay_kit import logs
from chspay_kit.auth import Claim, service_claim

#: How ids of rosters begin.
_ROSTER = "RS-"

log = logs.get_logger(__name__)


class Memory:
    """What is kept between the steps of one job; may be lost any time."""

    def __init__(self) -> None:
        self.checked = Checked()
        self.progress = Progress()


class Jobs:
    """Which rosters wait to be checked and which attributions run, and one step of one."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """What waits or was interrupted, oldest first, rosters before attributions."""
        found = [*await rosters.checking(connection), *await attributions.running(connection)]
        return [(name, service_claim("capitation", prefix(pool))) for name, pool in found]

    def memory(self) -> Memory:
        """An empty memory for one job."""
        return Memory()

    async def step(self, _connection: asyncpg.Connection, run_id: str, memory: Memory) -> bool:
        """One step; ``False`` when the job has ended."""
        if run_id.startswith(_ROSTER):
            return await check_step(self._rulebook, run_id, memory.checked)
        return await attribution_step(run_id, memory.progress)

    async def fail(self, _connection: asyncpg.Connection, run_id: str, fault: Fault) -> None:
        """Ends the job with its reason; a roster goes back to whoever uploads it."""
        if not run_id.startswith(_ROSTER):
            await fail(run_id, fault)
            return
        log.warning("run.failed", run_id=run_id, reason=fault.reason.code)
        report = {"counts": {fault.reason.code: 1}, "shown": []}
        await rosters.set_state(run_id, REFUSED, 0, "", report)
