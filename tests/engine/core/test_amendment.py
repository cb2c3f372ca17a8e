"""An amendment is text in the format of the files; it adds or corrects, and never edits."""

from datetime import date

import pytest

from chspay_core.bundle import Bundle
from chspay_core.policy_amendment import Source, assemble
from chspay_core.policy_documents import read_documents
from chspay_core.policy_tree import Shared, read_units

DOCUMENTS = """\
law: {title: 测试办法, issuer: 测试局, standing: issued, articles: [第一条], effective: 2020-01-01}
"""
UNITS = "ratio: {label: 比例, shape: number}\n"
OWN = """\
pay.share:
  label: 比例
  unit: ratio
  rules:
    - {since: 2020-01-01, value: 0.85, cite: law#第一条, evidence: official}
    - {since: 2024-01-01, value: 0.90, cite: law#第一条, evidence: official}
"""
HEAD = """\
amendment: {id}
place: "330100"
title: 关于比例的决定
decision: 纪要〔2026〕1号
decided_by: 联席会议
decided: 2026-06-20
documents:
  minutes: {{title: 纪要, number: 纪要〔2026〕1号, issuer: 联席会议, standing: issued, articles: [一]{more}}}
"""
RULE = """\
rules:
  pay.share:
    label: 比例
    unit: ratio
    rules:
      - {since: %s, value: %s, cite: %s, evidence: official%s}
"""


def place(*texts):
    """The rules of a place with these amendments, and the reasons of what went wrong."""
    shared = Shared()
    read_units(UNITS, "units.yaml", shared)
    read_documents(DOCUMENTS, "documents.yaml", shared)
    named = [(f"amendments/{number}.yaml", text) for number, text in enumerate(texts)]
    rules, read = assemble("330100", Source({"a.yaml": OWN}, named), shared)
    return [item.rule for item in rules], read, shared


def text(rule, id_="a-1", more=""):
    return HEAD.format(id=id_, more=more) + rule


def beside(whole, document):
    """The amendment with one more document."""
    return whole.replace("rules:\n  pay", f"  {document}\nrules:\n  pay", 1)


def faults(*texts):
    return [fault.reason.code for fault in place(*texts)[2].faults]


def test_a_later_rule_is_added_and_the_old_ones_stay():
    """Old months are recomputed by the rules of then; nothing of them may move."""
    rules, read, shared = place(text(RULE % ("2026-07-01", "0.95", "minutes#一", "")))
    assert shared.faults == []
    assert [(rule.since.isoformat(), rule.value) for rule in rules] == [
        ("2020-01-01", "0.85"), ("2024-01-01", "0.90"), ("2026-07-01", "0.95"),
    ]  # fmt: skip
    assert read[0].new_from == read[0].begins == date(2026, 7, 1)
    assert read[0].decision == "纪要〔2026〕1号"


def test_a_correction_names_what_it_corrects_and_stands_in_for_it():
    """A figure copied wrongly is put right openly; the wrong one stays in the bundle that held it."""
    corrects = ", corrects: {since: 2024-01-01, cite: law#第一条}"
    rules, read, shared = place(text(RULE % ("2024-01-01", "0.92", "minutes#一", corrects)))
    assert shared.faults == []
    assert [rule.value for rule in rules] == ["0.85", "0.92"]
    assert read[0].new_from is None
    assert read[0].corrected(read[0].rules[0]).cite == "law#第一条"


def test_two_values_on_one_day_name_key_place_day_and_both_documents():
    """The reader must know which two papers contradict each other."""
    _, read, shared = place(text(RULE % ("2024-01-01", "0.95", "minutes#一", "")))
    assert read == []
    (fault,) = shared.faults
    assert fault.reason.code == "POLICY_OVERLAP"
    for part in ("330100", "pay.share", "2024-01-01", "law#第一条", "minutes#一"):
        assert part in fault.message


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (RULE % ("2022-01-01", "0.95", "minutes#一", ""), "AMENDMENT_NOT_LATER"),
        (
            RULE % ("2024-01-01", "0.95", "minutes#一", ", corrects: {since: 2023-01-01, cite: law#第一条}"),
            "AMENDMENT_CORRECTS_ABSENT",
        ),
        (
            RULE % ("2020-01-01", "0.95", "minutes#一", ", corrects: {since: 2024-01-01, cite: law#第一条}"),
            "POLICY_OVERLAP",
        ),
        (RULE % ("2026-07-01", "0.95", "minutes#二", ""), "POLICY_ARTICLE_ABSENT"),
        (RULE % ("2026-07-01", "0.95", "lost#一", ""), "POLICY_DOCUMENT_ABSENT"),
        (RULE % ("2026-07-01", "0.95", "minutes", ""), "POLICY_CITE_FORM"),
        (RULE % ("2026-07-01", "x", "minutes#一", ""), "POLICY_VALUE_WRONG"),
        ("rules: {}\n", "AMENDMENT_EMPTY"),
    ],
)
def test_each_refusal_leaves_the_rules_as_they_were(rule, reason):
    """Half an amendment is worse than none."""
    rules, read, shared = place(text(rule))
    assert [fault.reason.code for fault in shared.faults] == [reason]
    assert read == []
    assert [rule.value for rule in rules] == ["0.85", "0.90"]


