"""A case from the draft to the archive, and every way it must not go."""

from __future__ import annotations

import random
from datetime import date, timedelta

import asyncpg
import pytest
import pytest_asyncio
from dispute_world import (
    ACCEPTOR,
    AUDIT,
    CITY,
    CITY_TWO,
    CLEARING,
    HOSPITAL,
    NEIGHBOUR,
    OTHER,
    PDF,
    POOL,
    REVIEWER,
    SECRETARY,
    facts,
    refused,
    world,
)

from chspay.dispute.v1 import cases_pb2 as pb
from chspay.settlement.v1 import disputable_pb2
from chspay_core.errors import Fault
from chspay_kit.auth import Claim

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(migrated_db):
    async with world(migrated_db) as found:
        yield found


@pytest.fixture(autouse=True)
def today(request):
    if "here" in request.fixturenames:
        found = request.getfixturevalue("here")
        found.clock.set("2026-04-01")
        found.settlement.by_group, found.settlement.own = 2000, {"H1": 1000, "H2": 1000}


KEEP_OUT = pb.Decision(
    outcome=pb.OUTCOME_ITEM, reasons="病情需要", cites=["办法第七条"], unreasonable_fen=1_200_000
)


async def test_a_special_case_goes_its_way_by_the_fast_track(here) -> None:
    # Everything a hospital is promised: prefilled, accepted, decided, signed twice, told, published, paid.
    here.settlement.lists["F1"] = facts("F1", procedures=["50.59"])
    case = await here.in_city("F1")
    assert (case.state, case.no_review, case.figures.group_mean_fen) == ("CITY_REVIEW", "肝移植", 5_000_000)
    assert {item.name for item in case.criteria if item.met} >= {"C2", "C7-1"}
    case = await here.act(CITY, case.case_no, "fast_track", decision=KEEP_OUT)
    [decision] = case.decisions
    # (300,000 - 12,000) / 12,000 * 100 = 2,400 points, less the 250 it had; at 1 fen per 100 micropoints.
    assert (decision.points_after.value, decision.delta_points.value) == ("2400", "2150")
    assert decision.delta_fen == 500_000_000 * 2_150_000_000 // 50_000_000_000
    no = case.case_no
    assert await refused(here.act(CITY, no, "notify", decision_no="演示裁〔2026〕1号")) == "GUARD_FAILED"
    sign = {"case_no": no, "outcome_digest": decision.digest}
    assert await refused(here.ask(ACCEPTOR, "SignDecision", **sign)) == "LEVEL_DENIED"
    assert (
        await refused(here.ask(CITY_TWO, "SignDecision", **sign | {"outcome_digest": "x"}))
        == "DECISION_OTHER"
    )
    await here.ask(CITY_TWO, "SignDecision", **sign)
    case = await here.act(CITY, no, "notify", decision_no="演示裁〔2026〕1号")
    assert case.decisions[0].decision_no == "演示裁〔2026〕1号"
    case = await here.act(HOSPITAL, no, "accept_result")
    assert case.state == "PUBLICITY"
    # Somebody of another hospital objects: the clock stands still and goes on with the days it had left.
    here.clock.at += timedelta(days=1)
    left = (await here.ask(HOSPITAL, "GetCase", case_no=no)).case.left_wd
    assert await refused(here.act(NEIGHBOUR, no, "objection", reason="费用偏高")) == "GUARD_FAILED"
    await here.act(NEIGHBOUR, no, "objection", reason="费用偏高", objector="演示二院", contact="医保办")
    assert await refused(here.act(NEIGHBOUR, no, "objection", reason="又", objector="又")) == "CASE_UNKNOWN"
    here.clock.at += timedelta(days=5)
    # Whoever decided does not judge what is said against it.
    assert await refused(here.act(CITY, no, "resolve", reason="经核对")) == "OBJECTION_APART"
    case = await here.act(CITY_TWO, no, "resolve", reason="费用经逐项核对")
    assert case.left_wd == left
    # The same name does not object to the same decision again.
    twice = await refused(here.act(NEIGHBOUR, no, "objection", reason="再", objector="演示二院"))
    assert twice == "OBJECTION_TWICE"
    here.clock.set("2026-05-20")
    await here.tick()
    case = (await here.ask(HOSPITAL, "GetCase", case_no=no)).case
    assert case.state == "EFFECTIVE"
    case = await here.act(CLEARING, no, "post")
    assert case.state == "SETTLED"
    await _is_archived_once_the_year_is_cleared(here, no)
    await _left_a_whole_history(here, no)


