"""``WeightService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.grouper.v1 import weights_pb2 as pb
from chspay.grouper.v1 import weights_pb2_grpc
from chspay_grouper.app import measuring
from chspay_grouper.app.measuring import Wanted
from chspay_grouper.rpc.runs import run_to_pb
from chspay_kit.convert import date_from_pb

SERVICE = "chspay.grouper.v1.WeightService"
Context = Any


class WeightServicer(weights_pb2_grpc.WeightServiceServicer):
    """Serves ``WeightService``."""

    WRITES = frozenset({"StartWeightRun"})

    async def StartWeightRun(
        self, request: pb.StartWeightRunRequest, _context: Context
    ) -> pb.StartWeightRunResponse:
        """A new run that waits for its cases."""
        on = date_from_pb(request.on, "on")
        wanted = Wanted(request.policy, on, request.table_id, request.scheme, dict(request.levels))
        return pb.StartWeightRunResponse(run=run_to_pb(await measuring.start(request.request_id, wanted)))
