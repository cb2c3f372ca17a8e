"""Decisions on cases, and the marks a run was given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import asyncpg

from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.store.runs import Run

#: A case of a pool.
CaseKey = tuple[str, str]


class Decision(NamedTuple):
    """A row of ``case_decision``."""

    decision_no: str
    hospital_code: str
    case_id: str
    list_id: str
    region_code: str
    pool: str
    kind: str
    value: str
    mode: str
    citation: str
    revokes: str
    decided_by: str


class Place(NamedTuple):
    """Where a list stands: whose it is, and whether a run has taken it."""

    list_id: str
    pool: str
    region_code: str
    settle_period: int
    taken: bool


_COLUMNS = ", ".join(Decision._fields)
_MARK = "run_id, hospital_code, case_id, kind, region_code, value, mode, cite"
#: Decisions ``d`` that no later one took back.
_IN_FORCE = """d.kind <> 'revoke' AND NOT EXISTS
  (SELECT FROM settlement.case_decision r WHERE r.revokes = d.decision_no)"""


async def place_of(connection: asyncpg.Connection, list_id: str) -> Place | None:
    """Where a list stands, its pool's intake gate held open until the transaction ends.

    The gate is shared with intake: a decision is in a run's snapshot, or it sees the month closed.
    """
    pool = await connection.fetchval("SELECT pool FROM settlement.list_head WHERE list_id = $1", list_id)
    if pool is None:
        return None
    await connection.execute(
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('settlement.intake/' || $1, 0)),"
        " pg_advisory_xact_lock(hashtextextended('settlement.decision/' || $2, 0))",
        pool,
        list_id,
    )
    row = await connection.fetchrow(
        "SELECT list_id, pool, region_code, settle_period, mark = 'difference'"
        " OR settlement.open_month(pool, settle_period) <> settle_period"
        " FROM settlement.list_head WHERE list_id = $1",
        list_id,
    )
    return Place(*row)


async def insert(connection: asyncpg.Connection, new: Decision) -> bool:
    """Stores a decision; ``False`` when its number is taken."""
    places = ", ".join(f"${number}" for number in range(1, len(new) + 1))
    return bool(
        await connection.fetchval(
            f"INSERT INTO settlement.case_decision ({_COLUMNS}) VALUES ({places})"  # noqa: S608 - constants
            " ON CONFLICT (decision_no) DO NOTHING RETURNING true",
            *new,
        )
    )


async def one(connection: asyncpg.Connection, decision_no: str) -> Decision | None:
    """A decision the asker may see."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.case_decision WHERE decision_no = $1",  # noqa: S608 - constants
        decision_no,
    )
    return None if row is None else Decision(*row)


async def revoked_by(connection: asyncpg.Connection, decision_no: str) -> str | None:
    """The decision that took this one back."""
    found: str | None = await connection.fetchval(
        "SELECT decision_no FROM settlement.case_decision WHERE revokes = $1", decision_no
    )
    return found


async def standing(connection: asyncpg.Connection, hospital_code: str, case_id: str, kind: str) -> str | None:
    """The decision of this kind in force on a case."""
    found: str | None = await connection.fetchval(
        f"SELECT d.decision_no FROM settlement.case_decision d WHERE {_IN_FORCE}"  # noqa: S608 - constants
        " AND d.hospital_code = $1 AND d.case_id = $2 AND d.kind = $3",
        hospital_code,
        case_id,
        kind,
    )
    return found


