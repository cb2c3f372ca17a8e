"""The year as the services hold it, read after the last step."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from chspay.budget.v1 import plan_pb2
from chspay.capitation.v1 import capitation_pb2
from chspay.settlement.v1 import ledger_pb2, others_pb2, routing_pb2, settlement_pb2, year_pb2
from chspay_cli.demo.year.budget_steps import INPATIENT
from chspay_cli.demo.year.checks import checks_of
from chspay_cli.demo.year.end_steps import hospital_statements
from chspay_cli.demo.year.office import HEAD, POOL
from chspay_cli.demo.year.result import (
    BY_DAY,
    BY_HEAD,
    BY_ITEM,
    DRG,
    METHODS,
    NOBODY,
    POOL_NAMES,
    Method,
    Pool,
    YearResult,
)
from chspay_cli.demo.year.story import month_step
from chspay_cli.demo.year.watch_steps import came
from chspay_cli.demo.year.world import World
from chspay_cli.synth.year import COMMUNITY_NAMES, MONTHS
from chspay_core.digest import sm3_hex

#: Kinds of cases in statements that are not priced by their group.
_KINDS = {"per_diem": BY_DAY, "excluded": NOBODY}
#: Sums of the ledger's other payments, by method or by book of the wire.
Sums = dict[str, int]


async def read(world: World) -> YearResult:
    """Everything that is shown, and what was checked of it."""
    progress, year = world.progress, world.size.year
    months = [{"month": number, **progress.of(month_step(number))} for number in MONTHS]
    by_method, by_book = await _others(world)
    hospitals = await _hospitals(world)
    communities = await _communities(world)
    routes = await _routes(world)
    asked = settlement_pb2.GetTrialBalanceRequest(pool=POOL, year=year)
    balance = await world.office.ask(HEAD, "settlement", "GetTrialBalance", asked)
    proof = await world.office.ask(HEAD, "ledger", "VerifyLedger", ledger_pb2.VerifyLedgerRequest(pool=POOL))
    pools, budget_fen = await _pools(world, hospitals, by_book)
    found = YearResult(
        clearing=progress.of("clear"),
        came=came(months),
        months=months,
        methods=await _methods(world, by_method, routes, communities),
        routes=routes,
        pools=pools,
        budget_fen=budget_fen,
        communities=communities,
        hospitals=hospitals,
        accounts={row.account: row.debit_fen - row.credit_fen for row in balance.accounts},
        paid=[progress.of(step) for step in ("pay", "pay-year")],
        digests=_digests(world),
    )
    found.checks = checks_of(world, found, balance.difference_fen, list(proof.faults), proof.batches)
    return found


async def _others(world: World) -> tuple[Sums, Sums]:
    """Other payments of the year by method and by book, held by settlement against its ledger."""
    asked = others_pb2.SumOtherPaymentsRequest(pool=POOL, year=world.size.year)
    answer = await world.office.ask(HEAD, "others", "SumOtherPayments", asked)
    methods: Counter[str] = Counter()
    books: Counter[str] = Counter()
    for row in answer.sums:
        methods[others_pb2.OtherMethod.Name(row.method).removeprefix("OTHER_METHOD_").lower()] += (
            row.amount_fen
        )
        books[others_pb2.FundBook.Name(row.fund_book).removeprefix("FUND_BOOK_").lower()] += row.amount_fen
    return dict(methods), dict(books)


async def _hospitals(world: World) -> list[dict[str, Any]]:
    """What the clearing came to for each institution."""
    listed = year_pb2.ListYearHospitalsRequest(clearing_id=world.progress.of("clear")["clearing_id"])
    names = ("cases", "cost_fen", "patient_fen", "actual_fen", "fund_fen", "assessed_fen", "prepaid_fen",
             "balance_fen")  # fmt: skip
    return [
        {"code": row.hospital_code, "name": row.name, "points": row.points.value}
        | {name: getattr(row, name) for name in names}
        for row in await world.office.pages(HEAD, "years", "ListYearHospitals", listed, "hospitals")
    ]


async def _communities(world: World) -> list[dict[str, Any]]:
    """Quota, cost and what is due of every community, insurance by insurance added up."""
    office, run = world.office, world.progress.of("quotas")["attribution_id"]
    asked = capitation_pb2.ListQuotasRequest(attribution_id=run)
    days: defaultdict[str, int] = defaultdict(int)
    for quota in (await office.ask(HEAD, "capitation", "ListQuotas", asked)).quotas:
        days[quota.community] += quota.valid_days
    found = []
    for code, facts in world.progress.of("communities")["communities"].items():
        wanted = capitation_pb2.GetSettlementRequest(settlement_id=facts["settlement_id"])
        settled = (await office.ask(HEAD, "capitation", "GetSettlement", wanted)).settlement
        names = ("quota_fen", "balance_fen", "released_fen", "borne_fen", "due_fen", "fund_keeps_fen")
        sums = {name: sum(getattr(fund, name) for fund in settled.funds) for name in names}
        # The community is paid what is due; care outside is paid where it was given.
        paid = {"paid_fen": sums["due_fen"] + facts["outside_fen"]}
        found.append({"code": code, "name": COMMUNITY_NAMES[code], "days": days[code]} | facts | sums | paid)
    return found


async def _routes(world: World) -> list[dict[str, Any]]:
    """The year's cases by method and reason; every case of every month once."""
    cases: Counter[tuple[str, str]] = Counter()
    money: Counter[tuple[str, str]] = Counter()
    for number in MONTHS:
        asked = routing_pb2.SumRoutesRequest(run_id=world.progress.of(month_step(number))["run_id"])
        for row in (await world.office.ask(HEAD, "routing", "SumRoutes", asked)).sums:
            name = routing_pb2.PayMethod.Name(row.method).removeprefix("PAY_METHOD_").lower()
            cases[name, row.reason] += row.cases
            money[name, row.reason] += row.amount_fen
    return [
        {"method": method, "reason": reason, "cases": count, "amount_fen": money[method, reason]}
        for (method, reason), count in sorted(cases.items())
    ]


