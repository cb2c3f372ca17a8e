"""``chspay group``: the group of every case of a file, or why one case has the group it has."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from chspay_cli.casefile import INPUTS, OUTPUTS, check_kind, open_cases, read_cases, write_rows
from chspay_cli.compiled import kernel_grouper
from chspay_cli.grouped import Grouped, Shape, output_schema, shaped
from chspay_cli.grouping import Load, grouping, in_threads
from chspay_cli.rowgroups import RowGroups
from chspay_cli.schemefile import find_scheme
from chspay_cli.spark import SPARK_NEEDS_PARQUET
from chspay_core.case import Status
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import ANSWER_COLUMNS, case_from_row
from chspay_grouper.engine.answers import SENTENCES
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.codemap import CodeMap, parse_code_map
from chspay_grouper.engine.given import READ, check_columns
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.prose import prose
from chspay_grouper.engine.scheme import Scheme
from chspay_grouper.engine.trace import trace_case

OUT_MISSING = Reason("OUT_MISSING", Kind.INVALID, "请用 -o 给出结果文件，或用 --explain 说明一个病例。")
CASE_NOT_IN_FILE = Reason("CASE_NOT_IN_FILE", Kind.NOT_FOUND, "文件中没有病例号“{value}”。")
SCHEME_UNCHOSEN = Reason(
    "SCHEME_UNCHOSEN",
    Kind.INVALID,
    "请用 --scheme 给出一个分组方案（收到{value}个），或用 --policy 由政策选用。",
)
OPTION_UNUSED = Reason("OPTION_UNUSED", Kind.INVALID, "按政策选用方案时不能使用{value}，请去掉它。")
CODE_MAP_MISSING = Reason("CODE_MAP_MISSING", Kind.NOT_FOUND, "找不到编码对照表“{value}”。")

#: Below this size a file is grouped before worker processes would have started.
_SMALL_FILE_BYTES, _SMALL_PARQUET_BYTES = 4 << 20, 1 << 20
_STATUS_NAMES = {
    Status.GROUPED: "入组",
    Status.AMBIGUOUS: "歧义组",
    Status.UNGROUPED: "未入组",
    Status.INVALID: "未通过输入校验",
}


class Columns(StrEnum):
    """Which columns the output holds."""

    ALL = "all"
    ANSWERS = "answers"


class Engine(StrEnum):
    """What groups the cases of a file; the answers are the same."""

    PYTHON = "python"
    KERNEL = "kernel"
    SPARK = "spark"


_ClinicalDiagnoses = Annotated[
    Path | None, typer.Option("--clinical-diagnoses", help="诊断为临床版编码：临床版到医保版对照表")
]
_ClinicalProcedures = Annotated[
    Path | None, typer.Option("--clinical-procedures", help="手术为临床版编码：临床版到医保版对照表")
]


def group(  # noqa: PLR0913, PLR0917 - one parameter per option
    cases: Annotated[Path, typer.Argument(help="病例文件（.csv、.csv.gz、.parquet）")],
    scheme: Annotated[
        list[str] | None,
        typer.Option(
            "--scheme", help="导入的方案文件夹，或自带方案编号 chspay_starter；与 --policy 合用时可给多个"
        ),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            "--policy",
            help="按政策在出院日的规定选用方案：统筹区代码，或 treatment（各病例就医地）、insured（参保地）",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="结果文件（.csv、.csv.gz、.parquet、.xlsx）")
    ] = None,
    columns: Annotated[
        Columns, typer.Option("--columns", help="all 保留原有各列；answers 只写 case_id 与分组结果")
    ] = Columns.ALL,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="进程或线程数，默认为处理器数")] = None,
    engine: Annotated[
        Engine | None,
        typer.Option(
            "--engine", help="python 逐例；kernel 编译后成批；spark 在集群上。结果相同，默认按文件大小选择"
        ),
    ] = None,
    spark_master: Annotated[
        str | None, typer.Option("--spark-master", help="Spark主节点，如 local[2]、k8s://https://…")
    ] = None,
    explain: Annotated[str | None, typer.Option("--explain", help="说明这个病例号的分组依据")] = None,
    clinical_diagnoses: _ClinicalDiagnoses = None,
    clinical_procedures: _ClinicalProcedures = None,
) -> None:
    """为病例文件分组：逐行给出 mdc、adrg、drg、status、reason，行序不变。

    行内的错误计入 invalid 并在屏幕上汇总，退出码为0；文件本身有误则退出码为2，不产生结果文件。

    例：

      chspay group --scheme S cases.csv.gz -o out.csv

      chspay group --scheme chspay_starter cases.parquet -o out.parquet --columns answers

      chspay group --scheme S cases.csv.gz --explain 17

      chspay group --policy treatment --scheme S-2025 --scheme S-2026 cases.csv.gz -o out.csv
    """
    if out is None and explain is None:
        raise Fault(OUT_MISSING, field="-o")
    if out is not None:
        check_kind(out, OUTPUTS)
    given = scheme or []
    if policy is not None:
        other = (engine, clinical_diagnoses, clinical_procedures, spark_master)
        _check_unused(other)
        _run_by_policy(policy, given, cases, out, columns, explain)
        return
    if len(given) != 1:
        raise Fault(SCHEME_UNCHOSEN, field="--scheme", value=len(given))
    found, _ = find_scheme(given[0])
    codemap = _codemap(clinical_diagnoses, clinical_procedures)
    if explain is not None:
        _explain(found, codemap, cases, explain)
    if out is not None:
        make_typed = out.name.lower().endswith(".parquet") and not cases.name.lower().endswith(".parquet")
        shape = Shape(columns is Columns.ANSWERS, make_typed)
        _group_file(_Task(found, codemap, cases, out, shape, jobs, spark_master), engine)


@dataclass(slots=True)
class _Task:
    """A file to group and how."""

    scheme: Scheme
    codemap: CodeMap | None
    cases: Path
    out: Path
    shape: Shape
    jobs: int | None
    spark_master: str | None

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The columns to read; all when None."""
        return READ if self.shape.answers_only else None


