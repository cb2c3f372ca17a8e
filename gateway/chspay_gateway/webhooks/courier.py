"""Carrying events to receivers: handed out once, signed, tried again with growing waits, then laid aside.

A receiver may hear of one event more than once (its answer was lost); the id of the event stays the same.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC
from functools import partial

import httpx

from chspay.dispute.v1 import news_pb2
from chspay.settlement.v1 import events_pb2 as pb
from chspay_core.errors import Fault
from chspay_gateway.clients import Services
from chspay_gateway.store import PgStore
from chspay_gateway.webhooks import hookstore
from chspay_gateway.webhooks.addresses import Resolve, looked_up, pinned
from chspay_gateway.webhooks.news import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER, body_of, signature
from chspay_kit import deadline, logs
from chspay_kit.auth import service_claim, use_claim

log = logs.get_logger(__name__)

#: Seconds before the second, third … try; after the last one the delivery is laid aside as dead.
WAITS = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0)
_SECONDS = 10.0
_LEASE = 60.0
#: Deliveries under way at once, and of one receiver: one that never answers must leave room for the others.
_AT_ONCE, _EACH = 20, 4
#: Days a delivery that is over is kept, and seconds between two looks for older ones.
KEPT_DAYS, _TIDY_SECONDS = 90, 3600.0
_PAGE = 500
_PAUSE = 1.0
_LONGEST_PAUSE = 30.0


def wants(hook: hookstore.Hook, name: str, hospital_code: str, region_code: str) -> bool:
    """Whether a subscription is to be told of an event: its kind, and inside of its scope."""
    if name not in hook.events:
        return False
    if hook.institution:
        return hook.institution == hospital_code
    return hook.region == "*" or region_code.startswith(hook.region)


async def _of_settlement(services: Services, after: int) -> Sequence[pb.Event]:
    answer = await services.events.ListEvents(pb.ListEventsRequest(after=after, page_size=_PAGE))
    return list(answer.events)


async def _of_cases(services: Services, after: int) -> Sequence[pb.Event]:
    """Steps of cases as events: number and state; a draft is nobody's news."""
    answer = await services.case_news.ListSteps(news_pb2.ListStepsRequest(after=after, page_size=_PAGE))
    return [
        pb.Event(
            seq=step.place,
            event_id=f"case.changed/{step.case_no}/{step.seq}",
            name="case.changed" if step.seq else "",
            hospital_code=step.hospital_code,
            region_code=step.region_code,
            at=step.at,
            facts={
                "case_no": step.case_no,
                "type": step.type,
                "event": step.event,
                "state": step.state,
                "state_text": step.state_text,
            },
        )
        for step in answer.steps
    ]


#: Who has news, and how the next ones after a place are asked for.
SETTLEMENT, DISPUTE = "settlement", "dispute"
SOURCES: Mapping[str, Callable[[Services, int], Awaitable[Sequence[pb.Event]]]] = {
    SETTLEMENT: _of_settlement,
    DISPUTE: _of_cases,
}


