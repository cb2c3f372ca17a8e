"""What decided disputes move, over real gRPC: once only, in the open month, and taken back exactly."""

from __future__ import annotations

import asyncio

import around_month as am
import pytest
import pytest_asyncio
import settlement_world as sw

from chspay.settlement.v1 import outcomes_pb2 as opb
from chspay.settlement.v1 import outcomes_pb2_grpc, year_pb2, year_pb2_grpc
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.errors import Fault
from chspay_kit import auth

pytestmark = pytest.mark.asyncio(loop_scope="module")
FUND = 9_000_001
WAITING, POSTED = opb.OUTCOME_STATE_WAITING, opb.OUTCOME_STATE_POSTED


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(migrated_db):
    """Settlement with three hospitals and January closed."""
    async with sw.world(migrated_db.url("settlement")) as running:
        await am.hospitals(running)
        await am.lists(running, 1, 30)
        run = await running.month_run("outcomes-1", FUND, month=1)
        assert run.state == pb.RUN_STATE_DONE, run.failure_message
        yield running


async def apply(world, claim: auth.Claim = sw.BUREAU, **outcome) -> opb.ApplyOutcomeResponse:
    """Hands an outcome over."""
    request = opb.ApplyOutcomeRequest(
        request_id=am.request_id(), outcome=opb.Outcome(citation="专家评审意见", **outcome)
    )
    with auth.use_claim(claim):
        return await outcomes_pb2_grpc.OutcomeServiceStub(world.channel).ApplyOutcome(request)


async def moved(world, number: str) -> opb.Moved:
    """How far an outcome is."""
    with auth.use_claim(sw.BUREAU):
        stub = outcomes_pb2_grpc.OutcomeServiceStub(world.channel)
        return (await stub.GetOutcome(opb.GetOutcomeRequest(decision_no=number))).moved


def of_case(case, kind: str, value: str = "", mode: str = "") -> opb.CaseOutcome:
    """An outcome on a case."""
    return opb.CaseOutcome(
        hospital_code=case.hospital_code, case_id=case.case_id, kind=kind, value=value, mode=mode
    )


async def settle(world) -> None:
    """Posts every difference that waits."""
    shown = await am.preview(world)
    assert not [fault for one in shown.differences for fault in one.faults]
    await am.commit(world, shown.preview_digest, "争议处理")


@pytest.mark.parametrize(
    ("number", "kind", "value", "mode"),
    [(3, "review", "321", "points"), (4, "review", "0", "by_item"), (5, "regroup", "I69", ""),
     (6, "violation", "0", "")],
)  # fmt: skip
async def test_an_outcome_on_a_closed_case_moves_its_difference_and_is_taken_back(
    world, number, kind, value, mode
):
    """Granted and revoked must come to nothing, to the fen, whatever the outcome was."""
    case, no = am.case_in(1, number), f"争议{number}号"
    first = await apply(world, decision_no=no, case=of_case(case, kind, value, mode))
    assert (first.applied, first.moved.state, first.moved.of) == (True, WAITING, "2026-01")
    await settle(world)
    gained = await moved(world, no)
    assert (gained.state, gained.paid_month) == (POSTED, "2026-02")
    assert gained.difference_id
    assert gained.points_delta.value not in {"", "0"}
    assert (float(gained.value_delta) < 0) == (float(gained.points_delta.value) > 0)
    assert (await apply(world, decision_no=f"撤销{number}号", revokes=no)).moved.state == WAITING
    await settle(world)
    lost = await moved(world, f"撤销{number}号")
    assert lost.state == POSTED
    assert float(lost.points_delta.value) == -float(gained.points_delta.value)
    assert lost.fen_delta == -gained.fen_delta
    assert (await moved(world, no)).fen_delta == gained.fen_delta


