"""``chspay weights stats`` and ``chspay scheme stats``: figures on the screen, tables for the rest."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from chspay_cli import cli_scheme, cli_weights
from chspay_core.errors import Fault


def run(*words: object) -> Result:
    """A command of the two, as ``weights stats`` or ``scheme stats``."""
    app = typer.Typer()
    app.add_typer(cli_weights.app, name="weights")
    app.add_typer(cli_scheme.app, name="scheme")
    return CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "200"})


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def grouped(tmp_path: Path) -> Path:
    """The handbook's two groups of B.3, at two hospitals, and one ungrouped case."""
    body = "".join(
        f"{i},{'XY'[i % 2]},{drg},{cost},{days}\n"
        for i, (drg, cost, days) in enumerate(
            [("A", 5, 2), ("A", 6, 4), ("A", 7, 3), ("A", 6, 3), ("B", 18, 9), ("B", 22, 9), ("B", 20, 9)]
        )
    )
    path = tmp_path / "grouped.csv"
    path.write_text("case_id,hospital_code,drg,total_cost,los_days\n" + body + "7,X,,3,1\n", encoding="utf-8")
    return path


def test_grouped_cases_are_told_in_figures(grouped: Path, tmp_path: Path) -> None:
    """RIV, rate, CMI on the screen; groups and hospitals in tables that a spreadsheet can sort."""
    weights = tmp_path / "weights.csv"
    weights.write_text("kind,code,level,weight\ndrg,A,,0.5\ndrg,B,,1.6\n", encoding="utf-8")
    out, hospitals = tmp_path / "groups.csv", tmp_path / "hospitals.csv"
    words = ["weights", "stats", grouped, "--weights", weights, "-o", out, "--hospitals-out", hospitals]
    done = run(*words)
    assert done.exit_code == 0
    for text in ("97.11%", "87.50%", "0.9714", "0.1179"):
        assert text in done.output
    assert [(row["drg"], row["mean_yuan"], row["cv"]) for row in rows_of(out)] == [
        ("A", "6.0000", "0.1179"),
        ("B", "20.0000", "0.0816"),
    ]
    found = rows_of(hospitals)
    assert [(row["hospital_code"], row["cases"], row["cmi"]) for row in found] == [
        ("X", "4", "1.0500"),
        ("Y", "3", "0.8667"),
    ]
    assert sum(float(row["cost_index"]) * int(row["cases"]) for row in found) == pytest.approx(7, abs=0.001)


def test_a_place_may_exclude_cases_from_the_rate(grouped: Path) -> None:
    """Stays and costs outside the rate are the place's choice, and are counted on the screen."""
    done = run(
        "weights", "stats", grouped, "--exclude-cost-under", "5", "--exclude-days-over", "8", "--sample"
    )
    assert done.exit_code == 0
    assert "100.00%" in done.output
    assert "0.1361" in done.output


def test_a_scheme_is_judged_by_real_cases(shared: Path, tmp_path: Path) -> None:
    """3,505 real discharges under the starter scheme: grouped here, counted here; without costs, no RIV."""
    done = run("scheme", "stats", "chspay_starter", shared / "data" / "chile_2023_neurosurgery.csv")
    assert done.exit_code == 0
    assert "3,505" in done.output
    assert "无法计算" in done.output


def test_an_unknown_form_of_table_is_refused(grouped: Path, tmp_path: Path) -> None:
    """A wrong ending is told before anything is written."""
    done = run("weights", "stats", grouped, "-o", tmp_path / "groups.pdf")
    assert isinstance(done.exception, Fault)
    assert done.exception.reason.code == "FILE_KIND"
