"""Named amounts carved out of a fund before it is divided, or added to hospitals after; exact to the fen.

Dual-channel drugs 双通道药品 are paid on their own and leave the fund first; the retained surplus of
volume-based procurement 集采结余留用 reaches hospitals on top of their points. Which kinds there are and on
which side they stand is policy (``carve.kinds``); every amount names the decision it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, cited
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.value.divide import Division

KINDS = "carve.kinds"
BEFORE, AFTER = "before", "after"

KIND_UNKNOWN = Reason(
    "CARVE_KIND_UNKNOWN",
    Kind.PRECONDITION,
    "单列项目“{value}”没有规定（依据{document}只有{known}），不能单列。",
)
AMOUNT_WRONG = Reason(
    "CARVE_AMOUNT_WRONG", Kind.INVALID, "单列金额应大于零，{kind}（{payee}）收到{value}分。"
)
CITE_MISSING = Reason(
    "CARVE_CITE_MISSING", Kind.INVALID, "单列项目{value}（{payee}）没有依据，请填写文件或决定文号。"
)
TWICE = Reason("CARVE_TWICE", Kind.CONFLICT, "单列项目{value}（{payee}，依据{cite}）出现了两次。")
OVER_FUND = Reason(
    "CARVE_OVER_FUND", Kind.PRECONDITION, "单列支出{value}分超过了可分配基金{fund}分，请核对。"
)


class Carve(NamedTuple):
    """One amount: its kind, who is paid, fen above zero, and the decision behind it."""

    kind: str
    payee: str
    amount_fen: int
    cite: str


class Payment(NamedTuple):
    """What one payee gets: ``divided_fen`` by points, ``aside_fen`` out of the fund, ``added_fen`` on top."""

    payee: str
    divided_fen: int
    aside_fen: int
    added_fen: int

    @property
    def total_fen(self) -> int:
        """All of it."""
        return self.divided_fen + self.aside_fen + self.added_fen


@dataclass(frozen=True, slots=True)
class Carved:
    """A fund with its amounts set apart: ``fund_fen == divided_fen + Σ aside``."""

    fund_fen: int
    divided_fen: int
    names: dict[str, str]
    #: Paid out of the fund, not by points.
    aside: tuple[Carve, ...]
    #: Paid on top, from money the fund does not hold.
    added: tuple[Carve, ...]

    def __post_init__(self) -> None:
        if self.divided_fen + sum(carve.amount_fen for carve in self.aside) != self.fund_fen:
            raise AssertionError("what is divided and what is set aside must sum to the fund")


def carve(fund_fen: int, amounts: Iterable[Carve], policy: Policy) -> Carved:
    """Sets ``amounts`` apart; what remains is divided by points.

    :raises Fault: CARVE_KIND_UNKNOWN, CARVE_AMOUNT_WRONG, CARVE_CITE_MISSING, CARVE_TWICE, CARVE_OVER_FUND.
    """
    sides, names = _kinds(policy)
    seen: set[tuple[str, str, str]] = set()
    apart: dict[str, list[Carve]] = {BEFORE: [], AFTER: []}
    for found in sorted(amounts):
        if found.kind not in sides:
            known = "、".join(names.values())
            raise Fault(
                KIND_UNKNOWN, field="kind", value=found.kind, known=known, document=cited(policy, KINDS)
            )
        if found.amount_fen <= 0:
            raise Fault(
                AMOUNT_WRONG, field="amount", value=found.amount_fen, kind=found.kind, payee=found.payee
            )
        if not found.cite:
            raise Fault(CITE_MISSING, field="cite", value=found.kind, payee=found.payee)
        if (found.kind, found.payee, found.cite) in seen:
            raise Fault(TWICE, field="kind", value=found.kind, payee=found.payee, cite=found.cite)
        seen.add((found.kind, found.payee, found.cite))
        apart[sides[found.kind]].append(found)
    out = sum(found.amount_fen for found in apart[BEFORE])
    if out > fund_fen:
        raise Fault(OVER_FUND, field="amount", value=out, fund=fund_fen)
    return Carved(fund_fen, fund_fen - out, names, tuple(apart[BEFORE]), tuple(apart[AFTER]))


def _kinds(policy: Policy) -> tuple[dict[str, str], dict[str, str]]:
    sides: dict[str, str] = {}
    names: dict[str, str] = {}
    for row in policy.table(KINDS):
        kind, side = cell(policy, KINDS, row, "kind"), cell(policy, KINDS, row, "side")
        if side not in {BEFORE, AFTER} or kind in sides:
            raise broken(
                policy, KINDS, kind, "side应为before（先从基金中扣除）或after（分配后另加），项目不重复"
            )
        sides[kind], names[kind] = side, cell(policy, KINDS, row, "name")
    return sides, names


def payments(carved: Carved, division: Division) -> list[Payment]:
    """What everybody gets, by payee; with the residual it sums to the fund and what was added.

    :raises AssertionError: the division is of another amount than the carving left.
    """
    if division.fund_fen != carved.divided_fen:
        raise AssertionError("the division is not of what the carving left")
    divided = {amount.hospital_code: amount.fund_fen for amount in division.hospitals}
    aside, added = _by_payee(carved.aside), _by_payee(carved.added)
    found = [
        Payment(payee, divided.get(payee, 0), aside.get(payee, 0), added.get(payee, 0))
        for payee in sorted({*divided, *aside, *added})
    ]
    whole = carved.fund_fen + sum(carve.amount_fen for carve in carved.added)
    if sum(payment.total_fen for payment in found) + division.residual_fen != whole:
        raise AssertionError("payments and residual must sum to the fund and what was added")
    return found


def _by_payee(amounts: Iterable[Carve]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for found in amounts:
        sums[found.payee] = sums.get(found.payee, 0) + found.amount_fen
    return sums


def write_carved(sheet: Worksheet, carved: Carved, policy: Policy) -> None:
    """From the fund to what is divided by points, each amount with its decision."""
    rule = policy.rule(KINDS)
    sheet.given("fund_whole", "可用基金", fen_to_yuan(carved.fund_fen), "yuan")
    keys = []
    for place, found in enumerate(carved.aside, 1):
        label = f"{carved.names[found.kind]}：{found.payee}（{found.cite}）"
        sheet.rule(f"aside_{place}", label, fen_to_yuan(found.amount_fen), "yuan", rule=rule)
        keys.append(f"aside_{place}")
    sheet.line(
        "fund_divided",
        "按点数分配的基金",
        fen_to_yuan(carved.divided_fen),
        "yuan",
        formula=" − ".join(["fund_whole", *keys]),
        inputs=("fund_whole", *keys),
        rule=rule,
    )
    for place, found in enumerate(carved.added, 1):
        label = f"分配后另加：{carved.names[found.kind]}，{found.payee}（{found.cite}）"
        sheet.rule(f"added_{place}", label, fen_to_yuan(found.amount_fen), "yuan", rule=rule)
