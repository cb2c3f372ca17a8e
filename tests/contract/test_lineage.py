"""Lineage over real gRPC: any amount of a month opens to list fields and cited articles, and re-adds."""

from __future__ import annotations

import random

import asyncpg
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


async def test_a_hospital_opens_its_own_and_sees_of_the_pool_only_what_is_published(settled, migrated_db):
    """The tree leads up to the pool and down again: it must not lead into another hospital's rooms."""
    ask, dice = walk.asker(settled.world.channel, sw.hospital_claim("H001")), random.Random(3)
    for item in ("payable", "fund", "served", "fund_by_case"):
        ends = await walk.descend(ask, settled.name(f"hospital/H001/{item}"), dice, most=30)
        assert set(ends) <= {"input", "rule", "public"}
    value = await ask(settled.name("pool/points"), "")
    assert (value.kind, list(value.inputs)) == (pb.LINEAGE_KIND_PUBLIC, [])
    for name in ("hospital/H002/fund", "hospital/H002/points", "block/H002/1/points"):
        await walk.refused(ask(settled.name(name), ""), "STATEMENT_NOT_FOUND")
    foreign = settled.name("case/H002/L1%2Fx/fund")
    await walk.refused(ask(foreign, ""), "STATEMENT_NOT_FOUND")
    county = walk.asker(settled.world.channel, sw.COUNTY_BUREAU)
    assert (await county(settled.name("hospital/H001/fund"), "")).checked
    await walk.refused(county(settled.name("hospital/H002/fund"), ""), "STATEMENT_NOT_FOUND")
    connection = await asyncpg.connect(migrated_db.url("settlement"))
    try:
        count = "SELECT count(*) FROM settlement.run_block WHERE hospital_code = $1"
        assert await connection.fetchval(count, "H002") == 0
        await connection.execute("SELECT set_config('chspay.institution', 'H001', false)")
        assert (await connection.fetchval(count, "H001"), await connection.fetchval(count, "H002")) == (2, 0)
    finally:
        await connection.close()


async def test_what_is_not_an_amount_is_refused_by_name(settled):
    """A name is typed and pasted by people: each mistake gets its own sentence."""
    ask = walk.asker(settled.world.channel, sw.BUREAU)
    for name, reason in (
        ("run/x", "LINEAGE_REF_BAD"),
        ("run/MR-990100-209901-1/pool/value", "RUN_NOT_FOUND"),
        (settled.name("pool/weather"), "LINEAGE_NOT_FOUND"),
        (settled.name("case/H001/nobody/fund"), "LINEAGE_NOT_FOUND"),
        (settled.name("block/H001/99/points"), "LINEAGE_NOT_FOUND"),
        (settled.name("group/none/group_cost"), "LINEAGE_NOT_FOUND"),
    ):
        await walk.refused(ask(name, ""), reason)
    await walk.refused(ask(settled.name("pool/points"), "bad"), "PAGE_TOKEN_BAD")


async def test_a_long_sum_opens_page_by_page_and_every_page_re_adds(settled):
    """Pages of a sum carry what stands before and after them, so that none can hide a case."""
    name, token, cases = settled.name("block/H001/1/points"), "", 0
    ask = settled.ask(page_size=70)
    while True:
        node = await ask(name, token)
        walk.holds(node)
        cases += sum(child.kind != pb.LINEAGE_KIND_REST for child in node.inputs)
        after = [child for child in node.inputs if child.name == "after"]
        if not after:
            break
        token = after[0].page_token
    assert cases == 200


async def test_a_run_measured_before_sums_of_groups_were_kept_opens_alike(settled, migrated_db):
    """Runs of last year have no stored sums of groups: their cases are added up instead, to the same."""
    ask = settled.ask(page_size=20)
    connection = await asyncpg.connect(migrated_db.admin_url)
    try:
        drg = await connection.fetchval("SELECT drg FROM settlement.run_group ORDER BY cases DESC LIMIT 1")
        items = ("group_all_cases", "group_cases", "group_cost", "group_squares", "cv", "median")
        stored = [await ask(settled.name(f"group/{drg}/{item}")) for item in items]
        await connection.execute("ALTER TABLE settlement.run_group DISABLE TRIGGER USER")
        await connection.execute("DELETE FROM settlement.run_group")
    finally:
        await connection.close()
    async with sw.world(migrated_db.url("settlement")) as world:
        again = Settled(world, settled.run).ask(page_size=20)
        assert [await again(settled.name(f"group/{drg}/{item}")) for item in items] == stored
