"""What a community 医共体 is paid at the end, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from google.type import decimal_pb2
from pydantic import ConfigDict, Field

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Line, Strict, Yuan
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["按人头包干"])
AttributionId = Annotated[Code, Path(description="归属计算编号")]
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
    costs: Annotated[list[CostIn], Field(max_length=50)]
    score: DecimalText | None = Field(None, description="年度考核得分；政策不要求时不填")
    chronic_rate: DecimalText | None = Field(None, description="慢性病控制率，0至1；政策不要求时不填")
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
    """一个医共体的结算及底稿。"""

    settlement_id: str
    attribution_id: str
    community: str
    funds: list[PaymentOut]
    due: str = Field(description=f"应付合计。{YUAN_NOTE}")
    document: str
    policy_digest: str
    worksheet: WorksheetOut


@router.post("/attributions/{attribution_id}/settlements", summary="结算一个医共体", status_code=201)
async def settle_community(body: SettleIn, caller: Writer, attribution_id: AttributionId) -> SettlementOut:
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
    )
    for name, value in (("score", body.score), ("chronic_rate", body.chronic_rate)):
        if value is not None:
            getattr(request, name).CopyFrom(decimal_pb2.Decimal(value=value))
    return _settlement_out(await caller.services.capitation.SettleCommunity(request))


@router.get("/capitation-settlements/{settlement_id}", summary="读取医共体的结算")
async def get_settlement(
    caller: Caller, settlement_id: Annotated[Code, Path(description="结算编号")]
) -> SettlementOut:
    """结算及其底稿。"""
    caller.require_bureau()
    request = pb.GetSettlementRequest(settlement_id=settlement_id)
    return _settlement_out(await caller.services.capitation.GetSettlement(request))


_AMOUNTS = ("quota", "balance", "released", "borne", "due", "fund_keeps")


def _settlement_out(answer: pb.SettleCommunityResponse | pb.GetSettlementResponse) -> SettlementOut:
    item = answer.settlement
    funds = [
        PaymentOut(
            insurance_type=fund.insurance_type,
            **{name: fen_to_yuan(getattr(fund, f"{name}_fen")) for name in _AMOUNTS},
        )
        for fund in item.funds
    ]
    return SettlementOut.model_construct(
        settlement_id=item.settlement_id,
        attribution_id=item.attribution_id,
        community=item.community,
        funds=funds,
        due=fen_to_yuan(item.due_fen),
        document=item.document,
        policy_digest=item.policy_digest,
        worksheet=worksheet_out(answer.worksheet),
    )
