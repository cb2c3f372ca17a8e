"""``chspay draw``: a secret and its commitment, batches of draws, and their check without any server.

Exit codes: 0 it holds, done; 1 something does not hold, and what; 2 bad input; 3 not reachable.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay_cli.over_http import GatewayOption, KeyOption, asked
from chspay_core.errors import Fault, Kind, Reason

DRAW_FILE = Reason("DRAW_FILE", Kind.INVALID, "读写不了文件{value}：{problem}。")
DRAW_NONE = Reason("DRAW_NONE", Kind.INVALID, "{value}里没有专家抽取的公示。")

app = typer.Typer(
    no_args_is_help=True,
    help="专家抽取：生成密值，开批、关闭、抽取，离线核验。",
    rich_markup_mode=None,
    epilog="""例：

  chspay draw verify register-990100.json

  chspay draw secret --output secret.txt

  chspay draw open 990100 --secret secret.txt --beacon 双色球第2026136期开奖号码 --at 2026-11-24T13:15:00Z

  chspay draw close DB-20261122090000-ab12cd34 DC-1 DC-2

  chspay draw run DB-20261122090000-ab12cd34 --secret secret.txt --value "03 11 17 20 28 31 + 07"
""",
)
BatchArgument = Annotated[str, typer.Argument(help="抽取批次编号")]
SecretOption = Annotated[Path, typer.Option("--secret", help="chspay draw secret 写下的文件")]


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="导出的公示登记簿")],
    batch: Annotated[str, typer.Option("--batch", help="只核验这一批")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="结果写成JSON")] = False,
) -> None:
    """凭公示登记簿重新计算每一批抽取和表决；不需要服务、数据库和任何密钥。"""
    from chspay_dispute.engine.experts.gather import check_draws
    from chspay_kit.register import check

    content = _read(file)
    head = check(content, str(file))
    found = [one for one in check_draws(_told(content)) if batch in ("", one.batch_id)]
    if not found:
        raise Fault(DRAW_NONE, field="file", value=file)
    wrong = [finding for one in found for finding in one.findings]
    if as_json:
        told = {
            "ok": not wrong,
            "register": head.head,
            "batches": [
                {
                    "batch_id": one.batch_id,
                    "step": one.step,
                    "panels": list(one.panels),
                    "findings": [
                        {"code": bad.code, "panel": bad.draw_id, "text": bad.text} for bad in one.findings
                    ],
                }
                for one in found
            ],
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(f"登记簿{head.pool}共{head.entries}条，链完整，链值 {head.head}")
        for one in found:
            words = {"opened": "已承诺", "closed": "名单已关闭", "drawn": "已抽取"}[one.step]
            state = "不符" if one.findings else "相符"
            typer.echo(f"{state}  {one.batch_id}  {words}  专家组{len(one.panels)}个")
            for bad in one.findings:
                typer.echo(f"    {bad.code}  {bad.draw_id}  {bad.text}")
    if wrong:
        raise typer.Exit(1)


@app.command()
def secret(
    output: Annotated[Path, typer.Option("--output", "-o", help="密值写到这个文件，只有本人可读")],
) -> None:
    """生成密值，写下文件，给出可以公布的承诺。密值在抽取以前不要交给任何人。"""
    from chspay_dispute.engine.experts.stream import commitment

    value = secrets.token_hex(32)
    try:
        output.touch(mode=0o600, exist_ok=False)
        output.write_text(value + "\n", encoding="ascii")
    except OSError as error:
        raise Fault(DRAW_FILE, field="--output", value=output, problem=type(error).__name__) from error
    typer.echo(commitment(value))


@app.command("open")
def open_batch(
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    kept: SecretOption,
    source: Annotated[str, typer.Option("--beacon", help="公开信标的来源，写明期次")],
    at: Annotated[str, typer.Option("--at", help="信标公布的时间，如2026-11-24T13:15:00Z")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """开一批：公布承诺和信标；密值留在本机。"""
    from chspay_dispute.engine.experts.stream import commitment

    body = {
        "pool": pool, "commitment": commitment(_secret(kept)), "beacon_source": source, "beacon_at": at,
    }  # fmt: skip
    _echo(asked(gateway, key, lambda client: client.send("POST", "draws", body=body)))


@app.command("close")
def close_batch(
    batch: BatchArgument,
    cases: Annotated[list[str], typer.Argument(help="待抽取专家的案件")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """关闭名单：须在信标公布以前。"""
    body = {"case_nos": cases}
    _echo(asked(gateway, key, lambda client: client.send("POST", "draws", batch, "close", body=body)))


@app.command("run")
def run_batch(
    batch: BatchArgument,
    kept: SecretOption,
    value: Annotated[str, typer.Option("--value", help="信标公布的值，原样填写")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """公布密值和信标，抽出专家组。"""
    body = {"secret": _secret(kept), "beacon": value}
    _echo(asked(gateway, key, lambda client: client.send("POST", "draws", batch, "draw", body=body)))


@app.command()
def replace(
    panel: Annotated[str, typer.Argument(help="专家组编号")],
    token: Annotated[str, typer.Argument(help="成员在本次抽取中的代号")],
    reason: Annotated[str, typer.Option("--reason", help="理由")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """更换期限届满仍没有办理、或者不再任职的专家；接替的是同一次抽取的替补。"""
    body = {"token": token, "reason": reason}
    found: Any = asked(
        gateway, key, lambda client: client.send("POST", "panels", panel, "replacement", body=body)
    )
    typer.echo(f"{found['panel_id']}  {found['state']}")
    for seat in found["seats"]:
        typer.echo(f"  {seat['seat']}  {seat['token']}  {seat['state']}")


@app.command()
def waiting(gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """等待抽取专家的案件。"""
    found: Any = asked(gateway, key, lambda client: client.get("draws", "waiting"))
    for one in found["items"]:
        typer.echo(f"{one['case_no']}  {one['pool']}  {one['stage']}  {one['mdc']}  {one['due'] or ''}")


def _told(content: bytes) -> list[Any]:
    """The entries of the register that speak of draws and were not withdrawn."""
    from chspay_dispute.engine.experts.gather import SUBJECT, Told

    return [
        Told(entry["seq"], entry["published_at"], entry["subject"], json.loads(entry["body"])["content"])
        for entry in json.loads(content)["entries"]
        if entry["body"] is not None and entry["subject"].startswith(SUBJECT)
    ]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Fault(DRAW_FILE, field="file", value=file, problem=type(error).__name__) from error


def _secret(file: Path) -> str:
    return _read(file).decode("ascii", "replace").strip()


def _echo(found: Mapping[str, Any] | Any) -> None:
    typer.echo(f"{found['batch_id']}  {found['state']}  {found['beacon_source']}  {found['beacon_at']}")
    for panel in found["panel_ids"]:
        typer.echo(f"  {panel}")
