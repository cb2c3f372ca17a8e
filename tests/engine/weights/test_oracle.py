"""The engine against a second measuring written from the rules with plain fractions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
import weights_oracle as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from weights_world import measured_of

from chspay_grouper.engine.weights.model import Measured

TRIMS = ("none@1", "multiples@1", "interquartile@1", "percentiles@1")
READINGS = ("all_alike@1", "yearly_means@1", "pooled@1")
RULES = {
    "points.trim_fence": "1.5",
    "points.trim_low_share": "0.025",
    "points.trim_high_share": "0.975",
    "weights.adjust_method": "keep_total@1",
}

case_rows = st.lists(
    st.tuples(
        st.sampled_from(["G1", "G1", "G1", "G2", "G3"]),
        st.one_of(st.integers(80_000, 120_000), st.integers(1, 2_000_000)),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=60,
)


def rows_of(cases: list[oracle.Case]) -> list[dict[str, object]]:
    """The cases as rows of the engine's table."""
    return [
        {"drg": drg, "total_cost": fen, "discharge_date": date(2026 - back, 5, 1)} for drg, fen, back in cases
    ]


def answers(measured: Measured) -> dict[str, tuple[bool, int, Fraction, Fraction]]:
    """What the oracle answers, from the engine."""
    unit = 10**measured.places
    return {
        group.code: (
            group.stable,
            group.kept,
            Fraction(group.measured_units, unit),
            Fraction(group.units, unit),
        )
        for group in measured.groups
    }


@settings(max_examples=200, deadline=None)
@given(
    cases=case_rows,
    trim=st.sampled_from(TRIMS),
    kind=st.sampled_from(["linear", "nearest_rank"]),
    reading=st.sampled_from(READINGS),
    raised=st.sampled_from(["1.1", "0.95", "2"]),
)
def test_engine_agrees_with_plain_fractions(
    cases: list[oracle.Case], trim: str, kind: str, reading: str, raised: str
) -> None:
    """Two programs that share no code must agree on every weight, kept case and verdict."""
    first = cases[0][0]
    rules = {
        **RULES,
        "points.trim": trim,
        "points.quantile": kind,
        "points.year_method": reading,
        "weights.adjustments": [{"group": first, "factor": raised}],
    }
    wanted = oracle.weights(cases, trim, kind, reading, {first: Fraction(raised)})
    assert answers(measured_of(rows_of(cases), rules)) == wanted


@pytest.mark.parametrize("trim", TRIMS)
def test_real_discharges_agree_with_plain_fractions(shared, trim: str) -> None:
    """Long-tailed real money, every fourth group: each weight against the second program."""
    from sparcs import sparcs_cases

    everything = sparcs_cases(shared)
    chosen = set(sorted({drg for drg, _, _ in everything})[::4])
    cases = [case for case in everything if case[0] in chosen]
    assert len(cases) > 2_000
    wanted = oracle.weights(cases, trim, "linear", "pooled@1", {})
    rules = {**RULES, "points.trim": trim, "points.year_method": "pooled@1", "weights.adjustments": []}
    assert answers(measured_of(rows_of(cases), rules)) == wanted
