"""A real month over HTTP alone: lists in, budget, run, statements, worksheet, pages."""

from __future__ import annotations

import asyncio
import csv
import io
from decimal import Decimal

import pytest
import pytest_asyncio
from gateway_world import COUNTY, OTHER, OWN, POOL

from chspay_cli.replay_damage import open_bundle
from chspay_cli.replay_run import replay_bundle
from chspay_core.digest import sm3_hex

pytestmark = pytest.mark.asyncio(loop_scope="module")

YEAR = f"/api/v1/budget/years/{POOL}/2026"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(gw):
    """Sixty lists of two hospitals, an approved year, and the run of March to its end."""
    lines = ["case_id,hospital_code,region_code,admission_date,discharge_date,sex,age_years,diagnoses,"
             "procedures,total_cost,patient_paid"]  # fmt: skip
    for number in range(60):
        hospital = (OWN, OTHER)[number % 2]
        diagnosis = ("I63.900", "J18.900", "Z99.900")[0 if number < 30 else 1 if number < 55 else 2]
        days = f"2026-03-01,2026-03-{10 + number % 9}"
        money = f"{8000 + number * 37}.{number:02d},{1000 + number}.10"
        lines.append(f"M{number},{hospital},{COUNTY},{days},1,{30 + number},{diagnosis},,{money}")
    content = "\n".join(lines).encode()
    found = await gw.ask("POST", "/api/v1/lists/import?format=csv", who="bureau", content=content)
    assert found.json()["accepted"] == 60, found.text
    body = {"inpatient_fund": "12000000.00", "out_of_area": "1000000.00", "reserve": "500000.00"}
    version = (await gw.ask("PUT", YEAR, who="bureau", json=body)).json()["version"]
    refused = await gw.ask(
        "POST", "/api/v1/runs", who="bureau", json={"pool": POOL, "year": 2026, "month": 3}
    )
    assert (refused.status_code, refused.json()["reason"]) == (409, "BUDGET_NOT_APPROVED")
    decision = {"version": version, "decision_no": "演示医保〔2026〕1号"}
    approved = await gw.ask("POST", f"{YEAR}/approve", who="second", json=decision)
    assert approved.status_code == 200, approved.text
    started = await gw.ask(
        "POST", "/api/v1/runs", who="bureau", json={"pool": POOL, "year": 2026, "month": 3}
    )
    assert started.status_code == 202, started.text
    run_id = started.json()["run_id"]
    for _ in range(200):
        run = (await gw.ask("GET", f"/api/v1/runs/{run_id}", who="bureau")).json()
        if run["state"] in {"done", "failed"}:
            break
        await asyncio.sleep(0.05)
    assert run["state"] == "done", run
    return run


async def test_a_month_is_settled_and_every_amount_adds_up_and_explains_itself(gw, run):
    """The one complete path through the house, seen from outside."""
    base = f"/api/v1/runs/{run['run_id']}"
    text = (await gw.ask("GET", f"{base}/statements?format=csv", who="bureau")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["医疗机构编码"] for row in rows] == sorted([OWN, OTHER])
    fund = (await gw.ask("GET", f"{YEAR}/months/3", who="bureau")).json()["fund"]
    assert sum(Decimal(row["基金支付(元)"]) for row in rows) == Decimal(run["fund"]) == Decimal(fund)
    assert sum(Decimal(row["个人负担(元)"]) for row in rows) == Decimal(run["patient"])
    listed = (await gw.ask("GET", f"/api/v1/runs?pool={POOL}&page_size=1", who="bureau")).json()
    assert listed["items"] == [(await gw.ask("GET", base, who="bureau")).json()]
    events = await gw.ask("GET", f"{base}/events", who="bureau")
    assert '"state":"done"' in events.text

    mine = (await gw.ask("GET", f"{base}/statements")).json()["items"]
    assert [item["hospital_code"] for item in mine] == [OWN]
    foreign = await gw.ask("GET", f"{base}/statements/{OTHER}")
    assert foreign.status_code == 404
    raw = await gw.ask("GET", f"{base}/statements/{OWN}?format=canonical")
    assert sm3_hex(raw.content) == mine[0]["digest"]

    cases = (await gw.ask("GET", f"{base}/cases?page_size=1000")).json()["items"]
    assert len(cases) == 30
    assert sum(Decimal(case["fund"]) for case in cases) == Decimal(mine[0]["fund"])
    case = cases[0]
    told = (await gw.ask("GET", f"{base}/explain?case_id={case['case_id']}")).json()
    assert told["case"] == case
    assert any(line["citation"] for line in told["worksheet"]["lines"])
    assert (await gw.ask("GET", f"{base}/cases?hospital_code={OTHER}")).json()["items"] == []
    hidden = await gw.ask("GET", f"{base}/explain?case_id={case['case_id']}", who="other")
    assert hidden.status_code == 404
    balance = (await gw.ask("GET", f"/api/v1/ledger/{POOL}/2026/trial-balance", who="bureau")).json()
    assert balance["difference"] == "0.00"
    assert balance["accounts"]

    gw.http.cookies.clear()
    await gw.http.post("/view/login", data={"key": gw.keys["bureau"]})
    for page in ("", f"/statements/{OWN}", f"/worksheet?hospital_code={OWN}&case_id={case['case_id']}"):
        shown = await gw.http.get(f"/view/runs/{run['run_id']}{page}")
        assert shown.status_code == 200, shown.text
    assert told["worksheet"]["title"] in shown.text