class Courier:
    """Hands events out and carries them.

    :param http: sends; redirects are never followed.
    :param loopback: test mode, see :mod:`chspay_gateway.webhooks.addresses`.
    :param waits: seconds between the tries.
    """

    def __init__(
        self,
        store: PgStore,
        services: Services,
        http: httpx.AsyncClient,
        *,
        loopback: bool = False,
        waits: Sequence[float] = WAITS,
        resolve: Resolve = looked_up,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._services = services
        self._http = http
        self._loopback = loopback
        self._waits = tuple(waits)
        self._resolve = resolve
        self._clock = clock

    async def work(self) -> None:
        """Works until it is cancelled; a service that is away holds up neither the other nor the carrying."""
        async with asyncio.TaskGroup() as group:
            for source in SOURCES:
                group.create_task(self._turns(partial(self.hand_out, source)))
            group.create_task(self._turns(partial(self._fill, group, {})))
            group.create_task(self._turns(self._tidy))

    async def _turns(self, turn: Callable[[], Awaitable[int]]) -> None:
        pause = _PAUSE
        while True:
            try:
                busy = await turn()
                pause = _PAUSE
                if busy:
                    continue
            except Fault as fault:
                log.warning("gateway.webhooks_wait", reason=fault.reason.code)
                pause = min(pause * 2, _LONGEST_PAUSE)
            except Exception as error:
                # A thing nobody foresaw must not end the telling for ever.
                log.error("gateway.webhooks_failed", **logs.failure(error))
                pause = min(pause * 2, _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def hand_out(self, source: str = SETTLEMENT) -> int:
        """Puts the next events of a source on their way to whoever wants them; how many events there were."""
        async with self._store.alone(f"webhooks/{source}") as mine:
            if not mine:
                return 0
            hooks = await hookstore.active(self._store)
            at = await hookstore.position(self._store, source)
            if at is None and not hooks:
                # Nobody has ever asked: there is nothing to catch up with.
                return 0
            deadline.begin(_SECONDS)
            with use_claim(service_claim("gateway")):
                events = await SOURCES[source](self._services, at or 0)
            if not events:
                return 0
            found = [
                hookstore.NewDelivery(hook.webhook_id, event.event_id, event.name, _body(event))
                for event in events
                for hook in hooks
                if wants(hook, event.name, event.hospital_code, event.region_code)
                and hook.since is not None
                and event.at.ToDatetime(UTC) >= hook.since
            ]
            await hookstore.put(self._store, found, events[-1].seq, source)
            return len(events)

    async def carry(self) -> int:
        """Tries deliveries whose turn it is, and waits for how they end; how many there were."""
        waiting = await hookstore.due(self._store, _AT_ONCE, _LEASE, each=_EACH)
        await asyncio.gather(*(self._try(each) for each in waiting))
        return len(waiting)

    async def _fill(self, group: asyncio.TaskGroup, under_way: dict[asyncio.Task[None], str]) -> int:
        """Begins as many deliveries as there is room for, and waits for none but the first that ends."""
        of_hook = Counter(under_way.values())
        busy = [name for name, count in of_hook.items() if count >= _EACH]
        room = _AT_ONCE - len(under_way)
        waiting = await hookstore.due(self._store, room, _LEASE, each=_EACH, busy=busy) if room else []
        for each in waiting:
            under_way[group.create_task(self._safely(each))] = each.webhook_id
        if under_way:
            done, _ = await asyncio.wait(under_way, timeout=_PAUSE, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                del under_way[task]
        return len(waiting)

    async def _tidy(self) -> int:
        await hookstore.forget(self._store, KEPT_DAYS)
        await asyncio.sleep(_TIDY_SECONDS)
        return 0

    async def _safely(self, delivery: hookstore.Due) -> None:
        try:
            await self._try(delivery)
        except Exception as error:
            # It is tried again when its lease ends; the other deliveries go on.
            log.error("gateway.webhooks_failed", **logs.failure(error))

    async def _try(self, delivery: hookstore.Due) -> None:
        status, told = await self._sent(delivery)
        wait = self._waits[delivery.attempts - 1] if delivery.attempts <= len(self._waits) else None
        await hookstore.tried(self._store, delivery.seq, status=status, told=told, wait=wait)
        if not 200 <= status < 300 and wait is None:
            log.warning("gateway.webhook_dead", target=delivery.webhook_id, code=str(status))

    async def _sent(self, delivery: hookstore.Due) -> tuple[int, str]:
        """The receiver's status and a word; status 0 when there was no answer."""
        stamp = str(int(self._clock()))
        try:
            async with asyncio.timeout(_SECONDS):
                answer = await self._answered(delivery, stamp)
                await answer.aclose()
        except Fault as fault:
            return 0, fault.reason.code
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            return 0, type(error).__name__
        return answer.status_code, f"HTTP {answer.status_code}"

    async def _answered(self, delivery: hookstore.Due, stamp: str) -> httpx.Response:
        """The receiver's answer, of which only the head was read."""
        secret = self._store.seals.open(delivery.secret, seal_name(delivery.webhook_id)).decode()
        address, host = await pinned(delivery.url, loopback=self._loopback, resolve=self._resolve)
        url = httpx.URL(delivery.url)
        # The client is shared: what one receiver sets must not be told to another.
        self._http.cookies.clear()
        request = self._http.build_request(
            "POST",
            url.copy_with(host=address),
            content=delivery.body,
            headers={
                "Host": url.netloc.decode(),
                "Content-Type": "application/json",
                ID_HEADER: delivery.event_id,
                TIME_HEADER: stamp,
                SIGNATURE_HEADER: signature(secret, delivery.event_id, stamp, delivery.body),
            },
            timeout=_SECONDS,
            extensions={"sni_hostname": host},
        )
        # Only the status counts: what a receiver says besides is never read.
        return await self._http.send(request, stream=True, follow_redirects=False)


def seal_name(webhook_id: str) -> str:
    """What a subscription's secret is sealed for."""
    return f"webhook/{webhook_id}"


def _body(event: pb.Event) -> bytes:
    data = dict(event.facts)
    if event.hospital_code:
        data["hospital_code"] = event.hospital_code
    return body_of(event.event_id, event.name, event.at.ToJsonString(), data)
