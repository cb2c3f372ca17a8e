"""``chspay expert``: the pool of experts for its officers, and blind reviews for experts.

Exit codes: 0 done; 2 bad input or refused; 3 not reachable.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay_cli.over_http import GatewayOption, KeyOption, asked
from chspay_core.errors import Fault, Kind, Reason

EXPERT_FILE = Reason("EXPERT_FILE", Kind.INVALID, "读不了文件{value}：{problem}。")

app = typer.Typer(
    no_args_is_help=True,
    help="评议专家：专家库、回避、评审、表决、质量。",
    rich_markup_mode=None,
    epilog="""例：

  chspay expert recommend expert.json

  chspay expert standing EX-1 confirm --reason 审核合格

  chspay expert tie me kin H990101EX --note 配偶在该院任职

  chspay expert reviews

  chspay expert declare PN-1

  chspay expert score PN-1 sheet.json

  chspay expert vote PN-1 yes --private-key key.pem
""",
)
PanelArgument = Annotated[str, typer.Argument(help="专家组编号")]


@app.command("list")
def list_experts(
    pool: Annotated[str, typer.Option("--pool", help="统筹区代码")] = "",
    standing: Annotated[str, typer.Option("--standing", help="状态，如confirmed")] = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """专家库：只有秘书和稽核人员可以查询。"""
    token = ""
    while True:
        query = {"pool": pool, "standing": standing, "page_size": "200", "page_token": token}
        page: Any = _ask(gateway, key, "GET", "experts", query=query)
        for one in page["items"]:
            roles = "、".join(one["roles"])
            typer.echo(
                f"{one['expert_id']}  {one['name']}  {one['institution']}  {roles}  "
                f"{' '.join(one['specialties'])}  {one['standing']}  近期{one['recent']}次"
            )
        token = page["next_page_token"]
        if not token:
            return


@app.command()
def recommend(
    file: Annotated[Path, typer.Argument(help="专家的登记内容：JSON文件")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """推荐专家；须由另一名秘书确认。"""
    found: Any = _ask(gateway, key, "POST", "experts", body=_json(file))
    typer.echo(f"{found['expert_id']}  {found['standing']}")


@app.command()
def standing(
    expert: Annotated[str, typer.Argument(help="专家编号")],
    event: Annotated[str, typer.Argument(help="confirm、suspend、restore、remove或bar")],
    reason: Annotated[str, typer.Option("--reason", help="理由")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """确认、暂停、恢复、退出或列入黑名单。"""
    body = {"event": event, "reason": reason}
    found: Any = _ask(gateway, key, "POST", f"experts/{expert}/standing", body=body)
    typer.echo(f"{found['expert_id']}  {found['standing']}")


@app.command()
def tie(
    expert: Annotated[str, typer.Argument(help="专家编号，或me")],
    kind: Annotated[str, typer.Argument(help="kin、treated、supplier或declared")],
    target: Annotated[str, typer.Argument(help="机构、病例、案件或供应方")],
    note: Annotated[str, typer.Option("--note", help="说明")] = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """登记利害关系，抽取时自动回避。"""
    body = {"kind": kind, "target": target, "note": note}
    found: Any = _ask(gateway, key, "POST", f"experts/{expert}/ties", body=body)
    typer.echo(f"{found['expert_id']}  利害关系{len(found['ties'])}项")


@app.command()
def reviews(
    every: Annotated[bool, typer.Option("--all", help="包括已经办结的")] = False,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """本人的评审。"""
    found: Any = _ask(gateway, key, "GET", "reviews", query={"open": "false" if every else "true"})
    for one in found["items"]:
        typer.echo(
            f"{one['panel_id']}  {one['seat']}  {one['seat_state']}  {one['panel_state']}  {one['due'] or ''}"
        )


@app.command()
def review(panel: PanelArgument, gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """脱敏的送审材料、评分和合议意见，写成JSON。"""
    found = _ask(gateway, key, "GET", f"reviews/{panel}")
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


@app.command()
def declare(panel: PanelArgument, gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """声明没有利害关系并承诺保密。"""
    body = {"no_conflict": True, "confidential": True}
    _ask(gateway, key, "POST", f"reviews/{panel}/declaration", body=body)
    typer.echo("已声明。")


@app.command()
def recuse(
    panel: PanelArgument,
    reason: Annotated[str, typer.Option("--reason", help="理由")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """申请回避。"""
    _ask(gateway, key, "POST", f"reviews/{panel}/recusal", body={"reason": reason})
    typer.echo("已回避。")


@app.command()
def score(
    panel: PanelArgument,
    file: Annotated[Path, typer.Argument(help="评分表：JSON文件")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """提交评分表；不能更改。"""
    found: Any = _ask(gateway, key, "POST", f"reviews/{panel}/sheet", body=_json(file))
    typer.echo(f"已提交，专家组{found['panel_state']}")


@app.command()
def opinion(
    panel: PanelArgument,
    file: Annotated[Path, typer.Argument(help="合议意见：JSON文件")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """提出合议意见。"""
    found: Any = _ask(gateway, key, "POST", f"reviews/{panel}/opinion", body=_json(file))
    typer.echo(f"{found['outcome']}  {found['digest']}")


@app.command()
def vote(
    panel: PanelArgument,
    word: Annotated[str, typer.Argument(help="yes、no或abstain")],
    private_key: Annotated[
        Path | None, typer.Option("--private-key", help="SM2私钥（PEM）", show_default=False)
    ] = None,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """表决；登记了公钥的须签名，私钥不离开本机。"""
    from chspay_kit.sm2 import Sm2Key

    ballot: Any = _ask(gateway, key, "GET", f"reviews/{panel}/ballot", query={"vote": word})
    signature = ""
    if private_key is not None:
        signer = Sm2Key.from_pem(_text(private_key))
        signature = signer.sign_raw(ballot["digest"].encode()).hex()
    body = {"vote": word, "digest": ballot["digest"], "signature": signature}
    found: Any = _ask(gateway, key, "POST", f"reviews/{panel}/vote", body=body)
    result = f"  {found['outcome']}" if found["outcome"] else ""
    typer.echo(f"已表决，专家组{found['state']}{result}")


@app.command()
def quality(
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """专家的改判、逾期、不一致，以及触及的退出标准。"""
    found: Any = _ask(gateway, key, "GET", "panels/quality", query={"pool": pool})
    for one in found["items"]:
        counts = "  ".join(
            f"{label}{one[name]['times']}/{one[name]['of']}"
            for name, label in (("overturned", "改判"), ("late", "逾期"), ("disagreeing", "不一致"))
        )
        typer.echo(f"{one['expert_id']}  {counts}  {'；'.join(one['broken'])}".rstrip())


def _ask(
    gateway: str,
    key: str,
    method: str,
    path: str,
    *,
    body: Any = None,
    query: dict[str, str] | None = None,
) -> Any:
    steps = path.split("/")
    if method == "GET":
        known: dict[str, Any] = {name: value for name, value in (query or {}).items() if value}
        return asked(gateway, key, lambda client: client.get(*steps, **known))
    return asked(gateway, key, lambda client: client.send(method, *steps, body=body))


def _json(file: Path) -> Any:
    try:
        return json.loads(_text(file))
    except ValueError as error:
        raise Fault(EXPERT_FILE, field="file", value=file, problem="不是JSON") from error


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise Fault(EXPERT_FILE, field="file", value=file, problem=type(error).__name__) from error