async def test_another_region_sees_nothing_of_the_month(gw, run):
    """A run belongs to its pool, and is started once."""
    for path in ("", "/statements", f"/statements/{OWN}", f"/explain?case_id=M0&hospital_code={OWN}"):
        answer = await gw.ask("GET", f"/api/v1/runs/{run['run_id']}{path}", who="elsewhere")
        assert answer.status_code == 404 or answer.json()["items"] == [], answer.text
    assert (await gw.ask("GET", "/api/v1/runs", who="elsewhere")).json()["items"] == []
    again = await gw.ask("POST", "/api/v1/runs", who="bureau", json={"pool": POOL, "year": 2026, "month": 3})
    assert (again.status_code, again.json()["reason"]) == (409, "RUN_EXISTS")


async def test_those_who_watch_read_the_month_by_place(gw, run):
    """County, city, province and nation read fund, cases, point value; other places read nothing."""
    asked = "/api/v1/figures?first=2026-01&last=2026-12"
    city = (await gw.ask("GET", asked, who="bureau")).json()["items"]
    balance = (await gw.ask("GET", f"/api/v1/ledger/{POOL}/2026/trial-balance", who="bureau")).json()
    pool = next(row for row in balance["accounts"] if row["account"] == f"fund_pool/{POOL}")
    assert [(row["place"], row["month"], row["cases"], row["fund"]) for row in city] == [
        (POOL, "2026-03", 60, pool["debit"])
    ]
    assert city[0]["point_values"][0]["point_value"] == run["point_value"]
    county = (await gw.ask("GET", f"{asked}&by=county", who="bureau")).json()["items"]
    assert [(row["place"], row["fund"]) for row in county] == [(COUNTY, pool["debit"])]
    assert (await gw.ask("GET", f"{asked}&by=nation", who="elsewhere")).json()["items"] == []
    sheet = await gw.ask("GET", f"{asked}&by=province&format=csv", who="admin")
    head, row = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")))
    assert (head[0], row[0], row[head.index("基金(元)")]) == ("行政区划代码", "990000", pool["debit"])
    refused = await gw.ask("GET", asked)
    assert (refused.status_code, refused.json()["reason"]) == (403, "BUREAU_ONLY")
    backwards = await gw.ask("GET", "/api/v1/figures?first=2026-05&last=2026-04", who="bureau")
    assert (backwards.status_code, backwards.json()["reason"]) == (422, "MONTHS_BACKWARDS")


async def test_the_month_is_done_again_from_its_file(gw, run, tmp_path):
    """What was downloaded over HTTP alone comes to the same bytes on a machine without any service."""
    path = f"/api/v1/clearings/{run['run_id']}/replay"
    answer = await gw.ask("GET", path, who="bureau")
    assert answer.status_code == 200, answer.text
    assert f'filename="{run["run_id"]}.chsreplay"' in answer.headers["content-disposition"]
    file = tmp_path / "month.chsreplay"
    file.write_bytes(answer.content)
    with open_bundle(file) as package:
        (done,) = await asyncio.to_thread(lambda: list(replay_bundle(package)))
    assert (done.clearing, done.place, done.stored) == (run["run_id"], None, run["statements_digest"])
    denied = await gw.ask("GET", path, who="own")
    assert denied.status_code == 403
    gone = await gw.ask("GET", "/api/v1/clearings/MR-990100-209901-1/replay", who="bureau")
    assert (gone.status_code, gone.json()["reason"]) == (404, "REPLAY_CLEARING_UNKNOWN")
