"""What communities are paid at the end: settled, corrected by a new settlement that names the old, booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from chspay.settlement.v1.others_pb2 import OtherPayment
from chspay_capitation.app.access import may, new_id
from chspay_capitation.app.attributions import Attributions, policy_of
from chspay_capitation.app.catchments import Catchments, entries_of
from chspay_capitation.clients import Booking, Ledger
from chspay_capitation.engine.catchment import Catchment
from chspay_capitation.engine.settle import SETTLEMENT, Fund, Results, settle
from chspay_capitation.store import results as results_store
from chspay_capitation.store import settlements as store
from chspay_capitation.store import visits
from chspay_capitation.store.attributions import Attribution
from chspay_capitation.store.settlements import Posting, StoredSettlement
from chspay_core.amounts import fen_to_yuan
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month
from chspay_core.policy import Policy, canonical_json
from chspay_core.policy_reading import choice
from chspay_kit.auth import current_claim

BOOK_KEY = "capitation.fund_book"

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
SETTLEMENT_STANDS = Reason(
    "CAPITATION_SETTLEMENT_STANDS",
    Kind.CONFLICT,
    "医共体{community}已有结算{value}；更正请写明它，由新的结算代替。",
)
CORRECTS_WRONG = Reason(
    "CAPITATION_CORRECTS_WRONG",
    Kind.PRECONDITION,
    "不能更正结算{value}：它不是同一医共体同一期间的，或已经被更正。",
)
SETTLEMENT_CORRECTED = Reason(
    "CAPITATION_SETTLEMENT_CORRECTED",
    Kind.PRECONDITION,
    "结算{value}已被{by}代替，不能再入账；请将{by}入账。",
)
NO_LEAD = Reason(
    "COMMUNITY_NO_LEAD", Kind.PRECONDITION, "医共体{value}在{on}没有登记牵头医院，请先登记服务区划。"
)
POSTED_BESIDE = Reason(
    "CAPITATION_POSTED_TWICE",
    Kind.CONFLICT,
    "医共体{community}同一期间的结算{value}已经入账；请以更正它的方式重新结算，避免重复支付。",
)
LEDGER_DIFFERS = Reason(
    "CAPITATION_LEDGER_DIFFERS",
    Kind.PRECONDITION,
    "结算{value}险种{kind}应入账{expected}元，账簿中是{booked}元；请先核对账簿，再以新的结算更正。",
)


class Cost(NamedTuple):
    """Members' cost of one insurance, fen."""

    inside_fen: int
    outside_fen: int
    exempt_fen: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a settlement is asked with; ``costs`` is ``None`` to take them from the visits on record."""

    attribution_id: str
    community: str
    costs: Mapping[str, Cost] | None
    score: Decimal | None
    chronic_rate: Decimal | None
    document: str
    corrects: str = ""


class Settlements:
    """Settlements of every pool the caller may act for; a lead hospital reads its community's."""

    def __init__(self, attributions: Attributions, ledger: Ledger) -> None:
        self._attributions, self._ledger = attributions, ledger

    async def settle(self, request_id: str, asked: Asked) -> StoredSettlement:
        """A community settled against its quotas, under the policy of the attribution.

        :raises Fault: COMMUNITY_*, SETTLEMENT_DOCUMENT_MISSING, CAPITATION_*, POLICY_*.
        """
        run = await self._attributions.done(asked.attribution_id)
        claim = may(run.pool, "bureau")
        community = asked.community
        if not asked.document.strip():
            raise Fault(SETTLEMENT_DOCUMENT, field="document")
        quotas = await self._attributions.quotas(asked.attribution_id)
        mine = [row for row in quotas if row.community == community]
        if not mine:
            raise Fault(
                COMMUNITY_UNKNOWN, field="community", value=community, attribution=asked.attribution_id
            )
        await store.lock_community(run.pool, community)
        await self._may_follow(run, asked)
        costs = await _costs(asked, {row.insurance_type for row in mine})
        policy = await policy_of(run)
        funds = [Fund(row.insurance_type, row.quota_fen, *costs[row.insurance_type]) for row in mine]
        results, version = await _results(asked)
        paid, sheet = settle(community, funds, results, policy)
        new = StoredSettlement(
            new_id("CS", request_id), asked.attribution_id, community, run.pool,
            [
                [item.fund.insurance_type, item.fund.quota_fen, item.fund.balance_fen, item.released_fen,
                 item.borne_fen, item.due_fen, item.fund_keeps_fen]
                for item in paid
            ],
            sum(item.due_fen for item in paid), asked.document.strip(), policy.digest, sheet.to_json(),
            claim.subject, asked.corrects, version, await lead_of(run, community),
        )  # fmt: skip
        await store.put(new)
        return new

    async def _may_follow(self, run: Attribution, asked: Asked) -> None:
        """A second settlement of a community has to name the one it takes the place of."""
        standing = [
            item
            for item in await store.of_attribution(asked.attribution_id)
            if item.community == asked.community and not item.corrected_by
        ]
        if standing and asked.corrects != standing[0].settlement_id:
            stands = standing[0].settlement_id
            raise Fault(SETTLEMENT_STANDS, field="corrects", value=stands, community=asked.community)
        if not asked.corrects or standing:
            return
        old = await store.one(asked.corrects)
        fits = old is not None and (old.pool, old.community, old.corrected_by) == (
            run.pool, asked.community, "",
        )  # fmt: skip
        if old is None or not fits:
            raise Fault(CORRECTS_WRONG, field="corrects", value=asked.corrects)
        other = await self._attributions.done(old.attribution_id)
        if other.until <= run.since or run.until <= other.since:
            raise Fault(CORRECTS_WRONG, field="corrects", value=asked.corrects)

    async def get(self, settlement_id: str) -> StoredSettlement:
        """A settlement the caller may see: of its pools, or of the community it leads.

        :raises Fault: CAPITATION_SETTLEMENT_UNKNOWN.
        """
        found = await store.one(settlement_id)
        if found is None:
            raise Fault(SETTLEMENT_UNKNOWN, field="settlement_id", value=settlement_id)
        if current_claim().role != "hospital":
            may(found.pool, "bureau", "service")
        return found

    async def of_attribution(self, attribution_id: str) -> list[StoredSettlement]:
        """The settlements of an attribution, corrected ones included."""
        current_claim().require_role("bureau", "hospital", "service")
        return await store.of_attribution(attribution_id)

    async def post(
        self, request_id: str, settlement_id: str, month: str
    ) -> tuple[StoredSettlement, list[Posting]]:
        """Books a settlement in the ledger; one booked already answers what is booked.

        A correction books the change from what was booked before it. What was booked the ledger says: it
        may hold payments whose record here was lost with the transaction that asked for them.
        :raises Fault: CAPITATION_SETTLEMENT_*, CAPITATION_POSTED_TWICE, CAPITATION_LEDGER_DIFFERS,
            COMMUNITY_NO_LEAD, and what the ledger refuses.
        """
        found = await self.get(settlement_id)
        claim = may(found.pool, "bureau")
        Month.parse(month)
        await store.lock_community(found.pool, found.community)
        done = await store.postings(settlement_id)
        if done:
            return found, done
        if found.corrected_by:
            raise Fault(
                SETTLEMENT_CORRECTED, field="settlement_id", value=settlement_id, by=found.corrected_by
            )
        run = await self._attributions.done(found.attribution_id)
        if not found.lead:
            last = run.until - timedelta(days=1)
            raise Fault(NO_LEAD, field="community", value=found.community, on=last)
        ledger = await self._ledger.booked(found.pool)
        chain = await self._chain(found)
        others = await store.beside(
            found.pool, found.community, run.since, run.until, [settlement_id, *chain]
        )
        for name, recorded in others:
            if recorded or name in ledger:
                stands = await self._standing(name)
                raise Fault(POSTED_BESIDE, field="settlement_id", value=stands, community=found.community)
        before, sources = await _booked_before(chain, ledger)
        own = {paid.insurance_type: paid for paid in ledger.get(settlement_id, ())}
        policy = await policy_of(run)
        for kind in sorted({*found.dues, *before, *own}):
            amount = found.dues.get(kind, 0) - before.get(kind, 0)
            if kind in own:
                new = _booked_already(settlement_id, own[kind], amount)
            else:
                new = await self._book(request_id, found, policy, kind, month, amount, sources.get(kind, ""))
            await store.put_posting(found, new, claim.subject)
        return found, await store.postings(settlement_id)

    async def _chain(self, found: StoredSettlement) -> list[str]:
        """The settlements it takes the place of, the last first."""
        chain, name = list[str](), found.corrects
        while name:
            chain.append(name)
            name = (await self.get(name)).corrects
        return chain

    async def _standing(self, name: str) -> str:
        """The settlement that stands in the place of one, itself when nothing took its place."""
        while by := (await self.get(name)).corrected_by:
            name = by
        return name

    async def _book(
        self,
        request_id: str,
        found: StoredSettlement,
        policy: Policy,
        kind: str,
        month: str,
        amount: int,
        corrects: str,
    ) -> Posting:
        source = f"{found.settlement_id}:{kind}"
        if not amount:
            return Posting(kind, month, found.lead, 0, source, corrects, "", "")
        book = choice(policy, BOOK_KEY, "capitation", "outpatient", "inpatient")
        bundle = SETTLEMENT.chosen(policy).bundle
        new = Booking(
            f"{request_id}:{kind}", source, corrects, found.pool, month, bundle, found.lead, amount, kind,
            book, found.document, sm3_hex(canonical_json(found.worksheet)),
        )  # fmt: skip
        booked = await self._ledger.book(new)
        return Posting(kind, month, found.lead, amount, source, corrects, booked.payment_id, booked.batch_id)


