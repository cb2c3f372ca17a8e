"""Lineage of a stored clearing of millions: how long a random amount takes to open, and that all re-add."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest

from chspay.settlement.v1 import lineage_pb2 as pb
from chspay.settlement.v1 import lineage_pb2_grpc
from chspay.settlement.v1 import settlement_pb2 as spb
from chspay_kit import auth

sys.path.insert(0, str(Path(__file__).parent.parent / "contract"))

CASES = int(os.environ.get("CHSPAY_BENCH_LINEAGE_CASES", "3000000"))
AMOUNTS = int(os.environ.get("CHSPAY_BENCH_LINEAGE_AMOUNTS", "1000"))
#: The slowest of a hundred random amounts, seconds.
P99 = 0.2


def spread(times: list[float]) -> str:
    """Median, 99th percentile and maximum, in milliseconds."""
    times = sorted(times)
    middle, high = times[len(times) // 2], times[int(len(times) * 0.99)]
    return f"p50 {middle * 1e3:.1f} ms, p99 {high * 1e3:.1f} ms, most {times[-1] * 1e3:.1f} ms"


@pytest.mark.bench
@pytest.mark.timeout(7200)
async def test_any_amount_of_a_large_clearing_opens_at_once(migrated_db):
    """A clerk clicks an amount and waits less than a fifth of a second, whatever the size of the clearing."""
    import lineage_bulk as bulk
    import lineage_walk as walk
    import settlement_world as sw

    hospitals, groups = max(7, CASES // 15_000), 700
    began = time.perf_counter()
    await bulk.fill(migrated_db.admin_url, CASES, hospitals, groups)
    filled = time.perf_counter()
    async with sw.world(migrated_db.url("settlement")) as world:
        run = await bulk.settle(world, CASES * 800_000 + 7)
        assert run.state == spb.RUN_STATE_DONE, run.failure_message
        settled = time.perf_counter()
        print(
            f"\n{CASES:,} cases in {hospitals} hospitals and {groups} groups, load {os.getloadavg()[0]:.1f}"
        )
        print(f"  lists written {filled - began:.0f} s, month run {settled - filled:.0f} s")
        stub = lineage_pb2_grpc.LineageServiceStub(world.channel)
        inner: list[float] = []

        async def ask(ref: str, token: str) -> pb.LineageNode:
            at = time.perf_counter()
            node = (await stub.ExpandAmount(pb.ExpandAmountRequest(ref=ref, page_token=token))).node
            inner.append(time.perf_counter() - at)
            return node

        dice = random.Random(4101)
        names = await bulk.draw(migrated_db.admin_url, run.run_id, AMOUNTS, dice)
        first: list[tuple[float, str]] = []
        with auth.use_claim(sw.BUREAU):
            for name in names:
                at = time.perf_counter()
                await stub.ExpandAmount(pb.ExpandAmountRequest(ref=name))
                first.append((time.perf_counter() - at, name))
            for kind in ("case", "hospital", "pool", "group", "block"):
                times = [seconds for seconds, name in first if f"/{kind}/" in name]
                if times:
                    print(f"  {kind:9} {len(times):5} amounts: {spread(times)}")
            print(f"  all       {len(first):5} amounts: {spread([seconds for seconds, _ in first])}")
            print("  slowest: " + ", ".join(f"{name} {s * 1e3:.0f} ms" for s, name in sorted(first)[-5:]))
            reached = 0
            for name in names:
                ends = await walk.descend(ask, name, dice, most=12)
                assert set(ends) <= {"input", "rule"}, name
                reached += sum(ends.values())
            print(f"  walked to {reached:,} ends over {len(inner):,} openings, all re-add: {spread(inner)}")
            at = time.perf_counter()
            request = spb.ListRunCasesRequest(
                run_id=run.run_id, hospital_code=bulk.hospital(1), page_size=1000
            )
            cases = (await world.stub.ListRunCases(request)).cases
            print(f"  beside it, listing {len(cases)} cases of a hospital: {time.perf_counter() - at:.2f} s")
        times = sorted(seconds for seconds, _ in first)
    assert times[int(len(times) * 0.99)] < P99
