"""``chspay demo``: a synthetic month from the settlement list to the hospital's worksheet."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from chspay_core.errors import Fault
from chspay_kit.home import default_home

if TYPE_CHECKING:
    from chspay_cli.demo.story import Keys, Month20k

_TABLE_WIDTH = 132

_HELP = """演示：启动内置 PostgreSQL 与全部服务，生成一个月的清单，分组、计点、结算。

一部分清单按国家平台报文逐份上报，其余批量导入；最后显示医院对账表和一个病例的计算底稿。
每次都从空白状态开始。

例：

  chspay demo               # 结果显示后继续运行，可在浏览器查看，按 Ctrl-C 结束

  chspay demo --once        # 显示结果后结束

  chspay demo --cases 5000 --messages 100
"""


def demo(
    once: Annotated[bool, typer.Option("--once", help="显示结果后立即结束")] = False,
    cases: Annotated[int, typer.Option(min=1000, max=1_000_000, help="病例数")] = 20_000,
    messages: Annotated[int, typer.Option(min=10, max=5000, help="其中逐份上报的份数")] = 500,
    home: Annotated[
        Path | None, typer.Option(help="演示的状态目录，开始前会清空；默认状态目录下的 demo")
    ] = None,
) -> None:
    """Run the demonstration."""
    asyncio.run(_demo(once, cases, messages, home or default_home() / "demo"))


async def _demo(once: bool, cases: int, messages: int, home: Path) -> None:
    from chspay_cli.demo.show import show
    from chspay_cli.demo.story import tell_story
    from chspay_cli.stack import Stack

    console = Console(stderr=True, highlight=False)
    began = time.monotonic()

    def tell(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:6.1f} 秒[/]  {text}", soft_wrap=True)

    start_afresh(home)
    stack = Stack(home, ports=free_or_usual_ports(), report=tell)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def told() -> tuple[Month20k, Keys]:
        await stack.start()
        return await tell_story(stack.gateway_url, stack.admin_url, cases, messages, tell)

    story = asyncio.create_task(told())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({story, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not story.done():
            story.cancel()
            await asyncio.wait({story})
            return
        month, keys = await story
        show(_wide(), month, keys, stack.portal_url, stack.gateway_url)
        tell("完成。" if once else "服务继续运行，按 Ctrl-C 结束。")
        if not once:
            await stopping
    finally:
        stopping.cancel()
        await stack.stop()


def _wide() -> Console:
    """Where the tables go; a narrow terminal or a file still gets whole columns."""
    found = Console(highlight=False)
    return Console(highlight=False, width=max(found.width, _TABLE_WIDTH))


def free_or_usual_ports() -> dict[str, int]:
    """The usual ports, or free ones when somebody already uses them."""
    from chspay_cli.stack import DEFAULT_PORTS, free_ports
    from chspay_kit.ports import is_free

    return DEFAULT_PORTS if all(is_free(port) for port in DEFAULT_PORTS.values()) else free_ports()


def start_afresh(home: Path) -> None:
    """Empties the demonstration's own folder, unless a demonstration is running in it.

    :raises Fault: STACK_RUNNING.
    """
    from chspay_cli.stack import STACK_RUNNING
    from chspay_kit.pg import EmbeddedPostgres

    lock = home / "up.lock"
    if not lock.exists():
        return
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Fault(STACK_RUNNING, value=home) from error
        # A database may have survived a demonstration that was killed.
        EmbeddedPostgres(home).stop()
        shutil.rmtree(home)


demo.__doc__ = _HELP
