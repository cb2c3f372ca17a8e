"""The life of a scheme as a bureau leads it: seal, verify, trial, publish, retire; and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from books import SOUND, xlsx_bytes

from chspay_cli import main as command

CASES = "case_id,sex,age_years,diagnoses\n1,1,50,I63.900|J96.000\n2,2,50,Z99.900\n"


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
def bureau(tmp_path, run) -> Path:
    """A folder with two keys, an imported scheme S, a later version T and some cases."""
    (tmp_path / "book.xlsx").write_bytes(xlsx_bytes(SOUND))
    (tmp_path / "cases.csv").write_text(CASES)
    for folder, version in (("S", "1"), ("T", "2")):
        (tmp_path / f"{folder}.json").write_text(json.dumps({"id": "city", "version": version}))
        done = run("import", tmp_path / "book.xlsx", "--manifest", tmp_path / f"{folder}.json",
                   "--out", tmp_path / folder)  # fmt: skip
        assert done[0] == 0, done
    for name in ("k", "expert"):
        assert run("key", tmp_path / name)[0] == 0
    return tmp_path


def founded(
    run, bureau: Path, scheme: str = "S", verdict: str = "--approve", by: str = "expert"
) -> list[object]:
    """A simulated run and an evaluation of it, as options of ``publish``."""
    simulated, evaluated = bureau / f"{scheme}-run.json", bureau / f"{scheme}-eval.json"
    assert run("simulate", bureau / scheme, bureau / "cases.csv", "-o", simulated)[0] == 0
    done = run("evaluate", bureau / scheme, "--run", simulated, "--key", bureau / by, "--by", "评估组",
               "--on", "2026-01-10", "-o", evaluated, verdict)  # fmt: skip
    assert done[0] == 0, done
    return ["--run", simulated, "--evaluation", evaluated]


def signed(bureau: Path, scheme: str = "S") -> list[object]:
    return [bureau / scheme, "--key", bureau / "k"]


def test_a_whole_life_is_led_and_verified_in_one_command(run, bureau):
    """What hospitals are paid by must be provably what was sealed, tried, evaluated and published."""
    assert run("seal", *signed(bureau), "--since", "2026-01-01")[0] == 0
    assert run("trial", *signed(bureau), "--since", "2026-01-05")[0] == 0
    done = run("publish", *signed(bureau), "--since", "2026-02-01", *founded(run, bureau))
    assert done[0] == 0, done
    life = json.loads((bureau / "S/life.json").read_text())
    keys = [json.loads(life[name][0]["content"])["signer"] for name in ("records", "evaluations")]
    (bureau / "trust.txt").write_text(f"# 医保局\n{keys[0]} 医保局\n{keys[1]} 评估组\n")
    code, out, err = run("verify", bureau / "S", "--trust", bureau / "trust.txt")
    assert (code, err) == (0, "")
    assert "状态：已发布" in out
    assert run("seal", *signed(bureau, "T"), "--previous", bureau / "S", "--since", "2026-06-01")[0] == 0
    assert run("verify", bureau / "T", "--previous", bureau / "S")[0] == 0
    assert run("retire", *signed(bureau), "--since", "2026-12-31")[0] == 0
    assert "已停用" in run("verify", bureau / "S")[1]
    assert "状态 已停用" in run("show", bureau / "S")[1]


def test_publication_needs_a_run_and_an_approving_evaluation_of_it(run, bureau):
    """Nobody is paid by rules that were never tried on cases."""
    assert run("seal", *signed(bureau), "--since", "2026-01-01")[0] == 0
    since = ["--since", "2026-02-01"]
    rejected = run("publish", *signed(bureau), *since, *founded(run, bureau, verdict="--reject"))
    other = founded(run, bureau, "T")
    elsewhere = run("publish", *signed(bureau), *since, *other)
    mixed = founded(run, bureau)
    mixed[1] = other[1]
    before = run("publish", *signed(bureau), "--since", "2026-01-05", *founded(run, bureau))
    for code, _, err in (rejected, elsewhere, run("publish", *signed(bureau), *since, *mixed), before):
        assert (code, "PUBLICATION_UNFOUNDED" in err) == (2, True), err
    assert "草案" in run("verify", bureau / "S")[1]


def test_who_evaluates_does_not_publish(run, bureau):
    """One person with one key must not be able to try, approve and publish a price list alone."""
    assert run("seal", *signed(bureau), "--since", "2026-01-01")[0] == 0
    own = founded(run, bureau, by="k")
    code, _, err = run("publish", *signed(bureau), "--since", "2026-02-01", *own)
    assert (code, "DUTIES_NOT_SEPARATE" in err) == (2, True), err
    assert "草案" in run("verify", bureau / "S")[1]


def test_a_predecessor_is_an_earlier_version_of_the_same_thing(run, bureau):
    """A chain that jumps from one city's scheme to another's proves nothing about either."""
    (bureau / "other.json").write_text(json.dumps({"id": "another_city"}))
    done = run("import", bureau / "book.xlsx", "--manifest", bureau / "other.json", "--out", bureau / "U")
    assert done[0] == 0
    for previous in ("U", "S"):
        code, _, err = run("seal", *signed(bureau), "--previous", bureau / previous, "--since", "2026-01-01")
        assert (code, "PREDECESSOR_FOREIGN" in err) == (2, True), err
    assert not (bureau / "S/life.json").exists()


def test_steps_come_in_order_and_never_backdated(run, bureau):
    """A retired scheme does not come back, and yesterday's payments are not re-ruled today."""
    assert "STEP_REFUSED" in run("trial", *signed(bureau), "--since", "2026-01-01")[2]
    assert run("seal", *signed(bureau), "--since", "2026-01-02")[0] == 0
    assert "STEP_REFUSED" in run("seal", *signed(bureau), "--since", "2026-01-03")[2]
    assert "STEP_BACKDATED" in run("trial", *signed(bureau), "--since", "2026-01-01")[2]
    assert run("retire", *signed(bureau), "--since", "2026-01-02")[0] == 0
    assert "STEP_REFUSED" in run("trial", *signed(bureau), "--since", "2026-02-01")[2]


