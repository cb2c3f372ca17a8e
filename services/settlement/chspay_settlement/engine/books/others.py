"""Other payments 其他支付: money a pool pays otherwise than by points, and what they leave to divide; pure.

Per-diem money, capitation, bills by item and bundles each stand in a book of the year's plan. What stands
in the inpatient book is taken from the month's fund before the point value is formed (医保发〔2021〕48号:
the value of a point follows from the budget and all points; demand S35), so nothing is paid twice: the fund
divided by points and the other payments are the month's fund, to the fen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.books.ledger import (
    CLAW_BACK,
    FUND_CAPITATION,
    FUND_OUTPATIENT,
    FUND_PER_DIEM,
    FUND_POOL,
    PAYABLE,
    Posting,
    balanced,
    entry,
)

OVER_FUND = Reason(
    "OTHERS_OVER_FUND",
    Kind.PRECONDITION,
    "本月其他支付{value}分超过了可用基金{fund}分，无法形成点值。请核对其他支付，或按程序调整预算。",
)
OVER_PLAN = Reason(
    "OTHER_PAYMENT_OVER_FUND",
    Kind.PRECONDITION,
    "{year}年度{book}共{fund}元，支付后将达到{value}元，超过{over}元，未予登记。请核对款项，或按程序调整预算。",
)
METHOD_UNKNOWN = Reason(
    "OTHER_METHOD_UNKNOWN",
    Kind.INVALID,
    "其他支付的付费方式应为 per_diem、capitation、by_item 或 bundle，收到“{value}”。",
)
BOOK_UNKNOWN = Reason(
    "OTHER_BOOK_UNKNOWN",
    Kind.INVALID,
    "支出账应为 inpatient、outpatient、per_diem 或 capitation，收到“{value}”。",
)
BOOK_WRONG = Reason(
    "OTHER_BOOK_WRONG",
    Kind.INVALID,
    "{method}的款项不能记入{value}，可以记入{allowed}。请核对支出账。",
)


class OtherMethod(StrEnum):
    """How money is paid that does not go by points."""

    PER_DIEM = "per_diem"
    CAPITATION = "capitation"
    BY_ITEM = "by_item"
    BUNDLE = "bundle"


class Book(StrEnum):
    """The part of the year's plan that pays; only the inpatient one is divided by points."""

    INPATIENT = "inpatient"
    OUTPATIENT = "outpatient"
    PER_DIEM = "per_diem"
    CAPITATION = "capitation"


METHOD_NAMES = {
    OtherMethod.PER_DIEM: "按床日付费",
    OtherMethod.CAPITATION: "按人头付费",
    OtherMethod.BY_ITEM: "按项目付费",
    OtherMethod.BUNDLE: "打包付费",
}
BOOK_NAMES = {
    Book.INPATIENT: "住院统筹基金",
    Book.OUTPATIENT: "门诊统筹基金",
    Book.PER_DIEM: "床日付费基金",
    Book.CAPITATION: "按人头付费基金",
}
#: The account of the pool that each book spends.
ACCOUNT = {
    Book.INPATIENT: FUND_POOL,
    Book.OUTPATIENT: FUND_OUTPATIENT,
    Book.PER_DIEM: FUND_PER_DIEM,
    Book.CAPITATION: FUND_CAPITATION,
}
#: The books a method may stand in: per-diem money is never a matter of the capitation fund, nor the reverse.
BOOKS: dict[OtherMethod, tuple[Book, ...]] = {
    OtherMethod.PER_DIEM: (Book.INPATIENT, Book.PER_DIEM),
    OtherMethod.CAPITATION: (Book.OUTPATIENT, Book.CAPITATION),
    OtherMethod.BY_ITEM: (Book.INPATIENT, Book.OUTPATIENT),
    OtherMethod.BUNDLE: (Book.INPATIENT, Book.OUTPATIENT, Book.CAPITATION),
}


def method_of(text: str) -> OtherMethod:
    """The method written ``text``.

    :raises Fault: OTHER_METHOD_UNKNOWN.
    """
    if text not in set(OtherMethod):
        raise Fault(METHOD_UNKNOWN, field="method", value=text)
    return OtherMethod(text)


def book_of(text: str, method: OtherMethod) -> Book:
    """The book written ``text``, one that pays by ``method``.

    :raises Fault: OTHER_BOOK_UNKNOWN, OTHER_BOOK_WRONG.
    """
    if text not in set(Book):
        raise Fault(BOOK_UNKNOWN, field="fund_book", value=text)
    book = Book(text)
    if book not in BOOKS[method]:
        allowed = "、".join(BOOK_NAMES[one] for one in BOOKS[method])
        raise Fault(
            BOOK_WRONG, field="fund_book", value=BOOK_NAMES[book], method=METHOD_NAMES[method],
            allowed=allowed,
        )  # fmt: skip
    return book


class OtherPaid(NamedTuple):
    """One payment: who, how, out of which book, how much; below zero the payee owes it."""

    payment_id: str
    payee: str
    method: OtherMethod
    book: Book
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A month's fund with its other payments set apart: ``fund_fen == divided_fen + others_fen``, always."""

    fund_fen: int
    others_fen: int
    divided_fen: int

    def __post_init__(self) -> None:
        if self.divided_fen + self.others_fen != self.fund_fen:
            raise AssertionError("what is divided and the other payments must sum to the fund")


def take(fund_fen: int, others: Iterable[OtherPaid]) -> Taken:
    """Takes what stands in the inpatient book from a month's fund; what remains is divided by points.

    :raises Fault: OTHERS_OVER_FUND when nothing or less would remain below zero.
    """
    out = sum(one.amount_fen for one in others if one.book is Book.INPATIENT)
    if out > fund_fen:
        raise Fault(OVER_FUND, field="others", value=out, fund=fund_fen)
    return Taken(fund_fen, out, fund_fen - out)


def within_plan(year: int, book: Book, fund_fen: int, paid_fen: int, more_fen: int) -> None:
    """Holds what a book pays in a year to its fund in the year's plan. Money may come back at any time.

    :param paid_fen: what the book has paid so far; ``more_fen``: what it would pay besides.
    :raises Fault: OTHER_PAYMENT_OVER_FUND with both figures.
    """
    total = paid_fen + more_fen
    if more_fen > 0 and total > fund_fen:
        raise Fault(
            OVER_PLAN, field="amount_fen", value=fen_to_yuan(total), year=year, book=BOOK_NAMES[book],
            fund=fen_to_yuan(fund_fen), over=fen_to_yuan(total - fund_fen),
        )  # fmt: skip


def other_postings(paid: OtherPaid, memo: str) -> list[Posting]:
    """Balanced postings of one payment: the book spends it, the payee is owed it. What a payee owes is clawed
    back of what it is paid next, and returns to its book.

    :raises Fault: LEDGER_UNBALANCED.
    """
    lines = entry(ACCOUNT[paid.book], "", paid.amount_fen, memo)
    account = PAYABLE if paid.amount_fen > 0 else CLAW_BACK
    return balanced(lines + entry(account, paid.payee, -paid.amount_fen, memo))
