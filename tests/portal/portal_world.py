"""The portal over everything real: all processes, a settled month, keys of a bureau and of hospitals."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from chspay_cli.cli_client import issue
from chspay_cli.demo.api import connect
from chspay_core.case import Case
from chspay_core.tables import batch_from_cases

POOL, COUNTY = "990100", "990101"
YEAR, MONTH = 2031, 3
CASES = 150
#: A hospital that calls itself by what would be a script if it were not shown as text.
BAD_NAME = "<img src=x onerror=window.pwned=1>医院"
SECONDS = 60


@dataclass
class Settled:
    """A portal with one settled month behind it."""

    url: str
    gateway: str
    run_id: str
    bureau: str
    keys: dict[str, str]
    log: Path
    stack: Any

    def api(self, path: str, key: str | None = None, **query: str | int) -> dict[str, Any]:
        """What the gateway itself says, to hold the pages against."""
        headers = {"X-API-Key": key or self.bureau}
        answer = httpx.get(f"{self.gateway}/api/v1{path}", headers=headers, params=query, timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def reader(self, key: str | None = None) -> httpx.Client:
        """A browser without scripts, signed in."""
        client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=SECONDS)
        answer = client.post("/sign-in", data={"key": key or self.bureau, "next": "/"})
        assert answer.status_code == 200, answer.text
        return client


def _cases(number: int, codes: list[str]) -> bytes:
    """Sound cases of four groups and uneven costs as a Parquet file, the hospitals in turn."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    diagnoses = ("I63.900", "J18.900", "K80.100", "I21.900")
    cases = [
        Case(
            case_id=f"P{at:05}",
            hospital_code=codes[at % len(codes)],
            region_code="",
            admission_date=date(YEAR, MONTH, 1 + at % 9),
            discharge_date=date(YEAR, MONTH, 10 + at % 20),
            sex=1 + at % 2,
            age_years=at % 90,
            diagnoses=(diagnoses[(at // len(codes)) % len(diagnoses)], "I10.x00"),
            total_cost_fen=600_000 + (at * 7919) % 900_000,
            patient_paid_fen=200_000 + (at * 104_729) % 100_000,
        )
        for at in range(number)
    ]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_batches([batch_from_cases(cases)]), sink)
    return sink.getvalue()


async def settle(stack: Any) -> Settled:
    """Registers hospitals, approves a budget, imports and settles a month, all over HTTP."""
    codes = [f"H9901019000{at}" for at in range(1, 7)]
    names = ["演示第一医院", BAD_NAME, "演示第三医院", "演示中医院", "演示卫生院", "演示康复医院"]
    admin = stack.stack.admin_url
    bureau, second = [await issue(admin, region=POOL) for _ in range(2)]
    keys = {code: await issue(admin, institution=code) for code in codes[:2]}
    async with connect(stack.gateway_url, bureau) as one, connect(stack.gateway_url, second) as other:
        for at, (code, name) in enumerate(zip(codes, names, strict=True)):
            body = {"name": name, "region_code": POOL, "area_code": COUNTY, "level": at % 3 + 1,
                    "since": "2020-01-01"}  # fmt: skip
            await one.send("PUT", f"/hospitals/{code}", body)
        path = f"/budget/years/{POOL}/{YEAR}"
        year = {"inpatient_fund": "21600000.07", "out_of_area": "0.00", "reserve": "0.00"}
        drafted = await one.send("PUT", path, year)
        decision = {"version": drafted["version"], "decision_no": "演示医保〔2031〕1号"}
        await other.send("POST", f"{path}/approve", decision)
        taken = await one.upload("/lists/import", _cases(CASES, codes))
        assert (taken["accepted"], taken["faults"]) == (CASES, []), taken
        run = await one.send("POST", "/runs", {"pool": POOL, "year": YEAR, "month": MONTH})
        while run["state"] in {"pending", "running"}:
            await asyncio.sleep(0.1)
            run = await one.get(f"/runs/{run['run_id']}")
        assert run["state"] == "done", run
    urls = (stack.stack.portal_url, stack.gateway_url)
    return Settled(*urls, run["run_id"], bureau, keys, stack.stack.log("portal"), stack)
