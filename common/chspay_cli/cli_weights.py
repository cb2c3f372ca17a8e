"""``chspay weights``: weights and base points measured from grouped cases, and how one of them came about."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chspay_cli.casefile import OUTPUTS, check_kind, read_cases, write_rows
from chspay_cli.cli_life import LifeVerbs, OutFile, Shelf, save_run, state_line
from chspay_cli.cli_stats import grouped_stats
from chspay_cli.schemefile import find_scheme
from chspay_cli.sheet_text import sheet_lines
from chspay_cli.trial_input import read_levels
from chspay_cli.weightfile import check_out as check_table
from chspay_cli.weightfile import find_table, save_table
from chspay_cli.weights_input import read_table
from chspay_cli.weights_output import read_run, run_path, save_worksheets
from chspay_core.amounts import from_micro, plain
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import Policy
from chspay_core.wording import evidence_text
from chspay_grouper.engine.weights.cases import WeightKind, take_cases
from chspay_grouper.engine.weights.measure import measure_weights
from chspay_grouper.engine.weights.model import WEIGHT_UNKNOWN, Measured
from chspay_grouper.engine.weights.sealed import WEIGHTED, Weighed, weight_table_of
from chspay_grouper.engine.weights.sheet import KIND_NAMES
from chspay_grouper.engine.weights.statement import overview, run_content
from chspay_grouper.engine.weights.table import WEIGHT_SCHEMA, weight_rows
from chspay_grouper.engine.weights.terms import WeightTerms
from chspay_policy import ROOT

METHOD_FORM = Reason(
    "WEIGHTS_METHOD_FORM",
    Kind.INVALID,
    "--method 应写成 参数=值，如 points.trim=percentiles@1，收到“{value}”。",
)
TRIED_UNSEALABLE = Reason(
    "WEIGHTS_TRIED_UNSEALABLE",
    Kind.PRECONDITION,
    "试用的方法只供比较，不能写成可封存的权重表；请去掉 --method 或 --table。",
)
METHOD_UNUSED = Reason(
    "WEIGHTS_METHOD_UNUSED", Kind.INVALID, "测算权重没有用到参数“{value}”，请检查 --method 的写法。"
)
EXIT_FAULTS = 1
NOTICE = "测算：供论证使用，不作为支付依据。"
REASONS = {
    "not_grouped": "未入组",
    "cost_missing": "没有总费用",
    "cost_not_positive": "总费用不大于零",
    "year_missing": "没有出院日期",
    "year_outside": "出院年份不在测算的年份内",
    "days_missing": "床日病例没有住院天数",
}

app = typer.Typer(help="权重：由往年病例测算权重与基准点数，查看底稿，封存、发布。", no_args_is_help=True)
LifeVerbs(Shelf("chspay weights", find_table)).mount(app)
app.command("stats")(grouped_stats)


@app.command("measure")
def measure(  # noqa: PLR0913, PLR0917 - one parameter per option
    cases: Annotated[
        list[Path], typer.Argument(help="已分组的病例文件，可给几个（.csv、.csv.gz、.parquet）")
    ],
    policy: Annotated[str, typer.Option("--policy", help="政策所属地区，六位代码，如 990100")],
    on: Annotated[str, typer.Option("--on", help="按哪一天的规则，YYYY-MM-DD；年份权重从这一年往前数")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="权重表（.csv、.csv.gz、.parquet、.xlsx），底稿存在旁边")
    ],
    method: Annotated[
        list[str] | None,
        typer.Option("--method", help="试用另一种方法：参数=值，可多次；只供比较，结果标明"),
    ] = None,
    hospitals: Annotated[
        Path | None, typer.Option("--hospitals", help="医疗机构等级表（CSV：hospital_code, level）")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--table", help="另写成可封存的权重表：新文件夹，供 seal 等使用")
    ] = None,
    table_id: Annotated[
        str | None, typer.Option("--id", help="权重表编号，各版本相同；默认 weights-地区代码")
    ] = None,
    scheme: Annotated[
        str | None, typer.Option("--scheme", help="病例分组所用的方案；其SM3写入可封存的权重表")
    ] = None,
) -> None:
    """由已分组的病例测算权重、基准点数、床日点数和权重的费用构成。

    需要列 drg, total_cost；按年加权需要 discharge_date，床日需要 department, los_days，费用构成需要
    fee_drug, fee_consumable, fee_test, fee_service，中医病组需要 tcm_diagnoses, tcm_cost。

    例：

      chspay weights measure y2023.parquet y2024.parquet y2025.parquet --policy 990100 --on 2026-01-01 \\
        -o weights.csv

      chspay weights measure cases.csv.gz --policy 990100 --on 2026-01-01 \\
        --method points.trim=percentiles@1 -o weights.xlsx
    """
    check_kind(out, OUTPUTS)
    tried = _tried(method or [])
    if table is not None:
        _check_sealable(table, tried)
    grouped_by = find_scheme(scheme)[0].digest if scheme else ""
    bundle = Bundle.load(ROOT, policy)
    rules = bundle.on(parse_day(on, "--on"))
    if tried:
        rules = rules.tried(tried)
    terms = WeightTerms.read(rules)
    unused = sorted(set(tried) - {rule.key for rule in rules.used})
    if unused:
        raise Fault(METHOD_UNUSED, field="--method", value=unused[0])
    screen = Console(stderr=True)
    with screen.status("读取病例…") as status:
        read, sources = read_table(cases)
        status.update("测算权重…")
        columns = take_cases(read, terms, read_levels(hospitals))
        measured = measure_weights(columns, terms)
        status.update("写出结果…")
        rows = weight_rows(measured)
        # The worksheets first: a table without them would have to be believed.
        content = run_content(measured, terms, columns, sources, tried)
        write_rows(out, WEIGHT_SCHEMA, iter([rows]))
        save_worksheets(out, content)
        if table is not None:
            sealable = weight_table_of(measured, terms, table_id or f"weights-{policy}", grouped_by)
            save_table(table, sealable, {"input": sources, "left_out": columns.left_out})
    _report(measured, rules, columns.left_out, columns.fees_unusable, tried)
    typer.echo(f"权重表 {out}，底稿 {run_path(out)}；查看一个病组：chspay weights show {out} 病组编码")


@app.command("show")
def show(
    weights: Annotated[
        Path, typer.Argument(help="chspay weights measure 写出的权重表，或 --table 写出的文件夹")
    ],
    code: Annotated[str | None, typer.Argument(help="病组、中医病组或床日类别；不给则显示概况")] = None,
) -> None:
    """显示权重表的概况，或一个病组的测算底稿：逐行列出数值、公式、取整和依据。权重表被改动过则退出码为1。

    例：

      chspay weights show weights.csv

      chspay weights show weights.csv BR23
    """
    if weights.is_dir():
        _show_table(weights, code)
        return
    run = read_run(weights)
    if not run.intact:
        typer.echo(f"权重表 {weights.name} 与测算时写出的不一致，请重新测算。", err=True)
        raise typer.Exit(EXIT_FAULTS)
    if code is None:
        for line in run.summary:
            typer.echo(line)
        return
    title, lines = run.sheet(code)
    typer.echo(f"{title}　{NOTICE}")
    for text in sheet_lines(lines, run.citations):
        typer.echo(text)


def _show_table(folder: Path, code: str | None) -> None:
    found = find_table(folder)
    rows = [row for row in found.rows if code in {None, row.code}]
    if code is not None and not rows:
        raise Fault(WEIGHT_UNKNOWN, field="code", value=code)
    if code is None:
        typer.echo(f"{found.table_id}  {found.place}  自{found.on}  SM3 {found.digest}")
        typer.echo(f"政策 {found.policy_digest}")
        typer.echo(f"分组方案 {found.scheme or '未注明'}")
        typer.echo(f"证据等级 {evidence_text(found.weakest_evidence())}")
        kinds = Counter(row.kind for row in rows)
        told = "，".join(f"{KIND_NAMES[WeightKind(kind)]}{n:,}" for kind, n in sorted(kinds.items()))
        typer.echo(f"{told}；基准点数以{found.scale}为均值")
        state = state_line(folder, found.artefact)
        if state:
            typer.echo(state)
        return
    for row in rows:
        weight, points = (plain(from_micro(micro)) for micro in (row.weight_micro, row.points_micro))
        typer.echo(f"{row.code}  权重{weight}  基准点数{points}  {row.cases:,}例  变异系数{row.cv or '—'}")
        typer.echo(
            f"  {'稳定' if row.stable else '非稳定'}，{'不设' if row.no_coefficient else '设'}差异系数"
        )
        for level, micro in row.levels:
            typer.echo(f"  {level}级医疗机构权重{plain(from_micro(micro))}")


@app.command("simulate")
def simulate(
    table: Annotated[Path, typer.Argument(help="可封存的权重表文件夹")],
    cases: Annotated[Path, typer.Argument(help="已分组的病例文件（.csv、.csv.gz、.parquet）")],
    out: OutFile,
    hospitals: Annotated[
        Path | None, typer.Option("--hospitals", help="医疗机构等级表；分等级的权重需要")
    ] = None,
) -> None:
    """用权重表给一批已分组的病例取权重：有权重、没有权重、未入组各多少例，写成一份可引用的结果。"""
    found = find_table(table)
    weighed = Weighed(found, read_levels(hospitals))
    parts = (
        (batch.column("case_id"), weighed.columns(batch))
        for batch in read_cases(cases, ("case_id", "drg", "status", "hospital_code"))
    )
    save_run(found, parts, out, WEIGHTED)


def _check_sealable(table: Path, tried: dict[str, str]) -> None:
    """Refuse a place or a way of measuring that no table to be sealed may have."""
    check_table(table)
    if tried:
        raise Fault(TRIED_UNSEALABLE, field="--table")


def _tried(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not (key and sign and value) or key in found:
            raise Fault(METHOD_FORM, field="--method", value=word)
        found[key] = value
    return found


def _report(
    measured: Measured, policy: Policy, left_out: dict[str, int], unusable: int, tried: dict[str, str]
) -> None:
    screen = Console()
    screen.print(f"[bold]{NOTICE}[/bold]")
    place = f"{policy.place_name}（{policy.place}） {policy.on}"
    screen.print(f"政策 {place}，证据等级 {evidence_text(policy.weakest_evidence())}")
    for key, value in tried.items():
        screen.print(f"注意：试用 {key} = {value}，不是政策的规定", markup=False)
    for name, number in left_out.items():
        screen.print(f"未计入：{REASONS[name]} {number} 例")
    if unusable:
        screen.print(f"注意：{unusable} 例的分项费用缺失或与总费用不符，所在病组不列费用构成")
    screen.print(_table(measured))


def _table(measured: Measured) -> Table:
    table = Table("项目", "数值")
    table.columns[1].justify = "right"
    for name, value in overview(measured):
        table.add_row(name, value)
    return table
