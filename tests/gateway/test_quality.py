"""Quality over HTTP: what a hospital sees before and after its upload, and what it must not see."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from gateway_world import OTHER, OWN, PATH, POOL

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement" / "quality"))
from quality_world import clean

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHECKS, RESULTS = "/api/v1/quality/checks", "/api/v1/quality/results"
#: Words of money and points, which a trial before the upload must not show.
MONEY = ("weight", "points", "fen", "fund", "price", "cost")


def a_list(setl_id: str, hospital: str = OWN, **changes: Any) -> dict[str, Any]:
    record = clean()
    record["setlinfo"] |= {"setl_id": setl_id, "fixmedins_code": hospital, "insuplc": "990101", **changes}
    return record


async def test_a_list_is_tried_before_the_upload_without_any_money(gw):
    """Nobody is nudged to a better paid code: the trial shows the group and nothing it is worth."""
    body = {"place": POOL, "lists": [a_list("T1"), a_list("T2", medcasno="", gend="")]}
    answer = await gw.ask("POST", CHECKS, json=body)
    assert answer.status_code == 200, answer.text
    good, bad = answer.json()["lists"]
    assert good["errors"] == 0
    assert good["group"]["status"] in {"grouped", "ungrouped", "ambiguous"}
    assert {one["rule"] for one in bad["findings"]} == {"A02", "A04"}
    first = bad["findings"][0]
    assert (first["rule"], first["level"], first["fields"]) == ("A02", "error", ["setlinfo.medcasno"])
    assert first["fix"]
    assert bad["group"] is None
    assert "性别" in bad["group_problem"]
    group = json.dumps(good["group"])
    assert not any(word in group for word in MONEY)
    kept = await gw.ask("GET", RESULTS, params={"hospital_code": OWN, "setl_id": "T1"})
    assert kept.json()["items"] == []


async def test_a_hospital_may_not_try_the_lists_of_another(gw):
    """A trial shows what is in a list, so it is for its own hospital only."""
    answer = await gw.ask("POST", CHECKS, json={"lists": [a_list("T1", OTHER)]})
    assert answer.status_code == 403


async def test_an_uploaded_list_gets_its_result_and_its_score(gw):
    """4101, then the findings and the score: the whole way of a hospital's office."""
    message = {
        "infno": "4101", "msgid": f"{OWN}202601121030009901", "mdtrtarea_admvs": POOL, "insuplc_admdvs": POOL,
        "infver": "1.0.0", "opter_type": "1", "opter": "1", "opter_name": "演示", "fixmedins_code": OWN,
        "inf_time": "2026-01-12 10:30:00", "input": a_list("Q9901", medcasno="-"),
    }  # fmt: skip
    answer = (await gw.ask("POST", PATH, json=message)).json()
    assert answer["infcode"] in {"0", 0}, answer
    async with asyncio.timeout(30):
        while True:
            page = await gw.ask("GET", RESULTS, params={"hospital_code": OWN, "setl_id": "Q9901"})
            assert page.status_code == 200, page.text
            if page.json()["items"]:
                break
            await asyncio.sleep(0.1)
    (result,) = page.json()["items"]
    assert result["list_id"] == answer["output"]["setl_list_id"]
    assert [one["rule"] for one in result["findings"] if one["level"] == "error"] == ["A02"]
    found = (await gw.ask("GET", "/api/v1/quality/scores")).json()
    assert [one["hospital_code"] for one in found["items"]] == [OWN]
    assert len({one["number"] for one in found["items"][0]["adoption"]}) == 15


async def test_the_rules_say_what_they_rest_on(gw):
    """Nobody should take an unverified rule for the law."""
    found = (await gw.ask("GET", "/api/v1/quality/rules")).json()
    assert len(found["rules"]) == 141
    assert {one["evidence"] for one in found["rules"]} == {"unverified"}
    assert "unverified" in found["note"]
