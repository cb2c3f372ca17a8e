"""What the watch finds, over real gRPC: heads removed, payments held and reviewed, changes verified."""

from __future__ import annotations

from dataclasses import replace

import around_month as am
import asyncpg
import pytest
import settlement_world as sw
import watch_world as ww
from google.type import decimal_pb2

from chspay.budget.v1 import indicators_pb2 as ipb
from chspay.budget.v1 import watch_pb2 as pb
from chspay.settlement.v1 import month_pb2 as mpb
from chspay_kit import auth

FUND = 30_000_000


@pytest.fixture
async def world(migrated_db):
    """Budget beside the real settlement with three hospitals."""
    async with ww.world(migrated_db) as running:
        yield running


def heads(year: int = 2026, institution: str = "H001", actual: int = 1300) -> pb.JudgeHeadsRequest:
    """Two strata and one institution: 832.98 heads are to be expected."""
    strata = [
        pb.HeadStratum(age_band="0-6", disease="J00-J99", insured=1000, base_insured=980, base_heads=300),
        pb.HeadStratum(age_band="60+", disease="I10", insured=2000, base_insured=1900, base_heads=1500),
    ]
    served = [
        pb.ServedStratum(age_band="0-6", disease="J00-J99", served=400),
        pb.ServedStratum(age_band="60+", disease="I10", served=900),
    ]
    one = pb.InstitutionHeads(institution=institution, heads=actual, served=served)
    return pb.JudgeHeadsRequest(
        request_id=am.request_id(), pool=sw.POOL, year=year, strata=strata, institutions=[one],
        document="参保与疾病谱统计〔2026〕2号",
    )  # fmt: skip


def decide(watch_id: str, **more) -> pb.DecideWatchRequest:
    """A decision that upholds."""
    fields = {"uphold": True, "decision_no": "演示稽核〔2026〕5号", **more}
    return pb.DecideWatchRequest(request_id=am.request_id(), watch_id=watch_id, **fields)


async def issue(world, holder: str, code: str, value: str) -> None:
    """A target of 2026."""
    name = ipb.IndicatorName(pool=sw.POOL, year=2026, holder=holder, code=code)
    await world.indicators.IssueIndicator(
        ipb.IssueIndicatorRequest(
            request_id=am.request_id(),
            name=name,
            target=decimal_pb2.Decimal(value=value),
            document="下达文件1号",
        )
    )


async def target(world, holder: str, code: str) -> tuple[str, str, str]:
    """State, target and the document of the newest step."""
    name = ipb.IndicatorName(pool=sw.POOL, year=2026, holder=holder, code=code)
    found = (await world.indicators.GetIndicator(ipb.GetIndicatorRequest(name=name))).indicator
    return found.state, found.target.value, found.steps[-1].document


