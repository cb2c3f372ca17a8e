"""Are the case numbers of every hospital distinct? They decide ties, so they have to be."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from chspay_settlement.engine.columnar import kernels
from chspay_settlement.engine.columnar.columns import Columns, Each

_BASIS, _GOLDEN = 0xCBF29CE484222325, 0x9E3779B97F4A7C15


def repeated_row(columns: Columns, each: Each = map) -> int | None:
    """The first row whose hospital and case number an earlier row has already; ``None`` when all differ."""
    hashes = np.empty(len(columns), np.uint64)
    hospitals = len(columns.hospital.texts)
    # Hospitals begin from numbers far apart; case numbers that meet by chance are compared as texts.
    seeds = np.array([(_BASIS + _GOLDEN * place) % 2**64 for place in range(hospitals)], np.uint64)

    def number(work: tuple[int, pa.Array]) -> None:
        start, chunk = work
        _, offsets, letters = chunk.buffers()
        rows = slice(start, start + len(chunk))
        kernels.hash_texts(
            columns.hospital.codes[rows],
            seeds,
            np.frombuffer(offsets, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1],
            np.frombuffer(letters or b"", np.uint8),
            hashes[rows],
        )

    chunks = [chunk for chunk in columns.case_id.chunks if len(chunk)]
    starts = np.cumsum([0, *map(len, chunks)])[:-1].tolist()
    for _ in each(number, list(zip(starts, chunks, strict=True))):
        continue
    ordered = np.sort(hashes)
    met = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(met):
        return None
    rows = np.flatnonzero(np.isin(hashes, met))
    seen: set[tuple[str, str]] = set()
    keys = zip(columns.hospital.at(rows), columns.case_id.take(rows).to_pylist(), strict=True)
    for row, key in zip(rows.tolist(), keys, strict=True):
        if key in seen:
            return int(row)
        seen.add(key)
    return None
