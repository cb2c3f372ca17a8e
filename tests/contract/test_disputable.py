"""What a dispute rests on, over real gRPC: facts of a settled case, settled discharges, states of months."""

from __future__ import annotations

from datetime import date

import around_month as am
import pytest
import pytest_asyncio
import settlement_world as sw

from chspay.settlement.v1 import disputable_pb2 as dpb
from chspay.settlement.v1 import disputable_pb2_grpc, routing_pb2
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth
from chspay_kit.convert import date_to_pb

pytestmark = pytest.mark.asyncio(loop_scope="module")
FUND = 9_000_001
CASES = 30


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(migrated_db):
    """Settlement with three hospitals, January closed and February's lists waiting."""
    async with sw.world(migrated_db.url("settlement")) as running:
        await am.hospitals(running)
        await am.lists(running, 1, CASES)
        run = await running.month_run("facts-1", FUND, month=1)
        assert run.state == pb.RUN_STATE_DONE, run.failure_message
        await am.lists(running, 2, 6)
        yield running


def stub(world) -> disputable_pb2_grpc.DisputableServiceStub:
    """The service under test."""
    return disputable_pb2_grpc.DisputableServiceStub(world.channel)


async def facts(world, claim: auth.Claim, **wanted: str) -> dpb.CaseFacts:
    """Facts of one case."""
    with auth.use_claim(claim):
        return (await stub(world).GetCaseFacts(dpb.GetCaseFactsRequest(**wanted))).facts


async def test_facts_of_a_settled_case_are_those_of_its_statement(world):
    """A dispute is filed from these figures; one that is not the statement's would be a second truth."""
    case = am.case_in(1, 4)
    claim = sw.hospital_claim(case.hospital_code)
    found = await facts(world, claim, hospital_code=case.hospital_code, case_id=case.case_id)
    assert (found.settled, found.month, found.method) == (True, "2026-01", routing_pb2.PAY_METHOD_DRG)
    assert (found.cost_fen, found.patient_fen) == (case.total_cost_fen, case.patient_paid_fen)
    assert found.paid_fen == found.fund_fen + found.patient_fen
    assert found.hospital_level == 2
    assert found.hospital_name
    assert not found.differences
    month = [am.case_in(1, number) for number in range(CASES)]
    costs = [one.total_cost_fen for one in month if not one.diagnoses[0].startswith("Z")]
    own = [one.total_cost_fen for one in month if one.diagnoses == case.diagnoses]
    assert found.city_mean_fen == round(sum(costs) / len(costs))
    assert found.group_cases == len(own)
    assert found.group_mean_fen > 0
    with auth.use_claim(claim):
        rows = await world.stub.ListRunCases(
            pb.ListRunCasesRequest(run_id=found.run_id, hospital_code=case.hospital_code)
        )
    stands = next(row for row in rows.cases if row.case_id == case.case_id)
    assert (found.points.value, found.fund_fen) == (stands.points.value, stands.fund_fen)
    by_list = await facts(world, claim, list_id=found.list_id)
    assert by_list == found


async def test_facts_follow_the_differences_posted_since(world):
    """Who disputes a corrected case must see what it stands at now, and how it came there."""
    case = am.case_in(1, 8)
    before = await facts(world, sw.BUREAU, hospital_code=case.hospital_code, case_id=case.case_id)
    await am.decide(world, "实例1号", case, "review", value="321", mode="points")
    await am.commit(world, (await am.preview(world)).preview_digest, "特例单议")
    after = await facts(world, sw.BUREAU, hospital_code=case.hospital_code, case_id=case.case_id)
    assert after.points.value == "321"
    assert after.fund_fen != before.fund_fen
    assert [(one.why, one.before_points.value, one.before_fen) for one in after.differences] == [
        ("decision", before.points.value, before.fund_fen)
    ]
    assert [(mark.kind, mark.cite) for mark in after.marks] == [("review", "实例1号")]


async def test_facts_of_a_list_nobody_settled_say_so(world):
    """Only settled cases may be disputed; the answer has to tell the two apart."""
    case = am.case_in(2, 1)
    found = await facts(world, sw.BUREAU, hospital_code=case.hospital_code, case_id=case.case_id)
    assert not found.settled
    assert found.month == "2026-02"
    assert not found.run_id
    assert found.status == "grouped"
    assert found.drg


async def test_nobody_reads_facts_of_anothers_case(world):
    """Facts hold diagnoses and money: they are the hospital's and its bureau's."""
    case = am.case_in(1, 4)
    for claim in (
        sw.hospital_claim("H001" if case.hospital_code != "H001" else "H002"),
        auth.Claim("bureau-9902", "bureau", region="9902"),
        auth.Claim("expert:1", "expert", region=""),
    ):
        fault = await am.refused(facts(world, claim, hospital_code=case.hospital_code, case_id=case.case_id))
        assert fault.reason.code == "LIST_NOT_FOUND"
    assert (await am.refused(facts(world, sw.BUREAU, case_id="M1-4"))).reason.code == "FIELD_MISSING"


async def counted(world, claim: auth.Claim, since: date, until: date) -> dpb.CountDischargesResponse:
    """Settled discharges of some days."""
    request = dpb.CountDischargesRequest(pool=sw.POOL, since=date_to_pb(since), until=date_to_pb(until))
    with auth.use_claim(claim):
        return await stub(world).CountDischarges(request)


async def test_quotas_rest_on_settled_discharges(world):
    """Five per cent of too many is money: only what a closed month took counts, once."""
    first, last = date(2026, 1, 1), date(2026, 3, 31)
    found = await counted(world, sw.BUREAU, first, last)
    assert (found.discharges, found.by_group, found.waiting) == (CASES, CASES, 6)
    assert {row.hospital_code: row.discharges for row in found.hospitals} == dict.fromkeys(am.CODES, 10)
    own = await counted(world, sw.hospital_claim("H001"), first, last)
    assert own.discharges == CASES
    assert [(row.hospital_code, row.by_group) for row in own.hospitals] == [("H001", 10)]
    some = [am.case_in(1, number).discharge_date for number in range(CASES)]
    until = date(2026, 1, 15)
    found = await counted(world, sw.BUREAU, first, until)
    assert found.discharges == sum(day <= until for day in some)
    elsewhere = auth.Claim("bureau-9902", "bureau", region="9902")
    assert (await am.refused(counted(world, elsewhere, first, last))).reason.code == "REGION_DENIED"
    fault = await am.refused(counted(world, sw.hospital_claim("H009"), first, last))
    assert fault.reason.code == "POOL_NOT_OWN"


@pytest.mark.parametrize(
    ("period", "state"),
    [
        ("2026-01", dpb.POOL_STATE_CLOSED),
        ("2026-02", dpb.POOL_STATE_OPEN),
        ("2026", dpb.POOL_STATE_OPEN),
    ],
)
async def test_a_month_says_how_far_it_is(world, period, state):
    """Whether a decision becomes a mark or a difference hangs on it."""
    with auth.use_claim(sw.hospital_claim("H001")):
        found = await stub(world).GetPoolState(dpb.GetPoolStateRequest(pool=sw.POOL, period=period))
    assert (found.state, found.open_month) == (state, "2026-02")
    assert bool(found.run_id) == (state == dpb.POOL_STATE_CLOSED)
