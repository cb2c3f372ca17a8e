"""Shows and writes what a simulation found: the comparison, its losers, a sweep, an evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from chspay_cli.casefile import write_rows
from chspay_cli.trial_output import NOTICE
from chspay_core.amounts import fen_to_yuan, from_micro
from chspay_settlement.engine.value.divide import CAUSES
from chspay_settlement.engine.whatif.its import LABELS, Evaluation, shown
from chspay_settlement.engine.whatif.outcome import By, Outcome, Row, Summary, compared

WIDTH = 130
BY_NAMES = {
    By.HOSPITAL: "医疗机构",
    By.LEVEL: "等级",
    By.GROUP: "病组",
    By.COMMUNITY: "医共体",
    By.BAND: "年龄段",
}
_MONEY, _POINTS = pa.decimal128(20, 2), pa.decimal128(28, 6)
_SIDES = [("cases", pa.int64()), ("points", _POINTS), ("cmi", pa.string()), ("cost", _MONEY),
          ("patient", _MONEY), ("fund", _MONEY)]  # fmt: skip
ROW_SCHEMA = pa.schema(
    [
        ("scenario", pa.string()),
        ("by", pa.string()),
        ("key", pa.string()),
        *((f"{side}_{name}", kind) for side in ("base", "scenario") for name, kind in _SIDES),
        ("change", _MONEY),
        ("change_ratio", pa.string()),
    ]
)


def screen() -> Console:
    """Where tables are shown."""
    console = Console()
    console.width = max(console.width, WIDTH)
    return console


def summary_cells(found: Summary) -> list[str]:
    """A scenario in a row."""
    return [
        found.name,
        "、".join(found.point_values),
        fen_to_yuan(found.change_fen),
        fen_to_yuan(found.moved_fen),
        str(found.winners),
        str(found.losers),
        fen_to_yuan(found.largest_loss_fen),
        found.largest_loss_hospital,
        found.gini,
        found.riv,
    ]


SUMMARY_HEADS = (
    "方案",
    "点值（元/点）",
    "变化合计",
    "换了医院的钱",
    "增加",
    "减少",
    "最大减少",
    "减少最多的",
    "基尼系数",
    "RIV",
)


def show_summaries(found: Sequence[Summary], notes: Sequence[str]) -> None:
    """Every scenario against the base."""
    console = screen()
    console.print(f"[bold]{NOTICE}[/bold]")
    for note in notes:
        console.print(f"注意：{note}")
    table = Table(title="各方案与现行规定相比（元）", title_justify="left")
    for name in SUMMARY_HEADS:
        table.add_column(name, justify="left" if name in {"方案", "减少最多的"} else "right")
    for one in found:
        table.add_row(*summary_cells(one))
    console.print(table)
    for one in found:
        if one.residual_cause:
            causes = "；".join(CAUSES.get(cause, cause) for cause in one.residual_cause.split("+"))
            console.print(f"{one.name}：余差{fen_to_yuan(one.residual_fen)}元，{causes}。")


def show_rows(name: str, by: By, rows: Sequence[Row], most: int) -> None:
    """The largest losses and gains."""
    table = Table(title=f"{name}：按{BY_NAMES[by]}，减少最多的在前", title_justify="left")
    for head in (BY_NAMES[by], "病例", "基金（现行）", "基金（方案）", "变化", "变化比"):
        table.add_column(head, justify="left" if head == BY_NAMES[by] else "right")
    shown_rows = [*rows[:most], *rows[most:][-most:]] if len(rows) > 2 * most else rows
    for row in shown_rows:
        table.add_row(
            row.key or "未知",
            str(row.base.cases),
            fen_to_yuan(row.base.fund_fen),
            fen_to_yuan(row.scenario.fund_fen),
            fen_to_yuan(row.change_fen),
            row.change_ratio,
        )
    console = screen()
    console.print(table)
    if len(rows) > len(shown_rows):
        console.print(f"共{len(rows)}行，只列出减少最多和增加最多的各{most}行；全部请用 --out。")


def write_outcomes(path: Path, base: Outcome, outcomes: Sequence[Outcome]) -> int:
    """Every row of every scenario and facet, as CSV, Parquet or Excel; answers how many."""

    def batches() -> Iterator[pa.RecordBatch]:
        for outcome in outcomes:
            for by in outcome.facets:
                yield _batch(base, outcome, by)

    return write_rows(path, ROW_SCHEMA, batches())


def _batch(base: Outcome, outcome: Outcome, by: By) -> pa.RecordBatch:
    rows = compared(base, outcome, by)
    columns: dict[str, list[object]] = {
        "scenario": [outcome.name] * len(rows),
        "by": [by.value] * len(rows),
        "key": [row.key for row in rows],
        "change": [_yuan(row.change_fen) for row in rows],
        "change_ratio": [row.change_ratio for row in rows],
    }
    for side, whole in (("base", base), ("scenario", outcome)):
        sums = [getattr(row, side) for row in rows]
        columns[f"{side}_cases"] = [one.cases for one in sums]
        columns[f"{side}_points"] = [from_micro(one.points_micro) for one in sums]
        columns[f"{side}_cmi"] = [whole.cmi(one) for one in sums]
        for name in ("cost", "patient", "fund"):
            columns[f"{side}_{name}"] = [_yuan(getattr(one, f"{name}_fen")) for one in sums]
    return pa.RecordBatch.from_pydict({name: columns[name] for name in ROW_SCHEMA.names}, ROW_SCHEMA)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen_to_yuan(fen))


def show_evaluation(found: Evaluation, measure: str) -> None:
    """The estimates of a reform."""
    console = screen()
    console.print(
        f"[bold]{measure}[/bold]：改革前{found.before}个月、改革后{found.after}个月，改革从{found.change}起；"
        f"误差按Newey-West计算，自相关{found.lag}个月；{found.confidence:%}置信区间。未作季节调整。"
    )
    table = Table()
    for head in ("项目", "估计", "标准误", "区间下限", "区间上限", "p值"):
        table.add_column(head, justify="left" if head == "项目" else "right")
    for one in found.estimates:
        cells = [shown(figure) for figure in (one.value, one.error, one.low, one.high)]
        table.add_row(LABELS[one.name], *cells, "" if one.p is None else shown(one.p))
    console.print(table)


SERIES_SCHEMA = pa.schema([(name, pa.string()) for name in ("month", "value", "fitted", "without_reform")])


def write_series(path: Path, found: Evaluation) -> int:
    """The series, what was fitted, and where the old trend would have come to."""
    rows = zip(found.months, found.values, found.fitted, found.without, strict=True)
    columns = [
        [str(month), shown(value), shown(fit), "" if old is None else shown(old)]
        for month, value, fit, old in rows
    ]
    batch = pa.RecordBatch.from_pydict(
        dict(zip(SERIES_SCHEMA.names, map(list, zip(*columns, strict=True)), strict=True)), SERIES_SCHEMA
    )
    return write_rows(path, SERIES_SCHEMA, iter([batch]))
