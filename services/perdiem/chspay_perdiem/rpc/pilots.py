"""``PilotService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.perdiem.v1 import pilots_pb2 as pb
from chspay.perdiem.v1 import pilots_pb2_grpc
from chspay_kit.convert import date_from_pb, date_to_pb
from chspay_perdiem.app.pilots import Memberships
from chspay_perdiem.store.pilots import StoredMembership

SERVICE = "chspay.perdiem.v1.PilotService"
Context = Any


class PilotServicer(pilots_pb2_grpc.PilotServiceServicer):
    """Serves ``PilotService``."""

    WRITES = frozenset({"PutMembership", "EndMembership"})

    def __init__(self, memberships: Memberships) -> None:
        self._memberships = memberships

    async def PutMembership(
        self, request: pb.PutMembershipRequest, _context: Context
    ) -> pb.PutMembershipResponse:
        """A new membership."""
        until = date_from_pb(request.until, "until") if request.HasField("until") else None
        found = await self._memberships.put(
            request.request_id,
            request.pool,
            request.hospital_code,
            request.category,
            (date_from_pb(request.since, "since"), until),
            request.document,
        )
        return pb.PutMembershipResponse(membership=_to_pb(found))

    async def EndMembership(
        self, request: pb.EndMembershipRequest, _context: Context
    ) -> pb.EndMembershipResponse:
        """The membership ends before a day."""
        found = await self._memberships.end(
            request.membership_id, date_from_pb(request.until, "until"), request.document
        )
        return pb.EndMembershipResponse(membership=_to_pb(found))

    async def ListMemberships(
        self, request: pb.ListMembershipsRequest, _context: Context
    ) -> pb.ListMembershipsResponse:
        """A page of the memberships the caller may see."""
        found, token = await self._memberships.page(request.pool, request.page_size, request.page_token)
        return pb.ListMembershipsResponse(memberships=[_to_pb(item) for item in found], next_page_token=token)


def _to_pb(item: StoredMembership) -> pb.Membership:
    message = pb.Membership(
        membership_id=item.membership_id,
        pool=item.pool,
        hospital_code=item.hospital_code,
        category=item.category,
        since=date_to_pb(item.since),
        document=item.document,
        end_document=item.end_document,
    )
    if item.until is not None:
        message.until.CopyFrom(date_to_pb(item.until))
    return message
