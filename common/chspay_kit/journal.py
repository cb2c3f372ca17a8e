"""An append-only journal whose batches are chained by SM3 (GB/T 32905).

Each batch's hash covers the stream, its number, the previous batch's hash and the payload; to change an
old batch unnoticed, every later one would have to be rewritten, and the newest hash is on statements
already handed out. Chained per batch, not per row: a chain per row would take one lock per posting.
Table: ``journal_batch`` in the schema of the service (:class:`chspay_kit.tables.JournalColumns`).
"""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from chspay_core.digest import sm3_hex_of

START = bytes(32)
"""What the first batch of a stream names as its predecessor."""

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':' || $1, 0))"
_LAST = "SELECT seq, hash FROM journal_batch WHERE stream = $1 ORDER BY seq DESC LIMIT 1"
_INSERT = "INSERT INTO journal_batch (stream, seq, previous, payload, hash) VALUES ($1, $2, $3, $4, $5)"
_READ = "SELECT seq, previous, payload, hash FROM journal_batch WHERE stream = $1 ORDER BY seq"


@dataclass(frozen=True, slots=True)
class Chain:
    """What :func:`verify` found: how many batches hold, and the first that does not."""

    stream: str
    batches: int
    head: bytes
    broken_at: int | None

    @property
    def intact(self) -> bool:
        """Whether every batch follows from the one before."""
        return self.broken_at is None


def batch_hash(stream: str, seq: int, previous: bytes, payload: bytes) -> bytes:
    """SM3 over stream, number, predecessor and payload, each with its length in front."""
    parts = (stream.encode(), seq.to_bytes(8, "big"), previous, payload)
    framed = [piece for part in parts for piece in (len(part).to_bytes(8, "big"), part)]
    return bytes.fromhex(sm3_hex_of(framed))


async def place(conn: asyncpg.Connection, stream: str) -> tuple[int, bytes]:
    """Number and predecessor that the next batch of ``stream`` will have; nobody else adds one meanwhile.

    For a payload that must name its own number.
    """
    await conn.execute(_LOCK, stream)
    last = await conn.fetchrow(_LAST, stream)
    return (last["seq"] + 1, last["hash"]) if last else (1, START)


async def append(conn: asyncpg.Connection, stream: str, payload: bytes) -> bytes:
    """Add one batch to ``stream`` in the caller's transaction and return its hash.

    Writers of one stream take turns until their transactions end; other streams are not held up.
    """
    seq, previous = await place(conn, stream)
    digest = batch_hash(stream, seq, previous, payload)
    await conn.execute(_INSERT, stream, seq, previous, payload, digest)
    return digest


async def verify(conn: asyncpg.Connection, stream: str) -> Chain:
    """Recompute the chain of ``stream``; needs an open transaction (it reads by cursor)."""
    head, count = START, 0
    async for row in conn.cursor(_READ, stream, prefetch=100):
        expected = batch_hash(stream, count + 1, head, row["payload"])
        if row["seq"] != count + 1 or row["previous"] != head or row["hash"] != expected:
            return Chain(stream, count, head, row["seq"])
        head, count = expected, count + 1
    return Chain(stream, count, head, None)
