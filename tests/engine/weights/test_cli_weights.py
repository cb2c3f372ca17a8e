"""``chspay weights``: a table and its worksheets, written whole, read back, and refused when touched."""

from __future__ import annotations

import csv
import json
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from sparcs import sparcs_file

from chspay_cli.main import main

PLACE, DAY = "990100", "2026-01-01"
HEADER = (
    "case_id,hospital_code,drg,total_cost,discharge_date,department,los_days,"
    "fee_drug,fee_consumable,fee_test,fee_service\n"
)


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
    """The command line, wide enough that nothing wraps."""
    monkeypatch.setenv("COLUMNS", "200")
    return Command(monkeypatch, capsys)


def year_file(folder: Path, year: int, extra: str = "") -> Path:
    """A year of cases: two groups and one bed-day stay."""
    rows = [
        f"{year}-{i},{'AB'[i % 2]},G{i % 4 // 3 + 1},{900 + i}.50,{year}-0{i % 9 + 1}-15,,5,300,200,100,50"
        for i in range(40)
    ]
    rows.append(f"{year}-day,A,,4200.00,{year}-03-01,A15,10,100,100,100,100")
    path = folder / f"y{year}.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n" + extra, encoding="utf-8")
    return path


def measure_words(files: list[Path], out: Path, *more: object) -> list[object]:
    """The words of ``chspay weights measure``."""
    return ["weights", "measure", *files, "--policy", PLACE, "--on", DAY, "-o", out, *more]


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a CSV table by code."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def test_years_become_a_table_and_worksheets(chspay: Command, tmp_path: Path) -> None:
    """Several files are one measuring; the table adds up and every row has its worksheet."""
    out = tmp_path / "weights.csv"
    files = [year_file(tmp_path, year) for year in (2023, 2024, 2025)]
    code, said, _ = chspay(*measure_words(files, out, "--method", "points.year_method=pooled@1"))
    assert code == 0
    assert "测算：供论证使用" in said
    assert "试用 points.year_method = pooled@1，不是政策的规定" in said
    rows = rows_of(out)
    assert list(rows) == ["G1", "G2", "psychiatry"]
    assert [row["cases"] for row in rows.values()] == ["90", "30", "3"]
    parts = [name for name in rows["G1"] if name.endswith("_weight") and name != "measured_weight"]
    for row in rows.values():
        assert sum(Decimal(row[name]) for name in parts) == Decimal(row["weight"])
    run = json.loads((tmp_path / "weights.csv.json").read_text(encoding="utf-8"))
    assert (run["nature"], run["evidence"], run["tried"]) == (
        "测算",
        "demo",
        {"points.year_method": "pooled@1"},
    )
    assert [source["cases"] for source in run["input"]] == [41, 41, 41]
    assert str(tmp_path) not in json.dumps(run)
    code, said, _ = chspay("weights", "show", out, "G1")
    assert code == 0
    assert "2023年的权重：1" in said
    assert "依据 《本次试算另行指定》［演示］" in said
    assert "床日平均费用：420.0000 元" in chspay("weights", "show", out, "psychiatry")[1]
    assert "病组：2" in chspay("weights", "show", out)[1]


def test_the_same_cases_write_the_same_bytes(chspay: Command, tmp_path: Path) -> None:
    """No clock and no chance: whoever measures again gets the same file."""
    files = [year_file(tmp_path, 2025)]
    out = tmp_path / "weights.csv"
    chspay(*measure_words(files, out))
    first = out.read_bytes(), out.with_name("weights.csv.json").read_bytes()
    assert chspay(*measure_words(files, out))[0] == 0
    assert (out.read_bytes(), out.with_name("weights.csv.json").read_bytes()) == first


def test_every_form_of_table_holds_the_same(chspay: Command, tmp_path: Path) -> None:
    """A bureau opens Excel, a program Parquet: the figures are the same."""
    files = [year_file(tmp_path, 2025)]
    for name in ("w.csv", "w.parquet", "w.xlsx"):
        assert chspay(*measure_words(files, tmp_path / name))[0] == 0
    wanted = [row["weight"] for row in rows_of(tmp_path / "w.csv").values()]
    table = pq.read_table(tmp_path / "w.parquet")
    assert [format(value, "f") for value in table["weight"].to_pylist()] == wanted
    book = list(load_workbook(tmp_path / "w.xlsx").active.values)
    place = book[0].index("weight")
    assert [row[place] for row in book[1:]] == wanted


def test_a_touched_table_is_not_explained(chspay: Command, tmp_path: Path) -> None:
    """A worksheet beside another table would explain figures that are not there."""
    out = tmp_path / "weights.csv"
    chspay(*measure_words([year_file(tmp_path, 2025)], out))
    out.write_text(out.read_text(encoding="utf-8").replace("G1", "G9"), encoding="utf-8")
    code, _, said = chspay("weights", "show", out, "G1")
    assert (code, "重新测算" in said) == (1, True)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--method", "points.trim"], "WEIGHTS_METHOD_FORM"),
        (["--method", "points.trimm=none@1"], "WEIGHTS_METHOD_UNUSED"),
        (["--method", "points.trim=clever@1"], "METHOD_UNKNOWN"),
        (["--method", "points.year_weights=1:2:7"], "POLICY_TYPE"),
        (["--method", "weights.no_coefficient=listed@1"], "POLICY_MISSING"),
        (["--method", "weights.level_method=level_mean@1"], "WEIGHTS_LEVEL_MISSING"),
    ],
)
def test_a_wrong_choice_is_refused(chspay: Command, tmp_path: Path, more: list[str], reason: str) -> None:
    """A slip of the pen stops with its reason and leaves no file."""
    out = tmp_path / "weights.csv"
    code, _, said = chspay(*measure_words([year_file(tmp_path, 2025)], out, *more))
    assert (code, reason in said) == (2, True)
    assert not out.exists()


