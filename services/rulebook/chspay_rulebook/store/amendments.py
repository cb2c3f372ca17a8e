"""Amendments, their steps, and the publications that make them law."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from chspay_core.policy_amendment import Amendment
from chspay_kit import journal
from chspay_kit.db import current_connection
from chspay_rulebook.engine.amendments import Filed, State, Step

#: Taken by whoever files, publishes or retracts, so that two amendments never meet unseen.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('rulebook.amendments', 0))"
_STANDING = """
SELECT p.place, p.number, p.amendment_id, p.content FROM publication p
WHERE NOT EXISTS (SELECT FROM retraction r WHERE r.amendment_id = p.amendment_id)
  AND ($1::text[] IS NULL OR p.place = ANY($1))
ORDER BY p.number"""
_HEADS = (
    "id, region_code AS place, title, decision, decided_by, decided, a.begins, new_from, digest, a.content,"
    " p.number"
)
_FROM = "amendment a LEFT JOIN publication p ON p.amendment_id = a.id"
_FIND = f"SELECT {_HEADS} FROM {_FROM} WHERE id = $1"  # noqa: S608 - constants only
_STEPS = (
    "SELECT amendment_id, state, done_by, done_at, note FROM amendment_step"
    " WHERE amendment_id = ANY($1) ORDER BY amendment_id, done_at"
)
_PAGE = f"""
SELECT {_HEADS} FROM {_FROM}
WHERE starts_with(region_code, $1) AND id > $2
  AND ($3 = '' OR $3 = (SELECT state FROM amendment_step s WHERE s.amendment_id = a.id
                        ORDER BY done_at DESC LIMIT 1))
ORDER BY id LIMIT $4"""  # noqa: S608 - constants only
_FILE = (
    "INSERT INTO amendment (id, region_code, title, decision, decided_by, decided, begins, new_from,"
    " content, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)
_STEP = (
    "INSERT INTO amendment_step (amendment_id, state, region_code, done_by, note) VALUES ($1, $2, $3, $4, $5)"
)
_PUBLISH = "INSERT INTO publication (amendment_id, place, content, begins) VALUES ($1, $2, $3, $4)"
_RETRACT = "INSERT INTO retraction (amendment_id) VALUES ($1)"


def stream(place: str) -> str:
    """The journal of a place's amendments."""
    return f"amendments/{place}"


async def lock() -> None:
    """Waits for others who file, publish or retract, and keeps them out until the transaction ends."""
    connection = await current_connection()
    await connection.execute(_LOCK)


async def standing(places: Sequence[str] | None = None) -> dict[str, list[tuple[str, str]]]:
    """Published amendments that were not retracted, by place, as file name and text, in order.

    :param places: only these; ``None`` means all.
    """
    connection = await current_connection()
    found: dict[str, list[tuple[str, str]]] = {}
    for place, number, name, content in await connection.fetch(_STANDING, places):
        found.setdefault(place, []).append((_file_name(number, name), content))
    return found


def file_name(filed: Filed) -> str:
    """The name under which :func:`standing` gives a published amendment."""
    return _file_name(filed.number or 0, filed.id)


def _file_name(number: int, name: str) -> str:
    return f"{number:06d}-{name}.yaml"


async def file(amendment: Amendment, digest: str) -> None:
    """A new amendment, as it was sent.

    :raises asyncpg.UniqueViolationError: the id is taken, perhaps by one the caller may not see.
    """
    connection = await current_connection()
    await connection.execute(
        _FILE,
        amendment.id,
        amendment.place,
        amendment.title,
        amendment.decision,
        amendment.decided_by,
        amendment.decided,
        amendment.begins,
        amendment.new_from,
        amendment.text,
        digest,
    )


async def step(filed_id: str, place: str, state: State, by: str, note: str, payload: bytes) -> None:
    """One step further, and a batch in the journal of the place."""
    connection = await current_connection()
    await connection.execute(_STEP, filed_id, state.value, place, by, note)
    await journal.append(connection, stream(place), payload)


async def publish(filed: Filed) -> None:
    """Makes an amendment law."""
    connection = await current_connection()
    await connection.execute(_PUBLISH, filed.id, filed.place, filed.content, filed.begins)


async def retract(filed_id: str) -> None:
    """Takes a published amendment back."""
    connection = await current_connection()
    await connection.execute(_RETRACT, filed_id)


async def find(filed_id: str) -> Filed | None:
    """An amendment with its steps; ``None`` when there is none the caller may see."""
    connection = await current_connection()
    row = await connection.fetchrow(_FIND, filed_id)
    return None if row is None else (await _with_steps(connection, [row]))[0]


async def page(prefix: str, state: str, after: str, limit: int) -> list[Filed]:
    """Amendments of the places that start with ``prefix``, by id, after one."""
    connection = await current_connection()
    rows = await connection.fetch(_PAGE, prefix, after, state, limit)
    return await _with_steps(connection, rows)


async def _with_steps(connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> list[Filed]:
    steps: dict[str, list[Step]] = {}
    for row in await connection.fetch(_STEPS, [row["id"] for row in rows]):
        steps.setdefault(row[0], []).append(Step(State(row[1]), row[2], row[3], row[4]))
    return [Filed(**dict(row), steps=tuple(steps.get(row["id"], ()))) for row in rows]


async def verify(place: str) -> journal.Chain:
    """The chain of hashes over every step taken for a place."""
    return await journal.verify(await current_connection(), stream(place))
