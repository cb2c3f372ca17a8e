"""The worksheet of a case's money, under every form of the point value, worked out again from itself."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from replay import replay
from settlement_rules import policy_of

from chspay_core.amounts import fen_to_yuan
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.model import CaseKind, PricedInput
from chspay_settlement.engine.month.clearing import clear
from chspay_settlement.engine.value.facts import fixed_of
from chspay_settlement.engine.value.forms import POINT_VALUE
from chspay_settlement.engine.value.sheet import write_amount

FUND = 4_000_007
SHARES = [{"drg": f"G{i}", "fixed_share": share} for i, share in enumerate(["0.3", "0.55", "0"])]
ELASTIC = {"elastic.value_method": "published@1", "elastic.fixed_value": "15"}
BASE = [{"hospital": h, "points": points} for h, points in (("H1", "200.5"), ("H2", "300"), ("H9", "1"))]
FORMS: list[dict[str, object]] = [
    {"point_value.form": "total_cost@1"},
    {"point_value.form": "fund_only@1"},
    {"point_value.form": "dip_settlement@1"},
    {"point_value.form": "floating_rate@1"},
    {
        "point_value.form": "level_shares@1",
        "rate.level_shares": [{"level": "3", "share": "0.55"}, {"level": "2", "share": "0.45"}],
    },
    {"point_value.form": "fixed_rate@1", "rate.fixed": "71.2345"},
    {"point_value.form": "fixed_rate_fund@1", "rate.fixed": "33.3333"},
    {
        "point_value.form": "rate_by_level@1",
        "rate.by_level": [{"level": "3", "rate": "80.05"}, {"level": "2", "rate": "69.9"}],
    },
    {
        "point_value.form": "elastic@1",
        "elastic.fixed_part": "base_increment@1",
        "elastic.base_points": BASE,
        "elastic.value_method": "fund_share@1",
        "elastic.base_share": "0.3",
    },
    {"point_value.form": "elastic_total_cost@1", "elastic.fixed_part": "severe_groups@1",
     "elastic.severe_groups": ["G1"], **ELASTIC},
    {"point_value.form": "elastic@1", "elastic.fixed_part": "goods_share@1", "elastic.group_shares": SHARES,
     **ELASTIC, "elastic.fixed_value": "10"},
    {"point_value.form": "elastic@1", "elastic.fixed_part": "goods_share@1", "elastic.group_shares": SHARES,
     **ELASTIC, "elastic.fixed_value": "10", "elastic.floating_max": "7.7"},
]  # fmt: skip


def cases() -> list[PricedInput]:
    chance = random.Random(7)
    return [
        PricedInput(
            f"c{i:02}",
            ("H1", "H2", "H3")[i % 3],
            (3, 2, 2)[i % 3],
            f"G{i % 2 + (i % 7 == 0)}",
            "grouped",
            "",
            None,
            chance.randrange(50_000, 900_000),
            chance.randrange(40_000),
        )
        for i in range(40)
    ]


@pytest.mark.parametrize("rules", FORMS, ids=lambda rules: rules["point_value.form"])
def test_every_amount_can_be_worked_out_again(rules: dict) -> None:
    """Anybody with the sheet alone must come to the same money, whichever form paid it."""
    policy = policy_of(rules)
    inputs = cases()
    done = clear(inputs, FUND, policy)
    assert sum(done.funds_fen) + done.division.residual_fen == FUND
    fixed = fixed_of(policy, done.form)
    for inp, points, fund in zip(inputs, done.points, done.funds_fen, strict=True):
        if points.kind is CaseKind.EXCLUDED:
            continue
        sheet = Worksheet(inp.case_id)
        done.pricer.explain(inp, sheet)
        held = None if fixed is None else fixed(inp, points)
        write_amount(
            sheet, done.division, policy, inp, fund, rule=policy.rule("point_value.form"), fixed_micro=held
        )
        exact = replay(sheet)
        assert exact["fund"] == Fraction(fund, 100)
        assert sheet["fund"].value == fen_to_yuan(fund)
        assert all(line.citation and line.evidence == "demo" for line in sheet.lines if line.rule)


def test_every_form_has_a_sheet() -> None:
    """A form nobody can explain must not be offered."""
    assert {rules["point_value.form"] for rules in FORMS} == set(POINT_VALUE.names)
