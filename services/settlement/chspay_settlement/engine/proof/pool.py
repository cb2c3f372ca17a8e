"""The tree of a month: every hospital's cases, every hospital in parts, the parts in layers, one root.

Sums leak. In a plain tree over hospitals the sibling's sums are another hospital's totals. So each hospital's
totals are cut into random parts, one for each layer, and the hospitals stand in another order in every
layer; the orders are chosen so that what one hospital sees of all layers adds up to nothing smaller than all
the others together, which it knows anyway (the pool's total less its own).

Nothing here is drawn by chance: keys, cuts and orders follow from a seed, and the seed is the SM3 of all
cases of the month. So a replay comes to the same root, and only who knows every case knows the seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise
from typing import NamedTuple

import numpy as np

from chspay_core.digest import Sm3, sm3_bytes
from chspay_settlement.engine.proof.leaves import CaseLeaf, case_nodes, framed, part_node, part_salt
from chspay_settlement.engine.proof.sums import Sums, total
from chspay_settlement.engine.proof.tree import Node, Step, Tree, root_of

SEED, _KEY, _CUT, _ORDER = b"chspay-proof-seed/1", b"key", b"cut", b"order"
#: Two layers hide in all but the smallest pools; after so many orders that do not, one layer more.
_LAYERS, _TRIES = 2, 32
#: With so few hospitals the totals themselves tell one the other's.
_NOTHING_TO_HIDE = 2


class Part(NamedTuple):
    """One part of a hospital as it is shown: its salt, its figures, and the way up its layer."""

    salt: bytes
    sums: Sums
    way: tuple[Step, ...]


def key_of(seed: bytes, hospital_code: str) -> bytes:
    """The key of a hospital: it gets its own, and tells nothing about another's."""
    return sm3_bytes(seed + framed(_KEY, hospital_code))


def seed_of(cases: Mapping[str, Iterable[CaseLeaf]]) -> bytes:
    """The seed of a month: SM3 over every case of every hospital, in order."""
    digest = Sm3()
    digest.add(SEED)
    for code in sorted(cases):
        for found in cases[code]:
            digest.add(found.content(code) + found.sums.packed())
    return bytes.fromhex(digest.hex())


@dataclass(frozen=True)
class Pool:
    """A month's tree down to its hospitals: the seed, and the root over each hospital's cases."""

    seed: bytes
    hospitals: Mapping[str, Node]

    @staticmethod
    def of_cases(cases: Mapping[str, Sequence[CaseLeaf]]) -> Pool:
        """The tree of a month; each hospital's cases in order of their ids.

        :raises Fault: PROOF_SUMS_REFUSED.
        """
        seed = seed_of(cases)
        roots = {code: root_of(case_nodes(code, cases[code], key_of(seed, code))) for code in sorted(cases)}
        return Pool(seed, roots)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The hospitals by code."""
        return tuple(sorted(self.hospitals))

    @cached_property
    def orders(self) -> list[list[int]]:
        """The order of hospitals (places in ``codes``) in each layer."""
        size = len(self.codes)
        if size <= _NOTHING_TO_HIDE:
            return [list(range(size))]
        for attempt in count():
            layers = _LAYERS + attempt // _TRIES
            found = [self._order(attempt, layer) for layer in range(layers)]
            if hides(found):
                return found
        raise AssertionError("unreachable")

    @cached_property
    def layers(self) -> list[Tree]:
        """The tree of each layer."""
        return [
            Tree([self._part(place, layer) for place in order]) for layer, order in enumerate(self.orders)
        ]

    @cached_property
    def root(self) -> Node:
        """The pool's root: what is published."""
        return root_of([layer.root for layer in self.layers])

    def key(self, hospital_code: str) -> bytes:
        """What a hospital needs to rebuild its leaves."""
        return key_of(self.seed, hospital_code)

    def parts(self, hospital_code: str) -> tuple[Part, ...]:
        """The hospital's parts with their ways up, one for each layer."""
        place, key = self.codes.index(hospital_code), self.key(hospital_code)
        sums = self.cut(hospital_code)
        return tuple(
            Part(part_salt(key, number), sums[number], tuple(layer.way(order.index(place))))
            for number, (layer, order) in enumerate(zip(self.layers, self.orders, strict=True))
        )

    def cut(self, hospital_code: str) -> list[Sums]:
        """A hospital's totals cut into parts, each figure by itself and evenly by chance."""
        whole, pieces = self.hospitals[hospital_code].sums, len(self.orders)
        columns = []
        for name, value in zip(Sums._fields, whole, strict=True):
            ends = [0, *sorted(self._cuts(hospital_code, name, value, pieces - 1)), value]
            columns.append([end - start for start, end in pairwise(ends)])
        return [Sums(*part) for part in zip(*columns, strict=True)]

    def _cuts(self, hospital_code: str, name: str, value: int, wanted: int) -> list[int]:
        found = []
        for number in range(wanted):
            drawn = sm3_bytes(self.seed + framed(_CUT, hospital_code, name, str(number)))
            # Inside, so that no part is the whole; of one or nothing there is no inside.
            found.append(int.from_bytes(drawn, "big") % (value - 1) + 1 if value > 1 else 0)
        return found

    def _part(self, place: int, layer: int) -> Node:
        code = self.codes[place]
        salt = part_salt(self.key(code), layer)
        return part_node(code, layer, self.hospitals[code], self._cut_parts[place][layer], salt)

    @cached_property
    def _cut_parts(self) -> list[list[Sums]]:
        return [self.cut(code) for code in self.codes]

    def _order(self, attempt: int, layer: int) -> list[int]:
        drawn = {
            place: sm3_bytes(self.seed + framed(_ORDER, str(attempt), str(layer), code))
            for place, code in enumerate(self.codes)
        }
        return sorted(drawn, key=drawn.__getitem__)


def hides(orders: Sequence[Sequence[int]]) -> bool:
    """Whether nobody can add what it sees up to a group of others smaller than all of them.

    On its way up one layer a hospital sees the others in blocks. A group's totals follow from the blocks of
    all layers only if the group is made of whole blocks in every layer; so it is enough that the blocks of
    all layers hang together.
    """
    size = len(orders[0])
    lengths = np.array([number.bit_length() for number in range(2 * size)], np.int64)
    places = []
    for order in orders:
        where = np.empty(size, np.int64)
        where[np.array(order)] = np.arange(size)
        places.append(where)
    for own in range(size):
        others = np.delete(np.arange(size), own)
        # Two leaves part ways at the highest bit in which their places differ.
        seen = [lengths[where[others] ^ where[own]] + 64 * layer for layer, where in enumerate(places)]
        if not _hang_together(set(zip(*(column.tolist() for column in seen), strict=True))):
            return False
    return True


def _hang_together(rows: set[tuple[int, ...]]) -> bool:
    """Whether rows that share a block with one another are all connected."""
    waiting = list(rows)
    found = set(waiting.pop())
    while True:
        near = [row for row in waiting if found & set(row)]
        if not near:
            return not waiting
        for row in near:
            found |= set(row)
        waiting = [row for row in waiting if row not in set(near)]


def sums_of(cases: Iterable[CaseLeaf]) -> Sums:
    """The figures of some cases together."""
    return total(found.sums for found in cases)
