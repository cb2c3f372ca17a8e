"""Names of amounts: one spelling each, read back as written, anything else refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_settlement.engine.lineage.ref import SHAPES, parse, ref

NAMES = [
    "run/MR-990100-202603-1/pool/value",
    "run/MR-990100-202603-1/hospital/H99010100001/payable",
    "run/MR-990100-202603-1/case/H99010100001/C000123/fund",
    "run/MR-990100-202603-1/block/H99010100001/3/points",
    "year/YC-990100-2026-1/hospital/H99010100001/balance",
    "ledger/990100/account/payable%3AH001/balance",
    "order/PO-990100-2027-00001/hospital/H001/amount",
]
_KEYS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=24)


@pytest.mark.parametrize("text", [name.replace("%3A", ":") for name in NAMES])
def test_a_name_is_read_back_as_written(text):
    """A page links by this text: it must not change on the way."""
    assert parse(text).text == text


@given(shape=st.sampled_from(sorted(SHAPES)), keys=st.lists(_KEYS, min_size=3, max_size=3))
def test_any_code_survives_in_a_name(shape, keys):
    """Case numbers come from hospitals and hold whatever those write, slashes too."""
    root, part = shape
    made = ref(root, keys[0], part, *keys[1 : 1 + SHAPES[shape]], item="fund")
    assert parse(made.text) == made
    assert made.text.count("/") == 3 + SHAPES[shape]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "run",
        "run/R/hospital/fund",
        "run/R/hospital//fund",
        "run/R/hospital/H/x/fund",
        "run/R/hospital/H/Fund",
        "run/R/hospital/H/..",
        "walk/R/hospital/H/fund",
        "run/R/hospital/%FF/fund",
        "run/R/hospital/%00/fund",
        "run/R/pool/" + "a" * 700,
    ],
)
def test_anything_else_is_refused_by_name(text):
    """A name is user input: a bad one gets a reason, never a guess."""
    with pytest.raises(Fault) as caught:
        parse(text)
    assert caught.value.reason.code == "LINEAGE_REF_BAD"


def test_a_part_of_a_line_is_the_same_owner():
    """Neighbouring lines are named without spelling the owner again."""
    assert parse(NAMES[1]).to("fund").text == "run/MR-990100-202603-1/hospital/H99010100001/fund"
