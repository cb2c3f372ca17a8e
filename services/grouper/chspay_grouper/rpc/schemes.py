"""``SchemeService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.grouper.v1 import schemes_pb2 as pb
from chspay.grouper.v1 import schemes_pb2_grpc
from chspay_core.artefact import ArtefactKind
from chspay_grouper.app.grouping import GrouperApp
from chspay_grouper.app.life import Lives
from chspay_grouper.engine.canonical import Signed
from chspay_grouper.engine.life import Record, State

SERVICE = "chspay.grouper.v1.SchemeService"
Context = Any

STATE = {
    State.DRAFT: pb.SCHEME_STATE_DRAFT,
    State.TRIAL: pb.SCHEME_STATE_TRIAL,
    State.PUBLISHED: pb.SCHEME_STATE_PUBLISHED,
    State.RETIRED: pb.SCHEME_STATE_RETIRED,
}


class SchemeServicer(schemes_pb2_grpc.SchemeServiceServicer):
    """Serves ``SchemeService``."""

    WRITES = frozenset({"AddSchemeRecord", "AddSchemeEvaluation"})

    def __init__(self, app: GrouperApp, life: Lives) -> None:
        self._app = app
        self._life = life

    async def AddSchemeRecord(
        self, request: pb.AddSchemeRecordRequest, _context: Context
    ) -> pb.AddSchemeRecordResponse:
        """One signed step of a scheme's life."""
        digest, life = await self._life.add_record(request.content, request.signature)
        return pb.AddSchemeRecordResponse(digest=digest, state=STATE[life.state])

    async def AddSchemeEvaluation(
        self, request: pb.AddSchemeEvaluationRequest, _context: Context
    ) -> pb.AddSchemeEvaluationResponse:
        """A signed evaluation of a stored run."""
        digest = await self._life.add_evaluation(request.content, request.signature)
        return pb.AddSchemeEvaluationResponse(digest=digest)

    async def GetSchemeLife(
        self, request: pb.GetSchemeLifeRequest, _context: Context
    ) -> pb.GetSchemeLifeResponse:
        """Everything recorded of a scheme."""
        facts, life, signed = await self._life.of(ArtefactKind.SCHEME, request.scheme)
        return pb.GetSchemeLifeResponse(
            scheme_id=facts.artefact.id,
            scheme_digest=facts.digest,
            state=STATE[life.state],
            records=[record_to_pb(record, item) for record, item in zip(life.records, signed, strict=True)],
        )

    async def SearchCodes(self, request: pb.SearchCodesRequest, _context: Context) -> pb.SearchCodesResponse:
        """Codes by their beginning or by a part of their name."""
        found, token = await self._app.search_codes(
            request.scheme, request.text, request.page_size, request.page_token
        )
        codes = [
            pb.CodeFound(code=item.code, name=item.name, sets=item.sets, level=item.level) for item in found
        ]
        return pb.SearchCodesResponse(codes=codes, next_page_token=token)

    async def SearchGroups(
        self, request: pb.SearchGroupsRequest, _context: Context
    ) -> pb.SearchGroupsResponse:
        """Groups by the beginning of their code or by a part of their name."""
        found, token = await self._app.search_groups(
            request.scheme, request.text, request.page_size, request.page_token
        )
        groups = [
            pb.GroupFound(
                level=item.level, code=item.code, name=item.name, rule=item.rule, parent=item.parent
            )
            for item in found
        ]
        return pb.SearchGroupsResponse(groups=groups, next_page_token=token)


def record_to_pb(record: Record, signed: Signed) -> pb.SchemeRecord:
    """A signed record as a message."""
    return pb.SchemeRecord(
        content=signed.content,
        signature=signed.signature,
        digest=signed.digest,
        event=record.event.value,
        since=record.since.isoformat(),
    )
