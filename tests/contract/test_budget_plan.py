"""The year plan over a real channel, with a real rulebook beside it and a real PostgreSQL."""

from itertools import product

import asyncpg
import pytest
from google.type import date_pb2, decimal_pb2
from plan_world import (
    ELSEWHERE,
    EQUAL,
    EQUAL_B,
    FUNDS,
    HOSPITAL,
    MILLION,
    POOL,
    SERVICE,
    ZERO,
    B,
    draft,
    spent,
    world,
)

from chspay.budget.v1 import budget_pb2
from chspay.budget.v1 import plan_pb2 as pb
from chspay_budget.engine.states import EVENT_NAMES, MOVES, State

__all__ = ["world"]


async def test_a_plan_becomes_five_funds_and_twelve_months(world):
    """The chain every other service hangs on: facts, five funds that make the plan, and months to spend."""
    made = (await world.ask("DraftPlan", draft(2131))).plan
    funds = {item.fund: item.amount_fen for item in made.funds}
    assert made.growth.value == "0.058"
    assert funds == {
        "inpatient": 1481_20_0000_00, "outpatient": 529 * MILLION, "per_diem": 42_32_0000_00,
        "capitation": 63_48_0000_00, "reserve": 90 * MILLION,
    }  # fmt: skip
    assert sum(funds.values()) == made.total_fen
    assert made.local_fen == funds["inpatient"] - made.out_of_area_fen == sum(made.months_fen)
    assert (made.state, made.version) == (pb.PLAN_STATE_DRAFT, 1)
    asked = pb.GetPoolFundRequest(pool=POOL, year=2131, fund="capitation")
    assert await world.refused("GetPoolFund", asked, SERVICE) == "BUDGET_PLAN_MISSING"
    approve = pb.ApprovePlanRequest(pool=POOL, year=2131, version=1, decision_no="联席〔2130〕1号")
    assert await world.refused("ApprovePlan", approve) == "BUDGET_SAME_PERSON"
    approve.request_id = ""
    approved = (await world.ask("ApprovePlan", approve, B)).plan
    assert (approved.state, approved.decision_no) == (pb.PLAN_STATE_APPROVED, "联席〔2130〕1号")
    for fund in FUNDS:
        asked = pb.GetPoolFundRequest(pool=POOL, year=2131, fund=fund)
        answer = await world.ask("GetPoolFund", asked, SERVICE)
        assert (answer.fund_fen, answer.version) == (funds[fund], 1)
    asked = pb.GetPoolFundRequest(pool=POOL, year=2131, fund="dental")
    assert await world.refused("GetPoolFund", asked, SERVICE) == "BUDGET_FUND_UNKNOWN"
    year = await world.ask("GetYearFund", budget_pb2.GetYearFundRequest(pool=POOL, year=2131), SERVICE)
    assert year.local_fund_fen == made.local_fen
    months = [
        await world.ask(
            "GetMonthFund", budget_pb2.GetMonthFundRequest(pool=POOL, year=2131, month=m), SERVICE
        )
        for m in range(1, 13)
    ]
    assert [month.fund_fen for month in months] == list(made.months_fen)
    shown = await world.ask("GetPlan", pb.GetPlanRequest(pool=POOL, year=2131), SERVICE)
    lines = {line.key: line for line in shown.worksheet.lines}
    assert int(lines["total"].value) == made.total_fen
    assert lines["ceiling"].citation == "demo-budget-2020#第一条"
    assert [step.event for step in shown.steps] == ["draft", "approve"]


async def test_expenditure_above_income_is_never_approved(world, migrated_db):
    """以收定支 is a hard rule: no draft above income exists, so none can be approved, and SQL says so too."""
    assert await world.refused("DraftPlan", draft(2133, income=2100)) == "BUDGET_OVER_INCOME"
    assert await world.refused("DraftPlan", draft(2133, cost="0.20")) == "BUDGET_OVER_SPENDING_CAP"
    approve = pb.ApprovePlanRequest(pool=POOL, year=2133, version=1, decision_no="x")
    assert await world.refused("ApprovePlan", approve, B) == "BUDGET_PLAN_UNKNOWN"
    await world.ask("DraftPlan", draft(2133, income=2200))
    connection = await asyncpg.connect(migrated_db.admin_url)
    columns = (
        "pool, year, version, income_fen, ceiling_fen, base_fen, cap_fen, growth, inpatient_fen,"
        " outpatient_fen, per_diem_fen, capitation_fen, reserve_fen, total_fen, out_of_area_fen,"
        " adjustment_id, worksheet"
    )
    for change in ("total_fen", "total_fen + 1", "income_fen - 1", "ceiling_fen - 1"):
        name = change.split()[0]
        values = columns.replace(" year,", " 2134,").replace(f" {name},", f" {change},")
        if change == "total_fen":
            values = values.replace(" inpatient_fen,", " inpatient_fen + 1,")
        if change in ("income_fen - 1", "ceiling_fen - 1"):
            low = "total_fen - 1" if name == "income_fen" else "total_fen - reserve_fen - 1"
            values = values.replace(f" {change},", f" {low},")
        statement = f"INSERT INTO budget.year_plan ({columns}) SELECT {values} FROM budget.year_plan"
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(statement + " WHERE pool = '990100' AND year = 2133")
    await connection.close()


