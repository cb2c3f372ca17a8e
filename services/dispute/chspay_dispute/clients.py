"""What dispute asks of the other services."""

from __future__ import annotations

import asyncio
import time
from datetime import date

from chspay.rulebook.v1 import rulebook_pb2, rulebook_pb2_grpc
from chspay_core.bundle import Bundle
from chspay_core.policy import Policy
from chspay_kit.convert import date_to_pb
from chspay_kit.grpc_client import Channel


class Rulebook:
    """The rulebook, asked for the policy in force; which bundle that is is asked again every few seconds."""

    #: How long a bundle is taken to be the one in force, seconds.
    FRESH_SECONDS = 10.0
    _KEPT = 64

    def __init__(self, channel: Channel) -> None:
        self._stub = rulebook_pb2_grpc.RulebookServiceStub(channel)  # type: ignore[no-untyped-call]
        self._current: dict[str, tuple[float, Bundle]] = {}
        self._asking = asyncio.Lock()

    async def policy(self, place: str, day: date) -> Policy:
        """What holds in ``place`` on ``day`` as the rulebook knows it now (seconds old at most)."""
        return (await self._bundle(place, day)).on(day)

    async def _bundle(self, place: str, day: date) -> Bundle:
        async with self._asking:
            asked, held = self._current.get(place, (0.0, None))
            if held is not None and time.monotonic() - asked < self.FRESH_SECONDS:
                return held
            response = await self._stub.ResolveBundle(
                rulebook_pb2.ResolveBundleRequest(place=place, on=date_to_pb(day))
            )
            if held is None or held.digest != response.digest:
                held = Bundle.parse(response.content, response.digest)
            if len(self._current) >= self._KEPT:
                self._current.clear()
            self._current[place] = (time.monotonic(), held)
            return held
