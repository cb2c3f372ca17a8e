"""What policy decides about a DIP catalogue: every figure and method, read once, kept with the catalogue.

The keys are those of ``keys.yaml`` under ``dip.``. A method is ``name@version``; which further keys are
needed depends on the methods chosen. Nothing is defaulted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import decimal_text, yuan_to_fen
from chspay_core.cited import Cited, cited
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy

DIP_METHOD_UNKNOWN = Reason(
    "DIP_METHOD_UNKNOWN",
    Kind.PRECONDITION,
    "“{field}”选用了“{value}”，本版本没有。可用：{known}。请核对政策文件。",
)
DIP_RULE_BAD = Reason(
    "DIP_RULE_BAD", Kind.PRECONDITION, "“{field}”的值“{value}”不能使用：{problem}。请更正政策文件。"
)

YEARLY_MEANS, POOLED = "yearly_means@1", "pooled@1"
MEAN_COST, BASE_DISEASE, FIXED_QUOTA = "mean_cost@1", "base_disease@1", "fixed_quota@1"
COVERAGE = "coverage@1"
MAIN_ONLY = "main_only@1"
MOST_CASES = "most_cases@1"
DIMENSIONS = ("cci", "severity", "age", "icu")

#: Choice keys and the methods this version knows. A known method never changes.
METHODS: Mapping[str, tuple[str, ...]] = {
    "dip.year_reading": (YEARLY_MEANS, POOLED),
    "dip.trim_method": ("none@1", "rank_percentile@1"),
    "dip.core_method": ("threshold@1", COVERAGE),
    "dip.related_base": (MAIN_ONLY, "without@1"),
    "dip.match_tie": (MOST_CASES, "highest_cost@1"),
    "dip.comprehensive_fallback": ("medical@1", "none@1"),
    "dip.sd": ("population", "sample"),
    "dip.base_level_method": ("none@1", "cv@1", "cv_and_share@1"),
    "dip.score_method": (MEAN_COST, BASE_DISEASE, FIXED_QUOTA),
    "dip.icu_days": ("started@1", "full@1"),
    "dip.severity_days_boundary": ("ge", "gt"),
    "dip.ungrouped_method": ("none@1", "discounted_cost@1"),
    "dip.tcm_method": ("none@1", "diagnosis_and_ratio@1"),
    "dip.bed_day_method": ("none@1", "departments@1"),
}
_ALWAYS = (
    "dip.procedure_characters",
    "dip.year_weights",
    "dip.early_threshold",
    "dip.related_increment",
    "dip.comprehensive_threshold",
    "dip.comprehensive_cv_max",
    "dip.score_scale",
    "dip.score_places",
    "dip.factor_places",
    "dip.aux_conditions",
)
_WHEN: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("dip.trim_method", "rank_percentile@1"): ("dip.trim_low", "dip.trim_high"),
    ("dip.core_method", "threshold@1"): ("dip.core_threshold",),
    ("dip.core_method", COVERAGE): ("dip.core_coverage",),
    ("dip.base_level_method", "cv@1"): ("dip.base_level_cv_max", "dip.base_level_cases_min"),
    ("dip.base_level_method", "cv_and_share@1"): (
        "dip.base_level_cv_max",
        "dip.base_level_cases_min",
        "dip.base_level_hospital_level",
        "dip.base_level_share_min",
    ),
    ("dip.score_method", BASE_DISEASE): ("dip.base_disease",),
    ("dip.score_method", FIXED_QUOTA): ("dip.fixed_quota",),
    ("dip.ungrouped_method", "discounted_cost@1"): ("dip.ungrouped_discount",),
    ("dip.tcm_method", "diagnosis_and_ratio@1"): ("tcm.groups", "tcm.treatment_ratio_min"),
    ("dip.bed_day_method", "departments@1"): ("per_diem.departments",),
}
_OF_DIMENSION: Mapping[str, tuple[str, ...]] = {
    "cci": ("dip.cci_grades",),
    "age": ("dip.age_bands",),
    "icu": ("dip.icu_bands", "dip.icu_days"),
    "severity": (
        "dip.severity_days",
        "dip.severity_days_boundary",
        "dip.severity_cost_multiple",
        "dip.severity_fee_share",
    ),
}
_OPTIONAL_METHODS = {"dip.icu_days", "dip.severity_days_boundary"}


@dataclass(frozen=True, slots=True)
class Band:
    """A band of whole numbers ``low``..``high`` (None: open), in years or days where that matters."""

    code: str
    name: str
    low: int
    high: int | None
    unit: str = ""

    def holds(self, value: int) -> bool:
        """Whether ``value`` lies in the band, both ends included."""
        return self.low <= value and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Condition:
    """When a dimension splits a group: group cases > n1, subtype cases > n2, group CV > ``cv_min``
    (None: every group), and the CV within the parts at least ``cv_drop`` lower."""

    n1: int
    n2: int
    cv_min: Fraction | None
    cv_drop: Fraction


class Terms:
    """The figures and methods of one catalogue, from plain values by key."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self.method = {key: self._choice(key) for key in METHODS if key in values}
        self.characters = self.integer("dip.procedure_characters")
        self.weights = {
            int(decimal_text(row["year_back"], "dip.year_weights")): int(
                decimal_text(row["weight"], "dip.year_weights")
            )
            for row in self.table("dip.year_weights")
        }
        self.early_threshold = self.integer("dip.early_threshold")
        self.increment = self.ratio("dip.related_increment")
        self.comprehensive_threshold = self.integer("dip.comprehensive_threshold")
        self.comprehensive_cv_max = self.ratio("dip.comprehensive_cv_max")
        self.scale = self.ratio("dip.score_scale")
        self.score_places = self._places("dip.score_places")
        self.factor_places = self._places("dip.factor_places")
        self.sample = self.method["dip.sd"] == "sample"
        self.conditions = {row["dimension"]: _condition(row) for row in self.table("dip.aux_conditions")}
        self.cci = self._bands("dip.cci_grades", "grade")
        self.ages = self._bands("dip.age_bands", "band")
        self.icu = self._bands("dip.icu_bands", "band")
        #: First TCM diagnosis -> TCM advantage group 中医优势病种, and the least share of TCM treatment.
        self.tcm = self._pairs("tcm.groups", "diagnosis", "group")
        self.tcm_ratio = self.ratio("tcm.treatment_ratio_min") if self.tcm else Fraction(0)
        #: Department -> category of bed-days 床日病种.
        self.bed_days = self._pairs("per_diem.departments", "department", "category")
        self._check()

    def has(self, key: str) -> bool:
        """Whether the key was needed by the methods chosen."""
        return key in self._values

    def text(self, key: str) -> str:
        """A text value."""
        value = self._values[key]
        if not isinstance(value, str):
            raise Fault(DIP_RULE_BAD, field=key, value="", problem="应为文本")
        return value

    def table(self, key: str) -> list[dict[str, str]]:
        """A table: one dict of text per row."""
        rows = self._values[key]
        if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
            raise Fault(DIP_RULE_BAD, field=key, value="", problem="应为一张表")
        return rows

    def ratio(self, key: str) -> Fraction:
        """A number, exact."""
        return Fraction(decimal_text(self.text(key), key))

    def integer(self, key: str) -> int:
        """A whole number, zero or more."""
        number = self.ratio(key)
        if number.denominator != 1 or number < 0:
            raise Fault(DIP_RULE_BAD, field=key, value=self.text(key), problem="应为不小于零的整数")
        return int(number)

    def fen(self, key: str) -> int:
        """Yuan as whole fen."""
        return yuan_to_fen(self.text(key), key)

    def _choice(self, key: str) -> str:
        value = self._values[key]
        if value not in METHODS[key]:
            raise Fault(DIP_METHOD_UNKNOWN, field=key, value=value, known="、".join(METHODS[key]))
        return str(value)

    def _places(self, key: str) -> int:
        places = self.integer(key)
        if places > 6:
            raise Fault(DIP_RULE_BAD, field=key, value=places, problem="最多六位小数")
        return places

    def _bands(self, key: str, code: str) -> tuple[Band, ...]:
        if not self.has(key):
            return ()
        bands = []
        for row in self.table(key):
            high = int(decimal_text(row["to"], key)) if row["to"] else None
            low = int(decimal_text(row["from"], key))
            bands.append(Band(row[code], row["name"], low, high, row.get("unit", "")))
        return tuple(bands)

    def _pairs(self, key: str, name: str, value: str) -> dict[str, str]:
        """A table of two columns as name -> value; empty where no method asks for it."""
        if not self.has(key):
            return {}
        found: dict[str, str] = {}
        for row in self.table(key):
            if not row.get(name) or not row.get(value) or row[name] in found:
                raise Fault(
                    DIP_RULE_BAD, field=key, value=row.get(name, ""), problem=f"{name}应不为空且不重复"
                )
            found[row[name]] = row[value]
        return found

    def _check(self) -> None:
        missing = [key for key in _needed(self.method, self.conditions) if key not in self._values]
        if missing:
            raise Fault(DIP_RULE_BAD, field=missing[0], value="", problem="缺少这条规则")
        if not self.weights or min(self.weights) < 0 or min(self.weights.values()) <= 0:
            raise Fault(DIP_RULE_BAD, field="dip.year_weights", value="", problem="年份与权重应为正")
        if self.has("dip.ungrouped_discount") and not 0 < self.ratio("dip.ungrouped_discount") < 1:
            raise Fault(
                DIP_RULE_BAD,
                field="dip.ungrouped_discount",
                value=self.text("dip.ungrouped_discount"),
                problem="未入组病例须低于入组病例，应在0与1之间",
            )
        if self.has("dip.trim_low"):
            low, high = self.ratio("dip.trim_low"), self.ratio("dip.trim_high")
            if not 0 <= low < high <= 1:
                raise Fault(DIP_RULE_BAD, field="dip.trim_low", value=low, problem="应低于dip.trim_high")
        if self.scale <= 0:
            raise Fault(DIP_RULE_BAD, field="dip.score_scale", value=self.scale, problem="应大于零")


