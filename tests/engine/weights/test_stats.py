"""Grouping quality and hospital indices on worked figures of payment.md B.3."""

from __future__ import annotations

from fractions import Fraction

from weights_world import table_of

from chspay_core.amounts import ratio_half_up
from chspay_grouper.engine.weights.stats import Excluded, case_mix_index, consumption_index, scheme_stats


def shown(value: Fraction | None) -> str:
    """Four places, as the handbook writes them."""
    assert value is not None
    return format(ratio_half_up(value.numerator, value.denominator, 4), "f")


def test_variation_between_groups_and_within() -> None:
    """[5, 6, 7, 6] and [18, 22, 20]: RIV 0.9711; CV of the first 0.1179 (population), 0.1361 (sample)."""
    rows = [{"drg": "A", "total_cost": fen} for fen in (5, 6, 7, 6)]
    rows += [{"drg": "B", "total_cost": fen} for fen in (18, 22, 20)]
    stats = scheme_stats(table_of(rows))
    assert shown(stats.riv) == "0.9711"
    assert stats.groups[0].cv_display == "0.1179"
    assert scheme_stats(table_of(rows), sample=True).groups[0].cv_display == "0.1361"
    assert (stats.groups[0].mean, stats.groups[1].mean) == (6, 20)


def test_case_mix_and_cost_index() -> None:
    """Weights 0.6, 1.0, 3.8 on 100, 80, 20 cases: CMI 1.0800; the index is the mean of k weighted by cases.

    The handbook prints 1.0190 for the index without its k; 1.05, 0.98 and 1.02 are ours and come to it.
    """
    cases = {"A": 100, "B": 80, "C": 20}
    weights = {"A": Fraction("0.6"), "B": Fraction("1.0"), "C": Fraction("3.8")}
    assert shown(case_mix_index(cases, weights)) == "1.0800"
    ratios = {"A": Fraction("1.05"), "B": Fraction("0.98"), "C": Fraction("1.02")}
    assert shown(consumption_index(cases, ratios)) == "1.0190"


def test_rate_grouped_leaves_out_what_a_place_excludes() -> None:
    """入组率 = grouped ÷ (all − excluded): very long stays and tiny costs only where a place says so."""
    rows = [
        {"drg": "A", "total_cost": "100", "los_days": 5},
        {"drg": "", "total_cost": "100", "los_days": 5},
        {"drg": "A", "total_cost": "100", "los_days": 61},
        {"drg": "", "total_cost": "4.99", "los_days": 5},
        {"drg": "FQY", "total_cost": "100", "los_days": 60},
    ]
    stats = scheme_stats(table_of(rows))
    assert (stats.rate, stats.excluded, stats.grouped) == (Fraction(2, 5), 0, 2)
    stats = scheme_stats(table_of(rows), excluded=Excluded(days_over=60, cost_under_fen=500))
    assert (stats.rate, stats.excluded, stats.grouped) == (Fraction(1, 3), 2, 1)


def test_hospitals_are_compared_group_by_group() -> None:
    """A hospital dear in one group and cheap in another: k of each group weighted by its own cases."""
    rows = [
        {"drg": "A", "total_cost": 300, "los_days": 6, "hospital_code": "H1"},
        {"drg": "A", "total_cost": 100, "los_days": 2, "hospital_code": "H2"},
        {"drg": "B", "total_cost": 500, "los_days": None, "hospital_code": "H1"},
        {"drg": "B", "total_cost": 500, "los_days": 3, "hospital_code": "H2"},
    ]
    first, second = scheme_stats(table_of(rows), weights={"A": Fraction(1), "B": Fraction(3)}).hospitals
    assert (first.cost_index, second.cost_index) == (Fraction(5, 4), Fraction(3, 4))
    assert (first.time_index, second.time_index) == (Fraction(3, 2), Fraction(3, 4))
    assert (first.cmi, first.groups, first.cases) == (2, 2, 2)


def test_what_has_no_meaning_is_not_a_number() -> None:
    """No variation, no weight, no cases: None, never a zero that could be ranked."""
    rows = [{"drg": "A", "total_cost": 100}, {"drg": "B", "total_cost": 100}]
    stats = scheme_stats(table_of(rows), weights={"A": Fraction(1)})
    assert (stats.riv, stats.cmi, stats.hospitals[0].time_index) == (None, None, None)
    empty = scheme_stats(table_of([{"drg": "", "total_cost": 100}]))
    assert (empty.riv, empty.cmi, empty.rate, empty.groups) == (None, None, 0, ())


def test_real_discharges_against_a_plain_sum_of_squares(shared) -> None:
    """36,631 real discharges: RIV from deviations, one by one, must be the engine's to the last digit."""
    from sparcs import sparcs_cases

    cases = sparcs_cases(shared)
    stats = scheme_stats(table_of({"drg": drg, "total_cost": fen} for drg, fen, _ in cases))
    assert (stats.cases, stats.priced, len(stats.groups)) == (36_631, 36_631, 120)
    means = {group.code: group.mean for group in stats.groups}
    overall = Fraction(sum(fen for _, fen, _ in cases), len(cases))
    within = sum(_squared(fen, means[drg]) for drg, fen, _ in cases)
    assert stats.riv == 1 - within / sum(_squared(fen, overall) for _, fen, _ in cases)
    assert shown(stats.riv) == "0.3176"


def _squared(fen: int, mean: Fraction) -> Fraction:
    return (fen - mean) ** 2
