"""Money paid otherwise than by points 其他支付 over HTTP: booked once, listed by payee, bills by item."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.settlement.v1 import others_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.types import (
    REFS_NOTE,
    YUAN_NOTE,
    Answer,
    Code,
    Line,
    MonthText,
    PageSize,
    PageToken,
    Region,
    Strict,
    Year,
    Yuan,
)
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["总账与拨付"])
Method = Literal["per_diem", "capitation", "by_item", "bundle"]
Book = Literal["inpatient", "outpatient", "per_diem", "capitation"]
METHOD_NOTE = "付费方式：per_diem 按床日，capitation 按人头，by_item 按项目，bundle 打包"
BOOK_NOTE = "支出账：inpatient 住院，outpatient 门诊，per_diem 床日，capitation 人头；只有住院账影响点值"
_METHODS: dict[str, Any] = {
    "per_diem": pb.OTHER_METHOD_PER_DIEM,
    "capitation": pb.OTHER_METHOD_CAPITATION,
    "by_item": pb.OTHER_METHOD_BY_ITEM,
    "bundle": pb.OTHER_METHOD_BUNDLE,
}
_BOOKS: dict[str, Any] = {
    "inpatient": pb.FUND_BOOK_INPATIENT,
    "outpatient": pb.FUND_BOOK_OUTPATIENT,
    "per_diem": pb.FUND_BOOK_PER_DIEM,
    "capitation": pb.FUND_BOOK_CAPITATION,
}
_METHOD_OF = {number: name for name, number in _METHODS.items()}
_BOOK_OF = {number: name for name, number in _BOOKS.items()}


class OtherIn(Strict):
    """一笔不按点数支付的款项。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source_service": "joint", "source_id": "2040-1-community-1", "pool": "990100",
                    "month": "2040-01", "method": "bundle", "payee": "H990101EX", "amount": "100000.00",
                    "fund_book": "outpatient", "document": "结算联席会议纪要〔2040〕1号",
                }
            ]
        }
    )  # fmt: skip

    source_service: Code = Field(description="算出金额的服务；人工决定的填 joint")
    source_id: Line = Field(min_length=1, description="在该服务中的编号；同一编号只记一次")
    corrects: Line = Field("", description="更正同一服务的哪个编号，金额为差额；不更正时不填")
    pool: Region = Field(description="统筹区")
    month: MonthText = Field(description="记账月份；住院账的月份须未结")
    method: Method = Field(description=METHOD_NOTE)
    payee: Code = Field(min_length=1, description="收款机构，医共体为牵头医院")
    amount: Yuan = Field(description=f"负数为应退。{YUAN_NOTE}")
    insurance_type: Code = Field("", description="险种代码；不分险种时不填")
    fund_book: Book = Field(description=BOOK_NOTE)
    document: Line = Field(min_length=1, description="依据的决定、结算或文件")
    worksheet_digest: Code = Field("", description="底稿的SM3指纹；没有时不填")


class OtherOut(Answer):
    """一笔其他支付。"""

    payment_id: str
    source_service: str
    source_id: str
    corrects: str
    pool: str
    month: str = Field(description="记账月份")
    method: str = Field(description=METHOD_NOTE)
    payee: str = Field(description="收款机构")
    payee_name: str
    amount: str = Field(description=f"负数为应退。{YUAN_NOTE}")
    insurance_type: str
    fund_book: str = Field(description=BOOK_NOTE)
    document: str
    worksheet_digest: str
    batch_id: str = Field(description="总账批次")
    put_by: str
    refs: dict[str, str] = Field(description=REFS_NOTE)


class OtherDetail(OtherOut):
    """一笔其他支付和它的由来。"""

    basis: dict[str, Any] | None = Field(description="本系统算出的：逐笔账单或逐个病例；别处算出的为空")


class OtherPage(Answer):
    """一页其他支付。"""

    items: list[OtherOut]
    next_page_token: str


class OtherSum(Answer):
    """一个月一种方式的合计。"""

    month: str
    method: str = Field(description=METHOD_NOTE)
    fund_book: str = Field(description=BOOK_NOTE)
    payments: int = Field(description="笔数")
    amount: str = Field(description=f"合计。{YUAN_NOTE}")


class OtherSums(Answer):
    """一年的其他支付合计，与总账核对过。"""

    items: list[OtherSum]
    amount: str = Field(description=f"全年合计。{YUAN_NOTE}")
    inpatient: str = Field(description=f"其中从住院基金取出的。{YUAN_NOTE}")


class BillIn(Strict):
    """一笔按项目付费的账单。"""

    bill_id: Code = Field(min_length=1, description="账单号；一家机构的账单只付一次")
    medical_type: Code = Field(description="医疗类别代码，如41定点药店购药")
    insurance_type: Code = Field("", description="险种代码")
    total: Yuan = Field(description=f"账单总额。{YUAN_NOTE}")
    patient: Yuan = Field(description=f"个人负担。{YUAN_NOTE}")
    disallowed: Yuan = Field("0", description=f"审核不予支付。{YUAN_NOTE}")
    cite: Line = Field("", description="不予支付的疑点编号或依据")


