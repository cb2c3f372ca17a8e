"""``chspay compare``: what another way to pay would move, on small cases and on real money."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest

from chspay_cli.cli_compare import Plan, by_level, compare, moved, read_what_if, summary
from chspay_cli.trial_input import read_levels
from chspay_cli.trial_run import Wanted, run_trial
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.period import parse_day
from chspay_policy import ROOT

FUND = 88_000_000_000
#: The plans of the page, in its order.
PLANS = ("high-as-normal", "total-cost", "by-level", "like-dip", "unstable-base", "fixed-rate")


def what_if(folder: Path, rules: str, name: str = "试一试") -> Path:
    """A file of a plan."""
    path = folder / "plan.yaml"
    path.write_text(f"what_if: {name}\nrules:\n{rules}\n", encoding="utf-8")
    return path


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Forty cases of two hospitals, one of them dear."""
    rows = [
        f"c{n},{'AB'[n % 2]},G{n % 3},{(900 + 17 * n) * (9 if n == 7 else 1)}.00,{n}.00" for n in range(40)
    ]
    path = tmp_path / "cases.csv"
    path.write_text("case_id,hospital_code,drg,total_cost,patient_paid\n" + "\n".join(rows) + "\n")
    return path


def test_a_plan_is_set_against_the_law(cases, tmp_path, capsys):
    """A bureau wants to see who gains before it changes a rule; nothing of it is posted."""
    plan, out = what_if(tmp_path, "  settle.high: as_normal@1"), tmp_path / "compare.csv"
    compare(cases, "12345.67", "990200", "2026-03-31", [plan], out=out)
    said = capsys.readouterr().out
    assert "试算" in said
    assert "试一试" in said
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["hospital_code"] for row in rows] == ["A", "B"]
    for name in ("现行规定", "试一试"):
        assert sum(int(row[name]) for row in rows) == 1_234_567
    assert rows[0]["现行规定"] != rows[0]["试一试"]


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ("  settle.ungroupd: cost_over_mean@1", "WHAT_IF_UNUSED"),
        ("  settle.high: generous@1", "METHOD_UNKNOWN"),
        ("  outlier.high_tiers: 3", "POLICY_TYPE"),
        ("  outlier.low_multiple: [1, 2]", "POLICY_TYPE"),
        ("  points.scale: lots", "POLICY_TYPE"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(cases, tmp_path, rules, reason):
    """A misspelt key would show that a change moves nothing."""
    with pytest.raises(Fault) as caught:
        compare(cases, "12345.67", "990200", "2026-03-31", [what_if(tmp_path, rules)])
    assert caught.value.reason.code in {reason, "NOT_A_NUMBER"}


def test_a_file_of_another_shape_is_refused(tmp_path):
    """Only a name and its rules make a plan."""
    path = tmp_path / "plan.yaml"
    path.write_text("rules: {settle.high: as_normal@1}\n", encoding="utf-8")
    with pytest.raises(Fault, match="what_if"):
        read_what_if(path)
    with pytest.raises(Fault) as caught:
        read_what_if(tmp_path / "nowhere.yaml")
    assert caught.value.reason.code == "FILE_MISSING"


def real_money(shared: Path, folder: Path) -> tuple[Path, Path]:
    """The discharges as a case file, and a level for each hospital by its number of discharges.

    Who pays for himself bears all of his cost, everybody else nothing: the data say no more.
    """
    with gzip.open(shared / "data" / "sparcs_2020_musculoskeletal.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 36_631
    cases, hospitals = folder / "cases.csv", folder / "hospitals.csv"
    with cases.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case_id", "hospital_code", "drg", "los_days", "total_cost", "patient_paid"])
        for row in rows:
            own = row["total_cost"] if row["payer"] == "Self-Pay" else "0"
            writer.writerow(
                [row["case_id"], row["hospital_code"], row["drg"], row["los_days"], row["total_cost"], own]
            )
    sizes = Counter(row["hospital_code"] for row in rows)
    lines = [f"{code},{3 if n >= 400 else 2 if n >= 100 else 1}" for code, n in sorted(sizes.items())]
    hospitals.write_text("hospital_code,level\n" + "\n".join(lines) + "\n")
    return cases, hospitals


def table_rows(page: str, heading: str) -> list[list[str]]:
    """The rows of the table of a page that begins with this heading."""
    lines = page[page.index(f"| {heading} |") :].splitlines()
    rows = lines[: next(n for n, line in enumerate([*lines, ""]) if not line)]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if "---" not in row]


def test_real_money_comes_to_the_fund_under_every_plan(root, shared, tmp_path):
    """36,631 discharges with real money: seven ways to pay, each to the fen, as the page says."""
    cases, hospitals = real_money(shared, tmp_path)
    levels = read_levels(hospitals)
    law = Bundle.load(ROOT, "990200").on(parse_day("2026-03-31", "on"))
    plans: list[Plan] = []
    for name in ("", *PLANS):
        title, values = read_what_if(root / "docs" / "what-if" / f"{name}.yaml") if name else ("现行规定", {})
        rules = law.tried(values) if values else law
        done, _ = run_trial(Wanted(cases, levels, FUND, rules), lambda *_: None)
        by_hospital: Counter[str] = Counter()
        for batch in done.batches():
            by_hospital.update(
                dict(_sums(batch.column("hospital_code").to_pylist(), batch.column("fund_fen").to_pylist()))
            )
        division = done.division
        assert by_hospital == {h.hospital_code: h.fund_fen for h in division.hospitals}
        assert sum(by_hospital.values()) + division.residual_fen == FUND
        assert bool(division.residual_fen) == (name == "fixed-rate")
        plans.append(Plan(title, division, done.cases))
    assert moved(plans[0], plans[0]) == 0
    page = (root / "docs" / "methods-compared.md").read_text(encoding="utf-8")
    assert table_rows(page, "办法 | 3级") == by_level(plans, levels)
    shown = table_rows(page, "办法 | 点值（元/点）")[1:]
    assert shown == [summary(plans[0], plan, FUND) for plan in plans]


def _sums(codes: list[str], funds: list[int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for code, fund in zip(codes, funds, strict=True):
        found[code] += fund
    return found
