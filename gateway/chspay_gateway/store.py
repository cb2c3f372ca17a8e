"""All SQL of the gateway. Each call is one statement on its own connection: nothing here spans two."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import asyncpg

from chspay_gateway.national.sealing import AnswerKeys
from chspay_kit import db


@dataclass(frozen=True, slots=True)
class Client:
    """An API key as stored."""

    key_id: str
    secret_hash: bytes
    role: str
    institution: str
    region: str
    label: str
    #: Number of an expert's key; empty otherwise.
    expert: str = ""
    duties: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Onward:
    """An accepted message as other platforms are sent it; ``content`` is its ``input``."""

    institution: str
    infno: str
    msgid: str
    place: str
    insured_place: str
    content: bytes
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A national message that was answered."""

    institution: str
    infno: str
    msgid: str
    body_hash: bytes
    accepted: bool
    refmsgid: str
    answer: bytes
    mdtrt_id: str = ""
    setl_id: str = ""
    list_id: str = ""
    #: The answer tells who somebody is: it is sealed where it lies.
    personal: bool = False
    #: What other platforms are sent; ``None`` when nothing is.
    onward: Onward | None = None


@dataclass(frozen=True, slots=True)
class WireFile:
    """A file of 9101 or 9102."""

    file_no: str
    institution: str
    filename: str
    content: bytes
    until: datetime


class Store(Protocol):
    """What the gateway asks of its schema."""

    async def client(self, key_id: str) -> Client | None:
        """The key when it exists, is active and in its period of validity."""

    async def exchanges(self, institution: str, infno: str, msgid: str) -> list[Exchanged]:
        """What was answered under this msgid, the accepted one first."""

    async def keep(self, exchange: Exchanged) -> bool:
        """Keeps an answer; ``False`` when another answer stands there already."""

    async def put_file(self, file: WireFile) -> None:
        """Keeps a file; one of the same number stays as it is, ended ones go."""

    async def file(self, institution: str, file_no: str) -> WireFile | None:
        """A file of an institution whose day is not over."""

    async def visit(self, institution: str, setl_id: str) -> str:
        """The visit (mdtrt_id) a settlement was reported under; empty when unknown."""

    def connection(self) -> AbstractAsyncContextManager[asyncpg.Connection]:
        """A connection for the statements of other rooms; what the database refuses is told as a fault."""

    async def ready(self) -> bool:
        """Whether the database answers."""


_KEEP = (
    "INSERT INTO gateway.exchange (institution, infno, msgid, body_hash, accepted, refmsgid, answer,"
    " mdtrt_id, setl_id, list_id, personal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    " ON CONFLICT DO NOTHING RETURNING true"
)
#: The message and its way onward in one statement: neither is there without the other.
_KEEP_AND_SEND = (
    f"WITH kept AS ({_KEEP}), sent AS (INSERT INTO gateway.outbox (institution, infno, msgid, place,"  # noqa: S608
    " insured_place, content) SELECT $1, $2, $3, $12, $13, $14 FROM kept) SELECT true FROM kept"
)


