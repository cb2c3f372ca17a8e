"""``chspay opinion``: say what is wrong with a rule, with cases; answer within the working days."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from chspay_cli.over_http import GatewayOption, KeyOption, asked

app = typer.Typer(
    no_args_is_help=True,
    help="意见征集：提出、查询、答复。",
    rich_markup_mode=None,
    epilog="""例（接口密钥用 --key 或 CHSPAY_API_KEY）：

  chspay opinion file 990100 weight BR23 --text 费用上涨 --proposal 按最近一年重新测算 --case C1 --case C2

  chspay opinion list 990100 --outcome waiting

  chspay opinion answer OP-… trial --reason 提交论证 --topic weight --publish
""",
)


@app.command("file")
def file_opinion(  # noqa: PLR0913, PLR0917 - one parameter per option
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    kind: Annotated[str, typer.Argument(help="group weight coefficient multiple exclusion code_map rule")],
    target: Annotated[str, typer.Argument(help="病组、参数或编码")],
    text: Annotated[str, typer.Option("--text", help="问题")],
    proposal: Annotated[str, typer.Option("--proposal", help="建议")],
    case: Annotated[list[str] | None, typer.Option("--case", help="能说明问题的病例；可给多次")] = None,
    masked: Annotated[bool, typer.Option("--masked", help="隐去机构")] = False,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """提出一条意见。"""
    body = {
        "pool": pool, "target_kind": kind, "target": target, "text": text, "proposal": proposal,
        "cases": case or [], "masked": masked,
    }  # fmt: skip
    _line(asked(gateway, key, lambda client: client.send("POST", "opinions", body=body)))


@app.command("list")
def list_opinions(
    pool: Annotated[str, typer.Argument(help="统筹区代码，空为全部")] = "",
    outcome: Annotated[str, typer.Option("--outcome", help="waiting adopted trial declined")] = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """意见、相同的条数、期限和答复，新的在前。"""
    query = {name: value for name, value in (("pool", pool), ("outcome", outcome)) if value}
    for item in asked(gateway, key, lambda client: list(client.each("opinions", **query))):
        _line(item)


@app.command()
def answer(
    opinion_id: Annotated[str, typer.Argument(help="意见编号")],
    outcome: Annotated[str, typer.Argument(help="adopted 采纳 · trial 提交论证 · declined 不采纳")],
    reason: Annotated[str, typer.Option("--reason", help="理由")],
    topic: Annotated[str, typer.Option("--topic", help="由此立题的种类")] = "",
    publish: Annotated[bool, typer.Option("--publish", help="公布意见和答复")] = False,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """答复一条意见和与它相同的意见。"""
    body = {"outcome": outcome, "reason": reason, "publish": publish, "topic_kind": topic}
    found: Any = asked(
        gateway, key, lambda client: client.send("POST", "opinions", opinion_id, "answer", body=body)
    )
    _line(found["opinion"])
    typer.echo(f"一并答复{found['answered']}条")


def _line(item: Any) -> None:
    late = "逾期" if item["overdue"] else ""
    topic = f"\t议题{item['topic_id']}" if item["topic_id"] else ""
    typer.echo(
        f"{item['opinion_id']}\t{item['target_kind']}\t{item['target']}\t相同{item['alike']}条"
        f"\t{item['outcome']}\t{item['due']}{late}{topic}"
    )
