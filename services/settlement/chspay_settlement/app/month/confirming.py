"""A closed month tells the bed-day service which pricings it has paid, so that their days stay counted."""

from __future__ import annotations

import asyncpg

from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.clients_perdiem import BedDays
from chspay_settlement.engine.routing.table import Method
from chspay_settlement.store import routes, runs

_OF_BED_DAYS = ("", Method.PER_DIEM.value)


async def confirm(connection: asyncpg.Connection, bed_days: BedDays, run: runs.Run) -> None:
    """The last step of a month, before it is committed: a pricing that was replaced meanwhile stops the run,
    and whatever is asked later finds what the month paid.

    :raises Fault: PER_DIEM_CONFIRM_*; of kind UNAVAILABLE, why to wait.
    """
    found = await routes.page(connection, run.run_id, _OF_BED_DAYS, ("", ""), 0)
    names = sorted({one.pricing_id for one in found if one.pricing_id})
    if names:
        await bed_days.confirm(run.run_id, run.pool, month_of(run.period), names)
