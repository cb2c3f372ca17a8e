"""Checks a whole policy folder: every fault at once, each with file, line and key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Row
from chspay_core.policy_amendment import Amendment
from chspay_core.policy_registry import Coverage, Key, missing_keys
from chspay_core.policy_tree import Shared, Sourced
from chspay_core.policy_yaml import Where

KEY_UNKNOWN = Reason(
    "POLICY_KEY_UNKNOWN",
    Kind.INVALID,
    "{file} 第{line}行：没有登记过参数“{field}”{hint}。请检查拼写，或先在keys.yaml登记。",
)
KEY_MISMATCH = Reason(
    "POLICY_KEY_MISMATCH",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”的{what}是“{value}”，与keys.yaml登记的“{wanted}”不一致。",
)
CHOICE_UNKNOWN = Reason(
    "POLICY_CHOICE_UNKNOWN",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”的值“{value}”不在可选值{wanted}之中。",
)
COLUMNS_WRONG = Reason(
    "POLICY_COLUMNS_WRONG",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”的表每行应恰有{wanted}各列，现为{value}。",
)
METHOD_UNKNOWN = Reason(
    "POLICY_METHOD_UNKNOWN",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”选用的方法“{value}”不存在{hint}。可用：{wanted}。",
)
PLACE_NOT_LISTED = Reason(
    "POLICY_PLACE_NOT_LISTED",
    Kind.INVALID,
    "地区{value}有政策文件夹或覆盖说明，但{file}里没有它，请登记。",
)
COVERAGE_UNTRUE = Reason(
    "POLICY_COVERAGE_UNTRUE",
    Kind.INVALID,
    "{file} 第{line}行：{field}的覆盖说明与实际不符：{value}。",
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole policy folder, read."""

    shared: Shared
    places: Mapping[str, list[Sourced]]
    keys: Mapping[str, Key]
    coverage: Mapping[str, Coverage]
    amendments: tuple[Amendment, ...] = ()

    def bundle(self, place: str) -> Bundle:
        """The sealed bundle of a place, without scheme digests."""
        rules = [sourced.rule for group in self.places.values() for sourced in group]
        return Bundle.seal(place, self.shared.names, rules, self.shared.documents)


def check(tree: Tree, methods: Mapping[str, Collection[str]]) -> list[Fault]:
    """Everything wrong with the folder; empty when it is clean.

    :param methods: the method names the engines know, by policy key.
    """
    faults = list(tree.shared.faults)
    for group in tree.places.values():
        for sourced in group:
            faults += _check_rule(sourced, tree.keys, methods)
    for place in sorted({*tree.places, *tree.coverage} - set(tree.shared.names)):
        faults.append(Fault(PLACE_NOT_LISTED, field="place", value=place, file="regions.csv"))
    if not faults:
        # A claim about completeness means nothing over files that could not be read in full.
        faults += check_coverage(tree)
    return faults


def _check_rule(
    sourced: Sourced, keys: Mapping[str, Key], methods: Mapping[str, Collection[str]]
) -> list[Fault]:
    rule, where, line = sourced.rule, Where(sourced.file), sourced.line
    key = keys.get(rule.key)
    if key is None:
        return [where.fault(KEY_UNKNOWN, line, rule.key, hint=_hint(rule.key, keys))]
    faults: list[Fault] = []
    for what, value, wanted in (("label", rule.label, key.label), ("unit", rule.unit, key.unit)):
        if value != wanted:
            faults.append(where.fault(KEY_MISMATCH, line, rule.key, value, what=what, wanted=wanted))
    if key.choices and rule.value not in key.choices:
        wanted = "、".join(key.choices)
        faults.append(where.fault(CHOICE_UNKNOWN, line, rule.key, rule.value, wanted=wanted))
    if key.columns and isinstance(rule.value, tuple):
        for row in rule.value:
            if isinstance(row, Row) and set(row) != set(key.columns):
                found, wanted = "、".join(row), "、".join(key.columns)
                faults.append(where.fault(COLUMNS_WRONG, line, rule.key, found, wanted=wanted))
    if key.unit == "method" and rule.value not in (known := methods.get(rule.key, ())):
        hint = _hint(str(rule.value), known)
        wanted = "、".join(sorted(known)) or "（无）"
        faults.append(where.fault(METHOD_UNKNOWN, line, rule.key, rule.value, hint=hint, wanted=wanted))
    return faults


def _hint(word: str, known: Collection[str]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f"，是否为“{close[0]}”" if close else ""


def check_coverage(tree: Tree) -> list[Fault]:
    """Whether ``coverage.yaml`` says of every place what is true of it."""
    where = Where("coverage.yaml")
    faults = [
        where.fault(COVERAGE_UNTRUE, 1, place, "有政策文件夹，但没有覆盖说明")
        for place in sorted(set(tree.places) - set(tree.coverage))
    ]
    for place, claim in sorted(tree.coverage.items()):
        untrue = _untrue(tree, place, claim)
        faults += [where.fault(COVERAGE_UNTRUE, claim.line, place, text) for text in untrue]
    return faults


def _untrue(tree: Tree, place: str, claim: Coverage) -> list[str]:
    own = [sourced.rule for sourced in tree.places.get(place, [])]
    if claim.state == "planned":
        return ["写的是planned，但已经有规则"] if own else []
    found: list[str] = []
    if not own:
        found.append(f"写的是{claim.state}，但还没有规则")
    invented = [rule.key for rule in own if rule.evidence == "demo"]
    if claim.state == "demo" and len(invented) < len(own):
        found.append("写的是demo，但有不是演示的规则")
    if claim.state == "complete" and invented:
        found.append(f"写的是complete，但{invented[0]}是演示规则")
    if claim.role == "frame":
        return found
    gaps = missing_on(tree, place, claim.compared)
    told = claim.missing if claim.state == "partial" else ()
    found += [f"写的是{claim.state}，{claim.compared}还缺{key}" for key in gaps if key not in told]
    found += [f"写了缺{key}，其实不缺" for key in told if key not in gaps]
    return found


def missing_on(tree: Tree, place: str, day: date) -> list[str]:
    """The keys that a settlement or budget of ``place`` needs on ``day`` and has not."""
    return missing_keys(tree.bundle(place).on(day), tree.keys.values())
