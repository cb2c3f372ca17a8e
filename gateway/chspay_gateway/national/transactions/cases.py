"""3601 to 3604, 特病单议: a hospital applies, changes, takes back and follows special-case reviews.

The dictionary of ``exit_type`` is published nowhere: what a sender writes there is kept in the reason and
not judged. The number of an application (``appy_chk_setl_list_id``) is the number of the case. 3602 and 3603
answer ``code`` 0 for what was done; what is refused is refused as everywhere, with infcode -1.
"""

from __future__ import annotations

from chspay.dispute.v1 import cases_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.message import MEMBER_MISSING
from chspay_gateway.envelope.node import Node
from chspay_gateway.envelope.query import NOTHING_FOUND
from chspay_gateway.national.transactions.groups import page_of, paged
from chspay_gateway.national.transactions.values import data_of, needed
from chspay_gateway.rest.cases import day_text

STEP_NOT_NOW = Reason(
    "FSI_CASE_STEP", Kind.CONFLICT, "申请{value}现在是“{state}”，不能再提交或修改；只能查询审核意见"
)
_MOST_PAGES = 20
_PAGE = 1000
_WITHDRAWN = "0"
#: What a change means where the case stands.
_CHANGES = {"DRAFT": "submit", "SUPPLEMENT": "resubmit"}


async def listing(call: Call) -> Outcome:
    """3601: applications of the asking hospital, open ones by their clocks, then the ended ones."""
    node = data_of(call)
    number, size = page = _page(node)
    setl_id, case_no = node.text("setl_id"), node.text("appy_chk_setl_list_id")
    rows = [
        _row(line)
        for closed in (False, True)
        for line in await lines_of(call, pb.CASE_TYPE_SPECIAL_REVIEW, closed=closed)
        if case_no in ("", line.case_no)
    ]
    if setl_id:
        rows = [row for row in rows if await _is_of(call, str(row["appy_chk_setl_list_id"]), setl_id)]
    return Outcome(paged(rows[(number - 1) * size : number * size], len(rows), page))


async def apply(call: Call) -> Outcome:
    """3602: saves an application, filled in from what settlement knows of the list; not handed in yet."""
    node = data_of(call)
    setl_id, reason = needed(node, "setl_id"), needed(node, "exit_rea")
    filed = await call.session.services.disputes.FileCase(
        pb.FileCaseRequest(
            request_id=call.message.request_id,
            type=pb.CASE_TYPE_SPECIAL_REVIEW,
            hospital_code=call.message.institution,
            case_id=setl_id,
            reason=reason,
        )
    )
    return Outcome(_done(filed.case, "已保存，请上传材料后提交"), setl_id=setl_id)


async def change(call: Call) -> Outcome:
    """3603: ``vali_flag`` 0 takes an application back; otherwise it is handed in, or handed in again."""
    node = data_of(call)
    case_no = needed(node, "appy_chk_setl_list_id")
    case = await _case(call, case_no)
    request = pb.ActOnCaseRequest(
        request_id=call.message.request_id,
        case_no=case_no,
        version=case.version,
        reason=node.text("exit_rea"),
    )
    if node.text("vali_flag") == _WITHDRAWN:
        request.event = "withdraw"
    elif case.state in _CHANGES:
        request.event, request.confirmed_digest = _CHANGES[case.state], case.content_digest
    else:
        raise Fault(STEP_NOT_NOW, field="appy_chk_setl_list_id", value=case_no, state=case.state_text)
    done = await call.session.services.disputes.ActOnCase(request)
    return Outcome(_done(done.case, f"已办理，现在是{done.case.state_text}"))