async def _methods(
    world: World, paid: Sums, routes: list[dict[str, Any]], communities: list[dict[str, Any]]
) -> list[Method]:
    """One line for each method: cases as routed, points and their fund as the clearing states them."""
    found = {code: Method(code) for code in METHODS}
    for row in routes:
        found[row["method"]].count += row["cases"]
    for paper in await hospital_statements(world, world.progress.of("clear")["clearing_id"]):
        for group in paper["groups"]:
            method = found[_KINDS.get(group["kind"], DRG)]
            method.points += Decimal(group["points"])
            method.cost_fen += group["cost_fen"]
            method.points_fen += group["fund_fen"]
    bills = [world.progress.of(month_step(number)) for number in MONTHS]
    found[BY_ITEM].count += sum(row["bills"] for row in bills)
    found[BY_ITEM].cost_fen += sum(row["bills_cost_fen"] for row in bills)
    found[BY_HEAD].count = world.size.persons
    found[BY_HEAD].cost_fen = sum(row["inside_fen"] + row["outside_fen"] for row in communities)
    for code in (BY_DAY, BY_ITEM, BY_HEAD):
        found[code].money_fen = paid.get(code, 0)
    return [one for one in found.values() if one.count]


async def _pools(world: World, hospitals: list[dict[str, Any]], books: Sums) -> tuple[list[Pool], int]:
    """The five funds of the plan in force beside what was paid of each, and the plan's total.

    :param books: other payments by the fund that pays them.
    """
    year = world.size.year
    elsewhere = sum(world.progress.of(month_step(number))["out_of_area_fen"] for number in MONTHS)
    by_points = sum(row["fund_fen"] for row in hospitals)
    pools = []
    for fund, name in POOL_NAMES.items():
        asked = plan_pb2.GetPoolFundRequest(pool=POOL, year=year, fund=fund)
        held = (await world.office.ask(HEAD, "plans", "GetPoolFund", asked)).fund_fen
        points = by_points + elsewhere if fund == INPATIENT else 0
        pools.append(Pool(fund, name, held, points + books.get(fund, 0)))
    whole = plan_pb2.GetPlanRequest(pool=POOL, year=year)
    return pools, (await world.office.ask(HEAD, "plans", "GetPlan", whole)).plan.total_fen


def _digests(world: World) -> dict[str, str]:
    """Fingerprints by which two runs of one seed are compared, and one of all."""
    steps = [month_step(number) for number in MONTHS]
    found = {step: world.progress.of(step)["statements_digest"] for step in steps}
    found["year"] = world.progress.of("clear")["statements_digest"]
    found["roster"] = world.progress.of("roster")["digest"]
    found["quotas"] = world.progress.of("quotas")["digest"]
    found["all"] = sm3_hex("\n".join(f"{name} {digest}" for name, digest in sorted(found.items())).encode())
    return found
