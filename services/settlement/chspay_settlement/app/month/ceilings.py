"""What the books of a year may pay 基金上限: the funds of the year's approved plan.

The inpatient book is held by the month's own fund, which it is taken from before the point value is formed.
"""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from chspay_settlement.clients import Budget
from chspay_settlement.engine.books.others import Book, within_plan
from chspay_settlement.store import others


class Ceilings:
    """Holds payments to the plan; a year without an approved plan has no such bound."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    async def hold(
        self, connection: asyncpg.Connection, pool: str, year: int, more_fen: Mapping[Book, int]
    ) -> None:
        """Refuses payments that take a book beyond its fund. Who books them has taken the pool's turn before
        (:func:`others.order`), so that no two payments use the same rest.

        :param more_fen: what each book would pay besides.
        :raises Fault: OTHER_PAYMENT_OVER_FUND; of kind UNAVAILABLE, why to wait.
        """
        for book, more in sorted(more_fen.items()):
            if book is Book.INPATIENT or more <= 0:
                continue
            fund = await self._budget.pool_fund(pool, year, book.value)
            if fund is not None:
                within_plan(year, book, fund, await others.of_book(connection, pool, year, book.value), more)
