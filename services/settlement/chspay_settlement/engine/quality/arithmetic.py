"""Adding, scaling and comparing, with every possible overflow refused when the rule set is read."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chspay_settlement.engine.quality.plan import CONSTANT, MOMENT, NUMBER, TEXT, TRUTH, Plan
from chspay_settlement.engine.quality.sheet import BLANK
from chspay_settlement.engine.quality.vectors import Moment, Number, Run, Text, Truth, Vector

if TYPE_CHECKING:
    from chspay_settlement.engine.quality.compiler import Compiler

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip


def scaled(compiler: Compiler, plan: Plan, places: int) -> Plan:
    """A number with more decimal places."""
    if plan.places == places:
        return plan
    factor = 10 ** (places - plan.places)

    def work(run: Run) -> Vector:
        found = plan.run(run)
        assert isinstance(found, Number)  # noqa: S101 - the compiler proved it
        return Number(found.values * factor, found.known)

    bound = compiler.bounded(plan.bound * factor)
    return Plan(NUMBER, plan.scope, f"scaled{places}({plan.key})", work, places, bound, plan.needs)


def added(compiler: Compiler, sign: int, left: Plan, right: Plan) -> Plan:
    """Sum or difference of two numbers."""
    for plan in (left, right):
        compiler.need(plan, NUMBER)
    scope, (one, other) = compiler.together(left, right)
    places = max(one.places, other.places)
    one, other = scaled(compiler, one, places), scaled(compiler, other, places)

    def work(run: Run) -> Vector:
        first, second = one.run(run), other.run(run)
        assert isinstance(first, Number)  # noqa: S101 - the compiler proved it
        assert isinstance(second, Number)  # noqa: S101 - the compiler proved it
        return Number(first.values + sign * second.values, first.known & second.known)

    bound = compiler.bounded(one.bound + other.bound)
    key = f"{'add' if sign > 0 else 'subtract'}({one.key},{other.key})"
    return Plan(NUMBER, scope, key, work, places, bound, one.needs | other.needs)


def times(compiler: Compiler, left: Plan, right: Plan) -> Plan:
    """A number times a number written in the rule."""
    if right.scope != CONSTANT:
        left, right = right, left
    if right.scope != CONSTANT:
        raise compiler.wrong("只能乘以一个写定的数")
    compiler.need(left, NUMBER)
    compiler.need(right, NUMBER)

    def work(run: Run) -> Vector:
        first, second = left.run(run), right.run(run)
        assert isinstance(first, Number)  # noqa: S101 - the compiler proved it
        assert isinstance(second, Number)  # noqa: S101 - the compiler proved it
        return Number(first.values * second.values, first.known & second.known)

    bound = compiler.bounded(left.bound * right.bound)
    places = left.places + right.places
    return Plan(NUMBER, left.scope, f"times({left.key},{right.key})", work, places, bound, left.needs)


def compare(compiler: Compiler, sign: str, left: Plan, right: Plan) -> Plan:
    """A comparison; not known where a side is not."""
    if left.kind != right.kind or left.kind == TRUTH or (left.kind == TEXT and sign not in {"==", "!="}):
        raise compiler.wrong("两边不能这样比较")
    scope, (one, other) = compiler.together(left, right)
    if left.kind == NUMBER:
        places = max(one.places, other.places)
        one, other = scaled(compiler, one, places), scaled(compiler, other, places)
    holds = _SIGNS[sign]

    def work(run: Run) -> Vector:
        first, second = one.run(run), other.run(run)
        if isinstance(first, Text) and isinstance(second, Text):
            known = (first.codes != BLANK) & (second.codes != BLANK)
            found = holds(first.codes, second.codes)
        else:
            assert isinstance(first, (Number, Moment))  # noqa: S101 - the compiler proved it
            assert isinstance(second, (Number, Moment))  # noqa: S101 - the compiler proved it
            known = first.known & second.known
            found = holds(first.values, second.values)
        return Truth(known & found, known & ~found)

    assert left.kind in {NUMBER, TEXT, MOMENT}  # noqa: S101 - truths were refused
    return Plan(TRUTH, scope, f"compare{sign}({one.key},{other.key})", work, needs=one.needs | other.needs)
