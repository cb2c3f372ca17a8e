"""FHIR R4 over HTTP, with resources built and read by a library that knows nothing of us."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.claim import Claim
from fhir.resources.R4B.claimresponse import ClaimResponse
from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.explanationofbenefit import ExplanationOfBenefit
from fhir.resources.R4B.operationoutcome import OperationOutcome
from gateway_world import OTHER, OWN
from settled import CASE, RUN, Settled

from chspay.settlement.v1 import settlement_pb2
from chspay_gateway.fhir import names
from chspay_gateway.fhir.example import EXAMPLE

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUBMIT = "/fhir/Claim/$submit"


def claim(number: str, **changed):
    """The example of the interface description, of the world's hospital."""
    made = copy.deepcopy(EXAMPLE)
    made["identifier"][0]["value"] = number
    made["provider"]["identifier"]["value"] = OWN
    return made | changed


async def send(gw, content, who="own", **more):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Content-Type": names.MEDIA_TYPE}
    return await gw.ask("POST", SUBMIT, who=who, key=None, content=body, headers=headers, **more)


class Paid(Settled):
    """A settlement service whose lists are real and whose month is settled."""

    def __init__(self, real):
        self.GetList = real.GetList

    async def ListRuns(self, request):
        run = settlement_pb2.Run()
        run.CopyFrom(RUN)
        run.nature = "month"
        return settlement_pb2.ListRunsResponse(runs=[run])


async def test_a_claim_is_stored_grouped_and_read_back(gw):
    """What a FHIR client sends must be the list the other doors know, to the fen."""
    sent = Claim.model_validate(claim("F1"))
    answer = await send(gw, sent.model_dump_json().encode())
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"] == names.MEDIA_TYPE
    told = ClaimResponse.model_validate_json(answer.content)
    assert told.outcome == "complete"
    group = told.extension[0]
    assert group.url.endswith("extension-ClaimResponse.diagnosisRelatedGroup")
    drg = group.valueCodeableConcept.coding[0].code
    stored = (await gw.ask("GET", f"/api/v1/lists/{told.id}")).json()
    assert stored["group"]["drg"] == drg
    case = stored["case"]
    assert (case["total_cost"], case["patient_paid"]) == ("12345.60", "3021.17")
    assert (case["age_years"], case["sex"], case["leaving_type"], case["insurance_type"]) == (
        67,
        1,
        "1",
        "310",
    )
    assert case["diagnoses"] == ["I63.900", "I10.x00"]
    assert case["person_key"]
    back = Claim.model_validate_json((await gw.ask("GET", f"/fhir/Claim/{told.id}")).content)
    assert [row.diagnosisCodeableConcept.coding[0].code for row in back.diagnosis] == case["diagnoses"]
    assert back.total.value == Decimal("12345.60")
    again = ClaimResponse.model_validate_json((await gw.ask("GET", f"/fhir/ClaimResponse/{told.id}")).content)
    assert again.extension[0].valueCodeableConcept.coding[0].code == drg


async def test_the_same_bytes_are_stored_once(gw):
    """A client without a request id must not double a list by retrying."""
    body = json.dumps(claim("F2")).encode()
    first, second = await send(gw, body), await send(gw, body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    stored = (await gw.ask("GET", f"/api/v1/lists/{first.json()['id']}")).json()
    assert stored["version"] == 1


async def test_a_predetermination_keeps_nothing_and_names_no_money(gw):
    """Trial grouping before upload must not push anybody to dearer codes."""
    before = await gw.rows()
    answer = await send(gw, claim("F3", use="predetermination"))
    assert answer.status_code == 200, answer.text
    told = ClaimResponse.model_validate_json(answer.content)
    assert told.use == "predetermination"
    assert told.extension[0].valueCodeableConcept.coding[0].code
    assert "CNY" not in answer.text
    assert await gw.rows() == before


async def test_money_is_exact_beyond_what_a_float_holds(gw):
    """A JSON number read as a float loses fen from ten trillion on; a claim's must not."""
    from chspay_gateway.fhir.claim import claim_in, read

    made = claim("F4", item=[])
    body = (
        json.dumps(made)
        .replace("12345.6,", "9007199254740993.01,")
        .replace("12345.6}", "9007199254740993.01}")
    )
    assert "9007199254740993.01" in body
    assert read(claim_in(body.encode())).case.total_cost_fen == 900719925474099301


def _without(path):
    def change(made):
        at = made
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]

    return change


def _with(path, value):
    def change(made):
        at = made
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value

    return change


