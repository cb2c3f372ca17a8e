"""Writes over a real port into a real database: once, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import plumbing as p
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chspay_core.errors import Fault
from chspay_kit import auth, db, deadline, telemetry
from chspay_kit.db import Database


async def _noted(database: Database) -> list[tuple[int, str]]:
    rows = await database.pool.fetch("SELECT year, region FROM noted ORDER BY year")
    return [tuple(row) for row in rows]


async def _reason(call: Any) -> str:
    with pytest.raises(Fault) as caught:
        await call
    return caught.value.reason.code


async def test_a_write_is_committed_with_the_claim_in_force(database: Database) -> None:
    """The unit of work is the interceptor's: the handler never commits, and rows carry who asked."""
    async with p.house(database=database) as house:
        with auth.use_claim(p.BUREAU):
            answer = await house.budget.DraftYear(p.draft("r1"))
    assert answer.year.year == 2026
    assert await _noted(database) == [(2026, "9901")]


async def test_the_same_request_is_answered_from_the_store(database: Database) -> None:
    """A gateway that timed out sends again; the work must not be done twice."""
    budget = p.Budget()
    async with p.house(budget, database=database) as house:
        with auth.use_claim(p.BUREAU):
            first = await house.budget.DraftYear(p.draft("r1"))
            again = await house.budget.DraftYear(p.draft("r1"))
            assert await _reason(house.budget.DraftYear(p.draft("r1", pool="990200"))) == "REQUEST_ID_REUSED"
        # Another caller's ids are another caller's.
        with auth.use_claim(p.HOSPITAL):
            await house.budget.DraftYear(p.draft("r1", 2027))
    assert again == first
    assert budget.calls == 2
    assert [year for year, _ in await _noted(database)] == [2026, 2027]


@pytest.mark.parametrize(
    ("request_id", "reason"),
    [
        ("", "REQUEST_ID_MISSING"),
        ("编号", "REQUEST_ID_BAD"),
        ("a b", "REQUEST_ID_BAD"),
        ("x" * 129, "REQUEST_ID_BAD"),
    ],
)
async def test_a_write_needs_a_request_id(database: Database, request_id: str, reason: str) -> None:
    """Without an id a repeated payment could not be told from a new one."""
    async with p.house(database=database) as house:
        with auth.use_claim(p.BUREAU):
            assert await _reason(house.budget.DraftYear(p.draft(request_id))) == reason
    assert await _noted(database) == []


async def test_a_refused_write_leaves_nothing_and_may_be_repeated(database: Database) -> None:
    """A fault after half the work rolls back all of it, the request id included."""
    refusing = True

    async def half(request: Any) -> Any:
        answer = await p.note(request)
        if refusing:
            raise Fault(p.TOO_EARLY, field="year", value=2026, pool="990100")
        return answer

    async with p.house(p.Budget(draft=half), database=database) as house:
        with auth.use_claim(p.BUREAU):
            assert await _reason(house.budget.DraftYear(p.draft("r1"))) == "TOO_EARLY"
            assert await _noted(database) == []
            refusing = False
            await house.budget.DraftYear(p.draft("r1"))
    assert await _noted(database) == [(2026, "9901")]


async def test_a_failed_write_leaves_nothing(database: Database) -> None:
    """A defect in the middle of a write must not leave half of it."""

    async def fail(request: Any) -> Any:
        await p.note(request)
        raise ZeroDivisionError

    async with p.house(p.Budget(draft=fail), database=database) as house:
        with auth.use_claim(p.BUREAU):
            assert await _reason(house.budget.DraftYear(p.draft("r1"))) == "INTERNAL"
    assert await _noted(database) == []
    assert await database.pool.fetchval("SELECT count(*) FROM request_once") == 0


async def test_a_cancelled_write_leaves_nothing(database: Database) -> None:
    """A caller who hangs up before the end must find nothing done."""
    begun, rolled_back = asyncio.Event(), asyncio.Event()

    async def slow(request: Any) -> Any:
        await p.note(request)
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            rolled_back.set()

    async with p.house(p.Budget(draft=slow), database=database) as house:
        with auth.use_claim(p.BUREAU):
            call = asyncio.create_task(house.budget.DraftYear(p.draft("r1")))
            await begun.wait()
            call.cancel()
            await asyncio.wait_for(rolled_back.wait(), 2)
        await house.server.drain(1)
        assert await _noted(database) == []


