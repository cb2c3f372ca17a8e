"""Uploads are health data: they go when their time is over, and what they came to stays."""

from __future__ import annotations

import asyncpg
import pytest
from grouper_world import STARTER, grouping, parquet, some_cases

from chspay.grouper.v1 import runs_pb2 as pb
from chspay_core.errors import Fault
from chspay_grouper.app.sweep import Sweep
from chspay_kit.db import Database


@pytest.fixture
async def database(migrated_db):
    database = Database(migrated_db.url("grouper"))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def admin(migrated_db):
    connection = await asyncpg.connect(migrated_db.admin_url)
    yield connection
    await connection.close()


async def begun(world, name: str, cases_of: str = "") -> str:
    request = pb.StartGroupRunRequest(request_id=f"sweep-{name}", scheme=STARTER, cases_of=cases_of)
    run_id = (await world.runs.StartGroupRun(request)).run.run_id
    if not cases_of:
        part = pb.PutGroupRunCasesRequest(
            request_id=f"sweep-{name}-0", run_id=run_id, cases=parquet(some_cases(8))
        )
        await world.runs.PutGroupRunCases(part)
    return run_id


async def closed(world, run_id: str) -> None:
    await world.runs.CloseGroupRunCases(
        pb.CloseGroupRunCasesRequest(request_id=f"close-{run_id}", run_id=run_id, parts=1)
    )


async def ended(world, run_id: str) -> pb.GroupRun:
    async for answer in world.runs.WatchGroupRun(pb.WatchGroupRunRequest(run_id=run_id)):
        run = answer.run
    return run


async def chunks(admin, run_id: str) -> tuple[int, int]:
    """How many chunks of cases and of answers a run still has."""
    counts = [
        await admin.fetchval(f"SELECT count(*) FROM grouper.{table} WHERE run_id = $1", run_id)
        for table in ("group_run_cases", "group_run_answers")
    ]
    return counts[0], counts[1]


async def aged(admin, run_id: str, days: int) -> None:
    await admin.execute(
        "UPDATE grouper.group_run SET created_at = now() - make_interval(days => $2) WHERE run_id = $1",
        run_id,
        days,
    )


async def test_old_uploads_go_and_their_statement_stays(database, admin):
    """A publication may rest on a run for years; the cases of the run must not lie there as long."""
    async with grouping(database) as world:
        old, young, left = [await begun(world, name) for name in ("old", "young", "left")]
        for run_id in (old, young):
            await closed(world, run_id)
        digest = (await ended(world, old)).statement_digest
        await ended(world, young)
        sweep = Sweep(database, 30)
        await aged(admin, old, 29)
        assert await sweep.once() == []
        await aged(admin, old, 31)
        await aged(admin, left, 31)
        assert sorted(await sweep.once()) == sorted([old, left])
        assert await sweep.once() == []
        assert await chunks(admin, old) == (0, 0)
        assert await chunks(admin, left) == (0, 0)
        assert await chunks(admin, young) == (1, 1)
        run = (await world.runs.GetGroupRun(pb.GetGroupRunRequest(run_id=old))).run
        assert (run.swept, run.state, run.cases) == (True, pb.GROUP_RUN_STATE_DONE, 8)
        told = await world.runs.GetGroupRunStatement(pb.GetGroupRunStatementRequest(run_id=old))
        assert told.digest == digest
        cancelled = (await world.runs.GetGroupRun(pb.GetGroupRunRequest(run_id=left))).run
        assert cancelled.state == pb.GROUP_RUN_STATE_CANCELLED
        for call in (
            world.runs.ListGroupRunAnswers(pb.ListGroupRunAnswersRequest(run_id=old)),
            world.runs.CompareGroupRuns(pb.CompareGroupRunsRequest(before=old, after=young)),
            world.runs.StartGroupRun(
                pb.StartGroupRunRequest(request_id="sweep-again", scheme=STARTER, cases_of=old)
            ),
        ):
            with pytest.raises(Fault) as caught:
                await call
            assert caught.value.reason.code == "GROUP_RUN_SWEPT"


async def test_cases_another_run_still_reads_are_kept(database, admin):
    """A comparison begun yesterday over last month's upload must not lose its cases overnight."""
    async with grouping(database) as world:
        source = await begun(world, "source")
        await closed(world, source)
        await ended(world, source)
        again = await begun(world, "again", cases_of=source)
        await ended(world, again)
        await aged(admin, source, 31)
        assert await Sweep(database, 30).once() == []
        await aged(admin, again, 31)
        assert sorted(await Sweep(database, 30).once()) == sorted([source, again])
