"""Other payments 其他支付: booked once per source, in their own book, and taken in by the month's division.

A payment of the inpatient book belongs to a month that is still open, since its point value depends on
it; the others may be booked until their year is cleared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from chspay_core import regions
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_month, faults_others
from chspay_settlement.app.month.batches import post_batch
from chspay_settlement.app.month.ceilings import Ceilings
from chspay_settlement.clients import Policies
from chspay_settlement.engine.books.batch import Batch
from chspay_settlement.engine.books.others import (
    ACCOUNT,
    BOOK_NAMES,
    METHOD_NAMES,
    Book,
    OtherMethod,
    OtherPaid,
    book_of,
    method_of,
    other_postings,
)
from chspay_settlement.engine.routing.by_item import Bill, bills_content, check_bills, fund_part
from chspay_settlement.engine.routing.table import Facts, Router
from chspay_settlement.store import hospitals, others, runs, year
from chspay_settlement.store.accounts import OTHER_KIND
from chspay_settlement.store.others import Other

#: Who works out the payments that settlement itself makes.
OWN = "settlement"
#: Begins the source number of a correction of what settlement booked itself.
CORRECTION = "fix/"
MOST_FEN, MOST_BILLS, _LONGEST = 10**14, 5_000, 200
_SERVICE = re.compile(r"[a-z]{2,30}\Z", re.ASCII)
_SOURCE = re.compile(r"[0-9A-Za-z._:/\-]{1,200}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A payment as it is asked for; fen, not zero."""

    source_service: str
    source_id: str
    pool: str
    month: Month
    method: str
    payee: str
    amount_fen: int
    fund_book: str
    document: str
    insurance_type: str = ""
    corrects: str = ""
    worksheet_digest: str = ""

    @property
    def period(self) -> int:
        """The month as yyyymm."""
        return self.month.year * 100 + self.month.month


#: What makes two requests of one source the same.
_SAME = (
    "corrects", "pool", "payee", "method", "insurance_type", "fund_book", "document", "worksheet_digest",
    "period", "amount_fen",
)  # fmt: skip


async def put(wanted: Wanted, ceilings: Ceilings, content: bytes = b"") -> Other:
    """Books a payment, once only per source.

    :param ceilings: what the books of the year may pay.
    :param content: what settlement itself worked the amount out from.
    :raises Fault: OTHER_*; OTHER_PAYMENT_OVER_FUND beyond the year's fund of its book;
        HOSPITAL_NOT_IN_POOL; OTHER_MONTH_CLOSED for the inpatient book of a month that is
        closed or closing; OTHER_YEAR_CLEARED.
    """
    claim = current_claim()
    claim.require_role("bureau", "service")
    regions.check_code(wanted.pool, "pool")
    claim.require_region(wanted.pool)
    method, book = _checked(wanted)
    connection = await current_connection()
    await others.order(connection, wanted.pool)
    known = await others.of_source(connection, wanted.source_service, wanted.source_id)
    if known is not None:
        return _same(known, wanted)
    await year.lock(connection, wanted.pool, wanted.month.year)
    if await year.standing(connection, wanted.pool, wanted.month.year):
        raise Fault(
            faults_others.YEAR_TAKEN, field="month", value=wanted.month.year, pool=wanted.pool
        )  # fmt: skip
    if book is Book.INPATIENT:
        await others.enter(connection, wanted.pool)
        if await runs.month_state(connection, wanted.pool, wanted.period) not in {"", "starting"}:
            raise Fault(faults_others.MONTH_TAKEN, field="month", value=wanted.month, pool=wanted.pool)
    await ceilings.hold(connection, wanted.pool, wanted.month.year, {book: wanted.amount_fen})
    return await book_payment(connection, wanted, method, book, content)


def told_by_others(wanted: Wanted) -> Wanted:
    """A payment as somebody else may book it: under settlement's own name nothing but a correction.

    :raises Fault: OTHER_SOURCE_RESERVED; a made-up source would stop the run whose source it is.
    """
    if wanted.source_service == OWN and not (wanted.corrects and wanted.source_id.startswith(CORRECTION)):
        raise Fault(faults_others.SOURCE_OURS, field="source_id", value=wanted.source_id)
    return wanted


