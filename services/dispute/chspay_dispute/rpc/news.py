"""``CaseNewsService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.dispute.v1 import news_pb2 as pb
from chspay.dispute.v1 import news_pb2_grpc
from chspay_dispute.engine.machine import Machine
from chspay_dispute.store import news
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection

SERVICE = "chspay.dispute.v1.CaseNewsService"
Context = Any


class CaseNewsServicer(news_pb2_grpc.CaseNewsServiceServicer):
    """Serves ``CaseNewsService``."""

    WRITES: frozenset[str] = frozenset()

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    async def ListSteps(self, request: pb.ListStepsRequest, _context: Context) -> pb.ListStepsResponse:
        """The next steps of all cases."""
        current_claim().require_role("service")
        found = await news.after(await current_connection(), request.after, paging.size(request.page_size))
        return pb.ListStepsResponse(steps=[self._step(told) for told in found])

    def _step(self, told: news.Told) -> pb.CaseStep:
        message = pb.CaseStep(
            place=told.written_in,
            case_no=told.case_no,
            seq=told.seq,
            type=told.type,
            event=told.event,
            state=told.state,
            state_text=self._machine.state_text(told.state),
            hospital_code=told.hospital_code,
            region_code=told.region_code,
        )
        message.at.FromDatetime(told.at)
        return message
