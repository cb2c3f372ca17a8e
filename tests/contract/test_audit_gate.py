"""The audit gate over real gRPC: open findings hold a list out, upheld ones are deducted, disputes go on."""

from __future__ import annotations

import around_month as am
import pytest
import settlement_world as sw

from chspay.settlement.v1 import month_pb2 as mpb
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth

FUND = 9_000_001


@pytest.fixture
async def world(migrated_db):
    """Settlement and its neighbours with three hospitals."""
    async with sw.world(migrated_db.url("settlement")) as running:
        await am.hospitals(running)
        yield running


async def test_an_open_finding_keeps_its_list_out_and_the_next_month_takes_it(world):
    """Nobody is paid for a stay under examination, and nobody loses it either."""
    cases = await am.lists(world, 1)
    answer = await am.find(world, ("F1", cases[0], 5_000), ("F2", cases[0], 700), ("F3", cases[1], 900))
    assert (answer.accepted, answer.unchanged, len(answer.faults)) == (3, 0, 0)
    again = await am.find(world, ("F1", cases[0], 5_000))
    assert (again.accepted, again.unchanged) == (0, 1)
    await am.decide_finding(world, "F3", "dismissed")
    run = await world.month_run("gate-1", FUND, month=1)
    assert (run.state, run.cases, run.held_lists) == (pb.RUN_STATE_DONE, 59, 1), run.failure_message
    with auth.use_claim(sw.hospital_claim(cases[0].hospital_code)):
        held = (await world.month.ListHeldLists(mpb.ListHeldListsRequest(run_id=run.run_id))).lists
    assert [(row.case_id, list(row.finding_ids), row.next_month) for row in held] == [
        (cases[0].case_id, ["F1", "F2"], "2026-02")
    ]
    await am.decide_finding(world, "F1", "upheld", amount_fen=4_000, decision_no="稽核1号")
    await am.decide_finding(world, "F2", "dismissed")
    await am.lists(world, 2, 30)
    after = await world.month_run("gate-2", FUND, month=2)
    assert (after.state, after.cases, after.held_lists) == (pb.RUN_STATE_DONE, 31, 0), after.failure_message
    paid = await am.statement(world, after, cases[0].hospital_code)
    assert paid.deducted_fen == 4_000
    assert paid.payable_fen == paid.prepaid_fen - 4_000
    line = am.content(paid)["payment"][0]
    assert (line["kind"], line["number"], line["case"], line["amount_fen"]) == (
        "deduction", "F1", cases[0].case_id, -4_000,
    )  # fmt: skip


async def test_a_deduction_is_booked_once_and_given_back_when_it_falls(world):
    """A deduction that is lifted after its statement is a line of the next one, never a changed old one."""
    cases = await am.lists(world, 3)
    await am.find(world, ("G1", cases[4], 12_345))
    await am.decide_finding(world, "G1", "upheld")
    before = await am.balance(world)
    run = await world.month_run("fall-3", FUND, month=3)
    code = cases[4].hospital_code
    first = await am.statement(world, run, code)
    assert (first.deducted_fen, run.cases) == (12_345, 60)
    accounts = await am.balance(world)
    deduction, payable = f"deduction/{sw.POOL}", f"payable/{sw.POOL}/{code}"
    assert accounts[deduction] - before.get(deduction, 0) == -12_345
    assert accounts[payable] - before.get(payable, 0) == -first.payable_fen
    disputed = await am.decide_finding(world, "G1", "disputed", sw.hospital_claim(code))
    assert (disputed.state, disputed.charged_fen) == ("disputed", 12_345)
    await am.lists(world, 4, 30)
    quiet = await world.month_run("fall-4", FUND, month=4)
    assert (await am.statement(world, quiet, code)).deducted_fen == 0
    await am.decide_finding(world, "G1", "dismissed")
    await am.lists(world, 5, 30)
    later = await world.month_run("fall-5", FUND, month=5)
    back = await am.statement(world, later, code)
    line = am.content(back)["payment"][0]
    assert (line["kind"], line["amount_fen"], line["refers"]) == ("return", 12_345, f"MR-{sw.POOL}-202603")
    assert back.payable_fen == back.prepaid_fen + 12_345
    assert (await am.statement(world, run, code)).digest == first.digest
    assert (await am.balance(world))[deduction] == before.get(deduction, 0)


