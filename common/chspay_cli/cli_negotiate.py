"""``chspay negotiate``: follow topics, propose, sign ballots, publish, and count a vote again by oneself."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay_cli.lifefile import private_key
from chspay_cli.over_http import GatewayOption, KeyOption, asked
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.engine.negotiation import ballot as papers
from chspay_dispute.engine.negotiation.council import share_of
from chspay_dispute.engine.negotiation.voting import Choice, PassRule, Voter, count
from chspay_kit.sm2 import require_signature

COUNT_UNLIKE = Reason("COUNT_UNLIKE", Kind.PRECONDITION, "重新计票与公布的不一致：{value}。")
RULES_BAD = Reason("NEGOTIATE_RULES", Kind.INVALID, "方案文件应为JSON：参数名到新值；读不了{value}。")
_FIGURES = ("entitled", "yes", "no", "abstain", "silent", "represented", "agreeing", "passed")

app = typer.Typer(
    no_args_is_help=True,
    help="协商谈判：议题、方案、办理、投票、发布、自行计票。",
    rich_markup_mode=None,
    epilog="""例（接口密钥用 --key 或 CHSPAY_API_KEY）：

  chspay negotiate open 990100 coefficient 调整差异系数 --text 三级医院重症较多

  chspay negotiate propose NT-… 关于调整系数的决定 --effective 2027-01-01 --rules rules.json

  chspay negotiate act NT-… freeze --text 三月数据 --run MR-990100-202603-1 --expert expert:1=clinical

  chspay negotiate attend NT-… h1 --sm2-key delegate.key

  chspay negotiate vote NT-… yes --sm2-key delegate.key

  chspay negotiate verify NT-… 1
