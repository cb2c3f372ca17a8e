"""What a policy says of bed-days, read once: categories, rates, and the named rules of counting days; pure.

按床日付费 covers psychiatric, rehabilitation and hospice care and other long stays (杭州2019征求意见稿
二(二)4); categories, band models and every figure are policy. Points share the point value of the pool
(金华市按病组点数法; DIP 3.0 技术规范 征求意见稿, 第四章).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from chspay_core.amounts import divide_half_up, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.measuring import MAX_PLACES, PLACES, SCALE
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, fraction, number, positive
from chspay_perdiem.engine.models import BENCHMARK, EXCESS, MEAN_CASE, MODELS, Model, Shape, Tier, shape_of

CATEGORIES, DEPARTMENTS, RATES = "per_diem.categories", "per_diem.departments", "per_diem.rates"
COEFFICIENTS = "per_diem.coefficients"
HELD_DAYS, HELD_SHARE = "per_diem.leave_held_days", "per_diem.leave_held_share"
ACUTE_DAYS, CONTINUES_DAYS = "per_diem.acute_min_days", "per_diem.continuation_days"
UNASSESSED = "per_diem.factor_unassessed"

RATE_MISSING = Reason(
    "PER_DIEM_RATE_MISSING",
    Kind.PRECONDITION,
    "床日类别{category}没有适用于医疗机构{value}（{level}）的每床日标准，请补充政策{field}。",
)
COEFFICIENT_MISSING = Reason(
    "PER_DIEM_COEFFICIENT_MISSING",
    Kind.PRECONDITION,
    "床日类别{category}没有适用于医疗机构{value}（{level}）的系数，请补充政策{field}。",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A named rule without figures of its own, or with the further keys it reads."""

    name: str
    label: str
    params: tuple[str, ...] = ()


def _choices(key: str, *known: Choice) -> Registry[Choice]:
    registry = Registry[Choice](key)
    for choice in known:
        registry.add(choice)
    return registry


DISCHARGE = _choices(
    "per_diem.discharge_day",
    Choice("not_counted@1", "计入院日，不计出院日；当日出院计一日"),
    Choice("counted@1", "入院日、出院日都计"),
)
TRANSFER = _choices(
    "per_diem.transfer_day",
    Choice("receiving@1", "转院当日由转入机构计"),
    Choice("sending@1", "转院当日由转出机构计"),
)
LEAVE = _choices(
    "per_diem.leave",
    Choice("unpaid@1", "请假日不计付"),
    Choice("held@1", "每次请假的前若干日按比例计付床位保留", (HELD_DAYS, HELD_SHARE)),
)
AFTER_ACUTE = _choices(
    "per_diem.after_acute",
    Choice("continues@1", "急性发作前后的床日连续分段"),
    Choice("restarts@1", "急性发作以后的床日重新分段"),
)
MEMBERSHIP = _choices(
    "per_diem.membership",
    Choice("by_admission@1", "以入院日是否为试点成员为准"),
    Choice("by_discharge@1", "以出院日是否为试点成员为准"),
    Choice("by_day@1", "逐日判断，成员资格之外的日数办理中途结算"),
)
CONTINUATION = _choices(
    "per_diem.continuation",
    Choice("none@1", "每次住院各自分段"),
    Choice("within_days@1", "出院后若干日内再入同一机构同一类别的，床日连续分段", (CONTINUES_DAYS,)),
)
COVERS = _choices(
    "per_diem.rate_covers",
    Choice("all_cost@1", "标准含个人负担，基金支付标准减个人负担"),
    Choice("fund_only@1", "标准即基金支付额"),
)
COEFFICIENT = _choices(
    "per_diem.coefficient",
    Choice("none@1", "不设系数"),
    Choice("table@1", "按表取系数", (COEFFICIENTS,)),
)
FACTOR = _choices(
    "per_diem.factor",
    Choice("none@1", "考核不影响支付"),
    Choice("assessed@1", "乘以经决定的考核系数", (UNASSESSED,)),
)


@dataclass(frozen=True, slots=True)
class Category:
    """A bed-day category 床日类别 and its band model."""

    code: str
    name: str
    model: Model


