"""``chspay group``: the group of every case of a file, or why one case has the group it has."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from chspay_cli.casefile import OUTPUTS, check_kind, open_cases, read_cases, typed, write_rows
from chspay_cli.grouping import Numbered, grouping
from chspay_cli.schemefile import find_scheme
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
CODE_MAP_MISSING = Reason("CODE_MAP_MISSING", Kind.NOT_FOUND, "找不到编码对照表“{value}”。")

#: Below this size a file is grouped before worker processes would have started.
_SMALL_FILE_BYTES = 4 << 20
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


def group(
    cases: Annotated[Path, typer.Argument(help="病例文件（.csv、.csv.gz、.parquet）")],
    scheme: Annotated[str, typer.Option("--scheme", help="导入的方案文件夹，或自带方案编号 chspay_starter")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="结果文件（.csv、.csv.gz、.parquet、.xlsx）")
    ] = None,
    columns: Annotated[
        Columns, typer.Option("--columns", help="all 保留原有各列；answers 只写 case_id 与分组结果")
    ] = Columns.ALL,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="进程数，默认为处理器数")] = None,
    explain: Annotated[str | None, typer.Option("--explain", help="说明这个病例号的分组依据")] = None,
    clinical_diagnoses: Annotated[
        Path | None, typer.Option("--clinical-diagnoses", help="诊断为临床版编码：临床版到医保版对照表")
    ] = None,
    clinical_procedures: Annotated[
        Path | None, typer.Option("--clinical-procedures", help="手术为临床版编码：临床版到医保版对照表")
    ] = None,
) -> None:
    """为病例文件分组：逐行给出 mdc、adrg、drg、status、reason，行序不变。

    行内的错误计入 invalid 并在屏幕上汇总，退出码为0；文件本身有误则退出码为2，不产生结果文件。

    例：

      chspay group --scheme S cases.csv.gz -o out.csv

      chspay group --scheme chspay_starter cases.parquet -o out.parquet --columns answers

      chspay group --scheme S cases.csv.gz --explain 17
    """
    if out is None and explain is None:
        raise Fault(OUT_MISSING, field="-o")
    if out is not None:
        check_kind(out, OUTPUTS)
    found, _ = find_scheme(scheme)
    codemap = _codemap(clinical_diagnoses, clinical_procedures)
    if explain is not None:
        _explain(found, codemap, cases, explain)
    if out is not None:
        _group_file(found, codemap, cases, out, columns, jobs)


def _group_file(
    scheme: Scheme, codemap: CodeMap | None, cases: Path, out: Path, columns: Columns, jobs: int | None
) -> None:
    batch_grouper = BatchGrouper(Grouper(scheme), codemap)
    small = cases.is_file() and cases.stat().st_size < _SMALL_FILE_BYTES
    workers = jobs or (1 if small else os.cpu_count() or 1)
    answers_only = columns is Columns.ANSWERS
    tally = np.zeros(batch_grouper.size, dtype=np.int64)
    unreadable: Counter[str] = Counter()
    with grouping(batch_grouper, scheme.content, codemap, workers) as through, _progress() as bar:
        opened = open_cases(cases, READ if answers_only else None)
        make_typed = out.name.lower().endswith(".parquet") and not cases.name.lower().endswith(".parquet")

        def shaped(batch: pa.RecordBatch, numbers: np.ndarray) -> pa.RecordBatch:
            return _answered(
                (batch, numbers), batch_grouper, answers_only, unreadable if make_typed else None
            )

        def answered() -> Iterator[pa.RecordBatch]:
            task = bar.add_task("分组", total=opened.size)
            for batch, numbers in through(opened.batches):
                np.add.at(tally, numbers, 1)
                yield _answered(
                    (batch, numbers), batch_grouper, answers_only, unreadable if make_typed else None
                )
                bar.update(task, completed=opened.position())

        # No rows first: a missing or hopeless column is told before any work and any other process.
        nothing = pa.RecordBatch.from_pylist([], schema=opened.schema)
        schema = shaped(nothing, batch_grouper.numbers(nothing)).schema
        write_rows(out, schema, answered())
    _report(batch_grouper, tally, unreadable)


def _answered(
    numbered: Numbered, batch_grouper: BatchGrouper, answers_only: bool, unreadable: Counter[str] | None
) -> pa.RecordBatch:
    """The output rows of a batch: what came in, answer columns replaced."""
    batch, numbers = numbered
    kept = [name for name in batch.schema.names if name not in ANSWER_COLUMNS]
    batch = batch.select(["case_id"] if answers_only else kept)
    if unreadable is not None:
        batch, bad = typed(batch)
        for name, rows in bad.items():
            unreadable[name] += len(rows)
    answers = batch_grouper.columns(numbers)
    arrays = [*batch.columns, *answers.values()]
    fields = [*batch.schema, *(pa.field(name, pa.string()) for name in answers)]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


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


def _explain(scheme: Scheme, codemap: CodeMap | None, cases: Path, case_id: str) -> None:
    for batch in read_cases(cases, READ):
        check_columns(batch.schema)
        ids = batch.column("case_id").cast(pa.string())
        place = pc.index(ids, pa.scalar(case_id)).as_py()
        if place >= 0:
            for line in _explained(scheme, codemap, batch.slice(place, 1).to_pylist()[0]):
                typer.echo(line)
            return
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
