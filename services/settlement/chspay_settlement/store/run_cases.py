"""The cases and hospitals of a run: taken in once, then filled in chunk by chunk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import asyncpg

from chspay_core.case import Case
from chspay_kit.convert import Answer
from chspay_settlement.engine.case.marks import Mark
from chspay_settlement.engine.model import ROUTED, CaseKind, CasePoints, HospitalAmount, PricedInput
from chspay_settlement.store import decisions, lists
from chspay_settlement.store.runs import Run

#: Position in a run: the key of the last row seen.
Key = tuple[str, str]
START: Key = ("", "")

_INPUT = "case_id, hospital_code, level, drg, status, department, los_days, cost_fen, patient_fen"
_RESULT = f"{_INPUT}, kind, points_micro, excluded, fund_fen"


class Priced(NamedTuple):
    """A case of a run with what the run gave it so far; ``points`` is ``None`` before pricing."""

    inp: PricedInput
    points: CasePoints | None
    fund_fen: int | None


@dataclass(frozen=True, slots=True)
class RunHospital:
    """A hospital's totals in a run, its name, and whether its cases carry their money."""

    amount: HospitalAmount
    region_code: str
    name: str
    allocated: bool


# The length of stay is the rule of Case.stay_days: as given, else the difference of the dates, at
# least 1. The level is that of the day of discharge.
_SNAPSHOT = """
INSERT INTO settlement.run_case (run_id, hospital_code, case_id, list_id, version, region_code, level,
  drg, status, scheme_digest, department, los_days, cost_fen, patient_fen)
SELECT $1, v.hospital_code, v.case_id, v.list_id, v.version, v.region_code, p.level,
  v.drg, v.status, v.scheme_digest, v.department,
  coalesce(v.los_days, greatest(v.discharge_date - v.admission_date, 1)), v.total_cost_fen,
  v.patient_paid_fen
FROM settlement.list_head h
JOIN settlement.list_version v USING (list_id, version)
LEFT JOIN settlement.hospital p ON p.hospital_code = v.hospital_code AND p.since <= v.discharge_date
  AND (p.until IS NULL OR p.until >= v.discharge_date)
WHERE h.pool = $2 AND h.settle_period = $3 AND h.mark <> 'difference'
  AND NOT EXISTS (SELECT FROM settlement.run_held x WHERE x.run_id = $1 AND x.list_id = h.list_id)
"""

# The same versions again, as they came in; level and place as the run saw them.
_AGAIN = """
INSERT INTO settlement.run_case (run_id, hospital_code, case_id, list_id, version, region_code, level,
  drg, status, scheme_digest, department, los_days, cost_fen, patient_fen)
SELECT $1, c.hospital_code, c.case_id, c.list_id, c.version, c.region_code, c.level,
  v.drg, v.status, v.scheme_digest, c.department, c.los_days, c.cost_fen, c.patient_fen
FROM settlement.run_case c JOIN settlement.list_version v USING (list_id, version) WHERE c.run_id = $2
"""


async def snapshot(connection: asyncpg.Connection, run: Run) -> int:
    """Takes in every list that waits for the run's month and is not held; answers how many."""
    done: str = await connection.execute(_SNAPSHOT, run.run_id, run.pool, run.period)
    return int(done.rsplit(" ", 1)[1])


async def copy(connection: asyncpg.Connection, run: Run) -> int:
    """Takes in what the run that is replayed took in; answers how many."""
    done: str = await connection.execute(_AGAIN, run.run_id, run.replays)
    return int(done.rsplit(" ", 1)[1])


