"""A large Parquet file is cleared over columns: the same files as row by row, the same refusals."""

from __future__ import annotations

import importlib.util
import random
import shutil
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chspay_cli import trial_run
from chspay_cli.cli_clear import Engine, clear
from chspay_cli.trial_cases import _points_spelt
from chspay_cli.trial_output import FILES
from chspay_core.amounts import from_micro, plain
from chspay_core.errors import Fault

MONEY = pa.decimal128(18, 2)
SPARK = {"engine": Engine.SPARK, "spark_master": "local[2]"}
on_spark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="needs the extra chspay[spark] and Java 17",
)


def rows_of(number: int) -> list[dict]:
    """Grouped cases of six hospitals, with everything a file may leave open."""
    chance = random.Random(number)
    found = []
    for place in range(number):
        status = chance.choice(["grouped"] * 8 + ["ungrouped", "ambiguous", "invalid"])
        cost = Decimal(chance.randrange(100, 5_000_000)) / 100
        found.append(
            {
                "case_id": f" {place:05} " if place % 50 == 0 else f"{place:05}",
                "hospital_code": f"H{chance.randrange(6)}" + (" " if chance.random() < 0.05 else ""),
                "drg": f"G{chance.randrange(9)}" if status == "grouped" else "",
                "status": status,
                "department": chance.choice(["", None, "A01", "A15"]),
                "los_days": chance.choice(["3", "12", "4 "]),
                "total_cost": None if status == "invalid" and chance.random() < 0.5 else cost,
                "patient_paid": cost / 4 // Decimal("0.01") * Decimal("0.01"),
            }
        )
    return found


def written(path: Path, rows: list[dict], **types: pa.DataType) -> Path:
    """The rows as a Parquet file of several row groups."""
    kinds = {"total_cost": MONEY, "patient_paid": MONEY, **types}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in rows[0]])
    pq.write_table(pa.Table.from_pylist(rows, schema), path, row_group_size=170)
    return path


def trial(path: Path, out: Path, hospitals: Path, **where) -> Fault | None:
    """``chspay clear`` of a file; answers why it was refused."""
    try:
        clear(path, "3000000", "990100", "2026-03-31", out, hospitals, jobs=3, **where)
    except Fault as fault:
        return fault
    return None


@pytest.fixture
def levels(tmp_path):
    """A level for every hospital."""
    path = tmp_path / "hospitals.csv"
    path.write_text("hospital_code,level\n" + "".join(f"H{code},{1 + code % 3}\n" for code in range(6)))
    return path


def both(path: Path, tmp_path: Path, levels: Path, monkeypatch) -> tuple[Fault | None, Fault | None]:
    """The file cleared row by row, then over columns."""
    single = trial(path, tmp_path / "single", levels)
    monkeypatch.setattr(trial_run, "LARGE", 1)
    return single, trial(path, tmp_path / "columns", levels)


@pytest.mark.parametrize(
    "types",
    [
        {},
        {"los_days": pa.int32()},
        {"hospital_code": pa.dictionary(pa.int32(), pa.string()), "total_cost": pa.string()},
    ],
)
def test_the_same_files_either_way(tmp_path, levels, monkeypatch, types):
    """Which way a file went must not show in a single byte of what is written."""
    rows = rows_of(1000)
    for row in rows:
        if pa.types.is_integer(types.get("los_days", pa.string())):
            row["los_days"] = int(row["los_days"])
        if "total_cost" in types and row["total_cost"] is not None:
            row["total_cost"] = str(row["total_cost"])
    single, columns = both(written(tmp_path / "cases.parquet", rows, **types), tmp_path, levels, monkeypatch)
    assert (single, columns) == (None, None)
    for name in FILES:
        assert (tmp_path / "single" / name).read_bytes() == (tmp_path / "columns" / name).read_bytes(), name


@pytest.mark.parametrize("leave_out", [("status",), ("department", "patient_paid", "los_days")])
def test_columns_that_are_not_there(tmp_path, levels, monkeypatch, leave_out):
    """A file without optional columns is read the same way as well."""
    rows = [
        {key: value for key, value in row.items() if key not in leave_out}
        for row in rows_of(600)
        if row["status"] == "grouped"
    ]
    single, columns = both(written(tmp_path / "cases.parquet", rows), tmp_path, levels, monkeypatch)
    assert (single, columns) == (None, None)
    for name in FILES:
        assert (tmp_path / "single" / name).read_bytes() == (tmp_path / "columns" / name).read_bytes(), name


SPOILS = {
    "CASE_TWICE": lambda rows: rows[700].update(case_id="00123", hospital_code=rows[123]["hospital_code"]),
    "ROW_FIELD_MISSING": lambda rows: rows[700].update(hospital_code=" "),
    "ROW_COST_NEGATIVE": lambda rows: rows[700].update(patient_paid=Decimal("-0.01")),
    "ROW_STATUS_UNKNOWN": lambda rows: rows[700].update(status="fine"),
    "ROW_DRG_MISSING": lambda rows: rows[700].update(status="grouped", drg=""),
    "LEVELS_NEEDED": lambda rows: rows[700].update(hospital_code="H9", status="grouped", drg="G1"),
}


