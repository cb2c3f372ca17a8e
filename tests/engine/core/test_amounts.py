"""Money and points never gain or lose anything."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core import amounts
from chspay_core.errors import Fault

weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=40)


def _keys(items):
    return [f"k{i:03d}" for i in range(len(items))]


@given(st.integers(-(10**16), 10**16), weights)
def test_largest_remainder_hands_out_everything(total, given_weights):
    """A lost fen is somebody's money; a share never strays a whole fen from its exact part."""
    if sum(given_weights) == 0:
        given_weights[0] = 1
    shares = amounts.largest_remainder(total, given_weights, _keys(given_weights))
    whole = sum(given_weights)
    assert sum(shares) == total
    for share, weight in zip(shares, given_weights, strict=True):
        assert abs(share * whole - total * weight) < whole


@given(st.integers(0, 10**9), weights, st.randoms(use_true_random=False))
def test_largest_remainder_ignores_the_order_of_input(total, given_weights, chance):
    """Who comes first in a file must not decide who gets a fen."""
    given_weights[0] += 1
    pairs = list(zip(given_weights, _keys(given_weights), strict=True))
    once = dict(
        zip(
            _keys(given_weights),
            amounts.largest_remainder(total, *map(list, zip(*pairs, strict=True))),
            strict=True,
        )
    )
    chance.shuffle(pairs)
    moved_weights, moved_keys = map(list, zip(*pairs, strict=True))
    again = dict(zip(moved_keys, amounts.largest_remainder(total, moved_weights, moved_keys), strict=True))
    assert once == again


@given(st.integers(0, 10**9), weights)
def test_a_claw_back_mirrors_the_payment(total, given_weights):
    """Taking money back must undo the split exactly."""
    given_weights[0] += 1
    keys = _keys(given_weights)
    paid = amounts.largest_remainder(total, given_weights, keys)
    taken = amounts.largest_remainder(-total, given_weights, keys)
    assert [a + b for a, b in zip(paid, taken, strict=True)] == [0] * len(keys)


@given(st.integers(-(10**15), 10**15))
def test_fen_and_yuan_are_one(fen):
    """Reading back what was printed gives the same money."""
    assert amounts.yuan_to_fen(amounts.fen_to_yuan(fen)) == fen


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_half_goes_away_from_zero(numerator, denominator):
    """四舍五入: the nearest integer, ties away from zero, both signs alike."""
    rounded = amounts.divide_half_up(numerator, denominator)
    assert 2 * abs(rounded * denominator - numerator) <= denominator
    assert amounts.divide_half_up(-numerator, denominator) == -rounded
    assert amounts.divide_half_up(numerator, -denominator) == -rounded


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("0.00005", 4, "0.0001"),
        ("1.00004999", 4, "1.0000"),
        ("80.325", 2, "80.33"),
    ],
)
def test_rounding_as_a_clerk_does_it(value, places, expected):
    """Known figures, so that nobody swaps in bankers' rounding."""
    assert amounts.round_half_up(Decimal(value), places) == Decimal(expected)


@pytest.mark.parametrize("text", ["", "1e5", "NaN", "1,000", " 1", "1.", ".5", "１", "0x10", "1\n"])
def test_only_plain_numbers_are_money(text):
    """An amount that can be read two ways is refused, with its field named."""
    with pytest.raises(Fault) as refused:
        amounts.yuan_to_fen(text, "total_cost")
    assert refused.value.reason.code == "NOT_A_NUMBER"
    assert refused.value.field == "total_cost"


def test_a_third_decimal_is_refused_not_rounded():
    """Rounding at the door would make the hospital's sum differ from ours."""
    with pytest.raises(Fault) as refused:
        amounts.yuan_to_fen("1.005")
    assert refused.value.reason.code == "NOT_WHOLE_FEN"
    assert amounts.yuan_to_fen("1.50000") == 150


def test_amounts_beyond_a_database_integer_are_refused():
    """BIGINT must hold every amount that is accepted."""
    with pytest.raises(Fault) as refused:
        amounts.yuan_to_fen("92233720368547758.08")
    assert refused.value.reason.code == "AMOUNT_TOO_BIG"


def test_nothing_to_split_by_is_a_refusal():
    """A fund without points must stop, not divide by zero."""
    with pytest.raises(Fault) as refused:
        amounts.largest_remainder(1, [0, 0], ["a", "b"])
    assert refused.value.reason.code == "SPLIT_NO_WEIGHT"
    assert amounts.largest_remainder(0, [0, 0], ["a", "b"]) == [0, 0]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_micro_keeps_six_places(value):
    """Stored millionths give back the very same decimal."""
    assert amounts.from_micro(amounts.to_micro(value)) == value
    assert Decimal(amounts.plain(value)) == value
