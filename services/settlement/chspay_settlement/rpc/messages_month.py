"""Between the records around a month run and their messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from chspay.settlement.v1 import month_pb2 as pb
from chspay_core.errors import shorten
from chspay_core.period import Month
from chspay_kit.convert import points_to_pb
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.audit import Handed, Imported
from chspay_settlement.app.month.decisions import Applied, Wanted
from chspay_settlement.app.month.differences import Preview
from chspay_settlement.app.month.differing import Found
from chspay_settlement.app.month.holds import Wanted as WantedHold
from chspay_settlement.engine.month.difference import RESIDUAL
from chspay_settlement.store.decisions import Decision
from chspay_settlement.store.differences import CaseRow, Difference, HospitalRow
from chspay_settlement.store.findings import Finding, Held
from chspay_settlement.store.holds import Hold
from chspay_settlement.store.periods import Period
from chspay_settlement.store.point_tables import PointTable


def table_to_pb(table: PointTable) -> pb.PointTable:
    """A point table as a message."""
    return pb.PointTable(
        table_id=table.table_id,
        place=table.place,
        first_month=str(month_of(table.first_period)),
        last_month=str(month_of(table.last_period)),
        in_force=str(month_of(table.in_force)),
        state=table.state,
        stage=table.stage,
        cases=table.cases,
        groups=table.groups,
        policy_digest=table.policy_digest,
        scheme_digest=table.scheme_digest,
        digest=table.digest,
        failure_reason=table.failure_reason,
        failure_message=table.failure_message,
    )


def handed_from_pb(message: pb.NewFinding) -> Handed:
    """A finding as it came in."""
    return Handed(
        message.finding_id,
        message.hospital_code,
        message.case_id,
        message.rule_id,
        message.evidence,
        message.amount_fen,
    )


def imported_to_pb(outcome: Imported) -> pb.ImportFindingsResponse:
    """What became of an import, with every refused row."""
    return pb.ImportFindingsResponse(
        accepted=outcome.accepted,
        unchanged=outcome.unchanged,
        faults=[
            pb.FindingFault(
                row=found.row,
                finding_id=shorten(found.finding_id),
                reason=found.fault.reason.code,
                field=found.fault.field,
                value=found.fault.value,
                message=found.fault.message,
            )
            for found in outcome.faults
        ],
    )


def finding_to_pb(found: Finding) -> pb.Finding:
    """A finding as it stands."""
    return pb.Finding(
        finding_id=found.finding_id,
        list_id=found.list_id,
        hospital_code=found.hospital_code,
        case_id=found.case_id,
        pool=found.pool,
        rule_id=found.rule_id,
        evidence=found.evidence,
        amount_fen=found.amount_fen,
        state=found.state,
        deduction_fen=found.deduction_fen,
        charged_fen=found.charged_fen,
        reason=found.reason,
        decision_no=found.decision_no,
        reported_by=found.reported_by,
        reported_at=found.reported_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    )


def held_to_pb(held: Held) -> pb.HeldList:
    """A list that a run left out."""
    return pb.HeldList(
        list_id=held.list_id,
        hospital_code=held.hospital_code,
        case_id=held.case_id,
        finding_ids=held.finding_ids,
        next_month=str(month_of(held.next_period)),
    )


def wanted_from_pb(message: pb.Decision) -> Wanted:
    """A decision as it is asked for."""
    return Wanted(
        decision_no=message.decision_no,
        hospital_code=message.hospital_code,
        case_id=message.case_id,
        kind=message.kind,
        value=message.value,
        mode=message.mode,
        citation=message.citation,
        revokes=message.revokes,
    )


def decision_to_pb(found: Decision) -> pb.Decision:
    """A decision as a message."""
    return pb.Decision(
        decision_no=found.decision_no,
        hospital_code=found.hospital_code,
        case_id=found.case_id,
        kind=found.kind,
        value=found.value,
        mode=found.mode,
        citation=found.citation,
        revokes=found.revokes,
    )


def applied_to_pb(done: Applied) -> pb.ApplyDecisionResponse:
    """What became of a decision."""
    return pb.ApplyDecisionResponse(
        decision=decision_to_pb(done.decision),
        applied=done.applied,
        effect=done.effect,
        month=str(month_of(done.period)),
    )


def hold_from_pb(message: pb.PlaceHoldRequest) -> WantedHold:
    """A hold as it is asked for."""
    return WantedHold(
        message.pool,
        message.hospital_code,
        Month.parse(message.since, "since"),
        message.amount_fen,
        message.rule_id,
        message.evidence,
        message.citation,
    )


def hold_to_pb(hold: Hold) -> pb.Hold:
    """A hold as it stands."""
    return pb.Hold(
        hold_id=hold.hold_id,
        pool=hold.pool,
        hospital_code=hold.hospital_code,
        since=str(month_of(hold.since_period)),
        amount_fen=hold.amount_fen,
        rule_id=hold.rule_id,
        evidence=hold.evidence,
        citation=hold.citation,
        state="released" if hold.release_period else "standing",
        held_fen=hold.held_fen,
        released_fen=hold.released_fen,
        release_reason=hold.release_reason,
        release_citation=hold.release_citation,
    )


def _hospital_to_pb(row: HospitalRow) -> pb.DifferenceHospital:
    return pb.DifferenceHospital(
        hospital_code=row.hospital_code,
        before_fen=row.fund_fen - row.fund_delta_fen,
        after_fen=row.fund_fen,
        delta_fen=row.fund_delta_fen,
        prepaid_delta_fen=row.prepaid_delta_fen,
        retained_delta_fen=row.fund_delta_fen - row.prepaid_delta_fen,
        points_delta=points_to_pb(row.points_delta_micro),
        cases_delta=row.cases_delta,
    )


def _case_to_pb(row: CaseRow) -> pb.DifferenceCase:
    return pb.DifferenceCase(
        case_id=row.case_id,
        hospital_code=row.hospital_code,
        why=row.why,
        version=row.version,
        before_points=points_to_pb(row.before_points_micro),
        after_points=points_to_pb(row.points_micro),
        before_fen=row.before_fund_fen,
        after_fen=row.fund_fen,
    )


def difference_to_pb(
    row: Difference, hospitals: Sequence[HospitalRow], cases: Sequence[CaseRow]
) -> pb.Difference:
    """A posted difference with the hospitals and cases the asker may see."""
    return pb.Difference(
        difference_id=row.difference_id,
        pool=row.pool,
        corrected_month=str(month_of(row.corrected_period)),
        corrected_run_id=row.run_id,
        corrects=row.corrects,
        method=row.method,
        month=str(month_of(row.period)),
        cause=row.cause,
        hospitals=[_hospital_to_pb(hospital) for hospital in hospitals],
        cases=[_case_to_pb(case) for case in cases],
        residual_fen=row.residual_fen,
        residual_account=RESIDUAL if row.residual_fen else "",
        digest=row.digest,
    )


def preview_to_pb(shown: Preview) -> pb.PreviewDifferencesResponse:
    """Every difference a pool has at this moment."""
    return pb.PreviewDifferencesResponse(
        differences=[_found_to_pb(found, shown.period) for found in shown.found], preview_digest=shown.digest
    )


def _found_to_pb(found: Found, period: int) -> pb.Difference:
    nowhere = {delta.hospital_code: "" for delta in found.deltas}
    return pb.Difference(
        pool=found.run.pool,
        corrected_month=str(month_of(found.run.period)),
        corrected_run_id=found.run.run_id,
        method=found.method,
        month=str(month_of(period)),
        hospitals=[_hospital_to_pb(row) for row in found.hospital_rows(nowhere)],
        cases=[_case_to_pb(case) for case in found.cases],
        faults=[
            pb.DifferenceFault(
                hospital_code=blocked.hospital_code,
                case_id=blocked.case_id,
                reason=blocked.fault.reason.code,
                message=blocked.fault.message,
            )
            for blocked in found.blocked
        ],
        residual_fen=found.residual_fen,
        residual_account=RESIDUAL if found.residual_fen else "",
        digest=found.digest,
    )


def period_to_pb(period: Period) -> pb.Period:
    """A run over several months as a message."""
    return pb.Period(
        period_id=period.period_id,
        pool=period.pool,
        first_month=str(month_of(period.first_period)),
        last_month=str(month_of(period.last_period)),
        state=period.state,
        run_ids=period.run_ids,
        failure_reason=period.failure_reason,
        failure_message=period.failure_message,
    )
