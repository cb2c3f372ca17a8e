"""What one RPC costs: plain grpc.aio, with our interceptor and client, and as an idempotent write.

Client and server share this process and its cores, so the figures are for both ends together.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest

from chspay_kit import auth
from chspay_kit.db import Database

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))

pytestmark = pytest.mark.bench

CALLS, AT_ONCE = 4000, 16


async def _measure(label: str, call: Callable[[], Awaitable[Any]]) -> None:
    for _ in range(100):
        await call()
    waits: list[float] = []

    async def caller() -> None:
        for _ in range(CALLS // AT_ONCE):
            began = time.perf_counter()
            await call()
            waits.append(time.perf_counter() - began)

    cpu, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
    waits.sort()
    print(
        f"{label:34} {CALLS / seconds:7.0f}/s   CPU {cpu / CALLS * 1e6:5.0f} us   "
        f"p50 {waits[CALLS // 2] * 1e3:5.1f} ms   p99 {waits[CALLS * 99 // 100] * 1e3:5.1f} ms"
    )


async def test_what_an_rpc_costs(fresh_db: str) -> None:
    """The online path is three of these; what surrounds the handler must stay small beside gRPC itself."""
    import plumbing as p

    admin = await asyncpg.connect(fresh_db)
    await admin.execute(
        "CREATE TABLE request_once (subject text, request_id text, method text, body_hash bytea,"
        " answer bytea, created_at timestamptz DEFAULT now(), PRIMARY KEY (subject, request_id));"
        "CREATE TABLE noted (year int PRIMARY KEY, pool text, region text)"
    )
    await admin.close()
    plain = grpc.aio.server()
    p.budget_pb2_grpc.add_BudgetServiceServicer_to_server(Plain(), plain)
    port = plain.add_insecure_port("127.0.0.1:0")
    await plain.start()
    print()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = p.budget_pb2_grpc.BudgetServiceStub(channel)
        await _measure("plain grpc.aio", lambda: stub.GetYear(p.year(), timeout=10))
    await plain.stop(0)
    database = Database(fresh_db, max_size=8)
    await database.open()
    numbers = itertools.count()
    async with p.house(database=database) as house:
        with auth.use_claim(p.BUREAU):
            await _measure("ours, a read without statements", lambda: house.budget.GetYear(p.year()))

            def write() -> Awaitable[Any]:
                number = next(numbers)
                return house.budget.DraftYear(p.draft(f"r{number}", number))

            await _measure("ours, a durable idempotent write", write)
    await database.close()


class Plain:
    """A servicer with nothing around it."""

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        from chspay.budget.v1 import budget_pb2

        async def answer(request: Any, context: Any) -> Any:
            return budget_pb2.GetYearResponse(
                year=budget_pb2.FiscalYear(pool=request.pool, year=request.year)
            )

        return answer
