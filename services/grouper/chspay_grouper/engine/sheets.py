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
from collections.abc import Iterable, Mapping, Sequence

from python_calamine import CalamineError, CalamineWorkbook

from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.sheetnames import find_sheets

WORKBOOK_UNREADABLE = Reason(
    "WORKBOOK_UNREADABLE",
    Kind.INVALID,
    "不能读取分组方案文件：{problem}。请确认它是.xlsx工作簿，或装有六张CSV表的文件夹或zip。",
)
WORKBOOK_TOO_LARGE = Reason(
    "WORKBOOK_TOO_LARGE", Kind.TOO_LARGE, "分组方案文件解压后超过{limit}MB，拒绝读取。"
)
TABLE_ENCODING = Reason(
    "TABLE_ENCODING", Kind.INVALID, "表“{field}”不是UTF-8编码（{problem}），请另存为UTF-8。"
)

_LIMIT_MB = 256
#: An Excel lock file, and what every .xlsx file holds.
_LOCK, _XLSX_MARK = "~$", "[Content_Types].xml"
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


class Sheets(dict[str, Rows]):
    """Sheets by our names, and ``(sheet, kind, sentence)`` of what was read otherwise than as it stands."""

    def __init__(self, rows: Mapping[str, Rows], notes: Sequence[tuple[str, str, str]] = ()) -> None:
        super().__init__(rows)
        self.notes = tuple(notes)


def sheets_from_bytes(content: bytes, named: Mapping[str, str] | None = None) -> Sheets:
    """The six sheets of an .xlsx file, of a zip of CSV tables, or of a zip of one .xlsx file.

    :param named: what the manifest calls a sheet, by our name.

    :raises Fault: WORKBOOK_UNREADABLE, WORKBOOK_TOO_LARGE, SHEET_MISSING, SHEET_AMBIGUOUS, TABLE_ENCODING.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _BROKEN_ZIP as error:
        raise Fault(WORKBOOK_UNREADABLE, problem="既不是.xlsx也不是zip") from error
    if sum(entry.file_size for entry in archive.infolist()) > _LIMIT_MB << 20:
        raise Fault(WORKBOOK_TOO_LARGE, limit=_LIMIT_MB)
    if any(name.lower().endswith(".csv") for name in archive.namelist()):
        return sheets_from_tables(_tables_of(archive), named)
    return _from_xlsx(_inner_workbook(archive, content), named or {})


def sheets_from_tables(tables: Mapping[str, bytes], named: Mapping[str, str] | None = None) -> Sheets:
    """The six sheets from CSV tables named after them, e.g. ``{"MDC.csv": b"..."}``."""
    files = {name[: -len(".csv")] if name.lower().endswith(".csv") else name: name for name in tables}
    found = find_sheets(files, named or {})
    rows = {sheet: _csv_rows(sheet, tables[files[name]]) for sheet, name in found.items()}
    return Sheets(rows, _renamed(found))


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


def _inner_workbook(archive: zipfile.ZipFile, content: bytes) -> bytes:
    """The only .xlsx inside a zip, where the zip is not a workbook itself."""
    names = archive.namelist()
    books = [name for name in names if name.lower().endswith(".xlsx") and _LOCK not in name]
    if _XLSX_MARK in names or len(books) != 1:
        return content
    try:
        return archive.read(books[0])
    except _BROKEN_ZIP as error:
        raise Fault(WORKBOOK_UNREADABLE, problem=f"压缩包已损坏（{type(error).__name__}）") from error


def _from_xlsx(content: bytes, named: Mapping[str, str]) -> Sheets:
    notes: list[tuple[str, str, str]] = []
    rows: dict[str, Rows] = {}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        found = find_sheets(book.sheet_names, named)
        for sheet, name in found.items():
            held = book.get_sheet_by_name(name)
            rows[sheet] = [list(row) for row in held.to_python(skip_empty_area=False)]
            filled = _fill_merged(rows[sheet], held.merged_cell_ranges or [])
            if filled:
                notes.append((sheet, "MERGED_CELLS", f"{filled}处跨行合并的单元格，各行都取合并后的值"))
    except (CalamineError, OSError, ValueError) as error:
        raise Fault(WORKBOOK_UNREADABLE, problem=str(error)) from error
    return Sheets(rows, [*_renamed(found), *notes])


def _fill_merged(rows: Rows, ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> int:
    """Gives every row of cells merged over several rows their value; answers how many areas there are."""
    areas = 0
    for (top, left), (bottom, right) in ranges:
        if bottom == top or top >= len(rows):
            continue
        areas += 1
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
    return areas


def _renamed(found: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        (sheet, "SHEET_NAME", f"工作表“{name}”按“{sheet}”读取")
        for sheet, name in found.items()
        if name != sheet
    ]
