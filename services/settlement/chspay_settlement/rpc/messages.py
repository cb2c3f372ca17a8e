"""Between the records of settlement and their messages."""

from __future__ import annotations

from datetime import UTC

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.errors import shorten
from chspay_kit.convert import answer_to_pb, case_to_pb, date_from_pb, date_to_pb, points_to_pb
from chspay_settlement.app.intake.importing import ChunkOutcome
from chspay_settlement.app.intake.keys import Identity
from chspay_settlement.app.intake.lists import Accepted, month_of
from chspay_settlement.engine.model import PointValue
from chspay_settlement.rpc import refs
from chspay_settlement.store.hospitals import Hospital
from chspay_settlement.store.ledger import Balance, StatementRow
from chspay_settlement.store.lists import ListRecord
from chspay_settlement.store.run_cases import Priced
from chspay_settlement.store.runs import Run


def identity_from_pb(message: pb.Identity) -> Identity:
    """The identity as it came in."""
    return Identity(message.person_no, message.name, message.certificate_type, message.certificate_no)


def accepted_to_pb(accepted: Accepted) -> pb.SubmitListResponse:
    """What the sender of a list is told."""
    return pb.SubmitListResponse(
        list_id=accepted.list_id,
        version=accepted.stored.version,
        group=answer_to_pb(accepted.answer),
        superseded=accepted.superseded,
        settle_period=str(month_of(accepted.stored.settle_period)),
        mark=accepted.stored.mark,
    )


def accepted_bytes(accepted: Accepted) -> bytes:
    """The same as it goes over the wire and is kept for repeated requests."""
    return accepted_to_pb(accepted).SerializeToString()


def outcome_to_pb(chunk_no: int, outcome: ChunkOutcome) -> pb.ImportListsResponse:
    """What became of a chunk, with every refused row."""
    return pb.ImportListsResponse(
        chunk_no=chunk_no,
        accepted=outcome.accepted,
        superseded=outcome.superseded,
        unchanged=outcome.unchanged,
        faults=[
            pb.RowFault(
                row=found.row,
                case_id=shorten(found.case_id),
                reason=found.fault.reason.code,
                field=found.fault.field,
                value=found.fault.value,
                message=found.fault.message,
            )
            for found in outcome.faults
        ],
    )


def list_to_pb(record: ListRecord) -> pb.SettlementList:
    """One version of a list; without identity and source, which are never returned."""
    return pb.SettlementList(
        list_id=record.list_id,
        version=record.version,
        case=case_to_pb(record.case),
        group=answer_to_pb(record.answer),
        channel=record.channel,
        received_at=record.received_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    )


def hospital_from_pb(message: pb.Hospital) -> Hospital:
    """A hospital's dated row; an empty area is the pool itself."""
    return Hospital(
        hospital_code=message.hospital_code,
        name=message.name,
        pool=message.region_code,
        region_code=message.area_code or message.region_code,
        level=message.level,
        since=date_from_pb(message.since, "hospital.since"),
        until=date_from_pb(message.until, "hospital.until") if message.HasField("until") else None,
    )


def hospital_to_pb(hospital: Hospital) -> pb.Hospital:
    """A hospital's dated row as a message."""
    return pb.Hospital(
        hospital_code=hospital.hospital_code,
        name=hospital.name,
        region_code=hospital.pool,
        area_code=hospital.region_code,
        level=hospital.level,
        since=date_to_pb(hospital.since),
        until=None if hospital.until is None else date_to_pb(hospital.until),
        kind=hospital.kind,
        agreement=hospital.agreement,
        community=hospital.community,
        registry_version=hospital.version,
    )


#: Runs whose amounts open.
_EXPLAINED = frozenset({"done", "tried"})
_STATES = {
    "pending": pb.RUN_STATE_PENDING,
    "running": pb.RUN_STATE_RUNNING,
    "done": pb.RUN_STATE_DONE,
    "failed": pb.RUN_STATE_FAILED,
    "tried": pb.RUN_STATE_DONE,
    "discarded": pb.RUN_STATE_DISCARDED,
}


def _value_display(value_fen: int, value_micro: int) -> str:
    """Yuan per point for display; empty before there is one."""
    return PointValue(value_fen, value_micro, includes_patient=False).display() if value_micro else ""


def run_to_pb(run: Run) -> pb.Run:
    """A run as a message."""
    month = month_of(run.period)
    return pb.Run(
        run_id=run.run_id,
        pool=run.pool,
        year=month.year,
        month=month.month,
        state=_STATES[run.state],
        stage=run.stage,
        done=run.done,
        total=run.total,
        policy_digest=run.policy_digest,
        scheme_digest=run.scheme_digest,
        engine_version=run.engine_version,
        cases=run.cases,
        total_points=points_to_pb(run.points_micro),
        fund_fen=run.fund_fen,
        patient_fen=run.patient_fen,
        point_value_numerator_fen=run.value_fen,
        point_value_denominator=points_to_pb(run.value_micro),
        point_value_display=_value_display(run.value_fen, run.value_micro),
        failure_reason=run.failure_reason,
        failure_message=run.failure_message,
        evidence=run.evidence,
        statements_digest=run.statements_digest,
        nature=run.nature,
        point_table_id=run.point_table_id,
        held_lists=run.held_lists,
        others_fen=run.others_fen,
        refs=refs.of_run(run.run_id) if run.state in _EXPLAINED else {},
    )


def statement_to_pb(row: StatementRow, run: Run) -> pb.Statement:
    """A statement as a message; ``content`` is what was sealed."""
    return pb.Statement(
        run_id=row.run_id,
        hospital_code=row.hospital_code,
        hospital_name=row.hospital_name,
        cases=row.cases,
        points=points_to_pb(row.points_micro),
        fund_fen=row.fund_fen,
        patient_fen=row.patient_fen,
        total_fen=row.total_fen,
        cost_fen=row.cost_fen,
        prepaid_fen=row.prepaid_fen,
        retained_fen=row.retained_fen,
        point_value_display=_value_display(run.value_fen, run.value_micro),
        evidence=run.evidence,
        content=row.content,
        digest=row.digest,
        deducted_fen=row.deducted_fen,
        difference_fen=row.difference_fen,
        held_fen=row.held_fen,
        released_fen=row.released_fen,
        payable_fen=row.payable_fen,
        other_fen=row.other_fen,
        refs=refs.of_statement(row.run_id, row.hospital_code, row.cases),
    )


def run_case_to_pb(row: Priced, run_id: str) -> pb.RunCase:
    """A case of a run as a message; a case without points yet has no kind."""
    inp, points = row.inp, row.points
    return pb.RunCase(
        case_id=inp.case_id,
        hospital_code=inp.hospital_code,
        drg=inp.drg,
        kind="" if points is None else points.kind.value,
        points=None if points is None else points_to_pb(points.points_micro),
        cost_fen=inp.cost_fen or 0,
        patient_fen=inp.patient_fen or 0,
        fund_fen=row.fund_fen or 0,
        refs=refs.of_case(run_id, inp.hospital_code, inp.case_id),
    )


def balances_to_pb(balances: list[Balance]) -> pb.GetTrialBalanceResponse:
    """A trial balance; the difference is zero, or the ledger is broken."""
    return pb.GetTrialBalanceResponse(
        accounts=[
            pb.AccountBalance(account=row.account, debit_fen=row.debit_fen, credit_fen=row.credit_fen)
            for row in balances
        ],
        difference_fen=sum(row.debit_fen - row.credit_fen for row in balances),
    )
