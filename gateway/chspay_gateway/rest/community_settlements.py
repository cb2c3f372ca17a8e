"""What a community 医共体 is paid at the end, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from google.type import decimal_pb2
from pydantic import ConfigDict, Field

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Line, MonthText, Strict, Yuan
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["按人头包干"])
AttributionId = Annotated[Code, Path(description="归属计算编号")]
SettlementId = Annotated[Code, Path(description="结算编号")]
DecimalText = Annotated[str, Field(max_length=24, pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$")]


class CostIn(Strict):
    """医共体人员一个险种的费用。"""

    insurance_type: Code = Field(min_length=3, max_length=3, description="险种代码")
    inside: Yuan = Field(description=f"医共体内的费用。{YUAN_NOTE}")
    outside: Yuan = Field(description=f"医共体外的费用。{YUAN_NOTE}")
    exempt: Yuan = Field(description=f"外部费用中有证明予以剔除的。{YUAN_NOTE}")


class SettleIn(Strict):
    """一个医共体的人头包干结算。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "community": "C1",
                    "costs": [
                        {
                            "insurance_type": "390",
                            "inside": "6100000",
                            "outside": "2300000",
                            "exempt": "150000",
                        }
                    ],
                    "score": "82",
                    "chronic_rate": "0.65",
                    "document": "结算联席会议纪要〔2027〕2号",
                }
            ]
        }
    )

    community: Code = Field(min_length=1, description="医共体代码")
    costs: list[CostIn] = Field([], max_length=50, description="逐险种给出；取自已登记的就诊时不填")
    from_visits: bool = Field(False, description="费用取自已登记的就诊")
    corrects: Code = Field("", description="更正哪一次结算；第一次结算不填")
    score: DecimalText | None = Field(None, description="年度考核得分；政策不要求时不填")
    chronic_rate: DecimalText | None = Field(
        None, description="慢性病控制率，0至1；不填时取已登记的慢性病管理结果"
    )
    document: Line = Field(min_length=1, description="费用与剔除依据的文件")


class PaymentOut(Answer):
    """一个险种的结算。"""

    insurance_type: str
    quota: str = Field(description=f"额度。{YUAN_NOTE}")
    balance: str = Field(description=f"收支差额，负数为超支。{YUAN_NOTE}")
    released: str = Field(description=f"释放的结余。{YUAN_NOTE}")
    borne: str = Field(description=f"分担的超支。{YUAN_NOTE}")
    due: str = Field(description=f"应付牵头医院。{YUAN_NOTE}")
    fund_keeps: str = Field(description=f"留在基金的部分，负数为基金分担。{YUAN_NOTE}")


class SettlementOut(Answer):
    """一个医共体的结算。"""

    settlement_id: str
    attribution_id: str
    community: str
    funds: list[PaymentOut]
    due: str = Field(description=f"应付合计。{YUAN_NOTE}")
    document: str
    policy_digest: str
    corrects: str = Field(description="它更正的结算；空为第一次")
    corrected_by: str = Field(description="代替它的结算；空为有效")
    chronic_version: int = Field(description="所用慢性病管理结果的版本；0为直接给出或不需要")
    lead: str = Field(description="牵头医院")


class SettlementDetail(SettlementOut):
    """一个医共体的结算及底稿。"""

    worksheet: WorksheetOut


class SettlementList(Answer):
    """一次归属计算的全部结算。"""

    items: list[SettlementOut]


