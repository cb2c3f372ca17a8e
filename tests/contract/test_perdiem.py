"""Bed-days over a real channel: stays priced, records corrected, days counted once, factors decided."""

from __future__ import annotations

import json
import threading
from decimal import Decimal

import asyncpg
import perdiem_world as pw
import pytest

from chspay.perdiem.v1 import assessments_pb2, perdiem_pb2, pilots_pb2, records_pb2
from chspay.perdiem.v1 import perdiem_pb2 as pb
from chspay_core.digest import sm3_hex
from chspay_core.policy import canonical_json
from chspay_kit.auth import use_claim
from chspay_kit.convert import decimal_to_pb
from chspay_perdiem.app import plain, pricing
from chspay_perdiem.rpc import perdiem as rpc

KEYS = {name: f"{number:064x}" for number, name in enumerate("pqrst", start=1)}


@pytest.fixture
async def here(migrated_db):
    async with pw.world(migrated_db) as running:
        yield running


async def test_a_month_of_stays_is_priced_and_every_pricing_can_be_opened(here):
    """Points and money, no such department, no member: each stay has one answer and its why."""
    code = f"H{pw.fresh()[:8]}"
    with use_claim(pw.BUREAU):
        for category in ("psychiatry", "rehabilitation", "hospice"):
            await pw.member(here, code, category)
        answers = await pw.price(
            here,
            pw.stay("A", code, "2026-01-01/2026-03-12", person_key=KEYS["p"]),
            pw.stay("B", code, "2026-01-01/2026-03-04", "A21", person_key=KEYS["q"]),
            pw.stay("C", code, "2026-03-01/2026-03-11", "A24", person_key=KEYS["r"]),
            pw.stay("D", code, "2026-03-01/2026-03-11", "A01", person_key=KEYS["s"]),
            pw.stay("E", f"{code}X", "2026-03-01/2026-03-11", person_key=KEYS["t"]),
            pw.stay("F", code, "2026-03-11/2026-03-01", person_key=KEYS["t"]),
            pw.stay("G", code, "2026-03-01/2026-03-11"),
            pb.Stay(case_id="H", hospital_code=code, department="A15", discharge=pw.day("2026-03-01")),
        )
    a, b, c, d, e, f, g, h = answers
    # 60 days at 3.5 points, 10 at 3 (360/12,000 × 100).
    assert (a.method, a.form, a.points_micro, a.model) == (
        pb.METHOD_PER_DIEM, pb.FORM_POINTS, 240_000_000, "points_marginal@1",
    )  # fmt: skip
    assert (a.paid_days.value, a.factor.value, a.amount_fen, a.standard_fen) == ("70", "1", 0, 0)
    # 62 days, 60.5 paid at 4.2 points.
    assert (b.paid_days.value, b.points_micro) == ("60.5", 254_100_000)
    # Ten days at 456, less what the patient bore.
    assert (c.form, c.standard_fen, c.amount_fen) == (pb.FORM_MONEY, 456_000, 356_000)
    assert (d.method, d.reason, d.pricing_id) == (pb.METHOD_DRG, "PER_DIEM_NOT_A_DEPARTMENT", "")
    assert (e.method, e.reason) == (pb.METHOD_NOT_PILOT, "PER_DIEM_NOT_A_MEMBER")
    assert (f.method, f.reason) == (pb.METHOD_REFUSED, "PER_DIEM_STAY_DAYS")
    assert (g.method, g.reason) == (pb.METHOD_REFUSED, "PER_DIEM_PERSON_UNKNOWN")
    assert (h.method, h.reason) == (pb.METHOD_REFUSED, "DATE_MISSING")
    assert [one.case_id for one in answers] == list("ABCDEFGH")
    assert all(one.message for one in (d, e, f, g, h))
    with use_claim(pw.BUREAU):
        opened = await here.perdiem.GetPricing(pb.GetPricingRequest(pricing_id=a.pricing_id))
        assert opened.pricing.answer == a
        assert (opened.pricing.month, opened.pricing.replaced_by) == ("2026-03", "")
        lines = {line.key: line for line in opened.worksheet.lines}
        assert (lines["worth"].value, lines["run_1_to"].value) == ("240", "70")
        assert lines["model"].citation.startswith("demo-perdiem-2020#")
        assert await pw.refused(here.perdiem.GetPricing(pb.GetPricingRequest(pricing_id="PD-0"))) == (
            "PRICING_UNKNOWN"
        )
    async with here.database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('chspay.region', '*', true)")
        kept = await connection.fetchval("SELECT worksheet FROM pricing WHERE pricing_id = $1", a.pricing_id)
    assert sm3_hex(canonical_json(json.loads(kept))) == a.worksheet_digest


