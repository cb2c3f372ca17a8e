"""How well a scheme groups and how hospitals work: RIV, CV, rate grouped, CMI, cost and time indices.

Exact fractions; what has no meaning (no variation at all, no days known) is None, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pyarrow as pa

from chspay_core.statistics import cv_display, spread, sum_of_squares
from chspay_grouper.engine.weights.cases import (
    Flags,
    Ints,
    fen_column,
    grouped_rows,
    text_column,
    whole_column,
)

COLUMNS = ("drg", "status", "total_cost", "los_days", "hospital_code")


@dataclass(frozen=True, slots=True)
class Excluded:
    """Cases outside the rate grouped: stays over ``days_over`` days, costs under ``cost_under_fen``. None
    excludes nothing; the figures are local (one province: 60 days, 5 yuan)."""

    days_over: int | None = None
    cost_under_fen: int | None = None


@dataclass(frozen=True, slots=True)
class GroupStats:
    """One group: its cases, mean cost (fen), mean stay, and coefficient of variation (text, 4 places)."""

    code: str
    cases: int
    mean: Fraction
    mean_days: Fraction | None
    cv_display: str


@dataclass(frozen=True, slots=True)
class HospitalStats:
    """One hospital: CMI needs a weight for every group it treats; the indices compare with the area."""

    hospital_code: str
    cases: int
    groups: int
    cmi: Fraction | None
    cost_index: Fraction
    time_index: Fraction | None


@dataclass(frozen=True, slots=True)
class SchemeStats:
    """What cases say of a scheme. ``rate`` is grouped ÷ (all − excluded)."""

    cases: int
    excluded: int
    grouped: int
    #: Grouped cases with a cost above zero; all statistics of cost rest on these.
    priced: int
    rate: Fraction | None
    riv: Fraction | None
    cmi: Fraction | None
    groups: tuple[GroupStats, ...]
    hospitals: tuple[HospitalStats, ...]


def scheme_stats(
    table: pa.Table,
    *,
    weights: Mapping[str, Fraction] | None = None,
    excluded: Excluded | None = None,
    sample: bool = False,
) -> SchemeStats:
    """Statistics of grouped cases (columns :data:`COLUMNS`, canonical types; ``drg`` is needed).

    :param weights: weight by group for the CMI; without it the weights of these very cases are used
        (group mean ÷ mean of all), so that the CMI of the area is 1.
    :param sample: whether the deviation in CV divides by n − 1.
    """
    flags = grouped_rows(table)
    cost, days = fen_column(table, "total_cost"), whole_column(table, "los_days")
    out = _excluded(excluded or Excluded(), cost, days)
    counted = int((~out).sum())
    keep = flags & ~out & (cost > 0)
    encoded = text_column(table, "drg").filter(pa.array(keep)).combine_chunks().dictionary_encode()
    hospitals = (
        text_column(table, "hospital_code").filter(pa.array(keep)).combine_chunks().dictionary_encode()
    )
    held = _Held(
        encoded.dictionary.to_pylist(),
        encoded.indices.to_numpy().astype(np.int64),
        hospitals.dictionary.to_pylist(),
        hospitals.indices.to_numpy().astype(np.int64),
        cost[keep],
        days[keep],
    )
    groups, riv = _groups(held, sample)
    used = weights if weights is not None else _own_weights(groups)
    rows = _hospitals(held, {group.code: group for group in groups}, used)
    grouped = int((flags & ~out).sum())
    return SchemeStats(
        cases=table.num_rows,
        excluded=int(out.sum()),
        grouped=grouped,
        priced=len(held.cost),
        rate=Fraction(grouped, counted) if counted else None,
        riv=riv,
        cmi=case_mix_index({group.code: group.cases for group in groups}, used),
        groups=groups,
        hospitals=rows,
    )


def relative_variation(within: int | Fraction, total: int | Fraction) -> Fraction | None:
    """组间变异 RIV = 1 − SS within ÷ SS total; None when costs do not vary at all."""
    return None if total == 0 else 1 - Fraction(within) / Fraction(total)


def case_mix_index(cases: Mapping[str, int], weights: Mapping[str, Fraction]) -> Fraction | None:
    """CMI = Σ RW·n ÷ Σ n; None without cases, or when a group has no weight."""
    number = sum(cases.values())
    if number == 0 or any(code not in weights for code in cases):
        return None
    return sum((weights[code] * n for code, n in cases.items()), Fraction(0)) / number


def consumption_index(cases: Mapping[str, int], ratios: Mapping[str, Fraction]) -> Fraction:
    """费用 or 时间消耗指数 = Σ k·n ÷ Σ n, with k = own group mean ÷ the area's group mean."""
    top = sum((ratios[code] * n for code, n in cases.items()), Fraction(0))
    return top / sum(cases.values())


