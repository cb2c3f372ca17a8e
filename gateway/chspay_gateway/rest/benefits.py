"""Family-doctor contracts, referrals and benefits at settlement over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.capitation.v1 import benefit_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Day, Line, Region, Strict, Yuan
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1", tags=["转诊与待遇"])
PersonKey = Annotated[Code, Path(description="人员标识")]
PoolQuery = Annotated[Region, Query(description="统筹区代码")]
Level = Annotated[int, Field(ge=1, le=3, description="医疗机构等级")]
_PERSON = "0" * 63 + "1"


class ContractIn(Strict):
    """一份家庭医生签约；一天只能有一份。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "contract_no": "QY2026-0001",
                    "pool": "990100",
                    "person_key": _PERSON,
                    "institution": "T1",
                    "since": "2026-01-01",
                    "until": "2027-01-01",
                }
            ]
        }
    )

    contract_no: Code = Field(min_length=1, description="签约编号")
    pool: Region = Field(description="统筹区代码")
    person_key: Code = Field(min_length=1, description="人员标识")
    institution: Code = Field(min_length=1, description="签约机构")
    since: Day
    until: Day | None = Field(None, description="当日不含；不填为长期")


class ContractOut(Answer):
    """一份家庭医生签约。"""

    contract_no: str
    pool: str
    person_key: str
    institution: str
    since: str | None
    until: str | None


class ContractList(Answer):
    """一个人的签约。"""

    items: list[ContractOut]


class ReferralIn(Strict):
    """一次转诊。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "referral_no": "ZZ2026-0001",
                    "pool": "990100",
                    "person_key": _PERSON,
                    "from_institution": "T1",
                    "from_level": 1,
                    "to_institution": "H1",
                    "to_level": 2,
                    "outside_area": False,
                    "day": "2026-03-09",
                    "diagnosis": "I21.0",
                    "reason": "",
                }
            ]
        }
    )

    referral_no: Code = Field(min_length=1, description="转诊编号")
    pool: Region = Field(description="统筹区代码")
    person_key: Code = Field(min_length=1, description="人员标识")
    from_institution: Code = Field(min_length=1, description="转出机构")
    from_level: Level
    to_institution: Code = Field(min_length=1, description="转入机构")
    to_level: Level
    outside_area: bool = Field(description="是否转往统筹区外")
    day: Day = Field(description="转诊日")
    diagnosis: Code = Field(min_length=1, description="诊断编码")
    reason: Line = Field("", description="政策规定的理由代码；没有不填")


class ReferralOut(Answer):
    """一次转诊及对它的判断。"""

    referral_no: str
    pool: str
    person_key: str
    from_institution: str
    from_level: int
    to_institution: str
    to_level: int
    outside_area: bool
    day: str | None
    diagnosis: str
    reason: str
    called_for: bool = Field(description="是否符合规定")
    code: str
    text: str
    until: str | None = Field(description="有效到何日，当日不含")
    citation: str


class ReferralList(Answer):
    """一个人的转诊。"""

    items: list[ReferralOut]


class StayIn(Strict):
    """一次住院。"""

    stay_id: Code = Field(min_length=1)
    institution: Code = Field(min_length=1, description="医疗机构编码")
    level: Level
    community: Code = Field("", description="医疗机构所属医共体；没有不填")
    member: bool = Field(description="参保人是否该医共体人员")
    outside_area: bool = Field(description="是否统筹区外")
    emergency: bool = Field(description="是否经证明的急诊")
    admitted: Day
    discharged: Day
    eligible: Yuan = Field(description=f"合规费用。{YUAN_NOTE}")


class StaysIn(Strict):
    """一个人先后的住院；相连的视为一次住院。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100",
                    "person_key": _PERSON,
                    "stays": [
                        {
                            "stay_id": "A",
                            "institution": "H1",
                            "level": 2,
                            "community": "C1",
                            "member": True,
                            "outside_area": False,
                            "emergency": False,
                            "admitted": "2026-03-10",
                            "discharged": "2026-03-20",
                            "eligible": "12000.00",
                        }
                    ],
                }
            ]
        }
    )

    pool: Region = Field(description="统筹区代码")
    person_key: Code = Field(min_length=1, description="人员标识")
    stays: Annotated[list[StayIn], Field(min_length=1, max_length=200)]


class SettledOut(Answer):
    """一次住院的待遇。"""

    stay_id: str
    linked_to: str = Field(description="与哪一次住院视为一次；空为没有")
    deductible: str = Field(description=f"本次应付起付线。{YUAN_NOTE}")
    surcharged: bool = Field(description="是否因未转诊提高自付")
    fund: str = Field(description=f"基金支付。{YUAN_NOTE}")
    worksheet: WorksheetOut


