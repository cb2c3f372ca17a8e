"""The month run over real gRPC: a fund handed out to the fen, explained, posted once."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
import settlement_world as sw

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_core.case import Case
from chspay_core.digest import sm3_hex, sm3_hex_of
from chspay_core.errors import Fault
from chspay_kit import auth, journal

HOSPITALS = {"H001": sw.COUNTY, "H002": sw.OTHER_COUNTY, "H003": sw.POOL}
CODES = list(HOSPITALS)
FUND = 40_000_003


@pytest.fixture
async def world(migrated_db):
    """Settlement and its neighbours, in this test's event loop."""
    async with sw.world(migrated_db.url("settlement")) as running:
        for code, area, level in zip(
            HOSPITALS, (sw.COUNTY, sw.OTHER_COUNTY, sw.POOL), (1, 2, 3), strict=True
        ):
            await running.put_hospital(code, area=area, level=level)
        yield running


def in_month(case: Case, month: int) -> Case:
    """The case in another month of the year."""
    days = {name: getattr(case, name).replace(month=month) for name in ("admission_date", "discharge_date")}
    return replace(case, **days)


async def month_of_lists(world, month: int, count: int = 300) -> None:
    """A month's lists over three hospitals."""
    cases = []
    for number in range(count):
        case = sw.case_of(number, CODES[number % 3], case_id=f"M{month}-{number}")
        days = {
            name: getattr(case, name).replace(month=month) for name in ("admission_date", "discharge_date")
        }
        cases.append(replace(case, **days))
    await sw.import_lists(world.stub, f"month-{month}", [sw.chunk(cases)])


