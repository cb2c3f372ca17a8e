"""Settlement's ledger as capitation sees it: takes payments once, shows them, and may lose its answers."""

from __future__ import annotations

from typing import Any

import capitation_world as cw

from chspay.settlement.v1 import others_pb2
from chspay_core.errors import Fault, Kind, Reason

LOST = Reason("ANSWER_LOST", Kind.INTERNAL, "账簿已入账，回执丢失：{value}。")
_PAGE = 2


class Ledger(cw.Books):
    """Pages of two; a payment whose source ends as ``loses`` is kept, and its answer is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.loses: tuple[str, ...] = ()

    async def PutOtherPayment(self, request: Any, context: Any) -> Any:
        assert request.source_id not in self.booked
        assert not request.corrects or request.corrects in self.booked
        answer = await super().PutOtherPayment(request, context)
        if request.source_id.endswith(self.loses):
            raise Fault(LOST, value=request.source_id)
        return answer

    async def ListOtherPayments(self, request: Any, _context: Any) -> Any:
        assert (request.year, request.month, request.payee) == (0, "", "")
        held = [
            others_pb2.OtherPayment(
                payment_id=f"OP-{source}", batch_id="B1",
                **{
                    name: getattr(kept, name)
                    for name in ("source_service", "source_id", "corrects", "pool", "month", "method",
                                 "payee", "amount_fen", "insurance_type", "fund_book")
                },
            )
            for source, kept in sorted(self.booked.items())
            if (kept.pool, kept.method) == (request.pool, request.method)
        ]  # fmt: skip
        start = int(request.page_token or 0)
        more = str(start + _PAGE) if start + _PAGE < len(held) else ""
        return others_pb2.ListOtherPaymentsResponse(
            payments=held[start : start + _PAGE], next_page_token=more
        )

    def sums(self) -> dict[str, int]:
        """All the ledger holds, by insurance, fen."""
        found: dict[str, int] = {}
        for kept in self.booked.values():
            found[kept.insurance_type] = found.get(kept.insurance_type, 0) + kept.amount_fen
        return found