async def test_other_requests_go_on_while_thousands_of_stays_are_priced(here, monkeypatch):
    """What takes seconds in a large batch must not stop the service from answering anybody else."""
    code, seen = f"H{pw.fresh()[:8]}", []

    def watched(room, name):
        real = getattr(room, name)

        def told(*given, **named):
            seen.append((name, threading.current_thread() is threading.main_thread()))
            return real(*given, **named)

        monkeypatch.setattr(room, name, told)

    for room, name in ((pricing, "price_all"), (plain, "answer_of"), (plain, "pricing_id"),
                       (rpc, "stay_from_pb"), (rpc, "answer_to_pb")):  # fmt: skip
        watched(room, name)
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "psychiatry")
        (one,) = await pw.price(here, pw.stay("A", code, "2026-03-01/2026-03-11", person_key=KEYS["t"]))
    assert one.pricing_id
    assert {name for name, _ in seen} == {
        "price_all",
        "answer_of",
        "pricing_id",
        "stay_from_pb",
        "answer_to_pb",
    }
    assert not [name for name, on_the_loop in seen if on_the_loop]


async def test_the_same_stay_is_the_same_pricing_and_a_corrected_record_another(here):
    """A run drawn up again must find the same answers; a record that came later makes a new pricing."""
    code, leave = f"H{pw.fresh()[:8]}", records_pb2.RECORD_KIND_LEAVE
    one = pw.stay("A", code, "2026-03-01/2026-03-31", "A24", person_key=pw.fresh())
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "hospice")
        (first,) = await pw.price(here, one)
        (again,) = await pw.price(here, one)
        assert again == first
    with use_claim(pw.hospital(code)):
        put = pw.record("Q1", code, "A", leave, "2026-03-10", until="2026-03-15")
        stored = (await here.records.PutStayRecord(put)).record
        assert stored.kind == leave
        twice = pw.record("Q1", code, "A", leave, "2026-03-20", until="2026-03-21")
        assert await pw.refused(here.records.PutStayRecord(twice)) == "STAY_RECORD_TAKEN"
    with use_claim(pw.BUREAU):
        (second,) = await pw.price(here, one)
        # 25 days, and three of a kept bed at a half: 26.5 × 456.
        assert (second.paid_days.value, second.standard_fen) == ("26.5", 1_208_400)
        assert {span.use for span in second.spans} >= {pb.DAY_USE_HELD, pb.DAY_USE_LEAVE}
        old = await here.perdiem.GetPricing(pb.GetPricingRequest(pricing_id=first.pricing_id))
        assert old.pricing.replaced_by == second.pricing_id
    with use_claim(pw.hospital(code)):
        away = records_pb2.WithdrawStayRecordRequest(
            request_id=pw.fresh(), hospital_code=code, record_no="Q1", reason="登记错误"
        )
        assert (await here.records.WithdrawStayRecord(away)).record.withdrawn == "登记错误"
        away.request_id = pw.fresh()
        assert await pw.refused(here.records.WithdrawStayRecord(away)) == "STAY_RECORD_WITHDRAWN"
    with use_claim(pw.BUREAU):
        (third,) = await pw.price(here, one)
        assert third == first
        listed = await here.perdiem.ListPricings(pb.ListPricingsRequest(hospital_code=code))
        assert {item.answer.pricing_id: item.replaced_by for item in listed.pricings} == {
            first.pricing_id: "", second.pricing_id: first.pricing_id,
        }  # fmt: skip


