"""Settlements, what is booked of them, and the terms of a pool, as messages."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.json_format import ParseDict

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay.common.v1 import case_pb2
from chspay_capitation.app.terms import Shown
from chspay_capitation.store.settlements import Posting, StoredSettlement
from chspay_kit.convert import date_to_pb

_FUND = ("quota_fen", "balance_fen", "released_fen", "borne_fen", "due_fen", "fund_keeps_fen")
_PLAIN = (
    "settlement_id", "attribution_id", "community", "due_fen", "document", "policy_digest", "corrects",
    "corrected_by", "chronic_version", "lead",
)  # fmt: skip


def settlement_to_pb(stored: StoredSettlement) -> pb.CommunitySettlement:
    """A settlement."""
    return pb.CommunitySettlement(
        **{name: getattr(stored, name) for name in _PLAIN},
        funds=[
            pb.FundPayment(insurance_type=kind, **dict(zip(_FUND, amounts, strict=True)))
            for kind, *amounts in stored.funds
        ],
    )


def sheet_of(stored: StoredSettlement) -> case_pb2.Worksheet:
    """Its worksheet."""
    return ParseDict(stored.worksheet, case_pb2.Worksheet())


def postings_to_pb(
    stored: StoredSettlement, booked: Sequence[Posting], month: str
) -> pb.PostSettlementResponse:
    """What is booked of a settlement; where nothing was to be booked, the month asked for."""
    paid = [item for item in booked if item.payment_id]
    return pb.PostSettlementResponse(
        postings=[
            pb.SettlementPosting(
                insurance_type=item.insurance_type,
                amount_fen=item.amount_fen,
                source_id=item.source_id,
                corrects=item.corrects,
                payment_id=item.payment_id,
                batch_id=item.batch_id,
            )
            for item in paid
        ],
        month=paid[0].month if paid else month,
        payee=stored.lead,
    )


def terms_to_pb(shown: Shown) -> pb.GetTermsResponse:
    """The terms of a pool."""
    return pb.GetTermsResponse(
        services=[
            pb.Service(service=code, name=name, capitated=counts) for code, name, counts in shown.services
        ],
        rates=[pb.Rate(insurance_type=kind, rate_fen=fen) for kind, fen in shown.rates.items()],
        causes=[pb.ExemptCause(cause=code, name=name, proof=proof) for code, name, proof in shown.causes],
        budget_method=shown.budget,
        settlement_method=shown.settlement,
        risk_method=shown.risk,
        sources=[
            pb.TermSource(
                key=rule.key,
                label=rule.label,
                since=date_to_pb(rule.since),
                citation=citation,
                evidence=rule.evidence,
            )
            for rule, citation in shown.sources
        ],
        policy_digest=shown.digest,
    )
