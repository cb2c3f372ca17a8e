"""``chspay dispute``: file, follow and handle disputes with an API key; working days offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay_cli.over_http import GatewayOption, KeyOption, asked
from chspay_client import Client
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_dispute.app import shelf

PAPER_UNREADABLE = Reason("PAPER_UNREADABLE", Kind.INVALID, "读不了文件{value}，请核对路径。")
DETAILS_BAD = Reason("DETAILS_BAD", Kind.INVALID, '--details 应为JSON对象，如 \'{{"reason": "…"}}\'。')

app = typer.Typer(
    no_args_is_help=True,
    help="争议处理：核对、申请、上传、办理、队列、限额、期限、过程。",
    rich_markup_mode=None,
    epilog="""例（接口密钥用 --key 或 CHSPAY_API_KEY）：

  chspay dispute check 990101-L1

  chspay dispute file T1 --list 990101-L1 --reason 危重 --paper reason=说明.pdf --submit

  chspay dispute queue --mine

  chspay dispute act DC-… return --details '{"lacking": ["records"], "reason": "缺会诊记录"}'

  chspay dispute due 2026-02-12 --days 5
""",
)
CaseNo = Annotated[str, typer.Argument(help="案件编号")]


@app.command()
def check(
    list_id: Annotated[str, typer.Argument(help="结算清单流水号")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """申请前核对：符合哪些特例标准，窗口何时开放；一项也不符合时退出码为1。"""
    body = {"list_id": list_id}
    found: Any = asked(gateway, key, lambda client: client.send("POST", "disputes", "check", body=body))
    for item in found["criteria"]:
        told = {True: "符合", False: "不符合", None: "数据不足"}[item["met"]]
        typer.echo(f"{item['name']}\t{told}\t{item['text']}")
    for reason in found["reasons"]:
        typer.echo(f"不能申请：{reason}")
    if found["no_review"]:
        typer.echo(f"除外支付：{found['no_review']}，无需专家评议")
    state = "现在开放" if found["open"] else "现在不开放"
    typer.echo(f"{found['cycle']} 的申报窗口 {found['window_since']} 至 {found['window_until']}，{state}")
    if not (found["eligible"] and (found["no_review"] or any(item["met"] for item in found["criteria"]))):
        raise typer.Exit(1)


@app.command("file")
def file_case(  # noqa: PLR0913, PLR0917 - one parameter per option
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="T1 T2 T3 T4 T5 T7")],
    reason: Annotated[str, typer.Option("--reason", help="申请的理由")],
    list_id: Annotated[str, typer.Option("--list", help="结算清单流水号")] = "",
    pool: Annotated[str, typer.Option("--pool", help="统筹区代码；没有清单时必填")] = "",
    subject: Annotated[str, typer.Option("--subject", help="扣款、评价、认定的编号")] = "",
    disputed: Annotated[str, typer.Option("--disputed", help="争议金额（元）")] = "0",
    paper: Annotated[list[str] | None, typer.Option("--paper", help="材料：种类=文件；可给多次")] = None,
    submit: Annotated[bool, typer.Option("--submit", help="确认内容并提交")] = False,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """提出申请：系统预填，上传材料，需要时随即提交。"""
    body = {"type": type_, "list_id": list_id, "subject_ref": subject, "disputed": disputed, "reason": reason}
    if pool:
        body["pool"] = pool
    papers = [_paper(text) for text in paper or ()]
    case: Any = asked(gateway, key, lambda client: client.send("POST", "disputes", body=body))
    for kind, name, content in papers:
        asked(gateway, key, _attaching(case["case_no"], kind, name, content))
    if submit:
        event = {"event": "submit", "confirmed_digest": case["content_digest"]}
        steps = ("disputes", case["case_no"], "events")
        case = asked(gateway, key, lambda client: client.send("POST", *steps, body=event))
    _echo(case)


@app.command()
def attach(
    case_no: CaseNo,
    paper: Annotated[list[str], typer.Argument(help="材料：种类=文件")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """上传材料，给出每份的SM3。"""
    for text in paper:
        kind, name, content = _paper(text)
        found: Any = asked(gateway, key, _attaching(case_no, kind, name, content))
        typer.echo(f"{found['attachment_id']}\t{found['kind']}\t{found['file_name']}\t{found['digest']}")


@app.command()
def act(
    case_no: CaseNo,
    event: Annotated[str, typer.Argument(help="事件，如 accept return county_opinion to_panel notify")],
    details: Annotated[str, typer.Option("--details", help="该事件需要的内容，JSON")] = "{}",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """办理一步；现在可以办理哪些，见 show。"""
    try:
        body = json.loads(details)
    except ValueError as error:
        raise Fault(DETAILS_BAD, field="--details") from error
    if not isinstance(body, dict):
        raise Fault(DETAILS_BAD, field="--details")
    steps = ("disputes", case_no, "events")
    _echo(asked(gateway, key, lambda client: client.send("POST", *steps, body=body | {"event": event})))


@app.command()
def sign(case_no: CaseNo, gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """在现行裁定上签署；须由告知结果以外的人签署。"""
    case: Any = asked(gateway, key, lambda client: client.get("disputes", case_no))
    digest = next((item["digest"] for item in case["decisions"] if not item["dropped"]), "none")
    steps = ("disputes", case_no, "signatures")
    _echo(asked(gateway, key, lambda client: client.send("POST", *steps, body={"digest": digest})))


@app.command()
def show(case_no: CaseNo, gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """案件：状态、期限、裁定、现在可以办理的事项。"""
    _echo(asked(gateway, key, lambda client: client.get("disputes", case_no)))


@app.command()
def queue(
    mine: Annotated[bool, typer.Option("--mine", help="只看我能办理的")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="只看逾期的")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="看已办结的")] = False,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """队列：最近的期限在前。"""
    query = {"mine": mine, "overdue": overdue, "closed": closed}
    wanted = {name: "true" for name, value in query.items() if value}
    for row in asked(gateway, key, lambda client: list(client.each("disputes", **wanted))):
        due = "" if row["due"] is None else f"{row['due']}（{row['left_wd']}个工作日）"
        late = "逾期" if row["overdue"] else ""
        typer.echo(
            f"{row['case_no']}\t{row['type_name']}\t{row['hospital_code']}\t{row['state_text']}\t{due}\t{late}"
        )


@app.command()
def quota(
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    cycle: Annotated[str, typer.Option("--cycle", help="申报周期，如2026Q1")] = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """一个周期的限额、已占用和余量。"""
    found: Any = asked(gateway, key, lambda client: client.get("disputes", "quota", pool=pool, cycle=cycle))
    typer.echo(f"{found['cycle']}\t窗口 {found['window_since']} 至 {found['window_until']}")
    for name, text in (
        ("drg", "统筹区（DRG）"), ("dip", "统筹区（DIP）"), ("hospital", "本机构"), ("swaps", "调换"),
    ):  # fmt: skip
        item = found[name]
        if item is not None:
            limit = "不限" if item["limit"] is None else item["limit"]
            typer.echo(f"{text}\t上限 {limit}\t已用 {item['used']}")


@app.command("publish-cycle")
def publish_cycle(
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    cycle: Annotated[str, typer.Argument(help="申报周期，如2026Q1")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """公布一个周期的统计（市级经办）；少于五例的数字隐去，再次公布即代替前一份。"""
    steps = ("disputes", "cycles", pool, cycle, "statistics")
    found: Any = asked(gateway, key, lambda client: client.send("POST", *steps))
    typer.echo(f"{found['entry_no']}\t{found['title']}\t{found['content_sm3']}")


@app.command()
def history(case_no: CaseNo, gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """办理过程和各步的SM3；链断了退出码为1。"""
    found: Any = asked(gateway, key, lambda client: client.get("disputes", case_no, "history"))
    for item in found["items"]:
        typer.echo(f"{item['seq']}\t{item['day']}\t{item['text']}\t{item['to_text']}\t{item['digest'][:16]}")
    typer.echo("各步相连，与现状相符" if found["intact"] else "过程不完整")
    if not found["intact"]:
        raise typer.Exit(1)


@app.command()
def clocks(case_no: CaseNo, gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """案件的全部期限和提醒。"""
    found: Any = asked(gateway, key, lambda client: client.get("disputes", case_no, "deadlines"))
    for item in found["items"]:
        typer.echo(f"{item['text']}\t{item['kind']}\t{item['due']}\t{item['state']}\t{item['event']}")
    for item in found["reminders"]:
        typer.echo(f"{item['text']}\t{item['kind']}\t{item['day']}\t{'、'.join(item['roles'])}")


@app.command()
def explain(case_no: CaseNo, gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """标准和裁定的逐行计算。"""
    found: Any = asked(gateway, key, lambda client: client.get("disputes", case_no, "explanation"))
    for name in ("criteria", "decision"):
        sheet = found[name]
        if sheet is None:
            continue
        typer.echo(sheet["title"])
        for line in sheet["lines"]:
            typer.echo(
                f"  {line['label']}\t{line['value']} {line['unit']}\t{line['formula']}\t{line['citation']}"
            )
    if found["point_value_delta"] is not None:
        typer.echo(f"点值变化\t{found['point_value_delta']} 元/点")


@app.command()
def due(
    day: Annotated[str, typer.Argument(help="起算日，当天不计")],
    days: Annotated[int, typer.Option("--days", min=0, max=1000, help="工作日数")],
) -> None:
    """离线推算：某天之后第几个工作日是哪天，按国务院公布的放假调休安排。"""
    calendar = shelf.calendar()
    found: date = calendar.after(parse_day(day, "day"), days)
    typer.echo(f"{found}\t工作日历 {calendar.version[:16]}（{calendar.since} 至 {calendar.until}）")


@app.command()
def machine(
    owner: Annotated[str, typer.Argument(help="case 争议案件，topic 协商议题")] = "case",
) -> None:
    """离线列出状态机的全部环节。"""
    held = shelf.machines()
    if owner not in held:
        raise typer.BadParameter("可选：case、topic")
    found = held[owner]
    for item in found.transitions:
        roles = "、".join(found.role_text(role) for role in item.roles)
        guards = "；".join(found.guards[name] for name in item.guards)
        typer.echo(
            f"{found.state_text(item.source)}\t{item.text}\t{found.state_text(item.target)}\t{roles}\t{guards}"
        )


def _attaching(case_no: str, kind: str, name: str, content: bytes) -> Callable[[Client], Any]:
    return lambda client: client.attach(case_no, kind, name, content)


def _paper(text: str) -> tuple[str, str, bytes]:
    kind, _, name = text.partition("=")
    path = Path(name)
    try:
        return kind, path.name, path.read_bytes()
    except OSError as error:
        raise Fault(PAPER_UNREADABLE, value=name) from error


def _echo(case: Any) -> None:
    due = "" if case["due"] is None else f"，期限 {case['due']}（{case['left_wd']}个工作日）"
    typer.echo(f"{case['case_no']}\t{case['type_name']}\t{case['state_text']}{due}\t第{case['version']}版")
    for item in case["decisions"]:
        delta = "入账时计算" if item["delta"] is None else f"{item['delta']}元"
        gone = "（已撤回）" if item["dropped"] else ""
        typer.echo(f"  裁定{item['decision_no']} {item['outcome']}：{item['reasons']}；差额 {delta}{gone}")
    for item in case["next"]:
        if item["mine"]:
            typer.echo(f"  可以办理：{item['event']} {item['text']}")
