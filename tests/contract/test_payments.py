"""The ledger read, proven and paid out of, over real gRPC: one order, one file, the same bytes for ever."""

from __future__ import annotations

import csv
import io
from datetime import date

import asyncpg
import pytest
import settlement_world as sw
import year_world as yw

from chspay.settlement.v1 import ledger_pb2
from chspay_core.amounts import yuan_to_fen
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_kit import auth
from chspay_kit.convert import date_to_pb
from chspay_settlement.app.month.batches import post_batch
from chspay_settlement.engine.books.batch import Batch
from chspay_settlement.engine.books.ledger import CLAW_BACK, FUND_POOL, balanced, entry


@pytest.fixture
async def world(migrated_db):
    """Settlement and its neighbours, in this test's event loop."""
    async with yw.year_world(migrated_db.url("settlement")) as running:
        yield running


async def refused(call) -> str:
    """The reason a call ends with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value.reason.code


def ordering(request_id: str, *, set_off: bool = False) -> ledger_pb2.CreatePaymentOrderRequest:
    """A request to pay what the pool owes."""
    return ledger_pb2.CreatePaymentOrderRequest(
        request_id=request_id, pool=sw.POOL, pay_on=date_to_pb(date(2026, 4, 15)), memo="三月月结",
        set_off=set_off,
    )  # fmt: skip


def advancing(code: str, fen: int, request_id: str = "") -> ledger_pb2.PayAdvanceRequest:
    """A request for an advance of 2026."""
    return ledger_pb2.PayAdvanceRequest(
        request_id=request_id or yw.fresh(), pool=sw.POOL, year=2026, hospital_code=code, amount_fen=fen
    )


async def account(
    world, claim: auth.Claim, code: str, size: int = 0, year: int = 2026
) -> list[ledger_pb2.AccountLine]:
    """An institution's lines, page by page."""
    lines: list[ledger_pb2.AccountLine] = []
    token = ""
    with auth.use_claim(claim):
        while True:
            page = await world.ledger.GetAccount(
                ledger_pb2.GetAccountRequest(
                    pool=sw.POOL, hospital_code=code, year=year, page_size=size, page_token=token
                )
            )
            lines += page.lines
            token = page.next_page_token
            if not token:
                return lines


async def test_an_order_pays_what_the_ledger_owes_and_never_twice(world):
    """The file that goes to the bank equals the postings to the fen, and is the same file ten years on."""
    await world.months(2026, {3: 12_345_678})
    with auth.use_claim(yw.AUTHOR):
        await world.ledger.PayAdvance(advancing("H001", 500_000, "adv-1"))
        await world.ledger.PayAdvance(advancing("H001", 500_000, "adv-1"))
        assert await refused(world.ledger.PayAdvance(advancing("H001", 0))) == "ADVANCE_BAD"
        assert await refused(world.ledger.PayAdvance(advancing("H404", 5))) == "YEAR_HOSPITAL_UNKNOWN"
        before = await world.accounts(2026)
        made = (await world.ledger.CreatePaymentOrder(ordering("pay-1"))).order
        again = (await world.ledger.CreatePaymentOrder(ordering("pay-1"))).order
        assert again == made
        assert await refused(world.ledger.CreatePaymentOrder(ordering("pay-2"))) == "PAYMENT_NOTHING"
        found = await world.ledger.GetPaymentOrder(ledger_pb2.GetPaymentOrderRequest(order_no=made.order_no))
        second = await world.ledger.GetPaymentOrder(ledger_pb2.GetPaymentOrderRequest(order_no=made.order_no))
        orders = await world.ledger.ListPaymentOrders(ledger_pb2.ListPaymentOrdersRequest(pool=sw.POOL))
    assert before["advance/H001"] == 500_000
    assert found.content == second.content
    assert made.digest == sm3_hex(found.content)
    assert [order.order_no for order in orders.orders] == [made.order_no]
    rows = list(csv.reader(io.StringIO(found.content.decode(), newline="")))
    head, details, tail = rows[0], rows[1:-1], rows[-1]
    assert head[:4] == ["H", "chspay-pay/1", made.order_no, sw.POOL]
    assert (head[4], int(head[6]), head[7]) == ("2026-04-15", len(details), tail[2])
    body = found.content[: found.content.rindex(b"T,")]
    assert tail == ["T", str(len(details)), head[7], sm3_hex(body)]
    assert len({row[1] for row in details}) == len(details)
    paid = {row[2]: yuan_to_fen(row[4]) for row in details}
    assert sum(paid.values()) == yuan_to_fen(tail[2]) == made.total_fen
    assert paid == {
        name.removeprefix("payable/"): -amount
        for name, amount in before.items()
        if name.startswith("payable/")
    }
    after = await world.accounts(2026)
    assert after["bank"] == -made.total_fen
    assert all(after[f"payable/{code}"] == 0 for code in paid)
    assert not (await world.verified()).faults


