"""Decisions on cases over real gRPC: once and only once, marks before the run, differences after it."""

from __future__ import annotations

import asyncio

import around_month as am
import pytest
import settlement_world as sw

from chspay.settlement.v1 import month_pb2 as mpb
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.errors import Fault
from chspay_kit import auth

FUND = 9_000_001


@pytest.fixture
async def world(migrated_db):
    """Settlement and its neighbours with three hospitals."""
    async with sw.world(migrated_db.url("settlement")) as running:
        await am.hospitals(running)
        yield running


async def points_of(world, run: pb.Run, code: str) -> dict[str, str]:
    """Points of a hospital's cases in a run."""
    with auth.use_claim(sw.hospital_claim(code)):
        found = await world.stub.ListRunCases(pb.ListRunCasesRequest(run_id=run.run_id, hospital_code=code))
    return {row.case_id: row.points.value for row in found.cases}


async def test_a_decision_before_the_run_marks_the_case_and_explains_itself(world):
    """The experts' points must reach the money in the month of the case, with the decision's number."""
    cases = await am.lists(world, 1)
    case = cases[0]
    done = await am.decide(world, "专评1号", case, "review", value="123.4567", mode="points")
    assert (done.applied, done.effect, done.month) == (True, "run", "2026-01")
    run = await world.month_run("mark-1", FUND, month=1)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    assert (await points_of(world, run, case.hospital_code))[case.case_id] == "123.4567"
    own = am.content(await am.statement(world, run, case.hospital_code))
    assert own["adjustments"] == [
        {"case": case.case_id, "kind": "review", "value": "123.4567", "mode": "points", "cite": "专评1号"}
    ]
    with auth.use_claim(sw.hospital_claim(case.hospital_code)):
        why = await world.stub.ExplainCase(
            pb.ExplainCaseRequest(run_id=run.run_id, hospital_code=case.hospital_code, case_id=case.case_id)
        )
    assert why.case.points.value == "123.4567"


async def test_a_decision_is_applied_once_whoever_sends_it_how_often(world):
    """A lost answer is sent again; a document must never count twice."""
    cases = await am.lists(world, 2, 30)
    results = await asyncio.gather(
        *(am.decide(world, "专评2号", cases[1], "violation", value="2") for _ in range(8))
    )
    assert sorted(result.applied for result in results) == [False] * 7 + [True]
    with auth.use_claim(sw.BUREAU):
        found = await world.month.ListDecisions(
            mpb.ListDecisionsRequest(
                pool=sw.POOL, hospital_code=cases[1].hospital_code, case_id=cases[1].case_id
            )
        )
    assert [row.decision_no for row in found.decisions] == ["专评2号"]


async def test_two_contents_under_one_number_leave_one_decision(world):
    """Of two documents with the same number one is wrong; the first stands and the other is refused."""
    cases = await am.lists(world, 3, 30)
    asked = [
        am.decide(world, "专评3号", cases[number], "review", value=f"{number}.5", mode="points")
        for number in range(6)
    ]
    results = await asyncio.gather(*asked, return_exceptions=True)
    refused = [result.reason.code for result in results if isinstance(result, Fault)]
    assert refused == ["DECISION_DIFFERS"] * 5


async def test_a_decision_is_taken_back_by_another_and_only_once(world):
    """What was decided stays on the record; the case counts as if it had not been."""
    cases = await am.lists(world, 4, 30)
    case = cases[2]
    await am.decide(world, "专评4号", case, "incomplete")
    fault = await am.refused(am.decide(world, "专评5号", case, "incomplete"))
    assert fault.reason.code == "DECISION_STANDS"
    await am.decide(world, "撤销4号", case, "revoke", revokes="专评4号")
    fault = await am.refused(am.decide(world, "撤销5号", case, "revoke", revokes="专评4号"))
    assert fault.reason.code == "DECISION_REVOKED"
    fault = await am.refused(am.decide(world, "撤销6号", cases[3], "revoke", revokes="专评4号"))
    assert fault.reason.code == "DECISION_NOT_FOUND"
    run = await world.month_run("revoke-4", FUND, month=4)
    assert am.content(await am.statement(world, run, case.hospital_code))["adjustments"] == []


async def test_decisions_that_cannot_count_are_refused_in_words(world):
    """A decision that would be ignored, or break the run, must never be taken in."""
    case = (await am.lists(world, 5, 12))[0]
    for number, kind, more, reason in (
        ("坏1", "praise", {}, "DECISION_BAD"),
        ("坏2", "review", {"mode": "points", "value": "-1"}, "MARK_VALUE"),
        ("坏3", "readmission", {"value": "2"}, "MARK_VALUE"),
        ("坏4", "review", {"mode": "later"}, "MARK_VALUE"),
        ("坏5", "revoke", {}, "DECISION_BAD"), ("", "incomplete", {}, "DECISION_BAD"),
        ("坏6", "incomplete", {"revokes": "坏1"}, "DECISION_BAD"),
    ):  # fmt: skip
        fault = await am.refused(am.decide(world, number, case, kind, **more))
        assert fault.reason.code == reason, number
    unknown = am.case_in(5, 3, case_id="NOBODY")
    fault = await am.refused(am.decide(world, "坏7", unknown, "incomplete"))
    assert fault.reason.code == "LIST_NOT_FOUND"
    fault = await am.refused(am.decide(world, "坏8", case, "incomplete", sw.hospital_claim("H001")))
    assert fault.reason.code == "ROLE_DENIED"
    elsewhere = auth.Claim("bureau-9902", "bureau", region="9902")
    fault = await am.refused(am.decide(world, "坏9", case, "incomplete", elsewhere))
    assert fault.reason.code == "LIST_NOT_FOUND"


async def test_a_decision_after_the_close_becomes_a_difference(world):
    """Experts may take longer than a month; the closed statement stays, the money follows."""
    cases = await am.lists(world, 6)
    run = await world.month_run("after-6", FUND, month=6)
    case = cases[5]
    before = await am.statement(world, run, case.hospital_code)
    done = await am.decide(world, "专评6号", case, "review", value="500", mode="points")
    assert (done.applied, done.effect) == (True, "difference")
    shown = await am.preview(world)
    assert [(row.case_id, row.why, row.after_points.value) for row in shown.differences[0].cases] == [
        (case.case_id, "decision", "500")
    ]
    assert sum(row.delta_fen for row in shown.differences[0].hospitals) == 0
    await am.commit(world, shown.preview_digest, "专家评审")
    assert not (await am.preview(world)).differences
    await am.decide(world, "撤销7号", case, "revoke", revokes="专评6号")
    back = await am.preview(world)
    gains = {row.hospital_code: row.delta_fen for row in shown.differences[0].hospitals}
    losses = {row.hospital_code: row.delta_fen for row in back.differences[0].hospitals}
    assert losses == {code: -fen for code, fen in gains.items()}
    await am.commit(world, back.preview_digest, "撤销专家评审")
    assert (await am.statement(world, run, case.hospital_code)).digest == before.digest
