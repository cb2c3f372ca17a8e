"""A city's uploads as they really come: a burst, then arrivals by the clock, checked, settled and counted.

``CHSPAY_BENCH_CITY_MONTH`` (lists of a city in a month), ``CHSPAY_BENCH_ARRIVALS`` (lists a second) and
``CHSPAY_BENCH_ARRIVAL_SECONDS`` set the size.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

for folder in ("bench", "engine/settlement/quality"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))

pytestmark = pytest.mark.bench

POOL, FIRST, SECOND = "990100", "H99010100001", "H99010100002"
LOAD = Path(__file__).with_name("arrivals.py")
CITY_MONTH = int(os.environ.get("CHSPAY_BENCH_CITY_MONTH", "50000"))
RATE = float(os.environ.get("CHSPAY_BENCH_ARRIVALS", "400"))
SECONDS = float(os.environ.get("CHSPAY_BENCH_ARRIVAL_SECONDS", "30"))
CONNECTIONS = 64
#: The aim: seconds from upload to a visible result, of 99 in 100 lists.
MOST_SECONDS = 5.0
#: How often the table of results is looked at, and for how long results may still come in.
LOOK, PATIENCE = 0.25, 300.0


class Seen:
    """When the quality result of each list was first there for another connection to read."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.at: dict[str, float] = {}
        #: The lists whose results end the watch; not known while they are being sent.
        self.wanted: frozenset[str] | None = None

    async def watch(self) -> None:
        """Looks again and again; what it tells is late by a look, never early."""
        connection = await asyncpg.connect(self._url)
        try:
            while self.wanted is None or not self.wanted <= self.at.keys():
                # While lists come in, only the newest are asked for: looking must not cost what it measures.
                since = "now() - interval '5 s'" if self.wanted is None else "'-infinity'"
                rows = await connection.fetch(
                    f"SELECT list_id FROM settlement.quality_result WHERE checked_at > {since}"
                )
                now = time.time()
                for (list_id,) in rows:
                    self.at.setdefault(list_id, now)
                await asyncio.sleep(LOOK)
        finally:
            await connection.close()


async def sent(stack: Any, key: str, hospital: str, rate: float, count: int, first: int) -> dict[str, Any]:
    """Lists sent by a process of its own, and what became of them."""
    from quality_world import clean

    port = stack.ports["gateway"]
    arguments = ("127.0.0.1", port, key, hospital, CONNECTIONS, rate, count, first)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(LOAD), *map(str, arguments),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate(json.dumps(clean()).encode())
    return json.loads(out)


async def measured(
    stack: Any, name: str, key: str, hospital: str, rate: float, count: int, first: int
) -> tuple[list[str], list[float]]:
    """One load: the list ids it was given, and seconds from upload to the result of each."""
    seen = Seen(stack.admin_url)
    watching = asyncio.create_task(seen.watch())
    found = await sent(stack, key, hospital, rate, count, first)
    assert not found["refused"], found["refused"]
    list_ids = [list_id for _, list_id, _, _ in found["accepted"]]
    assert len(list_ids) == count
    seen.wanted = frozenset(list_ids)
    async with asyncio.timeout(PATIENCE):
        await watching
    group = [answered - due for _, _, due, answered in found["accepted"]]
    quality = [seen.at[list_id] - due for _, list_id, due, _ in found["accepted"]]
    due, answered = ([times[at] for times in found["accepted"]] for at in (2, 3))
    print(
        f"{name}: {count:,} lists, {count / (max(answered) - min(due)):,.0f} a second, "
        f"{found['again']} times told to come again"
    )
    print(f"  until group and row are there: {told(group)}; until the quality result: {told(quality)}")
    return list_ids, quality


def told(seconds: list[float]) -> str:
    """The middle one and the one that 99 in 100 do not exceed."""
    ordered = sorted(seconds)
    return f"p50 {ordered[len(ordered) // 2]:.2f} s, p99 {ordered[int(len(ordered) * 0.99)]:.2f} s"


