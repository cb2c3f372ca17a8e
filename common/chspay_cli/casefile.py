"""Case files of every command: the canonical case table as CSV, CSV.gz or Parquet, in and out.

Rows are streamed, so a file may be larger than memory. CSV cells stay the text they were: what passes
through comes out as it went in. Whoever needs types asks :func:`chspay_core.casting.typed` for them.
"""

from __future__ import annotations

import base64
import csv
import io
import itertools
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import LIST_SEPARATOR

FILE_MISSING = Reason("FILE_MISSING", Kind.NOT_FOUND, "文件“{value}”不存在。")
FILE_KIND = Reason("FILE_KIND", Kind.INVALID, "文件“{value}”的类型不支持，可用：{expected}。")
FILE_UNREADABLE = Reason("FILE_UNREADABLE", Kind.INVALID, "不能读取文件“{value}”：{problem}。")
FILE_NOT_UTF8 = Reason("FILE_NOT_UTF8", Kind.INVALID, "文件“{value}”不是UTF-8编码，请另存为UTF-8后重试。")
FILE_NOT_WRITTEN = Reason("FILE_NOT_WRITTEN", Kind.INVALID, "不能写入文件“{value}”：{problem}。")
COLUMN_TWICE = Reason("COLUMN_TWICE", Kind.INVALID, "文件中列“{field}”出现了不止一次。")
TOO_MANY_ROWS = Reason(
    "TOO_MANY_ROWS", Kind.TOO_LARGE, "Excel工作表最多{limit}行，请改用.csv或.parquet输出。"
)

INPUTS = (".csv", ".csv.gz", ".parquet")
OUTPUTS = (".csv", ".csv.gz", ".parquet", ".xlsx")
_BLOCK_BYTES = 8 << 20
_BATCH_ROWS = 65_536
_XLSX_ROWS = 1_048_576
#: Rows that Parquet encodes at a time; its own 1,024 cost a tenth more.
_WRITTEN_ROWS = 32_768
#: Control characters no .xlsx cell may hold.
_XLSX_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(slots=True)
class CaseFile:
    """An open case file: its schema, its batches, and how far reading has come, in bytes or rows."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    size: int
    position: Callable[[], int]


def open_cases(path: Path, columns: Sequence[str] | None = None) -> CaseFile:
    """Open a case file for streaming.

    :param columns: read only these, as far as they exist; all when None. CSV columns are all text.
    :raises Fault: FILE_MISSING, FILE_KIND, FILE_NOT_UTF8, FILE_UNREADABLE, COLUMN_TWICE; while reading too.
    """
    kind = check_kind(path, INPUTS)
    if not path.is_file():
        raise Fault(FILE_MISSING, field="file", value=path.name)
    with reading(path):
        return _open_parquet(path, columns) if kind == ".parquet" else _open_csv(path, columns)


def read_cases(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The batches of a case file, as stored: CSV cells as text, unknown columns included."""
    yield from open_cases(path, columns).batches