async def opinions(call: Call) -> Outcome:
    """3604: what happened to an application, step by step; a fund's share is not worked out here."""
    node = data_of(call)
    case_no, setl_id = node.text("appy_chk_setl_list_id"), node.text("setl_id")
    if not case_no:
        if not setl_id:
            raise Fault(MEMBER_MISSING, field="data.appy_chk_setl_list_id")
        case_no = await _number_of(call, setl_id)
    case = await _case(call, case_no)
    history = await call.session.services.disputes.GetHistory(pb.GetHistoryRequest(case_no=case_no))
    rows = [
        {
            "appy_chk_setl_list_opnn_id": f"{case_no}/{step.seq}",
            "appy_chk_setl_list_id": case_no,
            "setl_id": case.figures.case_id or None,
            "setl_list_sn": case.figures.list_id or None,
            "drg_dip_exit_opnn_type": step.event,
            "opnn": step.reason or step.text,
            "opnn_time": f"{day_text(step.day)} 00:00:00",
            "opnn_exit_type": None,
            "opnn_resper_name": step.actor or None,
            "drg_admdvs": case.pool,
            "vali_flag": "1",
            "poolarea_no": case.pool,
        }
        for step in history.steps
    ]
    return Outcome({"preSetl_invy_evt_list": [], "appy_chk_opnn_evt_list": rows})


def _page(node: Node) -> tuple[int, int]:
    """The page; this module of the platform also writes pageNum and pageSize, which reads alike."""
    return page_of(node)


async def lines_of(call: Call, kind: pb.CaseType, *, closed: bool) -> list[pb.CaseLine]:
    """Every case of a kind of the hospital; a hospital has hundreds, so the pages end soon."""
    found: list[pb.CaseLine] = []
    token = ""
    for _ in range(_MOST_PAGES):
        answer = await call.session.services.disputes.ListCases(
            pb.ListCasesRequest(
                hospital_code=call.message.institution,
                type=kind,
                closed=closed,
                page_size=_PAGE,
                page_token=token,
            )
        )
        found += answer.cases
        token = answer.next_page_token
        if not token:
            break
    return found


async def _case(call: Call, case_no: str) -> pb.Case:
    try:
        found: pb.GetCaseResponse = await call.session.services.disputes.GetCase(
            pb.GetCaseRequest(case_no=case_no)
        )
    except Fault as fault:
        if fault.reason.kind is Kind.NOT_FOUND:
            raise Fault(NOTHING_FOUND, field="appy_chk_setl_list_id", value=case_no) from fault
        raise
    return found.case


async def _is_of(call: Call, case_no: str, setl_id: str) -> bool:
    return (await _case(call, case_no)).figures.case_id == setl_id


async def _number_of(call: Call, setl_id: str) -> str:
    """The newest application for a settlement."""
    for closed in (False, True):
        for line in reversed(await lines_of(call, pb.CASE_TYPE_SPECIAL_REVIEW, closed=closed)):
            if await _is_of(call, line.case_no, setl_id):
                return line.case_no
    raise Fault(NOTHING_FOUND, field="setl_id", value=setl_id)


def _row(line: pb.CaseLine) -> dict[str, object]:
    return {
        "appy_chk_setl_list_id": line.case_no,
        "serv_matt_inst_id": line.case_no,
        "serv_matt_node_inst_id": line.state,
        "setl_listsn": line.list_id or None,
        "fixmedins_code": line.hospital_code,
        "fixmedins_name": None,
        "drg_codg": line.drg or None,
        "drg_name": None,
        "medfee_sumamt": fen_to_yuan(line.cost_fen),
        "vali_flag": "0" if line.state == "WITHDRAWN" else "1",
        "memo": line.state_text,
        "crte_time": f"{day_text(line.filed)} 00:00:00" if day_text(line.filed) else None,
        "drg_admdvs": line.pool,
        "poolarea_no": line.pool,
    }


def _done(case: pb.Case, text: str) -> dict[str, object]:
    told = {"code": 0, "message": f"申请{case.case_no}{text}", "type": "success"}
    return {"data": told | {"appy_chk_setl_list_id": case.case_no}}
