"""Old uploads go: the cases and answers of stored runs past their time; what the runs came to stays."""

from __future__ import annotations

import asyncio

from chspay_grouper.store import runs
from chspay_kit import logs
from chspay_kit.auth import service_claim
from chspay_kit.db import Database

#: How often old uploads are looked for, seconds, and how many runs are swept in one transaction.
SWEEP_SECONDS = 3600.0
AT_ONCE = 20

log = logs.get_logger(__name__)


class Sweep:
    """The background job that deletes uploads older than some days.

    :param days: how long they are kept.
    """

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._days = days

    async def work(self) -> None:
        """Looks for old uploads for ever."""
        while True:
            while await self.once():
                pass
            await asyncio.sleep(SWEEP_SECONDS)

    async def once(self) -> list[str]:
        """Sweeps some old runs in one transaction; answers which."""
        async with self._database.unit(service_claim("grouper")):
            swept = await runs.sweep(self._days, AT_ONCE)
        if swept:
            log.info("runs.swept", count=len(swept))
        return swept
