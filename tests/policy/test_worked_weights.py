"""Worked figures of measured weights, each a YAML file of rules, cases and answers."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from weights_world import measured_of

from chspay_core.amounts import ratio_half_up
from chspay_core.policy_yaml import read_yaml
from chspay_grouper.engine.weights.cases import FEES
from chspay_grouper.engine.weights.model import GroupWeight, Measured

FILES = sorted((Path(__file__).parent / "weights").glob("*.case.yaml"))


def _rows(cases: list[dict]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for case in cases:
        row: dict[str, object] = {"drg": case["drg"], "total_cost": case["cost"]}
        if "day" in case:
            row["discharge_date"] = date.fromisoformat(case["day"])
        if "tcm" in case:
            row |= {"tcm_diagnoses": case["tcm"].split("|"), "tcm_cost": case["tcm_cost"]}
        if "fees" in case:
            row |= dict(zip(FEES, case["fees"], strict=True))
        row |= {"department": case.get("department", ""), "hospital_code": case.get("hospital", "")}
        row["los_days"] = int(case["days"]) if "days" in case else None
        found += [row] * int(case["n"])
    return found


def _text(value: Fraction, like: str) -> str:
    places = len(like.partition(".")[2])
    return format(ratio_half_up(value.numerator, value.denominator, places), "f")


def _figures(measured: Measured, group: GroupWeight, want: dict) -> dict:
    """The engine's figures that the example speaks of, as the example writes them."""
    found: dict[str, object] = {
        "code": group.code,
        "cases": str(group.cases),
        "kept": str(group.kept),
        "stable": "yes" if group.stable else "no",
        "special": "yes" if group.no_coefficient else "no",
        "typical": _text(group.typical / 100, "0.00"),
        "measured": format(measured.decimal(group.measured_units), "f"),
        "weight": format(measured.decimal(group.units), "f"),
        "points": format(measured.decimal(group.points_units), "f"),
        "levels": [format(measured.decimal(entry.units), "f") for entry in group.levels],
        "why": group.level_reason,
        "parts": [format(measured.decimal(units), "f") for units in group.part_units or ()],
    }
    return {name: found[name] for name in want}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_every_weight_comes_out_as_worked(path: Path) -> None:
    """A published way of measuring is reproduced only if every figure of its example comes out."""
    case = read_yaml(path.read_text(encoding="utf-8"), path.name).plain()
    levels = {name: int(level) for name, level in case.get("hospitals", {}).items()}
    measured = measured_of(_rows(case["cases"]), case.get("rules"), levels)
    for want in case["groups"]:
        assert _figures(measured, measured.find(want["code"]), want) == want
    if "overall" in case:
        assert _text(measured.overall / 100, case["overall"]) == case["overall"]
    if "total_weight" in case:
        assert _text(measured.total_weight, case["total_weight"]) == case["total_weight"]
        after = sum(group.adjusted * group.cases for group in measured.groups)
        assert after == measured.total_weight
        assert _text(measured.k, case["k"]) == case["k"]
