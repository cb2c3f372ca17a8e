"""Appeals against audits 审核申诉: known here, and answered so, until the national path carries them."""

from __future__ import annotations

from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope.exchange import Call, Outcome

NOT_YET = Reason(
    "FSI_NOT_YET",
    Kind.PRECONDITION,
    "交易{value}（审核申诉、合议和附件）尚未开通，请通过争议处理接口或医保经办机构办理",
)


async def refuse(call: Call) -> Outcome:
    """Says where to go instead."""
    raise Fault(NOT_YET, field="infno", value=call.message.infno)
