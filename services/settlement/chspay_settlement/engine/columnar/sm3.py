"""SM3 (GB/T 32905) of many short messages, compiled: the leaves and nodes of the proof of a month's totals.

The form of every message is that of ``engine.proof``; a test holds these loops to it, byte for byte.
"""

# mypy: disable-error-code="no-any-return,untyped-decorator"
from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from chspay_settlement.engine.columnar.wide import OPTIONS, inlined

compiled: Any = njit(**OPTIONS)

#: Bytes of a digest, of the figures of a node, and of a block.
DIGEST, PACKED, _BLOCK = 32, 56, 64
#: Room a message needs behind it for its padding.
ROOM = 2 * _BLOCK
_MASK = np.uint64(0xFFFFFFFF)
_BYTE = np.uint64(0xFF)
_START = np.array(
    [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E],
    np.uint64,
)
_EARLY, _LATE = np.uint64(0x79CC4519), np.uint64(0x7A879D8A)
_WORD = np.uint64(32)


@inlined
def _left(word: Any, by: Any) -> Any:
    """A word of 32 bits turned to the left."""
    return ((word << by) | (word >> (_WORD - by))) & _MASK


@inlined
def _p1(word: Any) -> Any:
    return word ^ _left(word, np.uint64(15)) ^ _left(word, np.uint64(23))


@compiled
def _compress(state: Any, message: Any, start: Any, words: Any) -> None:
    """One block of 64 bytes."""
    for j in range(16):
        at = start + 4 * j
        words[j] = (
            (np.uint64(message[at]) << np.uint64(24))
            | (np.uint64(message[at + 1]) << np.uint64(16))
            | (np.uint64(message[at + 2]) << np.uint64(8))
            | np.uint64(message[at + 3])
        )
    for j in range(16, 68):
        mixed = _p1(words[j - 16] ^ words[j - 9] ^ _left(words[j - 3], np.uint64(15)))
        words[j] = mixed ^ _left(words[j - 13], np.uint64(7)) ^ words[j - 6]
    a, b, c, d = state[0], state[1], state[2], state[3]
    e, f, g, h = state[4], state[5], state[6], state[7]
    for j in range(64):
        early = j < 16
        turned = _left(a, np.uint64(12))
        by = np.uint64(j % 32)
        constant = _EARLY if early else _LATE
        constant = _left(constant, by)
        ss1 = _left((turned + e + constant) & _MASK, np.uint64(7))
        ss2 = ss1 ^ turned
        ff = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if early else (e & f) | ((~e & _MASK) & g)
        tt1 = (ff + d + ss2 + (words[j] ^ words[j + 4])) & _MASK
        tt2 = (gg + h + ss1 + words[j]) & _MASK
        d, c, b, a = c, _left(b, np.uint64(9)), a, tt1
        h, g, f = g, _left(f, np.uint64(19)), e
        e = tt2 ^ _left(tt2, np.uint64(9)) ^ _left(tt2, np.uint64(17))
    state[0] ^= a
    state[1] ^= b
    state[2] ^= c
    state[3] ^= d
    state[4] ^= e
    state[5] ^= f
    state[6] ^= g
    state[7] ^= h


@compiled
def digest(message: Any, length: Any, start: Any, state: Any, words: Any, out: Any, place: Any) -> None:
    """SM3 of the first ``length`` bytes of ``message`` (with room for the padding) into ``out``."""
    for j in range(8):
        state[j] = start[j]
    message[length] = 0x80
    end = (length + 9 + _BLOCK - 1) // _BLOCK * _BLOCK
    for at in range(length + 1, end - 8):
        message[at] = 0
    bits = np.uint64(length) << np.uint64(3)
    for j in range(8):
        message[end - 1 - j] = np.uint8((bits >> np.uint64(8 * j)) & _BYTE)
    for at in range(0, end, _BLOCK):
        _compress(state, message, at, words)
    for j in range(8):
        for k in range(4):
            out[place + 4 * j + k] = np.uint8((state[j] >> np.uint64(24 - 8 * k)) & _BYTE)


