"""The columnar clearing answers as the clearing case by case does, bit for bit."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest
from combinations import HOSPITALS, coefficients_for, random_cases, random_policy, random_rules
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from settlement_rules import policy_of

from chspay_core.amounts import largest_remainder
from chspay_core.errors import Fault
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.case.methods import SETTLE_HIGH
from chspay_settlement.engine.columnar import columns as columns_module
from chspay_settlement.engine.columnar import kernels, sm3, wide
from chspay_settlement.engine.columnar.clearing import clear_columns
from chspay_settlement.engine.columnar.columns import Coded, Columns
from chspay_settlement.engine.columnar.handout import hand_out
from chspay_settlement.engine.columnar.sums import sums_by_group, total_and_squares
from chspay_settlement.engine.month.clearing import clear


def outcome(work) -> tuple:
    """What a clearing found, or why it was refused."""
    try:
        done = work()
    except Fault as fault:
        return fault.reason.code, str(fault.value)
    points = [done.points[row] for row in range(len(done.points))]
    return done.table, points, done.division, list(map(int, done.funds_fen))


def same(inputs, fund, policy, each=map, coefficients=None) -> bool:
    """Both ways side by side."""
    single = outcome(lambda: clear(inputs, fund, policy, coefficients=coefficients))
    columns = Columns.of(inputs)
    batch = outcome(lambda: clear_columns(columns, fund, policy, each=each, coefficients=coefficients))
    assert batch == single
    return len(single) > 2


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), number=st.integers(6, 60), fund=st.integers(0, 10**13))
def test_batch_is_the_single_case_under_random_policies(seed, number, fund):
    """A prefecture's year and one disputed case must come to the same fen, whatever the policy."""
    chance = random.Random(seed)
    policy = random_policy(chance)
    same(random_cases(chance, number), fund, policy, coefficients=coefficients_for(policy, chance))


def test_the_random_policies_do_clear():
    """A comparison of refusals alone would prove nothing."""
    chance = random.Random(5)
    cleared = 0
    for _ in range(60):
        policy = random_policy(chance)
        cleared += same(
            random_cases(chance, 30), 10**9, policy, coefficients=coefficients_for(policy, chance)
        )
    assert cleared > 30


@pytest.mark.parametrize("high", SETTLE_HIGH.names)
def test_a_coefficient_moves_a_plan_as_the_pricer_does(high):
    """Plans of many hospitals are derived from two of them; a coefficient of zero may be refused."""
    chance = random.Random(high)
    values = ["0", "0.0001", "0.35", "1", "3.141593"]
    for method in ("mean@1", "mean_times_coefficient@1"):
        for _ in range(6):
            table = [{"hospital": code, "value": chance.choice(values)} for code in HOSPITALS]
            policy = policy_of(
                {
                    **random_rules(chance),
                    "settle.high": high,
                    "outlier.limit_on": method,
                    "coefficient.method": "hospital_table@1",
                    "coefficient.by_hospital": table,
                }
            )
            same(random_cases(chance, 40), 10**9, policy)


def test_pieces_and_threads_change_nothing(monkeypatch):
    """How the rows are cut and who works on them must never decide who gets a fen."""
    monkeypatch.setattr(columns_module, "PIECE", 7)
    chance = random.Random(9)
    with ThreadPoolExecutor(3) as pool:
        for _ in range(20):
            same(random_cases(chance, 50), chance.randrange(10**9), random_policy(chance), pool.map)


@pytest.mark.parametrize("scale", [1, 10**9, 10**15])
def test_figures_beyond_64_bits_stay_exact(scale):
    """Money of a province for decades overflows no limb: the slow way takes over, to the same fen."""
    chance = random.Random(scale)
    policy = policy_of({"settle.high": "linear_add@1", "point_value.form": "fund_only@1"})
    for _ in range(20):
        inputs = [
            inp._replace(cost_fen=(inp.cost_fen or 1) % 9_000 * scale + 1) for inp in random_cases(chance, 30)
        ]
        same(inputs, chance.randrange(10**18) * 7, policy)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40)), min_size=1, max_size=60),
    totals=st.lists(st.integers(-(10**14), 10**14), min_size=3, max_size=3),
)
def test_a_hand_out_is_the_largest_remainder(rows, totals):
    """Equal weights make ties; larger weight, then case number decide, and a negative sum mirrors."""
    groups, weights = (np.array(list(column)) for column in zip(*rows, strict=True))
    ids = [f"c{(row * 37) % 101:03}" for row in range(len(rows))]
    size = len(rows)
    held = [int(weights[groups == group].sum()) for group in range(3)]
    totals = [total if whole else 0 for total, whole in zip(totals, held, strict=True)]
    none, text = np.zeros(size, np.int64), Coded(np.zeros(size, np.int32), ("",))
    columns = Columns(pa.chunked_array([pa.array(ids)]), text, none, text, text, text, none, none, none)
    given_out = hand_out(columns, weights.astype(np.int64), groups.astype(np.int32), totals)
    for group, total in enumerate(totals):
        own = np.flatnonzero(groups == group)
        wanted = largest_remainder(total, weights[own].tolist(), [ids[row] for row in own])
        assert given_out[own].tolist() == wanted


