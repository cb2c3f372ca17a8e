"""``chspay capitation``: visits, doubts, results, settlements and splits of communities 医共体."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from google.type import decimal_pb2

from chspay.capitation.v1 import (
    capitation_pb2,
    capitation_pb2_grpc,
    community_pb2,
    community_pb2_grpc,
    results_pb2,
    results_pb2_grpc,
    visits_pb2,
    visits_pb2_grpc,
)
from chspay_cli.casefile import FILE_MISSING
from chspay_cli.remote import CapitationOption, HomeOption, ask_capitation
from chspay_core.amounts import decimal_text, fen_to_yuan, from_micro, plain, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_kit.convert import date_to_pb

PART_TEXT = Reason(
    "CAPITATION_RULE_TEXT", Kind.INVALID, "“{value}”应写作 数=名称=比例，例如 heads=签约人数=0.4。"
)
FIGURE_TEXT = Reason(
    "CAPITATION_FIGURE_TEXT", Kind.INVALID, "“{value}”应写作 机构:数=值，例如 H1:heads=6000。"
)
#: Generated stubs carry no types.
_CAPITATION: Any = capitation_pb2_grpc.CapitationServiceStub
_COMMUNITY: Any = community_pb2_grpc.CommunityServiceStub
_RESULTS: Any = results_pb2_grpc.ResultServiceStub
_VISITS: Any = visits_pb2_grpc.VisitServiceStub
_SECONDS = 600.0

app = typer.Typer(rich_markup_mode=None)
Attribution = Annotated[str, typer.Argument(help="归属计算编号")]
Community = Annotated[str, typer.Argument(help="医共体代码")]
SettlementId = Annotated[str, typer.Argument(help="结算编号")]
Document = Annotated[str, typer.Option("--document", help="依据的文件")]


@app.command()
def visits(
    attribution_id: Attribution,
    file: Annotated[Path, typer.Argument(help="就诊文件：.parquet或.csv")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """上传医共体人员的就诊；有一行错误时一行也不保存。

    列：visit_id,person_key,institution,day,insurance_type,service,fund_fen。
    """
    request = visits_pb2.PutVisitsRequest(
        request_id=_fresh(), attribution_id=attribution_id, content=_read(file)
    )
    found = ask_capitation(lambda channel: _VISITS(channel).PutVisits(request), target, home, _SECONDS)
    typer.echo(
        f"医共体内{found.inside}人次，医共体外{found.outside}人次，"
        f"不在包干范围{found.not_capitated}人次，不属于任何医共体{found.not_member}人次"
    )


@app.command()
def costs(
    attribution_id: Attribution,
    community: Community,
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """一个医共体人员的内、外、剔除费用。"""
    request = visits_pb2.GetMemberCostsRequest(attribution_id=attribution_id, community=community)
    answer = ask_capitation(lambda channel: _VISITS(channel).GetMemberCosts(request), target, home)
    for item in answer.costs:
        amounts = [fen_to_yuan(fen) for fen in (item.inside_fen, item.outside_fen, item.exempt_fen)]
        typer.echo(f"险种{item.insurance_type}  内{amounts[0]}  外{amounts[1]}  剔除{amounts[2]}（元）")


@app.command()
def exempt(
    attribution_id: Attribution,
    visit_id: Annotated[str, typer.Argument(help="就诊编号")],
    cause: Annotated[str, typer.Option("--cause", help="政策规定的原因代码")],
    proof: Annotated[str, typer.Option("--proof", help="证明文件")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """剔除一次外部就诊的费用，须有规定的原因和证明。"""
    request = visits_pb2.PutExemptionRequest(
        request_id=_fresh(), attribution_id=attribution_id, visit_id=visit_id, cause=cause, proof=proof
    )
    found = ask_capitation(lambda channel: _VISITS(channel).PutExemption(request), target, home).visit
    typer.echo(f"{found.visit_id}  {fen_to_yuan(found.fund_fen)}元  {found.cause}  {found.proof}")


@app.command()
def doubt(
    attribution_id: Attribution,
    visit_id: Annotated[str, typer.Argument(help="就诊编号")],
    doubt_no: Annotated[str, typer.Argument(help="疑义编号")],
    statement: Annotated[str, typer.Option("--statement", help="理由")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """登记牵头医院对一次就诊费用的疑义。"""
    request = community_pb2.DoubtVisitRequest(
        request_id=_fresh(), attribution_id=attribution_id, visit_id=visit_id, doubt_no=doubt_no,
        statement=statement,
    )  # fmt: skip
    _told_doubt(ask_capitation(lambda channel: _COMMUNITY(channel).DoubtVisit(request), target, home).doubt)


@app.command("decide-doubt")
def decide_doubt(
    doubt_no: Annotated[str, typer.Argument(help="疑义编号")],
    uphold: Annotated[bool, typer.Option("--uphold/--dismiss", help="成立（不计该次费用），或不成立")],
    decision: Annotated[str, typer.Option("--decision", help="处理文号")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """处理一项费用疑义。"""
    request = community_pb2.DecideDoubtRequest(
        request_id=_fresh(), doubt_no=doubt_no, uphold=uphold, decision_no=decision
    )
    _told_doubt(ask_capitation(lambda channel: _COMMUNITY(channel).DecideDoubt(request), target, home).doubt)


@app.command()
def chronic(
    attribution_id: Attribution,
    file: Annotated[Path, typer.Argument(help="结果文件：person_key,controlled（yes或no）")],
    as_of: Annotated[str, typer.Option("--as-of", help="统计日")],
    document: Document,
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """导入慢性病管理结果；没有结果的患者按未控制计。"""
    request = results_pb2.PutChronicResultsRequest(
        request_id=_fresh(), attribution_id=attribution_id, as_of=date_to_pb(parse_day(as_of, "--as-of")),
        document=document, content=_read(file),
    )  # fmt: skip
    found = ask_capitation(
        lambda channel: _RESULTS(channel).PutChronicResults(request), target, home, _SECONDS
    ).results
    typer.echo(f"第{found.version}版  指纹 {found.digest}")
    for item in found.communities:
        typer.echo(f"{item.community}  患者{item.patients}人  管理{item.managed}人  控制{item.controlled}人")


@app.command()
def settle(
    attribution_id: Attribution,
    community: Community,
    document: Document,
    score: Annotated[str, typer.Option("--score", help="年度考核得分")] = "",
    chronic_rate: Annotated[
        str, typer.Option("--chronic-rate", help="慢性病控制率；不填时取已导入的结果")
    ] = "",
    corrects: Annotated[str, typer.Option("--corrects", help="更正哪一次结算")] = "",
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """按已登记的就诊结算一个医共体。"""
    request = capitation_pb2.SettleCommunityRequest(
        request_id=_fresh(), attribution_id=attribution_id, community=community, document=document,
        from_visits=True, corrects=corrects,
    )  # fmt: skip
    for name, text in (("score", score), ("chronic_rate", chronic_rate)):
        if text:
            getattr(request, name).CopyFrom(decimal_pb2.Decimal(value=plain(decimal_text(text))))
    answer = ask_capitation(lambda channel: _CAPITATION(channel).SettleCommunity(request), target, home)
    typer.echo(f"{answer.settlement.settlement_id}  {answer.settlement.community}")
    for line in answer.worksheet.lines:
        typer.echo(f"  {line.label}：{line.value}{line.unit}  {line.formula}  {line.citation}".rstrip())
    typer.echo(f"应付 {fen_to_yuan(answer.settlement.due_fen)} 元")


@app.command()
def settlements(attribution_id: Attribution, target: CapitationOption = "", home: HomeOption = None) -> None:
    """一次归属计算的全部结算。"""
    request = capitation_pb2.ListSettlementsRequest(attribution_id=attribution_id)
    answer = ask_capitation(lambda channel: _CAPITATION(channel).ListSettlements(request), target, home)
    for item in answer.settlements:
        told = f"，已由{item.corrected_by}代替" if item.corrected_by else ""
        typer.echo(f"{item.settlement_id}  {item.community}  {fen_to_yuan(item.due_fen)}元{told}")


@app.command()
def post(
    settlement_id: SettlementId,
    month: Annotated[str, typer.Option("--month", help="记账月份，如2026-12")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """把一次结算记入总账；更正只记差额。"""
    request = capitation_pb2.PostSettlementRequest(
        request_id=_fresh(), settlement_id=settlement_id, month=month
    )
    answer = ask_capitation(lambda channel: _CAPITATION(channel).PostSettlement(request), target, home)
    for item in answer.postings:
        told = f"，更正{item.corrects}" if item.corrects else ""
        typer.echo(
            f"险种{item.insurance_type}  {fen_to_yuan(item.amount_fen)}元  付{answer.payee}  "
            f"{answer.month}  {item.payment_id}{told}"
        )
    if not answer.postings:
        typer.echo("没有需要记账的金额")


@app.command()
def rule(
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    community: Community,
    part: Annotated[list[str], typer.Option("--part", help="数=名称=比例，可多次，比例合计为1")],
    since: Annotated[str, typer.Option("--since", help="自何日起")],
    document: Document,
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """代牵头医院登记医共体的内部分配规则。"""
    request = community_pb2.PutCommunityRuleRequest(
        request_id=_fresh(), pool=pool, community=community, since=date_to_pb(parse_day(since, "--since")),
        document=document, parts=[_part(text) for text in part],
    )  # fmt: skip
    found = ask_capitation(lambda channel: _COMMUNITY(channel).PutCommunityRule(request), target, home).rule
    typer.echo(f"第{found.version}版，牵头医院{found.lead}")


@app.command()
def split(
    settlement_id: SettlementId,
    figure: Annotated[list[str] | None, typer.Option("--figure", help="机构:数=值，可多次")] = None,
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """按医共体自己的规则把结算分到成员机构。"""
    request = community_pb2.SplitSettlementRequest(
        request_id=_fresh(), settlement_id=settlement_id, figures=[_figure(text) for text in figure or ()]
    )
    found = ask_capitation(lambda channel: _COMMUNITY(channel).SplitSettlement(request), target, home).split
    for item in found.shares:
        typer.echo(f"{item.institution}  {fen_to_yuan(item.fen)}元")
    typer.echo(f"合计 {fen_to_yuan(found.amount_fen)} 元，按第{found.rule_version}版规则")


@app.command()
def apg(  # noqa: PLR0913, PLR0917 - one parameter per option
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    file: Annotated[Path, typer.Argument(help="门诊文件：visit_id,institution,apg,cost_fen")],
    fund: Annotated[str, typer.Option("--fund", help="门诊基金，元")],
    since: Annotated[str, typer.Option("--since", help="期间第一天")],
    until: Annotated[str, typer.Option("--until", help="期间截止，当日不含")],
    document: Document,
    community: Annotated[str, typer.Option("--community", help="医共体代码；不填为全统筹区")] = "",
    points_of: Annotated[str, typer.Option("--points-of", help="沿用哪一次分配的点数")] = "",
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """按门诊APG点数法分配基金。"""
    request = results_pb2.DivideByApgRequest(
        request_id=_fresh(), pool=pool, community=community, since=date_to_pb(parse_day(since, "--since")),
        until=date_to_pb(parse_day(until, "--until")), fund_fen=yuan_to_fen(fund, "--fund"),
        points_of=points_of, document=document, content=_read(file),
    )  # fmt: skip
    found = ask_capitation(
        lambda channel: _RESULTS(channel).DivideByApg(request), target, home, _SECONDS
    ).division
    typer.echo(found.division_id)
    for item in found.shares:
        points: Decimal = from_micro(item.points_micro)
        typer.echo(f"{item.institution}  {plain(points)}点  {fen_to_yuan(item.fund_fen)}元")


def _part(text: str) -> community_pb2.RulePart:
    figure, label, share = _cut(text, ("=", "="), PART_TEXT)
    value = plain(decimal_text(share))
    return community_pb2.RulePart(figure=figure, label=label, share=decimal_pb2.Decimal(value=value))


def _figure(text: str) -> community_pb2.MemberFigure:
    institution, figure, value = _cut(text, (":", "="), FIGURE_TEXT)
    if not (value.isascii() and value.isdecimal()):
        raise Fault(FIGURE_TEXT, value=text)
    return community_pb2.MemberFigure(institution=institution, figure=figure, value=int(value))


def _cut(text: str, marks: Sequence[str], reason: Reason) -> list[str]:
    parts, rest = [], text
    for mark in marks:
        part, found, rest = rest.partition(mark)
        if not found or not part:
            raise Fault(reason, value=text)
        parts.append(part)
    if not rest:
        raise Fault(reason, value=text)
    return [*parts, rest]


def _told_doubt(item: community_pb2.VisitDoubt) -> None:
    states = {"filed": "待处理", "upheld": "成立，该次费用不计", "dismissed": "不成立"}
    typer.echo(f"{item.doubt_no}  就诊{item.visit_id}  {item.statement}  {states[item.state]}")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Fault(FILE_MISSING, value=file) from error


def _fresh() -> str:
    return f"cli-{uuid.uuid4().hex}"
