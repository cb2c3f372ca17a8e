"""kill -9 of settlement and of PostgreSQL in the middle of a month run loses nothing and changes nothing."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from storm import (
    FUND,
    POSTGRES,
    SETTLEMENT,
    Blow,
    Ground,
    Seen,
    Storm,
    facts,
    random_blows,
    statements_digest,
    weather,
)

#: Who is killed when, told by the stage of the run and by what is done in it.
BLOWS = [
    Blow(SETTLEMENT, lambda seen, _: seen.stage in ("snapshot", "group", "measure")),
    Blow(POSTGRES, lambda seen, _: seen.stage in ("group", "measure", "points")),
    Blow(SETTLEMENT, lambda seen, _: seen.stage == "points" and seen.done > 0),
    Blow(POSTGRES, lambda seen, _: seen.stage == "points" and seen.done > 0),
    Blow(POSTGRES, lambda seen, _: seen.stage == "allocate"),
    Blow(SETTLEMENT, lambda seen, _: seen.stage in ("allocate", "post")),
]


def check_ended(seen: Seen, ground: Ground, database: str, calm: dict[str, tuple[int, str]]) -> None:
    """The run is done, and every table of the schema holds what it holds after a calm run."""
    assert seen.state == "done", seen.failure
    found = facts(ground, database)
    assert {table: rows for table, rows in found.items() if rows != calm[table]} == {}
    assert found["run_case"][0] == ground.cases
    assert found["posting_batch"][0] == 1


async def calm_run(ground: Ground, database: str = "calm") -> None:
    """A run nobody disturbs."""
    ground.clone(database)
    ground.enter(database)
    seen = await weather(ground, database, await ground.start(), iter(()), Storm(), print)
    assert seen.state == "done", seen.failure
    ground.leave()


@pytest.mark.timeout(240)
async def test_a_killed_month_run_ends_with_the_same_statement_bytes(tmp_path):
    """A cheque must not depend on whether the machine was switched off while it was written."""
    async with Ground(tmp_path, cases=6_000, hospitals=6).opened() as ground:
        await ground.prepare()
        await calm_run(ground)
        ground.clone("storm")
        ground.enter("storm")
        storm = Storm()
        seen = await weather(ground, "storm", await ground.start(), iter(BLOWS), storm, print)
        assert storm.kills == {SETTLEMENT: 3, POSTGRES: 3}, "the run was too quick to be killed"
        assert storm.fell == 0
        check_ended(seen, ground, "storm", facts(ground, "calm"))
        assert statements_digest(ground, "storm") == statements_digest(ground, "calm")


class Kept:
    """What the long proof keeps in its folder, so that it can be stopped and gone on with."""

    def __init__(self, home: Path) -> None:
        self.path = home / "storm.json"
        held = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.kills, self.stages = Counter(held.get("kills", {})), Counter(held.get("stages", {}))
        self.calm: bool = held.get("calm", False)
        #: Runs that have ended, and the one that is under way.
        self.ended: int = held.get("ended", 0)
        self.run_id: str = held.get("run_id", "")
        self.fell: int = held.get("fell", 0)

    def save(self) -> None:
        """Writes it down."""
        self.path.write_text(json.dumps(vars(self), default=str))


@pytest.mark.prove
@pytest.mark.timeout(4 * 3600)
async def test_two_hundred_kills_change_no_statement(tmp_path):
    """200 kills at random moments of clearings of 300,000 cases, a quarter of them of PostgreSQL.

    CHSPAY_KILL_HOME names a folder to keep, in which a stopped proof goes on; CHSPAY_KILLS and
    CHSPAY_KILL_CASES make it shorter.
    """
    home = Path(os.environ.get("CHSPAY_KILL_HOME") or tmp_path)
    wanted = int(os.environ.get("CHSPAY_KILLS", "200"))
    cases = int(os.environ.get("CHSPAY_KILL_CASES", "300000"))
    async with Ground(home, cases, hospitals=60).opened() as ground:
        kept = Kept(home)
        await ground.prepare()
        if not kept.calm:
            await calm_run(ground)
            kept.calm = True
            kept.save()
        calm, digest = facts(ground, "calm"), statements_digest(ground, "calm")
        while sum(kept.kills.values()) < wanted:
            await one_storm(ground, kept, wanted, calm)
            assert statements_digest(ground, f"storm_{kept.ended - 1}") == digest
    number = sum(kept.kills.values())
    print(f"\n{number} kills {dict(kept.kills)} over {kept.ended} clearings of {cases:,} cases")
    print(f"stages hit {dict(kept.stages)}; settlement fell {kept.fell} times with the database")
    print(f"statements {digest} every time, {FUND} fen handed out, no table differs")


async def one_storm(ground: Ground, kept: Kept, wanted: int, calm: dict[str, tuple[int, str]]) -> None:
    """One run under kills, from its beginning or from where the proof was stopped."""
    name = f"storm_{kept.ended}"
    ground.clone(name)
    ground.enter(name)
    kept.run_id = await ground.start()
    storm = Storm(kept.kills, kept.stages, kept.fell)

    def tell(line: str) -> None:
        print(line, flush=True)
        kept.fell = storm.fell
        kept.save()

    done = sum(kept.kills.values())
    blows = random_blows(random.Random(f"{kept.ended}/{done}"), wanted - done)
    seen = await weather(ground, name, kept.run_id, blows, storm, tell)
    ground.leave()
    check_ended(seen, ground, name, calm)
    kept.ended += 1
    tell(f"clearing {kept.ended} ended as the calm one")
