"""Settlement lists: one statement stores one list or five thousand, with their history.

``list_head`` says which version counts and which month takes it; ``list_version`` keeps every version.
The two are written by one statement, so neither can be ahead of the other. The row lock of the head
puts two senders of the same list in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from chspay_core.case import Case, Status
from chspay_kit.convert import Answer

#: Lists for which a plan is used that was made for a few; making one costs more than storing ten.
_FEW = 100
_BETWEEN_CODES = "\x1f"

#: Column of ``list_version`` -> SQL type; a ``text[]`` column travels joined by the unit separator.
_COLUMNS = {
    "list_id": "text",
    "case_id": "text",
    "hospital_code": "text",
    "region_code": "text",
    "person_key": "text",
    "admission_date": "date",
    "discharge_date": "date",
    "sex": "smallint",
    "age_years": "int",
    "age_days": "int",
    "newborn_weight_g": "int",
    "department": "text",
    "los_days": "int",
    "leaving_type": "text",
    "icu_hours": "int",
    "diagnoses": "text[]",
    "procedures": "text[]",
    "total_cost_fen": "bigint",
    "patient_paid_fen": "bigint",
    "insured_region": "text",
    "insurance_type": "text",
    "fund_paid_fen": "bigint",
    "fee_drug_fen": "bigint",
    "fee_consumable_fen": "bigint",
    "fee_test_fen": "bigint",
    "fee_service_fen": "bigint",
    "tcm_diagnoses": "text[]",
    "tcm_cost_fen": "bigint",
    "referral_id": "text",
    "status": "text",
    "mdc": "text",
    "adrg": "text",
    "drg": "text",
    "reason": "text",
    "scheme_digest": "text",
    "channel": "text",
    "received_from": "text",
}
#: What only the head or the sealed part needs.
_BESIDE = {"pool": "text", "period": "int", "body_hash": "bytea", "identity": "bytea", "source": "bytea"}

#: Everything a list is stored with, as it goes to the database.
_WIRE = {name: "text" if kind == "text[]" else kind for name, kind in {**_COLUMNS, **_BESIDE}.items()}

_LISTS = [name for name, kind in _COLUMNS.items() if kind == "text[]"]
_CASE_FIELDS = [name for name in Case.__dataclass_fields__ if name in _COLUMNS]


@dataclass(frozen=True, slots=True)
class NewList:
    """A list that passed the input check, ready to be stored."""

    list_id: str
    case: Case
    answer: Answer
    pool: str
    period: int
    body_hash: bytes
    identity: bytes | None
    source: bytes | None
    channel: str
    received_from: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a list: its version, the month that takes it, and whether that was expected.

    ``mark`` is empty, ``late`` (its own month is closed; the next open one takes it) or ``difference``
    (it corrects a list already settled; the correction waits as a difference entry).
    """

    version: int
    settle_period: int
    mark: str


@dataclass(frozen=True, slots=True)
class ListRecord:
    """One stored version."""

    list_id: str
    version: int
    case: Case
    answer: Answer
    channel: str
    received_at: datetime


def _column(name: str, kind: str) -> str:
    if kind == "text[]":
        return f"string_to_array(i.{name}, E'\\x1f') AS {name}"
    return f"i.{name}"


def _many() -> str:
    """The lists of a statement as parallel arrays."""
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(_WIRE.values(), start=1))
    return f"SELECT * FROM unnest({arrays}) AS i({', '.join(_WIRE)})"  # noqa: S608 - constants only


def _single() -> str:
    """One list as plain parameters, which cost a fifth of arrays of one."""
    fields = (f"${number}::{kind} AS {name}" for number, (name, kind) in enumerate(_WIRE.items(), start=1))
    return f"SELECT {', '.join(fields)}"


# The month of a list is its discharge month, or the first one after it that no run has closed.
_PUT = f"""
), months AS MATERIALIZED (
  SELECT pool, period, settlement.open_month(pool, period) AS settle_period
  FROM (SELECT DISTINCT pool, period FROM i) d
), placed AS MATERIALIZED (
  SELECT i.*, months.settle_period FROM i JOIN months USING (pool, period)
), head AS (
  INSERT INTO settlement.list_head AS h (list_id, hospital_code, region_code, pool, discharge_date, version,
                                         body_hash, settle_period, mark)
  SELECT list_id, hospital_code, region_code, pool, discharge_date, 1, body_hash, settle_period,
         CASE WHEN settle_period = period THEN '' ELSE 'late' END
  FROM placed ORDER BY list_id
  ON CONFLICT (list_id) DO UPDATE SET
    (version, body_hash, region_code, discharge_date, pool, settle_period, mark) = (
      SELECT h.version + 1, excluded.body_hash, excluded.region_code, excluded.discharge_date,
             CASE WHEN taken THEN h.pool ELSE excluded.pool END,
             CASE WHEN taken THEN h.settle_period ELSE excluded.settle_period END,
             CASE WHEN taken THEN 'difference' ELSE excluded.mark END
      FROM (SELECT h.mark = 'difference'
                   OR settlement.open_month(h.pool, h.settle_period) <> h.settle_period AS taken OFFSET 0) t)
  WHERE h.body_hash <> excluded.body_hash
  RETURNING list_id, version, settle_period, mark
), kept AS (
  INSERT INTO settlement.list_version (version, {", ".join(_COLUMNS)})
  SELECT head.version, {", ".join(_column(name, kind) for name, kind in _COLUMNS.items())}
  FROM i JOIN head USING (list_id)
), sealed AS (
  INSERT INTO settlement.list_sealed (list_id, version, hospital_code, region_code, identity, source)
  SELECT i.list_id, head.version, i.hospital_code, i.region_code, i.identity, i.source
  FROM i JOIN head USING (list_id) WHERE i.identity IS NOT NULL OR i.source IS NOT NULL
), unchecked AS (
  INSERT INTO settlement.quality_waiting (list_id, version, hospital_code, region_code)
  SELECT i.list_id, head.version, i.hospital_code, i.region_code
  FROM i JOIN head USING (list_id) WHERE i.source IS NOT NULL OR i.channel <> 'bulk'
)
SELECT list_id, version, settle_period, mark FROM head
"""  # noqa: S608 - constants only