""",
)
TopicId = Annotated[str, typer.Argument(help="议题编号")]
Text = Annotated[str, typer.Option("--text", help="纪要、理由、意见或说明")]


@app.command()
def topics(
    pool: Annotated[str, typer.Argument(help="统筹区代码，空为全部")] = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """议题、所处环节和期限，新的在前。"""
    query = {"pool": pool} if pool else {}
    for item in asked(gateway, key, lambda client: list(client.each("negotiations", **query))):
        late = "\t逾期" if item["overdue"] else ""
        typer.echo(f"{item['topic_id']}\t{item['state_text']}\t{item['due'] or ''}\t{item['title']}{late}")


@app.command()
def show(topic_id: TopicId, gateway: GatewayOption = "", key: KeyOption = "") -> None:
    """一个议题：材料、方案改什么、谁增谁减。"""
    found: Any = asked(gateway, key, lambda client: client.get("negotiations", topic_id))
    topic = found["topic"]
    typer.echo(f"{topic['topic_id']}\t{topic['state_text']}\t{topic['title']}")
    for paper in found["papers"]:
        typer.echo(
            f"材料{paper['seq']}\t{paper['kind']}\t{paper['day']}\t{paper['by']}\t{paper['text'][:60]}"
        )
    for proposal in found["proposals"]:
        typer.echo(f"方案{proposal['number']}\t{proposal['title']}\t自{proposal['effective']}起出院的病例")
        for item in proposal["differences"]:
            typer.echo(f"  {item['label']}：{item['before_json']} → {item['after_json']}")
        _impact(proposal["impact"])


@app.command("open")
def open_topic(
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    kind: Annotated[str, typer.Argument(help="budget group weight coefficient multiple same_price special")],
    title: Annotated[str, typer.Argument(help="题目")],
    text: Text,
    group: Annotated[list[str] | None, typer.Option("--group", help="所涉病组；可给多次")] = None,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """提出一个议题。"""
    body = {"pool": pool, "kind": kind, "title": title, "statement": text, "groups": group or []}
    _state(asked(gateway, key, lambda client: client.send("POST", "negotiations", body=body)))


@app.command()
def propose(
    topic_id: TopicId,
    title: Annotated[str, typer.Argument(help="方案名称")],
    effective: Annotated[str, typer.Option("--effective", help="自这一天起出院的病例适用")],
    rules: Annotated[Path, typer.Option("--rules", help="JSON文件：参数名到新值，数字写成文本")],
    counters: Annotated[int, typer.Option("--counters", help="针对哪个方案")] = 0,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """提出方案；当场按修订检查，影响由系统试算。"""
    try:
        given = json.loads(rules.read_text(encoding="utf-8"))
        if not isinstance(given, Mapping):
            raise ValueError(rules)
    except (OSError, ValueError) as error:
        raise Fault(RULES_BAD, field="--rules", value=rules) from error
    body = {
        "title": title,
        "effective": effective,
        "counters": counters,
        "rules": [{"key": name, "value_json": json.dumps(value)} for name, value in given.items()],
    }
    found: Any = asked(
        gateway, key, lambda client: client.send("POST", "negotiations", topic_id, "proposals", body=body)
    )
    typer.echo(f"方案{found['number']}\t{found['digest']}")


@app.command()
def paper(
    topic_id: TopicId,
    kind: Annotated[str, typer.Argument(help="comment comment_answer objection_answer expert")],
    text: Text,
    ref: Annotated[int, typer.Option("--ref", help="针对的方案或材料编号")] = 0,
    no_conflict: Annotated[bool, typer.Option("--no-conflict", help="expert：声明没有利害关系")] = False,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """写意见、答复或论证意见。"""
    body = {"kind": kind, "text": text, "ref": ref, "no_conflict": no_conflict}
    found: Any = asked(
        gateway, key, lambda client: client.send("POST", "negotiations", topic_id, "papers", body=body)
    )
    typer.echo(f"材料{found['seq']}\t{found['digest']}")


@app.command()
def act(  # noqa: PLR0913, PLR0917 - one parameter per option
    topic_id: TopicId,
    event: Annotated[str, typer.Argument(help="freeze simulate agree adjourn deadlock approve 等")],
    text: Text,
    run: Annotated[list[str] | None, typer.Option("--run", help="freeze：月结编号")] = None,
    expert: Annotated[list[str] | None, typer.Option("--expert", help="freeze、replace：身份=领域")] = None,
    replaces: Annotated[str, typer.Option("--replaces", help="replace：离任的论证专家")] = "",
    effective: Annotated[str, typer.Option("--effective", help="approve：推迟的生效日")] = "",
    present: Annotated[list[str] | None, typer.Option("--present", help="到会席位")] = None,
    proposal: Annotated[int, typer.Option("--proposal", help="方案编号")] = 0,
    admit: Annotated[list[int] | None, typer.Option("--admit", help="simulate：采用的方案")] = None,
    refuse: Annotated[
        list[str] | None, typer.Option("--refuse", help="simulate：不予采用，方案编号=理由")
    ] = None,
    decision_no: Annotated[str, typer.Option("--decision-no", help="approve：决定文号")] = "",
    decided_by: Annotated[str, typer.Option("--decided-by", help="approve：决定机关")] = "",
    filing_no: Annotated[str, typer.Option("--filing-no", help="approve：备案文号")] = "",
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """办理议题的一步（发布用 publish）。"""
    pairs = [item.partition("=") for item in expert or ()]
    refused = [item.partition("=") for item in refuse or ()]
    body = {
        "text": text, "run_ids": run or [], "present": present or [], "proposal": proposal,
        "panel": [{"subject": subject, "field": field} for subject, _, field in pairs],
        "admitted": admit or [],
        "not_admitted": [
            {"proposal": int(number) if number.isdecimal() else 0, "reason": reason}
            for number, _, reason in refused
        ],
        "replaces": replaces, "effective": effective or None,
        "decision_no": decision_no, "decided_by": decided_by, "filing_no": filing_no,
    }  # fmt: skip
    steps = ("negotiations", topic_id, "events", event)
    _state(asked(gateway, key, lambda client: client.send("POST", *steps, body=body)))


@app.command()
def vote(
    topic_id: TopicId,
    choice: Annotated[Choice, typer.Argument(help="yes 赞成 · no 反对 · abstain 弃权")],
    sm2_key: Annotated[Path, typer.Option("--sm2-key", help="代表的SM2私钥文件")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """取选票、签名、投出；不记名的随机数打印出来，请自行保存，用来查对自己的一票。"""
    signer, nonce = private_key(sm2_key), secrets.token_hex(16)
    steps = ("negotiations", topic_id, "ballot")
    wish = {"choice": choice.value, "nonce": nonce}
    sheet: Any = asked(
        gateway, key, lambda client: client.send("POST", "negotiations", topic_id, "ballot-paper", body=wish)
    )
    secret = sheet["kind"] == papers.SECRET
    body = {
        "choice": choice.value, "nonce": nonce if secret else "",
        "signature": signer.sign_raw(sheet["content"].encode()).hex(),
    }  # fmt: skip
    found: Any = asked(gateway, key, lambda client: client.send("POST", *steps, body=body))
    typer.echo(f"席位{sheet['delegate_id']}已投票，收到{found['cast']}张，应投{found['entitled']}张")
    if secret:
        typer.echo(f"随机数 {nonce}")


@app.command()
def attend(
    topic_id: TopicId,
    seat: Annotated[str, typer.Argument(help="自己的席位编号")],
    sm2_key: Annotated[Path, typer.Option("--sm2-key", help="代表的SM2私钥文件")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """代表用席位的密钥确认自己到会；没有确认的不算到会。"""
    signer = private_key(sm2_key)
    found: Any = asked(gateway, key, lambda client: client.get("negotiations", topic_id))
    round_ = 1 + sum(item["kind"] == "vote" for item in found["papers"])
    content = papers.attendance_text(topic_id, round_, seat, signer.public_hex())
    body = {"text": "到会", "signature": signer.sign_raw(content).hex()}
    steps = ("negotiations", topic_id, "events", "attend")
    _state(asked(gateway, key, lambda client: client.send("POST", *steps, body=body)))


@app.command()
def publish(
    topic_id: TopicId,
    text: Text,
    sm2_key: Annotated[Path, typer.Option("--sm2-key", help="医保部门代表的SM2私钥文件")],
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """在发布包上签名并发布：修订随即进入政策库。"""
    signer = private_key(sm2_key)
    found: Any = asked(gateway, key, lambda client: client.get("negotiations", topic_id, "package"))
    body = {"text": text, "signature": signer.sign_raw(found["content"].encode()).hex()}
    steps = ("negotiations", topic_id, "events", "publish")
    _state(asked(gateway, key, lambda client: client.send("POST", *steps, body=body)))


@app.command()
def verify(
    topic_id: TopicId,
    round_: Annotated[int, typer.Argument(metavar="ROUND", help="第几次表决")] = 1,
    gateway: GatewayOption = "",
    key: KeyOption = "",
) -> None:
    """在本机核对每张选票和签名，重新计票；与公布的不一致时退出码为1。"""
    found: Any = asked(
        gateway, key, lambda client: client.get("negotiations", topic_id, "votes", str(round_))
    )
    told = json.loads(found["count_json"])
    try:
        figures = recounted(topic_id, found)
    except Fault as fault:
        typer.echo(f"不一致：{fault.message}")
        raise typer.Exit(1) from fault
    for name in _FIGURES:
        typer.echo(f"{name}\t{told[name]}")
    typer.echo(f"一致：{figures}张选票逐张核对，与公布的计票相同。")


def recounted(topic_id: str, found: Mapping[str, Any]) -> int:
    """Counts a published vote again; how many ballots that were.

    :raises Fault: SIGNATURE_BAD, BALLOT_UNLIKE, OPENING_WRONG, COUNT_UNLIKE.
    """
    told = json.loads(found["count_json"])
    paper_ = papers.Paper(topic_id, found["round"], found["proposal_digest"], found["kind"])
    if found["kind"] == papers.SECRET:
        openings = [papers.Opening(Choice(item["choice"]), item["nonce"]) for item in found["openings"]]
        commitments = [item["commitment"] for item in found["openings"]]
        choices = papers.check_openings(paper_, commitments, openings)
        voters = [Voter(str(place), choice, 0) for place, choice in enumerate(choices)]
    else:
        voters = [_voter(paper_, item) for item in found["ballots"]]
        pairs = [(item["content"].encode(), bytes.fromhex(item["signature"])) for item in found["ballots"]]
        if not papers.urn_digest(pairs) == found["urn_digest"] == told["urn"]:
            raise Fault(COUNT_UNLIKE, value="全部选票的摘要")
    lines = {line["key"]: line["value"] for line in told["sheet"]["lines"]}
    silent = [
        Voter(f"silent-{place}", None, int(told["represented"]) - sum(item.volume for item in voters))
        if place == 0
        else Voter(f"silent-{place}", None, 0)
        for place in range(int(told["silent"]))
    ]
    rule = PassRule(found["method"], share_of(lines["heads_share"]), share_of(lines["volume_share"]))
    again = count([*voters, *silent], rule).plain()
    for name in _FIGURES:
        if again[name] != told[name]:
            raise Fault(COUNT_UNLIKE, value=f"{name}：{told[name]}，重算为{again[name]}")
    return len(voters)


def _voter(paper_: papers.Paper, item: Mapping[str, Any]) -> Voter:
    content = item["content"].encode()
    require_signature(item["public_key"], bytes.fromhex(item["signature"]), content, item["delegate_id"])
    choice, _ = papers.read_ballot(paper_, item["delegate_id"], content, None)
    return Voter(item["delegate_id"], choice, item["volume"])


def _state(topic: Any) -> None:
    typer.echo(f"{topic['topic_id']}\t{topic['state_text']}\t{topic['due'] or ''}")


def _impact(impact: Any) -> None:
    if impact is None:
        typer.echo("  还没有试算结果")
        return
    if impact["failure_reason"]:
        typer.echo(f"  试算没有成功：{impact['failure_message']}")
        return
    neutral = "总额中性" if impact["neutral"] else f"总额变化 {impact['fund_change']}"
    typer.echo(
        f"  {neutral}，增加{impact['winners']}家，减少{impact['losers']}家，换了医院的钱 {impact['moved']}"
    )
    for row in impact["rows"]:
        typer.echo(
            f"  {row['hospital_code']}\t{row['name']}\t{row['before']} → {row['after']}\t{row['change']}"
        )
