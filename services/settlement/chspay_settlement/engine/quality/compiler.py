"""A typed plan of array operations from the tree of an expression.

Everything that could go wrong goes wrong here, once, when the rule set is read: an unknown field, a text
where a number must be, a sum that might not fit into 64 bits. What compiles can be run on any list.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np

from chspay_core.errors import Fault
from chspay_settlement.engine.quality.arithmetic import added, compare, times
from chspay_settlement.engine.quality.catalogue import CONTEXT_ROWS, ROWS, SETLINFO
from chspay_settlement.engine.quality.faults import EXPRESSION_TYPE
from chspay_settlement.engine.quality.folds import folded
from chspay_settlement.engine.quality.functions import among, called, in_table
from chspay_settlement.engine.quality.grammar import Node, parse
from chspay_settlement.engine.quality.plan import (
    CONSTANT,
    KINDS,
    MOMENT,
    NUMBER,
    TEXT,
    TRUTH,
    Named,
    Plan,
    World,
)
from chspay_settlement.engine.quality.vectors import Moment, Number, Run, Text, Truth, Vector, lifted

_FITS = 2**63


class Compiler:
    """Compiles the expressions of one rule."""

    def __init__(self, world: World, rule: str) -> None:
        self.world = world
        self.rule = rule

    def wrong(self, problem: str) -> Fault:
        """A fault of this rule."""
        return Fault(EXPRESSION_TYPE, field=self.rule, problem=problem)

    def condition(self, text: str, scope: str) -> Plan:
        """A truth over lists (empty scope) or over the rows of a node.

        :raises Fault: QUALITY_EXPRESSION_BAD, QUALITY_EXPRESSION_TYPE.
        """
        return self.at(self.need(self.plan(parse(text, self.rule), scope), TRUTH), scope)

    def need(self, plan: Plan, kind: str) -> Plan:
        """The plan, which must be of this kind."""
        if plan.kind != kind:
            raise self.wrong(f"此处应为{KINDS[kind]}，实为{KINDS[plan.kind]}")
        return plan

    def plan(self, node: Node, scope: str) -> Plan:
        """The plan of a tree, read in a scope."""
        method: Callable[[Node, str], Plan] | None = getattr(self, f"_{node.kind}", None)
        if method is None:
            raise self.wrong(f"不能在此使用{node.kind}")
        return method(node, scope)

    def at(self, plan: Plan, scope: str) -> Plan:
        """The plan in a scope: what holds of a list holds for each of its rows."""
        if plan.scope in {scope, CONSTANT}:
            return plan
        if plan.scope:
            raise self.wrong("同一条件中用到了两个列表的行")
        return Plan(
            plan.kind,
            scope,
            f"at:{scope}({plan.key})",
            lambda run: lifted(plan.run(run), run.sheet.rows[scope].parent),
            plan.places,
            plan.bound,
            plan.needs,
        )

    def together(self, *plans: Plan) -> tuple[str, list[Plan]]:
        """Plans brought into one scope."""
        scopes = {plan.scope for plan in plans} - {CONSTANT, ""}
        if len(scopes) > 1:
            raise self.wrong("同一条件中用到了两个列表的行")
        scope = scopes.pop() if scopes else ""
        return scope, [self.at(plan, scope) for plan in plans]

    def _string(self, node: Node, _scope: str) -> Plan:
        return Plan(
            TEXT, CONSTANT, node.text(), lambda run: Text(np.asarray(run.sheet.texts.number(node.word)))
        )

    def _number(self, node: Node, _scope: str) -> Plan:
        return self.constant(node.word)

    def constant(self, text: str) -> Plan:
        """A number written in a rule or a parameter."""
        value = Decimal(text)
        exponent = value.as_tuple().exponent
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        scaled = int(value.scaleb(places))
        made = Number(np.asarray(scaled, np.int64), np.asarray(True))
        return Plan(NUMBER, CONSTANT, f"number:{text}", lambda _run: made, places, abs(scaled))

    def _param(self, node: Node, _scope: str) -> Plan:
        value = self.world.parameters.get(node.word)
        if not isinstance(value, str):
            raise self.wrong(f"没有数字参数${node.word}")
        return self.constant(value)

    def _field(self, node: Node, _scope: str) -> Plan:
        name = node.word
        if name not in self.world.catalogue.fields[SETLINFO]:
            raise self.wrong(f"没有字段{name}")
        return Plan(
            TEXT, "", node.text(), lambda run: Text(run.sheet.single[name]),
            needs=frozenset({f"{SETLINFO}.{name}"}),
        )  # fmt: skip

    def _row(self, node: Node, scope: str) -> Plan:
        known = CONTEXT_ROWS.get(scope) or self.world.catalogue.fields.get(scope, {})
        if not scope or node.word not in known:
            raise self.wrong(f"此处没有行字段.{node.word}")
        name = node.word
        return Plan(
            TEXT, scope, f"row:{scope}.{name}", lambda run: Text(run.sheet.rows[scope].columns[name]),
            needs=frozenset({f"{scope}.{name}"}),
        )  # fmt: skip

    def _fact(self, node: Node, _scope: str) -> Plan:
        name = node.word
        if name not in self.world.catalogue.facts:
            raise self.wrong(f"没有事实fact.{name}")
        return Plan(
            TEXT, "", node.text(), lambda run: Text(run.sheet.facts[name]), needs=frozenset({f"fact.{name}"})
        )

    def _now(self, node: Node, _scope: str) -> Plan:
        def work(run: Run) -> Vector:
            known = np.asarray(run.now is not None)
            return Moment(np.asarray(run.now or 0, np.int64), known, known)

        return Plan(MOMENT, CONSTANT, node.text(), work, needs=frozenset({"now"}))

    def _not(self, node: Node, scope: str) -> Plan:
        inner = self.need(self.plan(node.parts[0], scope), TRUTH)

        def work(run: Run) -> Vector:
            found = inner.run(run)
            assert isinstance(found, Truth)  # noqa: S101 - the compiler proved it
            return found.negated()

        return Plan(TRUTH, inner.scope, f"not({inner.key})", work, needs=inner.needs)

    def _and(self, node: Node, scope: str) -> Plan:
        return self._joined("and", node, scope)

    def _or(self, node: Node, scope: str) -> Plan:
        return self._joined("or", node, scope)

    def _joined(self, word: str, node: Node, scope: str) -> Plan:
        parts = [self.need(self.plan(part, scope), TRUTH) for part in node.parts]
        both_scope, (left, right) = self.together(*parts)

        def work(run: Run) -> Vector:
            one, other = left.run(run), right.run(run)
            assert isinstance(one, Truth)  # noqa: S101 - the compiler proved it
            assert isinstance(other, Truth)  # noqa: S101 - the compiler proved it
            return one.both(other) if word == "and" else one.either(other)

        key = f"{word}({left.key},{right.key})"
        return Plan(TRUTH, both_scope, key, work, needs=left.needs | right.needs)

    def _compare(self, node: Node, scope: str) -> Plan:
        return compare(self, node.word, *(self.plan(part, scope) for part in node.parts))

    def _add(self, node: Node, scope: str) -> Plan:
        return added(self, 1, *(self.plan(part, scope) for part in node.parts))

    def _subtract(self, node: Node, scope: str) -> Plan:
        return added(self, -1, *(self.plan(part, scope) for part in node.parts))

    def _times(self, node: Node, scope: str) -> Plan:
        return times(self, *(self.plan(part, scope) for part in node.parts))

    def _is(self, node: Node, scope: str) -> Plan:
        return among(self, self.plan(node.parts[0], scope), (node.word,), sure_when_blank=True)

    def _in(self, node: Node, scope: str) -> Plan:
        words = tuple(part.word for part in node.parts[1:])
        return among(self, self.plan(node.parts[0], scope), words, sure_when_blank=False)

    def _in_table(self, node: Node, scope: str) -> Plan:
        return in_table(self, self.plan(node.parts[0], scope), node.word)

    def _call(self, node: Node, scope: str) -> Plan:
        return called(self, node, scope)

    def _fold(self, node: Node, _scope: str) -> Plan:
        return folded(self, node)

    def listed(self, name: str) -> Named:
        """A list by its name: one the rule set defines, or a node."""
        if name in self.world.lists:
            return self.world.lists[name]
        if name in ROWS or name in CONTEXT_ROWS:
            return Named(name, None)
        raise self.wrong(f"没有列表{name}")

    def bounded(self, bound: int) -> int:
        """A bound that fits into 64 bits."""
        if bound >= _FITS:
            raise self.wrong("数值可能过大")
        return bound
