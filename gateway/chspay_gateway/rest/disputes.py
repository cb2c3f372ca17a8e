"""Disputes over HTTP: file, act, attach, follow."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from chspay.dispute.v1 import cases_pb2 as pb
from chspay_core.amounts import decimal_text, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.disputes_shapes import (
    CaseTypeText,
    CheckIn,
    CheckOut,
    DecisionIn,
    DisputeIn,
    DisputeOut,
    DisputePage,
    EventIn,
    SignatureIn,
    StatedIn,
    check_out,
    dispute_out,
    line_out,
)
from chspay_gateway.rest.types import Answer, Code, Day, PageSize, PageToken, Region
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb, decimal_to_pb

router = APIRouter(prefix="/api/v1/disputes", tags=["争议处理"])
CaseNo = Annotated[Code, Path(description="案件编号")]


class QuotaOut(Answer):
    """一项限额。"""

    limit: int | None = Field(description="上限；空为没有规定")
    used: int
    left: int | None = Field(description="余量；空为没有规定上限")
    worksheet: WorksheetOut


class QuotasOut(Answer):
    """一个申报周期的限额。"""

    cycle: str
    window_since: str | None = Field(description="申报窗口第一天")
    window_until: str | None = Field(description="申报窗口最后一天")
    open: bool = Field(description="现在是否开放")
    drg: QuotaOut | None = Field(description="统筹区按DRG结算病例的限额")
    dip: QuotaOut | None = Field(description="统筹区按DIP结算病例的限额")
    hospital: QuotaOut | None = Field(description="本机构的限额")
    swaps: QuotaOut | None = Field(description="年度清算前可以调换的病例")


@router.post("", summary="提出争议申请", status_code=201)
async def file_case(caller: Writer, body: DisputeIn) -> DisputeOut:
    """由系统按清单、分组和对账单预填，成为待提交的申请；上传材料后再提交。"""
    request = pb.FileCaseRequest(
        request_id=caller.request_id,
        type=pb.CaseType.Name(int(body.type[1:])),
        list_id=body.list_id,
        hospital_code=body.hospital_code,
        case_id=body.case_id,
        pool=body.pool or "",
        subject_ref=body.subject_ref,
        disputed_fen=yuan_to_fen(body.disputed),
        reason=body.reason,
        stated=_stated(body.stated),
    )
    return dispute_out((await caller.services.disputes.FileCase(request)).case)


@router.get("", summary="查询案件队列")
async def list_cases(  # noqa: PLR0913, PLR0917 - one parameter of the query each
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部")] = None,
    hospital_code: Annotated[Code, Query(description="医疗机构代码；不填为全部")] = "",
    state: Annotated[Code, Query(description="状态；不填为全部")] = "",
    type: Annotated[CaseTypeText | None, Query(description="争议种类；不填为全部")] = None,
    cycle: Annotated[Code, Query(description="申报周期，如2026Q1")] = "",
    overdue: Annotated[bool, Query(description="只看逾期的")] = False,
    mine: Annotated[bool, Query(description="只看当前身份可以办理的")] = False,
    closed: Annotated[bool, Query(description="看已办结的")] = False,
    due_until: Annotated[Day | None, Query(description="期限不晚于")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> DisputePage:
    """未办结的按最近的期限排列。医疗机构只看到自己的，经办机构看到所辖地区的。"""
    request = pb.ListCasesRequest(
        pool=pool or "",
        hospital_code=hospital_code,
        state=state,
        type=pb.CaseType.Name(int(type[1:])) if type else None,
        cycle=cycle,
        overdue=overdue,
        mine=mine,
        closed=closed,
        due_until=None if due_until is None else date_to_pb(due_until),
        page_size=page_size,
        page_token=page_token,
    )
    answer = await caller.services.disputes.ListCases(request)
    return DisputePage.model_construct(
        items=[line_out(item) for item in answer.cases], next_page_token=answer.next_page_token
    )


@router.post("/check", summary="申请前核对清单")
async def check_list(caller: Caller, body: CheckIn) -> CheckOut:
    """清单能否申请特例单议，符合哪些标准，窗口何时开放；不保存任何内容。"""
    request = pb.CheckListRequest(
        list_id=body.list_id,
        hospital_code=body.hospital_code,
        case_id=body.case_id,
        stated=_stated(body.stated),
    )
    return check_out(await caller.services.disputes.CheckList(request))


@router.get("/quota", summary="查询申报限额")
async def get_quota(
    caller: Caller,
    pool: Annotated[Region, Query(description="统筹区代码")],
    cycle: Annotated[Code, Query(description="申报周期；不填为正在申报或当前的周期")] = "",
    hospital_code: Annotated[Code, Query(description="医疗机构代码；医疗机构可以不填")] = "",
) -> QuotasOut:
    """由已结算的出院病例和已占用的申请算出。"""
    answer = await caller.services.disputes.GetQuota(
        pb.GetQuotaRequest(pool=pool, cycle=cycle, hospital_code=hospital_code)
    )
    return QuotasOut.model_construct(
        cycle=answer.cycle,
        window_since=day_text(answer.window_since),
        window_until=day_text(answer.window_until),
        open=answer.open,
        drg=_quota(answer, "drg"),
        dip=_quota(answer, "dip"),
        hospital=_quota(answer, "hospital"),
        swaps=_quota(answer, "swaps"),
    )


@router.get("/{case_no}", summary="读取案件")
async def get_case(caller: Caller, case_no: CaseNo) -> DisputeOut:
    """案件的全部内容、现在可以办理的事项和裁定。"""
    return dispute_out((await caller.services.disputes.GetCase(pb.GetCaseRequest(case_no=case_no))).case)


@router.post("/{case_no}/events", summary="办理案件")
async def act(caller: Writer, case_no: CaseNo, body: EventIn) -> DisputeOut:
    """提交、受理、退回、初审、复审、告知、签收、复核、异议、入账等；抽取和评议另有接口。"""
    plain = ("event", "version", "reason", "confirmed_digest", "checked", "unrelated", "lacking", "ground",
             "opinion", "document", "objector", "contact", "decision_no")  # fmt: skip
    request = pb.ActOnCaseRequest(
        request_id=caller.request_id,
        case_no=case_no,
        decision=None if body.decision is None else _decision(body.decision),
        **{name: getattr(body, name) for name in plain},
    )
    return dispute_out((await caller.services.disputes.ActOnCase(request)).case)


@router.post("/{case_no}/signatures", summary="签署裁定书")
async def sign(caller: Writer, case_no: CaseNo, body: SignatureIn) -> DisputeOut:
    """裁定书由两人签署：一人在此签署，另一人告知结果。受理人和初审人不能签署。"""
    request = pb.SignDecisionRequest(
        request_id=caller.request_id, case_no=case_no, outcome_digest=body.digest
    )
    return dispute_out((await caller.services.disputes.SignDecision(request)).case)


def _stated(body: StatedIn | None) -> pb.Stated:
    if body is None:
        return pb.Stated()
    return pb.Stated(
        vent_hours=body.vent_hours,
        organ_support=body.organ_support,
        transferred=body.transferred,
        departments=body.departments,
        items=body.items,
    )


def _decision(body: DecisionIn) -> pb.Decision:
    return pb.Decision(
        outcome=f"OUTCOME_{body.outcome}",
        reasons=body.reasons,
        cites=body.cites,
        unreasonable_fen=yuan_to_fen(body.unreasonable),
        points=decimal_to_pb(decimal_text(body.points, "points")) if body.points else None,
        drg=body.drg,
        restored_fen=yuan_to_fen(body.restored),
    )


def _quota(answer: pb.GetQuotaResponse, name: str) -> QuotaOut | None:
    if not answer.HasField(name):
        return None
    item: pb.Quota = getattr(answer, name)
    return QuotaOut.model_construct(
        limit=item.limit if item.HasField("limit") else None,
        used=item.used,
        left=item.left if item.HasField("left") else None,
        worksheet=worksheet_out(item.worksheet),
    )
