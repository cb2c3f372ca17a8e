"""Small servicers and a house around them, for the tests of what surrounds an RPC."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

from chspay.budget.v1 import budget_pb2, budget_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import grouper_pb2, grouper_pb2_grpc
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import auth, db
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server

KEY = b"a key of thirty-two bytes, exact"
HOSPITAL = auth.Claim("key-7", "hospital", institution="H33010001", region="3301")
BUREAU = auth.Claim("key-8", "bureau", region="9901")

TOO_EARLY = Reason("TOO_EARLY", Kind.PRECONDITION, "{field}还没有批准：{value}，请先批准{pool}的预算。")
BAD_POOL = Reason("BAD_POOL", Kind.INVALID, "统筹区应为六位代码，收到“{value}”。")
DOWN = Reason("DOWN", Kind.UNAVAILABLE, "下游暂时不可用。")

Behavior = Callable[[Any], Awaitable[Any]]


class Budget(budget_pb2_grpc.BudgetServiceServicer):
    """``GetYear`` and ``DraftYear`` do what the test says; ``calls`` counts them."""

    WRITES = frozenset({"DraftYear", "ApproveYear", "DraftAccounts", "ApproveAccounts"})

    def __init__(self, get: Behavior | None = None, draft: Behavior | None = None) -> None:
        self.get = get
        self.draft = draft or note
        self.calls = 0
        self.claims: list[auth.Claim] = []

    async def GetYear(self, request: Any, context: Any) -> Any:
        self.calls += 1
        self.claims.append(auth.current_claim())
        if self.get is not None:
            return await self.get(request)
        return budget_pb2.GetYearResponse(year=budget_pb2.FiscalYear(pool=request.pool, year=request.year))

    async def DraftYear(self, request: Any, context: Any) -> Any:
        self.calls += 1
        return await self.draft(request)


async def note(request: Any) -> Any:
    """Writes a row and answers what it wrote; the version says how often this year was written."""
    connection = await db.current_connection()
    await connection.execute(
        "INSERT INTO noted SELECT $1, $2, current_setting('chspay.region')", request.year, request.pool
    )
    year = budget_pb2.FiscalYear(pool=request.pool, year=request.year, version=1)
    return budget_pb2.DraftYearResponse(year=year)


class Grouper(grouper_pb2_grpc.GrouperServiceServicer):
    """``GroupStream`` answers every case; a case named ``bad`` is refused, ``wait`` waits for ever,
    ``flood`` writes for ever."""

    WRITES = frozenset({"ImportScheme"})

    def __init__(self) -> None:
        self.waiting = asyncio.Event()

    async def GroupStream(self, request_iterator: Any, context: Any) -> AsyncIterator[Any]:
        async for request in request_iterator:
            if request.case.case_id == "bad":
                raise Fault(BAD_POOL, field="case.case_id", value="bad")
            if request.case.case_id == "wait":
                connection = await db.current_connection()
                await connection.execute("INSERT INTO noted VALUES (1, 'wait', '')")
                self.waiting.set()
                await asyncio.Event().wait()
            if request.case.case_id == "flood":
                await db.current_connection()
                while True:
                    self.waiting.set()
                    yield grouper_pb2.GroupStreamResponse(answer=case_pb2.GroupAnswer(reason="x" * 100_000))
            answer = case_pb2.GroupAnswer(case_id=request.case.case_id, drg=auth.current_claim().subject)
            yield grouper_pb2.GroupStreamResponse(answer=answer)


class Quiet:
    """A database for servicers that need none: units that do nothing."""

    async def ready(self) -> bool:
        return True

    @contextlib.asynccontextmanager
    async def unit(self, claim: auth.Claim) -> AsyncIterator[None]:
        yield None


@contextlib.asynccontextmanager
async def house(
    budget: Budget | None = None, grouper: Grouper | None = None, database: Any = None
) -> AsyncIterator[House]:
    """A real server on a real port with a channel to it; drained at the end."""
    add: list[Any] = [
        (budget_pb2_grpc.add_BudgetServiceServicer_to_server, budget or Budget(), BUDGET),
        (grouper_pb2_grpc.add_GrouperServiceServicer_to_server, grouper or Grouper(), GROUPER),
    ]
    server = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=database or Quiet())
    here = House(server, await server.start())
    try:
        yield here
    finally:
        await here.channel.close()
        await server.drain(1)


BUDGET = "chspay.budget.v1.BudgetService"
GROUPER = "chspay.grouper.v1.GrouperService"


class House:
    """A running server and stubs that call it as our clients do."""

    def __init__(self, server: Server, port: int) -> None:
        self.server = server
        self.target = f"127.0.0.1:{port}"
        self.channel = Channel(self.target, KEY)
        self.budget = budget_pb2_grpc.BudgetServiceStub(self.channel)
        self.grouper = grouper_pb2_grpc.GrouperServiceStub(self.channel)

    def bare(self) -> grpc.aio.Channel:
        """A channel without any of our help."""
        return grpc.aio.insecure_channel(self.target)


def year(number: int = 2026, pool: str = "990100") -> Any:
    """A question about a year."""
    return budget_pb2.GetYearRequest(pool=pool, year=number)


def draft(request_id: str, number: int = 2026, pool: str = "990100") -> Any:
    """A write."""
    return budget_pb2.DraftYearRequest(request_id=request_id, pool=pool, year=number)


async def cases(*names: str) -> AsyncIterator[Any]:
    """A stream of cases, by name."""
    for name in names:
        yield grouper_pb2.GroupStreamRequest(scheme="s", case=case_pb2.Case(case_id=name))
