"""Worked examples of sampling and of the clock of claims from outside; files begin with their demand."""

from __future__ import annotations

import hashlib
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.policy import Row
from chspay_core.policy_yaml import read_yaml
from chspay_policy import ROOT
from chspay_settlement.engine.quality.outside import due_day
from chspay_settlement.engine.quality.sampling import (
    DRAWS,
    Checked,
    digest_of,
    draw_of,
    drawn,
    is_drawn,
    sampling_of,
)

FOLDER = Path(__file__).parent / "sampling"
LISTS = [f"L{number:04d}" for number in range(2000)]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return Bundle.load(ROOT, "990100")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.case.yaml")), ids=lambda path: path.stem)
def test_rates_shares_and_warnings_come_out_as_worked_by_hand(path, bundle):
    """The figures of the measure's text, at and beside every limit."""
    case = read_yaml(path.read_text("utf-8"), path.name).plain()
    policy = bundle.on(date.fromisoformat(case["on"]))
    for row in case["institutions"]:
        counted = Checked(*(int(row[name]) for name in ("lists", "errors", "findings")))
        found = sampling_of(counted, policy, "例")
        assert (str(found.rate), str(found.share)) == (row["rate"], row["share"]), row
        assert found.warned is (row["warned"] == "yes"), row
        assert found.sheet["share"].value == row["share"]
        assert ("sampling.warning_share" in found.sheet) is found.warned
    for row in case["clock"]:
        received = date.fromisoformat(row["received"])
        assert due_day(received, bundle.on(received)).isoformat() == row["due"]


def test_another_method_counts_other_lists(bundle):
    """A place that looks at warnings too says so in its policy, not in code."""
    policy = bundle.on(date(2026, 3, 31)).tried({"sampling.anomaly": "lists_with_findings@1"})
    assert sampling_of(Checked(10, 0, 5), policy, "例").rate == Fraction(1, 2)


@pytest.mark.parametrize(
    "rows",
    [
        [("0.1", "0.2")],
        [("0", "0.2"), ("0", "0.3")],
        [("0", "1.2")],
        [("0", "0.1"), ("0.2", "-0.1")],
    ],
)
def test_a_table_that_leaves_rates_out_is_refused(bundle, rows):
    """No rate may fall through a gap to a share nobody decided."""
    table = tuple(Row({"from": reached, "share": share}) for reached, share in rows)
    policy = bundle.on(date(2026, 3, 31)).tried({"sampling.shares": table})
    with pytest.raises(Fault) as caught:
        sampling_of(Checked(10, 5, 5), policy, "例")
    assert caught.value.reason.code == "SAMPLING_TABLE_BAD"


def test_a_sample_can_be_drawn_again_by_anybody():
    """The draw is one hash; whoever knows list and period gets the same lists."""
    whole = [list_id for list_id, _ in drawn("2026-03", LISTS, Fraction(1, 10))]
    by_hand = [
        list_id for list_id in LISTS if int(sm3_hex(f"2026-03\n{list_id}".encode())[:16], 16) * 10 < 2**64
    ]
    assert whole == by_hand
    assert 140 < len(whole) < 260
    if "sm3" in hashlib.algorithms_available:
        one = hashlib.new("sm3", f"2026-03\n{LISTS[0]}".encode()).hexdigest()
        assert draw_of("2026-03", LISTS[0]) == int(one[:16], 16)
    assert digest_of(reversed(whole)) == digest_of(whole) != digest_of(whole[1:])


def test_a_larger_share_keeps_what_a_smaller_one_drew():
    """Results that come later may raise a share; nobody's list is put back because of it."""
    small, large = ({one for one, _ in drawn("2026-03", LISTS, Fraction(n, 20))} for n in (1, 6))
    assert small < large
    assert drawn("2026-03", LISTS, Fraction(0)) == []
    assert len(drawn("2026-03", LISTS, Fraction(1))) == len(LISTS)
    assert is_drawn(DRAWS // 2 - 1, Fraction(1, 2))
    assert not is_drawn(DRAWS // 2, Fraction(1, 2))
    assert {one for one, _ in drawn("2026-04", LISTS, Fraction(1, 20))} != small