async def _booked_before(
    chain: Sequence[str], ledger: Mapping[str, Sequence[OtherPayment]]
) -> tuple[dict[str, int], dict[str, str]]:
    """What the ledger holds of settlements, the last first: the sum and the last source by insurance."""
    before, sources = dict[str, int](), dict[str, str]()
    for name in chain:
        held = {paid.insurance_type: paid for paid in ledger.get(name, ())}
        for item in await store.postings(name):
            booked = held[item.insurance_type].amount_fen if item.insurance_type in held else 0
            if booked != item.amount_fen:
                raise _differs(name, item.insurance_type, item.amount_fen, booked)
        for kind, paid in held.items():
            before[kind] = before.get(kind, 0) + paid.amount_fen
            sources.setdefault(kind, paid.source_id)
    return before, sources


def _booked_already(settlement_id: str, paid: OtherPayment, amount: int) -> Posting:
    """A payment whose record was lost, taken over from the ledger as it stands there."""
    if paid.amount_fen != amount:
        raise _differs(settlement_id, paid.insurance_type, amount, paid.amount_fen)
    return Posting(
        paid.insurance_type, paid.month, paid.payee, paid.amount_fen, paid.source_id, paid.corrects,
        paid.payment_id, paid.batch_id,
    )  # fmt: skip