def test_bad_files_are_refused(chspay: Command, tmp_path: Path) -> None:
    """A case counted twice, a cost that is none, other columns, a table without worksheets."""
    good = year_file(tmp_path, 2025)
    out = tmp_path / "weights.csv"
    assert "CASE_TWICE" in chspay(*measure_words([good, good], out))[2]
    bad = year_file(tmp_path, 2024, "x,A,G1,12a,2024-01-01,,1,0,0,0,0\n")
    code, _, said = chspay(*measure_words([bad], out))
    assert (code, "COST_UNREADABLE" in said, "第42行" in said) == (2, True, True)
    other = tmp_path / "other.csv"
    other.write_text("drg,total_cost\nG1,5\n", encoding="utf-8")
    assert "COLUMNS_DIFFER" in chspay(*measure_words([good, other], out))[2]
    empty = tmp_path / "empty.csv"
    empty.write_text(HEADER, encoding="utf-8")
    assert "WEIGHTS_NO_CASES" in chspay(*measure_words([empty], out))[2]
    assert "FILE_MISSING" in chspay("weights", "show", good)[2]
    good.with_name(good.name + ".json").write_text("{}", encoding="utf-8")
    assert "NOT_WEIGHTS" in chspay("weights", "show", good)[2]
    assert not out.exists()


def test_binary_costs_are_read_as_written(chspay: Command, tmp_path: Path) -> None:
    """A Parquet file of doubles is read by its shortest text; half a fen is refused, never rounded away."""
    path = tmp_path / "doubles.parquet"
    out = tmp_path / "weights.csv"
    pq.write_table(pa.table({"drg": ["G"] * 6, "total_cost": [0.1, 0.2, 0.3, 1000.1, 1e6, 0.7]}), path)
    assert chspay(*measure_words([path], out, "--method", "points.trim=none@1"))[0] == 0
    assert rows_of(out)["G"]["typical_yuan"] == "0.5000"
    pq.write_table(pa.table({"drg": ["G"], "total_cost": [0.125]}), path)
    assert "COST_UNREADABLE" in chspay(*measure_words([path], out))[2]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("drg", pa.array([["G"]])),
        ("drg", pa.array([b"\xff"])),
        ("total_cost", pa.array([True])),
        ("discharge_date", pa.array([20250101])),
        ("department", pa.array([{"a": 1}])),
    ],
)
def test_columns_of_a_hopeless_type_are_named(
    chspay: Command, tmp_path: Path, name: str, column: pa.Array
) -> None:
    """A file of another shape is refused by column and type, never by a trace of the program."""
    columns = {"drg": pa.array(["G"]), "total_cost": pa.array(["1.00"]), name: column}
    path = tmp_path / "cases.parquet"
    pq.write_table(pa.table(columns), path)
    code, _, said = chspay(*measure_words([path], tmp_path / "weights.csv"))
    assert (code, "COLUMN_TYPE" in said, f"“{name}”" in said) == (2, True, True)


def test_levels_come_from_the_hospital_table(chspay: Command, tmp_path: Path) -> None:
    """A level weight stands in a row of its own below its group."""
    rows = [f"{i},{'AB'[i % 2]},G1,{(800, 1200)[i % 2]}.00,2025-01-01,,5,1,1,1,1" for i in range(100)]
    cases = tmp_path / "cases.csv"
    cases.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    levels = tmp_path / "hospitals.csv"
    levels.write_text("hospital_code,level\nA,2\nB,3\n", encoding="utf-8")
    out = tmp_path / "weights.csv"
    words = measure_words(
        [cases], out, "--method", "weights.level_method=level_mean@1", "--hospitals", levels
    )
    assert chspay(*words)[0] == 0
    with out.open(encoding="utf-8", newline="") as file:
        found = [(row["level"], row["weight"]) for row in csv.DictReader(file)]
    assert found == [("", "1.000000"), ("2", "0.800000"), ("3", "1.200000")]


def test_real_discharges_are_measured(chspay: Command, shared: Path, tmp_path: Path) -> None:
    """36,631 real discharges under every way of trimming: each group has a weight and a worksheet."""
    files = [sparcs_file(shared)]
    weights = {}
    for method in ("none@1", "multiples@1", "interquartile@1", "percentiles@1"):
        out = tmp_path / "weights.csv"
        assert chspay(*measure_words(files, out, "--method", f"points.trim={method}"))[0] == 0
        rows = rows_of(out)
        assert len(rows) == 120
        assert sum(int(row["cases"]) for row in rows.values()) == 36_631
        assert all(Decimal(row["weight"]) > 0 for row in rows.values())
        weights[method] = rows["3011"]["weight"]
    assert len(set(weights.values())) == 4
    code, said, _ = chspay("weights", "show", tmp_path / "weights.csv", "3011")
    assert (code, "裁剪方法：percentiles@1" in said) == (0, True)
