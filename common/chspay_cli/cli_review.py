"""``chspay review-queue``: claims from outside the pool, decisions, samples and the warning list.

Exit codes: 0 done; 2 bad input or a refusal; 3 the gateway is not reachable.
"""

from __future__ import annotations

from typing import Annotated

import typer

from chspay_cli.over_http import GatewayOption, KeyOption, asked

app = typer.Typer(
    no_args_is_help=True,
    help="异地清单的审核队列，抽查与警示名单。",
    rich_markup_mode=None,
    epilog="""例：

  chspay review-queue list 990100 --state overdue

  chspay review-queue decide L0123456789 --version 1 --decision questioned --reason 请补充转诊证明

  chspay review-queue sampling 990100 2026-03 --warned

  chspay review-queue sample 990100 2026-03 --hospital H99010100001
""",
)
_STATES = {"waiting": "待审核", "overdue": "已逾期", "checked": "已核", "questioned": "存疑"}
Pool = Annotated[str, typer.Argument(help="统筹区代码。")]
First = Annotated[str, typer.Argument(help="出院月份起，如2026-03。")]
Last = Annotated[str, typer.Argument(help="出院月份止；不填与起相同。")]
Hospital = Annotated[str, typer.Option("--hospital", help="医疗机构编码；不填为权限内的全部。")]


@app.command("list")
def listing(
    pool: Pool,
    state: Annotated[str, typer.Option("--state", help="waiting、overdue、checked 或 questioned。")] = "",
    hospital: Hospital = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """列出异地清单，先收到的在前，最多1000份；末行为各状态的份数。"""
    query = {"pool": pool, "state": state, "hospital_code": hospital, "page_size": "1000"}
    found = asked(gateway, key, lambda client: client.get("review-queue", **query))
    for row in found["items"]:
        fields = (row["list_id"], f"第{row['version']}版", row["hospital_code"], row["insured_region"],
                  f"限{row['due']}", _STATES[row["state"]])  # fmt: skip
        typer.echo("\t".join(fields))
    typer.echo("，".join(f"{label}{found[name]}份" for name, label in _STATES.items()))


@app.command()
def decide(
    list_id: Annotated[str, typer.Argument(help="清单流水号。")],
    version: Annotated[int, typer.Option("--version", help="审核的是第几版。")],
    decision: Annotated[str, typer.Option("--decision", help="checked 已核，questioned 存疑。")],
    reason: Annotated[str, typer.Option("--reason", help="理由；存疑必填。")] = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """对一份异地清单作出决定；只增不改，以最后一次为准。"""
    body = {"version": version, "decision": decision, "reason": reason}
    done = asked(
        gateway, key, lambda client: client.send("POST", "review-queue", list_id, "decisions", body=body)
    )
    typer.echo(f"{list_id}第{version}版：{_STATES[(done or {})['state']]}")


@app.command()
def sampling(
    pool: Pool,
    first: First,
    last: Last = "",
    hospital: Hospital = "",
    warned: Annotated[bool, typer.Option("--warned", help="只看警示名单。")] = False,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """各医疗机构的异常率、抽查比例，是否列入警示名单。"""
    query = {"pool": pool, "first": first, "last": last or first, "hospital_code": hospital}
    found = asked(gateway, key, lambda client: client.get("sampling", warned=str(warned).lower(), **query))
    typer.echo("机构\t已质控\t异常\t异常率\t抽查比例\t警示")
    for row in found["items"]:
        told = (row["hospital_code"], row["lists"], row["anomalous"], row["rate"], row["share"])
        typer.echo("\t".join((*map(str, told), "是" if row["warned"] else "否")))


@app.command()
def sample(
    pool: Pool,
    first: First,
    hospital: Annotated[str, typer.Option("--hospital", help="医疗机构编码。")],
    last: Last = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """一家医疗机构被抽中的清单，最多1000份；任何人都可以重新抽取核对。"""
    query = {"pool": pool, "first": first, "last": last or first, "hospital_code": hospital}
    found = asked(gateway, key, lambda client: client.get("sampling", "lists", page_size="1000", **query))
    for row in found["items"]:
        typer.echo(f"{row['list_id']}\t{row['draw']}")
    typer.echo(f"时期{found['period']}，比例{found['share']}，{found['lists']}份中抽{found['drawn']}份")
    typer.echo(f"SM3 {found['digest']}")
