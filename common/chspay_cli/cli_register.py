"""``chspay register``: the public register checked offline, read without a key, and written by an office.

Exit codes: 0 it holds, done; 1 something was changed, and what; 2 bad input; 3 not reachable.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay_cli.cli_verify import public_key
from chspay_cli.over_http import GATEWAY_AWAY, GatewayOption, KeyOption, asked
from chspay_core.errors import Fault, Kind, Reason

REGISTER_FETCH = Reason(
    "REGISTER_FETCH", Kind.UNAVAILABLE, "取不到登记簿{value}（{problem}），请核对地址或改用已下载的文件。"
)
REGISTER_FILE = Reason("REGISTER_FILE", Kind.INVALID, "读不了文件{value}：{problem}。")
#: A file that is no register is a wrong file and not a change.
_NO_REGISTER = {"REGISTER_FORMAT", "ANCHOR_BAD"}
_SECONDS = 60
_MOST_BYTES = 256 << 20

app = typer.Typer(
    no_args_is_help=True,
    help="公示登记簿：离线核验，查询，发布公告与撤回。",
    rich_markup_mode=None,
    epilog="""例：

  chspay register verify register-990100.json --trust 04ab… --anchor anchors.txt

  chspay register verify http://gateway/public/register/chain/990100

  chspay register list --kind result

  chspay register publish 990100 notice.json --title 2026年第三季度公告

  chspay register withdraw GS990100-000007 --reason 列入有误 --document 演示医保〔2026〕12号
""",
)


@app.command()
def verify(
    source: Annotated[str, typer.Argument(help="导出的登记簿：文件，或 http(s) 地址")],
    trust: Annotated[str, typer.Option("--trust", help="发布单位公布的SM2公钥，或含有它的文件")] = "",
    anchor: Annotated[
        list[str] | None, typer.Option("--anchor", help="刊登过的时间锚，或含有它们的文件；可给多次")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="结果写成JSON")] = False,
) -> None:
    """离线核验：每条正文与指纹、链、撤回、签名头和时间锚全部相符，退出码0；不需要服务和数据库。"""
    from chspay_kit.register import anchors_in, check

    try:
        anchors = [found for text in anchor or () for found in anchors_in(_text_of(text))]
        checked = check(_content_of(source), source, {public_key(trust)} if trust else (), anchors)
    except Fault as fault:
        if fault.reason.code in _NO_REGISTER or fault.reason.kind in {Kind.UNAVAILABLE, Kind.INVALID}:
            raise
        if as_json:
            told = {"ok": False, "reason": fault.reason.code, "message": fault.message}
            typer.echo(json.dumps(told, ensure_ascii=False))
        else:
            typer.echo(f"不符 {fault.reason.code}：{fault.message}")
        raise typer.Exit(1) from fault
    if as_json:
        fields = ("pool", "entries", "withdrawn", "head", "published_at", "signer", "trusted", "anchors")
        told = {"ok": True} | {name: getattr(checked, name) for name in fields}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    signed = "可信公钥" if checked.trusted else "公钥（未与您信任的公钥比对，可加 --trust）"
    typer.echo(
        f"相符：统筹区 {checked.pool}，{checked.entries} 条（其中撤回 {checked.withdrawn} 条），"
        f"最后公布于 {checked.published_at}\n链值 {checked.head}\n签名 {signed} {checked.signer}\n"
        f"时间锚 {checked.anchors} 个，全部在链上"
    )


@app.command("list")
def list_entries(
    kind: Annotated[str, typer.Option("--kind", help="公示种类，如 result、violation")] = "",
    pool: Annotated[str, typer.Option("--pool", help="统筹区代码")] = "",
    gateway: GatewayOption = "",
) -> None:
    """最近的公示；不需要密钥。"""
    query = "&".join(f"{name}={value}" for name, value in (("kind", kind), ("pool", pool)) if value)
    for row in json.loads(_public(gateway, f"/public/register?page_size=100&{query}"))["items"]:
        title = f"（已由 {row['withdrawn_by']} 撤回）" if row["withdrawn_by"] else row["title"]
        typer.echo(f"{row['entry_no']}\t{row['published_at'][:10]}\t{row['kind_text']}\t{title}")


@app.command()
def anchors(gateway: GatewayOption = "") -> None:
    """各统筹区的时间锚，每行一个：提交到公开的git仓库，或刊登在公报上。"""
    for row in json.loads(_public(gateway, "/public/register/heads"))["items"]:
        typer.echo(row["anchor"])


@app.command()
def publish(
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    content: Annotated[Path, typer.Argument(help="内容：JSON文件")],
    title: Annotated[str, typer.Option("--title", help="标题")],
    kind: Annotated[str, typer.Option("--kind", help="notice 公告，或 violation 违规公示")] = "notice",
    redact: Annotated[
        list[str] | None, typer.Option("--redact", help="要隐去的字段，如 rows.0.name；可给多次")
    ] = None,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """发布公告或违规公示；发布后不能修改，只能撤回。"""
    try:
        given = json.loads(_read(content))
    except ValueError as error:
        raise Fault(REGISTER_FILE, value=content, problem="不是JSON") from error
    body = {"pool": pool, "kind": kind, "title": title, "content": given, "redacted": redact or []}
    found: Any = asked(gateway, key, lambda client: client.send("POST", "register", body=body))
    typer.echo(f"已公示 {found['entry_no']}，正文指纹 {found['content_sm3']}")


@app.command()
def withdraw(
    entry_no: Annotated[str, typer.Argument(help="公示编号")],
    reason: Annotated[str, typer.Option("--reason", help="理由，对外公布")],
    document: Annotated[str, typer.Option("--document", help="依据的决定")] = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """撤回一条公示：正文删去，指纹与链保留。"""
    body = {"reason": reason, "document": document}
    found: Any = asked(
        gateway, key, lambda client: client.send("POST", "register", entry_no, "withdraw", body=body)
    )
    typer.echo(f"已由 {found['entry_no']} 撤回 {entry_no}")


def _content_of(source: str) -> bytes:
    return _fetch(source) if source.startswith(("http://", "https://")) else _read(Path(source))


def _text_of(given: str) -> str:
    """Anchors given as text, or the file that holds them."""
    return given if given.startswith("chspay-register/") else _read(Path(given)).decode("utf-8", "replace")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Fault(REGISTER_FILE, value=path, problem=error.strerror or "不能读取") from error


def _public(gateway: str, path: str) -> bytes:
    url = gateway or os.environ.get("CHSPAY_GATEWAY_URL", "") or "http://127.0.0.1:8080"
    try:
        return _fetch(url + path)
    except Fault as fault:
        raise Fault(GATEWAY_AWAY, value=url) from fault


def _fetch(url: str) -> bytes:
    import httpx

    try:
        answer = httpx.get(url, timeout=_SECONDS, follow_redirects=True, trust_env=False)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Fault(REGISTER_FETCH, value=url, problem=type(error).__name__) from error
    if len(answer.content) > _MOST_BYTES:
        raise Fault(REGISTER_FETCH, value=url, problem="过大")
    return answer.content
