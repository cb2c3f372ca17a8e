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
from chspay_cli.grouped import Shape, output_schema, shaped
from chspay_cli.grouping import in_threads
from chspay_cli.rowgroups import RowGroups
from chspay_core.tables import CASE_SCHEMA, LIST_SEPARATOR, cases_from_batch
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.given import READ
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import import_workbook
from chspay_grouper.engine.trace import Tracer

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "grouper"))
from naive import NaiveGrouper

CASES = int(os.environ.get("CHSPAY_BENCH_CASES", "3000000"))
LARGE = int(os.environ.get("CHSPAY_BENCH_LARGE_CASES", "10000000"))
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
    """Cases per second and processor seconds per million cases, each the best of some runs."""
    speeds, spendings = [], []
    for _ in range(runs):
        began, spent = time.perf_counter(), time.process_time()
        done = work()
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
        speeds.append(done / wall)
        spendings.append(cpu * 1e6 / done)
    return max(speeds), min(spendings)


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


def stages(path: Path, kernel: BatchGrouper, out: Path) -> dict[str, float]:
    """Where the time goes: processor seconds per million cases of each step, one after the other."""
    groups, spent = RowGroups(path, READ), dict.fromkeys(("decode", "group", "build output", "write"), 0.0)
    began = time.process_time()

    def until_now(stage: str) -> None:
        nonlocal began
        now = time.process_time()
        spent[stage] += (now - began) * 1e6 / CASES
        began = now

    outputs = []
    for load in groups.loads():
        batches = load()
        until_now("decode")
        numbers = [kernel.numbers(batch) for batch in batches]
        until_now("group")
        outputs += [shaped(*pair, kernel, ANSWERS).batch for pair in zip(batches, numbers, strict=True)]
        until_now("build output")
    write_rows(out, output_schema(groups.schema, kernel, ANSWERS), iter(outputs))
    until_now("write")
    return spent


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
            f"  {title}: {speed:,.0f}/s, {cpu:.3f} CPU s per million ({cpu:,.2f} us a case),"
            f" {speed / copy:.2f} x copy, {speed / slow:,.0f} x naive"
        )
    for stage, cpu in stages(path, kernel, out).items():
        print(f"    {stage}: {cpu:.3f} CPU s per million")
    print(f"  peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
    for case in cases[:1000]:
        answer = fast.group(case)
        assert naive.group(case) == (answer.status.value, answer.mdc, answer.adrg, answer.drg)


@pytest.fixture
def command(shared, tmp_path):
    """Runs ``chspay group`` as a user does; answers seconds, processor seconds and the most memory, MiB."""
    folder = shared / "schemes" / "chs_drg_11"
    book = ["scheme", "import", folder / "official-workbook.xlsx", "--manifest", folder / "manifest.json"]
    chspay = [sys.executable, "-c", "from chspay_cli.main import main; main()"]
    subprocess.run([*chspay, *map(str, book), "--out", tmp_path / "S"], check=True, capture_output=True)

    def run(path: Path, out: Path, *more: str) -> tuple[float, float, int]:
        words = [*chspay, "group", "--scheme", tmp_path / "S", path, "-o", out, *more]
        began = time.perf_counter()
        process = subprocess.Popen(list(map(str, words)), stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0
        seconds = time.perf_counter() - began
        return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss >> 10

    return run


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_the_whole_command(shared, tmp_path, command):
    """What a user waits for: start, scheme, codes met for the first time, and the file."""
    published, out = shared / "schemes" / "chs_drg_11" / "cases.csv.gz", tmp_path / "out.parquet"
    few, many = tmp_path / "few.parquet", tmp_path / "many.parquet"
    repeated(published, few, 20_000)
    repeated(published, many)
    command(few, out, "--engine", "kernel")
    starts = [command(few, out, "--engine", "kernel", "--columns", "answers") for _ in range(5)]
    start, spent = (min(each[at] for each in starts) for at in (0, 1))
    print(f"\nstart, scheme and codes, machine code kept: {start:.2f} s, {spent:.2f} s of processor")
    for turn in ("first", "second", "third"):
        seconds, cpu, memory = command(many, out, "--columns", "answers")
        speed = f"{CASES / seconds:,.0f}/s, without the start {CASES / (seconds - start):,.0f}/s"
        each = f"{(cpu - spent) * 1e6 / CASES:.3f} processor seconds per million"
        print(f"{turn} run of chspay group: {seconds:.2f} s, {speed}; {each}, {memory} MiB")
    assert pq.ParquetFile(out).metadata.num_rows == CASES


@pytest.mark.bench
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("columns", ["answers", "all"])
def test_memory_does_not_grow_with_the_file(shared, tmp_path, command, columns):
    """A province's year must go through a small machine: ten million cases under 4 GiB."""
    path, out = tmp_path / "large.parquet", tmp_path / "out.parquet"
    repeated(shared / "schemes" / "chs_drg_11" / "cases.csv.gz", path, LARGE)
    seconds, cpu, memory = command(path, out, "--columns", columns)
    spent = f"{seconds:.1f} s, {cpu:.1f} s of processor"
    print(f"\n{LARGE:,} cases, --columns {columns}: {spent}, most memory {memory} MiB")
    assert pq.ParquetFile(out).metadata.num_rows == LARGE
    assert memory < 4096