class BillsIn(Strict):
    """一家机构的一份对账单。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100", "month": "2040-01", "payee": "H990101EX", "account_no": "2040-01-1",
                    "fund_book": "outpatient",
                    "bills": [
                        {"bill_id": "B1", "medical_type": "11", "total": "100.00", "patient": "25.00",
                         "disallowed": "5.00", "cite": "审核疑点7号"}
                    ],
                }
            ]
        }
    )  # fmt: skip

    pool: Region = Field(description="统筹区")
    month: MonthText = Field(description="记账月份")
    payee: Code = Field(min_length=1, description="机构编码：药店、门诊部、诊所或医院")
    account_no: Code = Field(min_length=1, description="对账单号；一家机构的一份对账单只付一次")
    fund_book: Book = Field(description=BOOK_NOTE)
    bills: list[BillIn] = Field(min_length=1, max_length=5000, description="账单")


class BillOut(Answer):
    """一笔账单的支付。"""

    bill_id: str
    fund: str = Field(description=f"基金支付。{YUAN_NOTE}")
    worksheet: WorksheetOut


class BillsOut(Answer):
    """一份对账单的支付。"""

    payment: OtherOut
    bills: list[BillOut]


@router.post("/other-payments", summary="登记其他支付", status_code=201)
async def put_other(body: OtherIn, caller: Writer) -> OtherOut:
    """按床日、人头、项目或打包支付的款项，同一来源只记一次并立即入账；住院账的在形成点值以前从基金取出。"""
    caller.require_bureau()
    request = pb.PutOtherPaymentRequest(
        request_id=caller.request_id,
        **body.model_dump(exclude={"amount", "method", "fund_book"}),
        method=_METHODS[body.method],
        fund_book=_BOOKS[body.fund_book],
        amount_fen=yuan_to_fen(body.amount, "amount"),
    )
    return _out((await caller.services.others.PutOtherPayment(request)).payment)


@router.get("/other-payments", summary="查询其他支付")
async def list_others(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区；不填为全部可见")] = None,
    year: Annotated[Year | None, Query(description="年度；不填为全部")] = None,
    month: Annotated[MonthText | None, Query(description="记账月份；不填为全年")] = None,
    payee: Annotated[Code, Query(description="收款机构；不填为全部可见")] = "",
    method: Annotated[Method | None, Query(description=METHOD_NOTE)] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> OtherPage:
    """医保经办机构看到本地区的，医疗机构看到支付给自己的。"""
    answer = await caller.services.others.ListOtherPayments(
        pb.ListOtherPaymentsRequest(
            pool=pool or "", year=year or 0, month=month or "", payee=payee,
            method=_METHODS[method] if method else pb.OTHER_METHOD_UNSPECIFIED,
            page_size=page_size, page_token=page_token,
        )
    )  # fmt: skip
    return OtherPage(items=[_out(one) for one in answer.payments], next_page_token=answer.next_page_token)


@router.get("/other-payments/{payment_id}", summary="读取一笔其他支付")
async def get_other(caller: Caller, payment_id: Annotated[Code, Path(description="支付编号")]) -> OtherDetail:
    """金额、依据、总账批次；本系统算出的附逐笔账单或逐个病例。"""
    answer = await caller.services.others.GetOtherPayment(pb.GetOtherPaymentRequest(payment_id=payment_id))
    basis = json.loads(answer.content) if answer.content else None
    return OtherDetail(**_out(answer.payment).model_dump(), basis=basis)


@router.get("/other-payment-sums/{pool}/{year}", summary="其他支付的年度合计")
async def sum_others(
    caller: Caller, pool: Annotated[Region, Path(description="统筹区代码")], year: Year
) -> OtherSums:
    """按月份、付费方式和支出账合计，并与总账核对；不一致时拒绝。"""
    caller.require_bureau()
    answer = await caller.services.others.SumOtherPayments(pb.SumOtherPaymentsRequest(pool=pool, year=year))
    return OtherSums(
        items=[
            OtherSum(
                month=one.month,
                method=_METHOD_OF[one.method],
                fund_book=_BOOK_OF[one.fund_book],
                payments=one.payments,
                amount=fen_to_yuan(one.amount_fen),
            )
            for one in answer.sums
        ],
        amount=fen_to_yuan(answer.amount_fen),
        inpatient=fen_to_yuan(answer.inpatient_fen),
    )


@router.post("/bill-accounts", summary="按项目支付一份对账单", status_code=201)
async def settle_bills(body: BillsIn, caller: Writer) -> BillsOut:
    """账单总额减个人负担、减审核不予支付，逐笔有底稿；不按项目付费的账单说明理由并拒绝整份。"""
    caller.require_bureau()
    request = pb.SettleBillsRequest(
        request_id=caller.request_id, pool=body.pool, month=body.month, payee=body.payee,
        account_no=body.account_no, fund_book=_BOOKS[body.fund_book],
        bills=[
            pb.Bill(
                bill_id=bill.bill_id, medical_type=bill.medical_type, insurance_type=bill.insurance_type,
                total_fen=yuan_to_fen(bill.total, "total"), patient_fen=yuan_to_fen(bill.patient, "patient"),
                disallowed_fen=yuan_to_fen(bill.disallowed, "disallowed"), cite=bill.cite,
            )
            for bill in body.bills
        ],
    )  # fmt: skip
    answer = await caller.services.others.SettleBills(request)
    return BillsOut(
        payment=_out(answer.payment),
        bills=[
            BillOut(
                bill_id=one.bill_id, fund=fen_to_yuan(one.fund_fen), worksheet=worksheet_out(one.worksheet)
            )
            for one in answer.answers
        ],
    )


def _out(one: pb.OtherPayment) -> OtherOut:
    same = (
        "payment_id", "source_service", "source_id", "corrects", "pool", "month", "payee", "payee_name",
        "insurance_type", "document", "worksheet_digest", "batch_id", "put_by",
    )  # fmt: skip
    return OtherOut(
        **{name: getattr(one, name) for name in same},
        method=_METHOD_OF[one.method],
        fund_book=_BOOK_OF[one.fund_book],
        amount=fen_to_yuan(one.amount_fen),
        refs=dict(one.refs),
    )