def _checked(wanted: Wanted) -> tuple[OtherMethod, Book]:
    if not _SERVICE.match(wanted.source_service):
        raise Fault(faults_others.SERVICE_BAD, field="source_service", value=wanted.source_service)
    if not _SOURCE.match(wanted.source_id):
        raise Fault(faults_others.TEXT_BAD, field="source_id", value=wanted.source_id)
    if not 1 <= len(wanted.document.strip()) <= _LONGEST or not wanted.document.isprintable():
        raise Fault(faults_others.TEXT_BAD, field="document", value=wanted.document)
    if not 0 < abs(wanted.amount_fen) <= MOST_FEN:
        raise Fault(faults_others.AMOUNT_BAD, field="amount_fen", value=wanted.amount_fen)
    method = method_of(wanted.method)
    return method, book_of(wanted.fund_book, method)


def _same(known: Other, wanted: Wanted) -> Other:
    """What is booked, when the request says the same again."""
    differing = [name for name in _SAME if getattr(known, name) != getattr(wanted, name)]
    if differing:
        raise Fault(
            faults_others.OTHER_DIFFERS, field="source_id", value=wanted.source_id,
            service=wanted.source_service, payment=known.payment_id, names="、".join(differing),
        )  # fmt: skip
    return known


async def book_payment(
    connection: asyncpg.Connection, wanted: Wanted, method: OtherMethod, book: Book, content: bytes
) -> Other:
    """Stores a payment and posts it, as a batch of its own in the pool's ledger.

    :raises Fault: HOSPITAL_NOT_IN_POOL, OTHER_CORRECTS_UNKNOWN, LEDGER_UNBALANCED.
    """
    payee = await hospitals.in_pool(connection, wanted.payee, wanted.pool, wanted.month.last)
    if payee is None:
        raise Fault(faults_month.HOSPITAL_NOT_IN_POOL, field="payee", value=wanted.payee, pool=wanted.pool)
    corrected = None
    if wanted.corrects:
        corrected = await others.of_source(connection, wanted.source_service, wanted.corrects)
        if corrected is None:
            raise Fault(faults_others.CORRECTS_UNKNOWN, field="corrects", value=wanted.corrects)
        same = (corrected.pool, corrected.payee, corrected.method, corrected.fund_book)
        if same != (wanted.pool, wanted.payee, method, book):
            raise Fault(
                faults_others.CORRECTS_OTHER, field="corrects", value=wanted.corrects, pool=corrected.pool,
                payment=corrected.payment_id, payee=corrected.payee,
                method=METHOD_NAMES[OtherMethod(corrected.method)],
                book=BOOK_NAMES[Book(corrected.fund_book)],
            )  # fmt: skip
    number = await others.count(connection, wanted.pool, wanted.period) + 1
    payment_id = f"OP-{wanted.pool}-{wanted.period}-{number:05d}"
    row = Other(
        payment_id=payment_id, source_service=wanted.source_service, source_id=wanted.source_id,
        corrects=wanted.corrects, pool=wanted.pool, payee=wanted.payee, payee_name=payee.name,
        region_code=payee.region_code, method=method.value, insurance_type=wanted.insurance_type,
        fund_book=book.value, document=wanted.document, worksheet_digest=wanted.worksheet_digest,
        batch_id=payment_id, put_by=current_claim().subject, period=wanted.period,
        amount_fen=wanted.amount_fen,
    )  # fmt: skip
    await others.put(connection, row, content)
    memo = f"{wanted.month} {METHOD_NAMES[method]} {wanted.document}"[:_LONGEST]
    postings = other_postings(paid_of(row), memo)
    batch = Batch(
        payment_id, wanted.pool, wanted.period, wanted.source_id, OTHER_KIND,
        "" if corrected is None else corrected.batch_id, "" if corrected is None else wanted.document,
    )  # fmt: skip
    await post_batch(connection, batch, postings, {wanted.payee: payee.region_code})
    return row


def paid_of(row: Other) -> OtherPaid:
    """A stored payment as the engine takes it."""
    return OtherPaid(row.payment_id, row.payee, OtherMethod(row.method), Book(row.fund_book), row.amount_fen)


async def get(payment_id: str) -> tuple[Other, bytes]:
    """A payment the asker may see, with what settlement worked it out from.

    :raises Fault: OTHER_PAYMENT_NOT_FOUND.
    """
    found = await others.one(await current_connection(), payment_id)
    if found is None:
        raise Fault(faults_others.PAYMENT_NOT_FOUND, field="payment_id", value=payment_id)
    return found


