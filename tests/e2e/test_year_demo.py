"""``chspay year demo``: wrong options are refused at once; a year that was killed goes on to the same end."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from chspay_cli.cli_year import app
from chspay_cli.demo.year.state import STATE_FILE, progress_of
from chspay_cli.synth.year import YearSize
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_policy import ROOT

CHSPAY = Path(sys.executable).with_name("chspay")
SIZE = YearSize(persons=1500, cases=360, hospitals=14, seed=7, year=2027)
WORDS = ("year", "demo", "--persons", "1500", "--cases", "360", "--hospitals", "14", "--seed", "7")


def refused(*words: str) -> str:
    """The reason the command ends with before anything is started."""
    with pytest.raises(Fault) as caught:
        CliRunner().invoke(app, ["demo", *words], catch_exceptions=False)
    return caught.value.reason.code


def test_wrong_options_are_refused_before_anything_starts(tmp_path: Path) -> None:
    """A year that cannot be made shall not first take a minute to say so."""
    home = ("--home", str(tmp_path / "h"))
    assert refused("--persons", "10", *home) == "YEAR_DEMO_SIZE_WRONG"
    assert refused("--persons", "1000", "--cases", "900", *home) == "YEAR_DEMO_PERSONS_FEW"
    assert refused("--year", "1900", *home) == "YEAR_DEMO_SIZE_WRONG"
    assert not (tmp_path / "h").exists()
    told = CliRunner().invoke(app, ["demo", "--cases", "many"])
    assert told.exit_code == 2


def test_another_year_in_the_same_home_is_not_mixed_up(tmp_path: Path) -> None:
    """Steps of one seed are never taken for those of another; the refusal says how to go on."""
    first = progress_of(tmp_path, SIZE)
    first.keep("budget", {"version": 1})
    assert progress_of(tmp_path, SIZE).of("budget") == {"version": 1}
    with pytest.raises(Fault) as caught:
        progress_of(tmp_path, YearSize(1500, 360, 14, 8, 2027))
    assert caught.value.reason.code == "YEAR_DEMO_OTHER_SIZE"
    assert "--seed 7" in caught.value.message
    (tmp_path / STATE_FILE).write_text('{"format": 1, "size": {}}')
    with pytest.raises(Fault) as caught:
        progress_of(tmp_path, SIZE)
    assert caught.value.reason.code == "YEAR_DEMO_STATE_BROKEN"


def test_the_amendment_of_the_year_still_corrects_what_the_city_rules() -> None:
    """Whoever edits the demonstration city sees here, not minutes later, that the year no longer begins."""
    text = files("chspay_cli.demo.year").joinpath("amendment.yaml").read_text(encoding="utf-8")
    amendment = yaml.load(text.format(id="year-demo-2027", pool="990100", year=2027), yaml.CBaseLoader)
    held = {(rule["key"], rule["since"], rule["cite"]) for rule in city_rules()}
    labels = {rule["key"]: (rule["label"], rule["unit"]) for rule in city_rules()}
    for key, told in amendment["rules"].items():
        assert labels[key] == (told["label"], told["unit"])
        for rule in told["rules"]:
            assert (key, rule["corrects"]["since"], rule["corrects"]["cite"]) in held
            assert rule["since"] == rule["corrects"]["since"]


def city_rules() -> list[dict[str, str]]:
    """The rules of the demonstration city as they are shipped."""
    rules: list[dict[str, str]] = json.loads(Bundle.load(ROOT, "990100").content)["rules"]
    return rules


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command as a user gives it, to its end."""
    return subprocess.run(
        [CHSPAY, *WORDS, "--home", home, "--json", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_a_killed_year_goes_on_and_comes_to_the_same_figures(tmp_path: Path) -> None:
    """Nothing is lost or done twice, whenever the power goes; equal seeds give equal statements."""
    broken = tmp_path / "broken"
    with (tmp_path / "log").open("w") as log:
        first = subprocess.Popen([CHSPAY, *WORDS, "--home", broken, "--json"], stdout=log, stderr=log)
        began = time.monotonic()
        while not (state := broken / STATE_FILE).exists() or '"month-05"' not in state.read_text():
            assert first.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() - began < 300
            time.sleep(0.05)
        first.kill()
        first.wait()
    went_on = run(broken)
    assert went_on.returncode == 0, went_on.stderr
    assert "先前已完成" in went_on.stderr
    straight = run(tmp_path / "straight", "--csv", str(tmp_path / "tables"))
    assert straight.returncode == 0, straight.stderr
    one, other = json.loads(went_on.stdout), json.loads(straight.stdout)
    assert one["holds"]
    assert all(check["holds"] for check in one["checks"])
    assert one == other
    with (tmp_path / "tables" / "pools.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["code"] for row in rows] == [pool["code"] for pool in other["pools"]]
    with (tmp_path / "tables" / "months.csv").open(encoding="utf-8-sig") as file:
        assert [bool(row["forecast"]) for row in csv.DictReader(file)] == [2 < n < 12 for n in range(1, 13)]
    assert {method["code"] for method in other["methods"]} >= {"drg", "per_diem", "by_item", "capitation"}
    again = run(broken)
    assert again.returncode == 0
    assert json.loads(again.stdout) == one