async def test_a_planned_year_cannot_be_raised_past_its_income(world):
    """A second way to draft, without income, would let through what the plan refuses."""
    await world.ask("DraftPlan", draft(2132))
    larger = budget_pb2.DraftYearRequest(pool=POOL, year=2132, inpatient_fund_fen=9000 * MILLION)
    assert await world.refused("DraftYear", larger) == "BUDGET_YEAR_PLANNED"
    for version in (1, 2):
        approve = budget_pb2.ApproveYearRequest(pool=POOL, year=2132, version=version, decision_no="联席")
        assert await world.refused("ApproveYear", approve, B) == "BUDGET_YEAR_PLANNED"
    approve = pb.ApprovePlanRequest(pool=POOL, year=2132, version=1, decision_no="联席")
    found = (await world.ask("ApprovePlan", approve, B)).plan
    assert (found.state, found.version) == (pb.PLAN_STATE_APPROVED, 1)


async def test_a_year_drafted_without_income_is_planned_later(world, migrated_db):
    """Pools that begin with three figures may go over to a plan; from then on only the plan counts."""
    first = budget_pb2.DraftYearRequest(pool=POOL, year=2130, inpatient_fund_fen=1000 * MILLION)
    await world.ask("DraftYear", first)
    await world.ask("DraftPlan", draft(2130))
    old = budget_pb2.ApproveYearRequest(pool=POOL, year=2130, version=1, decision_no="联席")
    assert await world.refused("ApproveYear", old, B) == "BUDGET_YEAR_PLANNED"
    stale = pb.ApprovePlanRequest(pool=POOL, year=2130, version=1, decision_no="联席")
    assert await world.refused("ApprovePlan", stale, B) == "BUDGET_PLAN_UNKNOWN"
    connection = await asyncpg.connect(migrated_db.admin_url)
    with pytest.raises(asyncpg.CheckViolationError, match="no income"):
        await connection.execute(
            "INSERT INTO budget.approval (pool, year, version, decision_no, approved_by)"
            " VALUES ('990100', 2130, 1, 'x', 'bureau-b')"
        )
    await connection.close()
    approve = pb.ApprovePlanRequest(pool=POOL, year=2130, version=2, decision_no="联席")
    assert (await world.ask("ApprovePlan", approve, B)).plan.decision_no == "联席"


async def test_no_other_move_is_accepted_by_service_or_database(world, migrated_db):
    """The life of a year is one list of moves; whoever tries another way is stopped, even with SQL."""
    execute = pb.MoveYearRequest(pool=POOL, year=2135, event="execute")
    assert await world.refused("MoveYear", execute) == "BUDGET_STATE_WRONG"
    await world.ask("DraftPlan", draft(2135))
    assert await world.refused("ReportMonth", spent(1, 150, 2135)) == "BUDGET_STATE_WRONG"
    for event, reason in (("adjust", "BUDGET_EVENT_UNKNOWN"), ("close", "BUDGET_STATE_WRONG")):
        move = pb.MoveYearRequest(pool=POOL, year=2135, event=event)
        assert await world.refused("MoveYear", move) == reason
    approve = pb.ApprovePlanRequest(pool=POOL, year=2135, version=1, decision_no="联席")
    await world.ask("ApprovePlan", approve, B)
    assert await world.refused("DraftPlan", draft(2135)) == "BUDGET_STATE_WRONG"
    old = budget_pb2.DraftYearRequest(pool=POOL, year=2135, inpatient_fund_fen=MILLION)
    assert await world.refused("DraftYear", old) == "BUDGET_STATE_WRONG"
    connection = await asyncpg.connect(migrated_db.admin_url)
    allowed = {(move.event, move.source.value, move.target.value) for move in MOVES}
    states = [state.value for state in State]
    insert = (
        "INSERT INTO budget.year_step (pool, year, number, event, source, target, version, subject,"
        " decision_no, note) VALUES ('990100', 2999, 1, $1, $2, $3, 1, 'x', '', '')"
    )
    for event, source, target in product(EVENT_NAMES, states, states):
        if (event, source, target) in allowed and source == "none":
            continue
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(insert, event, source, target)
    await connection.close()


