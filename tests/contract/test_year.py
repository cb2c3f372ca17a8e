"""The annual clearing over real gRPC: a year cleared by three persons, booked once, and never changed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import asyncpg
import pytest
import settlement_world as sw
import year_world as yw

from chspay.settlement.v1 import ledger_pb2, month_pb2, year_pb2
from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex, sm3_hex_of
from chspay_core.errors import Fault
from chspay_kit import auth, journal

FUNDS = {1: 20_000_003, 3: 21_000_007, 4: 19_999_999}
SPENT = sum(FUNDS.values())
SCORES = {"H001": "85", "H002": "70", "H003": "50"}


@pytest.fixture
async def world(migrated_db):
    """Settlement, its neighbours and a day that the test decides, in this test's event loop."""
    async with yw.year_world(migrated_db.url("settlement")) as running:
        yield running


async def refused(call) -> str:
    """The reason a call ends with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value.reason.code


async def test_a_year_is_cleared_to_the_fen_and_booked_once(world):
    """The whole point: months in, a decision amount out, every retention released or kept with its name."""
    await world.months(2026, FUNDS)
    await world.score(2026, **SCORES)
    with auth.use_claim(yw.AUTHOR):
        await world.ledger.PayAdvance(
            ledger_pb2.PayAdvanceRequest(
                request_id="advance", pool=sw.POOL, year=2026, hospital_code="H001", amount_fen=1_000_000
            )
        )
    found = await world.trial(2026, SPENT + 6_000_001)
    assert found.state == "trial", found.failure_message
    assert (found.cases, found.evidence, found.budget_fen) == (135, "demo", SPENT + 6_000_001)
    rows = await world.hospitals(found.clearing_id)
    assert sum(row.fund_fen for row in rows.values()) == found.decision_fen
    assert sum(row.actual_fen for row in rows.values()) == found.actual_fen
    for code, row in rows.items():
        kept = {"H001": 0, "H002": row.retained_fen - (row.retained_fen + 1) // 2, "H003": row.retained_fen}
        assert row.assessed_fen == kept[code]
        assert row.released_fen == row.retained_fen - row.assessed_fen
        owed = row.fund_fen - row.assessed_fen - row.audit_fen
        assert row.balance_fen == owed - row.prepaid_fen - row.advance_fen
    assert rows["H001"].advance_fen == 1_000_000
    contents = await world.statements(found.clearing_id)
    assert found.statements_digest == sm3_hex_of(contents[code] for code in sorted(contents))
    for code, content in contents.items():
        stated = json.loads(content)
        assert stated["settlement"]["balance_fen"] == rows[code].balance_fen
        assert sum(group["fund_fen"] for group in stated["groups"]) == rows[code].fund_fen
    before = await world.accounts(2026)
    closed = await world.close(found)
    assert (closed.state, closed.batch_id) == ("closed", found.clearing_id)
    after = await world.accounts(2026)
    assert after["fund_pool"] + after.get("reserve", 0) == found.decision_fen
    assert after["residual"] == -sum(row.assessed_fen for row in rows.values())
    for code, row in rows.items():
        assert after[f"retention/{code}"] == 0
        changed = before[f"payable/{code}"] - after[f"payable/{code}"]
        assert changed - after.get(f"claw_back/{code}", 0) == row.balance_fen
    assert after["advance/H001"] == 0
    proof = await world.verified()
    assert (list(proof.faults), proof.batches) == ([], 5)
    assert await world.statements(found.clearing_id) == contents


async def test_the_same_facts_give_the_same_bytes(world):
    """A clearing sent back and started again from the same facts must state every institution alike."""
    await world.months(2027, {4: 9_000_000})
    await world.score(2027, **SCORES)
    world.today = date(2028, 2, 1)
    first = await world.trial(2027, 9_000_000)
    contents = await world.statements(first.clearing_id)
    with auth.use_claim(yw.AUTHOR):
        again = year_pb2.StartYearRequest(request_id=yw.fresh(), pool=sw.POOL, year=2027)
        assert await refused(world.years.StartYear(again)) == "YEAR_EXISTS"
    assert await refused(world.move(yw.REVIEWER, first.clearing_id, "return")) == "YEAR_NOTE_MISSING"
    back = await world.move(yw.REVIEWER, first.clearing_id, "return", note="请核对得分")
    assert back.clearing.state == "returned"
    second = await world.trial(2027, 9_000_000)
    assert (second.revision, second.state) == (2, "trial")
    assert second.statements_digest == first.statements_digest
    assert await world.statements(second.clearing_id) == contents
    assert second.input_digest == first.input_digest


async def test_three_persons_and_every_guard(world):
    """Nobody clears a year alone, out of order, late where that is refused, or without its causes."""
    await world.months(2028, {5: 8_000_000})
    with auth.use_claim(yw.AUTHOR):
        none = year_pb2.StartYearRequest(request_id=yw.fresh(), pool=sw.POOL, year=2024)
        world.budget.years[sw.POOL, 2024] = 1
        assert await refused(world.years.StartYear(none)) == "YEAR_NO_MONTHS"
        for changes, reason in (
            ({"kind": "colour"}, "YEAR_FACT_KIND"), ({"value": "best"}, "YEAR_FACT_VALUE"),
            ({"citation": " "}, "YEAR_FACT_CITATION"), ({"hospital_code": "H999"}, "YEAR_HOSPITAL_UNKNOWN"),
            ({"pool": "880100"}, "REGION_DENIED"),
        ):  # fmt: skip
            fact = {
                "pool": sw.POOL, "hospital_code": "H001", "kind": "score", "value": "81", "citation": "x",
            } | changes  # fmt: skip
            request = year_pb2.PutYearFactRequest(request_id=yw.fresh(), year=2028, **fact)
            assert await refused(world.years.PutYearFact(request)) == reason
    failed = await world.trial(2028, 8_000_000)
    assert (failed.state, failed.failure_reason) == ("failed", "YEAR_SCORE_MISSING")
    await world.score(2028, **SCORES)
    found = await world.trial(2028, 8_000_000)
    assert found.state == "trial", found.failure_message
    number = found.clearing_id
    assert await refused(world.fact(2028, "H001", "score", "99")) == "YEAR_FACT_LATE"
    assert await refused(world.move(yw.AUTHOR, number, "review")) == "YEAR_SAME_PERSON"
    assert await refused(world.move(yw.APPROVER, number, "approve", "x")) == "YEAR_STATE_WRONG"
    assert await refused(world.move(yw.APPROVER, number, "burn")) == "YEAR_EVENT_UNKNOWN"
    await world.move(yw.REVIEWER, number, "review")
    assert await refused(world.move(yw.REVIEWER, number, "approve", "x")) == "YEAR_SAME_PERSON"
    assert await refused(world.move(yw.APPROVER, number, "approve")) == "YEAR_DECISION_MISSING"
    assert await refused(world.move(yw.APPROVER, number, "approve", "x")) == "YEAR_ACCOUNTS_MISSING"
    world.account_for(found, decision_fen=found.decision_fen + 1)
    assert await refused(world.move(yw.APPROVER, number, "approve", "x")) == "YEAR_ACCOUNTS_DIFFER"
    world.account_for(found)
    await world.move(yw.APPROVER, number, "approve", "联席〔2029〕2号")
    world.today = date(2029, 6, 1)
    published = await world.move(yw.APPROVER, number, "publish")
    assert "2029-03-31" in published.warning
    assert await refused(world.move(yw.REVIEWER, number, "close")) == "YEAR_PUBLICITY_RUNNING"
    world.today = date(2029, 6, 8)
    assert await refused(world.move(yw.AUTHOR, number, "close")) == "YEAR_SAME_PERSON"
    world.budget.years[sw.POOL, 2028] = 8_000_001
    await world.move(yw.REVIEWER, number, "close")
    assert await refused(world.move(yw.REVIEWER, number, "return", note="x")) == "YEAR_STATE_WRONG"
    with auth.use_claim(yw.AUTHOR):
        events = (await world.years.ListYearEvents(year_pb2.ListYearEventsRequest(clearing_id=number))).events
    told = [(event.event, event.target, event.subject) for event in events]
    assert told == [
        ("start", "draft", "bureau-a"), ("try", "trial", "settlement"), ("review", "reviewed", "bureau-b"),
        ("approve", "approved", "bureau-c"), ("publish", "published", "bureau-c"),
        ("close", "closed", "bureau-b"),
    ]  # fmt: skip
    async with world.database.unit(auth.service_claim("test")) as unit:
        chain = await journal.verify(await unit.connection(), f"year/{sw.POOL}")
    assert chain.intact
    assert chain.batches >= len(events)


async def test_hospitals_see_a_year_once_it_is_published_and_only_their_own(world):
    """What a neighbour earns is not a hospital's business, nor is a figure that may still change."""
    await world.months(2029, {6: 7_000_000})
    await world.score(2029, **SCORES)
    world.today = date(2030, 1, 5)
    found = await world.trial(2029, 7_100_000)
    number = found.clearing_id
    with auth.use_claim(sw.hospital_claim("H002")):
        assert await refused(world.get(number)) == "YEAR_NOT_FOUND"
    world.account_for(found)
    await world.move(yw.REVIEWER, number, "review")
    await world.move(yw.APPROVER, number, "approve", "联席〔2030〕2号")
    await world.move(yw.APPROVER, number, "publish")
    request = year_pb2.ListYearHospitalsRequest(clearing_id=number)
    with auth.use_claim(sw.hospital_claim("H002")):
        assert (await world.get(number)).decision_fen == found.decision_fen
        assert [r.hospital_code for r in (await world.years.ListYearHospitals(request)).hospitals] == ["H002"]
        own = await world.years.GetYearStatement(year_pb2.GetYearStatementRequest(clearing_id=number))
        assert (own.hospital_code, own.digest) == ("H002", sm3_hex(own.content))
        other = year_pb2.GetYearStatementRequest(clearing_id=number, hospital_code="H001")
        assert await refused(world.years.GetYearStatement(other)) == "YEAR_STATEMENT_NOT_FOUND"
        events = year_pb2.ListYearEventsRequest(clearing_id=number)
        assert await refused(world.years.ListYearEvents(events)) == "ROLE_DENIED"
        account = ledger_pb2.GetAccountRequest(pool=sw.POOL, hospital_code="H001", year=2029)
        lines = (await world.ledger.GetAccount(account)).lines
        assert {line.account.rsplit("/", 1)[1] for line in lines} == {"H002"}
    with auth.use_claim(sw.COUNTY_BUREAU):
        assert [r.hospital_code for r in (await world.years.ListYearHospitals(request)).hospitals] == ["H001"]
    with auth.use_claim(auth.Claim("elsewhere", "bureau", region="8801")):
        assert await refused(world.get(number)) == "YEAR_NOT_FOUND"


