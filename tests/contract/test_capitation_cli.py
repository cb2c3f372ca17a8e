"""The command line of capitation: a trial on this machine and the same figures from the service."""

from __future__ import annotations

import asyncio
import csv
import re
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "capitation"))

import capitation_world as cw
from capitation_rules import CATCHMENT, batch_of, random_roster, spell

from chspay_cli.cli_capitation import app
from chspay_core.errors import Fault

YEAR = ("--since", "2026-01-01", "--until", "2027-01-01")


@pytest.fixture
def areas(tmp_path: Path) -> Path:
    """The catchment as a file."""
    path = tmp_path / "areas.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["kind", "code", "community", "since", "until"])
        rows.writerows([*entry[:4], entry.until or ""] for entry in CATCHMENT)
    return path


async def run(*words: str, code: int = 0) -> str:
    """What the command prints; it runs an event loop itself, so in a thread of its own."""
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


async def test_a_trial_and_the_service_come_to_the_same_quotas(
    migrated_db, monkeypatch, tmp_path: Path, areas: Path
) -> None:
    """Who tries a roster at home must see what the service will say of it, to the fen."""
    file, home, there = tmp_path / "r.parquet", tmp_path / "home.csv", tmp_path / "there.csv"
    rows = random_roster(700, 11)
    pq.write_table(pa.Table.from_batches([rows]), file, row_group_size=300)
    words = ("--catchment", str(areas), "--pool", cw.POOL, *YEAR, "-o", str(home), "--threads", "2")
    told = await run("trial", str(file), *words)
    assert "700行，没有错误" in told
    async with cw.world(migrated_db) as here:
        monkeypatch.setenv("CHSPAY_CLAIM_KEY", cw.KEY.decode())
        monkeypatch.setenv("CHSPAY_CAPITATION_TARGET", here.target)
        assert "第" in await run("catchment", cw.POOL, str(areas), "--document", "联席〔2025〕6号")
        loaded = await run("roster", cw.POOL, str(file), "--as-of", "2026-12-31")
        name = re.search(r"^(RS-\w+)  700行", loaded, re.MULTILINE)[1]
        done = await run("attribute", cw.POOL, name, *YEAR, "-o", str(there))
        person = rows.column("person_key")[0].as_py()
        insured = await run("person", re.search(r"^(AT-\w+)  政策", done, re.MULTILINE)[1], person)
        assert "归属说明" in insured
        failed = await run("attribute", cw.POOL, name, *YEAR, "--budget", "390=1", code=1)
        assert "CAPITATION_BUDGET_UNWANTED" in failed
    assert there.read_text() == home.read_text()
    assert len(home.read_text().splitlines()) > 4


def test_a_roster_with_faults_is_not_tried(tmp_path: Path, areas: Path) -> None:
    """Nothing is worked out from half a roster, and the report names row and reason."""
    file = tmp_path / "r.csv"
    bad = [spell(1), spell(2, sex="x"), spell(3)]
    pacsv.write_csv(pa.Table.from_batches([batch_of(bad)]), file)
    words = ("--catchment", str(areas), "--pool", cw.POOL, *YEAR)
    told = asyncio.run(run("trial", str(file), *words, code=1))
    assert "SEX_UNKNOWN  1处" in told
    assert "第0份第2行" in told
    twice = [spell(1), spell(2), spell(1, employer="E1")]
    pacsv.write_csv(pa.Table.from_batches([batch_of(twice)]), file)
    assert "PERSON_TWICE  1处" in asyncio.run(run("trial", str(file), *words, code=1))
    areas.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Fault) as caught:
        asyncio.run(run("trial", str(file), *words))
    assert caught.value.reason.code == "CATCHMENT_FILE_WRONG"
