"""The canonical case table: column names, Arrow types, and rows to and from :class:`Case`.

CSV, Parquet, Arrow on the wire and the API use the same names. Money is decimal yuan; lists are
``list<string>`` or ``|``-joined text; empty is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import pyarrow as pa

from chspay_core import amounts, period
from chspay_core.case import AMOUNTS, CODE_LISTS, Case, Status
from chspay_core.errors import Fault, Kind, Reason

NOT_AN_INTEGER = Reason("NOT_AN_INTEGER", Kind.INVALID, "{field}应为整数，收到“{value}”。")
COLUMN_MISSING = Reason("COLUMN_MISSING", Kind.INVALID, "缺少必需的列“{field}”。")
COLUMN_TYPE = Reason("COLUMN_TYPE", Kind.INVALID, "列“{field}”的类型应为{expected}，收到{value}。")

LIST_SEPARATOR = "|"
_MONEY = pa.decimal128(18, 2)
_CODES = pa.list_(pa.string())

#: Required for grouping first, optional columns of later rules last.
CASE_SCHEMA = pa.schema(
    [
        ("case_id", pa.string()),
        ("hospital_code", pa.string()),
        ("region_code", pa.string()),
        ("person_key", pa.string()),
        ("admission_date", pa.date32()),
        ("discharge_date", pa.date32()),
        ("sex", pa.int8()),
        ("age_years", pa.int16()),
        ("age_days", pa.int32()),
        ("newborn_weight_g", pa.int32()),
        ("department", pa.string()),
        ("los_days", pa.int32()),
        ("leaving_type", pa.string()),
        ("icu_hours", pa.int32()),
        ("diagnoses", _CODES),
        ("procedures", _CODES),
        ("total_cost", _MONEY),
        ("patient_paid", _MONEY),
        ("insured_region", pa.string()),
        ("insurance_type", pa.string()),
        ("fund_paid", _MONEY),
        ("fee_drug", _MONEY),
        ("fee_consumable", _MONEY),
        ("fee_test", _MONEY),
        ("fee_service", _MONEY),
        ("tcm_diagnoses", _CODES),
        ("tcm_cost", _MONEY),
        ("referral_id", pa.string()),
    ]
)

#: What ``chspay group`` and the grouper service answer, row for row.
ANSWER_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("case_id", "mdc", "adrg", "drg", "status", "reason")]
)
ANSWER_COLUMNS = tuple(name for name in ANSWER_SCHEMA.names if name != "case_id")

DATES = ("admission_date", "discharge_date")
INTEGERS = ("sex", "age_years", "age_days", "newborn_weight_g", "los_days", "icu_hours")
LISTS = CODE_LISTS
MONEY = AMOUNTS
_TEXTS = (
    "case_id",
    "hospital_code",
    "region_code",
    "person_key",
    "department",
    "leaving_type",
    "insured_region",
    "insurance_type",
    "referral_id",
)
_MONEY_FIELDS = {name: f"{name}_fen" for name in MONEY}

STATUSES = tuple(status.value for status in Status)


def case_from_row(row: Mapping[str, object]) -> Case:
    """One row of the table, as text (CSV) or typed values (Parquet, JSON), as a :class:`Case`.

    :raises Fault: naming the column and the value that cannot be read.
    """
    fields: dict[str, object] = {name: _text(row.get(name)) for name in _TEXTS}
    for name in DATES:
        fields[name] = _day(row.get(name), name)
    for name in INTEGERS:
        fields[name] = _integer(row.get(name), name)
    for name in LISTS:
        fields[name] = _codes(row.get(name))
    for name, target in _MONEY_FIELDS.items():
        fields[target] = _fen(row.get(name), name)
    return Case(**fields)  # type: ignore[arg-type]


def cases_from_batch(batch: pa.RecordBatch) -> list[Case]:
    """Every row of an Arrow batch whose known columns have the types of :data:`CASE_SCHEMA`."""
    known = [name for name in batch.schema.names if name in CASE_SCHEMA.names]
    columns = {name: batch.column(name).to_pylist() for name in known}
    return [
        case_from_row({name: values[i] for name, values in columns.items()}) for i in range(batch.num_rows)
    ]


def batch_from_cases(cases: Iterable[Case]) -> pa.RecordBatch:
    """Cases as one Arrow batch of the columns a :class:`Case` knows."""
    rows = list(cases)
    columns: dict[str, list[object]] = {
        name: [getattr(case, name) for case in rows] for name in (*_TEXTS, *DATES, *INTEGERS)
    }
    for name in LISTS:
        columns[name] = [list(getattr(case, name)) for case in rows]
    for name, target in _MONEY_FIELDS.items():
        columns[name] = [yuan(getattr(case, target)) for case in rows]
    schema = pa.schema([field for field in CASE_SCHEMA if field.name in columns])
    return pa.RecordBatch.from_pydict({name: columns[name] for name in schema.names}, schema=schema)


def yuan(fen: int | None) -> Decimal | None:
    """Fen as exact decimal yuan; unknown stays unknown."""
    return None if fen is None else Decimal(fen).scaleb(-2, amounts.EXACT)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _day(value: object, field: str) -> date | None:
    if isinstance(value, date):
        return value
    text = _text(value)
    return period.parse_day(text, field) if text else None


def _integer(value: object, field: str) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = _text(value)
    if not text:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise Fault(NOT_AN_INTEGER, field=field, value=text)
    return int(text)


def _codes(value: object) -> tuple[str, ...]:
    """Codes without blanks; a blank first place stays, for the second code must not become the first."""
    parts = value if isinstance(value, (list, tuple)) else _text(value).split(LIST_SEPARATOR)
    codes = [_text(part) for part in parts]
    return tuple(code for at, code in enumerate(codes) if code or (at == 0 and any(codes)))


def _fen(value: object, field: str) -> int | None:
    if isinstance(value, Decimal):
        return amounts.yuan_to_fen(value, field)
    text = _text(value)
    return amounts.yuan_to_fen(text, field) if text else None
