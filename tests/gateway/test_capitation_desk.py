"""Capitation over HTTP, the rest: five faults mended, a catchment drawn, results, the ledger, stays."""

from __future__ import annotations

import asyncio
import io
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "capitation"))

from capitation_rules import batch_of, key_of, spell
from gateway_world import OTHER, OWN

from chspay_gateway.rest.plans import PlanIn

pytestmark = pytest.mark.asyncio(loop_scope="module")
POOL = "990100"


def _csv(spells) -> bytes:
    sink = io.BytesIO()
    pacsv.write_csv(pa.Table.from_batches([batch_of(spells)]), sink)
    return sink.getvalue()


async def _ended(gw, path: str, waiting: str) -> dict:
    while True:
        answer = await gw.ask("GET", path, who="bureau")
        assert answer.status_code == 200, answer.text
        if answer.json()["state"] != waiting:
            return answer.json()
        await asyncio.sleep(0.05)


async def _write(gw, method: str, path: str, body: dict, status: int = 201, who: str = "bureau") -> dict:
    answer = await gw.ask(method, path, who=who, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def _read(gw, path: str, who: str = "bureau") -> dict:
    answer = await gw.ask("GET", path, who=who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _register(gw) -> None:
    """Two hospitals of one community: OWN leads, OTHER is a township hospital."""
    for code, level, role in ((OWN, 2, "lead"), (OTHER, 1, "member")):
        body = {
            "name": f"机构{code}", "kind": "hospital", "level": level, "pool": POOL, "agreement": "active",
            "community": "CREST", "community_role": role, "since": "2020-01-01",
        }  # fmt: skip
        answer = await gw.ask("PUT", f"/api/v1/institutions/{code}", who="bureau", json=body)
        assert answer.status_code in (200, 201), answer.text


async def _roster(gw, spells) -> dict:
    path = f"/api/v1/rosters?pool={POOL}&as_of=2026-12-31"
    answer = await gw.ask("POST", path, who="bureau", content=_csv(spells))
    assert answer.status_code == 202, answer.text
    return await _ended(gw, f"/api/v1/rosters/{answer.json()['roster_id']}", "checking")


async def _mended(gw, roster_id: str, spells) -> dict:
    path = f"/api/v1/rosters/parts?roster_id={roster_id}&part_no=0"
    assert (await gw.ask("POST", path, who="bureau", content=_csv(spells))).status_code == 200
    await _write(gw, "POST", f"/api/v1/rosters/{roster_id}/close", {"parts": 1}, 202)
    return await _ended(gw, f"/api/v1/rosters/{roster_id}", "checking")


async def test_five_faults_each_with_row_reason_and_count(gw):
    """Unknown region, birth to come, two contracts, two employers, one person twice: none loads by halves."""
    good = [spell(("rest", n)) for n in range(2)]
    bad = [*good, spell("r8", region_code="330100"), spell("r9", birth_date=date(2027, 3, 1))]
    found = await _roster(gw, bad)
    assert (found["state"], found["digest"]) == ("refused", "")
    assert {(item["reason"], item["count"]) for item in found["counts"]} == {
        ("REGION_UNKNOWN", 1), ("BIRTH_IN_FUTURE", 1),
    }  # fmt: skip
    assert {(item["row"], item["column"]) for item in found["faults"]} == {
        (3, "region_code"), (4, "birth_date"),
    }  # fmt: skip
    name, year = found["roster_id"], {"pool": POOL, "since": "2026-01-01", "until": "2027-01-01"}
    refused = await gw.ask("POST", f"/api/v1/rosters/{name}/attributions", who="bureau", json=year)
    assert refused.json()["reason"] == "ROSTER_NOT_LOADED", refused.text
    twice = [
        *good, spell("r5", signed_institution="H1"), spell("r5", signed_institution="H2"),
        spell("r6", employer="E1"), spell("r6", employer="E2"), spell("r7"), spell("r7"),
    ]  # fmt: skip
    found = await _mended(gw, name, twice)
    assert {(item["reason"], item["count"]) for item in found["counts"]} == {
        ("CONTRACTS_OVERLAP", 1), ("EMPLOYERS_TWO", 1), ("PERSON_TWICE", 1),
    }  # fmt: skip
    assert sorted(item["row"] for item in found["faults"]) == [4, 6, 8]
    found = await _mended(gw, name, good)
    assert (found["state"], found["rows"], found["counts"]) == ("loaded", 2, [])


async def test_a_community_from_the_registry_to_its_members(gw):
    """Drawn, attributed, charged, doubted, counted, settled and split; the lead hospital does its part."""
    await _register(gw)
    area = {"kind": "region", "code": "990101", "community": "CREST", "since": "2020-01-01"}
    path = f"/api/v1/catchments/{POOL}/drawn"
    drawn = await _write(gw, "PUT", path, {"document": "联席〔2025〕8号", "entries": [area]}, 200)
    assert (drawn["institutions"], drawn["leads"], drawn["others"]) == (2, 1, 1)
    terms = await _read(gw, f"/api/v1/capitation-terms/{POOL}?on=2026-01-01")
    assert [item["rate"] for item in terms["rates"]] == ["900.00", "560.00"]
    assert all(item["citation"] for item in terms["sources"])
    people = [spell(("desk", n), signed_institution=OTHER, chronic_conditions="I10") for n in range(2)]
    roster = await _roster(gw, people)
    year = {"pool": POOL, "since": "2026-01-01", "until": "2027-01-01"}
    started = await _write(gw, "POST", f"/api/v1/rosters/{roster['roster_id']}/attributions", year, 202)
    name = started["attribution_id"]
    await _ended(gw, f"/api/v1/attributions/{name}", "running")
    head = "visit_id,person_key,institution,day,insurance_type,service,fund_fen"
    lines = [f"D{n},{people[0].person_key},{place},2026-05-01,390,outpatient,10000" for n, place in
             enumerate((OWN, OTHER, "X9"))]  # fmt: skip
    taken = await gw.ask(
        "POST", f"/api/v1/member-visits?attribution_id={name}", who="bureau",
        content="\n".join([head, *lines, ""]).encode(),
    )  # fmt: skip
    assert (taken.json()["inside"], taken.json()["outside"]) == (2, 1), taken.text
    doubt = {"visit_id": "D2", "doubt_no": "YY-REST-1", "statement": "当日在院"}
    place = f"/api/v1/attributions/{name}"
    assert (await _write(gw, "POST", f"{place}/doubts", doubt, who="own"))["state"] == "filed"
    hidden = await gw.ask("POST", f"{place}/doubts", who="other", json={**doubt, "doubt_no": "YY-REST-2"})
    assert (hidden.status_code, hidden.json()["reason"]) == (404, "VISIT_UNKNOWN")
    decision = {"uphold": True, "decision_no": "稽核5号"}
    assert (await _write(gw, "POST", "/api/v1/visit-doubts/YY-REST-1/decision", decision, 200))[
        "state"
    ] == "upheld"
    seen = await _read(gw, f"{place}/communities/CREST/doubts", who="own")
    assert [item["decision_no"] for item in seen["items"]] == ["稽核5号"]
    results = "person_key,controlled\n" + "".join(f"{person.person_key},yes\n" for person in people)
    query = f"attribution_id={name}&as_of=2026-12-31&document=慢病系统"
    counted = await gw.ask("POST", f"/api/v1/chronic-results?{query}", who="bureau", content=results.encode())
    assert counted.json()["communities"] == [
        {"community": "CREST", "patients": 2, "managed": 2, "controlled": 2}
    ], counted.text
    assert await _read(gw, f"{place}/chronic-results") == counted.json()
    settle = {"community": "CREST", "from_visits": True, "score": "90", "document": "纪要"}
    found = await _write(gw, "POST", f"{place}/settlements", settle)
    # 2 × 560 − 200 inside = 920, of which 85 % released; the doubted 100 no longer counts.
    assert (found["due"], found["lead"], found["chronic_version"]) == ("982.00", OWN, 1)
    again = await gw.ask("POST", f"{place}/settlements", who="bureau", json=settle)
    assert again.json()["reason"] == "CAPITATION_SETTLEMENT_STANDS", again.text
    assert (await _read(gw, f"{place}/settlements", who="own"))["items"][0]["due"] == "982.00"
    assert (await _read(gw, f"{place}/settlements", who="other"))["items"] == []
    await _booked(gw, place, found["settlement_id"])
    await _split(gw, found["settlement_id"])
    settle |= {"score": "70", "corrects": found["settlement_id"], "document": "纪要更正"}
    corrected = await _write(gw, "POST", f"{place}/settlements", settle)
    # Half of the surplus is released at 70: 920 × 85 % × 50 % = 391, and the 200 spent inside.
    assert corrected["due"] == "591.00"
    path = f"/api/v1/capitation-settlements/{corrected['settlement_id']}/posting"
    change = (await _write(gw, "POST", path, {"month": "2026-12"}))["items"]
    assert [(item["amount"], item["corrects"]) for item in change] == [
        ("-391.00", f"{found['settlement_id']}:390")
    ]


async def _booked(gw, attribution: str, settlement: str) -> None:
    """In the ledger itself: once however often it is asked, under the month, to the lead hospital."""
    path = f"/api/v1/capitation-settlements/{settlement}/posting"
    first = await _write(gw, "POST", path, {"month": "2026-12"})
    assert (first["payee"], [item["amount"] for item in first["items"]]) == (OWN, ["982.00"])
    assert first["items"][0]["batch_id"]
    assert await _write(gw, "POST", path, {"month": "2026-12"}) == first
    booked = await gw.admin.fetchval(
        "SELECT sum(amount_fen) FROM settlement.other_payment WHERE source_service = 'capitation'"
        " AND source_id LIKE $1", f"{settlement}%",
    )  # fmt: skip
    assert booked == 982_00
    assert (await _read(gw, f"{attribution}/settlements"))["items"][0]["corrected_by"] == ""


async def _split(gw, settlement: str) -> None:
    rule = {
        "since": "2026-01-01", "document": "章程第五条",
        "parts": [
            {"figure": "inside_visits", "label": "院内人次", "share": "0.5"},
            {"figure": "heads", "label": "签约人数", "share": "0.5"},
        ],
    }  # fmt: skip
    place = f"/api/v1/communities/{POOL}/CREST/rules"
    denied = await gw.ask("POST", place, who="other", json=rule)
    assert denied.json()["reason"] == "COMMUNITY_LEAD_DENIED", denied.text
    assert (await _write(gw, "POST", place, rule, who="own"))["version"] == 1
    assert len((await _read(gw, place, who="own"))["items"]) == 1
    figures = [
        {"institution": code, "figure": "heads", "value": heads} for code, heads in ((OWN, 0), (OTHER, 2))
    ]
    path = f"/api/v1/capitation-settlements/{settlement}/split"
    done = await _write(gw, "POST", path, {"figures": figures}, who="own")
    assert done["shares"] == [
        {"institution": OWN, "amount": "245.50"}, {"institution": OTHER, "amount": "736.50"},
    ]  # fmt: skip
    assert await _read(gw, path, who="own") == done


async def test_a_hospital_settles_its_stay_and_takes_it_back(gw):
    """As the counter asks: the hospital's own key, one deductible, and anew after a reversal."""
    await _register(gw)
    person = key_of("desk-stay")
    referral = {
        "referral_no": "ZZ-DESK-1", "pool": POOL, "person_key": person, "from_institution": OTHER,
        "from_level": 1, "to_institution": OWN, "to_level": 2, "outside_area": False, "day": "2026-03-09",
        "diagnosis": "I21.0",
    }  # fmt: skip
    await _write(gw, "POST", "/api/v1/referrals", referral)

    def stay(name: str, place: str, first: str, last: str) -> dict:
        return {
            "pool": POOL, "stay_id": name, "person_key": person, "institution": place, "admitted": first,
            "discharged": last, "eligible": "10000.00",
        }  # fmt: skip

    path = "/api/v1/benefits/settlements"
    first = await _write(gw, "POST", path, stay("A", OTHER, "2026-03-01", "2026-03-09"), who="other")
    assert first["stay"]["benefits"][0]["deductible"] == "300.00"
    second = await _write(gw, "POST", path, stay("B", OWN, "2026-03-10", "2026-03-18"), who="own")
    found = second["stay"]["benefits"][0]
    assert (found["deductible"], found["linked_to"]) == ("300.00", f"{OTHER}/A")
    denied = await gw.ask("POST", path, who="own", json=stay("C", OTHER, "2026-04-01", "2026-04-02"))
    assert denied.status_code == 403, denied.text
    back = {"pool": POOL, "institution": OTHER, "stay_id": "A", "document": "退费单"}
    done = await _write(gw, "POST", "/api/v1/benefits/reversals", back)
    assert [item["benefits"][-1]["deductible"] for item in done["changed"]] == ["600.00"]
    mine = await _read(gw, f"/api/v1/persons/{person}/stays?pool={POOL}", who="own")
    assert [(item["stay_id"], len(item["benefits"])) for item in mine["items"]] == [("B", 2)]


async def test_an_outpatient_fund_is_divided_by_points(gw):
    """The points of the groups, the shares to the fen, and the same read again."""
    content = b"visit_id,institution,apg,cost_fen\nA1,H1,A,10000\nA2,H2,A,10000\nA3,H2,B,20000\n"
    query = f"pool={POOL}&since=2026-01-01&until=2027-01-01&fund=1000.00&document=分配单"
    answer = await gw.ask("POST", f"/api/v1/apg-divisions?{query}", who="bureau", content=content)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert [(item["institution"], item["points"], item["fund"]) for item in found["shares"]] == [
        ("H1", "75", "250.00"), ("H2", "225", "750.00"),
    ]  # fmt: skip
    assert await _read(gw, f"/api/v1/apg-divisions/{found['division_id']}") == found


async def test_a_year_hands_out_what_its_plan_sets_aside(gw):
    """From budget's approved plan to the quotas of communities, to the fen; without a plan nothing begins."""
    await _register(gw)
    area = {"kind": "region", "code": "990101", "community": "CREST", "since": "2020-01-01"}
    document = {"document": "联席〔2026〕8号", "entries": [area]}
    await _write(gw, "PUT", f"/api/v1/catchments/{POOL}/drawn", document, 200)
    people = [
        spell(("plan", n), signed_institution=OWN, insurance_type="310" if n % 2 else "390") for n in range(5)
    ]
    roster = await _roster(gw, people)
    path = f"/api/v1/rosters/{roster['roster_id']}/attributions"
    year = {"pool": POOL, "since": "2027-01-01", "until": "2028-01-01"}
    refused = await gw.ask("POST", path, who="bureau", json=year)
    assert 400 <= refused.status_code < 500, refused.text
    plan = f"/api/v1/budget/plans/{POOL}/2027"
    made = await _write(gw, "PUT", plan, PlanIn.model_config["json_schema_extra"]["examples"][0], 200)
    approval = {"version": made["version"], "decision_no": "联席〔2026〕9号"}
    await _write(gw, "POST", f"{plan}/approve", approval, 200, who="second")
    fund = next(item["amount"] for item in made["funds"] if item["fund_code"] == "capitation")
    started = await _write(gw, "POST", path, year, 202)
    place = f"/api/v1/attributions/{started['attribution_id']}"
    run = await _ended(gw, place, "running")
    assert run["state"] == "done", run
    quotas = (await _read(gw, f"{place}/quotas"))["items"]
    assert sum(Decimal(item["quota"]) for item in quotas) == Decimal(fund)
    assert sum(Decimal(item["budget"]) for item in run["budgets"]) == Decimal(fund)
