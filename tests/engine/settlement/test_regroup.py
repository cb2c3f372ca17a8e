"""A case that counts with another group by decision: its points, its worksheet, and what stays as it was."""

from __future__ import annotations

import pytest
from settlement_rules import policy_of

from chspay_core.errors import Fault
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.regroup import regrouped
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.model import BED_DAYS, ELSEWHERE, PricedInput

POLICY = policy_of()
DECIDED = Mark(MarkKind.REGROUP, "BR25", "", "复核〔2026〕3号")


def case(number: int, drg: str, cost: int, *marks: Mark, status: str = "grouped") -> PricedInput:
    """A case of a group."""
    return PricedInput(f"c{number}", "H1", 2, drg, status, "A01", 7, cost, 0, marks)


CASES = [
    case(number, "BR25" if number % 2 else "ES11", 900_000 + 100_000 * (number % 2)) for number in range(20)
]
PRICER = Pricer(measure(CASES, POLICY), POLICY)


@pytest.mark.parametrize(("drg", "status"), [("ES11", "grouped"), ("", "ungrouped"), ("", "invalid")])
def test_a_regrouped_case_earns_what_the_other_group_earns(drg: str, status: str) -> None:
    """The decision says what the grouper should have said; nothing else about the case changes."""
    found = PRICER.price(case(99, drg, 950_000, DECIDED, status=status))
    assert found == PRICER.price(case(99, "BR25", 950_000))
    assert found != PRICER.price(case(99, drg, 950_000, status=status))


def test_the_worksheet_cites_the_decision_and_names_the_group_of_the_list() -> None:
    """Who reads the amount must see at once why its group is not the one of the list."""
    sheet = Worksheet("底稿")
    points = PRICER.explain(case(99, "ES11", 950_000, DECIDED), sheet)
    line = next(line for line in sheet.lines if line.key == "drg")
    assert (line.value, line.citation) == ("BR25", "复核〔2026〕3号")
    assert "ES11" in line.label
    assert not [line for line in sheet.lines if line.key == "mark_regroup"]
    assert points == PRICER.price(case(99, "BR25", 950_000))


def test_a_decision_never_moves_the_price_of_a_group() -> None:
    """Before and after the month is closed the same decision must be worth the same."""
    marked = [CASES[0]._replace(marks=(DECIDED,)), *CASES[1:]]
    assert measure(marked, POLICY) == measure(CASES, POLICY)


@pytest.mark.parametrize("status", [BED_DAYS, ELSEWHERE])
def test_a_case_not_paid_by_its_group_keeps_its_way(status: str) -> None:
    """Bed-days and other methods do not look at the group, so a regrouping has nothing to change."""
    inp = case(99, "ES11", 950_000, DECIDED, status=status)
    assert regrouped(inp) == inp


def test_a_group_without_price_is_refused_by_name() -> None:
    """A mistyped group must never become a case without points."""
    with pytest.raises(Fault) as caught:
        PRICER.price(case(99, "ES11", 950_000, DECIDED._replace(value="XX99")))
    assert (caught.value.reason.code, caught.value.value) == ("GROUP_NOT_MEASURED", "XX99")
