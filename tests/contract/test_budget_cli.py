"""The command line of the year plan: tried at home and asked of the service, with the same figures."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import openpyxl
import pytest
from plan_world import KEY, world
from typer.testing import CliRunner

from chspay_cli.cli_budget import app
from chspay_core.errors import Fault

__all__ = ["world"]

FACTS = """
income: 3000000000
income_document: 收入预算文件
settled:
  - {fund: inpatient, amount: 1300000000, document: 上年决算}
  - {fund: out_of_area, amount: 100000000, document: 上年决算}
  - {fund: outpatient, amount: 500000000, document: 上年决算}
  - {fund: per_diem, amount: 40000000, document: 上年决算}
  - {fund: capitation, amount: 60000000, document: 上年决算}
factors:
  - {factor: income, rate: 0.06, document: 收入预测}
  - {factor: policy, rate: 0.01, document: 待遇测算}
  - {factor: cost, rate: 0.05, document: 费用分析}
  - {factor: economy, rate: 0.055, document: 统计公报}
  - {factor: peer, rate: 0.02, document: 同类比较}
"""
TOTALS = """
inpatient: 1489920000
out_of_area_share: 0.18
outside_share: 0.04
last_inpatient: 1333333333.33
last_dip: 1020000000
growth: 0.06
document: 测算报告
"""


async def run(*words: str, code: int = 0) -> str:
    """What the command prints; it runs an event loop itself, so in a thread of its own."""
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def rows(path: Path) -> dict[str, str]:
    """Item to amount of a table file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["item"]: row["amount"] for row in csv.DictReader(file)}


async def test_a_year_from_the_command_line(world, monkeypatch, tmp_path: Path) -> None:
    """Who tries a plan at home sees what the service will make of it, to the fen; then the year runs on."""
    monkeypatch.setenv("CHSPAY_CLAIM_KEY", KEY.decode())
    target = ("--target", f"127.0.0.1:{world.port}")
    facts, home, there = tmp_path / "facts.yaml", tmp_path / "home.csv", tmp_path / "there.csv"
    facts.write_text(FACTS, encoding="utf-8")
    tried = await run("plan", "990100", "2151", str(facts), "--try", "-o", str(home))
    assert "可安排的支出上限：291000000000 分" in tried
    assert "《演示市医保基金收支预算管理办法》" in tried
    monkeypatch.setenv("USER", "first")
    monkeypatch.setenv("LOGNAME", "first")
    assert "第1版  草案" in await run("plan", "990100", "2151", str(facts), *target)
    await run("split", "990100", "2151", "-o", str(there), *target)
    assert rows(home) == rows(there)
    excel = tmp_path / "there.xlsx"
    await run("split", "990100", "2151", "--sheet", "-o", str(excel), *target)
    sheet = openpyxl.load_workbook(excel).active
    assert [cell.value for cell in sheet[2]] == ["inpatient", "住院（含异地就医）", rows(there)["inpatient"]]
    approve = ("approve", "990100", "2151", "1", "--decision", "联席〔2150〕1号", *target)
    with pytest.raises(Fault, match="BUDGET_SAME_PERSON"):
        await run(*approve)
    monkeypatch.setenv("LOGNAME", "second")
    assert "已批准" in await run(*approve)
    assert "执行中" in await run("execute", "990100", "2151", *target)
    spent = [f"--spent={fund}=1000000" for fund in ("outpatient", "per_diem", "capitation")]
    month = ("month", "990100", "2151", "1", "--spent=inpatient=250000000", *spent, "--document", "1月报表")
    assert "1月  关注" in await run(*month, *target, code=1)
    assert "1月  关注" in await run("alarm", "990100", "2151", *target, code=1)
    asked = await run(
        "adjust", "990100", "2151", "--cause", "outbreak", "--change=inpatient=9000000",
        "--change=reserve=-9000000", "--from-month", "2", "--evidence", "疾控中心通报", *target,
    )  # fmt: skip
    monkeypatch.setenv("LOGNAME", "first")
    assert "第2版  已调整" in await run("decide", asked.split()[0], "--decision", "联席2号", *target)
    groups, out = tmp_path / "groups.csv", tmp_path / "causes.csv"
    groups.write_text(
        "group,planned_cases,planned,actual_cases,actual\nA,100,1000,110,800000000\nB,50,900,45,600000000\n"
    )
    told = await run(
        "causes", "990100", "2151", str(groups), "--document", "分析报告", "-o", str(out), *target
    )
    assert "据实1400000000.00元" in told
    with pytest.raises(Fault, match="BUDGET_MONTHS_MISSING"):
        await run("close", "990100", "2151", "--decision", "联席3号", *target)


async def test_totals_alarms_and_causes_at_home(tmp_path: Path) -> None:
    """What needs no service can be tried without one, and the worked figures come out."""
    file = tmp_path / "totals.yaml"
    file.write_text(TOTALS, encoding="utf-8")
    told = await run("totals", "990100", "2027", str(file))
    for figure in ("1132339200.00", "1139788800.00", "1081200000.00", "5.1403%"):
        assert figure in told
    months = tmp_path / "months.csv"
    lines = [f"{n},{16_000_000 if n > 6 else 13_750_000},0,0,0,{n}月报表" for n in range(1, 9)]
    months.write_text("\n".join(["month,inpatient,outpatient,per_diem,capitation,document", *lines]))
    told = await run("alarm", "990100", "2027", "--months", str(months), "--cap", "165000000", code=1)
    assert "8月  预警" in told
    groups = tmp_path / "groups.csv"
    groups.write_text("group,planned_cases,planned,actual_cases,actual\nA,100,100000,110,121000\n")
    told = await run(
        "causes", "990100", "2027", str(groups), "--document", "x", "--try", "--budget", "100000"
    )
    assert "volume,服务量,10500.00,10500.00" in told


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("income: 1", "BUDGET_FILE_WRONG"),
        ("income: 1\nincome_document: x\nsettled: y", "BUDGET_FILE_WRONG"),
        ("income: a\nincome_document: x", "NOT_A_NUMBER"),
    ],
)
async def test_a_wrong_file_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """A clerk must learn which line to correct, not see a stack trace."""
    file = tmp_path / "facts.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Fault, match=reason):
        await run("plan", "990100", "2027", str(file), "--try")


async def test_each_command_helps() -> None:
    """The group lists every step of a year, with examples that can be copied."""
    told = await run("--help")
    for word in ("plan", "split", "approve", "adjust", "alarm", "close", "causes", "chspay budget month"):
        assert word in told
