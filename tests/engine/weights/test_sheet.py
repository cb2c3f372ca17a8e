"""Worksheets of weights, worked out again from their own lines."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

import pytest
from weights_world import measured_of, terms_of

from chspay_core.worksheet import Worksheet
from chspay_grouper.engine.weights.cases import FEES
from chspay_grouper.engine.weights.model import PARTS
from chspay_grouper.engine.weights.sheet import weight_sheet

LEVELS = {"A": 1, "B": 2}
RULES: dict[str, object] = {
    "points.trim": "multiples@1",
    "weights.adjust_method": "keep_total@1",
    "weights.adjustments": [{"group": "G1", "factor": "1.1"}],
    "weights.level_method": "level_mean@1",
    "weights.level_n_min": "3",
    "weights.level_spread_min": "1",
}


def rows() -> list[dict[str, object]]:
    """A stable group over three years and two levels, an unstable one, and bed-days."""
    found: list[dict[str, object]] = []
    for i in range(60):
        found.append({"drg": "G1", "total_cost": 500_000 + 777 * i, "hospital_code": "AB"[i > 30]})
        found.append({"drg": "G2", "total_cost": 900_000 - 331 * i, "hospital_code": "AB"[i > 30]})
    found += [{"drg": "G3", "total_cost": 100 * (i + 1) ** 3, "hospital_code": "A"} for i in range(5)]
    found += [{"drg": "", "total_cost": 84_000, "hospital_code": "A", "department": "A15"}]
    for i, case in enumerate(found):
        fees = dict(zip(FEES, (case["total_cost"] // part for part in (3, 7, 11, 13)), strict=True))
        case |= {"discharge_date": date(2023 + i % 3, 2, 1), "los_days": 2 + i % 9, **fees}
    return found


def evaluate(formula: str, exact: dict[str, Fraction]) -> Fraction:
    """A formula over earlier lines, with fractions."""
    text = formula
    for name in sorted(exact, key=len, reverse=True):
        text = re.sub(rf"(?<![a-z_]){name}(?![a-z_])", f"exact['{name}']", text)
    for sign, operator in (("×", "*"), ("÷", "/"), ("−", "-")):
        text = text.replace(sign, operator)
    return eval(text, {"__builtins__": {}}, {"exact": exact})


def replay(sheet: Worksheet) -> dict[str, Fraction]:
    """Every formula again; a shown value must be the exact one under its stated rounding."""
    exact: dict[str, Fraction] = {}
    for line in sheet.lines:
        if not line.formula:
            if re.fullmatch(r"-?\d+(\.\d+)?", line.value):
                exact[line.key] = Fraction(line.value)
            continue
        assert set(re.findall(r"[a-z_]+", line.formula)) == set(line.inputs), line.key
        found, shown = evaluate(line.formula, exact), Fraction(line.value)
        step = Fraction(1, 10 ** int(line.rounding.rpartition("_")[2]))
        whole = line.rounding.startswith("largest_remainder")
        assert abs(shown - found) <= (step if whole else step / 2), line.key
        exact[line.key] = found if line.rounding.startswith("display_") else shown
    return exact


@pytest.mark.parametrize("reading", ["all_alike@1", "yearly_means@1", "pooled@1"])
def test_every_weight_can_be_worked_out_from_its_sheet(reading: str) -> None:
    """The sheet is what a hospital checks: its lines alone must lead to the weight and the points."""
    rules = {**RULES, "points.year_method": reading}
    measured = measured_of(rows(), rules, LEVELS)
    terms = terms_of(rules)
    assert [group.code for group in measured.groups] == ["G1", "G2", "G3", "psychiatry"]
    assert [group.stable for group in measured.groups] == [True, True, False, True]
    for group in measured.groups:
        exact = replay(weight_sheet(measured, group, terms))
        assert exact["weight"] == Fraction(group.units, 10**4)
        assert exact["points"] == Fraction(group.points_units, 10**4)
        assert sum(exact[f"{part}_weight"] for part in PARTS) == exact["weight"]


def test_every_choice_names_its_document() -> None:
    """A method without a document behind it could not be disputed."""
    measured = measured_of(rows(), RULES, LEVELS)
    sheet = weight_sheet(measured, measured.find("G1"), terms_of(RULES))
    for key in ("trim", "stability", "mean", "overall_mean", "adjust_factor", "adjust_k", "weight", "points"):
        assert (sheet[key].citation, sheet[key].evidence) == ("test#第一条", "demo"), key
    assert [line.key for line in sheet.lines if line.key.startswith("level_") and line.formula] == [
        "level_a_weight",
        "level_b_weight",
    ]
    why = weight_sheet(measured, measured.find("G2"), terms_of(RULES))["levels"]
    assert why.value == "低等级均费高于高等级（倒挂），不分等级"