_VERSION = "v.version, v.received_at, " + ", ".join(f"v.{name}" for name in _COLUMNS)


_PUT_MANY = f"WITH i AS ({_many()}{_PUT}"
_PUT_ONE = f"WITH i AS ({_single()}{_PUT}"


async def put_lists(connection: asyncpg.Connection, lists: Sequence[NewList]) -> dict[str, Stored]:
    """Stores lists whose body is new; an answer is missing for each that is stored word for word already.

    The lists must differ in ``list_id``. The caller holds the intake lock of their pools (``admit``).
    """
    columns = _transposed(lists)
    if len(lists) == 1:
        rows = await connection.fetch(_PUT_ONE, *(column[0] for column in columns))
    else:
        if len(lists) > _FEW:
            # The plan must know how many there are: a join in a loop is right for ten, not for thousands.
            await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        rows = await connection.fetch(_PUT_MANY, *columns)
    return {row[0]: Stored(row[1], row[2], row[3]) for row in rows}


def _transposed(lists: Sequence[NewList]) -> list[list[object]]:
    columns: dict[str, list[object]] = {name: [] for name in (*_COLUMNS, *_BESIDE)}
    for new in lists:
        case, answer = new.case, new.answer
        for name in _CASE_FIELDS:
            columns[name].append(getattr(case, name))
        for name in _LISTS:
            columns[name][-1] = _BETWEEN_CODES.join(getattr(case, name))
        columns["status"].append(answer.status.value)
        for name in ("mdc", "adrg", "drg", "reason", "scheme_digest"):
            columns[name].append(getattr(answer, name))
        for name in ("list_id", "channel", "received_from", *_BESIDE):
            columns[name].append(getattr(new, name))
    return list(columns.values())


async def current(connection: asyncpg.Connection, list_ids: Sequence[str]) -> dict[str, Stored]:
    """How the lists stand now, for those that exist and may be seen."""
    rows = await connection.fetch(
        "SELECT list_id, version, settle_period, mark FROM settlement.list_head WHERE list_id = ANY($1)",
        list_ids,
    )
    return {row[0]: Stored(row[1], row[2], row[3]) for row in rows}


async def places(connection: asyncpg.Connection, list_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Pool and region of the lists that exist and may be seen."""
    rows = await connection.fetch(
        "SELECT list_id, pool, region_code FROM settlement.list_head WHERE list_id = ANY($1)", list_ids
    )
    return {row[0]: (row[1], row[2]) for row in rows}


async def one(connection: asyncpg.Connection, list_id: str, version: int) -> ListRecord | None:
    """One version of a list, 0 for the newest."""
    row = await connection.fetchrow(
        f"SELECT {_VERSION} FROM settlement.list_version v WHERE v.list_id = $1"  # noqa: S608 - constants
        " AND ($2 = 0 OR v.version = $2) ORDER BY v.version DESC LIMIT 1",
        list_id,
        version,
    )
    return None if row is None else _record(row)


async def page(
    connection: asyncpg.Connection,
    hospital_code: str,
    first: date,
    last: date,
    after: tuple[date, str],
    limit: int,
) -> list[ListRecord]:
    """Newest versions of a hospital's lists discharged from ``first`` to ``last``, after a position."""
    rows = await connection.fetch(
        f"SELECT {_VERSION} FROM settlement.list_head h"  # noqa: S608 - constants
        " JOIN settlement.list_version v USING (list_id, version)"
        " WHERE h.hospital_code = $1 AND h.discharge_date BETWEEN $2 AND $3"
        " AND (h.discharge_date, h.list_id) > ($4, $5)"
        " ORDER BY h.discharge_date, h.list_id LIMIT $6",
        hospital_code,
        first,
        last,
        *after,
        limit,
    )
    return [_record(row) for row in rows]


async def sealed(
    connection: asyncpg.Connection, list_id: str, version: int
) -> tuple[bytes | None, bytes | None]:
    """Sealed identity and source message of a version; both ``None`` when it came without."""
    row = await connection.fetchrow(
        "SELECT identity, source FROM settlement.list_sealed WHERE list_id = $1 AND version = $2",
        list_id,
        version,
    )
    return (None, None) if row is None else (row[0], row[1])


def _record(row: asyncpg.Record) -> ListRecord:
    return ListRecord(
        row["list_id"], row["version"], case_of(row), answer_of(row), row["channel"], row["received_at"]
    )


def case_of(row: asyncpg.Record) -> Case:
    """The case in a row that carries the columns of ``list_version``."""
    fields = {name: row[name] for name in _CASE_FIELDS}
    for name in _LISTS:
        fields[name] = tuple(fields[name])
    return Case(**fields)


def answer_of(row: asyncpg.Record) -> Answer:
    """The group answer in such a row."""
    texts = (row[name] for name in ("mdc", "adrg", "drg", "reason", "scheme_digest"))
    return Answer(row["case_id"], Status(row["status"]), *texts)
