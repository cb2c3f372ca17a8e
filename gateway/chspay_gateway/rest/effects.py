"""What decisions of disputes move in settlement 结算事项: followed, and handed over again when refused."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from chspay.dispute.v1 import effects_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.types import Answer, Code, PageSize, PageToken, Region
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1/effects", tags=["争议处理"])
StateText = Literal["waiting", "delivered", "moved", "refused", "nothing"]
_STATES: dict[str, pb.EffectState] = {
    "waiting": pb.EFFECT_STATE_WAITING,
    "delivered": pb.EFFECT_STATE_DELIVERED,
    "moved": pb.EFFECT_STATE_MOVED,
    "refused": pb.EFFECT_STATE_REFUSED,
    "nothing": pb.EFFECT_STATE_NOTHING,
}
_NAMES: dict[int, StateText] = {
    pb.EFFECT_STATE_WAITING: "waiting",
    pb.EFFECT_STATE_DELIVERED: "delivered",
    pb.EFFECT_STATE_MOVED: "moved",
    pb.EFFECT_STATE_REFUSED: "refused",
    pb.EFFECT_STATE_NOTHING: "nothing",
}


class EffectOut(Answer):
    """一项结算事项。"""

    effect_id: str
    case_no: str
    kind: str = Field(description="post为裁定入账，revoke为撤销后的冲回")
    pool: str
    hospital_code: str
    outcome_no: str = Field(description="结算系统和对账单引用的文号")
    state: StateText = Field(
        description="waiting待提交，delivered已提交待入账，moved已入账，refused被退回，nothing无须变动"
    )
    reason: str = Field(description="被退回或等待的原因代码")
    message: str = Field(description="原因说明")
    attempts: int
    points_delta: str = Field(description="点数变化")
    delta: str = Field(description="金额变化，元")
    value_delta: str = Field(description="仅由点数变化引起的点值变化，元/点")
    paid_month: str = Field(description="支付所在月份")
    statement_run_id: str = Field(description="列示该笔差额的月结；月份未结时为空")
    difference_id: str
    reclear_id: str
    enqueued_at: str


class EffectPage(Answer):
    """一页结算事项。"""

    items: list[EffectOut]
    next_page_token: str


@router.get("", summary="查询结算事项")
async def list_effects(
    caller: Caller,
    case_no: Annotated[Code, Query(description="案件编号；不填为全部")] = "",
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部")] = None,
    state: Annotated[StateText | None, Query(description="状态；不填为全部")] = None,
    page_size: PageSize = 0,
    page_token: PageToken = "",
) -> EffectPage:
    """裁定的差额办到哪一步、变动了多少、列示在哪张对账单上；被退回的写明原因。"""
    request = pb.ListEffectsRequest(
        case_no=case_no, pool=pool or "", page_size=page_size, page_token=page_token
    )
    if state is not None:
        request.state = _STATES[state]
    answer = await caller.services.effects.ListEffects(request)
    return EffectPage(items=[_out(item) for item in answer.effects], next_page_token=answer.next_page_token)


@router.post("/{effect_id}/retry", summary="重新提交被退回的结算事项")
async def retry(caller: Writer, effect_id: Annotated[Code, Path(description="结算事项编号")]) -> EffectOut:
    """结算岗排除退回原因后重新提交；同一文号只入账一次。"""
    request = pb.RetryEffectRequest(request_id=caller.request_id, effect_id=effect_id)
    return _out((await caller.services.effects.RetryEffect(request)).effect)


def _out(item: pb.Effect) -> EffectOut:
    return EffectOut(
        effect_id=item.effect_id,
        case_no=item.case_no,
        kind=item.kind,
        pool=item.pool,
        hospital_code=item.hospital_code,
        outcome_no=item.outcome_no,
        state=_NAMES[item.state],
        reason=item.reason,
        message=item.message,
        attempts=item.attempts,
        points_delta=item.points_delta.value,
        delta=fen_to_yuan(item.fen_delta),
        value_delta=item.value_delta,
        paid_month=item.paid_month,
        statement_run_id=item.statement_run_id,
        difference_id=item.difference_id,
        reclear_id=item.reclear_id,
        enqueued_at=item.enqueued_at.ToJsonString(),
    )
