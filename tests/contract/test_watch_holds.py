"""A hold and the step that decided it, over real gRPC: both stand or neither, and it is held once."""

from __future__ import annotations

import json

import around_month as am
import asyncpg
import pytest
import pytest_asyncio
import settlement_world as sw
import watch_world as ww

from chspay.budget.v1 import watch_pb2 as pb
from chspay.settlement.v1 import month_pb2 as mpb
from chspay_budget.store import hold_orders
from chspay_kit import auth, worker

pytestmark = pytest.mark.asyncio(loop_scope="module")
OVER = 123_456


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(migrated_db):
    """Budget with its relay beside settlement with January closed."""
    async with ww.world(migrated_db) as running:
        await am.lists(running.settlement, 1, 6)
        run = await running.settlement.month_run("holds-1", 9_000_001, month=1)
        running.january, running.url = run.run_id, migrated_db.url("budget")
        yield running


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """Retries without a pause for people."""
    monkeypatch.setattr(worker, "RETRY_SECONDS", 0.05)


async def found(world, name: str, institution: str = "H001") -> str:
    """A finding on January's growth, as a comparison files it."""
    facts = {
        "run_id": world.january, "over_fen": str(OVER), "rule": "watch.growth_limit",
        "citation": "办法第五条", "evidence": "费用增长45.26%",
    }  # fmt: skip
    connection = await asyncpg.connect(world.url)
    await connection.execute("SELECT set_config('chspay.region', '*', false)")
    await connection.execute(
        "INSERT INTO watch_finding (finding_id, pool, subject, institution, period, facts, document,"
        " policy_digest, worksheet) VALUES ($1, $2, 'growth', $3, '2026-01', $4, '月度分析', 'x', '{}')",
        name, sw.POOL, institution, json.dumps(facts),
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO watch_step (finding_id, number, pool, state, statement, decision_no, outcome, done_by)"
        " VALUES ($1, 1, $2, 'found', '', '', '{}', $3)",
        name,
        sw.POOL,
        ww.FIRST.subject,
    )
    await connection.close()
    return name


async def decide(world, watch_id: str, *, since: str = "2026-02", uphold: bool = True) -> pb.Watch:
    """A second person decides."""
    request = pb.DecideWatchRequest(
        request_id=am.request_id(), watch_id=watch_id, uphold=uphold, decision_no="演示稽核〔2026〕5号",
        since=since,
    )  # fmt: skip
    with auth.use_claim(ww.SECOND):
        return (await world.watch.DecideWatch(request)).watch


async def release(world, watch_id: str) -> pb.Watch:
    """A third person reviews."""
    request = pb.ReleaseWatchRequest(
        request_id=am.request_id(), watch_id=watch_id, statement="核查属实", decision_no="演示稽核〔2026〕8号"
    )
    with auth.use_claim(ww.THIRD):
        return (await world.watch.ReleaseWatch(request)).watch


async def answered(world, watch_id: str) -> pb.Watch:
    """The finding once settlement has answered."""
    with auth.use_claim(ww.FIRST):
        return await world.answered(watch_id)


async def holds(world) -> dict[str, mpb.Hold]:
    """What settlement holds, by id."""
    with auth.use_claim(sw.BUREAU):
        kept = await world.settlement.month.ListHolds(mpb.ListHoldsRequest(pool=sw.POOL))
    return {one.hold_id: one for one in kept.holds}


def lost_after(monkeypatch, name: str) -> list[str]:
    """The connection is lost once, after the outbox was written; answers what was under way."""
    real, seen = getattr(hold_orders, name), []

    async def once(connection, what, *rest):
        await real(connection, what, *rest)
        seen.append(getattr(what, "order_id", what))
        if len(seen) == 1:
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    monkeypatch.setattr(hold_orders, name, once)
    return seen


async def test_a_decision_that_is_lost_holds_nothing(world, monkeypatch):
    """Money must not wait on a decision that nobody can find."""
    before, name = await holds(world), await found(world, "WF-lost")
    seen = lost_after(monkeypatch, "put")
    await am.refused(decide(world, name))
    with auth.use_claim(ww.FIRST):
        kept = (await world.watch.GetWatch(pb.GetWatchRequest(watch_id=name))).watch
    assert (kept.state, seen) == ("found", ["WF-lost/2"])
    assert await holds(world) == before
    told = await decide(world, name)
    assert (told.state, told.steps[-1].outcome["delivery"]) == ("held", "waiting")
    done = await answered(world, name)
    assert dict(done.steps[-1].outcome) == {
        "held_fen": str(OVER), "since": "2026-02", "run_id": world.january, "facts_number": "1",
        "delivery": "done", "hold_id": done.steps[-1].outcome["hold_id"],
    }  # fmt: skip
    assert set(await holds(world)) - set(before) == {done.steps[-1].outcome["hold_id"]}


async def test_a_relay_that_dies_between_sending_and_noting_holds_and_releases_once(world, monkeypatch):
    """The next relay sends again, and settlement answers what it answered before."""
    before, name = await holds(world), await found(world, "WF-dies", "H002")
    with monkeypatch.context() as here:
        seen = lost_after(here, "done")
        await decide(world, name)
        hold_id = (await answered(world, name)).steps[-1].outcome["hold_id"]
        assert seen == ["WF-dies/2"] * 2
    assert set(await holds(world)) - set(before) == {hold_id}
    seen = lost_after(monkeypatch, "done")
    assert (await release(world, name)).steps[-1].outcome["delivery"] == "waiting"
    freed = (await answered(world, name)).steps[-1].outcome
    assert (freed["delivery"], freed["hold_id"], freed["released_fen"]) == ("done", hold_id, "0")
    assert seen == ["WF-dies/3"] * 2


async def test_a_hold_that_settlement_refuses_can_be_decided_anew_and_not_reviewed(world):
    """A decision without effect must say so, and must not be the end of the matter."""
    name = await found(world, "WF-refused", "H404")
    await decide(world, name)
    refused = (await answered(world, name)).steps[-1].outcome
    assert (refused["delivery"], refused["reason"]) == ("refused", "HOSPITAL_NOT_IN_POOL")
    assert "H404" in refused["message"]
    assert (await am.refused(release(world, name))).reason.code == "WATCH_STATE_WRONG"
    assert (await am.refused(decide(world, name, since="2026-01"))).reason.code == "WATCH_SINCE_CLOSED"
    await decide(world, name, since="2026-03")
    again = await answered(world, name)
    assert [step.state for step in again.steps] == ["found", "held", "held"]
    assert (await decide(world, name, uphold=False)).state == "dismissed"


async def test_an_answer_of_settlement_is_never_written_over(world, monkeypatch):
    """What was held under which number is evidence."""
    name = await found(world, "WF-kept", "H003")

    async def silent(_connection, _limit):
        return []

    with monkeypatch.context() as here:
        here.setattr(hold_orders, "waiting", silent)
        await decide(world, name)
        assert (await am.refused(release(world, name))).reason.code == "WATCH_HOLD_WAITING"
    await answered(world, name)
    connection = await asyncpg.connect(world.url)
    await connection.execute("SELECT set_config('chspay.region', '*', false)")
    with pytest.raises(asyncpg.CheckViolationError, match="is answered"):
        await connection.execute("UPDATE hold_order SET state = 'waiting' WHERE finding_id = $1", name)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("UPDATE hold_order SET content = '{}'")
    await connection.close()