async def test_an_acute_episode_is_paid_by_its_group_and_a_short_one_is_not(here):
    """The list inside of the stay is named in the scope and in the answer, so that nobody pays it twice."""
    code, acute = f"H{pw.fresh()[:8]}", records_pb2.RECORD_KIND_ACUTE
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "hospice")
        for number, (case, since, until) in enumerate(
            (("A-1", "2026-03-05", "2026-03-10"), ("A-2", "2026-03-15", "2026-03-17"))
        ):
            put = pw.record(f"R{number}", code, "A", acute, since, until=until, other_case_id=case)
            await here.records.PutStayRecord(put)
        scope = await here.perdiem.GetScope(pb.GetScopeRequest(pool=pw.POOL, month=pw.MONTH))
        assert {"A-1", "A-2"} <= set(scope.own_list_case_ids)
        assert {(code, "A-1"), (code, "A-2")} <= {(o.hospital_code, o.case_id) for o in scope.own_list_keys}
        assert code in scope.hospital_codes
        assert {(item.department, item.category) for item in scope.departments} == {
            ("A15", "psychiatry"), ("A21", "rehabilitation"), ("A24", "hospice"),
        }  # fmt: skip
        (found,) = await pw.price(
            here, pw.stay("A", code, "2026-03-01/2026-03-31", "A24", person_key=pw.fresh())
        )
    assert {item.case_id: item.method for item in found.own_lists} == {
        "A-1": pb.METHOD_DRG, "A-2": pb.METHOD_PER_DIEM,
    }  # fmt: skip
    assert found.paid_days.value == "25"
    assert {span.by for span in found.spans if span.use == pb.DAY_USE_ACUTE} == {"A-1"}


async def test_a_day_is_counted_once_whoever_asks(here):
    """Two lists of one person overlap: the second is refused, across calls and across pools."""
    code, person = f"H{pw.fresh()[:8]}", pw.fresh()
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "hospice")
        await pw.member(here, f"{code}B", "hospice")
        (first,) = await pw.price(here, pw.stay("A", code, "2026-03-01/2026-03-11", "A24", person_key=person))
        assert first.method == pb.METHOD_PER_DIEM
        (second,) = await pw.price(
            here, pw.stay("B", f"{code}B", "2026-03-10/2026-03-20", "A24", person_key=person)
        )
        assert (second.method, second.reason) == (pb.METHOD_REFUSED, "PER_DIEM_DAY_TWICE")
        # A list of another pool is out of sight; the database still refuses its day.
        async with here.database.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('chspay.region', '*', true)")
            await connection.execute(
                "INSERT INTO counted_span (hospital_code, case_id, since, until, pool, person_key)"
                " VALUES ('Z9', $1, '2026-03-21', '2026-03-25', '330100', $1)",
                person,
            )
        late = pw.stay("C", code, "2026-03-20/2026-03-23", "A24", person_key=person)
        (third,) = await pw.price(here, late)
        assert (third.method, third.reason) == (pb.METHOD_REFUSED, "PER_DIEM_DAY_TWICE")
        listed = await here.perdiem.ListPricings(pb.ListPricingsRequest(hospital_code=code))
        assert [item.answer.case_id for item in listed.pricings] == ["A"]


