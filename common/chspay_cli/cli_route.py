"""``chspay route``: which method pays a case and why, what other methods are paid, bills paid by item.

Exit codes: 0 done; 2 bad input or a refusal; 3 not reachable.
"""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay.settlement.v1 import others_pb2 as op
from chspay.settlement.v1 import others_pb2_grpc, routing_pb2_grpc
from chspay.settlement.v1 import routing_pb2 as rp
from chspay_cli.remote import HomeOption, SettlementOption, ask_settlement
from chspay_cli.sheet_text import sheet_lines
from chspay_core.amounts import fen_to_yuan, from_micro, plain, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_kit.convert import date_to_pb, worksheet_lines

#: Generated stubs carry no types.
_ROUTING: Any = routing_pb2_grpc.RoutingServiceStub
_OTHERS: Any = others_pb2_grpc.OtherPaymentServiceStub
_COLUMNS = ("bill_id", "medical_type", "insurance_type", "total", "patient", "disallowed", "cite")
BILLS_BAD = Reason("BILLS_FILE_BAD", Kind.INVALID, "账单文件{value}应为CSV，首行列名为{columns}。")
WORD_BAD = Reason("ROUTE_WORD_BAD", Kind.INVALID, "“{field}”应为{known}之一，收到“{value}”。")
NAMES = {
    rp.PAY_METHOD_DRG: "按病组",
    rp.PAY_METHOD_DIP: "按病种",
    rp.PAY_METHOD_PER_DIEM: "按床日",
    rp.PAY_METHOD_CAPITATION: "按人头",
    rp.PAY_METHOD_BY_ITEM: "按项目",
    rp.PAY_METHOD_BUNDLE: "打包",
    rp.PAY_METHOD_NONE: "不支付",
}
METHODS = {
    "per_diem": op.OTHER_METHOD_PER_DIEM,
    "capitation": op.OTHER_METHOD_CAPITATION,
    "by_item": op.OTHER_METHOD_BY_ITEM,
    "bundle": op.OTHER_METHOD_BUNDLE,
}
BOOKS = {
    "inpatient": op.FUND_BOOK_INPATIENT,
    "outpatient": op.FUND_BOOK_OUTPATIENT,
    "per_diem": op.FUND_BOOK_PER_DIEM,
    "capitation": op.FUND_BOOK_CAPITATION,
}
OTHER_NAMES = {
    op.OTHER_METHOD_PER_DIEM: "按床日",
    op.OTHER_METHOD_CAPITATION: "按人头",
    op.OTHER_METHOD_BY_ITEM: "按项目",
    op.OTHER_METHOD_BUNDLE: "打包",
}

app = typer.Typer(
    no_args_is_help=True,
    help="付费方式：一个病例为什么这样支付；其他支付；按项目付费的账单。",
    rich_markup_mode=None,
    epilog="""例：

  chspay route why MR-990100-202701-1 H99010100001 C000123

  chspay route try 990100 --on 2027-01-31 --institution pharmacy --medical-type 41

  chspay route sums MR-990100-202701-1

  chspay route others 990100 --year 2027

  chspay route bills 990100 2027-01 P900 对账单1 bills.csv --book outpatient
""",
)
Run = Annotated[str, typer.Argument(help="月结编号，MR-…")]
Pool = Annotated[str, typer.Argument(help="统筹区代码")]


def _ask(stub: Any, method: str, request: Any, target: str, home: Path | None) -> Any:
    """One call; a write gets a request id of its own."""
    if "request_id" in request.DESCRIPTOR.fields_by_name:
        request.request_id = f"cli-{uuid.uuid4().hex}"
    return ask_settlement(lambda channel: getattr(stub(channel), method)(request), target, home)


def _known(known: dict[str, Any], field: str, value: str) -> Any:
    if value not in known:
        raise Fault(WORD_BAD, field=field, value=value, known="、".join(known))
    return known[value]


