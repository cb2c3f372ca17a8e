"""The audit gate 审核 over HTTP: findings in bulk, what becomes of them, and decisions on single cases."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, File, Path, Query
from pydantic import ConfigDict, Field

from chspay.settlement.v1 import month_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.errors import Fault
from chspay_gateway import reasons
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Line, PageSize, PageToken, Region, Strict, Yuan
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["审核与决定"])
PATH = "/api/v1/findings/import"
#: Largest file of findings, bytes.
MAX_FILE = 8 * 1024 * 1024
MOST_FINDINGS = 20_000
_COLUMNS = ("finding_id", "hospital_code", "case_id", "rule_id", "evidence", "amount")
_STATE_NOTE = "open 待处理 · upheld 成立 · dismissed 不成立 · disputed 有争议"
_KIND_NOTE = (
    "incomplete 住院过程不完整 · day_surgery 日间手术 · new_technology 新技术 · review 特例单议 · "
    "by_item 按项目付费 · tcm 中医治疗 · readmission 再入院（前次） · violation 违规 · revoke 撤销先前的决定"
)


class FindingState(StrEnum):
    """疑点的状态。"""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    DISPUTED = "disputed"


class FindingIn(Strict):
    """审核发现的一个疑点。"""

    finding_id: Code = Field(description="疑点编号，由审核方给出；同号再报不变")
    hospital_code: Code = Field(description="定点医疗机构编码")
    case_id: Code = Field(description="病例号，须已有结算清单")
    rule_id: Line = Field(description="违反的规则")
    evidence: Line = Field(description="依据")
    amount: Yuan = Field(description=f"成立时应扣的金额。{YUAN_NOTE}")


class FindingsIn(Strict):
    """一批疑点。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "findings": [
                        {
                            "finding_id": "SH-2026-0001",
                            "hospital_code": "H33010100001",
                            "case_id": "ZY20260100001",
                            "rule_id": "重复收费",
                            "evidence": "同日两次收取同一检查",
                            "amount": "120.00",
                        }
                    ]
                }
            ]
        }
    )

    findings: Annotated[list[FindingIn], Field(min_length=1, max_length=MOST_FINDINGS)]


class RowFaultOut(Answer):
    """没有收下的一行。"""

    row: int = Field(description="从0数起")
    finding_id: str
    reason: str
    field: str
    value: str
    message: str


class ImportedOut(Answer):
    """一批疑点的受理结果；有误的行不收，其余照收。"""

    accepted: int
    unchanged: int = Field(description="与已导入的相同")
    faults: list[RowFaultOut]


class AuditFindingOut(Answer):
    """一个疑点现在的情况。"""

    finding_id: str
    list_id: str
    hospital_code: str
    case_id: str
    pool: str
    rule_id: str
    evidence: str
    amount: str = Field(description=f"疑点金额。{YUAN_NOTE}")
    state: str = Field(description=_STATE_NOTE)
    deduction: str = Field(description=f"现在应扣的金额，未成立为0。{YUAN_NOTE}")
    charged: str = Field(description=f"结算单上已扣的净额。{YUAN_NOTE}")
    reason: str
    decision_no: str
    reported_by: str
    reported_at: str = Field(description="UTC，RFC 3339")


class FindingPage(Answer):
    """一页疑点。"""

    items: list[AuditFindingOut]
    next_page_token: str


def _imported(answer: pb.ImportFindingsResponse) -> ImportedOut:
    faults = [
        RowFaultOut(
            row=item.row, finding_id=item.finding_id, reason=item.reason, field=item.field, value=item.value,
            message=item.message,
        )
        for item in answer.faults
    ]  # fmt: skip
    return ImportedOut(accepted=answer.accepted, unchanged=answer.unchanged, faults=faults)


def finding_out(item: pb.Finding) -> AuditFindingOut:
    """A finding as JSON."""
    return AuditFindingOut(
        finding_id=item.finding_id, list_id=item.list_id, hospital_code=item.hospital_code,
        case_id=item.case_id, pool=item.pool, rule_id=item.rule_id, evidence=item.evidence,
        amount=fen_to_yuan(item.amount_fen), state=item.state, deduction=fen_to_yuan(item.deduction_fen),
        charged=fen_to_yuan(item.charged_fen), reason=item.reason, decision_no=item.decision_no,
        reported_by=item.reported_by, reported_at=item.reported_at,
    )  # fmt: skip


@router.post("/findings", summary="导入审核疑点")
async def import_findings(body: FindingsIn, caller: Writer) -> ImportedOut:
    """待处理的疑点使其清单不参加月结，转入下一个未结算的月份。"""
    caller.require_bureau()
    rows = [
        pb.NewFinding(
            finding_id=row.finding_id, hospital_code=row.hospital_code, case_id=row.case_id,
            rule_id=row.rule_id, evidence=row.evidence, amount_fen=yuan_to_fen(row.amount),
        )
        for row in body.findings
    ]  # fmt: skip
    return await _import(caller, rows)


@router.post("/findings/import", summary="导入审核疑点文件")
async def import_file(
    caller: Writer, file: Annotated[bytes, File(description="CSV，UTF-8或GB18030，第一行为列名")]
) -> ImportedOut:
    """列：finding_id,hospital_code,case_id,rule_id,evidence,amount（金额单位：元）。有误的行不收，其余照收。"""
    caller.require_bureau()
    return await _import(caller, read_findings(file))


async def _import(caller: Writer, rows: list[pb.NewFinding]) -> ImportedOut:
    request = pb.ImportFindingsRequest(request_id=caller.request_id, findings=rows)
    return _imported(await caller.services.month.ImportFindings(request))


