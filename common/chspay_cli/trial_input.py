"""Reads what a trial clearing needs from a grouped case file; a row it cannot trust stops the file."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import starmap
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from chspay_cli.casefile import FILE_MISSING
from chspay_core.amounts import yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import CASE_SCHEMA, COLUMN_MISSING, NOT_AN_INTEGER, STATUSES
from chspay_settlement.engine.model import PricedInput

NEEDED = ("case_id", "hospital_code", "drg", "total_cost")
OPTIONAL = ("status", "department", "los_days", "patient_paid")
COLUMNS = (*NEEDED, *OPTIONAL)
TEXTS = ("case_id", "hospital_code", "drg", "status", "department", "los_days")
_MONEY = CASE_SCHEMA.field("total_cost").type
_HUNDRED = pa.scalar(Decimal(100), pa.decimal128(3, 0))
_ZERO = pa.scalar(Decimal(0), pa.decimal128(1, 0))
#: Yuan the fast way: no sign, at most two decimals.
_IN_ORDER = r"^[0-9]{1,15}(\.[0-9]{1,2})?$"

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
    patient = department = False
    for batch in batches:
        found = _batch_inputs(batch, levels, shared, len(inputs) + 1)
        patient = patient or any(inp.patient_fen is not None for inp in found)
        department = department or any(inp.department for inp in found)
        inputs.extend(found)
    if not inputs:
        raise Fault(FILE_EMPTY)
    seen: set[tuple[str, str]] = set()
    for row, inp in enumerate(inputs, 1):
        key = (inp.hospital_code, inp.case_id)
        if key in seen:
            raise Fault(CASE_TWICE, row=row, hospital=inp.hospital_code, value=inp.case_id)
        seen.add(key)
    return CaseFile(inputs, patient, department)


def _batch_inputs(
    batch: pa.RecordBatch, levels: dict[str, int], shared: dict[str, str], first: int
) -> list[PricedInput]:
    """One batch, column by column; equal texts are kept once. ``first`` is the row of its first case."""
    names = set(batch.schema.names)
    missing = next((name for name in NEEDED if name not in names), None)
    if missing is not None:
        raise Fault(COLUMN_MISSING, field=missing)
    texts = {name: _texts(batch, name, shared) for name in TEXTS}
    for name in ("case_id", "hospital_code"):
        if "" in texts[name]:
            raise Fault(ROW_EMPTY, row=first + texts[name].index(""), field=name)
    pairs = zip(texts["status"], texts["drg"], strict=True)
    statuses = [_status(status, drg, first + i) for i, (status, drg) in enumerate(pairs)]
    costs = fens(batch, "total_cost", first)
    if None in costs:
        for i, (cost, status) in enumerate(zip(costs, statuses, strict=True)):
            if cost is None and status != "invalid":
                raise Fault(ROW_EMPTY, row=first + i, field="total_cost")
    columns = (
        texts["case_id"],
        texts["hospital_code"],
        [levels.get(code) for code in texts["hospital_code"]],
        texts["drg"],
        statuses,
        texts["department"],
        [days_of(text) for text in texts["los_days"]],
        costs,
        fens(batch, "patient_paid", first),
    )
    return list(starmap(PricedInput, zip(*columns, strict=True)))


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


def _texts(batch: pa.RecordBatch, name: str, shared: dict[str, str]) -> list[str]:
    """A column as trimmed text; unknown, and a column that is not there, is the empty text."""
    if name not in batch.schema.names:
        return [""] * batch.num_rows
    column = batch.column(name)
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    cells: list[str] = pc.utf8_trim_whitespace(pc.fill_null(column, "")).to_pylist()
    return cells if name == "case_id" else [shared.setdefault(cell, cell) for cell in cells]


def fens(batch: pa.RecordBatch, name: str, first: int) -> list[int | None]:
    """A money column in fen: all at once where every cell is in order, else cell by cell up to the fault."""
    if name not in batch.schema.names:
        return [None] * batch.num_rows
    column = batch.column(name)
    if pa.types.is_string(column.type):
        column = pc.utf8_trim_whitespace(column)
        column = pc.if_else(pc.equal(column, ""), None, column)
        if pc.all(pc.match_substring_regex(column, _IN_ORDER)).as_py() is not False:
            column = column.cast(_MONEY)
    if column.type == _MONEY and not pc.any(pc.less(column, _ZERO)).as_py():
        whole: list[int | None] = pc.multiply(column, _HUNDRED).cast(pa.int64()).to_pylist()
        return whole
    return [_fen(cell, name, first + i) for i, cell in enumerate(column.to_pylist())]


def _fen(value: object, field: str, row: int) -> int | None:
    if value is None or value == "":
        return None
    try:
        fen = yuan_to_fen(value if isinstance(value, Decimal) else str(value), field)
    except Fault as fault:
        raise Fault(ROW_VALUE, row=row, field=field, value=value, why=fault.message) from fault
    if fen < 0:
        raise Fault(ROW_COST, row=row, field=field, value=value)
    return fen


def days_of(text: str) -> int | None:
    """Days are used only for per-diem cases; a text such as ``120 +`` is unknown here, and is refused
    by name when a per-diem case needs it."""
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
            code, level = (row[column] or "" for column in ("hospital_code", "level"))
            code, level = code.strip(), level.strip()
            if not (level.isascii() and level.isdigit()):
                raise Fault(NOT_AN_INTEGER, field="level", value=level)
            if code in levels:
                raise Fault(LEVEL_TWICE, value=code)
            levels[code] = int(level)
    return levels
