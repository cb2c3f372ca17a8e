"""What is paid of a month to one hospital, line by line: prepaid, less deductions, differences, holds.

The month's fund is split elsewhere; here it becomes a payment. Every fen that moves between the two has a
line with a kind, the number of the document it stands in, and, where it corrects an earlier statement,
the number of that statement. The order is fixed: deductions, differences, releases, other payments, then
holds, which take what is payable by then and never more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import divide_half_up
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, fraction
from chspay_settlement.engine.books.ledger import HELD, PAYABLE, Posting, balanced, entry

PREPAY_SHARE, RETENTION_MAX = "prepay.share", "prepay.retention_max"


class LineKind(StrEnum):
    """What a line of a payment is."""

    #: 审核扣款 of an upheld finding; below zero for the hospital.
    DEDUCTION = "deduction"
    #: 退回审核扣款 that an earlier statement took off.
    RETURN = "return"
    #: 差额 of a closed month.
    DIFFERENCE = "difference"
    #: 解除暂缓 of what earlier statements held.
    RELEASE = "release"
    #: 其他支付 of the inpatient book: per-diem money, bills by item, bundles.
    OTHER = "other"
    #: 暂缓拨付.
    HOLD = "hold"


class PayLine(NamedTuple):
    """One line of a payment; ``amount_fen`` above zero is paid, below zero is taken off.

    ``number`` is that of the finding, difference, payment or hold; ``refers`` the statement it corrects, or
    empty.
    """

    kind: LineKind
    number: str
    case_id: str
    note: str
    amount_fen: int
    refers: str = ""


class Standing(NamedTuple):
    """A hold that stands: its number, why, and what it may still take; ``None`` takes everything."""

    number: str
    note: str
    left_fen: int | None


@dataclass(frozen=True, slots=True)
class Payment:
    """A hospital's payment of a month; the lines are in order."""

    prepaid_fen: int
    lines: tuple[PayLine, ...] = ()

    def of(self, *kinds: LineKind) -> int:
        """The sum of the lines of these kinds, as they are written."""
        return sum(line.amount_fen for line in self.lines if line.kind in kinds)

    @property
    def deducted_fen(self) -> int:
        """Taken off for findings, less what was given back."""
        return -self.of(LineKind.DEDUCTION, LineKind.RETURN)

    @property
    def difference_fen(self) -> int:
        """Differences of closed months that are paid now."""
        return self.of(LineKind.DIFFERENCE)

    @property
    def released_fen(self) -> int:
        """Earlier holds set free."""
        return self.of(LineKind.RELEASE)

    @property
    def other_fen(self) -> int:
        """Paid otherwise than by points, out of the inpatient book."""
        return self.of(LineKind.OTHER)

    @property
    def held_fen(self) -> int:
        """Held back now."""
        return -self.of(LineKind.HOLD)

    @property
    def payable_fen(self) -> int:
        """What is paid now; below zero the hospital owes it."""
        return self.prepaid_fen + sum(line.amount_fen for line in self.lines)


def payment(prepaid_fen: int, lines: Iterable[PayLine], holds: Sequence[Standing]) -> Payment:
    """The payment of a month: ``lines`` in order of kind and number, then what the holds take."""
    order = list(LineKind)
    ordered = sorted(lines, key=lambda line: (order.index(line.kind), line.number, line.case_id))
    left = prepaid_fen + sum(line.amount_fen for line in ordered)
    for hold in holds:
        taken = left if hold.left_fen is None else min(left, hold.left_fen)
        if taken > 0:
            ordered.append(PayLine(LineKind.HOLD, hold.number, "", hold.note, -taken))
            left -= taken
    return Payment(prepaid_fen, tuple(ordered))


def hold_postings(held: Iterable[tuple[str, int]], memo: str) -> list[Posting]:
    """Moves ``(hospital_code, fen)`` from payable to held; a negative amount is set free again."""
    lines: list[Posting] = []
    for code, amount in sorted(held):
        lines += entry(PAYABLE, code, amount, memo) + entry(HELD, code, -amount, memo)
    return balanced(lines)


def prepay_share(policy: Policy) -> Fraction:
    """The part of a month's fund that is paid at once (``prepay.share``), 0 to 1.

    :raises Fault: POLICY_MISSING; POLICY_VALUE when it is above 1, or leaves more than the retention
        质量保证金 the law allows (经办规程 2025 第二十六条: at most 5 %).
    """
    share = fraction(policy, PREPAY_SHARE)
    if share > 1:
        raise broken(policy, PREPAY_SHARE, policy.text(PREPAY_SHARE), "预付比例不能大于1")
    if policy.has(RETENTION_MAX) and 1 - share > fraction(policy, RETENTION_MAX):
        most = f"预留部分超过质量保证金比例上限{policy.text(RETENTION_MAX)}"
        raise broken(policy, PREPAY_SHARE, policy.text(PREPAY_SHARE), most)
    return share


def prepaid_of(fund_fen: int, exact_fen: Fraction, share: Fraction) -> int:
    """What is paid now of a hospital's fund, rounded once from the exact fund; never more than the fund.

    The rest is held until assessment (经办规程 2025 第二十六条: at most 5 %). Nothing is held of a
    receivable.
    """
    if share == 1 or fund_fen <= 0:
        return fund_fen
    part = exact_fen * share
    return min(fund_fen, max(0, divide_half_up(part.numerator, part.denominator)))
