"""REST end to end: what goes in comes back, once, and only to those it belongs to."""

from __future__ import annotations

import pytest
from gateway_world import COUNTY, OTHER, OWN, POOL, SOUND

from chspay_core.tables import CASE_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_list_goes_in_is_grouped_and_comes_back(gw):
    """The online path: one list over HTTP to a durable, grouped row."""
    answer = await gw.ask(
        "POST", "/api/v1/lists", json=SOUND | {"identity": {"person_no": "P1", "name": "演示一"}}
    )
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["version"] == 1
    assert body["superseded"] is False
    assert body["group"]["status"] == "grouped"
    assert body["settle_period"] == "2026-03"
    read = (await gw.ask("GET", f"/api/v1/lists/{body['list_id']}")).json()
    assert read["case"]["total_cost"] == "12345.60"
    assert read["case"]["diagnoses"] == SOUND["diagnoses"]
    assert read["case"]["los_days"] is None
    assert read["channel"] == "rest"
    assert "identity" not in read
    assert "演示一" not in str(read)


async def test_every_column_of_the_case_table_is_kept(gw):
    """Cost structure, Chinese medicine and referral are needed by later rules; what is dropped is lost."""
    rest = {
        "insured_region": "990102", "insurance_type": "310", "fund_paid": "8000.00", "fee_drug": "4000.10",
        "fee_consumable": "3000.20", "fee_test": "2345.30", "fee_service": "3000.00",
        "tcm_diagnoses": ["A03.06"], "tcm_cost": "120.00", "referral_id": "ZZ1",
    }  # fmt: skip
    sent = SOUND | rest | {"case_id": "WHOLE"}
    answer = await gw.ask("POST", "/api/v1/lists", json=sent)
    assert answer.status_code == 201, answer.text
    read = (await gw.ask("GET", f"/api/v1/lists/{answer.json()['list_id']}")).json()["case"]
    assert {name: read[name] for name in sent} == sent
    assert set(sent) <= set(CASE_SCHEMA.names)
    row = sent | {"case_id": "BULK"}
    cells = ("|".join(value) if isinstance(value, list) else str(value) for value in row.values())
    form = f"{','.join(row)}\n{','.join(cells)}"
    bulk = await gw.ask("POST", "/api/v1/lists/import?format=csv", content=form.encode(), who="bureau")
    assert bulk.json()["accepted"] == 1, bulk.text
    found = await gw.ask("GET", "/api/v1/lists?discharged_from=2026-03-08&discharged_to=2026-03-08")
    kept = next(item["case"] for item in found.json()["items"] if item["case"]["case_id"] == "BULK")
    assert {name: kept[name] for name in row} == row


async def test_a_retry_gets_the_same_answer_and_writes_nothing(gw):
    """Clients resend after a timeout; that must never count twice."""
    body = SOUND | {"case_id": "RETRY"}
    first = await gw.ask("POST", "/api/v1/lists", key="retry-1", json=body)
    before = await gw.rows()
    again = await gw.ask("POST", "/api/v1/lists", key="retry-1", json=body)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert await gw.rows() == before


async def test_a_resubmission_supersedes_with_history(gw):
    """A corrected list replaces the old one, and the old one stays readable."""
    first = (await gw.ask("POST", "/api/v1/lists", json=SOUND | {"case_id": "FIX"})).json()
    changed = SOUND | {"case_id": "FIX", "total_cost": "13000.00"}
    second = (await gw.ask("POST", "/api/v1/lists", json=changed)).json()
    assert second["list_id"] == first["list_id"]
    assert (second["version"], second["superseded"]) == (2, True)
    old = (await gw.ask("GET", f"/api/v1/lists/{first['list_id']}?version=1")).json()
    assert old["case"]["total_cost"] == "12345.60"


async def test_lists_are_paged_by_opaque_tokens(gw):
    """A hospital reads all its lists without knowing how many there are."""
    for number in range(3):
        await gw.ask("POST", "/api/v1/lists", json=SOUND | {"case_id": f"PAGE{number}"})
    seen, token = [], ""
    while True:
        page = (await gw.ask("GET", f"/api/v1/lists?page_size=2&page_token={token}")).json()
        seen += [item["case"]["case_id"] for item in page["items"]]
        token = page["next_page_token"]
        if not token:
            break
    assert {"PAGE0", "PAGE1", "PAGE2"} <= set(seen)
    assert len(seen) == len(set(seen))
    wrong = await gw.ask("GET", "/api/v1/lists?page_token=bm90aGluZw")
    assert wrong.status_code == 422
    assert wrong.json()["reason"] == "PAGE_TOKEN_BAD"


