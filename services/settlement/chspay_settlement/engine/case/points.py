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
from chspay_settlement.engine.case import marked
from chspay_settlement.engine.case import sheet as worksheet
from chspay_settlement.engine.case.marks import MarkKind
from chspay_settlement.engine.case.methods import Basis, Settle
from chspay_settlement.engine.case.methods_day import DayRate
from chspay_settlement.engine.case.plan import NEVER, Band, Plan, compile_band, stay_days
from chspay_settlement.engine.case.regroup import regrouped
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.coefficient.source import ONE, Coefficients
from chspay_settlement.engine.model import (
    AMBIGUOUS,
    BED_DAYS,
    ELSEWHERE,
    GROUPED,
    UNGROUPED,
    CaseKind,
    CasePoints,
    Group,
    GroupTable,
    PricedInput,
)

GROUP_NOT_MEASURED = Reason(
    "GROUP_NOT_MEASURED",
    Kind.PRECONDITION,
    "病组{value}没有测算出基准点数，病例{case_id}无法计算点数。请先测算该病组。",
)
GROUP_WITHOUT_WEIGHT = Reason(
    "GROUP_NOT_IN_WEIGHT_TABLE",
    Kind.PRECONDITION,
    "权重表{table}（SM3 {digest}）没有病组{value}（等级{level}）的权重，病例{case_id}无法计算点数。"
    "请补充权重，或由政策“points.group_absent”规定怎样结算。",
)
BED_DAYS_UNPRICED = Reason(
    "BED_DAYS_UNPRICED",
    Kind.PRECONDITION,
    "病例{value}按床日付费，但没有床日点数，无法计算点数。",
)
PAID_ELSEWHERE, INVALID, COST_MISSING, COST_NEGATIVE, COST_ZERO = (
    "PAID_ELSEWHERE",
    "INVALID_CASE",
    "COST_MISSING",
    "COST_NEGATIVE",
    "COST_ZERO",
)
#: The answers of grouper and router by which a case can earn points.
_SETTLED = frozenset({GROUPED, AMBIGUOUS, UNGROUPED, BED_DAYS})