def test_wide_division_against_whole_numbers():
    """The limbs must divide as Python's whole numbers do, at every size and at the edges."""
    chance = random.Random(3)

    def some() -> int:
        return chance.choice(
            [0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1, chance.getrandbits(chance.randrange(1, 65))]
        )

    for _ in range(5_000):
        a, by = some(), some() or 1
        b = some() % by
        found = wide.divide(np.uint64(a * b >> 64), np.uint64(a * b % 2**64), np.uint64(by))
        assert tuple(map(int, found)) == divmod(a * b, by)


def test_sums_are_exact_where_64_bits_wrap():
    """numpy's own sum would wrap silently; a total that wraps pays somebody else's money."""
    values = np.array([2**62, 2**62, 2**62, -(2**63), 5], np.int64)
    groups = np.array([0, 0, 0, 1, -1], np.int32)
    assert sums_by_group([slice(0, 2), slice(2, 5)], map, groups, values, 2) == [3 * 2**62, -(2**63)]
    numbers = np.array([1, 2**40, 2**62, 2**62], np.int64)
    listed = numbers.tolist()
    assert total_and_squares(numbers) == (sum(listed), sum(number * number for number in listed))


def test_the_compiled_loops_hold_no_float():
    """numba turns a mix of signed and unsigned into a float without a word; one would lose a fen."""
    same(random_cases(random.Random(1), 40), 10**9, policy_of({"settle.high": "linear_add@1"}))
    seen = 0
    for function in [*vars(kernels).values(), *vars(sm3).values(), *vars(wide).values()]:
        for signature in list(getattr(function, "signatures", [])):
            # What comes from the cache has lost its types, so it is compiled anew.
            fresh = njit(function.py_func, nogil=True)
            fresh.compile(signature)
            types = fresh.overloads[signature].type_annotation.typemap.values()
            assert not [kind for kind in map(str, types) if "float" in kind], function
            seen += 1
    assert seen > 6


def test_arrow_texts_in_any_shape_become_the_same_codes():
    """Row groups of a Parquet file bring dictionaries of their own, with unknowns and repeated texts."""
    plain = pa.chunked_array([["b", None, "a"], ["a", "c", ""]])
    coded = pa.chunked_array(
        [
            pa.DictionaryArray.from_arrays(pa.array([1, None, 0]), pa.array(["a", "b", "never"])),
            pa.DictionaryArray.from_arrays(pa.array([2, 0, 1]), pa.array(["c", None, "a"])).take([2, 1, 1]),
        ]
    )
    found = Coded.from_arrow(plain)
    assert [found.texts[code] for code in found.codes] == ["b", "", "a", "a", "c", ""]
    found = Coded.from_arrow(coded)
    assert [found.texts[code] for code in found.codes] == ["b", "", "a", "", "c", "c"]
    assert len(set(found.texts)) == len(found.texts)
    assert Coded.from_arrow(pa.chunked_array([], pa.string())).texts == ()


def test_a_case_without_cost_needs_no_group_of_its_own():
    """One list without a cost, the only one of its group, must not stop a prefecture's month."""
    inputs = [inp._replace(marks=()) for inp in random_cases(random.Random(2), 12)]
    for cost, reason in ((None, "COST_MISSING"), (0, "COST_ZERO"), (-1, "COST_NEGATIVE")):
        lonely = inputs[0]._replace(case_id="lonely", drg="G9", cost_fen=cost)
        done = clear([*inputs, lonely], 10**6, policy_of())
        assert done.points[-1].reason == reason
        assert same([lonely, *inputs], 10**6, policy_of())
        sheet = Worksheet("lonely")
        assert done.pricer.explain(lonely, sheet).reason == reason


def test_an_empty_column_clears_as_nothing():
    """No case is refused by name, not by an error of the columns."""
    with pytest.raises(Fault, match="没有可用于测算"):
        clear_columns(Columns.of([]), 0, policy_of())
