"""A DIP catalogue 病种目录库: immutable, in one canonical form, named by the SM3 of that form.

It carries everything that makes an answer: groups with scores and subtypes, the rule tables, and every
policy rule it was built under with its citation. Counts are counted, never stored.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chspay_core.artefact import Artefact, ArtefactKind
from chspay_core.cited import Cited, cited_of
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.exact_text import exact_fraction, fraction_text, known_fraction
from chspay_core.policy import canonical_json, weakest
from chspay_grouper.engine.dip.auxiliary import Subtype, Test
from chspay_grouper.engine.dip.shape import BASIC, BED_DAY, EARLY, MERGED, SUBDIVIDED, TCM
from chspay_grouper.engine.dip.tables import Tables, tables_from_plain
from chspay_grouper.engine.dip.terms import Terms, terms_of

DIP_CATALOGUE_UNREADABLE = Reason(
    "DIP_CATALOGUE_UNREADABLE",
    Kind.INVALID,
    "不是本系统生成的DIP目录：{problem}。请用 chspay dip build 生成。",
)

FORMAT = "chspay-dip@1"
CORE, COMPREHENSIVE = "core", "comprehensive"
#: Groups by list stand beside core and comprehensive ones.
LEVELS = (CORE, COMPREHENSIVE, TCM, BED_DAY)
KIND_CODES = {"medical": "M", "diagnostic": "D", "therapeutic": "T", "operation": "O"}
KIND_NAMES = {
    "medical": "内科诊疗",
    "diagnostic": "诊断性操作",
    "therapeutic": "治疗性操作",
    "operation": "相关手术",
}
RULE_NAMES = {EARLY: "先期分组", MERGED: "并项规则", SUBDIVIDED: "诊断辅助细分", BASIC: "基本规则"}


@dataclass(frozen=True, slots=True)
class Group:
    """One group 病种. Means are exact fen; scores and factors are millionths.

    ``cases`` counts by year the cases of the build that match the group, ``kept`` those that set its
    price. ``drug_micro`` (dRW) and ``consumable_micro`` (cRW) are ratios to the overall mean, without
    the scale; None when no case told its fees. ``related_tests`` are rows ``(procedure, cases,
    increment %, kept)`` of the first group of a pair.
    """

    code: str
    name: str
    level: str  # core, comprehensive, tcm or bed_day; the mean and score of bed_day are per bed-day
    rule: str  # early, merged, subdivided, basic; else the level
    diagnosis: str  # label; category of a comprehensive group; empty for an early one
    subdivision: str
    main: str
    related: tuple[str, ...]
    kind: str
    order: int  # place among the groups of the same diagnosis and main procedure
    cases: Mapping[int, int]
    kept: int
    mean: Fraction
    cv: str
    score_micro: int
    drug_micro: int | None
    consumable_micro: int | None
    base_level: bool
    subtypes: tuple[Subtype, ...]
    tests: tuple[Test, ...]
    related_tests: tuple[tuple[str, ...], ...]

    @property
    def count(self) -> int:
        """Cases of all years."""
        return sum(self.cases.values())


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue; nothing in it changes after it is built. ``overall`` and ``divisor`` are exact fen."""

    catalogue_id: str
    place: str
    on: str
    policy_digest: str
    years: Mapping[int, int]  # year -> weight
    overall: Fraction
    divisor: Fraction
    drug_overall: Fraction | None
    consumable_overall: Fraction | None
    threshold: int
    placed: Mapping[str, int]  # where the cases of the build went
    groups: tuple[Group, ...]
    tables: Tables
    rules: tuple[Cited, ...]
    terms: Terms
    content: bytes
    digest: str

    @property
    def artefact(self) -> Artefact:
        """What records of its life speak of."""
        return Artefact(ArtefactKind.DIP_CATALOGUE, self.catalogue_id, self.digest)

    def counts(self) -> dict[str, int]:
        """How many groups there are, by kind; counted from the groups. A printed table may not add up."""
        rules = Counter(group.rule for group in self.groups if group.level == CORE)
        counted = {f"core_{rule}": rules[rule] for rule in RULE_NAMES}
        counted["core"] = sum(rules.values())
        for level in LEVELS[1:]:
            counted[level] = sum(group.level == level for group in self.groups)
        counted["groups"] = len(self.groups)
        counted["base_level"] = sum(group.base_level for group in self.groups)
        counted["subtypes"] = sum(len(group.subtypes) for group in self.groups)
        return counted

    def group(self, code: str) -> Group | None:
        """The group of a code, or None."""
        return next((group for group in self.groups if group.code == code), None)

    @property
    def local_slope(self) -> Fraction | None:
        """Points per fen of a case outside every group; None when the place has no such rule."""
        terms = self.terms
        if terms.method["dip.ungrouped_method"] == "none@1":
            return None
        return terms.scale * terms.ratio("dip.ungrouped_discount") / self.divisor

    def weakest_evidence(self) -> str:
        """The weakest evidence among the rules it was built under."""
        return weakest(rule.evidence for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a catalogue holds besides groups, tables and rules; see :class:`Catalogue`."""

    catalogue_id: str
    place: str
    on: str
    policy_digest: str
    years: Mapping[int, int]
    overall: Fraction
    divisor: Fraction
    drug_overall: Fraction | None
    consumable_overall: Fraction | None
    threshold: int
    placed: Mapping[str, int]


def seal(facts: Facts, groups: Sequence[Group], tables: Tables, rules: Sequence[Cited]) -> Catalogue:
    """A catalogue from its parts, through its canonical form, so that what is used is what is stored."""
    data = {
        "format": FORMAT,
        "id": facts.catalogue_id,
        "place": facts.place,
        "on": facts.on,
        "policy_digest": facts.policy_digest,
        "years": {str(year): str(weight) for year, weight in facts.years.items()},
        "overall": fraction_text(facts.overall),
        "divisor": fraction_text(facts.divisor),
        "drug_overall": fraction_text(facts.drug_overall),
        "consumable_overall": fraction_text(facts.consumable_overall),
        "threshold": str(facts.threshold),
        "placed": {name: str(n) for name, n in facts.placed.items()},
        "groups": [_group_plain(group) for group in sorted(groups, key=lambda group: group.code)],
        "tables": tables.plain(),
        "rules": [rule.plain() for rule in rules],
    }
    return load_catalogue(canonical_json(data))


def load_catalogue(content: bytes) -> Catalogue:
    """The catalogue of a canonical form; its digest is the SM3 of exactly these bytes.

    :raises Fault: DIP_CATALOGUE_UNREADABLE, or what is wrong with a rule table or a rule.
    """
    try:
        data = json.loads(content)
        if data["format"] != FORMAT:
            raise Fault(DIP_CATALOGUE_UNREADABLE, problem=f"格式为{data['format']}")
        if canonical_json(data) != content:
            raise Fault(DIP_CATALOGUE_UNREADABLE, problem="不是规范写法")
        rules = tuple(cited_of(rule) for rule in data["rules"])
        terms, groups = terms_of(rules), tuple(_group(row) for row in data["groups"])
        _check(data, groups, terms)
        return Catalogue(
            catalogue_id=data["id"],
            place=data["place"],
            on=data["on"],
            policy_digest=data["policy_digest"],
            years={int(year): int(weight) for year, weight in data["years"].items()},
            overall=exact_fraction(data["overall"]),
            divisor=exact_fraction(data["divisor"]),
            drug_overall=known_fraction(data["drug_overall"]),
            consumable_overall=known_fraction(data["consumable_overall"]),
            threshold=int(data["threshold"]),
            placed={name: int(n) for name, n in data["placed"].items()},
            groups=groups,
            tables=tables_from_plain(data["tables"]),
            rules=rules,
            terms=terms,
            content=content,
            digest=sm3_hex(content),
        )
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, RecursionError) as error:
        raise Fault(DIP_CATALOGUE_UNREADABLE, problem=type(error).__name__) from error


def _check(data: Mapping[str, Any], groups: Sequence[Group], terms: Terms) -> None:
    """What the types of JSON do not say: the grouper relies on it.

    :raises ValueError: which :func:`load_catalogue` turns into a fault.
    """
    texts = [data[name] for name in ("id", "place", "on", "policy_digest")]
    if not all(isinstance(text, str) for text in texts) or exact_fraction(data["divisor"]) <= 0:
        raise ValueError("facts")
    if len({group.code for group in groups}) < len(groups):
        raise ValueError("code twice")
    for group in groups:
        if group.level in (TCM, BED_DAY) and (group.subtypes or group.rule != group.level):
            raise ValueError("group")
        if group.mean <= 0 or any(each.dimension not in terms.conditions for each in group.subtypes):
            raise ValueError("group")


def _micro_text(value: int | None) -> str:
    return "" if value is None else str(value)


def _micro(text: str) -> int | None:
    return int(text) if text else None


def _group_plain(group: Group) -> dict[str, object]:
    return {
        "code": group.code,
        "name": group.name,
        "level": group.level,
        "rule": group.rule,
        "diagnosis": group.diagnosis,
        "subdivision": group.subdivision,
        "main": group.main,
        "related": list(group.related),
        "kind": group.kind,
        "order": str(group.order),
        "cases": {str(year): str(n) for year, n in group.cases.items()},
        "kept": str(group.kept),
        "mean": fraction_text(group.mean),
        "cv": group.cv,
        "score_micro": str(group.score_micro),
        "drug_micro": _micro_text(group.drug_micro),
        "consumable_micro": _micro_text(group.consumable_micro),
        "base_level": "1" if group.base_level else "",
        "subtypes": [
            [each.code, each.name, str(each.cases), str(each.trigger_micro), str(each.factor_micro)]
            for each in group.subtypes
        ],
        "tests": [[test.dimension, test.outcome, test.within] for test in group.tests],
        "related_tests": [list(row) for row in group.related_tests],
    }


def _group(row: Mapping[str, Any]) -> Group:
    texts = [row[name] for name in ("code", "name", "diagnosis", "subdivision", "main", "cv")]
    if not all(isinstance(text, str) for text in (*texts, *row["related"])):
        raise TypeError("group")
    if row["level"] not in LEVELS or row["kind"] not in KIND_CODES:
        raise ValueError("group")
    if row["rule"] not in RULE_NAMES and row["rule"] not in LEVELS[1:]:
        raise ValueError("group")
    return Group(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        rule=row["rule"],
        diagnosis=row["diagnosis"],
        subdivision=row["subdivision"],
        main=row["main"],
        related=tuple(row["related"]),
        kind=row["kind"],
        order=int(row["order"]),
        cases={int(year): int(n) for year, n in row["cases"].items()},
        kept=int(row["kept"]),
        mean=exact_fraction(row["mean"]),
        cv=row["cv"],
        score_micro=int(row["score_micro"]),
        drug_micro=_micro(row["drug_micro"]),
        consumable_micro=_micro(row["consumable_micro"]),
        base_level=row["base_level"] == "1",
        subtypes=tuple(
            Subtype(str(code), str(name), int(n), int(t), int(f)) for code, name, n, t, f in row["subtypes"]
        ),
        tests=tuple(Test(*test) for test in row["tests"]),
        related_tests=tuple(tuple(test) for test in row["related_tests"]),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two catalogues: what kind, which code, before and after as text."""

    kind: str  # rule, table, year, added, removed, score, base_level, subtypes
    code: str
    before: str = ""
    after: str = ""


def diff(old: Catalogue, new: Catalogue) -> list[Change]:
    """What changed from ``old`` to ``new``: rules, tables, years, groups, scores (millionths), subtypes."""
    found: list[Change] = []
    rules = ({rule.key: str(rule.value) for rule in each.rules} for each in (old, new))
    found += _changes("rule", *rules)
    tables = ({name: str(rows) for name, rows in each.tables.plain().items()} for each in (old, new))
    found += [Change("table", change.code) for change in _changes("table", *tables)]
    years = ({str(year): str(weight) for year, weight in each.years.items()} for each in (old, new))
    found += _changes("year", *years)
    before, after = ({group.code: group for group in each.groups} for each in (old, new))
    for code in sorted(before.keys() | after.keys()):
        was, now = before.get(code), after.get(code)
        if was is None or now is None:
            group = was or now
            found.append(Change("added" if was is None else "removed", code, group.name if group else ""))
            continue
        for kind, left, right in (
            ("score", str(was.score_micro), str(now.score_micro)),
            ("base_level", str(was.base_level), str(now.base_level)),
            ("subtypes", _subtypes_text(was), _subtypes_text(now)),
        ):
            if left != right:
                found.append(Change(kind, code, left, right))
    return found


def _changes(kind: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    names = sorted(before.keys() | after.keys())
    pairs = [(name, before.get(name, ""), after.get(name, "")) for name in names]
    return [Change(kind, name, left, right) for name, left, right in pairs if left != right]


def _subtypes_text(group: Group) -> str:
    return "|".join(f"{each.code}={each.factor_micro}" for each in group.subtypes)
