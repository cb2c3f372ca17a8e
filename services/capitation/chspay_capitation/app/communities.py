"""What communities do for themselves: their rules of sharing, splits, and doubts of visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from chspay_capitation.app.access import may, new_id
from chspay_capitation.app.attributions import ATTRIBUTION_NOT_FOUND, Attributions
from chspay_capitation.app.catchments import Catchments, entries_of
from chspay_capitation.app.settlements import NO_LEAD, SETTLEMENT_CORRECTED, SETTLEMENT_UNKNOWN
from chspay_capitation.app.visits import VISIT_UNKNOWN
from chspay_capitation.engine.catchment import INSTITUTION, Catchment
from chspay_capitation.engine.inside import RULE_WRONG, Member, Part, allocate, check_parts
from chspay_capitation.store import attributions, settlements, visits
from chspay_capitation.store import communities as store
from chspay_capitation.store.communities import StoredDoubt, StoredRule, StoredSplit
from chspay_capitation.store.scope import act_as
from chspay_core.amounts import decimal_text, plain
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.regions import check_code, prefix
from chspay_kit.auth import Claim, current_claim, service_claim

#: Figures that are counted from the visits on record: number and place in what the store answers.
COUNTED = {"inside_visits": 0, "inside_fund_fen": 1}

LEAD_DENIED = Reason("COMMUNITY_LEAD_DENIED", Kind.DENIED, "只有医共体{value}的牵头医院或经办机构可以办理。")
RULE_SINCE = Reason(
    "COMMUNITY_RULE_SINCE",
    Kind.CONFLICT,
    "医共体{community}已有自{value}起的分配规则，新规则应从更晚的日期起。",
)
RULE_MISSING = Reason(
    "COMMUNITY_RULE_MISSING", Kind.PRECONDITION, "医共体{value}在{on}没有内部分配规则，请先登记。"
)
SPLIT_DONE = Reason("COMMUNITY_SPLIT_DONE", Kind.CONFLICT, "结算{value}已经分配过。")
SPLIT_UNKNOWN = Reason("COMMUNITY_SPLIT_UNKNOWN", Kind.NOT_FOUND, "结算{value}还没有内部分配。")
FIGURE_COUNTED = Reason(
    "COMMUNITY_FIGURE_COUNTED", Kind.INVALID, "“{value}”由已登记的就诊统计，不接受另行给出的数。"
)
FIGURE_STRANGER = Reason(
    "COMMUNITY_FIGURE_STRANGER",
    Kind.INVALID,
    "{value}不是医共体{community}的成员机构，或给出了规则以外的数。",
)
DOUBT_EMPTY = Reason("VISIT_DOUBT_EMPTY", Kind.INVALID, "“{field}”没有填写。")
DOUBT_TAKEN = Reason("VISIT_DOUBT_TAKEN", Kind.CONFLICT, "编号“{value}”已经使用，或这次就诊已经提出过疑义。")
DOUBT_UNKNOWN = Reason("VISIT_DOUBT_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的费用疑义。")
DOUBT_DECIDED = Reason("VISIT_DOUBT_DECIDED", Kind.PRECONDITION, "费用疑义{value}已经处理（{state}）。")


class Communities:
    """Rules, splits and doubts: for the bureau of the pool, and for the community's lead hospital."""

    def __init__(self, attributions_: Attributions) -> None:
        self._attributions = attributions_

    async def put_rule(
        self, pool: str, community: str, since: date, document: str, parts: Sequence[Part]
    ) -> StoredRule:
        """A new version of a community's rule, from a day on.

        :raises Fault: COMMUNITY_*, CATCHMENT_UNKNOWN.
        """
        claim, lead = await _leading(pool, community, since)
        if not document.strip():
            raise Fault(RULE_WRONG, field="document", problem="没有填写", value="")
        check_parts(parts)
        await settlements.lock_community(pool, community)
        known = await store.rules(pool, community)
        if known and since <= known[-1].since:
            raise Fault(RULE_SINCE, field="since", value=known[-1].since, community=community)
        rows = [[part.figure, part.label, plain(part.share)] for part in parts]
        new = StoredRule(pool, community, len(known) + 1, lead, since, document.strip(), rows, claim.subject)
        await store.put_rule(new)
        return new

    async def rules(self, pool: str, community: str) -> list[StoredRule]:
        """A community's rules by version, as far as the caller may see them."""
        current_claim().require_role("bureau", "hospital", "service")
        check_code(pool, "统筹区")
        return await store.rules(pool, community)

    async def split(
        self, request_id: str, settlement_id: str, given: Mapping[tuple[str, str], int]
    ) -> StoredSplit:
        """Hands a settlement on to the members, by the rule of the settled period's last day; once.

        :param given: by institution and figure, for what is not counted from the visits.
        :raises Fault: COMMUNITY_*, CAPITATION_SETTLEMENT_*.
        """
        found = await settlements.one(settlement_id)
        if found is None:
            raise Fault(SETTLEMENT_UNKNOWN, field="settlement_id", value=settlement_id)
        claim = _lead_or_bureau(found.pool, found.community, found.lead)
        if found.corrected_by:
            raise Fault(
                SETTLEMENT_CORRECTED, field="settlement_id", value=settlement_id, by=found.corrected_by
            )
        await act_as(service_claim("capitation", prefix(found.pool)))
        await settlements.lock_community(found.pool, found.community)
        if await store.split(settlement_id) is not None:
            raise Fault(SPLIT_DONE, field="settlement_id", value=settlement_id)
        run = await attributions.one(found.attribution_id)
        if run is None:
            raise Fault(ATTRIBUTION_NOT_FOUND, field="attribution_id", value=found.attribution_id)
        last = run.until - timedelta(days=1)
        held = [rule for rule in await store.rules(found.pool, found.community) if rule.since <= last]
        if not held:
            raise Fault(RULE_MISSING, field="community", value=found.community, on=last)
        rule, served = held[-1], await Catchments().kept(found.pool, run.catchment_version)
        members = _members_on(Catchment(entries_of(served)), found.community, run.since, run.until)
        counted = await visits.figures(found.attribution_id, found.community)
        parts = [Part(figure, label, decimal_text(share)) for figure, label, share in rule.parts]
        figures = _figures(parts, members, counted, given, found.community)
        shares, sheet = allocate(found.due_fen, parts, figures, rule.document)
        new = StoredSplit(
            new_id("SP", request_id), settlement_id, found.pool, found.lead, found.community, rule.version,
            found.due_fen, [[code, fen] for code, fen in shares.items()], sheet.to_json(), claim.subject,
        )  # fmt: skip
        await store.put_split(new)
        return new

    async def get_split(self, settlement_id: str) -> StoredSplit:
        """How a settlement was handed on.

        :raises Fault: COMMUNITY_SPLIT_UNKNOWN.
        """
        current_claim().require_role("bureau", "hospital", "service")
        found = await store.split(settlement_id)
        if found is None:
            raise Fault(SPLIT_UNKNOWN, field="settlement_id", value=settlement_id)
        return found

    async def doubt(self, attribution_id: str, visit_id: str, doubt_no: str, statement: str) -> StoredDoubt:
        """The lead hospital doubts a visit it is charged for; the bureau may note it on its behalf.

        :raises Fault: VISIT_UNKNOWN, VISIT_DOUBT_*.
        """
        claim = current_claim()
        claim.require_role("bureau", "hospital")
        for name, value in (("doubt_no", doubt_no), ("statement", statement)):
            if not value.strip():
                raise Fault(DOUBT_EMPTY, field=name)
        # The row policy shows a hospital the visits of the community it leads, and no others.
        found = await visits.one(attribution_id, visit_id)
        if found is None:
            raise Fault(VISIT_UNKNOWN, field="visit_id", value=visit_id)
        new = StoredDoubt(
            doubt_no, attribution_id, visit_id, found.pool, found.lead, found.charged.community,
            statement.strip(), claim.subject,
        )  # fmt: skip
        if not await store.put_doubt(new):
            raise Fault(DOUBT_TAKEN, field="doubt_no", value=doubt_no)
        return new

    async def decide(self, doubt_no: str, *, uphold: bool, decision_no: str) -> StoredDoubt:
        """The bureau's decision on a doubt; upheld, the visit no longer counts.

        :raises Fault: VISIT_DOUBT_*.
        """
        found = await store.doubt(doubt_no)
        if found is None:
            raise Fault(DOUBT_UNKNOWN, field="doubt_no", value=doubt_no)
        claim = may(found.pool, "bureau")
        if not decision_no.strip():
            raise Fault(DOUBT_EMPTY, field="decision_no")
        if found.state != "filed":
            raise Fault(DOUBT_DECIDED, field="doubt_no", value=doubt_no, state=found.state)
        await store.decide(found, uphold=uphold, decision_no=decision_no.strip(), by=claim.subject)
        state = "upheld" if uphold else "dismissed"
        return replace(found, state=state, decision_no=decision_no.strip(), decided_by=claim.subject)

    async def doubts(self, attribution_id: str, community: str) -> list[StoredDoubt]:
        """The doubts of a community's visits that the caller may see."""
        current_claim().require_role("bureau", "hospital", "service")
        return await store.doubts(attribution_id, community)


