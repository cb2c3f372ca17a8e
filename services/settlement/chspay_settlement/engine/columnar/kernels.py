"""The compiled loops over columns of cases. They know no rule: limits and lines come in as whole numbers."""

# mypy: disable-error-code="no-any-return,untyped-decorator"
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from chspay_settlement.engine.columnar.wide import OPTIONS, divide, high_product, inlined

compiled: Any = njit(**OPTIONS)

_ZERO, _ONE, _TOP = np.uint64(0), np.uint64(1), np.uint64(2**63)
_PRIME = np.uint64(0x100000001B3)
_LOW_HALF = np.int64(2**32 - 1)
#: No case has more units of points: what is above is left to the single-case function.
MOST_UNITS = (2**63 - 1) // 10**6
_MOST_UNITS = np.uint64(MOST_UNITS)
#: What :func:`price` answers for a case that the single-case function has to price.
ALONE = -1


class Bands(NamedTuple):
    """Every plan, and every band of every plan one after the other; the bands of a plan ascend.

    Points in units of the last place are ``(slope · quantity + fixed) // over``, at most ``cap`` and at
    least ``floor``; where ``alone`` is set the figures do not fit and the single-case function is asked.
    """

    first: np.ndarray  # int64, per plan the place of its first band
    by_days: np.ndarray  # bool, per plan: bands and lines are of days, not of cost
    top: np.ndarray  # int64, the highest cost in fen (or number of days) of the band
    kind: np.ndarray  # int8
    alone: np.ndarray  # bool
    constant: np.ndarray  # int64 micro, -1 where the line is to be followed
    slope: np.ndarray  # uint64
    fixed_high: np.ndarray  # uint64, two's complement with fixed_low
    fixed_low: np.ndarray  # uint64
    over: np.ndarray  # uint64
    least: np.ndarray  # uint64, below it the points would be negative
    cap: np.ndarray  # int64 units
    floor: np.ndarray  # int64 units, -1 where points below zero are refused
    unit_micro: np.ndarray  # int64


@compiled
def add_up(groups: Any, values: Any, sums: Any) -> None:
    """Adds each value to the sum of its group, in halves of 32 bits: ``sums[:, 0] · 2³² + sums[:, 1]``.

    A group below zero counts nowhere.
    """
    for row in range(values.size):
        group = groups[row]
        if group >= 0:
            sums[group, 0] += values[row] >> 32
            sums[group, 1] += values[row] & _LOW_HALF


@compiled
def hash_texts(codes: Any, seeds: Any, offsets: Any, letters: Any, hashes: Any) -> None:
    """A number for each row's text, beginning from the seed of its code (FNV-1a, 64 bits)."""
    for row in range(codes.size):
        found = seeds[codes[row]]
        for place in range(offsets[row], offsets[row + 1]):
            found = (found ^ np.uint64(letters[place])) * _PRIME
        hashes[row] = found


@compiled
def count(groups: Any, counts: Any) -> None:
    """How many rows each group has; a group below zero counts nowhere."""
    for row in range(groups.size):
        if groups[row] >= 0:
            counts[groups[row]] += 1


@compiled
def scatter(groups: Any, values: Any, places: Any, out: Any) -> None:
    """Lays values side by side by group, from ``places`` on, which move on."""
    for row in range(values.size):
        group = groups[row]
        if group >= 0:
            out[places[group]] = values[row]
            places[group] += 1


@compiled
def squares(values: Any, sums: Any) -> None:
    """Sum and sum of squares of numbers of zero or more, two limbs each: high, low, high, low."""
    for row in range(values.size):
        value = np.uint64(values[row])
        low = sums[1] + value
        sums[0] += _ONE if low < value else _ZERO
        sums[1] = low
        square = value * value
        low = sums[3] + square
        sums[2] += high_product(value, value) + (_ONE if low < square else _ZERO)
        sums[3] = low


@compiled
def price(bands: Bands, plans: Any, costs: Any, days: Any, kinds: Any, points: Any) -> int:
    """Kind and points of every case with a plan of zero or more; answers how many are left alone."""
    left = 0
    for row in range(costs.size):
        plan = plans[row]
        kinds[row] = ALONE
        left += 1
        if plan < 0 or costs[row] <= 0:
            continue
        quantity = days[row] if bands.by_days[plan] else costs[row]
        if quantity < 0:
            continue
        band = bands.first[plan]
        while quantity > bands.top[band]:
            band += 1
        if bands.alone[band]:
            continue
        if bands.constant[band] >= 0:
            points[row] = bands.constant[band]
        else:
            units = _units(bands, band, np.uint64(quantity))
            if units < 0:
                continue
            points[row] = units * bands.unit_micro[band]
        kinds[row] = bands.kind[band]
        left -= 1
    return left


@inlined
def _units(bands: Bands, band: int, quantity: int) -> int:
    """Points of a line in units of the last place, or -1 where the single-case function has to say."""
    slope, over, more = bands.slope[band], bands.over[band], bands.fixed_low[band]
    low = slope * quantity + more
    high = high_product(slope, quantity) + bands.fixed_high[band]
    if low < more:
        high += _ONE
    if high >= _TOP or (high == _ZERO and low < bands.least[band]):
        return bands.floor[band]
    if high >= over:
        return ALONE
    units, _ = divide(high, low, over)
    if units > _MOST_UNITS:
        return ALONE
    return max(min(np.int64(units), bands.cap[band]), bands.floor[band])


@compiled
def shares(groups: Any, weights: Any, totals: Any, wholes: Any, given: Any, rest: Any) -> None:
    """Each row's whole fen of ``total · weight ÷ whole`` of its group, and the remainder.

    A row of a group below zero, or of a group with nothing to hand out, gets nothing.
    """
    for row in range(weights.size):
        group = groups[row]
        if group < 0 or totals[group] == _ZERO:
            given[row] = 0
            rest[row] = _ZERO
            continue
        weight = np.uint64(weights[row])
        high, low = high_product(totals[group], weight), totals[group] * weight
        share, left = divide(high, low, wholes[group])
        given[row] = np.int64(share)
        rest[row] = left


@compiled
def serve(groups: Any, rest: Any, edges: Any, given: Any, level: Any) -> int:
    """One fen more for every row above its group's edge; answers how many lie level with it.

    The places of those are written to ``level``. A group whose edge is zero is served already.
    """
    found = 0
    for row in range(rest.size):
        group = groups[row]
        if group < 0 or edges[group] == _ZERO:
            continue
        if rest[row] > edges[group]:
            given[row] += 1
        elif rest[row] == edges[group]:
            level[found] = row
            found += 1
    return found
