"""``chspay perdiem``: stays priced on this machine, bands checked, members and assessments of the service.

Exit codes: 0 done; 1 some stay was refused or a band hurts; 2 bad input; 3 not reachable.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay.perdiem.v1 import (
    assessments_pb2,
    assessments_pb2_grpc,
    perdiem_pb2,
    perdiem_pb2_grpc,
    pilots_pb2,
    pilots_pb2_grpc,
)
from chspay_cli.cli_policy_lint import day_or_today
from chspay_cli.perdiem_trial import lint_lines, price_file, sheet_lines, write_answers
from chspay_cli.remote import HomeOption, PerdiemOption, ask_perdiem
from chspay_core.bundle import Bundle
from chspay_core.period import Month, parse_day
from chspay_kit.convert import date_to_pb
from chspay_policy import ROOT

#: Generated stubs carry no types.
_PRICES: Any = perdiem_pb2_grpc.PerDiemServiceStub
_PILOTS: Any = pilots_pb2_grpc.PilotServiceStub
_ASSESSMENTS: Any = assessments_pb2_grpc.AssessmentServiceStub
_STATES = {
    assessments_pb2.ASSESSMENT_STATE_DRAFT: "草稿",
    assessments_pb2.ASSESSMENT_STATE_HEARD: "已听取意见",
    assessments_pb2.ASSESSMENT_STATE_DECIDED: "已决定",
    assessments_pb2.ASSESSMENT_STATE_DROPPED: "不予采用",
}

app = typer.Typer(
    no_args_is_help=True,
    help="长期住院按床日付费：离线计价、检查标准、试点成员、考核、底稿。",
    rich_markup_mode=None,
    epilog="""例：

  chspay perdiem check 990100

  chspay perdiem price stays.csv --pool 990100 --month 2026-03 -o answers.xlsx

  chspay perdiem price stays.csv --pool 990100 --month 2026-03 --records records.csv --members members.csv

  chspay perdiem worksheet stays.csv L2026-0001 --pool 990100 --month 2026-03

  chspay perdiem members 990100 --add H1 --category psychiatry --since 2026-01-01 --document 演示市〔2020〕7号

  chspay perdiem assess 990100 H1 psychiatry --measured 2025-01-01/2026-01-01 \\

    --applies 2026-04-01/2027-04-01
