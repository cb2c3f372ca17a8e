"""The policy folder as the service sees it: read when it changed, otherwise remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy_files import COVERAGE, Fingerprint, fingerprint, load_shared, read_text
from chspay_core.policy_registry import Coverage, read_coverage


class Shelf:
    """Bundles and claims of coverage from a policy folder.

    An edit on disk takes effect with the next request; a broken edit is refused with file and line, and
    bundles sealed before stay available by digest.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._bundles: dict[str, tuple[Fingerprint, Bundle]] = {}

    async def bundle(self, place: str) -> Bundle:
        """The bundle of a place as the folder stands now.

        :raises Fault: ``POLICY_*`` naming file, line and key; ``POLICY_PLACE_UNKNOWN``.
        """
        return await asyncio.to_thread(self._bundle, place)

    def _bundle(self, place: str) -> Bundle:
        stamp = fingerprint(self._root, place)
        held = self._bundles.get(place)
        if held is not None and held[0] == stamp:
            return held[1]
        bundle = Bundle.load(self._root, place)
        self._bundles[place] = (stamp, bundle)
        return bundle

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
