"""The ledger 总账 over HTTP: statements of account, proof of the chain, advances, payment orders."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict, Field

from chspay.settlement.v1 import ledger_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import (
    REFS_NOTE,
    YUAN_NOTE,
    Answer,
    Code,
    Day,
    Line,
    PageSize,
    PageToken,
    Region,
    Strict,
    Year,
    Yuan,
)
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1", tags=["总账与拨付"])
Pool = Annotated[Region, Path(description="统筹区代码")]
OrderNo = Annotated[Code, Path(description="拨付单号")]


class AccountLineOut(Answer):
    """对账单的一行。"""

    seq: int = Field(description="批次在本统筹区总账中的序号")
    line_no: int
    batch_id: str = Field(description="批次")
    month: str = Field(description="记账月份，yyyy-MM")
    kind: str = Field(
        description="month 月结 · difference 差额 · year 年度清算 · reclear 重新清算 · advance 预付金 · "
        "set_off 冲抵 · payment 拨付"
    )
    corrects: str = Field(description="所更正的批次")
    cause: str = Field(description="更正的原因")
    account: str = Field(description="科目")
    amount: str = Field(description=f"借方为正，贷方为负。{YUAN_NOTE}")
    balance: str = Field(description=f"本行之后的科目余额，借方为正。{YUAN_NOTE}")
    note: str = Field(description="摘要")
    posted_at: str = Field(description="记账时刻，UTC，RFC 3339")
    refs: dict[str, str] = Field(description=REFS_NOTE)


class AccountPage(Answer):
    """一页对账单，按记账先后。"""

    items: list[AccountLineOut]
    next_page_token: str = Field(description="空表示没有下一页")


class ProofOut(Answer):
    """总账核验结果。"""

    batches: int = Field(description="批次数")
    head: str = Field(description="最后一批的哈希（SM3）")
    intact: bool = Field(description="是否与记账时完全一致")
    faults: list[str] = Field(description="不一致之处，一处一句")


class AdvanceIn(Strict):
    """一家医疗机构的年度预付金。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"year": 2040, "hospital_code": "H990101EX", "amount": "100000.00"}]}
    )

    year: Year
    hospital_code: Code = Field(description="医疗机构编码")
    amount: Yuan = Field(description=f"金额。{YUAN_NOTE}")


class BatchOut(Answer):
    """记账批次。"""

    batch_id: str = Field(description="批次")


