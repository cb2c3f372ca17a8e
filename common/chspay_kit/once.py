"""A write happens once: the same request id with the same body gets the stored answer.

The row is written in the transaction of the work itself, so either both exist or neither. The gRPC
interceptor calls :func:`begin` before the work and :func:`finish` after it; a servicer that does several
requests in one transaction calls :func:`answered` and :func:`keep` itself. Table: ``request_once`` in
the schema of the service (columns in :class:`chspay_kit.tables.RequestOnceColumns`, grants by
:func:`chspay_kit.ddl.grant_once`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from chspay_core.errors import Fault, Kind, Reason

REQUEST_ID_REUSED = Reason(
    "REQUEST_ID_REUSED",
    Kind.CONFLICT,
    "请求号 {value} 已用于另一个内容不同的请求；新请求请换一个新的请求号，重发请保持内容不变",
)
REQUEST_UNFINISHED = Reason(
    "REQUEST_UNFINISHED", Kind.INTERNAL, "请求号 {value} 有登记而没有结果，请联系管理员核查"
)

_CLAIM_ID = (
    "INSERT INTO request_once (subject, request_id, method, body_hash) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (subject, request_id) DO NOTHING RETURNING true"
)
_FIND = "SELECT method, body_hash, answer FROM request_once WHERE subject = $1 AND request_id = $2"
_FINISH = "UPDATE request_once SET answer = $3 WHERE subject = $1 AND request_id = $2 AND answer IS NULL"

_FIND_MANY = (
    "SELECT request_id, method, body_hash, answer FROM request_once"
    " WHERE subject = $1 AND request_id = ANY($2)"
)
# In one order for everybody, so that two who keep the same ids wait for each other in a line.
_KEEP_MANY = (
    "INSERT INTO request_once (subject, request_id, method, body_hash, answer)"
    " SELECT $1, r, $2, h, a FROM unnest($3::text[], $4::bytea[], $5::bytea[]) AS k(r, h, a) ORDER BY r"
    " ON CONFLICT (subject, request_id) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that has its answer."""

    request_id: str
    body_hash: bytes
    answer: bytes


async def answered(
    conn: asyncpg.Connection, subject: str, method: str, asked: Mapping[str, bytes]
) -> dict[str, bytes | Fault]:
    """The answers that some of these requests have already; a fault where the body is another one.

    For whoever does several requests in one transaction and ends with :func:`keep`.

    :param asked: body hash by request id.
    """
    found: dict[str, bytes | Fault] = {}
    for request_id, of, body_hash, answer in await conn.fetch(_FIND_MANY, subject, list(asked)):
        same = of == method and body_hash == asked[request_id]
        reason = REQUEST_UNFINISHED if same else REQUEST_ID_REUSED
        kept = same and answer is not None
        found[request_id] = answer if kept else Fault(reason, field="request_id", value=request_id)
    return found


async def keep(conn: asyncpg.Connection, subject: str, method: str, done: Sequence[Answered]) -> bool:
    """Keep the answers of requests done in this transaction; ``False`` when one is kept already.

    Waits for others who are about to keep the same ids. After ``False`` the transaction must be rolled
    back: somebody else did one of these requests meanwhile, and :func:`answered` now has the answer.
    """
    columns = (
        [one.request_id for one in done],
        [one.body_hash for one in done],
        [one.answer for one in done],
    )
    status = await conn.execute(_KEEP_MANY, subject, method, *columns)
    return int(status.rpartition(" ")[2]) == len(done)


async def begin(
    conn: asyncpg.Connection, subject: str, request_id: str, method: str, body_hash: bytes
) -> bytes | None:
    """Take the request id, or return the answer it already has.

    A second request with the same id, arriving while the first still works, waits for it to end: if
    the first commits, its answer is returned; if it rolls back, the second goes ahead.

    :param subject: who asks; ids of different subjects never meet.
    :param method: full name of the RPC; the same id on another method counts as another body.
    :param body_hash: SM3 of the request as received.
    :returns: the stored answer, or ``None``: do the work, then call :func:`finish`.
    :raises Fault: REQUEST_ID_REUSED.
    """
    if await conn.fetchval(_CLAIM_ID, subject, request_id, method, body_hash):
        return None
    row = await conn.fetchrow(_FIND, subject, request_id)
    if row["method"] != method or row["body_hash"] != body_hash:
        raise Fault(REQUEST_ID_REUSED, field="request_id", value=request_id)
    if row["answer"] is None:
        raise Fault(REQUEST_UNFINISHED, field="request_id", value=request_id)
    answer: bytes = row["answer"]
    return answer


async def finish(conn: asyncpg.Connection, subject: str, request_id: str, answer: bytes) -> None:
    """Keep the answer of the work that :func:`begin` let through, in the same transaction."""
    await conn.execute(_FINISH, subject, request_id, answer)
