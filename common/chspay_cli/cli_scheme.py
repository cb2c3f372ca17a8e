"""``chspay scheme``: import an official workbook, show what a scheme holds, check it for known faults.

Its life (seal, verify, publish ...) is that of every artefact: :mod:`chspay_cli.cli_life`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table

from chspay_cli import cli_scheme_group
from chspay_cli.casefile import read_cases
from chspay_cli.cli_life import LifeVerbs, OutFile, Shelf, save_run, state_line
from chspay_cli.cli_scheme_diff import diff
from chspay_cli.cli_stats import stats
from chspay_cli.schemecases import answered, principal, read_weights
from chspay_cli.schemefile import check_out, find_scheme, imported_scheme, read_source, save_imported
from chspay_core.amounts import decimal_text
from chspay_core.case import Status
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.given import READ, check_columns
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.lint import Finding, Truncated, lint_scheme, lint_weights
from chspay_grouper.engine.scheme import Group, Scheme, import_scheme
from chspay_grouper.engine.workbook import Repair

GROUP_MISSING = Reason("GROUP_MISSING", Kind.NOT_FOUND, "方案{scheme}中没有编码为“{value}”的MDC、ADRG或DRG。")

app = typer.Typer(help="分组方案：导入官方工作簿、查看、检查、封存、发布。", no_args_is_help=True)
for _command in (diff, cli_scheme_group.group, stats):
    app.command(_command.__name__)(_command)
LifeVerbs(Shelf("chspay scheme", imported_scheme)).mount(app)
_SHOWN_PER_KIND = 200
_COUNT_NAMES = {
    "mdc": "MDC",
    "adrg": "ADRG",
    "qy": "其中歧义组",
    "drg": "DRG",
    "sets": "集合",
    "set_members": "集合成员",
    "mcc": "MCC",
    "cc": "CC",
    "exclusion_tables": "排除表",
    "exclusion_rows": "排除表成员",
}


@app.command("import")
def import_(
    workbook: Annotated[Path, typer.Argument(help="官方工作簿（.xlsx）、六张CSV表的文件夹或其zip")],
    out: Annotated[Path, typer.Option("--out", help="导入结果的文件夹")],
    manifest: Annotated[
        Path | None, typer.Option("--manifest", help="清单文件（选项、扩展变量、修订）")
    ] = None,
) -> None:
    """导入官方配置工作簿，逐条列出所作的修复；读不懂的内容拒绝导入并指明表、行和位置。

    例：

      chspay scheme import official-workbook.xlsx --manifest manifest.json --out S
    """
    check_out(out)
    screen = Console(stderr=True)
    with screen.status("读取工作簿…"):
        source = read_source(workbook, manifest)
        imported = import_scheme(source.sheets, source.manifest)
    save_imported(out, imported, source)
    _print_repairs([*source.notes, *imported.repairs], out)
    _print_counts(imported.scheme)
    typer.echo(f"已导入 {imported.scheme.scheme_id}，SM3 {imported.scheme.digest}，保存在 {out}")


@app.command("show")
def show(
    scheme: Annotated[str, typer.Argument(help="导入结果的文件夹，或自带方案的编号")],
    code: Annotated[str | None, typer.Argument(help="MDC、ADRG或DRG编码；不给则显示概况")] = None,
) -> None:
    """显示方案的概况，或某个组的规则与下级。

    例：

      chspay scheme show S

      chspay scheme show chspay_starter BR2
    """
    found, rows = find_scheme(scheme)
    if code is None:
        typer.echo(f"{found.scheme_id}  {found.title}  版本 {found.version or '未注明'}")
        typer.echo(f"SM3 {found.digest}")
        if found.usage:
            typer.echo(f"用途 {found.usage}")
        state = state_line(Path(scheme), found.artefact)
        if state:
            typer.echo(state)
        _print_counts(found)
        return
    matches = [entry for entry in _groups(found) if entry[1].code == code.upper()]
    if not matches:
        raise Fault(GROUP_MISSING, field="code", value=code, scheme=found.scheme_id)
    for sheet, group in matches:
        _print_group(sheet, group, rows)


@app.command("simulate")
def simulate(
    scheme: Annotated[str, typer.Argument(help="导入结果的文件夹，或自带方案的编号")],
    cases: Annotated[Path, typer.Argument(help="病例文件（.csv、.csv.gz、.parquet）")],
    out: OutFile,
) -> None:
    """用方案给一批病例做模拟分组，把各状态与各病组的病例数、全部答案的摘要写成一份可引用的结果。"""
    found = find_scheme(scheme)[0]
    grouper = BatchGrouper(Grouper(found))

    def answers() -> Iterator[tuple[pa.Array, dict[str, pa.Array]]]:
        for batch in read_cases(cases, READ):
            check_columns(batch.schema)
            yield batch.column("case_id"), grouper.columns(grouper.numbers(batch))

    save_run(found, answers(), out, Status.GROUPED.value)


@app.command("lint")
def lint(
    scheme: Annotated[str, typer.Argument(help="导入结果的文件夹，或自带方案的编号")],
    kind: Annotated[str | None, typer.Option("--kind", help="只列出这一类，如 UNREACHABLE")] = None,
    weights: Annotated[Path | None, typer.Option("--weights", help="权重表：另查没有权重的病组")] = None,
    cases: Annotated[
        Path | None, typer.Option("--cases", help="病例文件：另查被截断的列表（未入组占比）")
    ] = None,
    most: Annotated[
        str, typer.Option("--most-ungrouped", help="未入组占比超过它即报告，按主要诊断首字母计")
    ] = "0.1",
) -> None:
    """检查方案的常见错误：轮不到的组、吞掉一切的空条件、进不来的主要诊断等。发现问题时退出码为1。

    例：

      chspay scheme lint S --kind UNREACHABLE

      chspay scheme lint S --weights weights.csv --cases cases.csv.gz
    """
    found, rows = find_scheme(scheme)
    with Console(stderr=True).status("检查方案…"):
        everything = lint_scheme(found)
        if weights is not None:
            everything += lint_weights(found, read_weights(weights))
        if cases is not None:
            everything += _truncated(found, cases, most)
        findings = [finding for finding in everything if kind in (None, finding.kind)]
    for finding in findings:
        typer.echo(_finding_line(finding, rows))
    tally = Counter(finding.kind for finding in findings)
    told = "，".join(f"{name} {number}" for name, number in sorted(tally.items())) or "没有发现问题"
    typer.echo(f"{found.scheme_id}：{told}", err=True)
    if findings:
        raise typer.Exit(1)


def _truncated(scheme: Scheme, cases: Path, most: str) -> list[Finding]:
    limit, found = decimal_text(most, "--most-ungrouped"), Truncated()
    for part in answered(cases, scheme):
        principals = [principal(codes) for codes in part.batch.column("diagnoses").to_pylist()]
        found.add(principals, part.answers[0]["status"].to_pylist())
    return found.findings(limit)


def _finding_line(finding: Finding, rows: Mapping[str, int]) -> str:
    row = rows.get(f"{finding.sheet} {finding.code}")
    place = f"{finding.sheet}第{row}行" if row else finding.sheet
    return f"{finding.kind}  {place}  {finding.code}：{finding.text}"


def _print_repairs(repairs: list[Repair], out: Path) -> None:
    shown: Counter[str] = Counter()
    for repair in repairs:
        shown[repair.kind] += 1
        if shown[repair.kind] <= _SHOWN_PER_KIND:
            typer.echo(repair.line())
    for kind, number in shown.items():
        if number > _SHOWN_PER_KIND:
            typer.echo(f"……{kind}另有{number - _SHOWN_PER_KIND}处，全部列在{out / 'import.json'}")
    typer.echo(f"共修复{len(repairs)}处。" if repairs else "没有需要修复的地方。")


def _print_counts(scheme: Scheme) -> None:
    table = Table("项目", "数量")
    table.columns[1].justify = "right"
    for name, number in scheme.counts().items():
        table.add_row(_COUNT_NAMES[name], f"{number:,}")
    Console().print(table)


def _groups(scheme: Scheme) -> list[tuple[str, Group]]:
    adrgs = [adrg for _, adrg in scheme.adrgs()]
    found = [("MDC", mdc) for mdc in scheme.mdcs] + [("ADRG", adrg) for adrg in adrgs]
    return found + [("DRG", drg) for adrg in adrgs for drg in adrg.children]


def _print_group(sheet: str, group: Group, rows: Mapping[str, int]) -> None:
    row = rows.get(f"{sheet} {group.code}")
    typer.echo(f"{sheet} {group.code} {group.name}" + (f"（{sheet}表第{row}行）" if row else ""))
    typer.echo(f"  规则：{group.rule or '（空，总是成立）'}")
    for child in group.children:
        typer.echo(f"  {child.code} {child.name}：{child.rule or '（空，总是成立）'}")
