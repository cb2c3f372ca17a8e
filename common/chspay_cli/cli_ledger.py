"""``chspay ledger``: the ledger read, proven and paid out of, asked of a running settlement service.

Exit codes: 0 done; 1 the ledger is not what was posted; 2 bad input or a refusal; 3 not reachable.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay.settlement.v1 import ledger_pb2 as pb
from chspay.settlement.v1 import ledger_pb2_grpc
from chspay_cli.files import replace_file
from chspay_cli.remote import HomeOption, SettlementOption, ask_settlement
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.period import parse_day
from chspay_kit.convert import date_to_pb

#: Generated stubs carry no types.
_STUB: Any = ledger_pb2_grpc.LedgerServiceStub

app = typer.Typer(
    no_args_is_help=True,
    help="总账：核验哈希链、对账单、预付金、拨付单。",
    rich_markup_mode=None,
    epilog="""例：

  chspay ledger verify 990100

  chspay ledger account 990100 --hospital H99010100001 --year 2026

  chspay ledger pay 990100 --on 2027-04-10 --set-off

  chspay ledger file PO-990100-2027-00001 -o 拨付.csv
""",
)
Pool = Annotated[str, typer.Argument(help="统筹区代码")]


def _ask(method: str, request: Any, target: str, home: Path | None) -> Any:
    """One call; a write gets a request id of its own."""
    if "request_id" in request.DESCRIPTOR.fields_by_name:
        request.request_id = f"cli-{uuid.uuid4().hex}"
    return ask_settlement(lambda channel: getattr(_STUB(channel), method)(request), target, home)


@app.command()
def verify(pool: Pool, target: SettlementOption = "", home: HomeOption = None) -> None:
    """重算每一批的哈希，并与账簿逐行比对；有不一致时退出码为1。"""
    proof = _ask("VerifyLedger", pb.VerifyLedgerRequest(pool=pool), target, home)
    for fault in proof.faults:
        typer.echo(fault, err=True)
    if proof.faults:
        raise typer.Exit(1)
    typer.echo(f"共{proof.batches}批，与记账时完全一致；最后一批的哈希：{proof.head}")


@app.command()
def account(
    pool: Pool,
    hospital: Annotated[str, typer.Option("--hospital", help="医疗机构编码；不填为统筹区自有科目")] = "",
    year: Annotated[int, typer.Option("--year", help="年度；不填为全部")] = 0,
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """对账单：逐笔借贷与余额（借方为正，贷方为负，单位元）。"""
    token = ""
    while True:
        request = pb.GetAccountRequest(pool=pool, hospital_code=hospital, year=year, page_token=token)
        answer = _ask("GetAccount", request, target, home)
        for line in answer.lines:
            typer.echo(
                f"{line.seq:>6}  {line.month}  {line.account}  {fen_to_yuan(line.amount_fen)}"
                f"  余额{fen_to_yuan(line.balance_fen)}  {line.note}"
            )
        token = answer.next_page_token
        if not token:
            return


@app.command()
def advance(
    pool: Pool,
    year: Annotated[int, typer.Argument(help="年度")],
    hospital: Annotated[str, typer.Argument(help="医疗机构编码")],
    amount: Annotated[str, typer.Argument(help="金额，单位元")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """登记预付金：记为应付，年度清算时冲抵。"""
    request = pb.PayAdvanceRequest(
        pool=pool, year=year, hospital_code=hospital, amount_fen=yuan_to_fen(amount, "金额")
    )
    typer.echo(f"已记账，批次{_ask('PayAdvance', request, target, home).batch_id}。")


@app.command()
def pay(
    pool: Pool,
    on: Annotated[str, typer.Option("--on", help="付款日期，YYYY-MM-DD")],
    memo: Annotated[str, typer.Option("--memo", help="附言")] = "",
    set_off: Annotated[bool, typer.Option("--set-off", help="先冲抵应追回医疗机构的款项")] = False,
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """生成拨付单：付清统筹区当前全部应付款并记账。"""
    request = pb.CreatePaymentOrderRequest(
        pool=pool, pay_on=date_to_pb(parse_day(on, "付款日期")), memo=memo, set_off=set_off
    )
    order = _ask("CreatePaymentOrder", request, target, home).order
    typer.echo(f"{order.order_no}  {order.lines}笔  {fen_to_yuan(order.total_fen)}元  {order.digest}")


@app.command()
def file(
    order_no: Annotated[str, typer.Argument(help="拨付单号")],
    out: Annotated[Path, typer.Option("-o", "--out", help="保存的文件")],
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """保存拨付文件；无论取多少次，逐字节相同。"""
    answer = _ask("GetPaymentOrder", pb.GetPaymentOrderRequest(order_no=order_no), target, home)
    replace_file(out, answer.content)
    typer.echo(f"{answer.order.digest}  {out}")
