"""Bad input: one clear Chinese sentence with a stable reason each, and nothing half-written."""

from __future__ import annotations

import asyncio
import re

import httpx
import orjson
import pytest
from gateway_world import COUNTY, OTHER, POOL, SOUND

pytestmark = pytest.mark.asyncio(loop_scope="module")

LISTS = "/api/v1/lists"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def without(*names):
    return {name: value for name, value in SOUND.items() if name not in names}


#: what is wrong -> (method, path, request, status, reason, field that is named)
TABLE = {
    "not JSON": ("POST", LISTS, {"content": b"{case"}, 400, "BODY_NOT_JSON", None),
    "not UTF-8": ("POST", LISTS, {"content": b'{"case_id": "\xff"}'}, 400, "BODY_NOT_JSON", None),
    "no body": ("POST", LISTS, {"content": b""}, 400, "BODY_MISSING", None),
    "an array": ("POST", LISTS, {"json": [1]}, 422, "FIELD_TYPE", None),
    "nested too deep": (
        "POST",
        LISTS,
        {"content": b'{"case_id":' + b"[" * 99 + b"]" * 99 + b"}"},
        400,
        "BODY_TOO_DEEP",
        None,
    ),
    "5 MB body": (
        "POST",
        LISTS,
        {"json": SOUND | {"department": "x" * 5_000_000}},
        413,
        "BODY_TOO_LARGE",
        None,
    ),
    "text where a number belongs": ("POST", LISTS, {"json": SOUND | {"sex": "1"}}, 422, "FIELD_TYPE", "sex"),
    "a float where a number belongs": (
        "POST",
        LISTS,
        {"json": SOUND | {"age_years": 1.5}},
        422,
        "FIELD_TYPE",
        "age_years",
    ),
    "true where a number belongs": ("POST", LISTS, {"json": SOUND | {"sex": True}}, 422, "FIELD_TYPE", "sex"),
    "a number beyond every range": (
        "POST",
        LISTS,
        {"json": SOUND | {"sex": 2**70}},
        422,
        "FIELD_RANGE",
        "sex",
    ),
    "money as a number": (
        "POST",
        LISTS,
        {"json": SOUND | {"total_cost": 12.5}},
        422,
        "FIELD_TYPE",
        "total_cost",
    ),
    "money with three decimals": (
        "POST",
        LISTS,
        {"json": SOUND | {"total_cost": "1.234"}},
        422,
        "NOT_WHOLE_FEN",
        "total_cost",
    ),
    "money in words": (
        "POST",
        LISTS,
        {"json": SOUND | {"total_cost": "一百"}},
        422,
        "NOT_A_NUMBER",
        "total_cost",
    ),
    "money beyond storage": (
        "POST",
        LISTS,
        {"json": SOUND | {"total_cost": "9" * 19}},
        422,
        "AMOUNT_TOO_BIG",
        "total_cost",
    ),
    "one code instead of a list": (
        "POST",
        LISTS,
        {"json": SOUND | {"diagnoses": "I63.900"}},
        422,
        "FIELD_TYPE",
        "diagnoses",
    ),
    "a number among the codes": (
        "POST",
        LISTS,
        {"json": SOUND | {"diagnoses": ["I63.900", 5]}},
        422,
        "FIELD_TYPE",
        "diagnoses[1]",
    ),
    "no such day": (
        "POST",
        LISTS,
        {"json": SOUND | {"admission_date": "2026-02-30"}},
        422,
        "NOT_A_DAY",
        "admission_date",
    ),
    "a day as a number": (
        "POST",
        LISTS,
        {"json": SOUND | {"admission_date": 20260101}},
        422,
        "FIELD_TYPE",
        "admission_date",
    ),
    "unknown field": ("POST", LISTS, {"json": SOUND | {"colour": "red"}}, 422, "FIELD_UNKNOWN", "colour"),
    "missing field": ("POST", LISTS, {"json": without("case_id")}, 422, "FIELD_REQUIRED", "case_id"),
    "control character": (
        "POST",
        LISTS,
        {"json": SOUND | {"case_id": "A\u0000B"}},
        422,
        "FIELD_FORMAT",
        "case_id",
    ),
    "half a character": (
        "POST",
        LISTS,
        {"content": orjson.dumps(SOUND).replace(b'"C1"', b'"\\ud800"')},
        422,
        "FIELD_TYPE",
        "case_id",
    ),
    "sent as text": (
        "POST",
        LISTS,
        {"content": orjson.dumps(SOUND), "headers": {"Content-Type": "text/plain"}},
        415,
        "MEDIA_TYPE_BAD",
        "Content-Type",
    ),
    "sex not 1 or 2": ("POST", LISTS, {"json": SOUND | {"sex": 3}}, 422, "SEX_BAD", "sex"),
    "no diagnosis": (
        "POST",
        LISTS,
        {"json": SOUND | {"diagnoses": []}},
        422,
        "DIAGNOSIS_MISSING",
        "diagnoses",
    ),
    "code with forbidden characters": (
        "POST",
        LISTS,
        {"json": SOUND | {"diagnoses": ["I63;DROP"]}},
        422,
        "CODE_BAD",
        "diagnoses",
    ),
    "discharge before admission": (
        "POST",
        LISTS,
        {"json": SOUND | {"discharge_date": "2026-02-01"}},
        422,
        "DISCHARGE_BEFORE_ADMISSION",
        "discharge_date",
    ),
    "cost below zero": (
        "POST",
        LISTS,
        {"json": SOUND | {"total_cost": "-1.00"}},
        422,
        "NEGATIVE",
        "total_cost",
    ),
    "patient paid more than the cost": (
        "POST",
        LISTS,
        {"json": SOUND | {"patient_paid": "99999.00"}},
        422,
        "PATIENT_OVER_TOTAL",
        "patient_paid",
    ),
    "no key": ("POST", LISTS, {"json": SOUND, "who": None}, 401, "KEY_MISSING", None),
    "a made-up key": (
        "POST",
        LISTS,
        {"json": SOUND, "who": None, "headers": {"X-API-Key": "cp_" + "0" * 12 + "_" + "x" * 32}},
        401,
        "KEY_BAD",
        None,
    ),
    "a key of another form": (
        "GET",
        LISTS,
        {"who": None, "headers": {"X-API-Key": "abc"}},
        401,
        "KEY_BAD",
        None,
    ),
    "no request id": (
        "POST",
        LISTS,
        {"json": SOUND, "key": None},
        400,
        "IDEMPOTENCY_KEY_MISSING",
        "Idempotency-Key",
    ),
    "request id with blanks": (
        "POST",
        LISTS,
        {"json": SOUND, "key": "a b"},
        400,
        "IDEMPOTENCY_KEY_BAD",
        "Idempotency-Key",
    ),
    "another hospital's list": (
        "POST",
        LISTS,
        {"json": SOUND | {"hospital_code": OTHER}},
        403,
        "NOT_YOUR_HOSPITAL",
        "hospital_code",
    ),
    "hospital that is not registered": (
        "POST",
        LISTS,
        {"json": SOUND | {"hospital_code": "H99010100009"}, "who": "stranger"},
        409,
        "HOSPITAL_UNKNOWN",
        "hospital_code",
    ),
    "hospital starts a run": (
        "POST",
        "/api/v1/runs",
        {"json": {"pool": POOL, "year": 2026, "month": 3}},
        403,
        "BUREAU_ONLY",
        None,
    ),
    "run of another region": (
        "POST",
        "/api/v1/runs",
        {"json": {"pool": "330100", "year": 2026, "month": 3}, "who": "bureau"},
        403,
        "REGION_DENIED",
        "region",
    ),
    "run without a budget": (
        "POST",
        "/api/v1/runs",
        {"json": {"pool": POOL, "year": 2027, "month": 3}, "who": "bureau"},
        409,
        "BUDGET_MISSING",
        None,
    ),
    "month 13": (
        "POST",
        "/api/v1/runs",
        {"json": {"pool": POOL, "year": 2026, "month": 13}, "who": "bureau"},
        422,
        "FIELD_RANGE",
        "month",
    ),
    "no such region": (
        "POST",
        "/api/v1/group",
        {"json": {"place": "123", "on": "2026-01-01", "case": SOUND}},
        422,
        "NOT_A_REGION",
        "place",
    ),
    "region without policy": (
        "GET",
        "/api/v1/places/440100/rules?on=2026-01-01",
        {},
        404,
        "POLICY_PLACE_UNKNOWN",
        None,
    ),
    "budget that does not add up": (
        "PUT",
        f"/api/v1/budget/years/{POOL}/2031",
        {"json": {"inpatient_fund": "-5", "out_of_area": "0", "reserve": "0"}, "who": "bureau"},
        422,
        "BUDGET_AMOUNT_NEGATIVE",
        None,
    ),
    "no such list": ("GET", f"{LISTS}/nothing", {}, 404, "LIST_NOT_FOUND", None),
    "no such run": ("GET", "/api/v1/runs/nothing", {"who": "bureau"}, 404, "RUN_NOT_FOUND", None),
    "no such address": ("GET", "/api/v1/nothing", {}, 404, "ROUTE_UNKNOWN", None),
    "no such method": ("DELETE", LISTS, {}, 405, "METHOD_BAD", None),
    "page size as text": ("GET", f"{LISTS}?page_size=many", {}, 422, "FIELD_TYPE", "page_size"),
    "period backwards": (
        "GET",
        f"{LISTS}?discharged_from=2026-02-01&discharged_to=2026-01-01",
        {},
        422,
        "PERIOD_BACKWARDS",
        "discharged_from",
    ),
    "broken Parquet": (
        "POST",
        f"{LISTS}/import?format=parquet",
        {"content": b"PAR1 no"},
        422,
        "UPLOAD_UNREADABLE",
        None,
    ),
    "file of another kind": (
        "POST",
        f"{LISTS}/import?format=docx",
        {"content": b"x"},
        422,
        "FORMAT_BAD",
        "format",
    ),
    "CSV without a needed column": (
        "POST",
        f"{LISTS}/import?format=csv",
        {"content": b"case_id,sex\nA,1\n"},
        422,
        "COLUMN_MISSING",
        "hospital_code",
    ),
    "file beyond the limit": (
        "POST",
        f"{LISTS}/import?format=csv",
        {"content": b"x" * 1_100_000},
        413,
        "BODY_TOO_LARGE",
        None,
    ),
}


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
