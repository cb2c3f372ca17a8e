"""A month through the real processes: rulebook, grouper, budget and settlement, each with its own role."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import settlement_world as sw

from chspay.budget.v1 import budget_pb2, budget_pb2_grpc
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay.settlement.v1 import settlement_pb2_grpc
from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault
from chspay_kit import auth
from chspay_kit.grpc_client import Channel

DRAFTER = auth.Claim("clerk", "bureau", region="9901")
APPROVER = auth.Claim("head", "bureau", region="9901")
CODES = ("R001", "R002", "R003")
DIAGNOSES = ("I63.900", "J18.900", "K80.100", "I21.900", "C34.900", "S72.000")


@pytest.fixture
async def settlement(stack):
    """A stub of the real settlement process, and one of budget."""
    settle = Channel(stack.stack.target("settlement"), stack.stack.claim_key)
    money = Channel(stack.stack.target("budget"), stack.stack.claim_key)
    yield settlement_pb2_grpc.SettlementServiceStub(settle), budget_pb2_grpc.BudgetServiceStub(money)
    await settle.close()
    await money.close()


async def approved_year(budget, year: int) -> None:
    """A year drafted by one person and approved by another."""
    with auth.use_claim(DRAFTER):
        drafted = await budget.DraftYear(
            budget_pb2.DraftYearRequest(
                request_id=f"draft-{year}", pool=sw.POOL, year=year, inpatient_fund_fen=1_200_000_007
            )
        )
    with auth.use_claim(APPROVER):
        await budget.ApproveYear(
            budget_pb2.ApproveYearRequest(
                request_id=f"approve-{year}", pool=sw.POOL, year=year, version=drafted.year.version,
                decision_no="演示决定〔2029〕1号",
            )
        )  # fmt: skip


@pytest.mark.timeout(180)
async def test_a_real_month_is_refused_without_a_budget_and_settled_to_the_fen_with_one(settlement):
    """Nothing here is a stand-in: the same processes, roles and policy as in production."""
    stub, budget = settlement
    with auth.use_claim(DRAFTER):
        for level, code in enumerate(CODES, start=1):
            hospital = pb.Hospital(
                hospital_code=code,
                name=f"实测医院{level}",
                region_code=sw.POOL,
                area_code=sw.COUNTY,
                level=level,
            )
            hospital.since.year, hospital.since.month, hospital.since.day = 2020, 1, 1
            await stub.PutHospital(pb.PutHospitalRequest(request_id=f"real-{code}", hospital=hospital))
    cases = []
    for number in range(600):
        case = sw.case_of(
            number, CODES[number % 3], case_id=f"REAL{number}", diagnoses=(DIAGNOSES[number % 6], "I10.x00")
        )
        days = {name: getattr(case, name).replace(year=2029) for name in ("admission_date", "discharge_date")}
        cases.append(replace(case, **days))
    answers = await sw.import_lists(stub, "real-month", [sw.chunk(cases)], DRAFTER)
    assert (answers[0].accepted, list(answers[0].faults)) == (600, [])
    request = pb.StartMonthRunRequest(request_id="real-run", pool=sw.POOL, year=2029, month=3)
    with auth.use_claim(DRAFTER), pytest.raises(Fault) as caught:
        await stub.StartMonthRun(request)
    assert "BUDGET" in caught.value.reason.code
    await approved_year(budget, 2029)
    with auth.use_claim(DRAFTER):
        run = (await stub.StartMonthRun(request)).run
        async for moved in stub.WatchRun(pb.WatchRunRequest(run_id=run.run_id)):
            run = moved.run
        assert run.state == pb.RUN_STATE_DONE, run.failure_message
        found = (await stub.ListStatements(pb.ListStatementsRequest(run_id=run.run_id))).statements
        assert sum(statement.fund_fen for statement in found) == run.fund_fen > 0
        assert {statement.hospital_code for statement in found} == set(CODES)
        listed = await stub.ListRunCases(
            pb.ListRunCasesRequest(run_id=run.run_id, hospital_code="R002", page_size=5)
        )
        assert all(case.drg for case in listed.cases)
        for case in listed.cases:
            began = time.perf_counter()
            why = await stub.ExplainCase(
                pb.ExplainCaseRequest(run_id=run.run_id, hospital_code="R002", case_id=case.case_id)
            )
            assert time.perf_counter() - began < 5
            lines = {line.key: line.value for line in why.worksheet.lines}
            assert lines["fund"] == fen_to_yuan(case.fund_fen)
