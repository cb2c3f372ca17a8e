"""Quality checks in SQL: lists that wait, results, and their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime

import asyncpg
import orjson

from chspay_settlement.engine.quality.scores import Sums


@dataclass(frozen=True, slots=True)
class Taken:
    """A list version whose turn it is, with its sealed message."""

    list_id: str
    version: int
    hospital_code: str
    region_code: str
    discharge_date: date
    status: str
    drg: str
    received_at: datetime
    source: bytes | None
    case_id: str


@dataclass(frozen=True, slots=True)
class NewResult:
    """What a check found, ready to be stored."""

    list_id: str
    version: int
    rule_set: str
    hospital_code: str
    region_code: str
    discharge_date: date
    errors: int
    warnings: int
    undecided: int
    filled: int
    wanted: int
    decided: int
    wrong: int
    timely: int | None
    codes: str
    findings: str


@dataclass(frozen=True, slots=True)
class Result:
    """A stored result of the newest version of a list."""

    list_id: str
    version: int
    case_id: str
    hospital_code: str
    discharge_date: date
    rule_set: str
    errors: int
    warnings: int
    undecided: int
    #: Rule and violating rows.
    findings: list[tuple[str, list[int]]]
    checked_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which results are meant."""

    #: Empty: every hospital the asker may see.
    hospital_code: str
    first: date
    last: date
    with_errors: bool = False
    #: Only lists that have warnings and no error.
    warnings_only: bool = False


_WANTED = (
    "($1 = '' OR r.hospital_code = $1) AND r.discharge_date BETWEEN $2 AND $3"
    " AND (NOT $4 OR r.errors > 0) AND (NOT $5 OR (r.errors = 0 AND r.warnings > 0))"
)
_TYPES = (
    "text", "int", "text", "text", "text", "date", *["int"] * 7, "smallint", "text", "text",
)  # fmt: skip
_NAMES = tuple(NewResult.__dataclass_fields__)
_PUT = (
    f"INSERT INTO settlement.quality_result ({', '.join(_NAMES)})"  # noqa: S608 - constants only
    f" SELECT {', '.join(f'{name}::jsonb' if name in {'codes', 'findings'} else name for name in _NAMES)}"
    f" FROM unnest({', '.join(f'${n}::{kind}[]' for n, kind in enumerate(_TYPES, start=1))})"
    f" AS i({', '.join(_NAMES)}) ON CONFLICT DO NOTHING"
)


async def waits(connection: asyncpg.Connection) -> bool:
    """Whether any list waits for its check."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM settlement.quality_waiting)"))


async def take(connection: asyncpg.Connection, limit: int) -> list[Taken]:
    """The next lists, taken off the waiting ones; put back when the transaction does not commit."""
    rows = await connection.fetch(
        "WITH next AS (SELECT list_id, version FROM settlement.quality_waiting"
        "              ORDER BY list_id, version LIMIT $1),"
        " taken AS (DELETE FROM settlement.quality_waiting w USING next"
        "           WHERE (w.list_id, w.version) = (next.list_id, next.version)"
        "           RETURNING w.list_id, w.version)"
        " SELECT v.list_id, v.version, v.hospital_code, v.region_code, v.discharge_date, v.status, v.drg,"
        "        v.received_at, s.source, v.case_id"
        " FROM taken JOIN settlement.list_version v USING (list_id, version)"
        " LEFT JOIN settlement.list_sealed s USING (list_id, version) ORDER BY v.list_id, v.version",
        limit,
    )
    return [Taken(*row) for row in rows]


async def put(connection: asyncpg.Connection, results: Sequence[NewResult]) -> None:
    """Stores results; one that is there already stays as it is."""
    if results:
        columns = zip(*(astuple(result) for result in results), strict=True)
        await connection.execute(_PUT, *(list(column) for column in columns))


async def page(
    connection: asyncpg.Connection, wanted: Wanted, after: tuple[date, str], offset: int, limit: int
) -> list[Result]:
    """Results of newest versions by day of discharge, after a position, leaving out the first ``offset``."""
    return await _results(
        connection,
        f"{_WANTED} AND (r.discharge_date, r.list_id) > ($6, $7)",
        limit,
        *astuple(wanted), *after,
        offset=offset,
    )  # fmt: skip


async def count(connection: asyncpg.Connection, wanted: Wanted) -> int:
    """How many results :func:`page` has on all pages together."""
    found: int = await connection.fetchval(
        "SELECT count(*) FROM settlement.quality_result r"  # noqa: S608 - constants only
        f" JOIN settlement.list_head h USING (list_id, version) WHERE {_WANTED}",
        *astuple(wanted),
    )
    return found


async def one(connection: asyncpg.Connection, list_id: str, hospital_code: str, case_id: str) -> list[Result]:
    """Results of one list's newest version, by its number or by hospital and case."""
    if list_id:
        return await _results(connection, "r.list_id = $1", 10, list_id)
    return await _results(connection, "r.hospital_code = $1 AND v.case_id = $2", 10, hospital_code, case_id)