async def test_alarm_adjustment_accounts_and_close(world):
    """One year from January to its closing: alarm, outbreak, months that stay, causes, accounts, end."""
    plan = await world.running(2137)
    cap = 2200 * MILLION
    for month in range(1, 7):
        growth = (await world.ask("ReportMonth", spent(month, 176, 2137), SERVICE)).growth
    assert (growth.cap_fen, growth.spent_fen, list(growth.alarms)) == (cap, 1056 * MILLION, [])
    growth = (await world.ask("ReportMonth", spent(7, 290, 2137), SERVICE)).growth
    assert not growth.breached
    assert [(alarm.month, alarm.level) for alarm in growth.alarms] == [(7, "warn")]
    alarm = growth.alarms[0]
    assert "超过“预警”的界限" in alarm.message
    assert list(alarm.evidence) == [f"{n}月基金报表" for n in range(1, 8)]
    assert alarm.worksheet.lines[0].key == "cap"
    assert await world.refused("ReportMonth", spent(9, 1, 2137)) == "BUDGET_MONTH_ORDER"

    asked = pb.RequestAdjustmentRequest(
        pool=POOL, year=2137, cause="outbreak", from_month=7, evidence="疾控中心通报",
        changes=[
            pb.FundAmount(fund="inpatient", amount_fen=50 * MILLION),
            pb.FundAmount(fund="reserve", amount_fen=-50 * MILLION),
        ],
    )  # fmt: skip
    assert await world.refused("RequestAdjustment", asked) == "BUDGET_ADJUST_MONTH_SETTLED"
    asked.from_month, asked.request_id, asked.evidence = 8, "", " "
    assert await world.refused("RequestAdjustment", asked) == "BUDGET_DOCUMENT_MISSING"
    asked.evidence, asked.request_id = "疾控中心通报", ""
    request = (await world.ask("RequestAdjustment", asked)).adjustment
    decide = pb.DecideAdjustmentRequest(
        adjustment_id=request.adjustment_id, approve=True, decision_no="联席〔2137〕7号"
    )
    assert await world.refused("DecideAdjustment", decide) == "BUDGET_ADJUST_SAME_PERSON"
    decide.request_id = ""
    done = await world.ask("DecideAdjustment", decide, B)
    decide.request_id = ""
    assert await world.refused("DecideAdjustment", decide, B) == "BUDGET_ADJUSTMENT_DECIDED"
    assert (done.adjustment.state, done.adjustment.version) == ("approved", 2)
    assert done.plan.state == pb.PLAN_STATE_ADJUSTED
    assert done.plan.months_fen[:7] == plan.months_fen[:7]
    assert sum(done.plan.months_fen) == plan.local_fen + 50 * MILLION
    assert done.plan.total_fen == plan.total_fen
    assert {new - old for new, old in zip(done.plan.months_fen[7:], plan.months_fen[7:], strict=True)} == {
        10 * MILLION
    }
    kept = (await world.ask("ListPlans", pb.ListPlansRequest(pool=POOL, year=2137))).plans
    assert [(item.version, item.local_fen) for item in kept] == [
        (2, plan.local_fen + 50 * MILLION), (1, plan.local_fen)
    ]  # fmt: skip
    for month in range(8, 13):
        await world.ask("ReportMonth", spent(month, 170, 2137), SERVICE)
    await _close(world, plan)


