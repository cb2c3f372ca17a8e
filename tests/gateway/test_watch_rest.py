"""Indicators, the watch, forecasts and the joint meeting over HTTP: every body as an integrator sends it."""

from __future__ import annotations

from typing import Any

import pytest
from gateway_world import POOL

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = f"/api/v1/indicators/{POOL}/2041/H1/cost_per_case"


async def ask(
    gw: Any, method: str, path: str, body: Any = None, who: str = "admin", status: int = 200
) -> Any:
    """The JSON of an answer with the expected status."""
    answer = await gw.ask(method, path, who=who, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def example(gw: Any, name: str) -> Any:
    """The example of a body, as the interface description gives it."""
    return gw.app.openapi()["components"]["schemas"][name]["examples"][0]


async def test_an_indicator_is_issued_revised_measured_and_settled(gw):
    """S22 over HTTP, with the figures as text and the settlement by another key."""
    body = {"value": "12000.00", "document": "下达文件"}
    await ask(gw, "PUT", NAME, body, status=201)
    assert (await ask(gw, "PUT", NAME, body, status=409))["reason"] == "INDICATOR_TAKEN"
    await ask(gw, "POST", f"{NAME}/revise", {"value": "11800.00", "document": "调整文件"})
    await ask(gw, "POST", f"{NAME}/measure", {"value": "12100.55", "document": "年报"})
    refused = await ask(gw, "POST", f"{NAME}/settle", {"decision_no": "决算1号"}, status=403)
    assert refused["reason"] == "INDICATOR_SAME_PERSON"
    found = await ask(gw, "POST", f"{NAME}/settle", {"decision_no": "决算1号"}, who="second")
    assert (found["state"], found["target"], found["steps"][-1]["outcome"]) == ("settled", "11800", "missed")
    again = await ask(gw, "GET", NAME)
    assert (again["label"], again["worksheet"]) == ("例均住院费用", None)
    listed = await ask(gw, "GET", f"/api/v1/indicators?pool={POOL}&year=2041")
    assert [one["code"] for one in listed["items"]] == ["cost_per_case"]


async def test_peers_are_measured_and_shown_with_their_worksheets(gw):
    """S15 over HTTP: weight and worksheet stand beside every figure."""
    made = await ask(gw, "POST", "/api/v1/benchmarks", example(gw, "BenchmarkIn"), status=201)
    assert [(one["level"], one["kind"], one["weight"]) for one in made["means"]] == [
        (0, "", "1"), (2, "", "0.285714"), (2, "hospital", "0.285714"),
    ]  # fmt: skip
    shown = await ask(gw, "GET", f"/api/v1/benchmarks/{made['benchmark_id']}")
    assert shown == made
    assert shown["comparisons"][0]["worksheet"]["lines"]
    listed = await ask(gw, "GET", f"/api/v1/benchmarks?pool={POOL}")
    assert listed["items"][0]["comparisons"] == []


async def test_heads_and_changes_become_findings_with_steps(gw):
    """S21 and invalid heads over HTTP: found, heard, decided by another key."""
    heads = await ask(gw, "POST", "/api/v1/watch/heads", example(gw, "HeadsIn"))
    found = heads["items"][0]
    path = f"/api/v1/watch/{found['watch_id']}"
    await ask(gw, "POST", f"{path}/hear", example(gw, "HearWatchIn"))
    decision = {"uphold": True, "decision_no": "稽核1号", "removed": found["excess"]}
    assert (await ask(gw, "POST", f"{path}/decide", decision, status=403))["reason"] == "WATCH_SAME_PERSON"
    done = await ask(gw, "POST", f"{path}/decide", decision, who="second")
    assert done["steps"][-1]["outcome"]["valid_heads"] == str(found["high"])
    change = await ask(gw, "POST", "/api/v1/watch/changes", example(gw, "ChangeIn"), status=201)
    assert change["facts"]["difference_fen"] == "30000000"
    detail = await ask(gw, "GET", f"/api/v1/watch/{change['watch_id']}")
    assert any(line["key"] == "proposed" for line in detail["worksheet"]["lines"])
    listed = await ask(gw, "GET", f"/api/v1/watch?pool={POOL}&subject=change")
    assert [one["watch_id"] for one in listed["items"]] == [change["watch_id"]]
    refused = await ask(gw, "POST", f"{path}/release", example(gw, "ReleaseWatchIn"), status=409)
    assert refused["reason"] == "WATCH_STATE_WRONG"


async def test_what_is_not_there_yet_is_said_in_words(gw):
    """No month, no budget: a reason and a sentence, never an empty forecast."""
    growth = await ask(gw, "POST", "/api/v1/watch/growth", example(gw, "GrowthIn"), status=409)
    assert growth["reason"] == "GROWTH_RUN_MISSING"
    forecast = await ask(gw, "POST", "/api/v1/forecasts", example(gw, "ForecastIn"), status=409)
    assert forecast["reason"] == "BUDGET_MISSING"
    assert (await ask(gw, "GET", "/api/v1/forecasts/none", status=404))["reason"] == "FORECAST_UNKNOWN"
    assert (await ask(gw, "GET", f"/api/v1/forecasts?pool={POOL}"))["items"] == []
    own = await gw.ask("GET", f"/api/v1/watch?pool={POOL}", who="own")
    assert own.status_code == 403


async def test_a_year_is_forecast_over_http(gw):
    """D13 over HTTP: months and year with intervals, and how often earlier ones held."""
    fund = {"inpatient_fund": "36000000.00", "out_of_area": "0.00", "reserve": "0.00"}
    await ask(gw, "PUT", f"/api/v1/budget/years/{POOL}/2060", fund)
    approve = {"version": 1, "decision_no": "联席〔2060〕1号"}
    await ask(gw, "POST", f"/api/v1/budget/years/{POOL}/2060/approve", approve, who="second")
    history = [
        {"month": f"{2056 + at // 12}-{at % 12 + 1:02d}", "fund": "3000000.00", "other": "900000.00",
         "points": str(30_000 + 900 * (at % 12) + (at * 37) % 101)}
        for at in range(48)
    ]  # fmt: skip
    body = {"pool": POOL, "year": 2060, "history": history, "document": "历年月结汇总"}
    made = await ask(gw, "POST", "/api/v1/forecasts", body, status=201)
    assert (made["seen"], len(made["months"]), made["level"]) == (0, 12, "0.8")
    first = made["months"][0]
    assert float(first["interval"]["low"]) < float(first["value"]) < float(first["interval"]["high"])
    kept = await ask(gw, "GET", f"/api/v1/forecasts/{made['forecast_id']}")
    assert kept["whole"] == made["whole"]
    assert kept["worksheet"]["lines"]


async def test_a_decision_of_the_meeting_is_recorded_over_http(gw):
    """The legal source of a ratio, with who was there."""
    body = {**example(gw, "MeetingDecisionIn"), "decision_no": "联席〔2026〕77号"}
    made = await ask(gw, "POST", "/api/v1/meeting-decisions", body, status=201)
    assert len(made["digest"]) == 64
    assert (await ask(gw, "POST", "/api/v1/meeting-decisions", body, status=409))[
        "reason"
    ] == "MEETING_DECISION_TAKEN"
    one = await ask(gw, "GET", f"/api/v1/meeting-decisions?place={POOL}&decision_no=联席〔2026〕77号")
    assert one["items"] == [made]
    page = await ask(gw, "GET", f"/api/v1/meeting-decisions?place={POOL}")
    assert made in page["items"]
