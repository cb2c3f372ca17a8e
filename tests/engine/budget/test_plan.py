"""The plan of a year: exact, within the cap, and spread to the last fen."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_budget.engine.months import month_weights, split
from chspay_budget.engine.plan import Amounts, plan
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy import Document, Row, Rule

_DOCUMENT = Document("d", "测试办法", "", "测试", "", "demo")


def _policy(**values):
    rules = [
        Rule(key.replace("__", "."), key, "text", date(2020, 1, 1), value, "d#一", "demo", "990100")
        for key, value in values.items()
    ]
    return Bundle.seal("990100", {"990100": "演示市"}, rules, {"d": _DOCUMENT}).on(date(2025, 1, 1))


def _table(weights):
    return tuple(Row({"month": str(n), "weight": w}) for n, w in enumerate(weights, start=1))


EVEN = _policy(budget__month_share="twelfth@1")
CAPPED = _policy(budget__month_share="twelfth@1", budget__growth_cap="0.10")


@given(st.integers(min_value=1, max_value=10**16))
def test_even_months_add_up_and_differ_by_a_fen(local):
    """A year that cannot be divided by twelve must still be spent to the last fen."""
    months = split(local, EVEN)
    assert sum(months) == local
    assert max(months) - min(months) <= 1
    assert months == sorted(months, reverse=True)


@given(st.integers(min_value=1, max_value=10**15), st.lists(st.integers(0, 10**6), min_size=12, max_size=12))
def test_weighted_months_add_up(local, weights):
    """Last year's shares never divide evenly; the sum must hold all the same."""
    if not any(weights):
        weights[0] = 1
    policy = _policy(budget__month_share="table@1", budget__month_weights=_table([f"{w}.5" for w in weights]))
    months = split(local, policy)
    assert sum(months) == local
    assert min(months) >= 0


def test_local_is_what_stays_at_home():
    """Out-of-area care and the reserve come off before local hospitals are paid."""
    planned = plan(Amounts(1_000_000_01, 180_000_00, 20_000_00), None, EVEN)
    assert planned.local_fen == 800_000_01
    assert planned.months[0] == 6666667
    assert sum(planned.months) == planned.local_fen
    assert planned.sheet["local"].value == "80000001"
    assert planned.sheet["month_12"].rule == "budget.month_share"
    assert planned.sheet["month_12"].evidence == "demo"


def test_growth_up_to_the_cap_is_allowed_and_a_fen_more_is_not():
    """The cap is a comparison of exact amounts; one fen decides."""
    plan(Amounts(1_100_000_00, 0, 0), 1_000_000_00, CAPPED)
    with pytest.raises(Fault) as caught:
        plan(Amounts(1_100_000_01, 0, 0), 1_000_000_00, CAPPED)
    assert caught.value.reason.code == "BUDGET_GROWTH_OVER_CAP"
    assert caught.value.facts["most"] == "110000000"
    plan(Amounts(9_000_000_00, 0, 0), None, CAPPED)
    plan(Amounts(9_000_000_00, 0, 0), 1_000_000_00, EVEN)


@pytest.mark.parametrize(
    ("amounts", "reason"),
    [
        (Amounts(-1, 0, 0), "BUDGET_AMOUNT_NEGATIVE"),
        (Amounts(10, -1, 0), "BUDGET_AMOUNT_NEGATIVE"),
        (Amounts(10, 0, -1), "BUDGET_AMOUNT_NEGATIVE"),
        (Amounts(10, 6, 4), "BUDGET_LOCAL_NOT_POSITIVE"),
        (Amounts(0, 0, 0), "BUDGET_LOCAL_NOT_POSITIVE"),
    ],
)
def test_impossible_amounts_are_refused(amounts, reason):
    """A budget that pays nobody, or less than nothing, is a mistake of entry."""
    with pytest.raises(Fault) as caught:
        plan(amounts, None, EVEN)
    assert caught.value.reason.code == reason


def test_without_a_method_there_is_no_plan():
    """Refuse; never default to a twelfth."""
    with pytest.raises(Fault) as caught:
        split(12, _policy(budget__growth_cap="0.1"))
    assert (caught.value.reason.code, caught.value.field) == ("POLICY_MISSING", "budget.month_share")
    with pytest.raises(Fault) as caught:
        split(12, _policy(budget__month_share="thirteenth@1"))
    assert caught.value.reason.code == "BUDGET_MONTH_METHOD_UNKNOWN"


@pytest.mark.parametrize(
    "rows",
    [
        [{"month": "1", "weight": "1"}] * 12,
        [{"month": str(n), "weight": "1"} for n in range(1, 12)],
        [{"month": str(n), "weight": "1"} for n in range(13)],
        [{"month": str(n), "weight": "0"} for n in range(1, 13)],
        [{"month": str(n), "weight": "-1"} for n in range(1, 13)],
    ],
)
def test_a_table_of_months_must_be_twelve_months(rows):
    """A month twice or missing would move money silently."""
    with pytest.raises(Fault) as caught:
        month_weights(rows, "990100")
    assert caught.value.reason.code == "BUDGET_MONTH_WEIGHTS_WRONG"
