"""Lineage under every form of the point value: levels, rates, elastic values open and re-add alike."""

from __future__ import annotations

import random

import around_month as am
import lineage_walk as walk
import settlement_world as sw
from test_forms_of_value import FUND, WAYS, ruled

from chspay_settlement.clients import Policies

HOSPITAL = ("payable", "fund", "share", "exact", "served", "fixed", "fund_by_case", "case_last")
POOL = (
    "value", "money", "residual", "gross_value", "fixed_value", "floating_value", "fixed", "left", "last",
    "value.1", "level_share.2", "level_served.3", "levels_left", "levels_last", "last.1", "level_points.2",
)  # fmt: skip


async def test_amounts_open_under_every_form(migrated_db, monkeypatch, tmp_path):
    """A city with another form gets the same answer to why: what its form does not have is not found."""
    monkeypatch.setattr(Policies, "FRESH_SECONDS", -1.0)
    async with sw.world(migrated_db.url("settlement")) as world:
        for number, code in enumerate(am.CODES, start=1):
            await world.put_hospital(code, level=number)
        for month, rules in WAYS.items():
            (tmp_path / str(month)).mkdir()
            bundle = world.rulebook.bundles[sw.POOL] = ruled(tmp_path / str(month), rules)
            world.rulebook.bundles[bundle.digest] = bundle
            cases = await am.lists(world, month, 60)
            run = await world.month_run(f"form-{month}", FUND, month=month)
            assert run.failure_reason == "", run.failure_message
            ask, dice = walk.asker(world.channel, sw.BUREAU), random.Random(month)
            root = f"run/{run.run_id}"
            names = [f"{root}/pool/{item}" for item in POOL]
            names += [f"{root}/hospital/{code}/{item}" for code in am.CODES for item in HOSPITAL]
            names += [
                f"{root}/case/{case.hospital_code}/{case.case_id}/{item}"
                for case in dice.sample(cases, 2)
                for item in ("fund", "share", "served", "fixed", "points")
            ]
            opened = 0
            for name in names:
                if await walk.exists(ask, name):
                    ends = await walk.descend(ask, name, dice, most=3)
                    assert set(ends) <= {"input", "rule"}, name
                    opened += 1
            assert opened > 15