async def count_foreign(connection: asyncpg.Connection, run_id: str, scheme_digest: str) -> int:
    """Cases grouped under another scheme than the run's."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.run_case WHERE run_id = $1 AND scheme_digest <> $2"
            " AND NOT (status = ANY($3))",
            run_id,
            scheme_digest,
            ROUTED,
        )
    )


async def foreign(connection: asyncpg.Connection, run_id: str, scheme_digest: str, limit: int) -> list[Case]:
    """The next cases that have to be grouped again, with everything the grouper needs."""
    rows = await connection.fetch(
        "SELECT v.* FROM settlement.run_case c JOIN settlement.list_version v USING (list_id, version)"
        " WHERE c.run_id = $1 AND c.scheme_digest <> $2 ORDER BY c.hospital_code, c.case_id LIMIT $3",
        run_id,
        scheme_digest,
        limit,
    )
    return [lists.case_of(row) for row in rows]


async def _plan_for_what_is_there(connection: asyncpg.Connection) -> None:
    """Has the statements of this transaction planned for their own values.

    The statistics of a table that was filled a moment ago, or emptied by a rollback, may say that it holds
    nothing. A plan for any values then compares every case with every row of the chunk, for hours.
    """
    await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")


async def put_groups(
    connection: asyncpg.Connection,
    run_id: str,
    scheme_digest: str,
    cases: Sequence[Case],
    answers: Sequence[Answer],
) -> None:
    """Gives cases of the run another group; the list itself keeps the answer it was taken in with."""
    await _plan_for_what_is_there(connection)
    await connection.execute(
        "UPDATE settlement.run_case c SET drg = i.drg, status = i.status, scheme_digest = $6"
        " FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])"
        " AS i(hospital_code, case_id, drg, status)"
        " WHERE c.run_id = $1 AND c.hospital_code = i.hospital_code AND c.case_id = i.case_id",
        run_id,
        [case.hospital_code for case in cases],
        [case.case_id for case in cases],
        [answer.drg for answer in answers],
        [answer.status.value for answer in answers],
        scheme_digest,
    )


async def inputs(connection: asyncpg.Connection, run_id: str) -> list[PricedInput]:
    """Every case of a run as the engine takes it in."""
    rows = await connection.fetch(
        f"SELECT {_INPUT} FROM settlement.run_case WHERE run_id = $1",  # noqa: S608 - constants
        run_id,
    )
    found = await decisions.marks(connection, run_id)
    return [_input(row, found) for row in rows]


async def _by_key(connection: asyncpg.Connection, query: str, *given: object) -> list[asyncpg.Record]:
    """Rows in the order of the key, read by the key.

    The statistics of a table that was filled a moment ago may say that it holds next to nothing. Then every
    step would read the whole run and sort it, to throw nearly all of it away.
    """
    await connection.execute("SET LOCAL enable_sort = off")
    rows: list[asyncpg.Record] = await connection.fetch(query, *given)
    await connection.execute("SET LOCAL enable_sort = on")
    return rows


async def unpriced(connection: asyncpg.Connection, run_id: str, after: Key, limit: int) -> list[PricedInput]:
    """The next cases without points, in key order after a position."""
    rows = await _by_key(
        connection,
        f"SELECT {_INPUT} FROM settlement.run_case"  # noqa: S608 - constants
        " WHERE run_id = $1 AND (hospital_code, case_id) > ($2, $3) AND kind = ''"
        " ORDER BY hospital_code, case_id LIMIT $4",
        run_id,
        *after,
        limit,
    )
    found = await decisions.marks(connection, run_id)
    return [_input(row, found) for row in rows]


async def put_points(
    connection: asyncpg.Connection,
    run_id: str,
    inputs: Sequence[PricedInput],
    points: Sequence[CasePoints],
) -> None:
    """Gives cases their points; an excluded case gets its money, none, at once."""
    await _plan_for_what_is_there(connection)
    await connection.execute(
        "UPDATE settlement.run_case c SET kind = i.kind, points_micro = i.points, excluded = i.excluded,"
        " fund_fen = CASE WHEN i.kind = 'excluded' THEN 0 END"
        " FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])"
        " AS i(hospital_code, case_id, kind, points, excluded)"
        " WHERE c.run_id = $1 AND c.hospital_code = i.hospital_code AND c.case_id = i.case_id"
        " AND (c.hospital_code, c.case_id) >= ($7, $8) AND (c.hospital_code, c.case_id) <= ($9, $10)",
        run_id,
        [inp.hospital_code for inp in inputs],
        [inp.case_id for inp in inputs],
        [found.kind.value for found in points],
        [found.points_micro for found in points],
        [found.reason for found in points],
        *min((inp.hospital_code, inp.case_id) for inp in inputs),
        *max((inp.hospital_code, inp.case_id) for inp in inputs),
    )


async def priced(connection: asyncpg.Connection, run_id: str) -> list[Priced]:
    """Every case of a run, by hospital and case."""
    rows = await connection.fetch(
        f"SELECT {_RESULT} FROM settlement.run_case"  # noqa: S608 - constants
        " WHERE run_id = $1 ORDER BY hospital_code, case_id",
        run_id,
    )
    found = await decisions.marks(connection, run_id)
    return [_priced(row, found) for row in rows]


async def priced_of(
    connection: asyncpg.Connection, run_id: str, hospital_code: str, after: str = "", limit: int = 0
) -> list[Priced]:
    """Cases of one hospital in a run, after a case; ``limit`` 0 means all."""
    rows = await _by_key(
        connection,
        f"SELECT {_RESULT} FROM settlement.run_case"  # noqa: S608 - constants
        " WHERE run_id = $1 AND hospital_code = $2 AND case_id > $3 ORDER BY case_id LIMIT nullif($4, 0)",
        run_id,
        hospital_code,
        after,
        limit,
    )
    found = await decisions.marks(connection, run_id, hospital_code)
    return [_priced(row, found) for row in rows]


async def one(connection: asyncpg.Connection, run_id: str, hospital_code: str, case_id: str) -> Priced | None:
    """One case of a run."""
    row = await connection.fetchrow(
        f"SELECT {_RESULT} FROM settlement.run_case"  # noqa: S608 - constants
        " WHERE run_id = $1 AND hospital_code = $2 AND case_id = $3",
        run_id,
        hospital_code,
        case_id,
    )
    if row is None:
        return None
    return _priced(row, await decisions.marks(connection, run_id, hospital_code, case_id))


def _input(row: asyncpg.Record, marks: Mapping[decisions.CaseKey, tuple[Mark, ...]]) -> PricedInput:
    return PricedInput(*row[:9])._replace(marks=marks.get((row[1], row[0]), ()))


def _priced(row: asyncpg.Record, marks: Mapping[decisions.CaseKey, tuple[Mark, ...]]) -> Priced:
    inp = _input(row, marks)
    points = CasePoints(CaseKind(row[9]), row[10], row[11]) if row[9] else None
    return Priced(inp, points, row[12])


async def put_hospitals(
    connection: asyncpg.Connection, run: Run, last_day: date, amounts: Iterable[HospitalAmount]
) -> None:
    """Keeps the split to hospitals, with name and place as they stand on the month's last day."""
    columns = list(zip(*amounts, strict=True))
    await connection.execute(
        "INSERT INTO settlement.run_hospital (run_id, hospital_code, region_code, name, cases, points_micro,"
        " cost_fen, patient_fen, fund_fen, allocated)"
        " SELECT $1, i.code, p.region_code, p.name, i.cases, i.points, i.cost, i.patient, i.fund, false"
        " FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])"
        " AS i(code, cases, points, cost, patient, fund)"
        " JOIN LATERAL (SELECT h.region_code, h.name FROM settlement.hospital h"
        "  WHERE h.hospital_code = i.code ORDER BY (h.since <= $2) DESC, h.since DESC LIMIT 1) p ON true",
        run.run_id,
        last_day,
        *columns[:6],
    )


