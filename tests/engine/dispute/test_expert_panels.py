"""What sheets and votes come to, who is audited, and where records of a cross-review go."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import expert_pool as ep
import pytest

from chspay_core.errors import Fault
from chspay_dispute.engine.experts import cross
from chspay_dispute.engine.experts.panel import (
    Avoidable,
    Next,
    Outcome,
    Sheet,
    after_sheets,
    as_it_stands,
    conclude,
)
from chspay_dispute.engine.experts.published import Ballot
from chspay_dispute.engine.experts.quality import Served, broken_limits, quality, second_reviews
from chspay_dispute.engine.experts.record import Role
from chspay_dispute.engine.experts.stream import Stream
from chspay_dispute.engine.experts.terms import Limit

SHEET = Sheet(80, 80, 80, 80, Outcome.ITEM, 4, "病情复杂，费用合理")
HALF = Fraction(1, 2)


def votes(text: str) -> list[Ballot]:
    words = {"y": "yes", "n": "no", "a": "abstain"}
    return [Ballot(f"T{place}", words[one], "") for place, one in enumerate(text)]


@pytest.mark.parametrize(
    ("cast", "passed"),
    [("yyn", True), ("ynn", False), ("yynn", False), ("yya", True), ("yyaaa", False), ("yyynn", True)],
)
def test_a_motion_needs_more_than_half_of_the_panel(cast, passed):
    """A tie does not pass, and who abstains does not help: what fails keeps the original payment."""
    found = conclude(Outcome.ITEM, votes(cast), len(cast), HALF, 2, Outcome.KEEP)
    assert (found.passed, found.outcome) == (passed, Outcome.ITEM if passed else Outcome.KEEP)
    assert found.yes + found.no + found.abstain == len(cast)


def test_what_fails_about_a_deduction_confirms_the_deduction():
    """Where a deduction is disputed there is no payment to keep: the panel must still come to an end."""
    for remedies, stays in ((("DEDUCT", "PARTIAL", "REVOKE"), Outcome.DEDUCT), (("KEEP",), Outcome.KEEP)):
        assert as_it_stands(remedies) is stays
    found = conclude(Outcome.REVOKE, votes("ynn"), 3, HALF, 2, Outcome.DEDUCT)
    assert (found.passed, found.outcome) == (False, Outcome.DEDUCT)


def test_no_result_before_all_votes_and_without_a_quorum():
    """A result of some of the panel, or of abstentions, is none."""
    for cast, members, code in (("yy", 3, "BALLOTS_MISSING"), ("yya", 3, "QUORUM_MISSED")):
        with pytest.raises(Fault) as caught:
            conclude(Outcome.ITEM, votes(cast), members, HALF, 3, Outcome.KEEP)
        assert caught.value.reason.code == code


def test_scores_far_apart_call_two_more_and_then_the_province():
    """Exactly at the limit is not above it; the second time it is the province's matter."""
    near = [SHEET, replace(SHEET, necessity=0, coding=40)]
    far = [*near, replace(SHEET, necessity=0, coding=39)]
    assert after_sheets(near, 2, Fraction(30), joined=False) is Next.OPINION
    assert after_sheets(far, 3, Fraction(30), joined=False) is Next.ADD
    assert after_sheets(far, 3, Fraction(30), joined=True) is Next.PROVINCE
    with pytest.raises(Fault) as caught:
        after_sheets(near, 3, Fraction(30), joined=False)
    assert (caught.value.reason.code, caught.value.value) == ("SHEETS_MISSING", "1")


@pytest.mark.parametrize(
    "bad",
    [{"necessity": 101}, {"coding": -1}, {"confidence": 0}, {"reason": " "},
     {"avoidable": (Avoidable("药", 0, "无指征"),)},
     {"avoidable": (Avoidable("药", 60, "无指征"), Avoidable("材料", 50, "超量"))}],
)  # fmt: skip
def test_a_sheet_outside_of_its_scale_is_refused(bad):
    """A score of 101 or deductions above the cost of the case must not enter an opinion."""
    SHEET.check(100)
    with pytest.raises(Fault) as caught:
        replace(SHEET, **bad).check(100)
    assert caught.value.reason.code == "SHEET_BAD"


