"""The engine against a second clearing written from the rules with plain fractions."""

from __future__ import annotations

import csv
import gzip
import random
from fractions import Fraction
from pathlib import Path

import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_rules import policy_of

from chspay_core.amounts import yuan_to_fen
from chspay_core.errors import Fault
from chspay_settlement.engine.model import PricedInput
from chspay_settlement.engine.month.clearing import clear

LEVELS = [{"level": "1", "value": "0.95"}, {"level": "2", "value": "1"}, {"level": "3", "value": "1.08"}]
FACTORS = {1: Fraction(95, 100), 2: Fraction(1), 3: Fraction(108, 100)}
HIGH = ("as_normal@1", "linear_add@1", "deduct@1", "cap@1")

case_rows = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["G1", "G1", "G1", "G2", "G3"]),
        st.sampled_from(["grouped", "grouped", "grouped", "grouped", "ungrouped", "ambiguous"]),
        st.one_of(st.integers(80_000, 120_000), st.integers(1, 2_000_000)),
        st.integers(0, 40_000),
    ),
    min_size=1,
    max_size=45,
)


def _inputs(rows: list[tuple[str, str, str, int, int]], level: dict[str, int]) -> list[PricedInput]:
    return [
        PricedInput(f"c{i}", hospital, level[hospital], drg, status, "", None, cost, patient)
        for i, (hospital, drg, status, cost, patient) in enumerate(rows)
    ]


def _compare(inputs: list[PricedInput], fund: int, high: str, form: str, level: dict[str, int]) -> None:
    changes = {
        "settle.high": high,
        "point_value.form": form,
        "coefficient.method": "level_table@1",
        "coefficient.by_level": LEVELS,
    }
    done = clear(inputs, fund, policy_of(changes))
    rows = [(i.case_id, i.hospital_code, i.drg, i.status, i.cost_fen, i.patient_fen) for i in inputs]
    factors = {hospital: FACTORS[found] for hospital, found in level.items()}
    points, funds, case_money = oracle.clear(rows, fund, factors, high, form == "total_cost@1")
    for inp, found, money in zip(inputs, done.points, done.funds_fen, strict=True):
        key = (inp.hospital_code, inp.case_id)
        assert (found.kind.value, Fraction(found.points_micro, 10**6)) == points[key]
        assert money == case_money[key]
    assert {amount.hospital_code: amount.fund_fen for amount in done.hospitals} == funds
    assert sum(funds.values()) == fund


@settings(max_examples=150, deadline=None)
@given(
    rows=case_rows,
    fund=st.integers(0, 10**9),
    high=st.sampled_from(HIGH),
    form=st.sampled_from(["total_cost@1", "fund_only@1"]),
)
def test_engine_agrees_with_plain_fractions(
    rows: list[tuple[str, str, str, int, int]], fund: int, high: str, form: str
) -> None:
    """Two programs that share no code must agree on every point and every fen."""
    level = {"A": 1, "B": 2, "C": 3}
    if all(status != "grouped" for _, _, status, _, _ in rows):
        with pytest.raises(Fault):
            clear(_inputs(rows, level), fund, policy_of())
        return
    _compare(_inputs(rows, level), fund, high, form, level)


def _sparcs(shared: Path) -> list[PricedInput]:
    path = shared / "data" / "sparcs_2020_musculoskeletal.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [
            PricedInput(
                row["case_id"],
                row["hospital_code"],
                int(row["hospital_code"]) % 3 + 1,
                row["drg"],
                "grouped",
                "",
                None,
                yuan_to_fen(row["total_cost"]),
                0,
            )
            for row in csv.DictReader(file)
        ]


def test_real_discharges_clear_to_the_fen(shared: Path) -> None:
    """36,631 real discharges with long-tailed cost: sums are exact under every high method and form."""
    inputs = _sparcs(shared)
    assert len(inputs) == 36_631
    fund = 50_000_000_001
    levels = {"coefficient.method": "level_table@1", "coefficient.by_level": LEVELS}
    for high in HIGH:
        for form in ("total_cost@1", "fund_only@1"):
            done = clear(inputs, fund, policy_of({**levels, "settle.high": high, "point_value.form": form}))
            assert sum(amount.fund_fen for amount in done.hospitals) == fund
            assert sum(done.funds_fen) == fund
            assert len(done.hospitals) == 169


def test_real_discharges_agree_with_plain_fractions(shared: Path) -> None:
    """A slice of the real discharges, every point and fen against the second program."""
    everything = _sparcs(shared)
    hospitals = sorted({inp.hospital_code for inp in everything})
    chosen = set(random.Random(7).sample(hospitals, 12))
    inputs = [inp for inp in everything if inp.hospital_code in chosen]
    level = {inp.hospital_code: inp.level or 0 for inp in inputs}
    _compare(inputs, 12_345_678_901, "linear_add@1", "total_cost@1", level)
