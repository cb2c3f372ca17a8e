"""``StatisticsService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.dispute.v1 import statistics_pb2 as pb
from chspay.dispute.v1 import statistics_pb2_grpc
from chspay_dispute.app.cases.cycles import CycleDesk
from chspay_dispute.rpc.register import entry_to_pb

SERVICE = "chspay.dispute.v1.StatisticsService"
Context = Any


class StatisticsServicer(statistics_pb2_grpc.StatisticsServiceServicer):
    """Serves ``StatisticsService``."""

    WRITES = frozenset({"PublishCycle"})

    def __init__(self, desk: CycleDesk) -> None:
        self._desk = desk

    async def PublishCycle(
        self, request: pb.PublishCycleRequest, _context: Context
    ) -> pb.PublishCycleResponse:
        """Counts a cycle and publishes it."""
        entry = await self._desk.publish(request.pool, request.cycle)
        return pb.PublishCycleResponse(entry=entry_to_pb(entry))
