"""Functions of the expression language over moments: dates, times of day, and what lies between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from chspay_settlement.engine.quality import values
from chspay_settlement.engine.quality.grammar import Node
from chspay_settlement.engine.quality.plan import MOMENT, NUMBER, TEXT, TRUTH, Plan
from chspay_settlement.engine.quality.sheet import Codes
from chspay_settlement.engine.quality.vectors import (
    KNOWN,
    NOT_KNOWN,
    TIMED,
    Moment,
    Number,
    Run,
    Text,
    Vector,
    sure,
)

if TYPE_CHECKING:
    from chspay_settlement.engine.quality.compiler import Compiler

MOST_DAYS = 200_000
MOST_MINUTES = MOST_DAYS * 1_440


def codes_of(plan: Plan, run: Run) -> Codes:
    """The numbered texts of a text plan."""
    found = plan.run(run)
    assert isinstance(found, Text)  # noqa: S101 - the compiler proved it
    return found.codes


def only(compiler: Compiler, node: Node, scope: str, kind: str = TEXT) -> Plan:
    """The one part of a call that has just one."""
    if len(node.parts) != 1:
        raise compiler.wrong(f"{node.word}(…)应有一项内容")
    return compiler.need(compiler.plan(node.parts[0], scope), kind)


def moment_of(plan: Plan, read: Callable[[str], int | None] | None = None) -> Plan:
    """The moment a text tells, or what ``read`` makes of it: a day, in seconds since 1970-01-01."""
    name = "time" if read is None else "citizen_birth"

    def asked(text: str) -> tuple[int, int]:
        if read is not None:
            day = read(text)
            return (NOT_KNOWN, 0) if day is None else (KNOWN, day)
        found = values.moment_of(text)
        return (NOT_KNOWN, 0) if found is None else (TIMED if found[1] else KNOWN, found[0])

    def work(run: Run) -> Vector:
        states, found = run.asked(name, asked, np.atleast_1d(codes_of(plan, run)))
        return Moment(found, states != NOT_KNOWN, states == TIMED)

    return Plan(MOMENT, plan.scope, f"{name}<{plan.key}>", work, needs=plan.needs)


def _time(compiler: Compiler, node: Node, scope: str) -> Plan:
    return moment_of(only(compiler, node, scope))


def _day(compiler: Compiler, node: Node, scope: str) -> Plan:
    """The day of a moment, at its beginning."""
    plan = moment_of(only(compiler, node, scope))

    def work(run: Run) -> Vector:
        found = plan.run(run)
        assert isinstance(found, Moment)  # noqa: S101 - the compiler proved it
        return found._replace(values=found.values // values.SECONDS_A_DAY * values.SECONDS_A_DAY)

    return Plan(MOMENT, plan.scope, f"day({plan.key})", work, needs=plan.needs)


def _birth(compiler: Compiler, node: Node, scope: str) -> Plan:
    return moment_of(only(compiler, node, scope), values.citizen_birth)


def _between(count: Callable[[Any, Any], Codes], bound: int) -> Callable[[Compiler, Node, str], Plan]:
    """A whole number from two moments."""

    def make(compiler: Compiler, node: Node, scope: str) -> Plan:
        if len(node.parts) != 2:
            raise compiler.wrong(f"{node.word}(起, 止)")
        parts = (compiler.need(compiler.plan(part, scope), MOMENT) for part in node.parts)
        where, (one, other) = compiler.together(*parts)

        def work(run: Run) -> Vector:
            first, last = one.run(run), other.run(run)
            assert isinstance(first, Moment)  # noqa: S101 - the compiler proved it
            assert isinstance(last, Moment)  # noqa: S101 - the compiler proved it
            return Number(count(first.values, last.values), first.known & last.known)

        key = f"{node.word}({one.key},{other.key})"
        return Plan(NUMBER, where, key, work, 0, bound, one.needs | other.needs)

    return make


def _days(first: Codes, last: Codes) -> Codes:
    return np.asarray(last // values.SECONDS_A_DAY - first // values.SECONDS_A_DAY, np.int64)


def _years(first: Codes, last: Codes) -> Codes:
    """Full years of age."""
    born, then = (np.asarray(one // values.SECONDS_A_DAY).astype("M8[D]") for one in (first, last))
    months = then.astype("M8[M]").astype(np.int64) - born.astype("M8[M]").astype(np.int64)
    day_of_birth = (born - born.astype("M8[M]")).astype(np.int64)
    day_then = (then - then.astype("M8[M]")).astype(np.int64)
    return np.asarray((months - (day_then < day_of_birth)) // 12, np.int64)


def _has_minutes(compiler: Compiler, node: Node, scope: str) -> Plan:
    plan = moment_of(only(compiler, node, scope))

    def work(run: Run) -> Vector:
        found = plan.run(run)
        assert isinstance(found, Moment)  # noqa: S101 - the compiler proved it
        return sure(found.timed)

    return Plan(TRUTH, plan.scope, f"has_minutes({plan.key})", work, needs=plan.needs)


CALLS: dict[str, Callable[[Compiler, Node, str], Plan]] = {
    "has_minutes": _has_minutes,
    "citizen_birth": _birth,
    "time": _time,
    "day": _day,
    "days": _between(_days, MOST_DAYS),
    "minutes": _between(lambda first, last: (last - first) // 60, MOST_MINUTES),
    "years": _between(_years, 500),
}
