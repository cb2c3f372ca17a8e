"""The year's plan 以收定支: last year's result and named factors become five funds; then it is watched."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from google.type import decimal_pb2

from chspay.budget.v1 import budget_pb2, plan_pb2
from chspay_cli.demo.year.office import CLERK, HEAD, POOL
from chspay_cli.demo.year.world import World
from chspay_cli.synth.year import MONTHS
from chspay_cli.synth.year.retail import retail_bills

INPATIENT, OUTPATIENT, PER_DIEM, CAPITATION, RESERVE = (
    "inpatient", "outpatient", "per_diem", "capitation", "reserve",
)  # fmt: skip
#: Rates of the factors the policy names; by its weights they come to 6.1 %.
_FACTORS = {"income": "0.06", "policy": "0.01", "cost": "0.05", "economy": "0.05", "peer": "0.04"}
_GROWN = 1061
#: Of the year's own bill: what the plan allows care in the city, and care elsewhere; income beyond spending.
_ALLOWED, _OUT_OF_AREA, _INCOME = 102, 8, 101
_RESERVE_PERCENT, _ROUND_FEN = 3, 100_000
#: Money for bed-days, per mille of the bill; most bed-days are paid with points, of the inpatient fund.
_BED_DAYS = 6
#: What the city pays for a head and year, fen, by insurance (capitation.rates).
_RATES = {"310": 90_000, "390": 56_000}
_EPOCH = date(1970, 1, 1).toordinal()
#: The service of visits that the capitated package leaves out 包干范围外; they are paid by item.
BY_ITEM_SERVICE = "checkup"


def bills_fen(world: World) -> list[int]:
    """What each month's lists would cost the fund item by item; the planner makes the budget of their sum."""
    return [
        int((pc.sum(month["total_cost"]).as_py() - pc.sum(month["patient_paid"]).as_py()) * 100)
        for month in world.city.months
    ]


def out_of_area_fen(world: World) -> list[int]:
    """What care outside the city cost the fund in each month; it is settled at the place of care."""
    parts = world.size.random(4).integers(880, 1_080, len(MONTHS))
    return [
        bill * _OUT_OF_AREA * int(part) // 100_000 for bill, part in zip(bills_fen(world), parts, strict=True)
    ]


def visits_fen(world: World, number: int) -> tuple[int, int]:
    """Of a month's visits: what is capitated, and what is paid by item."""
    month = world.city.visits[number - 1]
    by_item = pc.sum(month.filter(pc.equal(month["service"], BY_ITEM_SERVICE))["fund_fen"]).as_py() or 0
    return pc.sum(month["fund_fen"]).as_py() - by_item, by_item


