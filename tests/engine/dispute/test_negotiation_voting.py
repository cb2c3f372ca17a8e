"""Votes: what passes, for every electorate, and that a count cannot be changed unseen."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_dispute.engine.negotiation import ballot as b
from chspay_dispute.engine.negotiation.council import (
    Seat,
    Wanted,
    attendance,
    check_council,
    check_rotation,
    conflicted,
    share_of,
)
from chspay_dispute.engine.negotiation.voting import METHODS, Choice, PassRule, Voter, count
from chspay_kit.sm2 import Sm2Key

CHOICES = st.sampled_from([None, *Choice])
VOTERS = st.lists(st.tuples(CHOICES, st.integers(0, 100_000)), max_size=30).map(
    lambda items: [Voter(f"d{place}", choice, volume) for place, (choice, volume) in enumerate(items)]
)
SHARES = st.integers(1, 10).flatmap(lambda d: st.integers(1, d).map(lambda n: Fraction(n, d)))
RULES = st.builds(PassRule, st.sampled_from(sorted(METHODS)), SHARES, SHARES)
PAPER = b.Paper("NT-1", 1, "ab" * 32, b.OPEN)


def rule(method: str, heads: str = "2/3", volume: str = "1/2") -> PassRule:
    return PassRule(method, share_of(heads), share_of(volume))


def voters(text: str, *volumes: int) -> list[Voter]:
    named = {"y": Choice.YES, "n": Choice.NO, "a": Choice.ABSTAIN, "-": None}
    return [
        Voter(f"d{place}", named[letter], volumes[place] if volumes else 0)
        for place, letter in enumerate(text)
    ]


@pytest.mark.parametrize(
    ("method", "ballots", "volumes", "heads", "volume"),
    [
        ("simple_majority@1", "yn", (), False, True),
        ("simple_majority@1", "yyn", (), True, True),
        ("simple_majority@1", "yya-", (), False, True),
        ("two_thirds@1", "yyn", (), True, True),
        ("two_thirds@1", "yyyynn-", (), False, True),
        ("double_majority@1", "yyn", (10, 10, 20), True, True),
        ("double_majority@1", "yyn", (10, 9, 20), True, False),
        ("double_majority@1", "ynn", (98, 1, 1), False, True),
        ("double_majority@1", "yyy", (0, 0, 0), True, False),
        ("double_majority@1", "", (), False, False),
    ],
)
def test_a_rule_passes_exactly_at_its_line(method, ballots, volumes, heads, volume):
    """An even split is no majority, and the share itself is enough: people will count to the last head."""
    found = count(voters(ballots, *volumes), rule(method))
    assert (found.heads_reached, found.volume_reached) == (heads, volume)
    assert found.sheet["heads_reached"].value == ("yes" if heads else "no")
    assert found.plain()["passed"] == ("yes" if heads and volume else "no")


@given(VOTERS, RULES, st.randoms())
def test_the_order_of_ballots_does_not_matter(items, law, random):
    """A count depends on the votes only."""
    mixed = list(items)
    random.shuffle(mixed)
    assert count(items, law).plain() == count(mixed, law).plain()


@given(VOTERS, RULES, st.data())
def test_one_more_vote_in_favour_never_makes_a_proposal_fail(items, law, data):
    """Who wants it must not have to stay away."""
    if not items:
        return
    place = data.draw(st.integers(0, len(items) - 1))
    more = [*items]
    more[place] = Voter(items[place].delegate_id, Choice.YES, items[place].volume)
    before, after = count(items, law), count(more, law)
    assert after.passed or not before.passed
    assert after.yes + after.no + after.abstain + after.silent == after.entitled


@given(VOTERS, SHARES, SHARES)
def test_a_double_majority_is_both_majorities(items, heads, volume):
    """Neither many small hospitals nor one great hospital decides alone."""
    found = count(items, PassRule("double_majority@1", heads, volume))
    yes = [item for item in items if item.choice is Choice.YES]
    mass = sum(item.volume for item in items)
    assert found.heads_reached == (bool(items) and Fraction(len(yes), len(items)) >= heads)
    assert found.volume_reached == (mass > 0 and Fraction(sum(item.volume for item in yes), mass) >= volume)


def test_a_rule_nobody_registered_is_refused():
    """A misspelt rule must not fall back to an easier one."""
    with pytest.raises(Fault) as caught:
        count([], rule("majority"))
    assert caught.value.reason.code == "PASS_METHOD_UNKNOWN"
    for text in ("0.5", "3/2", "1/0", "", "-1/2", "²/3"):
        with pytest.raises(Fault):
            share_of(text)


def test_every_change_of_a_signed_ballot_is_found():
    """Flip any bit of ballot or signature: it counts no more, and the digest of the urn tells."""
    key = Sm2Key.generate()
    content = b.open_ballot(PAPER, "d1", Choice.YES)
    signature = key.sign_raw(content)
    assert b.read_ballot(PAPER, "d1", content, None) == (Choice.YES, "")
    urn = b.urn_digest([(content, signature)])
    assert urn == b.urn_digest([(content, signature)])
    for place in range(len(content)):
        changed = bytes([*content[:place], content[place] ^ 1, *content[place + 1 :]])
        assert not key.verify_raw(signature, changed)
        assert b.urn_digest([(changed, signature)]) != urn
        with pytest.raises(Fault):
            b.read_ballot(PAPER, "d1", changed, None)
    for place in range(64):
        changed = bytes([*signature[:place], signature[place] ^ 1, *signature[place + 1 :]])
        assert not key.verify_raw(changed, content)
        assert b.urn_digest([(content, changed)]) != urn
    for other in (
        b.Paper("NT-2", 1, PAPER.proposal_digest, b.OPEN),
        b.Paper("NT-1", 2, PAPER.proposal_digest, b.OPEN),
        b.Paper("NT-1", 1, "cd" * 32, b.OPEN),
    ):
        with pytest.raises(Fault):
            b.read_ballot(other, "d1", content, None)
    with pytest.raises(Fault):
        b.read_ballot(PAPER, "d2", content, None)


@given(st.lists(st.sampled_from(Choice), min_size=1, max_size=12), st.data())
def test_a_secret_vote_can_be_counted_and_not_altered(choices, data):
    """Anybody can count the openings; one exchanged opening no longer fits its commitment."""
    paper = b.Paper("NT-1", 1, "ab" * 32, b.SECRET)
    openings = [b.Opening(choice, f"{place:032x}") for place, choice in enumerate(choices)]
    commitments = [b.commitment(paper, item) for item in openings]
    for place, item in enumerate(openings):
        content = b.secret_ballot(paper, f"d{place}", commitments[place])
        assert b.read_ballot(paper, f"d{place}", content, item) == (item.choice, commitments[place])
        assert item.choice.value not in content.decode()
    assert sorted(b.check_openings(paper, commitments, openings)) == sorted(choices)
    place = data.draw(st.integers(0, len(choices) - 1))
    other = data.draw(st.sampled_from([item for item in Choice if item is not choices[place]]))
    openings[place] = b.Opening(other, openings[place].nonce)
    with pytest.raises(Fault) as caught:
        b.check_openings(paper, commitments, openings)
    assert caught.value.reason.code == "OPENING_WRONG"


CLASSES = (Wanted("level3", "三级", 1), Wanted("private", "民营", 1))


def seat(number: int, side: str = "hospital", *classes: str) -> Seat:
    return Seat(f"d{number}", side, f"H{number}", frozenset(classes), f"user:{number}", f"04{number:0128x}")


def test_a_council_is_balanced_and_every_class_sits_in_it():
    """A class without a seat would be paid by rules it never heard of."""
    good = [
        seat(1, "hospital", "level3"),
        seat(2, "hospital", "private"),
        seat(3, "bureau"),
        seat(4, "bureau"),
    ]
    check_council(good, CLASSES)
    for bad, reason in (
        ([], "COUNCIL_EMPTY"),
        (good[:3], "COUNCIL_UNEQUAL"),
        ([*good[:3], seat(3, "bureau")], "COUNCIL_TWICE"),
        ([*good[:3], seat(4, "doctors")], "COUNCIL_SIDE"),
        ([seat(1, "hospital", "level4"), *good[1:]], "COUNCIL_CLASS_UNKNOWN"),
        ([seat(1, "hospital", "private"), *good[1:]], "COUNCIL_CLASS_MISSING"),
    ):
        with pytest.raises(Fault) as caught:
            check_council(bad, CLASSES)
        assert caught.value.reason.code == reason


def test_a_third_of_the_seats_goes_to_others_at_a_renewal():
    """Of four seats at least two must change: a third is rounded up."""
    old = [seat(number) for number in range(4)]
    check_rotation(old, [seat(0), seat(1), seat(8), seat(9)], Fraction(1, 3))
    with pytest.raises(Fault) as caught:
        check_rotation(old, [seat(0), seat(1), seat(2), seat(9)], Fraction(1, 3))
    assert caught.value.reason.code == "COUNCIL_NOT_ROTATED"
    assert caught.value.facts["missing"] == "1"


def test_a_quorum_is_two_thirds_and_one_of_every_class():
    """Two of three are enough, but not when a class has stayed away."""
    seats = [seat(1, "hospital", "level3"), seat(2, "hospital", "private"), seat(3, "bureau")]
    found = attendance(seats, {"d1", "d2"}, CLASSES, Fraction(2, 3))
    assert (found.quorum_met, found.classes_missing) == (True, ())
    assert attendance(seats, {"d1", "d3"}, CLASSES, Fraction(2, 3)).classes_missing == ("民营",)
    assert not attendance(seats, {"d1"}, CLASSES, Fraction(2, 3)).quorum_met
    assert not attendance([], set(), (), Fraction(2, 3)).quorum_met


def test_who_treats_most_of_a_group_may_speak_and_not_vote():
    """Exactly the limit is still allowed; the bureau has no discharges."""
    groups = {"BR23": {"H1": 31, "H2": 30, "H3": 39}, "ES31": {"H2": 0}}
    limit = share_of("3/10")
    assert conflicted(seat(1), groups, limit) == (("BR23", Fraction(31, 100)),)
    assert conflicted(seat(2), groups, limit) == ()
    assert conflicted(seat(3, "bureau"), groups, limit) == ()