async def _leading(pool: str, community: str, on: date) -> tuple[Claim, str]:
    """The caller and the lead hospital of the community on a day.

    :raises Fault: COMMUNITY_LEAD_DENIED to other hospitals, COMMUNITY_NO_LEAD, CATCHMENT_UNKNOWN.
    """
    check_code(pool, "统筹区")
    claim = current_claim()
    claim.require_role("bureau", "hospital")
    if claim.role == "bureau":
        claim.require_region(pool)
    await act_as(service_claim("capitation", prefix(pool)))
    lead = Catchment(entries_of(await Catchments().kept(pool))).lead_of(community, on)
    if claim.role == "hospital" and claim.institution != lead:
        raise Fault(LEAD_DENIED, field="community", value=community)
    if not lead:
        raise Fault(NO_LEAD, field="community", value=community, on=on)
    return claim, lead


def _lead_or_bureau(pool: str, community: str, lead: str) -> Claim:
    claim = current_claim()
    claim.require_role("bureau", "hospital")
    if claim.role == "bureau":
        claim.require_region(pool)
    elif claim.institution != lead:
        raise Fault(LEAD_DENIED, field="community", value=community)
    return claim


def _members_on(served: Catchment, community: str, since: date, until: date) -> list[str]:
    """The institutions that belonged to a community on any day of a period, by code."""
    return sorted(
        {
            entry.code
            for entry in served.entries
            if entry.kind == INSTITUTION and entry.community == community
            and entry.since < until and (entry.until is None or since < entry.until)
        }
    )  # fmt: skip


def _figures(
    parts: Sequence[Part],
    members: Sequence[str],
    counted: Mapping[str, tuple[int, int]],
    given: Mapping[tuple[str, str], int],
    community: str,
) -> list[Member]:
    """Every member's figures: counted from the visits, or given; none that the rule does not ask for."""
    asked = {part.figure for part in parts} - set(COUNTED)
    for institution, figure in given:
        if figure in COUNTED:
            raise Fault(FIGURE_COUNTED, field="figure", value=figure)
        if institution not in members or figure not in asked:
            raise Fault(
                FIGURE_STRANGER, field="figures", value=f"{institution} {figure}", community=community
            )
    found = []
    for code in members:
        figures = {figure: given[code, figure] for figure in asked if (code, figure) in given}
        visited = counted.get(code, (0, 0))
        figures |= {
            name: visited[at] for name, at in COUNTED.items() if any(part.figure == name for part in parts)
        }
        found.append(Member(code, figures))
    return found
