"""Files of coefficients 差异系数: the measured table, and the hospital facts a base year needs besides."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

from chspay_cli.casefile import FILE_MISSING
from chspay_core.amounts import decimal_text
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import COLUMN_MISSING, NOT_AN_INTEGER
from chspay_settlement.engine.coefficient.parts import HospitalFacts
from chspay_settlement.engine.coefficient.table import CoefficientTable, coefficient_table_of

FACT_TWICE = Reason("HOSPITAL_FACT_TWICE", Kind.INVALID, "医疗机构数据表中{value}出现两次，请只保留一行。")


def read_coefficients(path: Path) -> CoefficientTable:
    """A measured table as ``chspay value coefficients`` wrote it.

    :raises Fault: FILE_MISSING, COEFFICIENT_TABLE_BROKEN.
    """
    if not path.is_file():
        raise Fault(FILE_MISSING, field="--coefficients", value=path.name)
    return coefficient_table_of(path.read_bytes())


def read_facts(path: Path | None) -> dict[str, HospitalFacts]:
    """Facts per hospital from a CSV file: ``hospital_code``, and any of ``visits``, ``heads``,
    ``catalogue``; empty cells mean unknown.

    :raises Fault: FILE_MISSING, COLUMN_MISSING, NOT_AN_INTEGER, HOSPITAL_FACT_TWICE.
    """
    if path is None:
        return {}
    if not path.is_file():
        raise Fault(FILE_MISSING, field="--facts", value=path.name)
    found: dict[str, HospitalFacts] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if "hospital_code" not in (rows.fieldnames or ()):
            raise Fault(COLUMN_MISSING, field="hospital_code")
        for row in rows:
            code = (row["hospital_code"] or "").strip()
            if code in found:
                raise Fault(FACT_TWICE, value=code)
            score = (row.get("catalogue") or "").strip()
            found[code] = HospitalFacts(
                _count(row, "visits"),
                _count(row, "heads"),
                None if not score else _ratio(score),
            )
    return found


def _count(row: dict[str, str], column: str) -> int | None:
    text = (row.get(column) or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Fault(NOT_AN_INTEGER, field=column, value=text)
    return int(text)


def _ratio(text: str) -> Fraction:
    return Fraction(decimal_text(text, "catalogue"))
