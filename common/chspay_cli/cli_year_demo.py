"""``chspay year demo``: a synthetic year of the demonstration city through every service.

Exit codes: 0 everything holds; 1 something does not hold, or it was stopped; 2 bad input or a refusal.
"""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chspay_kit.home import default_home

if TYPE_CHECKING:
    from chspay_cli.demo.year.result import YearResult
    from chspay_cli.demo.year.state import Progress as YearProgress
    from chspay_cli.stack import Stack
    from chspay_cli.synth.year import YearSize

_TABLE_WIDTH = 160

_HELP = """演示一整年：预算、参保名册、十二个月的清单和月结、按人头包干、年度清算，走过全部服务。

用内置 PostgreSQL 和真实的服务进程；数据由随机种子生成，相同的参数得到相同的结果。
每做完一步就记下来，中断以后（包括断电）再次运行同一命令会接着做。

最后显示支付方式、资金池、各月、医共体、医疗机构五张表并核对恒等式；全部符合时退出码为 0。

例：

  chspay year demo --once            # 显示结果后结束

  chspay year demo                   # 结果显示后继续运行，可在浏览器查看，按 Ctrl-C 结束

  chspay year demo --persons 3000 --cases 600 --once --json > year.json

  chspay year demo --csv 结果 --once
"""


def demo(  # noqa: PLR0913, PLR0917 - one parameter per option
    once: Annotated[bool, typer.Option("--once", help="显示结果后立即结束")] = False,
    persons: Annotated[int, typer.Option("--persons", help="参保人数")] = 30_000,
    cases: Annotated[int, typer.Option("--cases", help="全年住院病例数（长期住院另计）")] = 7_200,
    hospitals: Annotated[int, typer.Option("--hospitals", help="医院数")] = 24,
    seed: Annotated[int, typer.Option("--seed", help="随机种子")] = 20270101,
    year: Annotated[int, typer.Option("--year", help="年度，2027年起")] = 2027,
    home: Annotated[
        Path | None, typer.Option("--home", help="演示的状态目录；默认状态目录下的 year-demo")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="清空演示的状态目录，重新开始")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="把结果以JSON写到标准输出，随后结束")] = False,
    folder: Annotated[
        Path | None, typer.Option("--csv", help="把各表写成CSV，放进这个文件夹", show_default=False)
    ] = None,
) -> None:
    """Run the year."""
    from chspay_cli.demo.year.export import prepare
    from chspay_cli.synth.year import YearSize

    size = YearSize(persons=persons, cases=cases, hospitals=hospitals, seed=seed, year=year).check()
    place = home or default_home() / "year-demo"
    if folder is not None:
        prepare(folder)
    holds = asyncio.run(
        _demo(size, place, fresh=fresh, stay=not (once or as_json), as_json=as_json, folder=folder)
    )
    if not holds:
        raise typer.Exit(1)


async def _demo(
    size: YearSize, home: Path, *, fresh: bool, stay: bool, as_json: bool, folder: Path | None
) -> bool:
    """Whether the year was run to its end and everything holds."""
    from chspay_cli.cli_demo import free_or_usual_ports, start_afresh
    from chspay_cli.demo.year import export
    from chspay_cli.demo.year.show import show
    from chspay_cli.demo.year.state import progress_of
    from chspay_cli.stack import Stack

    if fresh:
        start_afresh(home)
    progress = progress_of(home, size)
    screen = Console(stderr=True, highlight=False)
    began = time.monotonic()

    def tell(text: str) -> None:
        screen.print(f"[dim]{time.monotonic() - began:6.1f} 秒[/]  {text}", soft_wrap=True)

    # Nobody looks at services that end with the command: they need no usual ports.
    stack = Stack(home, ports=free_or_usual_ports() if stay else None, report=tell)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def told() -> YearResult:
        await stack.start()
        return await _year(stack, progress, screen)

    story = asyncio.create_task(told())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({story, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not story.done():
            story.cancel()
            await asyncio.wait({story})
            tell("已停下。再次运行同一命令会接着做。")
            return False
        found = await story
        if as_json:
            typer.echo(export.as_json(found))
        else:
            show(_wide(), found)
        if folder is not None:
            for path in export.write_csv(found, folder):
                tell(f"已写出 {path}")
        tell("完成。" if found.holds else "有恒等式不符，请看上面的核对结果。")
        if stay:
            await _stay(stack, screen)
            await stopping
        return found.holds
    finally:
        stopping.cancel()
        await stack.stop()


async def _year(stack: Stack, progress: YearProgress, screen: Console) -> YearResult:
    """Every step that is not done yet, and then the result as the services hold it."""
    from chspay_cli.demo.year import reading
    from chspay_cli.demo.year.office import Office
    from chspay_cli.demo.year.story import Step, go_on, steps
    from chspay_cli.demo.year.world import World

    size = progress.size
    office = Office(stack.target, stack.claim_key, f"year-demo-{size.year}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=screen, transient=True) as bar:
            task = bar.add_task("准备", total=len(steps()))
            since = time.monotonic()

            def begin(step: Step) -> None:
                nonlocal since
                since = time.monotonic()
                bar.update(task, description=step.label)

            def end(step: Step, before: bool) -> None:
                bar.advance(task)
                took = "先前已完成" if before else f"{time.monotonic() - since:.1f} 秒"
                bar.console.print(f"  {step.label}：{took}", style="dim")

            world = World(office, progress)
            await go_on(world, begin, end)
            bar.update(task, description="读取结果并核对")
            return await reading.read(world)
    finally:
        await office.close()


async def _stay(stack: Stack, screen: Console) -> None:
    """Where to look while the services go on."""
    from chspay_cli.cli_client import issue
    from chspay_cli.demo.year.office import POOL

    key = await issue(stack.admin_url, region=POOL, label="演示：全年查看")
    screen.print(f"  页面      {stack.portal_url}（用下面的密钥登录）")
    screen.print(f"  接口说明  {stack.gateway_url}/openapi.json")
    screen.print(f"  经办密钥  {key}", soft_wrap=True)
    screen.print("服务继续运行，按 Ctrl-C 结束。")


def _wide() -> Console:
    """Where the tables go; a narrow terminal or a file still gets whole columns."""
    found = Console(highlight=False)
    return Console(highlight=False, width=max(found.width, _TABLE_WIDTH))


demo.__doc__ = _HELP
