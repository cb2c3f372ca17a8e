"""``chspay generate``: a month of a synthetic city, for trial, teaching and measuring."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from chspay_cli import synth
from chspay_cli.casefile import OUTPUTS, check_kind, write_rows
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month
from chspay_core.tables import CASE_SCHEMA

FAULT_SHARE_BAD = Reason("FAULT_SHARE_BAD", Kind.INVALID, "差错比例应为0至0.5之间的小数，收到“{value}”。")
HOSPITALS_FILE = "hospitals.csv"
NAME_TAKEN = Reason("NAME_TAKEN", Kind.INVALID, "“{value}”是医院名单的文件名，请为病例文件换一个名字。")
FOLDER_MISSING = Reason("FOLDER_MISSING", Kind.NOT_FOUND, "文件夹“{value}”不存在，请先建立。")
HOSPITAL_SCHEMA = pa.schema(
    [
        ("hospital_code", pa.string()),
        ("name", pa.string()),
        ("region_code", pa.string()),
        ("level", pa.int8()),
        ("since", pa.string()),
        ("community", pa.string()),
        ("kind", pa.string()),
        ("beds", pa.int32()),
    ]
)


@dataclass
class Tally:
    """What has been written so far."""

    rows: int = 0
    days: int = 0
    cost: Decimal = Decimal(0)
    deaths: int = 0

    def add(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        self.days += pc.sum(batch["los_days"]).as_py()
        self.cost += pc.sum(batch["total_cost"]).as_py()
        self.deaths += pc.sum(pc.equal(batch["leaving_type"], "5")).as_py()


def generate(
    out: Annotated[Path, typer.Option("-o", "--out", help="病例文件（.parquet、.csv、.csv.gz、.xlsx）")],
    cases: Annotated[int, typer.Option("--cases", help="病例数，1千至1千万为宜")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="随机种子；相同种子得到相同病例")] = 20260101,
    month: Annotated[str, typer.Option("--month", help="出院月份，YYYY-MM")] = "2026-01",
    faults: Annotated[
        str, typer.Option("--faults", help="编码差错病例的比例，0至0.5")
    ] = f"{synth.DEFAULT_FAULTS}",
    hospitals: Annotated[int, typer.Option("--hospitals", help="医院数")] = synth.DEFAULT_HOSPITALS,
) -> None:
    """生成模拟城市一个月的住院病例，并在同一文件夹写出 hospitals.csv。

    病例、医院和费用全部虚构，不对应任何真实的人或机构。相同的种子、月份和医院数得到相同的病例；
    病例数只决定取前多少例。

    例：

      chspay generate --cases 20000 --seed 1 --month 2026-01 -o month.parquet

      chspay generate --cases 10000000 --seed 1 -o city.parquet --faults 0
    """
    check_kind(out, OUTPUTS)
    beside = out.with_name(HOSPITALS_FILE)
    if out.name == HOSPITALS_FILE:
        raise Fault(NAME_TAKEN, field="-o", value=out.name)
    if not out.parent.is_dir():
        raise Fault(FOLDER_MISSING, field="-o", value=out.parent)
    found = synth.hospitals(seed, hospitals)
    batches = synth.generate(
        cases, seed, Month.parse(month, "--month"), faults=_share(faults), hospitals=hospitals
    )
    screen, tally, began = Console(stderr=True), Tally(), time.monotonic()
    with _progress(screen) as bar:
        task = bar.add_task("生成", total=cases)

        def counted() -> Iterator[pa.RecordBatch]:
            for batch in batches:
                tally.add(batch)
                yield batch
                bar.advance(task, batch.num_rows)

        write_rows(out, CASE_SCHEMA, counted())
    write_rows(beside, HOSPITAL_SCHEMA, iter([_hospital_rows(found)]))
    _report(screen, tally, len(found), time.monotonic() - began, out, beside)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError as error:
        raise Fault(FAULT_SHARE_BAD, field="--faults", value=text) from error
    if not 0 <= share <= 0.5:
        raise Fault(FAULT_SHARE_BAD, field="--faults", value=text)
    return share


def _progress(screen: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=screen,
    )


def _hospital_rows(found: list[synth.Hospital]) -> pa.RecordBatch:
    columns = [[getattr(one, name) for one in found] for name in HOSPITAL_SCHEMA.names]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, HOSPITAL_SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=HOSPITAL_SCHEMA)


def _report(screen: Console, tally: Tally, hospitals: int, seconds: float, out: Path, beside: Path) -> None:
    mean = (tally.cost / tally.rows).quantize(Decimal("0.01"))
    screen.print(
        f"{tally.rows:,} 例，{hospitals} 家医院，总费用 {tally.cost:,} 元，例均 {mean:,} 元，"
        f"平均住院 {tally.days / tally.rows:.1f} 天，死亡 {tally.deaths:,} 例；"
        f"用时 {seconds:.1f} 秒（每秒 {tally.rows / seconds:,.0f} 例）。"
    )
    screen.print(f"病例：{out}；医院：{beside}。数据全部虚构。")
