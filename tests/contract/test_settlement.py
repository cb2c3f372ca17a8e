"""Settlement over real gRPC and a real PostgreSQL: what its neighbours and callers may rely on."""

from __future__ import annotations

from datetime import date

import pytest
import settlement_world as sw

from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault


@pytest.fixture
async def world(migrated_db):
    """Settlement and its neighbours, in this test's event loop."""
    async with sw.world(migrated_db.url("settlement")) as running:
        await running.put_hospital("H001")
        await running.put_hospital("H002", area=sw.OTHER_COUNTY, level=3)
        yield running


async def refused(call) -> Fault:
    """The fault a call ends with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value


async def test_a_list_is_taken_in_once_and_superseded_with_history(world):
    """A hospital repeats and corrects its uploads; neither may count twice or lose what was there."""
    case = sw.case_of(1)
    first = await world.submit("a-1", case)
    assert (first.version, first.superseded, first.settle_period, first.mark) == (1, False, "2026-03", "")
    assert first.group.drg == world.grouper.drg(case.diagnoses[0])
    assert await world.submit("a-1", case) == first
    again = await world.submit("a-2", case)
    assert (again.list_id, again.version, again.superseded) == (first.list_id, 1, False)


async def test_a_month_is_settled_to_the_fen(world):
    """The whole point: lists in, a fund out, and every amount explains itself."""
    for number in range(60):
        await world.submit(f"m-{number}", sw.case_of(number, "H001" if number % 3 else "H002"))
    run = await world.month_run("run-1", 40_000_003)
    assert (run.state, run.failure_reason) == (sw.pb.RUN_STATE_DONE, "")
    assert run.cases == 60
    with sw.auth.use_claim(sw.BUREAU):
        found = await world.stub.ListStatements(sw.pb.ListStatementsRequest(run_id=run.run_id))
        balance = await world.stub.GetTrialBalance(sw.pb.GetTrialBalanceRequest(pool=sw.POOL, year=2026))
    assert sum(statement.fund_fen for statement in found.statements) == 40_000_003
    assert balance.difference_fen == 0
    for code in ("H001", "H002"):
        with sw.auth.use_claim(sw.hospital_claim(code)):
            cases = (
                await world.stub.ListRunCases(
                    sw.pb.ListRunCasesRequest(run_id=run.run_id, hospital_code=code, page_size=100)
                )
            ).cases
            for case in cases:
                why = await world.stub.ExplainCase(
                    sw.pb.ExplainCaseRequest(run_id=run.run_id, hospital_code=code, case_id=case.case_id)
                )
                lines = {line.key: line.value for line in why.worksheet.lines}
                assert fen_to_yuan(case.fund_fen) == lines["fund"]


async def test_bulk_import_stores_good_rows_names_bad_ones_and_may_be_repeated(world):
    """A month arrives as a file: one bad row must not hold up the rest, and a broken line is resumed."""
    good = [sw.case_of(1000 + number) for number in range(40)]
    bad = [
        sw.case_of(
            1, "H001", case_id="early", admission_date=date(2026, 3, 9), discharge_date=date(2026, 3, 1)
        ),
        sw.case_of(2, "H999"),
        good[0],
    ]
    chunks = [sw.chunk(good[:20]), sw.chunk([*good[20:], bad[0], bad[1], good[30]])]
    first = await sw.import_lists(world.stub, "imp-1", chunks)
    assert [answer.accepted for answer in first] == [20, 20]
    assert [(f.row, f.reason) for f in first[1].faults] == [
        (20, "DISCHARGE_BEFORE_ADMISSION"), (21, "HOSPITAL_UNKNOWN"), (22, "LIST_TWICE"),
    ]  # fmt: skip
    assert await sw.import_lists(world.stub, "imp-1", chunks) == first
    again = await sw.import_lists(world.stub, "imp-2", chunks[:1])
    assert (again[0].accepted, again[0].unchanged) == (0, 20)
