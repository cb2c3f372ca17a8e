"""Which way a case is settled, and its points; one function for a single case and for millions.

A plan is compiled once per group, department and coefficient (see ``plan``), so a case costs one lookup
and, unless its band is constant, one multiplication and one division of integers.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from fractions import Fraction

from chspay_core.amounts import MICRO
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine import sheet as worksheet
from chspay_settlement.engine.coefficient import ONE, Coefficients
from chspay_settlement.engine.measure import GROUPED
from chspay_settlement.engine.methods import Basis
from chspay_settlement.engine.model import CaseKind, CasePoints, Group, GroupTable, PricedInput
from chspay_settlement.engine.plan import NEVER, Band, Plan, compile_band
from chspay_settlement.engine.terms import Terms

GROUP_NOT_MEASURED = Reason(
    "GROUP_NOT_MEASURED",
    Kind.PRECONDITION,
    "病组{value}没有测算出基准点数，病例{case_id}无法计算点数。请先测算该病组。",
)
STAY_MISSING = Reason(
    "STAY_MISSING", Kind.PRECONDITION, "病例{value}按床日结算，但没有住院天数，无法计算点数。"
)
INVALID, COST_MISSING, COST_NEGATIVE, COST_ZERO = (
    "INVALID_CASE",
    "COST_MISSING",
    "COST_NEGATIVE",
    "COST_ZERO",
)


class Pricer:
    """Compiled plans for one group table and one policy; build once per run, then price.

    :param coefficients: those measured for this run; left out, the policy's published ones.
    """

    def __init__(self, table: GroupTable, policy: Policy, coefficients: Coefficients | None = None) -> None:
        self.terms = Terms.read(policy)
        self.table = table
        self.coefficients = coefficients or self.terms.coefficients
        self._plans: dict[Hashable, Plan | None] = {}

    def price(self, inp: PricedInput) -> CasePoints:
        """Kind and points of one case; a case that cannot be settled is EXCLUDED and says why.

        :raises Fault: GROUP_NOT_MEASURED, LEVEL_MISSING, LEVEL_UNKNOWN, STAY_MISSING, POINTS_NEGATIVE.
        """
        plan = self.plan(inp)
        cost = inp.cost_fen
        if plan is None or cost is None or cost <= 0:
            return CasePoints(CaseKind.EXCLUDED, 0, _why_excluded(plan, cost))
        quantity = _days(inp) if plan.by_days else cost
        return plan.band(quantity).points(inp, quantity)

    def price_all(self, inputs: Iterable[PricedInput]) -> list[CasePoints]:
        """Points of many cases, in the order given."""
        return [self.price(inp) for inp in inputs]

    def plan_key(self, inp: PricedInput) -> Hashable:
        """Cases of one key are settled by one plan."""
        factor = self.coefficients.key(inp.hospital_code, inp.level, inp.drg)
        return (inp.drg, factor, inp.status, inp.department)

    def plan(self, inp: PricedInput) -> Plan | None:
        """The plan of a case; ``None`` when the grouper found the case invalid."""
        key = self.plan_key(inp)
        try:
            return self._plans[key]
        except KeyError:
            plan = self._plans[key] = self._compile(inp)
            return plan

    def _compile(self, inp: PricedInput) -> Plan | None:
        terms = self.terms
        if inp.status not in {GROUPED, "ambiguous", "ungrouped"}:
            return None
        rate = terms.per_diem.get(inp.department)
        if rate is not None:
            basis = replace(self._basis(inp, CaseKind.PER_DIEM), day_points=rate.points)
            return Plan(None, True, (self._band(CaseKind.PER_DIEM, basis),))
        if inp.status != GROUPED:
            basis = self._basis(inp, CaseKind.UNGROUPED)
            return Plan(None, False, (self._band(CaseKind.UNGROUPED, basis),))
        group = self._group(inp)
        if not group.stable:
            basis = _of_group(self._basis(inp, CaseKind.UNSTABLE), group)
            return Plan(group, False, (self._band(CaseKind.UNSTABLE, basis),))
        kinds, edges = terms.bands(group)
        basis = _of_group(self._basis(inp, *kinds), group)
        unit = group.mean
        tops = [edge.top(unit) for edge in edges]
        bands = [self._band(kind, basis, top) for kind, top in zip(kinds, [*tops, NEVER], strict=True)]
        return Plan(group, False, tuple(bands), edges, unit)

    def _band(self, kind: CaseKind, basis: Basis, top: int = NEVER) -> Band:
        return compile_band(top, kind, self.terms.settle[kind], basis, self.terms.places)

    def _group(self, inp: PricedInput) -> Group:
        group = self.table.groups.get(inp.drg)
        if group is None:
            raise Fault(GROUP_NOT_MEASURED, field="drg", value=inp.drg, case_id=inp.case_id)
        return group

    def _basis(self, inp: PricedInput, *kinds: CaseKind) -> Basis:
        """What the methods of these kinds may use; a coefficient is asked for only where one needs it."""
        terms = self.terms
        needed = any("coefficient" in terms.settle[kind].inputs for kind in kinds)
        factor = self.coefficients.of(inp.hospital_code, inp.level, inp.drg) if needed else ONE
        return Basis(terms.scale, self.table.overall_mean, factor, terms.params)

    def explain(self, inp: PricedInput, sheet: Worksheet) -> CasePoints:
        """As :meth:`price`, writing every step with its rule onto ``sheet``."""
        points = self.price(inp)
        plan = self.plan(inp)
        if plan is None or inp.cost_fen is None or points.kind is CaseKind.EXCLUDED:
            worksheet.write_excluded(sheet, inp, points)
            return points
        worksheet.write_case(sheet, self, plan, inp, points)
        return points


def _of_group(basis: Basis, group: Group) -> Basis:
    return replace(
        basis,
        base=Fraction(group.base_micro, MICRO),
        mean=group.mean,
        median=group.median,
        multiple=Fraction(group.high_multiple),
    )


def _days(inp: PricedInput) -> int:
    if inp.los_days is None:
        raise Fault(STAY_MISSING, field="los_days", value=inp.case_id)
    return inp.los_days


def _why_excluded(plan: Plan | None, cost: int | None) -> str:
    if plan is None:
        return INVALID
    if cost is None:
        return COST_MISSING
    return COST_NEGATIVE if cost < 0 else COST_ZERO


def case_points(
    inp: PricedInput, table: GroupTable, policy: Policy, sheet: Worksheet | None = None
) -> CasePoints:
    """Points of one case, with its worksheet when one is handed in; for many cases build a Pricer."""
    pricer = Pricer(table, policy)
    return pricer.price(inp) if sheet is None else pricer.explain(inp, sheet)
