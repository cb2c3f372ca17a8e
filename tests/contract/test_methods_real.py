"""A month run with the real bed-day service beside it, each with its own database."""

from __future__ import annotations

from datetime import date

import methods_world as mw
import perdiem_world as pw
import pytest
import replaying
import settlement_world as sw
import year_world as yw

from chspay.perdiem.v1 import perdiem_pb2
from chspay.settlement.v1 import lineage_pb2, lineage_pb2_grpc
from chspay.settlement.v1 import routing_pb2 as rp
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth
from chspay_kit.grpc_client import Channel

FUND = 30_000_007


@pytest.fixture
async def world(migrated_db, monkeypatch):
    """Settlement asking the real bed-day service, under one key of claims."""
    monkeypatch.setattr(pw, "KEY", sw.KEY)
    async with pw.world(migrated_db) as perdiem:
        channel = Channel(perdiem.target, pw.KEY)
        try:
            async with yw.year_world(migrated_db.url("settlement"), target=channel) as running:
                running.perdiem = perdiem
                mw.ask_the_service(running)
                yield running
        finally:
            await channel.close()


async def test_the_real_bed_day_service_prices_stays_of_a_month_run(world, tmp_path):
    """S12: points of psychiatry and money of a hospice as the service priced them, down to its worksheet."""
    with auth.use_claim(pw.BUREAU):
        await pw.member(world.perdiem, "H001", "psychiatry")
        await pw.member(world.perdiem, "H002", "hospice")
    long = {"admission_date": date(mw.YEAR, 7, 1), "discharge_date": date(mw.YEAR, 7, 25)}
    codes = list(yw.HOSPITALS)
    cases = [mw.case(number, 7, codes[number % 3]) for number in range(24)]
    for name, code, department in (
        ("psych", "H001", mw.PSYCHIATRY),
        ("hospice", "H002", mw.HOSPICE),
        ("pilotless", "H003", mw.PSYCHIATRY),
    ):
        facts = {"case_id": f"M7-{name}", "person_key": name, "department": department, **long}
        cases.append(mw.case(len(cases), 7, code, **facts))
    await sw.import_lists(world.stub, yw.fresh(), [sw.chunk(cases)])
    tried = await mw.trial(world, 7, FUND)
    assert tried.state == pb.RUN_STATE_DONE, tried.failure_message
    assert await _counted(world) == 0
    run = await world.month_run(yw.fresh(), FUND, year=mw.YEAR, month=7)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    psych = (await mw.explained(world, run.run_id, "H001", "M7-psych")).route
    hospice = (await mw.explained(world, run.run_id, "H002", "M7-hospice")).route
    other = (await mw.explained(world, run.run_id, "H003", "M7-pilotless")).route
    assert (psych.method, psych.bed_day_points_micro) == (rp.PAY_METHOD_PER_DIEM, 24 * 3_500_000)
    assert hospice.method == rp.PAY_METHOD_PER_DIEM
    assert (other.method, other.reason) == (rp.PAY_METHOD_DRG, "not_pilot")
    paid = next(case for case in cases if case.case_id == "M7-hospice")
    assert run.others_fen == hospice.amount_fen == 24 * 45_600 - paid.patient_paid_fen
    assert run.fund_fen + run.others_fen == FUND
    paid_by = f"SELECT pricing_id, run_id FROM confirmed WHERE run_id = '{run.run_id}'"
    assert {tuple(row) for row in await _rows(world, paid_by)} == {
        (route.pricing_id, run.run_id) for route in (psych, hospice)
    }
    for route in (psych, hospice):
        with auth.use_claim(pw.BUREAU):
            kept = await world.perdiem.perdiem.GetPricing(
                perdiem_pb2.GetPricingRequest(pricing_id=route.pricing_id)
            )
        assert kept.pricing.answer.worksheet_digest == route.worksheet_digest
    with auth.use_claim(sw.BUREAU):
        points = await lineage_pb2_grpc.LineageServiceStub(world.channel).ExpandAmount(
            lineage_pb2.ExpandAmountRequest(ref=f"run/{run.run_id}/case/H001/M7-psych/points", depth=2)
        )
    assert f"{psych.pricing_id}#{psych.worksheet_digest}" in str(points.node)
    (again,) = await replaying.again(world, run.run_id, tmp_path)
    assert again.same, again.place


async def _rows(world, text):
    async with world.perdiem.database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('chspay.region', '*', true)")
        return await connection.fetch(text)


async def _counted(world):
    """Days counted of the lists of this month."""
    ((count,),) = await _rows(world, "SELECT count(*) FROM counted_span WHERE case_id LIKE 'M7-%'")
    return count
