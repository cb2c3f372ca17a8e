"""Traditional medicine and day surgery found in a month over real gRPC, and again in a correction."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import around_month as am
import pytest
import settlement_world as sw
from test_weighed_runs import rule

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_settlement.clients import Policies

RULES = {
    "tcm__share_method": "cost_share@1", "tcm__uplift_method": "capped_share@1",
    "tcm__uplift_share_min": "0.2", "tcm__uplift_rate": "0.5", "tcm__uplift_cap": "0.2",
    "day_surgery__method": "listed_procedure@1", "day_surgery__procedures": ["47.0"],
    "day_surgery__days_max": "1", "settle__day_surgery": "factor@1", "settle__day_surgery_factor": "0.8",
}  # fmt: skip


@pytest.fixture
async def world(migrated_db, monkeypatch):
    monkeypatch.setattr(Policies, "FRESH_SECONDS", 0.0)
    async with sw.world(migrated_db.url("settlement")) as running:
        await am.hospitals(running)
        yield running


async def test_what_lists_say_is_found_priced_and_found_again(world):
    """A hospital earns the uplift by its lists alone; a corrected list loses it as it gained it."""
    rule(world, {}, **RULES)
    cases = await am.lists(world, 12, 40)
    herbs = replace(cases[3], total_cost_fen=1_000_000, tcm_cost_fen=500_000)
    brief = replace(cases[4], procedures=("47.0901",), admission_date=cases[4].discharge_date)
    for number, case in enumerate((herbs, brief)):
        await world.submit(f"found-{number}", case)
    run = await world.month_run("found", 9_000_001, month=12)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    said = {}
    for one in (await am.statements(world, run)).values():
        for line in json.loads(one.content).get("adjustments", []):
            said[line["case"]] = (line["kind"], line["value"])
    assert said == {herbs.case_id: ("tcm", "0.5"), brief.case_id: ("day_surgery", "")}
    await world.submit("found-back", replace(herbs, tcm_cost_fen=None))
    shown = await am.preview(world)
    (found,) = [one for one in shown.differences if one.corrected_month == "2026-12"]
    (moved,) = found.cases
    assert (moved.case_id, moved.why) == (herbs.case_id, "correction")
    assert Decimal(moved.after_points.value) < Decimal(moved.before_points.value)
    assert await am.commit(world, shown.preview_digest)
    assert "2026-12" not in {one.corrected_month for one in (await am.preview(world)).differences}
