"""``chspay db``: the database on this machine, and the schemas of the services anywhere.

Exit codes: 0 done; 1 ``check`` found differences, or ``status`` found no server; 2 wrong usage;
3 the database cannot be reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from chspay_cli import cli_backup
from chspay_cli.cli_up import ADMIN_URL_OPTION, HOME_OPTION
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.home import Home, default_home

ROLE_PASSWORD_UNREADABLE = Reason(
    "ROLE_PASSWORD_UNREADABLE",
    Kind.PRECONDITION,
    "读不到服务 {service} 的数据库口令文件 {value}；请检查 --passwords 目录里是否每个服务一个文件",
)

app = typer.Typer(
    no_args_is_help=True,
    help="数据库：内置 PostgreSQL 的启停，各服务数据库结构的升级与核对。",
    epilog="""例：

  chspay db start                     # 启动内置 PostgreSQL（chspay up 会自动做）

  chspay db migrate                   # 升级全部服务的结构

  chspay db check                     # 结构与程序是否一致，一致退出码为 0

  chspay db archive /backup/wal       # 归档日志；再配合下一条，可恢复到任何时刻

  chspay db backup /backup/2026-11-21 --passphrase-file 口令.txt

  psql "$(chspay db url)"             # 用自己的工具连接

  chspay db migrate --database-url postgresql://admin:口令@主机:5432/chspay --passwords /etc/chspay/roles
""",
)

for command in (cli_backup.archive, cli_backup.backup, cli_backup.restore):
    app.command()(command)

_Home = Annotated[Path | None, HOME_OPTION]
_AdminUrl = Annotated[str | None, ADMIN_URL_OPTION]
_Services = Annotated[list[str] | None, typer.Option("--service", help="只处理这个服务，可重复；默认全部")]


@app.command()
def start(home: _Home = None) -> None:
    """启动内置 PostgreSQL，并让它留在后台。"""
    from chspay_kit.pg import EmbeddedPostgres

    server = EmbeddedPostgres(home or default_home())
    running = server.pid() is not None
    server.start()
    typer.echo(
        f"内置 PostgreSQL {'已在运行' if running else '已启动'}：127.0.0.1:{server.port}，进程 {server.pid()}"
    )


@app.command()
def stop(home: _Home = None) -> None:
    """停止内置 PostgreSQL；数据保留。"""
    from chspay_kit.pg import EmbeddedPostgres

    server = EmbeddedPostgres(home or default_home())
    running = server.pid() is not None
    server.stop()
    typer.echo("内置 PostgreSQL 已停止" if running else "内置 PostgreSQL 没有在运行")


@app.command()
def status(home: _Home = None) -> None:
    """内置 PostgreSQL 是否在运行；没有运行时退出码为 1。"""
    from chspay_kit.pg import EmbeddedPostgres

    server = EmbeddedPostgres(home or default_home())
    pid = server.pid()
    if pid is None:
        typer.echo("内置 PostgreSQL 没有在运行")
        raise typer.Exit(1)
    typer.echo(f"内置 PostgreSQL 正在运行：127.0.0.1:{server.port}，进程 {pid}")


@app.command()
def url(
    home: _Home = None,
    service: Annotated[str | None, typer.Option("--service", help="以该服务的角色连接；默认管理员")] = None,
) -> None:
    """内置 PostgreSQL 的连接地址，内含口令，请勿外传。"""
    from chspay_kit import migrate
    from chspay_kit.pg import ADMIN, EmbeddedPostgres

    server = EmbeddedPostgres(home or default_home())
    if service is not None:
        migrate.config_of(service)
    typer.echo(server.url(migrate.role_of(service) if service else ADMIN))


@app.command(name="migrate")
def upgrade(
    home: _Home = None,
    database_url: _AdminUrl = None,
    services: _Services = None,
    passwords: Annotated[
        Path | None,
        typer.Option(
            envvar="CHSPAY_ROLE_PASSWORDS", show_envvar=True,
            help="目录，每个服务一个文件，内容是该服务数据库角色的口令；默认用状态目录里生成的口令",
        ),
    ] = None,
) -> None:  # fmt: skip
    """把各服务的数据库结构升级到当前版本；可重复执行，失败则该服务的改动全部撤回。"""
    from chspay_kit import migrate

    place = Home(home or default_home())
    with administrator(place.path, database_url) as admin:
        for service in services or migrate.services():
            migrate.config_of(service)
            migrate.upgrade(service, admin, _password(place, passwords, service), report=typer.echo)
            typer.echo(f"{service} 已是最新")


@app.command()
def check(home: _Home = None, database_url: _AdminUrl = None, services: _Services = None) -> None:
    """数据库结构与程序是否一致；有差异则逐条列出，退出码为 1。"""
    from chspay_kit import migrate

    with administrator(home or default_home(), database_url) as admin:
        differences = [line for name in services or migrate.services() for line in migrate.check(name, admin)]
    for line in differences:
        typer.echo(line)
    if differences:
        raise typer.Exit(1)
    typer.echo("数据库结构与程序一致")


@app.command(hidden=True)
def draft(service: str, message: str, home: _Home = None) -> None:
    """为 SERVICE 起草下一个版本文件（开发用）；授权与行级策略须手工补上。"""
    from chspay_kit import migration_draft

    with administrator(home or default_home(), None) as admin:
        typer.echo(migration_draft.write(service, admin, message))


@contextmanager
def administrator(home: Path, database_url: str | None) -> Iterator[str]:
    """The administrator's address; the embedded server is started for the time it is needed."""
    from chspay_kit.pg import EmbeddedPostgres

    if database_url:
        yield database_url
        return
    server = EmbeddedPostgres(home)
    running = server.pid() is not None
    server.start()
    try:
        yield server.url()
    finally:
        if not running:
            server.stop()


def _password(home: Home, folder: Path | None, service: str) -> str:
    """A role's password: from the folder of secrets where one is given, else the home's own."""
    from chspay_kit import migrate
    from chspay_kit.pg import password_name

    if folder is None:
        return home.secret(password_name(migrate.role_of(service)))
    file = folder / service
    try:
        return file.read_text().strip()
    except OSError as error:
        raise Fault(ROLE_PASSWORD_UNREADABLE, service=service, value=file) from error