async def test_invalid_heads_are_found_heard_removed_and_the_targets_made_anew(world):
    """二(二)1(5): heads that cannot be explained come off, after a hearing and by another person."""
    with auth.use_claim(ww.FIRST):
        for code, value in (("heads", "1300"), ("visits_per_head", "4.2"), ("cost_per_visit", "88.50"),
                            ("control_total", "483210.00")):  # fmt: skip
            await issue(world, "H001", code, value)
        found = (await world.watch.JudgeHeads(heads())).ranges[0]
        assert (found.heads, found.expected.value, found.low, found.high, found.excess) == (
            1300, "832.9753", 760, 953, 347,
        )  # fmt: skip
        assert {"insured_1", "served_2", "expected", "high", "excess"} <= {
            line.key for line in found.worksheet.lines
        }
        again = (await world.watch.JudgeHeads(heads())).ranges[0]
        assert again.watch_id == found.watch_id
        fault = await am.refused(world.watch.DecideWatch(decide(found.watch_id, removed=300)))
        assert fault.reason.code == "WATCH_STATE_WRONG"
        await world.watch.HearWatch(
            pb.HearWatchRequest(
                request_id=am.request_id(), watch_id=found.watch_id, statement="部分为体检重复"
            )
        )
        fault = await am.refused(world.watch.DecideWatch(decide(found.watch_id, removed=300)))
        assert fault.reason.code == "WATCH_SAME_PERSON"
    with auth.use_claim(ww.SECOND):
        for removed in (0, 348):
            fault = await am.refused(world.watch.DecideWatch(decide(found.watch_id, removed=removed)))
            assert fault.reason.code == "WATCH_REMOVED_WRONG"
        done = (await world.watch.DecideWatch(decide(found.watch_id, removed=300))).watch
        assert [step.state for step in done.steps] == ["found", "heard", "removed"]
        assert dict(done.steps[-1].outcome) == {
            "removed": "300", "valid_heads": "1000", "revised_heads": "1000",
            "revised_control_total": "371700",
        }  # fmt: skip
        assert await target(world, "H001", "heads") == ("revised", "1000", found.watch_id)
        assert await target(world, "H001", "control_total") == ("revised", "371700", found.watch_id)
        listed = await world.watch.ListWatch(pb.ListWatchRequest(pool=sw.POOL, subject="heads"))
        assert [one.watch_id for one in listed.items] == [found.watch_id]
    with auth.use_claim(ww.ELSEWHERE):
        fault = await am.refused(world.watch.GetWatch(pb.GetWatchRequest(watch_id=found.watch_id)))
        assert fault.reason.code == "WATCH_UNKNOWN"


async def removed_from(world, institution: str, year: int = 2026) -> dict[str, str]:
    """What came of a finding on heads that was heard and upheld with 347 removed."""
    with auth.use_claim(ww.FIRST):
        found = (await world.watch.JudgeHeads(heads(year, institution))).ranges[0]
        hear = pb.HearWatchRequest(request_id=am.request_id(), watch_id=found.watch_id, statement="没有异议")
        await world.watch.HearWatch(hear)
    with auth.use_claim(ww.SECOND):
        await world.watch.DecideWatch(decide(found.watch_id, removed=347))
        kept = (await world.watch.GetWatch(pb.GetWatchRequest(watch_id=found.watch_id))).watch
    return dict(kept.steps[-1].outcome)


async def test_a_removal_says_which_targets_it_could_not_make_anew(world):
    """Heads that come off without any target moving must not look like a decision with effect."""
    outcome = await removed_from(world, "H002")
    assert {name: text.split("：")[0] for name, text in outcome.items() if name.startswith("kept_")} == {
        "kept_heads": "absent", "kept_control_total": "absent",
    }  # fmt: skip
    with auth.use_claim(ww.FIRST):
        for code, value in (("heads", "1300"), ("control_total", "483210.00"), ("visits_per_head", "4.2")):
            await issue(world, "H003", code, value)
        name = ipb.IndicatorName(pool=sw.POOL, year=2026, holder="H003", code="heads")
        await world.indicators.MeasureIndicator(
            ipb.MeasureIndicatorRequest(
                request_id=am.request_id(),
                name=name,
                actual=decimal_pb2.Decimal(value="1300"),
                document="年报",
            )
        )
    outcome = await removed_from(world, "H003")
    assert outcome["kept_heads"] == "measured：指标已测算，目标不再调整"
    assert outcome["kept_control_total"] == "factors_missing：没有下达cost_per_visit，不能重新计算"
    assert not [name for name in outcome if name.startswith("revised_")]
    with auth.use_claim(ww.FIRST):
        assert (await target(world, "H003", "control_total"))[:2] == ("issued", "483210")


async def test_heads_inside_the_range_are_no_finding(world):
    """An institution with many old patients has many heads, and that is right."""
    with auth.use_claim(ww.FIRST):
        found = (await world.watch.JudgeHeads(heads(2027, "H002", 953))).ranges[0]
    assert (found.excess, found.watch_id) == (0, "")


