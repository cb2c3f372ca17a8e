"""What opening an amount reads: as little as the amount needs, never a whole run."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import asyncpg

from chspay_core.case import Case
from chspay_settlement.engine.lineage.blocks import Block
from chspay_settlement.engine.lineage.group import Sums
from chspay_settlement.engine.model import GroupSums
from chspay_settlement.store import lists
from chspay_settlement.store.runs import Run

_BLOCK = ", ".join(Block._fields)
_GROUP = ", ".join(GroupSums._fields)
#: Sums of squares outgrow whole numbers of eight bytes.
_WIDE = {"squares", "kept_squares"}


class ListRow(NamedTuple):
    """The list version a case of a run was taken from."""

    list_id: str
    version: int
    scheme_digest: str
    case: Case


async def listed(
    connection: asyncpg.Connection, run_id: str, hospital_code: str, case_id: str
) -> ListRow | None:
    """The list version behind a case of a run."""
    row = await connection.fetchrow(
        "SELECT c.scheme_digest AS run_scheme, v.* FROM settlement.run_case c"
        " JOIN settlement.list_version v USING (list_id, version)"
        " WHERE c.run_id = $1 AND c.hospital_code = $2 AND c.case_id = $3",
        run_id,
        hospital_code,
        case_id,
    )
    if row is None:
        return None
    return ListRow(row["list_id"], row["version"], row["run_scheme"], lists.case_of(row))


async def hospitals_seen(connection: asyncpg.Connection, run_id: str) -> int:
    """How many hospitals of a run the asker may see."""
    return int(
        await connection.fetchval("SELECT count(*) FROM settlement.run_hospital WHERE run_id = $1", run_id)
    )


async def statement_seen(connection: asyncpg.Connection, run_id: str, hospital_code: str, table: str) -> bool:
    """Whether the asker may see a hospital's statement, in the table of posted or of tried ones."""
    return bool(
        await connection.fetchval(
            f"SELECT EXISTS (SELECT FROM settlement.{table}"  # noqa: S608 - constants
            " WHERE run_id = $1 AND hospital_code = $2)",
            run_id,
            hospital_code,
        )
    )


async def levels(connection: asyncpg.Connection, run_id: str) -> dict[str, int | None]:
    """The level of every hospital of a run, as its cases carry it."""
    rows = await connection.fetch(
        "SELECT h.hospital_code, (SELECT c.level FROM settlement.run_case c WHERE c.run_id = h.run_id"
        "  AND c.hospital_code = h.hospital_code AND c.kind <> 'excluded' LIMIT 1)"
        " FROM settlement.run_hospital h WHERE h.run_id = $1",
        run_id,
    )
    return {row[0]: row[1] for row in rows}


async def put_blocks(
    connection: asyncpg.Connection, run_id: str, hospital_code: str, region_code: str, found: Sequence[Block]
) -> None:
    """Keeps the subtotals of a hospital's cases."""
    await connection.executemany(
        f"INSERT INTO settlement.run_block (run_id, hospital_code, region_code, {_BLOCK})"  # noqa: S608
        f" VALUES ($1, $2, $3, {', '.join(f'${number}' for number in range(4, 4 + len(Block._fields)))})",
        [(run_id, hospital_code, region_code, *block) for block in found],
    )


async def blocks(connection: asyncpg.Connection, run_id: str, hospital_code: str) -> list[Block]:
    """The subtotals of a hospital's cases, in order."""
    rows = await connection.fetch(
        f"SELECT {_BLOCK} FROM settlement.run_block"  # noqa: S608 - constants
        " WHERE run_id = $1 AND hospital_code = $2 ORDER BY block_no",
        run_id,
        hospital_code,
    )
    return [Block(*row) for row in rows]


