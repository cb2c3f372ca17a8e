"""Stored runs: the run itself, chunks of cases, chunks of answers, and the outcome."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

import asyncpg

from chspay_core.artefact import ArtefactKind
from chspay_kit.db import current_connection

#: Place of a chunk: part and number in the part.
Place = tuple[int, int]
BEFORE_ALL: Place = (-1, -1)
#: The kind of a run that measures weights; of the others it is that of what they run their cases through.
MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Run:
    """A row of ``group_run``."""

    run_id: str
    hospital_code: str
    region_code: str
    scheme_id: str
    scheme_digest: str | None
    cases_of: str
    state: str
    cases: int
    done: int
    failure_reason: str
    failure_message: str
    statement_digest: str
    started_by: str
    kind: str = ArtefactKind.SCHEME.value
    asked: bytes = b""
    swept_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk of cases or of answers, as an Arrow stream."""

    place: Place
    rows: int
    content: bytes


_OLD = (
    "SELECT run_id FROM group_run r WHERE swept_at IS NULL"
    " AND created_at < now() - make_interval(days => $1) AND state NOT IN ('pending', 'running')"
    " AND NOT EXISTS (SELECT 1 FROM group_run u WHERE u.cases_of = r.run_id AND u.run_id <> r.run_id"
    " AND (u.created_at >= now() - make_interval(days => $1) OR u.state IN ('pending', 'running')))"
    " ORDER BY created_at, run_id LIMIT $2 FOR UPDATE SKIP LOCKED"
)
_NAMES = [field.name for field in fields(Run)]
_COLUMNS = ", ".join(_NAMES)
_PLACES = ", ".join(f"${number}" for number in range(1, len(_NAMES) + 1))


async def insert(run: Run) -> None:
    """Stores a new run."""
    connection = await current_connection()
    await connection.execute(
        f"INSERT INTO group_run ({_COLUMNS}) VALUES ({_PLACES})",  # noqa: S608 - constants
        *(getattr(run, name) for name in _NAMES),
    )


async def one(run_id: str, *, lock: bool = False) -> Run | None:
    """A run the asker may see; ``lock`` keeps others from changing it until the transaction ends."""
    connection = await current_connection()
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM group_run WHERE run_id = $1"  # noqa: S608 - constants
        + (" FOR UPDATE" if lock else ""),
        run_id,
    )
    return None if row is None else Run(*row)


async def page(after: str, size: int) -> list[Run]:
    """Runs the asker may see, by id, after the given one."""
    connection = await current_connection()
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM group_run WHERE run_id > $1 ORDER BY run_id LIMIT $2",  # noqa: S608 - constants
        after,
        size,
    )
    return [Run(*row) for row in rows]


async def active(connection: asyncpg.Connection) -> list[str]:
    """Runs that wait or were interrupted, oldest first."""
    rows = await connection.fetch(
        "SELECT run_id FROM group_run WHERE state IN ('pending', 'running') ORDER BY created_at, run_id"
    )
    return [row[0] for row in rows]


async def set_state(run_id: str, state: str, **more: str) -> None:
    """Moves a run on; ``more`` are its failure or its outcome."""
    unknown = more.keys() - {
        *("failure_reason", "failure_message", "statement_digest", "scheme_id", "scheme_digest")
    }
    if unknown:
        raise ValueError(f"not columns to set: {sorted(unknown)}")
    sets = "".join(f", {name} = ${number}" for number, name in enumerate(more, start=3))
    connection = await current_connection()
    await connection.execute(
        f"UPDATE group_run SET state = $2{sets} WHERE run_id = $1",  # noqa: S608 - checked names
        run_id,
        state,
        *more.values(),
    )


async def begin(run_id: str, cases: int) -> None:
    """All cases are there: the run may be carried out."""
    connection = await current_connection()
    await connection.execute(
        "UPDATE group_run SET state = 'pending', cases = $2 WHERE run_id = $1", run_id, cases
    )


async def progress(run_id: str, more: int) -> None:
    """Counts ``more`` cases as done."""
    connection = await current_connection()
    await connection.execute(
        "UPDATE group_run SET state = 'running', done = done + $2 WHERE run_id = $1", run_id, more
    )