async def test_a_transfer_stands_on_one_record_that_both_sides_see(here):
    """The sender's record shows on the receiver's stay, and the receiver may read it."""
    code = f"H{pw.fresh()[:8]}"
    with use_claim(pw.hospital(code)):
        put = pw.record(
            "T1", code, "A", records_pb2.RECORD_KIND_TRANSFER, "2026-03-11",
            other_hospital_code=f"{code}B", other_case_id="B",
        )  # fmt: skip
        await here.records.PutStayRecord(put)
        foreign = pw.record("T2", f"{code}B", "B", records_pb2.RECORD_KIND_LEAVE, "2026-03-12",
                            until="2026-03-13")  # fmt: skip
        assert await pw.refused(here.records.PutStayRecord(foreign)) == "INSTITUTION_DENIED"
    asked = records_pb2.ListStayRecordsRequest(hospital_code=code)
    for claim, wanted in (
        (pw.hospital(f"{code}B"), ["T1"]),
        (pw.hospital(f"{code}C"), []),
        (pw.ELSEWHERE, []),
        (pw.OTHER, ["T1"]),
    ):
        with use_claim(claim):
            found = await here.records.ListStayRecords(asked)
            assert [item.record_no for item in found.records] == wanted, claim
    with use_claim(pw.BUREAU):
        for each in (code, f"{code}B"):
            await pw.member(here, each, "hospice")
        person = pw.fresh()
        answers = await pw.price(
            here,
            pw.stay("A", code, "2026-03-01/2026-03-11", "A24", person_key=person),
            pw.stay("B", f"{code}B", "2026-03-11/2026-03-21", "A24", person_key=person),
        )
    assert [one.paid_days.value for one in answers] == ["10", "10"]
    assert answers[0].spans[-1].use == pb.DAY_USE_ELSEWHERE
    assert answers[0].spans[-1].by == "B"


async def test_a_file_of_records_counts_whole_or_not_at_all(here):
    """One wrong row names itself, and nothing of the file is kept."""
    code = f"H{pw.fresh()[:8]}"
    head = "record_no,hospital_code,case_id,kind,since,until,scale,before,after,document\n"
    good = (
        f"F1,{code},A,leave,2026-03-02,2026-03-04,,,,假条\nF2,{code},A,outcome,2026-03-20,,ADL,40,55.5,评估\n"
    )

    def file(rows: str) -> records_pb2.PutStayRecordsRequest:
        return records_pb2.PutStayRecordsRequest(
            request_id=pw.fresh(), pool=pw.POOL, content=(head + rows).encode()
        )

    with use_claim(pw.hospital(code)):
        for rows, reason in (
            (good + f"F3,{code},A,leave,2026-02-30,2026-03-04,,,,假条\n", "STAY_RECORDS_ROW"),
            (good + f"F3,{code},A,holiday,2026-03-02,2026-03-04,,,,假条\n", "STAY_RECORD_KIND"),
            (good + f"F1,{code},A,leave,2026-03-06,2026-03-07,,,,假条\n", "STAY_RECORD_TAKEN"),
            (good + f"F3,{code},A,leave,2026-03-06,,,,,假条\n", "STAY_RECORD_PERIOD"),
            (good + f"F3,{code},A,leave,2026-03-06,2026-03-07,,,,\n", "STAY_RECORD_EMPTY"),
            (good + f"F3,{code}X,A,leave,2026-03-06,2026-03-07,,,,假条\n", "INSTITUTION_DENIED"),
            ("", "STAY_RECORDS_EMPTY"),
        ):
            assert await pw.refused(here.records.PutStayRecords(file(rows))) == reason
        broken = records_pb2.PutStayRecordsRequest(request_id=pw.fresh(), pool=pw.POOL, content=b"PAR1 no")
        assert await pw.refused(here.records.PutStayRecords(broken)) == "STAY_RECORDS_UNREADABLE"
        asked = records_pb2.ListStayRecordsRequest(hospital_code=code)
        assert not (await here.records.ListStayRecords(asked)).records
        assert (await here.records.PutStayRecords(file(good))).rows == 2
        found = (await here.records.ListStayRecords(asked)).records
        assert [item.record_no for item in found] == ["F1", "F2"]
        assert found[1].outcome.after.value == "55.5"