async def months(world, *numbers: int, factor: int = 1) -> None:
    """Lists of months of 2026; in all of them H001 costs ``factor`` times as much."""
    for month in numbers:
        cases = [am.case_in(month, number) for number in range(36)]
        dear = [
            replace(case, total_cost_fen=case.total_cost_fen * factor)
            if case.hospital_code == "H001"
            else case
            for case in cases
        ]
        await sw.import_lists(world.settlement.stub, f"watch-{month}-{factor}", [sw.chunk(dear)])


async def tried(world, month: int) -> None:
    """A finished trial of a month of 2026."""
    world.settlement.budget.months[sw.POOL, 2026, month] = FUND
    with auth.use_claim(sw.BUREAU):
        started = await world.settlement.month.StartTrial(
            mpb.StartTrialRequest(request_id=am.request_id(), pool=sw.POOL, year=2026, month=month)
        )
    await world.settlement.ended(started.run.run_id)


def growth(month: int) -> pb.CompareGrowthRequest:
    """A month of 2026 against the months before."""
    return pb.CompareGrowthRequest(
        request_id=am.request_id(), pool=sw.POOL, year=2026, month=month, document="月度分析〔2026〕4号"
    )


async def closed_and_compared_again(world, tried: pb.HospitalGrowth) -> pb.HospitalGrowth:
    """April closes with one case more than its trial had; the standing finding takes the closed figures."""
    await world.settlement.submit("after-trial", am.case_in(4, 901, hospital_code="H001"))
    run = await world.settlement.month_run("growth-4", FUND, month=4)
    with auth.use_claim(ww.SECOND):
        stale = await am.refused(world.watch.DecideWatch(decide(tried.watch_id, since="2026-05")))
        assert stale.reason.code == "WATCH_FACTS_OLD"
    with auth.use_claim(ww.FIRST):
        again = (await world.watch.CompareGrowth(growth(4))).hospitals
        mine = next(one for one in again if one.hospital_code == "H001")
        assert mine.watch_id == tried.watch_id
        assert mine.over_fen > tried.over_fen
        kept = await world.watch.GetWatch(pb.GetWatchRequest(watch_id=mine.watch_id))
    facts = kept.watch.facts
    assert (facts["run_id"], facts["over_fen"]) == (run.run_id, str(mine.over_fen))
    assert next(line.value for line in kept.worksheet.lines if line.key == "over") == facts["over_fen"]
    return mine


