"""A complete Claim with an invented patient, as shown in the interface description."""

from __future__ import annotations

from chspay_gateway.fhir import names


def _fact(sequence: int, category: str, **said: object) -> dict[str, object]:
    coding = {"coding": [{"system": names.INFORMATION, "code": category}]}
    return {"sequence": sequence, "category": coding, **said}


def _coded(system: str, code: str) -> dict[str, object]:
    return {"coding": [{"system": system, "code": code}]}


def _number(system: str, value: str) -> dict[str, object]:
    return {"identifier": {"system": system, "value": value}}


EXAMPLE: dict[str, object] = {
    "resourceType": "Claim",
    "identifier": [{"system": names.CASE_ID, "value": "ZY20260100009"}],
    "status": "active",
    "type": _coded(names.CLAIM_TYPE, "institutional"),
    "use": "claim",
    "contained": [
        {
            "resourceType": "Patient",
            "id": "p",
            "identifier": [{"system": names.PERSON_NO, "value": "99000000000000000009"}],
            "gender": "male",
            "birthDate": "1958-06-01",
        }
    ],
    "patient": {"reference": "#p"},
    "billablePeriod": {"start": "2026-01-05", "end": "2026-01-12"},
    "created": "2026-01-12",
    "insurer": _number(names.REGION, "990101"),
    "provider": _number(names.HOSPITAL, "H33010100001"),
    "priority": _coded("http://terminology.hl7.org/CodeSystem/processpriority", "normal"),
    "insurance": [{"sequence": 1, "focal": True, "coverage": _number(f"{names.OURS}insurance-type", "310")}],
    "diagnosis": [
        {
            "sequence": 1,
            "diagnosisCodeableConcept": _coded(names.ICD10, "I63.900"),
            "type": [_coded(names.DIAGNOSIS_TYPE, "principal")],
        },
        {"sequence": 2, "diagnosisCodeableConcept": _coded(names.ICD10, "I10.x00")},
    ],
    "supportingInfo": [
        _fact(1, "place-of-care", code=_coded(names.REGION, "990101")),
        _fact(2, "insurance-type", code=_coded(f"{names.OURS}insurance-type", "310")),
        _fact(3, "discharge-way", code=_coded(f"{names.OURS}discharge-way", "1")),
        _fact(4, "patient-paid", valueQuantity={"value": 3021.17, "unit": names.YUAN}),
    ],
    "item": [
        {
            "sequence": 1,
            "productOrService": _coded(names.FEES, "09"),
            "net": {"value": 4345.6, "currency": names.YUAN},
        },
        {
            "sequence": 2,
            "productOrService": _coded(names.FEES, "05"),
            "net": {"value": 8000, "currency": names.YUAN},
        },
    ],
    "total": {"value": 12345.6, "currency": names.YUAN},
}
