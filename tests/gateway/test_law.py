"""Documents, bundles, amendments, age and institutions over HTTP: who may do what, and what comes back."""

from __future__ import annotations

import asyncio

import pytest
from gateway_world import COUNTY, OWN, POOL, SOUND

from chspay_gateway.rest.amendments import _EXAMPLE
from chspay_rulebook.engine.institutions import COLUMNS

pytestmark = pytest.mark.asyncio(loop_scope="module")
HEAD = ",".join(COLUMNS)


def amendment(name: str, value: str = "0.96") -> dict[str, str]:
    """The example of the interface description under another name."""
    text = _EXAMPLE.replace("demo-joint-2026-1", name).replace("demo-joint-minutes-2026-1", f"{name}-minutes")
    return {"content": text.replace("value: 0.96", f"value: {value}")}


async def test_a_decision_goes_from_draft_to_law(gw):
    """Draft, review, approve and publish by three keys; the new bundle and its difference in words."""
    on = "2099-06-30"
    before = (await gw.ask("GET", f"/api/v1/places/{POOL}/bundle?on={on}")).json()["digest"]
    checked = await gw.ask(
        "POST", "/api/v1/amendments/check", who="bureau", key=None, json=amendment("law-1")
    )
    assert checked.status_code == 200, checked.text
    drafted = await gw.ask("POST", "/api/v1/amendments", who="bureau", json=amendment("law-1"))
    assert drafted.status_code == 201, drafted.text
    same = await gw.ask("POST", "/api/v1/amendments/law-1/review", who="bureau")
    assert (same.status_code, same.json()["reason"]) == (403, "AMENDMENT_SAME_PERSON")
    reviewed = await gw.ask(
        "POST", "/api/v1/amendments/law-1/review", who="second", json={"note": "核对无误"}
    )
    assert reviewed.json()["state"] == "reviewed", reviewed.text
    assert (await gw.ask("POST", "/api/v1/amendments/law-1/approve", who="admin")).json()[
        "state"
    ] == "approved"
    done = (await gw.ask("POST", "/api/v1/amendments/law-1/publish", who="admin")).json()
    assert (done["digest_before"], done["digest_after"]) == (before, checked.json()["digest"])
    after = (await gw.ask("GET", f"/api/v1/places/{POOL}/bundle?on={on}")).json()["digest"]
    assert after == done["digest_after"]
    told = await gw.ask("GET", f"/api/v1/bundle-changes?before={before}&after={after}")
    (change,) = told.json()["items"]
    assert (change["key"], change["old"], change["new"]) == ("prepay.share", "0.95", "0.96")
    assert "由0.95改为0.96" in change["words"]
    listed = (await gw.ask("GET", "/api/v1/amendments?state=published")).json()["items"]
    assert [step["state"] for step in listed[0]["steps"]] == ["draft", "reviewed", "approved", "published"]
    assert listed[0]["steps"][1]["note"] == "核对无误"
    chain = (await gw.ask("GET", f"/api/v1/places/{POOL}/amendment-chain")).json()
    assert (chain["steps"], chain["intact"]) == (4, True)
    used = (await gw.ask("GET", f"/api/v1/bundles?place={POOL}")).json()["items"]
    assert {before, after} <= {item["digest"] for item in used}
    gone = await gw.ask("POST", "/api/v1/amendments/law-1/withdraw", who="bureau")
    assert gone.json()["state"] == "withdrawn"


async def test_hospitals_read_the_law_and_change_none_of_it(gw):
    """The law is public; making it is not."""
    for path in ("/api/v1/amendments/check", "/api/v1/amendments", "/api/v1/amendments/law-1/approve"):
        more = {"json": amendment("law-2")} if not path.endswith("approve") else {}
        answer = await gw.ask("POST", path, **more)
        assert (answer.status_code, answer.json()["reason"]) == (403, "BUREAU_ONLY"), path
    document = (await gw.ask("GET", "/api/v1/documents/demo-city-2025")).json()
    assert (document["number"], document["articles"]) == ("演示市〔2025〕1号", ["第一条"])
    assert [(rule["key"], rule["since"]) for rule in document["rules"]] == [("prepay.share", "2025-01-01")]
    documents = (await gw.ask("GET", "/api/v1/documents?page_size=1000")).json()["items"]
    repealed = next(item for item in documents if item["id"] == "nhsa-2021-23")
    assert (repealed["repealed"], repealed["repealed_by"]) == ("2025-01-28", "nhsa-2025-agency")
    stale = (await gw.ask("GET", f"/api/v1/staleness?on=2026-11-21&place={POOL}&page_size=1000")).json()
    ages = {(item["place"], item["key"]): item for item in stale["items"]}
    assert stale["years"] == 2
    assert ages[POOL, "coefficient.by_level"]["kinds"] == ["old", "demo"]
    assert ages[POOL, "prepay.share"]["age_days"] == 0


