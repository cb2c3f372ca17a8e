"""``chspay whatif``: who gains and who loses under other rules, a grid of them, and a reform evaluated."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chspay_cli.casefile import FILE_MISSING, OUTPUTS, check_kind
from chspay_cli.coefficientfile import read_coefficients
from chspay_cli.trial_input import read_levels
from chspay_cli.trial_run import NO_DEPARTMENT, NO_PATIENT, NOT_FOUND
from chspay_cli.whatif_output import (
    BY_NAMES,
    screen,
    show_evaluation,
    show_rows,
    show_summaries,
    write_outcomes,
    write_series,
)
from chspay_core.amounts import decimal_text, fen_to_yuan, yuan_to_fen
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month, parse_day
from chspay_core.tables import COLUMN_MISSING
from chspay_kit.machinecode import keep_machine_code
from chspay_policy import ROOT
from chspay_settlement.engine.groups.point_source import POINT_SOURCES, SOURCE
from chspay_settlement.engine.whatif.its import evaluate
from chspay_settlement.engine.whatif.outcome import By, compared, summary
from chspay_settlement.engine.whatif.period import bands_of
from chspay_settlement.engine.whatif.scenario import BASE, Scenario, check_names, scenario_of
from chspay_settlement.engine.whatif.sweep import Grid

if TYPE_CHECKING:
    from chspay_settlement.engine.whatif.bench import Bench

WEIGHTS_ONLY_ONLINE = Reason(
    "WHAT_IF_WEIGHT_TABLE",
    Kind.PRECONDITION,
    "本地按公布的权重表定点数，离线模拟只会由病例测算；请对已完成的月结发起模拟，它用月结当时的权重表。",
)
#: What a shell expects of a command that was interrupted.
EXIT_INTERRUPTED = 130
SHOWN_BEST = 5
app = typer.Typer(
    no_args_is_help=True,
    help="""测算模拟：同一批病例、同一笔基金，换一套规则看谁多谁少；不入账，不改数据。

例：

  chspay whatif run cases.parquet --fund 50000000 --policy 990100 --on 2026-03-31 \\
    --plan high.yaml --hospitals hospitals.csv --by level --by group --out result.xlsx

  chspay whatif sweep cases.parquet --fund 50000000 --policy 990100 --on 2026-03-31 \\
    --axis rules:outlier.low_multiple=0.3..0.5/0.05 --axis fund_factor=1,1.02 --out sweep.csv

  chspay whatif its series.csv --change 2026-01 --column cost_per_case