class _Row(NamedTuple):
    up_to: int | None
    fen: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules in force; figures are exact."""

    policy: Policy
    categories: Mapping[str, Category]
    departments: Mapping[str, str]
    rates: Mapping[tuple[str, str], tuple[_Row, ...]]
    coefficients: Mapping[tuple[str, str], Fraction]
    discharge: Choice
    transfer: Choice
    leave: Choice
    held_days: int
    held_share: Fraction
    acute_days: int
    after_acute: Choice
    membership: Choice
    continuation: Choice
    continues_days: int
    covers: Choice
    coefficient: Choice
    factor: Choice
    unassessed: Fraction
    benchmarks: Mapping[str, Fraction]
    excess: Fraction
    mean_case_fen: int
    scale: Fraction
    places: int

    def shape(self, category: Category, hospital_code: str, level: int | None) -> tuple[Shape, str]:
        """What a day earns at an institution, and the scope of the table that said so.

        :raises Fault: PER_DIEM_RATE_MISSING.
        """
        scope = self._scope(self.rates, category.code, hospital_code, level)
        if scope is None:
            raise _missing(RATE_MISSING, RATES, category.code, hospital_code, level)
        tiers = tuple(
            Tier(
                row.up_to, Fraction(row.fen) if not category.model.points else self._points(row.fen), row.fen
            )
            for row in self.rates[category.code, scope]
        )
        cap = self.benchmarks[category.code] * (1 + self.excess) if category.model.capped else None
        return shape_of(tiers, cap), scope

    def coefficient_of(self, category: str, hospital_code: str, level: int | None) -> Fraction:
        """The institution's coefficient; 1 where the policy has none.

        :raises Fault: PER_DIEM_COEFFICIENT_MISSING.
        """
        if self.coefficient.name == "none@1":
            return Fraction(1)
        scope = self._scope(self.coefficients, category, hospital_code, level)
        if scope is None:
            raise _missing(COEFFICIENT_MISSING, COEFFICIENTS, category, hospital_code, level)
        return self.coefficients[category, scope]

    def _points(self, fen: int) -> Fraction:
        """Mean cost of a day ÷ mean cost of all cases × scale, rounded to the places of points."""
        exact = Fraction(fen, self.mean_case_fen) * self.scale * 10**self.places
        return Fraction(divide_half_up(exact.numerator, exact.denominator), 10**self.places)

    @staticmethod
    def _scope(
        known: Mapping[tuple[str, str], object], category: str, hospital_code: str, level: int | None
    ) -> str | None:
        scopes = [f"hospital:{hospital_code}", f"level:{level}", ""]
        return next((scope for scope in scopes if (category, scope) in known), None)


def _missing(reason: Reason, key: str, category: str, hospital_code: str, level: int | None) -> Fault:
    told = "等级不明" if level is None else f"{level}级"
    return Fault(reason, field=key, value=hospital_code, category=category, level=told)


def read_terms(policy: Policy) -> Terms:
    """The rules in force.

    :raises Fault: POLICY_MISSING, POLICY_VALUE, METHOD_UNKNOWN.
    """
    categories = _categories(policy)
    models = [category.model for category in categories.values()]
    leave, continuation = LEAVE.chosen(policy), CONTINUATION.chosen(policy)
    coefficient, factor = COEFFICIENT.chosen(policy), FACTOR.chosen(policy)
    points = any(model.points for model in models)
    held = leave.name == "held@1"
    places = policy.integer(PLACES) if points else 0
    if not 0 <= places <= MAX_PLACES:
        raise broken(policy, PLACES, places, f"应在0与{MAX_PLACES}之间")
    return Terms(
        policy=policy,
        categories=categories,
        departments=_departments(policy, categories),
        rates=_rates(policy, categories),
        coefficients=_coefficients(policy) if coefficient.params else {},
        discharge=DISCHARGE.chosen(policy),
        transfer=TRANSFER.chosen(policy),
        leave=leave,
        held_days=policy.integer(HELD_DAYS) if held else 0,
        held_share=_share(policy, HELD_SHARE) if held else Fraction(0),
        acute_days=policy.integer(ACUTE_DAYS),
        after_acute=AFTER_ACUTE.chosen(policy),
        membership=MEMBERSHIP.chosen(policy),
        continuation=continuation,
        continues_days=policy.integer(CONTINUES_DAYS) if continuation.params else 0,
        covers=COVERS.chosen(policy),
        coefficient=coefficient,
        factor=factor,
        unassessed=fraction(policy, UNASSESSED) if factor.params else Fraction(1),
        benchmarks=_benchmarks(policy, categories),
        excess=fraction(policy, EXCESS) if any(model.capped for model in models) else Fraction(0),
        mean_case_fen=_mean_case(policy) if points else 0,
        scale=positive(policy, SCALE) if points else Fraction(0),
        places=places,
    )


def _categories(policy: Policy) -> dict[str, Category]:
    found: dict[str, Category] = {}
    for row in policy.table(CATEGORIES):
        code, name, model = (
            cell(policy, CATEGORIES, row, column) for column in ("category", "name", "model")
        )
        if not code or code in found or not name:
            raise broken(policy, CATEGORIES, code, "category不能为空或重复，name不能为空")
        if model not in MODELS:
            raise broken(policy, CATEGORIES, model, f"没有这个形式，可用：{'、'.join(sorted(MODELS))}")
        found[code] = Category(code, name, MODELS[model])
    return found


def _departments(policy: Policy, categories: Mapping[str, Category]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in policy.table(DEPARTMENTS):
        category, department = (cell(policy, DEPARTMENTS, row, name) for name in ("category", "department"))
        if not department or department in found or category not in categories:
            raise broken(policy, DEPARTMENTS, department, f"科室应只属于{CATEGORIES}中的一个床日类别")
        found[department] = category
    return found


def _rates(policy: Policy, categories: Mapping[str, Category]) -> dict[tuple[str, str], tuple[_Row, ...]]:
    rows: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for row in policy.table(RATES):
        category, scope, up_to, yuan = (
            cell(policy, RATES, row, name) for name in ("category", "scope", "up_to", "yuan")
        )
        fen = yuan_to_fen(yuan, RATES)
        if category not in categories or fen <= 0 or not _is_scope(scope):
            raise broken(
                policy, RATES, row, "类别应已列出，标准应大于零，scope为空、level:等级或hospital:机构代码"
            )
        rows.setdefault((category, scope), []).append((up_to, fen))
    for category in categories:
        if not any(known == category for known, _ in rows):
            raise broken(policy, RATES, category, "这个床日类别没有每床日标准")
    found = {}
    for (category, scope), given in rows.items():
        edges = [int(text) for text, _ in given if text.isascii() and text.isdecimal()]
        rising = all(before < after for before, after in pairwise([0, *edges]))
        if not rising or given[-1][0] or len(edges) != len(given) - 1:
            raise broken(policy, RATES, category, "各段up_to应为从小到大的整天数，最后一段为空")
        if len(given) > 1 and not categories[category].model.tiers:
            name = categories[category].model.name
            raise broken(policy, RATES, category, f"{name}只有一个标准，不能分段")
        found[category, scope] = tuple(
            _Row(edge, fen) for edge, (_, fen) in zip([*edges, None], given, strict=True)
        )
    return found


def _is_scope(text: str) -> bool:
    kind, _, rest = text.partition(":")
    return not text or (kind == "level" and rest.isdecimal()) or (kind == "hospital" and bool(rest))


def _coefficients(policy: Policy) -> dict[tuple[str, str], Fraction]:
    found: dict[tuple[str, str], Fraction] = {}
    for row in policy.table(COEFFICIENTS):
        category, scope, text = (
            cell(policy, COEFFICIENTS, row, name) for name in ("category", "scope", "value")
        )
        value = number(policy, COEFFICIENTS, text)
        if not _is_scope(scope) or value == 0 or (category, scope) in found:
            raise broken(policy, COEFFICIENTS, row, "各行不能重复，系数应大于零")
        found[category, scope] = value
    return found


def _benchmarks(policy: Policy, categories: Mapping[str, Category]) -> dict[str, Fraction]:
    wanted = [category.code for category in categories.values() if category.model.capped]
    if not wanted:
        return {}
    found = {}
    for row in policy.table(BENCHMARK):
        days = number(policy, BENCHMARK, cell(policy, BENCHMARK, row, "days"))
        found[cell(policy, BENCHMARK, row, "category")] = days
    for code in wanted:
        if not found.get(code):
            raise broken(policy, BENCHMARK, code, "这个床日类别没有基准天数")
    return found


def _mean_case(policy: Policy) -> int:
    fen = yuan_to_fen(policy.text(MEAN_CASE), MEAN_CASE)
    if fen <= 0:
        raise broken(policy, MEAN_CASE, policy.text(MEAN_CASE), "应大于零")
    return fen


def _share(policy: Policy, key: str) -> Fraction:
    share = fraction(policy, key)
    if share > 1:
        raise broken(policy, key, policy.text(key), "不能大于1")
    return share
