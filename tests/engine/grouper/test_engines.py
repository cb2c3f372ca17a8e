"""``chspay group --engine``: the same file comes out, whatever groups it."""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import llvmlite.binding
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from books import SOUND, case, imported, xlsx_bytes

from chspay_cli import compiled, rowgroups
from chspay_cli import main as command
from chspay_cli.grouped import Shape
from chspay_cli.rowgroups import RowGroups, group_row_group
from chspay_core.tables import batch_from_cases
from chspay_grouper.engine.grouper import Grouper
from chspay_kit import machinecode

ROWS = [
    case("I63.900", "J96.000", hospital_code="H1", los_days=3),
    case("i63.9００", procedures=("47.0100",), department="ICU"),
    case("I63.900", "I63.900", "I10.x00", procedures=("", "01.2400")),
    case("P07.100", age_years=0, newborn_weight_g=1200),
    case("P07.100", age_years=0, age_days=3, newborn_weight_g=1200),
    case("", "I63.900"),
    case("I63.900", sex=None),
    case("Z99.900", age_days=-1),
    case("G40.900", admission_date=date(2026, 1, 2), discharge_date=date(2026, 1, 1)),
    case("G40.900", total_cost_fen=12345),
]


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["chspay", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            command.main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


@pytest.fixture
def scheme(tmp_path, run) -> Path:
    (tmp_path / "book.xlsx").write_bytes(xlsx_bytes(SOUND))
    assert run("scheme", "import", tmp_path / "book.xlsx", "--out", tmp_path / "S")[0] == 0
    return tmp_path / "S"


@pytest.fixture
def cases(tmp_path) -> Path:
    """Several row groups whose dictionaries differ, with columns grouping does not know."""
    path = tmp_path / "cases.parquet"
    table = pa.Table.from_batches([batch_from_cases(ROWS * 7)])
    table = table.append_column("note", pa.array(["a", None, "b", "c", "d", "e", "f"] * 10))
    table = table.append_column("ward", pa.array(["x", "y"] * 35).dictionary_encode())
    pq.write_table(table, path, row_group_size=13)
    return path


def outputs(run, scheme, path, out: str, *more: object) -> list[tuple[Path, str]]:
    """The result of both engines and what was told."""
    found = []
    for engine in ("python", "kernel"):
        target = path.parent / f"{engine}_{out}"
        code, told = run("group", "--engine", engine, "--scheme", scheme, path, "-o", target, *more)
        assert code == 0, told
        found.append((target, told))
    return found


@pytest.mark.parametrize("columns", ["all", "answers"])
@pytest.mark.parametrize("out", ["out.parquet", "out.csv", "out.csv.gz"])
def test_both_engines_write_the_same_file(run, scheme, cases, out, columns):
    """Whoever reads the result must not be able to tell which engine made it."""
    (python, told), (kernel, told_too) = outputs(run, scheme, cases, out, "--columns", columns)
    assert told == told_too
    if out == "out.parquet":
        one, two = pq.read_table(python), pq.read_table(kernel)
        assert one.schema.equals(two.schema)
        assert one.equals(two)
        assert two.schema.field("drg").type == pa.string()
    elif out == "out.csv":
        assert python.read_bytes() == kernel.read_bytes()


def test_csv_goes_through_the_kernel_too(run, scheme, cases):
    """Most hospitals send text; its cells come out as they went in."""
    text = outputs(run, scheme, cases, "text.csv")[0][0]
    for out in ("again.csv", "again.parquet"):
        (python, told), (kernel, told_too) = outputs(run, scheme, text, out)
        assert told == told_too
        same = pq.read_table(python).equals(pq.read_table(kernel)) if out.endswith("parquet") else True
        assert same
        assert out.endswith("parquet") or python.read_bytes() == kernel.read_bytes()


def test_codes_are_written_as_dictionaries(run, scheme, cases, tmp_path):
    """The next reader decodes codes eight times faster; a list's values have a name of their own."""
    run("group", "--engine", "kernel", "--scheme", scheme, cases, "-o", tmp_path / "o.parquet")
    group = pq.ParquetFile(tmp_path / "o.parquet").metadata.row_group(0)
    columns = {group.column(at).path_in_schema: group.column(at) for at in range(group.num_columns)}
    assert "RLE_DICTIONARY" in columns["diagnoses.list.element"].encodings
    assert "RLE_DICTIONARY" in columns["drg"].encodings
    assert "RLE_DICTIONARY" not in columns["case_id"].encodings


def test_a_large_row_group_is_read_in_slices(cases, monkeypatch):
    """One row group of a whole province must not fill the memory."""
    monkeypatch.setattr(rowgroups, "_MOST_ROWS", 4)
    monkeypatch.setattr(rowgroups, "_SLICE_ROWS", 4)
    groups = RowGroups(cases)
    batches = [batch for load in groups.loads() for batch in load()]
    assert max(batch.num_rows for batch in batches) == 4
    ids = [code for batch in batches for code in batch.column("note").to_pylist()]
    assert ids == pq.read_table(cases).column("note").to_pylist()


def test_one_row_group_is_the_unit_of_work(cases):
    """A cluster's worker needs the path, the number and the scheme, nothing else."""
    grouper = compiled.kernel_grouper(Grouper(imported().scheme))
    (done,) = group_row_group(cases, 1, grouper, Shape(answers_only=True))
    assert done.batch.num_rows == 13
    assert int(done.tally.sum()) == 13
    assert done.batch.schema.names == ["case_id", "mdc", "adrg", "drg", "status", "reason"]


def test_the_python_engine_never_loads_the_compiler(tmp_path, scheme, cases):
    """A gateway, a single case and a small file must not pay half a second for numba."""
    code = "import sys, chspay_cli.cli_group, chspay_grouper.main; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    words = ["group", "--scheme", str(scheme), str(cases), "-o", str(tmp_path / "o.parquet")]
    code = f"""
import sys
from chspay_cli import main
sys.argv = ["chspay", *{words!r}]
try:
    main.main()
except SystemExit as ended:
    assert not ended.code
assert "numba" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_machine_code_is_kept_where_it_may_be_written(tmp_path, monkeypatch):
    """A read-only home must not stop grouping; what is kept is run, so only its owner may write it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = machinecode.cache_folder()
    assert folder == tmp_path / "chspay" / "kernel"
    assert folder.stat().st_mode & 0o022 == 0
    (folder / "code").write_text("kept")
    monkeypatch.setattr(machinecode.os, "access", lambda *_: False)
    passing = machinecode.cache_folder()
    assert (passing != folder, (passing / "code").read_text()) == (True, "kept")
    folder.chmod(0o777)
    assert not list(machinecode.cache_folder().iterdir())
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert machinecode.cache_folder().is_dir()


def test_a_machine_can_be_made_warm_beforehand(tmp_path):
    """Setting up and building an image pay for the compiler; a user's first file need not even load it."""
    where = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    where.pop("NUMBA_CACHE_DIR", None)
    subprocess.run([sys.executable, "-m", "chspay_cli.compiled"], check=True, env=where)
    assert len(list((tmp_path / "chspay" / "kernel").glob("kernel-*.code"))) == 1
    code = "import sys; from chspay_cli.compiled import warm; warm(); assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env=where)


def test_machine_code_is_made_anew_where_it_would_not_do(tmp_path, monkeypatch):
    """Code of other sources, of another processor or half written must never be run."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    (tmp_path / "loops").mkdir()
    source = tmp_path / "loops" / "loop.py"
    source.write_text("1")
    made = itertools.count()

    def code(kinds="i8"):
        return machinecode.kept_code(tmp_path / "loops", kinds, lambda: b"%d" % next(made))

    assert [code(), code(), code("i4"), code()] == [b"0", b"0", b"1", b"0"]
    source.write_text("2")
    assert [code(), code()] == [b"2", b"2"]
    monkeypatch.setattr(llvmlite.binding, "get_host_cpu_name", lambda: "another")
    assert code() == b"3"
    for kept in (tmp_path / "kept").iterdir():
        kept.write_bytes(kept.read_bytes()[:-1])
    assert [code(), code()] == [b"4", b"4"]
    monkeypatch.setattr(machinecode.os, "access", lambda *_: False)
    assert [code("u2"), code("u2")] == [b"5", b"6"]


def test_spark_wants_parquet_and_says_what_is_missing(run, scheme, tmp_path):
    """The optional extra is named, not a stack trace."""
    path = tmp_path / "cases.csv"
    path.write_text("case_id,sex,diagnoses\n1,1,I63.900\n")
    words = ["group", "--engine", "spark", "--scheme", scheme, path, "-o", tmp_path / "o.parquet"]
    code, told = run(*words)
    assert (code, "SPARK_NEEDS_PARQUET" in told) == (2, True)


@pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="needs the extra chspay[spark] and Java 17",
)
def test_a_cluster_writes_the_same_file(run, scheme, cases, tmp_path):
    """Row-group numbers travel, rows do not, and the answer is the one of a single machine."""
    out = tmp_path / "spark.parquet"
    words = ["--engine", "spark", "--spark-master", "local[2]", "--scheme", scheme, cases, "-o", out]
    code, told = run("group", *words)
    assert code == 0, told
    ((python, _), _) = outputs(run, scheme, cases, "one.parquet")
    assert pq.read_table(out).equals(pq.read_table(python))
    assert not list(tmp_path.glob(".*parts*"))