@pytest.mark.parametrize("reason", SPOILS)
def test_a_bad_row_is_refused_in_the_same_words(tmp_path, levels, monkeypatch, reason):
    """Among millions of rows a person needs the number of the one that is wrong."""
    rows = rows_of(1000)
    SPOILS[reason](rows)
    single, columns = both(written(tmp_path / "cases.parquet", rows), tmp_path, levels, monkeypatch)
    assert str(single) == str(columns)
    assert columns.reason.code == reason
    assert not (tmp_path / "columns").exists()


def test_a_cluster_needs_parquet_and_a_master_a_cluster(tmp_path, levels):
    """Options that cannot be followed are refused before any work is done."""
    path = tmp_path / "cases.csv"
    refused = trial(path, tmp_path / "out", levels, engine=Engine.SPARK)
    assert refused.reason.code == "SPARK_NEEDS_PARQUET"
    refused = trial(path, tmp_path / "out", levels, spark_master="local[2]")
    assert refused.reason.code == "SPARK_MASTER_UNUSED"


@pytest.mark.skipif(importlib.util.find_spec("pyspark") is not None, reason="chspay[spark] is there")
def test_a_cluster_that_is_not_installed_is_named(tmp_path, levels):
    """The optional extra is named, not a stack trace."""
    path = written(tmp_path / "cases.parquet", rows_of(10))
    refused = trial(path, tmp_path / "out", levels, **SPARK)
    assert refused.reason.code == "SPARK_MISSING"


@on_spark
@pytest.mark.parametrize("place", ["990100", "990200"])
def test_a_cluster_writes_the_same_files(tmp_path, levels, place):
    """Where cases were read and priced must not show in a single byte, nor in the rules that are named."""
    path = written(tmp_path / "cases.parquet", rows_of(3000))
    for name, where in {"local": {}, "spark": SPARK}.items():
        clear(path, "3000000", place, "2026-03-31", tmp_path / name, levels, **where)
    for name in FILES:
        assert (tmp_path / "local" / name).read_bytes() == (tmp_path / "spark" / name).read_bytes(), name


@on_spark
@pytest.mark.parametrize("reason", ["CASE_TWICE", "ROW_STATUS_UNKNOWN", "LEVELS_NEEDED"])
def test_a_cluster_refuses_in_the_same_words(tmp_path, levels, reason):
    """A row that a worker cannot take is named as on one machine."""
    rows = rows_of(1000)
    SPOILS[reason](rows)
    path = written(tmp_path / "cases.parquet", rows)
    local, cluster = trial(path, tmp_path / "local", levels), trial(path, tmp_path / "out", levels, **SPARK)
    assert (cluster.reason.code, str(cluster)) == (reason, str(local))
    assert not (tmp_path / "out").exists()


@on_spark
def test_a_row_group_that_no_worker_can_read_is_told(tmp_path, levels):
    """A torn file ends in a sentence that names it, not in a stack trace, and leaves nothing behind."""
    path = written(tmp_path / "cases.parquet", rows_of(1000))
    content = bytearray(path.read_bytes())
    half = len(content) // 2
    content[half : half + 2000] = b"\xab" * 2000
    path.write_bytes(content)
    refused = trial(path, tmp_path / "out", levels, **SPARK)
    assert refused.reason.code == "SPARK_FAILED"
    assert "FILE_UNREADABLE" in str(refused)
    assert not (tmp_path / "out").exists()


@on_spark
def test_a_file_that_only_looked_wrong_is_cleared_all_the_same(tmp_path, levels):
    """Costs as text are read row by row by the driver, and the workers have nothing to price."""
    rows = [{**row, "total_cost": str(row["total_cost"] or "")} for row in rows_of(600)]
    path = written(tmp_path / "cases.parquet", rows, total_cost=pa.string())
    assert (trial(path, tmp_path / "local", levels), trial(path, tmp_path / "spark", levels, **SPARK)) == (
        None,
        None,
    )
    for name in FILES:
        assert (tmp_path / "local" / name).read_bytes() == (tmp_path / "spark" / name).read_bytes(), name


def test_points_are_spelt_as_one_by_one():
    """A column of points and a single one must read alike, down to the smallest and below zero."""
    chance = random.Random(4)
    micro = [0, 1, -1, 10, 999_999, 1_000_000, -1_500_000, 100_000_000, 2**62, -(2**62)]
    micro += [chance.randrange(-(10**9), 10**12) for _ in range(2_000)]
    assert _points_spelt(np.array(micro, np.int64)).to_pylist() == [
        plain(from_micro(value)) for value in micro
    ]
