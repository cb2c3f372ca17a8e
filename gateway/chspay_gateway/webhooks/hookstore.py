"""SQL of webhooks: subscriptions, and deliveries that survive a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from chspay_gateway.store_door import Connecting


@dataclass(frozen=True, slots=True)
class Hook:
    """A subscription; ``secret`` is sealed."""

    webhook_id: str
    subject: str
    institution: str
    region: str
    url: str
    events: Sequence[str]
    secret: bytes
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An event for one receiver."""

    webhook_id: str
    event_id: str
    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose turn it is."""

    seq: int
    webhook_id: str
    event_id: str
    name: str
    body: bytes
    attempts: int
    url: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as its owner sees it."""

    seq: int
    event_id: str
    name: str
    state: str
    attempts: int
    status: int
    told: str
    written_at: datetime
    next_at: datetime
    done_at: datetime | None


#: A subscription ends with the key or the account that made it, as everything else of theirs does.
_LIVES = """w.state = 'active' AND (
  EXISTS (SELECT FROM gateway.api_client c WHERE c.key_id = w.subject AND c.state = 'active'
    AND c.since <= now() AND (c.until IS NULL OR c.until > now()))
  OR EXISTS (SELECT FROM gateway.account a JOIN gateway.account_role r ON r.account_id = a.account_id
    WHERE 'user:' || a.account_id = w.subject AND a.state = 'active' AND r.revoked_at IS NULL
    AND (r.until IS NULL OR r.until > now()) AND (r.institution, r.region) = (w.institution, w.region)))"""
_HOOK = "webhook_id, subject, institution, region, url, events, secret, since"


async def add(store: Connecting, hook: Hook) -> Hook:
    """Stores a subscription; one of the same id stays as it is and is answered."""
    async with store.connection() as connection:
        await connection.execute(
            "INSERT INTO gateway.webhook (webhook_id, subject, institution, region, url, events, secret)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (webhook_id) DO NOTHING",
            hook.webhook_id, hook.subject, hook.institution, hook.region, hook.url, list(hook.events),
            hook.secret,
        )  # fmt: skip
        row = await connection.fetchrow(
            f"SELECT {_HOOK} FROM gateway.webhook WHERE webhook_id = $1",  # noqa: S608 - constants only
            hook.webhook_id,
        )
    return Hook(*row)


@asynccontextmanager
async def _seeing(store: Connecting) -> AsyncIterator[asyncpg.Connection]:
    """A transaction that sees the accounts of every region, as whoever carries for all must."""
    async with store.connection() as connection, connection.transaction():
        await connection.execute("SELECT set_config('chspay.region', '*', true)")
        yield connection


async def active(store: Connecting) -> list[Hook]:
    """Every subscription in force, whose key or account is in force too."""
    async with _seeing(store) as connection:
        rows = await connection.fetch(
            f"SELECT {_HOOK} FROM gateway.webhook w WHERE {_LIVES} ORDER BY since, webhook_id"  # noqa: S608
        )
    return [Hook(*row) for row in rows]


async def of_scope(store: Connecting, institution: str, region: str) -> list[Hook]:
    """Subscriptions in force of exactly this institution or region."""
    return [hook for hook in await active(store) if (hook.institution, hook.region) == (institution, region)]


async def remove(store: Connecting, webhook_id: str, institution: str, region: str) -> bool:
    """Ends a subscription and what is on its way to it; ``False`` when there is none."""
    async with store.connection() as connection, connection.transaction():
        done = await connection.fetchval(
            "UPDATE gateway.webhook SET state = 'removed' WHERE webhook_id = $1 AND institution = $2"
            " AND region = $3 AND state = 'active' RETURNING true",
            webhook_id, institution, region,
        )  # fmt: skip
        if done:
            await connection.execute(
                "UPDATE gateway.webhook_delivery SET state = 'dead', told = 'removed'"
                " WHERE webhook_id = $1 AND state = 'waiting'",
                webhook_id,
            )
    return bool(done)


async def position(store: Connecting, source: str) -> int | None:
    """How far the events of a source were handed to receivers; ``None`` before the first time."""
    async with store.connection() as connection:
        found: int | None = await connection.fetchval(
            "SELECT seq FROM gateway.relay_cursor WHERE platform = $1", _cursor(source)
        )
    return found


