"""Re-clearings of closed years: what was found, what it changes for every institution, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg


class Row(NamedTuple):
    """A row of ``reclearing``."""

    reclear_id: str
    clearing_id: str
    pool: str
    pool_prefix: str
    number: int
    state: str
    method: str
    cause: str
    citation: str
    findings: bytes
    returned_fen: int
    value_fen: int
    value_micro: int
    digest: str
    batch_id: str
    created_by: str
    committed_by: str


class EffectRow(NamedTuple):
    """A row of ``reclear_effect``."""

    hospital_code: str
    region_code: str
    points_micro: int
    removed_micro: int
    fund_before_fen: int
    fund_after_fen: int
    assessed_fen: int
    balance_fen: int
    content: bytes
    digest: str


_COLUMNS = ", ".join(Row._fields)
_EFFECT = ", ".join(EffectRow._fields)


async def insert(connection: asyncpg.Connection, new: Row, effects: Sequence[EffectRow]) -> None:
    """Stores a drafted re-clearing with its effects."""
    places = ", ".join(f"${number}" for number in range(1, len(new) + 1))
    await connection.execute(
        f"INSERT INTO settlement.reclearing ({_COLUMNS}) VALUES ({places})",  # noqa: S608 - constants
        *new,
    )
    places = ", ".join(f"${number}" for number in range(1, len(EffectRow._fields) + 2))
    await connection.executemany(
        f"INSERT INTO settlement.reclear_effect (reclear_id, {_EFFECT}) VALUES ({places})",  # noqa: S608
        [(new.reclear_id, *effect) for effect in effects],
    )


async def end(
    connection: asyncpg.Connection, reclear_id: str, state: str, subject: str, batch_id: str
) -> None:
    """Commits or withdraws a drafted re-clearing."""
    await connection.execute(
        "UPDATE settlement.reclearing SET state = $2, committed_by = $3, batch_id = $4 WHERE reclear_id = $1",
        reclear_id,
        state,
        subject,
        batch_id,
    )


async def one(connection: asyncpg.Connection, reclear_id: str) -> Row | None:
    """A re-clearing the asker may see."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.reclearing WHERE reclear_id = $1",  # noqa: S608 - constants
        reclear_id,
    )
    return None if row is None else Row(*row)


async def of_clearing(connection: asyncpg.Connection, clearing_id: str) -> list[Row]:
    """The re-clearings of a clearing that the asker may see, in order."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.reclearing WHERE clearing_id = $1 ORDER BY number",  # noqa: S608
        clearing_id,
    )
    return [Row(*row) for row in rows]


async def effects(connection: asyncpg.Connection, reclear_id: str) -> list[EffectRow]:
    """What a re-clearing changes for the institutions the asker may see, by code."""
    rows = await connection.fetch(
        f"SELECT {_EFFECT} FROM settlement.reclear_effect"  # noqa: S608 - constants
        " WHERE reclear_id = $1 ORDER BY hospital_code",
        reclear_id,
    )
    return [EffectRow(*row) for row in rows]


async def points_of(
    connection: asyncpg.Connection, clearing_id: str, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """The points of cases of a clearing, millionths, by hospital and case."""
    rows = await connection.fetch(
        "SELECT c.hospital_code, c.case_id, c.points_micro FROM settlement.run_case c"
        " JOIN unnest($2::text[], $3::text[]) AS i(hospital_code, case_id) USING (hospital_code, case_id)"
        " WHERE c.run_id = $1",
        clearing_id,
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return {(row[0], row[1]): row[2] for row in rows}
