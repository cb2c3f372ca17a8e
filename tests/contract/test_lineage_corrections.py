"""Lineage of a corrected month over real gRPC."""

from __future__ import annotations

import random

import around_month as am
import lineage_walk as walk
import settlement_world as sw


async def test_a_correction_of_a_closed_month_opens_from_the_next_statement(migrated_db):
    """The line on the next statement leads to where the hospital stood, and where it stands."""
    async with sw.world(migrated_db.url("settlement")) as world:
        await am.hospitals(world)
        cases = await am.lists(world, 8)
        await world.month_run("corr-8", 9_000_001, month=8)
        await world.submit("corr-8a", am.raised(cases[7]))
        shown = await am.preview(world)
        (posted,) = await am.commit(world, shown.preview_digest)
        await am.lists(world, 9, 30)
        run = await world.month_run("corr-9", 9_000_001, month=9)
        assert run.failure_reason == "", run.failure_message
        code, dice = cases[7].hospital_code, random.Random(6)
        ask = walk.asker(world.channel, sw.BUREAU)
        for name in (
            f"run/{run.run_id}/hospital/{code}/payable",
            f"run/{run.run_id}/hospital/{code}/difference",
            f"difference/{posted.difference_id}/hospital/{code}/fund",
            f"difference/{posted.difference_id}/case/{code}/{cases[7].case_id}/fund",
        ):
            ends = await walk.descend(ask, name, dice, most=7)
            assert set(ends) <= {"input", "rule"}, name
