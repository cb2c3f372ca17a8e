"""The funds of an approved plan bound what outpatient, bed-day and capitation books pay in its year."""

from __future__ import annotations

import asyncio
import json

import methods_world as mw
import pytest
import settlement_world as sw
import year_world as yw

from chspay.settlement.v1 import others_pb2 as op
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy import canonical_json
from chspay_kit import auth

FUND, YEAR, CODE = 30_000_007, 2029, "OTHER_PAYMENT_OVER_FUND"


@pytest.fixture
async def world(migrated_db):
    """Settlement, its neighbours, and a bed-day service."""
    perdiem = mw.PerDiem()
    async with yw.year_world(migrated_db.url("settlement"), perdiem) as running:
        running.perdiem = perdiem
        mw.ask_the_service(running)
        yield running


async def test_a_book_pays_no_more_in_a_year_than_the_plan_gives_it(world):
    """Without this bound a year's plan would be paid over, one payment after the other."""
    put = mw.others_of(world).PutOtherPayment

    def asked(source: str, fen: int, month: int = 1, **more: object) -> op.PutOtherPaymentRequest:
        return mw.payment(source, month=f"{YEAR}-{month:02d}", amount_fen=fen, **more)

    world.plans.funds[sw.POOL, YEAR, "capitation"] = 1_000_000
    with auth.use_claim(sw.BUREAU):
        first = asked("within", 600_000)
        await put(first)
        with pytest.raises(Fault) as caught:
            await put(asked("beyond", 400_001, 2))
        assert caught.value.reason.code == CODE
        assert "10000.00元" in caught.value.message
        assert "10000.01元" in caught.value.message
        # Booked already: answered, not counted again. Money that comes back makes room.
        first.request_id = yw.fresh()
        await put(first)
        await put(asked("back", -100_000, 2, corrects="within"))
        await put(asked("to the fen".replace(" ", "-"), 500_000, 12))
        with pytest.raises(Fault):
            await put(asked("one-fen", 1, 12))
        # Another book of the year, and another year, have no plan: as before.
        await put(asked("outpatient", 9_000_000, fund_book=op.FUND_BOOK_OUTPATIENT))
        await put(mw.payment("next-year", month=f"{YEAR + 1}-01", amount_fen=9_000_000))


async def test_payments_at_one_time_do_not_use_the_same_rest(world):
    """Two that fit alone and not together: one is booked."""
    world.plans.funds[sw.POOL, YEAR + 2, "capitation"] = 1_000_000
    put = mw.others_of(world).PutOtherPayment
    with auth.use_claim(sw.BUREAU):
        told = await asyncio.gather(
            *(
                put(mw.payment(f"at-once-{number}", month=f"{YEAR + 2}-01", amount_fen=400_000))
                for number in range(4)
            ),
            return_exceptions=True,
        )
    assert [one.reason.code for one in told if isinstance(one, Fault)] == [CODE, CODE]


async def test_a_month_that_would_pay_over_the_bed_day_fund_is_not_closed(world):
    """Money for bed-days that a month run books itself is held to the plan as well; its trial says so."""
    content = json.loads(world.rulebook.bundles[sw.POOL].content)
    for rule in content["rules"]:
        if rule["key"] == "other.books":
            rule["value"] = [
                {"method": "per_diem", "book": "per_diem"},
                {"method": "by_item", "book": "inpatient"},
            ]
    world.rulebook.bundles[sw.POOL] = Bundle.parse(canonical_json(content))
    await mw.put_month(world, 11)
    world.plans.funds[sw.POOL, mw.YEAR, "per_diem"] = 24 * 45_600 - 1
    trial = await mw.trial(world, 11, FUND)
    assert (trial.state, trial.failure_reason) == (pb.RUN_STATE_FAILED, CODE)
    run = await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=11)
    assert (run.state, run.failure_reason) == (pb.RUN_STATE_FAILED, CODE)
    assert not world.perdiem.confirmed
    world.plans.funds[sw.POOL, mw.YEAR, "per_diem"] += 1
    run = await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=11)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    assert sorted(world.perdiem.confirmed[run.run_id]) == ["PD-M11-hospice", "PD-M11-psych"]