async def test_a_broken_amendment_is_refused_and_nothing_is_kept(gw):
    """Two values on one day, in the shape of every other problem."""
    bad = amendment("law-3")
    bad["content"] = bad["content"].replace("since: 2099-01-01", "since: 2025-01-01")
    answer = await gw.ask("POST", "/api/v1/amendments", who="bureau", json=bad)
    assert (answer.status_code, answer.json()["reason"]) == (422, "POLICY_OVERLAP")
    assert (await gw.ask("GET", "/api/v1/amendments/law-3", who="bureau")).status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/api/v1/documents/none", 404, "DOCUMENT_UNKNOWN"),
        ("/api/v1/amendments/none", 404, "AMENDMENT_UNKNOWN"),
        (f"/api/v1/bundle-changes?before={'0' * 64}&after={'1' * 64}", 404, "BUNDLE_UNKNOWN"),
        ("/api/v1/staleness?on=2026-11-21&place=9", 422, "NOT_A_REGION"),
        ("/api/v1/institutions/NONE/history", 404, "INSTITUTION_UNKNOWN"),
    ],
)
async def test_what_is_not_there_is_told(gw, path, status, reason):
    """A stable code and one sentence."""
    answer = await gw.ask("GET", path)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


async def test_institutions_are_put_imported_and_read_as_of_a_day(gw):
    """The registry as bureau and hospital see it."""
    place = {"pool": POOL, "area": COUNTY, "community": "东部医共体", "community_role": "lead"}
    body = {
        "name": "演示医院",
        "kind": "hospital",
        "level": 3,
        "agreement": "active",
        "since": "2020-01-01",
    } | place
    put = await gw.ask("PUT", f"/api/v1/institutions/{OWN}", who="bureau", json=body)
    assert put.status_code == 200, put.text
    lines = f"{HEAD}\nP1,演示药店,pharmacy,,{POOL},{COUNTY},,,active,2020-01-01,\n"
    files = {"file": ("a.csv", lines.encode(), "text/csv")}
    taken = await gw.ask("POST", "/api/v1/institutions/import", who="bureau", files=files)
    assert taken.json() == {"written": 1, "unchanged": 0}, taken.text
    await gw.ask(
        "PUT", f"/api/v1/institutions/{OWN}", who="bureau", json=body | {"level": 2, "since": "2026-03-01"}
    )
    for day, level in (("2026-02-28", 3), ("2026-03-01", 2)):
        items = (await gw.ask("GET", f"/api/v1/institutions?on={day}&place={COUNTY}", who="bureau")).json()[
            "items"
        ]
        assert [(item["code"], item["level"]) for item in items] == [(OWN, level), ("P1", 9)]
    mine = (await gw.ask("GET", "/api/v1/institutions?on=2026-03-01")).json()["items"]
    assert [item["code"] for item in mine] == [OWN]
    history = (await gw.ask("GET", f"/api/v1/institutions/{OWN}/history")).json()["items"]
    assert [(item["level"], item["superseded_at"] is None) for item in history] == [
        (3, False),
        (3, True),
        (2, True),
    ]
    assert (await gw.ask("PUT", f"/api/v1/institutions/{OWN}", json=body)).status_code == 403


async def test_a_file_with_wrong_lines_names_each_and_writes_none(gw):
    """A person mends the file in one go."""
    shop, when = (f"药店,{kind},,{POOL},,,,active,{day}," for kind, day in (
        ("shop", "2020-01-01"), ("pharmacy", "2020-13-01")))  # fmt: skip
    lines = f"{HEAD}\nQ1,{shop}\nQ2,{when}\n"
    files = {"file": ("a.csv", lines.encode(), "text/csv")}
    answer = await gw.ask("POST", "/api/v1/institutions/import", who="bureau", files=files)
    assert (answer.status_code, answer.json()["reason"]) == (422, "INSTITUTION_LINE_REFUSED")
    assert [error["field"] for error in answer.json()["errors"]] == ["第2行 kind", "第3行 since"]
    found = (await gw.ask("GET", "/api/v1/institutions?on=2026-01-01&page_size=1000", who="bureau")).json()
    assert not {"Q1", "Q2"} & {item["code"] for item in found["items"]}


async def test_settlement_follows_the_registry(gw):
    """An agreement that ended must stop lists of the days after it, and no list of the days before."""
    body = {
        "name": "演示医院", "kind": "hospital", "level": 3, "pool": POOL, "area": COUNTY,
        "agreement": "active", "since": "2020-01-01",
    }  # fmt: skip
    for change in ({}, {"agreement": "terminated", "since": "2026-03-05"}):
        put = await gw.ask("PUT", f"/api/v1/institutions/{OWN}", who="bureau", json=body | change)
        assert put.status_code == 200, put.text
    while True:
        found = (await gw.ask("GET", "/api/v1/hospitals")).json()["items"]
        if [row["agreement"] for row in found] == ["active", "terminated"]:
            break
        await asyncio.sleep(0.1)
    assert [(row["until"], row["level"]) for row in found] == [("2026-03-04", 3), (None, 3)]
    late = await gw.ask("POST", "/api/v1/lists", json=SOUND)
    assert late.json()["reason"] == "HOSPITAL_NO_AGREEMENT", late.text
    early = await gw.ask("POST", "/api/v1/lists", json=SOUND | {"discharge_date": "2026-03-04"})
    assert early.status_code in {200, 201}, early.text
    again = {"name": "甲", "region_code": POOL, "level": 2, "since": "2026-01-01"}
    put = await gw.ask("PUT", f"/api/v1/hospitals/{OWN}", who="bureau", json=again)
    assert put.json()["reason"] == "HOSPITAL_IN_REGISTRY"
