"""What the year came to, read from the services after the last step, and whether everything holds."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chspay.budget.v1 import plan_pb2
from chspay.capitation.v1 import capitation_pb2
from chspay.settlement.v1 import ledger_pb2, settlement_pb2, year_pb2
from chspay_cli.demo.year.budget_steps import CAPITATION, INPATIENT, OUTPATIENT, PER_DIEM, RESERVE
from chspay_cli.demo.year.office import HEAD, POOL
from chspay_cli.demo.year.story import month_step
from chspay_cli.demo.year.watch_steps import came
from chspay_cli.demo.year.world import World
from chspay_cli.synth.year import COMMUNITY_NAMES, MONTHS
from chspay_core.amounts import fen_to_yuan
from chspay_core.digest import sm3_hex

#: How each kind of case is paid: method code and name.
_BY_DAY, _BY_ITEM = "per_diem", "by_item"
METHODS = {
    "drg": "按病组点数（DRG）",
    _BY_DAY: "按床日",
    _BY_ITEM: "按项目",
    "capitation": "门诊按人头",
}
#: The five funds of a year's plan.
POOL_NAMES = {
    INPATIENT: "住院（含异地就医）",
    OUTPATIENT: "门诊按项目",
    PER_DIEM: "床日",
    CAPITATION: "人头包干",
    RESERVE: "风险调剂金",
}


@dataclass(slots=True)
class Method:
    """One way of paying: cases or heads, points, the cost, and what the fund pays, fen."""

    code: str
    count: int = 0
    points: Decimal = Decimal(0)
    cost_fen: int = 0
    fund_fen: int = 0

    @property
    def name(self) -> str:
        """Its Chinese name."""
        return METHODS[self.code]


@dataclass(frozen=True, slots=True)
class Pool:
    """A part of the year's budget, what was paid out of it, fen."""

    code: str
    name: str
    budget_fen: int
    paid_fen: int

    @property
    def balance_fen(self) -> int:
        """What is left; below zero: overspent."""
        return self.budget_fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold at the end."""

    code: str
    name: str
    holds: bool
    told: str


@dataclass(slots=True)
class YearResult:
    """Everything that is shown and exported."""

    clearing: dict[str, Any]
    #: The year's point value over its months, yuan per point: what the forecasts were to meet.
    came: str
    months: list[dict[str, Any]]
    methods: list[Method]
    pools: list[Pool]
    budget_fen: int
    communities: list[dict[str, Any]]
    hospitals: list[dict[str, Any]]
    accounts: dict[str, int]
    paid: list[dict[str, Any]]
    digests: dict[str, str]
    checks: list[Check] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)


async def read(world: World) -> YearResult:
    """The year as the services hold it."""
    progress = world.progress
    months = [{"month": number, **progress.of(month_step(number))} for number in MONTHS]
    methods: dict[str, Method] = {}
    hospitals = await _hospitals(world, methods)
    communities = await _communities(world, methods)
    balance = await world.office.ask(
        HEAD, "settlement", "GetTrialBalance",
        settlement_pb2.GetTrialBalanceRequest(pool=POOL, year=world.size.year),
    )  # fmt: skip
    proof = await world.office.ask(HEAD, "ledger", "VerifyLedger", ledger_pb2.VerifyLedgerRequest(pool=POOL))
    pools, budget_fen = await _pools(world, hospitals, sum(row["paid_fen"] for row in communities))
    found = YearResult(
        clearing=progress.of("clear"),
        came=came(months),
        months=months,
        methods=[methods[code] for code in METHODS if code in methods],
        pools=pools,
        budget_fen=budget_fen,
        communities=communities,
        hospitals=hospitals,
        accounts={row.account: row.debit_fen - row.credit_fen for row in balance.accounts},
        paid=[progress.of(step) for step in ("pay", "pay-year")],
        digests=_digests(world),
    )
    found.checks = _checks(world, found, balance.difference_fen, list(proof.faults), proof.batches)
    return found


async def _hospitals(world: World, methods: dict[str, Method]) -> list[dict[str, Any]]:
    """The clearing's institutions; their statements say how their cases were paid."""
    office, name = world.office, world.progress.of("clear")["clearing_id"]
    rows = await office.pages(
        HEAD, "years", "ListYearHospitals", year_pb2.ListYearHospitalsRequest(clearing_id=name), "hospitals"
    )
    found = []
    for row in rows:
        paper = await office.ask(
            HEAD, "years", "GetYearStatement",
            year_pb2.GetYearStatementRequest(clearing_id=name, hospital_code=row.hospital_code),
        )  # fmt: skip
        for group in json.loads(paper.content)["groups"]:
            code = group["kind"] if group["kind"] in {_BY_DAY, _BY_ITEM} else "drg"
            method = methods.setdefault(code, Method(code))
            method.count += group["cases"]
            method.points += Decimal(group["points"])
            method.cost_fen += group["cost_fen"]
            method.fund_fen += group["fund_fen"]
        names = ("cases", "cost_fen", "patient_fen", "actual_fen", "fund_fen", "assessed_fen", "prepaid_fen",
                 "balance_fen")  # fmt: skip
        found.append(
            {"code": row.hospital_code, "name": row.name, "points": row.points.value}
            | {name: getattr(row, name) for name in names}
            | {"digest": paper.digest}
        )
    return found


