"""Rosters and their chunks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import asyncpg

from chspay_kit.db import current_connection

_COLUMNS = "roster_id, pool, as_of, state, rows, digest, report, started_by"
_ONE = f"SELECT {_COLUMNS} FROM roster WHERE roster_id = $1"  # noqa: S608
_PAGE = f"SELECT {_COLUMNS} FROM roster WHERE roster_id > $1 ORDER BY roster_id LIMIT $2"  # noqa: S608
_INSERT = (
    "INSERT INTO roster (roster_id, pool, as_of, state, rows, digest, report, started_by)"
    " VALUES ($1, $2, $3, 'uploading', 0, '', '{}', $4)"
)
_SET = "UPDATE roster SET state = $2, rows = $3, digest = $4, report = $5::jsonb WHERE roster_id = $1"
_PARTS = "SELECT DISTINCT part_no FROM roster_chunk WHERE roster_id = $1 ORDER BY part_no"
_CHUNKS = (
    "SELECT part_no, chunk_no, first_row, rows, digest FROM roster_chunk WHERE roster_id = $1"
    " ORDER BY part_no, chunk_no"
)
_CHECKING = "SELECT roster_id, pool FROM roster WHERE state = 'checking' ORDER BY created_at"


@dataclass(frozen=True, slots=True)
class Roster:
    """A row of ``roster``."""

    roster_id: str
    pool: str
    as_of: date
    state: str
    rows: int
    digest: str
    report: dict[str, Any]
    started_by: str


class Chunk(NamedTuple):
    """Where a chunk stands, how many rows it has, and its SM3."""

    part_no: int
    chunk_no: int
    first_row: int
    rows: int
    digest: str


async def insert(roster_id: str, pool: str, as_of: date, started_by: str) -> None:
    """A new roster without a part."""
    await (await current_connection()).execute(_INSERT, roster_id, pool, as_of, started_by)


async def one(roster_id: str, *, lock: bool = False) -> Roster | None:
    """A roster the caller may see."""
    row = await (await current_connection()).fetchrow(_ONE + (" FOR UPDATE" if lock else ""), roster_id)
    return None if row is None else _of_row(row)


async def page(after: str, limit: int) -> list[Roster]:
    """Rosters by id."""
    return [_of_row(row) for row in await (await current_connection()).fetch(_PAGE, after, limit)]


async def set_state(roster_id: str, state: str, rows: int, digest: str, report: dict[str, Any]) -> None:
    """Where the roster stands now."""
    sheet = json.dumps(report, ensure_ascii=False)
    await (await current_connection()).execute(_SET, roster_id, state, rows, digest, sheet)


async def replace_part(roster: Roster, part_no: int, chunks: Sequence[tuple[Chunk, bytes]]) -> None:
    """Puts a part in the place of the one of its number."""
    connection = await current_connection()
    await connection.execute(
        "DELETE FROM roster_chunk WHERE roster_id = $1 AND part_no = $2", roster.roster_id, part_no
    )
    await connection.executemany(
        "INSERT INTO roster_chunk (roster_id, part_no, chunk_no, pool, first_row, rows, digest, content)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (roster.roster_id, chunk.part_no, chunk.chunk_no, roster.pool, *chunk[2:], content)
            for chunk, content in chunks
        ],
    )


async def parts(roster_id: str) -> list[int]:
    """Numbers of the parts held."""
    rows = await (await current_connection()).fetch(_PARTS, roster_id)
    return [row["part_no"] for row in rows]


async def chunks(roster_id: str) -> list[Chunk]:
    """Every chunk in order, without its content."""
    return [Chunk(*row) for row in await (await current_connection()).fetch(_CHUNKS, roster_id)]


async def content(roster_id: str, chunk: Chunk) -> bytes:
    """The content of one chunk."""
    found: bytes = await (await current_connection()).fetchval(
        "SELECT content FROM roster_chunk WHERE roster_id = $1 AND part_no = $2 AND chunk_no = $3",
        roster_id,
        chunk.part_no,
        chunk.chunk_no,
    )
    return found


async def checking(connection: asyncpg.Connection) -> list[tuple[str, str]]:
    """Rosters that wait to be checked, with their pools."""
    return [(row["roster_id"], row["pool"]) for row in await connection.fetch(_CHECKING)]


def _of_row(row: Any) -> Roster:
    return Roster(**{**row, "report": json.loads(row["report"])})
