"""The scheduler of disputes in a process of its own, to be killed: ``URL RULEBOOK SETTLEMENT INSTANT``."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

from dispute_world import KEY

from chspay_dispute.app.shelf import calendar
from chspay_dispute.main import build
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel


async def main(url: str, rulebook: str, settlement: str, instant: str) -> None:
    """Attends to clocks as of a fixed instant, until it is killed."""
    database, at = Database(url, max_size=3), datetime.fromisoformat(instant)
    await database.open()
    built = build(database, Channel(rulebook, KEY), Channel(settlement, KEY), calendar(), lambda: at)
    print("ready", flush=True)
    await built.scheduler.work()


asyncio.run(main(*sys.argv[1:]))
