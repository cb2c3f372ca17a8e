"""``chspay whatif``: files in, winners and losers out; a sweep goes on where it was stopped."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from chspay_cli import whatif_sweep
from chspay_cli.cli_whatif import app
from chspay_core.errors import Fault

FUND = "12345.67"


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Sixty cases of three hospitals, some dear, with ages, drug fees and a second grouping."""
    rows = [
        f"c{n},{'ABC'[n % 3]},G{n % 4},{(900 + 17 * n) * (9 if n % 13 == 7 else 1)}.00,{n}.00,{n},"
        f"{200 + n}.10,N{n % 2}"
        for n in range(60)
    ]
    path = tmp_path / "cases.csv"
    head = "case_id,hospital_code,drg,total_cost,patient_paid,age_years,fee_drug,drg_next"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def plan(folder: Path, name: str, text: str) -> Path:
    """A plan's file."""
    path = folder / f"{name}.yaml"
    path.write_text(f"what_if: {name}\n{text}\n", encoding="utf-8")
    return path


def ran(*words: object) -> str:
    """What the command says; whatever it raises is raised."""
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def law(cases: Path) -> list[object]:
    """The options every command has."""
    return [cases, "--fund", FUND, "--policy", "990200", "--on", "2026-03-31"]


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_kind_of_change_over_a_file(cases, tmp_path):
    """Whatever is negotiated is tried on one file and added up every way, to the fen, CSV or Parquet."""
    plans = [
        plan(tmp_path, "高倍率", "rules: {settle.high: as_normal@1}"),
        plan(tmp_path, "点数", "point_factors: {G1: '1.2'}"),
        plan(tmp_path, "新方案", "grouping: drg_next"),
        plan(tmp_path, "降价", "prices: {factors: {fee_drug: '0.5'}, patient: kept}"),
        plan(tmp_path, "基金", "fund_factor: '1.1'"),
    ]
    levels = tmp_path / "hospitals.csv"
    levels.write_text("hospital_code,level,community\nA,1,X\nB,2,X\nC,3,\n")
    options = ["--hospitals", levels, "--age-bands", "0-17,18-", "--by", "hospital", "--by", "community"]
    options += [word for path in plans for word in ("--plan", path)]
    parquet = tmp_path / "cases.parquet"
    table = pacsv.read_csv(cases)
    money = {"total_cost", "patient_paid", "fee_drug"}
    kinds = [(f.name, pa.decimal128(18, 2) if f.name in money else f.type) for f in table.schema]
    pq.write_table(table.cast(pa.schema(kinds)), parquet)
    outs = []
    for path in (cases, parquet):
        out = tmp_path / f"{path.suffix[1:]}.csv"
        said = ran("run", *law(path), *options, "--out", out)
        assert "试算" in said
        outs.append(read(out))
    assert outs[0] == outs[1]
    for name in ("高倍率", "点数", "新方案", "降价", "基金"):
        for by in ("hospital", "level", "group", "community", "band"):
            rows = [row for row in outs[0] if (row["scenario"], row["by"]) == (name, by)]
            assert sum(Decimal(row["base_fund"]) for row in rows) == Decimal(FUND), (name, by)
            wanted = Decimal(FUND) * Decimal("1.1") if name == "基金" else Decimal(FUND)
            assert sum(Decimal(row["scenario_fund"]) for row in rows) == round(wanted, 2), (name, by)
    groups = {row["key"] for row in outs[0] if (row["scenario"], row["by"]) == ("新方案", "group")}
    assert groups == {"G0", "G1", "G2", "G3", "N0", "N1"}
    costs = [row for row in outs[0] if (row["scenario"], row["by"]) == ("降价", "hospital")]
    assert all(Decimal(row["scenario_cost"]) < Decimal(row["base_cost"]) for row in costs)
    missing = plan(tmp_path, "x", "prices: {factors: {fee_test: '0.5'}, patient: kept}")
    with pytest.raises(Fault, match="fee_test"):
        ran("run", *law(cases), "--plan", missing)
    with pytest.raises(Fault) as caught:
        ran("run", *law(cases), "--plan", plan(tmp_path, "y", "grouping: drg_other"))
    assert caught.value.reason.code == "COLUMN_MISSING"


