"""A catalogue from cases: shape, form, match, measure, split, seal. The order of cases never matters.

built = build(batches, policy, tables, catalogue_id="city-2027")   # Arrow batches of the case table
built.catalogue.digest                                             # the same for the same facts
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pyarrow as pa

from chspay_core.cited import Cited
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.statistics import cv_display
from chspay_grouper.engine.dip.auxiliary import Classifier, split
from chspay_grouper.engine.dip.catalogue import (
    COMPREHENSIVE,
    CORE,
    KIND_CODES,
    KIND_NAMES,
    LEVELS,
    Catalogue,
    Facts,
    Group,
    seal,
)
from chspay_grouper.engine.dip.codes import Lexicon
from chspay_grouper.engine.dip.form import Formation, Pair, RelatedTest, form
from chspay_grouper.engine.dip.measure import (
    Means,
    Sample,
    Spread,
    rounded_micro,
    score_divisor,
    score_micro,
    trimmed,
)
from chspay_grouper.engine.dip.record import records_of
from chspay_grouper.engine.dip.shape import (
    BASIC,
    BED_DAY,
    EARLY,
    MEDICAL,
    MERGED,
    NAMED,
    SUBDIVIDED,
    TCM,
    Shape,
    Shaper,
)
from chspay_grouper.engine.dip.tables import Tables, codes_of
from chspay_grouper.engine.dip.terms import Terms, read_rules, terms_of

DIP_NO_CASES = Reason(
    "DIP_NO_CASES",
    Kind.PRECONDITION,
    "没有可用于建立目录的病例：{value}需要{years}年出院、有费用的病例，文件中有{found}。"
    "请核对 --on 的日期（目录自该年起使用，病例取以前的年份）。",
)
DIP_ONLY_BED_DAYS = Reason(
    "DIP_ONLY_BED_DAYS",
    Kind.PRECONDITION,
    "病例全部按床日，没有可作为全部病例均费的病例，无法计算分值；请加入其他病例。",
)
DIP_LEVEL_MISSING = Reason(
    "DIP_LEVEL_MISSING",
    Kind.PRECONDITION,
    "医疗机构“{value}”没有等级，而基层病种按基层医疗机构的病例占比认定。请提供医疗机构等级表。",
)
#: Why a case of the file was not used.
OUTSIDE_YEARS, NO_COST = "DIP_OUTSIDE_YEARS", "DIP_NO_COST"
#: Where the used cases went, besides core and comprehensive.
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Built:
    """A catalogue just built, and the cases of the file that were not used, by reason."""

    catalogue: Catalogue
    unused: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Key:
    """The parts of a group's code."""

    level: str
    rule: str
    diagnosis: str
    subdivision: str = ""
    main: str = ""
    related: frozenset[str] = frozenset()
    kind: str = MEDICAL

    @property
    def code(self) -> str:
        if self.rule in NAMED:
            return self.diagnosis
        if self.level == COMPREHENSIVE:
            return f"{self.diagnosis}#{KIND_CODES[self.kind]}"
        head = f"{self.diagnosis}/{self.subdivision}" if self.subdivision else self.diagnosis
        return f"{head}:{'+'.join([self.main, *sorted(self.related)])}" if self.main else head


def build(
    batches: Iterable[pa.RecordBatch],
    policy: Policy,
    tables: Tables,
    *,
    catalogue_id: str,
    levels: Mapping[str, int] | None = None,
    names: Mapping[str, str] | None = None,
) -> Built:
    """The catalogue in use from ``policy.on`` for the place of the policy, from cases of earlier years.

    :param levels: hospital code -> level, needed where base-level diseases are judged by share.
    :param names: code -> name, for the names of groups.
    :raises Fault: POLICY_MISSING, DIP_METHOD_UNKNOWN, DIP_RULE_BAD, DIP_NO_CASES, DIP_LEVEL_MISSING,
        DIP_BASE_DISEASE_MISSING, and what reading a batch raises.
    """
    rules = read_rules(policy)
    terms = terms_of(rules)
    means = Means(terms, policy.on.year)
    shapes, unused = _usable(batches, tables, terms, means)
    if not shapes:
        years = "、".join(map(str, sorted(means.years)))
        outside, costless = unused[OUTSIDE_YEARS], unused[NO_COST]
        others = unused.total() - outside - costless
        found = f"其他年份出院的{outside}例、没有费用的{costless}例、不能入组的{others}例"
        raise Fault(DIP_NO_CASES, value=policy.place, years=years, found=found)
    formation = form(((shape, sample.cost) for shape, sample in shapes), terms)
    work = _Build(policy, tables, rules, terms, means, formation, levels or {}, names or {})
    return Built(work.catalogue(catalogue_id, shapes), unused)