def _differs(settlement_id: str, kind: str, expected: int, booked: int) -> Fault:
    return Fault(
        LEDGER_DIFFERS, field="settlement_id", value=settlement_id, kind=kind,
        expected=fen_to_yuan(expected), booked=fen_to_yuan(booked),
    )  # fmt: skip


async def lead_of(run: Attribution, community: str, on: date | None = None) -> str:
    """The lead hospital of a community on a day, by default the period's last; empty for none."""
    served = Catchment(entries_of(await Catchments().get(run.pool, run.catchment_version)))
    return served.lead_of(community, on or run.until - timedelta(days=1))


async def _costs(asked: Asked, kinds: set[str]) -> dict[str, Cost]:
    if asked.costs is None:
        rows = await visits.sums(asked.attribution_id, asked.community)
        found = dict.fromkeys(kinds, Cost(0, 0, 0)) | {kind: Cost(*amounts) for kind, *amounts in rows}
    else:
        found = dict(asked.costs)
    if kinds != set(found):
        told, wanted = "、".join(sorted(found)) or "没有", "、".join(sorted(kinds))
        raise Fault(COSTS_WRONG, field="costs", value=told, community=asked.community, wanted=wanted)
    return found


async def _results(asked: Asked) -> tuple[Results, int]:
    """The results a settlement goes by; a rate that is not given is that of the newest results on record."""
    if asked.chronic_rate is not None:
        return Results(asked.score, asked.chronic_rate), 0
    newest = await results_store.chronic(asked.attribution_id)
    if newest is None:
        return Results(asked.score, None), 0
    counted = newest.of(asked.community)
    told = f"（患者{counted.patients}人，控制{counted.controlled}人，第{newest.version}版）"
    return Results(asked.score, counted.rate, told), newest.version
