"""What the routing of a month needs, asked for before a run is drawn up."""

from __future__ import annotations

from chspay_core.period import Month
from chspay_core.policy import Policy
from chspay_settlement.clients_perdiem import BedDays
from chspay_settlement.engine.case.methods_day import asked_of_service
from chspay_settlement.engine.routing.due import books_of
from chspay_settlement.engine.routing.table import TABLE, Router


def in_force(policy: Policy) -> bool:
    """Whether the pool routes its cases: it has a table, or asks the bed-day service, which needs one."""
    return policy.has(TABLE) or asked_of_service(policy)


async def check(policy: Policy, bed_days: BedDays, pool: str, month: Month) -> None:
    """Everything the routing of a month needs is asked for now, before anything is written.

    :raises Fault: POLICY_MISSING, POLICY_VALUE; PER_DIEM_UNREACHABLE when the bed-day service cannot answer.
    """
    if not in_force(policy):
        return
    Router.read(policy)
    books_of(policy)
    if asked_of_service(policy):
        await bed_days.scope(pool, month)
