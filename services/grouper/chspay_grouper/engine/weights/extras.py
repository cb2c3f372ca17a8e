"""Named methods beside the weight itself: adjustment, levels, groups without coefficient, TCM groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, fraction, number
from chspay_core.statistics import StableTest, stable_above

ADJUSTMENTS = "weights.adjustments"
LEVEL_N_MIN, LEVEL_SPREAD_MIN = "weights.level_n_min", "weights.level_spread_min"
LISTED = "weights.no_coefficient_groups"
SHARE_MIN, CV_MAX = "weights.no_coefficient_share_min", "weights.no_coefficient_cv_max"
LEVEL_MAX = "weights.no_coefficient_level_max"
TCM_GROUPS, TCM_RATIO_MIN = "tcm.groups", "tcm.treatment_ratio_min"


@dataclass(frozen=True, slots=True)
class AdjustMethod:
    """The factors a_g by which groups are raised or lowered; None leaves every weight as measured."""

    name: str
    factors: Callable[[Policy], dict[str, Fraction] | None]


def no_adjustment(_policy: Policy) -> None:
    """Weights stay as measured."""


def keep_total(policy: Policy) -> dict[str, Fraction]:
    """RW′ = k·a·RW with k = Σ RW·n ÷ Σ a·RW·n: the total weight does not move (医保发〔2025〕18号 第十五条).
    A group that is not listed has a = 1 and gives or takes its part of k."""
    found: dict[str, Fraction] = {}
    for row in policy.table(ADJUSTMENTS):
        group = cell(policy, ADJUSTMENTS, row, "group")
        factor = number(policy, ADJUSTMENTS, cell(policy, ADJUSTMENTS, row, "factor"))
        if not group or group in found or factor == 0:
            raise broken(policy, ADJUSTMENTS, group, "病组应不为空、不重复，系数应大于零")
        found[group] = factor
    return found


ADJUST = Registry[AdjustMethod]("weights.adjust_method")
ADJUST.add(AdjustMethod("none@1", no_adjustment))
ADJUST.add(AdjustMethod("keep_total@1", keep_total))


@dataclass(frozen=True, slots=True)
class LevelRule:
    """When a group gets a weight per hospital level: every level above ``n_min`` kept cases, and the
    dearest level's mean at least ``spread_min`` times the cheapest's."""

    n_min: int
    spread_min: Fraction


@dataclass(frozen=True, slots=True)
class LevelMethod:
    """Whether weights depend on the hospital's level."""

    name: str
    rule: Callable[[Policy], LevelRule | None]


def one_weight(_policy: Policy) -> None:
    """One weight for every level, 同病同价."""


def level_mean(policy: Policy) -> LevelRule:
    """RW of a level = RW × level mean ÷ mean over the levels, only for groups that differ much, have enough
    cases at each level and no inversion 倒挂 (DIP 3.0 技术规范 征求意见稿, 第五章)."""
    return LevelRule(policy.integer(LEVEL_N_MIN), fraction(policy, LEVEL_SPREAD_MIN))


LEVELS = Registry[LevelMethod]("weights.level_method")
LEVELS.add(LevelMethod("none@1", one_weight))
LEVELS.add(LevelMethod("level_mean@1", level_mean))


@dataclass(frozen=True, slots=True)
class Primary:
    """Which groups take no institution coefficient: a list, or limits that a group is measured against."""

    listed: frozenset[str]
    share_min: Fraction = Fraction(0)
    level_max: int = 0
    steady: StableTest | None = None


@dataclass(frozen=True, slots=True)
class PrimaryMethod:
    """How groups without coefficient 基层病种 are found."""

    name: str
    build: Callable[[Policy], Primary]


def no_primary(_policy: Policy) -> Primary:
    """No group is set apart."""
    return Primary(frozenset())


def listed(policy: Policy) -> Primary:
    """The groups a document lists (Zhejiang lists about a hundred; unverified)."""
    return Primary(frozenset(policy.texts(LISTED)))


def measured(policy: Policy) -> Primary:
    """Groups with enough of their cases at primary institutions and a small CV, e.g. ≤ 0.7 (DIP 3.0 技术规范
    征求意见稿, 第三章第四节)."""
    share = fraction(policy, SHARE_MIN)
    if share > 1:
        raise broken(policy, SHARE_MIN, policy.text(SHARE_MIN), "应不超过1")
    steady = stable_above(0, fraction(policy, CV_MAX), sample=False)
    return Primary(frozenset(), share, policy.integer(LEVEL_MAX), steady)


PRIMARY = Registry[PrimaryMethod]("weights.no_coefficient")
PRIMARY.add(PrimaryMethod("none@1", no_primary))
PRIMARY.add(PrimaryMethod("listed@1", listed))
PRIMARY.add(PrimaryMethod("measured@1", measured))


@dataclass(frozen=True, slots=True)
class Tcm:
    """TCM groups by first TCM diagnosis, for cases whose TCM cost is at least ``ratio_min`` of the total."""

    groups: dict[str, str]
    ratio_min: Fraction

    def group(self, diagnoses: list[str] | None, tcm_cost: int, total: int) -> str:
        """The TCM group of a case, or the empty text: no such diagnosis, or the gate is not passed."""
        first = (diagnoses or [""])[0]
        found = self.groups.get(first, "") if first else ""
        passed = tcm_cost * self.ratio_min.denominator >= self.ratio_min.numerator * total
        return found if tcm_cost >= 0 and passed else ""


@dataclass(frozen=True, slots=True)
class TcmMethod:
    """How cases come into TCM groups 中医病组."""

    name: str
    build: Callable[[Policy], Tcm | None]


def no_tcm(_policy: Policy) -> None:
    """No TCM groups."""


def diagnosis_and_ratio(policy: Policy) -> Tcm:
    """First TCM diagnosis 主病 names the group, 中治率 (TCM treatment cost ÷ total cost) is the gate."""
    groups: dict[str, str] = {}
    for row in policy.table(TCM_GROUPS):
        diagnosis, group = (cell(policy, TCM_GROUPS, row, name) for name in ("diagnosis", "group"))
        if not diagnosis or not group or diagnosis in groups:
            raise broken(policy, TCM_GROUPS, diagnosis, "中医诊断应不为空且不重复，并有病组编码")
        groups[diagnosis] = group
    return Tcm(groups, fraction(policy, TCM_RATIO_MIN))


TCM = Registry[TcmMethod]("tcm.method")
TCM.add(TcmMethod("none@1", no_tcm))
TCM.add(TcmMethod("diagnosis_and_ratio@1", diagnosis_and_ratio))