def test_a_sweep_goes_on_where_it_was_stopped(cases, tmp_path, monkeypatch):
    """Hours of work are not lost to a closed lid; what is done is not done again, and comes out the same."""
    axes = ["--axis", "rules:outlier.low_multiple=0.3..0.5/0.1", "--axis", "fund_factor=1,1.05"]
    whole, halves = tmp_path / "whole.csv", tmp_path / "halves.csv"
    ran("sweep", *law(cases), *axes, "--out", whole)
    rows = read(whole)
    assert [(row["rules:outlier.low_multiple"], row["fund_factor"]) for row in rows] == [
        (low, fund) for low in ("0.3", "0.4", "0.5") for fund in ("1", "1.05")
    ]
    assert [row["change"] for row in rows][:2] == ["0.00", "617.28"]
    add, times = whatif_sweep.Journal.add, 0

    def stopped(journal, found):
        nonlocal times
        times += 1
        if times == 4:
            raise KeyboardInterrupt
        add(journal, found)

    monkeypatch.setattr(whatif_sweep.Journal, "add", stopped)
    done = CliRunner().invoke(app, [str(word) for word in ("sweep", *law(cases), *axes, "--out", halves)])
    assert (done.exit_code, halves.exists()) == (130, False)
    journal = halves.with_name("halves.csv.doing")
    journal.write_bytes(journal.read_bytes() + b'{"point": 3, "val')
    with pytest.raises(Fault) as caught:
        ran("sweep", *law(cases), *axes[:2], "--out", halves)
    assert caught.value.reason.code == "WHAT_IF_SWEEP_OTHER"
    again = []
    monkeypatch.setattr(
        whatif_sweep.Journal,
        "add",
        lambda journal, found: (again.append(found["point"]), add(journal, found)),
    )
    ran("sweep", *law(cases), *axes, "--out", halves)
    assert again == [3, 4, 5]
    assert halves.read_bytes() == whole.read_bytes()
    assert not journal.exists()


def test_a_cell_of_a_table_and_what_cannot_be_cleared(cases, tmp_path):
    """One tier of a table is swept without writing the table again; a bad value is told by point."""
    out = tmp_path / "sweep.xlsx"
    axis = "rules:outlier.high_tiers[up_to=100].multiple=2,3,lots"
    said = ran("sweep", *law(cases), "--axis", axis, "--out", out)
    assert "1个不能结算" in said
    assert out.is_file()
    for wrong, reason in (
        ("rules:outlier.high_tiers[up_to=1].multiple=2", "WHAT_IF_CELL"),
        ("rule:x=2", "WHAT_IF_TARGET"),
        ("rules:outlier.low_multiple=", "WHAT_IF_GRID_EMPTY"),
        ("rules:outlier.low_multiple=1..0/0.1", "WHAT_IF_STEP"),
        ("rules:outlier.low_multiple=0..1", "WHAT_IF_STEP"),
    ):
        with pytest.raises(Fault) as caught:
            ran("sweep", *law(cases), "--axis", wrong, "--out", tmp_path / "x.csv")
        assert caught.value.reason.code == reason


def test_a_reform_is_evaluated_from_a_file(tmp_path):
    """A drop that was put into the series is what the command finds."""
    path, out = tmp_path / "series.csv", tmp_path / "fitted.csv"
    noise = [3, -2, 1, 0, -3, 2, 1, -1]
    rows = [
        f"{2024 + n // 12}-{n % 12 + 1:02},{1000 + 5 * n + noise[n % 8] - (100 if n >= 12 else 0)}"
        for n in range(24)
    ]
    path.write_text("month,cost\n" + "\n".join(rows) + "\n")
    said = ran("its", path, "--change", "2025-01", "--column", "cost", "--out", out)
    assert "改革当月水平变化" in said
    fitted = read(out)
    assert len(fitted) == 24
    assert fitted[0]["without_reform"] == ""
    gap = Decimal(fitted[12]["fitted"]) - Decimal(fitted[12]["without_reform"])
    assert abs(gap + 100) < 5
    with pytest.raises(Fault) as caught:
        ran("its", path, "--change", "2025-09", "--column", "cost")
    assert caught.value.reason.code == "WHAT_IF_SERIES_SHORT"
    with pytest.raises(Fault, match="value"):
        ran("its", path, "--change", "2025-01")
