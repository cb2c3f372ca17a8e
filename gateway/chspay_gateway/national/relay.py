"""Sending accepted messages on to other platforms, in order, resuming where the last answer came.

A platform that does not answer is asked again with the very same message, so that being cut off costs
time and nothing else. What it refuses is kept in its words and does not hold up what comes after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from chspay_core.errors import Fault
from chspay_gateway.national.outbound import PLATFORM_REFUSED, Outbound, Outgoing
from chspay_gateway.national.partners import Partners
from chspay_gateway.national.profiles import Profiles
from chspay_gateway.store import PgStore
from chspay_kit import logs

log = logs.get_logger(__name__)

_BATCH = 100
_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE = 60.0


class Relay:
    """Sends to every platform that is configured, one process at a time for each.

    :param pause: seconds between two looks at an empty outbox.
    """

    def __init__(
        self,
        store: PgStore,
        profiles: Profiles,
        partners: Callable[[], Partners],
        http: httpx.AsyncClient,
        pause: float = _PAUSE_SECONDS,
    ) -> None:
        self._store = store
        self._profiles = profiles
        self._partners = partners
        self._http = http
        self._pause = pause
        self._outbound: dict[str, Outbound] = {}

    async def work(self) -> None:
        """Sends until it is cancelled."""
        pause = self._pause
        while True:
            try:
                done = sum([await self.send(name) for name in list(self._partners().platforms)])
                pause = self._pause
                if done:
                    continue
            except Fault as fault:
                log.warning("gateway.relay_waits", reason=fault.reason.code)
                pause = min(pause * 2, _LONGEST_PAUSE)
            except Exception as error:
                # A thing nobody foresaw must not end the sending for ever.
                log.error("gateway.relay_failed", **logs.failure(error))
                pause = min(pause * 2, _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def send(self, platform: str) -> int:
        """Sends what one platform has not answered yet, up to a hundred messages; how many it answered.

        :raises Fault: it cannot be reached; what it answered before that stands.
        """
        async with self._store.alone(platform) as mine:
            if not mine:
                return 0
            waiting = await self._store.onward(platform, _BATCH)
            for each in waiting:
                message = Outgoing(
                    each.infno, each.msgid, each.institution, each.place, each.insured_place, each.content
                )
                await self._store.sent(platform, each.seq, await self._refused(platform, message))
            return len(waiting)

    async def _refused(self, platform: str, message: Outgoing) -> str:
        """The platform's words when it refused the message; empty when it took it."""
        if platform not in self._outbound:
            self._outbound[platform] = Outbound(platform, self._profiles, self._partners, self._http)
        try:
            await self._outbound[platform].call(message)
        except Fault as fault:
            if fault.reason is not PLATFORM_REFUSED:
                raise
            return fault.message
        return ""
