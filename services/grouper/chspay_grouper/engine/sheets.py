"""The six sheets of a workbook as rows of cells: from .xlsx, from CSV tables, or from a zip of them.

Only bytes come in; who reads the file decides where it lies. Nothing is interpreted here except the
encoding: what a cell means is the business of :mod:`chspay_grouper.engine.workbook`.
"""

from __future__ import annotations

import csv
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping

from python_calamine import CalamineError, CalamineWorkbook

from chspay_core.errors import Fault, Kind, Reason

WORKBOOK_UNREADABLE = Reason(
    "WORKBOOK_UNREADABLE",
    Kind.INVALID,
    "不能读取分组方案文件：{problem}。请确认它是.xlsx工作簿，或装有六张CSV表的文件夹或zip。",
)
SHEET_MISSING = Reason(
    "SHEET_MISSING",
    Kind.INVALID,
    "缺少工作表“{value}”；分组方案需要六张表：MDC、ADRG、DRG、集合、CC、排除表。",
)
WORKBOOK_TOO_LARGE = Reason(
    "WORKBOOK_TOO_LARGE", Kind.TOO_LARGE, "分组方案文件解压后超过{limit}MB，拒绝读取。"
)
TABLE_ENCODING = Reason(
    "TABLE_ENCODING", Kind.INVALID, "表“{field}”不是UTF-8编码（{problem}），请另存为UTF-8。"
)

SHEETS = ("MDC", "ADRG", "DRG", "集合", "CC", "排除表")
_LIMIT_MB = 256
#: All that a damaged archive makes the library raise: versions and methods it does not know, places outside
#: the file, names that are no text, streams that end early. RuntimeError covers encrypted and unknown forms.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
    OverflowError,
)
#: A sheet as rows of cells; row 1 of the sheet is index 0.
Rows = list[list[object]]


def sheets_from_bytes(content: bytes) -> dict[str, Rows]:
    """The six sheets of an .xlsx file or of a zip of CSV tables.

    :raises Fault: WORKBOOK_UNREADABLE, WORKBOOK_TOO_LARGE, SHEET_MISSING, TABLE_ENCODING.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _BROKEN_ZIP as error:
        raise Fault(WORKBOOK_UNREADABLE, problem="既不是.xlsx也不是zip") from error
    if sum(entry.file_size for entry in archive.infolist()) > _LIMIT_MB << 20:
        raise Fault(WORKBOOK_TOO_LARGE, limit=_LIMIT_MB)
    if any(name.lower().endswith(".csv") for name in archive.namelist()):
        return sheets_from_tables(_tables_of(archive))
    return _from_xlsx(content)


def sheets_from_tables(tables: Mapping[str, bytes]) -> dict[str, Rows]:
    """The six sheets from CSV tables named after them, e.g. ``{"MDC.csv": b"..."}``."""
    found: dict[str, Rows] = {}
    for file_name, content in tables.items():
        sheet = file_name.removesuffix(".csv").removesuffix(".CSV").strip()
        if sheet in SHEETS:
            found[sheet] = _csv_rows(sheet, content)
    return _all_six(found)


def _tables_of(archive: zipfile.ZipFile) -> dict[str, bytes]:
    tables: dict[str, bytes] = {}
    for entry in archive.infolist():
        name = entry.filename
        if not entry.flag_bits & 0x800:
            # A zip written without the UTF-8 flag: Windows tools store Chinese names as GBK.
            name = name.encode("cp437", "replace").decode("gbk", "replace")
        base = name.rsplit("/", 1)[-1]
        if base.lower().endswith(".csv"):
            try:
                tables[base] = archive.read(entry)
            except _BROKEN_ZIP as error:
                problem = f"压缩包中的{base}已损坏（{type(error).__name__}）"
                raise Fault(WORKBOOK_UNREADABLE, problem=problem) from error
    return tables


def _csv_rows(sheet: str, content: bytes) -> Rows:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Fault(TABLE_ENCODING, field=sheet, problem=f"第{error.start + 1}个字节") from error
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
    except csv.Error as error:
        raise Fault(WORKBOOK_UNREADABLE, field=sheet, problem=f"表{sheet}：{error}") from error


def _from_xlsx(content: bytes) -> dict[str, Rows]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = {name.strip(): name for name in book.sheet_names}
        found = {
            sheet: book.get_sheet_by_name(names[sheet]).to_python(skip_empty_area=False)
            for sheet in SHEETS
            if sheet in names
        }
    except (CalamineError, OSError, ValueError) as error:
        raise Fault(WORKBOOK_UNREADABLE, problem=str(error)) from error
    return _all_six({sheet: [list(row) for row in rows] for sheet, rows in found.items()})


def _all_six(found: dict[str, Rows]) -> dict[str, Rows]:
    for sheet in SHEETS:
        if sheet not in found:
            raise Fault(SHEET_MISSING, field="workbook", value=sheet)
    return {sheet: found[sheet] for sheet in SHEETS}
