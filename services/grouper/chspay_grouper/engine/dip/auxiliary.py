"""Auxiliary catalogue 辅助目录: CCI, severity, age and ICU days split a group where they explain its cost.

DIP 3.0 技术规范（征求意见稿）第五章第二节. The fall of the CV is measured on what remains inside the
parts: √(within ÷ total) ≤ 1 − drop, compared in squares, so no root is ever taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import ratio_half_up
from chspay_grouper.engine.dip.measure import Means, Sample, Spread, rounded_micro
from chspay_grouper.engine.dip.record import Record
from chspay_grouper.engine.dip.tables import Tables
from chspay_grouper.engine.dip.terms import DIMENSIONS, Terms

HOURS_PER_DAY = 24
#: Severity in the order it is decided; malignant principal diagnoses first, then the others.
SEVERITY = {
    "M1": "恶性肿瘤 死亡",
    "M2": "恶性肿瘤 高费用且治疗费占比高",
    "M3": "恶性肿瘤 高费用且药费占比高",
    "M4": "恶性肿瘤 转移或合并其他原发肿瘤",
    "M5": "恶性肿瘤 伴衰竭、休克或脓毒症",
    "M6": "恶性肿瘤 伴重要脏器病变或感染",
    "M7": "恶性肿瘤 其他",
    "N1": "死亡",
    "N2": "重度 伴衰竭、休克或脓毒症",
    "N3": "中度 伴重要脏器病变或感染",
    "N4": "轻度",
}
#: What is left when nothing holds: never splits a group alone, for the costly rest would keep factor 1.
_REST = {"severity:M7", "severity:N4"}
#: Outcome of a dimension's test on a group.
SPLIT, FEW_CASES, CV_LOW, NO_PART, NO_DROP = "split", "few_cases", "cv_low", "no_part", "no_drop"


@dataclass(frozen=True, slots=True)
class Subtype:
    """One part of a group: ``trigger`` picks among several, ``factor`` multiplies the score (millionths)."""

    code: str  # dimension:band
    name: str
    cases: int
    trigger_micro: int
    factor_micro: int

    @property
    def dimension(self) -> str:
        """cci, severity, age or icu."""
        return self.code.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Test:
    """What a dimension's test on a group found; ``within`` is within ÷ total variation to 4 places."""

    dimension: str
    outcome: str
    within: str = ""