async def put(
    store: Connecting, deliveries: Sequence[NewDelivery], seq: int | None = None, source: str = ""
) -> None:
    """Puts events on their way, and with them notes how far a source was read: both or neither."""
    async with store.connection() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO gateway.webhook_delivery (webhook_id, event_id, name, body)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) ON CONFLICT DO NOTHING",
            [each.webhook_id for each in deliveries],
            [each.event_id for each in deliveries],
            [each.name for each in deliveries],
            [each.body for each in deliveries],
        )
        if seq is not None:
            await connection.execute(
                "INSERT INTO gateway.relay_cursor AS c (platform, seq) VALUES ($1, $2)"
                " ON CONFLICT (platform) DO UPDATE SET seq = greatest(c.seq, excluded.seq), moved_at = now()",
                _cursor(source), seq,
            )  # fmt: skip


async def due(
    store: Connecting, limit: int, lease: float, *, each: int, busy: Sequence[str] = ()
) -> list[Due]:
    """Deliveries whose turn it is, taken for ``lease`` seconds: a process that dies leaves them to others.

    :param each: at most so many of one subscription, so that a long queue of one leaves room for the others.
    :param busy: subscriptions that have no room now.
    """
    async with _seeing(store) as connection:
        rows = await connection.fetch(
            "WITH turn AS (SELECT d.seq, row_number() OVER (PARTITION BY d.webhook_id"  # noqa: S608
            "   ORDER BY d.next_at, d.seq) AS place FROM gateway.webhook_delivery d JOIN gateway.webhook w"
            f"  USING (webhook_id) WHERE d.state = 'waiting' AND d.next_at <= now() AND {_LIVES}"
            "   AND d.webhook_id <> ALL($4)),"
            " next AS (SELECT d.seq FROM gateway.webhook_delivery d JOIN turn USING (seq)"
            "  WHERE turn.place <= $3 AND d.state = 'waiting' AND d.next_at <= now()"
            "  ORDER BY turn.place, d.next_at, d.seq LIMIT $1 FOR UPDATE OF d SKIP LOCKED)"
            " UPDATE gateway.webhook_delivery d SET attempts = d.attempts + 1,"
            "  next_at = now() + make_interval(secs => $2) FROM next, gateway.webhook w"
            " WHERE d.seq = next.seq AND w.webhook_id = d.webhook_id"
            " RETURNING d.seq, d.webhook_id, d.event_id, d.name, d.body, d.attempts, w.url, w.secret",
            limit, lease, each, list(busy),
        )  # fmt: skip
    return [Due(*row) for row in rows]


async def tried(store: Connecting, seq: int, *, status: int, told: str, wait: float | None) -> None:
    """How a try ended.

    :param wait: seconds until the next try, or ``None`` for none; a status of 2xx has been delivered.
    """
    state = "delivered" if 200 <= status < 300 else "dead" if wait is None else "waiting"
    async with store.connection() as connection:
        await connection.execute(
            "UPDATE gateway.webhook_delivery SET state = $2, status = $3, told = $4,"
            " next_at = now() + make_interval(secs => $5),"
            " done_at = CASE WHEN $2 = 'waiting' THEN NULL ELSE now() END"
            " WHERE seq = $1 AND state = 'waiting'",
            seq, state, status, told[:200], wait or 0.0,
        )  # fmt: skip


async def forget(store: Connecting, days: int) -> int:
    """Drops deliveries that have been over for so many days; how many."""
    async with store.connection() as connection:
        rows = await connection.fetch(
            "DELETE FROM gateway.webhook_delivery WHERE state <> 'waiting'"
            " AND coalesce(done_at, written_at) < now() - make_interval(days => $1) RETURNING 1",
            days,
        )
    return len(rows)


async def deliveries(
    store: Connecting, webhook_id: str, state: str, before: int, limit: int
) -> list[Delivery]:
    """Deliveries of a subscription, newest first."""
    async with store.connection() as connection:
        rows = await connection.fetch(
            "SELECT seq, event_id, name, state, attempts, status, told, written_at, next_at, done_at"
            " FROM gateway.webhook_delivery WHERE webhook_id = $1 AND ($2 = '' OR state = $2)"
            " AND ($3 = 0 OR seq < $3) ORDER BY seq DESC LIMIT $4",
            webhook_id, state, before, limit,
        )  # fmt: skip
    return [Delivery(*row) for row in rows]


async def again(store: Connecting, webhook_id: str, event_ids: Sequence[str]) -> int:
    """Sends deliveries again that are dead or were delivered; none named = every dead one. How many."""
    async with store.connection() as connection:
        rows = await connection.fetch(
            "UPDATE gateway.webhook_delivery SET state = 'waiting', attempts = 0, next_at = now(),"
            " done_at = NULL WHERE webhook_id = $1 AND CASE WHEN cardinality($2::text[]) = 0"
            " THEN state = 'dead' ELSE state <> 'waiting' AND event_id = ANY($2) END RETURNING seq",
            webhook_id, list(event_ids),
        )  # fmt: skip
    return len(rows)


def _cursor(source: str) -> str:
    return f"webhook/{source}"
