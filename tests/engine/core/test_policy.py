"""Lookup, evidence and seal: which rule holds where and when, and what a digest covers."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy import Document, Row, Rule, weakest

COUNTY, CITY, PROVINCE, NATION, OTHER = "990101", "990100", "990000", "000000", "330100"
CHAIN = (COUNTY, CITY, PROVINCE, NATION)
NAMES = {COUNTY: "演示一区", CITY: "演示市", PROVINCE: "演示省", NATION: "全国", OTHER: "杭州市"}
DOCUMENTS = {
    "d": Document("d", "测试办法", "测〔2020〕1号", "测试", "", "issued"),
    "e": Document("e", "另一办法", "", "测试", "", "issued"),
}
DAY = date(2024, 6, 30)


def rule(key="a.b", value="1", since=date(2020, 1, 1), place=CITY, until=None, cite="d#一", **more):
    return Rule(
        key=key, label="标签", unit=more.get("unit", "ratio"), since=since, value=value, cite=cite,
        evidence=more.get("evidence", "official"), place=place, until=until,
    )  # fmt: skip


def seal(*rules, place=COUNTY, **more):
    return Bundle.seal(place, NAMES, rules, DOCUMENTS, **more)


days = st.dates(date(2019, 1, 1), date(2028, 12, 31))
rules = st.builds(
    rule,
    key=st.sampled_from(["a.b", "c.d", "e.f"]),
    value=st.sampled_from(["1", "2", "3"]),
    since=days,
    place=st.sampled_from([*CHAIN, OTHER]),
    until=st.none() | days,
)


def _sealed(found):
    """A bundle of rules that Hypothesis made, or nothing when their dates clash."""
    try:
        return seal(*found)
    except Fault as fault:
        if fault.reason.code not in {"POLICY_OVERLAP", "POLICY_DATES"}:
            raise
        return None


def _consistent(found):
    """The rules that can stand together, taken in the order they came."""
    kept = []
    for one in found:
        if _sealed([*kept, one]) is not None:
            kept.append(one)
    return kept


rulebooks = st.lists(rules, max_size=8).map(_consistent)


def test_the_nearest_place_that_has_spoken_wins():
    """County before city before province before nation; a place silent on that day is passed over."""
    bundle = seal(
        rule(value="nation", place=NATION, unit="text"),
        rule(value="city", place=CITY, since=date(2023, 1, 1), unit="text"),
        rule(value="county", place=COUNTY, since=date(2025, 1, 1), unit="text"),
    )
    assert bundle.on(date(2022, 1, 1)).text("a.b") == "nation"
    assert bundle.on(date(2024, 1, 1)).text("a.b") == "city"
    assert bundle.on(date(2025, 1, 1)).text("a.b") == "county"


def test_a_rule_that_has_ended_leaves_its_place_silent():
    """After until the place has nothing to say: the place above answers, never the rule before."""
    bundle = seal(
        rule(value="1", since=date(2020, 1, 1)),
        rule(value="2", since=date(2022, 1, 1), until=date(2022, 12, 31)),
        rule(value="9", place=PROVINCE),
    )
    assert bundle.on(date(2021, 12, 31)).text("a.b") == "1"
    assert bundle.on(date(2022, 12, 31)).text("a.b") == "2"
    assert bundle.on(date(2023, 1, 1)).text("a.b") == "9"


def test_nothing_found_is_an_error_that_names_key_place_and_day():
    """Refuse, never default: the person must know which rule to supply for whom and when."""
    policy = seal(rule()).on(date(2019, 12, 31))
    assert not policy.has("a.b")
    with pytest.raises(Fault) as caught:
        policy.decimal("a.b")
    assert caught.value.reason.code == "POLICY_MISSING"
    assert all(part in caught.value.message for part in ("a.b", COUNTY, "演示一区", "2019-12-31"))


def test_values_come_out_as_asked_and_exact():
    """0.10 stays 0.10; a table keeps its order; the wrong shape is refused, not bent."""
    table = (Row({"up_to": "100", "multiple": "3"}), Row({"up_to": "", "multiple": "2"}))
    policy = seal(
        rule("a.n", "0.10"), rule("a.i", "12"), rule("a.t", table), rule("a.l", ("x", "y")), rule("a.e", ())
    ).on(DAY)
    assert str(policy.decimal("a.n")) == "0.10"
    assert policy.integer("a.i") == 12
    assert policy.table("a.t") == [{"up_to": "100", "multiple": "3"}, {"up_to": "", "multiple": "2"}]
    assert policy.texts("a.l") == ("x", "y")
    assert policy.table("a.e") == []
    for read, key in (
        (policy.integer, "a.n"),
        (policy.text, "a.t"),
        (policy.table, "a.l"),
        (policy.texts, "a.t"),
    ):
        with pytest.raises(Fault) as caught:
            read(key)
        assert caught.value.reason.code == "POLICY_TYPE"
        assert caught.value.field == key


def test_a_policy_remembers_what_was_read():
    """A statement lists the rules it rests on, and is as good as the weakest of them."""
    policy = seal(
        rule("a.a"), rule("a.b", evidence="unverified"), rule("a.c", evidence="demo", place=NATION)
    ).on(DAY)
    assert policy.used == frozenset()
    assert policy.weakest_evidence() == "demo"
    policy.decimal("a.a")
    assert policy.weakest_evidence() == "official"
    policy.decimal("a.b")
    policy.decimal("a.a")
    assert {item.key for item in policy.used} == {"a.a", "a.b"}
    assert policy.weakest_evidence() == "unverified"
    assert weakest([]) == "official"


def test_a_citation_reads_as_people_write_it():
    """Document title, number and article, from the bundle alone."""
    policy = seal(rule()).on(DAY)
    assert policy.citation(policy.rule("a.b")) == "《测试办法》（测〔2020〕1号）一"


@pytest.mark.parametrize(
    "pair",
    [
        (rule(value="1"), rule(value="2")),
        (rule(until=date(2022, 1, 1)), rule(since=date(2022, 1, 1))),
        (rule(since=date(2021, 1, 1), until=date(2023, 1, 1)), rule(since=date(2022, 1, 1))),
    ],
)
def test_two_values_on_one_day_are_refused(pair):
    """Whichever were taken, someone would be paid by the wrong one."""
    with pytest.raises(Fault) as caught:
        seal(*pair)
    assert caught.value.reason.code == "POLICY_OVERLAP"


def test_dates_that_run_backwards_are_refused():
    """An end before the beginning is a mistake of typing, not a rule that never was."""
    with pytest.raises(Fault) as caught:
        seal(rule(since=date(2022, 1, 2), until=date(2022, 1, 1)))
    assert caught.value.reason.code == "POLICY_DATES"


@given(rulebooks, days, rules, st.integers(1, 3000))
def test_a_rule_dated_later_never_matters(found, day, extra, later):
    """What is decided for tomorrow cannot change what is paid for today."""
    since = day + timedelta(days=later)
    extra = Rule(**{name: getattr(extra, name) for name in Rule.__slots__} | {"since": since, "until": None})
    before, after = seal(*found), _sealed([*found, extra])
    assume(after is not None)
    assert after.on(day).rules() == before.on(day).rules()


@given(rulebooks, rules)
def test_an_edit_elsewhere_changes_nothing_here(found, extra):
    """The digest covers exactly one chain: another city's folder does not exist for this one."""
    elsewhere = Rule(**{name: getattr(extra, name) for name in Rule.__slots__} | {"place": OTHER})
    before, after = seal(*found), _sealed([*found, elsewhere])
    assume(after is not None)
    assert after.digest == before.digest


