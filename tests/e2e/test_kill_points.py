"""kill -9 of settlement while it measures a city's points and closes months in a row."""

from __future__ import annotations

import asyncio
import itertools

import around_month as am
import pytest
import settlement_world as sw

from chspay.settlement.v1 import month_pb2 as mpb
from chspay_core.errors import Fault, Kind
from chspay_kit import auth

FUND = 9_000_001
#: Seconds between a start and the next kill; then it is left alone.
ROUNDS = (2.5, 3.5)


async def asked(call, request):
    """The answer, asked again while the service is down; the request id makes that safe."""
    for _ in range(300):
        try:
            with auth.use_claim(sw.BUREAU):
                return await call(request)
        except Fault as fault:
            if fault.reason.kind is not Kind.UNAVAILABLE:
                raise
            await asyncio.sleep(0.1)
    raise AssertionError("the service did not come back")


@pytest.mark.timeout(120)
async def test_points_and_months_in_a_row_survive_kills(migrated_db, tmp_path):
    """A table or a period that a crash could lose would leave a city without prices, or a month unclosed."""
    url = migrated_db.url("settlement")
    async with sw.opened(url) as database, sw.neighbours(database) as beside:
        process = sw.Process(url, beside.ports, tmp_path / "settlement.log")
        process.start()
        world = sw.World(beside.channel(process.port), database, beside.servicers)
        try:
            await _prepared(world)
            measure = mpb.MeasurePointsRequest(
                request_id="points",
                place=sw.POOL,
                first_month="2026-01",
                last_month="2026-02",
                in_force="2026-03",
            )
            table = (await asked(world.month.MeasurePoints, measure)).table
            row = mpb.StartPeriodRequest(
                request_id="row", pool=sw.POOL, first_month="2026-01", last_month="2026-02"
            )
            period = (await asked(world.month.StartPeriod, row)).period
            rounds = itertools.chain(ROUNDS, itertools.repeat(0.0))
            while True:
                pause = next(rounds)
                if pause:
                    process.kill()
                    process.start()
                    await asyncio.sleep(pause)
                found = await asked(world.month.GetPeriod, mpb.GetPeriodRequest(period_id=period.period_id))
                made = await asked(
                    world.month.GetPointTable, mpb.GetPointTableRequest(table_id=table.table_id)
                )
                if found.period.state != "running" and made.table.state in {"done", "failed"} and not pause:
                    break
                await asyncio.sleep(0.1)
            assert (found.period.state, len(found.period.run_ids)) == ("done", 2), found.period
            assert (made.table.state, made.table.cases) == ("done", 120), made.table
            again = (await asked(world.month.MeasurePoints, _calm())).table
            while (calm := await asked(world.month.GetPointTable, _of(again))).table.state != "done":  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            assert calm.content == made.content
        finally:
            process.kill()


def _calm() -> mpb.MeasurePointsRequest:
    """The same table again, with nobody killed."""
    return mpb.MeasurePointsRequest(
        request_id="calm", place=sw.POOL, first_month="2026-01", last_month="2026-02", in_force="2026-03"
    )


def _of(table: mpb.PointTable) -> mpb.GetPointTableRequest:
    return mpb.GetPointTableRequest(table_id=table.table_id)


async def _prepared(world: sw.World) -> None:
    """Three hospitals with two months of lists and approved funds; the service may still be starting."""
    await asked(world.month.ListHolds, mpb.ListHoldsRequest())
    await am.hospitals(world)
    for month in (1, 2):
        await am.lists(world, month)
        world.budget.months[sw.POOL, 2026, month] = FUND
