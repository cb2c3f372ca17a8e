"""Idempotency: the same request answered once, however often and however at once it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from chspay_core.errors import Fault
from chspay_kit import once
from chspay_kit.tables import RequestOnceColumns

METHOD = "/chspay.test.v1.TestService/Write"


class RequestOnceOfTest(RequestOnceColumns, table=True):
    __tablename__ = "request_once"
    __table_args__ = ({"schema": "once_test"},)


@pytest.fixture
async def connect(fresh_db: str) -> AsyncIterator[object]:
    engine = sa.create_engine(sa.make_url(fresh_db).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS once_test CASCADE; CREATE SCHEMA once_test")
        SQLModel.metadata.tables["once_test.request_once"].create(connection)
    engine.dispose()
    opened: list[asyncpg.Connection] = []

    async def connect() -> asyncpg.Connection:
        opened.append(await asyncpg.connect(fresh_db, server_settings={"search_path": "once_test"}))
        return opened[-1]

    yield connect
    for connection in opened:
        await connection.close()


async def write(
    connection: asyncpg.Connection, body: bytes, answer: bytes, subject: str = "a"
) -> bytes | None:
    async with connection.transaction():
        stored = await once.begin(connection, subject, "r-1", METHOD, body)
        if stored is None:
            await once.finish(connection, subject, "r-1", answer)
        return stored


async def test_the_same_request_gets_the_stored_answer(connect) -> None:
    # A hospital resends after a lost answer; the work must not be done twice.
    connection = await connect()
    assert await write(connection, b"body", b"first") is None
    assert await write(connection, b"body", b"second") == b"first"
    assert await write(connection, b"body", b"third") == b"first"


async def test_an_empty_answer_is_an_answer(connect) -> None:
    # A protobuf message without fields is zero bytes long.
    connection = await connect()
    assert await write(connection, b"body", b"") is None
    assert await write(connection, b"body", b"x") == b""


async def test_another_body_is_refused(connect) -> None:
    # Reusing a number for other content is a mistake of the sender and must not be swallowed.
    connection = await connect()
    await write(connection, b"body", b"answer")
    with pytest.raises(Fault) as caught:
        await write(connection, b"other body", b"answer")
    assert caught.value.reason is once.REQUEST_ID_REUSED
    assert caught.value.value == "r-1"


async def test_ids_of_two_senders_never_meet(connect) -> None:
    # Two hospitals may number their requests alike.
    connection = await connect()
    assert await write(connection, b"body", b"one", "a") is None
    assert await write(connection, b"other", b"two", "b") is None


async def test_a_failed_request_leaves_its_id_free(connect) -> None:
    # The id is taken in the transaction of the work: rolled back together.
    connection = await connect()
    transaction = connection.transaction()
    await transaction.start()
    assert await once.begin(connection, "a", "r-1", METHOD, b"body") is None
    await transaction.rollback()
    assert await write(connection, b"corrected body", b"answer") is None


async def test_two_at_once_do_the_work_once(connect) -> None:
    # Impatient senders send again while the first is still being worked on.
    first, second = await connect(), await connect()
    transaction = first.transaction()
    await transaction.start()
    assert await once.begin(first, "a", "r-1", METHOD, b"body") is None
    waiting = asyncio.create_task(write(second, b"body", b"second"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await once.finish(first, "a", "r-1", b"first")
    await transaction.commit()
    assert await waiting == b"first"


async def test_when_the_first_of_two_fails_the_second_works(connect) -> None:
    # Waiting must not turn into a lost request.
    first, second = await connect(), await connect()
    transaction = first.transaction()
    await transaction.start()
    await once.begin(first, "a", "r-1", METHOD, b"body")
    waiting = asyncio.create_task(write(second, b"body", b"second"))
    await asyncio.sleep(0.1)
    await transaction.rollback()
    assert await waiting is None
    assert await write(first, b"body", b"x") == b"second"
