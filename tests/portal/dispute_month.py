"""A month whose disputes fall into published working days, beside the one the other pages are tested with."""

from __future__ import annotations

import asyncio
import io
from datetime import date
from typing import Any

import httpx
from portal_world import COUNTY, POOL, Settled

from chspay_cli.cli_client import issue
from chspay_cli.demo.api import connect
from chspay_core.case import Case
from chspay_core.tables import batch_from_cases

YEAR, MONTH, CASES = 2026, 9, 40


class Disputed:
    """The month, who may file, and who handles."""

    def __init__(self, settled: Settled, run_id: str, keys: dict[str, str]) -> None:
        self.settled, self.run_id, self.keys = settled, run_id, keys
        self.url = settled.url
        self.hospital = next(iter(settled.keys))

    def api(self, who: str, method: str, path: str, **body: Any) -> dict[str, Any]:
        """The gateway asked without the portal."""
        headers = {
            "X-API-Key": self.keys[who],
            "Idempotency-Key": f"{who}-{path}-{body.get('event', '')}".replace("/", ":"),
        }
        answer = httpx.request(
            method, f"{self.settled.gateway}/api/v1{path}", headers=headers, json=body or None, timeout=60
        )
        assert answer.is_success, answer.text
        return answer.json()


def _cases(code: str) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    cases = [
        Case(
            case_id=f"D{at:03}",
            hospital_code=code,
            region_code="",
            admission_date=date(YEAR, MONTH, 1 + at % 9),
            discharge_date=date(YEAR, MONTH, 11 + at % 18),
            sex=1 + at % 2,
            age_years=30 + at,
            diagnoses=(("I63.900", "J18.900")[at % 2], "I10.x00"),
            total_cost_fen=600_000 + (at * 7919) % 900_000,
            patient_paid_fen=200_000,
        )
        for at in range(CASES)
    ]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_batches([batch_from_cases(cases)]), sink)
    return sink.getvalue()


async def settle_disputed(settled: Settled) -> Disputed:
    """Settles the month over HTTP and makes the keys of the officers."""
    stack, code = settled.stack, next(iter(settled.keys))
    admin = stack.stack.admin_url
    keys = {
        "hospital": settled.keys[code],
        "county": await issue(admin, region=COUNTY),
        "second": await issue(admin, region=COUNTY),
        "city": await issue(admin, region=POOL),
        "other": await issue(admin, region=POOL),
        "secretary": await issue(admin, region=POOL, duties=("secretary",)),
        "audit": await issue(admin, region=POOL, duties=("audit",)),
    }
    async with (
        connect(stack.gateway_url, keys["city"]) as one,
        connect(stack.gateway_url, keys["other"]) as two,
    ):
        path = f"/budget/years/{POOL}/{YEAR}"
        year = {"inpatient_fund": "9600000.00", "out_of_area": "0.00", "reserve": "0.00"}
        drafted = await one.send("PUT", path, year)
        await two.send(
            "POST", f"{path}/approve", {"version": drafted["version"], "decision_no": "演示医保〔2026〕1号"}
        )
        taken = await one.upload("/lists/import", _cases(code))
        assert (taken["accepted"], taken["faults"]) == (CASES, []), taken
        run = await one.send("POST", "/runs", {"pool": POOL, "year": YEAR, "month": MONTH})
        while run["state"] in {"pending", "running"}:
            await asyncio.sleep(0.1)
            run = await one.get(f"/runs/{run['run_id']}")
        assert run["state"] == "done", run
    return Disputed(settled, run["run_id"], keys)
