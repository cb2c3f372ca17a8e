"""Traditional medicine and day surgery found from what a list says, where the place has ruled so."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settlement_rules import policy_of

from chspay_core.errors import Fault
from chspay_settlement.engine.case.marks import Mark, MarkKind, figure
from chspay_settlement.engine.case.treatments import Treatment, ruled, treatments

TCM = {"tcm.share_method": "cost_share@1"}
DAY = {
    "day_surgery.method": "listed_procedure@1", "day_surgery.procedures": ["13.41", "47.0"],
    "day_surgery.days_max": "1",
}  # fmt: skip
STAY = Treatment("H1", "c", date(2026, 3, 1), date(2026, 3, 2), ("47.0901",), 300_000, 1_000_000)


def marks_of(stay: Treatment, **more: object) -> tuple[Mark, ...]:
    """What is found of one stay under both rules."""
    found = treatments([stay], policy_of({**TCM, **DAY, **more}))
    return found.get(("H1", "c"), ())


@pytest.mark.parametrize(
    ("tcm", "cost", "share"),
    [(300_000, 1_000_000, "0.3"), (1, 3, "0.333333"), (2, 3, "0.666666"), (5, 5, "1"), (1, 10**9, None),
     (0, 5, None), (None, 5, None), (6, 5, None)],
)  # fmt: skip
def test_a_share_is_cost_over_cost_and_never_rounded_up(tcm, cost, share):
    """A hospital must not pass the floor of the uplift by a rounding, nor by a list that does not add up."""
    found = marks_of(STAY._replace(tcm_cost_fen=tcm, cost_fen=cost, procedures=()))
    assert [(mark.kind, mark.value) for mark in found] == ([(MarkKind.TCM, share)] if share else [])


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_found_share_is_a_share(tcm, cost):
    """A share no decision could state would stop the month at its pricing."""
    for mark in marks_of(STAY._replace(tcm_cost_fen=tcm, cost_fen=cost, procedures=())):
        exact = Fraction(tcm, cost)
        assert exact - Fraction(1, 10**6) < figure("c", mark) <= exact <= 1


@pytest.mark.parametrize(
    ("admitted", "procedures", "listed"),
    [(date(2026, 3, 1), ("47.0901",), True), (date(2026, 3, 2), ("99.1", "13.4100"), True),
     (date(2026, 2, 28), ("47.0901",), False), (date(2026, 3, 1), ("47.1",), False),
     (date(2026, 3, 1), (), False), (None, ("47.0901",), False), (date(2026, 3, 3), ("47.0901",), False)],
)  # fmt: skip
def test_day_surgery_is_a_listed_procedure_within_the_days(admitted, procedures, listed):
    """The list and the limit are both the place's: one day more is an ordinary stay."""
    found = marks_of(STAY._replace(admitted=admitted, procedures=procedures, tcm_cost_fen=None))
    assert [mark.kind for mark in found] == ([MarkKind.DAY_SURGERY] if listed else [])


def test_both_are_found_with_the_rule_that_found_them_and_nothing_without_one():
    """A mark is an adjustment of money: it names its rule, and exists only where there is one."""
    policy = policy_of({**TCM, **DAY})
    found = marks_of(STAY)
    assert {mark.kind: mark.cite for mark in found} == {
        MarkKind.TCM: policy.rule("tcm.share_method").cite,
        MarkKind.DAY_SURGERY: policy.rule("day_surgery.method").cite,
    }
    assert ruled(policy)
    assert not ruled(policy_of())
    assert treatments([STAY], policy_of()) == {}
    with pytest.raises(Fault) as refused:
        marks_of(STAY, **{"day_surgery.procedures": [""]})
    assert refused.value.reason.code == "POLICY_VALUE"
