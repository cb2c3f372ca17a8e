"""Worked figures of published rules, each a YAML file of rules, groups and cases with the answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from replay import replay
from settlement_rules import policy_of

from chspay_core.amounts import plain, ratio_half_up, round_half_up, to_micro, yuan_to_fen
from chspay_core.measuring import rounded_base
from chspay_core.policy_yaml import read_yaml
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.case.extreme_cost import extreme_costs
from chspay_settlement.engine.case.marks import Mark, MarkKind, merged
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.readmission import Stay, readmissions
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.model import (
    Group,
    GroupTable,
    PricedInput,
)

FILES = sorted((Path(__file__).parent / "worked").glob("*.case.yaml"))


def _load(path: Path) -> dict:
    return read_yaml(path.read_text(encoding="utf-8"), path.name).plain()


def _table(case: dict, terms: Terms) -> GroupTable:
    overall = yuan_to_fen(case["overall_mean"])
    groups = []
    for row in case["groups"]:
        stable = "mean" in row
        typical = yuan_to_fen(row["mean"] if stable else row["median"])
        base = Fraction(Decimal(row["base"]))
        groups.append(
            Group(
                drg=row["drg"],
                cases=10,
                # A published limit gives the mean as a third of it.
                kept=int(row.get("cases", "1")),
                trims=0,
                cost_sum_fen=typical,
                median_twice_fen=2 * typical,
                stable=stable,
                cv_display="",
                base_micro=to_micro(Decimal(row["base"])),
                high_multiple=row.get("multiple", terms.outlier.tier(base).text),
            )
        )
    return GroupTable.of(overall, 1, groups)


def _input(row: dict) -> PricedInput:
    return PricedInput(
        case_id=row["id"],
        hospital_code=row["hospital"],
        level=int(row["level"]) if "level" in row else None,
        drg=row.get("drg", ""),
        status=row.get("status", "grouped"),
        department=row.get("department", ""),
        los_days=int(row["days"]) if "days" in row else None,
        cost_fen=yuan_to_fen(row["cost"]),
        patient_fen=0,
        marks=tuple(
            Mark(MarkKind(mark["kind"]), mark.get("value", ""), mark.get("mode", ""), mark["cite"])
            for mark in row.get("marks", [])
        ),
    )


def _stay(row: dict) -> Stay:
    return Stay(
        case_id=row["id"],
        hospital_code=row["hospital"],
        person=row["person"],
        drg=row.get("drg", ""),
        admitted=date.fromisoformat(row["in"]),
        discharged=date.fromisoformat(row["out"]),
        diagnosis=row.get("diagnosis", ""),
        procedures=tuple(row.get("procedures", ())),
    )


def _inputs(case: dict, pricer: Pricer) -> dict[str, PricedInput]:
    """The cases as a run prices them: with what was decided, and with what the finders of the engine find."""
    inputs = [_input(row) for row in case["cases"]]
    others = [
        _input({"id": f"other{place}-{number}", **row})
        for place, row in enumerate(case.get("discharges", []))
        for number in range(int(row["count"]))
    ]
    found = readmissions([_stay(row) for row in case["cases"] if "person" in row], pricer.terms.policy)
    costly = extreme_costs([*inputs, *others], pricer)
    keys = {inp.case_id: (inp.hospital_code, inp.case_id) for inp in inputs}
    return {
        inp.case_id: inp._replace(
            marks=merged(
                inp.case_id,
                inp.marks,
                [marks[keys[inp.case_id]] for marks in (found, costly) if keys[inp.case_id] in marks],
            )
        )
        for inp in inputs
    }


def _derived(name: str, inp: PricedInput, pricer: Pricer, pay: Decimal) -> str:
    """What a published case shows besides its points: mean × coefficient and the cost against it."""
    mean = pricer.table.groups[inp.drg].mean
    standard = mean * pricer.coefficients.of(inp.hospital_code, inp.level, inp.drg)
    cost = Fraction(inp.cost_fen or 0)
    shown = {
        "standard": standard / 100,
        "minus": (cost - standard) / 100,
        "ratio": cost / standard * 100,
        "profit": Fraction(pay) - cost / 100,
    }[name]
    return format(ratio_half_up(shown.numerator, shown.denominator, 2), "f")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_every_case_earns_the_published_points(path: Path) -> None:
    """A published rule is reproduced only if every figure of its example comes out, and its worksheet
    can be worked out again from its own lines."""
    case = _load(path)
    policy = policy_of(case.get("rules"))
    pricer = Pricer(_table(case, Terms.read(policy)), policy)
    inputs = _inputs(case, pricer)
    earned: dict[str, Decimal] = {}
    for row in case["cases"]:
        sheet, inp = Worksheet(row["id"]), inputs[row["id"]]
        found = pricer.price(inp)
        assert (found.kind.value, plain(found.points)) == (row["kind"], row["points"]), row["id"]
        assert found.reason == row.get("reason", "")
        assert pricer.explain(inp, sheet) == found
        replay(sheet)
        assert {key: sheet[key].value for key in row.get("sheet", {})} == row.get("sheet", {})
        assert all(line.citation for line in sheet.lines if line.rule)
        earned[row["hospital"]] = earned.get(row["hospital"], Decimal(0)) + found.points
        if "pay" in row:
            money = round_half_up(found.points * Decimal(row["at"]), 2)
            assert format(money, "f") == row["pay"]
            published = {name: row[name] for name in ("standard", "minus", "ratio", "profit") if name in row}
            assert {name: _derived(name, inp, pricer, money) for name in published} == published
    for hospital, points in case.get("totals", {}).items():
        own = sum(earned.values()) if hospital == "all" else earned[hospital]
        assert plain(own) == points, hospital


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_base_points_and_limits_follow_from_the_means(path: Path) -> None:
    """Where the example gives means, base points and limits must follow from them."""
    case = _load(path)
    policy = policy_of(case.get("rules"))
    table = _table(case, Terms.read(policy))
    pricer = Pricer(table, policy)
    for row in case["groups"]:
        for name in ("low_limit", "high_limit"):
            if name in row:
                sheet = Worksheet("limits")
                pricer.explain(
                    PricedInput(
                        "x", "H", int(row.get("level", "2")), row["drg"], "grouped", "", None, 100_000, 0
                    ),
                    sheet,
                )
                assert sheet[name].value == row[name]


def test_zhejiang_base_points_follow_from_the_means() -> None:
    """A.10: 9,600, 30,000 and a median of 18,000 over a mean of 12,000 are 80, 250 and 150 points."""
    terms = Terms.read(policy_of())
    for typical, base in ((9600, 80), (30000, 250), (18000, 150)):
        assert rounded_base(Fraction(typical), Fraction(12000), terms) == base


def test_zhoukou_stated_ratios() -> None:
    """The point values of the Zhoukou pack stand in the stated proportions to its average cost."""
    rate = Fraction(Decimal("5270.76"))
    for value, stated in (("52.8094", "1.002"), ("53.8381", "1.021")):
        ratio = Fraction(Decimal(value)) / (rate / 100)
        assert format(ratio_half_up(ratio.numerator, ratio.denominator, 3), "f") == stated
    multiple = rate / Fraction(Decimal("52.8094"))
    assert format(ratio_half_up(multiple.numerator, multiple.denominator, 2), "f") == "99.81"
