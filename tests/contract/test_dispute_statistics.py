"""Statistics of a cycle, counted from cases that went their way and published once."""

from __future__ import annotations

import json

import asyncpg
import pytest
import pytest_asyncio
from dispute_world import ACCEPTOR, AUDIT, CITY, CITY_TWO, HOSPITAL, NEIGHBOUR, POOL, facts, refused, world

from chspay.dispute.v1 import cases_pb2, register_pb2, register_pb2_grpc, statistics_pb2, statistics_pb2_grpc
from chspay_dispute.app.cases.cycles import counted
from chspay_dispute.engine.statistics import HIDDEN
from chspay_dispute.store import cycles as store
from chspay_kit.auth import use_claim

pytestmark = pytest.mark.asyncio(loop_scope="module")
CYCLE = "2026Q1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(migrated_db):
    async with world(migrated_db) as found:
        yield found


async def published(here, claim, request_id, cycle=CYCLE):
    stub = statistics_pb2_grpc.StatisticsServiceStub(here.channel)
    with use_claim(claim):
        request = statistics_pb2.PublishCycleRequest(request_id=request_id, pool=POOL, cycle=cycle)
        return (await stub.PublishCycle(request)).entry


async def approve(here, list_id):
    """A liver transplant goes by the fast track until its result is public."""
    here.settlement.lists[list_id] = facts(list_id, procedures=["50.59"])
    case = await here.in_city(list_id)
    decision = cases_pb2.Decision(outcome=cases_pb2.OUTCOME_ITEM, reasons="病情需要", cites=["办法第七条"])
    case = await here.act(CITY, case.case_no, "fast_track", decision=decision)
    digest = case.decisions[0].digest
    await here.ask(CITY_TWO, "SignDecision", case_no=case.case_no, outcome_digest=digest)
    await here.act(CITY, case.case_no, "notify", decision_no="演示裁〔2026〕1号")
    return await here.act(HOSPITAL, case.case_no, "accept_result")


async def test_a_cycle_is_counted_from_its_cases_and_published_once(here) -> None:
    # A city must be able to show what became of the applications, and must not show whose they were.
    assert await refused(published(here, CITY, "early")) == "CYCLE_OPEN"
    for number in range(6):
        await here.submitted(f"S{number}")
    away = await here.submitted("W1", NEIGHBOUR)
    await here.act(NEIGHBOUR, away.case_no, "withdraw", reason="改报")
    never = await here.submitted("W2", NEIGHBOUR)
    await here.act(ACCEPTOR, never.case_no, "reject", ground="LATE", reason="逾期")
    await here.filed("D1")
    done = await approve(here, "A1")
    here.clock.set("2026-06-01")
    for claim, code in (
        (HOSPITAL, "ROLE_DENIED"), (AUDIT, "DUTY_DENIED"), (ACCEPTOR, "LEVEL_DENIED"),
    ):  # fmt: skip
        assert await refused(published(here, claim, "no")) == code
    assert await refused(published(here, CITY, "no", "2025Q4")) == "CYCLE_EMPTY"
    entry = await published(here, CITY, "first")
    content = json.loads(entry.content)
    assert (entry.kind, entry.subject, content["cycle"]) == ("statistics", f"cycle/{POOL}/{CYCLE}", CYCLE)
    assert [row["hospital"] for row in content["hospitals"]] == ["演示H1", "演示H2"]
    # Single cases hide, and with them everything they could be worked out from.
    assert content["hospitals"][1]["withdrawn"] == content["total"]["amount"] == HIDDEN
    assert content["total"]["delta_points"] == content["total"]["delta_point_value"] == HIDDEN
    assert (content["on_time_rate"], content["overturn_rate"]) == (HIDDEN, HIDDEN)
    again = await published(here, CITY, "second")
    register = register_pb2_grpc.RegisterServiceStub(here.channel)
    with use_claim(HOSPITAL):
        old = (await register.GetEntry(register_pb2.GetEntryRequest(entry_no=entry.entry_no))).entry
    assert old.withdrawn_by
    assert again.entry_no not in {entry.entry_no, old.withdrawn_by}
    await _exact(here, done)


async def _exact(here, done) -> None:
    connection = await asyncpg.connect(here.admin_url, server_settings={"search_path": "dispute"})
    try:
        cycle = counted(CYCLE, await store.handed_in(connection, POOL, CYCLE), {"T1": "特例单议"})
    finally:
        await connection.close()
    one, two = cycle.rows
    assert (one.applied, one.approved, one.pending, two.withdrawn, two.inadmissible) == (7, 1, 6, 1, 1)
    assert one.amount_fen == done.decisions[0].delta_fen > 0
    assert sum(cycle.reasons.values()) == 9
    assert (cycle.decided, cycle.on_time, cycle.reconsidered) == (1, 1, 0)
    # 2,500 - 250 points more in a month of 5,000,000 yuan and 50,000 points: 5,000,000/52,250 - 100.
    assert cycle.delta_points == "2250"
    assert cycle.delta_point_value == "-4.306220095694"
