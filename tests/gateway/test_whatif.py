"""Simulations over HTTP: what a bureau's page shows of winners and losers, and what hospitals do not see."""

from __future__ import annotations

import asyncio
import csv
import io
from decimal import Decimal

import pytest
from test_month import run  # noqa: F401 - a closed month

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
