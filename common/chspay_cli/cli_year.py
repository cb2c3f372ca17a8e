"""``chspay year``: the annual clearing and re-clearing, asked of a running settlement service.

Exit codes: 0 done; 2 bad input or a refusal; 3 not reachable.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Any

import typer
from google.type import decimal_pb2

from chspay.settlement.v1 import year_pb2 as pb
from chspay.settlement.v1 import year_pb2_grpc
from chspay_cli.cli_year_demo import demo
from chspay_cli.files import replace_file
from chspay_cli.remote import HomeOption, SettlementOption, ask_settlement
from chspay_core.amounts import decimal_text, fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason

RECLEAR_CASE_BAD = Reason(
    "RECLEAR_CASE_BAD",
    Kind.INVALID,
    "违规病例“{value}”应写作 医疗机构编码:病例号 或 医疗机构编码:病例号:倍数。",
)
#: Generated stubs carry no types.
_STUB: Any = year_pb2_grpc.YearServiceStub
_STATES = {
    "draft": "计算中", "trial": "已试算", "reviewed": "已复核", "approved": "已批准", "published": "公示中",
    "closed": "已关闭", "returned": "已退回", "failed": "未成功",
}  # fmt: skip
_CASE_PARTS = 3

app = typer.Typer(
    no_args_is_help=True,
    help="年度清算：登记、试算、复核、批准、公示、关闭，重新清算。",
    rich_markup_mode=None,
    epilog="""例：

  chspay year demo --once

  chspay year fact 990100 2026 H99010100001 score 92.5 --cite 考核通报

  chspay year start 990100 2026

  chspay year step YC-990100-2026-1 review

  chspay year step YC-990100-2026-1 approve --decision 联席〔2027〕1号

  chspay year reclear YC-990100-2026-1 --case H99010100001:C1 --cause 高套病组 --cite 医保处〔2027〕3号
