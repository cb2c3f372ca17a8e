"""Around a month over HTTP alone: findings, decisions, holds, a trial, a correction shown and posted."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from gateway_world import COUNTY, OTHER, OWN, POOL

from chspay_core.digest import sm3_hex

pytestmark = pytest.mark.asyncio(loop_scope="module")

YEAR = f"/api/v1/budget/years/{POOL}/2027"


async def ended(gw, run_id: str) -> dict:
    """A run when it has ended."""
    for _ in range(400):
        run = (await gw.ask("GET", f"/api/v1/runs/{run_id}", who="bureau")).json()
        if run["state"] in {"done", "failed"}:
            return run
        await asyncio.sleep(0.05)
    raise AssertionError(run)


async def lists(gw, month: int) -> None:
    """Forty lists of two hospitals."""
    lines = ["case_id,hospital_code,region_code,admission_date,discharge_date,sex,age_years,diagnoses,"
             "procedures,total_cost,patient_paid"]  # fmt: skip
    for number in range(40):
        days = f"2027-{month:02}-01,2027-{month:02}-{10 + number % 9}"
        diagnosis = ("I63.900", "J18.900")[number % 2]
        money = f"{8000 + number * 37}.00,{1000 + number}.00"
        hospital = (OWN, OTHER)[number % 2]
        lines.append(f"N{month}-{number},{hospital},{COUNTY},{days},1,{30 + number},{diagnosis},,{money}")
    found = await gw.ask(
        "POST", "/api/v1/lists/import?format=csv", who="bureau", content="\n".join(lines).encode()
    )
    assert found.json()["accepted"] == 40, found.text


async def asked(gw, method: str, path: str, status: int = 200, *, who: str = "bureau", **more) -> dict:
    """An answer of the status expected."""
    answer = await gw.ask(method, path, who=who, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_month_with_everything_around_it(gw):
    """The path of a bureau through a difficult month, seen from outside."""
    body = {"inpatient_fund": "12000000.00", "out_of_area": "1000000.00", "reserve": "500000.00"}
    version = (await asked(gw, "PUT", YEAR, json=body))["version"]
    decision = {"version": version, "decision_no": "演示医保〔2027〕1号"}
    await asked(gw, "POST", f"{YEAR}/approve", who="second", json=decision)
    await lists(gw, 3)
    csv = (
        "finding_id,hospital_code,case_id,rule_id,evidence,amount\r\n"
        f"F1,{OWN},N3-0,重复收费,同日两次收取同一检查,120.50\r\n"
        f"F2,{OTHER},N3-1,分解住院,当日出入院,33.00\r\n"
        f"F3,{OTHER},NOBODY,分解住院,当日出入院,33.00\r\n"
    ).encode("gb18030")
    taken = await asked(gw, "POST", "/api/v1/findings/import", files={"file": ("f.csv", csv)})
    assert (taken["accepted"], [fault["reason"] for fault in taken["faults"]]) == (2, ["LIST_NOT_FOUND"])
    step = {"state": "upheld", "reason": "核实", "amount": "100.00", "decision_no": "稽〔2027〕1号"}
    upheld = await asked(gw, "POST", "/api/v1/findings/F2/steps", json=step)
    assert (upheld["state"], upheld["deduction"]) == ("upheld", "100.00")
    wanted = {
        "decision_no": "评〔2027〕1号", "hospital_code": OWN, "case_id": "N3-2", "kind": "review",
        "value": "150", "mode": "points", "citation": "演示纪要",
    }  # fmt: skip
    applied = await asked(gw, "POST", "/api/v1/decisions", json=wanted)
    assert (applied["applied"], applied["effect"], applied["month"]) == (True, "run", "2027-03")
    other = await gw.ask("POST", "/api/v1/decisions", who="bureau", json=wanted | {"value": "151"})
    assert (other.status_code, other.json()["reason"]) == (409, "DECISION_DIFFERS")
    hold = {"pool": POOL, "hospital_code": OWN, "since": "2027-03", "amount": "500.00", "rule_id": "异常增长",
            "evidence": "增长45.26%", "citation": "演示通知"}  # fmt: skip
    held = await asked(gw, "POST", "/api/v1/holds", json=hold)
    assert (held["state"], held["held"]) == ("standing", "0.00")

    month = {"pool": POOL, "year": 2027, "month": 3}
    trial = await ended(gw, (await asked(gw, "POST", "/api/v1/trials", 202, json=month))["run_id"])
    assert (trial["state"], trial["nature"], trial["held_lists"]) == ("done", "trial", 1)
    run = await ended(gw, (await asked(gw, "POST", "/api/v1/runs", 202, json=month))["run_id"])
    assert (run["state"], run["nature"], run["cases"]) == ("done", "month", 39), run
    base = f"/api/v1/runs/{run['run_id']}"
    left = (await asked(gw, "GET", f"{base}/held-lists", who="own"))["items"]
    assert [(row["case_id"], row["finding_ids"], row["next_month"]) for row in left] == [
        ("N3-0", ["F1"], "2027-04")
    ]
    rows = {row["hospital_code"]: row for row in (await asked(gw, "GET", f"{base}/statements"))["items"]}
    assert (rows[OTHER]["deducted"], rows[OWN]["held"]) == ("100.00", "500.00")
    for row in rows.values():
        parts = [Decimal(row[name]) for name in ("prepaid", "differences", "released")]
        assert Decimal(row["payable"]) == sum(parts) - Decimal(row["deducted"]) - Decimal(row["held"])
    await _page_says_what_is_paid(gw, run["run_id"])
    again = await ended(gw, (await asked(gw, "POST", f"{base}/replay", 202))["run_id"])
    assert again["statements_digest"] == run["statements_digest"], again
    await asked(gw, "POST", f"/api/v1/runs/{trial['run_id']}/discard")
    freed = await asked(
        gw,
        "POST",
        f"/api/v1/holds/{held['hold_id']}/release",
        json={"reason": "未见违规", "citation": "通知"},
    )
    assert (freed["state"], freed["released"]) == ("released", "500.00")
    await _corrected(gw, run["run_id"])


async def _page_says_what_is_paid(gw, run_id: str) -> None:
    """The page of a statement shows what was taken off, held and paid, as its file does."""
    row = (await gw.ask("GET", f"/api/v1/runs/{run_id}/statements/{OTHER}", who="bureau")).json()
    gw.http.cookies.clear()
    await gw.http.post("/view/login", data={"key": gw.keys["bureau"]})
    shown = (await gw.http.get(f"/view/runs/{run_id}/statements/{OTHER}")).text
    for label, name in (("审核扣款", "deducted"), ("暂缓拨付", "held"), ("本月应付", "payable")):
        assert f"{label}（元）" in shown
        assert f"{Decimal(row[name]):,}" in shown, name


async def _corrected(gw, run_id: str) -> None:
    """A correction of the closed month: shown, posted as shown, and the old statement as it was."""
    before = (await gw.ask("GET", f"/api/v1/runs/{run_id}/statements/{OWN}?format=canonical")).content
    case = {
        "case_id": "N3-4", "hospital_code": OWN, "region_code": COUNTY, "admission_date": "2027-03-01",
        "discharge_date": "2027-03-14", "sex": 1, "age_years": 34, "diagnoses": ["I63.900"],
        "total_cost": "8148.00", "patient_paid": "1.00",
    }  # fmt: skip
    listed = await asked(gw, "POST", "/api/v1/lists", 201, who="own", json=case)
    assert listed["mark"] == "difference"
    shown = await asked(gw, "GET", f"/api/v1/differences/{POOL}/preview")
    (found,) = shown["items"]
    assert (found["corrected_month"], found["method"], found["residual"]) == (
        "2027-03",
        "recomputed@1",
        "0.00",
    )
    assert sum(Decimal(row["delta"]) for row in found["hospitals"]) == 0
    signed = {"preview_digest": "00" * 32, "cause": "清单更正"}
    moved = await gw.ask("POST", f"/api/v1/differences/{POOL}", who="bureau", json=signed)
    assert (moved.status_code, moved.json()["reason"]) == (409, "DIFFERENCES_MOVED")
    signed["preview_digest"] = shown["preview_digest"]
    posted = (await asked(gw, "POST", f"/api/v1/differences/{POOL}", json=signed))["items"]
    mine = (await asked(gw, "GET", "/api/v1/differences", who="own"))["items"]
    assert [row["difference_id"] for row in mine] == [row["difference_id"] for row in posted]
    assert [row["hospital_code"] for row in mine[0]["hospitals"]] == [OWN]
    after = (await gw.ask("GET", f"/api/v1/runs/{run_id}/statements/{OWN}?format=canonical")).content
    assert sm3_hex(after) == sm3_hex(before)


async def test_points_and_periods_run_in_the_background(gw):
    """Long work is started, followed and read, never waited for."""
    step = {"state": "dismissed", "reason": "核实无误"}
    await asked(gw, "POST", "/api/v1/findings/F1/steps", json=step)
    months = {"place": POOL, "first_month": "2027-03", "last_month": "2027-03", "in_force": "2027-03"}
    table = await asked(gw, "POST", "/api/v1/point-tables", 202, json=months)
    period = await asked(
        gw, "POST", "/api/v1/periods", 202,
        json={"pool": POOL, "first_month": "2027-03", "last_month": "2027-04"},
    )  # fmt: skip
    path, other = f"/api/v1/point-tables/{table['table_id']}", f"/api/v1/periods/{period['period_id']}"
    for _ in range(400):
        table, period = await asked(gw, "GET", path), await asked(gw, "GET", other)
        if table["state"] in {"done", "failed"} and period["state"] != "running":
            break
        await asyncio.sleep(0.05)
    assert (table["state"], table["cases"]) == ("done", 40), table
    content = (await gw.ask("GET", f"{path}?format=canonical", who="bureau")).content
    assert sm3_hex(content) == table["digest"]
    assert (period["state"], len(period["run_ids"])) == ("done", 2), period


async def test_what_only_a_bureau_may_do_is_refused_to_a_hospital(gw):
    """A hospital must not decide on its own case or its own money."""
    wanted = {"decision_no": "x", "hospital_code": OWN, "case_id": "c", "kind": "incomplete", "citation": "x"}
    for method, path, more in (
        ("POST", "/api/v1/decisions", {"json": wanted}),
        ("POST", "/api/v1/trials", {"json": {"pool": POOL, "year": 2027, "month": 5}}),
        ("GET", f"/api/v1/differences/{POOL}/preview", {}),
        ("POST", "/api/v1/holds/HD-1/release", {"json": {"reason": "x", "citation": "x"}}),
    ):  # fmt: skip
        answer = await gw.ask(method, path, **more)
        assert answer.status_code == 403, (path, answer.text)
    broken = await gw.ask(
        "POST", "/api/v1/findings/import", who="bureau", files={"file": ("f.csv", b"finding_id\r\n1\r\n")}
    )
    assert (broken.status_code, broken.json()["reason"]) == (422, "UPLOAD_UNREADABLE")