BROKEN = {
    "no status": (_with(["status"], "cancelled"), "FHIR_CODE_EXPECTED", "Claim.status"),
    "a wrong use": (_with(["use"], "preauthorization"), "FHIR_CODE_EXPECTED", "Claim.use"),
    "dollars": (_with(["total", "currency"], "USD"), "FHIR_CURRENCY", "Claim.total.currency"),
    "another sum": (_with(["item", 0, "net", "value"], 1), "FHIR_ITEM_SUM", "Claim.total.value"),
    "half a fen": (_with(["total", "value"], 1.005), None, "Claim.total.value"),
    "an endless number": (_with(["total", "value"], 1e300), None, "Claim.total.value"),
    "a code of nowhere": (
        _without(["diagnosis", 0, "diagnosisCodeableConcept", "coding", 0, "system"]),
        "FHIR_CODING_MISSING", "Claim.diagnosis[0]",
    ),
    "two alike": (
        _with(["diagnosis", 1, "sequence"], 1), "FHIR_SEQUENCE_TWICE", "Claim.diagnosis[1].sequence",
    ),
    "two principals": (
        _with(["diagnosis", 1, "type"], EXAMPLE["diagnosis"][0]["type"]),
        "FHIR_PRINCIPAL_TWICE", "Claim.diagnosis",
    ),
    "an unknown fact": (
        _with(["supportingInfo", 0, "category", "coding", 0, "code"], "shoe-size"),
        "FHIR_FACT_UNKNOWN", "Claim.supportingInfo[0].category",
    ),
    "a modifier": (
        _with(["diagnosis", 0, "modifierExtension"], [{"url": "x", "valueBoolean": True}]),
        "FHIR_MODIFIER_UNKNOWN", "Claim.diagnosis[0]",
    ),
    "nobody": (_with(["patient", "reference"], "#gone"), "FHIR_CODE_EXPECTED", "Claim.patient.reference"),
    "born tomorrow": (
        _with(["contained", 0, "birthDate"], "2026-02-01"), "FHIR_CODE_EXPECTED", "Patient.birthDate",
    ),
    "no days": (_without(["billablePeriod"]), "FIELD_REQUIRED", "Claim.billablePeriod.start"),
    "another resource": (_with(["resourceType"], "Patient"), None, "Claim.resourceType"),
    "no number": (_with(["identifier"], []), "CASE_ID_MISSING", "Claim.identifier"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_claims_are_refused_with_their_path(gw, name):
    """A client mends what it is told precisely; nothing may be half-written."""
    change, reason, where = BROKEN[name]
    made = claim("F9")
    change(made)
    before = await gw.rows()
    answer = await send(gw, made)
    assert answer.status_code in {400, 422}, answer.text
    told = OperationOutcome.model_validate_json(answer.content)
    issue = told.issue[0]
    assert issue.expression[0].startswith(where), answer.text
    if reason:
        assert issue.details.coding[0].code == reason
    assert any("\u4e00" <= letter <= "\u9fff" for letter in issue.details.text)
    assert await gw.rows() == before


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"resourceType":"Claim","total":NaN}', b"\xff\xfe"]
)
async def test_what_is_no_claim_at_all_is_an_outcome_too(gw, body):
    """A parser's own error must never reach a client."""
    answer = await send(gw, body)
    assert answer.status_code in {400, 422}, answer.text
    assert OperationOutcome.model_validate_json(answer.content).issue


async def test_refusals_at_the_door_are_outcomes(gw):
    """No key, another hospital, another's list, too large: FHIR clients read nothing but FHIR."""
    nobody = await send(gw, claim("F5"), who=None)
    assert (nobody.status_code, nobody.json()["issue"][0]["code"]) == (401, "login")
    foreign = await send(gw, claim("F5"), who="other")
    assert (foreign.status_code, foreign.json()["issue"][0]["code"]) == (403, "forbidden")
    kept = (await send(gw, claim("F6"))).json()["id"]
    hidden = await gw.ask("GET", f"/fhir/Claim/{kept}", who="other")
    assert (hidden.status_code, hidden.json()["issue"][0]["code"]) == (404, "not-found")
    large = await send(gw, b" " * (4 * 1024 * 1024 + 1))
    assert (large.status_code, large.json()["resourceType"]) == (413, "OperationOutcome")
    assert OTHER not in hidden.text


async def test_what_was_paid_is_an_explanation_of_benefit(gw):
    """The hospital's system must find group, points and money where the standard puts them."""
    kept = (await send(gw, claim("F7"))).json()["id"]
    before = ExplanationOfBenefit.model_validate_json(
        (await gw.ask("GET", f"/fhir/ExplanationOfBenefit/{kept}")).content
    )
    assert before.outcome == "queued"
    assert before.supportingInfo[0].category.coding[0].code == "drg"
    gateway = gw.app.state.gateway
    object.__setattr__(gateway, "services", replace(gw.services, settlement=Paid(gw.services.settlement)))
    try:
        answer = await gw.ask("GET", f"/fhir/ExplanationOfBenefit/{kept}")
    finally:
        object.__setattr__(gateway, "services", gw.services)
    told = ExplanationOfBenefit.model_validate_json(answer.content)
    assert told.outcome == "complete"
    assert told.payment.amount.value == Decimal("10000.00")
    assert told.adjudication[0].value == Decimal(CASE.points.value)
    assert RUN.run_id in told.disposition


async def test_a_scheme_is_a_code_system(gw):
    """Receivers translate groups by the very version that grouped."""
    found = (await gw.ask("GET", "/fhir/CodeSystem/chspay_starter")).content
    told = CodeSystem.model_validate_json(found)

    def count(concepts):
        return sum(1 + count(each.concept or []) for each in concepts)

    assert count(told.concept) == told.count > 1000
    kept = (await send(gw, claim("F8"))).json()
    coding = kept["extension"][0]["valueCodeableConcept"]["coding"][0]
    assert coding["system"] == told.url


async def test_a_client_asks_first_what_can_be_done(gw):
    """The capability statement is where every FHIR client begins."""
    answer = await gw.ask("GET", "/fhir/metadata", who=None)
    told = CapabilityStatement.model_validate_json(answer.content)
    assert {each.type for each in told.rest[0].resource} == {
        "Claim", "ClaimResponse", "ExplanationOfBenefit", "CodeSystem",
    }  # fmt: skip
