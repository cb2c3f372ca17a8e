"""``chspay sandbox``: what a test institution has sent, and dropping it.

Exit codes: 0 done; 2 bad input or a refusal; 3 the gateway is not reachable.
"""

from __future__ import annotations

from typing import Annotated

import typer

from chspay_cli.over_http import GatewayOption, KeyOption, asked

app = typer.Typer(
    no_args_is_help=True,
    help="测试模式：查看、清除测试机构（编码以SBX开头）的清单。",
    rich_markup_mode=None,
    epilog="""例：

  chspay client add --institution SBX99010100001

  chspay sandbox list

  chspay sandbox purge
""",
)
Institution = Annotated[str, typer.Option("--institution", help="测试机构编码；用测试机构的密钥时可不填。")]


@app.command("list")
def listing(institution: Institution = "", gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """列出测试清单及其分组、质控结果。"""
    found = asked(gateway, key, lambda client: client.get("sandbox", "lists", institution=institution))
    for each in found["items"]:
        errors = "不作质控" if each["errors"] is None else f"错误{each['errors']}"
        typer.echo(f"{each['list_id']}\t{each['case_id']}\t{each['status']}\t{each['drg'] or '-'}\t{errors}")
    if not found["items"]:
        typer.echo("没有测试清单。")


@app.command()
def purge(institution: Institution = "", gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """清除全部测试清单。"""
    steps = ("sandbox", f"lists?institution={institution}" if institution else "lists")
    told = asked(gateway, key, lambda client: client.send("DELETE", *steps))
    typer.echo(f"清除了{(told or {})['purged']}份测试清单")
