"""Which way a case is settled, and its points; one function for a single case and for millions.

For a given group, department and coefficient every method is a straight line of the cost (or of the
days), and whole fen limits tell low from normal from high. So a plan is compiled once per combination
and a case costs one lookup and, unless it is normal, one multiplication and one division of integers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from chspay_core.amounts import MICRO
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine import sheet as worksheet
from chspay_settlement.engine.measure import GROUPED
from chspay_settlement.engine.methods import Basis
from chspay_settlement.engine.model import CaseKind, CasePoints, Group, GroupTable, PricedInput
from chspay_settlement.engine.plan import NEVER, Plan, compile_band
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
_BANDS = (CaseKind.LOW, CaseKind.NORMAL, CaseKind.HIGH)


class Pricer:
    """Compiled plans for one group table and one policy; build once per run, then price."""

    def __init__(self, table: GroupTable, policy: Policy) -> None:
        self.terms = Terms.read(policy)
        self.table = table
        self._plans: dict[tuple[str, int | None, str, str], Plan | None] = {}

    def price(self, inp: PricedInput) -> CasePoints:
        """Kind and points of one case; a case that cannot be settled is EXCLUDED and says why.

        :raises Fault: GROUP_NOT_MEASURED, LEVEL_MISSING, LEVEL_UNKNOWN, STAY_MISSING, POINTS_NEGATIVE.
        """
        plan = self.plan(inp)
        cost = inp.cost_fen
        if plan is None or cost is None or cost <= 0:
            return CasePoints(CaseKind.EXCLUDED, 0, _why_excluded(plan, cost))
        band = plan.band(cost)
        return band.points(inp, _days(inp) if band.by_days else cost)

    def price_all(self, inputs: Iterable[PricedInput]) -> list[CasePoints]:
        """Points of many cases, in the order given."""
        return [self.price(inp) for inp in inputs]

    def plan(self, inp: PricedInput) -> Plan | None:
        """The plan of a case; ``None`` when the grouper found the case invalid."""
        key = (inp.drg, inp.level, inp.status, inp.department)
        try:
            return self._plans[key]
        except KeyError:
            plan = self._plans[key] = self._compile(inp)
            return plan

    def _compile(self, inp: PricedInput) -> Plan | None:
        terms = self.terms
        rate = terms.per_diem.get(inp.department)
        if inp.status not in {GROUPED, "ambiguous", "ungrouped"}:
            return None
        if rate is not None:
            return self._single(CaseKind.PER_DIEM, self._basis(inp, (CaseKind.PER_DIEM,), rate.points))
        if inp.status != GROUPED:
            return self._single(CaseKind.UNGROUPED, self._basis(inp, (CaseKind.UNGROUPED,)))
        group = self._group(inp)
        if not group.stable:
            return self._single(CaseKind.UNSTABLE, self._basis(inp, (CaseKind.UNSTABLE,)), group)
        basis = self._basis(inp, _BANDS)
        low_top, high_from = terms.outlier.limits(group.mean, basis.multiple)
        low, normal, high = (compile_band(kind, basis, terms) for kind in _BANDS)
        return Plan(group, basis, low_top, high_from, low, normal, high)

    def _group(self, inp: PricedInput) -> Group:
        group = self.table.groups.get(inp.drg)
        if group is None:
            raise Fault(GROUP_NOT_MEASURED, field="drg", value=inp.drg, case_id=inp.case_id)
        return group

    def _basis(
        self, inp: PricedInput, kinds: tuple[CaseKind, ...], day_points: Fraction = Fraction(0)
    ) -> Basis:
        """What the methods of these kinds may use; a level is asked for only where one needs it."""
        terms = self.terms
        needed = any("coefficient" in terms.settle[kind].inputs for kind in kinds)
        factor = terms.coefficient(inp.level, inp.hospital_code) if needed else Fraction(1)
        basis = Basis(terms.scale, self.table.overall_mean, factor, terms.params, day_points=day_points)
        if kinds in {(CaseKind.PER_DIEM,), (CaseKind.UNGROUPED,)}:
            return basis
        group = self._group(inp)
        return replace(
            basis,
            base=Fraction(group.base_micro, MICRO),
            mean=group.mean,
            median=group.median,
            multiple=Fraction(group.high_multiple),
        )

    def _single(self, kind: CaseKind, basis: Basis, group: Group | None = None) -> Plan:
        band = compile_band(kind, basis, self.terms)
        return Plan(group, basis, -1, NEVER, band, band, band)

    def explain(self, inp: PricedInput, sheet: Worksheet) -> CasePoints:
        """As :meth:`price`, writing every step with its rule onto ``sheet``."""
        points = self.price(inp)
        plan = self.plan(inp)
        if plan is None or inp.cost_fen is None or points.kind is CaseKind.EXCLUDED:
            worksheet.write_excluded(sheet, inp, points)
            return points
        worksheet.write_case(sheet, self.terms, self.table, plan, inp, points)
        return points


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