""",
)
_Cases = Annotated[Path, typer.Argument(help="已分组的病例文件（.csv、.csv.gz、.parquet）")]
_Fund = Annotated[str, typer.Option("--fund", help="待分配的医保基金，元")]
_Place = Annotated[str, typer.Option("--policy", help="政策所属地区，六位代码，如 990100")]
_Day = Annotated[str, typer.Option("--on", help="按哪一天的规则，YYYY-MM-DD")]
_Hospitals = Annotated[
    Path | None,
    typer.Option("--hospitals", help="医疗机构表（CSV：hospital_code, level，可有community医共体）"),
]
_Coefficients = Annotated[
    Path | None, typer.Option("--coefficients", help="差异系数测算表（chspay value coefficients的结果）")
]
_Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="线程数，默认为处理器数")]
_Root = Annotated[
    Path, typer.Option("--policy-root", help="政策库文件夹，默认随程序发布的政策库。", show_default=False)
]


class _File(NamedTuple):
    """What is simulated: the options that every command of a case file has."""

    cases: Path
    fund: str
    policy: str
    on: str
    hospitals: Path | None
    coefficients: Path | None
    jobs: int | None
    root: Path


@contextmanager
def _on_bench(
    file: _File, scenarios: Sequence[Scenario], bands: Sequence[str]
) -> Iterator[tuple[Bench, list[str]]]:
    """The file on the bench, and what has to be said about it."""
    # The compiled loops are loaded by whoever needs them.
    keep_machine_code()
    from chspay_cli.whatif_input import Asked, Given, read_communities, read_period
    from chspay_settlement.engine.whatif.bench import Bench

    law = Bundle.load(file.root, file.policy).on(parse_day(file.on, "--on"))
    if law.has(SOURCE) and POINT_SOURCES.chosen(law).published:
        raise Fault(WEIGHTS_ONLY_ONLINE, field=SOURCE)
    measured = None if file.coefficients is None else read_coefficients(file.coefficients)
    fund = yuan_to_fen(file.fund, "--fund")
    given = Given(read_levels(file.hospitals), read_communities(file.hospitals), fund, law, measured)
    asked = Asked.by(scenarios, bool(bands))
    with ThreadPoolExecutor(file.jobs or os.cpu_count() or 1) as pool:
        with _bar("读取病例") as tell:
            period, has_department = read_period(file.cases, given, asked, pool.map, tell)
        notes = [note for key, note in NOT_FOUND.items() if law.has(key)]
        notes += [NO_PATIENT] * period.no_patient + [NO_DEPARTMENT] * (not has_department)
        yield Bench(period, each=pool.map, bands=bands_of(bands)), notes


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the error stream; told how much of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@app.command()
def run(  # noqa: PLR0913, PLR0917 - one parameter per option
    cases: _Cases,
    fund: _Fund,
    policy: _Place,
    on: _Day,
    plan: Annotated[list[Path], typer.Option("--plan", help="方案文件（YAML），可给多个")],
    hospitals: _Hospitals = None,
    coefficients: _Coefficients = None,
    age_bands: Annotated[str, typer.Option("--age-bands", help="年龄段，如 0-17,18-64,65-")] = "",
    by: Annotated[list[By] | None, typer.Option("--by", help="列出哪些得失，可给多个")] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="屏幕上两头各列多少行")] = 10,
    out: Annotated[Path | None, typer.Option("--out", help="另存全部得失（.csv、.parquet、.xlsx）")] = None,
    jobs: _Jobs = None,
    policy_root: _Root = ROOT,
) -> None:
    """按几个方案重新结算，比较各医疗机构、等级、病组、医共体、年龄段的得失。

    方案文件里what_if是名称，其余至少一项：

    rules 政策参数与试用的值（写成修订里的一条也可）；amendment 整份修订

    points 病组与另定的基准点数；point_factors 病组与基准点数的倍数

    fund 基金（元）；fund_factor 基金的倍数

    grouping 另一个分组结果所在的列（状态在“列名_status”，没有则由病组推定）

    prices 换价：factors 费用类别（列名）与倍数，patient 为kept（个人负担不变）或proportional（占比不变）

    例：chspay whatif run cases.parquet --fund 50000000 --policy 990100 --on 2026-03-31 --plan a.yaml
    """
    keep_machine_code()
    from chspay_cli.whatif_input import read_scenario

    if out is not None:
        check_kind(out, OUTPUTS)
    scenarios = [read_scenario(path) for path in plan]
    check_names(scenarios)
    bands = [text.strip() for text in age_bands.split(",") if text.strip()]
    given = _File(cases, fund, policy, on, hospitals, coefficients, jobs, policy_root)
    with _on_bench(given, scenarios, bands) as (bench, notes), _bar("试算") as tell:
        outcomes = []
        for number, scenario in enumerate((BASE, *scenarios)):
            tell(number, len(scenarios) + 1)
            outcomes.append(bench.clear(scenario))
    base = outcomes[0]
    show_summaries([summary(base, outcome) for outcome in outcomes], notes)
    for outcome in outcomes[1:]:
        for wanted in by or [By.HOSPITAL]:
            if wanted not in outcome.facets:
                screen().print(f"没有按{BY_NAMES[wanted]}汇总：缺少所需的列或表。")
                continue
            show_rows(outcome.name, wanted, compared(base, outcome, wanted), most)
    if out is not None:
        screen().print(f"{write_outcomes(out, base, outcomes[1:])}行，写入{out}。")


@app.command()
def sweep(  # noqa: PLR0913, PLR0917 - one parameter per option
    cases: _Cases,
    fund: _Fund,
    policy: _Place,
    on: _Day,
    axis: Annotated[
        list[str],
        typer.Option(
            "--axis",
            help="对象=取值，可给多个。对象：rules:键、rules:键[列=值].列、points:病组、point_factors:病组、"
            "prices:费用类别、fund_factor。取值：0.3,0.4 或 0.3..0.5/0.05（起..止/步）",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", help="结果文件（.csv、.parquet、.xlsx）；中断后重做同一命令即续做")
    ],
    plan: Annotated[
        Path | None, typer.Option("--plan", help="每个点都另外改的方案（YAML，与whatif run相同）")
    ] = None,
    listed: Annotated[bool, typer.Option("--listed", help="各对象的值逐个对应，而不是全部组合")] = False,
    hospitals: _Hospitals = None,
    coefficients: _Coefficients = None,
    jobs: _Jobs = None,
    policy_root: _Root = ROOT,
) -> None:
    """按网格逐点重新结算，只记指标：最大减少、减少的家数、换了医院的钱、基尼系数、RIV。

    例：chspay whatif sweep cases.parquet --fund 50000000 --policy 990100 --on 2026-03-31
    --axis rules:outlier.low_multiple=0.3..0.5/0.01 --out sweep.csv
    """
    keep_machine_code()
    from chspay_cli.whatif_input import read_plan
    from chspay_cli.whatif_sweep import Journal, axis_of, best, run_sweep, sweep_digest, write_sweep

    grid = Grid(tuple(map(axis_of, axis)), not listed)
    name, parts = ("", {}) if plan is None else read_plan(plan)
    law = Bundle.load(policy_root, policy).on(parse_day(on, "--on"))
    # What the points read of the file shows at the first one.
    first = [grid.scenario(0, grid.points()[0], law, parts), scenario_of(name, parts)]
    given = _File(cases, fund, policy, on, hospitals, coefficients, jobs, policy_root)
    with _on_bench(given, first, []) as (bench, notes):
        base = bench.clear()
        journal = Journal(out, sweep_digest(base, grid, parts, law.digest))
        try:
            with _bar("网格") as tell:
                run_sweep(bench, base, grid, parts, journal, tell)
        except KeyboardInterrupt:
            typer.echo(f"已做{len(journal.done)} / {len(grid)}点，重做同一命令即续做。", err=True)
            raise typer.Exit(EXIT_INTERRUPTED) from None
        rows = write_sweep(out, grid, journal)
        found = best(journal)
        journal.close()
    for note in notes:
        typer.echo(f"注意：{note}")
    typer.echo(f"{rows}个点，写入{out}；其中{rows - len(found)}个不能结算，原因在failure_reason一列。")
    for one, own in found[:SHOWN_BEST]:
        values = "，".join(
            f"{axis.target}={text}" for axis, text in zip(grid.axes, one["values"], strict=True)
        )
        typer.echo(
            f"  {values}：最大减少{fen_to_yuan(own.largest_loss_fen)}元"
            f"（{own.largest_loss_hospital or '无'}），减少的{own.losers}家，基尼系数{own.gini}"
        )


@app.command()
def its(
    series: Annotated[Path, typer.Argument(help="逐月数据（CSV）：month（YYYY-MM）和一列数")],
    change: Annotated[str, typer.Option("--change", help="改革后的第一个月，YYYY-MM")],
    column: Annotated[str, typer.Option("--column", help="哪一列")] = "value",
    lag: Annotated[int, typer.Option("--lag", help="自相关的月数；-1按Newey-West的规则")] = -1,
    confidence: Annotated[str, typer.Option("--confidence", help="置信水平")] = "0.95",
    out: Annotated[Path | None, typer.Option("--out", help="另存实际、拟合与未改革时的走势")] = None,
) -> None:
    """改革前后评价：中断时间序列（分段回归），误差按Newey-West，给出区间；两边各至少8个月。

    例：chspay whatif its series.csv --change 2026-01 --column cost_per_case --out fitted.csv
    """
    found = evaluate(
        _series(series, column),
        Month.parse(change, "--change"),
        lag=None if lag == -1 else lag,
        confidence=decimal_text(confidence, "--confidence"),
    )
    show_evaluation(found, column)
    if out is not None:
        typer.echo(f"{write_series(out, found)}行，写入{out}。")


def _series(path: Path, column: str) -> list[tuple[Month, Fraction]]:
    """A monthly series of a CSV file."""
    if not path.is_file():
        raise Fault(FILE_MISSING, field="file", value=path.name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        for name in ("month", column):
            if name not in (rows.fieldnames or ()):
                raise Fault(COLUMN_MISSING, field=name)
        return [
            (Month.parse((row["month"] or "").strip()), Fraction(_number(row[column], column)))
            for row in rows
        ]


def _number(text: str | None, column: str) -> Decimal:
    return decimal_text((text or "").strip(), column)
