"""Backup and restore of a clearing: the same statements after the machine is lost, to any moment."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from chspay_cli.cli_db import app
from chspay_core.errors import Fault
from chspay_kit import backup, migrate
from chspay_kit.home import Home
from chspay_kit.pg import EmbeddedPostgres, password_name

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))

PASSPHRASE = "correct horse battery staple"
FUND = 40_000_003


@pytest.fixture
def server(tmp_path):
    """A database of its own with every schema, its log archived."""
    server = EmbeddedPostgres(tmp_path / "home", durable=False)
    server.archive_to(tmp_path / "wal")
    server.start()
    for name in migrate.services():
        migrate.upgrade(name, server.url(), server.home.secret(password_name(migrate.role_of(name))))
    yield server
    server.stop()


@contextlib.contextmanager
def stopping(server: EmbeddedPostgres) -> Iterator[None]:
    """Stops a restored server at the end."""
    try:
        yield
    finally:
        server.stop()


async def settle(url: str, *months: int) -> None:
    """Settles months of three hospitals."""
    import settlement_world as sw
    from test_month_run import CODES, month_of_lists

    async with sw.world(url) as world:
        for level, code in enumerate(CODES, 1):
            await world.put_hospital(code, level=level)
        for month in months:
            await month_of_lists(world, month, 90)
            await world.month_run(f"backup-{month}", FUND, month=month)


def state_of(url: str) -> dict[str, object]:
    """The statements by month, the balance of the ledger, and the head of its hash chain."""
    with psycopg.connect(url) as connection:

        def rows(query: str) -> list[tuple[object, ...]]:
            return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]

        return {
            "statements": rows("SELECT period, statements_digest FROM settlement.month_run ORDER BY period"),
            "balance": rows("SELECT coalesce(sum(amount_fen), 0) FROM settlement.posting"),
            "chain": rows("SELECT stream, hash FROM settlement.journal_batch ORDER BY stream, hash"),
        }


def test_a_clearing_comes_back_to_the_byte_and_to_the_moment(server, tmp_path):
    """Disk lost, keys lost, a mistake made after the month was closed: none of it may cost a statement."""
    settled = server.url("chspay_settlement")
    asyncio.run(settle(settled, 3))
    after_march = state_of(server.url())
    made = backup.take(server, tmp_path / "b", PASSPHRASE)
    asyncio.run(settle(settled, 4))
    after_april = state_of(server.url())
    with psycopg.connect(server.url(), autocommit=True) as connection:
        moment = connection.execute("SELECT clock_timestamp()").fetchone()[0]
        time.sleep(0.05)
        connection.execute("DROP SCHEMA settlement CASCADE")
        connection.execute("SELECT pg_switch_wal()")
    server.stop()
    shutil.rmtree(server.home.path)

    plain = backup.restore(tmp_path / "b", tmp_path / "plain", PASSPHRASE)
    with stopping(plain):
        assert state_of(plain.url()) == after_march
    exact = backup.restore(tmp_path / "b", tmp_path / "exact", PASSPHRASE, tmp_path / "wal", moment)
    with stopping(exact):
        assert state_of(exact.url()) == after_april
        assert after_april["balance"] == [(0,)]
        # The service's own password came back with the keys, and the ledger is still guarded.
        with (
            psycopg.connect(exact.url("chspay_settlement")) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("UPDATE settlement.posting SET amount_fen = 1")
    assert datetime.fromisoformat(made.taken_at) < moment

    with pytest.raises(Fault) as early:
        backup.restore(
            tmp_path / "b", tmp_path / "x", PASSPHRASE, tmp_path / "wal", moment - timedelta(days=1)
        )
    assert early.value.reason.code == "RESTORE_TOO_EARLY"
    with pytest.raises(Fault) as beyond:
        backup.restore(
            tmp_path / "b",
            tmp_path / "x",
            PASSPHRASE,
            tmp_path / "wal",
            datetime.now(UTC) + timedelta(days=1),
        )
    assert beyond.value.reason.code == "RESTORE_FAILED"
    assert not (tmp_path / "x" / "postgres").exists()


def test_a_damaged_backup_is_named_and_nothing_is_touched(server, tmp_path):
    """A restore that ends with half a database is worse than a clear refusal."""
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(f"{PASSPHRASE}\n")
    folder, target = tmp_path / "b", tmp_path / "new"

    def chspay(*words: object, code: int = 2) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == code, done.output
        return done.output

    def refused(*words: object) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert isinstance(done.exception, Fault), done.output
        return done.exception.reason.code

    common = ("--passphrase-file", passphrase, "--home")
    assert "MiB" in chspay("backup", folder, *common, server.home.path, code=0)
    assert refused("backup", folder, *common, server.home.path) == "BACKUP_EXISTS"
    assert refused("restore", folder, *common, server.home.path) == "RESTORE_EXISTS"
    assert refused("restore", folder, *common, target, "--to", "2026-11-21T10:00:00") == "INSTANT_BAD"
    assert refused("restore", folder, *common, target, "--to", "2030-01-01T00:00:00Z") == "RESTORE_ARCHIVE"
    passphrase.write_text("another passphrase of some length")
    assert refused("restore", folder, *common, target) == "PASSPHRASE_WRONG"
    passphrase.write_text("short")
    assert refused("backup", tmp_path / "c", *common, server.home.path) == "PASSPHRASE_SHORT"
    passphrase.write_text(PASSPHRASE)
    victim = next(
        path for path in (folder / "base" / "base").rglob("*") if path.is_file() and path.stat().st_size
    )
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    assert refused("restore", folder, *common, target) == "BACKUP_BROKEN"
    assert not target.exists()
    assert Home(server.home.path).secret("claim-key")
