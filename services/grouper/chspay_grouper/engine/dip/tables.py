"""The rule tables 规则表 of a DIP catalogue: which codes are what. Data, never code.

Seven CSV tables; a catalogue carries the tables it was built with, so its digest covers them.
Codes in a table are prefixes of canonical codes (``47.01`` stands for ``47.0100x003``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.normalise import canonical_code

DIP_TABLE_BAD = Reason("DIP_TABLE_BAD", Kind.INVALID, "DIP规则表“{field}”{problem}。")

#: Table name -> its columns, in order. The file is ``<name>.csv``.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "exclusion": ("kind", "prefix", "note"),
    "early": ("id", "name", "procedures", "also", "weight_from", "weight_to", "age_days_max"),
    "merge": ("kind", "id", "name", "codes"),
    "subdivision": ("id", "name", "principal", "other", "procedures"),
    "procedure_class": ("prefix", "class", "note"),
    "cci": ("condition", "name", "weight", "codes", "beaten_by"),
    "severity": ("class", "codes", "note"),
}
CLASSES = ("simple", "diagnostic", "therapeutic", "operation")
SEVERITY_CLASSES = ("malignant", "metastasis", "failure", "lesion")
MERGES = ("diagnosis3", "combined", "equivalent")

Rows = tuple[Mapping[str, str], ...]


class Prefixes:
    """Prefix to value, longest prefix first."""

    __slots__ = ("_lengths", "_values")

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        self._lengths = sorted({len(prefix) for prefix in values}, reverse=True)

    def find(self, code: str) -> str:
        """The value of the longest prefix of ``code``; empty when there is none."""
        for length in self._lengths:
            found = self._values.get(code[:length])
            if found is not None:
                return found
        return ""


@dataclass(frozen=True, slots=True)
class Tables:
    """The rule tables as rows of text, codes in canonical form."""

    rows: Mapping[str, Rows]

    def plain(self) -> dict[str, list[list[str]]]:
        """The canonical structure: table -> rows in the order of the file."""
        return {
            name: [[row[column] for column in COLUMNS[name]] for row in self.rows[name]] for name in COLUMNS
        }


def tables_from_files(files: Mapping[str, bytes]) -> Tables:
    """Rule tables from CSV files (``{"early.csv": b"..."}``).

    :raises Fault: DIP_TABLE_BAD naming table, row and problem.
    """
    plain: dict[str, list[list[str]]] = {}
    for name, columns in COLUMNS.items():
        content = files.get(f"{name}.csv")
        if content is None:
            raise Fault(DIP_TABLE_BAD, field=name, problem="缺失")
        try:
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        except (UnicodeDecodeError, csv.Error) as error:
            raise Fault(DIP_TABLE_BAD, field=name, problem="不是UTF-8的CSV") from error
        if not rows or tuple(rows[0]) != columns:
            raise Fault(DIP_TABLE_BAD, field=name, problem=f"第一行应为{','.join(columns)}")
        plain[name] = [row for row in rows[1:] if any(row)]
    return tables_from_plain(plain)


def tables_from_plain(plain: Mapping[str, list[list[str]]]) -> Tables:
    """Rule tables from their canonical structure, checked row by row.

    :raises Fault: DIP_TABLE_BAD.
    """
    found: dict[str, Rows] = {}
    for name, columns in COLUMNS.items():
        rows = []
        for number, cells in enumerate(plain[name], 2):
            if len(cells) != len(columns):
                raise Fault(DIP_TABLE_BAD, field=name, problem=f"第{number}行应有{len(columns)}列")
            row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
            problem = _CHECKS[name](row)
            if problem:
                raise Fault(DIP_TABLE_BAD, field=name, problem=f"第{number}行：{problem}")
            rows.append(row)
        if name in _UNIQUE and len({row[_UNIQUE[name]] for row in rows}) < len(rows):
            raise Fault(DIP_TABLE_BAD, field=name, problem=f"的“{_UNIQUE[name]}”有重复")
        found[name] = tuple(rows)
    return Tables(found)


_UNIQUE = {"early": "id", "merge": "id", "subdivision": "id", "procedure_class": "prefix", "cci": "condition"}


def codes_of(cell: str) -> tuple[str, ...]:
    """The ``|``-joined code prefixes of a cell, canonical."""
    return tuple(canonical_code(part) for part in cell.split("|") if part.strip())


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _choice(row: Mapping[str, str], column: str, choices: tuple[str, ...]) -> str:
    return "" if row[column] in choices else f"{column}应为{'、'.join(choices)}之一，收到“{row[column]}”"


def _exclusion(row: Mapping[str, str]) -> str:
    return _choice(row, "kind", ("principal", "procedure")) or ("" if row["prefix"] else "缺少prefix")


def _early(row: Mapping[str, str]) -> str:
    numbers = [row[name] for name in ("weight_from", "weight_to", "age_days_max")]
    if any(number and not _whole(number) for number in numbers):
        return "体重与天龄应为整数"
    by_weight = all(numbers)
    if by_weight == bool(row["procedures"]) or (any(numbers) and not by_weight):
        return "应写手术，或写体重起止与天龄上限，二者取一"
    return "" if row["id"] and row["name"] else "缺少id或name"


def _merge(row: Mapping[str, str]) -> str:
    wrong = _choice(row, "kind", MERGES)
    if not wrong and row["kind"] == "combined" and "+" not in row["codes"]:
        return "combined应以+连接至少两项"
    return wrong or ("" if row["id"] and row["codes"] else "缺少id或codes")


def _subdivision(row: Mapping[str, str]) -> str:
    if not row["id"] or not row["principal"]:
        return "缺少id或principal"
    return "" if row["other"] or row["procedures"] else "other与procedures至少写一项"


def _class(row: Mapping[str, str]) -> str:
    return _choice(row, "class", CLASSES) or ("" if row["prefix"] else "缺少prefix")


def _cci(row: Mapping[str, str]) -> str:
    return "" if _whole(row["weight"]) and row["codes"] else "weight应为整数，codes不能为空"


def _severity(row: Mapping[str, str]) -> str:
    return _choice(row, "class", SEVERITY_CLASSES) or ("" if row["codes"] else "codes不能为空")


_CHECKS = {
    "exclusion": _exclusion,
    "early": _early,
    "merge": _merge,
    "subdivision": _subdivision,
    "procedure_class": _class,
    "cci": _cci,
    "severity": _severity,
}