async def test_a_closed_year_cannot_be_edited_by_anybody(world, migrated_db):
    """Figures, statements, cases and the state itself are final, for the owner of the tables too."""
    await world.months(2030, {7: 6_000_000})
    await world.score(2030, **SCORES)
    world.today = date(2031, 1, 5)
    found = await world.close(await world.trial(2030, 6_000_000))
    admin = await asyncpg.connect(migrated_db.admin_url)
    try:
        for statement in (
            "UPDATE settlement.year_clearing SET decision_fen = 1 WHERE clearing_id = $1",
            "UPDATE settlement.year_clearing SET state = 'returned' WHERE clearing_id = $1",
            "DELETE FROM settlement.year_clearing WHERE clearing_id = $1",
            "UPDATE settlement.year_statement SET content = '' WHERE clearing_id = $1",
            "DELETE FROM settlement.year_hospital WHERE clearing_id = $1",
            "UPDATE settlement.year_input SET content = '' WHERE clearing_id = $1",
            "UPDATE settlement.year_event SET subject = 'x' WHERE clearing_id = $1",
            "UPDATE settlement.run_case SET points_micro = 1 WHERE run_id = $1",
        ):
            with pytest.raises(asyncpg.PostgresError) as caught:
                await admin.execute(statement, found.clearing_id)
            assert caught.value.sqlstate == "CH001", statement
        with pytest.raises(asyncpg.CheckViolationError):
            await admin.execute(
                "INSERT INTO settlement.year_event (clearing_id, pool, number, event, source, target,"
                " subject, decision_no, note, warning) VALUES ($1, '990100', 99, 'approve', '', '',"
                " 'bureau-a', '', '', '')", found.clearing_id,
            )  # fmt: skip
    finally:
        await admin.close()


