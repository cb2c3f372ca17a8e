"""``chspay webhook``: who is told what happened, what is on its way, and sending again.

Exit codes: 0 done; 2 bad input or a refusal; 3 the gateway is not reachable.
"""

from __future__ import annotations

from typing import Annotated

import typer

from chspay_cli.over_http import GatewayOption, KeyOption, asked

app = typer.Typer(
    no_args_is_help=True,
    help="事件通知：登记接收地址、查看投递、再次投递。",
    rich_markup_mode=None,
    epilog="""例：

  chspay webhook add https://his.example.cn/chspay --event list.grouped --event list.refused

  chspay webhook deliveries wh-0123456789abcdef01234567 --state dead

  chspay webhook redeliver wh-0123456789abcdef01234567
""",
)
Hook = Annotated[str, typer.Argument(help="事件通知编号，wh-…")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="接收地址，公网上的 https。")],
    event: Annotated[list[str], typer.Option("--event", help="要通知的事件，可写多次。")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """登记接收地址，显示编号和验签密钥；密钥只显示这一次。"""
    body = {"url": url, "events": event}
    made = asked(gateway, key, lambda client: client.send("POST", "webhooks", body=body)) or {}
    typer.echo(f"编号 {made['webhook_id']}")
    typer.echo(f"验签密钥 {made['secret']}（请妥善保存，不再显示）")


@app.command("list")
def listing(gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """列出登记的接收地址。"""
    found = asked(gateway, key, lambda client: client.get("webhooks"))
    for hook in found["items"]:
        typer.echo(f"{hook['webhook_id']}\t{hook['url']}\t{'、'.join(hook['events'])}\t{hook['since']}")
    if not found["items"]:
        typer.echo("没有登记事件通知。")


@app.command()
def remove(hook: Hook, gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """停止一个事件通知，在途的一并停止。"""
    asked(gateway, key, lambda client: client.send("DELETE", "webhooks", hook))
    typer.echo(f"{hook}已停止")


@app.command()
def deliveries(
    hook: Hook,
    state: Annotated[str, typer.Option("--state", help="waiting、delivered 或 dead。")] = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """列出最近的投递，新的在前。"""
    found = asked(gateway, key, lambda client: client.get("webhooks", hook, "deliveries", state=state))
    for each in found["items"]:
        tried, told = f"{each['attempts']}次", each["told"] or "-"
        typer.echo("\t".join((each["event"], each["event_id"], each["state"], tried, told)))


@app.command()
def redeliver(
    hook: Hook,
    event_id: Annotated[list[str] | None, typer.Option("--event-id", help="只投递这些事件。")] = None,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """把搁置的（或指明的）事件再投递一次。"""
    body = {"event_ids": event_id or []}
    told = asked(gateway, key, lambda client: client.send("POST", "webhooks", hook, "redeliver", body=body))
    typer.echo(f"再次投递{(told or {})['sent_again']}份")