async def _results(
    connection: asyncpg.Connection, where: str, limit: int, *values: object, offset: int = 0
) -> list[Result]:
    rows = await connection.fetch(
        "SELECT r.list_id, r.version, v.case_id, r.hospital_code, r.discharge_date, r.rule_set, r.errors,"  # noqa: S608
        " r.warnings, r.undecided, r.findings, r.checked_at, v.status FROM settlement.quality_result r"
        " JOIN settlement.list_head h USING (list_id, version)"
        " JOIN settlement.list_version v USING (list_id, version)"
        f" WHERE {where} ORDER BY r.discharge_date, r.list_id, r.checked_at DESC"
        f" LIMIT {limit} OFFSET {offset}",
        *values,
    )
    return [
        Result(
            list_id=row[0],
            version=row[1],
            case_id=row[2],
            hospital_code=row[3],
            discharge_date=row[4],
            rule_set=row[5],
            errors=row[6],
            warnings=row[7],
            undecided=row[8],
            findings=[(rule, places) for rule, places in orjson.loads(row[9])],
            checked_at=row[10],
            status=row[11],
        )
        for row in rows
    ]


async def sums(
    connection: asyncpg.Connection, rule_set: str, hospital_code: str, first: date, last: date
) -> dict[str, Sums]:
    """Counts per hospital over newest versions checked under a rule set."""
    chosen = (
        "FROM settlement.quality_result r JOIN settlement.list_head h USING (list_id, version)"
        " WHERE r.rule_set = $1 AND ($2 = '' OR r.hospital_code = $2)"
        " AND r.discharge_date BETWEEN $3 AND $4"
    )
    counted = await connection.fetch(
        "SELECT r.hospital_code, count(*), count(*) FILTER (WHERE errors = 0), sum(filled), sum(wanted),"
        f" sum(decided), sum(wrong), coalesce(sum(timely), 0), count(timely) {chosen} GROUP BY 1 ORDER BY 1",
        rule_set, hospital_code, first, last,
    )  # fmt: skip
    coded = await connection.fetch(
        "SELECT c.hospital_code, e.key, sum((e.value->>0)::int)::bigint, sum((e.value->>1)::int)::bigint"  # noqa: S608
        f" FROM (SELECT r.hospital_code, r.codes {chosen}) c, jsonb_each(c.codes) e"
        " GROUP BY 1, 2 ORDER BY 1, 2",
        rule_set,
        hospital_code,
        first,
        last,
    )
    codes: dict[str, list[tuple[str, int, int]]] = {}
    for row in coded:
        codes.setdefault(row[0], []).append((row[1], row[2], row[3]))
    return {
        row[0]: Sums(
            lists=row[1], passed=row[2], filled=row[3], wanted=row[4], decided=row[5], wrong=row[6],
            timely=row[7], dated=row[8], codes=tuple(codes.get(row[0], ())),
        )
        for row in counted
    }  # fmt: skip