async def test_abnormal_growth_is_held_and_reviewed_while_patients_go_on_being_settled(world):
    """S27: what lies above the limit waits for a review; lists, points and statements never do."""
    with auth.use_claim(ww.FIRST):
        assert (await am.refused(world.watch.CompareGrowth(growth(4)))).reason.code == "GROWTH_RUN_MISSING"
    await months(world, 1, 2, 3)
    for month in (1, 2):
        await world.settlement.month_run(f"growth-{month}", FUND, month=month)
    await months(world, 4, factor=2)
    await tried(world, 4)
    with auth.use_claim(ww.FIRST):
        assert (await am.refused(world.watch.CompareGrowth(growth(4)))).reason.code == "GROWTH_MONTHS_WRONG"
    await world.settlement.month_run("growth-3", FUND, month=3)
    with auth.use_claim(ww.FIRST):
        compared = {one.hospital_code: one for one in (await world.watch.CompareGrowth(growth(4))).hospitals}
        assert [code for code, one in compared.items() if one.watch_id] == ["H001"]
        mine = compared["H001"]
        assert mine.percent == "100.00"
        assert mine.over_fen == mine.cost_fen - -(-sum(mine.before_fen) * 13 // 30)
        asked = decide(mine.watch_id, since="2026-05")
        assert (await am.refused(world.watch.DecideWatch(asked))).reason.code == "WATCH_SAME_PERSON"
    with auth.use_claim(ww.SECOND):
        early = await am.refused(world.watch.DecideWatch(decide(mine.watch_id, since="2026-05")))
        assert early.reason.code == "WATCH_MONTH_OPEN"
    mine = await closed_and_compared_again(world, mine)
    with auth.use_claim(ww.SECOND):
        late = await am.refused(world.watch.DecideWatch(decide(mine.watch_id, since="2026-04")))
        assert late.reason.code == "WATCH_SINCE_CLOSED"
        await world.watch.DecideWatch(decide(mine.watch_id, since="2026-05"))
        held = await world.answered(mine.watch_id)
    outcome = held.steps[-1].outcome
    assert (held.state, outcome["held_fen"], outcome["facts_number"]) == ("held", str(mine.over_fen), "2")
    with auth.use_claim(sw.BUREAU):
        holds = (await world.settlement.month.ListHolds(mpb.ListHoldsRequest(pool=sw.POOL))).holds
    hold = next(one for one in holds if one.hold_id == held.steps[-1].outcome["hold_id"])
    assert (hold.amount_fen, hold.rule_id, hold.since) == (mine.over_fen, "watch.growth_limit", "2026-05")
    assert f"增长{mine.percent}%" in hold.evidence
    assert "第五条" in hold.citation
    await months(world, 5)
    taken = await world.settlement.submit("while-held", am.case_in(5, 900, hospital_code="H001"))
    assert (taken.settle_period, taken.mark) == ("2026-05", "")
    run = await world.settlement.month_run("growth-5", FUND, month=5)
    found = await am.statement(world.settlement, run, "H001")
    assert (found.cases, found.held_fen) == (13, min(mine.over_fen, found.prepaid_fen))
    assert found.payable_fen == found.prepaid_fen - found.held_fen
    release = {
        "watch_id": mine.watch_id,
        "statement": "核查为批量转入病人",
        "decision_no": "演示稽核〔2026〕8号",
    }
    with auth.use_claim(ww.SECOND):
        same = world.watch.ReleaseWatch(pb.ReleaseWatchRequest(request_id=am.request_id(), **release))
        assert (await am.refused(same)).reason.code == "WATCH_SAME_PERSON"
    with auth.use_claim(ww.FIRST):
        await world.watch.ReleaseWatch(pb.ReleaseWatchRequest(request_id=am.request_id(), **release))
        freed = await world.answered(mine.watch_id)
    assert freed.steps[-1].outcome["released_fen"] == str(found.held_fen)
    await months(world, 6)
    run = await world.settlement.month_run("growth-6", FUND, month=6)
    after = await am.statement(world.settlement, run, "H001")
    assert (after.held_fen, after.released_fen) == (0, found.held_fen)


def change(fund: str = "outpatient", after_year: int = 2025) -> pb.ReviewChangeRequest:
    """30 million more, by all four causes."""
    one = {"price_index": decimal_pb2.Decimal(value="1")}
    before = pb.YearFigures(
        year=2024, cases=1000, cost_fen=10**8, weight=decimal_pb2.Decimal(value="1000"), **one
    )
    after = pb.YearFigures(
        year=after_year, cases=1100, cost_fen=13 * 10**7, weight=decimal_pb2.Decimal(value="1150"),
        price_index=decimal_pb2.Decimal(value="1.02"),
    )  # fmt: skip
    return pb.ReviewChangeRequest(
        request_id=am.request_id(), pool=sw.POOL, institution="H003", fund=fund, before=before, after=after,
        document="两年数据核实表",
    )  # fmt: skip


async def test_a_change_of_two_years_is_verified_by_another_person(world):
    """S21: an adjustment follows what really changed, after somebody else has looked, within the cap."""
    with auth.use_claim(ww.FIRST):
        found = (await world.watch.ReviewChange(change())).watch
        facts = dict(found.facts)
        causes = ("volume_fen", "case_mix_fen", "price_fen", "intensity_fen")
        assert sum(int(facts[name]) for name in causes) == int(facts["difference_fen"]) == 30_000_000
        assert facts["proposed_fen"] == "110000000"
        fault = await am.refused(world.watch.DecideWatch(decide(found.watch_id)))
        assert fault.reason.code == "WATCH_SAME_PERSON"
        assert (
            await am.refused(world.watch.ReviewChange(change("inpatient")))
        ).reason.code == "CHANGE_FUND_POOLED"
        wrong = world.watch.ReviewChange(change(after_year=2026))
        assert (await am.refused(wrong)).reason.code == "CHANGE_YEARS_WRONG"
    with auth.use_claim(ww.THIRD):
        done = (await world.watch.DecideWatch(decide(found.watch_id))).watch
        assert (done.state, dict(done.steps[-1].outcome)) == ("verified", {"proposed_fen": "110000000"})
        sheet = (await world.watch.GetWatch(pb.GetWatchRequest(watch_id=found.watch_id))).worksheet
    assert next(line for line in sheet.lines if line.key == "proposed").rule == "change.recognised"


async def test_the_database_itself_keeps_finder_and_decider_apart(world, migrated_db):
    """Four eyes hold even for a program that forgets them."""
    with auth.use_claim(ww.FIRST):
        found = (await world.watch.JudgeHeads(heads(2028))).ranges[0]
    connection = await asyncpg.connect(migrated_db.url("budget"))
    await connection.execute("SELECT set_config('chspay.region', '*', false)")
    facts = (
        "INSERT INTO watch_facts (finding_id, number, pool, facts, document, policy_digest, worksheet,"
        " filed_by) VALUES ($1, $2, '990100', '{}', 'x', 'x', '{}', $3)"
    )
    await connection.execute(facts, found.watch_id, 2, ww.THIRD.subject)
    step = (
        "INSERT INTO watch_step (finding_id, number, pool, state, statement, decision_no, outcome, done_by)"
        " VALUES ($1, 2, '990100', 'removed', '', 'x', '{}', $2)"
    )
    for filer in (ww.FIRST.subject, ww.THIRD.subject):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(step, found.watch_id, filer)
    await connection.execute(step, found.watch_id, ww.SECOND.subject)
    with pytest.raises(asyncpg.CheckViolationError, match="on its figures"):
        await connection.execute(facts, found.watch_id, 3, ww.FIRST.subject)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("UPDATE watch_step SET done_by = 'x'")
    await connection.close()


async def test_a_standing_finding_takes_the_figures_filed_last_until_it_is_heard(world):
    """A decision must rest on what is known today, and a hearing on what was put to the institution."""
    with auth.use_claim(ww.FIRST):
        first = (await world.watch.JudgeHeads(heads(2029))).ranges[0]
    with auth.use_claim(ww.THIRD):
        second = (await world.watch.JudgeHeads(heads(2029, actual=1000))).ranges[0]
        assert second.watch_id == first.watch_id
        kept = await world.watch.GetWatch(pb.GetWatchRequest(watch_id=first.watch_id))
        assert (kept.watch.facts["heads"], kept.watch.facts["excess"]) == ("1000", str(second.excess))
        inside = (await world.watch.JudgeHeads(heads(2029, actual=900))).ranges[0]
        assert (inside.excess, inside.watch_id) == (0, "")
        kept = await world.watch.GetWatch(pb.GetWatchRequest(watch_id=first.watch_id))
        assert kept.watch.facts["excess"] == "0"
        await world.watch.JudgeHeads(heads(2029, actual=1000))
        hear = pb.HearWatchRequest(request_id=am.request_id(), watch_id=first.watch_id, statement="没有异议")
        await world.watch.HearWatch(hear)
        await world.watch.JudgeHeads(heads(2029, actual=1300))
        kept = await world.watch.GetWatch(pb.GetWatchRequest(watch_id=first.watch_id))
        assert kept.watch.facts["heads"] == "1000"
        own = await am.refused(world.watch.DecideWatch(decide(first.watch_id, removed=1)))
        assert own.reason.code == "WATCH_SAME_PERSON"


async def test_changes_of_two_funds_are_two_matters(world):
    """The figures of one fund never take the place of another's."""
    with auth.use_claim(ww.FIRST):
        one = (await world.watch.ReviewChange(change("outpatient"))).watch
        other = (await world.watch.ReviewChange(change("capitation"))).watch
    assert one.watch_id != other.watch_id
    assert (one.facts["fund"], other.facts["fund"]) == ("outpatient", "capitation")
