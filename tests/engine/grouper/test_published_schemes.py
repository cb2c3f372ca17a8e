"""Five published schemes and real cases agree with an independent implementation, case by case."""

from __future__ import annotations

import csv
import functools
import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from chspay_cli.compiled import kernel_grouper
from chspay_core.tables import case_from_row
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import Imported, import_workbook
from chspay_grouper.engine.trace import trace_case

ANSWER = ("mdc", "adrg", "drg", "status")
_MORE = [
    pytest.param(name, marks=pytest.mark.prove) for name in ("foshan_2022", "changzhou_2022", "yunnan_2022")
]


@functools.cache
def scheme_at(folder: Path) -> Imported:
    manifest = (folder / "manifest.json").read_bytes()
    return import_workbook((folder / "official-workbook.xlsx").read_bytes(), manifest)


def differences(imported: Imported, cases: Path) -> tuple[int, list[object]]:
    """How many cases, and those whose answer differs from the file's."""
    with (gzip.open if cases.suffix == ".gz" else open)(cases, "rt", encoding="utf-8") as file:
        header = next(csv.reader(file))
    types = {name: pa.string() for name in header}
    table = pacsv.read_csv(
        cases, convert_options=pacsv.ConvertOptions(column_types=types, strings_can_be_null=False)
    )
    batch = table.combine_chunks().to_batches()[0]
    fast = Grouper(imported.scheme)
    batches = kernel_grouper(fast)
    numbers = batches.numbers(batch)
    assert numbers.tolist() == BatchGrouper(fast).numbers(batch).tolist()
    columns = batches.columns(numbers)
    found = zip(*(columns[name].to_pylist() for name in ANSWER), strict=True)
    told = zip(*(batch.column(name).to_pylist() for name in ANSWER), strict=True)
    pairs = list(zip(told, found, strict=True))
    return len(pairs), [pair for pair in pairs if pair[0] != pair[1]]


@pytest.mark.parametrize("name", ["chs_drg_11", "zhejiang_2022", *_MORE])
def test_all_answers_of_a_published_scheme_agree(shared, name):
    """Trust starts here: 20,000 of 20,000, not 19,999."""
    folder = shared / "schemes" / name
    assert differences(scheme_at(folder), folder / "cases.csv.gz") == (20_000, [])


def test_real_discharges_agree(shared):
    """3,505 real records of one hospital, grouped under CHS-DRG 1.1 as their column says."""
    imported = scheme_at(shared / "schemes" / "chs_drg_11")
    assert differences(imported, shared / "data" / "chile_2023_neurosurgery.csv") == (3_505, [])


@pytest.mark.parametrize("name", ["chs_drg_11", "zhejiang_2022"])
def test_the_trace_gives_the_fast_answer_on_published_cases(shared, name):
    """The explanation must defend the answer that was paid."""
    folder = shared / "schemes" / name
    scheme = scheme_at(folder).scheme
    fast = Grouper(scheme)
    with gzip.open(folder / "cases.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for number, row in enumerate(csv.DictReader(file)) if number % 80 == 0]
    for row in rows:
        case = case_from_row(row)
        assert trace_case(scheme, case).answer == fast.group(case), row["case_id"]


def test_the_counts_are_those_the_publisher_states(shared):
    """What was read is what was published: nothing lost between the sheets."""
    imported = scheme_at(shared / "schemes" / "chs_drg_11")
    counts = imported.scheme.counts()
    assert (counts["mdc"], counts["adrg"], counts["drg"]) == (26, 376, 628)
    assert (counts["mcc"], counts["cc"]) == (4_678, 16_568)
    assert [repair.kind for repair in imported.repairs] == ["HEADER_ROW"]