class Pricer:
    """Compiled plans for one group table and one policy; build once per run, then price.

    :param coefficients: those measured for this run; left out, the policy's published ones. The groups a
        published weight table exempts take none either way.
    """

    def __init__(self, table: GroupTable, policy: Policy, coefficients: Coefficients | None = None) -> None:
        self.terms = Terms.read(policy)
        self.table = table
        exempt = frozenset[str]() if table.origin is None else table.origin.exempt
        self.coefficients = (coefficients or self.terms.coefficients).joined(exempt)
        self._plans: dict[Hashable, Plan | None] = {}

    def price(self, inp: PricedInput) -> CasePoints:
        """Kind and points of one case; a case that cannot be settled is EXCLUDED and says why.

        :raises Fault: GROUP_NOT_MEASURED, GROUP_NOT_IN_WEIGHT_TABLE, STAY_MISSING, POINTS_NEGATIVE, a
            coefficient's or a mark's.
        """
        inp = regrouped(inp)
        cost = inp.cost_fen
        # A case without cost needs no plan: its group may have no other case to be measured from.
        plan = self.plan(inp) if inp.status in _SETTLED and cost is not None and cost > 0 else None
        if plan is None or cost is None:
            return CasePoints(CaseKind.EXCLUDED, 0, _why_excluded(inp))
        if inp.status == BED_DAYS:
            _check_bed_days(inp)
        if inp.marks:
            return marked.price(self.terms, plan, inp, self._marked_basis)
        quantity = stay_days(inp) if plan.by_days else cost
        return plan.band(quantity).points(inp, quantity)

    def price_all(self, inputs: Iterable[PricedInput]) -> list[CasePoints]:
        """Points of many cases, in the order given."""
        return [self.price(inp) for inp in inputs]

    def plan_key(self, inp: PricedInput) -> Hashable:
        """Cases of one key are settled by one plan."""
        factor = self.coefficients.key(inp.hospital_code, inp.level, inp.drg)
        by_level = self.by_level or self.table.by_level(inp.drg)
        level = inp.level if by_level else None
        return (inp.drg, factor, level, inp.status, inp.department)

    @property
    def by_level(self) -> bool:
        """Whether plans depend on the hospital's level in every group."""
        return self.terms.edges.levels is not None

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
        if inp.status not in _SETTLED:
            return None
        if inp.status == BED_DAYS:
            return self._bed_days(inp)
        rate = terms.per_diem.get(inp.department)
        if rate is not None:
            return self._days(inp, rate)
        group = self._group(inp) if inp.status in terms.measured else None
        if group is None:
            ruled = inp.status == AMBIGUOUS and CaseKind.AMBIGUOUS in terms.settle
            kind = CaseKind.AMBIGUOUS if ruled else CaseKind.UNGROUPED
            return Plan(None, False, (self._band(kind, self._basis(inp, kind)),))
        if not group.stable:
            basis = self._of_group(self._basis(inp, CaseKind.UNSTABLE), group)
            return Plan(group, False, (self._band(CaseKind.UNSTABLE, basis),))
        return self._costs(inp, group)

    def _bed_days(self, inp: PricedInput) -> Plan:
        """What the bed-day service said decides, not cost and not days.

        :raises Fault: BED_DAYS_UNPRICED when it said nothing.
        """
        _check_bed_days(inp)
        return Plan(None, False, (self._band(CaseKind.PER_DIEM, self._basis(inp)),))

    def _days(self, inp: PricedInput, rate: DayRate) -> Plan:
        """One band per tier of bed-days."""
        basis = self._basis(inp, CaseKind.PER_DIEM)
        bands = []
        for tier in rate.tiers:
            own = replace(
                basis,
                day_points=tier.points,
                day_from=tier.since,
                day_before=tier.before,
                paid_days=rate.paid_days,
            )
            top = NEVER if tier.up_to is None else tier.up_to
            bands.append(self._band(CaseKind.PER_DIEM, own, top))
        return Plan(None, True, tuple(bands))

    def _costs(self, inp: PricedInput, group: Group) -> Plan:
        """One band per stretch between the thresholds of a stable group."""
        edges = self.terms.edges
        kinds = edges.kinds()
        tier = Fraction(group.high_multiple)
        multiple = edges.high_multiple(tier, inp.level, inp.hospital_code)
        basis = self._of_group(self._basis(inp, *kinds, more=edges.limit_on.inputs), group, multiple)
        between, unit = edges.between(multiple), edges.limit_on.unit(basis)
        tops = [*(edge.top(unit) for edge in between), NEVER]
        bands = [self._band(kind, basis, top) for kind, top in zip(kinds, tops, strict=True)]
        return Plan(group, False, tuple(bands), between, unit)

    def _band(self, kind: CaseKind, basis: Basis, top: int = NEVER) -> Band:
        return compile_band(top, kind, self.terms.settle[kind], basis, self.terms.places)

    def _group(self, inp: PricedInput) -> Group | None:
        """The group of a case; ``None`` where the table lacks it and policy settles it as ungrouped."""
        group, origin = self.table.group(inp.drg, inp.level), self.table.origin
        if group is not None or (origin is not None and self.terms.absent_as_ungrouped):
            return group
        if origin is None:
            raise Fault(GROUP_NOT_MEASURED, field="drg", value=inp.drg, case_id=inp.case_id)
        raise Fault(
            GROUP_WITHOUT_WEIGHT, field="drg", value=inp.drg, case_id=inp.case_id, table=origin.table_id,
            digest=f"{origin.digest[:16]}…", level="未知" if inp.level is None else inp.level,
        )  # fmt: skip

    def _basis(self, inp: PricedInput, *kinds: CaseKind, more: tuple[str, ...] = ()) -> Basis:
        """What the methods of these kinds may use; a coefficient is asked for only where one needs it."""
        asked = {*more, *(name for kind in kinds for name in self.terms.settle[kind].inputs)}
        needed = "coefficient" in asked
        factor = self.coefficients.of(inp.hospital_code, inp.level, inp.drg) if needed else ONE
        return Basis(self.terms.scale, self.table.overall_mean, factor, self.terms.params)

    def _of_group(self, basis: Basis, group: Group, multiple: Fraction | None = None) -> Basis:
        return replace(
            basis,
            base=Fraction(group.base_micro, MICRO),
            mean=group.mean,
            median=group.median,
            multiple=Fraction(group.high_multiple) if multiple is None else multiple,
        )

    def _marked_basis(self, inp: PricedInput, method: Settle) -> Basis:
        """The basis of a case for a method no band of its plan uses."""
        plan = self.plan(inp)
        basis = self._basis(inp, more=method.inputs)
        if plan is None or plan.group is None:
            return basis
        return self._of_group(basis, plan.group, plan.bands[-1].basis.multiple)

    def way(self, plan: Plan, inp: PricedInput) -> tuple[marked.Way, list[marked.Step]]:
        """How ``inp`` comes to its points, exact: the same for a marked and an unmarked case."""
        return marked.settle(self.terms, plan, inp, self._marked_basis)

    def explain(self, inp: PricedInput, sheet: Worksheet) -> CasePoints:
        """As :meth:`price`, writing every step with its rule onto ``sheet``."""
        points, listed = self.price(inp), inp.drg
        inp = regrouped(inp)
        plan = None if points.kind is CaseKind.EXCLUDED else self.plan(inp)
        if plan is None:
            worksheet.write_excluded(sheet, inp, points)
            return points
        worksheet.write_case(sheet, self, plan, inp, points, listed)
        return points


def _check_bed_days(inp: PricedInput) -> None:
    if not any(mark.kind is MarkKind.BED_DAYS for mark in inp.marks):
        raise Fault(BED_DAYS_UNPRICED, field="marks", value=inp.case_id)


def _why_excluded(inp: PricedInput) -> str:
    if inp.status == ELSEWHERE:
        return PAID_ELSEWHERE
    if inp.status not in _SETTLED:
        return INVALID
    if inp.cost_fen is None:
        return COST_MISSING
    return COST_NEGATIVE if inp.cost_fen < 0 else COST_ZERO


def case_points(
    inp: PricedInput, table: GroupTable, policy: Policy, sheet: Worksheet | None = None
) -> CasePoints:
    """Points of one case, with its worksheet when one is handed in; for many cases build a Pricer."""
    pricer = Pricer(table, policy)
    return pricer.price(inp) if sheet is None else pricer.explain(inp, sheet)
