"""The watching commands: tried at home and asked of running services, with the same figures."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import around_month as am
import pytest
import settlement_world as sw
import watch_world as ww
from rulebook_world import KEY as RULEBOOK_KEY
from rulebook_world import world as rulebook_world
from typer.testing import CliRunner

from chspay.budget.v1 import watch_pb2 as pb
from chspay_cli.cli_budget import app
from chspay_core.errors import Fault
from chspay_kit import auth

HEADS = """
strata:
  - {age_band: 0-6, disease: J00-J99, insured: 1000, base_insured: 980, base_heads: 300}
  - {age_band: 60+, disease: I10, insured: 2000, base_insured: 1900, base_heads: 1500}
institutions:
  - institution: H001
    heads: 1300
    served:
      - {age_band: 0-6, disease: J00-J99, served: 400}
      - {age_band: 60+, disease: I10, served: 900}
"""
CHANGE = """
before: {year: 2024, cases: 1000, cost: 1000000.00, weight: 1000, price_index: 1}
after: {year: 2025, cases: 1100, cost: 1300000.00, weight: 1150, price_index: 1.02}
"""
PEERS = """institution,level,kind,group,cases,value
H1,2,hospital,,,9800
H2,2,hospital,,,10400
"""
MINUTES = """
decision_no: 联席〔2026〕5号
title: 医保结算联席会议纪要
decided: 2026-11-20
members:
  - {unit: 医疗保障局, person: 副局长, present: "yes"}
  - {unit: 卫生健康委, present: "no"}
items:
  - {words: 结余留用比例定为80%, key: clearing.keep, value: "0.80", since: 2027-01-01}
  - {words: 每季度召开一次}
"""


async def run(*words: str, code: int = 0) -> str:
    """What the command prints; it runs an event loop itself, so in a thread of its own."""
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def file(folder: Path, name: str, text: str) -> str:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
async def world(migrated_db, monkeypatch):
    """Budget beside the real settlement, and a command line that knows its address and key."""
    async with ww.world(migrated_db) as running:
        monkeypatch.setenv("CHSPAY_CLAIM_KEY", sw.KEY.decode())
        monkeypatch.setenv("CHSPAY_BUDGET_TARGET", running.target)
        yield running


def months(years: int, ahead: int = 0) -> str:
    """Months up to December 2025, and funds of the months after."""
    rows = ["month,fund,other,points"]
    for at in range(12 * years):
        points = 30_000 + 900 * (at % 12) + (at * 37) % 101
        rows.append(f"{2026 - years + at // 12}-{at % 12 + 1:02d},3000000.00,900000.00,{points}")
    rows += [f"2026-{month + 1:02d},3000000.00,," for month in range(ahead)]
    return "\n".join(rows) + "\n"


async def test_everything_can_be_tried_at_home(tmp_path):
    """A bureau tries figures before it puts its name to them."""
    told = await run("heads", "990100", "2026", file(tmp_path, "h.yaml", HEADS), "--try", code=1)
    assert told.split() == ["H001", "1300", "760—953", "347"]
    told = await run("change", "990100", "H1", file(tmp_path, "c.yaml", CHANGE), "--try")
    assert "110000000" in told or "1100000.00" in told
    told = await run("peers", "990100", "2025", "cost_per_case", file(tmp_path, "p.csv", PEERS), "--try")
    assert [line.split()[0] for line in told.splitlines()] == ["H1", "H2"]
    told = await run(
        "forecast", "990100", "2026", "--history", file(tmp_path, "m.csv", months(4, 12)), "--try"
    )
    assert [line.split()[0] for line in told.splitlines()] == [
        *(f"2026-{month:02d}" for month in range(1, 13)), "2026",
    ]  # fmt: skip
    for name, text, words in (
        ("h", HEADS.replace("1300", "-1"), ("heads", "990100", "2026")),
        ("h", "strata: 7", ("heads", "990100", "2026")), ("p", "a,b\n", ("peers", "990100", "2025", "x")),
    ):  # fmt: skip
        with pytest.raises(Fault, match=r"WATCH_COUNT_WRONG|WATCH_FILE_WRONG|BUDGET_CSV_WRONG"):
            await run(*words, file(tmp_path, name, text), "--try")


async def test_the_service_is_asked_with_the_same_files(world, tmp_path):
    """What was tried is what is filed; another person decides."""
    told = await run(
        "heads", sw.POOL, "2026", file(tmp_path, "h.yaml", HEADS), "--document", "统计〔2026〕2号", code=1
    )
    watch_id = told.split()[-1]
    assert "heard" in await run("watch-hear", watch_id, "没有异议")
    with pytest.raises(Fault, match="WATCH_SAME_PERSON"):
        await run("watch-decide", watch_id, "--uphold", "--decision", "稽核1号", "--removed", "347")
    with auth.use_claim(ww.SECOND):
        await world.watch.DecideWatch(
            pb.DecideWatchRequest(
                request_id=am.request_id(), watch_id=watch_id, uphold=True, decision_no="稽核1号", removed=347
            )
        )
    assert "valid_heads=953" in await run("watch", sw.POOL, "--subject", "heads")
    told = await run("change", sw.POOL, "H1", file(tmp_path, "c.yaml", CHANGE), "--document", "核实表")
    assert "found" in told
    name = (sw.POOL, "2026", "H1", "cost_per_case")
    assert "issued" in await run("indicator", "issue", *name, "--value", "12000", "--document", "下达文件")
    assert "目标12000" in await run("indicator", "show", *name)
    with pytest.raises(Fault, match="INDICATOR_STEP_UNKNOWN"):
        await run("indicator", "leap", *name)
    told = await run(
        "peers", sw.POOL, "2025", "cost_per_case", file(tmp_path, "p.csv", PEERS), "--document", "报表"
    )
    assert re.match(r"PB-[0-9a-f]{20}  huber_mean@1", told)
    with pytest.raises(Fault, match="GROWTH_RUN_MISSING"):
        await run("growth", sw.POOL, "2026-04", "--document", "分析")
    await world.approved(2026, 36_000_000_00)
    told = await run(
        "forecast", sw.POOL, "2026", "--history", file(tmp_path, "m.csv", months(4)), "--document", "汇总"
    )
    assert told.splitlines()[-1].startswith("2026  ")


async def test_minutes_of_the_meeting_are_recorded_and_listed(migrated_db, tmp_path, monkeypatch):
    """The legal source of a ratio is a file that everybody can read."""
    async with rulebook_world(migrated_db.url("rulebook")) as running:
        monkeypatch.setenv("CHSPAY_CLAIM_KEY", RULEBOOK_KEY.decode())
        monkeypatch.setenv("CHSPAY_RULEBOOK_TARGET", running.target)
        assert "已登记" in await run("meeting", "990100", file(tmp_path, "minutes.yaml", MINUTES))
        assert "联席〔2026〕5号" in await run("meeting", "990100")
