"""A rule set 质控规则集: rules, fields, patterns, parameters, tables and scores, read and sealed together.

A rule set is files of text with one SM3 over all of them; results name it, so that they can be found
again under the rules that made them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from chspay_core.amounts import decimal_text
from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault
from chspay_core.policy_yaml import read_yaml
from chspay_settlement.engine.quality.catalogue import CONTEXT_ROWS, ROWS, Catalogue, read_catalogue
from chspay_settlement.engine.quality.compiler import Compiler
from chspay_settlement.engine.quality.faults import RULE_SET_BAD
from chspay_settlement.engine.quality.folds import conjunction
from chspay_settlement.engine.quality.frontpage import Item, read_items
from chspay_settlement.engine.quality.patterns import compiled
from chspay_settlement.engine.quality.plan import Named, Plan, World
from chspay_settlement.engine.quality.tables import Pairs, Table, table_of

ERROR, WARNING = "error", "warning"
LEVELS = {ERROR: "错误", WARNING: "提示"}
#: official 有文件原文 / unverified 未核对原文 / chosen 本程序选定的默认值 / demo 演示.
EVIDENCE = frozenset({"official", "unverified", "chosen", "demo"})
#: Families of rules by the first letter of their id.
FAMILIES = {
    "A": "填写完整", "B": "编码与值域", "C": "时间与天数", "D": "年龄、性别与新生儿", "E": "诊断",
    "P": "手术操作", "G": "费用", "H": "离院与转归", "I": "受理与关联",
}  # fmt: skip
_RULE_ID = re.compile(r"[A-Z]\d{2}\Z", re.ASCII)
_PAIR = re.compile(r"([0-9A-Z.]{1,8})~([0-9A-Z.]{1,8})(?: \(.{1,20}\))?\Z")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; ``plan`` says where it is violated: per list, or per row of ``node``."""

    id: str
    level: str
    at: tuple[str, ...]
    each: str
    node: str
    expression: str
    says: str
    fix: str
    cite: tuple[str, ...]
    evidence: str
    plan: Plan = field(repr=False)
    #: It rests on fields the short list 4101A does not carry, so it says nothing of such a list.
    full_only: bool = False

    @property
    def family(self) -> str:
        """What kind of rule it is, in Chinese."""
        return FAMILIES[self.id[0]]