async def test_a_document_counts_once_however_often_it_is_sent(world):
    """A relay that lost the answer sends again; two contents under one number are a mistake."""
    case = am.case_in(1, 7)
    asked = {"decision_no": "争议7号", "case": of_case(case, "review", "200", "points")}
    found = await asyncio.gather(*(apply(world, **asked) for _ in range(4)))
    assert sorted(one.applied for one in found) == [False] * 3 + [True]
    asked["case"] = of_case(case, "review", "201", "points")
    assert (await am.refused(apply(world, **asked))).reason.code == "OUTCOME_DIFFERS"
    await apply(world, decision_no="撤销7号", revokes="争议7号")
    assert (await moved(world, "争议7号")).state == opb.OUTCOME_STATE_NOTHING
    assert (await moved(world, "撤销7号")).state == opb.OUTCOME_STATE_NOTHING
    fault = await am.refused(apply(world, decision_no="再撤7号", revokes="争议7号"))
    assert fault.reason.code == "OUTCOME_REVOKED"
    fault = await am.refused(apply(world, decision_no="空撤", revokes="没有的文号"))
    assert fault.reason.code == "DECISION_NOT_FOUND"


async def test_a_decision_recorded_without_a_dispute_can_be_taken_back_by_one(world):
    """A violation found by audit and withdrawn on appeal (T7) must leave the case as it was."""
    case = am.case_in(1, 8)
    await am.decide(world, "稽核8号", case, "violation", value="1")
    await settle(world)
    await apply(world, decision_no="申诉8号", revokes="稽核8号")
    await settle(world)
    back = await moved(world, "申诉8号")
    assert (back.state, back.fen_delta > 0) == (POSTED, True)


async def test_nobody_but_the_bureau_of_the_pool_hands_outcomes_over(world):
    """Outcomes are money: hospitals and other places have no say."""
    outcome = {"decision_no": "外来1号", "case": of_case(am.case_in(1, 9), "incomplete")}
    fault = await am.refused(apply(world, sw.hospital_claim("H001"), **outcome))
    assert fault.reason.code == "ROLE_DENIED"
    elsewhere = auth.Claim("bureau-9902", "bureau", region="9902")
    assert (await am.refused(apply(world, elsewhere, **outcome))).reason.code == "LIST_NOT_FOUND"
    fault = await am.refused(apply(world, decision_no="", case=outcome["case"]))
    assert fault.reason.code == "OUTCOME_BAD"


async def test_a_dispute_moves_nothing_of_another_hospital(world):
    """The number in a dispute is text its hospital wrote: naming a neighbour's must not move his money."""
    case, no = am.case_in(1, 11), "他院11号"
    other = next(code for code in am.HOSPITALS if code != case.hospital_code)
    await am.find(world, ("F-21", case, 20_000))
    await am.decide_finding(world, "F-21", "upheld")
    await am.decide(world, "稽核11号", case, "violation", value="1")
    for wanted in (
        {"finding": opb.FindingOutcome(finding_id="F-21", whole=True)},
        {"revokes": "稽核11号"},
        {"case": of_case(case, "review", "200", "points")},
        {"year": opb.YearOutcome(
            pool=sw.POOL, year=2026, hospital_code=case.hospital_code, kind="score", value="1")},
    ):  # fmt: skip
        fault = await am.refused(apply(world, decision_no=no, hospital_code=other, **wanted))
        assert fault.reason.code == "OUTCOME_FOREIGN", wanted
    # Nothing of it stands: the owner's own dispute finds everything as it was.
    own = {"decision_no": no, "finding": opb.FindingOutcome(finding_id="F-21", restored_fen=20_000)}
    assert (await apply(world, hospital_code=case.hospital_code, **own)).applied
    fault = await am.refused(apply(world, hospital_code=other, **own))
    assert fault.reason.code == "OUTCOME_FOREIGN"
    for number, back in (("撤销11号", no), ("申诉11号", "稽核11号")):
        fault = await am.refused(apply(world, decision_no=number, revokes=back, hospital_code=other))
        assert fault.reason.code == "OUTCOME_FOREIGN"
        assert (
            await apply(world, decision_no=number, revokes=back, hospital_code=case.hospital_code)
        ).applied


