"""The relay: hands holds and their release over to settlement, and notes in the outbox what it answered.

An order is written beside the step that decided it and goes out only once that is committed; settlement takes
an order once by its number. So a step that is lost holds nothing, and one that stands holds once.
"""

from __future__ import annotations

import asyncpg

from chspay_budget.clients import HoldWanted, Settlement
from chspay_budget.store import hold_orders as orders
from chspay_budget.store.hold_orders import Delivery, Kind, Order
from chspay_core import regions
from chspay_core.errors import Fault
from chspay_kit import logs
from chspay_kit.auth import EVERYWHERE, Claim, service_claim

_AT_ONCE = 50

log = logs.get_logger(__name__)


class HoldRelay:
    """What the worker of the kit asks for: one run per order that settlement has not answered."""

    def __init__(self, settlement: Settlement) -> None:
        self._settlement = settlement

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """Orders that wait, each under the claim of its pool."""
        return [
            (order_id, service_claim("budget", regions.prefix(pool) or EVERYWHERE))
            for order_id, pool in await orders.waiting(connection, _AT_ONCE)
        ]

    def memory(self) -> None:
        """Nothing is kept between two steps."""

    async def step(self, connection: asyncpg.Connection, run_id: str, _memory: None) -> bool:
        """Hands an order over and notes the answer; sent twice, it is answered alike."""
        found = await orders.locked(connection, run_id)
        if found is not None and found.state is Delivery.WAITING:
            await orders.done(connection, run_id, await self._sent(found))
        return False

    async def fail(self, connection: asyncpg.Connection, run_id: str, fault: Fault) -> None:
        """Keeps a refused order with its reason, for whoever decides the finding anew."""
        log.warning("hold.refused", run_id=run_id, reason=fault.reason.code)
        await orders.refused(connection, run_id, fault.reason.code, fault.message)

    async def _sent(self, order: Order) -> dict[str, str]:
        said = order.content
        if order.kind is Kind.RELEASE:
            fen = await self._settlement.release(
                order.order_id, order.pool, said["hold_id"], said["reason"], said["citation"]
            )
            return {"hold_id": said["hold_id"], "released_fen": str(fen)}
        wanted = HoldWanted(
            order.pool, said["hospital"], said["since"], int(said["fen"]), said["rule_id"], said["evidence"],
            said["citation"],
        )  # fmt: skip
        return {"hold_id": await self._settlement.hold(order.order_id, wanted)}