@dataclass(frozen=True, slots=True)
class CodeSet:
    """One of the 15 code sets 医保信息业务编码: where it appears in a list, and how it is told right."""

    key: str
    number: int
    label: str
    at: tuple[str, ...]
    pattern: str
    table: str
    outside: str
    note: str
    #: Per place: the node (empty for the list itself), the field, and which rows count.
    places: tuple[tuple[str, str, Plan | None], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a hospital's score."""

    key: str
    label: str
    weight: Decimal
    formula: str
    evidence: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything a check needs; made by :func:`read_rule_set`."""

    id: str
    title: str
    since: str
    note: str
    digest: str
    rules: tuple[Rule, ...]
    catalogue: Catalogue
    world: World = field(repr=False)
    sources: Mapping[str, str] = field(repr=False)
    code_sets: tuple[CodeSet, ...] = field(repr=False)
    scores: tuple[Part, ...] = field(repr=False)
    #: What is compared with the front page.
    front_page: tuple[Item, ...] = field(repr=False)

    @property
    def version(self) -> str:
        """What results are stored with: the id and the first 16 hex digits of the digest."""
        return f"{self.id}:{self.digest[:16]}"

    def rule(self, rule_id: str) -> Rule | None:
        """A rule by its id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


_SETTINGS = (
    "manifest.yaml", "sources.yaml", "patterns.yaml", "parameters.yaml", "tables.yaml", "pairs.yaml",
    "lists.yaml", "code_sets.yaml", "scores.yaml", "fields.csv", "facts.csv", "frontpage.csv",
)  # fmt: skip


def read_rule_set(files: Mapping[str, str]) -> RuleSet:
    """The rule set in files of text, by name relative to its folder (``rules/A_complete.yaml`` …).

    :raises Fault: QUALITY_RULE_SET_BAD, QUALITY_EXPRESSION_BAD, QUALITY_EXPRESSION_TYPE,
        QUALITY_PATTERN_UNSAFE, or what the YAML reader says.
    """
    for name in _SETTINGS:
        if name not in files:
            raise Fault(RULE_SET_BAD, file=name, field="", problem="不存在")
    catalogue = read_catalogue(files["fields.csv"], files["facts.csv"])
    world = World(
        catalogue=catalogue,
        tables=_tables(files),
        pairs=_pairs(files),
        patterns=_patterns(files),
        parameters=_parameters(files),
        lists={},
    )
    world = _with_lists(world, files)
    sources = {key: str(text) for key, text in _mapping(files, "sources.yaml").items()}
    manifest = _mapping(files, "manifest.yaml")
    digest = sm3_hex_of(f"{name}\0{files[name]}\0".encode() for name in sorted(files))
    return RuleSet(
        id=str(manifest["id"]),
        title=str(manifest["title"]),
        since=str(manifest["since"]),
        note=str(manifest.get("note", "")),
        digest=digest,
        rules=_rules(files, world, sources),
        catalogue=catalogue,
        world=world,
        sources=sources,
        code_sets=_code_sets(files, world),
        scores=_scores(files),
        front_page=read_items(files["frontpage.csv"], catalogue),
    )


def _mapping(files: Mapping[str, str], name: str) -> dict[str, object]:
    found = read_yaml(files[name], name).plain()
    if not isinstance(found, dict):
        raise Fault(RULE_SET_BAD, file=name, field="", problem="应是名称与内容的对照")
    return found


def _entries(files: Mapping[str, str], name: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for key, value in _mapping(files, name).items():
        if not isinstance(value, dict):
            raise Fault(RULE_SET_BAD, file=name, field=key, problem="的内容不完整")
        if value.get("evidence", "unverified") not in EVIDENCE:
            raise Fault(RULE_SET_BAD, file=name, field=key, problem="的evidence不在可选值内")
        found[key] = value
    return found


def _text(value: Mapping[str, object], key: str, name: str, entry: str) -> str:
    text = value.get(key)
    if not isinstance(text, str) or not text.strip():
        raise Fault(RULE_SET_BAD, file=name, field=entry, problem=f"缺少{key}")
    return text.strip()


def _texts(value: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = value.get(key, [])
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


def _patterns(files: Mapping[str, str]) -> dict[str, Callable[[str], bool]]:
    found: dict[str, Callable[[str], bool]] = {}
    for name, value in _entries(files, "patterns.yaml").items():
        pattern = compiled(name, _text(value, "pattern", "patterns.yaml", name))
        for text in _texts(value, "good") + _texts(value, "bad"):
            if (pattern.match(text) is not None) != (text in _texts(value, "good")):
                raise Fault(RULE_SET_BAD, file="patterns.yaml", field=name, problem=f"与例子“{text}”不符")
        found[name] = _matcher(pattern)
    return found


def _matcher(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.match(text) is not None


def _parameters(files: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    found: dict[str, str | tuple[str, ...]] = {}
    for name, value in _entries(files, "parameters.yaml").items():
        if "values" in value:
            found[name] = _texts(value, "values")
        else:
            text = _text(value, "value", "parameters.yaml", name)
            decimal_text(text, name)
            found[name] = text
    return found


def _tables(files: Mapping[str, str]) -> dict[str, Table]:
    return {
        name: table_of(
            name,
            {key: str(text) for key, text in value.items()},
            files.get(f"tables/{name}.csv", ""),
        )
        for name, value in _entries(files, "tables.yaml").items()
    }


def _pairs(files: Mapping[str, str]) -> dict[str, Pairs]:
    found = {}
    for name, value in _entries(files, "pairs.yaml").items():
        pairs = []
        for text in _texts(value, "pairs"):
            match = _PAIR.match(text)
            if match is None:
                raise Fault(RULE_SET_BAD, file="pairs.yaml", field=name, problem=f"“{text}”应写成“甲~乙”")
            pairs.append((match[1], match[2]))
        found[name] = Pairs(
            name, _text(value, "label", "pairs.yaml", name), str(value.get("state")), tuple(pairs)
        )
    return found


def _with_lists(world: World, files: Mapping[str, str]) -> World:
    lists: dict[str, Named] = {}
    for name, value in _entries(files, "lists.yaml").items():
        known = World(world.catalogue, world.tables, world.pairs, world.patterns, world.parameters, lists)
        compiler = Compiler(known, name)
        base = compiler.listed(_text(value, "of", "lists.yaml", name))
        where = compiler.condition(_text(value, "where", "lists.yaml", name), base.node)
        lists = {
            **lists,
            name: Named(base.node, where if base.where is None else conjunction(base.where, where)),
        }
    return World(world.catalogue, world.tables, world.pairs, world.patterns, world.parameters, lists)


def _rules(files: Mapping[str, str], world: World, sources: Mapping[str, str]) -> tuple[Rule, ...]:
    found: dict[str, Rule] = {}
    for name in sorted(files):
        if not name.startswith("rules/"):
            continue
        for rule_id, value in _entries(files, name).items():
            if not _RULE_ID.match(rule_id) or rule_id[0] not in FAMILIES or rule_id in found:
                raise Fault(RULE_SET_BAD, file=name, field=rule_id, problem="不是新的规则编号")
            found[rule_id] = _rule(name, rule_id, value, world, sources)
    order = "".join(FAMILIES)
    return tuple(sorted(found.values(), key=lambda rule: (order.index(rule.id[0]), rule.id)))


def _rule(
    name: str, rule_id: str, value: Mapping[str, object], world: World, sources: Mapping[str, str]
) -> Rule:
    compiler = Compiler(world, rule_id)
    level, each = _text(value, "level", name, rule_id), str(value.get("each", ""))
    at, cite = _texts(value, "at"), _texts(value, "cite")
    if level not in LEVELS:
        raise Fault(RULE_SET_BAD, file=name, field=rule_id, problem="的level不在可选值内")
    if not at or any(world.catalogue.label(path) == path for path in at):
        raise Fault(RULE_SET_BAD, file=name, field=rule_id, problem="的at不是清单字段")
    if not cite or any(source not in sources for source in cite):
        raise Fault(RULE_SET_BAD, file=name, field=rule_id, problem="的cite不在sources.yaml中")
    expression = _text(value, "fails", name, rule_id)
    named = compiler.listed(each) if each else None
    plan = compiler.condition(expression, named.node if named else "")
    if named is not None and named.where is not None:
        plan = conjunction(named.where, plan)
    return Rule(
        id=rule_id,
        level=level,
        at=at,
        each=each,
        node=named.node if named else "",
        expression=" ".join(expression.split()),
        says=_text(value, "says", name, rule_id),
        fix=_text(value, "fix", name, rule_id),
        cite=cite,
        evidence=_text(value, "evidence", name, rule_id),
        plan=plan,
        full_only=any(_full_only(need, world) for need in plan.needs),
    )


def _full_only(need: str, world: World) -> bool:
    node, _, name = need.partition(".")
    found = world.catalogue.fields.get(node, {}).get(name)
    return found is not None and not found.short


def _code_sets(files: Mapping[str, str], world: World) -> tuple[CodeSet, ...]:
    found = []
    for key, value in _entries(files, "code_sets.yaml").items():
        places: list[tuple[str, str, Plan | None]] = []
        for path in _texts(value, "at"):
            node, _, name = path.partition(".")
            if node in world.lists or node in ROWS or node in CONTEXT_ROWS:
                named = Compiler(world, key).listed(node)
                places.append((named.node, name, named.where))
            else:
                places.append(("", name, None))
            if name not in world.catalogue.fields[places[-1][0] or "setlinfo"]:
                raise Fault(RULE_SET_BAD, file="code_sets.yaml", field=key, problem=f"的{path}不是清单字段")
        pattern, table = str(value.get("pattern", "")), str(value.get("table", ""))
        if (pattern and pattern not in world.patterns) or (table and table not in world.tables):
            raise Fault(RULE_SET_BAD, file="code_sets.yaml", field=key, problem="的pattern或table不存在")
        found.append(
            CodeSet(
                key=key,
                number=int(_text(value, "number", "code_sets.yaml", key)),
                label=_text(value, "label", "code_sets.yaml", key),
                at=_texts(value, "at"),
                pattern=pattern,
                table=table,
                outside=str(value.get("outside", "")),
                note=str(value.get("note", "")),
                places=tuple(places),
            )
        )
    return tuple(found)


def _scores(files: Mapping[str, str]) -> tuple[Part, ...]:
    return tuple(
        Part(
            key,
            _text(value, "label", "scores.yaml", key),
            decimal_text(_text(value, "weight", "scores.yaml", key), key),
            _text(value, "formula", "scores.yaml", key),
            str(value.get("evidence", "")),
        )
        for key, value in _entries(files, "scores.yaml").items()
    )