def _is_row(row: object) -> bool:
    return isinstance(row, dict) and all(isinstance(cell, str) for cell in row.values())


def _condition(row: Mapping[str, str]) -> Condition:
    key = "dip.aux_conditions"
    if row["dimension"] not in DIMENSIONS:
        raise Fault(DIP_METHOD_UNKNOWN, field=key, value=row["dimension"], known="、".join(DIMENSIONS))
    return Condition(
        n1=int(decimal_text(row["n1"], key)),
        n2=int(decimal_text(row["n2"], key)),
        cv_min=Fraction(decimal_text(row["cv_min"], key)) if row["cv_min"] else None,
        cv_drop=Fraction(decimal_text(row["cv_drop"], key)),
    )


def _needed(methods: Mapping[str, str], dimensions: Iterable[str]) -> list[str]:
    """The keys that a build by these methods and dimensions reads."""
    keys = [key for key in METHODS if key not in _OPTIONAL_METHODS] + list(_ALWAYS)
    for (key, method), needed in _WHEN.items():
        if methods.get(key) == method:
            keys += needed
    for dimension in dimensions:
        keys += _OF_DIMENSION.get(dimension, ())
    return keys


def read_rules(policy: Policy) -> tuple[Cited, ...]:
    """Every ``dip.`` rule a build of this policy needs, sorted by key.

    :raises Fault: POLICY_MISSING naming the first key nobody has ruled.
    """
    chosen = {key: policy.text(key) for key in METHODS if key not in _OPTIONAL_METHODS}
    keys = _needed(chosen, [row["dimension"] for row in policy.table("dip.aux_conditions")])
    found = []
    for key in sorted(set(keys)):
        found.append(cited(policy.rule(key)))
    return tuple(found)


def terms_of(rules: tuple[Cited, ...]) -> Terms:
    """The terms of a catalogue's rules.

    :raises Fault: DIP_METHOD_UNKNOWN, DIP_RULE_BAD, NOT_A_NUMBER.
    """
    return Terms({rule.key: rule.value for rule in rules})