def test_a_twentieth_is_reviewed_again_rounded_up_and_by_lot():
    """Of 41 decisions three; no decision can know beforehand that it is not among them."""
    decisions = [f"D{number}" for number in range(41)]
    found = second_reviews(decisions, Fraction(1, 20), Stream(ep.SECRET, "audit"))
    assert len(found) == 3
    assert found == second_reviews(decisions[::-1], Fraction(1, 20), Stream(ep.SECRET, "audit"))
    seen = Counter(
        one
        for number in range(400)
        for one in second_reviews(decisions, Fraction(1, 20), Stream(ep.SECRET, str(number)))
    )
    assert len(seen) == 41


def test_experts_are_measured_on_what_was_looked_at_again():
    """One overturned of one reviewed says nothing; three of eight breaks a limit of a quarter."""
    served = [Served(number < 8, number < 3, number == 0, number != 5) for number in range(20)]
    found = quality(served)
    assert (found.overturned, found.late, found.disagreeing) == ((3, 8), (1, 20), (1, 20))
    limits = [Limit("overturned", Fraction(1, 4), 5), Limit("late", Fraction(1, 5), 5)]
    assert len(broken_limits(found, limits)) == 1
    assert broken_limits(quality(served[:1]), limits) == []


def frame() -> list[cross.Record]:
    return [
        cross.Record(f"R{house}{number:02d}", f"H{house}", f"C{house % 2}", "F")
        for house in range(10, 14)
        for number in range(6)
    ]


def test_cross_review_never_sends_a_record_home():
    """Not to the own hospital, not to the own community, not two of one house; and the work is even."""
    reviewers = [
        ep.expert(number, Role.CODING, institution=f"H{10 + number % 4}",
                  communities=frozenset({f"C{number % 2}"}))
        for number in range(8)
    ] + [ep.expert(number, Role.CODING, institution=f"H{number}") for number in range(20, 26)]  # fmt: skip
    drawn = cross.draw_records(frame(), 4, Stream(ep.SECRET, "round"))
    assert Counter(one.hospital for one in drawn) == {f"H{house}": 4 for house in range(10, 14)}
    found = cross.assign(drawn, reviewers, 2, ep.TERMS.conflicts, Stream(ep.SECRET, "assign"), ep.DAY)
    people, load = {one.expert_id: one for one in reviewers}, Counter[str]()
    for record in drawn:
        three = [people[expert_id] for expert_id in found[record.record_id]]
        assert len({one.institution for one in three}) == 3
        for one in three:
            assert one.institution != record.hospital
            assert record.community not in one.communities
        load.update(one.expert_id for one in three[:2])
    assert max(load.values()) - min(load.values()) <= 1
    with pytest.raises(Fault) as caught:
        cross.assign(drawn, reviewers[:4], 2, ep.TERMS.conflicts, Stream(ep.SECRET, "assign"), ep.DAY)
    assert caught.value.reason.code == "CROSS_REVIEWERS_FEW"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [([], ("", False)), (["a"], ("", False)), (["a", "a"], ("a", False)), (["a", "b"], ("", True)),
     (["a", "b", "b"], ("b", False)), (["a", "b", "c"], ("unsettled", False))],
)  # fmt: skip
def test_a_third_judges_only_where_two_differ(given, wanted):
    """Two who agree settle it; a third decides; three who all differ leave it open, and it is told so."""
    assert cross.settle(given, 2) == wanted


def test_results_are_counted_by_hospital():
    """The round ends in figures: how many records, and how many of each conclusion."""
    found = cross.statistics(
        {"R1": ("H1", "ok"), "R2": ("H1", "bad"), "R3": ("H2", "ok"), "R4": ("H1", "ok")}
    )
    assert found == [
        {"hospital": "H1", "records": 3, "conclusions": {"bad": 1, "ok": 2}},
        {"hospital": "H2", "records": 1, "conclusions": {"ok": 1}},
    ]
