"""Findings on invalid heads, and the settlement of a community."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from chspay_capitation.app.access import may, new_id
from chspay_capitation.app.attributions import Attributions, policy_of
from chspay_capitation.engine import findings
from chspay_capitation.engine.attribution import Span
from chspay_capitation.engine.findings import Finding
from chspay_capitation.engine.settle import Fund, Results, settle
from chspay_capitation.store import records
from chspay_capitation.store.records import StoredFinding, StoredSettlement
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import paging

FINDING_UNKNOWN = Reason("HEAD_FINDING_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的无效人头认定。")
FINDING_TAKEN = Reason("HEAD_FINDING_TAKEN", Kind.CONFLICT, "无效人头认定的编号“{value}”已经使用。")
COMMUNITY_UNKNOWN = Reason(
    "COMMUNITY_UNKNOWN", Kind.NOT_FOUND, "归属计算{attribution}中没有医共体“{value}”的额度。"
)
COSTS_WRONG = Reason(
    "COMMUNITY_COSTS_WRONG", Kind.INVALID, "医共体{community}应逐一给出险种{wanted}的费用，收到的是{value}。"
)
SETTLEMENT_DOCUMENT = Reason("SETTLEMENT_DOCUMENT_MISSING", Kind.INVALID, "结算须写明费用与剔除依据的文件。")
SETTLEMENT_UNKNOWN = Reason(
    "CAPITATION_SETTLEMENT_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的人头包干结算。"
)


class Cost(NamedTuple):
    """Members' cost of one insurance, fen."""

    inside_fen: int
    outside_fen: int
    exempt_fen: int


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


class Settlements:
    """What communities are paid at the end."""

    def __init__(self, attributions: Attributions) -> None:
        self._attributions = attributions

    async def settle(
        self,
        request_id: str,
        attribution_id: str,
        community: str,
        costs: Mapping[str, Cost],
        results: tuple[Decimal | None, Decimal | None],
        document: str,
    ) -> StoredSettlement:
        """A community settled against its quotas, under the policy of the attribution.

        :raises Fault: COMMUNITY_*, SETTLEMENT_DOCUMENT_MISSING, CAPITATION_*, POLICY_*.
        """
        run = await self._attributions.done(attribution_id)
        claim = may(run.pool, "bureau")
        if not document.strip():
            raise Fault(SETTLEMENT_DOCUMENT, field="document")
        mine = [row for row in await self._attributions.quotas(attribution_id) if row.community == community]
        if not mine:
            raise Fault(COMMUNITY_UNKNOWN, field="community", value=community, attribution=attribution_id)
        kinds = {row.insurance_type for row in mine}
        if kinds != set(costs):
            told = "、".join(sorted(costs)) or "没有"
            raise Fault(
                COSTS_WRONG, field="costs", value=told, community=community, wanted="、".join(sorted(kinds))
            )
        policy = await policy_of(run)
        funds = [Fund(row.insurance_type, row.quota_fen, *costs[row.insurance_type]) for row in mine]
        paid, sheet = settle(community, funds, Results(*results), policy)
        new = StoredSettlement(
            new_id("CS", request_id), attribution_id, community, run.pool,
            [
                [item.fund.insurance_type, item.fund.quota_fen, item.fund.balance_fen, item.released_fen,
                 item.borne_fen, item.due_fen, item.fund_keeps_fen]
                for item in paid
            ],
            sum(item.due_fen for item in paid), document.strip(), policy.digest, sheet.to_json(),
            claim.subject,
        )  # fmt: skip
        await records.put_settlement(new)
        return new

    async def get(self, settlement_id: str) -> StoredSettlement:
        """A settlement the caller may see.

        :raises Fault: CAPITATION_SETTLEMENT_UNKNOWN.
        """
        found = await records.settlement(settlement_id)
        if found is None:
            raise Fault(SETTLEMENT_UNKNOWN, field="settlement_id", value=settlement_id)
        may(found.pool, "bureau", "service")
        return found
