"""The commands of capitation as a clerk uses them: a bad roster mended, visits to the ledger, benefits."""

from __future__ import annotations

import asyncio
import re
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "capitation"))


import capitation_books
import capitation_world as cw
from capitation_rules import batch_of, key_of, spell
from typer.testing import CliRunner

from chspay_cli import cli_benefit, cli_capitation
from chspay_core.errors import Fault
from chspay_kit.auth import Claim, use_claim

YEAR = ("--since", "2026-01-01", "--until", "2027-01-01")


@pytest.fixture
async def here(migrated_db, monkeypatch):
    monkeypatch.setattr(cw, "Books", capitation_books.Ledger)
    async with cw.world(migrated_db) as running:
        monkeypatch.setenv("CHSPAY_CLAIM_KEY", cw.KEY.decode())
        monkeypatch.setenv("CHSPAY_CAPITATION_TARGET", running.target)
        yield running


async def run(*words: str, app=cli_capitation.app, code: int = 0) -> str:
    """What the command prints; it runs an event loop itself, so in a thread of its own."""
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def benefit(*words: str):
    """A command of ``chspay benefit``."""
    return run(*words, app=cli_benefit.app)


def written(path: Path, spells) -> Path:
    """A roster as a file."""
    pacsv.write_csv(pa.Table.from_batches([batch_of(spells)]), path)
    return path


async def test_five_faults_are_told_and_mended_in_two_steps(here, tmp_path: Path):
    """Row, reason and count of each; no row is used; the mended file goes on where the bad one stood."""
    good = [spell(("cli", n)) for n in range(3)]
    rows = [*good, spell(("cli", 8), region_code="330100"), spell(("cli", 9), birth_date=date(2027, 3, 1))]
    told = await run(
        "roster", cw.POOL, str(written(tmp_path / "r.csv", rows)), "--as-of", "2026-12-31", code=1
    )
    name = re.search(r"^(RS-\w+)  有错误", told, re.MULTILINE)[1]
    assert "REGION_UNKNOWN  1处  参保地区不是本统筹区已登记的地区" in told
    assert "第0份第4行  region_code  REGION_UNKNOWN" in told
    assert "第0份第5行  birth_date  BIRTH_IN_FUTURE" in told
    assert f"--resume {name}" in told
    with pytest.raises(Fault) as caught:
        await run("attribute", cw.POOL, name, *YEAR)
    assert caught.value.reason.code == "ROSTER_NOT_LOADED"
    twice = [
        *good, spell(("cli", 8)), spell(("cli", 8), signed_institution="H1"),
        spell(("cli", 5), signed_institution="H1"), spell(("cli", 5), signed_institution="H2"),
        spell(("cli", 6), employer="E1"), spell(("cli", 6), employer="E2"),
    ]  # fmt: skip
    told = await run("roster", cw.POOL, str(written(tmp_path / "r.csv", twice)), "--resume", name, code=1)
    for line in (
        "PERSON_TWICE  1处",
        "CONTRACTS_OVERLAP  1处",
        "EMPLOYERS_TWO  1处",
        "第0份第7行",
        "第0份第9行",
    ):
        assert line in told, line
    told = await run("roster", cw.POOL, str(written(tmp_path / "r.csv", good)), "--resume", name)
    assert f"{name}  3行" in told


