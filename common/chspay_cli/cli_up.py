"""``chspay up`` and ``chspay serve``."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from chspay_cli.serve import NAMES
from chspay_cli.serve import serve as serve_one
from chspay_kit.home import default_home

if TYPE_CHECKING:
    from chspay_cli.stack import Stack

HOME_OPTION = typer.Option("--home", help="状态目录（数据库、密钥、日志）；默认 CHSPAY_HOME 或 ./.chspay")
ADMIN_URL_OPTION = typer.Option(
    "--database-url", envvar="CHSPAY_ADMIN_DATABASE_URL", show_envvar=True,
    help="已有 PostgreSQL（17 以上）的管理员地址；不给则使用内置 PostgreSQL",
)  # fmt: skip

_UP_HELP = """启动内置 PostgreSQL 与全部服务，按 Ctrl-C 干净停止。

例：

  chspay up

  chspay up --port-base 18080        # 网关 18080，各服务 18081 起，页面在最后

  chspay up --database-url postgresql://admin:口令@数据库主机:5432/chspay
"""
_SERVE_HELP = f"""在前台运行一个服务（供容器使用）：{"、".join(NAMES)}。设置来自环境变量 CHSPAY_*。

例：

  CHSPAY_DATABASE_URL=… CHSPAY_CLAIM_KEY_FILE=… chspay serve grouper
"""


def up(
    home: Annotated[Path | None, HOME_OPTION] = None,
    port_base: Annotated[
        int | None, typer.Option(help="从这个端口起连续占用一段端口，网关在前，页面在后")
    ] = None,
    database_url: Annotated[str | None, ADMIN_URL_OPTION] = None,
) -> None:
    """Start everything, say where it is, wait for Ctrl-C."""
    asyncio.run(_up(home or default_home(), port_base, database_url))


async def _up(home: Path, port_base: int | None, database_url: str | None) -> None:
    from chspay_cli.stack import DEFAULT_PORTS, Stack, ports_from

    console = Console(stderr=True, highlight=False)
    began = time.monotonic()
    stack = Stack(
        home,
        ports=ports_from(port_base) if port_base else DEFAULT_PORTS,
        database_url=database_url,
        report=lambda text: console.print(f"[dim]{time.monotonic() - began:6.1f} 秒[/]  {text}"),
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    starting = asyncio.create_task(stack.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if stopping.done() and not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            return
        await starting
        _show(Console(highlight=False), stack, home)
        await stopping
        console.print("正在停止 …")
    finally:
        stopping.cancel()
        await stack.stop()


def _show(console: Console, stack: Stack, home: Path) -> None:
    from chspay_cli.stack import SERVICES

    gateway = stack.gateway_url
    table = Table(title="已启动", title_justify="left", show_header=False, box=None, padding=(0, 2))
    table.add_row("页面", f"{stack.portal_url}（用 chspay client add 发放的密钥登录）")
    table.add_row("网关", gateway)
    table.add_row("接口说明", f"{gateway}/（OpenAPI：{gateway}/openapi.json）")
    for name in SERVICES:
        table.add_row(name, f"{stack.target(name)}（gRPC）")
    table.add_row("状态目录", str(home))
    console.print(table)
    console.print("按 Ctrl-C 停止；停止时内置 PostgreSQL 一并停止，数据保留。")


def serve(service: Annotated[str, typer.Argument(help=f"服务名：{'、'.join(NAMES)}")]) -> None:
    """Serve one service."""
    serve_one(service)


up.__doc__ = _UP_HELP
serve.__doc__ = _SERVE_HELP
