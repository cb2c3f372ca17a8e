"""Disputes over HTTP: filed, papered, handed in, accepted; and invisible to everybody else."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOME = "/api/v1/disputes"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


async def _filed(gw, ref: str) -> dict:
    body = {"type": "T5", "pool": "990100", "subject_ref": ref, "reason": "评价用了重报前的数据"}
    answer = await gw.ask("POST", HOME, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _attached(gw, case_no: str, name: str = "说明.pdf", content: bytes = PDF, **more):
    params = {"case_no": case_no, "kind": "reason", "file_name": name}
    return await gw.ask("POST", f"{HOME}/attachments", params=params, files={"file": ("f", content)}, **more)


async def test_a_case_is_filed_handed_in_and_accepted(gw):
    """What the portal and a hospital's program do, with every figure and date as text."""
    case = await _filed(gw, "演示评〔2026〕1号")
    assert (case["state"], case["figures"], case["disputed"]) == ("DRAFT", None, "0.00")
    assert [item["event"] for item in case["next"] if item["mine"]] == ["submit", "withdraw"]
    place = f"{HOME}/{case['case_no']}"
    paper = await _attached(gw, case["case_no"])
    assert paper.status_code == 201, paper.text
    bad = await _attached(gw, case["case_no"], "a.pdf", PDF.replace(b"/Type", b"/JS(x)/Type"))
    assert (bad.status_code, bad.json()["reason"]) == (422, "PAPER_ACTIVE")
    got = await gw.ask("GET", f"{place}/attachments/{paper.json()['attachment_id']}")
    assert got.content == PDF
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"
    event = {"event": "submit", "confirmed_digest": case["content_digest"]}
    answer = await gw.ask("POST", f"{place}/events", json=event)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state_text"] == "待受理"
    stale = {
        "event": "accept",
        "version": 9,
        "checked": ["subject", "materials", "period"],
        "unrelated": True,
    }
    refused = await gw.ask("POST", f"{place}/events", who="bureau", json=stale)
    assert (refused.status_code, refused.json()["reason"]) == (409, "CASE_CHANGED")
    accepted = await gw.ask("POST", f"{place}/events", who="bureau", json=stale | {"version": 1})
    assert accepted.json()["state"] == "ACCEPTED", accepted.text
    opinion = {"event": "county_opinion", "opinion": "support", "reason": "属实"}
    own = await gw.ask("POST", f"{place}/events", who="bureau", json=opinion)
    assert own.json()["reason"] == "GUARD_FAILED"
    done = await gw.ask("POST", f"{place}/events", who="second", json=opinion)
    assert done.json()["state"] == "COUNTY_DONE", done.text
    history = (await gw.ask("GET", f"{place}/history")).json()
    assert history["intact"]
    assert [item["event"] for item in history["items"]] == ["open", "submit", "accept", "county_opinion"]
    clocks = (await gw.ask("GET", f"{place}/deadlines")).json()["items"]
    assert {item["state"] for item in clocks} == {"stopped", "waiting"}
    assert (await gw.ask("GET", f"{place}/explanation")).json()["decision"] is None
    queue = (await gw.ask("GET", HOME, who="bureau", params={"pool": "990100"})).json()
    assert case["case_no"] in {item["case_no"] for item in queue["items"]}


async def test_others_do_not_find_it(gw):
    """A hospital cannot see another's case, nor an office one of another region, at any door."""
    case = await _filed(gw, "演示评〔2026〕2号")
    no = case["case_no"]
    attached = (await _attached(gw, no)).json()["attachment_id"]
    for who in ("other", "stranger", "elsewhere"):
        for path in ("", "/history", "/deadlines", "/explanation", f"/attachments/{attached}"):
            answer = await gw.ask("GET", f"{HOME}/{no}{path}", who=who)
            assert answer.status_code == 404, (who, path, answer.text)
        for path, body in (("events", {"event": "withdraw"}), ("signatures", {"digest": "0" * 64})):
            answer = await gw.ask("POST", f"{HOME}/{no}/{path}", who=who, json=body)
            assert answer.status_code in {403, 404}, (who, path, answer.text)
        assert (await _attached(gw, no, who=who)).status_code == 404
        listed = (await gw.ask("GET", HOME, who=who)).json()["items"]
        assert no not in {item["case_no"] for item in listed}


async def test_the_machine_the_quota_and_a_check_are_readable(gw):
    """A page draws the way of a case from data and knows nothing by itself."""
    machine = (await gw.ask("GET", f"{HOME}/machine")).json()
    assert (len(machine["states"]), len(machine["transitions"])) == (22, 38)
    quota = await gw.ask("GET", f"{HOME}/quota", params={"pool": "990100", "cycle": "2026Q1"})
    assert quota.status_code == 200, quota.text
    assert quota.json()["window_until"] == "2026-04-22"
    assert quota.json()["drg"]["limit"] == 0
    missing = await gw.ask("POST", f"{HOME}/check", json={"list_id": "none"})
    assert missing.status_code == 404


async def test_statistics_of_a_cycle_are_the_citys_to_publish(gw):
    """Who may not is told so; a cycle without cases makes no publication of nothing."""
    place = f"{HOME}/cycles/990100/2025Q1/statistics"
    for who, status, reason in (
        ("own", 403, "ROLE_DENIED"), ("bureau", 409, "CYCLE_EMPTY"),
    ):  # fmt: skip
        answer = await gw.ask("POST", place, who=who)
        assert (answer.status_code, answer.json()["reason"]) == (status, reason), answer.text
