"""Re-clearing 重新清算 of a closed year over HTTP: the effect shown first, then booked by another person."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from google.type import decimal_pb2
from pydantic import ConfigDict, Field

from chspay.settlement.v1 import year_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.answers import WorksheetOut, points_text, worksheet_out
from chspay_gateway.rest.types import POINTS_NOTE, YUAN_NOTE, Answer, Code, Line, Strict
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["年度清算"])
ClearingId = Annotated[Code, Path(description="年度清算编号")]
ReclearId = Annotated[Code, Path(description="重新清算编号")]


class ReclearFindingIn(Strict):
    """一份查实违规的病例。"""

    hospital_code: Code = Field(description="医疗机构编码")
    case_id: Code = Field(description="病例号")
    multiple: Code = Field(description='扣减其点数的倍数，十进制文本，如 "1"')


class ReclearIn(Strict):
    """查实的违规及其处理决定。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "findings": [{"hospital_code": "H990101EX", "case_id": "C1", "multiple": "1"}],
                    "cause": "高套病组",
                    "citation": "医保处〔2041〕3号",
                }
            ]
        }
    )

    findings: list[ReclearFindingIn] = Field(min_length=1, max_length=10_000, description="查实违规的病例")
    cause: Line = Field(description="违规事由")
    citation: Line = Field(description="依据的处理决定")


