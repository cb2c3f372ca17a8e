"""Payment orders 拨付单: who is paid what out of payables, and the file that goes to the bank; pure.

The file is CSV with CRLF in UTF-8: one header (H) with number, day, count and total, one detail line (D)
per institution with a number of its own, one trailer (T) that repeats count and total and carries the SM3
of everything before it. The same order gives the same bytes for ever.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from chspay_core.amounts import fen_to_yuan
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.books.ledger import (
    BANK,
    CLAW_BACK,
    PAYABLE,
    Posting,
    balanced,
    entry,
)

FORMAT = "chspay-pay/1"
CURRENCY = "CNY"

NOTHING_TO_PAY = Reason(
    "PAYMENT_NOTHING", Kind.PRECONDITION, "统筹区{value}目前没有应付未付的款项，无需生成拨付单。"
)


class Owed(NamedTuple):
    """What an institution is owed (below zero: owed by it), and what is to be clawed back of it, fen.

    A month's receivable is not among it: the annual clearing settles it with the year.
    """

    hospital_code: str
    payable_fen: int
    claw_back_fen: int


class OrderLine(NamedTuple):
    """One payment of an order."""

    hospital_code: str
    name: str
    amount_fen: int


class SetOff(NamedTuple):
    """What is clawed back of an institution, taken out of what it is owed."""

    hospital_code: str
    amount_fen: int


def set_offs(owed: Sequence[Owed]) -> list[SetOff]:
    """As much of every claw-back as the payable covers, by institution code."""
    found = [
        SetOff(one.hospital_code, min(max(one.payable_fen, 0), max(one.claw_back_fen, 0)))
        for one in sorted(owed)
    ]
    return [one for one in found if one.amount_fen]


def payable_lines(
    owed: Sequence[Owed], taken: Sequence[SetOff], names: Mapping[str, str], pool: str
) -> list[OrderLine]:
    """Payments after set-off, by institution code; nothing is paid to whoever is owed nothing.

    :raises Fault: PAYMENT_NOTHING.
    """
    off = {one.hospital_code: one.amount_fen for one in taken}
    lines = [
        OrderLine(
            one.hospital_code,
            names.get(one.hospital_code, ""),
            one.payable_fen - off.get(one.hospital_code, 0),
        )
        for one in sorted(owed)
    ]
    found = [line for line in lines if line.amount_fen > 0]
    if not found:
        raise Fault(NOTHING_TO_PAY, field="pool", value=pool)
    return found


def set_off_postings(taken: Sequence[SetOff], memo: str) -> list[Posting]:
    """Balanced postings of set-offs.

    :raises Fault: LEDGER_UNBALANCED.
    """
    lines: list[Posting] = []
    for one in taken:
        lines += entry(PAYABLE, one.hospital_code, one.amount_fen, memo)
        lines += entry(CLAW_BACK, one.hospital_code, -one.amount_fen, memo)
    return balanced(lines)


def payment_postings(lines: Sequence[OrderLine], memo: str) -> list[Posting]:
    """Balanced postings of an order: payables out, the bank account pays.

    :raises Fault: LEDGER_UNBALANCED.
    """
    found = entry(BANK, "", -sum(line.amount_fen for line in lines), memo)
    for line in lines:
        found += entry(PAYABLE, line.hospital_code, line.amount_fen, memo)
    return balanced(found)


def order_file(order_no: str, pool: str, pay_on: date, memo: str, lines: Sequence[OrderLine]) -> bytes:
    """The file of an order."""
    total = fen_to_yuan(sum(line.amount_fen for line in lines))
    rows: list[tuple[str, ...]] = [
        ("H", FORMAT, order_no, pool, pay_on.isoformat(), CURRENCY, str(len(lines)), total)
    ]
    for number, line in enumerate(lines, start=1):
        amount = fen_to_yuan(line.amount_fen)
        rows.append(("D", f"{order_no}-{number:05d}", line.hospital_code, line.name, amount, memo))
    body = _csv(rows)
    return body + _csv([("T", str(len(lines)), total, sm3_hex(body))])


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
