"""Each case is grouped by the scheme its place had on the day of discharge."""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

import pytest
from books import SOUND, xlsx_bytes

import chspay_policy
from chspay_cli import bypolicy
from chspay_cli import main as command
from chspay_cli.schemefile import find_scheme

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
    monkeypatch.setattr(bypolicy, "ROOT", root)
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


PLACES = """case_id,sex,age_years,diagnoses,discharge_date,region_code,insured_region
1,1,50,I63.900|J96.000,2026-01-05,990101,330100
2,1,50,I63.900|J96.000,2026-07-05,990102,990101
3,1,50,I63.900|J96.000,2026-07-05,330100,990101
4,1,50,I63.900|J96.000,2026-07-05,,990101
5,1,50,I63.900|J96.000,2026-07-05,888888,990101
6,1,50,I63.900|J96.000,1999-07-05,990101,990101
7,3,50,I63.900|J96.000,2026-07-05,990101,990101
8,1,50,I63.900|J96.000,2026-07-05,bad,990101
"""


def test_cases_of_several_places_are_grouped_each_by_its_own_policy(run, city, capsys):
    """A province's file holds many cities and years; each case says its scheme and digest."""
    assert run("import", city / "book.xlsx", "--manifest", city / "m.json", "--out", city / "S")[0] == 0
    (city / "places.csv").write_text(PLACES)

    def grouped(whose: str) -> list[dict[str, str]]:
        words = [
            "group",
            city / "places.csv",
            "--policy",
            whose,
            "--scheme",
            city / "S",
            "-o",
            city / "out.csv",
        ]
        sys.argv = ["chspay", *map(str, words)]
        with pytest.raises(SystemExit) as ended:
            command.main()
        assert not ended.value.code, capsys.readouterr().err
        with (city / "out.csv").open() as file:
            return list(csv.DictReader(file))

    rows = grouped("treatment")
    assert [row["case_id"] for row in rows] == list("12345678")
    assert [row["scheme"] for row in rows] == ["chspay_starter", "city", "", "", "", "", "city", ""]
    assert [row["reason"] for row in rows] == [
        "", "", "SCHEME_NOT_RULED", "PLACE_MISSING", "POLICY_PLACE_UNKNOWN", "SCHEME_NOT_RULED", "SEX_BAD",
        "POLICY_PLACE_UNKNOWN",
    ]  # fmt: skip
    assert {row["status"] for row in rows if row["reason"]} == {"invalid"}
    digests = {row["scheme"]: row["scheme_digest"] for row in rows}
    assert digests["chspay_starter"] == find_scheme("chspay_starter")[0].digest
    assert digests["city"] == find_scheme(str(city / "S"))[0].digest
    assert digests[""] == ""
    insured = grouped("insured")
    assert [row["scheme"] for row in insured] == ["", *["city"] * 4, "", "city", "city"]
    alone = grouped("990100")
    assert [row["scheme"] for row in alone[:4]] == ["chspay_starter", "city", "city", "city"]


def test_what_goes_with_policy_and_what_does_not(run, city, capsys):
    """One scheme or policy, never neither; an option that would be ignored is refused."""
    base = ["group", str(city / "cases.csv"), "-o", str(city / "o.csv")]
    for words, reason in (
        ([], "SCHEME_UNCHOSEN"),
        (["--scheme", "a", "--scheme", "b"], "SCHEME_UNCHOSEN"),
        (["--policy", "990100", "--engine", "kernel"], "OPTION_UNUSED"),
        (["--policy", "treatment"], "COLUMN_MISSING"),
        (["--policy", "999999"], "POLICY_PLACE_UNKNOWN"),
    ):
        sys.argv = ["chspay", *base, *words]
        with pytest.raises(SystemExit) as ended:
            command.main()
        assert (ended.value.code, reason in capsys.readouterr().err) == (2, True), words
    explained = ["chspay", "group", str(city / "cases.csv"), "--policy", "990100", "--explain"]
    sys.argv = [*explained, "1"]
    with pytest.raises(SystemExit):
        command.main()
    assert "方案：chspay_starter（SM3 " in capsys.readouterr().out
    sys.argv = [*explained, "3"]
    with pytest.raises(SystemExit):
        command.main()
    assert "CASE_WITHOUT_SCHEME" in capsys.readouterr().err


def test_a_place_without_a_scheme_is_refused(run, city):
    """Nobody is grouped by rules no document chose."""
    code, _, err = run("group", city / "cases.csv", "--policy", "000000", "-o", city / "out.csv")
    assert (code, "POLICY_MISSING" in err) == (2, True), err
    assert not (city / "out.csv").exists()
