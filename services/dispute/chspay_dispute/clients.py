"""What dispute asks of the other services."""

from __future__ import annotations

from datetime import date

from chspay.rulebook.v1 import rulebook_pb2, rulebook_pb2_grpc
from chspay_core.bundle import Bundle
from chspay_core.policy import Policy
from chspay_kit.convert import date_to_pb
from chspay_kit.grpc_client import Channel


class Rulebook:
    """The rulebook, asked for the policy in force."""

    def __init__(self, channel: Channel) -> None:
        self._stub = rulebook_pb2_grpc.RulebookServiceStub(channel)  # type: ignore[no-untyped-call]

    async def policy(self, place: str, day: date) -> Policy:
        """What holds in ``place`` on ``day`` as the rulebook knows it now."""
        request = rulebook_pb2.ResolveBundleRequest(place=place, on=date_to_pb(day))
        response = await self._stub.ResolveBundle(request)
        return Bundle.parse(response.content, response.digest).on(day)