async def page(
    connection: asyncpg.Connection, pool: str, hospital_code: str, case_id: str, after: str, limit: int
) -> list[Decision]:
    """Decisions the asker may see by number, after one; an empty filter lets everything through."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.case_decision"  # noqa: S608 - constants
        " WHERE ($1 = '' OR pool = $1) AND ($2 = '' OR hospital_code = $2) AND ($3 = '' OR case_id = $3)"
        " AND decision_no > $4 ORDER BY decision_no LIMIT $5",
        pool,
        hospital_code,
        case_id,
        after,
        limit,
    )
    return [Decision(*row) for row in rows]


async def in_force(connection: asyncpg.Connection, run_id: str) -> dict[CaseKey, list[Mark]]:
    """The marks that decisions in force give the cases of a run."""
    rows = await connection.fetch(
        "SELECT d.hospital_code, d.case_id, d.kind, d.value, d.mode, d.decision_no"  # noqa: S608 - constants
        " FROM settlement.case_decision d JOIN settlement.run_case c USING (hospital_code, case_id)"
        f" WHERE c.run_id = $1 AND {_IN_FORCE} ORDER BY 1, 2, 3",
        run_id,
    )
    return _by_case(rows)


async def numbers(connection: asyncpg.Connection, run_id: str) -> set[str]:
    """The numbers of all decisions there ever were on the cases of a run."""
    rows = await connection.fetch(
        "SELECT DISTINCT d.decision_no FROM settlement.case_decision d"
        " JOIN settlement.run_case c USING (hospital_code, case_id) WHERE c.run_id = $1",
        run_id,
    )
    return {row[0] for row in rows}


async def keys(connection: asyncpg.Connection, run_id: str, wanted: Sequence[CaseKey]) -> set[CaseKey]:
    """Which of these cases the run took in."""
    rows = await connection.fetch(
        "SELECT c.hospital_code, c.case_id FROM settlement.run_case c"
        " JOIN unnest($2::text[], $3::text[]) AS i(hospital_code, case_id) USING (hospital_code, case_id)"
        " WHERE c.run_id = $1",
        run_id,
        [key[0] for key in wanted],
        [key[1] for key in wanted],
    )
    return {(row[0], row[1]) for row in rows}


async def mark_run(connection: asyncpg.Connection, run: Run) -> None:
    """Gives a run's cases the marks of the decisions in force."""
    await connection.execute(
        f"INSERT INTO settlement.run_mark ({_MARK})"  # noqa: S608 - constants
        " SELECT $1, c.hospital_code, c.case_id, d.kind, c.region_code, d.value, d.mode, d.decision_no"
        " FROM settlement.case_decision d JOIN settlement.run_case c USING (hospital_code, case_id)"
        f" WHERE c.run_id = $1 AND {_IN_FORCE}",
        run.run_id,
    )


async def add_marks(
    connection: asyncpg.Connection, run_id: str, found: Iterable[tuple[CaseKey, Mark]]
) -> None:
    """Gives a run's cases marks a rule has found; what people decided of the same kind stands."""
    rows = [(*key, *mark) for key, mark in found]
    await connection.execute(
        f"INSERT INTO settlement.run_mark ({_MARK})"  # noqa: S608 - constants
        " SELECT $1, c.hospital_code, c.case_id, i.kind, c.region_code, i.value, i.mode, i.cite"
        " FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])"
        "  AS i(hospital_code, case_id, kind, value, mode, cite)"
        " JOIN settlement.run_case c ON c.run_id = $1 AND c.hospital_code = i.hospital_code"
        "  AND c.case_id = i.case_id"
        " ON CONFLICT (run_id, hospital_code, case_id, kind) DO NOTHING",
        run_id,
        *([row[place] for row in rows] for place in range(6)),
    )


async def copy_marks(connection: asyncpg.Connection, source: str, run_id: str) -> None:
    """Gives a replay the marks of the run it repeats."""
    await connection.execute(
        "INSERT INTO settlement.run_mark SELECT $2, hospital_code, case_id, kind, region_code, value, mode,"
        " cite FROM settlement.run_mark WHERE run_id = $1",
        source,
        run_id,
    )


async def marks(
    connection: asyncpg.Connection, run_id: str, hospital_code: str = "", case_id: str = ""
) -> dict[CaseKey, tuple[Mark, ...]]:
    """The marks of a run's cases; of one hospital when it is named, of one of its cases when that is too."""
    named = {column: key for column, key in (("hospital_code", hospital_code), ("case_id", case_id)) if key}
    # Written out for what is named: a plan that serves all of them would read the marks of the whole run.
    where = "".join(f" AND {column} = ${place}" for place, column in enumerate(named, start=2))
    rows = await connection.fetch(
        "SELECT hospital_code, case_id, kind, value, mode, cite FROM settlement.run_mark"  # noqa: S608
        f" WHERE run_id = $1{where} ORDER BY 1, 2, 3",
        run_id,
        *named.values(),
    )
    return {key: tuple(found) for key, found in _by_case(rows).items()}


def _by_case(rows: Sequence[asyncpg.Record]) -> dict[CaseKey, list[Mark]]:
    found: dict[CaseKey, list[Mark]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), []).append(Mark(MarkKind(row[2]), *row[3:6]))
    return found
