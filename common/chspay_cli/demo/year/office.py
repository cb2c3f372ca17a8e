"""Who acts in the demonstration year, and how each asks the services.

Every write has a request id that says what it is for. A step that broke off is simply done again: what had
been written is answered from memory, so nothing is ever done twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from chspay.budget.v1 import budget_pb2_grpc, forecast_pb2_grpc, plan_pb2_grpc
from chspay.capitation.v1 import (
    benefit_pb2_grpc,
    capitation_pb2_grpc,
    roster_pb2_grpc,
    visits_pb2_grpc,
)
from chspay.perdiem.v1 import perdiem_pb2_grpc, pilots_pb2_grpc, records_pb2_grpc
from chspay.rulebook.v1 import amendments_pb2_grpc, institutions_pb2_grpc
from chspay.settlement.v1 import (
    ledger_pb2_grpc,
    month_pb2_grpc,
    others_pb2_grpc,
    routing_pb2_grpc,
    settlement_pb2_grpc,
    year_pb2_grpc,
)
from chspay_kit.auth import Claim, use_claim
from chspay_kit.grpc_client import Channel

#: Three officers of the bureau: who drafts, who reviews, who approves.
CLERK, REVIEWER, HEAD = (
    Claim(f"demo-{name}", "bureau", region="9901") for name in ("clerk", "reviewer", "head")
)
POOL = "990100"
_SECONDS, _LOOK_SECONDS = 120.0, 0.15
#: Which service each stub speaks to. Generated stubs carry no types.
_STUBS: dict[str, tuple[str, Any]] = {
    "amendments": ("rulebook", amendments_pb2_grpc.AmendmentServiceStub),
    "institutions": ("rulebook", institutions_pb2_grpc.InstitutionServiceStub),
    "budget": ("budget", budget_pb2_grpc.BudgetServiceStub),
    "plans": ("budget", plan_pb2_grpc.PlanServiceStub),
    "forecasts": ("budget", forecast_pb2_grpc.ForecastServiceStub),
    "settlement": ("settlement", settlement_pb2_grpc.SettlementServiceStub),
    "month": ("settlement", month_pb2_grpc.MonthServiceStub),
    "others": ("settlement", others_pb2_grpc.OtherPaymentServiceStub),
    "routing": ("settlement", routing_pb2_grpc.RoutingServiceStub),
    "years": ("settlement", year_pb2_grpc.YearServiceStub),
    "ledger": ("settlement", ledger_pb2_grpc.LedgerServiceStub),
    "pilots": ("perdiem", pilots_pb2_grpc.PilotServiceStub),
    "records": ("perdiem", records_pb2_grpc.StayRecordServiceStub),
    "perdiem": ("perdiem", perdiem_pb2_grpc.PerDiemServiceStub),
    "rosters": ("capitation", roster_pb2_grpc.RosterServiceStub),
    "capitation": ("capitation", capitation_pb2_grpc.CapitationServiceStub),
    "visits": ("capitation", visits_pb2_grpc.VisitServiceStub),
    "benefits": ("capitation", benefit_pb2_grpc.BenefitServiceStub),
}


class Office:
    """Stubs of the services, and the officers who use them.

    :param target: ``host:port`` of a service.
    :param key: signs the officers' claims.
    :param tag: begins every request id of this year.
    """

    def __init__(self, target: Callable[[str], str], key: bytes, tag: str) -> None:
        names = {service for service, _ in _STUBS.values()}
        self._channels = {name: Channel(target(name), key, _SECONDS) for name in names}
        self._stubs = {name: stub(self._channels[service]) for name, (service, stub) in _STUBS.items()}
        self._tag = tag

    async def close(self) -> None:
        """Closes the connections."""
        for channel in self._channels.values():
            await channel.close()

    def name(self, what: str) -> str:
        """The request id of one piece of work."""
        return f"{self._tag}-{what}"

    async def ask(self, who: Claim, service: str, method: str, request: Any, what: str = "") -> Any:
        """One call of an officer; ``what`` names a write."""
        if what:
            request.request_id = self.name(what)
        with use_claim(who):
            return await getattr(self._stubs[service], method)(request)

    async def stream(self, who: Claim, service: str, method: str, requests: AsyncIterator[Any]) -> list[Any]:
        """A call with many requests and many answers."""
        with use_claim(who):
            return [answer async for answer in getattr(self._stubs[service], method)(requests)]

    async def pages(self, who: Claim, service: str, method: str, request: Any, field: str) -> list[Any]:
        """Every row of a list that comes in pages."""
        found: list[Any] = []
        request.page_size = 1000
        while True:
            answer = await self.ask(who, service, method, request)
            found += getattr(answer, field)
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token

    @staticmethod
    async def until(look: Callable[[], Awaitable[Any]], waiting: Callable[[Any], bool]) -> Any:
        """What ``look`` finds once it no longer waits."""
        found = await look()
        while waiting(found):
            await asyncio.sleep(_LOOK_SECONDS)
            found = await look()
        return found
