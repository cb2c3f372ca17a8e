"""Worked figures of the value side: funds divided, rates forecast, point values found, each a YAML file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from settlement_rules import policy_of

from chspay_core.amounts import fen_to_yuan, to_micro, yuan_to_fen
from chspay_core.policy import Policy
from chspay_core.policy_yaml import read_yaml
from chspay_settlement.engine.model import CaseKind, CasePoints, HospitalTotals, PricedInput
from chspay_settlement.engine.value import form_of, hospital_totals
from chspay_settlement.engine.value_divide import Division, divide
from chspay_settlement.engine.value_facts import facts_of, fixed_of

FILES = sorted((Path(__file__).parent / "values").glob("*.case.yaml"))


def _load(path: Path) -> dict:
    return read_yaml(path.read_text(encoding="utf-8"), path.name).plain()


def _of_kind(kind: str) -> list:
    found = [(path, _load(path)) for path in FILES]
    return [
        pytest.param(case, id=path.name.removesuffix(".case.yaml"))
        for path, case in found
        if case["kind"] == kind
    ]


def _cases(case: dict) -> tuple[list[PricedInput], list[CasePoints]]:
    inputs, points = [], []
    for row in case.get("cases", []):
        level = int(row["level"]) if "level" in row else None
        inputs.append(
            PricedInput(
                row["id"], row["hospital"], level, row["drg"], "grouped", "", None, 100,
                yuan_to_fen(row["patient"]),
            )
        )  # fmt: skip
        points.append(CasePoints(CaseKind.NORMAL, to_micro(Decimal(row["points"]))))
    return inputs, points


def _divided(case: dict, policy: Policy) -> tuple[Division, list[PricedInput], list[CasePoints]]:
    form = form_of(policy)
    inputs, points = _cases(case)
    totals = hospital_totals(inputs, points, form)
    for row in case["hospitals"]:
        micro = to_micro(Decimal(row["points"]))
        totals.append(HospitalTotals(row["hospital"], 1, micro, 0, yuan_to_fen(row["patient"])))
    facts = facts_of(inputs, points, form, policy)
    return divide(yuan_to_fen(case["fund"]), totals, policy, facts=facts), inputs, points


@pytest.mark.parametrize("case", _of_kind("divide"))
def test_a_fund_is_divided_as_published(case: dict) -> None:
    """A form of the point value is reproduced only if value, funds and residual come out to the fen."""
    for way in case["ways"]:
        policy = policy_of(way["rules"])
        done, inputs, points = _divided(case, policy)
        assert [fen_to_yuan(amount.fund_fen) for amount in done.hospitals] == way["funds"]
        if "value" in way:
            assert done.value.display() == way["value"]
        for name, shown in way.get("parts", {}).items():
            assert done.part(name).display() == shown
        levels = {part.of: part.value.display() for part in done.parts if part.name == "level"}
        assert {level: levels[level] for level in way.get("levels", {})} == way.get("levels", {})
        assert fen_to_yuan(done.residual_fen) == way.get("residual", "0.00")
        assert done.cause == way.get("cause", "")
        for case_id, fund in way.get("case_funds", {}).items():
            assert fen_to_yuan(_case_fund(done, inputs, points, policy, case_id)) == fund


def _case_fund(
    done: Division, inputs: list[PricedInput], points: list[CasePoints], policy: Policy, case_id: str
) -> int:
    hospital = next(inp.hospital_code for inp in inputs if inp.case_id == case_id)
    own = [(i, p) for i, p in zip(inputs, points, strict=True) if i.hospital_code == hospital]
    fixed = fixed_of(policy, done.form)
    funds = done.case_funds(
        hospital,
        [inp.case_id for inp, _ in own],
        [found.points_micro for _, found in own],
        [inp.patient_fen or 0 for inp, _ in own],
        [] if fixed is None else [fixed(inp, found) for inp, found in own],
    )
    return funds[[inp.case_id for inp, _ in own].index(case_id)]
