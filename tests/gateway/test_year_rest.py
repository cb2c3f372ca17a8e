"""A year over HTTP alone: settled, cleared by three people, published, closed, re-cleared and paid out."""

from __future__ import annotations

import asyncio
import csv
import io
from decimal import Decimal

import pytest
from gateway_world import COUNTY, OTHER, OWN, POOL

from chspay_core.digest import sm3_hex

pytestmark = pytest.mark.asyncio(loop_scope="module")

YEAR = f"/api/v1/budget/years/{POOL}/2028"


async def asked(gw, method: str, path: str, status: int = 200, *, who: str = "bureau", **more) -> dict:
    """An answer of the status expected."""
    answer = await gw.ask(method, path, who=who, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


async def lists(gw) -> None:
    """Forty lists of two hospitals in March."""
    lines = ["case_id,hospital_code,region_code,admission_date,discharge_date,sex,age_years,diagnoses,"
             "procedures,total_cost,patient_paid"]  # fmt: skip
    for number in range(40):
        days = f"2028-03-01,2028-03-{10 + number % 9}"
        diagnosis = ("I63.900", "J18.900")[number % 2]
        money = f"{8000 + number * 37}.00,{1000 + number}.00"
        hospital = (OWN, OTHER)[number // 2 % 2]
        lines.append(f"Z{number},{hospital},{COUNTY},{days},1,{30 + number},{diagnosis},,{money}")
    found = await asked(gw, "POST", "/api/v1/lists/import?format=csv", content="\n".join(lines).encode())
    assert found["accepted"] == 40


async def waited(gw, path: str, ended: set[str]) -> dict:
    """What is at ``path`` when it has come to one of these states."""
    for _ in range(400):
        found = await asked(gw, "GET", path)
        if found["state"] in ended:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def settled(gw) -> None:
    """An approved budget and one posted month."""
    body = {"inpatient_fund": "3600000.00", "out_of_area": "0.00", "reserve": "0.00"}
    version = (await asked(gw, "PUT", YEAR, json=body))["version"]
    decision = {"version": version, "decision_no": "演示医保〔2028〕1号"}
    await asked(gw, "POST", f"{YEAR}/approve", who="second", json=decision)
    await lists(gw)
    month = {"pool": POOL, "year": 2028, "month": 3}
    run = await asked(gw, "POST", "/api/v1/runs", 202, json=month)
    assert (await waited(gw, f"/api/v1/runs/{run['run_id']}", {"done", "failed"}))["state"] == "done"


async def cleared(gw) -> dict:
    """A trial of the year, with its facts recorded."""
    for code, score in ((OWN, "92"), (OTHER, "65")):
        fact = {"pool": POOL, "year": 2028, "hospital_code": code, "kind": "score", "value": score,
                "citation": "考核通报"}  # fmt: skip
        assert (await asked(gw, "POST", "/api/v1/year-facts", json=fact))["value"] == score
    found = await asked(gw, "GET", f"/api/v1/year-facts?pool={POOL}&year=2028")
    assert len(found["items"]) == 2
    started = await asked(gw, "POST", "/api/v1/years", 202, json={"pool": POOL, "year": 2028})
    return await waited(gw, f"/api/v1/years/{started['clearing_id']}", {"trial", "failed"})


async def test_a_year_is_cleared_and_paid_over_http(gw):
    """The path of a bureau through a year, seen from outside, with the amounts as text."""
    await settled(gw)
    found = await cleared(gw)
    assert found["state"] == "trial", found["failure_message"]
    assert found["deadline"] == "2029-03-31"
    year = f"/api/v1/years/{found['clearing_id']}"
    assert (await asked(gw, "GET", year, 404, who="own"))["reason"] == "YEAR_NOT_FOUND"
    rows = (await asked(gw, "GET", f"{year}/hospitals"))["items"]
    assert sum(Decimal(row["fund"]) for row in rows) == Decimal(found["decision"])
    gap = Decimal(found["actual"]) - Decimal(found["budget"])
    accounts = {
        "actual": found["actual"], "decision": found["decision"], "document": "运行分析报告",
        "causes": [{"cause": "volume", "amount": str(gap), "note": "服务量低于预算", "document": ""}],
    }  # fmt: skip
    drafted = await asked(gw, "PUT", f"{YEAR}/accounts", json=accounts)
    assert Decimal(drafted["gap"]) == gap
    step = f"{year}/steps"
    refused = await asked(gw, "POST", f"{step}/review", 403, json={})
    assert refused["reason"] == "YEAR_SAME_PERSON"
    await asked(gw, "POST", f"{step}/review", who="second", json={})
    approval = {"decision_no": "联席〔2029〕1号"}
    refused = await asked(gw, "POST", f"{step}/approve", 409, who="admin", json=approval)
    assert refused["reason"] == "YEAR_ACCOUNTS_MISSING"
    stand = {"version": drafted["version"], "decision_no": "联席〔2029〕0号"}
    await asked(gw, "POST", f"{YEAR}/accounts/approve", who="second", json=stand)
    assert (await asked(gw, "GET", f"{YEAR}/accounts"))["decision_no"] == "联席〔2029〕0号"
    await asked(gw, "POST", f"{step}/approve", who="admin", json=approval)
    published = await asked(gw, "POST", f"{step}/publish", who="admin", json={})
    assert (published["clearing"]["state"], published["warning"]) == ("published", "")
    refused = await asked(gw, "POST", f"{step}/close", 409, who="second", json={})
    assert refused["reason"] == "YEAR_PUBLICITY_RUNNING"
    # Eight days later.
    await gw.admin.execute(
        "UPDATE settlement.year_clearing SET published_on = published_on - 8 WHERE clearing_id = $1",
        found["clearing_id"],
    )
    closed = await asked(gw, "POST", f"{step}/close", who="second", json={})
    assert closed["clearing"]["state"] == "closed"
    events = (await asked(gw, "GET", f"{year}/events"))["items"]
    assert [event["event"] for event in events] == ["start", "try", "review", "approve", "publish", "close"]
    own = await asked(gw, "GET", f"{year}/hospitals", who="own")
    assert [row["hospital_code"] for row in own["items"]] == [OWN]
    statement = await gw.ask("GET", f"{year}/statements/{OWN}", who="own")
    assert statement.headers["X-Content-SM3"] == sm3_hex(statement.content)
    assert (await asked(gw, "GET", f"{year}/statements/{OTHER}", 404, who="own"))["reason"] == (
        "YEAR_STATEMENT_NOT_FOUND"
    )
    why = await asked(gw, "GET", f"{year}/explain", who="own")
    lines = {line["key"]: line for line in why["worksheet"]["lines"]}
    assert lines["balance"]["value"] == str(int(Decimal(why["balance"]) * 100))
    assert lines["ratio"]["citation"]
    listed = await asked(gw, "GET", f"/api/v1/years?pool={POOL}", who="own")
    assert [item["clearing_id"] for item in listed["items"]] == [found["clearing_id"]]
    await _again(gw, year)
    await _paid(gw)


async def _again(gw, year: str) -> None:
    """A violation proven after the books were closed."""
    body = {
        "findings": [{"hospital_code": OWN, "case_id": "Z0", "multiple": "1"}], "cause": "高套",
        "citation": "医保处〔2029〕3号",
    }  # fmt: skip
    drafted = await asked(gw, "POST", f"{year}/reclearings", json=body)
    effects = {effect["hospital_code"]: effect for effect in drafted["effects"]}
    assert Decimal(effects[OWN]["balance"]) == -Decimal(drafted["returned"]) < 0
    assert effects[OTHER]["balance"] == "0.00"
    path = f"/api/v1/reclearings/{drafted['reclear_id']}"
    digest = {"digest": drafted["digest"]}
    assert (await asked(gw, "POST", f"{path}/commit", 403, json=digest))["reason"] == "RECLEAR_SAME_PERSON"
    done = await asked(gw, "POST", f"{path}/commit", who="second", json=digest)
    assert done["state"] == "committed"
    seen = await asked(gw, "GET", path, who="own")
    assert [effect["hospital_code"] for effect in seen["effects"]] == [OWN]
    assert seen["findings"] == [{"hospital_code": OWN, "case_id": "Z0", "multiple": "1"}]
    again = await asked(gw, "POST", f"{path}/withdraw", 409)
    assert again["reason"] == "RECLEAR_ENDED"
    listed = await asked(gw, "GET", f"{year}/reclearings")
    assert [item["state"] for item in listed["items"]] == ["committed"]


async def _paid(gw) -> None:
    """An advance for the next year, and everything owed paid out by one file."""
    advance = {"year": 2029, "hospital_code": OTHER, "amount": "1000.00"}
    booked = await asked(gw, "POST", f"/api/v1/ledger/{POOL}/advances", json=advance)
    assert booked["batch_id"].startswith("AD-")
    body = {"pool": POOL, "pay_on": "2029-04-10", "memo": "年度清算", "set_off": True}
    order = await asked(gw, "POST", "/api/v1/payment-orders", json=body)
    path = f"/api/v1/payment-orders/{order['order_no']}"
    assert await asked(gw, "GET", path) == order
    file = await gw.ask("GET", f"{path}/file", who="bureau")
    assert file.headers["X-Content-SM3"] == order["digest"] == sm3_hex(file.content)
    rows = list(csv.reader(io.StringIO(file.content.decode(), newline="")))
    assert sum(Decimal(row[4]) for row in rows if row[0] == "D") == Decimal(order["amount"])
    assert (await gw.ask("GET", f"{path}/file", who="bureau")).content == file.content
    assert (await asked(gw, "GET", path, 403, who="own"))["reason"] == "BUREAU_ONLY"
    listed = await asked(gw, "GET", f"/api/v1/payment-orders?pool={POOL}")
    assert listed["items"] == [order]
    account = await asked(gw, "GET", f"/api/v1/ledger/{POOL}/account?year=2028", who="own")
    kinds = {line["kind"] for line in account["items"]}
    assert {"month", "year", "reclear"} <= kinds
    assert all(line["account"].endswith(OWN) for line in account["items"])
    proof = await asked(gw, "GET", f"/api/v1/ledger/{POOL}/verify")
    assert (proof["intact"], proof["faults"]) == (True, [])
    balance = await asked(gw, "GET", f"/api/v1/ledger/{POOL}/2028/trial-balance")
    assert balance["difference"] == "0.00"