def test_a_sealed_scheme_is_not_overwritten_and_every_change_is_seen(run, bureau):
    """Replay years later rests on these bytes: any change of content, order or signature must show."""
    assert run("seal", *signed(bureau), "--since", "2026-01-01")[0] == 0
    assert run("trial", *signed(bureau), "--since", "2026-01-02")[0] == 0
    again = run("import", bureau / "book.xlsx", "--manifest", bureau / "T.json", "--out", bureau / "S")
    assert (again[0], "ARTEFACT_SEALED" in again[2]) == (2, True)
    life, scheme = bureau / "S/life.json", bureau / "S/scheme.json"
    sound, data = life.read_text(), json.loads(life.read_text())

    def spoiled(records: list[dict[str, str]]) -> str:
        return json.dumps({**data, "records": records})

    first, second = data["records"]
    changed = {**second, "content": second["content"].replace("2026-01-02", "2026-01-03")}
    spaced = {**second, "content": second["content"].replace(",", ", ", 1)}
    for text in (
        spoiled([first, changed]),
        spoiled([first, spaced]),
        spoiled([second]),
        spoiled([second, first]),
        spoiled([first, first]),
        spoiled([{**first, "signature": second["signature"]}]),
        spoiled([{"content": first["content"]}]),
        "{",
    ):
        life.write_text(text)
        code, _, err = run("verify", bureau / "S")
        assert (code, "不通过" in err) == (1, True), text
    life.write_text(sound)
    assert run("verify", bureau / "S")[0] == 0
    scheme.write_bytes(scheme.read_bytes().replace("脑缺血".encode(), "脑出血".encode()))
    assert run("verify", bureau / "S")[0] == 1


def test_a_key_nobody_trusts_and_a_wrong_predecessor_are_told(run, bureau):
    """Anybody can make a key; the list of the bureau says whose signature counts."""
    assert run("seal", *signed(bureau), "--since", "2026-01-01")[0] == 0
    (bureau / "trust.txt").write_text(run("key", bureau / "other")[1])
    code, _, err = run("verify", bureau / "S", "--trust", bureau / "trust.txt")
    assert (code, "KEY_NOT_TRUSTED" in err) == (1, True)
    code, _, err = run("verify", bureau / "S", "--previous", bureau / "T")
    assert (code, "PREDECESSOR_OTHER" in err) == (1, True)
    (bureau / "trust.txt").write_text("not a key\n")
    assert run("verify", bureau / "S", "--trust", bureau / "trust.txt")[0] == 2


def test_keys_come_from_files_that_only_their_owner_reads(run, bureau):
    """A private key on a command line is in the shell history of everybody."""
    assert (bureau / "k").stat().st_mode & 0o077 == 0
    assert "KEY_FILE_EXISTS" in run("key", bureau / "k")[2]
    assert "KEY_FILE_MISSING" in run("seal", bureau / "S", "--key", bureau / "nowhere")[2]
    (bureau / "bad").write_text("00")
    assert "SM2_KEY_BAD" in run("seal", bureau / "S", "--key", bureau / "bad")[2]
    assert "NOT_IMPORTED" in run("seal", bureau, "--key", bureau / "k")[2]


def test_a_simulated_run_is_one_statement_however_it_is_read(run, bureau):
    """The digest an evaluation refers to must not depend on who grouped or in what pieces."""
    founded(run, bureau)
    first = (bureau / "S-run.json").read_bytes()
    founded(run, bureau)
    assert (bureau / "S-run.json").read_bytes() == first
    told = json.loads(first)
    assert (told["cases"], told["groups"]) == (2, {"BR21": 1})
    assert told["statuses"] == {"grouped": 1, "ambiguous": 0, "ungrouped": 1, "invalid": 0}
