"""The postings of a month and of its corrections, double entry; pure.

The pool's fund is spent (debit); what a hospital is owed now is a payable, what is held back until
assessment is a retention, what audit took off is a deduction, what a method leaves over is the residual
(credits). A hospital whose patients paid more than its points are worth owes the difference: a receivable
(debit) that returns to the fund (credit). The chart of accounts is closed: :data:`ACCOUNTS`.
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
FUND_POOL, RESERVE, RESIDUAL, DEDUCTION, BANK = "fund_pool", "reserve", "residual", "deduction", "bank"
#: Books of the year's plan besides the inpatient one, which is ``fund_pool``.
FUND_OUTPATIENT, FUND_PER_DIEM = "fund_pool:outpatient", "fund_pool:per_diem"
FUND_CAPITATION = "fund_pool:capitation"
PAYABLE, RETENTION, RECEIVABLE = "payable", "retention", "receivable"
ADVANCE, CLAW_BACK, HELD = "advance", "claw_back", "held"
#: Accounts of a pool, and accounts each hospital has of its own, with their names.
POOL_ACCOUNTS = {
    FUND_POOL: "统筹基金",
    FUND_OUTPATIENT: "统筹基金（门诊）",
    FUND_PER_DIEM: "统筹基金（床日付费）",
    FUND_CAPITATION: "统筹基金（按人头付费）",
    RESERVE: "调剂金",
    RESIDUAL: "尾差与考核扣减",
    DEDUCTION: "审核扣款",
    BANK: "支出户",
}
HOSPITAL_ACCOUNTS = {
    PAYABLE: "应付医疗机构",
    RETENTION: "质量保证金",
    RECEIVABLE: "应收医疗机构",
    ADVANCE: "预付金",
    CLAW_BACK: "应追回",
    HELD: "暂缓拨付",
}
ACCOUNTS = POOL_ACCOUNTS | HOSPITAL_ACCOUNTS


class MonthPay(NamedTuple):
    """What a month owes one hospital: ``fund_fen == prepaid_fen + retained_fen + deducted_fen``."""

    hospital_code: str
    fund_fen: int
    prepaid_fen: int
    retained_fen: int
    #: What audit takes off; stays in the fund's hands.
    deducted_fen: int = 0


class Posting(NamedTuple):
    """One line of the ledger; exactly one of debit and credit is positive.

    ``account`` is one of :data:`ACCOUNTS`; ``hospital_code`` is empty for the pool's own accounts.
    """

    account: str
    hospital_code: str
    debit_fen: int
    credit_fen: int
    memo: str


def entry(account: str, hospital_code: str, amount_fen: int, memo: str) -> list[Posting]:
    """One line, debit for an amount above zero and credit below; none for zero."""
    if account not in ACCOUNTS or (account in HOSPITAL_ACCOUNTS) != bool(hospital_code):
        raise AssertionError(f"not an account of the ledger: {account}/{hospital_code}")
    if not amount_fen:
        return []
    return [Posting(account, hospital_code, max(amount_fen, 0), max(-amount_fen, 0), memo)]


def month_postings(pays: Iterable[MonthPay], memo: str, residual_fen: int = 0) -> list[Posting]:
    """Balanced postings of a month: the pool's account first, then hospitals by code.

    :param residual_fen: what a method that prices up leaves of the fund; negative when it paid more.
    :raises Fault: PAY_UNBALANCED, LEDGER_UNBALANCED, naming the difference.
    """
    lines: list[Posting] = []
    spent = returned = deducted = 0
    for pay in sorted(pays):
        _check(pay)
        deducted += pay.deducted_fen
        owed = pay.fund_fen - pay.deducted_fen
        spent += pay.deducted_fen
        if owed < 0:
            returned -= owed
            lines.extend(entry(RECEIVABLE, pay.hospital_code, -owed, memo))
            continue
        spent += owed
        lines.extend(entry(PAYABLE, pay.hospital_code, -pay.prepaid_fen, memo))
        lines.extend(entry(RETENTION, pay.hospital_code, -pay.retained_fen, memo))
    pool = entry(FUND_POOL, "", spent + residual_fen, memo) + entry(FUND_POOL, "", -returned, memo)
    pool += entry(DEDUCTION, "", -deducted, memo) + entry(RESIDUAL, "", -residual_fen, memo)
    return balanced(pool + lines)


def difference_postings(deltas: Iterable[MonthPay], memo: str, residual_fen: int = 0) -> list[Posting]:
    """Balanced postings of the changes to months already posted; every part may have either sign.

    What a hospital now has too much lowers its payable, and is set off against what it is paid next.

    :raises Fault: PAY_UNBALANCED, LEDGER_UNBALANCED.
    """
    lines: list[Posting] = []
    changed = deducted = 0
    for delta in sorted(deltas):
        _check(delta)
        changed += delta.fund_fen
        deducted += delta.deducted_fen
        lines.extend(entry(PAYABLE, delta.hospital_code, -delta.prepaid_fen, memo))
        lines.extend(entry(RETENTION, delta.hospital_code, -delta.retained_fen, memo))
    pool = entry(FUND_POOL, "", changed + residual_fen, memo)
    pool += entry(DEDUCTION, "", -deducted, memo) + entry(RESIDUAL, "", -residual_fen, memo)
    return balanced(pool + lines)


def _check(pay: MonthPay) -> None:
    gap = pay.fund_fen - pay.prepaid_fen - pay.retained_fen - pay.deducted_fen
    if gap:
        raise Fault(PAY_UNBALANCED, value=gap, hospital=pay.hospital_code)


def balanced(postings: list[Posting]) -> list[Posting]:
    """The postings themselves, when debits and credits are equal.

    :raises Fault: LEDGER_UNBALANCED, naming the difference.
    """
    difference = difference_fen(postings)
    if difference:
        raise Fault(LEDGER_UNBALANCED, value=difference)
    return postings


def difference_fen(postings: Sequence[Posting]) -> int:
    """Debits less credits; zero in a sound ledger."""
    return sum(posting.debit_fen - posting.credit_fen for posting in postings)