class PgStore:
    """The store in PostgreSQL.

    :param database: the open pool of role ``chspay_gateway``.
    :param seals: keys of what names persons.
    """

    def __init__(self, database: db.Database, seals: AnswerKeys) -> None:
        self._database = database
        self.seals = seals

    async def client(self, key_id: str) -> Client | None:
        async with self.connection() as connection:
            row = await connection.fetchrow(
                "SELECT key_id, secret_hash, role, institution, region, label, expert, duties"
                " FROM gateway.api_client WHERE key_id = $1 AND state = 'active' AND since <= now()"
                " AND (until IS NULL OR until > now())",
                key_id,
            )
        return None if row is None else Client(**row)

    async def exchanges(self, institution: str, infno: str, msgid: str) -> list[Exchanged]:
        async with self.connection() as connection:
            rows = await connection.fetch(
                "SELECT institution, infno, msgid, body_hash, accepted, refmsgid, answer, mdtrt_id,"
                " setl_id, list_id, personal FROM gateway.exchange"
                " WHERE institution = $1 AND infno = $2 AND msgid = $3"
                " ORDER BY accepted DESC, received_at",
                institution, infno, msgid,
            )  # fmt: skip
        return [self._opened(Exchanged(**row)) for row in rows]

    async def keep(self, exchange: Exchanged) -> bool:
        answer = exchange.answer
        if exchange.personal:
            answer = self.seals.seal(answer, _name(exchange))
        async with self.connection() as connection:
            arguments = [
                exchange.institution, exchange.infno, exchange.msgid, exchange.body_hash,
                exchange.accepted, exchange.refmsgid, answer, exchange.mdtrt_id,
                exchange.setl_id, exchange.list_id, exchange.personal,
            ]  # fmt: skip
            onward = exchange.onward
            if onward is None:
                done = await connection.fetchval(_KEEP, *arguments)
            else:
                sealed = self.seals.seal(onward.content, _of_outbox(onward))
                done = await connection.fetchval(
                    _KEEP_AND_SEND, *arguments, onward.place, onward.insured_place, sealed
                )
        return bool(done)

    async def visit(self, institution: str, setl_id: str) -> str:
        async with self.connection() as connection:
            found = await connection.fetchval(
                "SELECT mdtrt_id FROM gateway.exchange WHERE institution = $1 AND setl_id = $2 AND accepted"
                " ORDER BY received_at DESC LIMIT 1",
                institution, setl_id,
            )  # fmt: skip
        return found or ""

    async def put_file(self, file: WireFile) -> None:
        sealed = self.seals.seal(file.content, f"file/{file.file_no}")
        async with self.connection() as connection:
            await connection.execute("DELETE FROM gateway.wire_file WHERE until < now()")
            await connection.execute(
                "INSERT INTO gateway.wire_file (file_no, institution, filename, content, until)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (file_no) DO NOTHING",
                file.file_no, file.institution, file.filename, sealed, file.until,
            )  # fmt: skip

    async def file(self, institution: str, file_no: str) -> WireFile | None:
        async with self.connection() as connection:
            row = await connection.fetchrow(
                "SELECT file_no, institution, filename, content, until FROM gateway.wire_file"
                " WHERE file_no = $1 AND institution = $2 AND until >= now()",
                file_no, institution,
            )  # fmt: skip
        if row is None:
            return None
        found = WireFile(**row)
        return replace(found, content=self.seals.open(found.content, f"file/{file_no}"))

    async def onward(self, platform: str, limit: int) -> list[Onward]:
        """What a platform is still to be sent, in order; nothing an open transaction could precede."""
        async with self.connection() as connection:
            rows = await connection.fetch(
                "SELECT institution, infno, msgid, place, insured_place, content, seq FROM gateway.outbox"
                " WHERE seq > coalesce((SELECT seq FROM gateway.relay_cursor WHERE platform = $1), 0)"
                " AND written_in < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint"
                " ORDER BY seq LIMIT $2",
                platform, limit,
            )  # fmt: skip
        found = [Onward(**row) for row in rows]
        return [replace(each, content=self.seals.open(each.content, _of_outbox(each))) for each in found]

    async def sent(self, platform: str, seq: int, refused: str) -> None:
        """A platform answered this message; ``refused`` is its word when it did not take it."""
        async with self.connection() as connection, connection.transaction():
            if refused:
                await connection.execute(
                    "INSERT INTO gateway.relay_refusal (platform, seq, told) VALUES ($1, $2, $3)"
                    " ON CONFLICT DO NOTHING",
                    platform, seq, refused[:1000],
                )  # fmt: skip
            await connection.execute(
                "INSERT INTO gateway.relay_cursor AS c (platform, seq) VALUES ($1, $2)"
                " ON CONFLICT (platform) DO UPDATE SET seq = greatest(c.seq, excluded.seq), moved_at = now()",
                platform, seq,
            )  # fmt: skip

    @asynccontextmanager
    async def alone(self, platform: str) -> AsyncIterator[bool]:
        """Whether this process is the one that sends to a platform, for as long as the block lasts."""
        name = f"gateway.relay/{platform}"
        async with self.connection() as connection:
            mine = await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name)
            try:
                yield bool(mine)
            finally:
                if mine:
                    await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", name)

    async def ready(self) -> bool:
        return await self._database.ready()

    def _opened(self, exchange: Exchanged) -> Exchanged:
        if not exchange.personal:
            return exchange
        return replace(exchange, answer=self.seals.open(exchange.answer, _name(exchange)))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection; what the database refuses is told as a fault."""
        try:
            async with self._database.pool.acquire(timeout=5) as connection:
                yield connection
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            raise db.translate(error) or error from error


def _of_outbox(onward: Onward) -> str:
    """What an outgoing message is sealed for."""
    return f"outbox/{onward.institution}/{onward.infno}/{onward.msgid}"


def _name(exchange: Exchanged) -> str:
    """What a kept answer is sealed for."""
    return f"answer/{exchange.institution}/{exchange.infno}/{exchange.msgid}/{exchange.body_hash.hex()}"


class AdminStore:
    """Making and revoking keys; runs with an administrator's account, never in the serving process.

    :param connection: an administrator's connection.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def add(self, client: Client, until: datetime | None = None) -> None:
        """Stores a new key."""
        await self._connection.execute(
            "INSERT INTO gateway.api_client (key_id, secret_hash, role, institution, region, label, expert,"
            " duties, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            client.key_id, client.secret_hash, client.role, client.institution, client.region,
            client.label, client.expert, list(client.duties), until,
        )  # fmt: skip

    async def listing(self) -> list[dict[str, Any]]:
        """Every key without its hash, newest first."""
        rows = await self._connection.fetch(
            "SELECT key_id, role, institution, region, label, expert, duties, state, since, until"
            " FROM gateway.api_client ORDER BY since DESC, key_id"
        )
        return [dict(row) for row in rows]

    async def revoke(self, key_id: str) -> bool:
        """Revokes a key; ``False`` when there is no such active key."""
        done = await self._connection.fetchval(
            "UPDATE gateway.api_client SET state = 'revoked' WHERE key_id = $1 AND state = 'active'"
            " RETURNING true",
            key_id,
        )
        return bool(done)
