"""Makes ``plumbing`` importable for the contract tests, and gives them a database to write in."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog

sys.path.insert(0, str(Path(__file__).parent))

_TABLES = """
CREATE TABLE request_once (
  subject text, request_id text, method text NOT NULL, body_hash bytea NOT NULL, answer bytea,
  created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (subject, request_id));
CREATE TABLE noted (year int PRIMARY KEY, pool text NOT NULL, region text NOT NULL);
"""


@pytest.fixture(scope="module")
def plumbing_url(fresh_db: str) -> str:
    """The address of a database that holds the tables of the test servicers."""
    import asyncio

    async def create() -> None:
        connection = await asyncpg.connect(fresh_db)
        await connection.execute(_TABLES)
        await connection.close()

    asyncio.run(create())
    return fresh_db


@pytest.fixture
async def database(plumbing_url: str) -> AsyncIterator[object]:
    """An open, empty ``chspay_kit.db.Database`` on it."""
    from chspay_kit.db import Database

    database = Database(plumbing_url, max_size=4)
    await database.open()
    await database.pool.execute("TRUNCATE request_once, noted")
    yield database
    await database.close()


@pytest.fixture
def production_logs(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Logging as in a running service; called, it gives the lines written so far."""
    from chspay_kit import logs

    root = logging.getLogger()
    handlers, level, structure = root.handlers[:], root.level, structlog.get_config()
    logs.configure("test")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    root.handlers[:], root.level = handlers, level
    structlog.configure(**structure)
    structlog.contextvars.clear_contextvars()
