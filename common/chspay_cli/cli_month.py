"""``chspay month``: what surrounds a month run, asked of a running settlement service.

Exit codes: 0 done; 1 rows of a file were refused; 2 bad input or a refusal; 3 not reachable.
"""

from __future__ import annotations

import csv
import io
import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay.settlement.v1 import inputs_pb2, inputs_pb2_grpc, month_pb2_grpc
from chspay.settlement.v1 import month_pb2 as pb
from chspay_cli.casefile import FILE_MISSING
from chspay_cli.coefficientfile import read_coefficients
from chspay_cli.remote import HomeOption, SettlementOption, ask_settlement
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month

FINDINGS_UNREADABLE = Reason(
    "FINDINGS_UNREADABLE", Kind.INVALID, "疑点文件{value}不能读取：{why}。应为CSV，UTF-8，第一行为列名。"
)
#: Generated stubs carry no types.
_STUB: Any = month_pb2_grpc.MonthServiceStub
_COLUMNS = ("finding_id", "hospital_code", "case_id", "rule_id", "evidence", "amount")

app = typer.Typer(
    no_args_is_help=True,
    help="月结前后：统一测算点数、审核疑点、决定、差额、试算、暂缓拨付。",
    rich_markup_mode=None,
    epilog="""例：

  chspay month measure 330100 --from 2025-01 --to 2025-12 --in-force 2026-01

  chspay month findings findings.csv

  chspay month decide 专评1号 --hospital H99010100001 --case C1 --kind incomplete --cite 纪要

  chspay month preview 990100

  chspay month commit 990100 --digest 指纹 --cause 清单更正
""",
)
Pool = Annotated[str, typer.Argument(help="统筹区代码")]


def _ask(method: str, request: Any, target: str, home: Path | None, stub: Any = _STUB) -> Any:
    """One call; a write gets a request id of its own."""
    if "request_id" in request.DESCRIPTOR.fields_by_name:
        request.request_id = f"cli-{uuid.uuid4().hex}"
    return ask_settlement(lambda channel: getattr(stub(channel), method)(request), target, home)


def _split(month: str) -> tuple[int, int]:
    found = Month.parse(month)
    return found.year, found.month


