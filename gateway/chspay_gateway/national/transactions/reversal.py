"""2601 冲正: the message named has no effect any more, whether it came before or is still on its way."""

from __future__ import annotations

from chspay.settlement.v1 import episodes_pb2 as pb
from chspay_core.errors import Fault
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.query import NOTHING_FOUND
from chspay_gateway.national.transactions.values import data_of, needed


async def reverse(call: Call) -> Outcome:
    """Takes a 2304 or 2401 back.

    :raises Fault: FSI_NOT_FOUND when the message is not here; the reversal is kept all the same.
    """
    node = data_of(call)
    message = call.message
    done = await call.session.services.episodes.RecordPart(
        pb.RecordPartRequest(
            request_id=message.request_id,
            hospital_code=message.institution,
            kind=pb.PART_KIND_REVERSAL,
            infno=call.infno,
            msgid=message.msgid,
            reversed_infno=needed(node, "oinfno"),
            reversed_msgid=needed(node, "omsgid"),
        )
    )
    if not (done.mdtrt_id or done.setl_id):
        raise Fault(NOTHING_FOUND, field="omsgid", value=node.text("omsgid"))
    return Outcome({}, done.warning, done.mdtrt_id, done.setl_id)
