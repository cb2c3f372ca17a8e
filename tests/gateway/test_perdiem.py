"""Bed-days over HTTP: a member, a stay with its leave, a price and its worksheet, an assessment refused."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from gateway_world import OTHER, OWN

pytestmark = pytest.mark.asyncio(loop_scope="module")
POOL, MONTH, HOME = "990100", "2026-03", "/api/v1/per-diem"


def _stay(case_id: str, **more) -> dict:
    return {
        "case_id": case_id, "hospital_code": OWN, "department": "A24", "admission": "2026-03-01",
        "discharge": "2026-03-31", "total_cost": "15000.00", "patient_paid": "1000.00",
        "person_key": f"{case_id}{'0' * 60}"[:64], **more,
    }  # fmt: skip


async def _member(gw, category: str) -> dict:
    body = {"pool": POOL, "hospital_code": OWN, "category": category, "since": "2026-01-01",
            "document": "演示市〔2020〕7号"}  # fmt: skip
    answer = await gw.ask("POST", f"{HOME}/memberships", who="bureau", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_stay_is_tried_by_the_hospital_and_priced_by_the_bureau(gw):
    """The hospital sees what it will get before the month is settled, and afterwards why."""
    await _member(gw, "hospice")
    record = {
        "record_no": "QJ1", "pool": POOL, "hospital_code": OWN, "case_id": "P1", "kind": "leave",
        "since": "2026-03-10", "until": "2026-03-14", "document": "请假条1",
    }  # fmt: skip
    answer = await gw.ask("POST", "/api/v1/stay-records", json=record)
    assert answer.status_code == 201, answer.text
    assert (await gw.ask("POST", "/api/v1/stay-records", who="other", json=record)).status_code == 403
    body = {"pool": POOL, "month": MONTH, "stays": [_stay("P1"), _stay("P2", department="A01")]}
    tried = (await gw.ask("POST", f"{HOME}/trials", json=body)).json()
    # 26 days and three of a kept bed at a half, at 456 a day, less what the patient bore.
    assert [item["method"] for item in tried["items"]] == ["per_diem", "drg"]
    assert (tried["items"][0]["standard"], tried["items"][0]["fund"]) == ("12540.00", "11540.00")
    assert tried["worksheets"][0]["lines"]
    assert tried["worksheets"][1]["lines"] == []
    assert (await gw.ask("POST", f"{HOME}/pricings", json=body)).status_code == 403
    priced = await gw.ask("POST", f"{HOME}/pricings", who="bureau", json=body)
    assert priced.status_code == 201, priced.text
    first = priced.json()["items"][0]
    assert {**first, "pricing_id": ""} == tried["items"][0]
    place = f"{HOME}/pricings/{first['pricing_id']}"
    opened = (await gw.ask("GET", place)).json()
    assert opened["pricing"]["answer"] == first
    assert (opened["pricing"]["admission"], opened["pricing"]["replaced_by"]) == ("2026-03-01", "")
    assert opened["worksheet"] == tried["worksheets"][0]
    assert (await gw.ask("GET", place, who="other")).status_code == 404
    page = (await gw.ask("GET", f"{HOME}/pricings?pool={POOL}&month={MONTH}")).json()
    assert [item["answer"]["pricing_id"] for item in page["items"]] == [first["pricing_id"]]
    scope = (await gw.ask("GET", f"{HOME}/scope?pool={POOL}&month={MONTH}", who="bureau")).json()
    assert OWN in scope["hospitals"]
    assert {"department": "A24", "category": "hospice"} in scope["departments"]


async def test_records_come_as_a_file_and_are_withdrawn_by_name(gw):
    """A file is taken whole; a wrong record is withdrawn with its reason and stays visible."""
    rows = [
        {"record_no": f"F{number}", "hospital_code": OWN, "case_id": "P9", "kind": "outcome",
         "since": "2026-03-31", "until": None, "scale": "ADL", "before": "40", "after": "55.5",
         "document": "评估表", "other_hospital_code": "", "other_case_id": ""}
        for number in range(3)
    ]  # fmt: skip
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    path = f"/api/v1/stay-records/file?pool={POOL}"
    answer = await gw.ask("POST", path, content=sink.getvalue())
    assert answer.json() == {"rows": 3}, answer.text
    before = await gw.rows()
    assert (await gw.ask("POST", path, content=b"record_no\n1\n")).status_code == 422
    assert (await gw.rows())["perdiem.stay_record"] == before["perdiem.stay_record"]
    away = f"/api/v1/stay-records/{OWN}/F1/withdraw"
    assert (await gw.ask("POST", away, who="other", json={"reason": "错"})).status_code == 403
    assert (await gw.ask("POST", away, json={"reason": "登记错误"})).json()["withdrawn"] == "登记错误"
    page = (await gw.ask("GET", f"/api/v1/stay-records?hospital_code={OWN}&case_id=P9")).json()
    assert [(item["record_no"], item["withdrawn"]) for item in page["items"]] == [
        ("F0", ""), ("F1", "登记错误"), ("F2", ""),
    ]  # fmt: skip
    assert page["items"][0]["outcome"] == {"scale": "ADL", "before": "40", "after": "55.5"}
    others = (await gw.ask("GET", f"/api/v1/stay-records?hospital_code={OWN}", who="other")).json()
    assert others["items"] == []


async def test_a_membership_ends_and_an_assessment_is_decided_by_another(gw):
    """What hospitals are held to is decided by two persons and can be read by the hospital."""
    found = await _member(gw, "long_term")
    stays = [
        _stay(f"A{number}", department="", category="long_term", admission="2026-01-30")
        for number in range(10)
    ]
    body = {"pool": POOL, "month": MONTH, "stays": stays}
    assert (await gw.ask("POST", f"{HOME}/pricings", who="bureau", json=body)).status_code == 201
    draft = {
        "pool": POOL, "hospital_code": OWN, "category": "long_term", "measured_since": "2026-01-01",
        "measured_until": "2026-04-01", "applies_since": "2026-04-01", "applies_until": "2026-07-01",
    }  # fmt: skip
    answer = await gw.ask("POST", f"{HOME}/assessments", who="bureau", json=draft)
    assert answer.status_code == 201, answer.text
    name = answer.json()["assessment"]["assessment_id"]
    decide = {"confirm": True, "decision_no": "演示医保〔2026〕9号"}
    path = f"{HOME}/assessments/{name}"
    assert (await gw.ask("POST", f"{path}/decide", who="second", json=decide)).status_code == 409
    assert (
        await gw.ask("POST", f"{path}/hear", who="bureau", json={"statement": "无异议"})
    ).status_code == 200
    assert (await gw.ask("POST", f"{path}/decide", who="bureau", json=decide)).status_code == 403
    decided = await gw.ask("POST", f"{path}/decide", who="second", json=decide)
    assert (decided.json()["state"], decided.json()["factor"]) == ("decided", "1")
    opened = (await gw.ask("GET", path)).json()
    assert {item["name"]: item["value"] for item in opened["assessment"]["indicators"]} == {
        "alos": "60", "day_cost": "250",
    }  # fmt: skip
    assert (await gw.ask("GET", path, who="other")).status_code == 404
    listed = (await gw.ask("GET", f"{HOME}/assessments?pool={POOL}", who="bureau")).json()
    assert name in {item["assessment_id"] for item in listed["items"]}
    few = {**draft, "hospital_code": OTHER}
    refusal = await gw.ask("POST", f"{HOME}/assessments", who="bureau", json=few)
    assert (refusal.status_code, refusal.json()["reason"]) == (409, "PER_DIEM_ASSESS_TOO_FEW")
    end = {"until": "2026-07-01", "document": "演示市〔2026〕3号"}
    place = f"{HOME}/memberships/{found['membership_id']}/end"
    assert (await gw.ask("POST", place, who="bureau", json=end)).json()["until"] == "2026-07-01"
    listed = (await gw.ask("GET", f"{HOME}/memberships?pool={POOL}")).json()
    assert {item["hospital_code"] for item in listed["items"]} == {OWN}


async def test_a_large_file_is_read_as_a_file_and_its_double_number_is_found_at_once(gw):
    """Sixty thousand rows are a month of a large hospital; the service must not stand still over them."""
    head = "record_no,hospital_code,case_id,kind,since,until,scale,before,after,document,other_hospital_code"
    rows = (
        f"L{min(n, 59_998)},{OWN},P8,outcome,2026-03-31,,ADL,40,55.5,{'评估表' * 9},," for n in range(60_000)
    )
    content = "\n".join([f"{head},other_case_id", *rows]).encode()
    assert len(content) > 4 * 1024 * 1024
    answer = await gw.ask("POST", f"/api/v1/stay-records/file?pool={POOL}", content=content)
    assert (answer.status_code, answer.json()["reason"]) == (409, "STAY_RECORD_TAKEN"), answer.text
    assert answer.json()["errors"][0]["value"] == "L59998"