async def test_corrections_are_taken_once_and_never_after_the_year(world):
    """A corrected list counts as its difference settled it; afterwards only a re-clearing moves the year."""
    await world.months(2032, {3: 9_000_000, 4: 9_000_000})
    await world.score(2032, **SCORES)
    world.today = date(2033, 1, 5)
    case = sw.case_of(0, "H001", case_id="Y2032-3-0")
    days = {"admission_date": date(2032, 3, 1), "discharge_date": date(2032, 3, 10)}
    raised = replace(case, **days, total_cost_fen=3_000_000, patient_paid_fen=500_000)
    assert (await world.submit(yw.fresh(), raised)).mark == "difference"
    world.budget.years[sw.POOL, 2032] = 18_000_000
    with auth.use_claim(yw.AUTHOR):
        request = year_pb2.StartYearRequest(request_id=yw.fresh(), pool=sw.POOL, year=2032)
        assert await refused(world.years.StartYear(request)) == "YEAR_DIFFERENCES_PENDING"
        decision = month_pb2.Decision(
            decision_no="专评8号",
            hospital_code="H002",
            case_id="Y2032-4-1",
            kind="incomplete",
            citation="纪要",
        )
        await world.month.ApplyDecision(
            month_pb2.ApplyDecisionRequest(request_id=yw.fresh(), decision=decision)
        )
        shown = await world.month.PreviewDifferences(month_pb2.PreviewDifferencesRequest(pool=sw.POOL))
        await world.month.CommitDifferences(
            month_pb2.CommitDifferencesRequest(
                request_id=yw.fresh(), pool=sw.POOL, preview_digest=shown.preview_digest, cause="更正"
            )
        )
    found = await world.trial(2032, 18_000_000)
    assert found.state == "trial", found.failure_message
    rows = await world.hospitals(found.clearing_id)
    books = await world.accounts(2032)
    for code, row in rows.items():
        assert row.prepaid_fen == -books[f"payable/{code}"]
        assert row.retained_fen == -books[f"retention/{code}"]
    async with world.database.unit(auth.service_claim("test")) as unit:
        kept = await (await unit.connection()).fetchrow(
            "SELECT cost_fen, version FROM settlement.run_case WHERE run_id = $1 AND case_id = 'Y2032-3-0'",
            found.clearing_id,
        )
        marks = await (await unit.connection()).fetch(
            "SELECT case_id, kind FROM settlement.run_mark WHERE run_id = $1", found.clearing_id
        )
    assert tuple(kept) == (3_000_000, 2)
    assert ("Y2032-4-1", "incomplete") in {tuple(mark) for mark in marks}
    await world.close(found)
    await world.submit(yw.fresh(), replace(raised, total_cost_fen=4_000_000))
    with auth.use_claim(yw.AUTHOR):
        shown = await world.month.PreviewDifferences(month_pb2.PreviewDifferencesRequest(pool=sw.POOL))
    assert not [one for one in shown.differences if one.corrected_month.startswith("2032")]


