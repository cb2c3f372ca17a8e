"""Tables as CSV and XLSX for people who work in spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from starlette.responses import Response

from chspay_core.errors import Fault
from chspay_gateway import reasons

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("json", "csv", "xlsx")

#: Name of a field and its title.
Columns = Sequence[tuple[str, str]]
STATEMENT_COLUMNS: Columns = (
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
    ("deducted", "审核扣款(元)"),
    ("differences", "差额(元)"),
    ("held", "暂缓拨付(元)"),
    ("released", "解除暂缓(元)"),
    ("payable", "本月应付(元)"),
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


def as_csv(rows: Sequence[object], columns: Columns) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheet programs need to read Chinese."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([title for _, title in columns])
    for row in rows:
        writer.writerow([_harmless(getattr(row, name)) for name, _ in columns])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[object], columns: Columns, title: str) -> bytes:
    """One sheet; amounts stay text so that no cell is rounded through a binary float."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    heads = []
    for _, head in columns:
        cell = WriteOnlyCell(sheet, value=head)
        cell.font = Font(bold=True)
        heads.append(cell)
    sheet.append(heads)
    for row in rows:
        cells = []
        for name, _ in columns:
            cell = WriteOnlyCell(sheet)
            value = getattr(row, name)
            if isinstance(value, int):
                cell.value = value
            else:
                cell.value = value or ""
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_file(form: str, rows: Sequence[object], columns: Columns, title: str, name: str) -> Response:
    """A download; its name keeps only what a header may carry.

    :param form: ``csv`` or ``xlsx``.
    :param title: of the sheet.
    """
    safe = "".join(char for char in name if char.isascii() and (char.isalnum() or char in "-_."))
    content, media = (
        (as_csv(rows, columns), CSV_TYPE) if form == "csv" else (as_xlsx(rows, columns, title), XLSX_TYPE)
    )
    return Response(
        content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{safe}.{form}"'}
    )


def _harmless(value: object) -> object:
    """Text that a spreadsheet would run as a formula, with an apostrophe before it; amounts stay."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _is_amount(value):
        return f"'{value}"
    return value


def _is_amount(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdigit()