def _group_file(task: _Task, engine: Engine | None) -> None:
    kind = engine or (Engine.PYTHON if is_small(task.cases) else Engine.KERNEL)
    fast = Grouper(task.scheme)
    grouper = (
        BatchGrouper(fast, task.codemap) if kind is Engine.PYTHON else kernel_grouper(fast, task.codemap)
    )
    tally, unreadable = np.zeros(grouper.size, dtype=np.int64), Counter[str]()
    with _opened(task, grouper, kind) as opened, _progress() as bar:
        rows = bar.add_task("分组", total=opened.size)

        def answered() -> Iterator[pa.RecordBatch]:
            for done in opened.grouped:
                np.add(tally, done.tally, out=tally)
                unreadable.update(done.unreadable)
                yield done.batch
                bar.update(rows, completed=opened.position())

        write_rows(task.out, output_schema(opened.schema, grouper, task.shape), answered())
    _report(grouper, tally, unreadable)


def is_small(cases: Path) -> bool:
    """Whether plain Python is done before the kernel would have been loaded."""
    return cases.is_file() and cases.stat().st_size < (
        _SMALL_PARQUET_BYTES if cases.name.lower().endswith(".parquet") else _SMALL_FILE_BYTES
    )


@dataclass(slots=True)
class _Opened:
    """A file being grouped: the schema of what is read, the output, and how far it has come."""

    schema: pa.Schema
    grouped: Iterator[Grouped]
    size: int
    position: Callable[[], int]


@contextmanager
def _opened(task: _Task, grouper: BatchGrouper, kind: Engine) -> Iterator[_Opened]:
    jobs = task.jobs or (1 if is_small(task.cases) else os.cpu_count() or 1)
    if kind is Engine.PYTHON:
        with grouping(grouper, task.scheme.content, task.codemap, jobs) as through:
            opened = open_cases(task.cases, task.columns)
            numbered = through(opened.batches)
            yield _Opened(
                opened.schema,
                (shaped(batch, numbers, grouper, task.shape) for batch, numbers in numbered),
                opened.size,
                opened.position,
            )
    elif check_kind(task.cases, INPUTS) == ".parquet" and task.cases.is_file():
        groups = RowGroups(task.cases, task.columns)
        if kind is Engine.SPARK:
            done = _on_spark(task, groups)
        else:
            done = in_threads(groups.loads(), grouper, task.shape, jobs)
        yield _Opened(groups.schema, done, sum(groups.rows), lambda: groups.read_rows)
    elif kind is Engine.SPARK:
        raise Fault(SPARK_NEEDS_PARQUET, field="--engine", value=task.cases.name)
    else:
        opened = open_cases(task.cases, task.columns)
        loads: Iterator[Load] = (partial(list, [batch]) for batch in opened.batches)
        done = in_threads(loads, grouper, task.shape, jobs)
        yield _Opened(opened.schema, done, opened.size, opened.position)


def _on_spark(task: _Task, groups: RowGroups) -> Iterator[Grouped]:
    from chspay_cli.spark import ClusterRun, in_cluster

    parts = task.out.resolve().with_name(f".{task.out.name}.{os.getpid()}.parts")
    run = ClusterRun(task.spark_master, parts)
    return in_cluster(task.cases, groups, task.scheme, task.codemap, task.shape, run)


def _report(batch_grouper: BatchGrouper, tally: np.ndarray, unreadable: Counter[str]) -> None:
    by_status: Counter[Status] = Counter()
    by_reason: Counter[str] = Counter()
    for number, rows in enumerate(tally.tolist()):
        answer = batch_grouper.answer(number)
        by_status[answer.status] += rows
        if answer.reason and rows:
            by_reason[answer.reason] += rows
    told = "，".join(f"{name}{by_status[status]:,}" for status, name in _STATUS_NAMES.items())
    typer.echo(f"共{sum(by_status.values()):,}例：{told}。", err=True)
    for reason, rows in by_reason.most_common():
        typer.echo(f"  {reason} {rows:,}例：{SENTENCES[reason]}", err=True)
    for name, cells in unreadable.items():
        typer.echo(f"  列{name}有{cells:,}个单元格不能转换为Parquet类型，按未知写出。", err=True)