""",
)
app.command()(demo)
ClearingId = Annotated[str, typer.Argument(help="年度清算编号")]
ReclearId = Annotated[str, typer.Argument(help="重新清算编号")]
Pool = Annotated[str, typer.Argument(help="统筹区代码")]
YearNo = Annotated[int, typer.Argument(help="年度")]


def _ask(method: str, request: Any, target: str, home: Path | None) -> Any:
    """One call; a write gets a request id of its own."""
    if "request_id" in request.DESCRIPTOR.fields_by_name:
        request.request_id = f"cli-{uuid.uuid4().hex}"
    return ask_settlement(lambda channel: getattr(_STUB(channel), method)(request), target, home)


def _told(found: Any) -> str:
    """A clearing in a few lines."""
    lines = [f"{found.clearing_id}  {_STATES.get(found.state, found.state)}  第{found.revision}次编制"]
    if found.state == "draft":
        lines.append(f"步骤 {found.stage}，{found.done}/{found.total}")
    elif found.failure_reason:
        lines.append(f"{found.failure_reason}：{found.failure_message}")
    else:
        amounts = (
            ("预算", found.budget_fen), ("据实", found.actual_fen), ("决算额", found.decision_fen),
        )  # fmt: skip
        lines.append("  ".join(f"{name} {fen_to_yuan(fen)}元" for name, fen in amounts))
        lines.append(f"病例 {found.cases}  点值 {found.point_value_display}元/点  依据 {found.evidence}")
        lines.append(f"清算单指纹 {found.statements_digest}")
    return "\n".join(lines)


@app.command()
def fact(
    pool: Pool,
    year: YearNo,
    hospital: Annotated[str, typer.Argument(help="医疗机构编码")],
    kind: Annotated[str, typer.Argument(help="standing 机构状态、score 考核得分、audit 审核扣款（分）")],
    value: Annotated[str, typer.Argument(help="内容")],
    cite: Annotated[str, typer.Option("--cite", help="依据的文件或决定")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """登记一家医疗机构的年度事项；同一事项以最后登记的为准。"""
    request = pb.PutYearFactRequest(
        pool=pool, year=year, hospital_code=hospital, kind=kind, value=value, citation=cite
    )
    found = _ask("PutYearFact", request, target, home).fact
    typer.echo(f"已登记第{found.number}条：{found.hospital_code} {found.kind} {found.value}")


@app.command()
def start(pool: Pool, year: YearNo, target: SettlementOption = "", home: HomeOption = None) -> None:
    """编制年度清算：在后台试算。"""
    found = _ask("StartYear", pb.StartYearRequest(pool=pool, year=year), target, home).clearing
    typer.echo(f"{found.clearing_id} 已开始试算；用 chspay year show {found.clearing_id} 查看。")


@app.command()
def show(clearing_id: ClearingId, target: SettlementOption = "", home: HomeOption = None) -> None:
    """一次年度清算的状态、决算额与指纹。"""
    typer.echo(_told(_ask("GetYear", pb.GetYearRequest(clearing_id=clearing_id), target, home).clearing))


@app.command(name="list")
def listing(
    pool: Annotated[str, typer.Argument(help="统筹区代码；不填为全部")] = "",
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """年度清算一览，年度新的在前。"""
    for found in _ask("ListYears", pb.ListYearsRequest(pool=pool), target, home).clearings:
        typer.echo(_told(found).splitlines()[0])


@app.command()
def step(
    clearing_id: ClearingId,
    event: Annotated[
        str, typer.Argument(help="review 复核、approve 批准、publish 公示、close 关闭、return 退回")
    ],
    decision: Annotated[str, typer.Option("--decision", help="决定文号，批准时必填")] = "",
    note: Annotated[str, typer.Option("--note", help="说明，退回时必填")] = "",
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """办理一步：编制、复核、批准须由三个人分别办理。"""
    request = pb.MoveYearRequest(clearing_id=clearing_id, event=event, decision_no=decision, note=note)
    answer = _ask("MoveYear", request, target, home)
    typer.echo(_told(answer.clearing))
    if answer.warning:
        typer.echo(f"提示：{answer.warning}", err=True)


@app.command()
def hospitals(clearing_id: ClearingId, target: SettlementOption = "", home: HomeOption = None) -> None:
    """各医疗机构的决算基金与应补付（负数为应收回）。"""
    token = ""
    while True:
        request = pb.ListYearHospitalsRequest(clearing_id=clearing_id, page_token=token)
        answer = _ask("ListYearHospitals", request, target, home)
        for row in answer.hospitals:
            typer.echo(
                f"{row.hospital_code}  {row.name}  据实{fen_to_yuan(row.actual_fen)}"
                f"  决算{fen_to_yuan(row.fund_fen)}  应补付{fen_to_yuan(row.balance_fen)}"
            )
        token = answer.next_page_token
        if not token:
            return


@app.command()
def statement(
    clearing_id: ClearingId,
    hospital: Annotated[str, typer.Argument(help="医疗机构编码")],
    out: Annotated[Path, typer.Option("-o", "--out", help="保存清算单原文的文件")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """保存一家医疗机构的年度清算单原文，并显示其SM3指纹。"""
    request = pb.GetYearStatementRequest(clearing_id=clearing_id, hospital_code=hospital)
    answer = _ask("GetYearStatement", request, target, home)
    replace_file(out, answer.content)
    typer.echo(f"{answer.digest}  {out}")


@app.command()
def reclear(
    clearing_id: ClearingId,
    cases: Annotated[list[str], typer.Option("--case", help="医疗机构编码:病例号[:倍数]，可重复")],
    cause: Annotated[str, typer.Option("--cause", help="违规事由")],
    cite: Annotated[str, typer.Option("--cite", help="依据的处理决定")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """编制重新清算：显示对每家医疗机构的影响，不入账。"""
    request = pb.DraftReclearingRequest(
        clearing_id=clearing_id, findings=[_finding(case) for case in cases], cause=cause, citation=cite
    )
    answer = _ask("DraftReclearing", request, target, home)
    for effect in answer.effects:
        change = effect.fund_after_fen - effect.fund_before_fen
        typer.echo(
            f"{effect.hospital_code}  决算变动{fen_to_yuan(change)}  应补付{fen_to_yuan(effect.balance_fen)}"
        )
    found = answer.reclearing
    typer.echo(f"退回基金{fen_to_yuan(found.returned_fen)}元；核对后由另一位经办人入账：")
    typer.echo(f"chspay year commit {found.reclear_id} --digest {found.digest}")


def _finding(text: str) -> pb.ReclearFinding:
    parts = text.split(":")
    if not 2 <= len(parts) <= _CASE_PARTS or not all(parts):
        raise Fault(RECLEAR_CASE_BAD, field="case", value=text)
    multiple = parts[2] if len(parts) == _CASE_PARTS else "1"
    decimal_text(multiple, "倍数")
    return pb.ReclearFinding(
        hospital_code=parts[0], case_id=parts[1], multiple=decimal_pb2.Decimal(value=multiple)
    )


@app.command()
def commit(
    reclear_id: ReclearId,
    digest: Annotated[str, typer.Option("--digest", help="所见影响的指纹")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """重新清算入账：只记差额，原清算单不变。"""
    request = pb.CommitReclearingRequest(reclear_id=reclear_id, digest=digest)
    found = _ask("CommitReclearing", request, target, home).reclearing
    typer.echo(f"{found.reclear_id} 已入账，批次{found.batch_id or '无（没有差额）'}。")


@app.command()
def withdraw(reclear_id: ReclearId, target: SettlementOption = "", home: HomeOption = None) -> None:
    """撤回尚未入账的重新清算。"""
    request = pb.WithdrawReclearingRequest(reclear_id=reclear_id)
    found = _ask("WithdrawReclearing", request, target, home).reclearing
    typer.echo(f"{found.reclear_id} 已撤回。")