async def _is_archived_once_the_year_is_cleared(here, no: str) -> None:
    for day, state, told in (
        ("2026-05-28", disputable_pb2.POOL_STATE_OPEN, "SETTLED"),
        ("2026-06-05", disputable_pb2.POOL_STATE_CLEARED, "ARCHIVED"),
    ):
        here.clock.set(day)
        here.settlement.year = state
        await here.tick()
        assert (await here.ask(HOSPITAL, "GetCase", case_no=no)).case.state == told
    here.settlement.year = disputable_pb2.POOL_STATE_OPEN


async def _left_a_whole_history(here, no: str) -> None:
    told = await here.ask(HOSPITAL, "GetHistory", case_no=no)
    assert told.intact
    assert [item.actor for item in told.steps if item.event == "objection"] == [""]
    assert [item.event for item in told.steps] == [
        "open", "submit", "accept", "county_opinion", "smart_audit_pass", "fast_track", "notify",
        "accept_result", "objection", "resolve", "timeout", "post", "archive",
    ]  # fmt: skip
    # A hospital reads what was done, not who reviewed.
    assert {item.actor for item in told.steps if item.role == "市级经办"} == {""}
    officers = await here.ask(CITY, "GetHistory", case_no=no)
    assert CITY.subject in {item.actor for item in officers.steps}
    assert all(len(item.calendar) == 64 for item in told.steps)
    sheet = await here.ask(HOSPITAL, "ExplainCase", case_no=no)
    assert sheet.decision.lines[-1].value == "215000.00"
    assert sheet.point_value_delta.value.startswith("-")
    clocks = await here.ask(HOSPITAL, "ListDeadlines", case_no=no)
    fired = [item for item in clocks.deadlines if item.state == "fired" and item.kind == "due"]
    assert [item.event for item in fired].count("timeout") == 1


