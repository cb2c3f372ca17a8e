"""Nouns of the year plan as messages, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from google.protobuf.json_format import ParseDict

from chspay.budget.v1 import plan_pb2 as pb
from chspay.common.v1 import case_pb2
from chspay_budget.app.attributions import Compared
from chspay_budget.app.growth import Growth
from chspay_budget.app.plans import Seen
from chspay_budget.engine.accounts import CAUSES
from chspay_budget.engine.adjust import Change
from chspay_budget.engine.factors import Factor
from chspay_budget.engine.funds import FUNDS, by_fund
from chspay_budget.engine.holder import Holder, Member
from chspay_budget.engine.proposal import Facts, Settled
from chspay_budget.engine.records import Adjustment
from chspay_budget.engine.split import Shift
from chspay_budget.engine.states import State
from chspay_budget.engine.totals import METHODS, DipTotals
from chspay_budget.store.months import Raised
from chspay_budget.store.targets import Issued
from chspay_kit.convert import date_from_pb, date_to_pb, decimal_from_pb, decimal_to_pb, worksheet_to_pb

_STATES = {
    State.NONE: pb.PLAN_STATE_UNSPECIFIED,
    State.DRAFT: pb.PLAN_STATE_DRAFT,
    State.APPROVED: pb.PLAN_STATE_APPROVED,
    State.EXECUTING: pb.PLAN_STATE_EXECUTING,
    State.ADJUSTED: pb.PLAN_STATE_ADJUSTED,
    State.CLOSED: pb.PLAN_STATE_CLOSED,
}


def sheet_to_pb(stored: Mapping[str, object]) -> case_pb2.Worksheet:
    """A worksheet as it was stored, as a message."""
    return ParseDict(dict(stored), case_pb2.Worksheet())


def funds_to_pb(funds: Mapping[str, int]) -> list[pb.FundAmount]:
    """Amounts by fund as messages."""
    return [pb.FundAmount(fund=fund, amount_fen=fen) for fund, fen in funds.items()]


def amounts(given: Iterable[pb.FundAmount]) -> list[tuple[str, int]]:
    """Amounts of funds as they were sent."""
    return [(item.fund, item.amount_fen) for item in given]


def facts(request: pb.DraftPlanRequest) -> Facts:
    """What a plan starts from.

    :raises Fault: DECIMAL_MISSING.
    """
    return Facts(
        request.income_fen,
        request.income_document,
        tuple(Settled(item.fund, item.amount_fen, item.document) for item in request.settled),
        tuple(
            Factor(item.factor, decimal_from_pb(item.rate, item.factor), item.document)
            for item in request.factors
        ),
        tuple(Shift(item.source, item.target, item.amount_fen, item.document) for item in request.shifts),
    )


def plan_to_pb(seen: Seen) -> pb.YearPlan:
    """A version of a plan as a message."""
    plan = seen.plan
    return pb.YearPlan(
        pool=plan.pool,
        year=plan.year,
        version=plan.version,
        income_fen=plan.income_fen,
        ceiling_fen=plan.ceiling_fen,
        base_fen=plan.base_fen,
        cap_fen=plan.cap_fen,
        growth=decimal_to_pb(Decimal(plan.growth)),
        funds=funds_to_pb(plan.funds),
        total_fen=plan.total_fen,
        out_of_area_fen=plan.out_of_area_fen,
        local_fen=plan.local_fen,
        months_fen=plan.months,
        state=_STATES[seen.state],
        decision_no=plan.decision_no,
        drafted_by=plan.drafted_by,
        adjustment_id=plan.adjustment_id,
        policy_digest=plan.policy_digest,
    )


def steps_to_pb(seen: Seen) -> list[pb.YearStep]:
    """The moves of a year as messages."""
    return [
        pb.YearStep(
            event=step.event, source=_STATES[step.source], target=_STATES[step.target], version=step.version,
            subject=step.subject, decision_no=step.decision_no, note=step.note,
        )
        for step in seen.steps
    ]  # fmt: skip


def totals_to_pb(found: DipTotals) -> pb.CompareTotalsResponse:
    """The three DIP totals as an answer."""
    return pb.CompareTotalsResponse(
        totals=[
            pb.DipTotal(method=name, label=METHODS[name], total_fen=fen) for name, fen in found.totals.items()
        ],
        spread_fen=found.spread_fen,
        spread_share=decimal_to_pb(found.spread_share),
        worksheet=worksheet_to_pb(found.sheet),
    )


def change(request: pb.RequestAdjustmentRequest) -> Change:
    """What is asked to change.

    :raises Fault: BUDGET_FUND_UNKNOWN, BUDGET_FUND_TWICE.
    """
    funds = by_fund(amounts(request.changes), FUNDS, signed=True)
    return Change(
        request.cause, funds, request.out_of_area_change_fen, request.income_change_fen, request.from_month,
        request.evidence, request.note,
    )  # fmt: skip


def adjustment_to_pb(found: Adjustment) -> pb.Adjustment:
    """A request and its decision as a message; funds that stay are left out."""
    asked = found.change
    return pb.Adjustment(
        adjustment_id=found.adjustment_id,
        pool=found.pool,
        year=found.year,
        base_version=found.base_version,
        cause=asked.cause,
        changes=funds_to_pb({fund: fen for fund, fen in asked.funds.items() if fen}),
        out_of_area_change_fen=asked.out_of_area_fen,
        income_change_fen=asked.income_fen,
        from_month=asked.from_month,
        evidence=asked.evidence,
        note=asked.note,
        requested_by=found.requested_by,
        state=found.state,
        decision_no=found.decision_no,
        decided_by=found.decided_by,
        version=found.version,
    )


def growth_to_pb(found: Growth) -> pb.Growth:
    """A year's spending so far as a message."""
    plan = found.plan
    return pb.Growth(
        pool=plan.pool,
        year=plan.year,
        month=len(found.months),
        base_fen=plan.base_fen,
        cap_fen=plan.cap_fen,
        spent_fen=found.spent_fen,
        projected_fen=found.projected_fen,
        projected_growth=decimal_to_pb(found.projected_growth),
        breached=found.breached,
        months=[
            pb.MonthCost(
                month=item.month, spent_fen=item.fen, document=item.document, funds=funds_to_pb(item.spent)
            )
            for item in found.months
        ],
        alarms=[_alarm_to_pb(alarm) for alarm in found.alarms],
    )


