"""Events over gRPC."""

from __future__ import annotations

from typing import Any

from chspay.settlement.v1 import events_pb2 as pb
from chspay.settlement.v1 import events_pb2_grpc
from chspay_settlement.app.reading.events import next_events

NAME = "chspay.settlement.v1.EventService"


class EventServicer(events_pb2_grpc.EventServiceServicer):
    """Reads; writes nothing."""

    WRITES: frozenset[str] = frozenset()

    async def ListEvents(self, request: pb.ListEventsRequest, _context: Any) -> pb.ListEventsResponse:
        """The next events the asker may see."""
        answer = pb.ListEventsResponse()
        for found in await next_events(request.after, request.page_size):
            event = answer.events.add(
                seq=found.seq,
                event_id=found.event_id,
                name=found.name,
                hospital_code=found.hospital_code,
                region_code=found.region_code,
                facts=found.facts,
            )
            event.at.FromDatetime(found.at)
        return answer
