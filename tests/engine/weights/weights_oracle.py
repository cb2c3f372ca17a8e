"""Weights a second time, from the rules and with plain fractions; shares no code with the engine."""

from __future__ import annotations

from fractions import Fraction as F

TIERS = ((F(100), F(3)), (F(200), F(5, 2)), (None, F(2)))
YEAR_WEIGHTS = {3: F(1), 2: F(2), 1: F(7)}
Case = tuple[str, int, int]  # group, fen, years back


def _mean(cases: list[Case], reading: str) -> F:
    if reading == "all_alike@1":
        return F(sum(fen for _, fen, _ in cases), len(cases))
    years = {back: [fen for _, fen, year in cases if year == back] for back in YEAR_WEIGHTS}
    held = {back: found for back, found in years.items() if found}
    if reading == "yearly_means@1":
        top = sum(YEAR_WEIGHTS[back] * F(sum(found), len(found)) for back, found in held.items())
        return top / sum(YEAR_WEIGHTS[back] for back in held)
    top = sum(YEAR_WEIGHTS[back] * fen for back, found in held.items() for fen in found)
    return F(top) / sum(YEAR_WEIGHTS[back] * len(found) for back, found in held.items())


def _quantile(costs: list[int], share: F, kind: str) -> F:
    costs = sorted(costs)
    if kind == "nearest_rank":
        return F(next(fen for fen in costs if F(sum(c <= fen for c in costs), len(costs)) >= share))
    place = share * (len(costs) - 1)
    below = [i for i in range(len(costs)) if i <= place][-1]
    above = min(below + 1, len(costs) - 1)
    part = place - below
    return costs[below] * (1 - part) + costs[above] * part


def _inside(cases: list[Case], trim: str, kind: str, overall: F) -> list[Case]:
    costs = [fen for _, fen, _ in cases]
    if trim == "multiples@1":
        mean = F(sum(costs), len(costs))
        base = half_up(mean / overall * 100, 4)
        multiple = next(times for edge, times in TIERS if edge is None or base <= edge)
        return [case for case in cases if F(2, 5) * mean <= case[1] <= multiple * mean]
    if trim == "interquartile@1":
        low, high = _quantile(costs, F(1, 4), kind), _quantile(costs, F(3, 4), kind)
        reach = F(3, 2) * (high - low)
        return [case for case in cases if low - reach <= case[1] <= high + reach]
    low, high = _quantile(costs, F(25, 1000), kind), _quantile(costs, F(975, 1000), kind)
    return [case for case in cases if low <= case[1] <= high]


def _stable(cases: list[Case]) -> bool:
    if len(cases) <= 5:
        return False
    mean = F(sum(fen for _, fen, _ in cases), len(cases))
    variance = sum((fen - mean) ** 2 for _, fen, _ in cases) / len(cases)
    return variance <= mean**2


def _median(cases: list[Case]) -> F:
    costs = sorted(fen for _, fen, _ in cases)
    middle = len(costs) // 2
    return F(costs[middle]) if len(costs) % 2 else F(costs[middle - 1] + costs[middle], 2)


def half_up(value: F, places: int) -> F:
    """A positive fraction to so many places, half up."""
    whole = value * 10**places + F(1, 2)
    return F(whole.numerator // whole.denominator, 10**places)


def weights(
    cases: list[Case], trim: str, kind: str, reading: str, factors: dict[str, F]
) -> dict[str, tuple[bool, int, F, F]]:
    """Per group: stable, kept cases, measured weight, weight in force (4 places each)."""
    overall = _mean(cases, reading)
    found: dict[str, tuple[bool, int, F, int]] = {}
    for group in {case[0] for case in cases}:
        own = [case for case in cases if case[0] == group]
        kept, stable = own, trim == "none@1" and _stable(own)
        for _ in range(0 if trim == "none@1" else 2):
            if not stable and kept:
                kept = _inside(kept, trim, kind, overall)
                stable = _stable(kept)
        typical = _mean(kept, reading) if stable else _median(own)
        found[group] = (stable, len(kept), typical / overall, len(own))
    before = sum(weight * n for _, _, weight, n in found.values())
    after = sum(weight * n * factors.get(group, F(1)) for group, (_, _, weight, n) in found.items())
    return {
        group: (
            stable,
            kept,
            half_up(weight, 4),
            half_up(weight * factors.get(group, F(1)) * before / after, 4),
        )
        for group, (stable, kept, weight, _) in found.items()
    }
