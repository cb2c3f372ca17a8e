"""``GroupRunService`` on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import runs_pb2 as pb
from chspay.grouper.v1 import runs_pb2_grpc
from chspay_core.amounts import plain
from chspay_core.artefact import ArtefactKind
from chspay_core.case import Status
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.app import runs as app
from chspay_grouper.app.runs import GroupRuns
from chspay_grouper.rpc.grouping import STATUS
from chspay_grouper.store.runs import Run

GROUP_RUN_KIND_UNKNOWN = Reason(
    "GROUP_RUN_KIND_UNKNOWN", Kind.INVALID, "批量运行的种类“{value}”不认识，可用：{known}。"
)

SERVICE = "chspay.grouper.v1.GroupRunService"
Context = Any

_STATE = {
    app.UPLOADING: pb.GROUP_RUN_STATE_UPLOADING,
    app.PENDING: pb.GROUP_RUN_STATE_PENDING,
    app.RUNNING: pb.GROUP_RUN_STATE_RUNNING,
    app.DONE: pb.GROUP_RUN_STATE_DONE,
    app.FAILED: pb.GROUP_RUN_STATE_FAILED,
    app.CANCELLED: pb.GROUP_RUN_STATE_CANCELLED,
}


class GroupRunServicer(runs_pb2_grpc.GroupRunServiceServicer):
    """Serves ``GroupRunService``."""

    WRITES = frozenset({"StartGroupRun", "PutGroupRunCases", "CloseGroupRunCases", "CancelGroupRun"})

    def __init__(self, runs: GroupRuns) -> None:
        self._runs = runs

    async def StartGroupRun(
        self, request: pb.StartGroupRunRequest, _context: Context
    ) -> pb.StartGroupRunResponse:
        """A new run."""
        run = await self._runs.start(
            request.request_id, request.scheme, request.cases_of, _kind(request.kind), request.levels
        )
        return pb.StartGroupRunResponse(run=run_to_pb(run))

    async def PutGroupRunCases(
        self, request: pb.PutGroupRunCasesRequest, _context: Context
    ) -> pb.PutGroupRunCasesResponse:
        """One part of the cases."""
        rows = await self._runs.put(request.run_id, request.part_no, request.cases)
        return pb.PutGroupRunCasesResponse(rows=rows)

    async def CloseGroupRunCases(
        self, request: pb.CloseGroupRunCasesRequest, _context: Context
    ) -> pb.CloseGroupRunCasesResponse:
        """The end of the upload."""
        run = await self._runs.close(request.run_id, request.parts)
        return pb.CloseGroupRunCasesResponse(run=run_to_pb(run))

    async def CancelGroupRun(
        self, request: pb.CancelGroupRunRequest, _context: Context
    ) -> pb.CancelGroupRunResponse:
        """The end of a run somebody no longer wants."""
        return pb.CancelGroupRunResponse(run=run_to_pb(await self._runs.cancel(request.run_id)))

    async def GetGroupRun(self, request: pb.GetGroupRunRequest, _context: Context) -> pb.GetGroupRunResponse:
        """One run."""
        return pb.GetGroupRunResponse(run=run_to_pb(await self._runs.get(request.run_id)))

    async def ListGroupRuns(
        self, request: pb.ListGroupRunsRequest, _context: Context
    ) -> pb.ListGroupRunsResponse:
        """A page of the caller's runs."""
        found, token = await self._runs.page(request.page_size, request.page_token)
        return pb.ListGroupRunsResponse(runs=[run_to_pb(run) for run in found], next_page_token=token)

    async def WatchGroupRun(
        self, request: pb.WatchGroupRunRequest, _context: Context
    ) -> AsyncIterator[pb.WatchGroupRunResponse]:
        """The run whenever it has moved."""
        async for run in self._runs.watch(request.run_id):
            yield pb.WatchGroupRunResponse(run=run_to_pb(run))

    async def ListGroupRunAnswers(
        self, request: pb.ListGroupRunAnswersRequest, _context: Context
    ) -> pb.ListGroupRunAnswersResponse:
        """A page of answers."""
        found, token, run = await self._runs.answers(request.run_id, request.page_size, request.page_token)
        if run.kind != ArtefactKind.SCHEME:
            return pb.ListGroupRunAnswersResponse(rows=map(_row, found), next_page_token=token)
        answers = [_answer(row, run.scheme_digest or "") for row in found]
        return pb.ListGroupRunAnswersResponse(answers=answers, next_page_token=token)

    async def DownloadGroupRunAnswers(
        self, request: pb.DownloadGroupRunAnswersRequest, _context: Context
    ) -> AsyncIterator[pb.DownloadGroupRunAnswersResponse]:
        """Every answer, a chunk a message; the next chunk is read when this one has left."""
        async for answers in self._runs.download(request.run_id):
            yield pb.DownloadGroupRunAnswersResponse(answers=answers)

    async def GetGroupRunStatement(
        self, request: pb.GetGroupRunStatementRequest, _context: Context
    ) -> pb.GetGroupRunStatementResponse:
        """The outcome in its canonical form."""
        content, digest = await self._runs.statement(request.run_id)
        return pb.GetGroupRunStatementResponse(content=content, digest=digest)

    async def CompareGroupRuns(
        self, request: pb.CompareGroupRunsRequest, _context: Context
    ) -> pb.CompareGroupRunsResponse:
        """Who moves from which group to which."""
        moves = await self._runs.compare(request.before, request.after)
        return pb.CompareGroupRunsResponse(
            cases=moves.cases,
            moved=moves.moved,
            moves=[
                pb.GroupMove(before=move.before, after=move.after, cases=move.cases, examples=move.examples)
                for move in moves.largest()
            ],
        )


def run_to_pb(run: Run) -> pb.GroupRun:
    """A run as a message."""
    return pb.GroupRun(
        run_id=run.run_id,
        scheme_id=run.scheme_id,
        scheme_digest=run.scheme_digest or "",
        cases_of="" if run.cases_of == run.run_id else run.cases_of,
        state=_STATE[run.state],
        cases=run.cases,
        done=run.done,
        failure_reason=run.failure_reason,
        failure_message=run.failure_message,
        statement_digest=run.statement_digest,
        kind=run.kind,
        swept=run.swept_at is not None,
    )


def _kind(name: str) -> ArtefactKind:
    """What a run runs its cases through; nothing said is a scheme."""
    if name and name not in set(ArtefactKind):
        raise Fault(GROUP_RUN_KIND_UNKNOWN, field="kind", value=name, known="、".join(ArtefactKind))
    return ArtefactKind(name or ArtefactKind.SCHEME)


def _row(row: dict[str, object]) -> pb.RunAnswer:
    columns = {name: _text(value) for name, value in row.items() if name != "case_id"}
    return pb.RunAnswer(case_id=str(row["case_id"]), columns=columns)


def _text(value: object) -> str:
    """A cell as text: decimals in plain notation, true as 1, false and unknown as the empty text."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


def _answer(row: dict[str, object], digest: str) -> case_pb2.GroupAnswer:
    names = ("case_id", "mdc", "adrg", "drg", "reason")
    return case_pb2.GroupAnswer(
        **{name: str(row[name]) for name in names},
        status=STATUS[Status(str(row["status"]))],
        scheme_digest=digest,
    )
