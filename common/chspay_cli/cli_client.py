"""``chspay client``: API keys of the gateway, made and revoked by an administrator of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from chspay_cli.cli_db import administrator
from chspay_cli.cli_up import ADMIN_URL_OPTION, HOME_OPTION
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.home import default_home

if TYPE_CHECKING:
    from chspay_gateway.store import AdminStore

T = TypeVar("T")

KEY_NOT_FOUND = Reason("KEY_NOT_FOUND", Kind.NOT_FOUND, "没有编号为{value}的有效密钥。")

app = typer.Typer(
    no_args_is_help=True,
    help="接口密钥：发放、列出、吊销。",
    epilog="""例：

  chspay client add --institution H33010100001 --label 住院信息系统

  chspay client add --region 990100 --label 结算科

  chspay client add --region 990100 --duty audit --label 审计处

  chspay client list

  chspay client revoke 0a1b2c3d4e5f
""",
)

_Home = Annotated[Path | None, HOME_OPTION]
_AdminUrl = Annotated[str | None, ADMIN_URL_OPTION]


@app.command()
def add(
    institution: Annotated[str, typer.Option(help="医疗机构编码，如 H33010100001")] = "",
    region: Annotated[str, typer.Option(help="医保部门所辖行政区划，如 990100")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="管理员，可见全部地区")] = False,
    expert: Annotated[str, typer.Option(help="专家编号，只见到指派给本人的事项")] = "",
    duty: Annotated[
        list[str] | None,
        typer.Option(
            help="职责，可重复：handling 经办、clearing 结算清算、secretary 专家库秘书、"
            "administration 医保行政、audit 稽核审计、accounts 账号管理；"
            "医疗机构只可为lead 牵头医院。医保部门默认handling和clearing"
        ),
    ] = None,
    label: Annotated[str, typer.Option(help="备注，如用途或联系部门")] = "",
    home: _Home = None,
    database_url: _AdminUrl = None,
) -> None:
    """发放一个密钥，只显示这一次，请立即妥善保存。"""
    with administrator(home or default_home(), database_url) as url:
        key = asyncio.run(
            issue(
                url,
                institution=institution,
                region=region,
                admin=admin,
                expert=expert,
                duties=duty or (),
                label=label,
            )
        )
    typer.echo(key)


async def issue(
    url: str,
    *,
    institution: str = "",
    region: str = "",
    admin: bool = False,
    expert: str = "",
    duties: Sequence[str] = (),
    label: str = "",
) -> str:
    """A new key, stored and returned; for the command above, the demonstration and measurements.

    :param url: the administrator's address of the database.
    :raises Fault: not exactly one scope is given, a duty is none of its, or the database cannot be reached.
    """
    from chspay_gateway.auth import new_key, scope_of

    scope = scope_of(institution=institution, region=region, admin=admin, expert=expert, duties=duties)
    text, client = new_key(scope, label)
    await _with_store(url, lambda store: store.add(client))
    return text


@app.command(name="list")
def listing(home: _Home = None, database_url: _AdminUrl = None) -> None:
    """列出全部密钥（不含密钥本身）。"""
    from chspay_kit.auth import in_chinese

    for row in _run(home, database_url, lambda store: store.listing()):
        scope = row["institution"] or (
            f"专家 {row['expert']}" if row["expert"] else f"地区 {row['region']} {in_chinese(row['duties'])}"
        )
        state = "有效" if row["state"] == "active" else "已吊销"
        typer.echo(f"{row['key_id']}  {state}  {scope}  {row['label']}")


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="密钥编号：密钥 cp_ 之后的12位")],
    home: _Home = None,
    database_url: _AdminUrl = None,
) -> None:
    """吊销一个密钥，最迟三十秒后失效。"""
    if not _run(home, database_url, lambda store: store.revoke(key_id)):
        raise Fault(KEY_NOT_FOUND, value=key_id)
    typer.echo(f"已吊销 {key_id}")


def _run(home: Path | None, database_url: str | None, work: Callable[[AdminStore], Awaitable[T]]) -> T:
    """Does ``work`` on a connection of the administrator."""
    with administrator(home or default_home(), database_url) as url:
        return asyncio.run(_with_store(url, work))


async def _with_store(url: str, work: Callable[[AdminStore], Awaitable[T]]) -> T:
    import asyncpg

    from chspay_gateway.store import AdminStore
    from chspay_kit import db

    try:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            return await work(AdminStore(connection))
        finally:
            await connection.close()
    except (asyncpg.PostgresError, OSError, TimeoutError) as error:
        raise db.translate(error) or error from error
