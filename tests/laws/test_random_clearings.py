"""Small clearings at random, counted, over every method a policy can name: no fen lost, none made."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from combinations import COEFFICIENTS, coefficients_for, random_cases, random_policy, random_rules
from settlement_rules import policy_of

from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement.engine.coefficient.source import Coefficients
from chspay_settlement.engine.columnar.clearing import clear_columns
from chspay_settlement.engine.columnar.columns import Columns
from chspay_settlement.engine.model import PricedInput
from chspay_settlement.engine.month.clearing import Clearing, clear

#: Clearings under one policy, and every how many of them are looked at from all sides.
PER_POLICY, SIDES = 25, 5
#: What a method may say of cases it cannot settle. Anything else would be a fault of the engine.
REFUSALS = {
    "ELASTIC_NO_FLOATING",
    "ELASTIC_OVER_FUND",
    "LEVEL_NO_POINTS",
    "MARK_UNFIT",
    "NOTHING_BOOKED",
    "NO_POINTS",
    "POINTS_NEGATIVE",
    "POLICY_MISSING",
    "POLICY_VALUE",
    "RATE_LEVEL_MISSING",
}


def attempt(
    inputs: list[PricedInput], fund: int, policy: Policy, coefficients: Coefficients | None = None
) -> Clearing | Fault:
    """A clearing, or why the policy's methods do not go with these cases."""
    try:
        return clear(inputs, fund, policy, coefficients=coefficients)
    except Fault as fault:
        return fault


def check_sums(inputs: list[PricedInput], fund: int, done: Clearing) -> None:
    """Cases come to their hospital, hospitals and a residual with a name to the fund."""
    hospitals = sum(amount.fund_fen for amount in done.hospitals)
    assert hospitals + done.division.residual_fen == fund
    assert bool(done.division.residual_fen) == bool(done.division.cause)
    own: Counter[str] = Counter()
    for inp, money in zip(inputs, done.funds_fen, strict=True):
        own[inp.hospital_code] += money
    for amount in done.hospitals:
        assert own.pop(amount.hospital_code) == amount.fund_fen
        assert amount.total_fen == amount.fund_fen + amount.patient_fen
    assert not any(own.values())


def check_sides(
    chance: random.Random,
    inputs: list[PricedInput],
    fund: int,
    policy: Policy,
    coefficients: Coefficients | None,
    done: Clearing,
) -> None:
    """The same money in any order and over columns; the same points without its neighbours."""
    shuffled = chance.sample(inputs, len(inputs))
    again = clear(shuffled, fund, policy, coefficients=coefficients)
    assert (again.table, again.division) == (done.table, done.division)
    money = {inp.case_id: fen for inp, fen in zip(inputs, done.funds_fen, strict=True)}
    assert {inp.case_id: fen for inp, fen in zip(shuffled, again.funds_fen, strict=True)} == money
    columns = clear_columns(Columns.of(inputs), fund, policy, coefficients=coefficients)
    assert columns.funds_fen.tolist() == done.funds_fen
    assert (columns.table, columns.division) == (done.table, done.division)
    alone = chance.randrange(len(inputs))
    assert done.pricer.price(inputs[alone]) == done.points[alone] == columns.points[alone]


def random_clearings(number: int, seed: int) -> Counter[str]:
    """Clears ``number`` times; answers how many came to the fen, and how many were refused and why."""
    chance = random.Random(seed)
    found: Counter[str] = Counter()
    while found["cleared"] < number:
        policy = random_policy(chance)
        coefficients = coefficients_for(policy, chance)
        for turn in range(PER_POLICY):
            inputs = random_cases(chance, chance.randrange(6, 16))
            fund = chance.randrange(10 ** chance.randrange(1, 14))
            done = attempt(inputs, fund, policy, coefficients)
            if isinstance(done, Fault):
                assert done.reason.code in REFUSALS, done
                found[done.reason.code] += 1
                continue
            check_sums(inputs, fund, done)
            if turn % SIDES == 0:
                check_sides(chance, inputs, fund, policy, coefficients, done)
            found["cleared"] += 1
    return found


def test_no_fen_is_lost_in_random_clearings() -> None:
    """Whatever methods a place combines, its fund comes out whole."""
    found = random_clearings(1_500, seed=1)
    assert found["cleared"] > sum(found.values()) / 2, found


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_no_fen_is_lost_in_a_hundred_thousand_clearings() -> None:
    """The same a hundred thousand times."""
    for part in range(50):
        found = random_clearings(2_000, seed=1000 + part)
        print(f"{2_000 * (part + 1):,} clearings to the fen; refused meanwhile {dict(found)}", flush=True)


def test_a_rule_of_a_later_day_never_matters_to_any_method() -> None:
    """What is ruled for tomorrow, under whichever key, must not touch what is settled today."""
    chance = random.Random(3)
    compared = 0
    while compared < 40:
        rules = {**random_rules(chance), "coefficient.method": chance.choice(COEFFICIENTS[:3])}
        policy, later = policy_of(rules), policy_of(rules, later=random_rules(chance))
        inputs, fund = random_cases(chance, 20), chance.randrange(10**9)
        done, again = attempt(inputs, fund, policy), attempt(inputs, fund, later)
        if isinstance(done, Fault) or isinstance(again, Fault):
            assert str(done) == str(again)
            continue
        assert (again.points, again.division, again.funds_fen) == (done.points, done.division, done.funds_fen)
        compared += 1
