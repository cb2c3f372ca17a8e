"""A run too large to be held case by case is read as columns; nobody can tell from its statements."""

from __future__ import annotations

from itertools import count

import pytest
import settlement_world as sw

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth, migrate
from chspay_kit.pg import create_database, password_name
from chspay_settlement.app.month import stages, whole_run
from chspay_settlement.store import run_columns

FUND, CASES = 98_765_432, 700
CODES = ("H001", "H002", "H003")
_names = (f"large_run_{number}" for number in count(1))


async def month(pg) -> list[bytes]:
    """The statements of a month of the same lists, in a database of its own."""
    name = next(_names)
    create_database(pg.url(database="postgres"), name)
    password = pg.home.secret(password_name("chspay_settlement"))
    migrate.upgrade("settlement", pg.url(database=name), password)
    async with sw.world(pg.url("chspay_settlement", database=name)) as world:
        for code in CODES:
            await world.put_hospital(code, level=1 + CODES.index(code))
        cases = [sw.case_of(number, CODES[number % 3]) for number in range(CASES)]
        await sw.import_lists(world.stub, "lists", [sw.chunk(cases)])
        run = await world.month_run("run", FUND)
        assert run.state == pb.RUN_STATE_DONE, run.failure_message
        with auth.use_claim(sw.BUREAU):
            found = await world.stub.ListStatements(pb.ListStatementsRequest(run_id=run.run_id))
        return [statement.content for statement in found.statements]


@pytest.mark.timeout(120)
async def test_columns_and_rows_write_the_same_statements(pg, monkeypatch):
    """A province's month must come to the same bytes as a county's, whatever way its cases are held."""
    by_rows = await month(pg)
    assert len(by_rows) == len(CODES)
    monkeypatch.setattr(whole_run, "LARGE", 1)
    monkeypatch.setattr(stages, "LARGE_CHUNK", 120)
    monkeypatch.setattr(run_columns, "_ROWS", 150)
    assert await month(pg) == by_rows
