"""Worked simulations and the gate before payment, each a YAML file with every figure of the answer."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from settlement_rules import policy_of

from chspay_core.amounts import fen_to_yuan, from_micro, plain, yuan_to_fen
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_core.policy_yaml import read_yaml
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.columnar.columns import Columns
from chspay_settlement.engine.columnar.measuring import measure_columns
from chspay_settlement.engine.model import PricedInput
from chspay_settlement.engine.month.audit import FindingState, state_of, step
from chspay_settlement.engine.whatif.bench import Bench
from chspay_settlement.engine.whatif.its import evaluate
from chspay_settlement.engine.whatif.outcome import By, compared
from chspay_settlement.engine.whatif.period import Period, repriced
from chspay_settlement.engine.whatif.scenario import scenario_of

HERE = Path(__file__).parent


def cases(folder: str, kind: str = "") -> list:
    """The worked cases of a folder, of one kind where there are several."""
    found = []
    for path in sorted((HERE / folder).glob("*.case.yaml")):
        case = read_yaml(path.read_text(encoding="utf-8"), path.name).plain()
        if not kind or case["kind"] == kind:
            found.append(pytest.param(case, id=path.name.removesuffix(".case.yaml")))
    assert found
    return found


def _period(case: dict) -> Period:
    inputs, drugs = [], []
    for row in case["hospitals"]:
        for number in range(int(row["cases"])):
            name = f"{row['code']}{number}"
            cost = yuan_to_fen(row["cost"])
            inputs.append(PricedInput(name, row["code"], 2, row["drg"], "grouped", "", 5, cost, 0))
            drugs.append(yuan_to_fen(row["drug"]))
    return Period(
        "P", Columns.of(inputs), yuan_to_fen(case["fund"]), policy_of(case["rules"]),
        parts={"fee_drug": np.array(drugs, np.int64)},
    )  # fmt: skip


@pytest.mark.parametrize("case", cases("simulate", "prices"))
def test_new_prices_move_points_and_money_as_worked_out(case: dict) -> None:
    """A price reform is judged by who gains and who loses; both must be right to the fen."""
    period = _period(case)
    bench = Bench(period)
    scenario = scenario_of("prices", case["scenario"])
    base, then = bench.clear(), bench.clear(scenario)
    for name, outcome in (("fund", base), ("fund_then", then)):
        funds = {code: fen_to_yuan(sums.fund_fen) for code, sums in outcome.facets[By.HOSPITAL].items()}
        assert funds == {row["code"]: row[name] for row in case["hospitals"]}
    assert sum(row.change_fen for row in compared(base, then, By.HOSPITAL)) == 0
    columns = repriced(period.columns, period.parts, scenario.prices, map)
    for name, found in (("base_points", period.columns), ("base_points_then", columns)):
        table = measure_columns(found, Terms.read(period.policy))
        points = {drg: plain(from_micro(table.group(drg, None).base_micro)) for drg in case[name]}
        assert {drg: Decimal(text) for drg, text in points.items()} == {
            drg: Decimal(text) for drg, text in case[name].items()
        }


@pytest.mark.parametrize("case", cases("simulate", "series"))
def test_a_reform_is_found_as_it_was_made(case: dict) -> None:
    """Before and after are told apart from the trend that was there anyway."""
    month = Month.parse(case["first"])
    series = []
    for text in case["values"]:
        series.append((month, Fraction(text)))
        month = month.next()
    found = evaluate(series, Month.parse(case["change"]), lag=None, confidence=Decimal("0.95"))
    assert {each.name: each.value for each in found.estimates} == {
        name: Fraction(text) for name, text in case["estimates"].items()
    }
    assert all(each.error == 0 and each.p is None for each in found.estimates)
    assert found.without[-1] == Fraction(case["without_last"])
    assert found.fitted == tuple(value for _, value in series)


@pytest.mark.parametrize("case", cases("gate"))
def test_the_gate_before_payment_takes_and_gives_back(case: dict) -> None:
    """What is deducted follows the decision, and no step jumps over the hearing."""
    now = FindingState.OPEN
    for row in case["steps"]:
        wanted = state_of(row["to"])
        assert step("F1", now, wanted, yuan_to_fen(row["amount"])) == yuan_to_fen(row["deducted"])
        now = wanted
    for row in case["refused"]:
        with pytest.raises(Fault) as fault:
            step("F1", state_of(row["from"]), state_of(row["to"]), yuan_to_fen(row["amount"]))
        assert fault.value.reason.code == row["reason"]