async def put_cases(run: Run, chunk: Chunk) -> None:
    """Keeps a chunk of uploaded cases."""
    await _put("group_run_cases", "cases", run, chunk)


async def put_answers(run: Run, chunk: Chunk) -> None:
    """Keeps the answers of a chunk."""
    await _put("group_run_answers", "answers", run, chunk)


async def cases_after(run_id: str, place: Place) -> Chunk | None:
    """The next chunk of cases."""
    return await _after("group_run_cases", "cases", run_id, place)


async def answers_after(run_id: str, place: Place) -> Chunk | None:
    """The next chunk of answers."""
    return await _after("group_run_answers", "answers", run_id, place)


async def last_answered(run_id: str) -> Place:
    """The last chunk that has its answers."""
    connection = await current_connection()
    row = await connection.fetchrow(
        "SELECT part_no, chunk_no FROM group_run_answers WHERE run_id = $1"
        " ORDER BY part_no DESC, chunk_no DESC LIMIT 1",
        run_id,
    )
    return BEFORE_ALL if row is None else (row[0], row[1])


async def uploaded(run_id: str) -> tuple[list[int], int]:
    """Which parts are there, in order, and how many cases they hold."""
    connection = await current_connection()
    rows = await connection.fetch(
        "SELECT part_no, sum(rows)::bigint FROM group_run_cases WHERE run_id = $1"
        " GROUP BY part_no ORDER BY part_no",
        run_id,
    )
    return [row[0] for row in rows], sum(row[1] for row in rows)


async def sweep(days: int, most: int) -> list[str]:
    """Deletes cases and answers of runs that began over ``days`` days ago; answers which runs.

    A run whose cases a younger or unfinished run still reads keeps them. One nobody finished uploading is
    cancelled. The run itself and its statement stay.
    """
    connection = await current_connection()
    rows = await connection.fetch(_OLD, days, most)
    found = [row[0] for row in rows]
    for table in ("group_run_cases", "group_run_answers"):
        await connection.execute(
            f"DELETE FROM {table} WHERE run_id = ANY($1)",  # noqa: S608 - constants
            found,
        )
    await connection.execute(
        "UPDATE group_run SET swept_at = now(),"
        " state = CASE state WHEN 'uploading' THEN 'cancelled' ELSE state END WHERE run_id = ANY($1)",
        found,
    )
    return found


async def put_statement(digest: str, artefact_digest: str, content: bytes) -> None:
    """Keeps the outcome of a run; the same outcome twice is one."""
    connection = await current_connection()
    await connection.execute(
        "INSERT INTO run_statement (digest, artefact_digest, content) VALUES ($1, $2, $3)"
        " ON CONFLICT (digest) DO NOTHING",
        digest,
        artefact_digest,
        content,
    )


async def statement(digest: str) -> bytes | None:
    """The outcome kept under a digest."""
    connection = await current_connection()
    found: bytes | None = await connection.fetchval(
        "SELECT content FROM run_statement WHERE digest = $1", digest
    )
    return found


async def _put(table: str, column: str, run: Run, chunk: Chunk) -> None:
    connection = await current_connection()
    await connection.execute(
        f"INSERT INTO {table} (run_id, part_no, chunk_no, hospital_code, region_code, rows, {column})"  # noqa: S608 - constants
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        run.run_id,
        *chunk.place,
        run.hospital_code,
        run.region_code,
        chunk.rows,
        chunk.content,
    )


async def _after(table: str, column: str, run_id: str, place: Place) -> Chunk | None:
    connection = await current_connection()
    row = await connection.fetchrow(
        f"SELECT part_no, chunk_no, rows, {column} FROM {table}"  # noqa: S608 - constants
        " WHERE run_id = $1 AND (part_no, chunk_no) > ($2, $3) ORDER BY part_no, chunk_no LIMIT 1",
        run_id,
        *place,
    )
    return None if row is None else Chunk((row[0], row[1]), row[2], row[3])
