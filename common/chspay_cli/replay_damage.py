"""Opens a replay bundle, and says of a damaged one which part of which member was changed."""

from __future__ import annotations

import json
from pathlib import Path

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import plainzip
from chspay_kit.package import PACKAGE_CHANGED, Package, open_package
from chspay_kit.package_draft import PIECES, changed_pieces

#: Kind of the sealed package; as ``engine.replay.bundle`` writes it.
PACKAGE = "replay"
CHANGED = Reason(
    "REPLAY_CHANGED",
    Kind.PRECONDITION,
    "重放包里的 {value} 被改动过，位置：{where}。应为 {expected}，实为 {found}；请重新取得一份。",
)
_MOST_NAMED = 5
_MOST_BYTES = 2 << 30


def open_bundle(path: Path) -> Package:
    """The bundle, after every byte of it was checked.

    :raises Fault: as :func:`~chspay_kit.package.open_package`; REPLAY_CHANGED names the changed part.
    """
    try:
        return open_package(path, PACKAGE)
    except Fault as fault:
        if fault.reason is not PACKAGE_CHANGED:
            raise
        where = changed_where(path, fault.value)
        if not where:
            raise
        shown = "、".join(where[:_MOST_NAMED]) + (f"等{len(where)}处" if len(where) > _MOST_NAMED else "")
        raise Fault(CHANGED, field=fault.value, value=fault.value, where=shown, **fault.facts) from fault


def changed_where(path: Path, name: str) -> list[str]:
    """Which pieces of a member are not what they were when it was written; empty when it cannot be told."""
    with path.open("rb") as file:
        entries = {entry.name: entry for entry in plainzip.read_directory(file, str(path))}
        entry, known = entries.get(name), entries.get(PIECES)
        if entry is None or known is None or entry.size > _MOST_BYTES:
            return []
        pieces = b"".join(plainzip.blocks(file, known, str(path)))
        content = b"".join(plainzip.blocks(file, entry, str(path)))
    try:
        data = json.loads(pieces)
        return changed_pieces(data.get(name, {}), content, name)
    except (ValueError, AttributeError):
        return []
