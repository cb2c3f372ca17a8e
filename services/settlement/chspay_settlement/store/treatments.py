"""What lists say of traditional medicine and surgery, as the finders look at it."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from chspay_settlement.engine.case.treatments import Treatment

_COLUMNS = (
    "v.hospital_code, v.case_id, v.admission_date, v.discharge_date, v.procedures, v.tcm_cost_fen,"
    " v.total_cost_fen"
)
_SAYS = "(v.tcm_cost_fen > 0 OR cardinality(v.procedures) > 0)"


async def of_run(connection: asyncpg.Connection, run_id: str) -> list[Treatment]:
    """The grouped cases of a run whose lists say anything of them."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.run_case c"  # noqa: S608 - constants
        " JOIN settlement.list_version v USING (list_id, version)"
        f" WHERE c.run_id = $1 AND c.status = 'grouped' AND {_SAYS}",
        run_id,
    )
    return [_treatment(row) for row in rows]


async def of_versions(connection: asyncpg.Connection, wanted: Sequence[tuple[str, int]]) -> list[Treatment]:
    """The cases of some versions of lists."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM unnest($1::text[], $2::int[]) AS i(list_id, version)"  # noqa: S608 - constants
        f" JOIN settlement.list_version v USING (list_id, version) WHERE {_SAYS}",
        [list_id for list_id, _ in wanted],
        [version for _, version in wanted],
    )
    return [_treatment(row) for row in rows]


def _treatment(row: asyncpg.Record) -> Treatment:
    return Treatment(row[0], row[1], row[2], row[3], tuple(row[4]), row[5], row[6])
