"""Group statistics: trimming, stability and base points on figures small enough to check by hand."""

from __future__ import annotations

import pytest
from settlement_rules import policy_of

from chspay_core.errors import Fault
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.groups.table_content import table_content, table_of
from chspay_settlement.engine.model import GroupTable, PricedInput


def priced(costs: list[int], drg: str = "G", **changes: object) -> list[PricedInput]:
    """Grouped cases of these costs, yuan."""
    base = PricedInput("", "H", None, drg, "grouped", "", None, 0, 0)._replace(**changes)
    return [base._replace(case_id=f"{drg}{i}", cost_fen=cost * 100) for i, cost in enumerate(costs)]


def table(costs: list[int], changes: dict | None = None) -> GroupTable:
    return measure(priced(costs), policy_of(changes))


@pytest.mark.parametrize(("sd", "cv"), [("population", "0.1179"), ("sample", "0.1361")])
def test_the_standard_deviation_is_named_by_policy(sd: str, cv: str) -> None:
    """[5, 6, 7, 6] has a coefficient of variation of 0.1179 or 0.1361 (payment.md A.3)."""
    found = table([5, 6, 7, 6], {"stability.n_min": "3", "stability.sd": sd})
    assert found.groups["G"].cv_display == cv


@pytest.mark.parametrize(("n", "stable"), [(5, False), (6, True)])
def test_stable_needs_more_than_n_min_cases(n: int, stable: bool) -> None:
    """n_min = 5: five cases are not enough, six are."""
    assert table([100] * n).groups["G"].stable is stable


def test_the_limit_of_variation_is_included() -> None:
    """CV ≤ cv_max is tested exactly: 50 and 150 in equal parts vary by exactly 0.5."""
    costs = [50, 150] * 3
    wide = {"outlier.low_multiple": "0"}
    assert table(costs, {"stability.cv_max": "0.5", **wide}).groups["G"].stable
    assert not table(costs, {"stability.cv_max": "0.499999", **wide}).groups["G"].stable


@pytest.mark.parametrize(
    ("low", "high", "kept"), [(40, 300, 20), (39, 300, 19), (40, 301, 19), (39, 301, 18)]
)
def test_trimming_cuts_both_ends_and_keeps_the_limits(low: int, high: int, kept: int) -> None:
    """Costs at exactly 0.4 and 3 times the mean stay; one yuan beyond them they go."""
    others = [90] * 16
    rest = 100 * 20 - low - high - sum(others)
    group = table([low, high, rest // 2, rest - rest // 2, *others]).groups["G"]
    assert (group.cases, group.kept) == (20, kept)


def test_a_group_that_varies_too_much_is_trimmed_again() -> None:
    """The second trimming starts from what the first kept, with its own mean."""
    costs = [10] * 4 + [100] * 20 + [900] * 3
    first = table(costs, {"stability.cv_max": "0.1", "outlier.low_multiple": "0"})
    assert first.groups["G"].trims == 2


def test_an_unstable_group_earns_by_its_median() -> None:
    """Few cases: base points come from the median of all of them, here 150 of a mean of 200."""
    group = table([100, 150, 350]).groups["G"]
    assert not group.stable
    assert (group.median_twice_fen, str(group.base)) == (30_000, "75.000000")


def test_an_even_median_keeps_half_a_fen() -> None:
    """Two middle cases one fen apart: their median ends in half a fen and is kept exactly."""
    cases = [case._replace(cost_fen=fen) for case, fen in zip(priced([1, 1]), (101, 102), strict=True)]
    assert measure(cases, policy_of()).groups["G"].median_twice_fen == 203


def test_a_group_may_lose_every_case_to_trimming() -> None:
    """A hundred tiny costs and one huge one all lie outside the limits; the group is unstable."""
    group = table([1] * 100 + [1000]).groups["G"]
    assert (group.kept, group.stable, group.cv_display) == (0, False, "")


def test_the_tier_of_the_multiple_follows_base_points() -> None:
    """Up to 100 points the multiple is 3, up to 200 it is 2.5, above it is 2."""
    cases = priced([100] * 60, "A") + priced([200] * 30, "B") + priced([600] * 10, "C")
    found = measure(cases, policy_of()).groups
    shown = {drg: (str(group.base), group.high_multiple) for drg, group in found.items()}
    assert shown == {
        "A": ("55.555600", "3"),
        "B": ("111.111100", "2.5"),
        "C": ("333.333300", "2"),
    }


def test_only_grouped_inpatient_cases_are_measured() -> None:
    """Per-diem, ungrouped, invalid and costless cases set no group's price."""
    cases = priced([100] * 6)
    others = [
        *priced([9_000], "X", status="ungrouped"),
        *priced([9_000], "G", status="invalid"),
        *priced([9_000], "G", department="A15"),
        *priced([0], "G"),
    ]
    assert measure([*cases, *others], policy_of()) == measure(cases, policy_of())


def test_nothing_to_measure_is_said() -> None:
    """No grouped case means no base points: a reason, not a division by zero."""
    with pytest.raises(Fault) as caught:
        measure(priced([100], status="ungrouped"), policy_of())
    assert caught.value.reason.code == "NOTHING_TO_MEASURE"


def test_a_group_table_survives_as_bytes() -> None:
    """A run keeps the table it priced with: the same table, the same bytes, and back."""
    found = measure([*priced([100] * 6, "B"), *priced([7, 8, 9], "A")], policy_of())
    content = table_content(found)
    assert table_of(content) == found
    for torn in (content[:-3], content.replace(b"chspay-groups/1", b"chspay-groups/2"), b"[]"):
        with pytest.raises(Fault) as caught:
            table_of(torn)
        assert caught.value.reason.code == "GROUP_TABLE_BROKEN"
