"""``chspay clear`` and ``chspay explain``: exact files, clear refusals, nothing half-written."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from settlement_rules import policy_of

from chspay_cli.main import main
from chspay_cli.trial_run import NOT_FOUND, Wanted, run_trial

EQUAL, LEVELLED, DAY = "990200", "990100", "2026-03-31"
HEADER = "case_id,hospital_code,drg,total_cost,patient_paid,department,los_days,status\n"


class Command:
    """The command in this process, with what it said and how it ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: object) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["chspay", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = self._capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def chspay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setenv("COLUMNS", "200")
    return Command(monkeypatch, capsys)


def lines(extra: str = "") -> str:
    """Two hospitals, a stable group, an outlier each way, a bed-day stay and an ungrouped case."""
    rows = [
        f"c{i},{'A' if i % 3 else 'B'},G1,{900 + 11 * i}.5{i % 10},{100 + i}.00,,5,grouped" for i in range(20)
    ]
    rows += [
        "low,A,G1,120.00,10,,1,grouped",
        "high,B,G1,9000,50,,30,grouped",
        "day,A,,5000,300,A15,31,ungrouped",
        "none,B,,700.01,7,,2,ungrouped",
        "rare,B,G2,2000,9,,2,grouped",
        "bad,B,,,,,,invalid",
    ]
    return HEADER + "\n".join(rows) + "\n" + extra


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text(lines(), encoding="utf-8")
    return path


def clear_words(
    path: Path, out: Path, *more: object, place: str = EQUAL, fund: str = "12345.67"
) -> list[object]:
    return ["clear", path, "--fund", fund, "--policy", place, "--on", DAY, "--out", out, *more]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_files_sum_to_the_fund(chspay: Command, cases: Path, tmp_path: Path) -> None:
    """What the files say must add up: cases to hospitals, hospitals to the fund."""
    out = tmp_path / "trial"
    code, said, _ = chspay(*clear_words(cases, out))
    assert code == 0
    assert "试算" in said
    assert "各医院基金合计 12345.67 元 = 可分配基金 12345.67 元" in said
    assert sorted(path.name for path in out.iterdir()) == [
        "cases.csv",
        "groups.csv",
        "run.json",
        "statements.csv",
    ]
    statements = rows_of(out / "statements.csv")
    assert list(statements[0]) == ["hospital_code", "cases", "points", "fund_fen", "patient_fen", "total_fen"]
    assert sum(int(row["fund_fen"]) for row in statements) == 1_234_567
    found = rows_of(out / "cases.csv")
    assert [row["case_id"] for row in found][:3] == ["c0", "c1", "c2"]
    for row in statements:
        own = [case for case in found if case["hospital_code"] == row["hospital_code"] and case["fund_fen"]]
        assert sum(int(case["fund_fen"]) for case in own) == int(row["fund_fen"])
        assert sum(Decimal(case["points"]) for case in own) == Decimal(row["points"])
        assert int(row["fund_fen"]) + int(row["patient_fen"]) == int(row["total_fen"])
    kinds = {row["case_id"]: row["kind"] for row in found}
    assert [kinds[name] for name in ("c1", "low", "high", "day", "none", "rare", "bad")] == [
        "normal",
        "low",
        "high",
        "per_diem",
        "ungrouped",
        "unstable",
        "excluded",
    ]
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["nature"] == "试算"
    assert (run["evidence"], run["excluded"]) == ("demo", {"INVALID_CASE": 1})
    assert run["totals"]["fund_fen"] == run["fund_fen"] == 1_234_567
    assert str(tmp_path) not in (out / "run.json").read_text(encoding="utf-8")


def test_the_same_input_writes_the_same_bytes(chspay: Command, cases: Path, tmp_path: Path) -> None:
    """No clock and no chance: a trial repeated is a trial confirmed; --force replaces it."""
    out = tmp_path / "trial"
    chspay(*clear_words(cases, out))
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    code, _, said = chspay(*clear_words(cases, out))
    assert (code, "OUT_NOT_EMPTY" in said) == (2, True)
    assert chspay(*clear_words(cases, out, "--force"))[0] == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first


@pytest.mark.parametrize("case_id", ["c1", "low", "high", "day", "none", "rare", "bad"])
def test_every_kind_explains_itself(chspay: Command, cases: Path, tmp_path: Path, case_id: str) -> None:
    """The worksheet is worked out again from the files and must come to the stored amount."""
    out = tmp_path / "trial"
    chspay(*clear_words(cases, out, "--hospitals", _levels(tmp_path), place=LEVELLED))
    code, said, _ = chspay("explain", out, case_id)
    assert code == 0
    stored = next(row for row in rows_of(out / "cases.csv") if row["case_id"] == case_id)
    if case_id == "bad":
        assert "INVALID_CASE" in said
        return
    assert "与试算结果一致" in said
    assert "《演示市按病组点数法付费实施细则》" in said
    code, as_json, _ = chspay("explain", out, case_id, "--json")
    sheet = json.loads(as_json)
    shown = {line["key"]: line["value"] for line in sheet["lines"]}
    assert Decimal(shown["fund"]) * 100 == int(stored["fund_fen"])
    assert shown["points"] == stored["points"]


def _levels(tmp_path: Path) -> Path:
    path = tmp_path / "hospitals.csv"
    path.write_text("hospital_code,level,name\nA,3,甲\nB,2,乙\n", encoding="utf-8-sig")
    return path


def test_a_tampered_trial_is_noticed(chspay: Command, cases: Path, tmp_path: Path) -> None:
    """An amount changed by hand no longer follows from what went in."""
    out = tmp_path / "trial"
    chspay(*clear_words(cases, out))
    path = out / "cases.csv"
    text = path.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("c1,"))
    cells = row.split(",")
    cells[-2] = str(int(cells[-2]) + 1)
    path.write_text(text.replace(row, ",".join(cells)), encoding="utf-8")
    code, _, said = chspay("explain", out, "c1")
    assert (code, "TRIAL_MISMATCH" in said) == (1, True)
    (out / "run.json").write_text("{", encoding="utf-8")
    assert "NOT_A_TRIAL" in chspay("explain", out, "c1")[2]


