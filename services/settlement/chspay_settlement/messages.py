"""Between the records of settlement and their messages."""

from __future__ import annotations

from datetime import UTC

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit.convert import answer_to_pb, case_to_pb, date_from_pb, date_to_pb
from chspay_settlement.app.intake import Accepted, month_of
from chspay_settlement.app.keys import Identity
from chspay_settlement.store.hospitals import Hospital
from chspay_settlement.store.lists import ListRecord


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
    )
