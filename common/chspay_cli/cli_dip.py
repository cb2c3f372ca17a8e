"""``chspay dip``: a DIP catalogue from cases, and what it says of cases."""

from __future__ import annotations

import json
import os
from collections import Counter, deque
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import typer
from rich.console import Console

from chspay_cli.casefile import OUTPUTS, check_kind, open_cases, read_cases, write_rows
from chspay_cli.cli_group import CASE_NOT_IN_FILE, Columns, is_small
from chspay_cli.cli_life import LifeVerbs, OutFile, Shelf, save_run, state_line
from chspay_cli.dip_show import CHANGE_NAMES, GROUP_SCHEMA, change_line, group_lines, group_rows, overview
from chspay_cli.dipfile import (
    check_out,
    find_catalogue,
    read_names,
    read_tables,
    save_built,
    shipped_tables,
)
from chspay_cli.grouping import Work, in_processes, kept
from chspay_cli.trial_input import read_levels
from chspay_core.artefact import require_named
from chspay_core.bundle import Bundle
from chspay_core.case import Status
from chspay_core.casting import typed
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_grouper.engine.dip.batch import ANSWER_SCHEMA, DipBatch
from chspay_grouper.engine.dip.build import build
from chspay_grouper.engine.dip.catalogue import Catalogue, diff, load_catalogue
from chspay_grouper.engine.dip.match import DipGrouper
from chspay_grouper.engine.dip.prose import SENTENCES, prose
from chspay_grouper.engine.dip.record import READ, check_columns, records_of
from chspay_policy import ROOT

DIP_GROUP_UNKNOWN = Reason("DIP_GROUP_UNKNOWN", Kind.NOT_FOUND, "目录中没有病种“{value}”。")
SHOWN_CHANGES = 40

app = typer.Typer(
    help="DIP（按病种分值付费）目录：由病例建立、查看、封存、发布，为病例分组并说明，比较两个目录。",
    no_args_is_help=True,
    epilog="例：chspay dip build 2024.parquet 2025.parquet --policy 990100 --on 2026-01-01 --out C",
)

LifeVerbs(Shelf("chspay dip", find_catalogue)).mount(app)
_Catalogue = Annotated[Path, typer.Option("--catalogue", help="chspay dip build 建立的目录文件夹")]


@app.command("build")
def build_catalogue(
    cases: Annotated[list[Path], typer.Argument(help="病例文件，可给几年的（.csv、.csv.gz、.parquet）")],
    policy: Annotated[str, typer.Option("--policy", help="政策所属地区，六位代码，如 990100")],
    on: Annotated[str, typer.Option("--on", help="目录自哪天起使用，YYYY-MM-DD；病例取该年以前的年份")],
    out: Annotated[Path, typer.Option("--out", help="目录文件夹")],
    tables: Annotated[
        Path | None, typer.Option("--tables", help="DIP规则表文件夹；默认用政策指定的自带规则表")
    ] = None,
    names: Annotated[
        list[Path] | None, typer.Option("--names", help="编码名称表（CSV：code, name），可给几个")
    ] = None,
    hospitals: Annotated[
        Path | None, typer.Option("--hospitals", help="医疗机构等级表（CSV：hospital_code, level）")
    ] = None,
    catalogue_id: Annotated[
        str | None, typer.Option("--id", help="目录编号，各版本相同；默认 dip-地区代码")
    ] = None,
) -> None:
    """由病例建立DIP目录：核心病种、综合病种、分值、辅助分型；结果封存，摘要为SM3。"""
    check_out(out)
    rules = Bundle.load(ROOT, policy).on(parse_day(on, "--on"))
    folder = tables or shipped_tables(rules.text("dip.tables"))
    held = read_tables(folder)
    levels, known = read_levels(hospitals), read_names(names or [])
    with Console(stderr=True).status("建立目录…"):
        batches = (batch for path in cases for batch in read_cases(path, READ))
        built = build(
            batches, rules, held, catalogue_id=catalogue_id or f"dip-{policy}", levels=levels, names=known
        )
    save_built(out, built, {path.name: sm3_hex(path.read_bytes()) for path in cases})
    for line in overview(built.catalogue):
        typer.echo(line, err=True)
    for reason, n in sorted(built.unused.items()):
        typer.echo(f"  未用 {reason} {n:,}例", err=True)
    typer.echo(f"目录：{out}。")


