"""Messages of stays and answers to nouns of the engine and the use-cases, and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from google.protobuf.json_format import Parse

from chspay.common.v1 import case_pb2
from chspay.perdiem.v1 import perdiem_pb2 as pb
from chspay_core.amounts import decimal_text
from chspay_kit.convert import date_from_pb, date_to_pb, decimal_to_pb
from chspay_perdiem.app import plain
from chspay_perdiem.app.plain import Answer
from chspay_perdiem.engine.allot import DRG, NOT_PILOT, PER_DIEM
from chspay_perdiem.engine.stay import Days, OwnList, Stay, Transfer, Use
from chspay_perdiem.store.pricings import KeptPricing

METHODS = {
    PER_DIEM: pb.METHOD_PER_DIEM,
    DRG: pb.METHOD_DRG,
    NOT_PILOT: pb.METHOD_NOT_PILOT,
    plain.REFUSED: pb.METHOD_REFUSED,
}
_FORMS = {"": pb.FORM_UNSPECIFIED, plain.POINTS: pb.FORM_POINTS, plain.MONEY: pb.FORM_MONEY}
_USES = {
    Use.PAID: pb.DAY_USE_PAID,
    Use.LEAVE: pb.DAY_USE_LEAVE,
    Use.HELD: pb.DAY_USE_HELD,
    Use.ELSEWHERE: pb.DAY_USE_ELSEWHERE,
    Use.ACUTE: pb.DAY_USE_ACUTE,
    Use.NOT_PILOT: pb.DAY_USE_NOT_PILOT,
    Use.DISCHARGE: pb.DAY_USE_DISCHARGE,
}


def stay_from_pb(message: pb.Stay) -> Stay:
    """A stay from its message; what is not known stays unknown.

    :raises Fault: DATE_MISSING, DATE_PARTIAL.
    """
    present = message.HasField
    return Stay(
        case_id=message.case_id,
        hospital_code=message.hospital_code,
        department=message.department,
        category=message.category,
        admission=date_from_pb(message.admission, "admission"),
        discharge=date_from_pb(message.discharge, "discharge"),
        leaves=tuple(
            Days(date_from_pb(item.since, "leaves.since"), date_from_pb(item.until, "leaves.until"))
            for item in message.leaves
        ),
        transfers=tuple(
            Transfer(
                date_from_pb(item.day, "transfers.day"),
                item.out,
                item.other_hospital_code,
                item.other_case_id,
            )
            for item in message.transfers
        ),
        own_lists=tuple(
            OwnList(
                item.case_id,
                Days(
                    date_from_pb(item.since, "own_lists.since"), date_from_pb(item.until, "own_lists.until")
                ),
                item.acute,
            )
            for item in message.own_lists
        ),
        total_cost_fen=message.total_cost_fen if present("total_cost_fen") else None,
        patient_paid_fen=message.patient_paid_fen if present("patient_paid_fen") else None,
        person_key=message.person_key,
        level=message.level if present("level") else None,
        insurance_type=message.insurance_type,
    )


def stay_to_pb(stay: Stay) -> pb.Stay:
    """A stay as a message."""
    message = pb.Stay(
        case_id=stay.case_id,
        hospital_code=stay.hospital_code,
        department=stay.department,
        category=stay.category,
        admission=date_to_pb(stay.admission),
        discharge=date_to_pb(stay.discharge),
        person_key=stay.person_key,
        insurance_type=stay.insurance_type,
        leaves=[
            pb.DayRange(since=date_to_pb(days.since), until=date_to_pb(days.until)) for days in stay.leaves
        ],
        transfers=[
            pb.Transfer(
                day=date_to_pb(item.day),
                out=item.out,
                other_hospital_code=item.hospital_code,
                other_case_id=item.case_id,
            )
            for item in stay.transfers
        ],
        own_lists=[
            pb.OwnList(
                case_id=item.case_id,
                since=date_to_pb(item.days.since),
                until=date_to_pb(item.days.until),
                acute=item.acute,
            )
            for item in stay.own_lists
        ],
    )
    for name in ("total_cost_fen", "patient_paid_fen", "level"):
        value = getattr(stay, name)
        if value is not None:
            setattr(message, name, value)
    return message


def answer_to_pb(answer: Answer) -> pb.StayAnswer:
    """An answer as a message."""
    message = pb.StayAnswer(
        case_id=answer.case_id,
        method=METHODS[answer.method],
        category=answer.category,
        form=_FORMS[answer.form],
        points_micro=answer.points_micro,
        amount_fen=answer.amount_fen,
        standard_fen=answer.standard_fen,
        worksheet_digest=answer.worksheet_digest,
        pricing_id=answer.pricing_id,
        reason=answer.reason,
        message=answer.message,
        model=answer.model,
        assessment_id=answer.assessment_id,
        spans=[
            pb.DaySpan(
                since=date_to_pb(date.fromisoformat(since)),
                until=date_to_pb(date.fromisoformat(until)),
                use=_USES[Use(use)],
                by=by,
            )
            for since, until, use, by in answer.spans
        ],
        own_lists=[
            pb.OwnListAnswer(case_id=case_id, method=METHODS[method], reason=reason)
            for case_id, method, reason in answer.own_lists
        ],
    )
    if answer.method == PER_DIEM:
        for name in ("paid_days", "days_before", "factor"):
            value: Decimal = decimal_text(getattr(answer, name), name)
            getattr(message, name).CopyFrom(decimal_to_pb(value))
    return message


def sheet_to_pb(answer: Answer) -> case_pb2.Worksheet:
    """The worksheet of an answer; empty where nothing was worked out."""
    return Parse(answer.worksheet or "{}", case_pb2.Worksheet())


def pricing_to_pb(kept: KeptPricing) -> pb.Pricing:
    """A kept pricing as a message."""
    return pb.Pricing(
        pool=kept.pool,
        month=kept.month,
        stay=stay_to_pb(plain.stay_of(kept.stay)),
        answer=answer_to_pb(plain.kept_answer(kept.answer, kept.pricing_id)),
        policy_digest=kept.policy_digest,
        replaced_by="" if kept.stands == kept.pricing_id else kept.stands,
    )
