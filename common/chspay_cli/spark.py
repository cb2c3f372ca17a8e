"""``chspay group --engine spark``: row-group numbers go to the cluster, rows never do.

Every worker opens the case file itself, runs the same row-group function as the threads of one machine
and writes its part beside the result; the driver joins the parts in order. The folder of cases and
result must therefore lie on storage that driver and workers see under the same path.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from chspay_cli.casefile import parquet_writer
from chspay_cli.compiled import kernel_grouper
from chspay_cli.grouped import Grouped, Shape, plain_answers
from chspay_cli.rowgroups import RowGroups, group_row_group
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.codemap import CodeMap
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import Scheme, load_scheme

SPARK_MISSING = Reason(
    "SPARK_MISSING",
    Kind.PRECONDITION,
    "没有安装Spark，请安装 chspay[spark] 和Java 17以上版本，或去掉 --engine spark。",
)
SPARK_NEEDS_PARQUET = Reason(
    "SPARK_NEEDS_PARQUET", Kind.INVALID, "集群只读Parquet文件，收到“{value}”；请先转换为Parquet。"
)
SPARK_FAILED = Reason("SPARK_FAILED", Kind.INTERNAL, "Spark任务失败：{problem}。详情见Spark日志。")

_JOINED_ROWS = 1 << 18
#: The grouper a worker process keeps between row groups, by the scheme it was made from.
_KEPT: dict[tuple[str, bool], BatchGrouper] = {}


@dataclass(frozen=True, slots=True)
class ClusterRun:
    """Where Spark runs (``spark-submit --master``; as configured when None), where parts lie meanwhile."""

    master: str | None
    parts: Path


@dataclass(frozen=True, slots=True)
class Worker:
    """What one worker needs besides row-group numbers; sent to it once per task."""

    cases: Path
    parts: Path
    shape: Shape
    digest: str
    content: Any  # broadcast variable: the scheme's canonical form
    codemap: CodeMap | None

    def __call__(self, numbers: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
        """Group row groups, write a part for each, and answer how many rows each answer has."""
        grouper = self._grouper()
        for number in numbers:
            done = group_row_group(self.cases, number, grouper, self.shape)
            tally = np.zeros(grouper.size, dtype=np.int64)
            part = part_of(self.parts, number)
            # A task may run twice: whichever ends last, the part is whole.
            draft = part.with_name(f".{part.name}.{id(done)}")
            encoded = done[0].batch.schema
            with parquet_writer(draft, plain_answers(encoded), encoded) as writer:
                for some in done:
                    writer.write_batch(some.batch)
                    tally += some.tally
            draft.replace(part)
            yield number, tally.tolist()

    def _grouper(self) -> BatchGrouper:
        key = (self.digest, self.codemap is not None)
        if key not in _KEPT:
            _KEPT.clear()
            _KEPT[key] = kernel_grouper(Grouper(load_scheme(self.content.value)), self.codemap)
        return _KEPT[key]


def part_of(parts: Path, number: int) -> Path:
    """Where the output of a row group lies."""
    return parts / f"part-{number:06d}.parquet"


def in_cluster(
    cases: Path, groups: RowGroups, scheme: Scheme, codemap: CodeMap | None, shape: Shape, run: ClusterRun
) -> Iterator[Grouped]:
    """The output of every row group in order, worked out by Spark.

    :raises Fault: SPARK_MISSING, SPARK_FAILED.
    """
    session = open_session(run.master, "chspay group")
    try:
        run.parts.mkdir(parents=True)
        context = session.sparkContext
        content = context.broadcast(scheme.content)
        worker = Worker(cases.resolve(), run.parts, shape, scheme.digest, content, codemap)
        numbers = [number for number, rows in enumerate(groups.rows) if rows]
        tasks = context.parallelize(numbers, max(len(numbers), 1)).mapPartitions(worker)
        with failures():
            tallies: dict[int, list[int]] = dict(tasks.collect())
        for number in numbers:
            tally = np.array(tallies[number], dtype=np.int64)
            for batch in pq.ParquetFile(part_of(run.parts, number)).iter_batches(_JOINED_ROWS):
                groups.read_rows += batch.num_rows
                yield Grouped(batch, tally, Counter())
                tally = np.zeros_like(tally)
    finally:
        shutil.rmtree(run.parts, ignore_errors=True)
        session.stop()


def open_session(master: str | None, name: str) -> Any:
    """A Spark session; whoever opens it stops it.

    :raises Fault: SPARK_MISSING.
    """
    # Workers on this machine run the Python that runs us.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Fault(SPARK_MISSING) from error
    builder = SparkSession.builder.appName(name).config("spark.ui.showConsoleProgress", "false")
    try:
        return (builder.master(master) if master else builder).getOrCreate()
    except PySparkException as error:
        raise Fault(SPARK_MISSING) from error


@contextmanager
def failures() -> Iterator[None]:
    """Tells in a sentence what failed on the cluster.

    :raises Fault: SPARK_FAILED.
    """
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        told = error.java_exception.getMessage() if isinstance(error, Py4JJavaError) else error
        lines = [line.strip() for line in str(told).splitlines()]
        # A worker's own words come last, but for Spark's code of what went wrong.
        problem = [line for line in lines if line and not line.startswith("SQLSTATE")]
        raise Fault(SPARK_FAILED, problem=problem[-1] if problem else "") from error
