"""How fast a clearing goes: measure, price and split, on generated long-tailed costs."""

from __future__ import annotations

import random
import resource
import sys
import time
from pathlib import Path

import pytest

from chspay_settlement.engine.clearing import clear
from chspay_settlement.engine.model import PricedInput

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement"))
from settlement_rules import policy_of

CASES, GROUPS, HOSPITALS, FUND = 1_000_000, 620, 200, 987_654_321_012
LEVELS = {
    "coefficient.method": "level_table@1",
    "coefficient.by_level": [
        {"level": "1", "value": "0.95"},
        {"level": "2", "value": "1"},
        {"level": "3", "value": "1.05"},
    ],
}


def _inputs() -> list[PricedInput]:
    chance = random.Random(20260331)
    weights = [chance.lognormvariate(0, 1) for _ in range(GROUPS)]
    inputs = []
    for number in range(CASES):
        group = int(chance.random() ** 2 * GROUPS)
        hospital = chance.randrange(HOSPITALS)
        cost = int(chance.lognormvariate(0, 0.8) * weights[group] * 1_000_000) + 1
        inputs.append(
            PricedInput(
                f"C{number:07}",
                f"H{hospital:03}",
                1 + hospital % 3,
                f"G{group:03}",
                "grouped",
                "",
                None,
                cost,
                cost // 4,
            )
        )
    return inputs


@pytest.mark.bench
def test_a_million_cases_clear_in_seconds() -> None:
    """A prefecture's year is cleared while a person waits; every fen of it is accounted for."""
    inputs = _inputs()
    steps: list[tuple[str, float]] = []
    start, busy = time.perf_counter(), time.process_time()
    done = clear(
        inputs, FUND, policy_of(LEVELS), progress=lambda name: steps.append((name, time.perf_counter()))
    )
    end = time.perf_counter()
    ends = [at for _, at in steps[1:]] + [end]
    for (name, begun), ended in zip(steps, ends, strict=True):
        print(f"{name:>10} {ended - begun:6.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{CASES:,} cases in {end - start:.2f} s wall, {time.process_time() - busy:.2f} s CPU: "
        f"{CASES / (end - start):,.0f} cases/s, peak {peak} MB"
    )
    assert sum(done.funds_fen) == FUND
