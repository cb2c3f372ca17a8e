"""A hospital of 50,000 cases works its month out again: how long, against pricing the same cases."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement"))

from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.proof.own import recompute

pytestmark = pytest.mark.bench

CASES, SECONDS = 50_000, 60
#: How many times longer than pricing alone the whole check may take, whatever the machine.
RATIO = 80


@pytest.mark.timeout(600)
def test_fifty_thousand_cases_are_worked_out_again_in_a_minute() -> None:
    """D3: one command, under 60 s for 50,000 cases."""
    from own_month import plain_month

    month = plain_month(hospitals=1, cases=CASES)
    (code,) = month.statements
    files = month.files(code)
    start = time.process_time()
    Pricer(month.done.table, month.policy).price_all([case.inp for case in month.cases[code]])
    pricing = time.process_time() - start
    start = time.process_time()
    recompute(files, [])
    whole = time.process_time() - start
    print(
        f"{CASES} cases: {whole:.1f} s, {whole / pricing:.0f} times pricing alone; {len(files.cases)} bytes"
    )
    assert whole < SECONDS
    assert whole < RATIO * pricing
