"""A second clearing, written from the rules and not from the engine: plain fractions, one case at a time.

Slow and simple on purpose: it keeps no limits in whole fen, no compiled lines and no prefix sums.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction as F

TIERS = ((F(100), F(3)), (F(200), F(5, 2)), (None, F(2)))


def half_up(x: F, places: int) -> F:
    """Nearest, halves away from zero, worked on the digits."""
    scaled = abs(x) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if 2 * rest >= scaled.denominator:
        whole += 1
    return F(whole if x >= 0 else -whole, 10**places)


def multiple_of(base: F) -> F:
    for edge, multiple in TIERS:
        if edge is None or base <= edge:
            return multiple
    raise AssertionError


def group_figures(costs: list[int], overall: F) -> dict:
    """One group by the rules of section A.3: trim, test, trim again, test again."""

    def base_of(typical: F) -> F:
        return half_up(typical / overall * 100, 4)

    kept = [F(cost) for cost in costs]
    stable = False
    for _ in range(2):
        if not kept or stable:
            break
        mean = sum(kept) / len(kept)
        k = multiple_of(base_of(mean))
        kept = [cost for cost in kept if not cost / mean < F(2, 5) and not cost / mean > k]
        if len(kept) > 5:
            mean = sum(kept) / len(kept)
            variance = sum((cost - mean) ** 2 for cost in kept) / len(kept)
            stable = variance / mean**2 <= 1
    ordered = sorted(costs)
    n = len(ordered)
    median = F(ordered[n // 2]) if n % 2 else F(ordered[n // 2 - 1] + ordered[n // 2], 2)
    mean = sum(kept) / len(kept) if stable else None
    base = base_of(mean if stable else median)
    return {"stable": stable, "mean": mean, "median": median, "base": base, "multiple": multiple_of(base)}


def case_points(cost: int, status: str, group: dict | None, overall: F, f: F, high: str) -> tuple[str, F]:
    """Kind and points of one case by the table of section A.7."""
    if status != "grouped":
        return "ungrouped", half_up(F(cost) / overall * 100 * F(7, 10), 4)
    b = group["base"]
    if not group["stable"]:
        return "unstable", half_up(b * cost / group["median"], 4)
    ratio = F(cost) / group["mean"]
    if ratio < F(2, 5):
        return "low", half_up(min(b * ratio, b), 4)
    if ratio <= group["multiple"]:
        return "normal", half_up(b * f, 4)
    ways = {
        "as_normal@1": b * f,
        "linear_add@1": b * f + b * (ratio - group["multiple"]),
        "deduct@1": F(cost) / overall * 100 - (group["multiple"] - 1) * b * f,
        "cap@1": group["multiple"] * b * f,
    }
    return "high", half_up(ways[high], 4)


def hand_out(total: int, weights: dict[str, F]) -> dict[str, int]:
    """Largest remainder by repeated search for the next one to serve."""
    whole = sum(weights.values())
    exact = {key: total * weight / whole for key, weight in weights.items()}
    given = {key: share.numerator // share.denominator for key, share in exact.items()}
    rest = {key: exact[key] - given[key] for key in weights}
    for _ in range(total - sum(given.values())):
        best = min(rest, key=lambda key: (-rest[key], -weights[key], key))
        given[best] += 1
        del rest[best]
    return given


def clear(
    cases: list[tuple[str, str, str, str, int, int]],
    fund: int,
    factors: dict[str, F],
    high: str,
    with_patient: bool,
) -> tuple[dict, dict, dict]:
    """``(case_id, hospital, drg, status, cost, patient)`` to points, hospital funds and case funds."""
    by_group: dict[str, list[int]] = defaultdict(list)
    for _, _, drg, status, cost, _ in cases:
        if status == "grouped":
            by_group[drg].append(cost)
    everything = [cost for costs in by_group.values() for cost in costs]
    overall = F(sum(everything), len(everything))
    groups = {drg: group_figures(costs, overall) for drg, costs in by_group.items()}
    points = {
        (hospital, case_id): case_points(cost, status, groups.get(drg), overall, factors[hospital], high)
        for case_id, hospital, drg, status, cost, _ in cases
    }
    earned: dict[str, F] = defaultdict(F)
    patients: dict[str, int] = defaultdict(int)
    for case_id, hospital, _, _, _, patient in cases:
        earned[hospital] += points[hospital, case_id][1]
        patients[hospital] += patient if with_patient else 0
    shares = hand_out(fund + sum(patients.values()), dict(earned))
    funds = {hospital: share - patients[hospital] for hospital, share in shares.items()}
    case_money = {}
    for hospital, share in shares.items():
        own = {case_id: points[h, case_id][1] for case_id, h, *_ in cases if h == hospital}
        parts = dict.fromkeys(own, 0) if not share else hand_out(share, own)
        for case_id, h, _, _, _, patient in cases:
            if h == hospital:
                case_money[h, case_id] = parts[case_id] - (patient if with_patient else 0)
    return points, funds, case_money