@app.command("show")
def show(
    catalogue: Annotated[Path, typer.Argument(help="目录文件夹")],
    group: Annotated[str | None, typer.Option("--group", help="只看这个病种，例如 K35.9:47.0100")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="把病种表写入文件（.csv、.csv.gz、.parquet、.xlsx）")
    ] = None,
) -> None:
    """查看目录：各类病种数、覆盖、所据规则；或一个病种的测算结果。"""
    found = find_catalogue(catalogue)
    if group is not None:
        held = found.group(group)
        if held is None:
            raise Fault(DIP_GROUP_UNKNOWN, field="--group", value=group)
        lines = group_lines(held, found)
    else:
        lines = overview(found)
        lines += [line for line in [state_line(catalogue, found.artefact)] if line]
    for line in lines:
        typer.echo(line)
    if out is not None:
        check_kind(out, OUTPUTS)
        write_rows(out, GROUP_SCHEMA, iter([group_rows(found)]))


@app.command("group")
def group_cases(
    cases: Annotated[Path, typer.Argument(help="病例文件（.csv、.csv.gz、.parquet）")],
    catalogue: _Catalogue,
    out: Annotated[Path, typer.Option("-o", "--out", help="结果文件（.csv、.csv.gz、.parquet、.xlsx）")],
    columns: Annotated[
        Columns, typer.Option("--columns", help="all 保留原有各列；answers 只写 case_id 与分组结果")
    ] = Columns.ALL,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="进程数，默认为处理器数")] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", help="核对目录就是这个地区的政策所指定的，不是则拒绝")
    ] = None,
    on: Annotated[str, typer.Option("--on", help="按哪一天的政策核对，YYYY-MM-DD")] = "",
) -> None:
    """为病例文件分组：逐行给出病种、分值、辅助分型系数、状态与原因，行序不变；进程多少不影响结果。"""
    check_kind(out, OUTPUTS)
    found = find_catalogue(catalogue)
    if policy is not None:
        require_named(Bundle.load(ROOT, policy).on(parse_day(on, "--on")), found.artefact)
    batch_grouper = DipBatch(DipGrouper(found))
    answers_only = columns is Columns.ANSWERS
    make_typed = out.name.lower().endswith(".parquet") and not cases.name.lower().endswith(".parquet")
    tally: Counter[int] = Counter()

    def shaped(batch: pa.RecordBatch, numbers: np.ndarray, scores: dict[int, int]) -> pa.RecordBatch:
        met, counts = np.unique(numbers, return_counts=True)
        tally.update(dict(zip(met.tolist(), counts.tolist(), strict=True)))
        kept = [name for name in batch.schema.names if name not in ANSWER_SCHEMA.names]
        rest = batch.select(["case_id"] if answers_only else kept)
        rest = typed(rest)[0] if make_typed else rest
        answers = batch_grouper.columns(numbers, scores)
        schema = pa.schema([*rest.schema, *ANSWER_SCHEMA])
        return pa.RecordBatch.from_arrays([*rest.columns, *answers.values()], schema=schema)

    number = jobs or (1 if is_small(cases) else os.cpu_count() or 1)
    with in_processes(batch_grouper.group, _grouping, (found.content,), number) as through:
        opened = open_cases(cases, READ if answers_only else None)
        held: deque[pa.RecordBatch] = deque()
        empty = pa.RecordBatch.from_pylist([], schema=opened.schema)
        schema = shaped(empty, *batch_grouper.group(_read(empty))).schema
        done = (shaped(held.popleft(), *answer) for answer in through(kept(opened.batches, held, _read)))
        write_rows(out, schema, done)
    _report(batch_grouper, tally)


