"""How a marked case is settled: first the way its points are found, then steps on them, in one order.

Before both, a case that a decision put into another group counts with that one (see ``regroup``). The way,
the first that applies: the points of its bed-days, a special review 特例单议 (by item, adjusted points,
linear add, less cost, or rejected), points set for a new technology, by item for a case of extreme cost, an
incomplete stay of a stable group, or the case's own band as if it were not marked. Then, of points its
group gave it: day surgery, traditional medicine. Then whatever gave them: add-on for a new technology,
readmission, violation. Everything is exact; the case's points are rounded once, at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from chspay_core.amounts import MICRO_PLACES, divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.case import methods, readmission
from chspay_settlement.engine.case.factors import ONE, Factor
from chspay_settlement.engine.case.marks import MARK_NAMES, Mark, MarkKind, Mode, figure, merged
from chspay_settlement.engine.case.methods import Basis, Settle
from chspay_settlement.engine.case.plan import Plan, stay_days
from chspay_settlement.engine.case.terms import FACTORS, SETTLE_KEYS, Terms
from chspay_settlement.engine.model import CaseKind, CasePoints, PricedInput

MARK_UNFIT = Reason(
    "MARK_UNFIT",
    Kind.PRECONDITION,
    "病例{value}的“{mark}”认定（{cite}）不能采用：{why}。请更正或撤销该认定。",
)
#: A review never makes a low case earn more than a low case.
_LOW = (CaseKind.LOW, CaseKind.LOW_STEP)


@dataclass(frozen=True, slots=True)
class Way:
    """How a case comes to its points before any step: a method over a quantity, or points decided.

    ``cost`` is what counts of the cost, fen; ``rule`` the policy key that chose the method, empty where
    ``mark`` decided. ``by_group`` tells whether the points are those of its group.
    """

    kind: CaseKind
    exact: Fraction
    method: Settle | None
    basis: Basis
    cost: int
    rule: str
    mark: Mark | None
    by_group: bool
    #: Whether the kind follows from ``cost`` and not from all of the case's cost.
    by_own_cost: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One move of the points; ``formula`` is over ``points_before``, ``mark_value``, the factor's lines."""

    mark: Mark
    formula: str
    exact: Fraction
    factor: Factor | None = None
    #: The policy key that set the factor; empty where the mark itself did.
    rule: str = ""


#: Gives the basis of a case with its coefficient, for methods the plan has no band for.
BasisOf = Callable[[PricedInput, Settle], Basis]


def price(terms: Terms, plan: Plan, inp: PricedInput, basis_of: BasisOf) -> CasePoints:
    """Points of a marked case, rounded once; only a violation may take them below zero."""
    found, steps = settle(terms, plan, inp, basis_of)
    exact = steps[-1].exact if steps else found.exact
    units = divide_half_up(exact.numerator * 10**terms.places, exact.denominator)
    return CasePoints(found.kind, units * 10 ** (MICRO_PLACES - terms.places))


def settle(terms: Terms, plan: Plan, inp: PricedInput, basis_of: BasisOf) -> tuple[Way, list[Step]]:
    """The way and the steps of a marked case, exact.

    :raises Fault: MARK_UNFIT, MARK_VALUE, MARKS_CONFLICT, POLICY_MISSING, POINTS_NEGATIVE.
    """
    marks = {mark.kind: mark for mark in merged(inp.case_id, inp.marks)}
    found = _way(terms, plan, inp, marks, basis_of)
    steps: list[Step] = []
    points = found.exact

    def step(mark: Mark, formula: str, exact: Fraction, factor: Factor | None = None, rule: str = "") -> None:
        nonlocal points
        points = exact
        steps.append(Step(mark, formula, exact, factor, rule))

    for kind, registry in FACTORS.items():
        mark = marks.get(kind)
        if mark is None or not found.by_group:
            continue
        factor = terms.factors.get(kind) or registry.chosen(terms.policy)
        value = factor.value(terms.params, figure(inp.case_id, mark))
        formula = "points_before" if value == ONE else f"points_before × {factor.formula}"
        step(mark, formula, points * value, factor, registry.key)
    mark = marks.get(MarkKind.NEW_TECHNOLOGY)
    if mark is not None and mark.mode == Mode.ADD_ON:
        step(mark, "points_before + mark_value", points + figure(inp.case_id, mark))
    mark = marks.get(MarkKind.READMISSION)
    if mark is not None:
        rule = readmission.METHOD if terms.policy.has(readmission.METHOD) else ""
        step(mark, "points_before × mark_value", points * figure(inp.case_id, mark), rule=rule)
    mark = marks.get(MarkKind.VIOLATION)
    if mark is not None:
        step(mark, "0 − points_before × mark_value", -points * figure(inp.case_id, mark))
    return found, steps