def group_by_policy(cases: Path, policy: str, given: Sequence[str], out: Path, columns: Columns) -> None:
    """Groups each case by the scheme policy names for its place and day; the output says which one it was.

    :raises Fault: a scheme that policy names is not at hand, or the single place asked for names none.
    """
    from chspay_cli.bypolicy import REFUSALS, SCHEME_COLUMNS, ByPolicy

    check_kind(out, OUTPUTS)
    schemes = [find_scheme(name)[0] for name in given]
    make = _plain_grouper if is_small(cases) else _fast_grouper
    chosen = ByPolicy(policy, schemes, make)
    answers_only = columns is Columns.ANSWERS
    opened = open_cases(cases, (*READ, "region_code", "insured_region") if answers_only else None)

    def shaped_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = chosen.grouped(batch)
        return rows.select(["case_id", *ANSWER_COLUMNS, *SCHEME_COLUMNS]) if answers_only else rows

    empty = shaped_rows(pa.RecordBatch.from_pylist([], schema=opened.schema))
    write_rows(out, empty.schema, map(shaped_rows, opened.batches))
    sentences = {**SENTENCES, **REFUSALS}
    for (name, status, reason), number in sorted(chosen.tally.items()):
        told = f"：{sentences[reason]}［{reason}］" if reason else ""
        typer.echo(f"{name or '（没有方案）'} {_STATUS_NAMES[Status(status)]} {number:,}例{told}", err=True)


def _plain_grouper(scheme: Scheme) -> BatchGrouper:
    return BatchGrouper(Grouper(scheme))


def _fast_grouper(scheme: Scheme) -> BatchGrouper:
    return kernel_grouper(Grouper(scheme))


def _check_unused(given: Sequence[object]) -> None:
    """Refuse options that choosing by policy does not take."""
    names = ("--engine", "--clinical-diagnoses", "--clinical-procedures", "--spark-master")
    told = [name for name, value in zip(names, given, strict=True) if value is not None]
    if told:
        raise Fault(OPTION_UNUSED, field="--policy", value="、".join(told))


def _run_by_policy(
    policy: str, given: Sequence[str], cases: Path, out: Path | None, columns: Columns, explain: str | None
) -> None:
    if explain is not None:
        _explain_by_policy(policy, given, cases, explain)
    if out is not None:
        group_by_policy(cases, policy, given, out, columns)


def _explain_by_policy(policy: str, given: Sequence[str], cases: Path, case_id: str) -> None:
    from chspay_cli.bypolicy import ByPolicy

    columns = (*READ, "region_code", "insured_region")
    row = _row_of(cases, case_id, columns)
    scheme = ByPolicy(policy, [find_scheme(name)[0] for name in given], _plain_grouper).scheme_of(
        row, case_id
    )
    typer.echo(f"方案：{scheme.scheme_id}（SM3 {scheme.digest}）")
    for line in _explained(scheme, None, row.to_pylist()[0]):
        typer.echo(line)


def _explain(scheme: Scheme, codemap: CodeMap | None, cases: Path, case_id: str) -> None:
    for line in _explained(scheme, codemap, _row_of(cases, case_id, READ).to_pylist()[0]):
        typer.echo(line)


def _row_of(cases: Path, case_id: str, columns: Sequence[str]) -> pa.RecordBatch:
    """The batch of one case.

    :raises Fault: CASE_NOT_IN_FILE, COLUMN_MISSING.
    """
    for batch in read_cases(cases, columns):
        check_columns(batch.schema)
        ids = batch.column("case_id").cast(pa.string())
        place = pc.index(ids, pa.scalar(case_id)).as_py()
        if place >= 0:
            return batch.slice(place, 1)
    raise Fault(CASE_NOT_IN_FILE, field="--explain", value=case_id)


def _explained(scheme: Scheme, codemap: CodeMap | None, row: dict[str, object]) -> list[str]:
    try:
        case = case_from_row(row)
    except Fault as fault:
        # The row cannot even be read as a case: in the output file it is invalid.
        return [f"结果：记录未通过输入校验。{fault.message}［{fault.reason.code}］"]
    return prose(trace_case(scheme, case, codemap))


def _codemap(diagnoses: Path | None, procedures: Path | None) -> CodeMap | None:
    if diagnoses is None and procedures is None:
        return None
    maps = []
    for path in (diagnoses, procedures):
        if path is not None and not path.is_file():
            raise Fault(CODE_MAP_MISSING, value=path)
        maps.append(parse_code_map(path.read_bytes()) if path else {})
    return CodeMap(*maps)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