@dataclass(frozen=True, slots=True)
class _Held:
    names: list[str]
    group: Ints
    hospital_names: list[str]
    hospital: Ints
    cost: Ints
    days: Ints


def _excluded(rule: Excluded, cost: Ints, days: Ints) -> Flags:
    out = np.zeros(len(cost), dtype=np.bool_)
    if rule.days_over is not None:
        out |= days > rule.days_over
    if rule.cost_under_fen is not None:
        out |= (cost >= 0) & (cost < rule.cost_under_fen)
    return out


def _groups(held: _Held, sample: bool) -> tuple[tuple[GroupStats, ...], Fraction | None]:
    order = np.argsort(held.group, kind="stable")
    edges = np.searchsorted(held.group[order], np.arange(len(held.names) + 1)).tolist()
    cost, days = held.cost[order], held.days[order]
    found = []
    all_n = all_total = all_squares = 0
    within = Fraction(0)
    for place, code in enumerate(held.names):
        part = slice(edges[place], edges[place + 1])
        costs: list[int] = cost[part].tolist()
        n, total, squares = len(costs), sum(costs), sum_of_squares(costs)
        all_n, all_total, all_squares = all_n + n, all_total + total, all_squares + squares
        within += Fraction(spread(n, total, squares), n)
        found.append(
            GroupStats(
                code, n, Fraction(total, n), _mean_days(days[part]), cv_display(n, total, squares, sample)
            )
        )
    whole = Fraction(spread(all_n, all_total, all_squares), all_n) if all_n else Fraction(0)
    return tuple(sorted(found, key=lambda group: group.code)), relative_variation(within, whole)


def _mean_days(days: Ints) -> Fraction | None:
    known = days[days > 0]
    return Fraction(int(known.sum()), len(known)) if len(known) else None


def _own_weights(groups: tuple[GroupStats, ...]) -> dict[str, Fraction]:
    cost = sum((group.mean * group.cases for group in groups), Fraction(0))
    number = sum(group.cases for group in groups)
    return {group.code: group.mean * number / cost for group in groups}


def _hospitals(
    held: _Held, area: Mapping[str, GroupStats], weights: Mapping[str, Fraction]
) -> tuple[HospitalStats, ...]:
    """Per hospital and group: cases, cost and days; a case of unknown days counts in no time index."""
    wide = len(held.names)
    keys, place = np.unique(held.hospital * wide + held.group, return_inverse=True)
    n, cost = _sums(place, len(keys), np.ones(len(place), np.int64)), _sums(place, len(keys), held.cost)
    stayed = held.days > 0
    stays = _sums(place, len(keys), stayed.astype(np.int64))
    days = _sums(place, len(keys), np.where(stayed, held.days, 0))
    found: dict[str, dict[str, tuple[int, int, int, int]]] = {}
    for at, key in enumerate(keys.tolist()):
        hospital, code = held.hospital_names[key // wide], held.names[key % wide]
        found.setdefault(hospital, {})[code] = (int(n[at]), int(cost[at]), int(stays[at]), int(days[at]))
    return tuple(_hospital(name, found[name], area, weights) for name in sorted(found))


def _hospital(
    name: str,
    own: Mapping[str, tuple[int, int, int, int]],
    area: Mapping[str, GroupStats],
    weights: Mapping[str, Fraction],
) -> HospitalStats:
    cases = {code: n for code, (n, _, _, _) in own.items()}
    costs = {code: Fraction(cost, n) / area[code].mean for code, (n, cost, _, _) in own.items()}
    stays = {code: n for code, (_, _, n, _) in own.items() if n}
    times = {
        code: Fraction(days, n) / (area[code].mean_days or 1) for code, (_, _, n, days) in own.items() if n
    }
    return HospitalStats(
        hospital_code=name,
        cases=sum(cases.values()),
        groups=len(cases),
        cmi=case_mix_index(cases, weights),
        cost_index=consumption_index(cases, costs),
        time_index=consumption_index(stays, times) if stays else None,
    )


def _sums(place: Ints, size: int, values: Ints) -> Ints:
    """Sums by place, in whole numbers of 64 bits."""
    found = np.zeros(size, dtype=np.int64)
    np.add.at(found, place, values)
    return found
