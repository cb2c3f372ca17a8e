"""The command line against a running settlement: a year started, re-cleared, proven and paid out."""

from __future__ import annotations

import asyncio
import re
from datetime import date

import pytest
import settlement_world as sw
import year_world as yw
from typer.testing import CliRunner

from chspay_cli import cli_ledger, cli_year
from chspay_core.errors import Fault


@pytest.fixture
async def world(migrated_db, monkeypatch):
    """Settlement, and a command line that knows its address and key."""
    async with yw.year_world(migrated_db.url("settlement")) as running:
        monkeypatch.setenv("CHSPAY_CLAIM_KEY", sw.KEY.decode())
        monkeypatch.setenv("CHSPAY_SETTLEMENT_TARGET", running.target)
        yield running


async def run(app, *words: str, code: int = 0) -> str:
    """What the command prints; it runs an event loop itself, so in a thread of its own."""
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


async def test_a_year_from_the_command_line(world, tmp_path):
    """An operator without a browser can clear, look, prove and pay."""
    await world.months(2026, {3: 9_000_000})
    world.budget.years[sw.POOL, 2026] = 9_500_000
    for code, score in (("H001", "85"), ("H002", "70"), ("H003", "90")):
        told = await run(cli_year.app, "fact", sw.POOL, "2026", code, "score", score, "--cite", "通报")
        assert code in told
    number = f"YC-{sw.POOL}-2026-1"
    assert number in await run(cli_year.app, "start", sw.POOL, "2026")
    for _ in range(200):
        shown = await run(cli_year.app, "show", number)
        if "已试算" in shown:
            break
        await asyncio.sleep(0.05)
    assert "决算额" in shown
    with pytest.raises(Fault, match="YEAR_SAME_PERSON"):
        await run(cli_year.app, "step", number, "review")
    found = await world.get_as_bureau(number)
    await world.close(found)
    assert "已关闭" in await run(cli_year.app, "list", sw.POOL)
    told = await run(cli_year.app, "hospitals", number)
    assert [line.split()[0] for line in told.splitlines()] == ["H001", "H002", "H003"]
    out = tmp_path / "statement.json"
    assert re.match(r"[0-9a-f]{64}  ", await run(cli_year.app, "statement", number, "H001", "-o", str(out)))
    assert out.read_bytes() == (await world.statements(number))["H001"]
    with pytest.raises(Fault, match="RECLEAR_CASE_BAD"):
        await run(cli_year.app, "reclear", number, "--case", "H001", "--cause", "x", "--cite", "y")
    shown = await run(
        cli_year.app,
        "reclear",
        number,
        "--case",
        "H001:Y2026-3-0:2",
        "--cause",
        "高套",
        "--cite",
        "医保处3号",
    )
    digest = re.search(r"commit (\S+) --digest ([0-9a-f]{64})", shown)
    with pytest.raises(Fault, match="RECLEAR_SAME_PERSON"):
        await run(cli_year.app, "commit", digest[1], "--digest", digest[2])
    assert "已撤回" in await run(cli_year.app, "withdraw", digest[1])


async def test_the_ledger_from_the_command_line(world, tmp_path):
    """The one command an auditor runs first: is the ledger what was posted?"""
    await world.months(2027, {4: 6_000_000})
    world.today = date(2027, 5, 1)
    assert "与记账时完全一致" in await run(cli_ledger.app, "verify", sw.POOL)
    assert "AD-" in await run(cli_ledger.app, "advance", sw.POOL, "2027", "H002", "1000.00")
    made = await run(cli_ledger.app, "pay", sw.POOL, "--on", "2027-05-10", "--set-off")
    order = made.split()[0]
    files = []
    for name in ("a.csv", "b.csv"):
        out = tmp_path / name
        await run(cli_ledger.app, "file", order, "-o", str(out))
        files.append(out.read_bytes())
    assert files[0] == files[1]
    lines = await run(cli_ledger.app, "account", sw.POOL, "--hospital", "H002", "--year", "2027")
    assert "年度预付金" in lines
    assert order in lines
    async with world.database.unit(yw.AUTHOR) as unit:
        assert await (await unit.connection()).fetchval("SELECT count(*) FROM settlement.payment_order") == 1
