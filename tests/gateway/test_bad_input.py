"""Bad input: one clear Chinese sentence with a stable reason each, and nothing half-written."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from bad_inputs import LISTS, TABLE
from gateway_world import COUNTY, SOUND

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("wrong", TABLE)
async def test_bad_input_is_told_clearly_and_leaves_no_trace(gw, wrong):
    """A hospital's IT desk must see what to correct, and a refused request must not have happened."""
    method, path, request, status, reason, field = TABLE[wrong]
    if "content" in request and "import" not in path:
        request = {**request, "headers": {"Content-Type": "application/json"} | request.get("headers", {})}
    before = await gw.rows()
    answer = await gw.ask(method, path, **request)
    body = answer.json()
    assert (answer.status_code, body["reason"]) == (status, reason), body
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == status
    assert body["type"] == f"urn:chspay:problem:{reason}"
    assert CHINESE.search(body["title"])
    assert CHINESE.search(body["detail"])
    assert len(answer.content) < 4000
    if field:
        assert body["errors"][0]["field"] == field
    assert await gw.rows() == before


async def test_every_fault_of_a_body_is_told_at_once(gw):
    """Correcting a list field by field over ten refusals would drive anybody mad."""
    answer = await gw.ask("POST", LISTS, json=SOUND | {"sex": 7, "total_cost": "-3.00", "icu_hours": -1})
    assert {error["reason"] for error in answer.json()["errors"]} == {"SEX_BAD", "NEGATIVE", "OUT_OF_RANGE"}
    answer = await gw.ask("POST", LISTS, json=SOUND | {"sex": "1", "age_years": "2"})
    assert [error["field"] for error in answer.json()["errors"]] == ["sex", "age_years"]


async def test_an_unknown_code_is_taken_in_and_named(gw):
    """A code no scheme knows is kept as sent: the list stays ungrouped and says why."""
    body = SOUND | {"case_id": "UNKNOWN", "diagnoses": ["99.999"]}
    answer = await gw.ask("POST", LISTS, json=body)
    assert answer.status_code == 201, answer.text
    group = answer.json()["group"]
    assert (group["status"], group["drg"], group["reason"]) == ("ungrouped", "", "PRINCIPAL_UNKNOWN")
    told = await gw.ask(
        "POST", "/api/v1/group/explain", key=None, json={"scheme": "chspay_starter", "case": body}
    )
    assert any(CHINESE.search(line) for line in told.json()["prose"])


async def test_a_request_id_with_another_body_is_refused(gw):
    """Two different lists under one id: one of them would silently vanish."""
    first = await gw.ask("POST", LISTS, key="reused-1", json=SOUND | {"case_id": "R1"})
    assert first.status_code == 201
    before = await gw.rows()
    answer = await gw.ask("POST", LISTS, key="reused-1", json=SOUND | {"case_id": "R2"})
    assert (answer.status_code, answer.json()["reason"]) == (409, "REQUEST_ID_REUSED")
    assert await gw.rows() == before


async def test_a_large_body_is_refused_over_a_real_socket(gw):
    """The refusal must reach the client, whether the length was declared or not."""
    server, task = await gw.serve()

    async def endless():
        for _ in range(100):
            yield b"x" * 100_000

    headers = {"Authorization": f"Bearer {gw.keys['own']}", "Content-Type": "application/json"}
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            for content in (b"x" * 5_000_000, endless()):
                answer = await client.post(f"{gw.url}{LISTS}", content=content, headers=headers)
                assert answer.status_code == 413
                assert answer.json()["reason"] == "BODY_TOO_LARGE"
    finally:
        server.should_exit = True
        await task


async def test_a_service_that_is_down_answers_503_and_says_when_to_retry(gw):
    """An outage is told as such, so that clients resend instead of giving up."""
    from chspay_gateway.clients import on_channels
    from chspay_kit.grpc_client import Channel

    nowhere = {name: Channel("127.0.0.1:1", b"a claim key for tests only") for name in gw.services.channels}
    gateway = gw.app.state.gateway
    object.__setattr__(gateway, "services", on_channels(nowhere))
    try:
        answer = await gw.ask("POST", LISTS, json=SOUND | {"case_id": "DOWN"})
        assert answer.status_code == 503
        assert answer.json()["reason"] in {"SERVICE_UNAVAILABLE", "DEADLINE_EXCEEDED"}
        assert answer.headers["retry-after"]
        ready = await gw.ask("GET", "/readyz", who=None)
        assert ready.status_code == 503
        assert ready.json()["parts"]["settlement"] is False
    finally:
        object.__setattr__(gateway, "services", gw.services)
        for channel in nowhere.values():
            await channel.close()


async def test_an_unforeseen_error_tells_a_number_and_no_text(gw, monkeypatch):
    """The text of a programming error may hold personal data."""
    from chspay_gateway.rest import lists

    def broken(case):
        raise RuntimeError("身份证号 3301…")

    monkeypatch.setattr(lists, "check_intake", broken)
    answer = await gw.ask("POST", LISTS, json=SOUND)
    assert (answer.status_code, answer.json()["reason"]) == (500, "INTERNAL")
    assert "3301" not in answer.text


async def test_a_revoked_key_stops_working(gw):
    """A lost key must be cut off; remembered keys are forgotten within half a minute."""
    from chspay_cli.cli_client import issue
    from chspay_gateway.store import AdminStore

    key = await issue(gw.admin_url, institution="H77")
    gw.keys["lost"] = key
    assert (await gw.ask("GET", LISTS, who="lost")).status_code == 200
    assert await AdminStore(gw.admin).revoke(key.split("_")[1])
    keys = gw.app.state.gateway.keys
    clock = keys._clock
    keys._clock = lambda: clock() + 31
    try:
        answer = await gw.ask("GET", LISTS, who="lost")
    finally:
        keys._clock = clock
    assert (answer.status_code, answer.json()["reason"]) == (401, "KEY_BAD")


async def test_many_retries_at_once_write_one_list(gw):
    """A nervous client resends while the first request still runs."""
    body = SOUND | {"case_id": "STORM", "region_code": COUNTY}
    answers = await asyncio.gather(*(gw.ask("POST", LISTS, key="storm", json=body) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
