"""Means, spread and scores of groups from cases, exactly: integers and fractions, rounded once.

DIP 3.0 技术规范（征求意见稿）第五章. Years may be weighted in two readings that the text leaves open:
``yearly_means@1`` weighs the yearly means, ``pooled@1`` weighs cases and costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import MICRO, divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.statistics import spread
from chspay_grouper.engine.dip.record import Record
from chspay_grouper.engine.dip.terms import BASE_DISEASE, FIXED_QUOTA, POOLED, YEARLY_MEANS, Terms
from chspay_grouper.engine.weights.methods import YearSum, pooled, yearly_means

DIP_BASE_DISEASE_MISSING = Reason(
    "DIP_BASE_DISEASE_MISSING",
    Kind.PRECONDITION,
    "基准病种“{value}”不在本次形成的病种中，无法按基准病种法计算分值。",
)

#: The two readings that the text leaves open: n 20/30/50 with means 9,000/10,000/11,000 at 1:2:7 are 10,600
#: (yearly means) or 10,767.44 (pooled). Years without cases weigh nothing.
_READINGS = {YEARLY_MEANS: yearly_means, POOLED: pooled}


@dataclass(frozen=True, slots=True)
class Sample:
    """A usable case: its year and its cost (fen, above zero), with all facts of the record."""

    year: int
    cost: int
    record: Record


@dataclass(frozen=True, slots=True)
class Spread:
    """Sums of costs that decide every test of variation without a root."""

    n: int
    total: int
    squares: int

    @classmethod
    def of(cls, costs: Iterable[int]) -> Spread:
        """The sums of some costs (fen)."""
        held = list(costs)
        return cls(len(held), sum(held), sum(cost * cost for cost in held))

    @property
    def within(self) -> Fraction:
        """Sum of squared differences from the mean, in fen²."""
        return Fraction(spread(self.n, self.total, self.squares), self.n) if self.n else Fraction(0)

    def cv_squared(self, sample: bool) -> Fraction | None:
        """CV² with the population or the sample deviation; None where it is not defined."""
        count = self.n - 1 if sample else self.n
        if count < 1 or self.total <= 0:
            return None
        return self.within / count / (Fraction(self.total, self.n) ** 2)


def trimmed(samples: Sequence[Sample], terms: Terms) -> list[Sample]:
    """The cases of one group that set its price.

    ``rank_percentile@1``: per year, the lowest ⌊n × low⌋ and the highest ⌊n × (1 − high)⌋ by cost go.
    """
    if terms.method["dip.trim_method"] == "none@1":
        return list(samples)
    low, high = terms.ratio("dip.trim_low"), terms.ratio("dip.trim_high")
    years: dict[int, list[Sample]] = defaultdict(list)
    for sample in samples:
        years[sample.year].append(sample)
    kept: list[Sample] = []
    for year in sorted(years):
        held = sorted(years[year], key=lambda sample: sample.cost)
        n = len(held)
        first, last = int(n * low), n - int(n * (1 - high))
        kept += held[first:last]
    return kept


def yearly(pairs: Iterable[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """(year, fen) pairs as year -> (cases, fen)."""
    sums: dict[int, list[int]] = {}
    for year, fen in pairs:
        held = sums.setdefault(year, [0, 0])
        held[0] += 1
        held[1] += fen
    return {year: (held[0], held[1]) for year, held in sums.items()}


class Means:
    """Weighted means of cost, drugs and consumables under one catalogue's years and reading."""

    def __init__(self, terms: Terms, year_of_use: int) -> None:
        self.years = {year_of_use - back: weight for back, weight in terms.weights.items()}
        self._reading = terms.method["dip.year_reading"]

    def cost(self, samples: Iterable[Sample]) -> Fraction:
        """Mean cost in fen; at least one case."""
        return self._mean(yearly((each.year, each.cost) for each in samples))

    def per_day(self, samples: Iterable[Sample]) -> Fraction:
        """Mean cost of a bed-day in fen; every case has stayed at least one."""
        sums: dict[int, tuple[int, int]] = {}
        for each in samples:
            days, cost = sums.get(each.year, (0, 0))
            sums[each.year] = (days + (each.record.los_days or 0), cost + each.cost)
        return self._mean(sums)

    def drug(self, samples: Iterable[Sample]) -> Fraction | None:
        """Mean drug cost of the cases that tell it; None when none does."""
        fees = ((each.year, each.record.drug) for each in samples)
        return self._known((year, fee) for year, fee in fees if fee is not None)

    def consumable(self, samples: Iterable[Sample]) -> Fraction | None:
        """Mean cost of consumables of the cases that tell it; None when none does."""
        fees = ((each.year, each.record.consumable) for each in samples)
        return self._known((year, fee) for year, fee in fees if fee is not None)

    def _known(self, pairs: Iterable[tuple[int, int]]) -> Fraction | None:
        sums = yearly(pairs)
        return self._mean(sums) if sums else None

    def _mean(self, sums: Mapping[int, tuple[int, int]]) -> Fraction:
        years = [YearSum(year, Fraction(self.years[year]), cost, n) for year, (n, cost) in sums.items() if n]
        return _READINGS[self._reading](years)


def rounded_micro(exact: Fraction, places: int) -> int:
    """A score or factor in millionths, rounded once to ``places`` decimals, half away from zero."""
    unit: int = 10**places
    return divide_half_up(exact.numerator * unit, exact.denominator) * (MICRO // unit)


def score_divisor(terms: Terms, overall: Fraction, means: Mapping[str, Fraction]) -> Fraction:
    """M of ``score = m ÷ M × scale``: the mean of all cases, of the base disease, or the fixed quota (fen).

    :param means: mean cost by group code.
    :raises Fault: DIP_BASE_DISEASE_MISSING.
    """
    method = terms.method["dip.score_method"]
    if method == FIXED_QUOTA:
        return Fraction(terms.fen("dip.fixed_quota"))
    if method == BASE_DISEASE:
        code = terms.text("dip.base_disease")
        if code not in means:
            raise Fault(DIP_BASE_DISEASE_MISSING, field="dip.base_disease", value=code)
        return means[code]
    return overall


def score_micro(mean: Fraction, divisor: Fraction, terms: Terms) -> int:
    """RW of a mean cost, in millionths: ``mean ÷ divisor × scale``."""
    return rounded_micro(mean / divisor * terms.scale, terms.score_places)