async def test_a_membership_has_no_double_day_and_ends_once(here):
    """Who is a member is a fact with dates and documents; it is never rewritten."""
    code = f"H{pw.fresh()[:8]}"
    with use_claim(pw.BUREAU):
        found = await pw.member(here, code, "hospice", "2026-01-01")
        assert await pw.refused(pw.member(here, code, "hospice", "2026-06-01")) == "MEMBERSHIP_TAKEN"
        await pw.member(here, code, "psychiatry", "2026-06-01")

        def end(day: str) -> pilots_pb2.EndMembershipRequest:
            return pilots_pb2.EndMembershipRequest(
                request_id=pw.fresh(), membership_id=found.membership_id, until=pw.day(day),
                document="演示市〔2026〕3号",
            )  # fmt: skip

        assert await pw.refused(here.pilots.EndMembership(end("2025-12-31"))) == "MEMBERSHIP_PERIOD"
        ended = (await here.pilots.EndMembership(end("2026-03-16"))).membership
        assert (ended.until.month, ended.end_document) == (3, "演示市〔2026〕3号")
        assert await pw.refused(here.pilots.EndMembership(end("2026-03-20"))) == "MEMBERSHIP_OVER"
        await pw.member(here, code, "hospice", "2026-04-01")
        answers = await pw.price(
            here,
            pw.stay("A", code, "2026-03-15/2026-03-25", "A24", person_key=pw.fresh()),
            pw.stay("B", code, "2026-03-16/2026-03-25", "A24", person_key=pw.fresh()),
        )
    assert [one.method for one in answers] == [pb.METHOD_PER_DIEM, pb.METHOD_NOT_PILOT]
    with use_claim(pw.hospital(code)):
        asked = pilots_pb2.ListMembershipsRequest(pool=pw.POOL)
        listed = await here.pilots.ListMemberships(asked)
        assert {item.hospital_code for item in listed.memberships} == {code}


async def test_an_assessment_counts_once_heard_and_decided_by_another(here):
    """Draft, heard, decided by another person: only then stays of its period are paid with the factor."""
    code = f"H{pw.fresh()[:8]}"
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "long_term")
        stays = [
            pw.stay(f"S{number}", code, "2026-02-01/2026-03-13", category="long_term", person_key=pw.fresh(),
                    department="", total_cost_fen=1_056_000)
            for number in range(10)
        ]  # fmt: skip
        (first, *_) = await pw.price(here, *stays)
        assert (first.standard_fen, first.factor.value) == (1_060_000, "1")
        draft = assessments_pb2.DraftAssessmentRequest(
            request_id=pw.fresh(), pool=pw.POOL, hospital_code=code, category="long_term",
            measured_since=pw.day("2026-01-01"), measured_until=pw.day("2026-04-01"),
            applies_since=pw.day("2026-04-01"), applies_until=pw.day("2026-07-01"),
        )  # fmt: skip
        answered = await here.assessments.DraftAssessment(draft)
        found = answered.assessment
        # 40 days of 90: 100; 264 yuan a day of 220, ratio 1.2: 70; (100 + 70) ÷ 2 = 85: factor 1.
        assert {item.name: (item.value.value, item.score.value) for item in found.indicators} == {
            "alos": ("40", "100"), "day_cost": ("264", "70"),
        }  # fmt: skip
        assert (found.stays, found.factor.value) == (10, "1")
        assert any(line.citation for line in answered.worksheet.lines)
        name = found.assessment_id

        def decide(*, confirm: bool = True) -> assessments_pb2.DecideAssessmentRequest:
            return assessments_pb2.DecideAssessmentRequest(
                request_id=pw.fresh(), assessment_id=name, confirm=confirm, decision_no="演示医保〔2026〕9号"
            )

        assert await pw.refused(here.assessments.DecideAssessment(decide())) == "ASSESSMENT_STATE"
        hear = assessments_pb2.HearAssessmentRequest(
            request_id=pw.fresh(), assessment_id=name, statement="无异议"
        )
        await here.assessments.HearAssessment(hear)
        assert await pw.refused(here.assessments.DecideAssessment(decide())) == "ASSESSMENT_SAME_PERSON"
    with use_claim(pw.OTHER):
        decided = (await here.assessments.DecideAssessment(decide())).assessment
        assert decided.state == assessments_pb2.ASSESSMENT_STATE_DECIDED
        late = pw.stay("T", code, "2026-04-10/2026-04-20", category="long_term", department="",
                       person_key=pw.fresh())  # fmt: skip
        (paid,) = await pw.price(here, late, month="2026-04")
        assert (paid.assessment_id, paid.factor.value, paid.standard_fen) == (name, "1", 280_000)
        draft.request_id = pw.fresh()
        second = (await here.assessments.DraftAssessment(draft)).assessment.assessment_id
        hear.request_id, hear.assessment_id = pw.fresh(), second
        await here.assessments.HearAssessment(hear)
    with use_claim(pw.BUREAU):
        name = second
        assert await pw.refused(here.assessments.DecideAssessment(decide())) == "ASSESSMENT_TAKEN"
        dropped = (await here.assessments.DecideAssessment(decide(confirm=False))).assessment
        assert dropped.state == assessments_pb2.ASSESSMENT_STATE_DROPPED
    with use_claim(pw.hospital(f"{code}X")):
        asked = assessments_pb2.GetAssessmentRequest(assessment_id=second)
        assert await pw.refused(here.assessments.GetAssessment(asked)) == "ASSESSMENT_UNKNOWN"