def _usable(
    batches: Iterable[pa.RecordBatch], tables: Tables, terms: Terms, means: Means
) -> tuple[list[tuple[Shape, Sample]], Counter[str]]:
    lexicon, shaper = Lexicon(tables, terms.characters), Shaper(tables, terms)
    unused: Counter[str] = Counter()
    found: list[tuple[Shape, Sample]] = []
    once: dict[Shape, Shape] = {}
    for batch in batches:
        for record in records_of(batch, lexicon):
            shape = shaper.shape(record)
            if isinstance(shape, str):
                unused[shape] += 1
            elif record.year not in means.years:
                unused[OUTSIDE_YEARS] += 1
            elif not record.cost:
                unused[NO_COST] += 1
            else:
                found.append((once.setdefault(shape, shape), Sample(record.year, record.cost, record)))
    return found, unused


class _Build:
    """The steps after formation."""

    def __init__(
        self,
        policy: Policy,
        tables: Tables,
        rules: tuple[Cited, ...],
        terms: Terms,
        means: Means,
        formation: Formation,
        levels: Mapping[str, int],
        names: Mapping[str, str],
    ) -> None:
        self._policy, self._tables, self._rules = policy, tables, rules
        self._terms, self._means, self._formation, self._levels = terms, means, formation, levels
        self._classifier = Classifier(terms, tables)
        rows = tables.rows
        self._names = names
        self._ids: dict[str, str] = {}
        for name in ("early", "merge", "subdivision"):
            self._ids.update({row["id"]: row["name"] for row in rows[name]})
        self._merges = {row["id"] for row in rows["merge"]}
        self._merged_labels = {
            code[:3]
            for row in rows["merge"]
            if row["kind"] == "diagnosis3"
            for code in codes_of(row["codes"])
        }

    def catalogue(self, catalogue_id: str, shapes: list[tuple[Shape, Sample]]) -> Catalogue:
        """Match, measure and seal."""
        held: dict[_Key, list[Sample]] = defaultdict(list)
        placed: Counter[str] = Counter()
        kept: list[Sample] = []
        for shape, sample in shapes:
            key = self._key(shape)
            placed[key.level if key else LOCAL] += 1
            if key is None:
                kept.append(sample)
            else:
                held[key].append(sample)
        prices = {
            key: samples if key.level == BED_DAY else trimmed(samples, self._terms)
            for key, samples in held.items()
        }
        for key, samples in prices.items():
            # Bed-days have no price of their own: they are measured against the mean of all other cases.
            if key.level != BED_DAY:
                kept += samples
        if not kept:
            raise Fault(DIP_ONLY_BED_DAYS)
        overall = self._means.cost(kept)
        of_group = {
            key: self._means.per_day(samples) if key.level == BED_DAY else self._means.cost(samples)
            for key, samples in prices.items()
        }
        divisor = score_divisor(self._terms, overall, {key.code: mean for key, mean in of_group.items()})
        drug, consumable = self._means.drug(kept), self._means.consumable(kept)
        orders = {
            (pair, related): place
            for pair, sets in self._formation.core.items()
            for place, related in enumerate(sets)
        }
        groups = []
        for key, samples in held.items():
            order = orders.get(((key.diagnosis, key.subdivision, key.main), key.related), 0)
            measured = (prices[key], of_group[key], divisor, drug, consumable)
            groups.append(self._group(key, order, samples, measured))
        facts = Facts(
            catalogue_id=catalogue_id,
            place=self._policy.place,
            on=self._policy.on.isoformat(),
            policy_digest=self._policy.digest,
            years=self._means.years,
            overall=overall,
            divisor=divisor,
            drug_overall=drug,
            consumable_overall=consumable,
            threshold=self._formation.threshold,
            placed={name: placed[name] for name in (*LEVELS, LOCAL)},
        )
        return seal(facts, groups, self._tables, self._rules)

    def _key(self, shape: Shape) -> _Key | None:
        if shape.rule == EARLY:
            return _Key(CORE, EARLY, shape.diagnosis) if shape.diagnosis in self._formation.early else None
        if shape.rule in (TCM, BED_DAY):
            return _Key(shape.rule, shape.rule, shape.diagnosis)
        related = self._formation.core_of(shape)
        if related is not None:
            rule = SUBDIVIDED if shape.subdivision else BASIC
            if shape.diagnosis in self._merged_labels or {shape.main, *related} & self._merges:
                rule = MERGED
            return _Key(CORE, rule, shape.diagnosis, shape.subdivision, shape.main, related, shape.kind)
        kinds = [shape.kind]
        if self._terms.method["dip.comprehensive_fallback"] == "medical@1":
            kinds.append(MEDICAL)
        for kind in kinds:
            if (shape.category, kind) in self._formation.comprehensive:
                return _Key(COMPREHENSIVE, COMPREHENSIVE, shape.category, kind=kind)
        return None

    def _group(
        self,
        key: _Key,
        order: int,
        samples: list[Sample],
        measured: tuple[list[Sample], Fraction, Fraction, Fraction | None, Fraction | None],
    ) -> Group:
        kept, mean, divisor, drug_overall, consumable_overall = measured
        terms = self._terms
        spread = Spread.of(sample.cost for sample in kept)
        whole = key.level in (TCM, BED_DAY)
        subtypes, tests = ((), ()) if whole else split(kept, mean, self._means, terms, self._classifier)
        pair: Pair = (key.diagnosis, key.subdivision, key.main)
        first = order == 0 and key.level == CORE
        return Group(
            code=key.code,
            name=self._name(key),
            level=key.level,
            rule=key.rule,
            diagnosis="" if key.rule in NAMED else key.diagnosis,
            subdivision=key.subdivision,
            main=key.main,
            related=tuple(sorted(key.related)),
            kind=key.kind,
            order=order,
            cases=dict(sorted(Counter(sample.year for sample in samples).items())),
            kept=len(kept),
            mean=mean,
            cv=""
            if key.level == BED_DAY
            else cv_display(spread.n, spread.total, spread.squares, terms.sample),
            score_micro=score_micro(mean, divisor, terms),
            drug_micro=None if key.level == BED_DAY else self._share(self._means.drug(kept), drug_overall),
            consumable_micro=None
            if key.level == BED_DAY
            else self._share(self._means.consumable(kept), consumable_overall),
            base_level=key.level == CORE and self._base_level(samples, spread),
            subtypes=subtypes,
            tests=tests,
            related_tests=tuple(map(_told, self._formation.tests.get(pair, ()))) if first else (),
        )

    def _share(self, mean: Fraction | None, overall: Fraction | None) -> int | None:
        if mean is None or not overall:
            return None
        return rounded_micro(mean / overall, self._terms.score_places)

    def _base_level(self, samples: list[Sample], spread: Spread) -> bool:
        """Base-level disease 基层病种: common, even in cost, and (by method) mostly treated at base level."""
        terms, method = self._terms, self._terms.method["dip.base_level_method"]
        if method == "none@1":
            return False
        share = True
        if method == "cv_and_share@1":
            level = terms.integer("dip.base_level_hospital_level")
            at_base = sum(self._level(sample.record.hospital) <= level for sample in samples)
            share = at_base >= terms.ratio("dip.base_level_share_min") * len(samples)
        squared = spread.cv_squared(terms.sample)
        even = squared is not None and squared <= terms.ratio("dip.base_level_cv_max") ** 2
        return share and even and len(samples) >= terms.integer("dip.base_level_cases_min")

    def _level(self, hospital: str) -> int:
        if hospital not in self._levels:
            raise Fault(DIP_LEVEL_MISSING, field="hospital_code", value=hospital)
        return self._levels[hospital]

    def _name(self, key: _Key) -> str:
        if key.rule == EARLY:
            return self._ids[key.diagnosis]
        if key.rule in (TCM, BED_DAY):
            return self._names.get(key.diagnosis, key.diagnosis)
        parts = [self._named(key.diagnosis)]
        if key.subdivision:
            parts.append(self._ids[key.subdivision])
        if key.level == COMPREHENSIVE:
            return f"{parts[0]} {KIND_NAMES[key.kind]}"
        procedures = [self._named(code) for code in ([key.main] if key.main else []) + sorted(key.related)]
        return " ".join([*parts, "+".join(procedures) or "保守治疗"])

    def _named(self, code: str) -> str:
        """The name of a code cut for grouping: its own, a merger's, or that of its first full code."""
        names = self._names
        return self._ids.get(code) or names.get(code) or names.get(f"{code}00") or code


def _told(test: RelatedTest) -> tuple[str, ...]:
    return (test.procedure, str(test.cases), test.increment_text, "1" if test.kept else "")
