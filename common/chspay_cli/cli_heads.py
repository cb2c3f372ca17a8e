"""``chspay capitation heads``: invalid heads 无效人头, found, heard and decided."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import typer

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay.capitation.v1 import capitation_pb2_grpc
from chspay_cli.remote import CapitationOption, HomeOption, ask_capitation
from chspay_core.period import parse_day
from chspay_kit.convert import date_to_pb

#: Generated stubs carry no types.
_STUB: Any = capitation_pb2_grpc.CapitationServiceStub
_STATES = {
    pb.HEAD_FINDING_STATE_FOUND: "已认定，待听取意见",
    pb.HEAD_FINDING_STATE_HEARD: "已听取意见，待决定",
    pb.HEAD_FINDING_STATE_REMOVED: "已剔除",
    pb.HEAD_FINDING_STATE_DISMISSED: "不成立",
}

app = typer.Typer(
    no_args_is_help=True,
    help="无效人头：认定、听取意见、由另一人决定。",
    rich_markup_mode=None,
    epilog="""例：

  chspay capitation heads find 990100 WX2026-1 人员标识 --since 2026-01-01 --until 2027-01-01 \\

    --cause 同日拆分票据 --document 稽核报告〔2026〕3号

  chspay capitation heads hear WX2026-1 --statement 无异议

  chspay capitation heads decide WX2026-1 --remove --decision 演示医保〔2026〕9号
""",
)
FindingNo = Annotated[str, typer.Argument(help="认定编号")]


@app.command()
def find(  # noqa: PLR0913, PLR0917 - one parameter per option
    pool: Annotated[str, typer.Argument(help="统筹区代码")],
    finding_no: FindingNo,
    person_key: Annotated[str, typer.Argument(help="人员标识")],
    since: Annotated[str, typer.Option("--since", help="自何日起不计")],
    until: Annotated[str, typer.Option("--until", help="到何日为止，当日不含")],
    cause: Annotated[str, typer.Option("--cause", help="原因")],
    document: Annotated[str, typer.Option("--document", help="证明文件")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """提出一项认定；听取意见、由另一人决定之后才生效。"""
    request = pb.FileHeadFindingRequest(
        request_id=_fresh(), pool=pool, finding_no=finding_no, person_key=person_key,
        since=date_to_pb(parse_day(since, "--since")), until=date_to_pb(parse_day(until, "--until")),
        cause=cause, document=document,
    )  # fmt: skip
    _told(ask_capitation(lambda channel: _STUB(channel).FileHeadFinding(request), target, home).finding)


@app.command()
def hear(
    finding_no: FindingNo,
    statement: Annotated[str, typer.Option("--statement", help="医共体的意见")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """登记医共体的意见。"""
    request = pb.HearHeadFindingRequest(request_id=_fresh(), finding_no=finding_no, statement=statement)
    _told(ask_capitation(lambda channel: _STUB(channel).HearHeadFinding(request), target, home).finding)


@app.command()
def decide(
    finding_no: FindingNo,
    remove: Annotated[bool, typer.Option("--remove/--dismiss", help="剔除，或不成立")],
    decision: Annotated[str, typer.Option("--decision", help="决定文号")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """决定一项认定；提出的人不能决定。"""
    request = pb.DecideHeadFindingRequest(
        request_id=_fresh(), finding_no=finding_no, remove=remove, decision_no=decision
    )
    _told(ask_capitation(lambda channel: _STUB(channel).DecideHeadFinding(request), target, home).finding)


@app.command("list")
def listing(target: CapitationOption = "", home: HomeOption = None) -> None:
    """全部认定及其进展。"""

    async def work(channel: Any) -> list[pb.HeadFinding]:
        request, found = pb.ListHeadFindingsRequest(page_size=1000), []
        while True:
            answer = await _STUB(channel).ListHeadFindings(request)
            found += answer.findings
            request.page_token = answer.next_page_token
            if not request.page_token:
                return found

    for item in ask_capitation(work, target, home):
        _told(item)


def _told(item: pb.HeadFinding) -> None:
    days = [f"{day.year:04d}-{day.month:02d}-{day.day:02d}" for day in (item.since, item.until)]
    typer.echo(
        f"{item.finding_no}  {item.person_key}  {days[0]} 至 {days[1]}  {item.cause}  {_STATES[item.state]}"
        + (f"（{item.decision_no}）" if item.decision_no else "")
    )


def _fresh() -> str:
    return f"cli-{uuid.uuid4().hex}"
