"""A period on the bench: cleared again under any scenario, doing only what the change touches.

Each step remembers what it found together with every policy key it looked at and the answers. A scenario
whose policy answers alike for these keys takes the result over: a change of coefficients needs no new
measuring, a change of the fund no new points. The clearing is that of ``engine.columnar``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from chspay_core.amounts import divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.coefficient.source import METHOD
from chspay_settlement.engine.columnar.columns import Columns, Each
from chspay_settlement.engine.columnar.dividing import allocate_columns, divide_columns
from chspay_settlement.engine.columnar.families import Known
from chspay_settlement.engine.columnar.handout import counted_hospitals
from chspay_settlement.engine.columnar.measuring import measure_columns
from chspay_settlement.engine.columnar.pricing import PointColumns, price_columns
from chspay_settlement.engine.model import GroupTable
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.whatif.facets import Facets, of_hospitals
from chspay_settlement.engine.whatif.memo import Memo
from chspay_settlement.engine.whatif.outcome import By, Outcome, Sums, together
from chspay_settlement.engine.whatif.period import Band, Period, regrouped, repriced
from chspay_settlement.engine.whatif.scenario import BASE, WHAT_IF_UNUSED, Scenario
from chspay_settlement.engine.whatif.tables import look_at_measuring, retiered, variation, with_points

FUND_OF_MANY = Reason(
    "WHAT_IF_FUND_OF_MANY", Kind.INVALID, "模拟{count}期时不能写基金金额，请改写基金的倍数（fund_factor）。"
)
#: Told which step begins (cases, measure, points, value, allocate); may raise to stop the work.
Watch = Callable[[str], None]
#: How many results of a step are kept besides the base's.
_CASES, _TABLES, _POINTS, _PLANS = 2, 16, 3, 3


def quiet(_step: str) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class _Turn:
    """One scenario on its way through the steps."""

    scenario: Scenario
    law: Callable[[], Policy]
    watch: Watch
    done: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def begins(self, step: str) -> None:
        """A step is worked out again."""
        self.watch(step)
        self.done.append(step)

    @property
    def cases(self) -> object:
        """Scenarios alike in this have the same cases."""
        return self.scenario.grouping, self.scenario.prices


class Bench:
    """One period, and what was worked out of it so far.

    :param each: ``map``, or that of a pool of threads.
    :param bands: age bands; none, and nothing is said of ages.
    """

    def __init__(self, period: Period, *, each: Each = map, bands: Sequence[Band] = ()) -> None:
        self.period = period
        self._each = each
        self._facets = Facets(period, bands)
        self._cases = Memo[Columns](_CASES)
        self._tables = Memo[GroupTable](_TABLES)
        self._variations = Memo[Fraction | None](_TABLES)
        self._points = Memo[PointColumns](_POINTS)
        #: Plans rest on the rules, but not on the coefficients: those move them by whole numbers.
        self._plans = Memo[Known](_PLANS)

    def clear(self, scenario: Scenario = BASE, *, detail: bool = True, watch: Watch = quiet) -> Outcome:
        """The period under a scenario.

        :param detail: hand the money out to cases and add it up every way; otherwise by hospital only.
        :raises Fault: whatever stops a clearing, and what the scenario asks of the cases.
        """
        turn = _Turn(scenario, lambda: self._law(scenario), watch)
        columns = self._columns(turn)
        table, riv = self._table(turn, columns)
        points = self._priced(turn, columns, table)
        watch("value")
        policy = turn.law()
        counted = counted_hospitals(columns, points, self._each)
        fund, form = self._fund(scenario), self.period.form(policy)
        division = divide_columns(columns, points, counted, fund, policy, form, self._each)
        terms = Terms.read(policy)
        facets = of_hospitals(division.hospitals)
        if detail:
            watch("allocate")
            funds = allocate_columns(columns, points, counted, division, policy, self._each)
            facets = self._facets.sums(columns, points, counted, funds, table, terms, self._each)
            _agree(facets[By.HOSPITAL], division)
        turn.asked |= policy.asked
        _check_used(scenario, turn.asked)
        return Outcome(
            scenario.name, fund, division.residual_fen, division.cause, (division.value,), terms.scale,
            facets, riv, tuple(turn.done), frozenset(turn.asked),
        )  # fmt: skip

    def by_bands(self, bands: Sequence[Band]) -> None:
        """From here on patients are told apart by these age bands."""
        self._facets = Facets(self.period, bands)

    def _law(self, scenario: Scenario) -> Policy:
        """The policy of a scenario, nothing looked at yet."""
        return self.period.policy.tried(scenario.rules)

    def _fund(self, scenario: Scenario) -> int:
        if scenario.fund_fen is not None:
            return scenario.fund_fen
        factor = scenario.fund_factor
        if factor is None:
            return self.period.fund_fen
        return divide_half_up(self.period.fund_fen * factor.numerator, factor.denominator)

    def _columns(self, turn: _Turn) -> Columns:
        scenario, law = turn.scenario, turn.law()
        known = self._cases.find(turn.cases, law)
        if known is not None:
            return known.value
        found = self.period.columns
        if scenario.grouping or scenario.prices is not None:
            turn.begins("cases")
        if scenario.grouping:
            found = regrouped(self.period, scenario.grouping)
        if scenario.prices is not None:
            found = repriced(found, self.period.parts, scenario.prices, self._each)
        return self._cases.keep(turn.cases, law, found)

    def _table(self, turn: _Turn, columns: Columns) -> tuple[GroupTable, Fraction | None]:
        """The group figures, and how much of the cost's variation the groups explain."""
        law = turn.law()
        terms = Terms.read(law)
        turn.asked |= law.asked
        key = turn.cases, terms.measured, frozenset(terms.per_diem)
        nothing = turn.law()
        varies = self._variations.find(key, nothing)
        riv = (
            self._variations.keep(key, nothing, variation(columns, terms, self._each))
            if varies is None
            else varies.value
        )
        if self.period.table is not None:
            table = retiered(self.period.table, terms, Terms.read(self.period.policy))
        else:
            table = self._measured(turn, columns, terms, key)
        return with_points(table, turn.scenario, terms), riv

    def _measured(self, turn: _Turn, columns: Columns, terms: Terms, key: object) -> GroupTable:
        law = turn.law()
        look_at_measuring(law)
        known = self._tables.find(key, law)
        if known is not None:
            return known.value
        turn.begins("measure")
        return self._tables.keep(key, law, measure_columns(columns, terms, self._each))

    def _priced(self, turn: _Turn, columns: Columns, table: GroupTable) -> PointColumns:
        law = turn.law()
        key = turn.cases, table
        known = self._points.find(key, law)
        if known is not None:
            return known.value
        turn.begins("points")
        pricer = Pricer(table, law, coefficients_of(law, self.period.coefficients))
        plans = self._plans.find(table.overall_mean, turn.law())
        made: Known = {} if plans is None else plans.value
        found = price_columns(columns, pricer, self._each, made)
        if plans is None:
            self._plans.keep(table.overall_mean, law, made, _but_coefficients(law, turn.law()))
        return self._points.keep(key, law, found)


