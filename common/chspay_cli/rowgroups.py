"""Parquet case files by row group, codes still encoded: what threads and cluster workers share out.

Texts that repeat stay dictionaries from the file to the answer and back; nothing is spelled out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chspay_cli.casefile import check_names, reading
from chspay_cli.grouped import Grouped, Shape, grouped
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.given import READ

#: Columns of repeating text, read as dictionaries.
_REPEATING = (
    "diagnoses",
    "procedures",
    "department",
    "leaving_type",
    "hospital_code",
    "region_code",
    "insured_region",
    "insurance_type",
)
#: A larger row group is read in slices, so that memory stays bounded.
_MOST_ROWS, _SLICE_ROWS = 1 << 21, 1 << 19


class RowGroups:
    """A Parquet case file opened once per thread."""

    def __init__(
        self, path: Path, columns: Sequence[str] | None = None, repeating: Sequence[str] = _REPEATING
    ) -> None:
        """:param columns: read only these, as far as they exist; all when None.
        :param repeating: columns of text to be read as dictionaries.

        :raises Fault: FILE_UNREADABLE, COLUMN_TWICE.
        """
        self._path, self._local = path, threading.local()
        self.read_rows = 0  # how far reading has come, to tell the user; not exact between threads
        with reading(path):
            file = pq.ParquetFile(path)
        held = file.schema_arrow
        check_names(held.names)
        self._columns = held.names if columns is None else [name for name in columns if name in held.names]
        self.schema = pa.schema([held.field(name) for name in self._columns])
        leaves = [file.schema.column(place).path for place in range(len(file.schema))]
        self._encoded = [leaf for leaf in leaves if leaf.partition(".")[0] in repeating]
        self.rows = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]

    def read(self, number: int) -> list[pa.RecordBatch]:
        """A whole row group, in as few batches as its dictionaries allow.

        :raises Fault: FILE_UNREADABLE.
        """
        with reading(self._path):
            table = self._file().read_row_group(number, columns=self._columns, use_threads=False)
            batches: list[pa.RecordBatch] = table.select(self._columns).to_batches()
        self.read_rows += table.num_rows
        return batches

    def loads(self) -> Iterator[Callable[[], list[pa.RecordBatch]]]:
        """Readers of everything, in order; a large row group is read here and handed out in slices."""
        for number, rows in enumerate(self.rows):
            if rows <= _MOST_ROWS:
                yield partial(self.read, number)
                continue
            with reading(self._path):
                slices = self._file().iter_batches(_SLICE_ROWS, row_groups=[number], columns=self._columns)
                for batch in slices:
                    self.read_rows += batch.num_rows
                    yield partial(list, [batch.select(self._columns)])

    def _file(self) -> pq.ParquetFile:
        file: pq.ParquetFile | None = getattr(self._local, "file", None)
        if file is None:
            file = pq.ParquetFile(self._path, memory_map=True, read_dictionary=self._encoded)
            self._local.file = file
        return file


def group_batches(
    load: Callable[[], list[pa.RecordBatch]], grouper: BatchGrouper, shape: Shape
) -> list[Grouped]:
    """Read some batches and group them, row for row in the same order."""
    return [grouped(batch, grouper, shape) for batch in load()]


def group_row_group(path: Path, number: int, grouper: BatchGrouper, shape: Shape) -> list[Grouped]:
    """The output of one row group of a Parquet case file: the whole work of a cluster's worker.

    :raises Fault: FILE_UNREADABLE, COLUMN_TWICE, COLUMN_MISSING, COLUMN_TYPE.
    """
    groups = RowGroups(path, READ if shape.answers_only else None)
    return group_batches(partial(groups.read, number), grouper, shape)
