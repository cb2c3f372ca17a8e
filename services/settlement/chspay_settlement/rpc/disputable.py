"""The servicer of what disputes rest on: messages in, use-cases, messages out."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

from chspay.settlement.v1 import disputable_pb2 as pb
from chspay.settlement.v1 import disputable_pb2_grpc, routing_pb2
from chspay_core.amounts import divide_half_up, plain, ratio_half_up
from chspay_kit.convert import date_from_pb, date_to_pb, points_to_pb
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.reading.disputable import CaseFacts, Disputable, InMonth, PoolState
from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.store.disputable import CorrectedFacts, ListFacts

NAME = "chspay.settlement.v1.DisputableService"
_BEIJING = timezone(timedelta(hours=8))
_STATES = {
    PoolState.OPEN: pb.POOL_STATE_OPEN,
    PoolState.CLOSING: pb.POOL_STATE_CLOSING,
    PoolState.CLOSED: pb.POOL_STATE_CLOSED,
    PoolState.CLEARED: pb.POOL_STATE_CLEARED,
}
_METHODS = {
    "drg": routing_pb2.PAY_METHOD_DRG,
    "dip": routing_pb2.PAY_METHOD_DIP,
    "per_diem": routing_pb2.PAY_METHOD_PER_DIEM,
    "capitation": routing_pb2.PAY_METHOD_CAPITATION,
    "by_item": routing_pb2.PAY_METHOD_BY_ITEM,
    "bundle": routing_pb2.PAY_METHOD_BUNDLE,
    "none": routing_pb2.PAY_METHOD_NONE,
}
Context = Any


class DisputableServicer(disputable_pb2_grpc.DisputableServiceServicer):
    """Serves ``DisputableService``; writes nothing."""

    WRITES: frozenset[str] = frozenset()

    def __init__(self, disputable: Disputable) -> None:
        self._disputable = disputable

    async def GetCaseFacts(
        self, request: pb.GetCaseFactsRequest, _context: Context
    ) -> pb.GetCaseFactsResponse:
        """A case as it was settled."""
        found = await self._disputable.case(request.list_id, request.hospital_code, request.case_id)
        return pb.GetCaseFactsResponse(facts=_facts(found))

    async def CountDischarges(
        self, request: pb.CountDischargesRequest, _context: Context
    ) -> pb.CountDischargesResponse:
        """Discharges that closed months settled."""
        since, until = date_from_pb(request.since, "since"), date_from_pb(request.until, "until")
        counted = await self._disputable.count(request.pool, since, until)
        return pb.CountDischargesResponse(
            discharges=counted.discharges,
            by_group=counted.by_group,
            hospitals=[pb.HospitalDischarges(**row._asdict()) for row in counted.hospitals],
            waiting=counted.waiting,
        )

    async def GetPoolState(
        self, request: pb.GetPoolStateRequest, _context: Context
    ) -> pb.GetPoolStateResponse:
        """How far a month or a year is."""
        found = await self._disputable.state(request.pool, request.period)
        return pb.GetPoolStateResponse(
            state=_STATES[found.state],
            run_id=found.run_id,
            clearing_id=found.clearing_id,
            clearing_state=found.clearing_state,
            open_month="" if found.open_month is None else str(month_of(found.open_month)),
        )


def _facts(found: CaseFacts) -> pb.CaseFacts:
    facts = _of_list(found.found)
    if found.month is not None:
        _of_month(facts, found.month)
    return facts


def _of_list(row: ListFacts) -> pb.CaseFacts:
    facts = pb.CaseFacts(
        list_id=row.list_id, version=row.version, hospital_code=row.hospital_code, case_id=row.case_id,
        hospital_name=row.hospital_name, hospital_level=row.level, community=row.community, pool=row.pool,
        region_code=row.region_code, discharge=date_to_pb(row.discharge), los_days=row.los_days or 0,
        department=row.department, insurance_type=row.insurance_type, diagnoses=row.diagnoses,
        procedures=row.procedures, cost_fen=row.cost_fen, status=row.status, mdc=row.mdc, adrg=row.adrg,
        drg=row.drg, scheme_digest=row.scheme_digest, quality_checked=row.checked,
        quality_errors=row.errors, quality_warnings=row.warnings, month=str(month_of(row.period)),
    )  # fmt: skip
    if row.admission is not None:
        facts.admission.CopyFrom(date_to_pb(row.admission))
    for name in ("icu_hours", "newborn_weight_g", "age_years", "age_days", "patient_fen"):
        value = getattr(row, name)
        if value is not None:
            setattr(facts, name, value)
    return facts


def _of_month(facts: pb.CaseFacts, month: InMonth) -> None:
    settled, run = month.settled, month.run
    last = month.corrections[-1] if month.corrections else None
    points_micro = settled.points_micro if last is None else last.points_micro
    fund_fen = settled.fund_fen if last is None else last.fund_fen
    patient_fen = settled.patient_fen if last is None else last.patient_fen
    facts.settled, facts.run_id = True, settled.run_id
    facts.month = str(month_of(run.period))
    if settled.posted_at is not None:
        facts.settled_on.CopyFrom(date_to_pb(settled.posted_at.astimezone(_BEIJING).date()))
    # A case of which the run kept no route went to its group.
    facts.method = _METHODS[settled.method or "drg"]
    facts.kind = settled.kind if last is None else last.kind
    facts.settled_drg = month.drg
    facts.points.CopyFrom(points_to_pb(points_micro))
    facts.fund_fen, facts.paid_fen = fund_fen, fund_fen + patient_fen
    facts.value_fen, facts.value_micro = run.value_fen, run.value_micro
    if month.all_cases:
        facts.city_mean_fen = divide_half_up(month.all_cost_fen, month.all_cases)
    if month.group is not None:
        facts.base_points.CopyFrom(points_to_pb(month.group.base_micro))
        if month.group.kept:
            facts.group_mean_fen = divide_half_up(month.group.cost_sum_fen, month.group.kept)
    facts.group_cases, known, days = month.stay
    if known:
        facts.group_mean_los.value = plain(ratio_half_up(days, known, 2))
    facts.marks.extend(
        pb.FactMark(kind=mark.kind, value=mark.value, mode=mark.mode, cite=mark.cite) for mark in month.marks
    )
    facts.differences.extend(_difference(row) for row in month.corrections)
    facts.statement_digest = settled.statement_digest
    facts.ref = refs.ref(
        refs.RUN, settled.run_id, refs.CASE, facts.hospital_code, facts.case_id, item="fund"
    ).text


def _difference(row: CorrectedFacts) -> pb.FactDifference:
    return pb.FactDifference(
        difference_id=row.difference_id,
        month=str(month_of(row.period)),
        why=row.why,
        before_points=points_to_pb(row.before_points_micro),
        after_points=points_to_pb(row.points_micro),
        before_fen=row.before_fen,
        after_fen=row.fund_fen,
    )