async def refused(call) -> Fault:
    """The fault a call ends with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value


def start(request_id: str, month: int) -> pb.StartMonthRunRequest:
    """A request for a run of 2026."""
    return pb.StartMonthRunRequest(request_id=request_id, pool=sw.POOL, year=2026, month=month)


async def test_a_month_is_settled_to_the_fen_and_every_amount_explains_itself(world):
    """The whole point: lists in, a fund out, and no fen without a reason."""
    await month_of_lists(world, 3)
    run = await world.month_run("run-3", FUND)
    assert (run.state, run.stage, run.failure_reason) == (pb.RUN_STATE_DONE, "done", "")
    assert (run.cases, run.fund_fen, run.evidence) == (300, FUND, "demo")
    assert (run.done, run.total) == (1, 1)
    with auth.use_claim(sw.BUREAU):
        found = (await world.stub.ListStatements(pb.ListStatementsRequest(run_id=run.run_id))).statements
        balance = await world.stub.GetTrialBalance(pb.GetTrialBalanceRequest(pool=sw.POOL, year=2026))
    assert [statement.hospital_code for statement in found] == CODES
    assert sum(statement.fund_fen for statement in found) == FUND
    assert run.statements_digest == sm3_hex_of(statement.content for statement in found)
    for statement in found:
        assert statement.digest == sm3_hex(statement.content)
        assert statement.prepaid_fen + statement.retained_fen == statement.fund_fen
        assert statement.total_fen == statement.fund_fen + statement.patient_fen
        assert json.loads(statement.content)["run"]["period"] == "2026-03"
    assert balance.difference_fen == 0
    pool = next(row for row in balance.accounts if row.account == f"fund_pool/{sw.POOL}")
    assert pool.debit_fen - pool.credit_fen == FUND
    kinds = set()
    for code, statement in zip(CODES, found, strict=True):
        cases = await cases_of(world, run.run_id, code)
        assert sum(case.fund_fen for case in cases) == statement.fund_fen
        kinds |= {case.kind for case in cases}
        for case in cases[::7]:
            await explained(world, run.run_id, case)
    assert {"normal", "ungrouped"} <= kinds


async def cases_of(world, run_id: str, code: str) -> list[pb.RunCase]:
    """Every case of a hospital, read by the hospital itself, page by page."""
    cases: list[pb.RunCase] = []
    token = ""
    with auth.use_claim(sw.hospital_claim(code)):
        while True:
            page = await world.stub.ListRunCases(
                pb.ListRunCasesRequest(run_id=run_id, hospital_code=code, page_size=40, page_token=token)
            )
            cases += page.cases
            token = page.next_page_token
            if not token:
                return cases


async def explained(world, run_id: str, case: pb.RunCase) -> None:
    """The worksheet of a case comes to the amount it was paid, and cites its rules."""
    request = pb.ExplainCaseRequest(run_id=run_id, hospital_code=case.hospital_code, case_id=case.case_id)
    with auth.use_claim(sw.hospital_claim(case.hospital_code)):
        why = await world.stub.ExplainCase(request)
    lines = {line.key: line for line in why.worksheet.lines}
    assert lines["fund"].value == fen_to_yuan(case.fund_fen)
    assert any(line.citation for line in why.worksheet.lines)


async def test_a_run_is_refused_before_anything_is_written(world):
    """No budget, no lists, a second run: each is told at once, and the month stays free."""
    with auth.use_claim(sw.BUREAU):
        fault = await refused(world.stub.StartMonthRun(start("r-1", 7)))
        assert fault.reason.code == "TEST_NO_BUDGET"
        world.budget.months[sw.POOL, 2026, 7] = 5
        fault = await refused(world.stub.StartMonthRun(start("r-2", 7)))
        assert fault.reason.code == "NO_LISTS"
        fault = await refused(world.stub.StartMonthRun(start("r-3", 13)))
        assert fault.reason.code == "NOT_A_MONTH"
        fault = await refused(world.stub.GetRun(pb.GetRunRequest(run_id="MR-x")))
        assert fault.reason.code == "RUN_NOT_FOUND"
    await month_of_lists(world, 7, 30)
    done = await world.month_run("r-2", 5, month=7)
    assert done.state == pb.RUN_STATE_DONE
    with auth.use_claim(sw.BUREAU):
        again = await world.stub.StartMonthRun(start("r-2", 7))
        assert again.run.run_id == done.run_id
        fault = await refused(world.stub.StartMonthRun(start("r-4", 7)))
    assert fault.reason.code == "RUN_EXISTS"
    with auth.use_claim(sw.COUNTY_BUREAU):
        fault = await refused(world.stub.StartMonthRun(start("r-5", 7)))
    assert fault.reason.code == "REGION_DENIED"


async def test_lists_after_the_close_wait_for_the_next_month_or_as_a_difference(world):
    """A closed month is never changed: a late list goes to the next one, a correction waits by itself."""
    await month_of_lists(world, 4, 60)
    assert (await world.month_run("late-4", 900_000, month=4)).state == pb.RUN_STATE_DONE
    answer = await world.submit("late-1", in_month(sw.case_of(1, "H001", case_id="LATE"), 4))
    assert (answer.settle_period, answer.mark) == ("2026-05", "late")
    settled = in_month(sw.case_of(3, "H001", case_id="M4-3"), 4)
    corrected = replace(settled, total_cost_fen=1_234_567)
    answer = await world.submit("late-2", corrected)
    assert (answer.version, answer.settle_period, answer.mark) == (2, "2026-04", "difference")
    answer = await world.submit("late-3", replace(corrected, total_cost_fen=1_234_568))
    assert (answer.version, answer.mark) == (3, "difference")
    await month_of_lists(world, 5, 30)
    run = await world.month_run("late-5", 900_000, month=5)
    assert (run.state, run.cases) == (pb.RUN_STATE_DONE, 31)


async def test_a_run_groups_anew_what_was_grouped_under_another_scheme(world):
    """Lists are grouped as they come in; the month counts under one scheme."""
    now, world.grouper.digest = world.grouper.digest, "7e" * 32
    await month_of_lists(world, 6, 90)
    world.grouper.digest = now
    run = await world.month_run("scheme-6", 1_000_000, month=6)
    assert (run.state, run.scheme_digest) == (pb.RUN_STATE_DONE, now), run.failure_message
    async with world.database.unit(auth.service_claim("test")) as unit:
        connection = await unit.connection()
        found = await connection.fetch(
            "SELECT DISTINCT scheme_digest FROM settlement.run_case WHERE run_id = $1", run.run_id
        )
    assert [row[0] for row in found] == [now]


async def test_a_scheme_that_is_not_the_sealed_one_stops_the_run(world):
    """A scheme exchanged under its name would change every group without a decision."""
    await month_of_lists(world, 1, 30)
    world.grouper.digest = "7e" * 32
    fault = await refused(world.month_run("scheme-1", 1_000_000, month=1))
    assert fault.reason.code == "SCHEME_CHANGED"


async def test_a_failed_run_says_why_and_gives_its_month_back(world):
    """A fund that is nobody's is not handed out; after the cause is gone the month runs again."""
    case = sw.case_of(0, "H001", case_id="ALONE", total_cost_fen=100, patient_paid_fen=None)
    case = in_month(case, 8)
    await world.submit("fail-1", case)
    failed = await world.month_run("fail-8", 700_000, month=8)
    assert (failed.state, failed.failure_reason) == (pb.RUN_STATE_FAILED, "PATIENT_PAID_MISSING")
    assert "ALONE" in failed.failure_message
    corrected = await world.submit("fail-2", replace(case, patient_paid_fen=50))
    assert (corrected.settle_period, corrected.mark) == ("2026-08", "")
    run = await world.month_run("fail-8b", 700_000, month=8)
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    assert run.run_id != failed.run_id