async def test_a_hospital_without_cases_still_gets_its_money_lines(world):
    """A deduction does not wait for a hospital's next patient; what it cannot be set off against is owed."""
    cases = await am.lists(world, 6)
    await world.month_run("alone-6", FUND, month=6)
    await am.find(world, ("A1", cases[0], 3_300))
    await am.decide_finding(world, "A1", "upheld")
    other = [am.case_in(7, n, hospital_code="H003", case_id=f"only-{n}") for n in range(12)]
    await sw.import_lists(world.stub, "only-7", [sw.chunk(other)])
    run = await world.month_run("alone-7", 1_000_000, month=7)
    found = await am.statements(world, run)
    assert sorted(found) == [cases[0].hospital_code, "H003"]
    assert (found["H001"].cases, found["H001"].fund_fen, found["H001"].payable_fen) == (0, 0, -3_300)
    assert (await am.balance(world))[f"receivable/{sw.POOL}/H001"] == 3_300


async def test_findings_are_refused_row_by_row_in_words(world):
    """A clerk must see which row is wrong, and no half-known finding may hold a list."""
    cases = await am.lists(world, 8, 12)
    unknown = am.case_in(8, 3, case_id="NOBODY")
    answer = await am.find(
        world, ("R1", cases[0], 10), ("R1", cases[1], 10), ("R2", unknown, 10), ("R3", cases[2], 0)
    )
    assert answer.accepted == 1
    assert [(fault.row, fault.reason) for fault in answer.faults] == [
        (1, "FINDING_TWICE"), (2, "LIST_NOT_FOUND"), (3, "FINDING_AMOUNT_BAD"),
    ]  # fmt: skip
    other = await am.find(world, ("R1", cases[0], 11))
    assert [fault.reason for fault in other.faults] == ["FINDING_DIFFERS"]
    fault = await am.refused(am.find(world, ("R9", cases[0], 10), claim=sw.hospital_claim("H001")))
    assert fault.reason.code == "ROLE_DENIED"
    for state, reason in (("open", "FINDING_STEP_BAD"), ("closed", "FINDING_STATE_UNKNOWN")):
        fault = await am.refused(am.decide_finding(world, "R1", state))
        assert fault.reason.code == reason
    stranger = sw.hospital_claim("H002")
    fault = await am.refused(am.decide_finding(world, "R1", "disputed", stranger))
    assert fault.reason.code == "FINDING_NOT_FOUND"
    fault = await am.refused(am.decide_finding(world, "R1", "upheld", sw.hospital_claim("H001")))
    assert fault.reason.code == "ROLE_DENIED"
    with auth.use_claim(stranger):
        seen = await world.month.ListFindings(mpb.ListFindingsRequest(pool=sw.POOL))
    assert all(row.hospital_code == "H002" for row in seen.findings)


async def test_a_failed_run_gives_held_lists_and_deductions_back(world):
    """What a run that never happened moved must stand where it stood."""
    cases = await am.lists(world, 9, 12)
    lonely = am.case_in(9, 500, patient_paid_fen=None, hospital_code="H001")
    await world.submit("lonely", lonely)
    await am.find(world, ("B1", cases[0], 100), ("B2", cases[3], 200))
    await am.decide_finding(world, "B2", "upheld")
    failed = await world.month_run("back-9", 700_000, month=9)
    assert failed.failure_reason == "PATIENT_PAID_MISSING"
    await world.submit("lonely-2", am.case_in(9, 500, patient_paid_fen=50, hospital_code="H001"))
    await am.decide_finding(world, "B1", "dismissed")
    run = await world.month_run("back-9b", 700_000, month=9)
    assert (run.state, run.cases, run.held_lists) == (pb.RUN_STATE_DONE, 13, 0), run.failure_message
    assert (await am.statement(world, run, cases[3].hospital_code)).deducted_fen == 200
