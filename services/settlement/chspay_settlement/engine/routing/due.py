"""What the routed cases of a month are paid besides points, by institution and method; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.policy import Policy, canonical_json
from chspay_core.policy_reading import broken, cell
from chspay_settlement.engine.books.others import Book, OtherMethod, OtherPaid, book_of, method_of
from chspay_settlement.engine.routing.run import Routed

BOOKS = "other.books"
FORMAT = "chspay-routed/1"


class Due(NamedTuple):
    """The cases of one institution paid by one method: their sum, and each with its source."""

    hospital_code: str
    method: OtherMethod
    book: Book
    amount_fen: int
    content: bytes

    @property
    def digest(self) -> str:
        """SM3 of the content."""
        return sm3_hex(self.content)

    def number(self, statement_no: str) -> str:
        """The source of the payment: once per month, institution and method, whichever attempt it was."""
        return f"{statement_no}/{self.method.value}/{self.hospital_code}"

    def paid(self, statement_no: str) -> OtherPaid:
        """The payment as the fund is cut by it."""
        return OtherPaid(
            self.number(statement_no), self.hospital_code, self.method, self.book, self.amount_fen
        )


def books_of(policy: Policy) -> dict[OtherMethod, Book]:
    """Which book pays what a run itself finds due (``other.books``).

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    found: dict[OtherMethod, Book] = {}
    for row in policy.table(BOOKS):
        try:
            method = method_of(cell(policy, BOOKS, row, "method"))
            book = book_of(cell(policy, BOOKS, row, "book"), method)
        except Fault as fault:
            raise broken(policy, BOOKS, row, fault.message.rstrip("。")) from fault
        if method in found:
            raise broken(policy, BOOKS, method.value, "每种付费方式只能有一行")
        found[method] = book
    return found


def dues(routed: Iterable[Routed], policy: Policy) -> list[Due]:
    """What is due by institution and method; nothing for those whose cases come to nothing.

    :raises Fault: POLICY_MISSING, POLICY_VALUE where no book is ruled for a method that has money.
    """
    parts: dict[tuple[str, str], list[Routed]] = {}
    for one in routed:
        if one.amount_fen:
            parts.setdefault((one.hospital_code, one.method.value), []).append(one)
    if not parts:
        return []
    books = books_of(policy)
    found = []
    for (code, name), own in sorted(parts.items()):
        method = method_of(name)
        if method not in books:
            raise broken(policy, BOOKS, name, "没有规定这种付费方式由哪一部分基金支付")
        amount = sum(one.amount_fen for one in own)
        if amount:
            found.append(Due(code, method, books[method], amount, content_of(own)))
    return found


def content_of(routed: Iterable[Routed]) -> bytes:
    """The cases of a payment as canonical bytes: number, fen, reason, rule, and the pricing behind each."""
    rows = [
        {
            "case": one.case_id,
            "amount_fen": one.amount_fen,
            "reason": one.reason,
            "cite": one.cite,
            "pricing": one.pricing_id,
            "worksheet": one.worksheet_digest,
        }
        for one in sorted(routed)
    ]
    return canonical_json({"format": FORMAT, "cases": rows})


def total_of(content: bytes) -> int:
    """What the cases of a payment come to, fen."""
    return sum(row["amount_fen"] for row in json.loads(content)["cases"])
