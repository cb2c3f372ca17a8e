"""The steps of the demonstration, in the order a bureau and its hospitals would take them."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chspay_cli import synth
from chspay_cli.cli_client import issue
from chspay_cli.demo.api import GATEWAY_REFUSED, Api, connect
from chspay_cli.demo.message import settlement_list
from chspay_core.amounts import MICRO, fen_to_yuan, yuan_to_fen
from chspay_core.case import Case, check_intake
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_core.tables import cases_from_batch

POOL = "990100"
MONTH = Month(2026, 1)
SEED = 20260101
_AT_ONCE = 12
_FUND_SHARE_PERCENT = 68
_MONTHS = 12
_ROUND_FEN = MICRO
_MANY = 1000

Tell = Callable[[str], None]


@dataclass
class Month20k:
    """What the demonstration made and found, for the tables that are shown."""

    hospitals: list[synth.Hospital]
    fund_fen: int = 0
    sent: int = 0
    bulk: dict[str, Any] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)
    statements: list[dict[str, Any]] = field(default_factory=list)
    explained: dict[str, Any] = field(default_factory=dict)
    balance: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Keys:
    """One key per part in the story."""

    drafter: str
    approver: str
    hospitals: dict[str, str]


async def make_keys(admin_url: str, hospitals: list[synth.Hospital]) -> Keys:
    """Keys for two officers of the bureau (who drafts may not approve) and for every hospital."""
    drafter = await issue(admin_url, region=POOL, label="演示：预算编制")
    approver = await issue(admin_url, region=POOL, label="演示：预算审批与结算")
    own = {
        one.hospital_code: await issue(admin_url, institution=one.hospital_code, label=one.name)
        for one in hospitals
    }
    return Keys(drafter, approver, own)


@asynccontextmanager
async def bureau(url: str, keys: Keys) -> AsyncIterator[tuple[Api, Api]]:
    """The drafting and the approving officer."""
    async with connect(url, keys.drafter) as drafter, connect(url, keys.approver) as approver:
        yield drafter, approver


async def register(officer: Api, hospitals: list[synth.Hospital]) -> None:
    """Puts every hospital of the city on the register."""
    for one in hospitals:
        body = {
            "name": one.name,
            "region_code": POOL,
            "area_code": one.region_code,
            "level": one.level,
            "since": one.since,
        }
        await officer.send("PUT", f"/hospitals/{one.hospital_code}", body)


async def approve_budget(drafter: Api, approver: Api, cost_fen: int) -> int:
    """A year whose month is about two thirds of the month's cost; answers the month's fund in fen."""
    month_fen = cost_fen * _FUND_SHARE_PERCENT // 100 // _ROUND_FEN * _ROUND_FEN
    path = f"/budget/years/{POOL}/{MONTH.year}"
    body = {
        "inpatient_fund": fen_to_yuan(month_fen * _MONTHS + 20 * _ROUND_FEN),
        "out_of_area": fen_to_yuan(15 * _ROUND_FEN),
        "reserve": fen_to_yuan(5 * _ROUND_FEN),
    }
    draft = await drafter.send("PUT", path, body)
    decision = {"version": draft["version"], "decision_no": "演示医保〔2026〕1号"}
    await approver.send("POST", f"{path}/approve", decision)
    share = await approver.get(f"{path}/months/{MONTH.month}")
    return yuan_to_fen(share["fund"])


def generate(cases: int, messages: int) -> tuple[list[Case], pa.Table, int]:
    """The month's cases: those sent one by one, the rest as a table, and the total cost in fen.

    Coding faults are part of a real month; a list with one is refused at the door and shown as such.
    """
    table = pa.Table.from_batches(list(synth.generate(cases, SEED, MONTH)))
    first = cases_from_batch(table.slice(0, messages).combine_chunks().to_batches()[0])
    one_by_one = [case for case in first if not check_intake(case)]
    cost = sum(yuan_to_fen(amount) for amount in table.column("total_cost").to_pylist() if amount is not None)
    return one_by_one, table.slice(messages), cost


async def send_messages(url: str, keys: Keys, cases: list[Case]) -> int:
    """Sends national messages as each case's own hospital, a few at a time; answers how many were taken."""
    doors = asyncio.Semaphore(_AT_ONCE)
    async with AsyncExitStack() as stack:
        codes = {case.hospital_code for case in cases}
        apis = {code: await stack.enter_async_context(connect(url, keys.hospitals[code])) for code in codes}

        async def send(number: int, case: Case) -> None:
            async with doors:
                await apis[case.hospital_code].message(settlement_list(case, number))

        await asyncio.gather(*(send(number, case) for number, case in enumerate(cases)))
    return len(cases)


async def upload(officer: Api, table: pa.Table) -> dict[str, Any]:
    """The rest of the month in bulk, as Parquet."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    answer: dict[str, Any] = await officer.upload("/lists/import", sink.getvalue())
    return answer


async def settle(officer: Api, tell: Tell) -> dict[str, Any]:
    """Starts the month run and follows it to its end."""
    run = await officer.send("POST", "/runs", {"pool": POOL, "year": MONTH.year, "month": MONTH.month})
    while run["state"] in {"pending", "running"}:
        await asyncio.sleep(0.2)
        run = await officer.get(f"/runs/{run['run_id']}")
        tell(f"月度结算：{run['stage']} {run['progress_done']}/{run['progress_total']}")
    if run["state"] != "done":
        raise Fault(GATEWAY_REFUSED, value=run["failure_reason"], detail=run["failure_message"])
    found: dict[str, Any] = run
    return found


async def read_results(officer: Api, month: Month20k) -> None:
    """Statements, one remarkable case's worksheet, and the trial balance."""
    run_id = month.run["run_id"]
    month.statements = (await officer.get(f"/runs/{run_id}/statements", page_size=_MANY))["items"]
    biggest = max(month.statements, key=lambda statement: statement["cases"])["hospital_code"]
    cases = await officer.get(f"/runs/{run_id}/cases", hospital_code=biggest, page_size=_MANY)
    high = [case for case in cases["items"] if case["kind"] == "high" and yuan_to_fen(case["fund"]) > 0]
    month.explained = await officer.get(
        f"/runs/{run_id}/explain", hospital_code=biggest, case_id=(high or cases["items"])[0]["case_id"]
    )
    month.balance = await officer.get(f"/ledger/{POOL}/{MONTH.year}/trial-balance")


async def tell_story(
    url: str, admin_url: str, cases: int, messages: int, tell: Tell
) -> tuple[Month20k, Keys]:
    """Everything, from the register to the worksheet."""
    month = Month20k(hospitals=synth.hospitals(SEED))
    tell(f"生成模拟城市 {MONTH} 的 {cases} 份住院病例 …")
    one_by_one, table, cost = await asyncio.to_thread(generate, cases, messages)
    keys = await make_keys(admin_url, month.hospitals)
    async with bureau(url, keys) as (drafter, approver):
        tell("登记医疗机构，编制并批准年度预算 …")
        await register(drafter, month.hospitals)
        month.fund_fen = await approve_budget(drafter, approver, cost)
        tell(f"逐份上报 {len(one_by_one)} 份清单（国家平台 4101 报文，HTTP）…")
        began = time.monotonic()
        month.sent = await send_messages(url, keys, one_by_one)
        tell(f"每秒 {month.sent / (time.monotonic() - began):.0f} 份；其余 {table.num_rows} 份批量导入 …")
        month.bulk = await upload(drafter, table)
        tell("开始月度结算 …")
        month.run = await settle(approver, tell)
        await read_results(approver, month)
    return month, keys
