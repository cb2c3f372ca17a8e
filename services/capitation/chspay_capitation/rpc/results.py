"""``ResultService`` on the wire."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import ParseDict

from chspay.capitation.v1 import results_pb2 as pb
from chspay.capitation.v1 import results_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay_capitation.app.results import Asked, ResultsDesk
from chspay_capitation.store.results import StoredChronic, StoredDivision
from chspay_kit.convert import date_from_pb, date_to_pb

SERVICE = "chspay.capitation.v1.ResultService"
Context = Any


class ResultServicer(results_pb2_grpc.ResultServiceServicer):
    """Serves ``ResultService``."""

    WRITES = frozenset({"PutChronicResults", "DivideByApg"})

    def __init__(self, desk: ResultsDesk) -> None:
        self._desk = desk

    async def PutChronicResults(
        self, request: pb.PutChronicResultsRequest, _context: Context
    ) -> pb.PutChronicResultsResponse:
        """Results of a file."""
        found = await self._desk.put_chronic(
            request.attribution_id, date_from_pb(request.as_of, "as_of"), request.document, request.content
        )
        return pb.PutChronicResultsResponse(results=_chronic_to_pb(found))

    async def GetChronicResults(
        self, request: pb.GetChronicResultsRequest, _context: Context
    ) -> pb.GetChronicResultsResponse:
        """The newest results."""
        found = await self._desk.chronic(request.attribution_id)
        return pb.GetChronicResultsResponse(results=_chronic_to_pb(found))

    async def DivideByApg(self, request: pb.DivideByApgRequest, _context: Context) -> pb.DivideByApgResponse:
        """A fund divided."""
        asked = Asked(
            request.pool, request.community, date_from_pb(request.since, "since"),
            date_from_pb(request.until, "until"), request.fund_fen, request.points_of, request.document,
            request.content,
        )  # fmt: skip
        found = await self._desk.divide(request.request_id, asked)
        return pb.DivideByApgResponse(division=_division_to_pb(found), worksheet=_sheet(found))

    async def GetApgDivision(
        self, request: pb.GetApgDivisionRequest, _context: Context
    ) -> pb.GetApgDivisionResponse:
        """A division with its worksheet."""
        found = await self._desk.division(request.division_id)
        return pb.GetApgDivisionResponse(division=_division_to_pb(found), worksheet=_sheet(found))


def _chronic_to_pb(stored: StoredChronic) -> pb.ChronicResults:
    return pb.ChronicResults(
        attribution_id=stored.attribution_id,
        version=stored.version,
        as_of=date_to_pb(stored.as_of),
        document=stored.document,
        communities=[
            pb.CommunityChronic(community=name, patients=patients, managed=managed, controlled=controlled)
            for name, patients, managed, controlled in stored.communities
        ],
        digest=stored.digest,
    )


_PLAIN = (
    "division_id", "pool", "community", "fund_fen", "points_of", "document", "policy_digest", "digest",
)  # fmt: skip


def _division_to_pb(stored: StoredDivision) -> pb.ApgDivision:
    return pb.ApgDivision(
        **{name: getattr(stored, name) for name in _PLAIN},
        since=date_to_pb(stored.since),
        until=date_to_pb(stored.until),
        points=[
            pb.ApgPoints(apg=apg, points_micro=micro, visits=visits) for apg, micro, visits in stored.points
        ],
        shares=[
            pb.ApgShare(institution=code, points_micro=micro, fund_fen=fen)
            for code, micro, fen in stored.shares
        ],
    )


def _sheet(stored: StoredDivision) -> case_pb2.Worksheet:
    return ParseDict(stored.worksheet, case_pb2.Worksheet())
