"""Cases as messages, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from google.type import decimal_pb2

from chspay.common.v1 import case_pb2
from chspay.dispute.v1 import cases_pb2 as pb
from chspay_core.amounts import decimal_text, from_micro, plain, ratio_half_up, to_micro
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app.cases.acting import Act
from chspay_dispute.app.cases.filing import Filed, Judged
from chspay_dispute.app.cases.quotas import Quotas, Stand
from chspay_dispute.app.cases.reading import Whole
from chspay_dispute.engine.cases.criteria import Criterion
from chspay_dispute.engine.cases.facts import Stated
from chspay_dispute.engine.cases.outcome import Decision
from chspay_dispute.engine.machine import Machine
from chspay_dispute.store.attachments import StoredAttachment
from chspay_dispute.store.cases import StoredDecision
from chspay_dispute.store.deadlines import Deadline
from chspay_dispute.store.docket import NO_DAY
from chspay_dispute.store.queue import Line
from chspay_kit.convert import date_to_pb

TYPE_UNKNOWN = Reason("TYPE_UNKNOWN", Kind.INVALID, "请指明争议的种类。")
OUTCOME_UNKNOWN = Reason("OUTCOME_UNKNOWN", Kind.INVALID, "请指明结论。")
_TYPES: Mapping[int, str] = {number: f"T{number}" for number in pb.CaseType.values() if number}
_TYPE_OF = {code: number for number, code in _TYPES.items()}


def type_from_pb(value: int) -> str:
    """The code of a kind of dispute; empty for none given."""
    return _TYPES.get(value, "")


def stated_from_pb(message: pb.Stated) -> Stated:
    """What an institution states."""
    return Stated(
        vent_hours=message.vent_hours if message.HasField("vent_hours") else None,
        organ_support=message.organ_support,
        transferred=message.transferred,
        departments=tuple(message.departments),
        items=tuple(message.items),
    )


def filed_from_pb(request: pb.FileCaseRequest) -> Filed:
    """What an institution files.

    :raises Fault: TYPE_UNKNOWN.
    """
    if request.type not in _TYPES:
        raise Fault(TYPE_UNKNOWN, field="type")
    return Filed(
        type=_TYPES[request.type],
        list_id=request.list_id,
        hospital_code=request.hospital_code,
        case_id=request.case_id,
        pool=request.pool,
        subject_ref=request.subject_ref,
        disputed_fen=request.disputed_fen,
        reason=request.reason,
        stated=stated_from_pb(request.stated),
    )


def act_from_pb(request: pb.ActOnCaseRequest) -> Act:
    """What a caller does."""
    return Act(
        event=request.event,
        version=request.version,
        reason=request.reason,
        confirmed_digest=request.confirmed_digest,
        checked=tuple(request.checked),
        unrelated=request.unrelated,
        lacking=tuple(request.lacking),
        ground=request.ground,
        opinion=request.opinion,
        decision=decision_from_pb(request.decision) if request.HasField("decision") else None,
        document=request.document,
        objector=request.objector,
        contact=request.contact,
        decision_no=request.decision_no,
    )


def decision_from_pb(message: pb.Decision) -> Decision:
    """A decision.

    :raises Fault: OUTCOME_UNKNOWN, NOT_A_NUMBER.
    """
    if not message.outcome:
        raise Fault(OUTCOME_UNKNOWN, field="outcome")
    given = message.HasField("points")
    return Decision(
        outcome=pb.Outcome.Name(message.outcome).removeprefix("OUTCOME_"),
        reasons=message.reasons,
        cites=tuple(message.cites),
        unreasonable_fen=message.unreasonable_fen,
        points_micro=to_micro(decimal_text(message.points.value, "points"), "points") if given else None,
        drg=message.drg,
        restored_fen=message.restored_fen,
    )


def case_to_pb(whole: Whole, machine: Machine) -> pb.Case:
    """A case with everything around it."""
    case, row = whole.case, whole.row
    facts = case.content["facts"]
    return pb.Case(
        case_no=case.case_no,
        type=pb.CaseType.Name(_TYPE_OF[case.type]),
        type_name=whole.kind.name,
        hospital_code=case.hospital_code,
        hospital_name="" if facts is None else facts["hospital_name"],
        pool=case.pool,
        region_code=case.region_code,
        cycle=case.cycle,
        state=row.state,
        state_text=machine.state_text(row.state),
        version=row.version,
        closed=row.closed,
        due=_due(row.due_day),
        left_wd=whole.left_wd,
        overdue=row.overdue,
        entered=date_to_pb(row.entered_day),
        reason=case.reason,
        subject_ref=case.subject_ref,
        disputed_fen=case.disputed_fen,
        figures=None if facts is None else figures_to_pb(facts),
        criteria=[criterion_to_pb(Criterion(**item)) for item in case.content["criteria"]],
        new_tech=case.new_tech,
        no_review=case.no_review,
        content_digest=case.content_digest,
        next=[
            pb.CaseEvent(
                event=item.step.event,
                text=item.step.text,
                roles=[machine.role_text(role) for role in item.step.roles],
                mine=item.mine,
            )
            for item in whole.next
        ],
        decisions=[decision_to_pb(item, len(whole.signatures.get(item.seq, ()))) for item in whole.decisions],
        attachments=[attachment_to_pb(item) for item in whole.attachments],
        supplements=case.supplements,
        lacking=case.lacking,
        filed=date_to_pb(case.filed_day),
    )


def figures_to_pb(facts: Mapping[str, Any]) -> pb.CaseFigures:
    """What a list says and was paid, from plain facts."""
    return pb.CaseFigures(
        admission=date_to_pb(date.fromisoformat(facts["admission"])),
        discharge=date_to_pb(date.fromisoformat(facts["discharge"])),
        points=None if facts["points"] is None else decimal_pb2.Decimal(value=facts["points"]),
        **{
            name: facts[name]
            for name in (
                "list_id", "case_id", "los_days", "cost_fen", "paid_fen", "fund_fen", "drg", "mdc",
                "group_mean_fen", "city_mean_fen", "month", "run_id", "method", "ref", "statement_digest",
                "scheme_digest", "diagnoses", "procedures",
            )
        },
    )  # fmt: skip


def criterion_to_pb(item: Criterion) -> pb.Criterion:
    """A criterion and whether it is met."""
    return pb.Criterion(name=item.name, text=item.text, met=item.met)


def decision_to_pb(item: StoredDecision, signatures: int) -> pb.StandingDecision:
    """A decision as it stands."""
    body = item.body
    return pb.StandingDecision(
        decision_no=item.decision_no,
        decision=pb.Decision(
            outcome=f"OUTCOME_{item.outcome}",
            reasons=body["reasons"],
            cites=body["cites"],
            unreasonable_fen=body["unreasonable_fen"],
            points=decimal_pb2.Decimal(value=body["points"]) if body["points"] else None,
            drg=body["drg"],
            restored_fen=body["restored_fen"],
        ),
        decided_on=date_to_pb(item.day),
        points_after=_points(item.points_micro),
        delta_points=_points(item.delta_points_micro),
        delta_fen=item.delta_fen,
        signatures=signatures,
        dropped=item.dropped,
        digest=item.digest,
    )


def attachment_to_pb(item: StoredAttachment) -> pb.Attachment:
    """A paper without its bytes."""
    return pb.Attachment(
        attachment_id=item.attachment_id,
        kind=item.kind,
        file_name=item.file_name,
        media_type=item.media_type,
        size=item.size,
        digest=item.digest,
        day=date_to_pb(item.day),
        for_reviewers=item.for_reviewers,
    )


def line_to_pb(item: Line, machine: Machine, name: str, left_wd: int | None) -> pb.CaseLine:
    """A line of the queue."""
    return pb.CaseLine(
        case_no=item.case_no,
        type=pb.CaseType.Name(_TYPE_OF[item.type]),
        type_name=name,
        hospital_code=item.hospital_code,
        pool=item.pool,
        region_code=item.region_code,
        cycle=item.cycle,
        state=item.state,
        state_text=machine.state_text(item.state),
        due=_due(item.due_day),
        left_wd=left_wd,
        overdue=item.overdue,
        drg=item.drg,
        cost_fen=item.cost_fen,
        filed=date_to_pb(item.filed_day),
        version=item.version,
        list_id=item.list_id,
    )


def deadline_to_pb(item: Deadline, machine: Machine) -> pb.CaseDeadline:
    """A clock of a case."""
    message = pb.CaseDeadline(
        clock=item.clock,
        text=clock_text(machine, item.clock),
        kind=item.kind,
        due=date_to_pb(item.due_day),
        state=item.state,
        calendar=item.calendar,
        event=item.outcome or item.events,
        left_wd=item.left_wd,
    )
    message.due_at.FromDatetime(item.due_at)
    return message


def clock_text(machine: Machine, clock: str) -> str:
    """The name of a clock, or of the automatic event it is named after."""
    if clock in machine.clocks:
        return machine.clocks[clock].text
    return next((item.text for item in machine.transitions if item.event == clock), clock)


def quotas_to_pb(found: Quotas) -> pb.GetQuotaResponse:
    """The quotas of a cycle."""
    return pb.GetQuotaResponse(
        cycle=found.cycle.name,
        window_since=date_to_pb(found.window[0]),
        window_until=date_to_pb(found.window[1]),
        open=found.open,
        drg=_quota(found.pool.get("drg")),
        dip=_quota(found.pool.get("dip")),
        hospital=_quota(found.hospital),
        swaps=_quota(found.swaps),
    )


def judged_to_pb(found: Judged, figures: Mapping[str, Any], *, is_open: bool) -> pb.CheckListResponse:
    """A list held against the rules."""
    return pb.CheckListResponse(
        figures=figures_to_pb(figures),
        eligible=not found.reasons,
        reasons=found.reasons,
        criteria=[criterion_to_pb(item) for item in found.criteria],
        no_review=found.no_review,
        cycle=found.cycle.name,
        window_since=date_to_pb(found.window[0]),
        window_until=date_to_pb(found.window[1]),
        open=is_open,
        worksheet=sheet_to_pb(found.sheet.to_json()),
    )


def sheet_to_pb(content: Mapping[str, Any]) -> case_pb2.Worksheet | None:
    """A stored worksheet; ``None`` when there is none."""
    if not content:
        return None
    lines = [case_pb2.WorksheetLine(**line) for line in content["lines"]]
    return case_pb2.Worksheet(title=content["title"], lines=lines)


def value_to_pb(value: Any) -> decimal_pb2.Decimal:
    """An exact fraction to twelve decimals."""
    return decimal_pb2.Decimal(value=plain(ratio_half_up(value.numerator, value.denominator, 12)))


def _quota(stand: Stand | None) -> pb.Quota | None:
    if stand is None:
        return None
    return pb.Quota(
        limit=stand.quota.limit,
        used=stand.quota.used,
        left=stand.quota.left,
        worksheet=sheet_to_pb(stand.sheet.to_json()),
    )


def _points(micro: int | None) -> decimal_pb2.Decimal | None:
    return None if micro is None else decimal_pb2.Decimal(value=plain(from_micro(micro)))


def _due(day: date) -> Any:
    return None if day == NO_DAY else date_to_pb(day)