class ReclearCommitIn(Strict):
    """入账所见的那一份影响。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"digest": "5c"}]})

    digest: Code = Field(description="所见影响的SM3指纹")


class ReclearFindingOut(Answer):
    """一份查实违规的病例。"""

    hospital_code: str
    case_id: str
    multiple: str | None = Field(description="扣减其点数的倍数")


class ReclearOut(Answer):
    """一次重新清算。"""

    reclear_id: str
    clearing_id: str
    pool: str = Field(description="统筹区")
    state: str = Field(description="drafted 待入账 · committed 已入账 · withdrawn 已撤回")
    method: str = Field(description="pv_kept@1 点值不变 · pv_recomputed@1 点值重算")
    cause: str
    citation: str
    findings: list[ReclearFindingOut]
    returned: str = Field(description=f"退回基金。{YUAN_NOTE}")
    point_value: str = Field(description="重新清算后的点值，单位：元/点，仅供显示")
    digest: str = Field(description="对各机构影响的SM3指纹，入账时须与所见一致")
    created_by: str = Field(description="编制人")
    committed_by: str = Field(description="入账人")


class ReclearEffectOut(Answer):
    """重新清算对一家医疗机构的影响。"""

    hospital_code: str
    points: str | None = Field(description=f"原点数。{POINTS_NOTE}")
    removed: str | None = Field(description=f"扣减的点数。{POINTS_NOTE}")
    fund_before: str = Field(description=f"原决算基金。{YUAN_NOTE}")
    fund_after: str = Field(description=f"重新清算后的决算基金。{YUAN_NOTE}")
    assessed: str = Field(description=f"考核扣减的变动。{YUAN_NOTE}")
    balance: str = Field(description=f"应补付；负数为应追回。{YUAN_NOTE}")
    digest: str = Field(description="影响原文的SM3指纹")


class ReclearDetail(ReclearOut):
    """一次重新清算及其对各机构的影响。"""

    effects: list[ReclearEffectOut]


class ReclearsOut(Answer):
    """一年的全部重新清算。"""

    items: list[ReclearOut]


class YearExplainOut(Answer):
    """一家医疗机构的年度清算底稿。"""

    hospital_code: str
    fund: str = Field(description=f"决算基金。{YUAN_NOTE}")
    balance: str = Field(description=f"应补付；负数为应收回。{YUAN_NOTE}")
    worksheet: WorksheetOut


@router.get("/years/{clearing_id}/explain", summary="说明一家医疗机构的年度清算（计算底稿）")
async def explain(
    caller: Caller,
    clearing_id: ClearingId,
    hospital_code: Annotated[Code, Query(description="医疗机构编码；医疗机构密钥可不填")] = "",
) -> YearExplainOut:
    """逐行给出数值、公式、舍入与文件条款，末行等于应补付。"""
    answer = await caller.services.year.ExplainYear(
        pb.ExplainYearRequest(clearing_id=clearing_id, hospital_code=caller.hospital_or_own(hospital_code))
    )
    return YearExplainOut.model_construct(
        hospital_code=answer.hospital.hospital_code,
        fund=fen_to_yuan(answer.hospital.fund_fen),
        balance=fen_to_yuan(answer.hospital.balance_fen),
        worksheet=worksheet_out(answer.worksheet),
    )


@router.post("/years/{clearing_id}/reclearings", summary="编制重新清算")
async def draft(body: ReclearIn, caller: Writer, clearing_id: ClearingId) -> ReclearDetail:
    """只计算并保存对每家机构的影响，不入账。"""
    caller.require_bureau()
    findings = [
        pb.ReclearFinding(
            hospital_code=finding.hospital_code,
            case_id=finding.case_id,
            multiple=decimal_pb2.Decimal(value=finding.multiple),
        )
        for finding in body.findings
    ]
    answer = await caller.services.year.DraftReclearing(
        pb.DraftReclearingRequest(
            request_id=caller.request_id,
            clearing_id=clearing_id,
            findings=findings,
            cause=body.cause,
            citation=body.citation,
        )
    )
    return _detail(answer)


@router.get("/years/{clearing_id}/reclearings", summary="查询一年的重新清算")
async def listing(caller: Caller, clearing_id: ClearingId) -> ReclearsOut:
    """按先后；医疗机构只见已入账的。"""
    answer = await caller.services.year.ListReclearings(pb.ListReclearingsRequest(clearing_id=clearing_id))
    return ReclearsOut.model_construct(
        items=[ReclearOut.model_construct(**_fields(item)) for item in answer.reclearings]
    )


@router.get("/reclearings/{reclear_id}", summary="读取重新清算及其影响")
async def get(caller: Caller, reclear_id: ReclearId) -> ReclearDetail:
    """医疗机构密钥只看到对本机构的影响。"""
    return _detail(await caller.services.year.GetReclearing(pb.GetReclearingRequest(reclear_id=reclear_id)))


@router.post("/reclearings/{reclear_id}/commit", summary="重新清算入账")
async def commit(body: ReclearCommitIn, caller: Writer, reclear_id: ReclearId) -> ReclearOut:
    """由编制人以外的人办理；只记差额，原清算单不变。"""
    caller.require_bureau()
    answer = await caller.services.year.CommitReclearing(
        pb.CommitReclearingRequest(request_id=caller.request_id, reclear_id=reclear_id, digest=body.digest)
    )
    return ReclearOut.model_construct(**_fields(answer.reclearing))


@router.post("/reclearings/{reclear_id}/withdraw", summary="撤回重新清算")
async def withdraw(caller: Writer, reclear_id: ReclearId) -> ReclearOut:
    """撤回尚未入账的重新清算。"""
    caller.require_bureau()
    answer = await caller.services.year.WithdrawReclearing(
        pb.WithdrawReclearingRequest(request_id=caller.request_id, reclear_id=reclear_id)
    )
    return ReclearOut.model_construct(**_fields(answer.reclearing))


def _fields(item: Any) -> dict[str, Any]:
    same = (
        "reclear_id", "clearing_id", "pool", "state", "method", "cause", "citation", "digest", "created_by",
        "committed_by",
    )  # fmt: skip
    return {
        **{name: getattr(item, name) for name in same},
        "findings": [
            ReclearFindingOut.model_construct(
                hospital_code=finding.hospital_code,
                case_id=finding.case_id,
                multiple=points_text(finding.multiple),
            )
            for finding in item.findings
        ],
        "returned": fen_to_yuan(item.returned_fen),
        "point_value": item.point_value_display,
    }


def _detail(answer: Any) -> ReclearDetail:
    effects = [
        ReclearEffectOut.model_construct(
            hospital_code=effect.hospital_code,
            points=points_text(effect.points),
            removed=points_text(effect.removed),
            fund_before=fen_to_yuan(effect.fund_before_fen),
            fund_after=fen_to_yuan(effect.fund_after_fen),
            assessed=fen_to_yuan(effect.assessed_fen),
            balance=fen_to_yuan(effect.balance_fen),
            digest=effect.digest,
        )
        for effect in answer.effects
    ]
    return ReclearDetail.model_construct(**_fields(answer.reclearing), effects=effects)
