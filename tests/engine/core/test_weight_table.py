"""A weight table is read back exactly as it was sealed, and nothing else is taken for one."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chspay_core.cited import Cited
from chspay_core.errors import Fault
from chspay_core.policy import canonical_json
from chspay_core.weight_table import Facts, Row, load_weight_table, seal

ROW = Row(
    kind="drg", code="BR21", cases=40, kept=38, stable=True, no_coefficient=False, cv="0.4312",
    mean=Fraction(2_000_001, 2), median_twice_fen=1_900_001, weight_micro=1_250_000,
    points_micro=125_000_000, parts_micro=(1_000_000, 250_000), levels=((2, 1_100_000), (3, 1_400_000)),
)  # fmt: skip
FACTS = Facts("weights-990100", "990100", "2026-01-01", "a" * 64, "", "100", 4, Fraction(800_000))
RULE = Cited("points.scale", "100", "990100", "2020-01-01", "test#第一条", "demo")
TABLE = seal(FACTS, [ROW], [RULE])
_VALUES = st.one_of(st.none(), st.integers(), st.text(max_size=4), st.lists(st.text(max_size=3), max_size=2))


def test_a_table_is_what_its_canonical_form_says():
    """Settlement reads the bytes that were signed, not what somebody meant."""
    again = load_weight_table(TABLE.content)
    assert again == TABLE
    assert again.by_name["drg", "BR21"] == ROW
    assert (ROW.weight_at(2), ROW.weight_at(3), ROW.weight_at(1), ROW.weight_at(None)) == (
        1_100_000, 1_400_000, None, None,
    )  # fmt: skip
    assert again.weakest_evidence() == "demo"


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 30), st.integers(0, 12), _VALUES, st.booleans())
def test_any_other_bytes_are_refused_in_our_words(field, cell, value, of_row):
    """The bytes come from outside; a figure that is not understood must not become a price."""
    data = json.loads(TABLE.content)
    if of_row:
        data["rows"][0][cell] = value
    else:
        data[sorted(data)[field % len(data)]] = value
    content = canonical_json(data)
    try:
        assert load_weight_table(content).content == content
    except Fault as fault:
        assert fault.reason.code == "WEIGHT_TABLE_UNREADABLE"  # noqa: PT017 - either is right


def test_two_rows_of_a_group_and_parts_that_do_not_add_up_are_refused():
    """Of two prices nobody could say which one holds."""
    data = json.loads(TABLE.content)
    twice = {**data, "rows": data["rows"] * 2}
    data["rows"][0][-2] = ["1000000", "250001"]
    for spoiled in (twice, data):
        with pytest.raises(Fault) as caught:
            load_weight_table(canonical_json(spoiled))
        assert caught.value.reason.code == "WEIGHT_TABLE_UNREADABLE"
