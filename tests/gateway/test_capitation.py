"""Capitation over HTTP: a roster from file to quotas, a head removed, a community settled, a stay linked."""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "capitation"))

from capitation_rules import CATCHMENT, batch_of, key_of, random_roster, spell

pytestmark = pytest.mark.asyncio(loop_scope="module")
POOL = "990100"


def _parquet(batch: pa.RecordBatch) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_batches([batch]), sink)
    return sink.getvalue()


def _csv(batch: pa.RecordBatch) -> bytes:
    sink = io.BytesIO()
    pacsv.write_csv(pa.Table.from_batches([batch]), sink)
    return sink.getvalue()


async def _ended(gw, path: str, waiting: str) -> dict:
    while True:
        answer = await gw.ask("GET", path, who="bureau")
        assert answer.status_code == 200, answer.text
        if answer.json()["state"] != waiting:
            return answer.json()
        await asyncio.sleep(0.05)


async def _put_catchment(gw) -> None:
    entries = [
        {"kind": e.kind, "code": e.code, "community": e.community, "since": str(e.since)}
        | ({"until": str(e.until)} if e.until else {})
        for e in CATCHMENT
    ]
    body = {"document": "演示市联席〔2025〕6号", "entries": entries}
    answer = await gw.ask("PUT", f"/api/v1/catchments/{POOL}", who="bureau", json=body)
    assert answer.status_code == 200, answer.text
    again = (await gw.ask("GET", f"/api/v1/catchments/{POOL}", who="bureau")).json()
    assert again == answer.json()


async def _upload(gw, content: bytes, **more) -> dict:
    path = f"/api/v1/rosters?pool={POOL}&as_of=2026-12-31"
    answer = await gw.ask("POST", path, who="bureau", content=content, **more)
    assert answer.status_code == 202, answer.text
    return await _ended(gw, f"/api/v1/rosters/{answer.json()['roster_id']}", "checking")


async def test_a_roster_becomes_quotas_and_a_settlement(gw):
    """The whole way of a pool's year, every amount in yuan and with its sheet."""
    await _put_catchment(gw)
    heads = [spell(("rest", number), signed_institution="H1") for number in range(50)]
    roster = await _upload(gw, _parquet(batch_of(heads)), key="roster-1")
    assert (roster["state"], roster["rows"], roster["counts"]) == ("loaded", 50, [])
    again = await _upload(gw, _parquet(batch_of(heads)), key="roster-1")
    assert again == roster
    body = {"pool": POOL, "since": "2026-01-01", "until": "2027-01-01"}
    path = f"/api/v1/rosters/{roster['roster_id']}/attributions"
    started = await gw.ask("POST", path, who="bureau", json=body)
    assert started.status_code == 202, started.text
    place = f"/api/v1/attributions/{started.json()['attribution_id']}"
    run = await _ended(gw, place, "running")
    assert (run["state"], run["budgets"]) == ("done", [{"insurance_type": "390", "budget": "28000.00"}])
    assert run["worksheet"]["lines"]
    quotas = (await gw.ask("GET", f"{place}/quotas", who="bureau")).json()["items"]
    assert [(row["community"], row["quota"], row["valid_days"]) for row in quotas] == [
        ("C1", "28000.00", 50 * 365)
    ]
    person = (await gw.ask("GET", f"{place}/persons/{heads[0].person_key}", who="bureau")).json()
    assert [(stay["community"], stay["quota"], stay["risk_factor"]) for stay in person["stays"]] == [
        ("C1", "560.00", "1.1")
    ]
    head = "visit_id,person_key,institution,day,insurance_type,service,fund_fen"
    line = f"RV1,{heads[0].person_key},H2,2026-03-01,390,outpatient,900050"
    taken = await gw.ask(
        "POST", f"/api/v1/member-visits?attribution_id={place.rsplit('/', 1)[1]}", who="bureau",
        content=f"{head}\n{line}\n".encode(),
    )  # fmt: skip
    assert (taken.status_code, taken.json()["outside"]) == (200, 1), taken.text
    claim = {"visit_id": "RV1", "cause": "migration", "proof": "居住证"}
    exempt = await gw.ask("POST", f"{place}/exemptions", who="bureau", json=claim)
    assert (exempt.status_code, exempt.json()["cause"]) == (201, "migration")
    seen = await gw.ask("GET", f"{place}/communities/C1/visits", who="bureau")
    assert seen.json()["items"] == [exempt.json()]
    assert (await gw.ask("GET", f"{place}/communities/C1/visits", who="own")).json()["items"] == []
    costs = (await gw.ask("GET", f"{place}/communities/C1/costs", who="bureau")).json()["items"]
    assert costs == [{"insurance_type": "390", "inside": "0.00", "outside": "9000.50", "exempt": "9000.50"}]
    settle = {
        "community": "C1", "score": "82", "chronic_rate": "0.7", "document": "纪要〔2027〕2号",
        "costs": [{"insurance_type": "390", "inside": "20000", "outside": "9000.50", "exempt": "0"}],
    }  # fmt: skip
    answer = await gw.ask("POST", f"{place}/settlements", who="bureau", json=settle)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    # 28,000 − 29,000.50 = −1,000.50, of which the community bears 85 %.
    assert (found["funds"][0]["balance"], found["funds"][0]["borne"], found["due"]) == (
        "-1000.50", "850.43", "19149.57",
    )  # fmt: skip
    place = f"/api/v1/capitation-settlements/{found['settlement_id']}"
    assert (await gw.ask("GET", place, who="bureau")).json() == found
    listed = (await gw.ask("GET", "/api/v1/attributions?page_size=1000", who="bureau")).json()["items"]
    assert run["attribution_id"] in {item["attribution_id"] for item in listed}