async def _close(world, plan):
    """Causes, accounts and the end of the year above."""
    close = pb.MoveYearRequest(pool=POOL, year=2137, event="close", decision_no="联席〔2138〕1号")
    assert await world.refused("MoveYear", close) == "BUDGET_ACCOUNTS_MISSING"
    billed = plan.local_fen + 80 * MILLION
    causes = pb.AttributeCausesRequest(
        pool=POOL, year=2137, document="运行分析报告", recovered_fen=3 * MILLION,
        recovered_document="追回文书",
        groups=[
            pb.GroupCost(group="A", planned_cases=60000, planned_fen=600, actual_cases=66000,
                         actual_fen=billed // 2),
            pb.GroupCost(group="B", planned_cases=30000, planned_fen=700, actual_cases=29000,
                         actual_fen=billed - billed // 2),
        ],
    )  # fmt: skip
    found = (await world.ask("AttributeCauses", causes)).attribution
    local = plan.local_fen + 50 * MILLION
    assert (found.first_budget_fen, found.budget_fen) == (plan.local_fen, local)
    assert found.actual_fen == billed - 3 * MILLION
    amounts = {item.cause: item.amount_fen for item in found.causes}
    assert sum(amounts.values()) == found.actual_fen - found.budget_fen
    assert sum(item.against_first_fen for item in found.causes) == found.actual_fen - plan.local_fen
    assert (amounts["misconduct"], amounts["policy"]) == (-3 * MILLION, 0)
    assert (found.accounts_version, found.accounts_agree) == (0, False)

    def accounts(stated):
        return budget_pb2.DraftAccountsRequest(
            pool=POOL, year=2137, actual_fen=found.actual_fen, decision_fen=found.budget_fen,
            document="年度决算报告",
            causes=[
                budget_pb2.Cause(cause=name, amount_fen=fen, note="计算结果")
                for name, fen in stated.items()
                if fen
            ],
        )  # fmt: skip

    wrong = {"volume": found.actual_fen - found.budget_fen}
    assert await world.refused("DraftAccounts", accounts(wrong)) == "BUDGET_CAUSES_DISAGREE"
    await world.ask("DraftAccounts", accounts(amounts))
    again = (await world.ask("GetCauses", pb.GetCausesRequest(pool=POOL, year=2137))).attribution
    assert (again.accounts_version, again.accounts_agree) == (1, True)
    approve = budget_pb2.ApproveAccountsRequest(
        pool=POOL, year=2137, version=1, decision_no="联席〔2138〕2号"
    )
    await world.ask("ApproveAccounts", approve, B)
    close.request_id = ""
    closed = (await world.ask("MoveYear", close)).plan
    assert closed.state == pb.PLAN_STATE_CLOSED
    assert await world.refused("ReportMonth", spent(12, 1, 2137)) == "BUDGET_STATE_WRONG"

    following = draft(2138, inpatient=1301)
    assert await world.refused("DraftPlan", following) == "BUDGET_LAST_DIFFERS"
    following = draft(2138, inpatient=None, income=3200)
    made = await world.ask("DraftPlan", following)
    shown = await world.ask("GetPlan", pb.GetPlanRequest(pool=POOL, year=2138))
    lines = {line.key: line for line in shown.worksheet.lines}
    assert int(lines["last_inpatient"].value) == found.budget_fen
    assert "2137年度决算第1版" in lines["last_inpatient"].label
    assert made.plan.base_fen == found.budget_fen + 700 * MILLION


def _targets(fund, year, pool, days=((2020, 1, 1), (2021, 1, 1))):
    since, until = (date_pb2.Date(year=y, month=m, day=d) for y, m, d in days)
    start = date_pb2.Date(year=2018, month=1, day=1)
    return pb.IssueTargetsRequest(
        pool=pool, year=year, fund=fund, since=since, until=until, document="预算指标文件",
        holders=[
            pb.Holder(
                holder="C1", kind="community", last_fen=300 * MILLION, document="决算",
                members=[pb.Member(hospital_code=code, since=start) for code in ("H1", "T1")],
            ),
            pb.Holder(holder="P1", kind="institution", last_fen=100 * MILLION, document="决算"),
        ],
    )  # fmt: skip


async def test_holders_have_inpatient_targets_before_the_start_only(world, migrated_db):
    """Before DRG a community is one holder; after it no holder may have an inpatient cap at all."""
    await world.running(2139)
    days = ((2139, 1, 1), (2140, 1, 1))
    barred = _targets("inpatient", 2139, POOL, days)
    assert await world.refused("IssueTargets", barred) == "BUDGET_TARGET_AFTER_DRG"
    found = (await world.ask("IssueTargets", _targets("outpatient", 2139, POOL, days))).targets
    assert sum(item.target_fen for item in found.holders) == found.total_fen == 529 * MILLION

    equal = draft(2020, pool="990200")
    await world.ask("DraftPlan", equal, EQUAL)
    approve = pb.ApprovePlanRequest(pool="990200", year=2020, version=1, decision_no="联席")
    local = (await world.ask("ApprovePlan", approve, EQUAL_B)).plan.local_fen
    made = (await world.ask("IssueTargets", _targets("inpatient", 2020, "990200"), EQUAL)).targets
    assert {item.holder: item.target_fen for item in made.holders} == {
        "C1": (local * 3 + 3) // 4, "P1": local // 4
    }  # fmt: skip
    twice = _targets("inpatient", 2020, "990200")
    twice.holders[1].holder = "T1"
    assert await world.refused("IssueTargets", twice, EQUAL) == "BUDGET_MEMBER_TWICE"
    asked = pb.GetTargetsRequest(pool="990200", year=2020, fund="inpatient")
    kept = (await world.ask("GetTargets", asked, EQUAL)).targets
    assert kept == made
    connection = await asyncpg.connect(migrated_db.admin_url)
    with pytest.raises(asyncpg.ExclusionViolationError):
        await connection.execute(
            "INSERT INTO budget.target_member SELECT pool, year, fund, number, holder, 'H1', '2019-06-01',"
            " NULL FROM budget.target_holder WHERE pool = '990200' AND holder = 'P1'"
        )
    with pytest.raises(asyncpg.CheckViolationError, match="add up"):
        await connection.execute(
            "INSERT INTO budget.target_holder"
            " VALUES ('990200', 2020, 'inpatient', 1, 'P9', 'institution', 1, 1, 'x')"
        )
    await connection.close()


async def test_three_totals_and_who_may_see_them(world):
    """The worked figures of the three methods reach a caller; a stranger reaches nothing."""
    asked = pb.CompareTotalsRequest(
        pool=POOL, year=2141, inpatient_fen=1489_92_0000_00, last_inpatient_fen=133_333_333_333,
        last_dip_fen=1020 * MILLION, document="测算报告",
        out_of_area_share=decimal_pb2.Decimal(value="0.18"), outside_share=decimal_pb2.Decimal(value="0.04"),
        growth=decimal_pb2.Decimal(value="0.06"),
    )  # fmt: skip
    found = await world.ask("CompareTotals", asked)
    assert [item.total_fen for item in found.totals] == [113_233_920_000, 113_978_880_000, 108_120_000_000]
    assert (found.spread_fen, found.spread_share.value) == (5_858_880_000, "0.051403")
    for method, request in (
        ("DraftPlan", draft(2141)), ("GetGrowth", pb.GetGrowthRequest(pool=POOL, year=2141)),
        ("ListAdjustments", pb.ListAdjustmentsRequest(pool=POOL, year=2141)),
        ("GetCauses", pb.GetCausesRequest(pool=POOL, year=2141)),
    ):  # fmt: skip
        assert await world.refused(method, request, ELSEWHERE) == "REGION_DENIED"
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            request.request_id = ""
        assert await world.refused(method, request, HOSPITAL) == "ROLE_DENIED"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r: r.ClearField("factors"), "BUDGET_FACTOR_MISSING"),
        (lambda r: r.factors.add(factor="weather", document="x", rate=ZERO), "BUDGET_FACTOR_UNKNOWN"),
        (lambda r: r.factors[0].ClearField("rate"), "DECIMAL_MISSING"),
        (lambda r: r.settled.pop(), "BUDGET_FUND_MISSING"),
        (lambda r: r.settled.add(fund="inpatient", amount_fen=1, document="x"), "BUDGET_FUND_TWICE"),
        (lambda r: setattr(r, "income_document", " "), "BUDGET_DOCUMENT_MISSING"),
        (lambda r: setattr(r, "income_fen", 0), "BUDGET_INCOME_ZERO"),
        (lambda r: setattr(r.settled[1], "amount_fen", -1), "BUDGET_FIGURE_NEGATIVE"),
        (lambda r: r.shifts.add(source="inpatient", target="reserve", amount_fen=1), "BUDGET_FUND_UNKNOWN"),
        (lambda r: setattr(r, "year", 2019), "POLICY_MISSING"),
    ],
)  # fmt: skip
async def test_each_refusal_of_a_draft_has_its_reason(world, change, reason):
    """Programs act on the code, people on the sentence; nothing half-written is left."""
    request = draft(2143)
    change(request)
    assert await world.refused("DraftPlan", request) == reason
    assert await world.refused("GetPlan", pb.GetPlanRequest(pool=POOL, year=2143)) == "BUDGET_PLAN_UNKNOWN"
