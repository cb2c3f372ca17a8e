"""Worked figures of published rules, each a YAML file of rules, groups and cases with the answers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from settlement_rules import policy_of

from chspay_core.amounts import divide_half_up, fen_to_yuan, plain, ratio_half_up, to_micro, yuan_to_fen
from chspay_core.measuring import rounded_base
from chspay_core.policy_yaml import read_yaml
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.model import (
    Group,
    GroupTable,
    HospitalAmount,
    HospitalTotals,
    PointValue,
    PricedInput,
)
from chspay_settlement.engine.points import Pricer
from chspay_settlement.engine.terms import Terms
from chspay_settlement.engine.value import exact_fund, point_value, prepaid_fen, split_to_hospitals
from chspay_settlement.engine.value_forms import POINT_VALUE

FILES = sorted((Path(__file__).parent / "worked").glob("*.case.yaml"))


def _load(path: Path) -> dict:
    return read_yaml(path.read_text(encoding="utf-8"), path.name).plain()


def _table(case: dict, terms: Terms) -> GroupTable:
    overall = yuan_to_fen(case["overall_mean"])
    groups = []
    for row in case["groups"]:
        stable = "mean" in row
        typical = yuan_to_fen(row["mean"] if stable else row["median"])
        base = rounded_base(Fraction(typical), Fraction(overall), terms)
        groups.append(
            Group(
                drg=row["drg"],
                cases=10,
                kept=1,
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
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_every_case_earns_the_published_points(path: Path) -> None:
    """A published rule is reproduced only if every figure of its example comes out."""
    case = _load(path)
    policy = policy_of(case.get("rules"))
    pricer = Pricer(_table(case, Terms.read(policy)), policy)
    for row in case["cases"]:
        sheet = Worksheet(row["id"])
        found = pricer.price(_input(row))
        assert (found.kind.value, plain(found.points)) == (row["kind"], row["points"]), row["id"]
        assert found.reason == row.get("reason", "")
        assert pricer.explain(_input(row), sheet) == found
        if "pay" in row:
            value = PointValue(_fen4(row["at"]), 10_000_000_000, False)
            money = exact_fund(value, HospitalAmount("H", 1, found.points_micro, 0, 0, 0, 0))
            assert fen_to_yuan(divide_half_up(money.numerator, money.denominator)) == row["pay"]


def _fen4(yuan: str) -> int:
    """Fen for ten thousand points at this point value, so that four decimals stay whole."""
    return int(Decimal(yuan) * 1_000_000)


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
                pricer.explain(PricedInput("x", "H", 2, row["drg"], "grouped", "", None, 100_000, 0), sheet)
                assert sheet[name].value == row[name]


def test_zhejiang_base_points_follow_from_the_means() -> None:
    """A.10: 9,600, 30,000 and a median of 18,000 over a mean of 12,000 are 80, 250 and 150 points."""
    terms = Terms.read(policy_of())
    for typical, base in ((9600, 80), (30000, 250), (18000, 150)):
        assert rounded_base(Fraction(typical), Fraction(12000), terms) == base


def test_zhejiang_split_of_the_fund() -> None:
    """A.10: the two definitions of the point value, and 95 % paid now."""
    case = _load(Path(__file__).parent / "worked" / "zhejiang_points.case.yaml")["split"]
    totals = [
        HospitalTotals(row["hospital"], 1, to_micro(Decimal(row["points"])), 0, yuan_to_fen(row["patient"]))
        for row in case["hospitals"]
    ]
    policy = policy_of()
    for want in case["forms"]:
        form = POINT_VALUE.named(want["form"], policy)
        value = point_value(form, yuan_to_fen(case["fund"]), totals)
        assert value.display() == want["value"]
        amounts = split_to_hospitals(value, totals)
        assert [fen_to_yuan(amount.fund_fen) for amount in amounts] == want["funds"]
        assert sum(amount.fund_fen for amount in amounts) == yuan_to_fen(case["fund"])
        if "prepaid" in want:
            paid = [fen_to_yuan(prepaid_fen(value, amount, policy)) for amount in amounts]
            assert paid == want["prepaid"]


def test_zhoukou_stated_ratios() -> None:
    """The point values of the Zhoukou pack stand in the stated proportions to its average cost."""
    for value, stated in (("52.8094", "1.002"), ("53.8381", "1.021")):
        ratio = Fraction(Decimal(value)) / (Fraction(Decimal("5270.76")) / 100)
        assert format(ratio_half_up(ratio.numerator, ratio.denominator, 3), "f") == stated
