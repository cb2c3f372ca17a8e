"""A year with bed-day, by-item and community money inside is cleared, closed and done again to the fen."""

from __future__ import annotations

import methods_world as mw
import pytest
import replaying
import settlement_world as sw
import year_world as yw

from chspay.settlement.v1 import others_pb2 as op
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.errors import Fault
from chspay_kit import auth

FUNDS = {1: 30_000_007, 2: 28_000_003}


@pytest.fixture
async def world(migrated_db):
    """Settlement, its neighbours, and a bed-day service."""
    perdiem = mw.PerDiem()
    async with yw.year_world(migrated_db.url("settlement"), perdiem) as running:
        running.perdiem = perdiem
        mw.ask_the_service(running)
        running.today = running.today.replace(year=2028)
        yield running


async def test_a_year_of_many_methods_closes_balanced_and_is_done_again(world, tmp_path):
    """S101 and S35: the year's points share what other payments left of the budget."""
    put = mw.others_of(world).PutOtherPayment
    with auth.use_claim(sw.BUREAU):
        await put(mw.payment("community-1"))
        bundle = mw.payment(
            "bundle-1", method=op.OTHER_METHOD_BUNDLE, fund_book=op.FUND_BOOK_INPATIENT, amount_fen=900_001
        )
        await put(bundle)
    taken = 0
    for month, fund in FUNDS.items():
        await mw.put_month(world, month)
        run = await world.month_run(yw.fresh(), fund, year=mw.YEAR, month=month)
        assert run.state == pb.RUN_STATE_DONE, run.failure_message
        taken += run.others_fen
    await world.score(mw.YEAR, H001="90", H002="70", H003="50")
    budget = sum(FUNDS.values())
    found = await world.trial(mw.YEAR, budget)
    assert found.state == "trial", found.failure_message
    assert (found.others_fen, found.budget_fen) == (taken, budget - taken)
    with auth.use_claim(sw.BUREAU), pytest.raises(Fault) as caught:
        await put(mw.payment("late-2", month=f"{mw.YEAR}-12"))
    assert caught.value.reason.code == "OTHER_YEAR_CLEARED"
    (again,) = await replaying.again(world, found.clearing_id, tmp_path)
    assert again.same, again.place

    whole = {
        "budget_fen": found.budget_fen + taken, "actual_fen": found.actual_fen + taken,
        "decision_fen": found.decision_fen + taken,
    }  # fmt: skip
    closed = await world.close(found, **whole)
    assert closed.state == "closed"
    accounts = await world.accounts(mw.YEAR)
    points = sum(row.fund_fen for row in (await world.hospitals(found.clearing_id)).values())
    assert points == closed.decision_fen
    spent = min(closed.decision_fen, closed.budget_fen)
    assert accounts["fund_pool"] + accounts.get("fund_pool:per_diem", 0) == spent + taken
    assert accounts["fund_pool:capitation"] == 1_234_567
    assert accounts.get("reserve", 0) == closed.decision_fen - spent
    assert not [name for name in accounts if name.startswith(("retention", "receivable")) and accounts[name]]
    assert sum(accounts.values()) == 0
    proof = await world.verified()
    assert not proof.faults
