"""Records of lives, and the evaluations they refer to."""

from __future__ import annotations

from chspay_grouper.engine.canonical import Signed
from chspay_grouper.engine.life import Evaluation, Record
from chspay_kit.db import current_connection


async def lock(digest: str) -> None:
    """Keeps others from adding to this life until the transaction ends."""
    connection = await current_connection()
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('grouper.life/' || $1, 0))", digest
    )


async def records(digest: str) -> list[Signed]:
    """The records of an artefact, in order, as they were signed."""
    connection = await current_connection()
    rows = await connection.fetch(
        "SELECT content, signature FROM life_record WHERE artefact_digest = $1 ORDER BY number", digest
    )
    return [Signed(row[0], row[1]) for row in rows]


async def add_record(record: Record, signed: Signed, recorded_by: str) -> None:
    """Keeps one record for ever."""
    connection = await current_connection()
    await connection.execute(
        "INSERT INTO life_record (digest, artefact_digest, number, event, since, run_digest,"
        " evaluation_digest, content, signature, recorded_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        signed.digest,
        record.artefact.digest,
        record.number,
        record.event.value,
        record.since,
        record.run or None,
        record.evaluation or None,
        signed.content,
        signed.signature,
        recorded_by,
    )


async def add_evaluation(evaluation: Evaluation, signed: Signed, recorded_by: str) -> None:
    """Keeps one evaluation for ever; the same one twice is one."""
    connection = await current_connection()
    await connection.execute(
        "INSERT INTO life_evaluation (digest, artefact_digest, run_digest, content, signature, recorded_by)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest) DO NOTHING",
        signed.digest,
        evaluation.artefact,
        evaluation.run,
        signed.content,
        signed.signature,
        recorded_by,
    )


async def evaluation(digest: str) -> Signed | None:
    """An evaluation as it was signed."""
    connection = await current_connection()
    row = await connection.fetchrow(
        "SELECT content, signature FROM life_evaluation WHERE digest = $1", digest
    )
    return None if row is None else Signed(row[0], row[1])
