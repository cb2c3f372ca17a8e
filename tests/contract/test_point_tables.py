"""Points of a prefecture over real gRPC: measured once, one fund and one point value per pool."""

from __future__ import annotations

import asyncio
import shutil

import around_month as am
import pytest
import settlement_world as sw

from chspay.settlement.v1 import month_pb2 as mpb
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex
from chspay_kit import auth

EAST, WEST = "990101", "990102"


@pytest.fixture
async def world(migrated_db, tmp_path):
    """One city in which two counties are pools of their own and share the city's points."""
    root = tmp_path / "policy"
    shutil.copytree(sw.POLICY, root)
    shared = root / "990000-demo-province" / "points.yaml"
    text = shared.read_text(encoding="utf-8")
    shared.write_text(text.replace("value: own_cases@1", "value: prefecture_table@1"), encoding="utf-8")
    async with sw.world(migrated_db.url("settlement")) as running:
        running.rulebook.bundles = {place: Bundle.load(root, place) for place in (sw.POOL, EAST, WEST)}
        for number in range(4):
            pool = (EAST, WEST)[number % 2]
            await running.put_hospital(f"E{number}", area=pool, pool=pool)
        yield running


async def measured(world, **more: str) -> mpb.PointTable:
    """A point table of the city, measured to its end."""
    asked = {"place": sw.POOL, "first_month": "2026-03", "last_month": "2026-03", "in_force": "2026-03"}
    with auth.use_claim(sw.BUREAU):
        started = await world.month.MeasurePoints(
            mpb.MeasurePointsRequest(request_id=am.request_id(), **{**asked, **more})
        )
        while True:
            found = await world.month.GetPointTable(mpb.GetPointTableRequest(table_id=started.table.table_id))
            if found.table.state in {"done", "failed"}:
                return found
            await asyncio.sleep(0.05)


async def lists(world, count: int = 120, month: int = 3) -> None:
    """A month's lists of four hospitals, two in each pool, of very different costs."""
    cases = [
        am.case_in(
            month, n, hospital_code=f"E{n % 4}", total_cost_fen=700_000 + n * (9_000 if n % 2 else 4_000)
        )
        for n in range(count)
    ]
    await sw.import_lists(world.stub, f"city-{count}", [sw.chunk(cases)])


async def test_two_pools_of_a_city_share_the_points_and_not_the_value(world):
    """The city measures, each pool pays: same group points, two values, each fund handed out to the fen."""
    await lists(world)
    world.budget.months[EAST, 2026, 3] = 20_000_003
    with auth.use_claim(sw.BUREAU):
        fault = await am.refused(
            world.stub.StartMonthRun(
                pb.StartMonthRunRequest(request_id=am.request_id(), pool=EAST, year=2026, month=3)
            )
        )
    assert fault.reason.code == "POINT_TABLE_MISSING"
    found = await measured(world)
    assert (found.table.state, found.table.cases) == ("done", 120), found.table.failure_message
    assert sm3_hex(found.content) == found.table.digest
    runs = {
        pool: await world.month_run(f"city-{pool}", fund, pool=pool)
        for pool, fund in ((EAST, 20_000_003), (WEST, 31_000_007))
    }
    values = set()
    for pool, run in runs.items():
        assert run.state == pb.RUN_STATE_DONE, run.failure_message
        assert run.point_table_id == found.table.table_id
        statements = await am.statements(world, run)
        assert sum(one.fund_fen for one in statements.values()) == run.fund_fen
        values.add(run.point_value_display)
        async with world.database.unit(auth.service_claim("test")) as unit:
            connection = await unit.connection()
            stored = await connection.fetchval(
                "SELECT content FROM settlement.run_table WHERE run_id = $1", run.run_id
            )
        assert stored == found.content, pool
        code = next(iter(statements))
        with auth.use_claim(sw.hospital_claim(code)):
            cases = (
                await world.stub.ListRunCases(
                    pb.ListRunCasesRequest(run_id=run.run_id, hospital_code=code, page_size=3)
                )
            ).cases
            for case in cases:
                request = pb.ExplainCaseRequest(run_id=run.run_id, hospital_code=code, case_id=case.case_id)
                await world.stub.ExplainCase(request)
    assert len(values) == 2


async def test_a_table_holds_from_its_month_on_until_the_next(world):
    """Last year's points price this year until new ones come into force, and never before."""
    await lists(world, 60, month=5)
    months = {"first_month": "2026-05", "last_month": "2026-05"}
    first = await measured(world, **months, in_force="2026-04")
    second = await measured(world, **months, in_force="2026-05")
    again = await measured(world, **months, in_force="2026-05")
    await measured(world, **months, in_force="2026-06")
    assert first.table.digest == second.table.digest == again.table.digest
    world.budget.months[WEST, 2026, 5] = 1_000_000
    with auth.use_claim(sw.BUREAU):
        trial = await world.month.StartTrial(
            mpb.StartTrialRequest(request_id=am.request_id(), pool=WEST, year=2026, month=5)
        )
        listed = await world.month.ListPointTables(mpb.ListPointTablesRequest(place=sw.POOL))
    assert trial.run.point_table_id == again.table.table_id
    assert {table.table_id for table in listed.tables} >= {
        first.table.table_id, second.table.table_id, again.table.table_id,
    }  # fmt: skip


async def test_points_that_cannot_be_measured_are_refused_in_words(world):
    """A table of nothing, of half a city, or of months that run backwards would price every case wrongly."""
    empty = await measured(world, first_month="2025-01", last_month="2025-02", in_force="2025-03")
    assert (empty.table.state, empty.table.failure_reason) == ("failed", "NO_LISTS_TO_MEASURE")
    for more, reason in (
        ({"place": EAST}, "NOT_A_PREFECTURE"), ({"place": "990000"}, "NOT_A_PREFECTURE"),
        ({"first_month": "2026-04"}, "MONTHS_REVERSED"), ({"in_force": "2026-13"}, "NOT_A_MONTH"),
    ):  # fmt: skip
        fault = await am.refused(measured(world, **more))
        assert fault.reason.code == reason
