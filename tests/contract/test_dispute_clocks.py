"""Every clock fires once, however often the process that attends to it is killed."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import asyncpg
import pytest
from dispute_world import ACCEPTOR, POOL, facts, world

from chspay_kit.auth import Claim

CASES, KILLS = 40, 12


@pytest.mark.prove
@pytest.mark.timeout(600)
async def test_each_clock_fires_once_across_kill_9(migrated_db) -> None:
    # A second expiry, or none, is a hospital's case lost; the machine may be switched off at any moment.
    async with world(migrated_db) as here:
        here.settlement.by_group, here.settlement.own = 100_000, {f"K{n}": 1000 for n in range(CASES)}
        numbers = []
        for number in range(CASES):
            claim = Claim(f"key-K{number}", "hospital", institution=f"K{number}", region="990101")
            here.settlement.lists[f"K{number}"] = facts(f"K{number}", f"K{number}")
            case = await here.submitted(f"K{number}", claim)
            await here.act(ACCEPTOR, case.case_no, "return", lacking=["items"], reason="缺明细")
            numbers.append(case.case_no)
        here.clock.set("2026-05-20")
        chance, script = random.Random(9), Path(__file__).with_name("dispute_clockwork.py")
        args = (str(script), migrated_db.url("dispute"), *here.neighbours, here.clock.at.isoformat())
        kills = 0
        while await _waiting(here.admin_url):
            child = await asyncio.create_subprocess_exec(
                sys.executable, *args, stdout=asyncio.subprocess.PIPE
            )
            assert child.stdout is not None
            assert await asyncio.wait_for(child.stdout.readline(), 120) == b"ready\n"
            pause = chance.uniform(0.02, 0.25) if kills < KILLS else 20
            await asyncio.sleep(pause)
            child.kill()
            await child.wait()
            kills += 1
        assert kills > 1, "everything was done before the first kill"
        await _once_each(here.admin_url, numbers)


async def _waiting(admin_url: str) -> int:
    admin = await asyncpg.connect(admin_url)
    try:
        count: int = await admin.fetchval("SELECT count(*) FROM dispute.deadline WHERE state = 'waiting'")
        return count
    finally:
        await admin.close()


async def _once_each(admin_url: str, numbers: list[str]) -> None:
    admin = await asyncpg.connect(admin_url)
    try:
        found = await admin.fetch(
            "SELECT d.owner_id, d.state, d.version,"
            " (SELECT count(*) FROM dispute.history h WHERE h.owner_id = d.owner_id AND h.event = 'timeout')"
            " AS timeouts,"
            " (SELECT count(*) FROM dispute.deadline l WHERE l.owner_id = d.owner_id AND l.kind = 'due'"
            " AND l.clock = 'supplement_wd' AND l.state = 'fired') AS fired,"
            " (SELECT count(*) FROM dispute.reminder r WHERE r.owner_id = d.owner_id"
            " AND r.clock = 'supplement_wd' AND r.kind = 'moved') AS told"
            " FROM dispute.docket d WHERE d.pool = $1",
            POOL,
        )
    finally:
        await admin.close()
    assert {row["owner_id"] for row in found} == set(numbers)
    for row in found:
        assert (row["state"], row["timeouts"], row["fired"], row["told"]) == ("EXPIRED", 1, 1, 1), row
