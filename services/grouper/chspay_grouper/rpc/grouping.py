"""``GrouperService`` on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import grouper_pb2 as pb
from chspay.grouper.v1 import grouper_pb2_grpc
from chspay_core.case import Status
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.app.grouping import GrouperApp, Loaded, group_case
from chspay_grouper.engine.answers import Answer
from chspay_grouper.engine.trace import Step
from chspay_grouper.store.artefacts import Facts
from chspay_kit.convert import case_from_pb

TOO_MANY_CASES = Reason(
    "TOO_MANY_CASES", Kind.INVALID, "一次最多分组{limit}例，收到{value}例；更多请用流或批量接口。"
)

SERVICE = "chspay.grouper.v1.GrouperService"
MOST_CASES = 1000
Context = Any

STATUS = {
    Status.GROUPED: case_pb2.GROUP_STATUS_GROUPED,
    Status.AMBIGUOUS: case_pb2.GROUP_STATUS_AMBIGUOUS,
    Status.UNGROUPED: case_pb2.GROUP_STATUS_UNGROUPED,
    Status.INVALID: case_pb2.GROUP_STATUS_INVALID,
}


class GrouperServicer(grouper_pb2_grpc.GrouperServiceServicer):
    """Serves ``GrouperService``; only imports are written."""

    WRITES = frozenset({"ImportScheme"})

    def __init__(self, app: GrouperApp) -> None:
        self._app = app

    async def GroupCase(self, request: pb.GroupCaseRequest, _context: Context) -> pb.GroupCaseResponse:
        """One case, one answer; the database is not touched once the scheme is loaded."""
        loaded = self._app.loaded(request.scheme) or await self._app.scheme(request.scheme)
        answer = group_case(loaded, case_from_pb(request.case))
        return pb.GroupCaseResponse(answer=answer_to_pb(request.case.case_id, answer, loaded))

    async def GroupCases(self, request: pb.GroupCasesRequest, _context: Context) -> pb.GroupCasesResponse:
        """A few cases at once; a bad one is answered ``invalid``."""
        if len(request.cases) > MOST_CASES:
            raise Fault(TOO_MANY_CASES, field="cases", value=len(request.cases), limit=MOST_CASES)
        loaded = self._app.loaded(request.scheme) or await self._app.scheme(request.scheme)
        return pb.GroupCasesResponse(answers=[_answered(case, loaded) for case in request.cases])

    async def GroupStream(
        self, requests: AsyncIterator[pb.GroupStreamRequest], _context: Context
    ) -> AsyncIterator[pb.GroupStreamResponse]:
        """One answer per case, in order; a bad case is answered ``invalid``, the stream goes on.

        Each answer is sent before the next case is read, so a slow reader slows the sender down.
        """
        loaded: Loaded | None = None
        named = ""
        async for request in requests:
            if loaded is None or (request.scheme and request.scheme != named):
                loaded, named = await self._app.scheme(request.scheme), request.scheme
            yield pb.GroupStreamResponse(answer=_answered(request.case, loaded))

    async def GroupArrow(
        self, requests: AsyncIterator[pb.GroupArrowRequest], _context: Context
    ) -> AsyncIterator[pb.GroupArrowResponse]:
        """Chunks of cases in, chunks of answers out, in order."""
        named = ""
        async for request in requests:
            named = request.scheme or named
            loaded, answers = await self._app.group_arrow(named, request.cases)
            yield pb.GroupArrowResponse(answers=answers, scheme_digest=loaded.scheme.digest)

    async def ExplainCase(self, request: pb.ExplainCaseRequest, _context: Context) -> pb.ExplainCaseResponse:
        """The full trace of one case."""
        loaded, trace, prose = await self._app.explain(request.scheme, case_from_pb(request.case))
        return pb.ExplainCaseResponse(
            answer=answer_to_pb(request.case.case_id, trace.answer, loaded),
            steps=[step_to_pb(step) for step in trace.steps],
            prose=prose,
        )

    async def ListSchemes(self, request: pb.ListSchemesRequest, _context: Context) -> pb.ListSchemesResponse:
        """A page of the sealed schemes."""
        found, token = await self._app.schemes(request.page_size, request.page_token)
        return pb.ListSchemesResponse(schemes=[scheme_to_pb(facts) for facts in found], next_page_token=token)

    async def GetScheme(self, request: pb.GetSchemeRequest, _context: Context) -> pb.GetSchemeResponse:
        """One scheme by id or digest."""
        return pb.GetSchemeResponse(scheme=scheme_to_pb(await self._app.facts(request.scheme)))

    async def ImportScheme(
        self, request: pb.ImportSchemeRequest, _context: Context
    ) -> pb.ImportSchemeResponse:
        """A workbook, sealed, with every repair that was made."""
        facts, repairs = await self._app.import_scheme(request.workbook, request.manifest_json)
        return pb.ImportSchemeResponse(scheme=scheme_to_pb(facts), repairs=repairs)


def _answered(case: case_pb2.Case, loaded: Loaded) -> case_pb2.GroupAnswer:
    """The answer of one case among several: what cannot be read is ``invalid``, the others go on."""
    try:
        answer = group_case(loaded, case_from_pb(case))
    except Fault as fault:
        answer = Answer(Status.INVALID, reason=fault.reason.code)
    return answer_to_pb(case.case_id, answer, loaded)


def answer_to_pb(case_id: str, answer: Answer, loaded: Loaded) -> case_pb2.GroupAnswer:
    """An answer as a message."""
    return case_pb2.GroupAnswer(
        case_id=case_id,
        status=STATUS[answer.status],
        mdc=answer.mdc,
        adrg=answer.adrg,
        drg=answer.drg,
        reason=answer.reason,
        scheme_digest=loaded.scheme.digest,
    )


def step_to_pb(step: Step) -> pb.TraceStep:
    """A step of a trace as a message."""
    return pb.TraceStep(
        level=step.level,
        code=step.code,
        name=step.name,
        rule=step.rule,
        outcome=step.outcome,
        hits=step.hits,
        note=step.note,
    )


def scheme_to_pb(facts: Facts) -> pb.Scheme:
    """What is said of a scheme, as a message."""
    return pb.Scheme(
        scheme_id=facts.artefact.id,
        title=facts.title,
        version=facts.version,
        digest=facts.digest,
        counts=facts.counts,
        usage=facts.usage,
    )
