"""Money on its way out: advances at the start of a year, and payment orders for what the ledger owes."""

from __future__ import annotations

from datetime import date

from chspay_core import regions
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_kit.db import current_connection
from chspay_settlement import faults_year
from chspay_settlement.app.month.batches import post_batch
from chspay_settlement.app.year.life import may
from chspay_settlement.engine.books.batch import Batch
from chspay_settlement.engine.books.ledger import ADVANCE, PAYABLE, balanced, entry
from chspay_settlement.engine.books.payment_order import (
    SetOff,
    order_file,
    payable_lines,
    payment_postings,
    set_off_postings,
    set_offs,
)
from chspay_settlement.store import accounts, hospitals, payments, year
from chspay_settlement.store.accounts import ADVANCE_KIND, PAYMENT, SET_OFF
from chspay_settlement.store.payments import Order


async def advance(request_id: str, pool: str, of: int, hospital_code: str, amount_fen: int) -> str:
    """Books an advance 预付金 of a year: owed now, set off when the year is cleared. Answers the batch.

    About one month's payment (医保发〔2025〕18号 第二十六条); the amount is the bureau's decision.

    :raises Fault: ADVANCE_BAD, ADVANCE_LATE, YEAR_HOSPITAL_UNKNOWN.
    """
    may(pool)
    if amount_fen <= 0:
        raise Fault(faults_year.ADVANCE_BAD, field="amount_fen", value=amount_fen)
    connection = await current_connection()
    await year.lock(connection, pool, of)
    standing = await year.standing(connection, pool, of)
    if standing:
        raise Fault(faults_year.ADVANCE_LATE, field="year", value=standing, year=of)
    place = await year.place_in_pool(connection, pool, hospital_code)
    if place is None:
        raise Fault(faults_year.YEAR_HOSPITAL_UNKNOWN, field="hospital_code", value=hospital_code, pool=pool)
    memo = f"{of} 年度预付金"
    postings = balanced(
        entry(ADVANCE, hospital_code, amount_fen, memo) + entry(PAYABLE, hospital_code, -amount_fen, memo)
    )
    batch_id = f"AD-{pool}-{of}-{hospital_code}-{sm3_hex(request_id.encode())[:12]}"
    batch = Batch(batch_id, pool, of * 100 + 1, "", ADVANCE_KIND)
    await post_batch(connection, batch, postings, {hospital_code: place})
    return batch_id


async def order(pool: str, pay_on: date, memo: str, *, set_off: bool) -> Order:
    """Makes a payment order of everything the pool owes, books it, and keeps its file for ever.

    :param set_off: whether what is to be clawed back is first taken out of what is owed.
    :raises Fault: PAYMENT_NOTHING.
    """
    claim = may(pool)
    connection = await current_connection()
    await payments.lock(connection, pool)
    owed = await accounts.owed(connection, pool)
    taken: list[SetOff] = set_offs(owed) if set_off else []
    named = await hospitals.named(connection, [one.hospital_code for one in owed], pay_on)
    names = {code: name for code, (_, name) in named.items()}
    places = {code: place for code, (place, _) in named.items()}
    lines = payable_lines(owed, taken, names, pool)
    number = await payments.count(connection, pool, pay_on.year) + 1
    order_no = f"PO-{pool}-{pay_on.year}-{number:05d}"
    period = pay_on.year * 100 + pay_on.month
    if taken:
        batch = Batch(f"{order_no}/S", pool, period, "", SET_OFF)
        await post_batch(connection, batch, set_off_postings(taken, f"冲抵 {order_no}"), places)
    text = memo.strip() or f"{pool} 医保基金拨付"
    batch = Batch(order_no, pool, period, "", PAYMENT)
    await post_batch(connection, batch, payment_postings(lines, f"拨付 {order_no}"), places)
    content = order_file(order_no, pool, pay_on, text, lines)
    new = Order(
        order_no, pool, pay_on.year, number, pay_on, len(lines), sum(line.amount_fen for line in lines),
        content, sm3_hex(content), order_no, claim.subject,
    )  # fmt: skip
    await payments.insert(connection, new)
    return new


async def get(order_no: str) -> Order:
    """A payment order with its file, as it was made.

    :raises Fault: PAYMENT_ORDER_NOT_FOUND.
    """
    found = await payments.one(await current_connection(), order_no)
    if found is None:
        raise Fault(faults_year.ORDER_NOT_FOUND, field="order_no", value=order_no)
    return found


async def page(pool: str, after: str, limit: int) -> list[Order]:
    """Orders of a pool by number."""
    regions.check_code(pool, "pool")
    return await payments.page(await current_connection(), pool, after, limit)