async def test_another_hospital_sees_no_row(gw):
    """Rows of others read as not found, so nobody learns which exist."""
    mine = (await gw.ask("POST", "/api/v1/lists", json=SOUND | {"case_id": "MINE"})).json()
    foreign = await gw.ask("GET", f"/api/v1/lists/{mine['list_id']}", who="other")
    assert foreign.status_code == 404
    assert foreign.json()["reason"] == "LIST_NOT_FOUND"
    page = (await gw.ask("GET", f"/api/v1/lists?hospital_code={OWN}", who="other")).json()
    assert page["items"] == []
    elsewhere = await gw.ask("GET", f"/api/v1/lists/{mine['list_id']}", who="elsewhere")
    assert elsewhere.status_code == 404
    bureau = await gw.ask("GET", f"/api/v1/lists/{mine['list_id']}", who="bureau")
    assert bureau.status_code == 200


async def test_hospitals_are_listed_by_scope(gw):
    """A bureau sees its hospitals, another bureau none of them."""
    codes = [
        h["hospital_code"] for h in (await gw.ask("GET", "/api/v1/hospitals", who="bureau")).json()["items"]
    ]
    assert {OWN, OTHER} <= set(codes)
    assert (await gw.ask("GET", "/api/v1/hospitals", who="elsewhere")).json()["items"] == []


async def test_a_case_is_grouped_by_the_scheme_policy_names(gw):
    """The same case, by named scheme and by place and day, gets one answer."""
    case = SOUND | {"case_id": "G1"}
    named = await gw.ask("POST", "/api/v1/group", key=None, json={"scheme": "chspay_starter", "case": case})
    assert named.status_code == 200, named.text
    by_policy = await gw.ask(
        "POST", "/api/v1/group", key=None, json={"place": COUNTY, "on": "2026-03-08", "case": case}
    )
    assert by_policy.json() == named.json()
    neither = await gw.ask("POST", "/api/v1/group", key=None, json={"case": case})
    assert (neither.status_code, neither.json()["reason"]) == (422, "SCHEME_UNDECIDED")


async def test_a_year_is_drafted_read_and_approved_by_another(gw):
    """The fund is set by two people, in yuan text, exact."""
    path = f"/api/v1/budget/years/{POOL}/2030"
    body = {"inpatient_fund": "600000000.00", "out_of_area": "60000000.00", "reserve": "18000000.01"}
    draft = await gw.ask("PUT", path, who="bureau", json=body)
    assert draft.status_code == 200, draft.text
    assert draft.json()["local_fund"] == "521999999.99"
    approve = {"version": 1, "decision_no": "演示〔2030〕1号"}
    same = await gw.ask("POST", f"{path}/approve", who="bureau", json=approve)
    assert same.status_code in {403, 409}
    done = await gw.ask("POST", f"{path}/approve", who="second", json=approve)
    assert done.json()["state"] == "approved", done.text
    month = (await gw.ask("GET", f"{path}/months/2", who="bureau")).json()
    assert month["fund"] == done.json()["months"][1]["fund"]
    read = (await gw.ask("GET", path, who="bureau")).json()
    assert read["worksheet"]["lines"]
    assert (await gw.ask("GET", "/api/v1/budget/years", who="elsewhere")).json()["items"] == []


async def test_policy_is_readable_with_citations(gw):
    """Anybody with a key can read the rule, its value and where it stands."""
    places = (await gw.ask("GET", "/api/v1/places?page_size=1000")).json()["items"]
    assert POOL in {place["code"] for place in places}
    rules = (await gw.ask("GET", f"/api/v1/places/{POOL}/rules?on=2026-03-08&page_size=1000")).json()["items"]
    scheme = next(rule for rule in rules if rule["key"] == "grouping.scheme")
    assert scheme["value"] == "chspay_starter"
    assert scheme["citation"]
    ref = (await gw.ask("GET", f"/api/v1/places/{POOL}/bundle?on=2026-03-08")).json()
    bundle = await gw.ask("GET", f"/api/v1/bundles/{ref['digest']}")
    from chspay_core.digest import sm3_hex

    assert sm3_hex(bundle.content) == ref["digest"]


async def test_probes_and_version_need_no_key(gw):
    """A load balancer has no key."""
    assert (await gw.ask("GET", "/healthz", who=None)).json() == {"status": "ok"}
    ready = await gw.ask("GET", "/readyz", who=None)
    assert ready.status_code == 200, ready.text
    assert set(ready.json()["parts"]) == {
        "database", "grouper", "rulebook", "budget", "settlement", "capitation", "perdiem", "dispute",
    }  # fmt: skip
    assert (await gw.ask("GET", "/version", who=None)).json()["version"]


async def test_a_key_says_whom_it_stands_for(gw):
    """A page shows the reader as whom it is read; it learns that from the key, not from the reader."""
    own = (await gw.ask("GET", "/api/v1/me")).json()
    assert (own["role"], own["institution"], own["region"]) == ("hospital", OWN, "")
    bureau = (await gw.ask("GET", "/api/v1/me", who="bureau")).json()
    assert (bureau["role"], bureau["institution"], bureau["region"]) == ("bureau", "", "9901")
    assert (await gw.ask("GET", "/api/v1/me", who=None)).status_code == 401
