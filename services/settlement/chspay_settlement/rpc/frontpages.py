"""Front pages over gRPC."""

from __future__ import annotations

from typing import Any

from chspay.settlement.v1 import frontpages_pb2 as pb
from chspay.settlement.v1 import frontpages_pb2_grpc
from chspay_settlement.app.quality.frontpages import Comparison, FrontPages
from chspay_settlement.engine.quality import frontpage as words

NAME = "chspay.settlement.v1.FrontPageService"
_VERDICTS = {
    words.SAME: pb.FIELD_VERDICT_SAME,
    words.DIFFERENT: pb.FIELD_VERDICT_DIFFERENT,
    words.ONLY_LIST: pb.FIELD_VERDICT_ONLY_LIST,
    words.ONLY_FRONTPAGE: pb.FIELD_VERDICT_ONLY_FRONT_PAGE,
}


class FrontPageServicer(frontpages_pb2_grpc.FrontPageServiceServicer):
    """Front pages in, comparisons out."""

    WRITES = frozenset({"PutFrontPage"})

    def __init__(self, pages: FrontPages) -> None:
        self._pages = pages

    async def PutFrontPage(self, request: pb.PutFrontPageRequest, _context: Any) -> pb.PutFrontPageResponse:
        """Keeps one front page."""
        found = await self._pages.put(
            request.request_id, request.hospital_code, request.mdtrt_id, request.setl_id, request.source
        )
        return pb.PutFrontPageResponse(comparison=_to_pb(found))

    async def CompareFrontPage(
        self, request: pb.CompareFrontPageRequest, _context: Any
    ) -> pb.CompareFrontPageResponse:
        """Both papers of a stay."""
        found = await self._pages.compare(request.hospital_code, request.mdtrt_id, request.setl_id)
        return pb.CompareFrontPageResponse(comparison=_to_pb(found))


def _to_pb(found: Comparison) -> pb.FrontPageComparison:
    return pb.FrontPageComparison(
        list_id=found.list_id,
        version=found.version,
        mdtrt_id=found.mdtrt_id,
        setl_id=found.setl_id,
        front_page_received_at=found.received_at.isoformat(),
        fields=[
            pb.ComparedField(label=one.label, field=one.field, verdict=_VERDICTS[one.verdict])
            for one in found.fields
        ],
    )
