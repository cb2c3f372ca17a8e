"""kill -9 of settlement in the middle of a month run loses nothing and changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import settlement_world as sw

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth, migrate
from chspay_kit.db import Database
from chspay_kit.pg import create_database, password_name
from chspay_settlement.store import runs

CASES = 12_000
FUND = 9_876_543_21
HOSPITALS = [f"H{number:03d}" for number in range(12)]
#: Where the run is killed: told of its stage and of what is done in it.
MOMENTS: list[Callable[[runs.Run], bool]] = [
    lambda run: run.stage in ("snapshot", "group", "measure"),
    lambda run: run.stage == "points" and run.done > 0,
    lambda run: run.stage == "allocate" and run.done > 0,
]


@dataclass
class City:
    """A database with lists in it, and settlement as a process over it."""

    database: Database
    beside: sw.Neighbours
    process: sw.Process

    async def reach(self) -> sw.World:
        """Settlement over a new connection, as soon as it takes one."""
        channel = self.beside.channel(self.process.port)
        assert await channel.ready(30)
        return sw.World(channel, self.database, self.beside.servicers)


@contextlib.asynccontextmanager
async def settled_city(pg, name: str, log: Path) -> AsyncIterator[City]:
    """A database of its own with the same lists every time, and settlement as a process over it."""
    create_database(pg.url(database="postgres"), name)
    password = pg.home.secret(password_name("chspay_settlement"))
    await asyncio.to_thread(migrate.upgrade, "settlement", pg.url(database=name), password)
    url = pg.url("chspay_settlement", database=name)
    async with sw.opened(url) as database, sw.neighbours(database) as beside:
        process = sw.Process(url, beside.ports, log)
        process.start()
        beside.stack.callback(process.kill)
        city = City(database, beside, process)
        world = await city.reach()
        for code in HOSPITALS:
            await world.put_hospital(code, level=1 + int(code[1:]) % 3)
        cases = [sw.case_of(number, HOSPITALS[number % len(HOSPITALS)]) for number in range(CASES)]
        answers = await sw.import_lists(
            world.stub, "city", [sw.chunk(cases[start : start + 4000]) for start in range(0, CASES, 4000)]
        )
        assert sum(answer.accepted for answer in answers) == CASES
        yield city


async def started(world: sw.World) -> pb.Run:
    """The month run of the city, just begun."""
    world.budget.months[sw.POOL, 2026, 3] = FUND
    with auth.use_claim(sw.BUREAU):
        request = pb.StartMonthRunRequest(request_id="month", pool=sw.POOL, year=2026, month=3)
        return (await world.stub.StartMonthRun(request)).run


async def until(city: City, run_id: str, reached: Callable[[runs.Run], bool]) -> runs.Run:
    """Watches the run's progress in the database, where it shows at once, until it is there or at its end."""
    while True:
        async with city.database.unit(auth.service_claim("test")) as unit:
            run = await runs.one(await unit.connection(), run_id)
        assert run is not None
        if reached(run) or over(run):
            return run
        await asyncio.sleep(0.002)


async def statements(world: sw.World, run_id: str) -> list[bytes]:
    """The bytes of every statement, by hospital."""
    with auth.use_claim(sw.BUREAU):
        found = await world.stub.ListStatements(pb.ListStatementsRequest(run_id=run_id, page_size=1000))
    return [statement.content for statement in found.statements]


def over(run: runs.Run) -> bool:
    """Whether the run has ended."""
    return run.state in ("done", "failed")


@pytest.mark.timeout(240)
async def test_a_killed_month_run_ends_with_the_same_statement_bytes(pg, tmp_path):
    """A cheque must not depend on whether the machine was switched off while it was written."""
    async with settled_city(pg, "calm_city", tmp_path / "calm.log") as city:
        world = await city.reach()
        run = await until(city, (await started(world)).run_id, over)
        assert (run.state, run.cases) == ("done", CASES), run.failure_message
        undisturbed = await statements(world, run.run_id)
    assert len(undisturbed) == len(HOSPITALS)

    async with settled_city(pg, "stormy_city", tmp_path / "stormy.log") as city:
        run_id = (await started(await city.reach())).run_id
        for moment in MOMENTS:
            run = await until(city, run_id, moment)
            assert not over(run), f"the run was too quick to be killed: {run.failure_message}"
            city.process.kill()
            city.process.start()
        run = await until(city, run_id, over)
        assert (run.state, run.fund_fen) == ("done", FUND), run.failure_message
        world = await city.reach()
        assert await statements(world, run_id) == undisturbed
        await no_leftovers(world, run_id)


async def no_leftovers(world: sw.World, run_id: str) -> None:
    """Every case is paid once, and the ledger was posted once."""
    async with world.database.unit(auth.service_claim("test")) as unit:
        connection = await unit.connection()
        cases = await connection.fetchrow(
            "SELECT count(*), count(fund_fen), sum(fund_fen)::bigint"
            " FROM settlement.run_case WHERE run_id = $1",
            run_id,
        )
        batches = await connection.fetchval("SELECT count(*) FROM settlement.posting_batch")
    assert tuple(cases) == (CASES, CASES, FUND)
    assert batches == 1
