"""The other payments of a month's run: taken from its fund, booked at its end, stated to who is paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import asyncpg

from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.policy_reading import cited
from chspay_settlement import faults_others
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.ceilings import Ceilings
from chspay_settlement.app.month.others import OWN, Wanted, book_payment, paid_of
from chspay_settlement.engine.books.others import METHOD_NAMES, Book, OtherMethod, Taken, take
from chspay_settlement.engine.month.payment import LineKind, PayLine
from chspay_settlement.engine.routing.due import Due, dues
from chspay_settlement.engine.routing.run import Routed
from chspay_settlement.engine.routing.table import TABLE
from chspay_settlement.store import others, routes, runs


class Beside(NamedTuple):
    """One payment as a statement shows it."""

    payee: str
    book: Book
    line: PayLine


def statement_of(run: runs.Run) -> str:
    """The number of the statements a run's payments belong to, whichever attempt it is."""
    return f"MR-{run.pool}-{run.period}"


async def taken_of(
    connection: asyncpg.Connection, run: runs.Run, policy: Policy, routed: Iterable[Routed]
) -> Taken:
    """The month's fund with its other payments set apart: those booked before, and those of its own cases.

    :raises Fault: OTHERS_OVER_FUND, and as :func:`dues`.
    """
    booked = await others.in_month(connection, run.pool, run.period, Book.INPATIENT.value)
    number = statement_of(run)
    own = [one.paid(number) for one in dues(routed, policy)]
    return take(run.fund_fen, [*(paid_of(row) for row in booked), *own])


async def own_dues(connection: asyncpg.Connection, run: runs.Run, policy: Policy) -> list[Due]:
    """What the run's own cases are paid besides points, from how they were routed."""
    found = await routes.page(connection, run.run_id, ("", ""), ("", ""), 0)
    return dues(found, policy)


async def hold(connection: asyncpg.Connection, run: runs.Run, own: Sequence[Due], ceilings: Ceilings) -> None:
    """Holds what a run's cases are paid besides points to the funds of the year's plan.

    :raises Fault: OTHER_PAYMENT_OVER_FUND.
    """
    more: Counter[Book] = Counter()
    for due in own:
        more[due.book] += due.amount_fen
    await ceilings.hold(connection, run.pool, month_of(run.period).year, more)


async def book(
    connection: asyncpg.Connection, run: runs.Run, policy: Policy, own: Sequence[Due], ceilings: Ceilings
) -> None:
    """Books what a month's cases are paid besides points, each sum as a payment of its own.

    :raises Fault: OTHER_PAYMENT_OVER_FUND, HOSPITAL_NOT_IN_POOL, LEDGER_UNBALANCED.
    """
    if not own:
        return
    await others.order(connection, run.pool)
    await hold(connection, run, own, ceilings)
    number, document = statement_of(run), cited(policy, TABLE)
    for due in own:
        wanted = Wanted(
            OWN, due.number(number), run.pool, month_of(run.period), due.method.value, due.hospital_code,
            due.amount_fen, due.book.value, document, worksheet_digest=due.digest,
        )  # fmt: skip
        await book_payment(connection, wanted, due.method, due.book, due.content)


async def beside(connection: asyncpg.Connection, run: runs.Run, own: Sequence[Due] = ()) -> list[Beside]:
    """The payments that stand on the statements of a run: all of the inpatient book, and its own.

    :param own: those of a trial, which are not booked.
    :raises Fault: OTHERS_LOST when they do not come to what was taken from the fund.
    """
    number = statement_of(run)
    rows = await others.of_statement(connection, run.pool, run.period, number)
    found = [
        Beside(
            row.payee,
            Book(row.fund_book),
            PayLine(
                LineKind.OTHER, row.payment_id, "", _note(row), row.amount_fen,
            ),
        )
        for row in rows
    ]  # fmt: skip
    found += [
        Beside(
            due.hospital_code,
            due.book,
            PayLine(LineKind.OTHER, due.number(number), "", METHOD_NAMES[due.method], due.amount_fen),
        )
        for due in own
    ]
    inpatient = sum(one.line.amount_fen for one in found if one.book is Book.INPATIENT)
    if inpatient != run.others_fen:
        raise Fault(
            faults_others.OTHERS_LOST, field="others", value=run.run_id, taken=run.others_fen, found=inpatient
        )
    return found


def _note(row: others.Other) -> str:
    return f"{METHOD_NAMES[OtherMethod(row.method)]}：{row.document}"
