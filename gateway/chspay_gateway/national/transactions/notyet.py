"""Transactions of the dispute service: known here, and answered so, until that service carries them."""

from __future__ import annotations

from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope.exchange import Call, Outcome

NOT_YET = Reason(
    "FSI_NOT_YET",
    Kind.PRECONDITION,
    "交易{value}（特病单议、审核申诉）尚未开通，请先通过医保经办机构线下办理，开通后会另行通知",
)


async def refuse(call: Call) -> Outcome:
    """Says that it will come, and where to go until then."""
    raise Fault(NOT_YET, field="infno", value=call.message.infno)
