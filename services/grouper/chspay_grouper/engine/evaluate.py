"""The slow, explaining reading of a rule tree: over codes and set names, with what hit and what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chspay_grouper.engine.conditions import OPERATORS
from chspay_grouper.engine.scheme import Scheme
from chspay_grouper.engine.tree import (
    VIRTUAL_SETS,
    Always,
    And,
    Compare,
    Count,
    Field,
    Hit,
    Literal,
    Node,
    Not,
    Scalar,
    show,
)


@dataclass(frozen=True, slots=True)
class Record:
    """What the rules see of one case: canonical codes per field, CC/MCC after exclusion, numbers."""

    codes: Mapping[Field, tuple[str, ...]]
    #: Per field of diagnoses, the codes that count as MCC and as CC.
    complications: Mapping[Field, Mapping[str, frozenset[str]]]
    numbers: Mapping[Scalar, int | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule holds, the codes that made it hold, and the parts that failed or decided."""

    holds: bool
    hits: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


class Evaluator:
    """Evaluates trees of one scheme against one record."""

    def __init__(self, scheme: Scheme, record: Record) -> None:
        self._scheme = scheme
        self._record = record

    def verdict(self, node: Node) -> Verdict:
        """Whether the tree holds for the record, and why."""
        if isinstance(node, Always):
            return Verdict(True, (), ("规则为空，总是成立",))
        if isinstance(node, Literal):
            return Verdict(node.number != 0, (), (f"规则为常数{show(node)}",))
        if isinstance(node, Hit):
            return self._hit(node)
        if isinstance(node, Count):
            return self._count(node)
        if isinstance(node, Compare):
            return self._compare(node)
        if isinstance(node, Not):
            inner = self.verdict(node.item)
            return Verdict(not inner.holds, (), (show(node),))
        verdicts = [self.verdict(item) for item in node.items]
        return _all(verdicts) if isinstance(node, And) else _any(verdicts)

    def is_member(self, code: str, set_name: str, field: Field) -> bool:
        """Whether a code of the field belongs to a set, virtual sets included."""
        if set_name in VIRTUAL_SETS:
            return code in self._record.complications[field][set_name]
        return holds_member(self._scheme.sets[set_name], code, self._scheme.options.member_prefix)

    def _hit(self, node: Hit) -> Verdict:
        found = [
            (code, name)
            for field in node.fields
            for code in self._record.codes[field]
            for name in node.sets
            if self.is_member(code, name, field)
        ]
        codes = tuple(dict.fromkeys(code for code, _ in found))
        if node.negated:
            return Verdict(not found, codes if found else (), (show(node),))
        told = tuple(dict.fromkeys(f"{code}∈{name}" for code, name in found))
        return Verdict(bool(found), codes, told or (show(node),))

    def _count(self, node: Count) -> Verdict:
        codes = tuple(
            dict.fromkeys(
                code
                for field in node.fields
                for code in self._record.codes[field]
                if self.is_member(code, node.set_name, field)
            )
        )
        holds = OPERATORS[node.op](len(codes), node.number)
        return Verdict(holds, codes, (f"{show(node)}（实为{len(codes)}）",))

    def _compare(self, node: Compare) -> Verdict:
        value = self._record.numbers[node.scalar]
        if value is None:
            return Verdict(False, (), (f"{show(node)}（{node.scalar.value}未知）",))
        holds = OPERATORS[node.op](value, node.number)
        return Verdict(holds, (), (f"{show(node)}（{node.scalar.value}={value}）",))


def holds_member(members: frozenset[str], code: str, prefixes: bool) -> bool:
    """Whether a set holds a code, exactly or, where allowed, by a prefix ending in ``*``."""
    if code in members and not (prefixes and code.endswith("*")):
        return True
    return prefixes and any(f"{code[:length]}*" in members for length in range(len(code) + 1))


def _all(verdicts: list[Verdict]) -> Verdict:
    failed = [verdict for verdict in verdicts if not verdict.holds]
    if failed:
        return Verdict(False, (), tuple(told for verdict in failed for told in verdict.because))
    return Verdict(True, _merged(verdicts), tuple(told for verdict in verdicts for told in verdict.because))


def _any(verdicts: list[Verdict]) -> Verdict:
    held = [verdict for verdict in verdicts if verdict.holds]
    told = tuple(told for verdict in held or verdicts for told in verdict.because)
    return Verdict(bool(held), _merged(held), told)


def _merged(verdicts: list[Verdict]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for verdict in verdicts for code in verdict.hits))
