"""Test institutions: answered like the real thing, marked, purged, and nowhere in what pays or counts."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import national_client as client
import pytest
import pytest_asyncio
from gateway_world import COUNTY, OWN, PATH, POOL, SOUND

from chspay_cli.cli_client import issue
from chspay_gateway.envelope.example import EXAMPLE
from chspay_gateway.sandbox import HEADER

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEST = "SBX99010100001"
YEAR = f"/api/v1/budget/years/{POOL}/2026"
TRIED = "/api/v1/sandbox/lists"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(gw):
    gw.keys["test"] = await issue(gw.admin_url, institution=TEST)
    return gw


async def tell(gw: Any, who: str, code: str, setl_id: str, **changes: Any) -> Any:
    content = copy.deepcopy(EXAMPLE["input"])
    content["setlinfo"] |= {"setl_id": setl_id, "fixmedins_code": code} | changes
    message = client.envelope("4101", code, content)
    headers = {"Authorization": f"Bearer {gw.keys[who]}"}
    return await gw.http.post(PATH, content=client.written(message), headers=headers)


async def test_a_test_list_gets_the_answer_a_real_one_gets_and_shows_what_it_is(world):
    """An integrator tries against the real rules; nobody may take the answer for a real one."""
    real = await world.ask("POST", "/api/v1/lists", json=SOUND | {"case_id": "SB0"})
    tried = await world.ask(
        "POST", "/api/v1/lists", who="test", json=SOUND | {"case_id": "SB0", "hospital_code": TEST}
    )
    assert tried.status_code == 201, tried.text
    assert tried.json()["group"] | {"case_id": ""} == real.json()["group"] | {"case_id": ""}
    assert (tried.headers[HEADER], tried.json()["mark"]) == ("1", "sandbox")
    assert tried.json()["list_id"].startswith("SBX")
    told = await tell(world, "test", TEST, "SB1", medcasno="")
    assert told.json()["infcode"] == "0", told.text
    assert "测试机构" in told.json()["warn_msg"]
    assert told.headers[HEADER] == "1"
    bad = await tell(world, "test", TEST, "SB2", gend="")
    assert (bad.json()["infcode"], bad.headers[HEADER]) == ("-1", "1")
    wrong = SOUND | {"hospital_code": TEST, "sex": 7}
    refused = await world.ask("POST", "/api/v1/lists", who="test", json=wrong)
    assert (refused.status_code, refused.headers[HEADER]) == (422, "1")
    kept = (await world.ask("GET", TRIED, who="test")).json()["items"]
    assert {row["case_id"] for row in kept} == {"SB0", "SB1"}
    assert next(row["errors"] for row in kept if row["case_id"] == "SB1") > 0


async def test_no_fund_no_statement_and_no_statistic_ever_hears_of_it(world):
    """The month with test lists beside it must be the month without them, to the byte."""
    before = await world.rows()
    for number in range(5):
        body = SOUND | {"case_id": f"SX{number}", "hospital_code": TEST, "total_cost": "99999.00"}
        assert (await world.ask("POST", "/api/v1/lists", who="test", json=body)).status_code == 201
    after = await world.rows()
    assert {name for name in after if after[name] != before[name]} == {"gateway.wire_file"}
    held = await world.admin.fetch(
        "SELECT table_schema || '.' || table_name AS name, column_name FROM information_schema.columns"
        " WHERE table_schema = ANY($1) AND column_name IN ('hospital_code', 'institution')"
        " AND table_name IN (SELECT tablename FROM pg_tables)",
        ["settlement", "budget", "capitation", "perdiem", "grouper", "rulebook", "dispute"],
    )
    for row in held:
        found = await world.admin.fetchval(
            f"SELECT count(*) FROM {row['name']} WHERE {row['column_name']} LIKE 'SBX%'"
        )
        assert found == 0, row["name"]
    hospital = {"name": "测试", "region_code": POOL, "area_code": COUNTY, "level": 2, "since": "2020-01-01"}
    put = await world.ask("PUT", f"/api/v1/hospitals/{TEST}", who="bureau", json=hospital)
    assert put.status_code == 422, "a test institution can never be registered, so no run can hold it"
    kind = {"kind": "hospital", "pool": POOL, "agreement": "active"}
    body = kind | {"name": "测试", "level": 2, "since": "2020-01-01"}
    assert (
        await world.ask("PUT", f"/api/v1/institutions/{TEST}", who="bureau", json=body)
    ).status_code == 422
    lines = "case_id,hospital_code,discharge_date,sex,age_years,diagnoses,total_cost\n"
    lines += f"B1,{TEST},2026-03-08,1,60,I63.900,100.00\n"
    imported = await world.ask(
        "POST", "/api/v1/lists/import?format=csv", who="bureau", content=lines.encode()
    )
    assert imported.json()["accepted"] == 0, imported.text


async def test_no_other_platform_hears_of_a_test_list(world, monkeypatch):
    """A province that is sent a trial books it as a stay of a patient."""
    door = world.app.state.gateway.door
    told = replace(door.partners(), platforms={"up": object()})
    monkeypatch.setattr(door, "partners", lambda: told)
    for who, code, setl_id in (("test", TEST, "SB9"), ("own", OWN, "SB9")):
        answer = await tell(world, who, code, setl_id, medcasno="")
        assert answer.json()["infcode"] == "0", answer.text
    sent = await world.admin.fetch("SELECT institution FROM gateway.outbox")
    assert {row["institution"] for row in sent} == {OWN}


async def test_test_lists_are_purged_by_their_own_institution_only(world):
    """What was tried is nobody's record; but one institution may not wipe another's trials."""
    key = {"Idempotency-Key": "purge-1"}
    assert (await world.ask("DELETE", TRIED, headers=key)).status_code == 403
    other = await world.ask("GET", TRIED, params={"institution": TEST})
    assert other.status_code == 403
    assert (await world.ask("GET", TRIED, who="own", params={"institution": OWN})).status_code == 403
    purged = await world.ask("DELETE", TRIED, who="test", headers={"Idempotency-Key": "purge-2"})
    assert purged.json()["purged"] == 8
    assert (await world.ask("GET", TRIED, who="test")).json()["items"] == []
