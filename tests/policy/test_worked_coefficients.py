"""Worked coefficients: measured on a base year, capped, renormalised, each a YAML file with its answers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from settlement_rules import policy_of

from chspay_core.amounts import plain, ratio_half_up, to_micro, yuan_to_fen
from chspay_core.errors import Fault
from chspay_core.policy_yaml import read_yaml
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.coefficient.measure import measure_coefficients
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.coefficient.parts import Cell, HospitalFacts
from chspay_settlement.engine.coefficient.sheet import write_measured
from chspay_settlement.engine.coefficient.table import (
    RAW_PLACES,
    CoefficientTable,
    coefficient_table_of,
)

FILES = sorted((Path(__file__).parent / "values").glob("coefficient_*.case.yaml"))


def _load(path: Path) -> dict:
    return read_yaml(path.read_text(encoding="utf-8"), path.name).plain()


def _cells(case: dict) -> list[Cell]:
    return [
        Cell(
            row["hospital"],
            int(row["level"]),
            row["drg"],
            int(row["cases"]),
            int(row["cases"]) * yuan_to_fen(row["mean"]),
            yuan_to_fen(row.get("patient", "0")),
        )
        for row in case["cells"]
    ]


def _base(case: dict) -> dict[str, int]:
    return {drg: to_micro(Decimal(points)) for drg, points in case["base"].items()}


def _facts(case: dict) -> dict[str, HospitalFacts]:
    return {
        row["hospital"]: HospitalFacts(int(row["visits"]), int(row["heads"])) for row in case.get("facts", [])
    }


def _table(case: dict) -> CoefficientTable:
    return measure_coefficients(
        _cells(case),
        _base(case),
        policy_of(case["rules"]),
        facts=_facts(case),
        exempt=case.get("exempt", ()),
        title=case["title"],
    )


def _shown(value: Fraction, places: int) -> str:
    return format(ratio_half_up(value.numerator, value.denominator, places), "f")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_coefficients_come_out_as_worked(path: Path) -> None:
    """A published way to measure coefficients is reproduced only if every figure comes out."""
    case = _load(path)
    table = _table(case)
    policy = policy_of(case["rules"])
    coefficients = coefficients_of(policy, table)
    for row in case["found"]:
        at = (row["hospital"], int(row["level"]), row["drg"])
        value = coefficients.of(*at)
        assert plain(ratio_half_up(value.numerator, value.denominator, 6)) == row["value"], row
        sheet = Worksheet("one")
        coefficients.write(sheet, *at)
        assert sheet["coefficient"].value == row["value"]
    raws = [_shown(Fraction(row.raw, 10**RAW_PLACES), 6) for row in table.rows]
    assert raws == case.get("raws", raws)
    assert case.get("factor", _shown(Fraction(*table.factor), 6)) == _shown(Fraction(*table.factor), 6)
    if "drift" in case:
        assert table.drift == 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_a_table_survives_storage_and_every_row_can_be_worked_out_again(path: Path) -> None:
    """A run keeps the table it priced with; a hospital may ask how each of its coefficients came about."""
    case = _load(path)
    table = _table(case)
    assert coefficient_table_of(table.content) == table
    assert coefficient_table_of(table.content).digest == table.digest
    for row in table.rows:
        sheet = Worksheet("row")
        write_measured(sheet, table, row, _cells(case), _base(case), policy_of(case["rules"]), _facts(case))
        assert Decimal(sheet["coefficient"].value) == Decimal(row.units).scaleb(-table.places)
        assert all(line.formula or line.rule or line.key for line in sheet.lines)
    with pytest.raises(Fault) as caught:
        coefficient_table_of(table.content.replace(b'"places"', b'"place"'))
    assert caught.value.reason.code == "COEFFICIENT_TABLE_BROKEN"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_a_published_table_says_what_was_measured(path: Path) -> None:
    """A month run reads coefficients from policy: publishing a measured table must change none of them."""
    case = _load(path)
    table = _table(case)
    rules = {"coefficient.method": "group_table@1", "coefficient.by_group": table.published()}
    if "exempt" in case:
        rules["weights.no_coefficient_groups"] = case["exempt"]
    published = coefficients_of(policy_of(rules))
    for row in case["found"]:
        at = (row["hospital"], int(row["level"]), row["drg"])
        value = published.of(*at)
        assert plain(ratio_half_up(value.numerator, value.denominator, 6)) == row["value"], row
        sheet = Worksheet("one")
        published.write(sheet, *at)
        assert sheet["coefficient"].value == row["value"]


@pytest.mark.parametrize(
    "row",
    [
        {"hospital": "A", "level": "3", "drg": "", "value": "1"},
        {"hospital": "", "level": "三", "drg": "", "value": "1"},
        {"hospital": "", "level": "3", "drg": "", "value": "-1"},
    ],
    ids=["both", "no number", "negative"],
)
def test_a_published_row_that_cannot_be_meant_is_refused(row: dict) -> None:
    """A coefficient that two hospitals could claim, or a negative one, is a mistake in the policy."""
    rules = {"coefficient.method": "group_table@1", "coefficient.by_group": [row]}
    with pytest.raises(Fault) as caught:
        coefficients_of(policy_of(rules))
    assert (caught.value.reason.code, caught.value.field) == ("POLICY_VALUE", "coefficient.by_group")
    lone = policy_of(
        {**rules, "coefficient.by_group": [{"hospital": "A", "level": "", "drg": "", "value": "1"}]}
    )
    with pytest.raises(Fault) as caught:
        coefficients_of(lone).of("B", 3, "G1")
    assert caught.value.reason.code == "HOSPITAL_COEFFICIENT_MISSING"


def test_a_published_base_and_addon_add_up() -> None:
    """DIP 3.0: a hospital's own merits come on top of its level; a base-level group still takes none."""
    rules = {
        "coefficient.method": "base_plus_addon@1",
        "coefficient.by_level": [{"level": "3", "value": "1.05"}, {"level": "2", "value": "0.95"}],
        "coefficient.addons": [{"hospital": "A", "value": "0.03"}],
        "weights.no_coefficient_groups": ["P1"],
    }
    coefficients = coefficients_of(policy_of(rules))
    for at, value in ((("A", 3, "G1"), "1.08"), (("B", 3, "G1"), "1.05"), (("C", 2, "G1"), "0.95")):
        assert coefficients.of(*at) == Fraction(value)
        sheet = Worksheet("one")
        coefficients.write(sheet, *at)
        assert sheet["coefficient"].value == value
    assert coefficients.of("A", 3, "P1") == 1
    assert coefficients.key("A", 3, "G1") != coefficients.key("B", 3, "G1")
    with pytest.raises(Fault) as caught:
        coefficients.of("A", 1, "G1")
    assert caught.value.reason.code == "LEVEL_UNKNOWN"
