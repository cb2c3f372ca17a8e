"""Lists of one sender that arrive together travel together, and nobody notices."""

from __future__ import annotations

import asyncio

import pytest
from gateway_world import OWN, SOUND

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_gateway import together
from chspay_kit.auth import Claim, act_as

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def calls(gw, monkeypatch):
    """How many lists each call to settlement carried."""
    sizes: list[int] = []
    door = gw.services.settlement.SubmitList
    assert isinstance(door, together.ListsTogether)
    one, many = door._one, door._many

    async def counted_one(request):
        sizes.append(1)
        return await one(request)

    async def counted_many(request):
        sizes.append(len(request.lists))
        return await many(request)

    monkeypatch.setattr(door, "_one", counted_one)
    monkeypatch.setattr(door, "_many", counted_many)
    return sizes


async def test_everybody_gets_the_own_outcome(gw, calls):
    """A call costs more than a list: a busy hour shares calls, yet one sender's fault stays its own."""
    bodies = [SOUND | {"case_id": f"T{number:03d}"} for number in range(40)]
    bodies[11] |= {"discharge_date": "2019-03-08", "admission_date": "2019-03-01"}
    bodies[12] |= {"total_cost": None}
    found = await asyncio.gather(
        *(
            gw.ask("POST", "/api/v1/lists", json=body, key=f"together-{number}")
            for number, body in enumerate(bodies)
        )
    )
    assert {number: answer.json()["reason"] for number, answer in enumerate(found) if answer.is_error} == {
        11: "HOSPITAL_NOT_IN_FORCE",
        12: "FIELD_MISSING",
    }
    assert found[11].json()["errors"][0]["field"] == "hospital_code"
    told = {answer.json()["group"]["case_id"]: answer for answer in found if not answer.is_error}
    assert set(told) == {body["case_id"] for body in bodies} - {"T011", "T012"}
    assert (sum(calls), max(calls) > 1, len(calls) < 20) == (40, True, True), calls
    again = await asyncio.gather(
        *(
            gw.ask("POST", "/api/v1/lists", json=body, key=f"together-{number}")
            for number, body in enumerate(bodies)
        )
    )
    assert [(one.status_code, one.content) for one in again if not one.is_error] == [
        (one.status_code, one.content) for one in found if not one.is_error
    ]
    versions = await gw.admin.fetchval(
        "SELECT count(*) FROM settlement.list_version WHERE case_id LIKE 'T0%' AND hospital_code = $1",
        OWN,
    )
    assert versions == 38


async def test_a_lone_list_leaves_at_once(gw, calls):
    """Who sends one after the other must not wait for company that never comes."""
    for number in range(3):
        answer = await gw.ask("POST", "/api/v1/lists", json=SOUND | {"case_id": f"L{number}"})
        assert answer.status_code == 201
    assert calls == [1, 1, 1]


class Slow:
    """A settlement whose first call takes until it is told; calls with several lists are in ``sizes``."""

    def __init__(self, answer):
        self.first, self.answer, self.sizes = asyncio.Event(), answer, []

    async def SubmitList(self, request):
        await self.first.wait()
        return pb.SubmitListResponse(list_id=request.request_id)

    async def SubmitLists(self, request):
        self.sizes.append(len(request.lists))
        return self.answer(request)


async def five(stub):
    """Two lists that leave at once and three that wait for them; what became of each."""
    act_as(Claim("cp1", "hospital", OWN))
    door = together.ListsTogether(stub)
    found = [asyncio.create_task(door(pb.SubmitListRequest(request_id=f"r{n}"))) for n in range(5)]
    await asyncio.sleep(0)
    stub.first.set()
    done = await asyncio.wait_for(asyncio.gather(*found, return_exceptions=True), 5)
    await asyncio.sleep(0)
    assert not door._callers, "a line was never given back"
    return done


async def test_an_answer_nobody_can_read_leaves_nobody_waiting():
    """One bad answer of a service being replaced must not hold a sender until its deadline."""
    bad = await five(Slow(lambda _: pb.SubmitListsResponse(outcomes=[])))
    assert [isinstance(each, Exception) for each in bad] == [False, False, True, True, True]


async def test_long_lists_travel_with_fewer_others(monkeypatch):
    """Sixty-four lists with a thousand lines each are more than a service takes in one message."""
    monkeypatch.setattr(together, "MOST_BYTES", 10)

    def accepted(request):
        said = [pb.SubmitListResponse(list_id=each.request_id) for each in request.lists]
        return pb.SubmitListsResponse(outcomes=[pb.SubmitListOutcome(accepted=each) for each in said])

    stub = Slow(accepted)
    assert [each.list_id for each in await five(stub)] == [f"r{n}" for n in range(5)]
    assert sum(stub.sizes) == 3
    assert max(stub.sizes) < 3