def read_findings(content: bytes) -> list[pb.NewFinding]:
    """The findings of a CSV file.

    :raises Fault: UPLOAD_UNREADABLE, or an amount that is not money.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = list(reader)
    except csv.Error as error:
        raise Fault(reasons.UPLOAD_UNREADABLE, expected="CSV", detail=type(error).__name__) from error
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing or len(rows) > MOST_FINDINGS or any(None in row.values() or None in row for row in rows):
        detail = f"缺少列{missing[0]}" if missing else f"行不完整，或超过{MOST_FINDINGS}行"
        raise Fault(reasons.UPLOAD_UNREADABLE, expected="CSV", detail=detail)
    return [
        pb.NewFinding(
            **{name: row[name].strip() for name in _COLUMNS[:-1]}, amount_fen=yuan_to_fen(row["amount"])
        )
        for row in rows
    ]


class StepIn(Strict):
    """疑点怎样处理，为何。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "upheld", "reason": "核实", "amount": "100.00"}]}
    )

    state: Literal["open", "upheld", "dismissed", "disputed"] = Field(description=_STATE_NOTE)
    reason: Line = Field(min_length=1, description="理由")
    amount: Yuan | None = Field(default=None, description=f"成立时的扣款；不填为疑点金额。{YUAN_NOTE}")
    decision_no: Code = Field(default="", description="处理决定的文号")


@router.post("/findings/{finding_id}/steps", summary="处理审核疑点")
async def decide_finding(
    body: StepIn, caller: Writer, finding_id: Annotated[Code, Path(description="疑点编号")]
) -> AuditFindingOut:
    """成立的在下一次结算单上扣款，撤销的退回；医疗机构可以对自己的扣款提出争议（disputed）。"""
    request = pb.DecideFindingRequest(
        request_id=caller.request_id, finding_id=finding_id, state=body.state, reason=body.reason,
        decision_no=body.decision_no, amount_fen=None if body.amount is None else yuan_to_fen(body.amount),
    )  # fmt: skip
    return finding_out((await caller.services.month.DecideFinding(request)).finding)


@router.get("/findings", summary="查询审核疑点")
async def list_findings(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部可见")] = None,
    hospital_code: Annotated[Code, Query(description="医疗机构编码")] = "",
    state: Annotated[FindingState | None, Query(description=_STATE_NOTE)] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> FindingPage:
    """医疗机构只看到自己的。"""
    answer = await caller.services.month.ListFindings(
        pb.ListFindingsRequest(
            pool=pool or "", hospital_code=hospital_code, state=state or "", page_size=page_size,
            page_token=page_token,
        )
    )  # fmt: skip
    return FindingPage(
        items=[finding_out(item) for item in answer.findings], next_page_token=answer.next_page_token
    )


class DecisionIn(Strict):
    """对一份病例的决定；同一文号只能执行一次。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "decision_no": "演示专评〔2026〕1号",
                    "hospital_code": "H33010100001",
                    "case_id": "ZY20260100001",
                    "kind": "incomplete",
                    "citation": "演示市专家评审会纪要〔2026〕1号",
                }
            ]
        }
    )

    decision_no: Code = Field(description="决定的文号")
    hospital_code: Code = Field(description="定点医疗机构编码")
    case_id: Code = Field(description="病例号")
    kind: Code = Field(description=_KIND_NOTE)
    value: Code = Field("", description="数值，十进制文本，含义随种类：元、点数、比例或倍数")
    mode: Code = Field("", description="种类有几种算法时写明，如 by_item、linear_add、points、rejected")
    citation: Line = Field(description="依据的文件和条款")
    revokes: Code = Field("", description="撤销（revoke）时，被撤销决定的文号")


class DecisionOut(Answer):
    """一个决定。"""

    decision_no: str
    hospital_code: str
    case_id: str
    kind: str = Field(description=_KIND_NOTE)
    value: str
    mode: str
    citation: str
    revokes: str


class AppliedOut(DecisionOut):
    """决定的执行结果。"""

    applied: bool = Field(description="false 表示先前已执行过同一决定，没有改动")
    effect: str = Field(description="run 随当月结算 · difference 该月已结算，作为差额处理")
    month: str = Field(description="病例所在的结算月份，yyyy-MM")


class DecisionPage(Answer):
    """一页决定。"""

    items: list[DecisionOut]
    next_page_token: str


def _decision(item: pb.Decision) -> dict[str, str]:
    return {name: getattr(item, name) for name in DecisionOut.model_fields}


@router.post("/decisions", summary="执行对病例的决定")
async def apply_decision(body: DecisionIn, caller: Writer) -> AppliedOut:
    """专家评审、单议、违规认定等。更改先前的决定须用新的决定撤销它。"""
    caller.require_bureau()
    answer = await caller.services.month.ApplyDecision(
        pb.ApplyDecisionRequest(request_id=caller.request_id, decision=pb.Decision(**body.model_dump()))
    )
    return AppliedOut(
        **_decision(answer.decision), applied=answer.applied, effect=answer.effect, month=answer.month
    )


@router.get("/decisions", summary="查询对病例的决定")
async def list_decisions(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部可见")] = None,
    hospital_code: Annotated[Code, Query(description="医疗机构编码")] = "",
    case_id: Annotated[Code, Query(description="病例号")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> DecisionPage:
    """医疗机构只看到自己的。"""
    answer = await caller.services.month.ListDecisions(
        pb.ListDecisionsRequest(
            pool=pool or "", hospital_code=hospital_code, case_id=case_id, page_size=page_size,
            page_token=page_token,
        )
    )  # fmt: skip
    return DecisionPage(
        items=[DecisionOut(**_decision(item)) for item in answer.decisions],
        next_page_token=answer.next_page_token,
    )
