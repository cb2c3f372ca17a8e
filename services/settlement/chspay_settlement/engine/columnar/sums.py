"""Exact sums and sorted pieces of columns by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chspay_settlement.engine.columnar import kernels
from chspay_settlement.engine.columnar.columns import Each


def sums_by_group(
    pieces: Sequence[slice], each: Each, groups: np.ndarray, values: np.ndarray, size: int
) -> list[int]:
    """The sum of each group's values, exact however large; groups below zero count nowhere."""

    def add(piece: slice) -> np.ndarray:
        sums = np.zeros((size, 2), np.int64)
        kernels.add_up(groups[piece], values[piece], sums)
        return sums

    totals = [0] * size
    for found in each(add, pieces):
        for group, (high, low) in enumerate(found.tolist()):
            totals[group] += (high << 32) + low
    return totals


def by_group(
    pieces: Sequence[slice], each: Each, groups: np.ndarray, values: np.ndarray, size: int
) -> list[np.ndarray]:
    """Each group's values side by side, in the order of the rows; groups below zero are left out."""

    def count(piece: slice) -> np.ndarray:
        counts = np.zeros(size, np.int64)
        kernels.count(groups[piece], counts)
        return counts

    counts = np.array([*each(count, pieces), np.zeros(size, np.int64)])
    ends = np.cumsum(counts.sum(axis=0))
    out = np.empty(ends[-1] if size else 0, values.dtype)
    starts = ends - counts.sum(axis=0)
    # Where each piece begins to write within each group, so that pieces may be worked on side by side.
    places = starts + np.cumsum(counts, axis=0) - counts

    def lay(work: tuple[slice, np.ndarray]) -> None:
        piece, place = work
        kernels.scatter(groups[piece], values[piece], place, out)

    for _ in each(lay, list(zip(pieces, places, strict=False))):
        continue
    return [out[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def total_and_squares(numbers: Any) -> tuple[int, int]:
    """Sum and sum of squares of sorted numbers of zero or more, exact."""
    if len(numbers) == 0:
        return 0, 0
    if int(numbers[-1]) ** 2 * len(numbers) >= 2**128:
        listed = numbers.tolist()
        return sum(listed), sum(number * number for number in listed)
    sums = np.zeros(4, np.uint64)
    kernels.squares(numbers, sums)
    high, low, square_high, square_low = sums.tolist()
    return (high << 64) + low, (square_high << 64) + square_low