def write_rows(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    """Write batches to .csv, .csv.gz, .parquet or .xlsx and answer how many rows the file holds.

    The file appears whole or not at all: it is written beside its place and renamed at the end.
    In CSV and Excel, lists are joined by ``|`` and unknown is the empty cell.

    :raises Fault: FILE_KIND, FILE_NOT_WRITTEN, TOO_MANY_ROWS, and whatever reading the batches raises.
    """
    kind = check_kind(path, OUTPUTS)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        rows = _WRITERS[kind](part, schema, batches)
        part.replace(path)
    except OSError as error:
        raise Fault(FILE_NOT_WRITTEN, field="file", value=path.name, problem=str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def check_kind(path: Path, allowed: Sequence[str]) -> str:
    """The suffix of a file name, one of those allowed.

    :raises Fault: FILE_KIND.
    """
    name = path.name.lower()
    kind = next((suffix for suffix in sorted(allowed, key=len, reverse=True) if name.endswith(suffix)), None)
    if kind is None:
        raise Fault(FILE_KIND, field="file", value=path.name, expected="、".join(allowed))
    return kind


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns what the readers raise into our own faults."""
    try:
        yield
    except (pa.ArrowException, OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        if isinstance(error, UnicodeDecodeError) or "UTF8" in text:
            raise Fault(FILE_NOT_UTF8, field="file", value=path.name) from error
        raise Fault(FILE_UNREADABLE, field="file", value=path.name, problem=text) from error


def _guarded(path: Path, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    with reading(path):
        yield from batches


def _open_parquet(path: Path, columns: Sequence[str] | None) -> CaseFile:
    file = pq.ParquetFile(path)
    names = file.schema_arrow.names
    check_names(names)
    wanted = names if columns is None else [name for name in columns if name in names]
    schema = pa.schema([file.schema_arrow.field(name) for name in wanted])
    done = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal done
        for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=wanted):
            yield batch.select(wanted)
            done += batch.num_rows

    return CaseFile(schema, _guarded(path, batches()), file.metadata.num_rows, lambda: done)


def _open_csv(path: Path, columns: Sequence[str] | None) -> CaseFile:
    with pa.input_stream(path) as probe:
        first = io.TextIOWrapper(probe, encoding="utf-8-sig", newline="")
        names = next(csv.reader(first), [])
    if not any(names):
        raise Fault(FILE_UNREADABLE, field="file", value=path.name, problem="文件是空的，没有表头")
    check_names(names)
    wanted = names if columns is None else [name for name in columns if name in names]
    raw = pa.OSFile(str(path))
    compressed = path.name.lower().endswith(".gz")
    reader = pacsv.open_csv(
        pa.CompressedInputStream(raw, "gzip") if compressed else raw,
        read_options=pacsv.ReadOptions(block_size=_BLOCK_BYTES),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types={name: pa.string() for name in wanted},
            include_columns=wanted,
            strings_can_be_null=False,
        ),
    )
    return CaseFile(reader.schema, _guarded(path, iter(reader)), path.stat().st_size, raw.tell)


def check_names(names: Sequence[str]) -> None:
    """Refuse a file with two columns of one name.

    :raises Fault: COLUMN_TWICE.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise Fault(COLUMN_TWICE, field=name)
        seen.add(name)


def _write_parquet(part: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    rows = 0
    batches = iter(batches)
    first = next(batches, None) or pa.RecordBatch.from_pylist([], schema=schema)
    with parquet_writer(part, schema, first.schema) as writer:
        for batch in itertools.chain([first], batches):
            if batch.num_rows:
                writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def parquet_writer(path: Path, schema: pa.Schema, encoded: pa.Schema) -> pq.ParquetWriter:
    """A writer of batches of the schema ``encoded``, in a file that reads back as ``schema``.

    The two differ only where a column of text comes as a dictionary.
    """
    # Every case has its own number: a dictionary of them, or the lowest and highest, would only cost.
    others = [field for field in encoded if field.name != "case_id"]
    repeating = [leaf_of(field) for field in others]
    # The lowest and highest text of a dictionary column cost more than writing it.
    plain = [field.name for field in others if not pa.types.is_nested(field.type) and not _coded(field)]
    writer = pq.ParquetWriter(
        path,
        encoded,
        compression="zstd",
        use_dictionary=repeating or False,
        write_statistics=plain or False,
        write_batch_size=_WRITTEN_ROWS,
        store_schema=False,
    )
    kept = base64.b64encode(schema.serialize().to_pybytes()).decode()
    writer.add_key_value_metadata({"ARROW:schema": kept})
    return writer


def leaf_of(field: pa.Field) -> str:
    """What Parquet calls the values of a column: of a list, its elements."""
    listed = pa.types.is_list(field.type) or pa.types.is_large_list(field.type)
    return f"{field.name}.list.element" if listed else str(field.name)


def _coded(field: pa.Field) -> bool:
    return bool(pa.types.is_dictionary(field.type))


def _write_csv(part: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    with pa.OSFile(str(part), "wb") as sink:
        return _csv_into(sink, schema, batches)


def _write_csv_gz(part: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    with pa.OSFile(str(part), "wb") as raw, pa.CompressedOutputStream(raw, "gzip") as sink:
        return _csv_into(sink, schema, batches)


def _csv_into(sink: pa.NativeFile, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(schema.names)
    sink.write(header.getvalue().encode())
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        if batch.num_rows:
            sink.write(_csv_lines(batch))
    return rows


def _csv_lines(batch: pa.RecordBatch) -> pa.Buffer:
    """The rows as CSV text; a cell is quoted only where it must be."""
    cells = [_cell(column) for column in batch.columns]
    cells[-1] = pc.binary_join_element_wise(cells[-1], "\n", "")
    lines = pc.binary_join_element_wise(*cells, ",") if len(cells) > 1 else cells[0]
    # The lines lie one after the other in the array's data: no join and no copy is needed.
    _, offsets, text = lines.buffers()
    return text.slice(0, memoryview(offsets).cast("i")[len(lines)])


def _cell(column: pa.Array) -> pa.Array:
    """A column as cells; no number and no day needs quotes."""
    kind = column.type
    bare = pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_date(kind)
    return _as_text(column) if bare else _quoted(_as_text(column))


def _quoted(column: pa.Array) -> pa.Array:
    special = pc.match_substring_regex(column, '[",\\r\\n]')
    if not pc.any(special).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)


def _as_text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        column = pc.binary_join(column.cast(pa.list_(pa.string())), LIST_SEPARATOR)
    elif not pa.types.is_string(kind):
        column = column.cast(pa.string())
    return pc.fill_null(column, "")


def _write_xlsx(part: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("cases")
    sheet.append(schema.names)
    rows = 1
    for batch in batches:
        rows += batch.num_rows
        if rows > _XLSX_ROWS:
            raise Fault(TOO_MANY_ROWS, limit=_XLSX_ROWS)
        # Text cells only: a code such as 38.80 must not become the number 38.8.
        columns = [_as_text(column).to_pylist() for column in batch.columns]
        for row in zip(*columns, strict=True):
            sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    book.save(part)
    return rows - 1


def xlsx_text(text: str) -> str:
    """A text without the characters no cell of a workbook may hold."""
    return _XLSX_FORBIDDEN.sub("", text)


def _xlsx_cell(sheet: Any, text: str) -> Any:
    text = xlsx_text(text)
    if not text.startswith("="):
        return text
    # Text that looks like a formula stays text.
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell


_WRITERS: dict[str, Callable[[Path, pa.Schema, Iterator[pa.RecordBatch]], int]] = {
    ".csv": _write_csv,
    ".csv.gz": _write_csv_gz,
    ".parquet": _write_parquet,
    ".xlsx": _write_xlsx,
}
