"""Amounts of the books opened: accounts, batches, payment orders, corrections. The row policies decide."""

from __future__ import annotations

import csv
import io

from chspay_core.amounts import yuan_to_fen
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement.engine.lineage import books
from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.engine.lineage.facts import Page
from chspay_settlement.engine.lineage.node import Node
from chspay_settlement.engine.lineage.ref import Ref
from chspay_settlement.store import lineage_books as rows
from chspay_settlement.store import payments, scope

_CODE, _NAME, _AMOUNT = 2, 3, 4


class BooksReader:
    """Opens amounts of a ledger, an order or a correction, always with the eyes of the asker."""

    async def open(self, ref: Ref, page: Page) -> Node | None:
        """An amount; ``None`` when there is none of this name that the asker may see."""
        connection = await current_connection()
        await scope.act_as(connection, current_claim())
        if ref.root == refs.LEDGER:
            return await self._ledger(ref, page)
        if ref.root == refs.ORDER:
            return await self._order(ref, page)
        return await self._correction(ref)

    async def _ledger(self, ref: Ref, page: Page) -> Node | None:
        connection, pool = await current_connection(), ref.of
        if ref.part == refs.ACCOUNT:
            lines = await rows.lines_of_account(connection, pool, ref.keys[0])
            found = lines and ref.item == "balance"
            return books.account_balance(pool, ref.keys[0], lines, page) if found else None
        number = int(ref.keys[1]) if ref.keys[1].isdecimal() else 0
        line = await rows.line(connection, pool, ref.keys[0], number)
        if line is None or ref.item not in {"amount", "credit"}:
            return None
        if ref.item == "credit":
            return books.credit(pool, line)
        amounts: dict[str, int] = {}
        if line.kind == books.MONTH and books.needs(line):
            amounts = await rows.of_month(connection, line.run_id, line.hospital_code)
        elif line.kind == books.YEAR and books.needs(line):
            amounts = await rows.of_year(connection, line.batch_id, line.hospital_code)
        elif line.kind == books.DIFFERENCE and books.needs(line):
            found_row = await rows.correction(connection, line.batch_id, line.hospital_code)
            amounts = {} if found_row is None else {"prepaid": found_row[0].prepaid_delta_fen}
        return books.opened_line(pool, line, amounts)

    async def _order(self, ref: Ref, page: Page) -> Node | None:
        connection = await current_connection()
        order = await payments.one(connection, ref.of)
        if ref.part == refs.POOL:
            known = order is not None and ref.item == "total"
            return books.order_total(ref.of, paid_in(order.content), page) if known and order else None
        line = await rows.payment(connection, ref.of, ref.keys[0])
        if line is None or ref.item != "amount":
            return None
        pool = line.account.split("/")[1]
        return books.order_amount(pool, ref.of, ref.keys[0], line.amount_fen, line)

    async def _correction(self, ref: Ref) -> Node | None:
        connection, code = await current_connection(), (ref.keys or ("",))[0]
        if ref.part == refs.CASE:
            case = await rows.corrected_case(connection, ref.of, code, ref.keys[1])
            return None if case is None else books.corrected_case(ref.of, code, ref.keys[1], case, ref.item)
        found = await rows.correction(connection, ref.of, code)
        return None if found is None else books.correction(ref.of, code, found[1], found[0], ref.item)


def paid_in(content: bytes) -> list[tuple[str, str, int]]:
    """Code, name and amount (fen) of every payment in the file of an order."""
    found = csv.reader(io.StringIO(content.decode(), newline=""))
    return [
        (row[_CODE], row[_NAME], yuan_to_fen(row[_AMOUNT])) for row in found if row and row[0] == "D"
    ]  # fmt: skip
