"""``DipService`` on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import dip_pb2 as pb
from chspay.grouper.v1 import dip_pb2_grpc
from chspay_core.amounts import MICRO
from chspay_core.case import Status
from chspay_core.errors import Fault
from chspay_grouper.app.dip import DipApp, Grouped, LoadedDip, group_case, scored
from chspay_grouper.rpc.grouping import STATUS, step_to_pb
from chspay_kit.convert import case_from_pb

SERVICE = "chspay.grouper.v1.DipService"
Context = Any


class DipServicer(dip_pb2_grpc.DipServiceServicer):
    """Serves ``DipService``; nothing is written."""

    WRITES: frozenset[str] = frozenset()

    def __init__(self, app: DipApp) -> None:
        self._app = app

    async def GroupDipCase(
        self, request: pb.GroupDipCaseRequest, _context: Context
    ) -> pb.GroupDipCaseResponse:
        """One case, one answer."""
        loaded = await self._app.loaded(request.catalogue)
        grouped = group_case(loaded, case_from_pb(request.case))
        return pb.GroupDipCaseResponse(answer=_answer(request.case.case_id, grouped, loaded))

    async def GroupDipStream(
        self, requests: AsyncIterator[pb.GroupDipStreamRequest], _context: Context
    ) -> AsyncIterator[pb.GroupDipStreamResponse]:
        """One answer per case, in order; each is sent before the next case is read."""
        loaded: LoadedDip | None = None
        named = ""
        async for request in requests:
            if loaded is None or (request.catalogue and request.catalogue != named):
                loaded, named = await self._app.loaded(request.catalogue), request.catalogue
            yield pb.GroupDipStreamResponse(answer=_answered(request.case, loaded))

    async def ExplainDipCase(
        self, request: pb.ExplainDipCaseRequest, _context: Context
    ) -> pb.ExplainDipCaseResponse:
        """The full trace of one case."""
        case = case_from_pb(request.case)
        loaded, trace, prose = await self._app.explain(request.catalogue, case)
        return pb.ExplainDipCaseResponse(
            answer=_answer(request.case.case_id, scored(loaded, case, trace.answer), loaded),
            steps=[step_to_pb(step) for step in trace.steps],
            prose=prose,
        )


def _answered(case: case_pb2.Case, loaded: LoadedDip) -> pb.DipAnswer:
    """The answer of one case among several: what cannot be read is ``invalid``, the others go on."""
    try:
        return _answer(case.case_id, group_case(loaded, case_from_pb(case)), loaded)
    except Fault as fault:
        return pb.DipAnswer(
            case_id=case.case_id,
            status=STATUS[Status.INVALID],
            reason=fault.reason.code,
            catalogue_digest=loaded.catalogue.digest,
        )


def _answer(case_id: str, grouped: Grouped, loaded: LoadedDip) -> pb.DipAnswer:
    answer = grouped.answer
    group, subtype = answer.group, answer.subtype
    return pb.DipAnswer(
        case_id=case_id,
        status=STATUS[answer.status],
        group=group.code if group else "",
        name=group.name if group else "",
        level=group.level if group else "",
        subtype=subtype.code if subtype else "",
        score_micro=grouped.score_micro,
        factor_micro=subtype.factor_micro if subtype else MICRO if group else None,
        base_level=bool(group and group.base_level),
        reason=answer.reason,
        catalogue_digest=loaded.catalogue.digest,
    )
