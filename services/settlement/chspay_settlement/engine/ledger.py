"""The postings of a month, double entry; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


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
    """Balanced postings of a month, in hospital order.

    :raises Fault: LEDGER_UNBALANCED, naming the difference.
    """
    raise NotImplementedError


def difference_fen(postings: Sequence[Posting]) -> int:
    """Debits less credits; zero in a sound ledger."""
    raise NotImplementedError