class Classifier:
    """Which part of each dimension a case belongs to; the empty text is none."""

    def __init__(self, terms: Terms, tables: Tables) -> None:
        self._terms = terms
        self._weights = {row["condition"]: int(row["weight"]) for row in tables.rows["cci"]}
        self._beaten = {row["condition"]: row["beaten_by"] for row in tables.rows["cci"] if row["beaten_by"]}
        if "severity" in terms.conditions:
            self._days = terms.integer("dip.severity_days") + (
                terms.method["dip.severity_days_boundary"] == "gt"
            )
            self._multiple = terms.ratio("dip.severity_cost_multiple")
            self._share = terms.ratio("dip.severity_fee_share")
        self._started = terms.method.get("dip.icu_days") == "started@1"
        self._ways: dict[str, Callable[[Record, Fraction], str]] = {
            "cci": lambda record, _: self.cci(record),
            "severity": self.severity,
            "age": lambda record, _: self.age(record),
            "icu": lambda record, _: self.icu(record),
        }
        self.names = {f"severity:{code}": name for code, name in SEVERITY.items()}
        for dimension, bands in (("cci", terms.cci), ("age", terms.ages), ("icu", terms.icu)):
            self.names.update({f"{dimension}:{band.code}": band.name for band in bands})

    def part(self, dimension: str, record: Record, standard: Fraction) -> str:
        """The part of one dimension, as ``dimension:band``; ``standard`` is the group's mean cost (fen)."""
        code = self._ways[dimension](record, standard)
        return f"{dimension}:{code}" if code else ""

    def index(self, record: Record) -> int:
        """The Charlson index of the other diagnoses; of two stages of a disease the heavier counts."""
        met: set[str] = set()
        for diagnosis in record.diagnoses[1:]:
            met |= diagnosis.conditions
        return sum(self._weights[name] for name in met if self._beaten.get(name) not in met)

    def cci(self, record: Record) -> str:
        """The grade of the Charlson index."""
        index = self.index(record)
        return next((band.code for band in self._terms.cci if band.holds(index)), "")

    def age(self, record: Record) -> str:
        """The age band; bands in days need the age in days."""
        for band in self._terms.ages:
            value = record.age_days if band.unit == "days" else record.age_years
            if value is not None and band.holds(value):
                return band.code
        return ""

    def icu(self, record: Record) -> str:
        """The band of ICU days, from hours: days begun or full days, as policy says."""
        hours = record.icu_hours
        if not hours:
            return ""
        days = -(-hours // HOURS_PER_DAY) if self._started else hours // HOURS_PER_DAY
        return next((band.code for band in self._terms.icu if band.holds(days)), "")

    def severity(self, record: Record, standard: Fraction) -> str:
        """The first severity that holds, in the published order; see :data:`SEVERITY`."""
        malignant = "malignant" in record.diagnoses[0].severity
        if record.died:
            return "M1" if malignant else "N1"
        if malignant and record.cost is not None and record.cost >= self._multiple * standard:
            for fee, code in ((record.treatment, "M2"), (record.drug, "M3")):
                if fee is not None and fee >= self._share * record.cost:
                    return code
        marks: set[str] = set()
        if record.los_days is not None and record.los_days >= self._days:
            for diagnosis in record.diagnoses[1:]:
                marks |= diagnosis.severity
                if "malignant" in diagnosis.severity and diagnosis.category != record.diagnoses[0].category:
                    marks.add("metastasis")
        if malignant:
            return next(
                (c for m, c in (("metastasis", "M4"), ("failure", "M5"), ("lesion", "M6")) if m in marks),
                "M7",
            )
        return next((c for m, c in (("failure", "N2"), ("lesion", "N3")) if m in marks), "N4")


def best(subtypes: Sequence[Subtype], parts: Sequence[str]) -> Subtype | None:
    """The subtype a case takes: of those it belongs to, the one with the highest trigger."""
    met = [subtype for subtype in subtypes if subtype.code in parts]
    return max(met, key=lambda subtype: (subtype.trigger_micro, subtype.code)) if met else None


def split(
    samples: Sequence[Sample], mean: Fraction, means: Means, terms: Terms, classifier: Classifier
) -> tuple[tuple[Subtype, ...], tuple[Test, ...]]:
    """The subtypes of a group and what each test found; ``samples`` are its kept cases."""
    spread = Spread.of(sample.cost for sample in samples)
    found: list[Subtype] = []
    tests: list[Test] = []
    for dimension in DIMENSIONS:
        condition = terms.conditions.get(dimension)
        if condition is None:
            continue
        cv = spread.cv_squared(terms.sample)
        if spread.n <= condition.n1:
            tests.append(Test(dimension, FEW_CASES))
            continue
        if cv is None or (condition.cv_min is not None and cv <= condition.cv_min**2):
            tests.append(Test(dimension, CV_LOW))
            continue
        parts: dict[str, list[Sample]] = defaultdict(list)
        for sample in samples:
            parts[classifier.part(dimension, sample.record, mean)].append(sample)
        last = max(means.years)
        held = {
            code: each
            for code, each in parts.items()
            if code and len(each) > condition.n2 and any(sample.year == last for sample in each)
        }
        if not held.keys() - _REST:
            tests.append(Test(dimension, NO_PART))
            continue
        rest = [sample for code, each in parts.items() if code not in held for sample in each]
        within = sum((Spread.of(s.cost for s in each).within for each in [*held.values(), rest]), Fraction(0))
        ratio = within / spread.within if spread.within else Fraction(1)
        shown = format(ratio_half_up(ratio.numerator, ratio.denominator, 4), "f")
        fell = ratio <= (1 - condition.cv_drop) ** 2
        tests.append(Test(dimension, SPLIT if fell else NO_DROP, shown))
        if fell:
            found += [
                _subtype(code, each, samples, mean, means, terms, classifier) for code, each in held.items()
            ]
    return tuple(sorted(found, key=lambda subtype: subtype.code)), tuple(tests)


def _subtype(
    code: str,
    part: Sequence[Sample],
    group: Sequence[Sample],
    mean: Fraction,
    means: Means,
    terms: Terms,
    classifier: Classifier,
) -> Subtype:
    last = max(means.years)
    of_part = Spread.of(sample.cost for sample in part if sample.year == last)
    of_group = Spread.of(sample.cost for sample in group if sample.year == last)
    trigger = Fraction(of_part.total, of_part.n) / Fraction(of_group.total, of_group.n)
    return Subtype(
        code=code,
        name=classifier.names[code],
        cases=len(part),
        trigger_micro=rounded_micro(trigger, terms.factor_places),
        factor_micro=rounded_micro(means.cost(part) / mean, terms.factor_places),
    )
