"""Uploaded files of records."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from chspay_core.amounts import decimal_text, to_micro
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_kit.tablefile import batches_of
from chspay_perdiem.store.records import StoredRecord

UNREADABLE = Reason(
    "STAY_RECORDS_UNREADABLE",
    Kind.INVALID,
    "住院记录文件不能读取（{problem}），应为Parquet文件、Arrow数据流或UTF-8的CSV。",
)
NO_COLUMN = Reason("STAY_RECORDS_COLUMN", Kind.INVALID, "住院记录文件缺少列“{field}”。")
ROW_WRONG = Reason("STAY_RECORDS_ROW", Kind.INVALID, "住院记录文件第{row}行：{message}")
EMPTY = Reason("STAY_RECORDS_EMPTY", Kind.INVALID, "住院记录文件没有一行。")

_NEEDED = ("record_no", "hospital_code", "case_id", "kind", "since", "document")
_COLUMNS = (*_NEEDED, "until", "other_hospital_code", "other_case_id", "scale", "before", "after")


def read_records(pool: str, content: bytes) -> list[StoredRecord]:
    """The records of a file.

    :raises Fault: STAY_RECORDS_*; a row is named by its number, the first being 1.
    """
    rows: list[dict[str, Any]] = []
    try:
        for batch in batches_of(content, _COLUMNS):
            # Hostile offsets must be refused here, not read past the end of a buffer.
            batch.validate(full=True)
            for name in _NEEDED:
                if name not in batch.schema.names:
                    raise Fault(NO_COLUMN, field=name)
            rows += batch.to_pylist()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Fault(UNREADABLE, field="content", problem=type(error).__name__) from error
    if not rows:
        raise Fault(EMPTY, field="content")
    return [_record(pool, row, number) for number, row in enumerate(rows, start=1)]


def _record(pool: str, row: dict[str, Any], number: int) -> StoredRecord:
    try:
        texts = {name: _text(row, name) for name in _COLUMNS if name not in ("since", "until")}
        since = _day(row, "since")
        if since is None:
            raise Fault(NO_COLUMN, field="since")
        return StoredRecord(
            texts["hospital_code"], texts["record_no"], pool, texts["case_id"], texts["kind"], since,
            _day(row, "until"), texts["other_hospital_code"], texts["other_case_id"], texts["scale"],
            _micro(texts["before"], "before"), _micro(texts["after"], "after"), texts["document"],
        )  # fmt: skip
    except Fault as fault:
        raise Fault(
            ROW_WRONG, field=fault.field, value=fault.value, row=number, message=fault.message
        ) from fault


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _day(row: dict[str, Any], name: str) -> date | None:
    value = row.get(name)
    if value in (None, ""):
        return None
    return value if isinstance(value, date) else parse_day(str(value), name)


def _micro(text: str, field: str) -> int | None:
    return to_micro(decimal_text(text, field), field) if text else None
