"""An offline trial can be sealed, carried away and done again, every file byte for byte."""

from __future__ import annotations

import json
import shutil

import pytest
import typer
from typer.testing import CliRunner

from chspay_cli import cli_clear, cli_replay
from chspay_core.errors import Fault


def command(function, *words: str):
    """A command with its exit code and what it said."""
    app = typer.Typer()
    app.command()(function)
    return CliRunner().invoke(app, list(map(str, words)))


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """A trial of a small file with levels and per-diem cases."""
    folder = tmp_path_factory.mktemp("trial")
    rows = ["case_id,hospital_code,drg,status,department,los_days,total_cost,patient_paid"]
    for number in range(90):
        drg = ("BR25", "ES31", "")[(number % 13 == 0 and 2) or number % 2]
        status = "grouped" if drg else "ungrouped"
        cost = f"{9000 + number * 137}.{number % 100:02d}"
        rows.append(
            f"病例{number},H{number % 4},{drg},{status},A03,{1 + number % 9},{cost},{2000 + number}.10"
        )
    (folder / "cases.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    levels = "hospital_code,level\n" + "".join(f"H{number},{1 + number % 3}\n" for number in range(4))
    (folder / "hospitals.csv").write_text(levels)
    words = ["--fund", "700000", "--policy", "990100", "--on", "2026-03-31"]
    done = command(
        cli_clear.clear, folder / "cases.csv", *words, "--hospitals", folder / "hospitals.csv", "--out",
        folder / "out",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return folder / "out"


def test_a_trial_is_sealed_and_done_again(trial, tmp_path):
    """Whoever gets the file needs neither the cases nor the policy folder of the sender."""
    done = command(cli_replay.replay, trial, "--save", tmp_path / "t.chsreplay")
    assert done.exit_code == 0, done.output
    assert "离线试算" in done.output
    assert "90例，比对4项结果" in done.output
    again = command(cli_replay.replay, tmp_path / "t.chsreplay")
    assert again.exit_code == 0, again.output


def test_a_changed_figure_of_a_trial_is_named(trial, tmp_path):
    """A fund that was raised afterwards is told as what it makes of a hospital."""
    other = tmp_path / "other"
    shutil.copytree(trial, other)
    table = (other / "statements.csv").read_text()
    (other / "statements.csv").write_text(table.replace("H1,", "H1,1", 1))
    done = command(cli_replay.replay, other)
    assert done.exit_code == 1
    assert "试算文件（trial/statements.csv）" in done.output
    facts = json.loads((other / "run.json").read_text())
    facts["format"] = "other"
    (other / "run.json").write_text(json.dumps(facts))
    refused = command(cli_replay.replay, other)
    assert isinstance(refused.exception, Fault)
    assert refused.exception.reason.code == "NOT_A_TRIAL"
