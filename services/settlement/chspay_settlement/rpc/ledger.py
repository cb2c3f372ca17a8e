"""The ledger over gRPC: statements of account, verification, advances and payment orders."""

from __future__ import annotations

from typing import Any

from chspay.settlement.v1 import ledger_pb2 as pb
from chspay.settlement.v1 import ledger_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit import paging
from chspay_kit.convert import date_from_pb, date_to_pb
from chspay_settlement import faults
from chspay_settlement.app.reading import ledger_view
from chspay_settlement.app.year import payments
from chspay_settlement.rpc import refs
from chspay_settlement.store.accounts import Line
from chspay_settlement.store.payments import Order

NAME = "chspay.settlement.v1.LedgerService"
Context = Any


class LedgerServicer(ledger_pb2_grpc.LedgerServiceServicer):
    """Serves ``LedgerService``."""

    WRITES = frozenset({"PayAdvance", "CreatePaymentOrder"})

    async def GetAccount(self, request: pb.GetAccountRequest, _context: Context) -> pb.GetAccountResponse:
        """An institution's lines in the order they were posted."""
        query = ("account", request.pool, request.hospital_code, str(request.year))
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or []
        found = await ledger_view.statement(
            request.pool, request.hospital_code, request.year, after, limit + 1
        )
        last = found[limit - 1] if len(found) > limit else None
        return pb.GetAccountResponse(
            lines=[line_to_pb(line) for line in found[:limit]],
            next_page_token=paging.encode(query, [last.seq, last.line_no]) if last else "",
        )

    async def VerifyLedger(
        self, request: pb.VerifyLedgerRequest, _context: Context
    ) -> pb.VerifyLedgerResponse:
        """Whether every batch is as it was posted."""
        proof = await ledger_view.verify(request.pool)
        return pb.VerifyLedgerResponse(batches=proof.batches, head=proof.head, faults=proof.faults)

    async def PayAdvance(self, request: pb.PayAdvanceRequest, _context: Context) -> pb.PayAdvanceResponse:
        """Books an advance."""
        batch_id = await payments.advance(
            request.request_id, request.pool, request.year, request.hospital_code, request.amount_fen
        )
        return pb.PayAdvanceResponse(batch_id=batch_id)

    async def CreatePaymentOrder(
        self, request: pb.CreatePaymentOrderRequest, _context: Context
    ) -> pb.CreatePaymentOrderResponse:
        """Makes a payment order of everything a pool owes."""
        if not request.HasField("pay_on"):
            raise Fault(faults.FIELD_MISSING, field="pay_on")
        pay_on = date_from_pb(request.pay_on, "pay_on")
        order = await payments.order(request.pool, pay_on, request.memo, set_off=request.set_off)
        return pb.CreatePaymentOrderResponse(order=order_to_pb(order))

    async def GetPaymentOrder(
        self, request: pb.GetPaymentOrderRequest, _context: Context
    ) -> pb.GetPaymentOrderResponse:
        """An order with its file."""
        order = await payments.get(request.order_no)
        return pb.GetPaymentOrderResponse(order=order_to_pb(order), content=order.content)

    async def ListPaymentOrders(
        self, request: pb.ListPaymentOrdersRequest, _context: Context
    ) -> pb.ListPaymentOrdersResponse:
        """Orders of a pool by number."""
        query = ("payment orders", request.pool)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or [""]
        found = await payments.page(request.pool, str(after[0]), limit + 1)
        token = paging.encode(query, [found[limit - 1].order_no]) if len(found) > limit else ""
        return pb.ListPaymentOrdersResponse(
            orders=[order_to_pb(order) for order in found[:limit]], next_page_token=token
        )


def line_to_pb(line: Line) -> pb.AccountLine:
    """A line of an account as a message."""
    same = {name: value for name, value in line._asdict().items() if name != "period"}
    names = refs.of_line(line.account.split("/")[1], line.batch_id, line.line_no, line.account)
    return pb.AccountLine(**same, month=f"{line.period // 100}-{line.period % 100:02d}", refs=names)


def order_to_pb(order: Order) -> pb.PaymentOrder:
    """A payment order as a message, without its file."""
    return pb.PaymentOrder(
        order_no=order.order_no,
        pool=order.pool,
        pay_on=date_to_pb(order.pay_on),
        lines=order.lines,
        total_fen=order.total_fen,
        digest=order.digest,
        batch_id=order.batch_id,
        created_by=order.created_by,
        refs=refs.of_order(order.order_no),
    )