@app.command()
def measure(
    place: Annotated[str, typer.Argument(help="设区的市")],
    first: Annotated[str, typer.Option("--from", help="测算所用的第一个月，yyyy-MM")],
    last: Annotated[str, typer.Option("--to", help="测算所用的最后一个月")],
    in_force: Annotated[str, typer.Option("--in-force", help="从哪个月起使用")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """测算全市点数：各统筹区共用点数，各算点值。在后台进行。"""
    request = pb.MeasurePointsRequest(place=place, first_month=first, last_month=last, in_force=in_force)
    table = _ask("MeasurePoints", request, target, home).table
    typer.echo(f"点数表{table.table_id}已开始测算；用 chspay month table {table.table_id} 查看。")


@app.command()
def coefficients(
    pool: Pool,
    file: Annotated[Path, typer.Argument(help="chspay value coefficients 写出的差异系数表")],
    in_force: Annotated[str, typer.Option("--in-force", help="从哪个月起使用，yyyy-MM")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """上传测算好的差异系数表：政策要求时，月结与年度清算用当月有效的最新一张。"""
    content = read_coefficients(file).content
    request = inputs_pb2.PutCoefficientTableRequest(pool=pool, in_force=in_force, content=content)
    kept = _ask("PutCoefficientTable", request, target, home, inputs_pb2_grpc.InputServiceStub).table
    typer.echo(f"差异系数表{kept.table_id}自{kept.in_force}起使用，SM3 {kept.digest}。")


@app.command()
def table(
    table_id: Annotated[str, typer.Argument(help="点数表编号")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """点数表的进度与指纹。"""
    found = _ask("GetPointTable", pb.GetPointTableRequest(table_id=table_id), target, home).table
    typer.echo(f"{found.table_id}  {found.state}  {found.cases}例  {found.groups}个病组  {found.digest}")
    if found.failure_reason:
        typer.echo(f"{found.failure_reason}：{found.failure_message}")


@app.command()
def findings(
    file: Annotated[Path, typer.Argument(help="CSV文件，UTF-8")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """导入审核疑点：有误的行不收并逐条列出（退出码1），其余照收。

    列：finding_id,hospital_code,case_id,rule_id,evidence,amount（金额单位：元）。
    """
    answer = _ask("ImportFindings", pb.ImportFindingsRequest(findings=read_findings(file)), target, home)
    for fault in answer.faults:
        typer.echo(f"第{fault.row + 2}行 {fault.finding_id} {fault.reason}：{fault.message}", err=True)
    typer.echo(f"收下{answer.accepted}条，{answer.unchanged}条与已导入的相同，{len(answer.faults)}条有误。")
    if answer.faults:
        raise typer.Exit(1)


def read_findings(file: Path) -> list[pb.NewFinding]:
    """The findings of a CSV file.

    :raises Fault: FILE_MISSING, FINDINGS_UNREADABLE, or an amount that is not money.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Fault(FILE_MISSING, value=file) from error
    except UnicodeDecodeError as error:
        raise Fault(FINDINGS_UNREADABLE, value=file, why="不是UTF-8文本") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    rows = list(reader)
    for name in _COLUMNS:
        if name not in (reader.fieldnames or ()) or any(row[name] is None for row in rows):
            raise Fault(FINDINGS_UNREADABLE, value=file, why=f"缺少{name}")
    return [
        pb.NewFinding(**{name: row[name] for name in _COLUMNS[:-1]}, amount_fen=yuan_to_fen(row["amount"]))
        for row in rows
    ]


@app.command()
def step(
    finding_id: Annotated[str, typer.Argument(help="疑点编号")],
    state: Annotated[
        str, typer.Argument(help="upheld 成立 · dismissed 不成立 · disputed 有争议 · open 重开")
    ],
    reason: Annotated[str, typer.Option("--reason", help="理由")],
    amount: Annotated[str, typer.Option("--amount", help="成立时的扣款，单位：元；不填为疑点金额")] = "",
    decision_no: Annotated[str, typer.Option("--decision", help="处理决定的文号")] = "",
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """处理一个审核疑点。"""
    request = pb.DecideFindingRequest(
        finding_id=finding_id,
        state=state,
        reason=reason,
        decision_no=decision_no,
        amount_fen=yuan_to_fen(amount) if amount else None,
    )
    found = _ask("DecideFinding", request, target, home).finding
    typer.echo(f"{found.finding_id}  {found.state}  应扣{fen_to_yuan(found.deduction_fen)}元")


@app.command()
def decide(  # noqa: PLR0913, PLR0917 - one option each
    decision_no: Annotated[str, typer.Argument(help="决定的文号；同一文号只执行一次")],
    hospital: Annotated[str, typer.Option("--hospital", help="医疗机构编码")],
    case: Annotated[str, typer.Option("--case", help="病例号")],
    kind: Annotated[str, typer.Option("--kind", help="incomplete、review、violation …，或 revoke 撤销")],
    cite: Annotated[str, typer.Option("--cite", help="依据的文件和条款")],
    value: Annotated[str, typer.Option("--value", help="数值，十进制文本")] = "",
    mode: Annotated[str, typer.Option("--mode", help="算法，如 points、linear_add、by_item")] = "",
    revokes: Annotated[str, typer.Option("--revokes", help="被撤销决定的文号")] = "",
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """执行对一份病例的决定：月结之前随月结，月结之后作为差额。"""
    decision = pb.Decision(
        decision_no=decision_no, hospital_code=hospital, case_id=case, kind=kind, value=value, mode=mode,
        citation=cite, revokes=revokes,
    )  # fmt: skip
    done = _ask("ApplyDecision", pb.ApplyDecisionRequest(decision=decision), target, home)
    how = "已执行" if done.applied else "先前已执行，没有改动"
    where = f"随{done.month}月结" if done.effect == "run" else f"{done.month}已结算，作为差额处理"
    typer.echo(f"{decision_no}{how}：{where}。")


@app.command()
def preview(pool: Pool, target: SettlementOption = "", home: HomeOption = None) -> None:
    """已结算月份的差额：每家机构增减多少；不写入任何内容。"""
    shown = _ask("PreviewDifferences", pb.PreviewDifferencesRequest(pool=pool), target, home)
    for item in shown.differences:
        _tell(item)
    if not shown.differences:
        typer.echo("没有差额。")
        return
    typer.echo(f"指纹：{shown.preview_digest}")


@app.command()
def commit(
    pool: Pool,
    digest: Annotated[str, typer.Option("--digest", help="预览给出的指纹")],
    cause: Annotated[str, typer.Option("--cause", help="原因，写进分录和结算单")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """差额按预览入账；预览之后有变化则拒绝。"""
    request = pb.CommitDifferencesRequest(pool=pool, preview_digest=digest, cause=cause)
    for item in _ask("CommitDifferences", request, target, home).differences:
        typer.echo(f"{item.difference_id}已记入{item.month}，更正{item.corrected_month}。")


def _tell(item: pb.Difference) -> None:
    typer.echo(f"{item.corrected_month}（{item.method}），记入{item.month}：")
    for row in item.hospitals:
        before, after = fen_to_yuan(row.before_fen), fen_to_yuan(row.after_fen)
        typer.echo(f"  {row.hospital_code}  {before} → {after}  差额{fen_to_yuan(row.delta_fen)}元")
    typer.echo(f"  不能相抵的部分{fen_to_yuan(item.residual_fen)}元；{len(item.cases)}份病例有变化。")
    for fault in item.faults:
        typer.echo(f"  暂不能计算：{fault.case_id} {fault.reason}：{fault.message}")


@app.command()
def trial(
    pool: Pool,
    month: Annotated[str, typer.Argument(help="月份，yyyy-MM")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """试算一个月：不关月、不入账。"""
    year, number = _split(month)
    run = _ask("StartTrial", pb.StartTrialRequest(pool=pool, year=year, month=number), target, home).run
    typer.echo(f"试算{run.run_id}已开始。")


@app.command()
def replay(
    run_id: Annotated[str, typer.Argument(help="已完成的月结编号")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """按原始数据重算一次月结，结算单须逐字节相同；不入账。"""
    run = _ask("StartReplay", pb.StartReplayRequest(run_id=run_id), target, home).run
    typer.echo(f"重算{run.run_id}已开始。")


@app.command()
def period(
    pool: Pool,
    first: Annotated[str, typer.Argument(help="第一个月，yyyy-MM")],
    last: Annotated[str, typer.Argument(help="最后一个月，yyyy-MM")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """连续结算几个月：按先后逐月结算，已结算的跳过。"""
    request = pb.StartPeriodRequest(pool=pool, first_month=first, last_month=last)
    found = _ask("StartPeriod", request, target, home).period
    typer.echo(f"连续月结{found.period_id}已开始。")


@app.command()
def hold(  # noqa: PLR0913, PLR0917 - one option each
    pool: Pool,
    hospital: Annotated[str, typer.Argument(help="医疗机构编码")],
    since: Annotated[str, typer.Option("--since", help="从哪个月起，yyyy-MM")],
    rule: Annotated[str, typer.Option("--rule", help="触发的规则")],
    evidence: Annotated[str, typer.Option("--evidence", help="依据")],
    cite: Annotated[str, typer.Option("--cite", help="文件和条款")],
    amount: Annotated[str, typer.Option("--amount", help="最多暂缓的金额，单位：元；0为全部应付额")] = "0",
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """暂缓拨付：应付额转入暂缓科目，患者结算照常。"""
    request = pb.PlaceHoldRequest(
        pool=pool, hospital_code=hospital, since=since, amount_fen=yuan_to_fen(amount), rule_id=rule,
        evidence=evidence, citation=cite,
    )  # fmt: skip
    typer.echo(f"暂缓拨付{_ask('PlaceHold', request, target, home).hold.hold_id}已登记。")


@app.command()
def release(
    hold_id: Annotated[str, typer.Argument(help="暂缓拨付编号")],
    reason: Annotated[str, typer.Option("--reason", help="理由")],
    cite: Annotated[str, typer.Option("--cite", help="文件和条款")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """解除暂缓拨付：已暂缓的全部金额在未结算的月份支付。"""
    request = pb.ReleaseHoldRequest(hold_id=hold_id, reason=reason, citation=cite)
    found = _ask("ReleaseHold", request, target, home).hold
    typer.echo(f"{found.hold_id}已解除，{fen_to_yuan(found.released_fen)}元转回应付。")