def _but_coefficients(law: Policy, fresh: Policy) -> frozenset[str]:
    """What plans rest on of all that was asked of ``law``: what only coefficients ask for is left out."""
    coefficients_of(fresh)
    others = law.tried({METHOD: "none@1"})
    Terms.read(others)
    return (law.asked - fresh.asked) | (others.asked - {METHOD})


def _agree(from_cases: Mapping[str, Sums], division: Division) -> None:
    """Cases added up must be what their hospitals were given."""
    given = of_hospitals(division.hospitals)[By.HOSPITAL]
    for code in {*given, *from_cases}:
        if from_cases.get(code, Sums())[:5] != given.get(code, Sums())[:5]:
            raise AssertionError("the cases' money must sum to the hospitals'")


def _check_used(scenario: Scenario, asked: set[str]) -> None:
    """A key that nothing looked at would make a change look as if it moved nothing."""
    unused = sorted(set(scenario.rules) - asked)
    if unused:
        raise Fault(WHAT_IF_UNUSED, field="rules", value=unused[0], plan=scenario.name)


def clear_all(
    benches: Sequence[Bench], scenario: Scenario = BASE, *, detail: bool = True, watch: Watch = quiet
) -> Outcome:
    """Several periods under one scenario, each by its own policy and fund, added up.

    :raises Fault: as :meth:`Bench.clear`; WHAT_IF_FUND_OF_MANY, WHAT_IF_SCALES_DIFFER.
    """
    if scenario.fund_fen is not None and len(benches) > 1:
        raise Fault(FUND_OF_MANY, field="fund", count=len(benches))
    return together([bench.clear(scenario, detail=detail, watch=watch) for bench in benches])
