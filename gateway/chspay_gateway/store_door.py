"""SQL of the door: nonces, refusals, and the counts of a day; one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import asyncpg


class Connecting(Protocol):
    """Whatever gives connections to the gateway's schema."""

    def connection(self) -> AbstractAsyncContextManager[asyncpg.Connection]:
        """A connection; what the database refuses is told as a fault."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message turned away."""

    institution: str
    infno: str
    msgid: str
    body_hash: bytes
    reason: str
    #: What receivers of ``list.refused`` are told; empty when the message was no list.
    event_id: str = ""
    told: bytes = b""


@dataclass(frozen=True, slots=True)
class Door:
    """Messages of one institution and one transaction in a span; the last row of a day is their sum.

    :param infno: empty in the row of the whole institution.
    """

    institution: str
    infno: str
    received: int
    accepted: int
    rejected: int


async def fresh(store: Connecting, partner: str, nonce: str, now: float, until: float) -> bool:
    """Remembers a nonce for all processes; ``False`` when its time is not over yet. Unix seconds."""
    async with store.connection() as connection:
        return bool(
            await connection.fetchval(
                "INSERT INTO gateway.nonce AS n (partner, nonce, until) VALUES ($1, $2, to_timestamp($4))"
                " ON CONFLICT (partner, nonce) DO UPDATE SET until = excluded.until"
                " WHERE n.until <= to_timestamp($3) RETURNING true",
                partner, nonce, now, until,
            )
        )  # fmt: skip


async def forget_nonces(store: Connecting, now: float) -> None:
    """Drops nonces whose time is over."""
    async with store.connection() as connection:
        await connection.execute("DELETE FROM gateway.nonce WHERE until <= to_timestamp($1)", now)


async def refused(store: Connecting, refusal: Refusal) -> None:
    """Keeps that a message was turned away, and puts the news on its way; the first reason stays."""
    async with store.connection() as connection:
        await connection.execute(
            "WITH kept AS (INSERT INTO gateway.rejection (institution, infno, msgid, body_hash, reason)"
            "  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING institution)"
            " INSERT INTO gateway.webhook_delivery (webhook_id, event_id, name, body)"
            " SELECT w.webhook_id, $6, 'list.refused', $7 FROM kept JOIN gateway.webhook w"
            "  ON w.state = 'active' AND 'list.refused' = ANY(w.events)"
            "  AND (w.institution = kept.institution OR w.region = '*') WHERE $6 <> ''"
            " ON CONFLICT DO NOTHING",
            refusal.institution, refusal.infno, refusal.msgid, refusal.body_hash, refusal.reason,
            refusal.event_id, refusal.told,
        )  # fmt: skip


#: A message that was turned away and accepted later, word for word, is an accepted one.
_STANDING = (
    "NOT EXISTS (SELECT FROM gateway.exchange e WHERE (e.institution, e.infno, e.msgid, e.body_hash)"
    " = (r.institution, r.infno, r.msgid, r.body_hash) AND e.accepted)"
)
_MESSAGES = f"""
SELECT institution, infno, msgid, body_hash, true AS taken FROM gateway.exchange
WHERE institution = ANY($1) AND received_at >= $2 AND received_at < $3 AND accepted
UNION ALL
SELECT institution, infno, msgid, body_hash, false FROM gateway.rejection r
WHERE institution = ANY($1) AND at >= $2 AND at < $3 AND {_STANDING}
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Counted:
    """What the door knows of a span; all of it as it was at one moment.

    :param doors: messages by institution and transaction, and in a row without transaction their sum.
    :param reasons: (institution, transaction) -> reason -> messages turned away.
    :param promised: institution -> numbers of the lists it was told are taken.
    """

    doors: list[Door]
    reasons: dict[tuple[str, str], dict[str, int]]
    promised: dict[str, list[str]]


async def counted(
    store: Connecting, institutions: Sequence[str], since: datetime, until: datetime
) -> Counted:
    """What came in a span, and what became of it.

    Messages keep coming in while it is read: statements that see different moments would not add up.
    """
    span = (list(institutions), since, until)
    async with (
        store.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        doors = await connection.fetch(
            "SELECT institution, coalesce(infno, ''), count(DISTINCT (infno, msgid, body_hash)),"  # noqa: S608
            f" count(*) FILTER (WHERE taken), count(*) FILTER (WHERE NOT taken) FROM ({_MESSAGES}) m"
            " GROUP BY GROUPING SETS ((institution, infno), (institution)) ORDER BY 1, 2",
            *span,
        )
        refusals = await connection.fetch(
            "SELECT institution, infno, reason, count(*) FROM gateway.rejection r"  # noqa: S608
            f" WHERE institution = ANY($1) AND at >= $2 AND at < $3 AND {_STANDING}"
            " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            *span,
        )
        lists = await connection.fetch(
            "SELECT DISTINCT institution, list_id FROM gateway.exchange WHERE institution = ANY($1)"
            " AND received_at >= $2 AND received_at < $3 AND accepted AND list_id <> '' ORDER BY 1, 2",
            *span,
        )
    reasons: dict[tuple[str, str], dict[str, int]] = {}
    for institution, infno, reason, count in refusals:
        reasons.setdefault((institution, infno), {})[reason] = count
    promised: dict[str, list[str]] = {}
    for institution, list_id in lists:
        promised.setdefault(institution, []).append(list_id)
    return Counted([Door(*row) for row in doors], reasons, promised)
