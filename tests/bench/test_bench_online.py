"""The online path measured: one list over HTTP through gateway, settlement and grouper to a durable row."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from pathlib import Path

import asyncpg
import httpx
import pytest

from chspay_kit.pg import EmbeddedPostgres

sys.path.insert(0, str(Path(__file__).parent))

pytestmark = pytest.mark.bench

HOSPITAL, POOL = "H99010100001", "990100"
LOAD = Path(__file__).with_name("load.py")
SECONDS = 10.0
LEAST_PER_SECOND, MOST_P99_MS = 800, 40


async def measure(
    stack, key: str, connections: int, first: int, seconds: float = SECONDS
) -> dict[str, object]:
    """One measurement by a load generator in its own process."""
    arguments = ("127.0.0.1", stack.ports["gateway"], key, HOSPITAL, connections, seconds, first)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(LOAD), *map(str, arguments), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return json.loads(out)


def spent(stack) -> dict[str, float]:
    """Processor seconds so far, by process."""
    import cpu

    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        **{name: cpu.seconds(stack.pid(name)) for name in stack.ports},
        "postgres": cpu.seconds(EmbeddedPostgres(stack.home.path).pid()),
        "load generator": ended.ru_utime + ended.ru_stime,
    }


def show(found: list[dict[str, object]], seconds: dict[str, float]) -> None:
    """What was reached, and which process the time went to: that is what limits it."""
    print(f"\n负载 {os.getloadavg()[0]:.1f}，处理器 {os.cpu_count()} 个")
    print("连接数    清单/秒    p50 毫秒    p99 毫秒")
    for each in found:
        print(f"{each['connections']:>6} {each['per_second']:>10} {each['p50_ms']:>11} {each['p99_ms']:>11}")
    lists = sum(int(str(each["accepted"])) for each in found)
    print("每份清单所用处理器时间（毫秒）：", end="")
    print(
        "，".join(
            f"{name} {1000 * used / lists:.2f}" for name, used in seconds.items() if used / lists > 1e-5
        )
    )
    total = sum(seconds.values())
    print(f"合计 {1000 * total / lists:.2f}，两个处理器的上限约 {2 * lists / total:.0f} 份/秒")


@pytest.mark.timeout(600)
async def test_bench_online_lists(tmp_path):
    """How many lists a second, and how long each takes; every one accepted is in the database, once.

    The target is told, not asserted: it depends on what else the machine does.
    """
    from chspay_cli.cli_client import issue
    from chspay_cli.stack import Stack

    async with Stack(tmp_path) as stack:
        bureau = await issue(stack.admin_url, region=POOL)
        key = await issue(stack.admin_url, institution=HOSPITAL)
        async with httpx.AsyncClient(base_url=stack.gateway_url, trust_env=False) as client:
            registered = await client.put(
                f"/api/v1/hospitals/{HOSPITAL}",
                headers={"Authorization": f"Bearer {bureau}", "Idempotency-Key": "bench-hospital"},
                json={"name": "演示医院", "region_code": POOL, "level": 3, "since": "2020-01-01"},
            )
            assert registered.status_code == 200, registered.text
        await measure(stack, key, 16, 900_000_000, 3.0)
        before = spent(stack)
        found = [
            await measure(stack, key, connections, connections * 10_000_000) for connections in (1, 16, 64)
        ]
        after = spent(stack)
        show(found, {name: after[name] - before[name] for name in after})
        again = await measure(stack, key, 16, 16 * 10_000_000)
        print(f"同样的清单再报一遍：每秒 {again['per_second']} 份，p99 {again['p99_ms']} 毫秒")
        connection = await asyncpg.connect(stack.admin_url)
        rows = await connection.fetchval(
            "SELECT count(*) FROM settlement.list_version WHERE case_id >= 'B01' AND case_id < 'B9'"
        )
        await connection.close()
    assert not any(each["refused"] for each in (*found, again)), found
    # Whatever was sent twice is there once.
    alone, some, many = (each["accepted"] for each in found)
    assert rows == alone + max(some, again["accepted"]) + many
    reached = found[1]["per_second"] >= LEAST_PER_SECOND and found[1]["p99_ms"] < MOST_P99_MS
    told = "达到" if reached else "未达到"
    print(f"16 连接的目标 {LEAST_PER_SECOND} 份/秒、p99 小于 {MOST_P99_MS} 毫秒：{told}")
