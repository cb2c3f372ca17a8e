"""Random amounts of a settled month: each re-adds at every level, as the measurement does with millions."""

from __future__ import annotations

import random

import lineage_bulk as bulk
import lineage_walk as walk
import settlement_world as sw

from chspay.settlement.v1 import lineage_pb2 as pb
from chspay.settlement.v1 import lineage_pb2_grpc
from chspay.settlement.v1 import settlement_pb2 as spb
from chspay_kit import auth

CASES, AMOUNTS = 2000, 60


async def test_random_amounts_re_add_down_to_the_ends(migrated_db):
    """No amount may be chosen to look good: sixty by chance, each walked from the top to its ends."""
    await bulk.fill(migrated_db.admin_url, CASES, hospitals=7, groups=12)
    async with sw.world(migrated_db.url("settlement")) as world:
        run = await bulk.settle(world, 1_234_567_891)
        assert run.state == spb.RUN_STATE_DONE, run.failure_message
        stub = lineage_pb2_grpc.LineageServiceStub(world.channel)

        async def ask(ref: str, token: str) -> pb.LineageNode:
            return (await stub.ExpandAmount(pb.ExpandAmountRequest(ref=ref, page_token=token))).node

        dice = random.Random(4101)
        with auth.use_claim(sw.BUREAU):
            for name in await bulk.draw(migrated_db.admin_url, run.run_id, AMOUNTS, dice):
                ends = await walk.descend(ask, name, dice, most=6)
                assert set(ends) <= {"input", "rule"}, name
