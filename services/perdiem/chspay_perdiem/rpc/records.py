"""``StayRecordService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.perdiem.v1 import records_pb2 as pb
from chspay.perdiem.v1 import records_pb2_grpc
from chspay_kit.convert import date_from_pb, date_to_pb, points_from_pb, points_to_pb
from chspay_perdiem.app.records import Records
from chspay_perdiem.engine.record import Record

SERVICE = "chspay.perdiem.v1.StayRecordService"
Context = Any
_KINDS = {
    pb.RECORD_KIND_LEAVE: "leave",
    pb.RECORD_KIND_TRANSFER: "transfer",
    pb.RECORD_KIND_ACUTE: "acute",
    pb.RECORD_KIND_INTERIM: "interim",
    pb.RECORD_KIND_OUTCOME: "outcome",
}
_NUMBERS = {text: number for number, text in _KINDS.items()}


class StayRecordServicer(records_pb2_grpc.StayRecordServiceServicer):
    """Serves ``StayRecordService``."""

    WRITES = frozenset({"PutStayRecord", "PutStayRecords", "WithdrawStayRecord"})

    def __init__(self, records: Records) -> None:
        self._records = records

    async def PutStayRecord(
        self, request: pb.PutStayRecordRequest, _context: Context
    ) -> pb.PutStayRecordResponse:
        """A new record."""
        return pb.PutStayRecordResponse(record=_to_pb(await self._records.put(_from_pb(request.record))))

    async def PutStayRecords(
        self, request: pb.PutStayRecordsRequest, _context: Context
    ) -> pb.PutStayRecordsResponse:
        """A file of records."""
        return pb.PutStayRecordsResponse(rows=await self._records.put_file(request.pool, request.content))

    async def WithdrawStayRecord(
        self, request: pb.WithdrawStayRecordRequest, _context: Context
    ) -> pb.WithdrawStayRecordResponse:
        """A record that does not count any more."""
        found = await self._records.withdraw(request.hospital_code, request.record_no, request.reason)
        return pb.WithdrawStayRecordResponse(record=_to_pb(found))

    async def ListStayRecords(
        self, request: pb.ListStayRecordsRequest, _context: Context
    ) -> pb.ListStayRecordsResponse:
        """A page of an institution's records."""
        found, token = await self._records.page(
            request.hospital_code, request.case_id, request.page_size, request.page_token
        )
        return pb.ListStayRecordsResponse(records=[_to_pb(item) for item in found], next_page_token=token)


def _from_pb(message: pb.StayRecord) -> Record:
    measured = message.HasField("outcome")
    return Record(
        message.hospital_code,
        message.record_no,
        message.pool,
        message.case_id,
        _KINDS.get(message.kind, ""),
        date_from_pb(message.since, "since"),
        date_from_pb(message.until, "until") if message.HasField("until") else None,
        message.other_hospital_code,
        message.other_case_id,
        message.outcome.scale,
        points_from_pb(message.outcome.before, "before") if measured else None,
        points_from_pb(message.outcome.after, "after") if measured else None,
        message.document,
    )


def _to_pb(record: Record) -> pb.StayRecord:
    message = pb.StayRecord(
        record_no=record.record_no,
        pool=record.pool,
        hospital_code=record.hospital_code,
        case_id=record.case_id,
        kind=_NUMBERS[record.kind],
        since=date_to_pb(record.since),
        other_hospital_code=record.other_hospital_code,
        other_case_id=record.other_case_id,
        document=record.document,
        withdrawn=record.withdrawn,
    )
    if record.until is not None:
        message.until.CopyFrom(date_to_pb(record.until))
    if record.before_micro is not None and record.after_micro is not None:
        message.outcome.scale = record.scale
        message.outcome.before.CopyFrom(points_to_pb(record.before_micro))
        message.outcome.after.CopyFrom(points_to_pb(record.after_micro))
    return message
