"""Arrow columns from numpy arrays, without touching single values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_MONEY = pa.decimal128(18, 2)
#: The four characters of every pair of bytes, as one 32-bit word.
_HEX = np.frombuffer(
    b"".join(bytes([low, high]).hex().encode() for high in range(256) for low in range(256)), np.uint32
)


def money(fen: Ints) -> pa.Array:
    """Amounts in fen as decimal yuan with two places, exact; negative amounts too."""
    words = np.empty((len(fen), 2), np.int64)
    words[:, 0] = fen
    words[:, 1] = fen >> 63
    return pa.Array.from_buffers(_MONEY, len(fen), [None, pa.py_buffer(words)])


def days(numbers: Ints) -> pa.Array:
    """Days since 1970-01-01 as dates."""
    return pa.array(numbers.astype(np.int32)).cast(pa.date32())


def integers(numbers: Ints, kind: pa.DataType, known: Bools | None = None) -> pa.Array:
    """Integers of ``kind``; unknown where ``known`` is false."""
    return pa.array(numbers, mask=None if known is None else ~known).cast(kind)


def texts(numbers: Ints, words: pa.Array, known: Bools | None = None) -> pa.Array:
    """Words picked by number; unknown where ``known`` is false."""
    return words.take(pa.array(numbers, mask=None if known is None else ~known))


def lists(values: Ints, lengths: Ints, words: pa.Array) -> pa.Array:
    """Lists of words: ``values`` are all the picks in a row, ``lengths`` how many each list takes."""
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), words.take(pa.array(values)))


def hexes(raw: npt.NDArray[np.uint8]) -> pa.Array:
    """Rows of bytes, an even number in each, as lower-case hexadecimal text."""
    return fixed(_HEX[raw.view("<u2")].view(np.uint8))


def digits(prefix: str, numbers: Ints, places: int) -> pa.Array:
    """``prefix`` followed by the number, padded with zeros to ``places`` digits."""
    cells = np.empty((len(numbers), len(prefix) + places), np.uint8)
    cells[:, : len(prefix)] = np.frombuffer(prefix.encode(), np.uint8)
    rest = numbers.copy()
    for place in range(places):
        rest, digit = np.divmod(rest, 10)
        cells[:, -1 - place] = digit + ord("0")
    return fixed(cells)


def fixed(cells: npt.NDArray[np.uint8]) -> pa.Array:
    """Rows of ASCII bytes, all of one width, as text."""
    rows, width = cells.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(cells))]
    )


def quantiles(weights: Floats, size: int) -> npt.NDArray[np.int32]:
    """A table of ``size`` picks in proportion to ``weights``: one random place in it is one draw."""
    shares = np.cumsum(weights / weights.sum())
    return np.minimum(
        np.searchsorted(shares, (np.arange(size) + 0.5) / size, side="right"), len(weights) - 1
    ).astype(np.int32)