@given(rulebooks, st.randoms(use_true_random=False))
def test_the_order_of_files_never_matters(found, random):
    """The same law sealed on another machine has the same digest."""
    before = seal(*found)
    shuffled = list(found)
    random.shuffle(shuffled)
    assert seal(*shuffled).digest == before.digest


@given(rulebooks, st.lists(days, min_size=1, max_size=4))
def test_a_bundle_parsed_from_its_bytes_answers_identically(found, asked):
    """Years later only the bytes are left; they must answer as the folders did."""
    bundle = seal(*found)
    again = Bundle.parse(bundle.content)
    assert again == bundle
    assert hash(again) == hash(bundle)
    assert again.content == bundle.content
    for day in asked:
        assert again.on(day) == bundle.on(day)
        assert again.on(day).rules() == bundle.on(day).rules()


@given(rulebooks, days)
def test_lookup_agrees_with_the_plain_reading_of_the_rule(found, day):
    """An independent reading: per place the newest rule begun, the nearest place whose rule still runs."""
    bundle = seal(*found)
    policy = bundle.on(day)
    for key in ("a.b", "c.d", "e.f"):
        expected = None
        for place in CHAIN:
            begun = [r for r in found if (r.key, r.place) == (key, place) and r.since <= day]
            newest = max(begun, key=lambda r: r.since, default=None)
            if newest is not None and (newest.until is None or newest.until >= day):
                expected = newest
                break
        assert policy.has(key) == (expected is not None)
        if expected is not None:
            assert policy.rule(key) == expected