async def test_points_may_be_kept_as_the_months_settled_them(world):
    """Where a place keeps the months' points, the year only decides the money."""
    kept = world.rulebook.bundles[sw.POOL]
    content = kept.content.replace(b'"year_cases"', b'"as_settled"').replace(
        b'"cost_less_patient"', b'"fund_paid"'
    )
    world.rulebook.bundles[sw.POOL] = Bundle.parse(content)
    await world.months(2033, {5: 9_000_000})
    await world.score(2033, **SCORES)
    failed = await world.trial(2033, 9_000_000)
    assert (failed.state, failed.failure_reason) == ("failed", "YEAR_BILL_UNKNOWN")
    world.rulebook.bundles[sw.POOL] = Bundle.parse(kept.content.replace(b'"year_cases"', b'"as_settled"'))
    async with yw.year_world(world.url) as again:
        again.rulebook.bundles[sw.POOL] = world.rulebook.bundles[sw.POOL]
        found = await again.trial(2033, 9_000_000)
        assert found.state == "trial", found.failure_message
    async with world.database.unit(auth.service_claim("test")) as unit:
        rows = await (await unit.connection()).fetch(
            "SELECT run_id, sum(points_micro)::bigint FROM settlement.run_case"
            " WHERE case_id LIKE 'Y2033-%' AND points_micro IS NOT NULL GROUP BY 1"
        )
    assert len({points for _, points in rows}) == 1
    assert found.table_digest == ""