async def test_who_may_see_and_do_what(here) -> None:
    # A hospital cannot see another's case, an office no other region's, and a handler decides nothing twice.
    case = await here.submitted("S1")
    no = case.case_no
    for claim in (NEIGHBOUR, OTHER, Claim("e1", "expert"), Claim("x", "hospital", institution="H9")):
        assert await refused(here.ask(claim, "GetCase", case_no=no)) == "CASE_UNKNOWN", claim
        assert await refused(here.act(claim, no, "withdraw")) == "CASE_UNKNOWN", claim
        assert await refused(here.ask(claim, "GetHistory", case_no=no)) == "CASE_UNKNOWN", claim
        assert await refused(here.ask(claim, "ExplainCase", case_no=no)) == "CASE_UNKNOWN", claim
        attached = case.attachments[0].attachment_id
        paper = {"case_no": no, "attachment_id": attached}
        assert await refused(here.ask(claim, "GetAttachment", **paper)) == "PAPER_UNKNOWN", claim
        attach = {"case_no": no, "kind": "reason", "file_name": "a.pdf", "content": PDF}
        assert await refused(here.ask(claim, "AttachFile", **attach)) == "CASE_UNKNOWN", claim
    assert (await here.ask(NEIGHBOUR, "ListCases")).cases == []
    for claim in (SECRETARY, AUDIT, CLEARING, HOSPITAL):
        assert await refused(here.act(claim, no, "accept", unrelated=True)) == "EVENT_ROLE", claim
    await here.accepted(no)
    opinion = {"opinion": "support", "reason": "属实"}
    assert await refused(here.act(ACCEPTOR, no, "county_opinion", **opinion)) == "GUARD_FAILED"
    assert (
        await refused(here.act(REVIEWER, no, "county_opinion", opinion="maybe", reason="?"))
        == "COUNTY_OPINION_BAD"
    )
    await here.act(REVIEWER, no, "county_opinion", **opinion)
    # The queue of each: the county has done its part, the city has not begun.
    mine = (await here.ask(REVIEWER, "ListCases", mine=True)).cases
    assert no not in {item.case_no for item in mine}
    assert await refused(here.act(CITY, no, "conclude")) == "EVENT_ELSEWHERE"
    database = await asyncpg.connect(here.admin_url)
    try:
        await database.execute("SET ROLE chspay_dispute")
        await database.execute("SELECT set_config('chspay.institution', 'H2', false)")
        for table in ("dispute_case", "docket", "history", "deadline", "attachment", "case_decision"):
            rows = await database.fetch(f"SELECT 1 FROM dispute.{table} WHERE hospital_code <> 'H2'")
            assert rows == [], table
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.execute("UPDATE dispute.history SET actor = 'x'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.execute("DELETE FROM dispute.dispute_case")
    finally:
        await database.close()


async def test_filing_is_held_to_the_rules(here) -> None:
    # Refused at the desk with the reason, not weeks later.
    lists = here.settlement.lists
    lists["R1"] = facts("R1", settled=False)
    lists["R2"] = facts("R2", quality_errors=2)
    lists["R3"] = facts("R3", cost_fen=5_100_000, los_days=5)
    lists["R4"] = facts("R4", method=5)
    for list_id, code in (
        ("R1", "FILING_NOT_SETTLED"), ("R2", "FILING_NOT_SETTLED"), ("R3", "FILING_NO_CRITERION"),
        ("R4", "FILING_NOT_SETTLED"), ("none", "TEST_LIST_GONE"),
    ):  # fmt: skip
        ask = {"type": pb.CASE_TYPE_SPECIAL_REVIEW, "list_id": list_id, "reason": "高"}
        assert await refused(here.ask(HOSPITAL, "FileCase", **ask)) == code, list_id
    await here.filed("R5")
    assert await refused(here.filed("R5")) == "FILING_TWICE"
    assert await refused(here.filed("R5", CITY)) == "ROLE_DENIED"
    lists["R6"] = facts("R6")
    assert await refused(here.filed("R6", NEIGHBOUR)) == "INSTITUTION_DENIED"
    checked = await here.ask(HOSPITAL, "CheckList", list_id="R3")
    assert (checked.eligible, [item.met for item in checked.criteria].count(True)) == (True, 0)
    assert checked.open
    assert str(date(2026, 4, 22)) == f"{checked.window_until.year}-04-{checked.window_until.day}"
    # After the window, without its paper, or unconfirmed it cannot be handed in.
    case = await here.filed("R7")
    submit = {"confirmed_digest": case.content_digest}
    assert await refused(here.act(HOSPITAL, case.case_no, "submit", confirmed_digest="0")) == "GUARD_FAILED"
    here.clock.set("2026-04-23")
    assert await refused(here.act(HOSPITAL, case.case_no, "submit", **submit)) == "GUARD_FAILED"
    here.clock.set("2026-04-22")
    assert (await here.act(HOSPITAL, case.case_no, "submit", **submit)).state == "SUBMITTED"


async def test_a_supplement_runs_out_once(here) -> None:
    # The hospital is told what is lacking, has its days, is reminded, and then the case is over.
    case = await here.submitted("U1")
    no = case.case_no
    case = await here.act(ACCEPTOR, no, "return", lacking=["records"], reason="缺会诊记录")
    assert (case.state, case.left_wd, list(case.lacking)) == ("SUPPLEMENT", 5, ["records"])
    assert await refused(here.act(HOSPITAL, no, "resubmit")) == "GUARD_FAILED"
    paper = {"case_no": no, "kind": "records", "file_name": "会诊.txt", "content": "会诊意见".encode()}
    await here.ask(HOSPITAL, "AttachFile", **paper)
    case = await here.act(HOSPITAL, no, "resubmit")
    assert await refused(here.act(ACCEPTOR, no, "return", lacking=["items"])) == "GUARD_FAILED"
    other = await here.submitted("U2")
    await here.act(ACCEPTOR, other.case_no, "return", lacking=["items"], reason="缺明细")
    for day in ("2026-04-07", "2026-04-08", "2026-04-10", "2026-04-20"):
        here.clock.set(day)
        await here.tick()
        await here.tick()
    told = (await here.ask(HOSPITAL, "GetCase", case_no=other.case_no)).case
    assert (told.state, told.closed) == ("EXPIRED", True)
    clocks = await here.ask(HOSPITAL, "ListDeadlines", case_no=other.case_no)
    kinds = [(item.clock, item.kind) for item in clocks.reminders]
    assert kinds.count(("supplement_wd", "remind")) == 1
    assert kinds.count(("supplement_wd", "moved")) == 1
    # Nobody accepted the first one in time: it stands out, and the city is told as well.
    late = (await here.ask(ACCEPTOR, "GetCase", case_no=no)).case
    assert late.overdue
    assert late.left_wd < 0
    told = await here.ask(ACCEPTOR, "ListDeadlines", case_no=no)
    assert [set(item.roles) for item in told.reminders if item.kind == "overdue"] == [
        {"受理经办", "市级经办"}
    ]
    overdue = (await here.ask(CITY, "ListCases", pool=POOL, overdue=True)).cases
    assert no in {item.case_no for item in overdue}


async def test_a_step_that_fails_by_itself_is_tried_again(here) -> None:
    # Nobody but the clock can take it: what was missing today may be there tomorrow.
    case = await here.submitted("A1")
    no = case.case_no
    await here.accepted(no)
    await here.act(REVIEWER, no, "county_opinion", opinion="support", reason="属实")
    gone = here.settlement.lists.pop("A1")
    here.clock.at += timedelta(days=1)
    await here.tick()
    await here.tick()
    clocks = await here.ask(CITY, "ListDeadlines", case_no=no)
    assert [item.state for item in clocks.deadlines if item.event == "TEST_LIST_GONE"] == ["failed"]
    assert (await here.ask(CITY, "GetCase", case_no=no)).case.state == "COUNTY_DONE"
    here.settlement.lists["A1"] = gone
    here.clock.at += timedelta(days=1)
    await here.tick()
    assert (await here.ask(CITY, "GetCase", case_no=no)).case.state == "CITY_REVIEW"


async def test_quotas_are_counted_from_discharges(here) -> None:
    # The pool's limit is floor(discharges x share); places are freed by a withdrawal and by an exchange.
    here.settlement.by_group, here.settlement.own = 60, {"H1": 30, "H2": 30}
    lists = here.settlement.lists
    cycle = {"discharge": facts().discharge}
    for number in range(4):
        lists[f"Q{number}"] = facts(f"Q{number}", hospital="H3", **cycle)
    three = Claim("key-H3", "hospital", institution="H3", region="990101")
    here.settlement.own["H3"] = 20
    expert = Claim("expert:E1", "expert")
    assert await refused(here.ask(expert, "GetQuota", pool=POOL, hospital_code="H3")) == "ROLE_DENIED"
    asked = here.ask(ACCEPTOR, "GetQuota", pool=POOL, hospital_code="H9")
    assert await refused(asked) == "INSTITUTION_DENIED"
    quota = await here.ask(three, "GetQuota", pool=POOL)
    assert (quota.cycle, quota.open, quota.drg.limit, quota.hospital.limit) == ("2026Q1", True, 3, 2)
    taken = quota.drg.used
    here.settlement.by_group = 20 * (taken + 2)
    one = await here.submitted("Q0", three)
    await here.submitted("Q1", three)
    third = await here.filed("Q2", three)
    confirm = {"confirmed_digest": third.content_digest}
    assert await refused(here.act(three, third.case_no, "submit", **confirm)) == "GUARD_FAILED"
    here.settlement.own["H3"], here.settlement.by_group = 40, 2000
    await here.act(three, one.case_no, "withdraw", reason="改报")
    again = (await here.ask(three, "GetQuota", pool=POOL, cycle="2026Q1")).hospital
    assert (again.used, again.left) == (1, 3)
    await here.act(three, third.case_no, "submit", **confirm)
    # Exchange: at most a fifth of what was applied for, and only while the year is not cleared.
    await here.accepted(third.case_no)
    await here.act(REVIEWER, third.case_no, "county_opinion", opinion="oppose", reason="不符")
    assert await refused(here.act(three, third.case_no, "swap_out", reason="调换")) == "GUARD_FAILED"


async def test_papers_are_looked_through(here) -> None:
    # What a reviewer opens must not run.
    case = await here.filed("P1")
    for name, content, code in (
        ("a.pdf", PDF.replace(b"/Type", b"/OpenAction<</S/JavaScript/JS(app.alert)>>/Type"), "PAPER_ACTIVE"),
        ("a.pdf", b"MZ\x90\x00", "PAPER_TYPE"),
        ("a.exe", b"MZ", "PAPER_TYPE"),
        ("../a.pdf", PDF, "PAPER_NAME"),
        ("a.txt", b"<script>alert(1)</script>", "PAPER_TYPE"),
        ("a.png", b"", "PAPER_EMPTY"),
    ):
        ask = {"case_no": case.case_no, "kind": "records", "file_name": name, "content": content}
        assert await refused(here.ask(HOSPITAL, "AttachFile", **ask)) == code, name
    ask = {"case_no": case.case_no, "kind": "novel", "file_name": "a.pdf", "content": PDF}
    assert await refused(here.ask(HOSPITAL, "AttachFile", **ask)) == "CASE_PAPER_KIND"
    held = (await here.ask(HOSPITAL, "GetCase", case_no=case.case_no)).case.attachments[0]
    found = await here.ask(HOSPITAL, "GetAttachment", case_no=case.case_no, attachment_id=held.attachment_id)
    assert (found.content, found.attachment.digest) == (PDF, held.digest)
    assert found.attachment.for_reviewers


async def test_the_queue_is_ordered_and_paged(here) -> None:
    # An officer works from the top: what ends first comes first, each line once.
    seen, token = [], ""
    while True:
        page = await here.ask(CITY, "ListCases", pool=POOL, page_size=3, page_token=token)
        seen += [(item.due.year, item.due.month, item.due.day, item.case_no) for item in page.cases]
        token = page.next_page_token
        if not token:
            break
    dated = [item if item[0] else (9999, 12, 31, item[3]) for item in seen]
    assert dated == sorted(dated)
    assert len({item[3] for item in seen}) == len(seen) > 5
    assert await refused(here.ask(CITY, "ListCases", page_token="AAAA")) == "PAGE_TOKEN_BAD"


async def test_a_random_walk_leaves_the_history_equal_to_the_state(here) -> None:
    # Whoever asks whatever in whatever order: only rows of the machine are taken, each is written down.
    machine, chance = here.built.moves.machines["case"], random.Random(3601)
    rows = {(item.source, item.event): item.target for item in machine.transitions}
    cases = [(await here.submitted(f"W{number}")) for number in range(8)]
    stands = {case.case_no: ("SUBMITTED", 1) for case in cases}
    claims = (HOSPITAL, NEIGHBOUR, ACCEPTOR, REVIEWER, CITY, CITY_TWO, CLEARING, AUDIT, SECRETARY)
    events = sorted({item.event for item in machine.transitions if not item.automatic})
    more = {
        "reason": "理由", "checked": ["subject", "materials", "period"], "unrelated": True,
        "document": "〔2026〕1号", "lacking": ["records"], "opinion": "support", "ground": "LATE",
        "objector": "某单位", "decision_no": "1号",
    }  # fmt: skip
    taken = 0
    for _ in range(160):
        case_no, event = chance.choice(list(stands)), chance.choice(events)
        state, version = stands[case_no]
        if chance.random() < 0.6:
            event = chance.choice([item.event for item in machine.leaving(state)] or [event])
        try:
            await here.act(chance.choice(claims), case_no, event, **more)
        except Fault:
            continue
        assert (state, event) in rows
        stands[case_no] = (rows[state, event], version + 1)
        taken += 1
    assert taken > 5
    for case_no, (state, version) in stands.items():
        told = (await here.ask(CITY, "GetCase", case_no=case_no)).case
        assert (told.state, told.version) == (state, version)
        history = await here.ask(CITY, "GetHistory", case_no=case_no)
        assert history.intact
        assert [item.seq for item in history.steps] == list(range(version + 1))
    admin = await asyncpg.connect(here.admin_url)
    try:
        with pytest.raises(asyncpg.PostgresError):
            await admin.execute("UPDATE dispute.docket SET state = 'SETTLED', version = version + 1")
        with pytest.raises(asyncpg.PostgresError):
            await admin.execute("UPDATE dispute.history SET actor = 'x'")
    finally:
        await admin.close()