async def test_what_was_measured_poor_lowers_what_is_paid(here):
    """A factor below one reaches the money of the next period, and the worksheet names the assessment."""
    code = f"H{pw.fresh()[:8]}"
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "long_term")
        stays = [
            pw.stay(f"S{number}", code, "2025-09-01/2026-03-13", category="long_term", person_key=pw.fresh(),
                    department="", total_cost_fen=9_000_000)
            for number in range(10)
        ]  # fmt: skip
        await pw.price(here, *stays)
        draft = assessments_pb2.DraftAssessmentRequest(
            request_id=pw.fresh(), pool=pw.POOL, hospital_code=code, category="long_term",
            measured_since=pw.day("2026-01-01"), measured_until=pw.day("2026-04-01"),
            applies_since=pw.day("2026-04-01"), applies_until=pw.day("2026-07-01"),
        )  # fmt: skip
        found = (await here.assessments.DraftAssessment(draft)).assessment
        assert found.factor.value == "0.9"
        await here.assessments.HearAssessment(
            assessments_pb2.HearAssessmentRequest(
                request_id=pw.fresh(), assessment_id=found.assessment_id, statement="已说明原因"
            )
        )
    with use_claim(pw.OTHER):
        await here.assessments.DecideAssessment(
            assessments_pb2.DecideAssessmentRequest(
                request_id=pw.fresh(), assessment_id=found.assessment_id, confirm=True, decision_no="9号"
            )
        )
        late = pw.stay("T", code, "2026-04-10/2026-04-20", category="long_term", department="",
                       person_key=pw.fresh())  # fmt: skip
        (paid,) = await pw.price(here, late, month="2026-04")
    assert (paid.standard_fen, paid.factor.value) == (252_000, "0.9")


