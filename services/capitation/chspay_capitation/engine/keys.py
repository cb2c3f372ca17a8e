"""Person keys as numbers: 64 hexadecimal digits, of which the first sixteen tell nearly everybody apart."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_capitation.engine.roster import KEY_LENGTH

_DIGITS = 16
_NOT_HEX = 255
_VALUE = np.full(256, _NOT_HEX, np.uint8)
_VALUE[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16, dtype=np.uint8)


def _bytes(keys: pa.Array) -> np.ndarray:
    """The texts as a table of bytes; all have the length of a key."""
    start = int(np.frombuffer(keys.buffers()[1], np.int32)[keys.offset])
    flat = np.frombuffer(keys.buffers()[2], np.uint8, count=len(keys) * KEY_LENGTH, offset=start)
    return flat.reshape(-1, KEY_LENGTH)


def well_formed(keys: pa.Array) -> np.ndarray:
    """Which texts are 64 lower-case hexadecimal digits; ``keys`` has no null."""
    long_enough = pc.equal(pc.binary_length(keys), KEY_LENGTH).to_numpy(zero_copy_only=False)
    found = np.zeros(len(keys), np.bool_)
    if long_enough.any():
        right = keys if long_enough.all() else keys.filter(pa.array(long_enough))
        found[long_enough] = (_VALUE[_bytes(right)] != _NOT_HEX).all(axis=1)
    return found


def prefixes(keys: pa.Array) -> np.ndarray:
    """The first sixteen digits of each key as a number, in the order of the keys as texts."""
    if not len(keys):
        return np.zeros(0, np.uint64)
    digits = _VALUE[_bytes(keys)[:, :_DIGITS]]
    pairs = (digits[:, 0::2] << 4) | digits[:, 1::2]
    return np.ascontiguousarray(pairs).view(">u8").ravel().astype(np.uint64)