async def test_claw_backs_are_set_off_before_money_leaves(world):
    """What is to be recovered is taken out of what is owed; the year counts the month as it was booked."""
    await world.months(2028, {4: 9_000_000})
    await world.score(2028, H001="90", H002="90", H003="90")
    async with world.database.unit(auth.service_claim("test")) as unit:
        lines = entry(CLAW_BACK, "H002", 1_000, "追回") + entry(FUND_POOL, "", -1_000, "追回")
        batch = Batch("RC-test", sw.POOL, 202804, "", "reclear", "", "演示")
        await post_batch(await unit.connection(), batch, balanced(lines), {"H002": sw.OTHER_COUNTY})
    before = await world.accounts(2028)
    with auth.use_claim(yw.AUTHOR):
        request = ordering("pay-off", set_off=True)
        request.pay_on.CopyFrom(date_to_pb(date(2028, 5, 10)))
        await world.ledger.CreatePaymentOrder(request)
    after = await world.accounts(2028)
    assert (before["claw_back/H002"], after["claw_back/H002"]) == (1_000, 0)
    lines = await account(world, yw.AUTHOR, "H002", year=2028)
    assert [line.amount_fen for line in lines if line.kind == "set_off"] == [1_000, -1_000]
    paid = [line.amount_fen for line in lines if line.kind == "payment"]
    assert paid == [-before["payable/H002"] - 1_000]
    world.today = date(2029, 1, 5)
    found = await world.trial(2028, 9_000_000)
    rows = await world.hospitals(found.clearing_id)
    assert {code: row.prepaid_fen for code, row in rows.items()} == {
        code: -before[f"payable/{code}"] for code in yw.HOSPITALS
    }
    closed = await world.close(found)
    assert closed.state == "closed"
    assert not (await world.verified()).faults


async def test_a_statement_of_account_adds_up_line_by_line(world):
    """A hospital's treasurer follows every fen from the month to the bank."""
    await world.months(2026, {5: 8_000_000})
    own = await account(world, sw.hospital_claim("H003"), "", size=2, year=0)
    assert own == await account(world, yw.AUTHOR, "H003", year=0)
    assert {line.account.rsplit("/", 1)[1] for line in own} == {"H003"}
    running: dict[str, int] = {}
    for line in own:
        running[line.account] = running.get(line.account, 0) + line.amount_fen
        assert line.balance_fen == running[line.account]
    assert [(line.seq, line.line_no) for line in own] == sorted((line.seq, line.line_no) for line in own)
    pool = await account(world, yw.AUTHOR, "")
    assert {line.account.split("/")[0] for line in pool} >= {"fund_pool", "bank"}
    with auth.use_claim(sw.hospital_claim("H003")):
        assert await refused(world.ledger.CreatePaymentOrder(ordering("pay-own"))) == "ROLE_DENIED"
        verify = ledger_pb2.VerifyLedgerRequest(pool=sw.POOL)
        assert await refused(world.ledger.VerifyLedger(verify)) == "ROLE_DENIED"
        listed = await world.ledger.ListPaymentOrders(ledger_pb2.ListPaymentOrdersRequest(pool=sw.POOL))
        assert not listed.orders
    with auth.use_claim(auth.Claim("elsewhere", "bureau", region="8801")):
        assert await refused(world.ledger.VerifyLedger(verify)) == "REGION_DENIED"


async def test_verification_finds_whatever_was_changed_behind_the_guards(world, migrated_db):
    """A superuser can switch triggers off; the chain must tell on him."""
    await world.months(2026, {6: 7_000_000})
    assert not (await world.verified()).faults
    admin = await asyncpg.connect(migrated_db.admin_url)
    line = " WHERE batch_id = $1 AND line_no = 1"
    changes = (
        ("posting", "UPDATE settlement.posting SET amount_fen = amount_fen + 1" + line),
        ("posting", "UPDATE settlement.posting SET amount_fen = amount_fen - 1" + line),
        ("posting_batch", "UPDATE settlement.posting_batch SET period = 202612 WHERE batch_id = $1"),
        ("posting_batch", "UPDATE settlement.posting_batch SET period = 202606 WHERE batch_id = $1"),
    )  # fmt: skip
    try:
        batch = await admin.fetchval(
            "SELECT batch_id FROM settlement.posting_batch WHERE kind = 'month' AND period = 202606"
        )
        expected = [2, 0, 1, 0]
        for (table, statement), count in zip(changes, expected, strict=True):
            await admin.execute(f"ALTER TABLE settlement.{table} DISABLE TRIGGER USER")
            await admin.execute(statement, batch)
            await admin.execute(f"ALTER TABLE settlement.{table} ENABLE TRIGGER USER")
            faults = (await world.verified()).faults
            assert len(faults) == count, faults
            assert all(batch in fault for fault in faults)
    finally:
        await admin.close()
