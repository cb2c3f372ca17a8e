"""The outbox in SQL: holds that settlement is asked to place or to release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import asyncpg

_READ = "SELECT order_id, finding_id, number, pool, kind, content, state FROM hold_order"


class Kind(StrEnum):
    """What settlement is asked for."""

    PLACE = "place"
    RELEASE = "release"


class Delivery(StrEnum):
    """How far an order is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Order:
    """What a step of a finding asks of settlement; ``content`` is text by name."""

    finding_id: str
    #: Number of the step.
    number: int
    pool: str
    kind: Kind
    content: Mapping[str, str]
    state: Delivery = Delivery.WAITING

    @property
    def order_id(self) -> str:
        """Finding and step; settlement takes an order once by it."""
        return f"{self.finding_id}/{self.number}"


async def put(connection: asyncpg.Connection, new: Order) -> None:
    """Puts an order into the outbox, in the transaction of its step."""
    await connection.execute(
        "INSERT INTO hold_order (order_id, finding_id, number, pool, kind, content, state, outcome, reason,"
        " message) VALUES ($1, $2, $3, $4, $5, $6::jsonb, 'waiting', '{}', '', '')",
        new.order_id, new.finding_id, new.number, new.pool, new.kind.value, _json(new.content),
    )  # fmt: skip


async def waiting(connection: asyncpg.Connection, limit: int) -> list[tuple[str, str]]:
    """Orders that settlement has not answered, oldest first: ``(order_id, pool)``."""
    rows = await connection.fetch(
        "SELECT order_id, pool FROM hold_order WHERE state = 'waiting' ORDER BY ordered_at, order_id"
        " LIMIT $1",
        limit,
    )
    return [(row["order_id"], row["pool"]) for row in rows]


async def locked(connection: asyncpg.Connection, order_id: str) -> Order | None:
    """An order, kept from others until the transaction ends."""
    row = await connection.fetchrow(f"{_READ} WHERE order_id = $1 FOR UPDATE", order_id)
    if row is None:
        return None
    return Order(
        row["finding_id"], row["number"], row["pool"], Kind(row["kind"]), json.loads(row["content"]),
        Delivery(row["state"]),
    )  # fmt: skip


async def done(connection: asyncpg.Connection, order_id: str, outcome: Mapping[str, str]) -> None:
    """Notes what settlement answered."""
    await connection.execute(
        "UPDATE hold_order SET state = 'done', outcome = $2::jsonb WHERE order_id = $1",
        order_id,
        _json(outcome),
    )


async def refused(connection: asyncpg.Connection, order_id: str, reason: str, message: str) -> None:
    """Notes why settlement refused; the finding may be decided anew."""
    await connection.execute(
        "UPDATE hold_order SET state = 'refused', reason = $2, message = $3 WHERE order_id = $1",
        order_id,
        reason,
        message,
    )


def _json(value: Mapping[str, str]) -> str:
    return json.dumps(dict(value), ensure_ascii=False)