class SettledList(Answer):
    """各次住院的待遇。"""

    items: list[SettledOut]
    policy_digest: str


@router.post("/contracts", summary="登记家庭医生签约", status_code=201)
async def put_contract(body: ContractIn, caller: Writer) -> ContractOut:
    """与已有签约重叠时拒绝。"""
    caller.require_bureau()
    contract = pb.Contract(
        contract_no=body.contract_no,
        pool=body.pool,
        person_key=body.person_key,
        institution=body.institution,
        since=date_to_pb(body.since),
    )
    if body.until is not None:
        contract.until.CopyFrom(date_to_pb(body.until))
    request = pb.PutContractRequest(request_id=caller.request_id, contract=contract)
    return _contract_out((await caller.services.benefits.PutContract(request)).contract)


@router.get("/persons/{person_key}/contracts", summary="一个人的签约")
async def list_contracts(caller: Caller, person_key: PersonKey, pool: PoolQuery) -> ContractList:
    """按起始日。"""
    caller.require_bureau()
    request = pb.ListContractsRequest(pool=pool, person_key=person_key)
    answer = await caller.services.benefits.ListContracts(request)
    return ContractList.model_construct(items=[_contract_out(item) for item in answer.contracts])


@router.post("/referrals", summary="登记转诊并判断", status_code=201)
async def put_referral(body: ReferralIn, caller: Writer) -> ReferralOut:
    """按转诊日的诊疗病种目录判断，写明理由和依据。"""
    caller.require_bureau()
    given = body.model_dump(exclude={"day", "outside_area"})
    request = pb.PutReferralRequest(
        request_id=caller.request_id,
        referral=pb.Referral(**given, out_of_area=body.outside_area, day=date_to_pb(body.day)),
    )
    return _referral_out((await caller.services.benefits.PutReferral(request)).referral)


@router.get("/persons/{person_key}/referrals", summary="一个人的转诊")
async def list_referrals(caller: Caller, person_key: PersonKey, pool: PoolQuery) -> ReferralList:
    """按转诊日。"""
    caller.require_bureau()
    request = pb.ListReferralsRequest(pool=pool, person_key=person_key)
    answer = await caller.services.benefits.ListReferrals(request)
    return ReferralList.model_construct(items=[_referral_out(item) for item in answer.referrals])


@router.post("/benefits/stays", summary="结算一个人先后住院的待遇")
async def settle_stays(body: StaysIn, caller: Caller) -> SettledList:
    """只计算，不保存：起付线、报销比例、未转诊提高的自付，每个金额都有底稿。"""
    caller.require_bureau()
    stays = []
    for stay in body.stays:
        given = stay.model_dump(exclude={"outside_area", "admitted", "discharged", "eligible"})
        days = {"admitted": date_to_pb(stay.admitted), "discharged": date_to_pb(stay.discharged)}
        eligible = yuan_to_fen(stay.eligible, "eligible")
        stays.append(pb.Stay(**given, **days, out_of_area=stay.outside_area, eligible_fen=eligible))
    request = pb.SettleStaysRequest(pool=body.pool, person_key=body.person_key, stays=stays)
    answer = await caller.services.benefits.SettleStays(request)
    items = [
        SettledOut.model_construct(
            stay_id=item.stay_id,
            linked_to=item.linked_to,
            deductible=fen_to_yuan(item.deductible_fen),
            surcharged=item.surcharged,
            fund=fen_to_yuan(item.fund_fen),
            worksheet=worksheet_out(item.worksheet),
        )
        for item in answer.stays
    ]
    return SettledList.model_construct(items=items, policy_digest=answer.policy_digest)


def _contract_out(item: pb.Contract) -> ContractOut:
    return ContractOut.model_construct(
        contract_no=item.contract_no,
        pool=item.pool,
        person_key=item.person_key,
        institution=item.institution,
        since=day_text(item.since),
        until=day_text(item.until) if item.HasField("until") else None,
    )


_REFERRAL = (
    "referral_no", "pool", "person_key", "from_institution", "from_level", "to_institution", "to_level",
    "diagnosis", "reason", "called_for", "code", "text", "citation",
)  # fmt: skip


def _referral_out(item: pb.Referral) -> ReferralOut:
    return ReferralOut.model_construct(
        **{name: getattr(item, name) for name in _REFERRAL},
        outside_area=item.out_of_area,
        day=day_text(item.day),
        until=day_text(item.until),
    )
