"""Lineage over real gRPC: any amount of a month opens to list fields and cited articles, and re-adds."""

from __future__ import annotations

import random

import lineage_walk as walk
import pytest
import settlement_world as sw

from chspay.settlement.v1 import lineage_pb2 as pb
from chspay.settlement.v1 import lineage_pb2_grpc
from chspay.settlement.v1 import settlement_pb2 as spb
from chspay_kit import auth

HOSPITALS = {"H001": (sw.COUNTY, 1), "H002": (sw.OTHER_COUNTY, 2), "H003": (sw.POOL, 3)}
FUND = 250_000_003
CASES = 900


class Settled:
    """A settled month and somebody who asks why."""

    def __init__(self, world: sw.World, run: spb.Run) -> None:
        self.world = world
        self.run = run
        self.stub = lineage_pb2_grpc.LineageServiceStub(world.channel)

    def ask(self, claim: auth.Claim = sw.BUREAU, depth: int = 1, page_size: int = 0):
        """Opens a name with a claim."""

        async def expand(ref: str, token: str = "") -> pb.LineageNode:
            with auth.use_claim(claim):
                answer = await self.stub.ExpandAmount(
                    pb.ExpandAmountRequest(ref=ref, depth=depth, page_token=token, page_size=page_size)
                )
            return answer.node

        return expand

    def name(self, rest: str) -> str:
        return f"run/{self.run.run_id}/{rest}"


@pytest.fixture
async def settled(migrated_db):
    """A month of three hospitals, settled."""
    async with sw.world(migrated_db.url("settlement")) as world:
        for code, (area, level) in HOSPITALS.items():
            await world.put_hospital(code, area=area, level=level)
        codes = list(HOSPITALS)
        cases = [sw.case_of(number, codes[number % 7 % 3], case_id=f"L{number}/x") for number in range(CASES)]
        await sw.import_lists(world.stub, "lineage", [sw.chunk(cases)])
        run = await world.month_run("lineage-run", FUND)
        assert run.failure_reason == "", run.failure_message
        yield Settled(world, run)


async def test_every_amount_of_a_month_opens_down_to_fields_and_articles(settled):
    """The promise of the whole room, walked as an outsider: each level re-adds, each end says where from."""
    dice = random.Random(7)
    names = [
        settled.name(f"pool/{item}")
        for item in ("value", "money", "points", "fund", "left", "last", "all_cost")
    ]
    names += [
        settled.name(f"hospital/{code}/{item}")
        for code in HOSPITALS
        for item in (
            "payable",
            "fund",
            "total",
            "points",
            "patient",
            "retained",
            "held",
            "fund_by_case",
            "case_last",
        )
    ]
    names += [
        settled.name(f"case/{list(HOSPITALS)[number % 7 % 3]}/L{number}%2Fx/{item}")
        for number in dice.sample(range(CASES), 12)
        for item in ("fund", "points", "total")
    ]
    for name in names:
        ends = await walk.descend(settled.ask(), name, dice, most=25)
        assert set(ends) <= {"input", "rule"}, (name, ends)
