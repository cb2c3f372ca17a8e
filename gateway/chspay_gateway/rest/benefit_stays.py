"""Benefits of inpatient stays as hospitals ask for them at settlement 住院待遇结算, over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.capitation.v1 import stays_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Day, Line, Region, Strict, Yuan
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1", tags=["转诊与待遇"])
_PERSON = "0" * 63 + "1"


class StayIn(Strict):
    """一次住院，出院结算时提出。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100",
                    "stay_id": "ZY2026-0001",
                    "person_key": _PERSON,
                    "institution": "H33010600001",
                    "level": 3,
                    "admitted": "2026-03-10",
                    "discharged": "2026-03-18",
                    "eligible": "10000.00",
                }
            ]
        }
    )

    pool: Region = Field(description="参保人的统筹区")
    stay_id: Code = Field(min_length=1, description="医疗机构的住院号，只能用一次")
    person_key: Code = Field(min_length=1, description="人员标识")
    institution: Code = Field(min_length=1, description="医疗机构代码；医疗机构只能为本机构结算")
    level: Annotated[int, Field(ge=0, le=3, description="只用于没有登记的统筹区外机构，由经办机构填写")] = 0
    emergency: bool = Field(False, description="是否因急诊入院")
    emergency_proof: Line = Field("", description="急诊的证明材料；急诊时必填")
    admitted: Day = Field(description="入院日")
    discharged: Day = Field(description="出院日")
    eligible: Yuan = Field(description=f"合规费用。{YUAN_NOTE}")


class ReversalIn(Strict):
    """撤销一次住院的结算。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100",
                    "institution": "H33010600001",
                    "stay_id": "ZY2026-0001",
                    "document": "退费单2026-3",
                }
            ]
        }
    )

    pool: Region = Field(description="参保人的统筹区")
    institution: Code = Field(min_length=1, description="医疗机构代码")
    stay_id: Code = Field(min_length=1, description="医疗机构的住院号")
    document: Line = Field(min_length=1, description="撤销的依据")


class BenefitOut(Answer):
    """一版待遇；最后一版有效。"""

    version: int
    linked_to: str = Field(description="与哪次住院视为一次（机构/住院号）；空为单独一次")
    deductible: str = Field(description=f"本次应付起付线。{YUAN_NOTE}")
    surcharged: bool = Field(description="是否因未转诊提高自付")
    fund: str = Field(description=f"基金支付。{YUAN_NOTE}")
    cause: str = Field(description="为什么计算：结算，或此后的变化")
    worksheet: WorksheetOut


class StayOut(Answer):
    """一次住院及历次计算的待遇。"""

    stay_id: str
    person_key: str
    institution: str
    pool: str
    level: int = Field(description="入院日登记的等级")
    community: str = Field(description="机构所属医共体；空为没有")
    member: bool = Field(description="是否本医共体人员")
    member_by: str = Field(description="认定的依据：签约编号或归属计算编号")
    outside_area: bool
    emergency: bool
    admitted: str | None
    discharged: str | None
    eligible: str = Field(description=f"合规费用。{YUAN_NOTE}")
    reversed_by: str = Field(description="撤销的依据；空为有效")
    benefits: list[BenefitOut]
    policy_digest: str


class SettledOut(Answer):
    """这次住院，以及因此改变的其他住院。"""

    stay: StayOut
    changed: list[StayOut] = Field(description="因此改变的其他住院；医疗机构只看到本机构的")


class StayList(Answer):
    """一个人的住院。"""

    items: list[StayOut]


@router.post("/benefits/settlements", summary="出院结算一次住院的待遇", status_code=201)
async def settle_stay(body: StayIn, caller: Writer) -> SettledOut:
    """连同已结算的住院计算并保存：医共体内首诊加双向转诊只付一次起付线，按较高等级。

    等级、医共体取自机构登记，是否本医共体人员由签约或归属认定，都不由申请者填写。
    """
    given = body.model_dump(include={"stay_id", "person_key", "institution", "level", "emergency"})
    facts = pb.StayFacts(
        **given,
        emergency_proof=body.emergency_proof,
        admitted=date_to_pb(body.admitted),
        discharged=date_to_pb(body.discharged),
        eligible_fen=yuan_to_fen(body.eligible, "eligible"),
    )
    request = pb.SettleStayRequest(request_id=caller.request_id, pool=body.pool, facts=facts)
    answer = await caller.services.stays.SettleStay(request)
    return SettledOut.model_construct(stay=_out(answer.stay), changed=_all(answer.changed))


@router.post("/benefits/reversals", summary="撤销一次住院的结算", status_code=201)
async def reverse_stay(body: ReversalIn, caller: Writer) -> SettledOut:
    """视为一次住院的其他住院随之重新计算，各留一版。"""
    request = pb.ReverseStayRequest(request_id=caller.request_id, **body.model_dump())
    answer = await caller.services.stays.ReverseStay(request)
    return SettledOut.model_construct(stay=_out(answer.stay), changed=_all(answer.changed))


@router.get("/persons/{person_key}/stays", summary="一个人的住院及待遇")
async def list_stays(
    caller: Caller,
    person_key: Annotated[Code, Path(description="人员标识")],
    pool: Annotated[Region, Query(description="统筹区代码")],
) -> StayList:
    """按入院日；医疗机构只看到本机构的。"""
    answer = await caller.services.stays.ListStays(pb.ListStaysRequest(pool=pool, person_key=person_key))
    return StayList.model_construct(items=_all(answer.stays))


def _all(items: Iterable[pb.PersonStayRecord]) -> list[StayOut]:
    return [_out(item) for item in items]


def _out(item: pb.PersonStayRecord) -> StayOut:
    facts = item.facts
    return StayOut.model_construct(
        stay_id=facts.stay_id,
        person_key=facts.person_key,
        institution=facts.institution,
        pool=item.pool,
        level=item.level,
        community=item.community,
        member=item.member,
        member_by=item.member_by,
        outside_area=item.out_of_area,
        emergency=facts.emergency,
        admitted=day_text(facts.admitted),
        discharged=day_text(facts.discharged),
        eligible=fen_to_yuan(facts.eligible_fen),
        reversed_by=item.reversed_by_document,
        benefits=[
            BenefitOut.model_construct(
                version=each.version,
                linked_to=each.linked_to,
                deductible=fen_to_yuan(each.deductible_fen),
                surcharged=each.surcharged,
                fund=fen_to_yuan(each.fund_fen),
                cause=each.cause,
                worksheet=worksheet_out(each.worksheet),
            )
            for each in item.benefits
        ],
        policy_digest=item.policy_digest,
    )
