"""Lists inside of long stays are told apart by institution and number."""

from __future__ import annotations

from datetime import date

from chspay_settlement.engine.routing.bed_days import Answers, answers_of
from chspay_settlement.engine.routing.run import Episode, Run
from chspay_settlement.engine.routing.table import BedDays


def episode(hospital: str, case_id: str = "C1") -> Episode:
    """A list of a hospital."""
    return Episode(
        hospital, case_id, "990101", "P1", date(2026, 3, 1), date(2026, 3, 9), "hospital", "A15", "310", 9, 1
    )


def said(answers: Answers, hospital: str) -> BedDays:
    """What the bed-day service is taken to have said of a list."""
    return Run(None, answers).facts(episode(hospital))[0].bed_days  # type: ignore[arg-type]


def test_two_hospitals_with_one_number_are_two_lists() -> None:
    """Numbers are given by hospitals: another hospital's list must not be taken for one inside of a stay."""
    answers = Answers("ab", (("H1", "C1"),), ())
    assert said(answers, "H1") is BedDays.OWN_LIST
    assert said(answers, "H2") is BedDays.NOT_ASKED
    assert answers_of(answers.content()) == answers


def test_answers_kept_before_hospitals_were_named_read_as_they_did() -> None:
    """A replay of an old run must come out byte for byte, so its answers keep their meaning and bytes."""
    old = Answers("ab", (("", "C1"),), ())
    assert b'"own_lists":["C1"]' in old.content().replace(b": ", b":")
    assert answers_of(old.content()) == old
    assert {said(old, "H1"), said(old, "H2")} == {BedDays.OWN_LIST}