async def test_a_score_is_replaced_and_put_back(world):
    """A score changed on appeal (T5) is what the annual clearing reads, and the old one after revocation."""
    years = year_pb2_grpc.YearServiceStub(world.channel)

    async def put(value: str) -> None:
        with auth.use_claim(sw.BUREAU):
            await years.PutYearFact(
                year_pb2.PutYearFactRequest(
                    request_id=am.request_id(), pool=sw.POOL, year=2026, hospital_code="H001", kind="score",
                    value=value, citation="考核通报",
                )
            )  # fmt: skip

    async def scores() -> list[str]:
        with auth.use_claim(sw.BUREAU):
            found = await years.ListYearFacts(year_pb2.ListYearFactsRequest(pool=sw.POOL, year=2026))
        return [fact.value for fact in found.facts if fact.kind == "score"]

    fresh = opb.YearOutcome(pool=sw.POOL, year=2026, hospital_code="H002", kind="score", value="90")
    await apply(world, decision_no="评价0号", year=fresh)
    fault = await am.refused(apply(world, decision_no="撤评0号", revokes="评价0号"))
    assert fault.reason.code == "OUTCOME_NOT_REVERSIBLE"
    await put("80.5")
    changed = opb.YearOutcome(pool=sw.POOL, year=2026, hospital_code="H001", kind="score", value="88")
    done = await apply(world, decision_no="评价1号", year=changed)
    assert done.moved.state == opb.OUTCOME_STATE_RECORDED
    await apply(world, decision_no="撤评1号", revokes="评价1号")
    assert (await scores())[-3:] == ["80.5", "88", "80.5"]


async def test_a_deduction_given_back_in_part_stands_on_the_next_statement(world):
    """A deduction restored on appeal (T3) is a line of the next statement; revoked, it is taken again."""
    case = am.case_in(1, 10)
    await am.find(world, ("F-10", case, 50_000), ("F-11", case, 30_000))
    for number in ("F-10", "F-11"):
        await am.decide_finding(world, number, "upheld")
    await am.lists(world, 2, 6)
    run = await world.month_run("outcomes-2", FUND, month=2)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    await am.decide_finding(world, "F-10", "disputed", claim=sw.hospital_claim(case.hospital_code))
    part = opb.FindingOutcome(finding_id="F-10", restored_fen=30_000)
    assert (await apply(world, decision_no="扣款10号", finding=part)).moved.state == WAITING
    await apply(world, decision_no="扣款11号", finding=opb.FindingOutcome(finding_id="F-11", whole=True))
    too_much = opb.FindingOutcome(finding_id="F-10", deduction_fen=50_001)
    with pytest.raises(Fault, match="deduction_fen"):
        await apply(world, decision_no="扣款12号", finding=too_much)
    for unclear in ({}, {"deduction_fen": 1, "whole": True}, {"whole": True, "restored_fen": 19_999}):
        asked = opb.FindingOutcome(finding_id="F-10", **unclear)
        fault = await am.refused(apply(world, decision_no="扣款13号", finding=asked))
        assert fault.reason.code == "OUTCOME_BAD", unclear
    await am.lists(world, 3, 6)
    run = await world.month_run("outcomes-3", FUND, month=3)
    for number, fen in (("扣款10号", 30_000), ("扣款11号", 30_000)):
        found = await moved(world, number)
        assert (found.state, found.fen_delta, found.paid_month) == (POSTED, fen, "2026-03")
        assert found.statement_run_id == run.run_id
    assert (await am.statement(world, run, case.hospital_code)).deducted_fen == -60_000
    for number in (10, 11):
        await apply(world, decision_no=f"撤扣{number}号", revokes=f"扣款{number}号")
    await am.lists(world, 4, 6)
    run = await world.month_run("outcomes-4", FUND, month=4)
    assert (await am.statement(world, run, case.hospital_code)).deducted_fen == 60_000
    assert (await moved(world, "撤扣10号")).fen_delta == -30_000
