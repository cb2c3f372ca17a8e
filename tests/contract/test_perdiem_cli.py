"""``chspay perdiem``: a file priced offline, bands checked, and the service asked as the operator."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import openpyxl
import perdiem_world as pw
import pytest
from typer.testing import CliRunner

import chspay_policy
from chspay_cli import cli_perdiem
from chspay_cli.cli_perdiem import app
from chspay_core.errors import Fault
from chspay_kit.auth import use_claim

RUN = CliRunner()
STAYS = "case_id,hospital_code,department,admission_date,discharge_date,person_key,total_cost,patient_paid,"
STAYS += """level,category
A,H1,A15,2026-01-01,2026-03-12,p1,30000,3000,2,
B,H1,A21,2026-01-01,2026-03-04,p2,31000,3000,2,
C,H1,A24,2026-03-01,2026-03-11,p3,5000,1000,2,
D,H1,A01,2026-03-01,2026-03-11,p4,5000,1000,2,
E,H2,,2026-03-01,2026-03-11,p5,5000,1000,1,long_term
"""
RECORDS = """record_no,hospital_code,case_id,kind,since,until,other_hospital_code,other_case_id,document
R1,H1,C,leave,2026-03-03,2026-03-05,,,假条
R2,H1,A,acute,2026-02-01,2026-02-11,,A-1,转科单
"""
MEMBERS = """hospital_code,category,since,until
H1,psychiatry,2020-01-01,
H1,hospice,2020-01-01,2026-03-01
"""


def _files(folder: Path) -> dict[str, str]:
    found = {}
    for name, text in (("stays", STAYS), ("records", RECORDS), ("members", MEMBERS)):
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        found[name] = str(path)
    return found


def _price(*more: str) -> object:
    return RUN.invoke(app, ["price", *more, "--pool", "990100", "--month", "2026-03"])


def _refused(done: object) -> str:
    assert isinstance(done.exception, Fault), done.output
    return done.exception.reason.code


def test_a_file_is_priced_offline_and_written_as_a_workbook(tmp_path):
    """A hospital works its bed-days out at home, with the same engine that settles."""
    files = _files(tmp_path)
    out = tmp_path / "answers.xlsx"
    done = _price(files["stays"], "--records", files["records"], "-o", str(out))
    assert done.exit_code == 0, done.output
    sheet = openpyxl.load_workbook(out).active
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    head, body = rows[0], {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert head[:3] == ["hospital_code", "case_id", "method"]
    # 60 bed-days beside an acute episode of ten; three of a kept bed would be half days.
    assert (body["A"]["points"], body["A"]["paid_days"]) == ("210", "60")
    assert (body["B"]["points"], body["B"]["paid_days"]) == ("254.1", "60.5")
    assert (body["C"]["standard"], body["C"]["fund"]) == ("4104.00", "3104.00")
    assert (body["D"]["method"], body["E"]["standard"]) == ("drg", "2800.00")
    told = _price(files["stays"], "--members", files["members"])
    assert "E,not_pilot" in told.output
    assert "C,not_pilot" in told.output
    assert _refused(_price(str(tmp_path / "none.csv"))) == "FILE_MISSING"


def test_a_worksheet_can_be_read_and_a_stay_without_one_says_why(tmp_path):
    """Who sees the figures must be able to see how they came about."""
    files = _files(tmp_path)
    asked = ["worksheet", files["stays"]]
    more = ["--pool", "990100", "--month", "2026-03"]
    done = RUN.invoke(app, [*asked, "A", *more])
    assert done.exit_code == 0, done.output
    assert "240点" in done.output
    assert "demo-perdiem-2020#" in done.output
    assert _refused(RUN.invoke(app, [*asked, "D", *more])) == "PER_DIEM_NO_WORKSHEET"
    assert _refused(RUN.invoke(app, [*asked, "Z", *more])) == "PER_DIEM_CASE_UNKNOWN"
    assert RUN.invoke(app, ["worksheet"]).exit_code == 2


def test_bands_are_checked_before_they_are_published(tmp_path, monkeypatch):
    """The demonstration city pays no day less for more; a policy that does is told so, with the money."""
    done = RUN.invoke(app, ["check", "990100", "--on", "2026-01-01", "--days", "75"])
    assert done.exit_code == 0, done.output
    assert "75日：255点" in done.output

    root = tmp_path / "policy"
    shutil.copytree(chspay_policy.ROOT, root, ignore=shutil.ignore_patterns("__pycache__", "dip", "schemes"))
    place = root / "990100-demo-city" / "perdiem.yaml"
    text = place.read_text(encoding="utf-8")
    place.write_text(text.replace("points_marginal@1", "points_whole_stay@1"), encoding="utf-8")
    monkeypatch.setattr(cli_perdiem, "ROOT", root)
    done = RUN.invoke(app, ["check", "990100", "--on", "2026-01-01"])
    assert done.exit_code == 1
    assert "PER_DIEM_PAYS_LESS_FOR_MORE" in done.output
    assert "住院60天" in done.output


@pytest.fixture
async def here(migrated_db):
    async with pw.world(migrated_db) as running:
        yield running


async def test_members_and_assessments_are_asked_of_the_service(here, monkeypatch):
    """The operator registers members, sees pricings and drafts; deciding needs another person's key."""
    monkeypatch.setenv("CHSPAY_CLAIM_KEY", pw.KEY.decode())
    code = f"H{pw.fresh()[:8]}"

    async def run(*words: str) -> tuple[int, str]:
        done = await asyncio.to_thread(RUN.invoke, app, [*words, "--target", here.target])
        return done.exit_code, done.output

    status, told = await run(
        "members", pw.POOL, "--add", code, "--category", "long_term", "--since", "2026-01-01", "--document",
        "演示市〔2020〕7号",
    )  # fmt: skip
    assert (status, told.split()[1]) == (0, code)
    assert code in (await run("members", pw.POOL))[1]
    with use_claim(pw.BUREAU):
        stays = [
            pw.stay(f"S{number}", code, "2026-02-01/2026-03-13", category="long_term", person_key=pw.fresh(),
                    department="")
            for number in range(10)
        ]  # fmt: skip
        first = (await pw.price(here, *stays))[0]
    status, told = await run("worksheet", "--pricing", first.pricing_id)
    assert status == 0, told
    assert "fund" in told
    words = ("--measured", "2026-01-01/2026-04-01", "--applies", "2026-04-01/2026-07-01")
    status, told = await run("assess", pw.POOL, code, "long_term", *words)
    assert status == 0, told
    assert "alos=40（100分）" in told
    name = told.split()[0]
    status, told = await run("assess", pw.POOL, "--hear", name, "--statement", "无异议")
    assert (status, "已听取意见" in told) == (0, True)
    assert name in (await run("assess", pw.POOL))[1]
    member = next(line for line in (await run("members", pw.POOL))[1].splitlines() if code in line)
    status, told = await run(
        "members", pw.POOL, "--end", member.split()[0], "--until", "2026-06-01", "--document", "3号"
    )
    assert (status, "2026-06-01" in told) == (0, True)
