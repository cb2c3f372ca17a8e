"""Catchments: who is served by whom, version by version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chspay_capitation.app.access import may
from chspay_capitation.engine.catchment import Catchment, Entry
from chspay_capitation.store import attributions as store
from chspay_capitation.store.attributions import StoredCatchment
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json

CATCHMENT_UNKNOWN = Reason(
    "CATCHMENT_UNKNOWN", Kind.NOT_FOUND, "统筹区{value}还没有服务区划（版本{version}）。"
)
CATCHMENT_DOCUMENT = Reason("CATCHMENT_DOCUMENT_MISSING", Kind.INVALID, "服务区划须写明依据的文件。")


class Catchments:
    """The catchments of every pool the caller may act for."""

    async def put(self, pool: str, document: str, entries: Sequence[Entry]) -> StoredCatchment:
        """A new version.

        :raises Fault: ROLE_DENIED, REGION_DENIED, CATCHMENT_*.
        """
        claim = may(pool, "bureau")
        if not document.strip():
            raise Fault(CATCHMENT_DOCUMENT, field="document")
        rows = [_plain(entry) for entry in Catchment(entries).entries]
        await store.lock_catchment(pool)
        newest = await store.catchment(pool)
        digest = sm3_hex(canonical_json(rows))
        new = StoredCatchment(pool, newest.version + 1 if newest else 1, document.strip(), rows, digest)
        await store.put_catchment(new, claim.subject)
        return new

    async def get(self, pool: str, version: int = 0) -> StoredCatchment:
        """One version; 0 means the newest.

        :raises Fault: CATCHMENT_UNKNOWN.
        """
        may(pool, "bureau", "service")
        found = await store.catchment(pool, version)
        if found is None:
            raise Fault(CATCHMENT_UNKNOWN, field="version", value=pool, version=version or "最新")
        return found


def _plain(entry: Entry) -> list[str]:
    return [*entry[:3], entry.since.isoformat(), entry.until.isoformat() if entry.until else ""]


def entries_of(stored: StoredCatchment) -> list[Entry]:
    """The entries of a stored version."""
    return [
        Entry(kind, code, community, date.fromisoformat(since), date.fromisoformat(until) if until else None)
        for kind, code, community, since, until in stored.entries
    ]
