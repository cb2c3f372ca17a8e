"""``chspay scheme`` and ``chspay group`` as a user types them: rows, columns, faults and exit codes."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from books import SOUND, sheets, with_rule, xlsx_bytes
from openpyxl import load_workbook

from chspay_cli import main as command

HEADER = "case_id,sex,age_years,diagnoses,procedures,note,drg\n"
ROWS = [
    '1,1,50,I63.900|J96.000,,"a, ""b""",XXXX',
    "2,2,50,I63.900,47.0100,,",
    "3,9,50,I63.900,,,",
    "4,1,abc,I63.900,,,",
    "5,1,007,Z99.900,,007,",
]
ANSWERS = [
    ("B", "BR2", "BR21", "grouped", ""),
    ("B", "BQY", "BQY", "ambiguous", ""),
    ("", "", "", "invalid", "SEX_BAD"),
    ("", "", "", "invalid", "NOT_AN_INTEGER"),
    ("", "", "", "ungrouped", "PRINCIPAL_UNKNOWN"),
]


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the command and answers exit code, stdout and stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["chspay", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            command.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def scheme(tmp_path, run) -> Path:
    """The sound workbook, imported."""
    workbook = tmp_path / "book.xlsx"
    workbook.write_bytes(xlsx_bytes(SOUND))
    code, out, _ = run("scheme", "import", workbook, "--out", tmp_path / "S")
    assert (code, "SM3" in out) == (0, True)
    return tmp_path / "S"


@pytest.fixture
def cases(tmp_path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text(HEADER + "\n".join(ROWS) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".xlsx":
        head, *rows = load_workbook(path, read_only=True).active.iter_rows(values_only=True)
        return [{name: cell or "" for name, cell in zip(head, row, strict=True)} for row in rows]
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.parquet", "out.xlsx"])
def test_one_output_row_per_input_row_in_every_format(run, scheme, cases, tmp_path, name):
    """Row for row in the same order, other columns as they were, a stale answer column replaced."""
    code, _, err = run("group", "--scheme", scheme, cases, "-o", tmp_path / name)
    assert code == 0
    rows = read(tmp_path / name)
    found = [tuple(row[key] for key in ("mdc", "adrg", "drg", "status", "reason")) for row in rows]
    assert found == ANSWERS
    assert [row["case_id"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row["note"] for row in rows] == ['a, "b"', "", "", "", "007"]
    assert list(rows[0])[:6] == ["case_id", "sex", "age_years", "diagnoses", "procedures", "note"]
    assert "SEX_BAD 1例" in err
    assert "NOT_AN_INTEGER 1例" in err


def test_text_passes_through_csv_unchanged(run, scheme, cases, tmp_path):
    """A code such as 007 must not become 7 on its way through."""
    run("group", "--scheme", scheme, cases, "-o", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1:3] == [
        '1,1,50,I63.900|J96.000,,"a, ""b""",B,BR2,BR21,grouped,',
        "2,2,50,I63.900,47.0100,,B,BQY,BQY,ambiguous,",
    ]


def test_parquet_out_has_the_canonical_types(run, scheme, cases, tmp_path):
    """Whoever reads the file next must find lists as lists and numbers as numbers."""
    _, _, err = run("group", "--scheme", scheme, cases, "-o", tmp_path / "out.parquet")
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert schema.field("diagnoses").type == pa.list_(pa.field("element", pa.string()))
    assert (schema.field("sex").type, schema.field("age_years").type) == (pa.int8(), pa.int16())
    assert "列age_years有1个单元格" in err


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_only_and_several_processes(run, scheme, tmp_path, jobs):
    """Processes share the work, not the order; ``--columns answers`` writes nothing else."""
    path = tmp_path / "many.parquet"
    groups = [["I63.900"], ["I63.900", "J96.000"], ["Z99.900"], None]
    table = pa.table(
        {
            "case_id": [f"c{n}" for n in range(150_000)],
            "sex": pa.array([1] * 150_000, pa.int8()),
            "drg": ["old"] * 150_000,
            "diagnoses": pa.array([groups[n % 4] for n in range(150_000)], pa.list_(pa.string())),
        }
    )
    pq.write_table(table, path)
    out = tmp_path / "out.parquet"
    code, _, _ = run("group", "--scheme", scheme, path, "-o", out, "--columns", "answers", "--jobs", jobs)
    assert code == 0
    found = pq.read_table(out)
    assert found.schema.names == ["case_id", "mdc", "adrg", "drg", "status", "reason"]
    assert found.column("case_id").equals(table.column("case_id"))
    assert found.column("drg").to_pylist() == ["BR25", "BR21", "", ""] * 37_500


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_hopeless_column_is_told_before_any_work(run, scheme, tmp_path, jobs):
    """Numbers where codes should be: one sentence, whichever process would have met them."""
    pq.write_table(pa.table({"case_id": ["1"], "sex": [1], "diagnoses": [1]}), tmp_path / "in.parquet")
    words = ["group", "--scheme", scheme, tmp_path / "in.parquet", "-o", tmp_path / "out.csv", "--jobs", jobs]
    code, _, err = run(*words)
    assert (code, "COLUMN_TYPE" in err) == (2, True)
    assert not (tmp_path / "out.csv").exists()


def test_windows_files_are_read(run, scheme, tmp_path):
    """Byte order mark, CR LF and a line break inside a cell: what Excel saves."""
    path = tmp_path / "cases.csv"
    text = HEADER.replace("\n", "\r\n") + '1,1,50,I63.900,,"two\r\nlines",\r\n2,2,50,I63.900,,,\r\n'
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert run("group", "--scheme", scheme, path, "-o", tmp_path / "out.csv")[0] == 0
    rows = read(tmp_path / "out.csv")
    assert [(row["case_id"], row["drg"]) for row in rows] == [("1", "BR25"), ("2", "BR25")]
    assert rows[0]["note"] == "two\r\nlines"


def test_a_file_without_rows_gives_a_file_without_rows(run, scheme, tmp_path):
    """An empty month is not an error."""
    path = tmp_path / "none.csv"
    path.write_text(HEADER)
    assert run("group", "--scheme", scheme, path, "-o", tmp_path / "out.csv")[0] == 0
    assert (
        tmp_path / "out.csv"
    ).read_text() == "case_id,sex,age_years,diagnoses,procedures,note,mdc,adrg,drg,status,reason\n"


def test_explain_prints_the_published_rule_and_the_codes(run, scheme, cases):
    """The answer to a hospital's question, in the words of the rule."""
    code, out, _ = run("group", "--scheme", scheme, cases, "--explain", "1")
    assert code == 0
    assert "规则“ZYZD in DI_BR2”成立，命中I63.900" in out
    assert "J96.000（急性呼吸衰竭）：计为MCC" in out
    assert "B / BR2 / BR21" in out
    assert "NOT_AN_INTEGER" in run("group", "--scheme", scheme, cases, "--explain", "4")[1]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("cases.csv", b"case_id,sex\n1,1\n", "COLUMN_MISSING"),
        ("cases.csv", b"", "FILE_UNREADABLE"),
        ("cases.csv", b"case_id,sex,diagnoses,sex\n1,1,A,2\n", "COLUMN_TWICE"),
        ("cases.csv", HEADER.encode() + b"1,1,50\n", "FILE_UNREADABLE"),
        ("cases.csv", HEADER.encode() + "1,1,50,I63.900,,中文,\n".encode("gbk"), "FILE_NOT_UTF8"),
        ("cases.csv.gz", b"not gzip", "FILE_UNREADABLE"),
        ("cases.csv.gz", gzip.compress(HEADER.encode() * 999, mtime=0)[:60], "FILE_UNREADABLE"),
        ("cases.parquet", b"PAR1 no", "FILE_UNREADABLE"),
        ("cases.txt", b"x", "FILE_KIND"),
        ("", b"", "FILE_MISSING"),
    ],
)
def test_a_faulty_file_ends_with_2_and_leaves_nothing(run, scheme, tmp_path, name, content, reason):
    """Half an output file would be taken for a whole one."""
    path = tmp_path / (name or "absent.csv")
    if name:
        path.write_bytes(content)
    before = set(tmp_path.iterdir())
    code, _, err = run("group", "--scheme", scheme, path, "-o", tmp_path / "out.csv")
    assert (code, reason in err) == (2, True), err
    assert set(tmp_path.iterdir()) == before


def test_bad_usage_is_told_before_any_work(run, scheme, cases, tmp_path):
    """A wrong output name must not cost an hour of grouping."""
    for words, reason in [
        (["group", "--scheme", scheme, cases, "-o", tmp_path / "out.doc"], "FILE_KIND"),
        (["group", "--scheme", scheme, cases], "OUT_MISSING"),
        (["group", "--scheme", "nowhere", cases, "-o", tmp_path / "out.csv"], "SCHEME_MISSING"),
        (["group", "--scheme", scheme, cases, "--explain", "99"], "CASE_NOT_IN_FILE"),
        (["group", "--scheme", scheme, cases, "-o", tmp_path / "no" / "out.csv"], "FILE_NOT_WRITTEN"),
    ]:
        code, _, err = run(*words)
        assert (code, reason in err) == (2, True), err


def test_a_broken_workbook_leaves_no_scheme(run, tmp_path):
    """Sheet, row and position are on the screen, and there is nothing to group by."""
    path = tmp_path / "broken.xlsx"
    path.write_bytes(xlsx_bytes(with_rule("ADRG", "BB1", "ZYSS in OP_NONE")))
    code, _, err = run("scheme", "import", path, "--out", tmp_path / "S")
    assert code == 2
    assert "RULE_UNKNOWN_SET" in err
    assert "ADRG第5行（BB1）规则第9个字符" in err
    assert not (tmp_path / "S").exists()


def test_import_prints_repairs_and_minds_the_lock_file(run, tmp_path):
    """Excel's lock file lies beside the workbook; a folder is read without falling over it."""
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "official.xlsx").write_bytes(xlsx_bytes(sheets()))
    (folder / "~$official.xlsx").write_bytes(b"lock")
    code, out, _ = run("scheme", "import", folder, "--out", tmp_path / "S")
    assert code == 0
    assert "LOCK_FILE" in out
    assert "HEADER_ROW" in out
    assert run("scheme", "import", folder / "~$official.xlsx", "--out", tmp_path / "T")[0] == 2


def test_an_altered_scheme_is_refused(run, scheme, cases, tmp_path):
    """Somebody edited the sealed file: it no longer is what was imported."""
    sealed = scheme / "scheme.json"
    sealed.write_bytes(sealed.read_bytes().replace("脑梗死".encode(), "脑便死".encode()))
    code, _, err = run("group", "--scheme", scheme, cases, "-o", tmp_path / "out.csv")
    assert (code, "SCHEME_ALTERED" in err) == (2, True)


def test_show_and_lint(run, scheme):
    """A clerk looks up a group; lint ends with 1 when it found something."""
    assert "QTZD in {MCC, CC}" in run("scheme", "show", scheme, "br2")[1]
    assert "SM3" in run("scheme", "show", "chspay_starter")[1]
    code, out, _ = run("scheme", "lint", scheme)
    assert (code, "NO_MEDICAL_GROUP  MDC第5行  B" in out) == (1, True)
    assert run("scheme", "lint", scheme, "--kind", "UNREACHABLE")[0] == 0


def test_the_installed_command_groups_a_published_file(shared, tmp_path):
    """The two lines of the issue, exactly as they stand there."""
    folder, chspay = shared / "schemes" / "chs_drg_11", Path(sys.executable).with_name("chspay")
    for words in (
        ["scheme", "import", folder / "official-workbook.xlsx", "--manifest", folder / "manifest.json"],
        ["group", "--scheme", tmp_path / "S", folder / "cases.csv.gz"],
    ):
        last = ["--out", tmp_path / "S"] if words[0] == "scheme" else ["-o", tmp_path / "out.csv"]
        subprocess.run([chspay, *words, *last], check=True, capture_output=True, timeout=240)
    keys = ("case_id", "mdc", "adrg", "drg", "status")
    told = [tuple(row[key] for key in keys) for row in read(folder / "cases.csv.gz")]
    assert [tuple(row[key] for key in keys) for row in read(tmp_path / "out.csv")] == told
