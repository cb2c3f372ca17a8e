"""Other payments over gRPC: messages in, use-cases, messages out."""

from __future__ import annotations

import json
from typing import Any

from chspay.common.v1 import case_pb2
from chspay.settlement.v1 import others_pb2 as pb
from chspay.settlement.v1 import others_pb2_grpc
from chspay_core.period import Month
from chspay_core.worksheet import Line
from chspay_kit import paging
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month import others
from chspay_settlement.app.month.ceilings import Ceilings
from chspay_settlement.app.month.others import Account, Bills, Wanted
from chspay_settlement.engine.books.others import Book, OtherMethod
from chspay_settlement.engine.routing.by_item import Bill
from chspay_settlement.rpc import refs
from chspay_settlement.store.others import Other

NAME = "chspay.settlement.v1.OtherPaymentService"
Context = Any
_FIRST, _LAST = 200_001, 219_912
_METHODS = {
    pb.OTHER_METHOD_PER_DIEM: OtherMethod.PER_DIEM,
    pb.OTHER_METHOD_CAPITATION: OtherMethod.CAPITATION,
    pb.OTHER_METHOD_BY_ITEM: OtherMethod.BY_ITEM,
    pb.OTHER_METHOD_BUNDLE: OtherMethod.BUNDLE,
}
_BOOKS = {
    pb.FUND_BOOK_INPATIENT: Book.INPATIENT,
    pb.FUND_BOOK_OUTPATIENT: Book.OUTPATIENT,
    pb.FUND_BOOK_PER_DIEM: Book.PER_DIEM,
    pb.FUND_BOOK_CAPITATION: Book.CAPITATION,
}
_METHOD_PB = {method.value: number for number, method in _METHODS.items()}
_BOOK_PB = {book.value: number for number, book in _BOOKS.items()}


class OtherPaymentServicer(others_pb2_grpc.OtherPaymentServiceServicer):
    """Serves ``OtherPaymentService``."""

    WRITES = frozenset({"PutOtherPayment", "SettleBills"})

    def __init__(self, bills: Bills, ceilings: Ceilings) -> None:
        self._bills = bills
        self._ceilings = ceilings

    async def PutOtherPayment(
        self, request: pb.PutOtherPaymentRequest, _context: Context
    ) -> pb.PutOtherPaymentResponse:
        """Books one payment, once only per source."""
        wanted = Wanted(
            source_service=request.source_service,
            source_id=request.source_id,
            pool=request.pool,
            month=Month.parse(request.month, "month"),
            method=_name(_METHODS, request.method),
            payee=request.payee,
            amount_fen=request.amount_fen,
            fund_book=_name(_BOOKS, request.fund_book),
            document=request.document.strip(),
            insurance_type=request.insurance_type,
            corrects=request.corrects,
            worksheet_digest=request.worksheet_digest,
        )
        booked = await others.put(others.told_by_others(wanted), self._ceilings)
        return pb.PutOtherPaymentResponse(payment=_to_pb(booked))

    async def GetOtherPayment(
        self, request: pb.GetOtherPaymentRequest, _context: Context
    ) -> pb.GetOtherPaymentResponse:
        """A payment and what settlement worked it out from."""
        row, content = await others.get(request.payment_id)
        return pb.GetOtherPaymentResponse(payment=_to_pb(row), content=content)

    async def ListOtherPayments(
        self, request: pb.ListOtherPaymentsRequest, _context: Context
    ) -> pb.ListOtherPaymentsResponse:
        """Payments the asker may see, by number."""
        first, last = (request.year * 100 + 1, request.year * 100 + 12) if request.year else (_FIRST, _LAST)
        if request.month:
            month = Month.parse(request.month, "month")
            first = last = month.year * 100 + month.month
        method = _name(_METHODS, request.method)
        query = ("others", request.pool, str(first), str(last), request.payee, method)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or [""]
        wanted = (request.payee, method)
        found = await others.page(request.pool, (first, last), wanted, str(after[0]), limit + 1)
        shown = found[:limit]
        token = paging.encode(query, [shown[-1].payment_id]) if len(found) > limit else ""
        return pb.ListOtherPaymentsResponse(payments=[_to_pb(row) for row in shown], next_page_token=token)

    async def SumOtherPayments(
        self, request: pb.SumOtherPaymentsRequest, _context: Context
    ) -> pb.SumOtherPaymentsResponse:
        """Totals of a year, held against the ledger."""
        found = await others.sums(request.pool, request.year)
        return pb.SumOtherPaymentsResponse(
            sums=[
                pb.OtherPaymentSum(
                    month=str(month_of(one.period)),
                    method=_METHOD_PB[one.method],
                    fund_book=_BOOK_PB[one.fund_book],
                    payments=one.payments,
                    amount_fen=one.amount_fen,
                )
                for one in found
            ],
            amount_fen=sum(one.amount_fen for one in found),
            inpatient_fen=sum(one.amount_fen for one in found if one.fund_book == Book.INPATIENT),
        )

    async def SettleBills(self, request: pb.SettleBillsRequest, _context: Context) -> pb.SettleBillsResponse:
        """Pays bills of one institution by item."""
        bills = [
            Bill(
                one.bill_id, one.medical_type, one.insurance_type, one.total_fen, one.patient_fen,
                one.disallowed_fen, one.cite,
            )
            for one in request.bills
        ]  # fmt: skip
        month = Month.parse(request.month, "month")
        book = _name(_BOOKS, request.fund_book)
        row, content = await self._bills.settle(
            Account(request.pool, month, request.payee, request.account_no, book, bills)
        )
        return pb.SettleBillsResponse(payment=_to_pb(row), answers=_answers(content))


def _name(known: dict[Any, Any], number: int) -> str:
    """The word of an enum value; empty for none, which the use-case refuses where it needs one."""
    found = known.get(number)
    return "" if found is None else str(found.value)


def _answers(content: bytes) -> list[pb.BillAnswer]:
    """Each bill of an account with its worksheet, as they were kept."""
    return [
        pb.BillAnswer(bill_id=bill["bill_id"], fund_fen=bill["fund_fen"], worksheet=_sheet(bill["worksheet"]))
        for bill in json.loads(content)["bills"]
    ]


def _sheet(said: dict[str, Any]) -> case_pb2.Worksheet:
    lines = [Line(**{**line, "inputs": tuple(line["inputs"])}) for line in said["lines"]]
    return case_pb2.Worksheet(
        title=said["title"],
        lines=[
            case_pb2.WorksheetLine(**{name: getattr(line, name) for name in Line.__dataclass_fields__})
            for line in lines
        ],
    )


def _to_pb(row: Other) -> pb.OtherPayment:
    return pb.OtherPayment(
        payment_id=row.payment_id,
        source_service=row.source_service,
        source_id=row.source_id,
        corrects=row.corrects,
        pool=row.pool,
        month=str(month_of(row.period)),
        method=_METHOD_PB[row.method],
        payee=row.payee,
        payee_name=row.payee_name,
        amount_fen=row.amount_fen,
        insurance_type=row.insurance_type,
        fund_book=_BOOK_PB[row.fund_book],
        document=row.document,
        worksheet_digest=row.worksheet_digest,
        batch_id=row.batch_id,
        put_by=row.put_by,
        refs=refs.of_payment(row.pool, row.batch_id),
    )
