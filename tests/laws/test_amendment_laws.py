"""Laws of amendments: they add up to the same law however it is read, and never touch the past unasked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chspay_core.bundle import Bundle
from chspay_core.policy_amendment import Source, assemble
from chspay_core.policy_diff import diff_bundles, standing
from chspay_core.policy_documents import read_documents
from chspay_core.policy_tree import Shared, read_units

START = date(2020, 1, 1)
PLACE = "330100"
OWN = """\
pay.share:
  label: 比例
  unit: ratio
  rules:
    - {since: 2020-01-01, value: 0.5, cite: law#一, evidence: official}
"""
TEXT = """\
amendment: a-{number}
place: "330100"
title: 决定
decision: 纪要{number}
decided_by: 会议
decided: 2020-01-01
rules:
  pay.share:
    label: 比例
    unit: ratio
    rules:
      - {{since: {since}, value: {value}, cite: law#一, evidence: official{more}}}
"""
FEW, MANY = 100, 2_000


def read(texts):
    """The rules after these amendments, and the faults."""
    shared = Shared(names={PLACE: "杭州市"})
    read_units("ratio: {label: 比例, shape: number}\n", "units.yaml", shared)
    read_documents("law: {title: 办法, issuer: 局, standing: issued, articles: [一]}\n", "d.yaml", shared)
    named = [(f"{at:03d}.yaml", text) for at, text in enumerate(texts)]
    rules, _ = assemble(PLACE, Source({"a.yaml": OWN}, named), shared)
    bundle = Bundle.seal(PLACE, shared.names, [item.rule for item in rules], shared.documents)
    return bundle, shared.faults


@st.composite
def decisions(draw):
    """Amendments that come one after the other: later rules, and corrections of known ones."""
    known, texts = [START], []
    for number in range(draw(st.integers(1, 7))):
        value = draw(st.integers(1, 99))
        if draw(st.booleans()):
            since = max(known) + timedelta(days=draw(st.integers(1, 400)))
            known.append(since)
            more = ""
        else:
            since = draw(st.sampled_from(known))
            more = f", corrects: {{since: {since}, cite: law#一}}"
        texts.append((since, TEXT.format(number=number, since=since, value=f"0.{value:02d}", more=more)))
    return texts


def one_by_one(texts):
    """The law after each decision follows from the law before it, on every day."""
    before, _ = read([])
    for at, (since, _) in enumerate(texts, start=1):
        after, faults = read([text for _, text in texts[:at]])
        assert faults == []
        changed = diff_bundles(before, after, {})
        assert all(change.since == since for change in changed)
        following = [rule.since for rule in after.rules if rule.since > since]
        ends = min(following, default=since + timedelta(days=500))
        untouched = [day for day in (START, since - timedelta(days=1)) if day < since]
        untouched += [ends, ends + timedelta(days=1)] if following else []
        for day in untouched:
            assert standing(before, PLACE, "pay.share", day) == standing(after, PLACE, "pay.share", day)
        spoken = {standing(after, PLACE, "pay.share", day) for day in (since, ends - timedelta(days=1))}
        assert {rule.since for rule in spoken} == {since}
        again = Bundle.parse(after.content, after.digest)
        assert again.rules == after.rules
        before = after


@given(decisions())
@settings(max_examples=FEW, deadline=None)
def test_a_decision_moves_only_the_days_it_speaks_of(texts):
    """Days before it, and days that a later rule governs, stay as they were."""
    one_by_one(texts)


@pytest.mark.prove
@given(decisions())
@settings(max_examples=MANY, deadline=None)
def test_a_decision_moves_only_the_days_it_speaks_of_many_times(texts):
    """The same, often."""
    one_by_one(texts)


@given(decisions(), st.randoms(use_true_random=False))
@settings(max_examples=FEW, deadline=None)
def test_an_amendment_out_of_turn_is_refused_or_comes_to_the_same_law(texts, dice):
    """The order is the order of publication: another order is refused, unless it makes no difference."""
    whole, _ = read([text for _, text in texts])
    shuffled = list(texts)
    dice.shuffle(shuffled)
    other, faults = read([text for _, text in shuffled])
    if not faults and other.digest != whole.digest:
        days = [since for since, _ in texts]
        assert len(set(days)) < len(days)
