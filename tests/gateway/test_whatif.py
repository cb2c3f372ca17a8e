"""Simulations over HTTP: what a bureau's page shows of winners and losers, and what hospitals do not see."""

from __future__ import annotations

import asyncio
import csv
import io
from decimal import Decimal

import pytest
from test_month import run  # noqa: F401 - a closed month

from chspay_settlement.app.whatif import reform
from chspay_settlement.store.whatif import MonthSums

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/api/v1/what-ifs"


async def ended(gw, what_if_id: str) -> dict:
    """The simulation when it has ended."""
    while True:
        found = (await gw.ask("GET", f"{PATH}/{what_if_id}", who="bureau")).json()
        if found["state"] not in {"waiting", "running"}:
            return found
        await asyncio.sleep(0.02)


async def test_a_simulation_from_beginning_to_end(gw, run):  # noqa: F811
    """Begin, follow, compare, take as a spreadsheet, throw away: with the key of a bureau alone."""
    body = {
        "run_ids": [run["run_id"]],
        "scenarios": [
            {"name": "低倍率放宽", "rules": {"outlier.low_multiple": "0.95"}},
            {"name": "修订", "rules": {"outlier.low_multiple": {
                "label": "低倍率", "unit": "ratio", "rules": [{"since": "2027-01-01", "value": "0.95"}]}}},
            {"name": "基金加一成", "fund_factor": "1.1"},
        ],
        "sweep": {"axes": [{"target": "rules:outlier.low_multiple", "values": ["0.3", "0.5", "0.7"]}]},
        "age_bands": ["0-59", "60-"],
    }  # fmt: skip
    begun = await gw.ask("POST", PATH, who="bureau", json=body)
    assert begun.status_code == 202, begun.text
    found = await ended(gw, begun.json()["what_if_id"])
    assert (found["state"], found["steps_done"]) == ("done", found["steps"]), found
    base, wider, same, more = found["scenarios"]
    assert (base["name"], base["fund"], base["change"]) == ("现行规定", run["fund"], "0.00")
    assert {**wider, "name": "", "recomputed": []} == {**same, "name": "", "recomputed": []}
    assert same["recomputed"] == []
    assert Decimal(more["change"]) == Decimal(more["fund_change"]) > 0
    url = f"{PATH}/{found['what_if_id']}/scenarios/低倍率放宽"
    for by in ("hospital", "level", "group", "band"):
        page = (await gw.ask("GET", url, who="bureau", params={"by": by})).json()
        assert page["change"] == "0.00"
        assert sum(Decimal(row["change"]) for row in page["items"]) == 0
        assert len(page["items"]) == page["rows"] > 0
    nothing = await gw.ask("GET", url, who="bureau", params={"by": "community"})
    assert (nothing.status_code, nothing.json()["reason"]) == (409, "WHAT_IF_BY_NOTHING")
    sheet = await gw.ask("GET", url, who="bureau", params={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert sum(Decimal(row["基金(元，现行)"]) for row in rows) == Decimal(run["fund"])
    sweep = (await gw.ask("GET", f"{PATH}/{found['what_if_id']}/sweep", who="bureau")).json()
    assert [row["values"] for row in sweep["items"]] == [["0.3"], ["0.5"], ["0.7"]]
    assert all(row["summary"]["change"] == "0.00" for row in sweep["items"])
    assert found in (await gw.ask("GET", PATH, who="bureau")).json()["items"]
    for method, path in (("GET", PATH), ("GET", url), ("DELETE", f"{PATH}/{found['what_if_id']}")):
        assert (await gw.ask(method, path, who="own")).status_code == 403
    assert (await gw.ask("POST", PATH, who="own", json=body)).status_code == 403
    gone = await gw.ask("DELETE", f"{PATH}/{found['what_if_id']}", who="bureau")
    assert gone.json()["state"] == "cancelled", gone.text
    assert (await gw.ask("GET", url, who="bureau")).status_code == 404


async def test_what_is_wrong_is_said_by_field(gw, run):  # noqa: F811
    """Whoever builds a page on this needs to know which field to mark."""
    for change, status in (
        ({"scenarios": [{"name": "x", "rules": {"points.scale": 3}}]}, 422),
        ({"scenarios": [{"name": "x", "rules": {"points.scale": [3]}}]}, 422),
        ({"scenarios": [{"name": "x", "price": {}}]}, 422),
        ({"scenarios": [{"name": "x", "fund": "1.234"}]}, 422),
        ({"scenarios": []}, 422),
        ({"run_ids": []}, 422),
    ):
        body = {"run_ids": [run["run_id"]], "scenarios": [{"name": "x", "fund_factor": "2"}], **change}
        answer = await gw.ask("POST", PATH, who="bureau", json=body)
        assert answer.status_code == status, answer.text


async def test_a_reform_is_evaluated(gw, run, monkeypatch):  # noqa: F811
    """What was put into two years of months comes out, in the unit that is said."""

    async def months(_connection, _pool, first, last):
        assert (first, last) == (202401, 202512)
        return [
            MonthSums(
                202401 + n % 12 + 100 * (n // 12), 1000, 10**11, 10**9 + 10**6 * n + 10**5 * (n * 7 % 5)
                - (5 * 10**7 if n >= 12 else 0), 3 * 10**8, 7 * 10**8,
            )
            for n in range(24)
        ]  # fmt: skip

    monkeypatch.setattr(reform.whatif, "months", months)
    query = {"pool": run["pool"], "measure": "cost_per_case", "first": "2024-01", "last": "2025-12",
             "change": "2025-01", "confidence": "0.9"}  # fmt: skip
    answer = await gw.ask("GET", "/api/v1/reform-evaluations", who="bureau", params=query)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["unit"], found["months_before"], found["months_after"], found["lag"]) == (
        "元/例",
        12,
        12,
        2,
    )
    level, trend, drop, _ = found["estimates"]
    assert (level["unit"], trend["unit"]) == ("元/例", "元/例·月")
    assert float(drop["low"]) < -500 < float(drop["high"])
    assert abs(float(trend["value"]) - 10) < 1
    assert [point["month"] for point in found["series"]][::23] == ["2024-01", "2025-12"]
    assert (found["series"][11]["without_reform"], bool(found["series"][12]["without_reform"])) == ("", True)


async def test_a_reform_with_too_few_months_is_refused(gw, run):  # noqa: F811
    """A page that showed a figure from one month would be believed."""
    query = {"pool": run["pool"], "measure": "cost_per_case", "first": "2026-01", "last": "2026-12",
             "change": "2026-03"}  # fmt: skip
    answer = await gw.ask("GET", "/api/v1/reform-evaluations", who="bureau", params=query)
    assert (answer.status_code, answer.json()["reason"]) == (409, "WHAT_IF_SERIES_SHORT"), answer.text
    assert (await gw.ask("GET", "/api/v1/reform-evaluations", who="own", params=query)).status_code == 403
