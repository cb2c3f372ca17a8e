"""Catchments: who is served by whom, version by version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chspay_capitation.app.access import may
from chspay_capitation.clients import Registry
from chspay_capitation.engine.catchment import INSTITUTION, LEAD, Catchment, Entry
from chspay_capitation.engine.registry import Belongs, draw
from chspay_capitation.store import attributions as store
from chspay_capitation.store.attributions import StoredCatchment
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_kit.auth import Claim

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
        claim = _writer(pool, document)
        await store.lock_catchment(pool)
        return await _put(pool, document, Catchment(entries), 0, claim)

    async def draw(
        self, pool: str, document: str, others: Sequence[Entry], registry: Registry
    ) -> StoredCatchment:
        """A new version whose institutions and lead hospitals are the registry's.

        :param others: regions, universities and employers; none keeps those of the version before.
        :raises Fault: as :meth:`put`.
        """
        claim = _writer(pool, document)
        registered, version = await registry.all()
        await store.lock_catchment(pool)
        newest = await store.catchment(pool)
        if not others and newest is not None:
            others = [entry for entry in entries_of(newest) if entry.kind not in (INSTITUTION, LEAD)]
        rows = [
            Belongs(row.code, row.community, row.leads, row.since, row.until)
            for row in registered
            if row.pool == pool
        ]
        return await _put(pool, document, draw(rows, others, pool), version, claim)

    async def get(self, pool: str, version: int = 0) -> StoredCatchment:
        """One version; 0 means the newest.

        :raises Fault: CATCHMENT_UNKNOWN.
        """
        may(pool, "bureau", "service")
        return await self.kept(pool, version)

    async def kept(self, pool: str, version: int = 0) -> StoredCatchment:
        """As :meth:`get`, for callers who have found out that the asker may know."""
        found = await store.catchment(pool, version)
        if found is None:
            raise Fault(CATCHMENT_UNKNOWN, field="version", value=pool, version=version or "最新")
        return found


def _writer(pool: str, document: str) -> Claim:
    claim = may(pool, "bureau")
    if not document.strip():
        raise Fault(CATCHMENT_DOCUMENT, field="document")
    return claim


async def _put(pool: str, document: str, whole: Catchment, registry: int, claim: Claim) -> StoredCatchment:
    """Keeps the next version; the caller holds the pool's lock."""
    newest = await store.catchment(pool)
    rows = [_plain(entry) for entry in whole.entries]
    number, digest = newest.version + 1 if newest else 1, sm3_hex(canonical_json(rows))
    new = StoredCatchment(pool, number, document.strip(), rows, digest, registry)
    await store.put_catchment(new, claim.subject)
    return new


def _plain(entry: Entry) -> list[str]:
    return [*entry[:3], entry.since.isoformat(), entry.until.isoformat() if entry.until else ""]


def entries_of(stored: StoredCatchment) -> list[Entry]:
    """The entries of a stored version."""
    return [
        Entry(kind, code, community, date.fromisoformat(since), date.fromisoformat(until) if until else None)
        for kind, code, community, since, until in stored.entries
    ]
