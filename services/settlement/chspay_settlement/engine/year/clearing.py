"""The annual clearing 年度清算 of a pool: from decision and bookings to what each institution gets; pure.

``balance = fund − assessment − audit − prepaid − advance``, all in fen: above zero it is owed to the
institution, below zero the institution owes it. The retention held over the months is in ``fund`` and
comes back with the balance, less what assessment keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_settlement.engine.books.ledger import (
    ADVANCE,
    CLAW_BACK,
    DEDUCTION,
    FUND_POOL,
    PAYABLE,
    RECEIVABLE,
    RESERVE,
    RESIDUAL,
    RETENTION,
    Posting,
    balanced,
    entry,
)
from chspay_settlement.engine.value.facts import Facts
from chspay_settlement.engine.year.assessment import assessed_fen
from chspay_settlement.engine.year.sharing import Decision, Member, Standing, decide

AUDIT_NEGATIVE = Reason(
    "YEAR_AUDIT_NEGATIVE", Kind.INVALID, "医疗机构{hospital}的审核扣款为{value}分，不能小于零，请核对。"
)


class Booked(NamedTuple):
    """What the ledger holds of one institution before the year is cleared, fen.

    ``prepaid`` was or is to be paid; ``retained`` is held; ``receivable`` is what it owes of months whose
    fund was negative; ``advance`` was paid at the start of the year; ``audit`` is still to be taken off.
    """

    prepaid_fen: int = 0
    retained_fen: int = 0
    receivable_fen: int = 0
    deducted_fen: int = 0
    advance_fen: int = 0
    audit_fen: int = 0

    @property
    def months_fen(self) -> int:
        """The fund of the months: what they owed the institution in all."""
        return self.prepaid_fen + self.retained_fen + self.deducted_fen - self.receivable_fen


NOTHING = Booked()


class HospitalYear(NamedTuple):
    """One institution's year: ``balance_fen`` is owed to it, or by it when below zero."""

    member: Member
    booked: Booked
    target_fen: int
    shared_fen: int
    withheld_fen: int
    gained_fen: int
    fund_fen: int
    #: Kept by assessment.
    assessed_fen: int
    balance_fen: int

    @property
    def hospital_code(self) -> str:
        return self.member.hospital_code

    @property
    def released_fen(self) -> int:
        """Retention that comes back."""
        return self.booked.retained_fen - min(self.assessed_fen, self.booked.retained_fen)

    @property
    def audit_fen(self) -> int:
        """All that audit takes off: in the months and now."""
        return self.booked.deducted_fen + self.booked.audit_fen


@dataclass(frozen=True, slots=True)
class Year:
    """A cleared year: its decision and its institutions by code."""

    decision: Decision
    hospitals: tuple[HospitalYear, ...]
    #: What the methods of the months left over, still booked as residual.
    residual_fen: int


def clear_year(
    members: Sequence[Member],
    budget_fen: int,
    booked: Mapping[str, Booked],
    scores: Mapping[str, Decimal],
    policy: Policy,
    residual_fen: int = 0,
    facts: Facts | None = None,
) -> Year:
    """Clears a year: decision amount, shares, assessment, set-off.

    An institution that left the pool is settled, not assessed (杭州 2019 征求意见稿 二(二)1(7)).

    :param booked: what the ledger holds, by institution; absent means nothing.
    :param scores: assessment scores by institution.
    :param residual_fen: what the methods of the months left over.
    :param facts: what the form of the point value needs besides points.
    :raises Fault: those of :func:`decide`, YEAR_SCORE_MISSING, YEAR_AUDIT_NEGATIVE.
    """
    decision = decide(members, budget_fen, policy, facts)
    by_code = {member.hospital_code: member for member in members}
    found = []
    for share in decision.shares:
        code = share.hospital_code
        member, money = by_code[code], booked.get(code, NOTHING)
        if money.audit_fen < 0:
            raise Fault(AUDIT_NEGATIVE, value=money.audit_fen, hospital=code)
        cut = 0
        if member.standing is not Standing.TERMINATED:
            cut = assessed_fen(code, share.fund_fen, money.retained_fen, scores.get(code), policy)
        found.append(settled(member, money, share[1:6], cut))
    return Year(decision, tuple(found), residual_fen)


def settled(member: Member, money: Booked, share: Sequence[int], cut_fen: int) -> HospitalYear:
    """One institution's year from ``(target, shared, withheld, gained, fund)`` and assessment's cut."""
    target, shared, withheld, gained, fund = share
    audit = money.deducted_fen + money.audit_fen
    balance = fund - cut_fen - audit - money.prepaid_fen - money.advance_fen
    return HospitalYear(member, money, target, shared, withheld, gained, fund, cut_fen, balance)


def year_postings(year: Year, memo: str) -> list[Posting]:
    """Balanced postings that close a year: afterwards no retention, advance or month's receivable is left.

    What is spent beyond the budget is taken from the reserve; what the months' methods left over goes back
    into the fund that the year hands out; what assessment keeps stays as residual, what audit takes off as
    deduction.

    :raises Fault: LEDGER_UNBALANCED.
    """
    months = sum(hospital.booked.months_fen for hospital in year.hospitals)
    decision = year.decision
    spent = (months + year.residual_fen, 0)
    lines = pool_lines(spent, decision.decision_fen, decision.budget_fen, memo)
    kept = sum(hospital.assessed_fen for hospital in year.hospitals)
    lines += entry(RESIDUAL, "", year.residual_fen - kept, memo)
    lines += entry(DEDUCTION, "", -sum(hospital.booked.audit_fen for hospital in year.hospitals), memo)
    for hospital in year.hospitals:
        lines += _hospital_lines(hospital, memo)
    return balanced(lines)


def pool_lines(spent: tuple[int, int], after_fen: int, budget_fen: int, memo: str) -> list[Posting]:
    """What a year spends: of the fund up to the budget, of the reserve beyond it.

    :param spent: what is booked on fund and reserve so far, fen.
    """
    fund, reserve = min(after_fen, budget_fen), max(after_fen - budget_fen, 0)
    return entry(FUND_POOL, "", fund - spent[0], memo) + entry(RESERVE, "", reserve - spent[1], memo)


def _hospital_lines(hospital: HospitalYear, memo: str) -> Iterable[Posting]:
    code, money = hospital.hospital_code, hospital.booked
    yield from entry(RETENTION, code, money.retained_fen, memo)
    yield from entry(RECEIVABLE, code, -money.receivable_fen, memo)
    yield from entry(ADVANCE, code, -money.advance_fen, memo)
    if hospital.balance_fen >= 0:
        yield from entry(PAYABLE, code, -hospital.balance_fen, memo)
    else:
        yield from entry(CLAW_BACK, code, -hospital.balance_fen, memo)
