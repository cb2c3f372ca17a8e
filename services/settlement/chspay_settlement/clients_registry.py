"""What settlement asks of the registry of institutions 定点机构登记."""

from __future__ import annotations

from datetime import date

from chspay.rulebook.v1 import institutions_pb2, institutions_pb2_grpc
from chspay_kit.convert import date_to_pb
from chspay_kit.grpc_client import Channel


class Institutions:
    """The registry of institutions, kept by the rulebook."""

    def __init__(self, channel: Channel) -> None:
        self._stub = institutions_pb2_grpc.InstitutionServiceStub(channel)  # type: ignore[no-untyped-call]

    async def communities(self, pool: str, day: date) -> dict[str, str]:
        """Hospital to medical community 医共体 of a pool on a day, of those that belong to one."""
        found: dict[str, str] = {}
        request = institutions_pb2.ListInstitutionsRequest(place=pool, on=date_to_pb(day), page_size=1000)
        while True:
            answer = await self._stub.ListInstitutions(request)
            found |= {one.code: one.community for one in answer.institutions if one.community}
            request.page_token = answer.next_page_token
            if not request.page_token:
                return found
