"""A write happens once: the same request id with the same body gets the stored answer.

The row is written in the transaction of the work itself, so either both exist or neither. The gRPC
interceptor calls :func:`begin` before the work and :func:`finish` after it. Table: ``request_once`` in
the schema of the service (columns in :class:`chspay_kit.tables.RequestOnceColumns`, grants by
:func:`chspay_kit.ddl.grant_once`).
"""

from __future__ import annotations

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
