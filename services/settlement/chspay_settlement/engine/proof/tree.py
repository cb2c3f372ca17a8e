"""A binary tree whose nodes carry a hash and the sums below them, and the way from a leaf to its root.

A node's hash takes in both children's hashes and both children's sums, so a total cannot be told otherwise
than as the sum of its two halves. Leaves and nodes are hashed with different first bytes, so that neither
passes for the other. An odd node at the end of a row moves up as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chspay_core.digest import sm3_bytes
from chspay_settlement.engine.proof.sums import Sums

HASH_BYTES = 32
#: No tree of cases is deeper; a longer way is not one.
DEEPEST = 64
_LEAF, _NODE = b"\x00", b"\x01"


class Node(NamedTuple):
    """A node: its hash (32 bytes) and the sums of everything below it."""

    hash: bytes
    sums: Sums


class Step(NamedTuple):
    """One step towards the root: the sibling, and whether it stands on the left."""

    left: bool
    sibling: Node


def leaf(salt: bytes, content: bytes, sums: Sums) -> Node:
    """A leaf: the commitment of ``content`` and its figures under a salt of 32 bytes.

    :raises Fault: PROOF_SUMS_REFUSED.
    """
    packed = sums.checked().packed()
    return Node(sm3_bytes(b"".join((_LEAF, salt, packed, content))), sums)


def join(left: Node, right: Node) -> Node:
    """The node above two.

    :raises Fault: PROOF_SUMS_REFUSED.
    """
    sums = left.sums.plus(right.sums)
    parts = (_NODE, left.hash, left.sums.packed(), right.hash, right.sums.packed())
    return Node(sm3_bytes(b"".join(parts)), sums)


class Tree:
    """A tree over at least one leaf, all rows kept."""

    def __init__(self, leaves: Sequence[Node]) -> None:
        if not leaves:
            raise AssertionError("a tree needs a leaf")
        self.rows: list[list[Node]] = [list(leaves)]
        while len(self.rows[-1]) > 1:
            self.rows.append(_above(self.rows[-1]))

    @property
    def root(self) -> Node:
        """The node above all."""
        return self.rows[-1][0]

    def way(self, place: int) -> list[Step]:
        """The siblings from leaf ``place`` up to the root."""
        steps = []
        for row in self.rows[:-1]:
            other = place ^ 1
            if other < len(row):
                steps.append(Step(other < place, row[other]))
            place //= 2
        return steps


def root_of(leaves: Sequence[Node]) -> Node:
    """The root over leaves, as :class:`Tree` has it; keeps nothing else, and adds whole rows at once.

    :raises Fault: PROOF_SUMS_REFUSED.
    """
    if not leaves:
        raise AssertionError("a tree needs a leaf")
    hashes = [node.hash for node in leaves]
    sums = np.array([node.sums for node in leaves], np.uint64)
    while len(hashes) > 1:
        packed, pairs = sums.astype(">u8").tobytes(), len(hashes) // 2
        wide = sums.shape[1] * 8
        above = [
            sm3_bytes(
                b"".join((
                    _NODE, hashes[place], packed[place * wide : (place + 1) * wide],
                    hashes[place + 1], packed[(place + 1) * wide : (place + 2) * wide],
                ))
            )
            for place in range(0, 2 * pairs, 2)
        ]  # fmt: skip
        added = sums[0 : 2 * pairs : 2] + sums[1 : 2 * pairs : 2]
        if len(hashes) % 2:
            above.append(hashes[-1])
            added = np.concatenate([added, sums[-1:]])
        # Two numbers below 2⁶³ never turn over; what they come to must be below 2⁶³ again.
        Sums._make(added.max(axis=0).tolist()).checked()
        hashes, sums = above, added
    return Node(hashes[0], Sums._make(sums[0].tolist()))


def climb(node: Node, way: Sequence[Step]) -> Node:
    """The root that a leaf and its siblings lead to.

    :raises Fault: PROOF_SUMS_REFUSED.
    """
    for step in way:
        node = join(step.sibling, node) if step.left else join(node, step.sibling)
    return node


def _above(row: Sequence[Node]) -> list[Node]:
    above = [join(row[place], row[place + 1]) for place in range(0, len(row) - 1, 2)]
    if len(row) % 2:
        above.append(row[-1])
    return above
