"""A sealed package in the making: members written one after the other, tables a piece at a time.

Tables are Parquet with row groups of a fixed size, so that memory stays bounded whatever their length. Of
every piece of a member (a column of a row group, a field of a JSON object) the SM3 is kept in the member
``pieces.json``: when a byte is changed later, :func:`changed_pieces` tells where.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from chspay_core.digest import sm3_hex
from chspay_kit.package import canonical, write_package
from chspay_kit.sm2 import Sm2Key

PIECES = "pieces.json"
#: Rows of one row group.
GROUP_ROWS = 65_536
#: What is said of the part of a table that is in no column.
FOOT = "文件结构"


class Draft:
    """Collects the members of a package in a private folder; use it with ``with``."""

    def __init__(self, beside: Path | None = None) -> None:
        """:param beside: folder for what is not finished; the system's own when left out."""
        self._folder = tempfile.TemporaryDirectory(prefix="chspay-draft-", dir=beside)
        self._members: dict[str, bytes | Path] = {}
        self._pieces: dict[str, dict[str, str]] = {}
        self._tables = 0

    def put(self, name: str, content: bytes) -> None:
        """A member that is there at once."""
        self._members[name] = content
        found = pieces_of_json(content)
        if found:
            self._pieces[name] = found

    def rows(self, name: str, schema: pa.Schema) -> Rows:
        """A table to be written piece by piece; close it, or use it with ``with``."""
        self._tables += 1
        return Rows(self, name, Path(self._folder.name) / f"{self._tables}.parquet", schema)

    def put_rows(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """A table whose rows are there."""
        with self.rows(name, schema) as rows:
            for batch in batches:
                rows.write(batch)

    def add_table(self, name: str, path: Path) -> None:
        """Takes a finished Parquet file as a member."""
        self._members[name] = path
        self._pieces[name] = pieces_of_table(path)

    def seal(
        self, path: Path, kind: str, facts: Mapping[str, Any], key: Sm2Key | None = None, made_for: str = ""
    ) -> str:
        """Writes the package, as :func:`~chspay_kit.package.write_package`; answers its digest."""
        members = {**self._members, PIECES: canonical(self._pieces)}
        return write_package(path, kind, members, facts, key, made_for)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()


class Rows:
    """A table being written."""

    def __init__(self, draft: Draft, name: str, path: Path, schema: pa.Schema) -> None:
        self._draft, self._name, self._path = draft, name, path
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._held: list[pa.RecordBatch] = []
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """The next rows, in any number."""
        start = 0
        while start < len(batch):
            part = batch.slice(start, GROUP_ROWS - self._rows)
            self._held.append(part)
            start += len(part)
            self._rows += len(part)
            if self._rows == GROUP_ROWS:
                self._flush()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_batches(self._held), row_group_size=GROUP_ROWS)
        self._held, self._rows = [], 0

    def close(self) -> None:
        """The rows so far are the whole table, which becomes a member."""
        self._flush()
        self._writer.close()
        self._draft.add_table(self._name, self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._writer.close()


def pieces_of_table(source: Any) -> dict[str, str]:
    """SM3 of every column of every row group of a Parquet file, by a name that says which rows.

    :param source: a path, or an Arrow buffer.
    :raises pa.ArrowException: it is no Parquet file any more.
    """
    held = pa.memory_map(str(source)) if isinstance(source, Path) else pa.BufferReader(source)
    with held:
        meta = pq.ParquetFile(held).metadata
        found: dict[str, str] = {}
        first = 1
        for number in range(meta.num_row_groups):
            group = meta.row_group(number)
            last = first + group.num_rows - 1
            for place in range(group.num_columns):
                column = group.column(place)
                start = column.dictionary_page_offset or column.data_page_offset
                content = held.read_at(column.total_compressed_size, start)
                where = f"第{number + 1}个行组（第{first}至{last}行）的列 {column.path_in_schema}"
                found[where] = sm3_hex(content)
            first = last + 1
    return found


def pieces_of_json(content: bytes) -> dict[str, str]:
    """SM3 of every field of a JSON object, and of every item of a list in it; empty for anything else."""
    try:
        data = json.loads(content)
    except ValueError:
        return {}
    if not isinstance(data, dict):
        return {}
    found: dict[str, str] = {}
    for key, value in data.items():
        if isinstance(value, list):
            found |= {f"{key}[{place}]": _digest(item) for place, item in enumerate(value)}
        elif isinstance(value, dict):
            found |= {f"{key}.{inner}": _digest(item) for inner, item in value.items()}
        else:
            found[key] = _digest(value)
    return found


def _digest(value: object) -> str:
    return sm3_hex(json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode())


def changed_pieces(known: Mapping[str, str], content: bytes, name: str) -> list[str]:
    """Which pieces of a damaged member are not what they were, in its order; empty when it cannot be told.

    :param known: the pieces of the member as they were written.
    :param content: its bytes as they are now.
    """
    if not known:
        return []
    try:
        now = pieces_of_table(pa.py_buffer(content)) if name.endswith(".parquet") else pieces_of_json(content)
    except (pa.ArrowException, OSError, ValueError):
        return [FOOT]
    changed = [where for where in {**known, **now} if known.get(where) != now.get(where)]
    return changed or [FOOT]
