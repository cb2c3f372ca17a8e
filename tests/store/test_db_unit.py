"""The unit of work: one transaction, the claim in force, nothing left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import psycopg
import pytest

from chspay_core.errors import Fault
from chspay_kit.auth import Claim
from chspay_kit.db import Database, current_connection, current_unit, translate

HOSPITAL = Claim("key-1", "hospital", institution="H001", region="9901")
BUREAU = Claim("key-2", "bureau", region="9901")
OTHER_BUREAU = Claim("key-3", "bureau", region="9902")
SERVICE = Claim("job", "service", region="*")
NOBODY = Claim("x", "hospital")

_TABLE = """
CREATE ROLE chspay_unit LOGIN PASSWORD 'unit' NOSUPERUSER NOBYPASSRLS;
CREATE SCHEMA unit;
GRANT USAGE ON SCHEMA unit TO chspay_unit;
CREATE TABLE unit.note (id int PRIMARY KEY, hospital_code text NOT NULL, region_code text NOT NULL);
INSERT INTO unit.note VALUES (1, 'H001', '990101'), (2, 'H002', '990102'), (3, 'H003', '990201'), (4, '', '');
"""


@pytest.fixture(scope="module")
def note_db(pg, fresh_db: str) -> str:
    """A table protected exactly as a migration would, read by a role without privileges."""
    import sqlalchemy as sa
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    from chspay_kit import ddl

    with psycopg.connect(fresh_db, autocommit=True) as connection:
        connection.execute(_TABLE)
    engine = sa.create_engine(sa.make_url(fresh_db).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"version_table_schema": "unit"})
        with Operations.context(context):
            ddl.enable_rls("note", "hospital_code", "region_code")
            ddl.grant_rw("note")
            ddl.op.execute("CREATE TABLE unit.posting (id int)")
            ddl.grant_rw("posting", delete=True)
            ddl.forbid_update_delete("posting")
    engine.dispose()
    yield pg.url("chspay_unit", "unit", fresh_db.rsplit("/", 1)[1])
    with psycopg.connect(fresh_db, autocommit=True) as connection:
        connection.execute("DROP OWNED BY chspay_unit; DROP ROLE chspay_unit")


@pytest.fixture
async def database(note_db: str) -> AsyncIterator[Database]:
    database = Database(note_db, min_size=1, max_size=2)
    await database.open()
    yield database
    await database.close()


async def seen(database: Database, claim: Claim) -> list[int]:
    async with database.unit(claim):
        connection = await current_connection()
        return [row["id"] for row in await connection.fetch("SELECT id FROM unit.note ORDER BY id")]


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        (HOSPITAL, [1]),
        (BUREAU, [1, 2]),
        (OTHER_BUREAU, [3]),
        (SERVICE, [1, 2, 3, 4]),
        (NOBODY, []),
        (Claim("y", "bureau"), []),
        (Claim("z", "hospital", institution="", region="*"), []),
    ],
)
async def test_each_claim_sees_its_own_rows(database: Database, claim: Claim, rows: list[int]) -> None:
    # A hospital never sees a neighbour, not even by the region in its claim; no claim sees nothing.
    assert await seen(database, claim) == rows


async def test_the_claim_goes_with_the_transaction(database: Database) -> None:
    # Connections are shared: what one request may see must not stick to the next.
    small = [await seen(database, claim) for claim in (SERVICE, NOBODY, BUREAU, NOBODY)]
    assert small == [[1, 2, 3, 4], [], [1, 2], []]
    assert await database.pool.fetch("SELECT id FROM unit.note") == []


async def test_writing_a_row_of_others_is_refused(database: Database) -> None:
    # The policy holds for writing too, and the refusal is a sentence, not a stack trace.
    with pytest.raises(Fault) as caught:
        async with database.unit(HOSPITAL):
            await (await current_connection()).execute("INSERT INTO unit.note VALUES (9, 'H002', '990101')")
    assert caught.value.reason.code == "ROW_DENIED"
    assert 9 not in await seen(database, SERVICE)


async def test_all_or_nothing(database: Database) -> None:
    # An exception anywhere in a request undoes everything the request wrote.
    async def half_way() -> None:
        async with database.unit(SERVICE):
            await (await current_connection()).execute("INSERT INTO unit.note VALUES (10, 'H9', '990101')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await half_way()
    assert 10 not in await seen(database, SERVICE)


async def test_a_unit_nobody_asked_takes_no_connection(database: Database) -> None:
    # Pure questions (group one case) must not wait for the pool.
    async with AsyncExitStack() as many:
        for _ in range(5):
            await many.enter_async_context(database.unit(SERVICE))
        assert database.pool.get_idle_size() == database.pool.get_size()


async def test_one_connection_however_often_asked(database: Database) -> None:
    # Two stores of one request must write in the same transaction, also when they ask at once.
    async with database.unit(SERVICE):
        first, second = await asyncio.gather(current_connection(), current_connection())
        assert first is second
        assert first.is_in_transaction()


async def test_append_only_is_refused_loudly(database: Database) -> None:
    # Even a role that was given DELETE by mistake cannot rewrite the ledger.
    for statement in ("UPDATE unit.posting SET id = 2", "DELETE FROM unit.posting"):
        with pytest.raises(Fault) as caught:
            async with database.unit(SERVICE):
                await (await current_connection()).execute(statement)
        assert caught.value.reason.code == "APPEND_ONLY"
        assert "posting" in caught.value.message


async def test_outside_a_request_there_is_no_connection() -> None:
    # A forgotten unit of work is a defect of ours and is told as such.
    with pytest.raises(Fault, match="NO_UNIT_OF_WORK"):
        current_unit()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://x:y@127.0.0.1:1/none", "DATABASE_UNAVAILABLE"),
        ("postgresql://chspay_unit:wrong@{host}", "DATABASE_REFUSED"),
    ],
)
async def test_no_database_is_told_gently(note_db: str, url: str, reason: str) -> None:
    # The operator learns whether the address or the password is wrong; the password is not repeated.
    database = Database(url.format(host=note_db.rsplit("@", 1)[1]))
    with pytest.raises(Fault) as caught:
        await database.open()
    assert caught.value.reason.code == reason
    assert "wrong" not in caught.value.message


@pytest.mark.parametrize("field", ["subject", "institution", "region"])
async def test_a_claim_that_could_end_a_literal_is_refused(database, field):
    """Who asks is told to PostgreSQL in one message with BEGIN: only plain identifiers may enter it."""
    role = "hospital" if field == "institution" else "bureau"
    claim = Claim(**({"subject": "s", "role": role} | {field: "x', true); DROP TABLE patient; --"}))
    with pytest.raises(Fault) as refused:
        async with database.unit(claim) as unit:
            await unit.connection()
    assert refused.value.reason.code == "CLAIM_UNWRITABLE"


def test_the_drivers_word_of_a_dead_server_is_unavailability() -> None:
    """A month run was ended for good when PostgreSQL died between two of its statements."""
    failed = asyncpg.InternalClientError('cannot switch to state 12; protocol is in the "failed" state')
    found = translate(failed)
    assert found is not None
    assert found.reason.code == "DATABASE_UNAVAILABLE"
    # Two statements at once on one connection are a defect of ours and stay one.
    assert translate(asyncpg.InternalClientError("another operation (2) is in progress")) is None


async def test_a_connection_found_broken_at_rollback_is_unavailability(database: Database) -> None:
    """Whatever a step says of a dead connection, its reader learns that the database was away."""

    async def step() -> None:
        async with database.unit(SERVICE) as unit:
            connection = await unit.connection()
            pid = await connection.fetchval("SELECT pg_backend_pid()")
            async with database.pool.acquire() as other:
                await other.execute("SELECT pg_terminate_backend($1)", pid)
            # Nothing is said to the connection until it hears of its end.
            await asyncio.sleep(0.05)
            raise asyncpg.InterfaceError("connection is closed")

    with pytest.raises(Fault) as caught:
        await step()
    assert caught.value.reason.code == "DATABASE_UNAVAILABLE"
