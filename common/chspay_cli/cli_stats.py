"""``chspay scheme stats`` and ``chspay weights stats``: how well cases are grouped, how hospitals compare."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table

from chspay_cli.casefile import OUTPUTS, check_kind, write_rows
from chspay_cli.schemecases import answered, read_weights
from chspay_cli.schemefile import find_scheme
from chspay_cli.weights_input import read_table
from chspay_core.amounts import ratio_half_up, yuan_to_fen
from chspay_grouper.engine.weights.reading import canonical
from chspay_grouper.engine.weights.stats import COLUMNS, Excluded, GroupStats, SchemeStats, scheme_stats

GROUP_SCHEMA = pa.schema(
    [
        ("drg", pa.string()),
        ("cases", pa.int64()),
        ("mean_yuan", pa.decimal128(30, 4)),
        ("mean_days", pa.decimal128(30, 4)),
        ("cv", pa.decimal128(30, 4)),
    ]
)
HOSPITAL_SCHEMA = pa.schema(
    [
        ("hospital_code", pa.string()),
        ("cases", pa.int64()),
        ("groups", pa.int64()),
        *((name, pa.decimal128(30, 4)) for name in ("cmi", "cost_index", "time_index")),
    ]
)
_SHOWN = 10

_Weights = Annotated[
    Path | None, typer.Option("--weights", help="权重表，用于CMI；不给则用这批病例自身的权重")
]
_Out = Annotated[
    Path | None, typer.Option("-o", "--out", help="病组统计表（.csv、.csv.gz、.parquet、.xlsx）")
]
_HospitalsOut = Annotated[
    Path | None, typer.Option("--hospitals-out", help="医院指标表：CMI、费用消耗指数、时间消耗指数")
]
_DaysOver = Annotated[int | None, typer.Option("--exclude-days-over", help="入组率不计住院超过这些天的病例")]
_CostUnder = Annotated[
    str | None, typer.Option("--exclude-cost-under", help="入组率不计费用低于这些元的病例")
]
_Sample = Annotated[bool, typer.Option("--sample", help="变异系数按样本标准差（除以n−1），默认按总体")]


def stats(
    scheme: Annotated[str, typer.Argument(help="导入结果的文件夹，或自带方案的编号")],
    cases: Annotated[Path, typer.Argument(help="病例文件（.csv、.csv.gz、.parquet），用这个方案分组")],
    weights: _Weights = None,
    out: _Out = None,
    hospitals_out: _HospitalsOut = None,
    exclude_days_over: _DaysOver = None,
    exclude_cost_under: _CostUnder = None,
    sample: _Sample = False,
) -> None:
    """用一批病例看方案分得好不好：组间变异RIV、各组变异系数、入组率、CMI、费用与时间消耗指数。

    例：

      chspay scheme stats S cases.csv.gz -o groups.csv --hospitals-out hospitals.csv
    """
    found, _ = find_scheme(scheme)
    with Console(stderr=True).status("分组…"):
        batches = []
        for part in answered(cases, found):
            kept = part.batch.select([name for name in COLUMNS[2:] if name in part.batch.schema.names])
            for name in ("drg", "status"):
                kept = kept.append_column(name, part.answers[0][name])
            batches.append(canonical(kept, cases.name))
        table = pa.Table.from_batches(batches) if batches else pa.table({})
    excluded = _excluded(exclude_days_over, exclude_cost_under)
    _show(table, weights, out, hospitals_out, excluded, sample)


def grouped_stats(
    cases: Annotated[
        list[Path], typer.Argument(help="已分组的病例文件，可给几个（.csv、.csv.gz、.parquet）")
    ],
    weights: _Weights = None,
    out: _Out = None,
    hospitals_out: _HospitalsOut = None,
    exclude_days_over: _DaysOver = None,
    exclude_cost_under: _CostUnder = None,
    sample: _Sample = False,
) -> None:
    """已分组病例的统计：组间变异RIV、各组变异系数、入组率、CMI、费用与时间消耗指数。

    例：

      chspay weights stats grouped.parquet --weights weights.csv --hospitals-out hospitals.csv
    """
    with Console(stderr=True).status("读取病例…"):
        table, _ = read_table(cases)
    excluded = _excluded(exclude_days_over, exclude_cost_under)
    _show(table, weights, out, hospitals_out, excluded, sample)


def _excluded(days_over: int | None, cost_under: str | None) -> Excluded:
    under = None if cost_under is None else yuan_to_fen(cost_under, "--exclude-cost-under")
    return Excluded(days_over, under)


def _show(
    table: pa.Table,
    weights: Path | None,
    out: Path | None,
    hospitals_out: Path | None,
    excluded: Excluded,
    sample: bool,
) -> None:
    for path in (out, hospitals_out):
        if path is not None:
            check_kind(path, OUTPUTS)
    used = None
    if weights is not None:
        used = {code: Fraction(weight) for code, weight in read_weights(weights).items()}
    found = scheme_stats(table, weights=used, excluded=excluded, sample=sample)
    _print(found, used is not None)
    if out is not None:
        rows = [_group_row(group) for group in found.groups]
        write_rows(out, GROUP_SCHEMA, iter([pa.RecordBatch.from_pylist(rows, schema=GROUP_SCHEMA)]))
    if hospitals_out is not None:
        write_rows(hospitals_out, HOSPITAL_SCHEMA, iter([_hospital_rows(found)]))


def _group_row(group: GroupStats) -> dict[str, object]:
    return {
        "drg": group.code,
        "cases": group.cases,
        "mean_yuan": _four(group.mean / 100),
        "mean_days": _four(group.mean_days),
        "cv": Decimal(group.cv_display) if group.cv_display else None,
    }


def _hospital_rows(found: SchemeStats) -> pa.RecordBatch:
    rows = [
        {
            "hospital_code": hospital.hospital_code,
            "cases": hospital.cases,
            "groups": hospital.groups,
            "cmi": _four(hospital.cmi),
            "cost_index": _four(hospital.cost_index),
            "time_index": _four(hospital.time_index),
        }
        for hospital in found.hospitals
    ]
    return pa.RecordBatch.from_pylist(rows, schema=HOSPITAL_SCHEMA)


def _print(found: SchemeStats, given_weights: bool) -> None:
    screen = Console()
    table = Table("项目", "数值")
    table.columns[1].justify = "right"
    wide = sum(Decimal(group.cv_display) > 1 for group in found.groups if group.cv_display)
    for name, value in (
        ("病例", f"{found.cases:,}"),
        ("入组率的分母不计", f"{found.excluded:,}"),
        ("入组", f"{found.grouped:,}"),
        ("入组率", _percent(found.rate)),
        ("参与统计的病例（入组且有费用）", f"{found.priced:,}"),
        ("病组", f"{len(found.groups):,}"),
        ("变异系数大于1的病组", f"{wide:,}"),
        ("组间变异RIV", _percent(found.riv)),
        ("CMI" if given_weights else "CMI（自身权重）", _text(found.cmi)),
    ):
        table.add_row(name, value)
    screen.print(table)
    ordered = sorted(
        (group for group in found.groups if group.cv_display),
        key=lambda group: (-Decimal(group.cv_display), group.code),
    )
    if not ordered:
        return
    worst = Table("病组", "病例", "均费（元）", "变异系数", title="变异系数最大的病组", title_justify="left")
    for column in worst.columns[1:]:
        column.justify = "right"
    for group in ordered[:_SHOWN]:
        worst.add_row(group.code, f"{group.cases:,}", _text(group.mean / 100, 2), group.cv_display)
    screen.print(worst)


def _four(value: Fraction | None) -> Decimal | None:
    return None if value is None else ratio_half_up(value.numerator, value.denominator, 4)


def _text(value: Fraction | None, places: int = 4) -> str:
    if value is None:
        return "无法计算"
    return format(ratio_half_up(value.numerator, value.denominator, places), "f")


def _percent(value: Fraction | None) -> str:
    return "无法计算" if value is None else f"{_text(value * 100, 2)}%"