@app.command()
def why(
    run: Run,
    hospital: Annotated[str, typer.Argument(help="医疗机构编码")],
    case: Annotated[str, typer.Argument(help="病例号")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """一个病例按哪种方式支付，哪一行规定、什么理由、什么依据，付了多少。"""
    request = rp.ExplainRouteRequest(run_id=run, hospital_code=hospital, case_id=case)
    found = _ask(_ROUTING, "ExplainRoute", request, target, home)
    typer.echo(f"{NAMES[found.route.method]}：{found.route.text}（{found.route.reason}），{found.route.cite}")
    for line in sheet_lines(worksheet_lines(found.worksheet), {}):
        typer.echo(line)


@app.command("try")
def attempt(  # noqa: PLR0913, PLR0917 - the facts
    pool: Pool,
    on: Annotated[str, typer.Option("--on", help="按哪一天的规定，YYYY-MM-DD")],
    institution: Annotated[str, typer.Option(help="机构类型：hospital、clinic 或 pharmacy")] = "hospital",
    medical_type: Annotated[str, typer.Option(help="医疗类别代码")] = "21",
    department: Annotated[str, typer.Option(help="科别代码")] = "",
    insurance: Annotated[str, typer.Option(help="险种代码")] = "",
    self_paid: Annotated[bool, typer.Option("--self-paid", help="没有基金支付")] = False,
    bed_days: Annotated[str, typer.Option(help="床日付费服务的答复：paid、not_pilot、refused 等")] = "",
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """按给出的事实试认定付费方式；不存储。"""
    request = rp.TryRouteRequest(
        pool=pool, on=date_to_pb(parse_day(on, "on")), institution=institution, medical_type=medical_type,
        department=department, insurance_type=insurance, fund_part=not self_paid, bed_days=bed_days,
    )  # fmt: skip
    found = _ask(_ROUTING, "TryRoute", request, target, home)
    typer.echo(f"{NAMES[found.route.method]}：{found.route.text}（{found.route.reason}，第{found.row}行）")
    for line in sheet_lines(worksheet_lines(found.worksheet), {}):
        typer.echo(line)


@app.command("list")
def listed(
    run: Run,
    hospital: Annotated[str, typer.Option("--hospital", help="医疗机构编码；不填为全部")] = "",
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """一次月结中不只是按病组支付的病例。"""
    token = ""
    while True:
        request = rp.ListRoutesRequest(run_id=run, hospital_code=hospital, page_token=token)
        answer = _ask(_ROUTING, "ListRoutes", request, target, home)
        for one in answer.routes:
            worth = f"{fen_to_yuan(one.amount_fen)}元"
            if one.bed_day_points_micro:
                worth = f"{plain(from_micro(one.bed_day_points_micro))}点"
            typer.echo(f"{one.hospital_code}  {one.case_id}  {NAMES[one.method]}  {worth}  {one.text}")
        token = answer.next_page_token
        if not token:
            return


@app.command()
def sums(run: Run, target: SettlementOption = "", home: HomeOption = None) -> None:
    """一次月结按付费方式和理由的合计；每个病例只计一次。"""
    found = _ask(_ROUTING, "SumRoutes", rp.SumRoutesRequest(run_id=run), target, home)
    for one in found.sums:
        typer.echo(f"{NAMES[one.method]}  {one.reason}  {one.cases}例  {fen_to_yuan(one.amount_fen)}元")
    typer.echo(f"合计{found.cases}例；从住院基金取出其他支付{fen_to_yuan(found.others_fen)}元")
    if found.without_person:
        typer.echo(f"其中{found.without_person}例没有人员标识，不能核对住院日期是否重叠，请核实后补正。")


@app.command()
def others(
    pool: Pool,
    year: Annotated[int, typer.Option("--year", help="年度；不填为全部")] = 0,
    payee: Annotated[str, typer.Option("--payee", help="收款机构；不填为全部")] = "",
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """其他支付：逐笔的方式、收款机构、金额和依据；给出年度时末行为与总账核对过的合计。"""
    token = ""
    while True:
        request = op.ListOtherPaymentsRequest(pool=pool, year=year, payee=payee, page_token=token)
        answer = _ask(_OTHERS, "ListOtherPayments", request, target, home)
        for one in answer.payments:
            typer.echo(
                f"{one.payment_id}  {one.month}  {OTHER_NAMES[one.method]}  {one.payee}"
                f"  {fen_to_yuan(one.amount_fen)}元  {one.document}"
            )
        token = answer.next_page_token
        if not token:
            break
    if year:
        found = _ask(
            _OTHERS, "SumOtherPayments", op.SumOtherPaymentsRequest(pool=pool, year=year), target, home
        )
        total, inpatient = fen_to_yuan(found.amount_fen), fen_to_yuan(found.inpatient_fen)
        typer.echo(f"{year}年合计{total}元，其中从住院基金取出{inpatient}元；与总账一致")


@app.command()
def put(  # noqa: PLR0913, PLR0917 - a payment is its facts
    pool: Pool,
    month: Annotated[str, typer.Argument(help="记账月份，yyyy-MM")],
    payee: Annotated[str, typer.Argument(help="收款机构编码")],
    amount: Annotated[str, typer.Argument(help="金额，单位元；负数为应退")],
    method: Annotated[str, typer.Option(help="per_diem、capitation、by_item 或 bundle")],
    book: Annotated[str, typer.Option(help="inpatient、outpatient、per_diem 或 capitation")],
    source: Annotated[str, typer.Option(help="来源编号；同一编号只记一次")],
    document: Annotated[str, typer.Option(help="依据的决定或文件")],
    corrects: Annotated[str, typer.Option(help="更正哪个来源编号")] = "",
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """登记一笔人工决定的其他支付。"""
    request = op.PutOtherPaymentRequest(
        source_service="joint", source_id=source, corrects=corrects, pool=pool, month=month, payee=payee,
        amount_fen=yuan_to_fen(amount, "amount"), document=document,
        method=_known(METHODS, "method", method), fund_book=_known(BOOKS, "book", book),
    )  # fmt: skip
    found = _ask(_OTHERS, "PutOtherPayment", request, target, home).payment
    typer.echo(f"已记账：{found.payment_id}，{found.payee_name}，{fen_to_yuan(found.amount_fen)}元")


@app.command()
def bills(
    pool: Pool,
    month: Annotated[str, typer.Argument(help="记账月份，yyyy-MM")],
    payee: Annotated[str, typer.Argument(help="机构编码")],
    account: Annotated[str, typer.Argument(help="对账单号")],
    file: Annotated[Path, typer.Argument(help=f"CSV，列为{'、'.join(_COLUMNS)}", exists=True)],
    book: Annotated[str, typer.Option(help="inpatient 或 outpatient")] = "outpatient",
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """按项目支付一份对账单：总额减个人负担、减审核不予支付，逐笔列出。"""
    request = op.SettleBillsRequest(
        pool=pool, month=month, payee=payee, account_no=account, fund_book=_known(BOOKS, "book", book),
        bills=list(_bills(file)),
    )  # fmt: skip
    found = _ask(_OTHERS, "SettleBills", request, target, home)
    for one in found.answers:
        typer.echo(f"{one.bill_id}  {fen_to_yuan(one.fund_fen)}元")
    typer.echo(f"已记账：{found.payment.payment_id}，合计{fen_to_yuan(found.payment.amount_fen)}元")


def _bills(file: Path) -> Iterator[op.Bill]:
    """The bills of a file, amounts in yuan."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(text)
        if tuple(reader.fieldnames or ()) != _COLUMNS:
            raise Fault(BILLS_BAD, value=file.name, columns="、".join(_COLUMNS))
        for row in reader:
            yield op.Bill(
                bill_id=row["bill_id"],
                medical_type=row["medical_type"],
                insurance_type=row["insurance_type"],
                total_fen=yuan_to_fen(row["total"], "total"),
                patient_fen=yuan_to_fen(row["patient"], "patient"),
                disallowed_fen=yuan_to_fen(row["disallowed"] or "0", "disallowed"),
                cite=row["cite"],
            )
