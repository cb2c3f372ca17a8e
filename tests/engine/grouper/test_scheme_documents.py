"""Signed documents are read back whole or refused; money that moves between schemes sums to zero."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from books import imported
from hypothesis import given, settings
from hypothesis import strategies as st

from chspay_core.artefact import Artefact, ArtefactKind
from chspay_core.errors import Fault
from chspay_grouper.engine import canonical
from chspay_grouper.engine.diff import diff_schemes
from chspay_grouper.engine.life import (
    Evaluation,
    Event,
    Record,
    State,
    follow,
    parse_evaluation,
    parse_record,
)
from chspay_grouper.engine.runstatement import RunStatement, parse_statement
from chspay_grouper.engine.shift import NO_GROUP, Shift

KEY, DIGEST = "04" + "a" * 128, "b" * 64
CITY = Artefact(ArtefactKind.SCHEME, "city", DIGEST)
RECORD = Record(CITY, 1, Event.SEAL, date(2026, 1, 1), KEY)
EVALUATION = Evaluation(ArtefactKind.SCHEME, DIGEST, DIGEST, True, "评估组", date(2026, 1, 1), "", KEY)
STATEMENT = RunStatement(
    CITY, 3, DIGEST, {"grouped": 2, "ambiguous": 0, "ungrouped": 1, "invalid": 0}, {"BR21": 2}
)
OTHERS = tuple(
    (Artefact(kind, "dip-990100", DIGEST), kind)
    for kind in (ArtefactKind.DIP_CATALOGUE, ArtefactKind.WEIGHT_TABLE)
)
DOCUMENTS = (
    (RECORD, parse_record),
    (EVALUATION, parse_evaluation),
    (STATEMENT, parse_statement),
    *((replace(RECORD, artefact=artefact), parse_record) for artefact, _ in OTHERS),
    *((replace(EVALUATION, kind=kind), parse_evaluation) for _, kind in OTHERS),
    (replace(STATEMENT, artefact=OTHERS[0][0]), parse_statement),
)
_SIMPLE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just(DIGEST)
)
_VALUES = st.one_of(
    _SIMPLE, st.lists(_SIMPLE, max_size=2), st.dictionaries(st.text(max_size=3), _SIMPLE, max_size=2)
)


@pytest.mark.parametrize(("document", "parse"), DOCUMENTS)
def test_a_document_is_read_back_as_it_was_written(document, parse):
    """What is signed and what is understood must be one thing."""
    assert parse(document.content) == document


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(DOCUMENTS), st.integers(0, 20), _VALUES, st.booleans(), st.binary(max_size=30))
def test_any_other_document_is_refused_in_our_words(pair, place, value, drops, raw):
    """These bytes come from outside, before anybody has checked a signature."""
    document, parse = pair
    data = json.loads(document.content)
    name = sorted(data)[place % len(data)]
    if drops:
        del data[name]
    else:
        data[name] = value
    for content in (raw, document.content + raw, _written(data)):
        try:
            assert parse(content).content == content
        except Fault as fault:
            assert fault.reason.code in {"DOCUMENT_BAD", "NOT_A_DAY"}  # noqa: PT017 - either is right


def _written(data: dict[str, object]) -> bytes:
    try:
        return canonical.write(data)
    except ValueError:
        return b""


def test_a_state_holds_from_its_day_on():
    """A stay is paid by what was published on its day, not by what was signed by then."""
    first = RECORD
    second = Record(CITY, 2, Event.TRIAL, date(2026, 3, 1), KEY, canonical.Signed(first.content, b"").digest)
    life = follow([first, second])
    assert (life.on(date(2026, 2, 28)), life.on(date(2026, 3, 1))) == (State.DRAFT, State.TRIAL)
    assert life.state is State.TRIAL


_PLACES = st.sampled_from(["BR21", "BR25", "BB11", "ungrouped", "invalid"])
_CASES = st.lists(
    st.tuples(st.sampled_from(["H1", "H2", "H3"]), st.integers(0, 10**7), _PLACES, _PLACES), min_size=1
)


@settings(max_examples=100, deadline=None)
@given(_CASES, st.integers(0, 10**13))
def test_one_fund_is_only_moved_between_hospitals(cases, fund):
    """A fund divided twice is the same fund: what one hospital gains, others lose, to the last fraction."""
    shift = Shift()
    shift.add(*zip(*cases, strict=True))
    if not sum(cost for _, cost, _, _ in cases):
        with pytest.raises(Fault):
            shift.by_fund(fund)
        return
    shifted = shift.by_fund(fund)
    assert sum(was for was, _ in shifted.hospitals.values()) == fund
    assert sum(now for _, now in shifted.hospitals.values()) == fund


@settings(max_examples=60, deadline=None)
@given(_CASES, st.integers(1, 10**7))
def test_money_by_weights_is_that_of_each_case(cases, price):
    """The table of moves must say what adding up case by case says."""
    weights = {"BR21": Decimal("2.1"), "BR25": Decimal("0.5"), "BB11": Decimal("3.0307")}
    shift = Shift()
    shift.add(*zip(*cases, strict=True))
    shifted = shift.by_weights(weights, weights, price)

    def worth(place: str) -> Fraction:
        return Fraction(0) if place in NO_GROUP else Fraction(weights[place]) * price

    for hospital, (was, now) in shifted.hospitals.items():
        own = [case for case in cases if case[0] == hospital]
        assert was == sum(worth(old) for _, _, old, _ in own)
        assert now == sum(worth(new) for _, _, _, new in own)
    assert sum(shifted.moves.values()) == sum(worth(new) - worth(old) for _, _, old, new in cases)


def test_a_scheme_does_not_differ_from_itself():
    """A comparison that finds what is not there is not read twice."""
    assert diff_schemes(imported().scheme, imported().scheme) == []
