"""Differences of closed months 差额 over HTTP: shown, then posted exactly as shown."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.settlement.v1 import month_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.answers import points_text
from chspay_gateway.rest.types import (
    POINTS_NOTE,
    YUAN_NOTE,
    Answer,
    Code,
    Line,
    PageSize,
    PageToken,
    Region,
    Strict,
)
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["差额"])


class DifferenceHospitalOut(Answer):
    """一家医疗机构在一个已结算月份的变化。"""

    hospital_code: str
    before: str = Field(description=f"原基金支付（含已入账的差额）。{YUAN_NOTE}")
    after: str = Field(description=f"更正后的基金支付。{YUAN_NOTE}")
    delta: str = Field(description=f"差额。{YUAN_NOTE}")
    prepaid_delta: str = Field(description=f"其中本次支付。{YUAN_NOTE}")
    retained_delta: str = Field(description=f"其中预留。{YUAN_NOTE}")
    points_delta: str | None = Field(description=f"点数的变化。{POINTS_NOTE}")
    cases_delta: int


class DifferenceCaseOut(Answer):
    """一份变化的病例。"""

    case_id: str
    hospital_code: str
    why: str = Field(description="correction 更正 · decision 决定 · readmission 再入院；多个以+相连")
    version: int = Field(description="清单版本")
    before_points: str | None = Field(description=POINTS_NOTE)
    after_points: str | None = Field(description=POINTS_NOTE)
    before: str = Field(description=f"原基金支付。{YUAN_NOTE}")
    after: str = Field(description=f"更正后的基金支付。{YUAN_NOTE}")


class DifferenceFaultOut(Answer):
    """一项还不能计算的更正，继续等待。"""

    hospital_code: str
    case_id: str
    reason: str
    message: str


class DifferenceOut(Answer):
    """一个已结算月份的差额。"""

    difference_id: str = Field(description="编号；预览时为空")
    pool: str
    corrected_month: str = Field(description="被更正的月份，yyyy-MM；其结算单不变")
    corrected_run_id: str
    corrects: str = Field(description="被更正的记账批次")
    method: str = Field(description="value_kept@1 保留点值 · recomputed@1 重新分配")
    month: str = Field(description="记入哪个月，yyyy-MM")
    cause: str
    hospitals: list[DifferenceHospitalOut]
    cases: list[DifferenceCaseOut]
    faults: list[DifferenceFaultOut]
    residual: str = Field(description=f"各机构差额不能相抵的部分，记入余差科目。{YUAN_NOTE}")
    residual_account: str
    digest: str = Field(description="内容的SM3指纹")


class PreviewOut(Answer):
    """现在有哪些差额；提交时带上 preview_digest，看到什么记什么。"""

    items: list[DifferenceOut]
    preview_digest: str


class DifferencePage(Answer):
    """一页已入账的差额。"""

    items: list[DifferenceOut]
    next_page_token: str


def difference_out(item: pb.Difference) -> DifferenceOut:
    """A difference as JSON."""
    return DifferenceOut(
        difference_id=item.difference_id, pool=item.pool, corrected_month=item.corrected_month,
        corrected_run_id=item.corrected_run_id, corrects=item.corrects, method=item.method, month=item.month,
        cause=item.cause, hospitals=[_hospital(row) for row in item.hospitals],
        cases=[_case(row) for row in item.cases],
        faults=[
            DifferenceFaultOut(
                hospital_code=row.hospital_code, case_id=row.case_id, reason=row.reason, message=row.message
            )
            for row in item.faults
        ],
        residual=fen_to_yuan(item.residual_fen), residual_account=item.residual_account, digest=item.digest,
    )  # fmt: skip


def _hospital(row: pb.DifferenceHospital) -> DifferenceHospitalOut:
    return DifferenceHospitalOut(
        hospital_code=row.hospital_code,
        before=fen_to_yuan(row.before_fen),
        after=fen_to_yuan(row.after_fen),
        delta=fen_to_yuan(row.delta_fen),
        prepaid_delta=fen_to_yuan(row.prepaid_delta_fen),
        retained_delta=fen_to_yuan(row.retained_delta_fen),
        points_delta=points_text(row.points_delta),
        cases_delta=row.cases_delta,
    )


def _case(row: pb.DifferenceCase) -> DifferenceCaseOut:
    return DifferenceCaseOut(
        case_id=row.case_id,
        hospital_code=row.hospital_code,
        why=row.why,
        version=row.version,
        before_points=points_text(row.before_points),
        after_points=points_text(row.after_points),
        before=fen_to_yuan(row.before_fen),
        after=fen_to_yuan(row.after_fen),
    )


@router.get("/differences/{pool}/preview", summary="预览已结算月份的差额")
async def preview(caller: Caller, pool: Annotated[Region, Path(description="统筹区代码")]) -> PreviewOut:
    """更正的清单和后到的决定使每家机构增减多少；不写入任何内容。"""
    caller.require_bureau()
    answer = await caller.services.month.PreviewDifferences(pb.PreviewDifferencesRequest(pool=pool))
    return PreviewOut(
        items=[difference_out(item) for item in answer.differences], preview_digest=answer.preview_digest
    )


class CommitIn(Strict):
    """按哪一次预览入账，为何。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"preview_digest": "00" * 32, "cause": "清单更正"}]}
    )

    preview_digest: Code = Field(description="预览返回的指纹")
    cause: Line = Field(min_length=1, description="原因，写进分录和结算单")


@router.post("/differences/{pool}", summary="差额入账")
async def commit(
    body: CommitIn, caller: Writer, pool: Annotated[Region, Path(description="统筹区代码")]
) -> DifferencePage:
    """按预览的内容记入未结算的月份；预览之后有变化则拒绝，须重新预览。"""
    caller.require_bureau()
    answer = await caller.services.month.CommitDifferences(
        pb.CommitDifferencesRequest(
            request_id=caller.request_id, pool=pool, preview_digest=body.preview_digest, cause=body.cause
        )
    )
    return DifferencePage(items=[difference_out(item) for item in answer.differences], next_page_token="")


@router.get("/differences", summary="查询已入账的差额")
async def list_differences(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部可见")] = None,
    hospital_code: Annotated[Code, Query(description="只看涉及这家医疗机构的")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> DifferencePage:
    """医疗机构只看到自己的金额和病例。"""
    answer = await caller.services.month.ListDifferences(
        pb.ListDifferencesRequest(
            pool=pool or "", hospital_code=hospital_code, page_size=page_size, page_token=page_token
        )
    )
    return DifferencePage(
        items=[difference_out(item) for item in answer.differences], next_page_token=answer.next_page_token
    )
