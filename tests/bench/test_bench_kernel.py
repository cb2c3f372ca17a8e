"""Cases per second of every way to group, in one run on the same cases: kernel, trace, naive, bare copy."""

from __future__ import annotations

import gzip
import os
import resource
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from chspay_cli.casefile import leaf_of, write_rows
from chspay_cli.compiled import kernel_grouper
from chspay_cli.grouped import Shape, output_schema
from chspay_cli.grouping import in_threads
from chspay_cli.rowgroups import RowGroups
from chspay_core.tables import CASE_SCHEMA, LIST_SEPARATOR, cases_from_batch
from chspay_grouper.engine.given import READ
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import import_workbook
from chspay_grouper.engine.trace import Tracer

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "grouper"))
from naive import NaiveGrouper

CASES = int(os.environ.get("CHSPAY_BENCH_CASES", "3000000"))
ROW_GROUP, RUNS = 262_144, 3
ANSWERS = Shape(answers_only=True)


def published_cases(path: Path) -> pa.Table:
    """The columns of 20,000 published cases that grouping reads, in their types, without ``case_id``."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        names = file.readline().strip().split(",")
    options = pacsv.ConvertOptions(column_types={name: pa.string() for name in names})
    table = pacsv.read_csv(path, convert_options=options)
    columns = {}
    for name in READ:
        if name in names and name != "case_id":
            column, kind = table.column(name).combine_chunks(), CASE_SCHEMA.field(name).type
            column = pc.if_else(pc.equal(column, ""), None, column)
            columns[name] = (
                pc.split_pattern(column, LIST_SEPARATOR) if pa.types.is_list(kind) else column.cast(kind)
            )
    return pa.table(columns)


def repeated(published: Path, target: Path, cases: int = CASES) -> None:
    """A file of rows drawn from 20,000 published ones, as a data platform would store it."""
    table = published_cases(published)
    rng = np.random.default_rng(1)
    schema = pa.schema([("case_id", pa.string()), *table.schema])
    coded = [leaf_of(field) for field in table.schema]
    with pq.ParquetWriter(target, schema, compression="zstd", use_dictionary=coded) as writer:
        for start in range(0, cases, ROW_GROUP):
            rows = min(ROW_GROUP, cases - start)
            drawn = table.take(pa.array(rng.integers(0, len(table), rows)))
            ids = pa.array([f"33010{number:013d}" for number in range(start, start + rows)])
            writer.write_table(drawn.add_column(0, "case_id", ids).cast(schema), row_group_size=rows)


def rate(work: Callable[[], int], runs: int = RUNS) -> tuple[float, float]:
    """Cases per second, best of some runs, and processor seconds per million cases of that run."""
    found = []
    for _ in range(runs):
        began, spent = time.perf_counter(), time.process_time()
        done = work()
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
        found.append((done / wall, cpu * 1e6 / done))
    return max(found)


def copied(path: Path, outputs: list[pa.RecordBatch], threads: int) -> Iterator[pa.RecordBatch]:
    """Everything but grouping: decode the same columns, hand on answers known before."""
    groups = RowGroups(path, READ)
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque = deque()
        for load, output in zip(groups.loads(), outputs, strict=True):
            waiting.append((pool.submit(load), output))
            if len(waiting) > threads:
                waiting[0][0].result()
                yield waiting.popleft()[1]
        while waiting:
            waiting[0][0].result()
            yield waiting.popleft()[1]


@pytest.mark.bench
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["chs_drg_11", "zhejiang_2022"])
def test_every_way_to_group(shared, tmp_path, name):
    """Ratios to a bare copy and to a naive interpreter; a machine's speed drops out."""
    folder, path, out = shared / "schemes" / name, tmp_path / "cases.parquet", tmp_path / "out.parquet"
    book = (folder / "official-workbook.xlsx").read_bytes()
    scheme = import_workbook(book, (folder / "manifest.json").read_bytes()).scheme
    repeated(folder / "cases.csv.gz", path)
    fast = Grouper(scheme)
    kernel = kernel_grouper(fast)
    schema = output_schema(RowGroups(path, READ).schema, kernel, ANSWERS)
    outputs = [done.batch for done in in_threads(RowGroups(path, READ).loads(), kernel, ANSWERS, 1)]

    def grouped(threads: int) -> int:
        done = in_threads(RowGroups(path, READ).loads(), kernel, ANSWERS, threads)
        return write_rows(out, schema, (item.batch for item in done))

    batch = RowGroups(path, READ).read(0)[0]
    cases = cases_from_batch(pq.ParquetFile(path).read_row_group(0).slice(0, 3000).to_batches()[0])
    tracer, naive = Tracer(scheme), NaiveGrouper(scheme.content)
    found = {
        "copy only, 2 threads": rate(lambda: write_rows(out, schema, copied(path, outputs, 2))),
        "kernel, file to file, 2 threads": rate(lambda: grouped(2)),
        "kernel, file to file, 1 thread": rate(lambda: grouped(1)),
        "kernel, arrays in memory": rate(lambda: len(kernel.numbers(batch))),
        "single case": rate(lambda: len([fast.group(case) for case in cases])),
        "single case with trace": rate(lambda: len([tracer.trace(case) for case in cases[:1000]])),
        "naive interpreter": rate(lambda: len([naive.group(case) for case in cases[:1000]]), 1),
    }
    copy, slow = found["copy only, 2 threads"][0], found["naive interpreter"][0]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    print(f"\n{name}: {CASES:,} cases, {load}, best of {RUNS}")
    for title, (speed, cpu) in found.items():
        print(
            f"  {title}: {speed:,.0f}/s, {cpu:.2f} CPU s per million,"
            f" {speed / copy:.2f} x copy, {speed / slow:,.0f} x naive"
        )
    print(f"  peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
    for case in cases[:1000]:
        answer = fast.group(case)
        assert naive.group(case) == (answer.status.value, answer.mdc, answer.adrg, answer.drg)


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_the_whole_command(shared, tmp_path):
    """What a user waits for: start, scheme, codes met for the first time, and the file."""
    folder, path = shared / "schemes" / "chs_drg_11", tmp_path / "cases.parquet"
    book = ["scheme", "import", folder / "official-workbook.xlsx", "--manifest", folder / "manifest.json"]
    chspay = [sys.executable, "-c", "from chspay_cli.main import main; main()"]
    subprocess.run([*chspay, *map(str, book), "--out", tmp_path / "S"], check=True, capture_output=True)
    repeated(folder / "cases.csv.gz", path)
    out = tmp_path / "out.parquet"
    words = ["group", "--scheme", tmp_path / "S", path, "-o", out, "--columns", "answers"]
    for turn in ("first", "second", "third"):
        began = time.perf_counter()
        subprocess.run([*chspay, *map(str, words)], check=True, capture_output=True)
        seconds = time.perf_counter() - began
        print(f"\n{turn} run of chspay group: {seconds:.2f} s, {CASES / seconds:,.0f}/s", end="")
    print(f"\npeak memory of the command: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10} MiB")
    assert pq.ParquetFile(out).metadata.num_rows == CASES
