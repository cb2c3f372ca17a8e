"""Month runs as the worker of :mod:`chspay_kit.worker` carries them out."""

from __future__ import annotations

import asyncpg

from chspay_core.errors import Fault
from chspay_kit import logs
from chspay_kit.auth import Claim
from chspay_settlement.app.month.runs import ENDED, FAILED, MONTH, claim_of_pool
from chspay_settlement.app.month.stages import Memory, Stages
from chspay_settlement.store import runs

log = logs.get_logger(__name__)


class MonthRuns:
    """Which month runs wait, one step of one, and its end when it cannot go on."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """Runs that wait or were interrupted, oldest first."""
        return [(run_id, claim_of_pool(pool)) for run_id, pool in await runs.active(connection)]

    def memory(self) -> Memory:
        """An empty memory for one run."""
        return Memory()

    async def step(self, connection: asyncpg.Connection, run_id: str, memory: Memory) -> bool:
        """One step; ``False`` when the run has ended."""
        run = await runs.one(connection, run_id, lock=True)
        if run is None or run.state in ENDED:
            return False
        await self.stages.step(connection, run, memory)
        return True

    async def fail(self, connection: asyncpg.Connection, run_id: str, fault: Fault) -> None:
        """Ends the run with its reason, and opens its month again."""
        run = await runs.one(connection, run_id, lock=True)
        if run is None or run.state in ENDED:
            return
        log.warning("run.failed", run_id=run_id, stage=run.stage, reason=fault.reason.code)
        if run.nature == MONTH:
            await runs.reopen_month(connection, run)
        await runs.update(
            connection, run_id, state=FAILED, failure_reason=fault.reason.code, failure_message=fault.message
        )