class OrderIn(Strict):
    """一次拨付：付清统筹区当前全部应付款。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"pool": "990100", "pay_on": "2040-01-31", "memo": "一月拨付", "set_off": True}]
        }
    )

    pool: Region = Field(description="统筹区代码")
    pay_on: Day = Field(description="付款日期")
    memo: Line = Field("", description="附言")
    set_off: bool = Field(description="是否先冲抵应追回医疗机构的款项")


class OrderOut(Answer):
    """一份拨付单。"""

    order_no: str = Field(description="拨付单号，只用一次")
    pool: str = Field(description="统筹区")
    pay_on: str | None = Field(description="付款日期")
    lines: int = Field(description="笔数")
    amount: str = Field(description=f"总金额。{YUAN_NOTE}")
    digest: str = Field(description="拨付文件的SM3指纹")
    created_by: str = Field(description="经办人")
    refs: dict[str, str] = Field(description=REFS_NOTE)


class OrderPage(Answer):
    """一页拨付单。"""

    items: list[OrderOut]
    next_page_token: str


@router.get("/ledger/{pool}/account", summary="对账单")
async def get_account(
    caller: Caller,
    pool: Pool,
    hospital_code: Annotated[
        Code, Query(description="医疗机构编码；医疗机构密钥可不填；医保部门不填为统筹区自有科目")
    ] = "",
    year: Annotated[int, Query(ge=0, le=2199, description="年度；0为全部")] = 0,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> AccountPage:
    """一家医疗机构各科目的逐笔账和余额。"""
    answer = await caller.services.ledger.GetAccount(
        pb.GetAccountRequest(
            pool=pool, hospital_code=hospital_code, year=year, page_size=page_size, page_token=page_token
        )
    )
    return AccountPage.model_construct(
        items=[_line_out(line) for line in answer.lines], next_page_token=answer.next_page_token
    )


@router.get("/ledger/{pool}/verify", summary="核验总账的哈希链")
async def verify(caller: Caller, pool: Pool) -> ProofOut:
    """重算每一批的哈希，并与账簿逐行比对。"""
    caller.require_bureau()
    answer = await caller.services.ledger.VerifyLedger(pb.VerifyLedgerRequest(pool=pool))
    return ProofOut.model_construct(
        batches=answer.batches, head=answer.head, intact=not answer.faults, faults=list(answer.faults)
    )


@router.post("/ledger/{pool}/advances", summary="登记预付金")
async def pay_advance(body: AdvanceIn, caller: Writer, pool: Pool) -> BatchOut:
    """记为应付，随下一次拨付支付；年度清算时冲抵。"""
    caller.require_bureau()
    answer = await caller.services.ledger.PayAdvance(
        pb.PayAdvanceRequest(
            request_id=caller.request_id,
            pool=pool,
            year=body.year,
            hospital_code=body.hospital_code,
            amount_fen=yuan_to_fen(body.amount, "amount"),
        )
    )
    return BatchOut.model_construct(batch_id=answer.batch_id)


@router.post("/payment-orders", summary="生成拨付单")
async def create_order(body: OrderIn, caller: Writer) -> OrderOut:
    """付清统筹区当前全部应付款并记账；同一笔款项不会重复拨付。"""
    caller.require_bureau()
    answer = await caller.services.ledger.CreatePaymentOrder(
        pb.CreatePaymentOrderRequest(
            request_id=caller.request_id,
            pool=body.pool,
            pay_on=date_to_pb(body.pay_on),
            memo=body.memo,
            set_off=body.set_off,
        )
    )
    return _order_out(answer.order)


@router.get("/payment-orders", summary="查询拨付单")
async def list_orders(
    caller: Caller,
    pool: Annotated[Region, Query(description="统筹区代码")],
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> OrderPage:
    """一个统筹区的拨付单，按单号。"""
    caller.require_bureau()
    answer = await caller.services.ledger.ListPaymentOrders(
        pb.ListPaymentOrdersRequest(pool=pool, page_size=page_size, page_token=page_token)
    )
    return OrderPage.model_construct(
        items=[_order_out(order) for order in answer.orders], next_page_token=answer.next_page_token
    )


@router.get("/payment-orders/{order_no}", summary="读取拨付单")
async def get_order(caller: Caller, order_no: OrderNo) -> OrderOut:
    """拨付单的单号、笔数、总金额和文件指纹。"""
    caller.require_bureau()
    answer = await caller.services.ledger.GetPaymentOrder(pb.GetPaymentOrderRequest(order_no=order_no))
    return _order_out(answer.order)


@router.get(
    "/payment-orders/{order_no}/file",
    summary="下载拨付文件",
    response_class=Response,
    responses={
        200: {"content": {"text/csv": {}}, "description": "首行H、明细D、末行T；X-Content-SM3 为指纹"}
    },
)
async def get_file(caller: Caller, order_no: OrderNo) -> Response:
    """送银行的文件；无论下载多少次，逐字节相同。"""
    caller.require_bureau()
    answer = await caller.services.ledger.GetPaymentOrder(pb.GetPaymentOrderRequest(order_no=order_no))
    return Response(
        answer.content,
        media_type="text/csv; charset=utf-8",
        headers={
            "X-Content-SM3": answer.order.digest,
            "Content-Disposition": f'attachment; filename="{answer.order.order_no}.csv"',
        },
    )


def _line_out(line: Any) -> AccountLineOut:
    same = (
        "seq", "line_no", "batch_id", "month", "kind", "corrects", "cause", "account", "note", "posted_at",
    )  # fmt: skip
    return AccountLineOut.model_construct(
        **{name: getattr(line, name) for name in same},
        amount=fen_to_yuan(line.amount_fen),
        balance=fen_to_yuan(line.balance_fen),
        refs=dict(line.refs),
    )


def _order_out(order: Any) -> OrderOut:
    return OrderOut.model_construct(
        order_no=order.order_no,
        pool=order.pool,
        pay_on=day_text(order.pay_on),
        lines=order.lines,
        amount=fen_to_yuan(order.total_fen),
        digest=order.digest,
        created_by=order.created_by,
        refs=dict(order.refs),
    )
