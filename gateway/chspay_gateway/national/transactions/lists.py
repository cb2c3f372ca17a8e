"""4101, 4101A: settlement lists 结算清单 come in; 4103: they are given back."""

from __future__ import annotations

from chspay.settlement.v1 import settlement_pb2
from chspay_core.case import check_intake
from chspay_core.errors import Fault, Kind
from chspay_gateway.envelope import query, upload
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.problems import Faults
from chspay_kit import convert


async def submit(call: Call) -> Outcome:
    """One list, complete in itself: one call to settlement."""
    message = call.message
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
    setlinfo = upload.list_of(message)
    return Outcome(
        {"setl_list_id": done.list_id, "data": {"setl_list_id": done.list_id}},
        mdtrt_id=setlinfo.text("mdtrt_id"),
        setl_id=setlinfo.text("setl_id"),
        list_id=done.list_id,
    )


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