@compiled
def pack(sums: Any, row: Any, out: Any, place: Any) -> None:
    """Seven figures of 64 bits, big end first."""
    for j in range(7):
        figure = np.uint64(sums[row, j])
        for k in range(8):
            out[place + 8 * j + k] = np.uint8((figure >> np.uint64(56 - 8 * k)) & _BYTE)


@compiled
def frame(  # noqa: PLR0913, PLR0917 - a case is framed from all its texts
    head: Any, letters: Any, begins: Any, first: Any, first_bytes: Any, first_begins: Any, last: Any,
    last_bytes: Any, last_begins: Any, sums: Any, ends: Any, out: Any,
) -> None:  # fmt: skip
    """What stands in the leaf of every case, and its figures behind it; ``ends`` says where each ends."""
    at = 0
    for row in range(first.size):
        for place in range(head.size):
            out[at + place] = head[place]
        at += head.size
        length = np.uint64(begins[row + 1] - begins[row])
        for k in range(4):
            out[at + k] = np.uint8((length >> np.uint64(24 - 8 * k)) & _BYTE)
        at += 4
        for place in range(begins[row], begins[row + 1]):
            out[at] = letters[place]
            at += 1
        for place in range(first_begins[first[row]], first_begins[first[row] + 1]):
            out[at] = first_bytes[place]
            at += 1
        for place in range(last_begins[last[row]], last_begins[last[row] + 1]):
            out[at] = last_bytes[place]
            at += 1
        pack(sums, row, out, at)
        at += PACKED
        ends[row] = at


@compiled
def leaves(  # noqa: PLR0913, PLR0917 - what leaves are made of, and room to make them in
    salted: Any, letters: Any, begins: Any, contents: Any, ends: Any, start: Any, message: Any, state: Any,
    words: Any, hashes: Any,
) -> None:  # fmt: skip
    """The hash of every case's leaf.

    :param salted: what stands before the case number in the message of a salt.
    :param contents: as :func:`frame` writes them.
    """
    begin = 0
    for row in range(ends.size):
        length = salted.size
        for place in range(salted.size):
            message[place] = salted[place]
        for place in range(begins[row], begins[row + 1]):
            message[length] = letters[place]
            length += 1
        digest(message, length, start, state, words, hashes, row * DIGEST)
        message[0] = 0
        for place in range(DIGEST):
            message[1 + place] = hashes[row * DIGEST + place]
        length = 1 + DIGEST
        for place in range(ends[row] - PACKED, ends[row]):
            message[length] = contents[place]
            length += 1
        for place in range(begin, ends[row] - PACKED):
            message[length] = contents[place]
            length += 1
        begin = ends[row]
        digest(message, length, start, state, words, hashes, row * DIGEST)


@compiled
def climb(hashes: Any, sums: Any, rows: Any, start: Any, message: Any, state: Any, words: Any) -> None:
    """Joins ``rows`` nodes two by two until one is left, in the first place; an odd one moves up as it is."""
    while rows > 1:
        for pair in range(rows // 2):
            message[0] = 1
            at = 1
            for side in range(2):
                node = 2 * pair + side
                for place in range(DIGEST):
                    message[at + place] = hashes[node * DIGEST + place]
                pack(sums, node, message, at + DIGEST)
                at += DIGEST + PACKED
            for j in range(7):
                sums[pair, j] = sums[2 * pair, j] + sums[2 * pair + 1, j]
            digest(message, at, start, state, words, hashes, pair * DIGEST)
        if rows % 2:
            kept = rows // 2
            for place in range(DIGEST):
                hashes[kept * DIGEST + place] = hashes[(rows - 1) * DIGEST + place]
            for j in range(7):
                sums[kept, j] = sums[rows - 1, j]
        rows = (rows + 1) // 2


def room(longest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What the loops need: the constants they begin from, and room for messages of this length."""
    return _START, np.zeros(longest + ROOM, np.uint8), np.zeros(8, np.uint64), np.zeros(68, np.uint64)
