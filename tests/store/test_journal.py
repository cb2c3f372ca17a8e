"""The journal: a chain that shows the first batch somebody touched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from chspay_kit import journal
from chspay_kit.tables import JournalColumns


class JournalOfTest(JournalColumns, table=True):
    __tablename__ = "journal_batch"
    __table_args__ = ({"schema": "journal_test"},)


@pytest.fixture
async def connect(fresh_db: str) -> AsyncIterator[object]:
    engine = sa.create_engine(sa.make_url(fresh_db).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS journal_test CASCADE; CREATE SCHEMA journal_test")
        SQLModel.metadata.tables["journal_test.journal_batch"].create(connection)
    engine.dispose()
    opened: list[asyncpg.Connection] = []

    async def connect() -> asyncpg.Connection:
        opened.append(await asyncpg.connect(fresh_db, server_settings={"search_path": "journal_test"}))
        return opened[-1]

    yield connect
    for connection in opened:
        await connection.close()


async def fill(connection: asyncpg.Connection, stream: str, count: int) -> list[bytes]:
    hashes = []
    for number in range(count):
        async with connection.transaction():
            hashes.append(await journal.append(connection, stream, f"batch {number}".encode()))
    return hashes


async def check(connection: asyncpg.Connection, stream: str) -> journal.Chain:
    async with connection.transaction():
        return await journal.verify(connection, stream)


async def test_a_chain_holds(connect) -> None:
    # The plain case; the head is what a statement prints.
    connection = await connect()
    hashes = await fill(connection, "ledger/990100", 5)
    assert len(set(hashes)) == 5
    chain = await check(connection, "ledger/990100")
    assert (chain.intact, chain.batches, chain.head) == (True, 5, hashes[-1])
    assert (await check(connection, "nothing")).head == journal.START


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE journal_batch SET payload = 'forged' WHERE seq = 3", 3),
        ("DELETE FROM journal_batch WHERE seq = 3", 4),
        ("UPDATE journal_batch SET previous = hash WHERE seq = 2", 2),
        ("UPDATE journal_batch SET hash = previous WHERE seq = 5", 5),
    ],
)
async def test_tampering_shows_where(connect, tampering: str, broken_at: int) -> None:
    # An auditor wants to know from which batch on nothing can be trusted.
    connection = await connect()
    await fill(connection, "s", 5)
    await connection.execute(tampering)
    chain = await check(connection, "s")
    assert not chain.intact
    assert chain.broken_at == broken_at


async def test_a_batch_cannot_move_to_another_stream_or_place(connect) -> None:
    # The hash covers stream and number, and lengths keep fields from flowing into each other.
    assert journal.batch_hash("a", 1, journal.START, b"x") != journal.batch_hash("b", 1, journal.START, b"x")
    assert journal.batch_hash("a", 1, journal.START, b"x") != journal.batch_hash("a", 2, journal.START, b"x")
    assert journal.batch_hash("ab", 1, b"", b"c") != journal.batch_hash("a", 1, b"", b"bc")


async def test_writers_at_once_make_one_chain(connect) -> None:
    # Two month runs may post at the same moment.
    connections = [await connect() for _ in range(4)]
    await asyncio.gather(*(fill(connection, "s", 10) for connection in connections))
    chain = await check(connections[0], "s")
    assert (chain.intact, chain.batches) == (True, 40)


async def test_a_rolled_back_batch_leaves_no_gap(connect) -> None:
    # A gap would look like a deleted batch.
    connection = await connect()
    await fill(connection, "s", 2)
    transaction = connection.transaction()
    await transaction.start()
    await journal.append(connection, "s", b"never")
    await transaction.rollback()
    await fill(connection, "s", 1)
    assert (await check(connection, "s")).batches == 3
