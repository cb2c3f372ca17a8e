"""How long the difference of a closed month takes, over columns and case by case, in one process."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement"))
sys.path.insert(0, str(Path(__file__).parent))
import clearing_cases
from settlement_rules import policy_of

from chspay_cli.trial_input import read_inputs
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.columnar.clearing import clear_columns
from chspay_settlement.engine.columnar.columns import Columns
from chspay_settlement.engine.columnar.correcting import ClosedColumns
from chspay_settlement.engine.month.difference import Closed, recomputed
from chspay_settlement.engine.month.settled import Settled, divide_cases

CASES = int(os.environ.get("CHSPAY_BENCH_CORRECTIONS", "300000"))
CHANGED, MOST_SECONDS = 300, 10.0
FUND = clearing_cases.FUND


@pytest.mark.bench
@pytest.mark.timeout(1200)
def test_a_difference_of_a_provinces_month() -> None:
    """A bureau looks at a difference before it signs it: that must take seconds, not a coffee break."""
    policy = policy_of(clearing_cases.RULES)
    table = pa.Table.from_batches(clearing_cases.batches(CASES))
    inputs = read_inputs(iter(table.to_batches()), clearing_cases.LEVELS).inputs
    columns = Columns.of(inputs)
    done = clear_columns(columns, FUND, policy)
    pricer, form = done.pricer, done.division.form
    changed: dict[tuple[str, str], Settled] = {}
    for row in np.linspace(0, CASES - 1, CHANGED, dtype=np.int64).tolist():
        now = inputs[row]._replace(cost_fen=(inputs[row].cost_fen or 0) + 100_000)
        changed[now.hospital_code, now.case_id] = Settled(now, Pricer.price(pricer, now))
    funds = {
        (inp.hospital_code, inp.case_id): fund
        for inp, fund in zip(inputs, done.funds_fen.tolist(), strict=True)
    }

    def by_columns() -> object:
        held = ClosedColumns(columns, done.points, FUND, policy, form)
        return recomputed(held.closed(changed, funds), changed, sorted(changed))

    def by_rows() -> object:
        cases = {
            (inp.hospital_code, inp.case_id): Settled(inp, done.points[row]) for row, inp in enumerate(inputs)
        }
        closed = Closed(policy, divide_cases(cases.values(), FUND, policy, form), cases, funds)
        return recomputed(closed, changed, sorted(changed))

    found, seconds = [], []
    by_columns()
    for work in (by_columns, by_rows):
        began = time.perf_counter()
        found.append(work())
        seconds.append(time.perf_counter() - began)
    assert found[0] == found[1]
    print(f"\ndifference of {CASES:,} cases, {CHANGED} of them changed, load {os.getloadavg()[0]:.1f}")
    print(
        f"  over columns {seconds[0]:.2f} s, case by case {seconds[1]:.2f} s: {seconds[1] / seconds[0]:.0f}x"
    )
    assert seconds[0] < MOST_SECONDS
