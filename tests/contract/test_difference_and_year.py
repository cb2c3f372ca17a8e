"""A difference and the clearing of its year over real gRPC: one of them, and said in so many words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import settlement_world as sw
import year_world as yw
from around_month import refused

from chspay.settlement.v1 import month_pb2
from chspay_kit import auth
from chspay_settlement.store import differences


@pytest.fixture
async def world(migrated_db):
    """Settlement, its neighbours and a day that the test decides."""
    async with yw.year_world(migrated_db.url("settlement")) as running:
        yield running


async def test_a_correction_of_a_year_being_cleared_is_one_clear_refusal(world, monkeypatch):
    """Whoever corrects a month while its year is cleared must read why, not that the service is broken."""
    await world.months(2034, {3: 9_000_000})
    await world.score(2034, H001="85", H002="70", H003="90")
    world.today = date(2035, 1, 5)
    found = await world.trial(2034, 9_000_000)
    assert found.state == "trial", found.failure_message
    days = {"admission_date": date(2034, 3, 1), "discharge_date": date(2034, 3, 10)}
    case = replace(sw.case_of(0, "H001", case_id="Y2034-3-0"), **days)
    await world.submit(yw.fresh(), replace(case, total_cost_fen=3_000_000))

    async def commit() -> str:
        with auth.use_claim(yw.AUTHOR):
            shown = await world.month.PreviewDifferences(month_pb2.PreviewDifferencesRequest(pool=sw.POOL))
            fault = await refused(
                world.month.CommitDifferences(
                    month_pb2.CommitDifferencesRequest(
                        request_id=yw.fresh(), pool=sw.POOL, preview_digest=shown.preview_digest, cause="更正"
                    )
                )
            )
        assert "2034" in fault.message
        return fault.reason.code

    assert await commit() == "DIFFERENCE_YEAR_CLEARED"
    listed = differences.closed_runs

    async def before_the_year_began(connection, pool):
        rows = await connection.fetch(
            "SELECT run_id, period FROM settlement.month_run"
            " WHERE pool = $1 AND period / 100 = 2034 AND state = 'done' AND nature = 'month'", pool,
        )  # fmt: skip
        return [*await listed(connection, pool), *(tuple(row) for row in rows)]

    monkeypatch.setattr(differences, "closed_runs", before_the_year_began)
    assert await commit() == "DIFFERENCE_YEAR_CLEARED"