def test_without_the_patients_part_only_the_fund_is_split(chspay: Command, tmp_path: Path) -> None:
    """A file without patient_paid is cleared on the fund alone, and everybody is told."""
    path = tmp_path / "few.csv"
    body = "".join(f"c{i},A,G1,{100 + i}\n" for i in range(8))
    path.write_text("case_id,hospital_code,drg,total_cost\n" + body, encoding="utf-8")
    out = tmp_path / "trial"
    code, said, _ = chspay(*clear_words(path, out, "--hospitals", _levels(tmp_path), place=LEVELLED))
    assert (code, "点值改按基金口径计算" in said) == (0, True)
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["point_value"]["form"] == "fund_only@1"
    assert any("patient_paid" in note for note in run["input"]["notes"])
    assert "与试算结果一致" in chspay("explain", out, "c1")[1]


def test_parquet_and_csv_clear_alike(chspay: Command, cases: Path, tmp_path: Path) -> None:
    """Typed columns and text columns carry the same facts, so the same files come out."""
    table = {name: [row[name] for row in rows_of(cases)] for name in HEADER.strip().split(",")}
    money = {
        name: pa.array([Decimal(cell) if cell else None for cell in table[name]], pa.decimal128(18, 2))
        for name in ("total_cost", "patient_paid")
    }
    days = pa.array([int(cell) if cell else None for cell in table["los_days"]], pa.int32())
    path = tmp_path / "cases.parquet"
    pq.write_table(pa.table({**table, **money, "los_days": days}), path)
    chspay(*clear_words(cases, tmp_path / "a"))
    assert chspay(*clear_words(path, tmp_path / "b"))[0] == 0
    for name in ("groups.csv", "cases.csv", "statements.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


BAD_FILES = [
    ("case_id,hospital_code,total_cost\n1,A,5\n", "COLUMN_MISSING", "drg"),
    (HEADER, "FILE_EMPTY", ""),
    (lines("x,A,G1,-1,,,,grouped\n"), "ROW_COST_NEGATIVE", "第27行"),
    (lines("x,A,G1,12.345,,,,grouped\n"), "ROW_VALUE_BAD", "第27行"),
    (lines("x,A,G1,1e5,,,,grouped\n"), "ROW_VALUE_BAD", "第27行"),
    (lines("x,A,G1,,,,,grouped\n"), "ROW_FIELD_MISSING", "total_cost"),
    (lines(",A,G1,5,,,,grouped\n"), "ROW_FIELD_MISSING", "case_id"),
    (lines("x,,G1,5,,,,grouped\n"), "ROW_FIELD_MISSING", "hospital_code"),
    (lines("c1,A,G1,5,1,,,grouped\n"), "CASE_TWICE", "c1"),
    (lines("x,A,G1,5,1,,,maybe\n"), "ROW_STATUS_UNKNOWN", "maybe"),
    (lines("x,A,,5,1,,,grouped\n"), "ROW_DRG_MISSING", "第27行"),
    (lines("x,A,,5,1,A15,120 +,grouped\n").replace(",,5,1,A15", ",G1,5,1,A15"), "STAY_MISSING", "x"),
    ("case_id,hospital_code,drg,total_cost\n1,A,,5\n", "NOTHING_TO_MEASURE", ""),
]


@pytest.mark.parametrize(("text", "code", "words"), BAD_FILES, ids=[f"{c}-{w}" for _, c, w in BAD_FILES])
def test_a_bad_file_is_one_clear_refusal(
    chspay: Command, tmp_path: Path, text: str, code: str, words: str
) -> None:
    """One Chinese sentence with a stable reason, exit 2, and nothing written."""
    path = tmp_path / "cases.csv"
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "trial"
    ended, _, said = chspay(*clear_words(path, out))
    assert ended == 2
    assert f"错误 {code}：" in said
    assert words in said
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["cases.csv"]


def test_bad_words_are_refused(chspay: Command, cases: Path, tmp_path: Path) -> None:
    """A fund that is no amount, an unknown place, a place that cannot settle, a missing file or level."""
    out = tmp_path / "trial"
    wanted = [
        (clear_words(cases, out, fund="1,000"), "NOT_A_NUMBER"),
        (clear_words(cases, out, fund="-1"), "FUND_NEGATIVE"),
        (clear_words(cases, out, fund="0.001"), "NOT_WHOLE_FEN"),
        (clear_words(cases, out, place="990300"), "PLACE"),
        (clear_words(cases, out, place="330100"), "POLICY_MISSING"),
        (clear_words(tmp_path / "absent.csv", out), "FILE_MISSING"),
        (clear_words(cases, out, "--hospitals", tmp_path / "absent.csv"), "FILE_MISSING"),
        (clear_words(cases, out, place=LEVELLED), "LEVELS_NEEDED"),
        (clear_words(cases, cases), "OUT_NOT_DIR"),
        (["explain", tmp_path, "c1"], "NOT_A_TRIAL"),
    ]
    for words, reason in wanted:
        code, _, said = chspay(*words)
        assert (code, reason in said) == (2, True), (words, said)
    assert not out.exists()


def test_a_case_in_two_hospitals_needs_the_hospital(chspay: Command, tmp_path: Path) -> None:
    """Case ids are each hospital's own; which one is meant has to be said."""
    path = tmp_path / "two.csv"
    body = "".join(f"c{i},{who},G1,{100 + i}\n" for i in range(4) for who in "AB")
    path.write_text("case_id,hospital_code,drg,total_cost\n" + body, encoding="utf-8")
    out = tmp_path / "trial"
    assert chspay(*clear_words(path, out))[0] == 0
    assert "CASE_IN_SEVERAL" in chspay("explain", out, "c1")[2]
    assert chspay("explain", out, "c1", "--hospital", "B")[0] == 0
    assert "CASE_NOT_IN_TRIAL" in chspay("explain", out, "zz")[2]


def test_real_discharges_clear_on_the_command_line(chspay: Command, shared: Path, tmp_path: Path) -> None:
    """36,631 real discharges of 169 hospitals: the statements sum to the stated fund, any case explains."""
    out = tmp_path / "trial"
    path = shared / "data" / "sparcs_2020_musculoskeletal.csv.gz"
    assert chspay(*clear_words(path, out, fund="500000000"))[0] == 0
    statements = rows_of(out / "statements.csv")
    assert (len(statements), sum(int(row["fund_fen"]) for row in statements)) == (169, 50_000_000_000)
    assert sum(int(row["fund_fen"]) for row in rows_of(out / "cases.csv")) == 50_000_000_000
    assert "与试算结果一致" in chspay("explain", out, "7")[1]


def test_a_trial_says_which_rules_it_did_not_follow(tmp_path: Path) -> None:
    """What a month run finds among stays and hospitals must not be passed over silently."""
    cases = tmp_path / "out.csv"
    cases.write_text(lines(), "utf-8")
    ruled = {"readmission.method": "same_group_earlier_factor@1", "by_item.method": "top_share@1"}
    quiet = Wanted(cases, {}, 1_000_000, policy_of())
    _, told = run_trial(quiet, lambda _name, _done: None)
    _, more = run_trial(replace(quiet, policy=policy_of(ruled)), lambda _name, _done: None)
    assert [note for note in more if note not in told] == list(NOT_FOUND.values())
