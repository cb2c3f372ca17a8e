"""Statements as CSV and XLSX for people who work in spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from chspay_core.errors import Fault
from chspay_gateway import reasons
from chspay_gateway.rest.answers import StatementOut

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("json", "csv", "xlsx")

COLUMNS = (
    ("hospital_code", "医疗机构编码"),
    ("hospital_name", "医疗机构名称"),
    ("cases", "病例数"),
    ("points", "点数"),
    ("point_value", "点值(元/点)"),
    ("fund", "基金支付(元)"),
    ("patient", "个人负担(元)"),
    ("total", "合计(元)"),
    ("cost", "医疗总费用(元)"),
    ("prepaid", "本月预付(元)"),
    ("retained", "预留(元)"),
    ("evidence", "依据"),
    ("digest", "结算单指纹"),
)
#: A cell beginning like this is run as a formula by spreadsheet programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def wanted(query: str, accept: str) -> str:
    """``json``, ``csv``, ``xlsx`` from ``?format=``, else from the Accept header, else ``json``.

    :raises Fault: FORMAT_BAD for another format.
    """
    if query:
        if query not in FORMATS:
            raise Fault(reasons.FORMAT_BAD, field="format", value=query, expected="、".join(FORMATS))
        return query
    if "text/csv" in accept:
        return "csv"
    return "xlsx" if XLSX_TYPE in accept else "json"


def as_csv(statements: Sequence[StatementOut]) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheet programs need to read Chinese."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([title for _, title in COLUMNS])
    for statement in statements:
        writer.writerow([_harmless(getattr(statement, name)) for name, _ in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(statements: Sequence[StatementOut]) -> bytes:
    """One sheet; amounts stay text so that no cell is rounded through a binary float."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("结算单")
    sheet.freeze_panes = "A2"
    heads = []
    for _, title in COLUMNS:
        cell = WriteOnlyCell(sheet, value=title)
        cell.font = Font(bold=True)
        heads.append(cell)
    sheet.append(heads)
    for statement in statements:
        row = []
        for name, _ in COLUMNS:
            cell = WriteOnlyCell(sheet)
            value = getattr(statement, name)
            if isinstance(value, int):
                cell.value = value
            else:
                cell.value = value or ""
                cell.data_type = "s"
            row.append(cell)
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _harmless(value: object) -> object:
    """Text that a spreadsheet would run as a formula, with an apostrophe before it; amounts stay."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _is_amount(value):
        return f"'{value}"
    return value


def _is_amount(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdigit()