async def test_a_changed_stored_amount_is_found_by_its_explanation(world, migrated_db):
    """A lineage that is not checked against the stored figure proves nothing."""
    import asyncpg

    await month_of_lists(world, 9, 30)
    run = await world.month_run("lineage-9", 3_000_000, month=9)
    case = (await cases_of(world, run.run_id, "H001"))[0]
    admin = await asyncpg.connect(migrated_db.admin_url)
    try:
        await admin.execute("ALTER TABLE settlement.run_case DISABLE TRIGGER settled_update")
        await admin.execute(
            "UPDATE settlement.run_case SET fund_fen = fund_fen + 1 WHERE run_id = $1 AND case_id = $2",
            run.run_id, case.case_id,
        )  # fmt: skip
        await admin.execute("ALTER TABLE settlement.run_case ENABLE TRIGGER settled_update")
    finally:
        await admin.close()
    with auth.use_claim(sw.BUREAU):
        fault = await refused(
            world.stub.ExplainCase(
                pb.ExplainCaseRequest(run_id=run.run_id, hospital_code="H001", case_id=case.case_id)
            )
        )
    assert fault.reason.code == "LINEAGE_BROKEN"


async def test_a_hospital_sees_its_own_statement_and_no_other(world):
    """What a neighbour earns is not a hospital's business."""
    await month_of_lists(world, 10, 30)
    run = await world.month_run("rls-10", 3_000_000, month=10)
    with auth.use_claim(sw.hospital_claim("H002")):
        own = (await world.stub.ListStatements(pb.ListStatementsRequest(run_id=run.run_id))).statements
        fault = await refused(
            world.stub.GetStatement(pb.GetStatementRequest(run_id=run.run_id, hospital_code="H001"))
        )
        cases = await world.stub.ListRunCases(pb.ListRunCasesRequest(run_id=run.run_id, hospital_code="H001"))
    assert [statement.hospital_code for statement in own] == ["H002"]
    assert fault.reason.code == "STATEMENT_NOT_FOUND"
    assert list(cases.cases) == []
    with auth.use_claim(sw.COUNTY_BUREAU):
        county = (await world.stub.ListStatements(pb.ListStatementsRequest(run_id=run.run_id))).statements
    assert [statement.hospital_code for statement in county] == ["H001"]


async def test_the_ledger_is_chained_batch_by_batch(world):
    """An old batch cannot be exchanged without breaking every later one."""
    await month_of_lists(world, 11, 30)
    await world.month_run("chain-11", 3_000_000, month=11)
    async with world.database.unit(auth.service_claim("test")) as unit:
        connection = await unit.connection()
        chain = await journal.verify(connection, f"ledger/{sw.POOL}")
        hashes = await connection.fetch("SELECT hash FROM settlement.posting_batch")
    assert chain.intact
    assert chain.batches == len(hashes) >= 1
    assert chain.head in [row[0] for row in hashes]


async def test_two_processes_carry_a_run_out_once(world):
    """Replicas look for work at the same moment; the month must be settled by one of them."""
    from chspay_kit.worker import Worker

    months = world.built.worker._runs
    others = [asyncio.create_task(Worker("settlement", world.database, months).work()) for _ in range(2)]
    await month_of_lists(world, 12, 90)
    run = await world.month_run("two-12", 2_000_000, month=12)
    for other in others:
        other.cancel()
    assert run.state == pb.RUN_STATE_DONE, run.failure_message
    async with world.database.unit(auth.service_claim("test")) as unit:
        connection = await unit.connection()
        count = await connection.fetchval(
            "SELECT count(*) FROM settlement.posting_batch WHERE run_id = $1", run.run_id
        )
    assert count == 1


async def test_runs_are_listed_page_by_page_newest_first(world):
    """A bureau that closes months for years must find each of them, once."""
    for year in (2030, 2031, 2032):
        case = sw.case_of(0, CODES[0], case_id=f"PAGE{year}")
        days = {name: getattr(case, name).replace(year=year) for name in ("admission_date", "discharge_date")}
        await world.submit(f"page-{year}", replace(case, **days))
        await world.month_run(f"page-run-{year}", 100_000, year=year, month=days["discharge_date"].month)
    found, token = [], ""
    with auth.use_claim(sw.BUREAU):
        while True:
            request = pb.ListRunsRequest(pool=sw.POOL, page_size=2, page_token=token)
            page = await world.stub.ListRuns(request)
            found += [(run.year, run.month, run.run_id) for run in page.runs]
            token = page.next_page_token
            if not token:
                break
    assert [entry[0] for entry in found][:3] == [2032, 2031, 2030]
    assert found == sorted(set(found), reverse=True)
    with auth.use_claim(auth.Claim("elsewhere", "bureau", region="9902")):
        assert not (await world.stub.ListRuns(pb.ListRunsRequest())).runs
