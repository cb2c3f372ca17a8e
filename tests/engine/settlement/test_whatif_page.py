"""The page on what-if states what comes out: winners and losers on real money, held to its figures."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from test_cli_compare import FUND, real_money, table_rows

from chspay_cli.trial_input import read_levels
from chspay_cli.whatif_input import Asked, Given, read_period, read_scenario
from chspay_cli.whatif_output import summary_cells
from chspay_core.amounts import fen_to_yuan
from chspay_core.bundle import Bundle
from chspay_core.period import parse_day
from chspay_policy import ROOT
from chspay_settlement.engine.whatif.bench import Bench
from chspay_settlement.engine.whatif.outcome import By, Outcome, compared, summary
from chspay_settlement.engine.whatif.period import bands_of
from chspay_settlement.engine.whatif.scenario import BASE
from chspay_settlement.engine.whatif.sweep import Axis, Grid

#: The scenarios of the page, in its order.
PLANS = ("high-as-normal", "by-level", "like-dip", "knee-and-hip", "fixed-rate")
AGES = {"0 to 17": 0, "18 to 29": 18, "30 to 49": 30, "50 to 69": 50, "70 or Older": 70}
BANDS = ("0-17", "18-29", "30-49", "50-69", "70-")
LOW = ("0.2", "0.3", "0.4", "0.5", "0.6")


def with_ages(shared: Path, cases: Path) -> dict[str, str]:
    """Writes the lowest age of its band beside every case; answers the borough or county of hospitals."""
    with gzip.open(shared / "data" / "sparcs_2020_musculoskeletal.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with cases.open(encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))
    ages = ["age_years", *(str(AGES[row["age_band"]]) for row in rows)]
    with cases.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*line, age] for line, age in zip(written, ages, strict=True))
    return {row["hospital_code"]: row["region_code"] for row in rows}


def five_and_five(base: Outcome, outcome: Outcome, by: By, most: int = 5) -> list[list[str]]:
    """The largest losses and gains; where there are few rows, all of them."""
    rows = compared(base, outcome, by)
    shown = rows if len(rows) <= 2 * most else [*rows[:most], *rows[-most:]]
    return [
        [row.key, str(row.base.cases), fen_to_yuan(row.base.fund_fen), fen_to_yuan(row.change_fen),
         row.change_ratio] for row in shown
    ]  # fmt: skip


@pytest.fixture(scope="module")
def bench(shared, tmp_path_factory) -> Bench:
    """The discharges on the bench, with ages, and places in the stead of communities."""
    cases, hospitals = real_money(shared, tmp_path_factory.mktemp("page"))
    places = with_ages(shared, cases)
    law = Bundle.load(ROOT, "990200").on(parse_day("2026-03-31", "on"))
    given = Given(read_levels(hospitals), places, FUND, law)
    period, _ = read_period(cases, given, Asked(True, (), ()), map, lambda *_: None)
    return Bench(period, bands=bands_of(BANDS))


def tables(bench: Bench, root: Path) -> dict[str, list[list[str]]]:
    """Every table of the page by the first words of its head."""
    base = bench.clear()
    outcomes = {
        name: bench.clear(read_scenario(root / "docs" / "what-if" / f"{name}.yaml")) for name in PLANS
    }
    for outcome in outcomes.values():
        assert set(outcome.facets) == set(By)
        for by in By:
            changes = sum(row.change_fen for row in compared(base, outcome, by))
            assert changes == base.residual_fen - outcome.residual_fen
    assert bench.clear(BASE).recomputed == ()
    found = {
        "方案 | 点值（元/点）": [summary_cells(summary(base, one)) for one in (base, *outcomes.values())]
    }
    high, knee = outcomes["high-as-normal"], outcomes["knee-and-hip"]
    found["医疗机构 | 病例"] = five_and_five(base, high, By.HOSPITAL)
    found["病组 | 病例"] = five_and_five(base, knee, By.GROUP)
    found["年龄段 | 病例"] = five_and_five(base, knee, By.BAND)
    grid = Grid((Axis("rules:outlier.low_multiple", LOW),), True)
    found["界限 | 点值（元/点）"] = []
    for number, values in enumerate(grid.points()):
        scenario = grid.scenario(number, values, bench.period.policy, {})
        own = summary(base, bench.clear(scenario, detail=False))
        cells = [fen_to_yuan(own.moved_fen), str(own.losers), fen_to_yuan(own.largest_loss_fen), own.gini]
        found["界限 | 点值（元/点）"].append([*values, *own.point_values, *cells])
    return found


def test_the_page_says_what_comes_out(bench, root):
    """A page of figures that nobody computes again is an opinion."""
    page = (root / "docs" / "what-if.md").read_text(encoding="utf-8")
    for head, rows in tables(bench, root).items():
        assert table_rows(page, head)[1:] == rows, head