async def test_a_write_past_its_deadline_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sets the deadline, caller or server, work that came too late must not be kept."""

    async def slow(request: Any) -> Any:
        await p.note(request)
        await asyncio.sleep(10)

    async with p.house(p.Budget(draft=slow), database=database) as house:
        with auth.use_claim(p.BUREAU):
            assert await _reason(house.budget.DraftYear(p.draft("r1"), timeout=0.2)) == "DEADLINE_EXCEEDED"
        monkeypatch.setattr(deadline, "CALL_SECONDS", 0.2)
        async with house.bare() as channel:
            stub = p.budget_pb2_grpc.BudgetServiceStub(channel)
            metadata = [(auth.CLAIM_METADATA, auth.token_for(p.BUREAU, p.KEY, 10))]
            with pytest.raises(grpc.aio.AioRpcError):
                await stub.DraftYear(p.draft("r2"), metadata=metadata)
        await house.server.drain(1)
    assert await _noted(database) == []


async def test_the_same_request_twice_at_once_is_one_write(database: Database) -> None:
    """A retry can overtake its first attempt; both must get the one answer."""
    budget = p.Budget()

    async def slow(request: Any) -> Any:
        answer = await p.note(request)
        await asyncio.sleep(0.1)
        return answer

    budget.draft = slow
    async with p.house(budget, database=database) as house:
        with auth.use_claim(p.BUREAU):
            answers = await asyncio.gather(*(house.budget.DraftYear(p.draft("r1")) for _ in range(3)))
    assert answers[0] == answers[1] == answers[2]
    assert budget.calls == 1


async def test_a_stream_cut_off_leaves_nothing(database: Database) -> None:
    """A watcher or an import that goes away must not leave an open transaction behind."""
    grouper = p.Grouper()
    async with p.house(grouper=grouper, database=database) as house:
        with auth.use_claim(p.BUREAU):
            stream = house.grouper.GroupStream(p.cases("1", "wait"))
            assert (await anext(stream)).answer.case_id == "1"
            reading = asyncio.create_task(anext(stream))
            await grouper.waiting.wait()
            reading.cancel()
            await asyncio.wait({reading})
        await house.server.drain(10)
        async with asyncio.timeout(10):
            while database.pool.get_idle_size() != database.pool.get_size():  # noqa: ASYNC110 - no event for it
                await asyncio.sleep(0.01)
        assert await _noted(database) == []


@pytest.mark.parametrize("traced", [False, True])
async def test_a_stream_nobody_reads_any_more_ends_quietly(
    database: Database, production_logs: Callable[[], list[dict[str, Any]]], traced: bool
) -> None:
    """A reader that stops reading blocks the writer; when it goes, connection and log must be clean."""
    if traced:
        telemetry.setup("test", None, exporter=InMemorySpanExporter())
    grouper = p.Grouper()
    async with p.house(grouper=grouper, database=database) as house:
        with auth.use_claim(p.BUREAU):
            stream = house.grouper.GroupStream(p.cases("flood"))
            await anext(stream)
            await asyncio.sleep(0.3)
            await stream.aclose()
        await house.server.drain(2)
        await asyncio.sleep(0.1)
        assert database.pool.get_idle_size() == database.pool.get_size()
    telemetry.shutdown()
    assert production_logs() == []


async def test_a_read_that_asks_no_database_takes_no_connection(database: Database) -> None:
    """Cheap reads must not queue for the pool: the transaction begins at the first statement only."""

    async def look(request: Any) -> Any:
        assert database.pool.get_idle_size() == database.pool.get_size()
        assert db.current_unit() is not None
        return p.budget_pb2.GetYearResponse()

    async with p.house(p.Budget(look), database=database) as house:
        with auth.use_claim(p.BUREAU):
            await house.budget.GetYear(p.year())


async def test_a_lost_database_is_told_gently(database: Database) -> None:
    """A connection cut in the middle of a write is one clear reason, and the next write works again."""

    async def lost(request: Any) -> Any:
        connection = await db.current_connection()
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    budget = p.Budget(draft=lost)
    async with p.house(budget, database=database) as house:
        with auth.use_claim(p.BUREAU):
            assert await _reason(house.budget.DraftYear(p.draft("r1"))) == "DATABASE_UNAVAILABLE"
            budget.draft = p.note
            await house.budget.DraftYear(p.draft("r1"))
    assert await _noted(database) == [(2026, "9901")]
