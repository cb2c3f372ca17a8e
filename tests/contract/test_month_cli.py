"""The command line against a running settlement: findings, a decision, a correction shown and posted."""

from __future__ import annotations

import asyncio
import re

import around_month as am
import pytest
import settlement_world as sw
from typer.testing import CliRunner

from chspay_cli.cli_month import app
from chspay_core.errors import Fault

FUND = 9_000_001


@pytest.fixture
async def world(migrated_db, monkeypatch):
    """Settlement, and a command line that knows its address and key."""
    async with sw.world(migrated_db.url("settlement")) as running:
        monkeypatch.setenv("CHSPAY_CLAIM_KEY", sw.KEY.decode())
        monkeypatch.setenv("CHSPAY_SETTLEMENT_TARGET", running.target)
        await am.hospitals(running)
        yield running


async def run(*words: str, code: int = 0) -> str:
    """What the command prints; it runs an event loop itself, so in a thread of its own."""
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


async def test_a_month_is_prepared_closed_and_corrected_from_the_command_line(world, tmp_path):
    """An operator without a browser can do the same, and sees every hospital's figure before posting."""
    cases = await am.lists(world, 1)
    file = tmp_path / "findings.csv"
    head = "finding_id,hospital_code,case_id,rule_id,evidence,amount\n"
    sound = f"C1,{cases[0].hospital_code},{cases[0].case_id},重复收费,同日两次收取,12.50\n"
    file.write_text(head + sound + f"C2,{cases[0].hospital_code},NOBODY,x,x,1\n", encoding="utf-8")
    told = await run("findings", str(file), code=1)
    assert "LIST_NOT_FOUND" in told
    assert "收下1条" in told
    assert "应扣12.00元" in await run("step", "C1", "upheld", "--reason", "核实", "--amount", "12.00")
    words = ("decide", "评1", "--hospital", cases[2].hospital_code, "--case", cases[2].case_id, "--kind",
             "incomplete", "--cite", "纪要")  # fmt: skip
    assert "随2026-01月结" in await run(*words)
    assert "先前已执行" in await run(*words)
    why = ("--rule", "r", "--evidence", "e", "--cite", "c", "--amount", "5.00")
    held = await run("hold", sw.POOL, "H003", "--since", "2026-01", *why)
    done = await world.month_run("cli-1", FUND, month=1)
    assert (await am.statement(world, done, "H003")).held_fen == 500
    number = re.search(r"HD-[0-9-]+", held)
    assert "5.00元转回应付" in await run("release", number[0], "--reason", "r", "--cite", "c")
    assert "没有差额" in await run("preview", sw.POOL)
    await world.submit("cli-1a", am.raised(cases[7]))
    shown = await run("preview", sw.POOL)
    assert "不能相抵的部分0.00元" in shown
    digest = re.search(r"指纹：([0-9a-f]{64})", shown)
    assert "已记入2026-02" in await run("commit", sw.POOL, "--digest", digest[1], "--cause", "更正")
    assert "RR-990100-202601-1" in await run("replay", done.run_id)
    assert (await world.ended("RR-990100-202601-1")).statements_digest == done.statements_digest
    assert "PR-990100-202601-1" in await run("period", sw.POOL, "2026-01", "2026-01")
    months = ("--from", "2026-01", "--to", "2026-01", "--in-force", "2026-02")
    table = await run("measure", sw.POOL, *months)
    assert "PT-990100-202602-1" in table
    assert "PT-990100-202602-1" in await run("table", "PT-990100-202602-1")


async def test_bad_files_and_refusals_are_told_in_words(world, tmp_path):
    """A command that fails says what to do, not where it broke."""
    file = tmp_path / "bad.csv"
    file.write_text("finding_id,amount\n1,2\n", encoding="utf-8")
    for words, reason in (
        (("findings", str(file)), "FINDINGS_UNREADABLE"),
        (("findings", str(tmp_path / "none")), "FILE_MISSING"),
        (("trial", sw.POOL, "2026-13"), "NOT_A_MONTH"), (("preview", "12"), "NOT_A_REGION"),
    ):  # fmt: skip
        with pytest.raises(Fault) as caught:
            await run(*words)
        assert caught.value.reason.code == reason