async def test_a_bad_roster_is_mended_part_by_part(gw):
    """The report names part, row and column; only the bad part is sent again."""
    bad = [spell("x", birth_date=None), spell("y")]
    roster = await _upload(gw, _csv(batch_of(bad)))
    assert (roster["state"], roster["digest"]) == ("refused", "")
    assert [(item["reason"], item["count"]) for item in roster["counts"]] == [("BIRTH_DATE_WRONG", 1)]
    assert roster["faults"] == [
        {"part_no": 0, "row": 1, "column": "birth_date", "reason": "BIRTH_DATE_WRONG"}
    ]
    path = f"/api/v1/rosters/parts?roster_id={roster['roster_id']}&part_no=0"
    answer = await gw.ask("POST", path, who="bureau", content=_csv(batch_of([spell("x"), spell("y")])))
    assert (answer.status_code, answer.json()["rows"]) == (200, 2)
    closed = await gw.ask(
        "POST", f"/api/v1/rosters/{roster['roster_id']}/close", who="bureau", json={"parts": 1}
    )
    assert closed.status_code == 202, closed.text
    found = await _ended(gw, f"/api/v1/rosters/{roster['roster_id']}", "checking")
    assert found["state"] == "loaded"
    listed = (await gw.ask("GET", "/api/v1/rosters?page_size=1000", who="bureau")).json()["items"]
    assert found["roster_id"] in {item["roster_id"] for item in listed}


async def test_a_file_that_is_none_leaves_no_trace(gw):
    """A broken upload must not leave an empty roster behind."""
    before = await gw.rows()
    path = f"/api/v1/rosters?pool={POOL}&as_of=2026-12-31"
    for content in (b"", b"PAR1 nothing", b"\xff\xff\xff\xffnothing", "列\n王".encode("gbk")):
        answer = await gw.ask("POST", path, who="bureau", content=content)
        assert 400 <= answer.status_code < 500, answer.text
    assert (await gw.rows())["capitation.roster"] == before["capitation.roster"]
    for who, status in (("own", 403), ("elsewhere", 403), (None, 401)):
        answer = await gw.ask("POST", path, who=who, content=_parquet(random_roster(3)))
        assert answer.status_code == status, answer.text


