"""A second way to the figures of a catalogue: case by case, with fractions, sharing no measuring code."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction


def half_up(value: Fraction, places: int) -> Fraction:
    """Rounded half away from zero; values here are never negative."""
    return Fraction(int(value * 10**places + Fraction(1, 2)), 10**places)


def _mean(costs: dict[int, list[int]], weights: dict[int, int], pooled: bool) -> Fraction:
    if pooled:
        top = sum(weights[year] * cost for year, held in costs.items() for cost in held)
        return Fraction(top, sum(weights[year] for year, held in costs.items() for _ in held))
    told = {year: Fraction(sum(held), len(held)) for year, held in costs.items() if held}
    return sum(weights[year] * mean for year, mean in told.items()) / sum(weights[year] for year in told)


def scores(
    cases: list[tuple[str, int, int]], weights: dict[int, int], *, pooled: bool, low: Fraction, high: Fraction
) -> dict[str, Fraction]:
    """Score × 1000 to 4 places by group from (group, year, fen); the empty group is priced nowhere."""
    found: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for group, year, cost in cases:
        found[group][year].append(cost)
    for group, years in found.items():
        for year, costs in years.items():
            costs.sort()
            if group:
                cut = len(costs) - int(len(costs) * (1 - high))
                years[year] = costs[int(len(costs) * low) : cut]
    everything: dict[int, list[int]] = defaultdict(list)
    for years in found.values():
        for year, costs in years.items():
            everything[year] += costs
    overall = _mean(everything, weights, pooled)
    return {
        group: half_up(_mean(years, weights, pooled) / overall * 1000, 4)
        for group, years in found.items()
        if group
    }
