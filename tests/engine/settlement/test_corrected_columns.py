"""A correction of a month held as columns is that of the month case by case, bit for bit."""

from __future__ import annotations

import random

import numpy as np
from combinations import coefficients_for, random_cases, random_policy
from hypothesis import given, settings
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.columnar.columns import Columns
from chspay_settlement.engine.columnar.correcting import ClosedColumns
from chspay_settlement.engine.columnar.families import NUMBER
from chspay_settlement.engine.columnar.pricing import PointColumns
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.month.clearing import clear
from chspay_settlement.engine.month.difference import DIFFERENCES, Closed
from chspay_settlement.engine.month.settled import Settled, divide_cases

FUND = 987_654_321


def both(seed: int, number: int) -> bool:
    """A random month corrected both ways under both readings; whether it could be."""
    chance = random.Random(seed)
    policy = random_policy(chance)
    cases = random_cases(chance, number)
    coefficients = coefficients_for(policy, chance)
    try:
        done = clear(cases, FUND, policy, coefficients=coefficients)
        pricer = Pricer(measure(cases, policy), policy, coefficients)
        changed = {}
        for inp in chance.sample(cases, min(3, number)):
            other = chance.choice(cases)
            now = other._replace(case_id=inp.case_id, hospital_code=inp.hospital_code, level=inp.level)
            changed[inp.hospital_code, inp.case_id] = Settled(now, pricer.price(now))
    except Fault:
        return False
    settled = {
        (inp.hospital_code, inp.case_id): Settled(inp, found)
        for inp, found in zip(cases, done.points, strict=True)
    }
    funds = dict(zip(settled, done.funds_fen, strict=True))
    form = done.division.form
    by_rows = Closed(policy, divide_cases(settled.values(), FUND, policy, form), settled, funds)
    points = PointColumns(
        np.array([NUMBER[found.kind] for found in done.points], np.int8),
        np.array([found.points_micro for found in done.points], np.int64),
        {row: found.reason for row, found in enumerate(done.points) if found.reason},
    )
    held = ClosedColumns(Columns.of(cases), points, FUND, policy, form)
    by_columns = held.closed(changed, {key: funds[key] for key in changed})
    assert by_columns.division == by_rows.division
    assert by_columns.cases == {key: settled[key] for key in changed}
    moved = 0
    for method in (DIFFERENCES.named(name, policy) for name in DIFFERENCES.names):
        outcomes = []
        for closed in (by_rows, by_columns):
            try:
                outcomes.append(method.recompute(closed, changed, sorted(changed)))
            except Fault as fault:
                outcomes.append(fault.reason.code)
        assert outcomes[0] == outcomes[1], method.name
        moved += not isinstance(outcomes[0], str)
    return moved > 0


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), number=st.integers(4, 30))
def test_a_correction_over_columns_is_the_one_case_by_case(seed, number):
    """Whoever signs the difference of a province must see what a county's would have been."""
    both(seed, number)


def test_the_random_months_can_be_corrected():
    """A comparison of refusals alone would prove nothing."""
    assert sum(both(seed, 20) for seed in range(40)) > 10
