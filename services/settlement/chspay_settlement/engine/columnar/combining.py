"""Which combinations of codes occur, and some row for each: what is asked once need not be asked per case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from chspay_settlement.engine.columnar.columns import Each

#: So many combinations are kept in a table; more are looked for among the rows.
_MOST_SLOTS = 1 << 25
#: A column of codes, and how many different ones there may be.
Part = tuple[np.ndarray, int]


@dataclass(frozen=True, slots=True)
class Combinations:
    """Per row the number of its combination, per combination the first row that has it."""

    codes: np.ndarray  # int32
    rows: list[int]


def numbered(numbers: np.ndarray) -> Part:
    """Any column of whole numbers as codes."""
    low, high = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, 0)
    if high - low < _MOST_SLOTS >> 8:
        return (numbers - low).astype(np.int32), high - low + 1
    found, codes = np.unique(numbers, return_inverse=True)
    return codes.astype(np.int32), len(found)


def combine(pieces: Sequence[slice], each: Each, parts: Sequence[Part]) -> Combinations:
    """The combinations of the codes of some columns, codes being zero or more."""
    slots = prod(max(size, 1) for _, size in parts)
    rows = len(parts[0][0])
    if slots > _MOST_SLOTS:
        return searched([codes for codes, _ in parts])
    number = np.empty(rows, np.int32)

    def join(piece: slice) -> np.ndarray:
        joined = parts[0][0][piece].astype(np.int32)
        for codes, size in parts[1:]:
            joined *= np.int32(max(size, 1))
            joined += codes[piece]
        number[piece] = joined
        first = np.full(slots, -1, np.int32)
        first[joined[::-1]] = np.arange(piece.stop - 1, piece.start - 1, -1, dtype=np.int32)
        return first

    seen = np.full(slots, -1, np.int32)
    for first in each(join, pieces):
        np.copyto(seen, first, where=seen < 0)
    used = np.flatnonzero(seen >= 0)
    dense = np.zeros(slots, np.int32)
    dense[used] = np.arange(len(used), dtype=np.int32)

    def renumber(piece: slice) -> None:
        number[piece] = dense[number[piece]]

    for _ in each(renumber, pieces):
        continue
    return Combinations(number, seen[used].tolist())


def searched(columns: Sequence[np.ndarray]) -> Combinations:
    """The combinations of some columns of whole numbers, found by sorting; for few rows, or many slots."""
    number = np.zeros(len(columns[0]), np.int64)
    rows = np.empty(0, np.int64)
    for column in columns:
        _, codes = np.unique(column, return_inverse=True)
        joined = number * (int(codes.max(initial=0)) + 1) + codes
        _, rows, number = np.unique(joined, return_index=True, return_inverse=True)
    return Combinations(number.astype(np.int32), rows.tolist())
