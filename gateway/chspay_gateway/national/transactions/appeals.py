"""3701 to 3704, 审核申诉: a hospital appeals against deductions, asks for 合议 and follows both.

A document (``docId``) is a settlement, a suspicion (``docSusptId``) the number of one deduction of it. An
appeal is a deduction case of the dispute service about both; 合议 is its one reconsideration. Every suspicion
of a message is taken or refused for itself; one that was refused leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

import orjson

from chspay.dispute.v1 import cases_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.message import MEMBER_MISSING
from chspay_gateway.envelope.node import Node
from chspay_gateway.envelope.query import NOTHING_FOUND
from chspay_gateway.national.transactions.appeal_files import files_of
from chspay_gateway.national.transactions.appeal_files import upload as attach
from chspay_gateway.national.transactions.cases import STEP_NOT_NOW, lines_of
from chspay_gateway.national.transactions.values import data_of, needed, number
from chspay_gateway.reasons import NOT_YOURS
from chspay_gateway.rest.cases import day_text

__all__ = ["appeal", "attach", "listing", "reconsider"]

STAGE_BAD = Reason("FSI_APPEAL_STAGE", Kind.INVALID, "stage应为1（申诉）或2（合议申请），收到“{value}”。")
FLAG_BAD = Reason("FSI_APPEAL_FLAG", Kind.INVALID, "applyFlag应为0或1，收到“{value}”。")
_DEDUCTION = pb.CASE_TYPE_DEDUCTION
#: States in which nobody has told the hospital anything yet.
_FIRST = frozenset(
    {"SUBMITTED", "SUPPLEMENT", "ACCEPTED", "COUNTY_DONE", "CITY_REVIEW", "SUSPENDED", "PANEL_FORMING",
     "PANEL_REVIEW", "PROV_REVIEW", "DECIDED"}
)  # fmt: skip
#: States that were never an appeal, or are none any more.
_GONE = frozenset({"DRAFT", "WITHDRAWN", "EXPIRED", "INADMISSIBLE"})
_TAKEN, _FAILED, _NO, _YES = "0", "1", "0", "1"
#: Faults that are no answer to what was asked: the whole message may come again.
_LATER = frozenset({Kind.UNAVAILABLE, Kind.INTERNAL})
_LONGEST_WHY, _LONGEST_SHORT = 500, 50
_MOST_ROWS = 100
_Take = Callable[[Call, str, Node], Awaitable[None]]


async def listing(call: Call) -> Outcome:
    """3701: deductions appealed against in a span of days; ``stage`` 1 open, 2 told and open to 合议."""
    node = _input(call)
    stage = needed(node, "stage")
    if stage not in {"1", "2"}:
        raise Fault(STAGE_BAD, field="stage", value=stage)
    first, last = _day(node, "startTime"), _day(node, "endTime")
    page = max(node.whole("currentPage") or 1, 1)
    size = min(max(node.whole("pageSize") or _MOST_ROWS, 1), _MOST_ROWS)
    documents: dict[str, list[pb.CaseLine]] = {}
    for closed in (False, True):
        for line in await lines_of(call, _DEDUCTION, closed=closed):
            filed = day_text(line.filed) or ""
            wanted = line.state not in _GONE and (line.state in _FIRST) is (stage == "1")
            if wanted and first.isoformat() <= filed <= last.isoformat():
                documents.setdefault(line.list_id, []).append(line)
    shown = list(documents.values())[(page - 1) * size : page * size]
    rows = [_document([await _case(call, line.case_no) for line in lines]) for lines in shown]
    return Outcome({"recordCounts": len(documents), "pageSize": size, "pageNum": page, "data": rows})


async def appeal(call: Call) -> Outcome:
    """3702: files and hands in an appeal for every suspicion marked 1, and nothing for one marked 0."""
    return await _each(call, _appealed)


async def reconsider(call: Call) -> Outcome:
    """3703: asks for 合议, once, over what was told; a suspicion marked 0 is left to its clock."""
    return await _each(call, _reconsidered)


async def _each(call: Call, take: _Take) -> Outcome:
    documents = _input(call).rows("docs", ("docId",))
    if not documents:
        raise Fault(MEMBER_MISSING, field="docs")
    return Outcome([await _taken(call, document, take) for document in documents])


async def _taken(call: Call, document: Node, take: _Take) -> dict[str, object]:
    """What became of every suspicion of a document; a document failed when all of them did."""
    doc_id = needed(document, "docId")
    results = [
        await _result(call, doc_id, suspicion, take)
        for suspicion in document.rows("docSusptDTOS", ("docSusptId",))
    ]
    failed = all(result["susptCode"] == _FAILED for result in results)
    reason = "没有疑点" if not results else "疑点均未受理"
    return {
        "docCode": _FAILED if failed else _TAKEN,
        "docId": doc_id,
        "docReason": reason[:_LONGEST_SHORT] if failed else None,
        "docsuspt": results,
    }


async def _result(call: Call, doc_id: str, suspicion: Node, take: _Take) -> dict[str, object]:
    told: dict[str, object] = {"susptId": suspicion.text("docSusptId"), "susptCode": _TAKEN}
    try:
        flag = needed(suspicion, "applyFlag")
        if flag not in {_NO, _YES}:
            raise Fault(FLAG_BAD, field="applyFlag", value=flag)
        if flag == _YES:
            await take(call, doc_id, suspicion)
    except Fault as fault:
        if fault.reason.kind in _LATER:
            raise
        why = f"{fault.message}（{fault.reason.code}）"
        return told | {"susptCode": _FAILED, "susptReason": why[:_LONGEST_WHY]}
    return told | {"susptReason": None}


async def _appealed(call: Call, doc_id: str, suspicion: Node) -> None:
    """Files, attaches and hands in; a draft that cannot be handed in is taken back."""
    amount = suspicion.fen("susptAmt")
    if amount is None:
        raise Fault(MEMBER_MISSING, field="susptAmt")
    files = await files_of(call, needed(suspicion, "attUploadId"))
    disputes, request = call.session.services.disputes, _request(call, doc_id, suspicion)
    filed = await disputes.FileCase(
        pb.FileCaseRequest(
            request_id=f"{request}/file",
            type=_DEDUCTION,
            hospital_code=call.message.institution,
            case_id=doc_id,
            subject_ref=needed(suspicion, "docSusptId"),
            disputed_fen=amount,
            reason=needed(suspicion, "auditOpinion"),
        )
    )
    case: pb.Case = filed.case
    try:
        await _papers(call, case.case_no, "reason", files, request)
        await disputes.ActOnCase(
            pb.ActOnCaseRequest(
                request_id=f"{request}/submit",
                case_no=case.case_no,
                event="submit",
                confirmed_digest=case.content_digest,
            )
        )
    except Fault as fault:
        if fault.reason.kind not in _LATER:
            await disputes.ActOnCase(
                pb.ActOnCaseRequest(
                    request_id=f"{request}/back", case_no=case.case_no, event="withdraw", reason=fault.message
                )
            )
        raise


async def _reconsidered(call: Call, doc_id: str, suspicion: Node) -> None:
    """Asks for the reconsideration of the appeal about this suspicion.

    :raises Fault: FSI_CASE_STEP before the result was told, or once it was accepted.
    """
    amount, opinion = suspicion.fen("susptAmt"), needed(suspicion, "auditOpinion")
    if amount is None:
        raise Fault(MEMBER_MISSING, field="susptAmt")
    files = await files_of(call, needed(suspicion, "attUploadId"))
    case = await _about(call, doc_id, needed(suspicion, "docSusptId"))
    if case.state != "NOTIFIED":
        raise Fault(STEP_NOT_NOW, field="docSusptId", value=case.case_no, state=case.state_text)
    request = _request(call, doc_id, suspicion)
    await _papers(call, case.case_no, "evidence", files, request)
    await call.session.services.disputes.ActOnCase(
        pb.ActOnCaseRequest(
            request_id=f"{request}/reconsider",
            case_no=case.case_no,
            event="request_reconsider",
            reason=f"{opinion}（争议金额{fen_to_yuan(amount)}元）",
        )
    )


async def _papers(
    call: Call, case_no: str, kind: str, files: Sequence[tuple[str, bytes]], request: str
) -> None:
    for at, (name, content) in enumerate(files):
        await call.session.services.disputes.AttachFile(
            pb.AttachFileRequest(
                request_id=f"{request}/paper/{at}",
                case_no=case_no,
                kind=kind,
                file_name=name,
                content=content,
            )
        )


async def _about(call: Call, doc_id: str, suspicion_id: str) -> pb.Case:
    """The open appeal about a suspicion.

    :raises Fault: FSI_NOT_FOUND.
    """
    for line in reversed(await lines_of(call, _DEDUCTION, closed=False)):
        if line.state not in _GONE:
            case = await _case(call, line.case_no)
            if (case.figures.case_id, case.subject_ref) == (doc_id, suspicion_id):
                return case
    raise Fault(NOTHING_FOUND, field="docSusptId", value=suspicion_id)


async def _case(call: Call, case_no: str) -> pb.Case:
    found: pb.GetCaseResponse = await call.session.services.disputes.GetCase(
        pb.GetCaseRequest(case_no=case_no)
    )
    return found.case


def _request(call: Call, doc_id: str, suspicion: Node) -> str:
    """A name for what is done about a suspicion: the same message does it once."""
    about = orjson.dumps([call.message.request_id, doc_id, suspicion.text("docSusptId")])
    return f"fsi:{sm3_hex(about)[:48]}"


def _input(call: Call) -> Node:
    """What was asked, for the asking hospital only.

    :raises Fault: NOT_YOURS.
    """
    node = data_of(call)
    named, own = node.text("medinsCodg"), call.message.institution
    if named not in {"", own}:
        raise Fault(NOT_YOURS, field="medinsCodg", value=named, own=own)
    return node


def _day(node: Node, name: str) -> date:
    found = node.day(name)
    if found is None:
        raise Fault(MEMBER_MISSING, field=name)
    return found


def _document(cases: Sequence[pb.Case]) -> dict[str, object]:
    """A settlement with its suspicions; nobody is named."""
    first = cases[0]
    told = [case for case in cases if case.state == "NOTIFIED"]
    return {
        "rid": first.case_no,
        "docId": first.figures.case_id,
        "taskId": first.case_no,
        "taskIds": [case.case_no for case in cases],
        "mdtrtsn": first.figures.case_id,
        "admdvs": first.region_code,
        "poolareaNo": first.pool,
        "medinsId": first.hospital_code,
        "medinsName": first.hospital_name or None,
        "admTime": day_text(first.figures.admission),
        "dscgTime": day_text(first.figures.discharge),
        "applDdln": min((day_text(case.due) or "" for case in told), default="") or None,
        "docSusptDTOS": [_suspicion(case) for case in cases],
    }


def _suspicion(case: pb.Case) -> dict[str, object]:
    decision = next((item.decision for item in case.decisions if not item.dropped), None)
    told = decision is not None and case.state not in _FIRST
    return {
        "docId": case.figures.case_id,
        "docSusptId": case.subject_ref,
        "rid": case.case_no,
        "taskId": case.case_no,
        "taskName": case.type_name,
        "poolareaNo": case.pool,
        "admdvs": case.region_code,
        "applFlag": _YES,
        "applAmt": number(fen_to_yuan(case.disputed_fen)),
        "applRea": case.reason,
        "applTime": day_text(case.filed),
        "applUpldAttFlag": _NO if case.attachments else _YES,
        "appyClglFlag": _YES if case.state == "RECONSIDER" else _NO,
        "clglCcls": decision.reasons if told and decision is not None else None,
        "passRvisAmt": number(fen_to_yuan(decision.restored_fen)) if told and decision is not None else None,
        "chkerName": None,
        "susptStasName": case.state_text,
        "violationDetailIds": [],
    }