async def test_a_head_is_found_heard_and_decided(gw):
    """Three steps, two persons."""
    body = {
        "pool": POOL, "finding_no": "WX-REST-1", "person_key": key_of("head"), "since": "2026-03-01",
        "until": "2026-04-01", "cause": "同人同日拆分票据", "document": "稽核报告",
    }  # fmt: skip
    assert (await gw.ask("POST", "/api/v1/head-findings", who="bureau", json=body)).status_code == 201
    place = "/api/v1/head-findings/WX-REST-1"
    decide = {"remove": True, "decision_no": "演示医保〔2026〕9号"}
    assert (await gw.ask("POST", f"{place}/decide", who="second", json=decide)).status_code in (409, 422)
    heard = await gw.ask("POST", f"{place}/hear", who="bureau", json={"statement": "无异议"})
    assert heard.json()["state"] == "heard"
    assert (await gw.ask("POST", f"{place}/decide", who="bureau", json=decide)).status_code == 403
    decided = await gw.ask("POST", f"{place}/decide", who="second", json=decide)
    assert (decided.status_code, decided.json()["state"]) == (200, "removed")
    listed = (await gw.ask("GET", "/api/v1/head-findings?page_size=1000", who="bureau")).json()["items"]
    assert decided.json() in listed


async def test_a_referred_stay_pays_the_deductible_once(gw):
    """Contract, referral and two stays: 300 first, 300 more, not 600."""
    person = key_of("gateway")
    for code, level in (("T1", 1), ("H1", 2)):
        known = {
            "name": f"机构{code}", "kind": "hospital", "level": level, "pool": POOL, "agreement": "active",
            "since": "2020-01-01",
        }  # fmt: skip
        put = await gw.ask("PUT", f"/api/v1/institutions/{code}", who="bureau", json=known)
        assert put.status_code in (200, 201), put.text
    contract = {
        "contract_no": "QY-REST-1", "pool": POOL, "person_key": person, "institution": "T1",
        "since": "2026-01-01",
    }  # fmt: skip
    assert (await gw.ask("POST", "/api/v1/contracts", who="bureau", json=contract)).status_code == 201
    listed = await gw.ask("GET", f"/api/v1/persons/{person}/contracts?pool={POOL}", who="bureau")
    assert listed.json()["items"][0]["institution"] == "T1"
    referral = {
        "referral_no": "ZZ-REST-1", "pool": POOL, "person_key": person, "from_institution": "T1",
        "from_level": 1, "to_institution": "H1", "to_level": 2, "outside_area": False, "day": "2026-03-09",
        "diagnosis": "I21.0",
    }  # fmt: skip
    judged = await gw.ask("POST", "/api/v1/referrals", who="bureau", json=referral)
    assert (judged.status_code, judged.json()["called_for"], judged.json()["code"]) == (
        201, True, "DISEASE_NOT_LISTED",
    )  # fmt: skip
    typed = referral | {"referral_no": "ZZ-REST-2", "to_level": 1}
    refused = await gw.ask("POST", "/api/v1/referrals", who="bureau", json=typed)
    assert (refused.status_code, refused.json()["reason"]) == (422, "REFERRAL_LEVEL_DIFFERS")
    assert "登记为2级，转诊单填写为1级" in refused.text
    listed = await gw.ask("GET", f"/api/v1/persons/{person}/referrals?pool={POOL}", who="bureau")
    assert listed.json()["items"] == [judged.json()]

    def stay(name: str, place: str, level: int, first: str, last: str) -> dict:
        return {
            "stay_id": name, "institution": place, "level": level, "community": "C1", "member": True,
            "outside_area": False, "emergency": False, "admitted": first, "discharged": last,
            "eligible": "10000.00",
        }  # fmt: skip

    stays = [
        stay("A", "T1", 1, "2026-03-01", "2026-03-09"), stay("B", "H1", 2, "2026-03-10", "2026-03-18"),
    ]  # fmt: skip
    body = {"pool": POOL, "person_key": person, "stays": stays}
    answer = await gw.ask("POST", "/api/v1/benefits/stays", who="bureau", json=body)
    assert answer.status_code == 200, answer.text
    assert [(item["deductible"], item["linked_to"], item["fund"]) for item in answer.json()["items"]] == [
        ("300.00", "", "8730.00"), ("300.00", "A", "8245.00"),
    ]  # fmt: skip