def _alarm_to_pb(alarm: Raised) -> pb.GrowthAlarm:
    return pb.GrowthAlarm(
        month=alarm.month, kind=alarm.kind, level=alarm.level, name=alarm.name,
        projected_fen=alarm.projected_fen, limit_fen=alarm.limit_fen, message=alarm.message,
        evidence=alarm.evidence, worksheet=sheet_to_pb(alarm.worksheet),
    )  # fmt: skip


def holders(request: pb.IssueTargetsRequest) -> list[Holder]:
    """Budget holders with their dated members.

    :raises Fault: DATE_MISSING, DATE_PARTIAL.
    """
    return [
        Holder(
            item.holder,
            item.kind,
            tuple(
                Member(
                    member.hospital_code,
                    date_from_pb(member.since, "since"),
                    date_from_pb(member.until, "until") if member.HasField("until") else None,
                )
                for member in item.members
            ),
            item.last_fen,
            item.document,
        )
        for item in request.holders
    ]


def days(request: pb.IssueTargetsRequest) -> tuple[date | None, date | None]:
    """The days asked for; ``None`` where none were sent."""
    return (
        date_from_pb(request.since, "since") if request.HasField("since") else None,
        date_from_pb(request.until, "until") if request.HasField("until") else None,
    )


def targets_to_pb(found: Issued) -> pb.Targets:
    """Targets issued together as a message."""
    message = pb.Targets(
        pool=found.pool, year=found.year, fund=found.fund, version=found.number,
        since=date_to_pb(found.since), until=date_to_pb(found.until), total_fen=found.total_fen,
        document=found.document,
    )  # fmt: skip
    for item in found.holders:
        added = message.holders.add(
            holder=item.holder, kind=item.kind, last_fen=item.last_fen, document=item.document,
            target_fen=found.fen[item.holder],
        )  # fmt: skip
        for member in item.members:
            one = added.members.add(hospital_code=member.hospital_code, since=date_to_pb(member.since))
            if member.until is not None:
                one.until.CopyFrom(date_to_pb(member.until))
    return message


def attribution_to_pb(compared: Compared) -> pb.Attribution:
    """Computed causes as a message, beside those of the newest final accounts."""
    found, accounts = compared.attribution, compared.accounts
    stated = accounts.by_cause() if accounts is not None else {}
    return pb.Attribution(
        pool=found.pool,
        year=found.year,
        version=found.version,
        budget_version=found.budget_version,
        first_budget_fen=found.first_budget_fen,
        budget_fen=found.budget_fen,
        actual_fen=found.actual_fen,
        causes=[
            pb.ComputedCause(
                cause=name, against_first_fen=found.against_first[name],
                amount_fen=found.against_budget[name], drafted_fen=stated.get(name, 0),
            )
            for name in CAUSES
        ],
        accounts_version=accounts.version if accounts is not None else 0,
        accounts_agree=compared.agree,
        document=found.document,
    )  # fmt: skip
