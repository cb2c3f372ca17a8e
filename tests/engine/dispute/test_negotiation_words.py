"""Proposals, opinions and what opens a topic: exact forms of what people say."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy_amendment import read_amendment
from chspay_core.policy_files import load_shared
from chspay_dispute.engine.negotiation import proposal as p
from chspay_dispute.engine.negotiation.similar import Voice, clusters, likeness, tokens
from chspay_dispute.engine.negotiation.triggers import Call, Decided, Limits, calls
from chspay_policy import ROOT

DAY = date(2027, 1, 1)


@pytest.fixture(scope="module")
def policy():
    return Bundle.load(ROOT, "990100").on(date(2026, 3, 31))


def made(*pairs: tuple[str, str]) -> p.Proposal:
    return p.Proposal("调整系数", DAY, p.read_changes(pairs))


def test_a_proposal_is_shown_as_what_it_changes(policy):
    """The hospital must see the rows that move, not two tables to compare by eye."""
    table = [dict(row) for row in policy.table("coefficient.by_level")]
    table[0]["value"] = "1.06"
    found = p.differences(policy, made(("coefficient.by_level", json.dumps(table))))
    assert [sign for sign, _ in found[0].rows] == ["-", "+"]
    assert json.loads(found[0].rows[1][1])["value"] == "1.06"
    again = p.read_proposal(made(("prepay.share", '"0.96"')).content)
    assert again.digest == made(("prepay.share", '"0.96"')).digest


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([], "PROPOSAL_EMPTY"),
        ([("prepay.share", "0.96")], "PROPOSAL_VALUE"),
        ([("prepay.share", '{"a": "b"}')], "PROPOSAL_VALUE"),
        ([("prepay.share", '[["a"]]')], "PROPOSAL_VALUE"),
        ([("prepay.share", "no json")], "PROPOSAL_VALUE"),
        ([("prepay", '"1"')], "PROPOSAL_KEY"),
        ([("a.b", '"1"'), ("a.b", '"2"')], "PROPOSAL_KEY"),
        ([("no.such", '"1"')], "PROPOSAL_UNRULED"),
        ([("prepay.share", '"0.95"')], "PROPOSAL_SAME"),
    ],
)
def test_what_is_no_change_of_a_rule_is_refused(policy, pairs, reason):
    """A proposal that changes nothing, or something that is no rule, would waste a meeting."""
    with pytest.raises(Fault) as caught:
        p.differences(policy, made(*pairs))
    assert caught.value.reason.code == reason


def test_an_agreed_proposal_reads_back_as_the_amendment_it_is(policy):
    """Nobody types it again: the text is read by the same reader as every amendment, value for value."""
    table = [{"level": "3", "value": "1.1"}, {"level": "2", "value": "1"}, {"level": "1", "value": "0.9"}]
    proposal = made(("coefficient.by_level", json.dumps(table)), ("prepay.share", '"0.96"'))
    head = p.Head(
        "nt-1", "990100", '关于"系数"的决定：一', "演示协商〔2026〕1号", "演示市协商代表会议",
        date(2026, 11, 20), "demo", "demo",
    )  # fmt: skip
    text = p.amendment_text(head, p.differences(policy, proposal), DAY)
    shared = load_shared(ROOT)
    found = read_amendment(text, "tried.yaml", shared)
    assert not shared.faults, [str(fault) for fault in shared.faults]
    assert found is not None
    assert {item.rule.key: item.rule.value_json for item in found.rules} == {
        item.key: item.value_json for item in proposal.changes
    }
    assert {item.rule.since for item in found.rules} == {DAY}


def test_opinions_that_say_the_same_are_found_and_others_are_not():
    """The same words with other punctuation are one opinion; another group is another question."""
    text = "ES31 组的权重偏低，抗感染药品费用上涨，建议提高权重。"
    voices = [
        Voice("o1", "weight", "ES31", text),
        Voice("o2", "weight", "ES31", "ES31组权重偏低：抗感染药品费用上涨,建议提高权重"),
        Voice("o3", "weight", "BR23", text),
        Voice("o4", "weight", "ES31", "请公布该组的历年均费和例数"),
    ]
    found = clusters(voices, 2, Fraction(1, 2))
    assert found == {"o1": "o1", "o2": "o1", "o3": "o3", "o4": "o4"}
    assert tokens("ＡＢ，c", 2) == {"ab", "bc"}
    assert likeness(tokens("", 2), tokens("", 2)) == 0


@given(st.lists(st.text("权重系数偏低高一二三", max_size=12), max_size=12), st.integers(1, 3))
def test_clusters_hold_what_they_promise(texts, size):
    """Every pair alike is together, and the cluster is named after its first opinion."""
    voices = [Voice(f"o{place:02d}", "weight", "A", text) for place, text in enumerate(texts)]
    found = clusters(voices, size, Fraction(1, 2))
    for first in voices:
        assert found[first.opinion_id] <= first.opinion_id
        assert found[found[first.opinion_id]] == found[first.opinion_id]
        for second in voices:
            if likeness(tokens(first.text, size), tokens(second.text, size)) >= Fraction(1, 2):
                assert found[first.opinion_id] == found[second.opinion_id]


LIMITS = Limits(3, 30, Fraction(1, 10), 10)


def test_three_upheld_disputes_of_one_kind_ask_for_a_topic():
    """Two do not, nor three of different reasons, nor those that were not upheld."""
    same = [Decided(f"C{number}", "T4", "coefficient", "LEVEL", True) for number in range(3)]
    assert calls(same, LIMITS) == (Call("upheld", "coefficient", "coefficient", "LEVEL", ("C0", "C1", "C2")),)
    assert calls(same[:2], LIMITS) == ()
    assert calls([*same[:2], Decided("C9", "T4", "coefficient", "OTHER", True)], LIMITS) == ()
    assert calls([*same[:2], Decided("C9", "T4", "coefficient", "LEVEL", False)], LIMITS) == ()


def test_a_group_with_many_special_cases_or_overturned_groupings_asks_too():
    """The third special case asks about its criterion, the thirtieth about the group."""
    special = [Decided(f"S{number:02d}", "T1", "BR23", f"R{number}", True) for number in range(30)]
    assert [call.trigger for call in calls(special, LIMITS)] == ["approved"]
    assert calls(special[:29], LIMITS) == ()
    grouping = [Decided(f"G{n:02d}", "T2", "ES31", f"R{n}", n < 2) for n in range(20)]
    assert calls(grouping, LIMITS) == ()
    assert [call.trigger for call in calls(grouping[:19], LIMITS)] == ["overturned"]