class Bureau:
    """The bureau's side over HTTP: registers hospitals, approves the year, settles the month."""

    def __init__(self, http: httpx.AsyncClient, keys: tuple[str, str]) -> None:
        self._http, self._keys, self._asked = http, keys, 0

    async def ask(self, method: str, path: str, body: Any = None, who: int = 0) -> Any:
        """An answer that must not be a refusal."""
        self._asked += 1
        headers = {"Authorization": f"Bearer {self._keys[who]}", "Idempotency-Key": f"arrivals-{self._asked}"}
        answer = await self._http.request(method, f"/api/v1{path}", headers=headers, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def prepare(self) -> None:
        """Two hospitals and an approved year."""
        for hospital in (FIRST, SECOND):
            body = {"name": "演示医院", "region_code": POOL, "level": 3, "since": "2020-01-01"}
            await self.ask("PUT", f"/hospitals/{hospital}", body)
        year = f"/budget/years/{POOL}/2026"
        fund = {"inpatient_fund": "1200000000.00", "out_of_area": "0.00", "reserve": "0.00"}
        version = (await self.ask("PUT", year, fund))["version"]
        await self.ask("POST", f"{year}/approve", {"version": version, "decision_no": "演示〔2026〕1号"}, 1)

    async def settle(self) -> dict[str, Any]:
        """January's run, done."""
        run = await self.ask("POST", "/runs", {"pool": POOL, "year": 2026, "month": 1})
        async with asyncio.timeout(PATIENCE):
            while run["state"] not in {"done", "failed"}:
                await asyncio.sleep(LOOK)
                run = await self.ask("GET", f"/runs/{run['run_id']}")
        assert run["state"] == "done", run
        return run


async def peers(http: httpx.AsyncClient, key: str) -> int:
    """Cases of the month by what 3610 tells a hospital of its peers."""
    import arrivals

    message = json.loads(arrivals.message_of(0, FIRST, {"setlinfo": {}})) | {
        "infno": "3610",
        "msgid": f"{FIRST}202602010900000001",
        "input": {"data": {"page_num": "1", "page_size": 100, "setl_mon": "202601"}},
    }
    answer = await http.post(arrivals.PATH, json=message, headers={"Authorization": f"Bearer {key}"})
    return sum(row["setl_psntime"] for row in answer.json()["output"]["data"])


async def counted(url: str) -> dict[str, int]:
    """What the database holds of January."""
    connection = await asyncpg.connect(url)
    row = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM settlement.list_version) AS versions,"
        " (SELECT count(DISTINCT list_id) FROM settlement.list_version) AS lists,"
        " (SELECT count(*) FROM settlement.quality_result) AS results,"
        " (SELECT count(*) FROM settlement.quality_waiting) AS waiting"
    )
    await connection.close()
    return dict(row)


@pytest.mark.timeout(1800)
async def test_bench_arrivals(tmp_path):
    """Nothing lost, nothing double, and a hospital sees group and findings while it still looks.

    Counts are asserted; times are told, for they depend on what else the machine does.
    """
    from chspay_cli.cli_client import issue
    from chspay_cli.stack import Stack

    async with Stack(tmp_path) as stack:
        bureau = await issue(stack.admin_url, region=POOL), await issue(stack.admin_url, region=POOL)
        keys = {code: await issue(stack.admin_url, institution=code) for code in (FIRST, SECOND)}
        async with httpx.AsyncClient(base_url=stack.gateway_url, trust_env=False, timeout=60) as http:
            office = Bureau(http, bureau)
            await office.prepare()
            print(f"\n负载 {os.getloadavg()[0]:.1f}，处理器 {os.cpu_count()} 个")
            burst = CITY_MONTH // 5
            all_at_once, _ = await measured(
                stack, "20 % of a city month", keys[FIRST], FIRST, 0, burst, 10_000_000
            )
            stream = int(RATE * SECONDS)
            by_clock, quality = await measured(
                stack, f"{RATE:.0f} arrivals a second", keys[SECOND], SECOND, RATE, stream, 20_000_000
            )
            began = time.perf_counter()
            run = await office.settle()
            settled = time.perf_counter() - began
            began = time.perf_counter()
            cases = await peers(http, keys[FIRST])
            print(
                f"month settled in {settled:.1f} s; peers (3610) told in {time.perf_counter() - began:.2f} s"
            )
        found = await counted(stack.admin_url)
    lists = burst + stream
    assert len({*all_at_once, *by_clock}) == lists
    assert found == {"versions": lists, "lists": lists, "results": lists, "waiting": 0}
    assert (run["cases"], cases) == (lists, lists)
    high = sorted(quality)[int(len(quality) * 0.99)]
    print(
        f"目标 p99 小于 {MOST_SECONDS:.0f} 秒：{'达到' if high < MOST_SECONDS else '未达到'}（{high:.2f} 秒）"
    )
