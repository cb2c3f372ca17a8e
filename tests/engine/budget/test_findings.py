"""A hold rests on the closed month only, as the finding has it."""

from __future__ import annotations

import pytest

from chspay_budget.engine.findings import Finding, State, Step, Subject, check_hold, refresh
from chspay_core.errors import Fault


def _growth(over: int, run_id: str = "MR-1") -> Finding:
    facts = {"over_fen": str(over), "run_id": run_id}
    return Finding("WF-1", "990100", Subject.GROWTH, "H001", "2026-04", facts, "d", "p", {}, (
        Step(State.FOUND, "a"),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("over", "closed", "reason"),
    [(5, "", "WATCH_MONTH_OPEN"), (5, "MR-2", "WATCH_FACTS_OLD"), (0, "MR-1", "WATCH_NOTHING_OVER")],
)
def test_no_hold_without_a_closed_month_above_the_limit(over, closed, reason):
    """Money is never withheld on a trial, on figures since replaced, or for nothing."""
    with pytest.raises(Fault) as caught:
        check_hold(_growth(over), closed)
    assert caught.value.reason.code == reason
    assert "2026-04" in caught.value.message


def test_the_closed_month_leads_to_the_hold():
    """The figure held is the figure found."""
    assert check_hold(_growth(5), "MR-1") == 5


def test_the_same_figures_are_not_filed_twice():
    """A version says that something changed."""
    assert refresh(_growth(5), _growth(5), "b") is None
    moved = refresh(_growth(5), _growth(7, "MR-2"), "b")
    assert moved is not None
    assert (moved.facts["over_fen"], moved.facts_number, moved.filers) == ("7", 2, ("b",))
