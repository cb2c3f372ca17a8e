"""``chspay bench``: how fast this machine groups and clears, as whole commands on synthetic cases."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chspay_core.errors import Fault, Kind, Reason

BENCH_FAILED = Reason("BENCH_FAILED", Kind.INTERNAL, "测速命令失败：chspay {value}。{detail}")

_HELP = """测速：在本机生成模拟病例，测量分组与试算整条命令的用时（含启动、读写文件）。

每项与“只读写同一文件”的用时相比，机器快慢不影响比值。

例：

  chspay bench

  chspay bench --cases 1000000 --runs 5
"""
_PLACE, _DAY, _FUND, _MONTH = "990100", "2026-01-31", "1000000000", "2026-01"


@dataclass(frozen=True)
class Measured:
    """Best whole-process time of one command."""

    name: str
    seconds: float

    def rate(self, cases: int) -> float:
        """Cases per second."""
        return cases / self.seconds


def bench(
    cases: Annotated[int, typer.Option(min=1000, max=10_000_000, help="病例数")] = 200_000,
    runs: Annotated[int, typer.Option(min=1, max=20, help="每项测几次，取最快一次")] = 3,
) -> None:
    """Measure and print."""
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="chspay-bench-") as folder:
        done = list(measure(Path(folder), cases, runs))
    copy = next(item.seconds for item in done if item.name == "只读写文件")
    table = Table(title=f"{cases:,} 份病例，整条命令，{runs} 次中最快", title_justify="left")
    for name in ("项目", "秒", "份/秒", "与只读写相比"):
        table.add_column(name, justify="left" if name == "项目" else "right")
    for item in done:
        table.add_row(
            item.name, f"{item.seconds:.2f}", f"{item.rate(cases):,.0f}", f"{item.seconds / copy:.2f}"
        )
    console.print(table)


def measure(folder: Path, cases: int, runs: int) -> Iterator[Measured]:
    """Generates a month in ``folder`` and yields each command's best time."""
    month, hospitals = folder / "cases.parquet", folder / "hospitals.csv"
    grouped, trial = folder / "grouped.parquet", folder / "trial"
    yield _best("生成", 1, ["generate", "--cases", cases, "--seed", 7, "--month", _MONTH, "-o", month])
    began = time.perf_counter()
    _copy(month, folder / "copy.parquet")
    yield Measured("只读写文件", time.perf_counter() - began)
    group = ["group", "--scheme", "chspay_starter", month, "-o"]
    answers = [*group, folder / "answers.parquet", "--columns", "answers"]
    yield _best("分组（只写答案）", runs, answers)
    yield _best("分组（全部列）", runs, [*group, grouped])
    for jobs in (1, 2):
        seconds = min(_kernel(month, folder / "answers.parquet", jobs) for _ in range(runs + 1))
        yield Measured(f"分组内核（只写答案，{jobs}线程，不含启动）", seconds)
    clear = ["clear", grouped, "--fund", _FUND, "--policy", _PLACE, "--on", _DAY, "--hospitals", hospitals]
    yield _best("试算", runs, [*clear, "--out", trial, "--force"])


def _copy(source: Path, target: Path) -> None:
    """Reads and writes the same columns without looking at them: the floor of every command."""
    code = "import sys, pyarrow.parquet as p; p.write_table(p.read_table(sys.argv[1]), sys.argv[2])"
    subprocess.run([sys.executable, "-c", code, str(source), str(target)], check=True)  # noqa: S603 - our own words


def _kernel(source: Path, target: Path, jobs: int) -> float:
    """Seconds of the batch kernel from file to file, in this process."""
    from chspay_cli.casefile import write_rows
    from chspay_cli.compiled import kernel_grouper
    from chspay_cli.grouped import Shape, output_schema
    from chspay_cli.grouping import in_threads
    from chspay_cli.rowgroups import RowGroups
    from chspay_cli.schemefile import find_scheme
    from chspay_grouper.engine.given import READ
    from chspay_grouper.engine.grouper import Grouper

    grouper, shape = kernel_grouper(Grouper(find_scheme("chspay_starter")[0])), Shape(answers_only=True)
    began = time.perf_counter()
    groups = RowGroups(source, READ)
    done = in_threads(groups.loads(), grouper, shape, jobs)
    write_rows(target, output_schema(groups.schema, grouper, shape), (item.batch for item in done))
    return time.perf_counter() - began


def _best(name: str, runs: int, words: list[object]) -> Measured:
    times = []
    command = [sys.executable, "-c", "from chspay_cli.main import main; main()", *map(str, words)]
    for _ in range(runs):
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        seconds = time.perf_counter() - began
        if done.returncode:
            raise Fault(BENCH_FAILED, value=" ".join(map(str, words[:1])), detail=done.stderr[-200:])
        times.append(seconds)
    return Measured(name, min(times))


bench.__doc__ = _HELP
