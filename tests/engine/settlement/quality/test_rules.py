"""The 141 rules: a clean list violates none; one change per rule violates it and what it entails, no more."""

import pytest
from quality_world import NOW, changes, clean, clean_context, filled, mutated, shipped

from chspay_settlement.engine.quality.check import check

CHANGES = changes()


def _violated(rule_set, record, context):
    outcome = check(rule_set, [record], [context], NOW)
    return [finding.rule.id for finding in outcome.findings()[0]], outcome


def test_there_are_141_rules_of_two_levels():
    """The catalogue is whole: 89 errors and 52 warnings, each with its own change in the fixture."""
    rules = shipped().rules
    assert len(rules) == 141
    assert sum(rule.level == "error" for rule in rules) == 89
    assert {rule.id for rule in rules} == set(CHANGES)


def test_every_rule_says_what_is_wrong_how_to_mend_it_and_whence_it_comes():
    """A clerk who meets a finding must know what to do, and may ask who says so."""
    rule_set = shipped()
    for rule in rule_set.rules:
        assert rule.says.endswith("。"), rule.id
        assert rule.fix.endswith("。"), rule.id
        assert rule.evidence == "unverified", rule.id
        assert all(rule_set.sources[source] for source in rule.cite), rule.id


def test_a_clean_list_violates_nothing_and_leaves_nothing_open():
    """A rule that cries at a sound list costs every hospital time every day."""
    violated, outcome = _violated(filled(), clean(), clean_context())
    assert violated == []
    assert [rule.id for rule, _ in outcome.missing(0)] == []


@pytest.mark.parametrize("rule", sorted(CHANGES))
def test_one_change_violates_its_rule_and_what_it_entails(rule):
    """Each rule really fires, and no other does but those the fixture names as unavoidable."""
    record, context = mutated(CHANGES[rule])
    violated, _ = _violated(filled(), record, context)
    assert rule in violated
    assert sorted(set(violated) - {rule}) == sorted(CHANGES[rule].get("entails", []))