async def hospitals(connection: asyncpg.Connection, run_id: str) -> list[RunHospital]:
    """The hospitals of a run by code."""
    rows = await connection.fetch(
        "SELECT hospital_code, cases, points_micro, cost_fen, patient_fen, fund_fen,"
        " fund_fen + patient_fen, region_code, name, allocated FROM settlement.run_hospital"
        " WHERE run_id = $1 ORDER BY hospital_code",
        run_id,
    )
    return [RunHospital(HospitalAmount(*row[:7]), *row[7:]) for row in rows]


async def put_funds(
    connection: asyncpg.Connection,
    run_id: str,
    rows: Sequence[tuple[str, str, int]],
    hospital_codes: Sequence[str],
) -> None:
    """Gives cases ``(hospital_code, case_id, fund_fen)`` their money; their hospitals are then done."""
    await _plan_for_what_is_there(connection)
    await connection.execute(
        "UPDATE settlement.run_case c SET fund_fen = i.fund"
        " FROM unnest($2::text[], $3::text[], $4::bigint[]) AS i(hospital_code, case_id, fund)"
        " WHERE c.run_id = $1 AND c.hospital_code = i.hospital_code AND c.case_id = i.case_id"
        " AND c.hospital_code = ANY($5)",
        run_id,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        hospital_codes,
    )
    await connection.execute(
        "UPDATE settlement.run_hospital SET allocated = true WHERE run_id = $1 AND hospital_code = ANY($2)",
        run_id,
        hospital_codes,
    )


async def sums(connection: asyncpg.Connection, run_id: str) -> tuple[int, int]:
    """Fund over all cases of a run, fen, and cases that still have none."""
    row = await connection.fetchrow(
        "SELECT coalesce(sum(fund_fen), 0)::bigint, count(*) FILTER (WHERE fund_fen IS NULL)"
        " FROM settlement.run_case WHERE run_id = $1",
        run_id,
    )
    return row[0], row[1]


async def funds(
    connection: asyncpg.Connection, run_id: str, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """What some cases of a run got of the fund, fen, by hospital and case."""
    rows = await connection.fetch(
        "SELECT hospital_code, case_id, coalesce(fund_fen, 0) FROM settlement.run_case"
        " JOIN unnest($2::text[], $3::text[]) AS k(hospital_code, case_id) USING (hospital_code, case_id)"
        " WHERE run_id = $1",
        run_id,
        [code for code, _ in keys],
        [case_id for _, case_id in keys],
    )
    return {(row[0], row[1]): row[2] for row in rows}
