"""Reads what a trial clearing needs from a grouped case file; a row it cannot trust stops the file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from chspay_cli.casefile import FILE_MISSING
from chspay_core.amounts import yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import COLUMN_MISSING, NOT_AN_INTEGER, STATUSES
from chspay_settlement.engine.model import PricedInput

NEEDED = ("case_id", "hospital_code", "drg", "total_cost")
OPTIONAL = ("status", "department", "los_days", "patient_paid")
COLUMNS = (*NEEDED, *OPTIONAL)

ROW_EMPTY = Reason("ROW_FIELD_MISSING", Kind.INVALID, "第{row}行没有填写“{field}”，无法清算，请补充后重试。")
ROW_COST = Reason("ROW_COST_NEGATIVE", Kind.INVALID, "第{row}行“{field}”不能小于零，收到“{value}”。")
ROW_STATUS = Reason(
    "ROW_STATUS_UNKNOWN", Kind.INVALID, "第{row}行的分组状态“{value}”不能识别，应为{known}之一。"
)
ROW_DRG = Reason("ROW_DRG_MISSING", Kind.INVALID, "第{row}行的分组状态为grouped，但没有病组编码。")
ROW_VALUE = Reason("ROW_VALUE_BAD", Kind.INVALID, "第{row}行：{why}")
CASE_TWICE = Reason(
    "CASE_TWICE", Kind.INVALID, "第{row}行：医疗机构{hospital}的病例号“{value}”重复，请先去重。"
)
FILE_EMPTY = Reason("FILE_EMPTY", Kind.INVALID, "文件里没有病例，无法清算。")
LEVEL_TWICE = Reason("LEVEL_TWICE", Kind.INVALID, "医疗机构等级表中{value}出现两次，请只保留一行。")


@dataclass(frozen=True)
class CaseFile:
    """The priced inputs of a file, in its order; which optional columns it had with any value."""

    inputs: list[PricedInput]
    has_patient: bool
    has_department: bool


def read_inputs(batches: Iterable[pa.RecordBatch], levels: dict[str, int]) -> CaseFile:
    """The cases of a grouped file; hospital levels come from ``levels``.

    :raises Fault: naming the row (counted from 1, without the header) and the column.
    """
    inputs: list[PricedInput] = []
    shared: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    patient = department = False
    for batch in batches:
        columns = _columns(batch)
        patient = patient or any(value not in (None, "") for value in columns["patient_paid"])
        department = department or any(columns["department"])
        _append(inputs, columns, levels, shared)
    if not inputs:
        raise Fault(FILE_EMPTY)
    for row, inp in enumerate(inputs, 1):
        key = (inp.hospital_code, inp.case_id)
        if key in seen:
            raise Fault(CASE_TWICE, row=row, hospital=inp.hospital_code, value=inp.case_id)
        seen.add(key)
    return CaseFile(inputs, patient, department)


def _columns(batch: pa.RecordBatch) -> dict[str, Sequence[object]]:
    names = set(batch.schema.names)
    missing = next((name for name in NEEDED if name not in names), None)
    if missing is not None:
        raise Fault(COLUMN_MISSING, field=missing)
    unknown = [None] * batch.num_rows
    return {name: batch.column(name).to_pylist() if name in names else unknown for name in COLUMNS}


def _append(
    inputs: list[PricedInput],
    columns: dict[str, Sequence[object]],
    levels: dict[str, int],
    shared: dict[str, str],
) -> None:
    """Adds one batch; equal texts are kept once."""
    cells = zip(*(columns[name] for name in COLUMNS), strict=True)
    for row, (case_id, code, drg, cost, status, department, days, patient) in enumerate(
        cells, len(inputs) + 1
    ):
        hospital, group = _text(code), _text(drg)
        found = _status(_text(status), group, row)
        inputs.append(
            PricedInput(
                case_id=_needed(case_id, "case_id", row),
                hospital_code=shared.setdefault(hospital, hospital) or _needed(code, "hospital_code", row),
                level=levels.get(hospital),
                drg=shared.setdefault(group, group),
                status=found,
                department=shared.setdefault(_text(department), _text(department)),
                los_days=_days(days),
                cost_fen=_fen(cost, "total_cost", row, needed=found != "invalid"),
                patient_fen=_fen(patient, "patient_paid", row, needed=False),
            )
        )


def status_of(drg: str) -> str:
    """The status of a case whose file has none: no code is ungrouped; ``FQY`` and the like ambiguous."""
    if not drg:
        return "ungrouped"
    return "ambiguous" if len(drg) == 3 and drg.endswith("QY") else "grouped"


def _status(status: str, drg: str, row: int) -> str:
    if not status:
        return status_of(drg)
    if status not in STATUSES:
        raise Fault(ROW_STATUS, row=row, field="status", value=status, known="、".join(STATUSES))
    if status == "grouped" and not drg:
        raise Fault(ROW_DRG, row=row, field="drg")
    return status


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _needed(value: object, field: str, row: int) -> str:
    text = _text(value)
    if not text:
        raise Fault(ROW_EMPTY, row=row, field=field)
    return text


def _fen(value: object, field: str, row: int, *, needed: bool) -> int | None:
    if value is None or value == "":
        if needed:
            raise Fault(ROW_EMPTY, row=row, field=field)
        return None
    try:
        fen = yuan_to_fen(value if isinstance(value, Decimal) else _text(value), field)
    except Fault as fault:
        raise Fault(ROW_VALUE, row=row, field=field, value=value, why=fault.message) from fault
    if fen < 0:
        raise Fault(ROW_COST, row=row, field=field, value=value)
    return fen


def _days(value: object) -> int | None:
    """Days are used only for per-diem cases; a text such as ``120 +`` is unknown here, and is refused
    by name when a per-diem case needs it."""
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() else None


def read_levels(path: Path | None) -> dict[str, int]:
    """Hospital levels from a CSV file with the columns ``hospital_code`` and ``level``.

    :raises Fault: COLUMN_MISSING, NOT_AN_INTEGER, LEVEL_TWICE.
    """
    if path is None:
        return {}
    if not path.is_file():
        raise Fault(FILE_MISSING, field="file", value=path.name)
    levels: dict[str, int] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        for column in ("hospital_code", "level"):
            if column not in (rows.fieldnames or ()):
                raise Fault(COLUMN_MISSING, field=column)
        for row in rows:
            code, level = _text(row["hospital_code"]), _text(row["level"])
            if not (level.isascii() and level.isdigit()):
                raise Fault(NOT_AN_INTEGER, field="level", value=level)
            if code in levels:
                raise Fault(LEVEL_TWICE, value=code)
            levels[code] = int(level)
    return levels