def _way(terms: Terms, plan: Plan, inp: PricedInput, marks: dict[MarkKind, Mark], basis_of: BasisOf) -> Way:
    review = marks.get(MarkKind.REVIEW)
    technology, item = marks.get(MarkKind.NEW_TECHNOLOGY), marks.get(MarkKind.BY_ITEM)
    incomplete = marks.get(MarkKind.INCOMPLETE)
    for mark in marks.values():
        figure(inp.case_id, mark)
    bed_days = marks.get(MarkKind.BED_DAYS)
    if bed_days is not None:
        return _bed_days(plan, inp, bed_days, review)
    if review is not None:
        return _reviewed(terms, plan, inp, review, basis_of)
    if technology is not None and technology.mode == Mode.POINTS:
        return _decided(plan, inp, technology)
    if item is not None:
        return _by_item(terms, plan, inp, item, basis_of)
    if incomplete is not None and plan.group is not None and plan.group.stable:
        key = SETTLE_KEYS[CaseKind.INCOMPLETE]
        method = _ruled(terms, key, terms.settle.get(CaseKind.INCOMPLETE))
        return _by(CaseKind.INCOMPLETE, method, basis_of(inp, method), _cost(inp), key, incomplete)
    return _own(plan, inp, _cost(inp), None)


def _bed_days(plan: Plan, inp: PricedInput, mark: Mark, review: Mark | None) -> Way:
    """The points of the bed-days, or those a review set in their place; no other review speaks of days."""
    if review is None or review.mode == Mode.REJECTED:
        return _decided(plan, inp, mark)
    if review.mode != Mode.POINTS:
        raise _unfit(inp, review, "该病例按床日付费，特例单议只能核定点数")
    return _decided(plan, inp, review)


def _reviewed(terms: Terms, plan: Plan, inp: PricedInput, mark: Mark, basis_of: BasisOf) -> Way:
    """What a special review came to: by item or by an adjusted standard when accepted, by the group's
    standard when not (医保发〔2025〕18号 第十九条至第二十四条; 经办规程 2025)."""
    if mark.mode == Mode.BY_ITEM:
        return _by_item(terms, plan, inp, mark, basis_of)
    if mark.mode == Mode.POINTS:
        return _decided(plan, inp, mark)
    if mark.mode == Mode.COST_LESS:
        if plan.by_days:
            raise _unfit(inp, mark, "床日病例不按费用计算点数")
        return _own(plan, inp, _accepted(inp, mark), mark)
    kind = _kind(plan, inp)
    normal = next((band for band in plan.bands if band.kind is CaseKind.NORMAL), None)
    if mark.mode == Mode.LINEAR_ADD and normal is None:
        raise _unfit(inp, mark, "只有稳定病组的病例可以按超出倍率追加点数")
    if normal is None or kind in _LOW or (mark.mode == Mode.REJECTED and kind is CaseKind.NORMAL):
        return _own(plan, inp, _cost(inp), mark)
    if mark.mode == Mode.LINEAR_ADD:
        plain = "coefficient" not in normal.method.inputs
        method = methods.REVIEWED_PLAIN if plain else methods.REVIEWED
        return _by(kind, method, basis_of(inp, method), _accepted(inp, mark), "", mark)
    return _by(kind, normal.method, normal.basis, _cost(inp), SETTLE_KEYS[CaseKind.NORMAL], mark)


def _by_item(terms: Terms, plan: Plan, inp: PricedInput, mark: Mark, basis_of: BasisOf) -> Way:
    key = methods.SETTLE_BY_ITEM.key
    method = _ruled(terms, key, terms.by_item)
    found = _by(_kind(plan, inp), method, basis_of(inp, method), _accepted(inp, mark), key, mark)
    return replace(found, by_group=False)


def _by(kind: CaseKind, method: Settle, basis: Basis, cost: int, rule: str, mark: Mark | None) -> Way:
    return Way(kind, method.line(basis).exact(cost), method, basis, cost, rule, mark, by_group=True)


def _decided(plan: Plan, inp: PricedInput, mark: Mark) -> Way:
    basis = plan.bands[0].basis
    return Way(_kind(plan, inp), figure(inp.case_id, mark), None, basis, _cost(inp), "", mark, by_group=False)


def _own(plan: Plan, inp: PricedInput, cost: int, mark: Mark | None) -> Way:
    """By the case's own band, as if it were not marked, at ``cost``."""
    quantity = stay_days(inp) if plan.by_days else cost
    band = plan.band(quantity)
    band.points(inp, quantity)  # refuses points below zero
    return Way(
        kind=band.kind,
        exact=band.line.exact(quantity),
        method=band.method,
        basis=band.basis,
        cost=cost,
        rule=SETTLE_KEYS[band.kind],
        mark=mark,
        by_group=plan.group is not None,
        by_own_cost=True,
    )


def _ruled(terms: Terms, key: str, method: Settle | None) -> Settle:
    """A method only marked cases need.

    :raises Fault: POLICY_MISSING when nobody has ruled it.
    """
    if method is None:
        terms.policy.rule(key)
        raise AssertionError(f"{key} is ruled and was not read")
    return method


def _kind(plan: Plan, inp: PricedInput) -> CaseKind:
    return plan.band(stay_days(inp) if plan.by_days else _cost(inp)).kind


def _cost(inp: PricedInput) -> int:
    return inp.cost_fen or 0


def _accepted(inp: PricedInput, mark: Mark) -> int:
    """The cost less what was found unreasonable, fen."""
    left = _cost(inp) - int(figure(inp.case_id, mark))
    if left < 0:
        raise _unfit(inp, mark, "核减的费用超过病例总费用")
    return left


def _unfit(inp: PricedInput, mark: Mark, why: str) -> Fault:
    return Fault(
        MARK_UNFIT, field="marks", value=inp.case_id, mark=MARK_NAMES[mark.kind], cite=mark.cite, why=why
    )
