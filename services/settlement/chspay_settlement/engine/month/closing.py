"""The end of a month: what every hospital is due, its statement, and the month's postings; pure.

A month run closes a month with these functions, and a replay closes it again years later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chspay_core.period import Month
from chspay_core.policy import Policy
from chspay_settlement.engine.books.ledger import MonthPay, Posting, month_postings
from chspay_settlement.engine.model import HospitalAmount
from chspay_settlement.engine.month.payment import (
    PayLine,
    Payment,
    Standing,
    hold_postings,
    payment,
    prepaid_of,
    prepay_share,
)
from chspay_settlement.engine.month.statement import Adjustment, GroupLine, RunFacts, statement_content
from chspay_settlement.engine.proof.published import Published
from chspay_settlement.engine.value.divide import Division

#: Where a hospital stands and what it is called.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Paying:
    """Lines and holds by hospital, and place and name of hospitals that have lines but no cases."""

    lines: Mapping[str, Sequence[PayLine]]
    holds: Mapping[str, Sequence[Standing]]
    others: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Due:
    """One hospital at the end of a run: what its cases bring, and what it is paid."""

    amount: HospitalAmount
    region_code: str
    name: str
    paid: Payment


def dues_of(division: Division, places: Mapping[str, Place], policy: Policy, paying: Paying) -> list[Due]:
    """Every hospital of the division, and those without cases that have money lines; by code.

    :param places: of the hospitals of the division.
    :raises Fault: those of :func:`prepay_share`.
    """
    share = prepay_share(policy)
    dues = []
    for amount, exact in zip(division.hospitals, division.exact, strict=True):
        code = amount.hospital_code
        prepaid = prepaid_of(amount.fund_fen, exact, share)
        paid = payment(prepaid, paying.lines.get(code, ()), paying.holds.get(code, ()))
        dues.append(Due(amount, *places[code], paid))
    for code, (region, name) in paying.others.items():
        paid = payment(0, paying.lines.get(code, ()), paying.holds.get(code, ()))
        if paid.lines:
            dues.append(Due(HospitalAmount(code, 0, 0, 0, 0, 0, 0), region, name, paid))
    return sorted(dues, key=lambda due: due.amount.hospital_code)


def statements_of(
    facts: RunFacts,
    division: Division,
    dues: Sequence[Due],
    lines: Mapping[str, Sequence[GroupLine]],
    adjustments: Mapping[str, Sequence[Adjustment]],
    proof: Published | None = None,
) -> list[bytes]:
    """The statement of every hospital, in the order of ``dues``.

    :param lines: each hospital's cases added up by group and kind.
    :param adjustments: the marks of each hospital's cases.
    :param proof: of the pool's totals (``proof.published.prove``).
    """
    values = {h.hospital_code: v for h, v in zip(division.hospitals, division.values, strict=True)}
    return [
        statement_content(
            facts,
            values.get(due.amount.hospital_code, division.value),
            due.amount,
            due.name,
            lines.get(due.amount.hospital_code, ()),
            due.paid,
            adjustments.get(due.amount.hospital_code, ()),
            division.parts,
            proof=None if proof is None else proof.section(due.amount.hospital_code),
        )
        for due in dues
    ]


def postings_of(month: Month, dues: Sequence[Due], residual_fen: int) -> list[Posting]:
    """The month's batch: funds, deductions, the residual, and what holds take of it.

    :raises Fault: PAY_UNBALANCED, LEDGER_UNBALANCED.
    """
    memo = f"{month} 月结"
    pays = []
    for due in dues:
        fund, prepaid, off = due.amount.fund_fen, due.paid.prepaid_fen, due.paid.deducted_fen
        pays.append(MonthPay(due.amount.hospital_code, fund, prepaid - off, fund - prepaid, off))
    return month_postings(pays, memo, residual_fen) + hold_postings(
        ((due.amount.hospital_code, due.paid.held_fen) for due in dues), f"{memo} 暂缓拨付"
    )