def test_a_circular_or_repealed_basis_carries_no_rule():
    """A rests on B and B on A: neither is law. What rests on a repealed document has fallen with it."""
    rule = RULE % ("2026-07-01", "0.95", "minutes#一", "")
    circle = text(rule, more=", based_on: [other]")
    circle = beside(circle, "other: {title: 另一, issuer: 局, standing: issued, based_on: [minutes]}")
    assert set(faults(circle)) == {"POLICY_DOCUMENT_CIRCLE"}
    ended = text(rule, more=", repealed: 2026-01-01")
    assert faults(ended) == ["POLICY_DOCUMENT_ENDED"]
    rests = text(rule, more=", based_on: [old]")
    rests = beside(rests, "old: {title: 旧, issuer: 局, standing: issued, repealed: 2026-06-30}")
    assert faults(rests) == ["POLICY_DOCUMENT_ENDED"]


def test_a_replaced_document_ends_on_the_day_its_successor_takes_effect():
    """Nobody edits the old document; the new one says what it replaces and from when."""
    successor = text(
        RULE % ("2026-07-01", "0.95", "law#第一条", ""), more=", replaces: [law], effective: 2026-07-01"
    )
    assert faults(successor) == ["POLICY_DOCUMENT_ENDED"]
    before = text(
        RULE % ("2026-06-30", "0.95", "law#第一条", ""), more=", replaces: [law], effective: 2026-07-01"
    )
    assert faults(before) == []


def test_a_document_is_never_rewritten_and_an_amendment_never_repeated():
    """The same name with other words would change what old rules rest on."""
    first = text(RULE % ("2026-07-01", "0.95", "minutes#一", ""))
    again = text(RULE % ("2026-08-01", "0.96", "minutes#一", ""), more=", issued: 2026-07-01", id_="a-2")
    assert faults(first, again) == ["POLICY_DOCUMENT_TWICE"]
    assert faults(first, text(RULE % ("2026-08-01", "0.96", "minutes#一", ""))) == ["AMENDMENT_TWICE"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("amendment: a-1", "amendment: A 1", "POLICY_FIELD_WRONG"),
        ("decision: 纪要〔2026〕1号", 'decision: " "', "POLICY_FIELD_WRONG"),
        ("decision: 纪要〔2026〕1号\n", "", "POLICY_FIELD_MISSING"),
        ('place: "330100"', 'place: "330200"', "AMENDMENT_ELSEWHERE"),
        ("decided: 2026-06-20", "decided: 2026-6-20", "NOT_A_DAY"),
        ("title:", "titel:", "POLICY_FIELD_UNKNOWN"),
    ],
)
def test_who_decided_what_and_when_must_be_said(old, new, reason):
    """A rule nobody decided is not a rule."""
    whole = text(RULE % ("2026-07-01", "0.95", "minutes#一", ""))
    assert faults(whole.replace(old, new)) == [reason]


def test_a_bundle_of_the_amended_rules_has_another_digest():
    """What we know has changed, so what a settlement names as its law has changed."""
    before, _, shared = place()
    after, _, shared_after = place(text(RULE % ("2026-07-01", "0.95", "minutes#一", "")))
    old = Bundle.seal("330100", {}, before, shared.documents)
    new = Bundle.seal("330100", {}, after, shared_after.documents)
    assert old.digest != new.digest
    assert old.on(date(2026, 6, 30)).text("pay.share") == new.on(date(2026, 6, 30)).text("pay.share")
