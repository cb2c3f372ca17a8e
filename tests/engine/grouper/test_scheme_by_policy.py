"""Each case is grouped by the scheme its place had on the day of discharge."""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

import pytest
from books import SOUND, xlsx_bytes

import chspay_policy
from chspay_cli import cli_scheme_group
from chspay_cli import main as command

CASES = """case_id,sex,age_years,diagnoses,discharge_date
1,1,50,I63.900|J96.000,2026-01-05
2,1,50,I63.900|J96.000,2026-07-05
3,1,50,I63.900|J96.000,
4,1,50,I63.900|J96.000,2026-13-05
5,1,50,I63.900|J96.000,2026-01-06
"""


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs ``chspay scheme ...`` and answers exit code, stdout and stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["chspay", "scheme", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            command.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def city(tmp_path, monkeypatch) -> Path:
    """A policy tree in which the demonstration city changes its scheme in the middle of 2026."""
    root = tmp_path / "policy"
    shutil.copytree(chspay_policy.ROOT, root)
    rules = next(file for file in root.glob("990*/*.yaml") if "grouping.scheme:" in file.read_text())
    text = rules.read_text()
    place = text.index("grouping.scheme:")
    rule = next(line for line in text[place:].splitlines() if "value: chspay_starter" in line)
    later = rule[: rule.index("since:")] + "since: 2026-07-01, value: city, cite: " + rule.split("cite: ")[1]
    rules.write_text(text.replace(rule, f"{rule}\n{later}", 1))
    monkeypatch.setattr(cli_scheme_group, "ROOT", root)
    (tmp_path / "cases.csv").write_text(CASES)
    (tmp_path / "book.xlsx").write_bytes(xlsx_bytes(SOUND))
    (tmp_path / "m.json").write_text('{"id": "city"}')
    return tmp_path


def test_the_day_of_discharge_chooses_the_scheme(run, city):
    """A stay that ends after the change is paid by the new rules, one before it by the old ones."""
    done = run("import", city / "book.xlsx", "--manifest", city / "m.json", "--out", city / "S")
    assert done[0] == 0, done
    words = ["group", city / "cases.csv", "--policy", "990100", "-o", city / "out.csv"]
    code, _, err = run(*words)
    assert (code, "SCHEME_NOT_GIVEN" in err) == (2, True), err
    code, _, err = run(*words, "--scheme", city / "S")
    assert code == 0, err
    with (city / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["case_id"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row["scheme"] for row in rows] == ["chspay_starter", "city", "", "", "chspay_starter"]
    assert rows[1]["drg"] == "BR21"
    assert rows[0]["status"] == rows[4]["status"] == "grouped"
    assert [(row["status"], row["reason"]) for row in rows[2:4]] == [("invalid", "NOT_A_DAY")] * 2


def test_a_place_without_a_scheme_is_refused(run, city):
    """Nobody is grouped by rules no document chose."""
    code, _, err = run("group", city / "cases.csv", "--policy", "000000", "-o", city / "out.csv")
    assert (code, "POLICY_MISSING" in err) == (2, True), err
    assert not (city / "out.csv").exists()
