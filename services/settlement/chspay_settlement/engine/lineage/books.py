"""The lineage of the books: accounts, lines of batches, payment orders, corrections of closed months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chspay_settlement.engine.books.ledger import (
    ACCOUNTS,
    CLAW_BACK,
    HELD,
    PAYABLE,
    RECEIVABLE,
    RETENTION,
)
from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.engine.lineage.facts import Page, paged
from chspay_settlement.engine.lineage.node import Node, Source, given, money, opened, points

MONTH, DIFFERENCE, YEAR = "month", "difference", "year"
_HOLD_MEMO = "暂缓拨付"
#: What a line of a month's batch is made of: account -> (formula, lines of the hospital's month).
_OF_MONTH = {
    PAYABLE: ("deducted − prepaid", ("deducted", "prepaid")),
    RETENTION: ("0 − retained", ("retained",)),
    RECEIVABLE: ("deducted − fund", ("deducted", "fund")),
}
_OF_HOLDS = {PAYABLE: ("held", ("held",)), HELD: ("0 − held", ("held",))}
_LABELS = {
    "deducted": "审核扣款", "prepaid": "预付", "retained": "预留（质量保证金）", "fund": "本院医保基金",
    "held": "暂缓拨付",
}  # fmt: skip


class BookLine(NamedTuple):
    """A line of the ledger with its batch; ``amount_fen`` is debit above zero, credit below."""

    batch_id: str
    line_no: int
    kind: str
    period: int
    run_id: str
    account: str
    hospital_code: str
    amount_fen: int
    note: str
    hash: str


def line_ref(pool: str, line: BookLine, item: str = "amount") -> str:
    """The name of a line of a batch."""
    return refs.ref(refs.LEDGER, pool, refs.BATCH, line.batch_id, str(line.line_no), item=item).text


def account_balance(pool: str, account: str, lines: Sequence[BookLine], page: Page) -> Node:
    """The balance of an account: the sum of its lines, in the order they were posted."""
    ref = refs.ref(refs.LEDGER, pool, refs.ACCOUNT, account, item="balance").text
    title = ACCOUNTS.get(account.split("/", maxsplit=1)[0], account)
    node = money(ref, f"{title}余额（{account}）", sum(line.amount_fen for line in lines))
    return paged(node, [book_line(pool, line) for line in lines], page)


def book_line(pool: str, line: BookLine) -> Node:
    """A line of a batch, unopened."""
    label = f"{line.batch_id} 第{line.line_no}行：{line.note}"
    return money(line_ref(pool, line), label, line.amount_fen, name="amount")


def credit(pool: str, line: BookLine) -> Node:
    """A line seen from the credit side: what it books to the institution."""
    node = money(line_ref(pool, line, "credit"), f"{line.batch_id}：{line.note}（贷方）", -line.amount_fen)
    return opened(node, "0 − amount", book_line(pool, line))


def opened_line(pool: str, line: BookLine, found: dict[str, int]) -> Node:
    """A line of a batch and the amounts it books; one that moves money as decided ends here.

    :param found: amounts of the hospital's month, year or correction that the line may rest on, fen.
    """
    node, code = book_line(pool, line), line.hospital_code
    account = line.account.split("/")[0]
    formula = ""
    names: tuple[str, ...] = ()
    if line.kind == MONTH and code:
        formula, names = (_OF_HOLDS if _HOLD_MEMO in line.note else _OF_MONTH).get(account, ("", ()))
    elif line.kind == YEAR and account in {PAYABLE, CLAW_BACK}:
        formula, names = "0 − balance", ("balance",)
    elif line.kind == DIFFERENCE and account == PAYABLE:
        formula, names = "0 − prepaid", ("prepaid",)
    if not formula or any(name not in found for name in names):
        source = Source("posting", "amount_fen", row=f"{line.batch_id}/{line.line_no}", digest=line.hash)
        return given(node, source, f"记账凭证：{line.kind}，随统筹区账簿的哈希链保存")
    inputs = [
        money(_root(line, code, name), _LABELS.get(name, "应补付" if name == "balance" else "差额预付"),
              found[name], name=name)
        for name in names
    ]  # fmt: skip
    return opened(node, formula, *inputs)


def needs(line: BookLine) -> tuple[str, ...]:
    """Which amounts of the hospital a line may rest on."""
    if not line.hospital_code:
        return ()
    return {MONTH: tuple(_LABELS), YEAR: ("balance",), DIFFERENCE: ("prepaid",)}.get(line.kind, ())


def _root(line: BookLine, code: str, name: str) -> str:
    if line.kind == MONTH:
        return refs.ref(refs.RUN, line.run_id, refs.HOSPITAL, code, item=name).text
    root = refs.YEAR if line.kind == YEAR else refs.DIFFERENCE
    return refs.ref(root, line.batch_id, refs.HOSPITAL, code, item=name).text


def order_total(order_no: str, lines: Sequence[tuple[str, str, int]], page: Page) -> Node:
    """The total of a payment order: what each institution is paid.

    :param lines: code, name and amount of each payment.
    """
    ref = refs.ref(refs.ORDER, order_no, refs.POOL, item="total").text
    node = money(ref, f"拨付单{order_no}合计", sum(amount for _, _, amount in lines))
    children = [
        money(refs.ref(refs.ORDER, order_no, refs.HOSPITAL, code, item="amount").text, name or code, amount)
        for code, name, amount in lines
    ]
    return paged(node, children, page)


def order_amount(pool: str, order_no: str, code: str, amount_fen: int, line: BookLine) -> Node:
    """One payment of an order: the line of the ledger that takes it out of what is payable."""
    ref = refs.ref(refs.ORDER, order_no, refs.HOSPITAL, code, item="amount").text
    return opened(money(ref, f"拨付单{order_no}付款", amount_fen), "amount", book_line(pool, line))


class Corrected(NamedTuple):
    """A hospital in a correction of a closed month: where it stands now, and what that changed."""

    fund_fen: int
    prepaid_fen: int
    points_micro: int
    fund_delta_fen: int
    prepaid_delta_fen: int
    points_delta_micro: int


#: Line of a correction -> (label, where it stands now, what changed).
_CHANGES = {
    "fund": ("差额基金", "fund_fen", "fund_delta_fen"),
    "prepaid": ("差额预付", "prepaid_fen", "prepaid_delta_fen"),
    "points": ("差额点数", "points_micro", "points_delta_micro"),
}


def correction(difference_id: str, code: str, digest: str, row: Corrected, item: str) -> Node | None:
    """What a correction changes for a hospital: where it stands now, less where it stood posted."""
    if item not in _CHANGES:
        return None
    label, now, change = _CHANGES[item]
    ref = refs.ref(refs.DIFFERENCE, difference_id, refs.HOSPITAL, code, item=item).text
    moved, stands = getattr(row, change), getattr(row, now)
    make = points if item == "points" else money
    source = Source("difference_hospital", now, row=difference_id, digest=digest)
    after = given(make("", "更正后", stands, name="after"), source, "按该月自己的政策、病组表与基金重新计算")
    before = given(make("", "更正前已入账", stands - moved, name="before"), source)
    return opened(make(ref, label, moved), "after − before", after, before)


class CorrectedCase(NamedTuple):
    """A case of a correction: what it gets from now on, and what it got."""

    list_id: str
    version: int
    points_micro: int
    fund_fen: int
    before_points_micro: int
    before_fund_fen: int
    why: str


def corrected_case(difference_id: str, code: str, case_id: str, row: CorrectedCase, item: str) -> Node | None:
    """What a correction changes for a case."""
    if item not in {"fund", "points"}:
        return None
    ref = refs.ref(refs.DIFFERENCE, difference_id, refs.CASE, code, case_id, item=item).text
    make = points if item == "points" else money
    now, was = (
        (row.points_micro, row.before_points_micro)
        if item == "points"
        else (row.fund_fen, row.before_fund_fen)
    )
    source = Source("difference_case", item, "", row.list_id, row.version)
    after = given(make("", "更正后", now, name="after"), source, row.why)
    before = given(make("", "更正前", was, name="before"), source)
    label = "病例差额点数" if item == "points" else "病例差额基金"
    return opened(make(ref, label, now - was), "after − before", after, before)
