"""Lineage of years and books over real gRPC: balances, accounts and orders open and re-add."""

from __future__ import annotations

import random
from datetime import date

import lineage_walk as walk
import settlement_world as sw
import year_world as yw

from chspay.settlement.v1 import ledger_pb2, year_pb2
from chspay_kit import auth
from chspay_kit.convert import date_to_pb

FUNDS = {1: 20_000_003, 3: 21_000_007}
HOSPITAL_ITEMS = (
    "balance", "fund", "target", "shared", "withheld", "gained", "assessed", "released", "audit", "prepaid",
    "retained", "receivable", "advance", "deducted", "audit_now", "actual", "points",
)  # fmt: skip
POOL_ITEMS = (
    "decision", "budget", "shared", "base_budget", "base_actual", "fund", "actual", "points", "patient",
    "shared_value", "target_value", "shared_money", "shared_left", "shared_last", "target_left",
)  # fmt: skip


async def test_a_closed_year_and_its_books_open_to_the_ends(migrated_db):
    """From the balance of a year to the vouchers, and from a payment order to the amounts it pays."""
    async with yw.year_world(migrated_db.url("settlement")) as world:
        await world.months(2026, FUNDS)
        await world.score(2026, H001="85", H002="70", H003="50")
        advance = ledger_pb2.PayAdvanceRequest(
            request_id="adv", pool=sw.POOL, year=2026, hospital_code="H001", amount_fen=1_000_000
        )
        ordering = ledger_pb2.CreatePaymentOrderRequest(
            request_id="order", pool=sw.POOL, pay_on=date_to_pb(date(2026, 4, 15)), memo="月结", set_off=True
        )
        with auth.use_claim(yw.AUTHOR):
            await world.ledger.PayAdvance(advance)
            order = (await world.ledger.CreatePaymentOrder(ordering)).order
        found = await world.close(await world.trial(2026, sum(FUNDS.values()) + 6_000_001))
        finding = year_pb2.ReclearFinding(hospital_code="H001", case_id="Y2026-3-0", multiple={"value": "2"})
        with auth.use_claim(yw.AUTHOR):
            drafted = await world.years.DraftReclearing(
                year_pb2.DraftReclearingRequest(
                    request_id="rc", clearing_id=found.clearing_id, findings=[finding], cause="高套",
                    citation="医保处1号",
                )
            )  # fmt: skip
        year, dice, ask = f"year/{found.clearing_id}", random.Random(5), walk.asker(world.channel, sw.BUREAU)
        names = [f"{year}/hospital/{code}/{item}" for code in yw.HOSPITALS for item in HOSPITAL_ITEMS]
        names += [f"{year}/pool/{item}" for item in POOL_ITEMS]
        names += [f"order/{order.order_no}/pool/total", f"order/{order.order_no}/hospital/H002/amount"]
        for account in ("payable", "retention", "advance"):
            names.append(f"ledger/{sw.POOL}/account/{account}%2F{sw.POOL}%2FH001/balance")
        names.append(f"ledger/{sw.POOL}/account/fund_pool%2F{sw.POOL}/balance")
        reclear = f"reclear/{drafted.reclearing.reclear_id}"
        names += [f"{reclear}/hospital/H001/{item}" for item in ("fund", "balance")]
        for name in names:
            ends = await walk.descend(ask, name, dice, most=7)
            assert set(ends) <= {"input", "rule"}, name
        # A hospital opens its own balance; what the others share in is a published figure to it.
        own = walk.asker(world.channel, sw.hospital_claim("H001"))
        ends = await walk.descend(own, f"{year}/hospital/H001/balance", dice, most=40)
        assert ends["public"] > 0
        await walk.refused(own(f"{year}/hospital/H002/balance", ""), "LINEAGE_NOT_FOUND")
        await walk.refused(own(f"order/{order.order_no}/hospital/H002/amount", ""), "LINEAGE_NOT_FOUND")
        line = f"ledger/{sw.POOL}/account/payable%2F{sw.POOL}%2FH002/balance"
        await walk.refused(own(line, ""), "LINEAGE_NOT_FOUND")
