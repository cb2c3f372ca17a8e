"""Records of stays: leave, transfers, own lists, outcomes; and their withdrawals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import date
from typing import Any

from chspay_kit.db import current_connection
from chspay_perdiem.engine.record import Record

_NAMES = [field.name for field in fields(Record) if field.name != "withdrawn"]
_COLUMNS = ", ".join(f"r.{name}" for name in _NAMES) + ", coalesce(w.reason, '') AS withdrawn"
_FROM = f"SELECT {_COLUMNS} FROM stay_record r LEFT JOIN record_withdrawal w USING (hospital_code, record_no)"  # noqa: S608 - constants


async def put(new: Sequence[Record], by: str) -> None:
    """Stores records whose numbers are free."""
    marks = ", ".join(f"${number}" for number in range(1, len(_NAMES) + 2))
    await (await current_connection()).executemany(
        f"INSERT INTO stay_record ({', '.join(_NAMES)}, put_by) VALUES ({marks})",  # noqa: S608 - constants
        [(*astuple(record)[: len(_NAMES)], by) for record in new],
    )


async def taken(numbers: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """The first of these (institution, number) that is stored already."""
    row = await (await current_connection()).fetchrow(
        "SELECT hospital_code, record_no FROM stay_record"
        " WHERE (hospital_code, record_no) IN (SELECT * FROM unnest($1::text[], $2::text[]))"
        " ORDER BY 1, 2 LIMIT 1",
        [hospital for hospital, _ in numbers],
        [number for _, number in numbers],
    )
    return None if row is None else (row["hospital_code"], row["record_no"])


async def one(hospital_code: str, record_no: str) -> Record | None:
    """A record the caller may see."""
    row = await (await current_connection()).fetchrow(
        _FROM + " WHERE r.hospital_code = $1 AND r.record_no = $2", hospital_code, record_no
    )
    return None if row is None else Record(**row)


async def withdraw(record: Record, reason: str, by: str) -> bool:
    """Withdraws a record; ``False`` when it was withdrawn before."""
    done: str = await (await current_connection()).execute(
        "INSERT INTO record_withdrawal (hospital_code, record_no, pool, reason, withdrawn_by)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        record.hospital_code, record.record_no, record.pool, reason, by,
    )  # fmt: skip
    return done.endswith(" 1")


async def page(hospital_code: str, case_id: str, after: str, limit: int) -> list[Record]:
    """Records of an institution by number; an empty case means every stay."""
    rows = await (await current_connection()).fetch(
        _FROM + " WHERE r.hospital_code = $1 AND ($2 = '' OR r.case_id = $2) AND r.record_no > $3"
        " ORDER BY r.record_no LIMIT $4",
        hospital_code,
        case_id,
        after,
        limit,
    )
    return [Record(**row) for row in rows]


async def of_stays(stays: Sequence[tuple[str, str]]) -> list[Record]:
    """What stands of these (institution, list), as sender or as receiver."""
    text = (
        "WITH asked AS (SELECT * FROM unnest($1::text[], $2::text[]) AS t(h, c)) "  # noqa: S608 - constants
        + _FROM
        + " WHERE w.reason IS NULL AND ((r.hospital_code, r.case_id) IN (SELECT h, c FROM asked)"
        " OR (r.kind = 'transfer' AND (r.other_hospital_code, r.other_case_id) IN (SELECT h, c FROM asked)))"
        " ORDER BY r.hospital_code, r.record_no"
    )
    return await _all(text, [hospital for hospital, _ in stays], [case for _, case in stays])


async def own_lists(pool: str, since: date, until: date) -> list[tuple[str, str]]:
    """Lists ``(institution, number)`` inside of stays of the pool, with a day in ``[since, until)``."""
    rows = await (await current_connection()).fetch(
        "SELECT DISTINCT r.hospital_code, r.other_case_id FROM stay_record r LEFT JOIN record_withdrawal w"
        " USING (hospital_code, record_no) WHERE w.reason IS NULL AND r.pool = $1"
        " AND r.kind IN ('acute', 'interim') AND r.since < $3 AND r.until >= $2 ORDER BY 1, 2",
        pool,
        since,
        until,
    )
    return [(row["hospital_code"], row["other_case_id"]) for row in rows]


async def outcomes(hospital_code: str, cases: Sequence[str]) -> list[Record]:
    """Outcomes that stand of these lists."""
    text = _FROM + (
        " WHERE w.reason IS NULL AND r.kind = 'outcome' AND r.hospital_code = $1 AND r.case_id = ANY($2)"
        " ORDER BY r.record_no"
    )
    return await _all(text, hospital_code, list(cases))


async def _all(text: str, *given: Any) -> list[Record]:
    return [Record(**row) for row in await (await current_connection()).fetch(text, *given)]
