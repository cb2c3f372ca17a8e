"""Reconciliation over gRPC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from chspay.settlement.v1 import reconciliation_pb2 as pb
from chspay.settlement.v1 import reconciliation_pb2_grpc
from chspay_core.errors import Fault
from chspay_settlement.app.reading.reconciliation import (
    MOST_DAYS,
    SPAN_TOO_LONG,
    Counts,
    count_lists,
    count_received,
)

NAME = "chspay.settlement.v1.ReconciliationService"
_STATUSES = ("grouped", "ungrouped", "ambiguous", "invalid_input")
_QUALITY = ("passed", "failed", "pending", "none")
#: Instants a date of Python can hold with room for a zone.
_FIRST, _LAST = 0, 253_370_764_800


class ReconciliationServicer(reconciliation_pb2_grpc.ReconciliationServiceServicer):
    """Counts; writes nothing."""

    WRITES: frozenset[str] = frozenset()

    async def CountLists(self, request: pb.CountListsRequest, _context: Any) -> pb.CountListsResponse:
        """Lists by their numbers."""
        return _to_pb(await count_lists(request.hospital_code, request.list_ids))

    async def CountReceived(
        self, request: pb.CountReceivedRequest, _context: Any
    ) -> pb.CountReceivedResponse:
        """Lists by the moment they were received."""
        found = await count_received(
            request.hospital_code, _instant(request.since, "since"), _instant(request.until, "until")
        )
        return pb.CountReceivedResponse(
            channels=[
                pb.ChannelCounts(channel=channel, versions=versions, lists=_to_pb(counts))
                for channel, versions, counts in found
            ]
        )


def _instant(value: Timestamp, name: str) -> datetime:
    if not _FIRST <= value.seconds < _LAST or not 0 <= value.nanos < 10**9:
        raise Fault(SPAN_TOO_LONG, field=name, limit=MOST_DAYS)
    return value.ToDatetime(UTC)


def _to_pb(found: Counts) -> pb.CountListsResponse:
    return pb.CountListsResponse(
        waiting=found.states["waiting"],
        stored=found.states["stored"],
        missing=found.missing,
        **{name: found.statuses[name] for name in _STATUSES},
        **{f"quality_{name}": found.quality[name] for name in _QUALITY},
    )
