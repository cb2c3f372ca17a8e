"""What is told in FHIR R4: a ClaimResponse, a Claim read back, an ExplanationOfBenefit, a scheme's codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import orjson

from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import schemes_pb2
from chspay.settlement.v1 import settlement_pb2
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.fhir import names
from chspay_gateway.rest.cases import STATUS, day_text

Resource = dict[str, object]
#: The grouper's answers in a sentence.
_SAID = {
    "grouped": "已入组",
    "ambiguous": "歧义组",
    "ungrouped": "无法入组",
    "invalid": "数据不合格，不能分组",
}
_NUMBER_UNITS = {
    "newborn_weight_g": ("birth-weight", "g"),
    "icu_hours": ("icu-time", "h"),
    "los_days": ("stay-days", "d"),
}
_TEXTS = {
    "leaving_type": "discharge-way",
    "department": "discharge-department",
    "region_code": "place-of-care",
    "insured_region": "insured-region",
    "insurance_type": "insurance-type",
}
_GENDERS = {1: "male", 2: "female"}


def money(fen: int) -> Resource:
    """Yuan as an exact JSON number."""
    return {"value": orjson.Fragment(fen_to_yuan(fen)), "currency": names.YUAN}


def concept(system: str, code: str, text: str = "") -> Resource:
    """A CodeableConcept of one code."""
    found: Resource = {"coding": [{"system": system, "code": code}]}
    return {**found, "text": text} if text else found


def by_number(system: str, value: str) -> Resource:
    """A reference to somebody known by a number."""
    return {"identifier": {"system": system, "value": value}}


def _institutional() -> Resource:
    return concept(names.CLAIM_TYPE, "institutional")


def _drg_system(group: case_pb2.GroupAnswer) -> str:
    """The code system of the very version of the scheme."""
    return f"{names.DRG}:{group.scheme_digest}"


def _group_extension(resource: str, group: case_pb2.GroupAnswer) -> list[Resource]:
    if not group.drg:
        return []
    url = names.GROUP_EXTENSION.format(resource=resource)
    return [{"url": url, "valueCodeableConcept": concept(_drg_system(group), group.drg)}]


def _head(resource: str, case: case_pb2.Case, created: str) -> Resource:
    """What all answers about a claim begin with."""
    return {
        "resourceType": resource,
        "status": "active",
        "type": _institutional(),
        "patient": by_number(names.PERSON_KEY, case.person_key or "unknown"),
        "created": created,
        "insurer": by_number(names.REGION, case.insured_region or case.region_code or "unknown"),
    }


def claim_response(
    case: case_pb2.Case, group: case_pb2.GroupAnswer, created: str, list_id: str = "", mark: str = ""
) -> Resource:
    """The answer to a claim: stored under ``list_id``, or grouped only."""
    said = f"{_SAID[STATUS[group.status]]}{group.drg}" + (f"（{group.reason}）" if group.reason else "")
    found = _head("ClaimResponse", case, created) | {
        "use": "claim" if list_id else "predetermination",
        "outcome": "complete" if group.drg else "partial",
        "disposition": said + (f"；{mark}" if mark else ""),
        "request": by_number(names.CASE_ID, case.case_id),
        "extension": _group_extension("ClaimResponse", group),
    }
    if list_id:
        found |= {"id": list_id, "identifier": [{"system": names.LIST_ID, "value": list_id}]}
    if not found["extension"]:
        del found["extension"]
    return found


def claim_of(item: settlement_pb2.SettlementList) -> Resource:
    """A stored list as a Claim; who the patient is stays sealed, sex and age go along."""
    case = item.case
    patient: Resource = {
        "resourceType": "Patient", "id": "patient",
        "identifier": [{"system": names.PERSON_KEY, "value": case.person_key or "unknown"}],
    }  # fmt: skip
    if case.HasField("sex"):
        patient["gender"] = _GENDERS[case.sex]
    found = _head("Claim", case, item.received_at) | {
        "id": item.list_id,
        "identifier": [
            {"system": names.LIST_ID, "value": item.list_id},
            {"system": names.CASE_ID, "value": case.case_id},
        ],
        "use": "claim",
        "contained": [patient],
        "patient": {"reference": "#patient"},
        "provider": by_number(names.HOSPITAL, case.hospital_code),
        "priority": concept("http://terminology.hl7.org/CodeSystem/processpriority", "normal"),
        "billablePeriod": _period(case),
        "insurance": [{"sequence": 1, **_insurance(case)}],
        "diagnosis": _diagnoses(case),
        "supportingInfo": _facts(case),
        "total": money(case.total_cost_fen),
    }
    if case.procedures:
        found["procedure"] = _procedures(case)
    return found


def explanation(
    item: settlement_pb2.SettlementList, paid: settlement_pb2.RunCase | None, run: settlement_pb2.Run | None
) -> Resource:
    """What the fund pays for a list, as far as it is settled; before that, its group alone."""
    case, group = item.case, item.group
    facts: list[Resource] = []
    if group.drg:
        drg = {
            "category": concept(names.CARIN_INFORMATION, "drg"),
            "code": concept(_drg_system(group), group.drg),
        }
        facts.append({"sequence": 1, **drg})
    found = _head("ExplanationOfBenefit", case, item.received_at) | {
        "id": item.list_id,
        "identifier": [{"system": names.LIST_ID, "value": item.list_id}],
        "use": "claim",
        "provider": by_number(names.HOSPITAL, case.hospital_code),
        "claim": {"reference": f"Claim/{item.list_id}"},
        "outcome": "queued" if paid is None else "complete",
        "disposition": "尚未结算" if run is None else f"月结{run.run_id}，点值{run.point_value_display}元/点",
        "billablePeriod": _period(case),
        "insurance": [_insurance(case)],
        "diagnosis": _diagnoses(case),
        "total": [_total("submitted", case.total_cost_fen)],
    }
    if facts:
        found |= {"supportingInfo": facts, "extension": _group_extension("ExplanationOfBenefit", group)}
    if case.procedures:
        found["procedure"] = _procedures(case)
    if paid is not None:
        found |= _settled(paid)
    return found


def _settled(paid: settlement_pb2.RunCase) -> Resource:
    points: Resource = {
        "category": concept(names.POINTS, "points", "点数"),
        "value": orjson.Fragment(paid.points.value),
    }
    kind: Resource = {
        "category": concept(names.POINTS, "kind", "结算类别"),
        "reason": concept(names.POINTS, paid.kind),
    }
    return {
        "adjudication": [points, kind],
        "total": [
            _total("submitted", paid.cost_fen),
            _total("benefit", paid.fund_fen),
            {"category": concept(names.POINTS, "patient", "个人负担"), "amount": money(paid.patient_fen)},
        ],
        "payment": {"amount": money(paid.fund_fen)},
    }


def _total(category: str, fen: int) -> Resource:
    return {"category": concept(names.ADJUDICATION, category), "amount": money(fen)}


def _period(case: case_pb2.Case) -> Resource:
    days = {"start": day_text(case.admission_date), "end": day_text(case.discharge_date)}
    return {name: day for name, day in days.items() if day}


def _insurance(case: case_pb2.Case) -> Resource:
    coverage = by_number(f"{names.OURS}insurance-type", case.insurance_type or "unknown")
    return {"focal": True, "coverage": coverage}


def _diagnoses(case: case_pb2.Case) -> list[Resource]:
    codes = [(names.ICD10, code) for code in case.diagnoses] + [
        (names.TCM, code) for code in case.tcm_diagnoses
    ]
    rows: list[Resource] = [
        {"sequence": number, "diagnosisCodeableConcept": concept(system, code)}
        for number, (system, code) in enumerate(codes, start=1)
    ]
    if rows:
        rows[0]["type"] = [concept(names.DIAGNOSIS_TYPE, "principal")]
    return rows


def _procedures(case: case_pb2.Case) -> list[Resource]:
    rows: list[Resource] = [
        {"sequence": number, "procedureCodeableConcept": concept(names.ICD9, code)}
        for number, code in enumerate(case.procedures, start=1)
    ]
    rows[0]["type"] = [concept(names.PROCEDURE_TYPE, "primary")]
    return rows


def _facts(case: case_pb2.Case) -> list[Resource]:
    found: list[Resource] = []
    for name, code in _TEXTS.items():
        if getattr(case, name):
            said = concept(f"{names.OURS}{code}", getattr(case, name))
            found.append({"category": concept(names.INFORMATION, code), "code": said})
    for name, (code, unit) in _NUMBER_UNITS.items():
        if case.HasField(name):
            quantity = {"value": getattr(case, name), "unit": unit}
            found.append({"category": concept(names.INFORMATION, code), "valueQuantity": quantity})
    for name in ("patient_paid", "fund_paid"):
        if case.HasField(f"{name}_fen"):
            value = orjson.Fragment(fen_to_yuan(getattr(case, f"{name}_fen")))
            code = name.replace("_", "-")
            quantity = {"value": value, "unit": names.YUAN}
            found.append({"category": concept(names.INFORMATION, code), "valueQuantity": quantity})
    return [{"sequence": number, **row} for number, row in enumerate(found, start=1)]


def code_system(scheme: Mapping[str, str], groups: Sequence[schemes_pb2.GroupFound]) -> Resource:
    """A version of a scheme: MDC, ADRG and DRG, each under what it lies in.

    :param scheme: ``scheme_id``, ``title``, ``version`` and ``digest``.
    """
    children: dict[str, list[schemes_pb2.GroupFound]] = {}
    for group in groups:
        children.setdefault(group.parent, []).append(group)

    def concepts(parent: str) -> list[Resource]:
        return [_concept(group, concepts(group.code)) for group in children.get(parent, [])]

    return {
        "resourceType": "CodeSystem",
        "id": scheme["digest"],
        "url": f"{names.DRG}:{scheme['digest']}",
        "version": scheme["version"],
        "name": scheme["scheme_id"],
        "title": scheme["title"],
        "status": "active",
        "content": "complete",
        "caseSensitive": True,
        "hierarchyMeaning": "is-a",
        "count": len(groups),
        "property": [{"code": "level", "type": "code", "description": "mdc、adrg或drg"}],
        "concept": concepts(""),
    }


def _concept(group: schemes_pb2.GroupFound, below: list[Resource]) -> Resource:
    found: Resource = {
        "code": group.code,
        "display": group.name,
        "property": [{"code": "level", "valueCode": group.level}],
    }
    return {**found, "concept": below} if below else found


def capability(version: str, today: date) -> Resource:
    """What this server can do, as FHIR clients ask for it first."""

    def can(resource: str, *codes: str) -> Resource:
        return {"type": resource, "interaction": [{"code": code} for code in codes]}

    submit = "http://hl7.org/fhir/OperationDefinition/Claim-submit"
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": today.isoformat(),
        "kind": "instance",
        "software": {"name": "chspay", "version": version},
        "implementation": {"description": "chspay 医保支付：上报清单，读取分组与结算结果"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Authorization: Bearer cp_…"},
                "resource": [
                    can("Claim", "read") | {"operation": [{"name": "submit", "definition": submit}]},
                    can("ClaimResponse", "read"),
                    can("ExplanationOfBenefit", "read"),
                    can("CodeSystem", "read"),
                ],
            }
        ],
    }
