"""``chspay clear --weights``: cleared by the published weight table, case by case and over columns alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli_clear import EQUAL, Command, clear_words, lines, rows_of
from test_cli_value import city

from chspay_cli import trial_run
from chspay_cli.casefile import read_cases, write_rows
from chspay_cli.trial_input import COLUMNS
from chspay_core.tables import CASE_SCHEMA
from chspay_policy import ROOT

NAME = "weights-990200@2026"


@pytest.fixture
def chspay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, wide enough that nothing wraps."""
    monkeypatch.setenv("COLUMNS", "200")
    return Command(monkeypatch, capsys)


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text(lines(), encoding="utf-8")
    return path


@pytest.fixture
def table(chspay: Command, cases: Path, tmp_path: Path) -> Path:
    """Weights measured from other cases than those to be cleared."""
    folder = tmp_path / "W"
    past = tmp_path / "past.csv"
    past.write_text(lines().replace(",G1,9", ",G1,19"), encoding="utf-8")
    dated = past.read_text(encoding="utf-8").splitlines()
    rows = [f"{dated[0]},discharge_date", *(f"{row},2025-03-01" for row in dated[1:])]
    past.write_text("\n".join(rows) + "\n", encoding="utf-8")
    words = ["--policy", EQUAL, "--on", "2026-01-01", "-o", tmp_path / "w.csv", "--table", folder]
    code, _, said = chspay("weights", "measure", past, *words)
    assert code == 0, said
    return folder


@pytest.fixture
def root(table: Path, tmp_path: Path) -> Path:
    """Policies under which the city prices by that table."""
    rules = {"points.source": "weight_table@1", "grouping.weight_table": NAME}
    found = city(tmp_path, rules)
    digest = json.loads((table / "measure.json").read_text(encoding="utf-8"))["digest"]
    with (found / "schemes.csv").open("a", encoding="utf-8") as file:
        file.write(f"{NAME},{digest}\n")
    return found


def test_a_trial_by_weights_is_written_explained_and_the_same_over_columns(
    chspay: Command,
    cases: Path,
    table: Path,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A city that publishes its weights must be able to try its year with them, on any size of file."""
    words = ["--policy-root", root, "--weights", table]
    one = tmp_path / "one"
    code, said, why = chspay(*clear_words(cases, one, *words))
    assert code == 0, why
    assert "各医院基金合计 12345.67 元 = 可分配基金 12345.67 元" in said
    digest = json.loads((table / "measure.json").read_text(encoding="utf-8"))["digest"]
    assert json.loads((one / "run.json").read_text(encoding="utf-8"))["weight_table"] == digest
    assert (one / "weight_table.json").read_bytes() == (table / "weight_table.json").read_bytes()
    for case in rows_of(one / "cases.csv"):
        code, said, why = chspay("explain", one, case["case_id"], "--json")
        assert code == 0, why
        if case["kind"] not in {"excluded", "ungrouped", "per_diem"}:
            sheet = {line["key"]: line for line in json.loads(said)["lines"]}
            assert sheet["weight_table"]["value"] == digest
    measured = tmp_path / "measured"
    assert chspay(*clear_words(cases, measured))[0] == 0
    assert (measured / "cases.csv").read_bytes() != (one / "cases.csv").read_bytes()
    parquet, many = tmp_path / "cases.parquet", tmp_path / "many"
    write_rows(parquet, CASE_SCHEMA, read_cases(cases, COLUMNS))
    monkeypatch.setattr(trial_run, "LARGE", 1)
    code, _, why = chspay(*clear_words(parquet, many, *words))
    assert code == 0, why
    for name in ("cases.csv", "groups.csv", "statements.csv", "weight_table.json"):
        assert (many / name).read_bytes() == (one / name).read_bytes(), name


def test_the_weights_policy_names_are_needed_and_no_others(
    chspay: Command,
    cases: Path,
    table: Path,
    root: Path,
    tmp_path: Path,
) -> None:
    """A trial by its own cases, or by another table, would show what the city will never pay."""
    out = tmp_path / "trial"
    code, _, said = chspay(*clear_words(cases, out, "--policy-root", root))
    assert (code, "WEIGHTS_NEEDED" in said) == (2, True)
    code, _, said = chspay(*clear_words(cases, out, "--policy-root", ROOT, "--weights", table))
    assert (code, "POLICY_MISSING" in said) == (2, True)
    text = (root / "schemes.csv").read_text(encoding="utf-8")
    lines_of = text.splitlines()
    lines_of[-1] = f"{NAME},{'a' * 64}"
    (root / "schemes.csv").write_text("\n".join(lines_of) + "\n", encoding="utf-8")
    code, _, said = chspay(*clear_words(cases, out, "--policy-root", root, "--weights", table))
    assert (code, "ARTEFACT_UNLIKE_POLICY" in said) == (2, True)
    assert not out.exists()
