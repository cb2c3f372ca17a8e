"""The law as the service sees it: the policy folder, and the amendments published since."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy_amendment import Texts
from chspay_core.policy_check import Tree
from chspay_core.policy_files import (
    COVERAGE,
    Fingerprint,
    fingerprint,
    load_chain,
    load_shared,
    load_tree,
    read_text,
)
from chspay_core.policy_registry import Coverage, read_coverage
from chspay_core.regions import chain

#: Amendments by place, file name and text, in the order in which they apply.
Amended = Mapping[str, Texts]
_Stamp = tuple[Fingerprint, tuple[tuple[str, str], ...]]


class Shelf:
    """Bundles, trees and claims of coverage from a policy folder and published amendments.

    An edit on disk takes effect with the next request, and so does a publication; a broken edit is refused
    with file and line, and bundles sealed before stay available by digest.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._bundles: dict[str, tuple[_Stamp, Bundle]] = {}
        self._tree: tuple[_Stamp, Tree] | None = None

    async def bundle(self, place: str, amended: Amended) -> Bundle:
        """The bundle of a place as folder and amendments stand now.

        :raises Fault: ``POLICY_*`` naming file, line and key; ``POLICY_PLACE_UNKNOWN``.
        """
        return await asyncio.to_thread(self._bundle, place, amended)

    def _bundle(self, place: str, amended: Amended) -> Bundle:
        own = {code: amended[code] for code in chain(place) if code in amended}
        stamp = (fingerprint(self._root, place), _names(own))
        held = self._bundles.get(place)
        if held is not None and held[0] == stamp:
            return held[1]
        bundle = load_chain(self._root, place, own)
        self._bundles[place] = (stamp, bundle)
        return bundle

    async def tree(self, amended: Amended) -> Tree:
        """Every place as folder and amendments stand now, faults included."""
        return await asyncio.to_thread(self._whole, amended)

    def _whole(self, amended: Amended) -> Tree:
        stamp = (fingerprint(self._root), _names(amended))
        if self._tree is None or self._tree[0] != stamp:
            self._tree = (stamp, load_tree(self._root, amended))
        return self._tree[1]

    async def tried(self, amended: Amended, place: str, text: str) -> Tree:
        """The tree with one more amendment of ``place``; not remembered."""
        own = [*amended.get(place, ()), (TRIED, text)]
        return await asyncio.to_thread(load_tree, self._root, {**amended, place: own})

    async def coverage(self) -> tuple[Mapping[str, str], Mapping[str, Coverage]]:
        """Names of all places, and what is claimed of those that have a claim."""
        return await asyncio.to_thread(self._coverage)

    def _coverage(self) -> tuple[Mapping[str, str], Mapping[str, Coverage]]:
        shared = load_shared(self._root)
        claims = read_coverage(read_text(self._root, COVERAGE), COVERAGE, shared)
        if shared.faults:
            first: Fault = shared.faults[0]
            raise first
        return shared.names, claims


#: The file an amendment stands in while it is tried; faults name it.
TRIED = "修订"


def _names(amended: Amended) -> tuple[tuple[str, str], ...]:
    """What tells one state of the amendments from another: their names, which are given once for ever."""
    return tuple((place, name) for place in sorted(amended) for name, _ in amended[place])