async def test_a_year_waits_for_its_months(world):
    """A month with lists that nobody has settled would be lost if the year went on without it."""
    await world.months(2031, {8: 5_000_000})
    case = sw.case_of(1, "H001", case_id="LATE-2031")
    case = replace(case, admission_date=date(2031, 9, 1), discharge_date=date(2031, 9, 5))
    await world.submit(yw.fresh(), case)
    world.budget.years[sw.POOL, 2031] = 5_000_000
    with auth.use_claim(yw.AUTHOR):
        request = year_pb2.StartYearRequest(request_id=yw.fresh(), pool=sw.POOL, year=2031)
        fault = await refused(world.years.StartYear(request))
    assert fault == "YEAR_MONTHS_OPEN"


class Killed(Exception):
    """Stands for a process that died before its transaction was committed."""


async def test_a_clearing_that_is_killed_at_every_step_states_the_same(world):
    """Each step dies once before its commit and begins without memory: the bytes must not notice."""
    from chspay_settlement.app.year import stages as year_stages

    await world.months(2034, {3: 5_000_000})
    await world.score(2034, **SCORES)
    world.today = date(2035, 1, 5)
    whole = await world.trial(2034, 5_000_000)
    await world.move(yw.REVIEWER, whole.clearing_id, "return", note="再算一次")
    stages = next(
        worker._runs for worker in world.built.workers if isinstance(worker._runs, year_stages.YearStages)
    )
    waiting, stages.waiting = stages.waiting, nobody
    try:
        with auth.use_claim(yw.AUTHOR):
            started = await world.years.StartYear(
                year_pb2.StartYearRequest(request_id=yw.fresh(), pool=sw.POOL, year=2034)
            )
        number, steps, going = started.clearing.clearing_id, 0, True
        claim = auth.service_claim("settlement", "9901")
        while going:
            for dies in (True, False):
                try:
                    with auth.use_claim(claim):
                        async with world.database.unit(claim) as unit:
                            connection = await unit.connection()
                            going = await stages.step(connection, number, stages.memory())
                            if dies:
                                raise Killed
                except Killed:
                    continue
            steps += 1
    finally:
        stages.waiting = waiting
    found = await world.get_as_bureau(number)
    assert (found.state, steps >= 6) == ("trial", True)
    assert found.statements_digest == whole.statements_digest
    async with world.database.unit(claim) as unit:
        rows = await (await unit.connection()).fetch(
            "SELECT run_id, count(*) FROM settlement.run_case WHERE run_id LIKE 'YC-990100-2034-%' GROUP BY 1"
        )
    assert {row[1] for row in rows} == {whole.cases}


async def nobody(_connection) -> list:
    """No clearing waits: the worker leaves the test alone."""
    return []
