"""DIP catalogues and weight tables lead the same life as schemes: the same verbs, records and refusals."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dip_world import built, rows_of

from chspay_cli import main as command
from chspay_cli.dipfile import save_built
from chspay_cli.weightfile import find_table

#: What a kind is made from, and the command it belongs to.
KINDS = ("dip", "weights")
CASES = (
    "case_id,sex,age_years,hospital_code,diagnoses,drg,total_cost,discharge_date,department,los_days\n"
    "1,1,50,H1,K35.900,GE1,9000.00,2025-03-01,外科,5\n"
    "2,2,40,H1,K35.900,GE1,11000.00,2025-03-02,外科,6\n"
    "3,2,40,H1,J18.900,ES2,4000.00,2025-03-03,内科,6\n"
    "4,2,40,H1,Z99.900,,4000.00,2025-03-04,内科,6\n"
)
NEXT_VERSION = CASES.replace("11000.00", "12000.00")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch, capsys) -> Run:
    """Runs ``chspay ...`` and answers exit code, stdout and stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["chspay", *map(str, words)])
        code = 0
        try:
            command.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def office(tmp_path: Path, run: Run) -> Path:
    """Two versions A and B of a catalogue and of a weight table, cases, and two keys."""
    for name, text in (("A", CASES), ("B", NEXT_VERSION)):
        cases = tmp_path / f"{name}.csv"
        cases.write_text(text)
        done = run(
            *("weights", "measure", cases, "--policy", "990100", "--on", "2026-01-01"),
            *("-o", tmp_path / f"{name}.out.csv", "--table", tmp_path / f"weights-{name}"),
        )
        assert done[0] == 0, done
        n = 20 if name == "A" else 22
        rows = rows_of({"diagnoses": "K35.900", "total_cost": "100", "n": n})
        save_built(tmp_path / f"dip-{name}", built(rows), {})
    for key in ("bureau.key", "expert.key"):
        assert run("weights", "key", tmp_path / key)[0] == 0
    return tmp_path


def founded(run: Run, office: Path, kind: str, by: str = "expert.key") -> list[object]:
    """A simulated run and an approving evaluation, as options of ``publish``."""
    folder, simulated, verdict = office / f"{kind}-A", office / "run.json", office / "eval.json"
    assert run(kind, "simulate", folder, office / "A.csv", "-o", simulated)[0] == 0
    done = run(
        *(kind, "evaluate", folder, "--run", simulated, "--key", office / by, "--by", "评估组"),
        *("--on", "2026-01-10", "-o", verdict, "--approve"),
    )
    assert done[0] == 0, done
    return ["--run", simulated, "--evaluation", verdict]


@pytest.mark.parametrize("kind", KINDS)
def test_a_catalogue_and_a_weight_table_are_led_to_publication(run, office, kind):
    """Prices hang on weights and catalogues as much as on groups: they need the same proof."""
    folder, signed = office / f"{kind}-A", ["--key", office / "bureau.key"]
    assert run(kind, "seal", folder, *signed, "--since", "2026-01-01")[0] == 0
    assert run(kind, "trial", folder, *signed, "--since", "2026-01-05")[0] == 0
    alone = run(
        kind, "publish", folder, *signed, "--since", "2026-02-01", *founded(run, office, kind, "bureau.key")
    )
    assert (alone[0], "DUTIES_NOT_SEPARATE" in alone[2]) == (2, True)
    done = run(kind, "publish", folder, *signed, "--since", "2026-02-01", *founded(run, office, kind))
    assert done[0] == 0, done
    assert "状态 已发布" in run(kind, "show", folder)[1]
    assert "状态：已发布" in run(kind, "verify", folder)[1]
    newer = office / f"{kind}-B"
    assert run(kind, "seal", newer, *signed, "--previous", folder, "--since", "2026-06-01")[0] == 0
    assert run(kind, "verify", newer, "--previous", folder)[0] == 0
    assert run(kind, "retire", folder, *signed, "--since", "2026-12-31")[0] == 0
    again = run(kind, "seal", folder, *signed, "--since", "2027-01-01")
    assert (again[0], "STEP_REFUSED" in again[2]) == (2, True)


@pytest.mark.parametrize("kind", KINDS)
def test_any_change_of_what_is_sealed_is_seen(run, office, kind):
    """A changed figure, a record of another kind, a foreign predecessor: one command finds each."""
    folder, signed = office / f"{kind}-A", ["--key", office / "bureau.key", "--since", "2026-01-01"]
    other = next(name for name in KINDS if name != kind)
    assert run(other, "seal", office / f"{other}-A", *signed)[0] == 0
    (folder / "life.json").write_bytes((office / f"{other}-A" / "life.json").read_bytes())
    assert run(kind, "verify", folder)[0] == 1
    (folder / "life.json").unlink()
    assert run(kind, "seal", folder, *signed)[0] == 0
    content = folder / ("catalogue.json" if kind == "dip" else "weight_table.json")
    sound = content.read_bytes()
    content.write_bytes(sound.replace(b'"place":"990100"', b'"place":"990200"'))
    code, _, err = run(kind, "verify", folder)
    assert (code, "不通过" in err) == (1, True)
    content.write_bytes(sound)
    assert run(kind, "verify", folder)[0] == 0


def test_a_sealed_table_or_catalogue_is_not_overwritten(run, office):
    """Whoever measures again must choose a new folder: the old version is part of the chain."""
    words = ("--policy", "990100", "--on", "2026-01-01")
    signed = ("--key", office / "bureau.key", "--since", "2026-01-01")
    for kind in KINDS:
        assert run(kind, "seal", office / f"{kind}-A", *signed)[0] == 0
    measured = run(
        "weights",
        "measure",
        office / "A.csv",
        *words,
        "-o",
        office / "w.csv",
        "--table",
        office / "weights-A",
    )
    rebuilt = run("dip", "build", office / "A.csv", *words, "--out", office / "dip-A")
    for code, _, err in (measured, rebuilt):
        assert (code, "ARTEFACT_SEALED" in err) == (2, True), err
    tried = run(
        *("weights", "measure", office / "A.csv", *words, "-o", office / "w.csv"),
        *("--table", office / "T", "--method", "points.trim=none@1"),
    )
    assert (tried[0], "WEIGHTS_TRIED_UNSEALABLE" in tried[2]) == (2, True)


def test_a_simulated_run_of_weights_counts_what_has_a_weight(run, office):
    """An evaluator must see how many cases the table leaves without a price."""
    (office / "more.csv").write_text(CASES + "5,1,50,H1,I63.900,BR2,9000.00,2025-03-01,内科,5\n")
    told = office / "run.json"
    assert run("weights", "simulate", office / "weights-A", office / "more.csv", "-o", told)[0] == 0
    data = json.loads(told.read_text())
    assert data["statuses"] == {"weighted": 3, "no_weight": 1, "not_grouped": 1}
    assert data["groups"] == {"GE1": 2, "ES2": 1, "BR2": 1}
    table = find_table(office / "weights-A")
    assert data["weight_table"] == table.digest
    assert table.table_id == "weights-990100"
    shown = run("weights", "show", office / "weights-A", "GE1")[1]
    assert "基准点数" in shown
    assert "WEIGHT_UNKNOWN" in run("weights", "show", office / "weights-A", "XX1")[2]