async def test_rows_of_others_do_not_exist(here):
    """An institution sees its own pricings, a bureau those of its region, and nobody writes for another."""
    code = f"H{pw.fresh()[:8]}"
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "hospice")
        one = pw.stay("A", code, "2026-03-01/2026-03-11", "A24", person_key=pw.fresh())
        (found,) = await pw.price(here, one)
    asked = pb.GetPricingRequest(pricing_id=found.pricing_id)
    with use_claim(pw.hospital(code)):
        assert (await here.perdiem.GetPricing(asked)).pricing.answer == found
        request = pb.PriceStaysRequest(request_id=pw.fresh(), pool=pw.POOL, month=pw.MONTH, stays=[one])
        assert await pw.refused(here.perdiem.PriceStays(request)) == "ROLE_DENIED"
        tried = pb.TryStaysRequest(pool=pw.POOL, month=pw.MONTH, stays=[one])
        answered = await here.perdiem.TryStays(tried)
        assert (answered.answers[0].standard_fen, answered.answers[0].pricing_id) == (found.standard_fen, "")
        assert answered.worksheets[0].lines
        tried.stays[0].hospital_code = f"{code}X"
        assert await pw.refused(here.perdiem.TryStays(tried)) == "INSTITUTION_DENIED"
    for claim in (pw.hospital(f"{code}X"), pw.ELSEWHERE):
        with use_claim(claim):
            assert await pw.refused(here.perdiem.GetPricing(asked)) == "PRICING_UNKNOWN"
            mine = await here.perdiem.ListPricings(pb.ListPricingsRequest(hospital_code=code))
            assert not mine.pricings
    with use_claim(pw.ELSEWHERE):
        request = pb.PriceStaysRequest(request_id=pw.fresh(), pool=pw.POOL, month=pw.MONTH, stays=[one])
        assert await pw.refused(here.perdiem.PriceStays(request)) == "REGION_DENIED"
        request = pb.PriceStaysRequest(request_id=pw.fresh(), pool="330100", month=pw.MONTH, stays=[one])
        assert await pw.refused(here.perdiem.PriceStays(request)) == "POLICY_MISSING"


async def test_what_is_kept_cannot_be_rewritten(migrated_db, here):
    """Pricings and decisions are evidence: even the administrator adds to them only."""
    code = f"H{pw.fresh()[:8]}"
    with use_claim(pw.BUREAU):
        found = await pw.member(here, code, "hospice")
        one = pw.stay("A", code, "2026-03-01/2026-03-11", "A24", person_key=pw.fresh())
        await pw.price(here, one)
    connection = await asyncpg.connect(migrated_db.admin_url)
    try:
        for text in (
            "UPDATE perdiem.pricing SET amount_fen = 0",
            "DELETE FROM perdiem.stay_record",
            "TRUNCATE perdiem.pricing CASCADE",
        ):
            with pytest.raises(asyncpg.PostgresError) as refusal:
                await connection.execute(text)
            assert refusal.value.sqlstate == "CH001", text
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "UPDATE perdiem.membership SET since = '2019-01-01' WHERE membership_id = $1",
                found.membership_id,
            )
    finally:
        await connection.close()


async def test_too_much_or_nothing_is_refused(here):
    """A call has bounds and says them."""
    with use_claim(pw.BUREAU):
        empty = pb.PriceStaysRequest(request_id=pw.fresh(), pool=pw.POOL, month=pw.MONTH)
        assert await pw.refused(here.perdiem.PriceStays(empty)) == "PER_DIEM_NO_STAYS"
        one = pw.stay("A", "H1", "2026-03-01/2026-03-11")
        twice = pb.PriceStaysRequest(request_id=pw.fresh(), pool=pw.POOL, month=pw.MONTH, stays=[one, one])
        assert await pw.refused(here.perdiem.PriceStays(twice)) == "PER_DIEM_STAY_TWICE"
        wrong = pb.PriceStaysRequest(request_id=pw.fresh(), pool=pw.POOL, month="2026-3", stays=[one])
        assert await pw.refused(here.perdiem.PriceStays(wrong)) == "NOT_A_MONTH"
        many = perdiem_pb2.TryStaysRequest(pool=pw.POOL, month=pw.MONTH, stays=[one] * 1001)
        assert await pw.refused(here.perdiem.TryStays(many)) == "PER_DIEM_TOO_MANY"
        gain = pw.record("O1", "H1", "A", records_pb2.RECORD_KIND_OUTCOME, "2026-03-11")
        assert await pw.refused(here.records.PutStayRecord(gain)) == "STAY_RECORD_EMPTY"
        gain.record.outcome.scale = "ADL"
        gain.record.outcome.before.CopyFrom(decimal_to_pb(Decimal(1)))
        assert await pw.refused(here.records.PutStayRecord(gain)) == "DECIMAL_MISSING"
