"""What belongs to a dispute over HTTP: papers, history, clocks, figures; the machine it goes through."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Path, Query, Response
from pydantic import Field

from chspay.dispute.v1 import cases_pb2 as pb
from chspay.dispute.v1 import machines_pb2
from chspay_gateway.rest.answers import WorksheetOut, points_text, worksheet_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.disputes_shapes import PaperOut, paper_out
from chspay_gateway.rest.types import Answer, Code, Line
from chspay_gateway.session import Caller, Writer

PATH = "/api/v1/disputes"
#: Papers come as files; the service holds them to its own bounds.
PAPERS_PATH = f"{PATH}/attachments"
MAX_PAPER = 11 << 20
router = APIRouter(prefix=PATH, tags=["争议处理"])
CaseNo = Annotated[Code, Path(description="案件编号")]


class StepOut(Answer):
    """办理过程中的一步。"""

    seq: int
    event: str
    text: str
    from_text: str
    to_text: str
    role: str
    actor: str = Field(description="办理人账号；医疗机构看不到经办人和专家")
    day: str | None
    reason: str
    documents: list[str]
    digest: str = Field(description="本步的SM3，含上一步")
    calendar: str = Field(description="工作日历的版本")
    policy_digest: str


class HistoryOut(Answer):
    """办理过程，只增不改。"""

    items: list[StepOut]
    intact: bool = Field(description="逐步相连且与案件现在的状态相符")


class DeadlineOut(Answer):
    """一个期限。"""

    clock: str
    text: str
    kind: str = Field(description="due 到期 · remind 提醒")
    due: str | None
    due_at: str = Field(description="届满的时刻，UTC，RFC 3339")
    state: str = Field(description="waiting 进行中 · fired 已届满 · stopped 已停止 · failed 须人工处理")
    event: str = Field(description="届满后自动办理的事项")
    left_wd: int | None = Field(description="中断时剩余的工作日")
    calendar: str


class ReminderOut(Answer):
    """期限发出的提醒。"""

    clock: str
    text: str
    kind: str = Field(description="remind 将到期 · overdue 已逾期 · moved 已自动办理 · failed 须人工处理")
    roles: list[str]
    day: str | None


class DeadlinesOut(Answer):
    """案件的全部期限和提醒。"""

    items: list[DeadlineOut]
    reminders: list[ReminderOut]


class ExplanationOut(Answer):
    """为什么可以申请，裁定怎样算出来。"""

    criteria: WorksheetOut | None
    decision: WorksheetOut | None
    policy_digest: str
    point_value_delta: str | None = Field(description="裁定使当月点值变化多少（元/点，十进制文本）")


class StateOut(Answer):
    """状态机的一个状态。"""

    state: str
    text: str
    final: bool


class TransitionOut(Answer):
    """状态机的一个环节。"""

    source: str
    event: str
    target: str
    text: str
    roles: list[str]
    guards: list[str] = Field(description="须满足的条件")
    clock: str
    documents: list[str]


class MachineOut(Answer):
    """状态机。"""

    machine: str
    title: str
    start: str
    states: list[StateOut]
    transitions: list[TransitionOut]


@router.get("/machine", summary="查询状态机")
async def get_machine(
    caller: Caller,
    owner: Annotated[Code, Query(description="case 争议案件 · topic 协商议题")] = "case",
) -> MachineOut:
    """全部状态和环节：由谁办理、须满足什么、有什么期限和文书。"""
    answer = await caller.services.dispute.GetMachine(machines_pb2.GetMachineRequest(owner=owner))
    return MachineOut.model_construct(
        machine=answer.machine,
        title=answer.title,
        start=answer.start,
        states=[
            StateOut.model_construct(state=item.state, text=item.text, final=item.final)
            for item in answer.states
        ],
        transitions=[
            TransitionOut.model_construct(
                source=getattr(item, "from"),
                event=item.event,
                target=item.to,
                text=item.text,
                roles=list(item.roles),
                guards=list(item.guards),
                clock=item.clock,
                documents=list(item.documents),
            )
            for item in answer.transitions
        ],
    )


@router.post("/attachments", summary="上传材料", status_code=201)
async def attach(
    caller: Writer,
    case_no: Annotated[Code, Query(description="案件编号", min_length=1)],
    kind: Annotated[Code, Query(description="材料种类，如 reason records consent supplement", min_length=1)],
    file_name: Annotated[Line, Query(description="文件名，含扩展名", min_length=1)],
    file: Annotated[bytes, File(description="PDF、JPEG、PNG、文本、CSV、XLSX或DOCX，不超过10兆字节")],
) -> PaperOut:
    """逐份检查内容后保存，并给出SM3摘要；含脚本和宏的文件不予接受。"""
    request = pb.AttachFileRequest(
        request_id=caller.request_id, case_no=case_no, kind=kind, file_name=file_name, content=file
    )
    return paper_out((await caller.services.disputes.AttachFile(request)).attachment)


@router.get("/{case_no}/history", summary="查询办理过程")
async def history(caller: Caller, case_no: CaseNo) -> HistoryOut:
    """每一步由谁、何时、凭什么办理，以及各步相连的SM3。"""
    answer = await caller.services.disputes.GetHistory(pb.GetHistoryRequest(case_no=case_no))
    names = ("seq", "event", "text", "from_text", "to_text", "role", "actor", "reason", "digest",
             "calendar", "policy_digest")  # fmt: skip
    return HistoryOut.model_construct(
        items=[
            StepOut.model_construct(
                **{name: getattr(item, name) for name in names},
                day=day_text(item.day),
                documents=list(item.documents),
            )
            for item in answer.steps
        ],
        intact=answer.intact,
    )


@router.get("/{case_no}/deadlines", summary="查询期限")
async def deadlines(caller: Caller, case_no: CaseNo) -> DeadlinesOut:
    """案件的每个期限、它的工作日历版本和已发出的提醒。"""
    answer = await caller.services.disputes.ListDeadlines(pb.ListDeadlinesRequest(case_no=case_no))
    return DeadlinesOut.model_construct(
        items=[
            DeadlineOut.model_construct(
                clock=item.clock,
                text=item.text,
                kind=item.kind,
                due=day_text(item.due),
                due_at=item.due_at.ToJsonString(),
                state=item.state,
                event=item.event,
                left_wd=item.left_wd if item.HasField("left_wd") else None,
                calendar=item.calendar,
            )
            for item in answer.deadlines
        ],
        reminders=[
            ReminderOut.model_construct(
                clock=item.clock,
                text=item.text,
                kind=item.kind,
                roles=list(item.roles),
                day=day_text(item.day),
            )
            for item in answer.reminders
        ],
    )


@router.get("/{case_no}/explanation", summary="查询案件的计算")
async def explanation(caller: Caller, case_no: CaseNo) -> ExplanationOut:
    """特例标准逐行的依据，裁定的点数和金额怎样算出，对点值有什么影响。"""
    answer = await caller.services.disputes.ExplainCase(pb.ExplainCaseRequest(case_no=case_no))
    return ExplanationOut.model_construct(
        criteria=worksheet_out(answer.criteria) if answer.HasField("criteria") else None,
        decision=worksheet_out(answer.decision) if answer.HasField("decision") else None,
        policy_digest=answer.policy_digest,
        point_value_delta=points_text(answer.point_value_delta),
    )


@router.get("/{case_no}/attachments/{attachment_id}", summary="下载材料", response_class=Response)
async def download(
    caller: Caller, case_no: CaseNo, attachment_id: Annotated[Code, Path(description="材料编号")]
) -> Response:
    """只有看得到案件的人能下载；总是作为附件保存，不在浏览器里打开。"""
    answer = await caller.services.disputes.GetAttachment(
        pb.GetAttachmentRequest(case_no=case_no, attachment_id=attachment_id)
    )
    held = answer.attachment
    return Response(
        content=answer.content,
        media_type=held.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(held.file_name)}",
            "X-Content-Type-Options": "nosniff",
            "X-Content-SM3": held.digest,
        },
    )
