"""4101, 4101A: settlement lists 结算清单 come in; 4103: they are given back."""

from __future__ import annotations

from chspay.settlement.v1 import episodes_pb2, settlement_pb2
from chspay_core.case import check_intake
from chspay_core.errors import Fault, Kind
from chspay_core.sandbox import is_sandbox
from chspay_gateway import sandbox
from chspay_gateway.envelope import query, upload
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.node import Node
from chspay_gateway.problems import Faults
from chspay_kit import convert


async def submit(call: Call) -> Outcome:
    """One list, complete in itself: one call to settlement; otherwise it may wait for its other parts."""
    message = call.message
    setlinfo = upload.list_of(message)
    if is_sandbox(message.institution):
        return await _try(call, setlinfo)
    if upload.may_wait(message, setlinfo):
        return await _wait(call, setlinfo)
    case = upload.case_of(message)
    faults = check_intake(case)
    if faults:
        raise Faults(faults)
    done = await call.session.services.settlement.SubmitList(
        settlement_pb2.SubmitListRequest(
            request_id=message.request_id,
            case=convert.case_to_pb(case),
            identity=upload.identity_of(message),
            source=message.source,
            channel="envelope",
        )
    )
    return Outcome(
        _numbered(done.list_id),
        mdtrt_id=setlinfo.text("mdtrt_id"),
        setl_id=setlinfo.text("setl_id"),
        list_id=done.list_id,
    )


async def _try(call: Call, setlinfo: Node) -> Outcome:
    """The list of a test institution: checked and grouped, and nothing stored but here."""
    message = call.message
    case = upload.case_of(message)
    done = await sandbox.take(call.session, call.store, case, message.source)
    found = "" if done.checked is None else f"质控错误{done.checked.errors}项。"
    group = done.group.drg or "未入组"
    return Outcome(
        _numbered(done.list_id),
        f"{sandbox.NOTE}分组结果{group}；{found}",
        mdtrt_id=setlinfo.text("mdtrt_id"),
        setl_id=setlinfo.text("setl_id"),
        list_id=done.list_id,
    )


async def _wait(call: Call, setlinfo: Node) -> Outcome:
    """A list without person and fees: whole at once when the other parts are here, else it waits."""
    message = call.message
    status = setlinfo.text("stas_type")
    done = await call.session.services.episodes.RecordPart(
        episodes_pb2.RecordPartRequest(
            request_id=message.request_id,
            hospital_code=message.institution,
            kind=episodes_pb2.PART_KIND_LIST,
            infno=call.infno,
            msgid=message.msgid,
            mdtrt_id=setlinfo.text("mdtrt_id"),
            setl_id=setlinfo.text("setl_id"),
            identity=upload.identity_of(message),
            facts={"stas_type": status} if status else {},
            case=convert.case_to_pb(upload.partial_case_of(message)),
            source=message.source,
        )
    )
    warning = f"清单已收，尚缺：{'；'.join(done.missing)}" if done.missing else ""
    return Outcome(
        _numbered(done.list_id), warning, done.mdtrt_id, setlinfo.text("setl_id"), list_id=done.list_id
    )


def _numbered(list_id: str) -> dict[str, object]:
    """The list's number in both places in which clients look for it."""
    return {"setl_list_id": list_id, "data": {"setl_list_id": list_id}}


async def find(call: Call) -> Outcome:
    """One list of the asking hospital."""
    try:
        found = await call.session.services.settlement.GetList(query.wanted(call.message))
    except Fault as fault:
        if fault.reason.kind is not Kind.NOT_FOUND:
            raise
        raise Fault(query.NOTHING_FOUND) from fault
    mdtrt_id = await call.store.visit(call.message.institution, found.list.case.case_id)
    return Outcome(query.output_of(found.list, mdtrt_id))
