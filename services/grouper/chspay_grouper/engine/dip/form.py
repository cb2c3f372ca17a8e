"""Formation of groups: core by diagnosis, main and related procedures; comprehensive by category and kind.

Works on counts and costs per combination, never on single cases, so the order of cases cannot matter.
DIP 3.0 技术规范（征求意见稿）第三章.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from chspay_core.amounts import ratio_half_up
from chspay_grouper.engine.dip.measure import Spread
from chspay_grouper.engine.dip.shape import BED_DAY, EARLY, MEDICAL, TCM, Shape
from chspay_grouper.engine.dip.terms import COVERAGE, MAIN_ONLY, MOST_CASES, Terms

#: diagnosis label, subdivision, main procedure
Pair = tuple[str, str, str]
Related = frozenset[str]
KINDS = (MEDICAL, "diagnostic", "therapeutic", "operation")


@dataclass(frozen=True, slots=True)
class RelatedTest:
    """Whether a related procedure adds enough cost to form groups (table 3-3); means in fen."""

    procedure: str
    cases: int
    mean: Fraction
    base: Fraction | None
    kept: bool

    @property
    def increment_text(self) -> str:
        """The increment in per cent with two decimals; empty without a base."""
        if self.base is None:
            return ""
        grown = (self.mean / self.base - 1) * 100
        return format(ratio_half_up(grown.numerator, grown.denominator, 2), "f")


@dataclass(slots=True)
class Formation:
    """Which groups there are: early ids; per pair its related sets, best match first; category and kind."""

    early: set[str] = field(default_factory=set)
    core: dict[Pair, list[Related]] = field(default_factory=dict)
    tests: dict[Pair, list[RelatedTest]] = field(default_factory=dict)
    comprehensive: set[tuple[str, str]] = field(default_factory=set)
    threshold: int = 0
    covered: int = 0

    def core_of(self, shape: Shape) -> Related | None:
        """The related set of the core group a shape falls into, or None."""
        for related in self.core.get((shape.diagnosis, shape.subdivision, shape.main), ()):
            if related <= shape.others:
                return related
        return None


Tally = dict[Related, list[int]]  # related procedures -> [cases, fen]


def form(shapes: Iterable[tuple[Shape, int]], terms: Terms) -> Formation:
    """The groups that these cases (shape, cost in fen) form."""
    held = [(shape, cost) for shape, cost in shapes if shape.rule not in (TCM, BED_DAY)]
    early: dict[str, int] = defaultdict(int)
    pairs: dict[Pair, Tally] = defaultdict(dict)
    for shape, cost in held:
        if shape.rule == EARLY:
            early[shape.diagnosis] += 1
            continue
        tally = pairs[(shape.diagnosis, shape.subdivision, shape.main)].setdefault(shape.others, [0, 0])
        tally[0] += 1
        tally[1] += cost
    formed = {name for name, n in early.items() if n >= terms.early_threshold}
    certain = sum(early[name] for name in formed)
    found = _core(pairs, len(held), certain, terms)
    found.early = formed
    found.comprehensive = _comprehensive(held, found, terms)
    return found


def _core(pairs: Mapping[Pair, Tally], cases: int, certain: int, terms: Terms) -> Formation:
    if terms.method["dip.core_method"] != COVERAGE:
        return _at(pairs, terms.integer("dip.core_threshold"), certain, terms)
    target = terms.ratio("dip.core_coverage") * cases
    totals = [sum(n for n, _ in tally.values()) for tally in pairs.values()]
    found = Formation()
    for threshold in sorted(set(totals), reverse=True):
        if certain + sum(total for total in totals if total >= threshold) < target:
            continue
        found = _at(pairs, threshold, certain, terms)
        if found.covered >= target:
            break
    return found


def _at(pairs: Mapping[Pair, Tally], threshold: int, certain: int, terms: Terms) -> Formation:
    """The core groups at one threshold (cases ≥ threshold)."""
    found = Formation(threshold=threshold, covered=certain)
    for pair in sorted(pairs):
        tally = pairs[pair]
        if sum(n for n, _ in tally.values()) < threshold:
            continue
        tests = related_tests(tally, threshold, terms)
        sets, covered = _related_sets(
            tally, {test.procedure for test in tests if test.kept}, threshold, terms
        )
        if sets:
            found.core[pair] = sets
            found.tests[pair] = tests
            found.covered += covered
    return found


def related_tests(tally: Mapping[Related, list[int]], threshold: int, terms: Terms) -> list[RelatedTest]:
    """Every related procedure with enough cases, against the base; at least ``dip.related_increment`` keeps.

    ``main_only@1``: the base is the cases with the main procedure alone; ``without@1``: those without
    this procedure. A procedure without a base to compare with is not kept.
    """
    main_only = terms.method["dip.related_base"] == MAIN_ONLY
    tests = []
    for procedure in sorted({name for others in tally for name in others}):
        n = sum(held[0] for others, held in tally.items() if procedure in others)
        if n < threshold:
            continue
        cost = sum(held[1] for others, held in tally.items() if procedure in others)
        base = [
            held for others, held in tally.items() if (not others if main_only else procedure not in others)
        ]
        mean, count = Fraction(cost, n), sum(held[0] for held in base)
        under = Fraction(sum(held[1] for held in base), count) if count else None
        kept = under is not None and mean / under - 1 >= terms.increment
        tests.append(RelatedTest(procedure, n, mean, under, kept))
    return tests


def _related_sets(
    tally: Mapping[Related, list[int]], kept: set[str], threshold: int, terms: Terms
) -> tuple[list[Related], int]:
    """The related sets that reach the threshold, best match first, and how many cases they hold."""
    exact: Tally = {}
    for others, (n, cost) in tally.items():
        held = exact.setdefault(others & kept, [0, 0])
        held[0] += n
        held[1] += cost
    nothing: Related = frozenset()
    order = sorted({*exact, nothing}, key=lambda related: _rank(related, exact, terms))
    while order:
        counts = dict.fromkeys(order, 0)
        for others, (n, _) in exact.items():
            match = next((related for related in order if related <= others), None)
            if match is not None:
                counts[match] += n
        failing = [related for related in order if counts[related] < threshold]
        if not failing:
            return order, sum(counts.values())
        largest = max(map(len, failing))
        order = [related for related in order if related not in failing or len(related) < largest]
    return [], 0


def _rank(related: Related, exact: Tally, terms: Terms) -> tuple[int, Fraction, list[str]]:
    """Most related procedures first; ties as policy says; then by code."""
    n, cost = exact.get(related, (0, 0))
    weight = (
        Fraction(n)
        if terms.method["dip.match_tie"] == MOST_CASES
        else Fraction(cost, n)
        if n
        else Fraction(0)
    )
    return -len(related), -weight, sorted(related)


def _comprehensive(held: Iterable[tuple[Shape, int]], found: Formation, terms: Terms) -> set[tuple[str, str]]:
    costs: dict[tuple[str, str], list[int]] = defaultdict(list)
    for shape, cost in held:
        if shape.rule != EARLY and found.core_of(shape) is None:
            costs[(shape.category, shape.kind)].append(cost)
    formed = {key for key in costs if key[1] != MEDICAL and _holds(costs[key], terms)}
    if terms.method["dip.comprehensive_fallback"] == "medical@1":
        for key in sorted(costs):
            if key[1] != MEDICAL and key not in formed:
                costs.setdefault((key[0], MEDICAL), []).extend(costs[key])
    return formed | {key for key in costs if key[1] == MEDICAL and _holds(costs[key], terms)}


def _holds(costs: list[int], terms: Terms) -> bool:
    if len(costs) < terms.comprehensive_threshold:
        return False
    squared = Spread.of(costs).cv_squared(terms.sample)
    return squared is not None and squared <= terms.comprehensive_cv_max**2