def _read(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Only what DIP reads travels to the workers."""
    return batch.select([name for name in READ if name in batch.schema.names])


def _grouping(content: bytes) -> Work[tuple[np.ndarray, dict[int, int]]]:
    return DipBatch(DipGrouper(load_catalogue(content))).group


def _report(batch_grouper: DipBatch, tally: Counter[int]) -> None:
    levels: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for number, rows in tally.items():
        answer = batch_grouper.answer(number)
        if answer.group is not None:
            levels[answer.group.level] += rows
        else:
            reasons[answer.reason] += rows
    total = sum(tally.values())
    told = f"核心病种{levels['core']:,}，综合病种{levels['comprehensive']:,}，"
    told += f"中医优势病种{levels['tcm']:,}，床日病种{levels['bed_day']:,}，其余{sum(reasons.values()):,}"
    typer.echo(f"共{total:,}例：{told}。", err=True)
    for reason, rows in reasons.most_common():
        typer.echo(f"  {reason} {rows:,}例：{SENTENCES[reason]}", err=True)


@app.command("simulate")
def simulate(
    catalogue: Annotated[Path, typer.Argument(help="目录文件夹")],
    cases: Annotated[Path, typer.Argument(help="病例文件（.csv、.csv.gz、.parquet）")],
    out: OutFile,
) -> None:
    """用目录给一批病例做模拟分组，把各状态与各病种的病例数、全部答案的摘要写成一份可引用的结果。"""
    found = find_catalogue(catalogue)
    grouper = DipBatch(DipGrouper(found))
    parts = (
        (batch.column("case_id"), grouper.columns(*grouper.group(batch))) for batch in read_cases(cases, READ)
    )
    save_run(found, parts, out, Status.GROUPED.value)


@app.command("explain")
def explain(
    cases: Annotated[Path, typer.Argument(help="病例文件")],
    catalogue: _Catalogue,
    case: Annotated[str, typer.Option("--case", help="病例号")],
    as_json: Annotated[bool, typer.Option("--json", help="输出JSON。")] = False,
) -> None:
    """说明一个病例为什么入这个病种：排除、并项、匹配、辅助分型，逐步列出。"""
    grouper = DipGrouper(find_catalogue(catalogue))
    for batch in read_cases(cases, READ):
        check_columns(batch.schema)
        place = pc.index(batch.column("case_id").cast(pa.string()), pa.scalar(case)).as_py()
        if place >= 0:
            trace = grouper.trace(next(records_of(batch.slice(place, 1), grouper.lexicon)))
            if as_json:
                steps = [asdict(step) for step in trace.steps]
                typer.echo(json.dumps({"case_id": case, "steps": steps}, ensure_ascii=False, indent=1))
                return
            for line in prose(trace):
                typer.echo(line)
            return
    raise Fault(CASE_NOT_IN_FILE, field="--case", value=case)


@app.command("diff")
def compare(
    old: Annotated[Path, typer.Argument(help="原目录")],
    new: Annotated[Path, typer.Argument(help="新目录")],
    cases: Annotated[
        Path | None, typer.Option("--cases", help="病例文件：多少例换了病种，分值合计变化多少")
    ] = None,
) -> None:
    """比较两个目录：规则、规则表、增减的病种、变化的分值；给出病例时说明影响。"""
    before, after = find_catalogue(old), find_catalogue(new)
    changes = diff(before, after)
    tally = Counter(change.kind for change in changes)
    told = "，".join(f"{CHANGE_NAMES[kind]}{n:,}" for kind, n in tally.items())
    typer.echo(f"{before.digest[:12]} → {after.digest[:12]}：{told or '没有不同'}。")
    for change in changes[:SHOWN_CHANGES]:
        typer.echo(change_line(change))
    if len(changes) > SHOWN_CHANGES:
        typer.echo(f"……另有{len(changes) - SHOWN_CHANGES:,}处。")
    if cases is not None:
        typer.echo(_moved(before, after, cases))


def _moved(before: Catalogue, after: Catalogue, cases: Path) -> str:
    groupers = (DipBatch(DipGrouper(before)), DipBatch(DipGrouper(after)))
    total = moved = 0
    sums = [0, 0]
    for batch in read_cases(cases, READ):
        codes = []
        for at, grouper in enumerate(groupers):
            columns = grouper.columns(*grouper.group(batch))
            codes.append(np.array(columns["dip"].to_pylist()))
            sums[at] += int((pc.sum(columns["dip_score"]).as_py() or 0) * 10_000)
        total += batch.num_rows
        moved += int((codes[0] != codes[1]).sum())
    left, right = (f"{value // 10_000:,}" for value in sums)
    return f"共{total:,}例，换病种{moved:,}例；病种分值合计{left} → {right}。"
