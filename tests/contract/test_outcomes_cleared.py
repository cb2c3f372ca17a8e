"""What decided disputes still move in a year that is being cleared or was, over real gRPC."""

from __future__ import annotations

from datetime import date

import around_month as am
import pytest
import settlement_world as sw
import year_world as yw

from chspay.settlement.v1 import outcomes_pb2 as opb
from chspay.settlement.v1 import outcomes_pb2_grpc, year_pb2
from chspay_kit import auth

DRAFTED, NOTHING = opb.OUTCOME_STATE_DRAFTED, opb.OUTCOME_STATE_NOTHING


@pytest.fixture
async def world(migrated_db):
    """Settlement, and outcomes handed over to it."""
    async with yw.year_world(migrated_db.url("settlement")) as running:
        running.outcomes = outcomes_pb2_grpc.OutcomeServiceStub(running.channel)
        yield running


async def one_month(world, year: int) -> None:
    """A year of one settled month, ready to be cleared."""
    await world.months(year, {3: 9_000_000})
    await world.score(year, H001="85", H002="70", H003="90")
    world.today = date(year + 1, 1, 10)


async def apply(world, number: str, **outcome) -> opb.ApplyOutcomeResponse:
    """Hands an outcome over."""
    asked = opb.Outcome(decision_no=number, citation="申诉复核决定", **outcome)
    with auth.use_claim(yw.AUTHOR):
        return await world.outcomes.ApplyOutcome(
            opb.ApplyOutcomeRequest(request_id=yw.fresh(), outcome=asked)
        )


def of_case(kind: str, value: str, mode: str = "", name: str = "2026-3-0") -> opb.CaseOutcome:
    """An outcome on a case of March; every third is of H001."""
    return opb.CaseOutcome(hospital_code="H001", case_id=f"Y{name}", kind=kind, value=value, mode=mode)


async def cleared(world, number: str, **outcome) -> str:
    """What the refusal of a cleared year names."""
    fault = await am.refused(apply(world, number, **outcome))
    assert fault.reason.code == "OUTCOME_YEAR_CLEARED"
    assert sw.POOL in fault.message
    return fault.value


async def reclearing(world, name: str) -> year_pb2.GetReclearingResponse:
    """A re-clearing with its effects."""
    with auth.use_claim(yw.AUTHOR):
        return await world.years.GetReclearing(year_pb2.GetReclearingRequest(reclear_id=name))


async def state_of(world, number: str) -> opb.Moved:
    """How far an outcome is."""
    with auth.use_claim(yw.AUTHOR):
        return (await world.outcomes.GetOutcome(opb.GetOutcomeRequest(decision_no=number))).moved


async def test_a_year_under_clearing_takes_nothing_and_a_closed_one_a_violation_as_a_draft(world):
    """Closed books are moved by a re-clearing alone, and whoever sends anything else must see it fail."""
    await one_month(world, 2026)
    found = await world.trial(2026, 9_300_000)
    points, violation = of_case("review", "321", "points"), of_case("violation", "2")
    # Before the books are closed the clearing is sent back; nothing slips under its figures.
    assert await cleared(world, "争议1号", case=points) == found.clearing_id
    assert await cleared(world, "争议2号", case=violation) == found.clearing_id
    closed = await world.close(found)
    assert await cleared(world, "争议1号", case=points) == closed.clearing_id
    unknown = await am.refused(state_of(world, "争议1号"))
    assert unknown.reason.code == "OUTCOME_NUMBER_UNKNOWN"

    before = await world.accounts(2026)
    first = await apply(world, "争议2号", case=violation)
    assert (first.applied, first.moved.state) == (True, DRAFTED)
    drafted = await reclearing(world, first.moved.reclear_id)
    assert (drafted.reclearing.state, drafted.reclearing.clearing_id) == ("drafted", closed.clearing_id)
    assert drafted.reclearing.citation == "争议2号"
    assert "争议2号" in drafted.reclearing.cause
    moved = {effect.hospital_code: effect.balance_fen for effect in drafted.effects}
    assert moved == {"H001": -drafted.reclearing.returned_fen, "H002": 0, "H003": 0}
    assert drafted.reclearing.returned_fen > 0
    assert await world.accounts(2026) == before
    again = await apply(world, "争议2号", case=violation)
    assert (again.applied, again.moved.reclear_id) == (False, first.moved.reclear_id)
    other = of_case("violation", "1", name="2026-3-3")
    assert (await am.refused(apply(world, "争议3号", case=other))).reason.code == "RECLEAR_STANDS"

    # Taken back, the draft is withdrawn and makes room; booked, it is not undone by itself.
    await apply(world, "撤2号", revokes="争议2号")
    assert (await reclearing(world, first.moved.reclear_id)).reclearing.state == "withdrawn"
    assert (await state_of(world, "撤2号")).state == NOTHING
    second = (await apply(world, "争议3号", case=other)).moved.reclear_id
    digest = (await reclearing(world, second)).reclearing.digest
    with auth.use_claim(yw.APPROVER):
        await world.years.CommitReclearing(
            year_pb2.CommitReclearingRequest(request_id=yw.fresh(), reclear_id=second, digest=digest)
        )
    booked = await world.accounts(2026)
    assert booked["claw_back/H001"] > 0
    fault = await am.refused(apply(world, "撤3号", revokes="争议3号"))
    assert fault.reason.code == "OUTCOME_NOT_REVERSIBLE"
    assert await world.accounts(2026) == booked


async def test_a_decision_of_the_open_year_is_not_taken_back_in_a_cleared_one(world):
    """What a month paid by a decision is part of the annual figures; a revocation must not change them."""
    await one_month(world, 2027)
    number, case = "特例1号", of_case("review", "321", "points", name="2027-3-6")
    await apply(world, number, case=case)
    shown = await am.preview(world)
    await am.commit(world, shown.preview_digest, "争议处理")
    found = await world.trial(2027, 9_300_000)
    assert await cleared(world, "撤特例1号", revokes=number) == found.clearing_id
    assert (await state_of(world, number)).state == opb.OUTCOME_STATE_POSTED