def test_only_what_is_cited_and_named_is_sealed_in():
    """A document or scheme nobody here refers to must not move the digest."""
    named = rule("grouping.scheme", "s1", unit="scheme")
    first = seal(named, scheme_digests={"s1": "aa", "s2": "bb"})
    second = seal(named, scheme_digests={"s1": "aa", "s2": "cc"})
    third = seal(named, scheme_digests={"s1": "dd"})
    assert first.digest == second.digest != third.digest
    assert set(first.documents) == {"d"}
    assert first.on(DAY).scheme_digest("s1") == "aa"
    assert first.on(DAY).scheme_digest("s2") == ""


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content + b" ",
        lambda content: content.replace(b'"1"', b"1"),
        lambda content: content.replace(b'"1"', b"1.5"),
        lambda content: content.replace(b"official", b"certain!"),
        lambda content: content.replace(b"2020-01-01", b"2020-13-01"),
        lambda content: content.replace(b"990101", b"99010x"),
        lambda content: content.replace(b'"place":"990100"', b'"place":"330100"'),
        lambda content: b"[" * 100_000,
        lambda content: b"\xff",
        lambda content: b"{}",
        lambda content: b'{"format":"chspay-policy/1"}',
    ],
)
def test_a_bundle_that_is_not_exactly_as_sealed_is_refused(spoil):
    """A byte changed is another law; it must not answer under the old digest or at all."""
    with pytest.raises(Fault) as caught:
        Bundle.parse(spoil(seal(rule()).content))
    assert caught.value.reason.code == "POLICY_BUNDLE_BROKEN"


def test_policies_and_rules_can_be_keys():
    """Runs group by policy; equality is by digest and day, not by object."""
    bundle = seal(rule(value=(Row({"a": "1"}),)))
    assert len({bundle.on(DAY), bundle.on(DAY), bundle.on(DAY + timedelta(days=1))}) == 2
    assert len({rule(value=(Row({"a": "1", "b": "2"}),)), rule(value=(Row({"b": "2", "a": "1"}),))}) == 1


def test_another_content_than_was_asked_for_is_refused():
    """A valid bundle under the wrong digest would still be the wrong law."""
    first, second = seal(rule(value="1")), seal(rule(value="2"))
    assert Bundle.parse(first.content, first.digest) == first
    with pytest.raises(Fault) as caught:
        Bundle.parse(second.content, first.digest)
    assert caught.value.reason.code == "POLICY_BUNDLE_BROKEN"


def test_a_tried_value_is_never_taken_for_the_policy():
    """What only a trial says cites the trial, is marked demo, and changes the digest; the policy stays."""
    policy = seal(rule(key="a.b"), rule(key="t.t", value=(Row({"x": "1"}),))).on(DAY)
    other = policy.tried({"a.b": "9", "new.key": "linear"})
    assert (other.text("a.b"), other.text("new.key"), policy.text("a.b")) == ("9", "linear", "1")
    assert (other.weakest_evidence(), policy.weakest_evidence()) == ("demo", "official")
    assert other.citation(other.rule("a.b")) == "《本次试算另行指定》"
    assert other != policy
    assert other.digest == policy.tried({"new.key": "linear", "a.b": "9"}).digest
    with pytest.raises(Fault) as refused:
        policy.tried({"t.t": "2"})
    assert (refused.value.reason.code, refused.value.field) == ("POLICY_TYPE", "t.t")
