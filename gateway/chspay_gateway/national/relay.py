"""Sending accepted messages on to other platforms, in order, resuming where the last answer came.

Each platform is served by itself: one that is away holds up none of the others. It is asked again with
the very same message, so that being cut off costs time and nothing else. What a platform refuses is kept
in its words and does not hold up what comes after.
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
#: Platforms that are sent to at the same time: each holds a connection to the database meanwhile.
_AT_ONCE = 3


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
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def work(self) -> None:
        """Sends until it is cancelled; platforms that are added or taken away are noticed on the way."""
        working: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                known = set(self._partners().platforms)
                for name in set(working) - known:
                    working.pop(name).cancel()
                for name in known - set(working):
                    working[name] = asyncio.create_task(self._work_for(name))
                await asyncio.sleep(self._pause)
        finally:
            for task in working.values():
                task.cancel()
            await asyncio.gather(*working.values(), return_exceptions=True)

    async def _work_for(self, platform: str) -> None:
        """Sends to one platform until it is cancelled; the pause grows while it does not answer."""
        pause = self._pause
        while True:
            try:
                async with self._turns:
                    done = await self.send(platform)
                pause = self._pause
                if done:
                    continue
            except Fault as fault:
                log.warning("gateway.relay_waits", reason=fault.reason.code, target=platform)
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
