"""Budget's watching side over real gRPC and PostgreSQL, with the real settlement beside it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import around_month as am
import settlement_world as sw

from chspay.budget.v1 import (
    budget_pb2,
    budget_pb2_grpc,
    forecast_pb2_grpc,
    indicators_pb2_grpc,
    watch_pb2_grpc,
)
from chspay.budget.v1 import watch_pb2 as pb
from chspay.rulebook.v1 import institutions_pb2_grpc, rulebook_pb2_grpc
from chspay_budget.main import build, relay
from chspay_kit import auth
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server

FIRST = auth.Claim("bureau-a", "bureau", region="9901")
SECOND = auth.Claim("bureau-b", "bureau", region="9901")
THIRD = auth.Claim("bureau-c", "bureau", region="9901")
ELSEWHERE = auth.Claim("bureau-d", "bureau", region="3301")


class WatchWorld:
    """Stubs of budget's watching services, and settlement's world."""

    def __init__(self, channel: Channel, settlement: sw.World) -> None:
        self.budget: Any = budget_pb2_grpc.BudgetServiceStub(channel)
        self.indicators: Any = indicators_pb2_grpc.IndicatorServiceStub(channel)
        self.watch: Any = watch_pb2_grpc.WatchServiceStub(channel)
        self.forecast: Any = forecast_pb2_grpc.ForecastServiceStub(channel)
        self.settlement = settlement
        self.target = channel.target

    async def answered(self, watch_id: str) -> Any:
        """The finding once settlement has answered what its last step asked."""
        async with asyncio.timeout(25):
            while True:
                found = (await self.watch.GetWatch(pb.GetWatchRequest(watch_id=watch_id))).watch
                if found.steps[-1].outcome["delivery"] != "waiting":
                    return found
                await asyncio.sleep(0.05)

    async def approved(self, year: int, fen: int) -> None:
        """An approved year with this local fund."""
        with auth.use_claim(FIRST):
            drafted = await self.budget.DraftYear(
                budget_pb2.DraftYearRequest(
                    request_id=am.request_id(), pool=sw.POOL, year=year, inpatient_fund_fen=fen
                )
            )
        with auth.use_claim(SECOND):
            await self.budget.ApproveYear(
                budget_pb2.ApproveYearRequest(
                    request_id=am.request_id(), pool=sw.POOL, year=year, version=drafted.year.version,
                    decision_no="演示联席〔2026〕1号",
                )
            )  # fmt: skip


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@contextlib.asynccontextmanager
async def world(db: Any) -> AsyncIterator[WatchWorld]:
    """Settlement and its neighbours, and the real budget that asks settlement."""
    async with contextlib.AsyncExitStack() as stack:
        settlement = await stack.enter_async_context(sw.world(db.url("settlement")))
        database = Database(db.url("budget"))
        await database.open()
        stack.push_async_callback(database.close)

        async def served(add: list[Any]) -> Channel:
            server = Server(add, listen="127.0.0.1:0", claim_key=sw.KEY, database=database)
            channel = Channel(f"127.0.0.1:{await server.start()}", sw.KEY)
            stack.push_async_callback(server.drain, 1)
            stack.push_async_callback(channel.close)
            return channel

        rules = [
            (
                rulebook_pb2_grpc.add_RulebookServiceServicer_to_server, settlement.rulebook,
                "chspay.rulebook.v1.RulebookService",
            ),
            (
                institutions_pb2_grpc.add_InstitutionServiceServicer_to_server, settlement.institutions,
                "chspay.rulebook.v1.InstitutionService",
            ),
        ]  # fmt: skip
        rulebook = await served(rules)
        budget = await served(build(rulebook, settlement.channel))
        relaying = asyncio.create_task(relay(database, settlement.channel).work())
        stack.push_async_callback(_ended, relaying)
        await am.hospitals(settlement)
        yield WatchWorld(budget, settlement)
