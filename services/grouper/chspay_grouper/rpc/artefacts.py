"""``ArtefactService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.grouper.v1 import artefacts_pb2 as pb
from chspay.grouper.v1 import artefacts_pb2_grpc
from chspay_core.artefact import ArtefactKind
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.app import artefacts as app
from chspay_grouper.app.artefacts import Artefacts
from chspay_grouper.app.life import Lives
from chspay_grouper.rpc.schemes import STATE, record_to_pb
from chspay_grouper.store.artefacts import Facts

ARTEFACT_KIND_MISSING = Reason(
    "ARTEFACT_KIND_MISSING", Kind.INVALID, "请指明种类：分组方案、DIP目录或权重表。"
)

SERVICE = "chspay.grouper.v1.ArtefactService"
Context = Any

_KINDS = {
    pb.ARTEFACT_KIND_SCHEME: ArtefactKind.SCHEME,
    pb.ARTEFACT_KIND_DIP_CATALOGUE: ArtefactKind.DIP_CATALOGUE,
    pb.ARTEFACT_KIND_WEIGHT_TABLE: ArtefactKind.WEIGHT_TABLE,
}
_NUMBERS = {kind: number for number, kind in _KINDS.items()}


class ArtefactServicer(artefacts_pb2_grpc.ArtefactServiceServicer):
    """Serves ``ArtefactService``."""

    WRITES = frozenset({"PutArtefact"})

    def __init__(self, artefacts: Artefacts, lives: Lives) -> None:
        self._artefacts = artefacts
        self._lives = lives

    async def PutArtefact(self, request: pb.PutArtefactRequest, _context: Context) -> pb.PutArtefactResponse:
        """A catalogue or table, kept under its digest."""
        return pb.PutArtefactResponse(
            artefact=_artefact(await self._artefacts.put(_kind(request.kind), request.content))
        )

    async def GetArtefact(self, request: pb.GetArtefactRequest, _context: Context) -> pb.GetArtefactResponse:
        """One artefact by id or digest."""
        return pb.GetArtefactResponse(artefact=_artefact(await app.facts(_kind(request.kind), request.name)))

    async def GetArtefactContent(
        self, request: pb.GetArtefactContentRequest, _context: Context
    ) -> pb.GetArtefactContentResponse:
        """One artefact with its canonical form."""
        facts, content = await self._artefacts.content(_kind(request.kind), request.name)
        return pb.GetArtefactContentResponse(artefact=_artefact(facts), content=content)

    async def ListArtefacts(
        self, request: pb.ListArtefactsRequest, _context: Context
    ) -> pb.ListArtefactsResponse:
        """A page of a kind."""
        found, token = await self._artefacts.page(_kind(request.kind), request.page_size, request.page_token)
        return pb.ListArtefactsResponse(
            artefacts=[_artefact(facts) for facts in found], next_page_token=token
        )

    async def GetArtefactLife(
        self, request: pb.GetArtefactLifeRequest, _context: Context
    ) -> pb.GetArtefactLifeResponse:
        """Everything recorded of an artefact."""
        facts, life, signed = await self._lives.of(_kind(request.kind), request.name)
        return pb.GetArtefactLifeResponse(
            artefact=_artefact(facts),
            state=STATE[life.state],
            records=[record_to_pb(record, item) for record, item in zip(life.records, signed, strict=True)],
        )


def _kind(number: pb.ArtefactKind) -> ArtefactKind:
    kind = _KINDS.get(number)
    if kind is None:
        raise Fault(ARTEFACT_KIND_MISSING, field="kind")
    return kind


def _artefact(facts: Facts) -> pb.Artefact:
    return pb.Artefact(
        kind=_NUMBERS[facts.artefact.kind],
        artefact_id=facts.artefact.id,
        digest=facts.digest,
        title=facts.title,
        version=facts.version,
        usage=facts.usage,
        counts=facts.counts,
    )