def heads_fen(world: World) -> int:
    """What the insured come to by the city's rates: for each day a rate's part of the year."""
    first = date(world.size.year, 1, 1).toordinal() - _EPOCH
    days = date(world.size.year + 1, 1, 1).toordinal() - _EPOCH - first
    roster = world.city.roster
    begins = roster["valid_from"].cast(pa.int32()).to_numpy().clip(first, first + days)
    ends = roster["valid_to"].cast(pa.int32()).fill_null(first + days).to_numpy().clip(first, first + days)
    kinds = roster["insurance_type"].to_numpy(zero_copy_only=False)
    spans = ends - begins
    return sum(int(spans[kinds == kind].sum()) * rate // days for kind, rate in _RATES.items())


async def budget(world: World) -> dict[str, Any]:
    """Drafted by one, approved by another, executed."""
    drafted = await _draft(world)
    pool, year, decision = POOL, world.size.year, f"演示医保〔{world.size.year}〕1号"
    approve = plan_pb2.ApprovePlanRequest(pool=pool, year=year, version=drafted.version, decision_no=decision)
    await world.office.ask(HEAD, "plans", "ApprovePlan", approve, "plan-approved")
    execute = plan_pb2.MoveYearRequest(
        pool=pool, year=year, event="execute", decision_no=decision, note="下达执行"
    )
    done = (await world.office.ask(HEAD, "plans", "MoveYear", execute, "plan-executed")).plan
    return {
        "version": done.version,
        "funds": _funds(done),
        "total_fen": done.total_fen,
        "local_fen": done.local_fen,
        "out_of_area_fen": done.out_of_area_fen,
        "cap_fen": done.cap_fen,
    }


def _funds(plan: Any) -> dict[str, int]:
    return {one.fund: one.amount_fen for one in plan.funds}


async def _draft(world: World) -> Any:
    year = world.size.year
    settled = {fund: _rounded(fen * 1000 // _GROWN) for fund, fen in _expected(world).items()}
    spending = sum(settled.values()) * _GROWN // 1000
    draft = plan_pb2.DraftPlanRequest(
        pool=POOL, year=year, income_fen=_rounded(spending * _INCOME // (100 - _RESERVE_PERCENT)),
        income_document=f"演示收入预测〔{year}〕1号",
        settled=[
            plan_pb2.SettledFund(fund=fund, amount_fen=fen, document=f"{year - 1}年度决算（演示）")
            for fund, fen in settled.items()
        ],
        factors=[
            plan_pb2.Factor(
                factor=factor, rate=decimal_pb2.Decimal(value=rate), document=f"演示测算〔{year}〕{number}号"
            )
            for number, (factor, rate) in enumerate(_FACTORS.items(), start=1)
        ],
    )  # fmt: skip
    return (await world.office.ask(CLERK, "plans", "DraftPlan", draft, "plan")).plan


def _expected(world: World) -> dict[str, int]:
    """What the year is planned to cost by fund, from which last year is reckoned back."""
    bill = sum(bills_fen(world))
    by_item = sum(
        visits_fen(world, number)[1]
        + sum(one.total_fen - one.patient_fen for one in retail_bills(world.size, number))
        for number in MONTHS
    )
    return {
        INPATIENT: bill * _ALLOWED // 100,
        "out_of_area": bill * _OUT_OF_AREA // 100,
        OUTPATIENT: by_item * _ALLOWED // 100 + 10 * _ROUND_FEN,
        PER_DIEM: bill * _BED_DAYS // 1000,
        CAPITATION: heads_fen(world),
    }


def _rounded(fen: int) -> int:
    return fen // _ROUND_FEN * _ROUND_FEN


async def report(world: World, number: int, known: dict[str, int]) -> dict[str, Any]:
    """What a month really cost is reported, and whether growth is alarming is looked at.

    :param known: what the month cost by fund, fen, care outside the city and capitated visits not counted.
    """
    outside = out_of_area_fen(world)[number - 1]
    spent = {**known, INPATIENT: known[INPATIENT] + outside, CAPITATION: visits_fen(world, number)[0]}
    request = plan_pb2.ReportMonthRequest(
        pool=POOL, year=world.size.year, month=number,
        spent=[plan_pb2.FundAmount(fund=fund, amount_fen=fen) for fund, fen in spent.items()],
        document=f"演示月报〔{world.size.year}〕{number}号",
    )  # fmt: skip
    growth = (await world.office.ask(CLERK, "plans", "ReportMonth", request, f"report-{number:02d}")).growth
    return {
        "out_of_area_fen": outside,
        "spent_fen": sum(spent.values()),
        "projected_growth": growth.projected_growth.value,
        "alarms": [alarm.message for alarm in growth.alarms if alarm.month == number],
    }


async def accounts(world: World, found: Any, groups: dict[str, tuple[int, int]]) -> dict[str, int]:
    """Final accounts: why the year cost more or less than planned, computed to the fen; approved by another.

    :param found: the annual clearing's trial.
    :param groups: cases and the fund's bill, fen, of every group of the year.
    """
    year, office = world.size.year, world.office
    billed = sum(fen for _, fen in groups.values())
    ask = plan_pb2.AttributeCausesRequest(
        pool=POOL, year=year, groups=_planned(world, groups), recovered_fen=billed - found.actual_fen,
        recovered_document="年度审核扣款（演示）", document=f"演示决算分析〔{year + 1}〕1号",
    )  # fmt: skip
    computed = (await office.ask(CLERK, "plans", "AttributeCauses", ask, "causes")).attribution
    causes = {one.cause: one.amount_fen for one in computed.causes if one.amount_fen}
    draft = budget_pb2.DraftAccountsRequest(
        pool=POOL, year=year, actual_fen=found.actual_fen, decision_fen=found.decision_fen,
        causes=[
            budget_pb2.Cause(cause=cause, amount_fen=fen, note="按病组与预算逐项比较得出")
            for cause, fen in causes.items()
        ],
        document=f"演示决算分析〔{year + 1}〕1号",
    )  # fmt: skip
    drafted = (await office.ask(CLERK, "budget", "DraftAccounts", draft, "accounts")).accounts
    approve = budget_pb2.ApproveAccountsRequest(
        pool=POOL, year=year, version=drafted.version, decision_no=f"演示联席〔{year + 1}〕1号"
    )
    await office.ask(HEAD, "budget", "ApproveAccounts", approve, "accounts-approved")
    return causes


def _planned(world: World, groups: dict[str, tuple[int, int]]) -> list[Any]:
    """Last year's cases of each group, a little fewer and cheaper here, a little more there."""
    found = []
    parts = world.size.random(6).integers(-12, 9, (len(groups), 2))
    for (name, (cases, fen)), (more, dearer) in zip(sorted(groups.items()), parts, strict=True):
        planned = cases + round(cases * int(more) / 100)
        price = fen * (100 + int(dearer)) // (100 * cases)
        found.append(
            plan_pb2.GroupCost(
                group=name, planned_cases=planned, planned_fen=price * planned, actual_cases=cases,
                actual_fen=fen,
            )
        )  # fmt: skip
    return found


async def close(world: World) -> dict[str, Any]:
    """The year of the plan is closed: every month reported, accounts approved, causes as computed."""
    year = world.size.year
    move = plan_pb2.MoveYearRequest(
        pool=POOL, year=year, event="close", decision_no=f"演示联席〔{year + 1}〕3号", note="年度清算已关闭"
    )
    done = (await world.office.ask(HEAD, "plans", "MoveYear", move, "plan-closed")).plan
    return {"state": plan_pb2.PlanState.Name(done.state).removeprefix("PLAN_STATE_").lower()}