async def page(
    pool: str, span: tuple[int, int], wanted: tuple[str, str], after: str, limit: int
) -> list[Other]:
    """Payments the asker may see: a bureau those of its place, an institution its own."""
    return await others.page(await current_connection(), pool, span, wanted, after, limit)


async def sums(pool: str, of: int) -> list[others.Sum]:
    """A year's payments by month, method and book, held against the ledger.

    :raises Fault: OTHERS_LEDGER_DIFFERS when the books say otherwise.
    """
    claim = current_claim()
    claim.require_role("bureau", "service")
    regions.check_code(pool, "pool")
    claim.require_region(pool)
    connection = await current_connection()
    first, last = of * 100 + 1, of * 100 + 12
    found = await others.sums(connection, pool, first, last)
    booked = await others.booked(connection, pool, first, last)
    for book in Book:
        stated = sum(one.amount_fen for one in found if one.fund_book == book)
        if stated != booked.get(ACCOUNT[book], 0):
            raise Fault(
                faults_others.BOOKS_DIFFER, value=BOOK_NAMES[book], pool=pool, stated=stated,
                found=booked.get(ACCOUNT[book], 0),
            )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Account:
    """Bills of one institution 对账单 as they come in."""

    pool: str
    month: Month
    payee: str
    account_no: str
    fund_book: str
    bills: Sequence[Bill]


class Bills:
    """By-item payment of bills: of pharmacies, clinics and hospitals."""

    def __init__(self, policies: Policies, ceilings: Ceilings) -> None:
        self._policies = policies
        self._ceilings = ceilings

    async def settle(self, account: Account) -> tuple[Other, bytes]:
        """Pays an account: every bill is routed, and what is not by item is refused with its reason.

        :raises Fault: BILL_*, BILLS_*, ROUTE_*, POLICY_MISSING, those of :func:`put`.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        regions.check_code(account.pool, "pool")
        claim.require_region(account.pool)
        number, bills = account.account_no, account.bills
        if not bills:
            raise Fault(faults_others.BILLS_MISSING, field="bills", value=number)
        if len(bills) > MOST_BILLS:
            raise Fault(faults_others.BILLS_TOO_MANY, field="bills", value=len(bills), most=MOST_BILLS)
        connection = await current_connection()
        payee = await hospitals.in_pool(connection, account.payee, account.pool, account.month.last)
        if payee is None:
            raise Fault(
                faults_month.HOSPITAL_NOT_IN_POOL, field="payee", value=account.payee, pool=account.pool
            )
        bundle = await self._policies.current(account.pool, account.month.last)
        router = Router.read(bundle.on(account.month.last))
        routes = [
            router.route(
                Facts(bill.bill_id, payee.kind, bill.medical_type, "", bill.insurance,
                      bill.total_fen > bill.patient_fen)
            )
            for bill in bills
        ]  # fmt: skip
        total = check_bills(bills, routes, router.document)
        if not total:
            raise Fault(faults_others.BILLS_NOTHING, field="bills", value=number)
        content = bills_content(account.payee, number, zip(bills, routes, strict=True))
        paid = await put(
            Wanted(
                OWN, f"bills/{account.payee}/{number}", account.pool, account.month,
                OtherMethod.BY_ITEM.value, account.payee, total, account.fund_book,
                f"对账单{number}（{router.rule.cite}）", worksheet_digest=sm3_hex(content),
            ),
            self._ceilings,
            content,
        )  # fmt: skip
        await self._keep(connection, paid, bills)
        return paid, content

    async def _keep(self, connection: asyncpg.Connection, paid: Other, bills: Sequence[Bill]) -> None:
        """The bills of a payment just booked; of one booked before they are there already."""
        stored = await others.paid_bills(connection, paid.payee, [bill.bill_id for bill in bills])
        again = await others.bills_of(connection, paid.payment_id)
        if again:
            return
        if stored:
            raise Fault(faults_others.BILL_PAID, field="bill_id", value=stored[0], payee=paid.payee)
        await others.put_bills(
            connection,
            [
                others.PaidBill(
                    paid.payee, bill.bill_id, paid.pool, paid.region_code, paid.payment_id,
                    bill.medical_type, bill.insurance, bill.total_fen, bill.patient_fen,
                    bill.disallowed_fen, fund_part(bill),
                )
                for bill in bills
            ],
        )  # fmt: skip
