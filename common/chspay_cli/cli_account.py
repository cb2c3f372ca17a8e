"""``chspay account``: accounts of people, made and looked after by an administrator of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from chspay_cli.cli_db import administrator
from chspay_cli.cli_up import ADMIN_URL_OPTION, HOME_OPTION
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.auth import Claim, in_chinese
from chspay_kit.home import default_home

if TYPE_CHECKING:
    from chspay_gateway.access.people import People, Wanted
    from chspay_kit.db import Database

T = TypeVar("T")

LOGIN_UNKNOWN = Reason("LOGIN_UNKNOWN", Kind.NOT_FOUND, "没有登录名为{value}的账号。")
_MOST = 1000
#: Who manages the database may manage every account.
_ADMINISTRATOR = Claim("administrator", "service", region="*", duties=("accounts", "audit"))

app = typer.Typer(
    no_args_is_help=True,
    help="账号：建立、授予与收回角色、重置密码、查看记录。",
    epilog="""例：

  chspay account add zhang.san --name 张三 --office 990100

  chspay account grant zhang.san --role city --region 990100 --duty accounts

  chspay account grant li.si --role lead --institution H99010100001

  chspay account reset zhang.san

  chspay account audit zhang.san
""",
)

_Home = Annotated[Path | None, HOME_OPTION]
_AdminUrl = Annotated[str | None, ADMIN_URL_OPTION]
_Login = Annotated[str, typer.Argument(help="登录名")]


@app.command()
def add(
    login: _Login,
    name: Annotated[str, typer.Option(help="姓名")],
    place: Annotated[str, typer.Option("--office", help="由哪个地区的账号管理员管理，行政区划代码")],
    identity: Annotated[str, typer.Option(help="统一身份平台对此人的称呼")] = "",
    home: _Home = None,
    database_url: _AdminUrl = None,
) -> None:
    """建一个账号，显示初始密码；只显示这一次，三天内有效，首次登录须更改。"""
    _, start = _run(
        home, database_url, lambda people, _: people.add(_ADMINISTRATOR, login, name, place, identity)
    )
    typer.echo(start)


@app.command(name="list")
def listing(home: _Home = None, database_url: _AdminUrl = None) -> None:
    """列出账号和有效的角色。"""

    async def work(people: People, _database: Database) -> list[str]:
        from chspay_gateway.access.roles import NAMES

        lines, after = [], ""
        while page := await people.page(_ADMINISTRATOR, after, _MOST):
            for account in page:
                _, given = await people.one(_ADMINISTRATOR, account.account_id)
                standing = [
                    f"{each.role_id} {NAMES[each.kind]} {each.institution or each.region or each.expert}"
                    f" {in_chinese(each.duties)}"
                    for each in given
                    if each.revoked_at is None
                ]
                state = "有效" if account.state == "active" else "停用"
                lines.append("  ".join([account.login, state, account.name, account.home, *standing]))
            after = page[-1].login
        return lines

    for line in _run(home, database_url, work):
        typer.echo(line)


@app.command()
def grant(
    login: _Login,
    role: Annotated[
        str, typer.Option(help="hospital、lead、county、city、province、nation、auditor 或 expert")
    ],
    institution: Annotated[str, typer.Option(help="医疗机构编码（hospital、lead）")] = "",
    region: Annotated[str, typer.Option(help="行政区划代码（各级医保部门、auditor）")] = "",
    expert: Annotated[str, typer.Option(help="专家编号（expert）")] = "",
    duty: Annotated[
        list[str] | None, typer.Option(help="职责，可重复；各级医保部门默认handling和clearing")
    ] = None,
    home: _Home = None,
    database_url: _AdminUrl = None,
) -> None:
    """授予一个角色，显示角色编号。"""

    async def work(people: People, database: Database) -> str:
        from chspay_gateway.access.people import Wanted

        wanted = Wanted(role, institution, region, expert, duty or ())
        number = await _number(database, login)
        return (await people.grant(_ADMINISTRATOR, number, wanted, _anywhere)).role_id

    typer.echo(_run(home, database_url, work))


@app.command()
def revoke(
    login: _Login,
    role_id: Annotated[str, typer.Argument(help="角色编号，见 chspay account list")],
    home: _Home = None,
    database_url: _AdminUrl = None,
) -> None:
    """收回一个角色；以它登录着的会话结束，最迟三十秒。"""

    async def work(people: People, database: Database) -> None:
        await people.revoke(_ADMINISTRATOR, await _number(database, login), role_id, _anywhere)

    _run(home, database_url, work)
    typer.echo(f"已收回 {role_id}")


@app.command()
def reset(login: _Login, home: _Home = None, database_url: _AdminUrl = None) -> None:
    """重置密码，显示新的初始密码；登录着的会话结束，等待解除。"""

    async def work(people: People, database: Database) -> str:
        return await people.reset(_ADMINISTRATOR, await _number(database, login), _anywhere)

    typer.echo(_run(home, database_url, work))


@app.command()
def close(
    login: _Login,
    undo: Annotated[bool, typer.Option("--undo", help="重新启用")] = False,
    home: _Home = None,
    database_url: _AdminUrl = None,
) -> None:
    """停用一个账号；账号和记录都保留。"""

    async def work(people: People, database: Database) -> None:
        await people.set_state(_ADMINISTRATOR, await _number(database, login), _anywhere, closed=not undo)

    _run(home, database_url, work)
    typer.echo(f"{'已启用' if undo else '已停用'} {login}")


@app.command()
def audit(
    login: Annotated[str, typer.Argument(help="登录名；不填为全部")] = "",
    home: _Home = None,
    database_url: _AdminUrl = None,
) -> None:
    """核对记录的哈希链，列出最近一千条；链断了以1退出。"""

    async def work(people: People, database: Database) -> tuple[int | None, list[str]]:
        from chspay_gateway.access import store
        from chspay_kit import journal
        from chspay_kit.db import current_connection

        number = await _number(database, login) if login else ""
        async with database.unit(_ADMINISTRATOR):
            chain = await journal.verify(await current_connection(), store.STREAM)
        found = await people.events(_ADMINISTRATOR, number, 2**62, _MOST)
        lines = [
            f"{seq}  {at:%Y-%m-%d %H:%M:%S}Z  {told['event']}  {told['account']}  {told['by'] or '—'}"
            for seq, at, told in found
        ]
        return chain.broken_at, lines

    broken, lines = _run(home, database_url, work)
    for line in lines:
        typer.echo(line)
    if broken is not None:
        typer.echo(f"记录的哈希链在第{broken}条断开，请保全现场并联系管理员。", err=True)
        raise typer.Exit(1)


async def _anywhere(_: Wanted) -> str:
    """The administrator's reach needs no place."""
    return ""


async def _number(database: Database, login: str) -> str:
    """The number of an account."""
    from chspay_gateway.access import store
    from chspay_kit.db import current_connection

    async with database.unit(_ADMINISTRATOR):
        found = await store.find(await current_connection(), "login", login.strip().lower())
    if found is None:
        raise Fault(LOGIN_UNKNOWN, field="login", value=login)
    return found.account_id


def _run(home: Path | None, database_url: str | None, work: Callable[[People, Database], Awaitable[T]]) -> T:
    """Does ``work`` with an administrator's connections, in the gateway's schema."""
    with administrator(home or default_home(), database_url) as url:
        return asyncio.run(_with_people(url, work))


async def _with_people(url: str, work: Callable[[People, Database], Awaitable[T]]) -> T:
    from chspay_gateway.access.people import People
    from chspay_kit.db import Database

    joint = "&" if "?" in url else "?"
    database = Database(f"{url}{joint}search_path=gateway", max_size=2, application="chspay-account")
    await database.open()
    try:
        return await work(People(database), database)
    finally:
        await database.close()
