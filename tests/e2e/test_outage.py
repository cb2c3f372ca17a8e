"""A part of the system is away during a burst: who sends is told to come again, and nothing is lost.

What was acknowledged is there, once; what was told to come again comes again under the same key.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg
import httpx
import pytest

from chspay_cli.cli_client import issue
from chspay_cli.stack import Stack
from chspay_kit.pg import EmbeddedPostgres

HOSPITAL, POOL = "H99010100077", "990100"
SENDERS = 16
OUTAGE_SECONDS = 30.0


def body_of(prefix: str, number: int) -> dict[str, object]:
    return {
        "case_id": f"{prefix}{number:06d}",
        "hospital_code": HOSPITAL,
        "admission_date": "2026-03-01",
        "discharge_date": f"2026-03-{10 + number % 20:02d}",
        "sex": 1 + number % 2,
        "age_years": 20 + number % 60,
        "diagnoses": ["I63.900", "I10.x00"],
        "total_cost": f"{5000 + number}.00",
        "patient_paid": "1000.00",
        "identity": {"person_no": f"99{number:016d}", "name": "演示"},
    }


@dataclass
class Burst:
    """Senders that send without a pause, each list until it is accepted."""

    http: httpx.AsyncClient
    prefix: str
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    number: int = 0
    told: Counter = field(default_factory=Counter)
    accepted: dict[str, str] = field(default_factory=dict)

    async def run(self) -> None:
        await asyncio.gather(*(self._sender() for _ in range(SENDERS)))

    async def _sender(self) -> None:
        while not self.ended.is_set():
            self.number += 1
            await self._until_accepted(body_of(self.prefix, self.number))

    async def _until_accepted(self, body: dict[str, object]) -> None:
        key = {"Idempotency-Key": f"key-{body['case_id']}"}
        while True:
            answer = await self.http.post("/api/v1/lists", json=body, headers=key)
            self.told[answer.status_code] += 1
            if answer.status_code == 201:
                self.accepted[str(body["case_id"])] = answer.json()["list_id"]
                return
            assert answer.status_code == 503, answer.text
            assert answer.headers["Retry-After"].isdigit()
            await asyncio.sleep(0.2)

    async def reached(self, more: int) -> None:
        """So many more lists have been accepted."""
        wanted = len(self.accepted) + more
        async with asyncio.timeout(120):
            while len(self.accepted) < wanted:  # noqa: ASYNC110 - the world outside raises no event
                await asyncio.sleep(0.05)


async def sent_through(
    url: str,
    admin_url: str,
    prefix: str,
    outages: list[tuple[Callable[[], Awaitable[object]], Callable[[], Awaitable[object]]]],
    seconds: float,
) -> Burst:
    """A burst during which parts go away and come back; checked against the database at its end."""
    bureau, own = await issue(admin_url, region=POOL), await issue(admin_url, institution=HOSPITAL)
    limits = httpx.Limits(max_connections=SENDERS)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60, limits=limits) as http:
        registered = await http.put(
            f"/api/v1/hospitals/{HOSPITAL}",
            headers={"Authorization": f"Bearer {bureau}", "Idempotency-Key": f"hospital-{prefix}"},
            json={"name": "演示医院", "region_code": POOL, "level": 3, "since": "2020-01-01"},
        )
        assert registered.status_code == 200, registered.text
        http.headers["Authorization"] = f"Bearer {own}"
        burst = Burst(http, prefix)
        running = asyncio.create_task(burst.run())
        for leave, come_back in outages:
            await burst.reached(50)
            await leave()
            await asyncio.sleep(seconds)
            await come_back()
            await burst.reached(50)
        burst.ended.set()
        await running
    connection = await asyncpg.connect(admin_url)
    rows = await connection.fetch(
        "SELECT case_id, list_id, count(*) AS times, max(version) AS version FROM settlement.list_version"
        " WHERE starts_with(case_id, $1) GROUP BY 1, 2",
        prefix,
    )
    await connection.close()
    assert {row["case_id"]: row["list_id"] for row in rows} == burst.accepted
    assert {(row["times"], row["version"]) for row in rows} == {(1, 1)}
    assert burst.told[201] == len(burst.accepted) == burst.number
    assert burst.told[503] > 0
    return burst


@pytest.mark.timeout(180)
async def test_a_service_that_dies_in_a_burst_loses_no_list(stack):
    """A hospital uploads its month while settlement is restarted; its program only has to try again."""

    async def leave() -> None:
        await asyncio.to_thread(stack.kill, "settlement")

    async def come_back() -> None:
        await asyncio.to_thread(stack.restart, "settlement")

    await sent_through(stack.gateway_url, stack.stack.admin_url, "OA", [(leave, come_back)], 1.0)


@pytest.mark.prove
@pytest.mark.timeout(600)
async def test_half_a_minute_without_settlement_or_database_loses_no_list(tmp_path):
    """The same for as long as a machine takes to come back, and for the database under everybody."""
    async with Stack(tmp_path) as stack:
        server = EmbeddedPostgres(tmp_path)
        outages = [
            (lambda: stack.kill("settlement"), lambda: stack.restart("settlement")),
            (lambda: asyncio.to_thread(server.stop), lambda: asyncio.to_thread(server.start)),
        ]
        burst = await sent_through(stack.gateway_url, stack.admin_url, "OB", outages, OUTAGE_SECONDS)
    print(f"\n{len(burst.accepted)} lists accepted, {burst.told[503]} times told to come again")