async def _communities(world: World, methods: dict[str, Method]) -> list[dict[str, Any]]:
    """Quota, cost and what is due of every community, insurance by insurance added up."""
    office, run = world.office, world.progress.of("quotas")["attribution_id"]
    listed = await office.ask(
        HEAD, "capitation", "ListQuotas", capitation_pb2.ListQuotasRequest(attribution_id=run)
    )
    days: defaultdict[str, int] = defaultdict(int)
    for quota in listed.quotas:
        days[quota.community] += quota.valid_days
    found = []
    for code, facts in world.progress.of("communities")["communities"].items():
        asked = capitation_pb2.GetSettlementRequest(settlement_id=facts["settlement_id"])
        settled = (await office.ask(HEAD, "capitation", "GetSettlement", asked)).settlement
        names = ("quota_fen", "balance_fen", "released_fen", "borne_fen", "due_fen", "fund_keeps_fen")
        sums = {name: sum(getattr(fund, name) for fund in settled.funds) for name in names}
        # The community is paid what is due; care outside is paid where it was given.
        paid = {"paid_fen": sums["due_fen"] + facts["outside_fen"]}
        found.append({"code": code, "name": COMMUNITY_NAMES[code], "days": days[code]} | facts | sums | paid)
    method = methods.setdefault("capitation", Method("capitation"))
    method.count = world.size.persons
    method.cost_fen = sum(row["inside_fen"] + row["outside_fen"] for row in found)
    method.fund_fen = sum(row["paid_fen"] for row in found)
    return found


async def _pools(world: World, hospitals: list[dict[str, Any]], capitated_fen: int) -> tuple[list[Pool], int]:
    """The five funds of the plan in force beside what was paid of each, and the plan's total.

    :param capitated_fen: what was paid for the members of all communities.
    """
    year = world.size.year
    elsewhere = sum(world.progress.of(month_step(number))["out_of_area_fen"] for number in MONTHS)
    paid = {
        INPATIENT: sum(row["fund_fen"] for row in hospitals) + elsewhere,
        CAPITATION: capitated_fen,
    }  # fmt: skip
    pools = []
    for fund, name in POOL_NAMES.items():
        asked = plan_pb2.GetPoolFundRequest(pool=POOL, year=year, fund=fund)
        found = await world.office.ask(HEAD, "plans", "GetPoolFund", asked)
        pools.append(Pool(fund, name, found.fund_fen, paid.get(fund, 0)))
    plan = (
        await world.office.ask(HEAD, "plans", "GetPlan", plan_pb2.GetPlanRequest(pool=POOL, year=year))
    ).plan
    return pools, plan.total_fen


def _digests(world: World) -> dict[str, str]:
    """Fingerprints by which two runs of one seed are compared, and one of all."""
    found = {
        month_step(number): world.progress.of(month_step(number))["statements_digest"] for number in MONTHS
    }
    found["year"] = world.progress.of("clear")["statements_digest"]
    found["roster"] = world.progress.of("roster")["digest"]
    found["quotas"] = world.progress.of("quotas")["digest"]
    found["all"] = sm3_hex("\n".join(f"{name} {digest}" for name, digest in sorted(found.items())).encode())
    return found


def _checks(world: World, found: YearResult, difference: int, faults: list[str], batches: int) -> list[Check]:
    quota, year = world.progress.of("quotas")["quota_fen"], found.clearing
    spread = sum(pool.budget_fen for pool in found.pools)
    handed = sum(row["fund_fen"] for row in found.hospitals)
    quotas = sum(row["quota_fen"] for row in found.communities)
    apart = [row["month"] for row in found.months if row["split_fen"] != row["fund_fen"]]
    unlike = [
        row["code"]
        for row in found.communities
        if row["due_fen"] + row["outside_fen"] - row["exempt_fen"] + row["fund_keeps_fen"] != row["quota_fen"]
    ]
    yuan = fen_to_yuan
    return [
        Check("POOLS", "各资金池之和等于预算", spread == found.budget_fen,
              f"{yuan(spread)} 元，预算 {yuan(found.budget_fen)} 元"),
        Check("MONTHS", "每月各医院基金之和等于当月基金", not apart,
              "12个月相差 0 分" if not apart else f"{apart}月不符"),
        Check("DECISION", "各医院决算基金之和等于决算额", handed == year["decision_fen"],
              f"{yuan(handed)} 元，决算额 {yuan(year['decision_fen'])} 元"),
        Check("QUOTAS", "各医共体额度之和等于人头包干总额", quotas == quota,
              f"{yuan(quotas)} 元，总额 {yuan(quota)} 元"),
        Check("SHARES", "额度＝应付＋在外－剔除＋留存", not unlike,
              "各医共体相差 0 分" if not unlike else f"{'、'.join(unlike)}不符"),
        Check("CLOSED", "年度清算已关闭", year["state"] == "closed",
              f"{year['clearing_id']} {year['state']}"),
        Check("LEDGER", "总账逐批核验无误", not faults, f"共 {batches} 批" if not faults else faults[0]),
        Check("BALANCED", "总账借贷平衡", difference == 0, f"借贷差额 {yuan(difference)} 元"),
    ]  # fmt: skip
