"""Findings on invalid heads."""

from __future__ import annotations

from collections.abc import Callable

from chspay_capitation.app.access import may
from chspay_capitation.engine import findings
from chspay_capitation.engine.attribution import Span
from chspay_capitation.engine.findings import Finding
from chspay_capitation.store import records
from chspay_capitation.store.records import StoredFinding
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import paging

FINDING_UNKNOWN = Reason("HEAD_FINDING_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的无效人头认定。")
FINDING_TAKEN = Reason("HEAD_FINDING_TAKEN", Kind.CONFLICT, "无效人头认定的编号“{value}”已经使用。")


class Heads:
    """Findings of every pool the caller may act for."""

    async def file(
        self, pool: str, finding_no: str, person_key: str, span: Span, cause: str, document: str
    ) -> StoredFinding:
        """A new finding.

        :raises Fault: HEAD_FINDING_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau")
        new = findings.file(Finding(finding_no, person_key, span, cause, document, claim.subject))
        if not await records.file_finding(pool, new):
            raise Fault(FINDING_TAKEN, field="finding_no", value=finding_no)
        return StoredFinding(pool, new)

    async def hear(self, finding_no: str, statement: str) -> StoredFinding:
        """What the community answered."""
        return await self._move(finding_no, lambda found, _who: findings.hear(found, statement))

    async def decide(self, finding_no: str, *, remove: bool, decision_no: str) -> StoredFinding:
        """The decision, by another person than the finder."""
        return await self._move(
            finding_no,
            lambda found, who: findings.decide(found, remove=remove, decision_no=decision_no, decided_by=who),
        )

    async def page(self, size: int, token: str) -> tuple[list[StoredFinding], str]:
        """A page of the findings the caller may see."""
        query, wanted = ("head-findings",), paging.size(size)
        after = paging.decode(query, token)
        found = await records.findings(str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].finding.finding_no]) if more else ""

    @staticmethod
    async def _move(finding_no: str, step: Callable[[Finding, str], Finding]) -> StoredFinding:
        stored = await records.finding(finding_no)
        if stored is None:
            raise Fault(FINDING_UNKNOWN, field="finding_no", value=finding_no)
        claim = may(stored.pool, "bureau")
        moved = step(stored.finding, claim.subject)
        await records.move_finding(moved)
        return StoredFinding(stored.pool, moved)
