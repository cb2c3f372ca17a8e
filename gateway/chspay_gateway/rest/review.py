"""Claims from outside the pool, and samples of lists by quality 审核与抽查 over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.settlement.v1 import review_pb2 as pb
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import Answer, Code, Line, MonthText, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["审核与抽查"])
STATE_NOTE = "waiting 待审核 · overdue 已逾期 · checked 已核 · questioned 存疑"
_STATES: dict[str, Any] = {
    "waiting": pb.CLAIM_STATE_WAITING,
    "overdue": pb.CLAIM_STATE_OVERDUE,
    "checked": pb.CLAIM_STATE_CHECKED,
    "questioned": pb.CLAIM_STATE_QUESTIONED,
}
_STATE_OF = {number: name for name, number in _STATES.items()}
_DECISIONS: dict[str, Any] = {
    "checked": pb.CLAIM_DECISION_CHECKED,
    "questioned": pb.CLAIM_DECISION_QUESTIONED,
}
_DECISION_OF = {number: name for name, number in _DECISIONS.items()}
_Pool = Annotated[Region, Query(description="统筹区代码")]
_First = Annotated[MonthText, Query(description="出院月份起，yyyy-MM")]
_Last = Annotated[MonthText, Query(description="出院月份止（含），至多12个月")]


class ClaimDecisionIn(Strict):
    """经办人员对一份异地清单的决定。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"version": 1, "decision": "questioned", "reason": "请补充急诊或转诊证明"}]
        }
    )

    version: int = Field(ge=1, le=2**31 - 1, description="审核的是清单的第几版；已有新版的不受理")
    decision: Literal["checked", "questioned"] = Field(description="checked 已核 · questioned 存疑")
    reason: Line = Field("", description="理由；存疑必填")


class ClaimDecisionOut(Answer):
    """一次决定；只增不改，以最后一次为准。"""

    decision: str
    reason: str
    decided_by: str
    decided_at: str = Field(description="UTC")


class ClaimOut(Answer):
    """一份异地就医清单。"""

    list_id: str
    version: int
    case_id: str
    hospital_code: str
    insured_region: str = Field(description="参保地")
    discharge_date: str | None
    received_at: str = Field(description="收到时间，UTC")
    due: str | None = Field(description="审核期限的最后一天")
    state: str = Field(description=STATE_NOTE)
    decisions: list[ClaimDecisionOut] = Field(description="这一版清单的历次决定")


class ClaimPage(Answer):
    """一页异地清单，以及各状态的份数。"""

    items: list[ClaimOut]
    next_page_token: str
    waiting: int = Field(description="待审核")
    overdue: int = Field(description="已逾期")
    checked: int = Field(description="已核")
    questioned: int = Field(description="存疑")


class SampledOut(Answer):
    """一家医疗机构的异常率和抽查比例。"""

    hospital_code: str
    lists: int = Field(description="已质控清单")
    anomalous: int = Field(description="其中异常的")
    rate: str = Field(description="异常率，精确分数")
    share: str = Field(description="抽查比例，精确分数")
    warned: bool = Field(description="是否列入警示名单")
    worksheet: WorksheetOut


class SamplingOut(Answer):
    """一段时间各医疗机构的异常率、抽查比例和警示名单。"""

    rule_set: str = Field(description="质控规则集及其指纹")
    period: str = Field(description="抽取时写在清单流水号之前的文本")
    policy_digest: str = Field(description="所依据政策的SM3指纹")
    items: list[SampledOut]


class DrawnOut(Answer):
    """一份抽中的清单。"""

    list_id: str
    draw: str = Field(description="SM3（时期、换行、清单流水号）的前16位十六进制数")


class SamplePage(Answer):
    """一页抽中的清单。"""

    period: str
    share: str = Field(description="抽查比例，精确分数")
    lists: int = Field(description="可抽的已质控清单")
    drawn: int = Field(description="抽中的份数，各页合计")
    digest: str = Field(description="全部抽中清单流水号（排序，各加换行）的SM3")
    items: list[DrawnOut]
    next_page_token: str