async def measured(connection: asyncpg.Connection, run_id: str) -> dict[str, tuple[int, int]]:
    """Per hospital the cases the group figures were measured from, and their cost, fen."""
    rows = await connection.fetch(
        "SELECT hospital_code, sum(measured_cases)::bigint, sum(measured_fen)::bigint"
        " FROM settlement.run_block WHERE run_id = $1 GROUP BY 1",
        run_id,
    )
    return {row[0]: (row[1], row[2]) for row in rows}


async def fixed(connection: asyncpg.Connection, run_id: str) -> dict[str, int]:
    """Per hospital the points at the fixed value, millionths."""
    rows = await connection.fetch(
        "SELECT hospital_code, sum(fixed_micro)::bigint FROM settlement.run_block"
        " WHERE run_id = $1 GROUP BY 1",
        run_id,
    )
    return {row[0]: row[1] for row in rows}


async def put_groups(connection: asyncpg.Connection, run: Run, found: Sequence[GroupSums]) -> None:
    """Keeps what the costs of a run's groups came to."""
    places = ", ".join(f"${number}" for number in range(4, 4 + len(GroupSums._fields)))
    await connection.executemany(
        f"INSERT INTO settlement.run_group (run_id, pool, pool_prefix, {_GROUP})"  # noqa: S608 - constants
        f" VALUES ($1, $2, $3, {places})",
        [
            (
                run.run_id, run.pool, run.pool_prefix,
                *(Decimal(value) if name in _WIDE else value for name, value in sums._asdict().items()),
            )
            for sums in found
        ],
    )  # fmt: skip


async def group(connection: asyncpg.Connection, run_id: str, drg: str) -> GroupSums | None:
    """What the costs of a group came to; ``None`` for a run measured before this was kept."""
    row = await connection.fetchrow(
        f"SELECT {_GROUP} FROM settlement.run_group WHERE run_id = $1 AND drg = $2",  # noqa: S608
        run_id,
        drg,
    )
    if row is None:
        return None
    return GroupSums(row[0], *(int(value) for value in tuple(row)[1:]))


_OF_GROUP = (
    " FROM settlement.run_case WHERE run_id = $1 AND drg = $2 AND cost_fen > 0 AND status = ANY($3)"
    " AND NOT department = ANY($4)"
)
_ADDED = "SELECT count(*), coalesce(sum(cost_fen), 0)::bigint, coalesce(sum(cost_fen::numeric ^ 2), 0)"


class OfGroup(NamedTuple):
    """The cases a group was measured from: the grouper's answers that count, the departments that do not."""

    run_id: str
    drg: str
    statuses: Sequence[str]
    by_days: Sequence[str]


async def sums_of_group(connection: asyncpg.Connection, asked: OfGroup) -> Sums:
    """All costs a group was measured from, added up."""
    return _sums(await connection.fetchrow(_ADDED + _OF_GROUP, *asked))


async def tails_of_group(
    connection: asyncpg.Connection, asked: OfGroup, low: int, high: int
) -> tuple[Sums, Sums]:
    """The costs at or below one limit, and those at or above another, added up."""
    below = await connection.fetchrow(f"{_ADDED}{_OF_GROUP} AND cost_fen <= $5", *asked, low)
    above = await connection.fetchrow(f"{_ADDED}{_OF_GROUP} AND cost_fen >= $5", *asked, high)
    return _sums(below), _sums(above)


def _sums(row: asyncpg.Record) -> Sums:
    return Sums(row[0], row[1], int(row[2]))


async def cases_of_group(
    connection: asyncpg.Connection, asked: OfGroup, above: int, start: int, limit: int
) -> list[tuple[str, str, int]]:
    """Hospital, case and cost of some cases a group was measured from, in the order of cost.

    :param above: only those that cost more, fen; ``start`` counts from the first of them.
    """
    rows = await connection.fetch(
        f"SELECT hospital_code, case_id, cost_fen{_OF_GROUP} AND cost_fen > $5"
        " ORDER BY cost_fen, hospital_code, case_id OFFSET $6 LIMIT $7",
        *asked,
        above,
        start,
        limit,
    )
    return [(row[0], row[1], row[2]) for row in rows]