class PostIn(Strict):
    """把结算记入总账。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"month": "2026-12"}]})

    month: MonthText = Field(description="记账月份")


class PostingOut(Answer):
    """一个险种的一笔付款；更正时为差额。"""

    insurance_type: str
    amount: str = Field(description=f"负数为医共体应退。{YUAN_NOTE}")
    source_id: str
    corrects: str = Field(description="更正哪一笔；空为第一笔")
    payment_id: str
    batch_id: str


class PostedOut(Answer):
    """一次结算记入总账的付款。"""

    month: str
    payee: str = Field(description="牵头医院")
    items: list[PostingOut]


@router.post("/attributions/{attribution_id}/settlements", summary="结算一个医共体", status_code=201)
async def settle_community(body: SettleIn, caller: Writer, attribution_id: AttributionId) -> SettlementDetail:
    """额度减去人员的内外费用，结余留用、超支分担；每个金额都有底稿。"""
    caller.require_bureau()
    request = pb.SettleCommunityRequest(
        request_id=caller.request_id,
        attribution_id=attribution_id,
        community=body.community,
        costs=[
            pb.MemberCost(
                insurance_type=cost.insurance_type,
                inside_fen=yuan_to_fen(cost.inside, "inside"),
                outside_fen=yuan_to_fen(cost.outside, "outside"),
                exempt_fen=yuan_to_fen(cost.exempt, "exempt"),
            )
            for cost in body.costs
        ],
        document=body.document,
        from_visits=body.from_visits,
        corrects=body.corrects,
    )
    for name, value in (("score", body.score), ("chronic_rate", body.chronic_rate)):
        if value is not None:
            getattr(request, name).CopyFrom(decimal_pb2.Decimal(value=value))
    return _detail(await caller.services.capitation.SettleCommunity(request))


@router.get("/attributions/{attribution_id}/settlements", summary="一次归属计算的全部结算")
async def list_settlements(caller: Caller, attribution_id: AttributionId) -> SettlementList:
    """含已被更正的；医疗机构只看到本机构牵头的医共体。"""
    request = pb.ListSettlementsRequest(attribution_id=attribution_id)
    answer = await caller.services.capitation.ListSettlements(request)
    return SettlementList(items=[SettlementOut(**_plain(item)) for item in answer.settlements])


@router.post("/capitation-settlements/{settlement_id}/posting", summary="把结算记入总账", status_code=201)
async def post_settlement(body: PostIn, caller: Writer, settlement_id: SettlementId) -> PostedOut:
    """一次结算只记一次；更正只记差额，并写明更正的是哪一笔。"""
    caller.require_bureau()
    request = pb.PostSettlementRequest(
        request_id=caller.request_id, settlement_id=settlement_id, month=body.month
    )
    answer = await caller.services.capitation.PostSettlement(request)
    names = ("insurance_type", "source_id", "corrects", "payment_id", "batch_id")
    items = [
        PostingOut(**{name: getattr(each, name) for name in names}, amount=fen_to_yuan(each.amount_fen))
        for each in answer.postings
    ]
    return PostedOut(month=answer.month, payee=answer.payee, items=items)


@router.get("/capitation-settlements/{settlement_id}", summary="读取医共体的结算")
async def get_settlement(caller: Caller, settlement_id: SettlementId) -> SettlementDetail:
    """结算及其底稿；牵头医院可以读取本医共体的。"""
    request = pb.GetSettlementRequest(settlement_id=settlement_id)
    return _detail(await caller.services.capitation.GetSettlement(request))


_AMOUNTS = ("quota", "balance", "released", "borne", "due", "fund_keeps")


_TEXTS = ("settlement_id", "attribution_id", "community", "document", "policy_digest", "corrects",
          "corrected_by", "chronic_version", "lead")  # fmt: skip


def _detail(answer: pb.SettleCommunityResponse | pb.GetSettlementResponse) -> SettlementDetail:
    return SettlementDetail.model_construct(
        **_plain(answer.settlement), worksheet=worksheet_out(answer.worksheet)
    )


def _plain(item: pb.CommunitySettlement) -> dict[str, Any]:
    funds = [
        PaymentOut(
            insurance_type=fund.insurance_type,
            **{name: fen_to_yuan(getattr(fund, f"{name}_fen")) for name in _AMOUNTS},
        )
        for fund in item.funds
    ]
    texts = {name: getattr(item, name) for name in _TEXTS}
    return {**texts, "funds": funds, "due": fen_to_yuan(item.due_fen)}