@router.get("/review-queue", summary="异地就医清单的审核队列")
async def claims(
    caller: Caller,
    pool: _Pool,
    hospital_code: Annotated[Code, Query(description="医疗机构编码；不填为权限内的全部")] = "",
    state: Annotated[
        Literal["", "waiting", "overdue", "checked", "questioned"],
        Query(description=f"{STATE_NOTE}；不填为全部"),
    ] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> ClaimPage:
    """参保地不在本统筹区的清单，受理即入队；清单更正后重新计时。"""
    answer = await caller.services.review.ListClaims(
        pb.ListClaimsRequest(
            pool=pool,
            hospital_code=hospital_code,
            state=_STATES.get(state, pb.CLAIM_STATE_UNSPECIFIED),
            page_size=page_size,
            page_token=page_token,
        )
    )
    return ClaimPage(
        items=[_claim(one) for one in answer.claims],
        next_page_token=answer.next_page_token,
        **{name: getattr(answer, name) for name in _STATES},
    )


@router.post("/review-queue/{list_id}/decisions", summary="审核一份异地就医清单", status_code=201)
async def decide(
    body: ClaimDecisionIn,
    caller: Writer,
    list_id: Annotated[Code, Path(description="清单流水号")],
) -> ClaimOut:
    """由统筹区的经办人员作出；决定只增不改，可以再作新的决定。"""
    answer = await caller.services.review.DecideClaim(
        pb.DecideClaimRequest(
            request_id=caller.request_id,
            list_id=list_id,
            version=body.version,
            decision=_DECISIONS[body.decision],
            reason=body.reason,
        )
    )
    return _claim(answer.claim)


@router.get("/sampling", summary="异常率、抽查比例与警示名单")
async def sampling(
    caller: Caller,
    pool: _Pool,
    first: _First,
    last: _Last,
    hospital_code: Annotated[Code, Query(description="医疗机构编码；不填为权限内的全部")] = "",
    warned: Annotated[bool, Query(description="只看警示名单")] = False,
) -> SamplingOut:
    """由已受理清单的质控结果算出，逐步列出计算底稿；没有已质控清单的机构不在其中。"""
    answer = await caller.services.review.GetSampling(
        pb.GetSamplingRequest(pool=pool, first=first, last=last, hospital_code=hospital_code)
    )
    names = ("hospital_code", "lists", "anomalous", "rate", "share", "warned")
    return SamplingOut(
        rule_set=answer.rule_set,
        period=answer.period,
        policy_digest=answer.policy_digest,
        items=[
            SampledOut(**{name: getattr(one, name) for name in names}, worksheet=worksheet_out(one.worksheet))
            for one in answer.institutions
            if one.warned or not warned
        ],
    )


@router.get("/sampling/lists", summary="一家医疗机构被抽中的清单")
async def sample(
    caller: Caller,
    pool: _Pool,
    first: _First,
    last: _Last,
    hospital_code: Annotated[Code, Query(min_length=1, description="医疗机构编码")],
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> SamplePage:
    """抽取只取决于清单流水号、时期和比例，任何人都可以重新抽取核对。"""
    answer = await caller.services.review.DrawSample(
        pb.DrawSampleRequest(
            pool=pool,
            first=first,
            last=last,
            hospital_code=hospital_code,
            page_size=page_size,
            page_token=page_token,
        )
    )
    names = ("period", "share", "lists", "drawn", "digest", "next_page_token")
    return SamplePage(
        **{name: getattr(answer, name) for name in names},
        items=[DrawnOut(list_id=one.list_id, draw=one.draw) for one in answer.items],
    )


def _claim(claim: pb.Claim) -> ClaimOut:
    names = ("list_id", "version", "case_id", "hospital_code", "insured_region")
    return ClaimOut(
        **{name: getattr(claim, name) for name in names},
        discharge_date=day_text(claim.discharge_date),
        received_at=claim.received_at.ToJsonString(),
        due=day_text(claim.due),
        state=_STATE_OF[claim.state],
        decisions=[
            ClaimDecisionOut(
                decision=_DECISION_OF[one.decision],
                reason=one.reason,
                decided_by=one.decided_by,
                decided_at=one.decided_at.ToJsonString(),
            )
            for one in claim.decisions
        ],
    )
