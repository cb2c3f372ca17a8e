"""The postings of a month, double entry; pure.

The pool's fund is spent (debit); what a hospital is owed now is a payable, what is held back until
assessment is a retention (credits). A hospital whose patients paid more than its points are worth owes
the difference: a receivable (debit) that returns to the fund (credit).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason

LEDGER_UNBALANCED = Reason("LEDGER_UNBALANCED", Kind.INTERNAL, "记账不平：借方与贷方相差{value}分，未入账。")
PAY_UNBALANCED = Reason(
    "PAY_UNBALANCED",
    Kind.INTERNAL,
    "医疗机构{hospital}的预付与预留之和不等于应付基金（相差{value}分），未入账。",
)
FUND_POOL, PAYABLE, RETENTION, RECEIVABLE = "fund_pool", "payable", "retention", "receivable"


class MonthPay(NamedTuple):
    """What the month owes one hospital: ``fund_fen == prepaid_fen + retained_fen``."""

    hospital_code: str
    fund_fen: int
    prepaid_fen: int
    retained_fen: int


class Posting(NamedTuple):
    """One line of the ledger; exactly one of debit and credit is positive.

    ``account`` is one of fund_pool, payable, retention, receivable; ``hospital_code`` is empty for
    the pool's own account.
    """

    account: str
    hospital_code: str
    debit_fen: int
    credit_fen: int
    memo: str


def month_postings(pays: Iterable[MonthPay], memo: str) -> list[Posting]:
    """Balanced postings of a month: the pool's account first, then hospitals by code.

    :raises Fault: PAY_UNBALANCED, LEDGER_UNBALANCED, naming the difference.
    """
    lines: list[Posting] = []
    spent = returned = 0
    for pay in sorted(pays):
        gap = pay.fund_fen - pay.prepaid_fen - pay.retained_fen
        if gap:
            raise Fault(PAY_UNBALANCED, value=gap, hospital=pay.hospital_code)
        if pay.fund_fen < 0:
            returned -= pay.fund_fen
            lines.append(Posting(RECEIVABLE, pay.hospital_code, -pay.fund_fen, 0, memo))
            continue
        spent += pay.fund_fen
        if pay.prepaid_fen:
            lines.append(Posting(PAYABLE, pay.hospital_code, 0, pay.prepaid_fen, memo))
        if pay.retained_fen:
            lines.append(Posting(RETENTION, pay.hospital_code, 0, pay.retained_fen, memo))
    pool = [Posting(FUND_POOL, "", spent, 0, memo)] if spent else []
    if returned:
        pool.append(Posting(FUND_POOL, "", 0, returned, memo))
    postings = pool + lines
    difference = difference_fen(postings)
    if difference:
        raise Fault(LEDGER_UNBALANCED, value=difference)
    return postings


def difference_fen(postings: Sequence[Posting]) -> int:
    """Debits less credits; zero in a sound ledger."""
    return sum(posting.debit_fen - posting.credit_fen for posting in postings)
