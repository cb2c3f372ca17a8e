"""Functions of the expression language over single texts, moments and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from chspay_settlement.engine.quality import values
from chspay_settlement.engine.quality.grammar import Node
from chspay_settlement.engine.quality.moments import CALLS, MOST_MINUTES, codes_of, moment_of, only
from chspay_settlement.engine.quality.plan import NUMBER, TEXT, TRUTH, Plan
from chspay_settlement.engine.quality.sheet import BLANK
from chspay_settlement.engine.quality.tables import ABSENT
from chspay_settlement.engine.quality.vectors import (
    KNOWN,
    NO,
    NOT_KNOWN,
    YES,
    Moment,
    Number,
    OfText,
    Run,
    Text,
    Truth,
    Vector,
    blank,
    sure,
)

if TYPE_CHECKING:
    from chspay_settlement.engine.quality.compiler import Compiler


def _yes_no(function: Callable[[str], bool]) -> OfText:
    """A yes-or-no function of text; of a blank nothing is known."""
    return lambda text: (NOT_KNOWN if not text else YES if function(text) else NO, 0)


def _truth(plan: Plan, name: str, function: OfText, more: frozenset[str] = frozenset()) -> Plan:
    return Plan(
        TRUTH, plan.scope, f"{name}<{plan.key}>",
        lambda run: run.truth(name, function, np.atleast_1d(codes_of(plan, run))), needs=plan.needs | more,
    )  # fmt: skip


def among(compiler: Compiler, plan: Plan, words: tuple[str, ...], *, sure_when_blank: bool) -> Plan:
    """Whether a text is one of some words; a blank is none of them, or not known."""
    compiler.need(plan, TEXT)

    def work(run: Run) -> Vector:
        codes = codes_of(plan, run)
        wanted = [run.sheet.texts.number(word) for word in words]
        found = codes == wanted[0]
        for code in wanted[1:]:
            found = found | (codes == code)
        if sure_when_blank:
            return sure(found)
        return Truth(found, ~found & (codes != BLANK))

    kind = "is" if sure_when_blank else "in"
    return Plan(TRUTH, plan.scope, f"{kind}[{'|'.join(words)}]({plan.key})", work, needs=plan.needs)


def in_table(compiler: Compiler, plan: Plan, name: str) -> Plan:
    """Whether a code is in force in a table on the day of discharge."""
    compiler.need(plan, TEXT)
    if name not in compiler.world.tables:
        raise compiler.wrong(f"没有编码表{name}")
    scope = plan.scope
    day = compiler.at(moment_of(compiler.plan(Node("field", "dscg_time"), "")), scope)

    def work(run: Run) -> Vector:
        table = run.tables[name]
        codes = codes_of(plan, run)
        if not table.dated:
            return run.truth(f"table:{name}", _yes_no_unknown(table.has), codes)
        moment = day.run(run)
        assert isinstance(moment, Moment)  # noqa: S101 - the compiler proved it
        days = np.where(moment.known, moment.values // values.SECONDS_A_DAY, -1)
        states = np.zeros(len(codes), np.int8)
        texts = run.sheet.texts.values_of
        for code, on in np.unique(np.stack([codes, days], 1), axis=0).tolist():
            if code != BLANK:
                # Before 1970 nobody was discharged; -1 stands for no day.
                found = table.has(texts[code], on if on >= 0 else None)
                states[(codes == code) & (days == on)] = NOT_KNOWN if found is None else YES if found else NO
        return Truth(states == YES, states == NO)

    return Plan(TRUTH, scope, f"in_table[{name}]({plan.key})", work, needs=plan.needs | {f"table.{name}"})


def _yes_no_unknown(function: Callable[[str, None], bool | None]) -> OfText:
    def answer(text: str) -> tuple[int, int]:
        found = function(text, None) if text else None
        return (NOT_KNOWN if found is None else YES if found else NO), 0

    return answer


def called(compiler: Compiler, node: Node, scope: str) -> Plan:
    """The plan of a call."""
    make = _CALLS.get(node.word)
    if make is None:
        raise compiler.wrong(f"没有函数{node.word}")
    return make(compiler, node, scope)


def _words(compiler: Compiler, node: Node, at: int) -> tuple[str, ...]:
    """The words of a call from position ``at``: strings, and parameters that are lists of them."""
    found: list[str] = []
    for part in node.parts[at:]:
        value = compiler.world.parameters.get(part.word) if part.kind == "param" else (part.word,)
        if part.kind not in {"string", "param"} or not isinstance(value, tuple):
            raise compiler.wrong(f"{node.word}(…)此处应为写定的文本")
        found.extend(value)
    if not found:
        raise compiler.wrong(f"{node.word}(…)缺少内容")
    return tuple(found)


def _blank(compiler: Compiler, node: Node, scope: str) -> Plan:
    plan = only(compiler, node, scope)
    return Plan(
        TRUTH, plan.scope, f"blank({plan.key})", lambda run: blank(codes_of(plan, run)), needs=plan.needs
    )


def _matches(compiler: Compiler, node: Node, scope: str) -> Plan:
    plan = compiler.need(compiler.plan(node.parts[0], scope), TEXT)
    (name,) = _words(compiler, node, 1)
    if name not in compiler.world.patterns:
        raise compiler.wrong(f"没有格式{name}")
    return _truth(plan, f"matches[{name}]", _yes_no(compiler.world.patterns[name]))


def _icd(compiler: Compiler, node: Node, scope: str) -> Plan:
    plan = compiler.need(compiler.plan(node.parts[0], scope), TEXT)
    words = _words(compiler, node, 1)
    spans = values.spans_of(words)
    return _truth(plan, f"icd[{'|'.join(words)}]", _yes_no(lambda text: values.in_icd(text, spans)))


def _starts(compiler: Compiler, node: Node, scope: str) -> Plan:
    plan = compiler.need(compiler.plan(node.parts[0], scope), TEXT)
    words = _words(compiler, node, 1)
    return _truth(plan, f"starts[{'|'.join(words)}]", _yes_no(lambda text: text.startswith(words)))


def _contains(compiler: Compiler, node: Node, scope: str) -> Plan:
    plan = compiler.need(compiler.plan(node.parts[0], scope), TEXT)
    words = _words(compiler, node, 1)
    return _truth(
        plan, f"contains[{'|'.join(words)}]", _yes_no(lambda text: any(word in text for word in words))
    )


def _is_number(compiler: Compiler, node: Node, scope: str) -> Plan:
    """Whether a text is a number, which is found out once for all who ask."""
    number = _num(compiler, node._replace(word="num"), scope)

    def work(run: Run) -> Vector:
        found = number.run(run)
        assert isinstance(found, Number)  # noqa: S101 - the compiler proved it
        return sure(found.known)

    return Plan(TRUTH, number.scope, f"is_number({number.key})", work, needs=number.needs)


def _is_time(compiler: Compiler, node: Node, scope: str) -> Plan:
    """Whether a text is a date or a moment."""
    moment = moment_of(only(compiler, node, scope))

    def work(run: Run) -> Vector:
        found = moment.run(run)
        assert isinstance(found, Moment)  # noqa: S101 - the compiler proved it
        return sure(found.known)

    return Plan(TRUTH, moment.scope, f"is_time({moment.key})", work, needs=moment.needs)


def _is_citizen(compiler: Compiler, node: Node, scope: str) -> Plan:
    """Whether a text is a citizen number; a blank is none."""
    plan = only(compiler, node, scope)
    return _truth(plan, node.word, lambda text: (YES if values.citizen_ok(text) else NO, 0))


def _text_of(plan: Plan, name: str, function: Callable[[str], str], more: frozenset[str]) -> Plan:
    def work(run: Run) -> Vector:
        codes = np.atleast_1d(codes_of(plan, run))
        texts = run.sheet.texts

        def number(text: str) -> tuple[int, int]:
            return KNOWN, texts.number(function(text))

        return Text(run.asked(name, number, codes)[1])

    return Plan(TEXT, plan.scope, f"{name}<{plan.key}>", work, needs=plan.needs | more)


def _left(compiler: Compiler, node: Node, scope: str) -> Plan:
    plan = compiler.need(compiler.plan(node.parts[0], scope), TEXT)
    if len(node.parts) != 2 or node.parts[1].kind != "number":
        raise compiler.wrong("left(文本, 长度)")
    length = int(node.parts[1].word)
    return _text_of(plan, f"left[{length}]", lambda text: text[:length], frozenset())


def _name_in(compiler: Compiler, node: Node, scope: str) -> Plan:
    plan = compiler.need(compiler.plan(node.parts[0], scope), TEXT)
    (name,) = _words(compiler, node, 1)
    if name not in compiler.world.tables:
        raise compiler.wrong(f"没有编码表{name}")
    table = compiler.world.tables[name]
    return _text_of(plan, f"name_in[{name}]", table.name_of, frozenset({f"table.{name}"}))


def _citizen_sex(compiler: Compiler, node: Node, scope: str) -> Plan:
    return _text_of(only(compiler, node, scope), node.word, values.citizen_sex, frozenset())


def _either(compiler: Compiler, node: Node, scope: str) -> Plan:
    """The first of several texts that says something."""
    where, plans = compiler.together(
        *(compiler.need(compiler.plan(part, scope), TEXT) for part in node.parts)
    )

    def work(run: Run) -> Vector:
        found = codes_of(plans[0], run)
        for plan in plans[1:]:
            found = np.where(found != BLANK, found, codes_of(plan, run))
        return Text(found)

    needs = frozenset[str]().union(*(plan.needs for plan in plans))
    return Plan(TEXT, where, f"either({','.join(plan.key for plan in plans)})", work, needs=needs)


def _num(compiler: Compiler, node: Node, scope: str) -> Plan:
    def read(text: str) -> tuple[int, int]:
        found = values.number_of(text)
        return (NOT_KNOWN, 0) if found is None else (KNOWN, found)

    return _number_of(only(compiler, node, scope), node.word, read, values.PLACES, values.MOST * values.SCALE)


def _dur(compiler: Compiler, node: Node, scope: str) -> Plan:
    def read(text: str) -> tuple[int, int]:
        found = values.minutes_of(text)
        return (NOT_KNOWN, 0) if found is None else (KNOWN, found)

    return _number_of(only(compiler, node, scope), node.word, read, 0, MOST_MINUTES)


def _number_of(plan: Plan, name: str, read: OfText, places: int, bound: int) -> Plan:
    def work(run: Run) -> Vector:
        states, found = run.asked(name, read, np.atleast_1d(codes_of(plan, run)))
        return Number(found, states == KNOWN)

    return Plan(NUMBER, plan.scope, f"{name}<{plan.key}>", work, places, bound, plan.needs)


def _or_zero(compiler: Compiler, node: Node, scope: str) -> Plan:
    """A number, 0 where the text is blank; a text that is no number stays not known."""
    text = only(compiler, node, scope)
    number = _num(compiler, node._replace(word="num"), scope)

    def work(run: Run) -> Vector:
        found = number.run(run)
        assert isinstance(found, Number)  # noqa: S101 - the compiler proved it
        return Number(np.where(found.known, found.values, 0), found.known | (codes_of(text, run) == BLANK))

    return Plan(NUMBER, text.scope, f"or_zero({text.key})", work, number.places, number.bound, text.needs)


def _or_else(compiler: Compiler, node: Node, scope: str) -> Plan:
    """The first number where it is known, else the second."""
    if len(node.parts) != 2:
        raise compiler.wrong("or_else(数字, 数字)")
    parts = [compiler.need(compiler.plan(part, scope), NUMBER) for part in node.parts]
    if parts[0].places != parts[1].places:
        raise compiler.wrong("or_else的两个数字小数位数不同")
    where, (one, other) = compiler.together(*parts)

    def work(run: Run) -> Vector:
        first, second = one.run(run), other.run(run)
        assert isinstance(first, Number)  # noqa: S101 - the compiler proved it
        assert isinstance(second, Number)  # noqa: S101 - the compiler proved it
        return Number(np.where(first.known, first.values, second.values), first.known | second.known)

    bound = max(one.bound, other.bound)
    return Plan(
        NUMBER, where, f"or_else({one.key},{other.key})", work, one.places, bound, one.needs | other.needs
    )


def _abs(compiler: Compiler, node: Node, scope: str) -> Plan:
    plan = only(compiler, node, scope, NUMBER)

    def work(run: Run) -> Vector:
        found = plan.run(run)
        assert isinstance(found, Number)  # noqa: S101 - the compiler proved it
        return Number(np.abs(found.values), found.known)

    return Plan(NUMBER, plan.scope, f"abs({plan.key})", work, plan.places, plan.bound, plan.needs)


def _related(compiler: Compiler, node: Node, scope: str) -> Plan:
    """Whether two codes are a pair of a relation, each by how it begins."""
    if len(node.parts) != 3:
        raise compiler.wrong("related(文本, 文本, 对照表)")
    (name,) = _words(compiler, node, 2)
    if name not in compiler.world.pairs:
        raise compiler.wrong(f"没有对照表{name}")
    parts = (compiler.need(compiler.plan(part, scope), TEXT) for part in node.parts[:2])
    where, (one, other) = compiler.together(*parts)

    def work(run: Run) -> Vector:
        relation = run.pairs[name]
        left, right = codes_of(one, run), codes_of(other, run)
        known = (left != BLANK) & (right != BLANK) & (relation.state != ABSENT)
        yes = np.zeros(len(left), np.bool_)
        for start, end in relation.pairs:
            first = run.truth(f"starts[{start}]", _yes_no(lambda text, s=start: text.startswith(s)), left)  # type: ignore[misc]
            second = run.truth(f"starts[{end}]", _yes_no(lambda text, s=end: text.startswith(s)), right)  # type: ignore[misc]
            yes |= first.yes & second.yes
        return Truth(known & yes, known & ~yes)

    needs = one.needs | other.needs | {f"pairs.{name}"}
    return Plan(TRUTH, where, f"related[{name}]({one.key},{other.key})", work, needs=needs)


_CALLS: dict[str, Callable[[Compiler, Node, str], Plan]] = {
    **CALLS,
    "blank": _blank,
    "matches": _matches,
    "icd": _icd,
    "starts": _starts,
    "contains": _contains,
    "is_number": _is_number,
    "is_time": _is_time,
    "is_citizen": _is_citizen,
    "left": _left,
    "name_in": _name_in,
    "citizen_sex": _citizen_sex,
    "either": _either,
    "num": _num,
    "or_zero": _or_zero,
    "or_else": _or_else,
    "abs": _abs,
    "dur": _dur,
    "related": _related,
}