""",
)
StaysFile = Annotated[
    Path, typer.Argument(help="住院：病例表的列，可加category、level；.csv、.csv.gz或.parquet")
]
Pool = Annotated[str, typer.Option("--pool", help="统筹区代码")]
MonthOption = Annotated[str, typer.Option("--month", help="月份，如2026-03；按当月最后一天的政策")]
RecordsFile = Annotated[
    Path | None, typer.Option("--records", help="请假、转院、急性发作等记录", show_default=False)
]
MembersFile = Annotated[
    Path | None,
    typer.Option(
        "--members",
        help="试点成员：hospital_code,category,since,until；不填则全部视为成员",
        show_default=False,
    ),
]


@app.command()
def price(
    file: StaysFile,
    pool: Pool,
    month: MonthOption,
    records: RecordsFile = None,
    members: MembersFile = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="写成.csv、.parquet或.xlsx", show_default=False)
    ] = None,
) -> None:
    """在本机给住院计价；不连接任何服务，不保存任何内容。有不能计价的住院时退出码为1。"""
    policy = Bundle.load(ROOT, pool).on(Month.parse(month, "--month").last)
    found = price_file(file, policy, records, members)
    if members is None:
        typer.echo("没有给出试点成员，全部医疗机构视为成员。", err=True)
    write_answers(found, output)
    evidence = policy.weakest_evidence()
    typer.echo(f"政策{policy.digest[:12]}，证据等级{evidence}；{found.told()}", err=True)
    if found.refused:
        raise typer.Exit(1)


@app.command()
def worksheet(  # noqa: PLR0913, PLR0917 - one parameter per option
    file: Annotated[
        Path | None, typer.Argument(help="住院文件；与计价编号二选一", show_default=False)
    ] = None,
    case_id: Annotated[str, typer.Argument(help="住院编号")] = "",
    pool: Annotated[str, typer.Option("--pool", help="统筹区代码")] = "",
    month: Annotated[str, typer.Option("--month", help="月份")] = "",
    records: RecordsFile = None,
    members: MembersFile = None,
    pricing: Annotated[str, typer.Option("--pricing", help="向服务查询的计价编号")] = "",
    target: PerdiemOption = "",
    home: HomeOption = None,
) -> None:
    """一次住院的计算底稿：离线从文件计算，或用 --pricing 向服务查询。"""
    if pricing:
        asked = perdiem_pb2.GetPricingRequest(pricing_id=pricing)
        answer = ask_perdiem(lambda channel: _PRICES(channel).GetPricing(asked), target, home)
        _echo_sheet(answer.worksheet.title, list(answer.worksheet.lines))
        return
    if file is None or not (case_id and pool and month):
        raise typer.BadParameter("请给出住院文件、住院编号、--pool和--month，或--pricing")
    policy = Bundle.load(ROOT, pool).on(Month.parse(month, "--month").last)
    title, lines = sheet_lines(price_file(file, policy, records, members), case_id)
    _echo_sheet(title, lines)


@app.command()
def check(
    place: Annotated[str, typer.Argument(help="统筹区代码")],
    on: Annotated[str, typer.Option("--on", help="按哪一天的政策，默认今天（北京时间）")] = "",
    days: Annotated[int, typer.Option("--days", min=0, max=36500, help="另列出住到这一天的金额")] = 0,
) -> None:
    """检查床日标准：多住反而少付、标准随天数升高；有提醒时退出码为1。"""
    bundle = Bundle.load(ROOT, place)
    policy = bundle.on(day_or_today(on))
    lines, findings = lint_lines(policy, days)
    for line in lines:
        typer.echo(line)
    for finding in findings:
        typer.echo(f"{finding.code}  {finding.words}")
    if findings:
        raise typer.Exit(1)
    typer.echo("没有发现会少付或升高的标准。")


@app.command()
def members(  # noqa: PLR0913, PLR0917 - one parameter per option
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    add: Annotated[str, typer.Option("--add", help="登记这家医疗机构")] = "",
    end: Annotated[str, typer.Option("--end", help="提前结束这项资格（编号）")] = "",
    category: Annotated[str, typer.Option("--category", help="床日类别")] = "",
    since: Annotated[str, typer.Option("--since", help="第一天")] = "",
    until: Annotated[str, typer.Option("--until", help="截止日，不含")] = "",
    document: Annotated[str, typer.Option("--document", help="依据的文件")] = "",
    target: PerdiemOption = "",
    home: HomeOption = None,
) -> None:
    """列出、登记（--add）或提前结束（--end）试点医疗机构。"""
    if add:
        request = pilots_pb2.PutMembershipRequest(
            request_id=_fresh(), pool=pool, hospital_code=add, category=category, document=document,
            since=date_to_pb(parse_day(since, "--since")),
        )  # fmt: skip
        if until:
            request.until.CopyFrom(date_to_pb(parse_day(until, "--until")))
        found = ask_perdiem(lambda channel: _PILOTS(channel).PutMembership(request), target, home)
        _echo_member(found.membership)
        return
    if end:
        ending = pilots_pb2.EndMembershipRequest(
            request_id=_fresh(), membership_id=end, document=document,
            until=date_to_pb(parse_day(until, "--until")),
        )  # fmt: skip
        found = ask_perdiem(lambda channel: _PILOTS(channel).EndMembership(ending), target, home)
        _echo_member(found.membership)
        return

    async def every(channel: Any) -> list[Any]:
        rows: list[Any] = []
        asked = pilots_pb2.ListMembershipsRequest(pool=pool, page_size=1000)
        while True:
            page = await _PILOTS(channel).ListMemberships(asked)
            rows += page.memberships
            if not page.next_page_token:
                return rows
            asked.page_token = page.next_page_token

    for item in ask_perdiem(every, target, home):
        _echo_member(item)


@app.command()
def assess(  # noqa: PLR0913, PLR0917 - one parameter per option
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    hospital: Annotated[str, typer.Argument(help="医疗机构编码")] = "",
    category: Annotated[str, typer.Argument(help="床日类别")] = "",
    measured: Annotated[str, typer.Option("--measured", help="考核期间：起始日/截止日（不含）")] = "",
    applies: Annotated[str, typer.Option("--applies", help="系数适用期间：起始日/截止日（不含）")] = "",
    hear: Annotated[str, typer.Option("--hear", help="登记意见的考核编号")] = "",
    statement: Annotated[str, typer.Option("--statement", help="医疗机构的意见")] = "",
    target: PerdiemOption = "",
    home: HomeOption = None,
) -> None:
    """起草一项考核，或登记意见（--hear）；不带机构时列出考核。决定须由另一人用其密钥作出。"""
    if hear:
        request = assessments_pb2.HearAssessmentRequest(
            request_id=_fresh(), assessment_id=hear, statement=statement
        )
        answer = ask_perdiem(lambda channel: _ASSESSMENTS(channel).HearAssessment(request), target, home)
        _echo_assessment(answer.assessment)
        return
    if not hospital:
        asked = assessments_pb2.ListAssessmentsRequest(pool=pool, page_size=1000)
        page = ask_perdiem(lambda channel: _ASSESSMENTS(channel).ListAssessments(asked), target, home)
        for item in page.assessments:
            _echo_assessment(item)
        return
    days = [_days(measured, "--measured"), _days(applies, "--applies")]
    draft = assessments_pb2.DraftAssessmentRequest(
        request_id=_fresh(), pool=pool, hospital_code=hospital, category=category,
        measured_since=days[0][0], measured_until=days[0][1], applies_since=days[1][0],
        applies_until=days[1][1],
    )  # fmt: skip
    answer = ask_perdiem(lambda channel: _ASSESSMENTS(channel).DraftAssessment(draft), target, home)
    _echo_assessment(answer.assessment)
    _echo_sheet(answer.worksheet.title, list(answer.worksheet.lines))


def _days(text: str, option: str) -> tuple[Any, Any]:
    since, _, until = text.partition("/")
    return date_to_pb(parse_day(since, option)), date_to_pb(parse_day(until, option))


def _echo_sheet(title: str, lines: list[Any]) -> None:
    typer.echo(title)
    for line in lines:
        rounding = f"（{line.rounding}）" if line.rounding else ""
        how = f"{line.formula}{rounding}  {line.citation}"
        typer.echo(f"  {line.key}  {line.label}：{line.value}{line.unit}  {how}".rstrip())


def _echo_member(item: Any) -> None:
    until = _text(item.until) if item.HasField("until") else "长期"
    typer.echo(
        f"{item.membership_id}  {item.hospital_code}  {item.category}  {_text(item.since)} 至 {until}"
        f"  {item.document}  {item.end_document}".rstrip()
    )


def _echo_assessment(item: Any) -> None:
    figures = "  ".join(f"{one.name}={one.value.value}（{one.score.value}分）" for one in item.indicators)
    typer.echo(
        f"{item.assessment_id}  {item.hospital_code}  {item.category}  {_STATES[item.state]}"
        f"  系数{item.factor.value}  {_text(item.applies_since)} 至 {_text(item.applies_until)}  {figures}"
    )


def _text(day: Any) -> str:
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"


def _fresh() -> str:
    return f"cli-{uuid.uuid4().hex}"
