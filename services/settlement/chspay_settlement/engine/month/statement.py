"""The canonical content of a hospital's statement: the same facts give the same bytes.

The content is compact JSON with sorted keys in UTF-8. Money is whole fen, points are plain decimal
text; no clock and no random number enters, so a replay is compared byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chspay_core.amounts import from_micro, plain
from chspay_core.digest import sm3_hex
from chspay_settlement.engine.case.marks import Mark
from chspay_settlement.engine.model import (
    CaseKind,
    CasePoints,
    HospitalAmount,
    PointValue,
    PricedInput,
)
from chspay_settlement.engine.month.payment import PayLine, Payment
from chspay_settlement.engine.value.divide import Part

#: Without and with the proof of the pool's totals.
FORMAT, PROVEN = "chspay-statement/2", "chspay-statement/3"
TRIAL, MONTH = "trial", "month"
UNITS = {"money": "fen", "points": "points", "point_value_display": "yuan per point"}


class RunFacts(NamedTuple):
    """What a statement says of its run; nothing here comes from a clock or a random number."""

    run_id: str
    pool: str
    #: The month 2026-03, or the day of a trial clearing.
    period: str
    #: month or trial (试算, never posted).
    nature: str
    engine_version: str
    policy_place: str
    policy_on: str
    policy_digest: str
    scheme_id: str
    scheme_digest: str
    evidence: str
    #: What is divided by points.
    fund_fen: int
    #: Taken from the month's fund before that, for other payments of the inpatient book.
    others_fen: int = 0


class GroupLine(NamedTuple):
    """One group and kind of one hospital on its statement."""

    drg: str
    kind: str
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    fund_fen: int


class Adjustment(NamedTuple):
    """A mark that moved a case off its group's line."""

    case_id: str
    mark: Mark


def group_lines(
    inputs: Iterable[PricedInput], points: Iterable[CasePoints], funds_fen: Iterable[int]
) -> list[GroupLine]:
    """Adds one hospital's cases up by group and kind, sorted; excluded cases count nowhere."""
    sums: dict[tuple[str, str], list[int]] = {}
    for inp, found, fund in zip(inputs, points, funds_fen, strict=True):
        if found.kind is CaseKind.EXCLUDED:
            continue
        row = sums.setdefault((inp.drg, found.kind.value), [0, 0, 0, 0, 0])
        row[0] += 1
        row[1] += found.points_micro
        row[2] += inp.cost_fen or 0
        row[3] += inp.patient_fen or 0
        row[4] += fund
    return [GroupLine(drg, kind, *sums[drg, kind]) for drg, kind in sorted(sums)]


def statement_content(  # noqa: PLR0913 - what a statement is made of
    run: RunFacts,
    value: PointValue,
    hospital: HospitalAmount,
    hospital_name: str,
    lines: Sequence[GroupLine],
    paid: Payment,
    adjustments: Sequence[Adjustment] = (),
    parts: Sequence[Part] = (),
    *,
    proof: Mapping[str, Any] | None = None,
) -> bytes:
    """The statement as canonical JSON; its group lines must add up to the hospital's totals.

    :param paid: from the fund to the payment; a hospital without cases may still have lines.
    :param parts: the point values of the division besides the one of all points: gross, by level, fixed
        and floating.
    :param proof: what is published of the pool (``proof.published``); a trial outside the service has none.
    """
    for name in ("cases", "points_micro", "cost_fen", "patient_fen", "fund_fen"):
        if sum(getattr(line, name) for line in lines) != getattr(hospital, name):
            raise AssertionError(f"statement of {hospital.hospital_code}: {name} of its groups do not add up")
    content: dict[str, Any] = {
        "format": FORMAT if proof is None else PROVEN,
        "nature": run.nature,
        "run": {
            "id": run.run_id,
            "pool": run.pool,
            "period": run.period,
            "engine": run.engine_version,
            "fund_fen": run.fund_fen,
        },
        "policy": {"place": run.policy_place, "on": run.policy_on, "digest": run.policy_digest},
        "scheme": {"id": run.scheme_id, "digest": run.scheme_digest},
        "evidence": run.evidence,
        "units": UNITS,
        "hospital": {"code": hospital.hospital_code, "name": hospital_name},
        "point_value": {
            "numerator_fen": value.numerator_fen,
            "denominator_points": _points(value.denominator_micro),
            "includes_patient": value.includes_patient,
            "display": value.display(),
            "parts": [
                {"name": part.name, "of": part.of, "display": part.value.display()}
                for part in parts
                if part.name != "all"
            ],
        },
        "totals": _totals(hospital, paid),
        "payment": [_pay_line(line) for line in paid.lines],
        "adjustments": [
            {"case": case_id, "kind": mark.kind, "value": mark.value, "mode": mark.mode, "cite": mark.cite}
            for case_id, mark in adjustments
        ],
        "groups": [_group_line(line) for line in lines],
    }
    if run.others_fen:
        content["run"] |= {"month_fund_fen": run.fund_fen + run.others_fen, "others_fen": run.others_fen}
    if proof is not None:
        content["proof"] = proof
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _totals(hospital: HospitalAmount, paid: Payment) -> dict[str, str | int]:
    other: dict[str, str | int] = {"other_fen": paid.other_fen} if paid.other_fen else {}
    return other | {
        "cases": hospital.cases,
        "points": _points(hospital.points_micro),
        "cost_fen": hospital.cost_fen,
        "patient_fen": hospital.patient_fen,
        "fund_fen": hospital.fund_fen,
        "total_fen": hospital.total_fen,
        "prepaid_fen": paid.prepaid_fen,
        "retained_fen": hospital.fund_fen - paid.prepaid_fen,
        "deducted_fen": paid.deducted_fen,
        "difference_fen": paid.difference_fen,
        "released_fen": paid.released_fen,
        "held_fen": paid.held_fen,
        "payable_fen": paid.payable_fen,
    }


def _group_line(line: GroupLine) -> dict[str, str | int]:
    return {
        "drg": line.drg,
        "kind": line.kind,
        "cases": line.cases,
        "points": _points(line.points_micro),
        "cost_fen": line.cost_fen,
        "patient_fen": line.patient_fen,
        "fund_fen": line.fund_fen,
    }


def _pay_line(line: PayLine) -> dict[str, str | int]:
    return {
        "kind": line.kind,
        "number": line.number,
        "case": line.case_id,
        "note": line.note,
        "amount_fen": line.amount_fen,
        "refers": line.refers,
    }


def statement_digest(content: bytes) -> str:
    """SM3 of the content, hex."""
    return sm3_hex(content)


def _points(micro: int) -> str:
    return plain(from_micro(micro))
