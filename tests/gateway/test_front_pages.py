"""4401: the front page of a stay, held against its settlement list."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import national_client as client
import pytest
from gateway_world import OWN, PATH

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement" / "quality"))
from quality_world import clean

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGES = "/api/v1/quality/front-pages"


async def tell(gw: Any, infno: str, content: Any, **members: Any) -> dict[str, Any]:
    message = client.envelope(infno, OWN, content, **members)
    headers = {"Authorization": f"Bearer {gw.keys['own']}"}
    found: dict[str, Any] = (
        await gw.http.post(PATH, content=client.written(message), headers=headers)
    ).json()
    return found


def a_list(setl_id: str, mdtrt_id: str) -> dict[str, Any]:
    record = clean()
    record["setlinfo"] |= {
        "setl_id": setl_id, "mdtrt_id": mdtrt_id, "fixmedins_code": OWN, "insuplc": "990101",
    }  # fmt: skip
    return record


def front_page(record: dict[str, Any], mdtrt_id: str, setl_id: str = "", **changes: Any) -> dict[str, Any]:
    """The page that says of a stay what its list says, with changes."""
    info = record["setlinfo"]
    baseinfo = {
        "mdtrt_id": mdtrt_id, "setl_id": setl_id, "medcasno": info["medcasno"], "gend": info["gend"],
        "adm_date": info["adm_time"][:10], "dscg_date": info["dscg_time"][:10], "dscg_way": info["dscg_way"],
    } | changes  # fmt: skip
    return {"baseinfo": baseinfo, "diseinfo": record["diseinfo"], "oprninfo": record["oprninfo"]}


async def test_a_front_page_is_held_against_the_list_of_its_stay(gw):
    """The two papers are written by different people; where they differ the hospital should look first."""
    record = a_list("F1", "V1")
    assert (await tell(gw, "4101", record))["infcode"] == "0"
    page = front_page(record, "V1", "F1", dscg_way="5", medcasno="OTHER")
    message = client.envelope("4401", OWN, page)
    headers = {"Authorization": f"Bearer {gw.keys['own']}"}
    first = await gw.http.post(PATH, content=client.written(message), headers=headers)
    assert first.json()["infcode"] == "0", first.text
    assert "病案号、离院方式" in first.json()["warn_msg"]
    again = await gw.http.post(PATH, content=client.written(message), headers=headers)
    assert again.content == first.content
    read = (await gw.ask("GET", PAGES, params={"setl_id": "F1"})).json()
    verdicts = {one["field"]: one["verdict"] for one in read["fields"]}
    assert verdicts["setlinfo.dscg_way"] == "different"
    assert verdicts["setlinfo.adm_time"] == "same"
    assert verdicts["diseinfo.diag_code"] == "same"
    assert "OTHER" not in str(read)


async def test_a_page_that_comes_first_is_compared_when_its_list_is_here(gw):
    """The records room is often ahead of the insurance office; nothing told early may get lost."""
    record = a_list("F2", "V2")
    told = await tell(gw, "4401", front_page(record, "V2"))
    assert (told["infcode"], "还没有收到" in told["warn_msg"]) == ("0", True)
    assert (await tell(gw, "4101", record))["infcode"] == "0"
    read = (await gw.ask("GET", PAGES, params={"setl_id": "F2"})).json()
    assert read["list_id"]
    assert {one["verdict"] for one in read["fields"]} <= {"same", "only_list", "only_front_page"}
    mended = await tell(gw, "4401", front_page(record, "V2", "F2", gend="2"))
    assert "性别" in mended["warn_msg"]
    newest = (await gw.ask("GET", PAGES, params={"mdtrt_id": "V2"})).json()
    assert {one["field"] for one in newest["fields"] if one["verdict"] == "different"} == {"setlinfo.gend"}


async def test_a_page_without_a_stay_or_of_another_hospital_is_refused(gw):
    """A page nobody can join to a stay is lost work; one of another hospital is nobody's business."""
    nameless = await tell(gw, "4401", {"baseinfo": {"medcasno": "1"}})
    assert "baseinfo.mdtrt_id" in nameless["err_msg"]
    assert "baseinfo" in (await tell(gw, "4401", {"diseinfo": []}))["err_msg"]
    params = {"hospital_code": OWN, "setl_id": "F1"}
    assert (await gw.ask("GET", PAGES, who="other", params=params)).status_code in {403, 404}
    assert (await gw.ask("GET", PAGES, params={"setl_id": "NONE"})).status_code == 404
    assert (await gw.ask("GET", PAGES)).status_code == 422