async def test_a_year_of_a_community_goes_through_its_commands(here, tmp_path: Path):
    """Catchment, heads, visits, results, settlement, ledger and split, one command each."""
    with use_claim(cw.BUREAU):
        await cw.put_catchment(here)
    areas = tmp_path / "areas.csv"
    areas.write_text(
        "kind,code,community,since,until\ninstitution,H1,C1,2020-01-01,\nlead,H1,C1,2020-01-01,\n"
        "region,990101,C1,2020-01-01,\n", encoding="utf-8",
    )  # fmt: skip
    await run("catchment", cw.POOL, str(areas), "--document", "联席〔2025〕6号")
    people = [spell((cw.fresh(), n), signed_institution="H1", chronic_conditions="E11") for n in range(4)]
    roster = written(tmp_path / "r.csv", people)
    name = re.search(r"(RS-\w+)  4行", await run("roster", cw.POOL, str(roster), "--as-of", "2026-12-31"))[1]
    finding = cw.fresh()
    await run(
        "heads",
        "find",
        cw.POOL,
        finding,
        people[3].person_key,
        *YEAR,
        "--cause",
        "拆分",
        "--document",
        "报告",
    )
    await run("heads", "hear", finding, "--statement", "无异议")
    with pytest.raises(Fault) as caught:
        await run("heads", "decide", finding, "--remove", "--decision", "9号")
    assert caught.value.reason.code == "HEAD_FINDING_SAME_PERSON"
    assert f"{finding}  {people[3].person_key}" in await run("heads", "list")
    done = await run("attribute", cw.POOL, name, *YEAR)
    run_id = re.search(r"^(AT-\w+)  政策", done, re.MULTILINE)[1]
    visits = tmp_path / "v.csv"
    lines = [f"V{n},{people[n].person_key},{place},2026-05-01,390,outpatient,10000" for n, place in
             enumerate(("H1", "X9", "X9"))]  # fmt: skip
    head = "visit_id,person_key,institution,day,insurance_type,service,fund_fen"
    visits.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    assert "医共体内1人次，医共体外2人次" in await run("visits", run_id, str(visits))
    await run("exempt", run_id, "V1", "--cause", "migration", "--proof", "居住证")
    assert "V2" in await run("doubt", run_id, "V2", f"D{finding}", "--statement", "当日在院")
    assert "成立" in await run("decide-doubt", f"D{finding}", "--uphold", "--decision", "稽核5号")
    assert "险种390  内100.00  外100.00  剔除100.00" in await run("costs", run_id, "C1")
    results = tmp_path / "c.csv"
    results.write_text(
        "person_key,controlled\n" + "".join(f"{one.person_key},yes\n" for one in people), encoding="utf-8"
    )
    told = await run("chronic", run_id, str(results), "--as-of", "2026-12-31", "--document", "慢病系统")
    assert "C1  患者4人  管理4人  控制4人" in told
    told = await run("settle", run_id, "C1", "--document", "纪要", "--score", "90")
    # 4 × 560 − 100 − 100 + 100 = 2,140; × 85 % = 1,819; and the 100 spent inside.
    assert "应付 1919.00 元" in told
    settlement = re.search(r"(CS-\w+)  C1", told)[1]
    assert settlement in await run("settlements", run_id)
    assert "险种390  1919.00元  付H1  2026-12" in await run("post", settlement, "--month", "2026-12")
    part = ("--part", "inside_visits=院内人次=1")
    await run("rule", cw.POOL, "C1", *part, "--since", "2026-01-01", "--document", "章程")
    assert "H1  1919.00元" in await run("split", settlement)
    assert "普通门诊（outpatient）  计入包干" in await run("terms", cw.POOL, "--on", "2026-01-01")


async def test_the_desk_of_benefits(here):
    """A contract, a referral and two stays, one taken back: what a clerk reads at each step."""
    person, one, two = key_of(cw.fresh()), cw.fresh(), cw.fresh()
    with use_claim(Claim("registrar", "bureau", region="*")):
        await here.register("HT1CLI", 1, date(2020, 1, 1), "CCLI")
        await here.register("HC2CLI", 2, date(2020, 1, 1), "CCLI", lead=True)
    await benefit("contract", cw.POOL, cw.fresh(), person, "HT1CLI", "--since", "2026-01-01")
    days = ("--day", "2026-03-09", "--diagnosis", "I21.0")
    assert "符合" in await benefit("referral", cw.POOL, cw.fresh(), person, "HT1CLI:1", "HC2CLI:2", *days)
    first = ("--admitted", "2026-03-01", "--discharged", "2026-03-09", "--eligible", "10000")
    told = await benefit("stay", cw.POOL, one, person, "HT1CLI", *first)
    assert "起付线300.00元  基金8730.00元" in told
    later = ("--admitted", "2026-03-10", "--discharged", "2026-03-18", "--eligible", "10000")
    told = await benefit("stay", cw.POOL, two, person, "HC2CLI", *later)
    assert f"起付线300.00元，与HT1CLI/{one}视为一次  基金8245.00元" in told
    told = await benefit("reverse", cw.POOL, "HT1CLI", one, "--document", "退费单")
    assert "随之改变" in told
    assert "起付线600.00元  基金7990.00元" in told
    told = await benefit("person", cw.POOL, person)
    assert told.count("住院 ") == 2
    assert "已撤销（退费单）" in told
