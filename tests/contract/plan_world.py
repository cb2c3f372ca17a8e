"""Budget beside a rulebook that serves the shipped policy folder, and requests of a year's plan."""

import uuid

import pytest
from google.type import decimal_pb2

import chspay_policy
from chspay.budget.v1 import budget_pb2_grpc, plan_pb2_grpc
from chspay.budget.v1 import plan_pb2 as pb
from chspay.rulebook.v1 import rulebook_pb2_grpc
from chspay_budget.main import build
from chspay_core.errors import Fault
from chspay_kit.auth import Claim, use_claim
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_rulebook import rpc as rulebook_rpc
from chspay_rulebook.app import Rulebook
from chspay_rulebook.shelf import Shelf

KEY = b"0123456789abcdef0123456789abcdef"
A = Claim("bureau-a", "bureau", region="9901")
B = Claim("bureau-b", "bureau", region="9901")
EQUAL = Claim("bureau-e", "bureau", region="9902")
EQUAL_B = Claim("bureau-f", "bureau", region="9902")
ELSEWHERE = Claim("bureau-c", "bureau", region="3301")
SERVICE = Claim("settlement", "service", region="*")
HOSPITAL = Claim("hospital-key", "hospital", institution="H1", region="990101")
POOL = "990100"
FUNDS = ("inpatient", "outpatient", "per_diem", "capitation", "reserve")
MILLION = 1_000_000_00
ZERO = decimal_pb2.Decimal(value="0")


class World:
    """Stubs of budget, and calls that carry their own request id."""

    def __init__(self, channel):
        self.port = 0
        self.plan = plan_pb2_grpc.PlanServiceStub(channel)
        self.budget = budget_pb2_grpc.BudgetServiceStub(channel)

    async def ask(self, method, request, who=A):
        """One call as ``who``; a write gets a request id unless it has one."""
        if "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            request.request_id = uuid.uuid4().hex
        service = self.plan if hasattr(self.plan, method) else self.budget
        with use_claim(who):
            return await getattr(service, method)(request)

    async def refused(self, method, request, who=A):
        """The reason a call is refused for."""
        with pytest.raises(Fault) as caught:
            await self.ask(method, request, who)
        return caught.value.reason.code

    async def running(self, year, **more):
        """A plan that is drafted, approved and executed."""
        await self.ask("DraftPlan", draft(year, **more))
        approve = pb.ApprovePlanRequest(pool=POOL, year=year, version=1, decision_no="联席〔2030〕1号")
        await self.ask("ApprovePlan", approve, B)
        moved = await self.ask("MoveYear", pb.MoveYearRequest(pool=POOL, year=year, event="execute"))
        return moved.plan


@pytest.fixture
async def world(migrated_db):
    """Budget beside a rulebook that serves the shipped policy folder."""
    databases = {name: Database(migrated_db.url(name)) for name in ("rulebook", "budget")}
    for database in databases.values():
        await database.open()
    rulebook = rulebook_rpc.RulebookServicer(Rulebook(Shelf(chspay_policy.ROOT)))
    add = [(rulebook_pb2_grpc.add_RulebookServiceServicer_to_server, rulebook, rulebook_rpc.SERVICE)]
    first = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=databases["rulebook"])
    to_rulebook = Channel(f"127.0.0.1:{await first.start()}", KEY)
    add = build(to_rulebook, to_rulebook)
    second = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=databases["budget"])
    port = await second.start()
    to_budget = Channel(f"127.0.0.1:{port}", KEY)
    world = World(to_budget)
    world.port = port
    yield world
    for channel in (to_budget, to_rulebook):
        await channel.close()
    for server in (second, first):
        await server.drain(1)
    for database in databases.values():
        await database.close()


def draft(year, income=3000, inpatient=1300, cost="0.05", pool=POOL):
    """A plan in millions of yuan: last year 2,000 with 1,300 of local inpatient care."""
    settled = {
        "inpatient": inpatient,
        "out_of_area": 100,
        "outpatient": 500,
        "per_diem": 40,
        "capitation": 60,
    }
    rates = {"income": "0.06", "policy": "0.01", "cost": cost, "economy": "0.055", "peer": "0.02"}
    if pool != POOL:
        rates = {"cost": cost, "income": "0.06"}
    return pb.DraftPlanRequest(
        pool=pool, year=year, income_fen=income * MILLION, income_document="收入预算文件",
        settled=[
            pb.SettledFund(fund=fund, amount_fen=millions * MILLION, document="上年决算文件")
            for fund, millions in settled.items()
            if millions is not None
        ],
        factors=[
            pb.Factor(factor=name, rate=decimal_pb2.Decimal(value=rate), document="测算报告")
            for name, rate in rates.items()
        ],
    )  # fmt: skip


def spent(month, millions, year, pool=POOL):
    """A month's report: all of it inpatient care but for ten millions."""
    funds = {"inpatient": millions - 10, "outpatient": 10, "per_diem": 0, "capitation": 0}
    return pb.ReportMonthRequest(
        pool=pool, year=year, month=month, document=f"{month}月基金报表",
        spent=[pb.FundAmount(fund=fund, amount_fen=fen * MILLION) for fund, fen in funds.items()],
    )  # fmt: skip
