"""Groupings over gRPC."""

from __future__ import annotations

from typing import Any

from chspay.settlement.v1 import groupings_pb2 as pb
from chspay.settlement.v1 import groupings_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_episodes as faults
from chspay_settlement.app.reading.peers import Peers
from chspay_settlement.rpc.messages import list_to_pb
from chspay_settlement.store import groupings

NAME = "chspay.settlement.v1.GroupingService"
_LAST = 1_000_000


class GroupingServicer(groupings_pb2_grpc.GroupingServiceServicer):
    """Reads only."""

    WRITES: frozenset[str] = frozenset()

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def ListGroupings(
        self, request: pb.ListGroupingsRequest, _context: Any
    ) -> pb.ListGroupingsResponse:
        """Lists of a month with their groups."""
        current_claim().require_institution(request.hospital_code)
        offset, limit = _page(request.offset, request.limit)
        found, total, pool = await groupings.page(
            await current_connection(), request.hospital_code, request.period, request.case_id, offset, limit
        )
        return pb.ListGroupingsResponse(lists=[list_to_pb(each) for each in found], total=total, pool=pool)

    async def ListPeers(self, request: pb.ListPeersRequest, _context: Any) -> pb.ListPeersResponse:
        """Hospitals of a closed month under pseudonyms, or the groups of one of them."""
        current_claim().require_institution(request.hospital_code)
        offset, limit = _page(request.offset, request.limit)
        found = await self._peers.of_month(request.hospital_code, request.period, request.peer, request.group)
        return pb.ListPeersResponse(
            peers=[
                pb.Peer(
                    peer=name,
                    group=row.group,
                    scheme_digest=row.scheme_digest,
                    groups=row.groups,
                    cases=row.cases,
                    cost_fen=row.cost_fen,
                    region_code=found.pool,
                )
                for name, row in found.rows[offset : offset + limit]
            ],
            total=len(found.rows),
            left_out=found.left_out,
            least_cases=found.least_cases,
        )


def _page(offset: int, limit: int) -> tuple[int, int]:
    if not 0 <= offset <= _LAST:
        raise Fault(faults.PART_BAD, field="offset", value=offset)
    return offset, paging.size(limit)
