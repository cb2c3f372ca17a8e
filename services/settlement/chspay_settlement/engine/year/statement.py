"""Canonical bytes of an institution's annual statement 年度清算单, and of a re-clearing's effect on it; pure.

As the month's: compact JSON with sorted keys in UTF-8, whole fen, no clock and no random number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from chspay_core.amounts import from_micro, plain
from chspay_settlement.engine.model import PointValue
from chspay_settlement.engine.year.clearing import HospitalYear
from chspay_settlement.engine.year.reclear import Effect, Reclearing
from chspay_settlement.engine.year.sharing import Decision, groups_within

FORMAT, EFFECT_FORMAT = "chspay-year/1", "chspay-reclearing/1"


class YearFacts(NamedTuple):
    """What a statement says of its clearing; nothing here comes from a clock or a random number."""

    clearing_id: str
    pool: str
    year: int
    engine_version: str
    policy_place: str
    policy_on: str
    policy_digest: str
    scheme_id: str
    scheme_digest: str
    table_digest: str
    input_digest: str
    evidence: str
    budget_version: int


class YearGroup(NamedTuple):
    """One group and kind of one institution over the year."""

    drg: str
    kind: str
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int


def year_statement(
    facts: YearFacts, decision: Decision, hospital: HospitalYear, name: str, groups: Sequence[YearGroup]
) -> bytes:
    """An institution's annual statement; its groups add up to its points, their funds to its fund."""
    member, booked = hospital.member, hospital.booked
    for field in ("cases", "points_micro", "cost_fen", "patient_fen"):
        if sum(getattr(group, field) for group in groups) != getattr(member, field):
            raise AssertionError(f"annual statement of {member.hospital_code}: {field} do not add up")
    content = {
        "format": FORMAT,
        "clearing": facts._asdict(),
        "decision": decision_content(decision),
        "hospital": {
            "code": member.hospital_code,
            "name": name,
            "area": member.area,
            "standing": member.standing.value,
        },
        "point_value": value_content(decision.values.get(member.hospital_code)),
        "totals": {
            "cases": member.cases,
            "points": _points(member.points_micro),
            "cost_fen": member.cost_fen,
            "patient_fen": member.patient_fen,
            "actual_fen": member.actual_fen,
            "target_fen": hospital.target_fen,
            "shared_fen": hospital.shared_fen,
            "withheld_fen": hospital.withheld_fen,
            "gained_fen": hospital.gained_fen,
            "fund_fen": hospital.fund_fen,
        },
        "settlement": {
            "fund_fen": hospital.fund_fen,
            "assessed_fen": hospital.assessed_fen,
            "released_fen": hospital.released_fen,
            "audit_fen": hospital.audit_fen,
            "prepaid_fen": booked.prepaid_fen,
            "retained_fen": booked.retained_fen,
            "receivable_fen": booked.receivable_fen,
            "advance_fen": booked.advance_fen,
            "balance_fen": hospital.balance_fen,
        },
        "groups": _groups(hospital, groups),
    }
    return _json(content)


def _groups(hospital: HospitalYear, groups: Sequence[YearGroup]) -> list[dict[str, object]]:
    """Group lines with the institution's fund handed down to them by points."""
    keys = [f"{group.drg}/{group.kind}" for group in groups]
    funds: dict[str, int] = {}
    if hospital.member.points_micro > 0:
        claims = dict(zip(keys, (group.points_micro for group in groups), strict=True))
        funds = groups_within(hospital.fund_fen, claims)
    return [
        {
            "drg": group.drg,
            "kind": group.kind,
            "cases": group.cases,
            "points": _points(group.points_micro),
            "cost_fen": group.cost_fen,
            "patient_fen": group.patient_fen,
            "fund_fen": funds.get(key, 0),
        }
        for key, group in zip(keys, groups, strict=True)
    ]


def decision_content(decision: Decision) -> dict[str, object]:
    """The decision amount and how it came about, as plain facts."""
    return {
        "level": decision.level,
        "budget_fen": decision.budget_fen,
        "actual_fen": decision.actual_fen,
        "terminated_fen": decision.terminated_fen,
        "shared_fen": decision.shared_fen,
        "withheld_fen": decision.withheld_fen,
        "decision_fen": decision.decision_fen,
        "value": value_content(decision.value),
        "target_value": value_content(decision.target_value),
    }


def effect_content(
    reclear_id: str, clearing_id: str, cause: str, citation: str, found: Reclearing, effect: Effect
) -> bytes:
    """What a re-clearing changes for one institution."""
    return _json(
        {
            "format": EFFECT_FORMAT,
            "reclearing": {
                "id": reclear_id,
                "clearing": clearing_id,
                "method": found.method,
                "cause": cause,
                "citation": citation,
                "returned_fen": found.returned_fen,
                "value": value_content(found.value),
            },
            "hospital": effect.hospital_code,
            "effect": {
                "points": _points(effect.points_micro),
                "removed": _points(effect.removed_micro),
                "fund_before_fen": effect.fund_before_fen,
                "fund_after_fen": effect.fund_after_fen,
                "assessed_fen": effect.assessed_fen,
                "balance_fen": effect.balance_fen,
            },
        }
    )


def value_content(value: PointValue | None) -> dict[str, object] | None:
    """A point value as its exact pair and its display."""
    if value is None:
        return None
    return {
        "numerator_fen": value.numerator_fen,
        "denominator_points": _points(value.denominator_micro),
        "includes_patient": value.includes_patient,
        "display": value.display(),
    }


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _points(micro: int) -> str:
    return plain(from_micro(micro))
