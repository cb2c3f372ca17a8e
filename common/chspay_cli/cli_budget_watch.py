"""The watching commands of ``chspay budget``: peers, indicators, heads, growth, changes, forecasts, meetings.

``--try`` works a figure out on this machine from the policy folder and stores nothing. Exit codes: 0 done;
1 something was found; 2 bad input or a refusal; 3 not reachable.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from google.type import decimal_pb2

from chspay.budget.v1 import forecast_pb2 as fpb
from chspay.budget.v1 import forecast_pb2_grpc, indicators_pb2_grpc, watch_pb2_grpc
from chspay.budget.v1 import indicators_pb2 as ipb
from chspay.budget.v1 import watch_pb2 as pb
from chspay.rulebook.v1 import decisions_pb2, decisions_pb2_grpc
from chspay_budget.engine import changes, expected_heads, peers
from chspay_budget.engine.changes import Figures
from chspay_budget.engine.forecast import MonthAhead, YearAhead
from chspay_budget.engine.forecast import forecast as foresee
from chspay_budget.engine.forecast_sheet import yuan
from chspay_cli import watch_files as files
from chspay_cli.budget_files import show_sheet
from chspay_cli.remote import BudgetOption, HomeOption, TargetOption, ask_budget, ask_rulebook
from chspay_core.amounts import fen_to_yuan, from_micro, plain
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month, parse_day
from chspay_core.policy import Policy
from chspay_kit.convert import date_to_pb, points_to_pb, worksheet_lines
from chspay_policy import ROOT

STEP_UNKNOWN = Reason(
    "INDICATOR_STEP_UNKNOWN",
    Kind.INVALID,
    "没有“{value}”这一步，可用：issue下达、revise调整、measure测算、settle决算、propose建议、show查询。",
)
#: Generated stubs carry no types.
_INDICATORS: Any = indicators_pb2_grpc.IndicatorServiceStub
_WATCH: Any = watch_pb2_grpc.WatchServiceStub
_FORECAST: Any = forecast_pb2_grpc.ForecastServiceStub
_DECISIONS: Any = decisions_pb2_grpc.DecisionServiceStub

app = typer.Typer(rich_markup_mode=None)
Pool = Annotated[str, typer.Argument(help="统筹区代码")]
YearNo = Annotated[int, typer.Argument(help="年度")]
Trial = Annotated[bool, typer.Option("--try", help="只在本机试算，不连接任何服务，不保存")]
Document = Annotated[str, typer.Option("--document", help="依据的文件")]
Decision = Annotated[str, typer.Option("--decision", help="决定文号")]
WatchId = Annotated[str, typer.Argument(help="监测事项编号")]


@app.command("peers")
def compare_peers(
    pool: Pool,
    year: YearNo,
    indicator: Annotated[str, typer.Argument(help="指标代码")],
    file: Annotated[Path, typer.Argument(help="CSV：institution,level,kind,group,cases,value")],
    document: Document = "",
    trial: Trial = False,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """同级同类平均水平：稳健均值，机构少的类别向上一级靠拢；每家机构与之比较。"""
    rows = files.read_observations(file)
    if trial:
        found = peers.measure(rows, _policy(pool, year))
        for one in found.held:
            ratio = "" if one.ratio is None else peers.shown(one.ratio)
            _line(one.institution, one.level, one.kind, peers.shown(one.own), peers.shown(one.peers), ratio)
        return
    request = ipb.MeasurePeersRequest(
        request_id=_fresh(), pool=pool, year=year, indicator=indicator, document=document
    )
    for row in rows:
        request.observations.add(
            institution=row.institution, level=row.level, kind=row.kind, group=row.group, cases=row.cases,
            value=points_to_pb(row.value_micro),
        )  # fmt: skip
    answer = ask_budget(lambda channel: _INDICATORS(channel).MeasurePeers(request), target, home).benchmark
    typer.echo(f"{answer.benchmark_id}  {answer.method}")
    for one in answer.comparisons:
        _line(one.institution, one.level, one.kind, one.own.value, one.peers.value, one.ratio.value)


@app.command("indicator")
def move_indicator(  # noqa: PLR0913, PLR0917 - one parameter per option
    step: Annotated[str, typer.Argument(help="issue、revise、measure、settle、propose、show")],
    pool: Pool,
    year: YearNo,
    holder: Annotated[str, typer.Argument(help="医疗机构编码或医共体代码")],
    code: Annotated[str, typer.Argument(help="指标代码")],
    value: Annotated[str, typer.Option("--value", help="目标值或实际值")] = "",
    document: Document = "",
    decision: Decision = "",
    benchmark: Annotated[str, typer.Option("--benchmark", help="同级同类测算编号")] = "",
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """一个指标的一步：下达、调整、测算、决算（另一人）、下年建议，或查询。"""
    name = ipb.IndicatorName(pool=pool, year=year, holder=holder, code=code)
    number = decimal_pb2.Decimal(value=value)
    said: dict[str, Any] = {"request_id": _fresh(), "name": name}
    requests: dict[str, tuple[str, Any]] = {
        "issue": ("IssueIndicator", ipb.IssueIndicatorRequest(**said, target=number, document=document)),
        "revise": ("ReviseIndicator", ipb.ReviseIndicatorRequest(**said, target=number, document=document)),
        "measure": (
            "MeasureIndicator", ipb.MeasureIndicatorRequest(**said, actual=number, document=document),
        ),
        "settle": ("SettleIndicator", ipb.SettleIndicatorRequest(**said, decision_no=decision)),
        "propose": ("ProposeIndicator", ipb.ProposeIndicatorRequest(**said, benchmark_id=benchmark)),
        "show": ("GetIndicator", ipb.GetIndicatorRequest(name=name)),
    }  # fmt: skip
    if step not in requests:
        raise Fault(STEP_UNKNOWN, field="step", value=step)
    method, request = requests[step]
    answer = ask_budget(lambda channel: getattr(_INDICATORS(channel), method)(request), target, home)
    found = answer.indicator
    typer.echo(f"{found.label}  {found.state}  目标{found.target.value}")
    for row in found.steps:
        _line(row.number, row.state, row.value.value, row.document, row.decision_no, row.by, row.outcome)
    if step in {"propose", "show"} and answer.HasField("worksheet"):
        show_sheet(worksheet_lines(answer.worksheet), title=answer.worksheet.title)


@app.command()
def heads(
    pool: Pool,
    year: YearNo,
    file: Annotated[Path, typer.Argument(help="YAML：strata与institutions")],
    document: Document = "",
    trial: Trial = False,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """按参保人数和疾病谱判断各机构全年人头；有超出预期区间的退出码为1。"""
    strata, actual = files.read_heads(file)
    if trial:
        ranges = expected_heads.judge(strata, actual, _policy(pool, year))
        for one in ranges:
            _line(one.institution, one.heads, f"{one.low}—{one.high}", one.excess)
        raise typer.Exit(int(any(one.excess for one in ranges)))
    request = pb.JudgeHeadsRequest(request_id=_fresh(), pool=pool, year=year, document=document)
    for stratum in strata:
        request.strata.add(**stratum._asdict())
    for item in actual:
        added = request.institutions.add(institution=item.institution, heads=item.heads)
        for (age_band, disease), served in item.served.items():
            added.served.add(age_band=age_band, disease=disease, served=served)
    answer = ask_budget(lambda channel: _WATCH(channel).JudgeHeads(request), target, home)
    for found in answer.ranges:
        _line(found.institution, found.heads, f"{found.low}—{found.high}", found.excess, found.watch_id)
    raise typer.Exit(int(any(found.watch_id for found in answer.ranges)))


@app.command()
def growth(
    pool: Pool,
    month: Annotated[str, typer.Argument(help="月份，如2026-04；须已月结或试算")],
    document: Document,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """比较一个月的费用与此前各月；有异常增长的退出码为1。"""
    at = Month.parse(month)
    request = pb.CompareGrowthRequest(
        request_id=_fresh(), pool=pool, year=at.year, month=at.month, document=document
    )
    answer = ask_budget(lambda channel: _WATCH(channel).CompareGrowth(request), target, home)
    for one in answer.hospitals:
        _line(
            one.hospital_code, fen_to_yuan(one.cost_fen), f"{one.percent}%", fen_to_yuan(one.over_fen),
            one.watch_id,
        )  # fmt: skip
    raise typer.Exit(int(any(one.watch_id for one in answer.hospitals)))


@app.command()
def change(
    pool: Pool,
    institution: Annotated[str, typer.Argument(help="医疗机构编码")],
    file: Annotated[
        Path, typer.Argument(help="YAML：before与after，各有year、cases、cost、weight、price_index")
    ],
    fund: Annotated[str, typer.Option("--fund", help="outpatient、per_diem、capitation")] = "outpatient",
    document: Document = "",
    trial: Trial = False,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """前后两年变化分解为人次、病例组合、价格和单位权重费用，提交另一人核实。"""
    before, after = files.read_change(file)
    if trial:
        policy = _policy(pool, after.year)
        found = changes.review(before, after, policy)
        show_sheet(changes.explain(found, f"{institution}前后两年变化", policy), policy)
        return
    request = pb.ReviewChangeRequest(
        request_id=_fresh(), pool=pool, institution=institution, fund=fund, before=_year(before),
        after=_year(after), document=document,
    )  # fmt: skip
    _told(ask_budget(lambda channel: _WATCH(channel).ReviewChange(request), target, home).watch)


@app.command()
def watch(
    pool: Pool,
    subject: Annotated[str, typer.Option("--subject", help="heads、growth、change；不填为全部")] = "",
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """列出监测事项。"""
    request = pb.ListWatchRequest(pool=pool, subject=subject, page_size=1000)
    for one in ask_budget(lambda channel: _WATCH(channel).ListWatch(request), target, home).items:
        _told(one)


@app.command("watch-hear")
def hear(
    watch_id: WatchId,
    statement: Annotated[str, typer.Argument(help="机构的意见")],
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """登记机构对人头事项的意见。"""
    request = pb.HearWatchRequest(request_id=_fresh(), watch_id=watch_id, statement=statement)
    _told(ask_budget(lambda channel: _WATCH(channel).HearWatch(request), target, home).watch)


@app.command("watch-decide")
def decide(
    watch_id: WatchId,
    decision: Decision,
    uphold: Annotated[bool, typer.Option("--uphold/--dismiss", help="认定或不予认定")],
    removed: Annotated[int, typer.Option("--removed", help="人头：剔除几个")] = 0,
    since: Annotated[str, typer.Option("--since", help="费用增长：自哪个月起暂缓拨付")] = "",
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """决定监测事项，须由发现人以外的人办理；认定费用增长即暂缓拨付超出部分。"""
    request = pb.DecideWatchRequest(
        request_id=_fresh(), watch_id=watch_id, uphold=uphold, decision_no=decision, removed=removed,
        since=since,
    )  # fmt: skip
    _told(ask_budget(lambda channel: _WATCH(channel).DecideWatch(request), target, home).watch)


@app.command("watch-release")
def release(
    watch_id: WatchId,
    statement: Annotated[str, typer.Argument(help="核查情况")],
    decision: Decision,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """核查后解除暂缓拨付，须由作出暂缓决定以外的人办理。"""
    request = pb.ReleaseWatchRequest(
        request_id=_fresh(), watch_id=watch_id, statement=statement, decision_no=decision
    )
    _told(ask_budget(lambda channel: _WATCH(channel).ReleaseWatch(request), target, home).watch)


@app.command()
def forecast(
    pool: Pool,
    year: YearNo,
    history: Annotated[
        Path | None,
        typer.Option("--history", help="CSV：month,fund,other,points；试算时未月结的月份points留空"),
    ] = None,
    document: Document = "",
    trial: Trial = False,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """预测其余各月和全年的点值，附区间和回测中说中的次数。"""
    facts, ahead = files.read_months(history) if history is not None else ([], {})
    if trial:
        policy = _policy(pool, year)
        funds = {month.month: fen for month, fen in ahead.items() if month.year == year}
        found = foresee(year, facts, funds, policy)
        for month_ahead in found.months:
            _line(*_foreseen(month_ahead, str(month_ahead.month)))
        _line(*_foreseen(found.whole, str(year)))
        return
    request = fpb.ForecastValueRequest(request_id=_fresh(), pool=pool, year=year, document=document)
    for fact in facts:
        request.history.add(
            month=str(fact.month), fund_fen=fact.fund_fen, other_fen=fact.other_fen,
            points=points_to_pb(fact.points_micro),
        )  # fmt: skip
    answer = ask_budget(lambda channel: _FORECAST(channel).ForecastValue(request), target, home).forecast
    typer.echo(f"{answer.forecast_id}  {answer.method}  已月结{answer.seen}个月")
    for row in (*answer.months, answer.whole):
        told = row.interval
        _line(
            row.month, fen_to_yuan(row.fund_fen), row.points.value, row.value.value,
            f"{told.low.value}—{told.high.value}", f"{told.covered}/{told.tested}",
        )  # fmt: skip


@app.command()
def meeting(
    place: Annotated[str, typer.Argument(help="地区代码")],
    file: Annotated[Path | None, typer.Argument(help="YAML：登记一次联席会议；不填为列出")] = None,
    target: TargetOption = "",
    home: HomeOption = None,
) -> None:
    """登记或列出联席会议决定；政策指定的比例须有登记的决定才能修订。"""
    if file is None:
        listing = decisions_pb2.ListDecisionsRequest(place=place, page_size=1000)
        for one in ask_rulebook(
            lambda channel: _DECISIONS(channel).ListDecisions(listing), target, home
        ).decisions:
            _line(one.place, one.decision_no, one.title, len(one.items), one.digest[:12])
        return
    found = files.read_facts(file)
    request = decisions_pb2.RecordDecisionRequest(
        request_id=_fresh(),
        place=place,
        decision_no=files.cell(found, "decision_no", file),
        title=files.cell(found, "title", file),
        decided=date_to_pb(parse_day(files.cell(found, "decided", file), "decided")),
    )
    for member in files.listed(found, "members", file):
        present = files.cell(member, "present", file) == "yes"
        request.members.add(
            unit=files.cell(member, "unit", file), person=str(member.get("person", "")), present=present
        )
    for item in files.listed(found, "items", file):
        added = request.items.add(
            words=files.cell(item, "words", file),
            key=str(item.get("key", "")),
            value=str(item.get("value", "")),
        )
        if "since" in item:
            added.since.CopyFrom(date_to_pb(parse_day(files.cell(item, "since", file), "since")))
    made = ask_rulebook(lambda channel: _DECISIONS(channel).RecordDecision(request), target, home).decision
    typer.echo(f"{made.place} {made.decision_no} 已登记，指纹 {made.digest}")


def _foreseen(one: MonthAhead | YearAhead, name: str) -> Sequence[object]:
    told = "" if one.interval is None else "—".join(plain(yuan(end)) for end in one.interval)
    record = "" if one.width is None else f"{one.width.covered}/{one.width.tested}"
    points = plain(from_micro(one.points_micro))
    return name, fen_to_yuan(one.fund_fen), points, plain(yuan(one.value)), told, record


def _year(year: Figures) -> pb.YearFigures:
    return pb.YearFigures(
        year=year.year, cases=year.cases, cost_fen=year.cost_fen, weight=points_to_pb(year.weight_micro),
        price_index=points_to_pb(year.price_micro),
    )  # fmt: skip


def _told(found: Any) -> None:
    outcome = "  ".join(f"{name}={text}" for name, text in sorted(found.steps[-1].outcome.items()))
    _line(found.watch_id, found.subject, found.institution, found.period, found.state, outcome)


def _line(*parts: object) -> None:
    typer.echo("  ".join(str(part) for part in parts).rstrip())


def _policy(pool: str, year: int) -> Policy:
    return Bundle.load(ROOT, pool).on(date(year, 12, 31))


def _fresh() -> str:
    return f"cli-{uuid.uuid4().hex}"
