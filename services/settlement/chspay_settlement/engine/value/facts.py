"""What a form of the point value needs besides hospitals' totals: levels, fixed points, single cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from chspay_core.amounts import MICRO, divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, number
from chspay_settlement.engine.model import CaseKind, CasePoints, PricedInput
from chspay_settlement.engine.value.forms import Form, Way

LEVELS_DIFFER = Reason(
    "HOSPITAL_LEVELS_DIFFER",
    Kind.INVALID,
    "医疗机构{value}的病例里有两个等级（{first}、{second}），按等级的费率无法确定用哪一个。",
)
FIXED_PART, FIXED_VALUE, BASE_SHARE = "elastic.fixed_part", "elastic.fixed_value", "elastic.base_share"
VALUE_METHOD, SEVERE = "elastic.value_method", "elastic.severe_groups"
BASE_POINTS, GROUP_SHARES = "elastic.base_points", "elastic.group_shares"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a pool; only those the form asks for are filled.

    ``levels`` per hospital; ``fixed_micro`` points of a hospital paid at the fixed value (0 when absent);
    ``cases`` the points of every case of a hospital (micro), for forms that round case by case.
    """

    levels: Mapping[str, int | None] = field(default_factory=dict)
    fixed_micro: Mapping[str, int] = field(default_factory=dict)
    cases: Mapping[str, Sequence[int]] = field(default_factory=dict)


#: Case and its points to the part of them that is fixed, micro.
FixedOf = Callable[[PricedInput, CasePoints], int]


@dataclass(frozen=True, slots=True)
class FixedPart:
    """Which points of an elastic value are fixed: of each case, or of the hospital as a whole."""

    name: str
    by_case: Callable[[Policy], FixedOf] | None
    by_hospital: Callable[[Policy], dict[str, int]] | None
    params: tuple[str, ...]


def base_of_hospital(policy: Policy) -> dict[str, int]:
    """Base and increment 基数与增量: a hospital's base points are fixed (DIP 3.0 征求意见稿, 第四章)."""
    found: dict[str, int] = {}
    for row in policy.table(BASE_POINTS):
        code = cell(policy, BASE_POINTS, row, "hospital")
        points = number(policy, BASE_POINTS, cell(policy, BASE_POINTS, row, "points")) * MICRO
        if code in found or points.denominator != 1:
            raise broken(policy, BASE_POINTS, code, "医疗机构应不重复，点数最多六位小数")
        found[code] = points.numerator
    return found


def severe_fixed(policy: Policy) -> FixedOf:
    """Severe groups 重症病组 fixed, mild ones floating (DIP 3.0 征求意见稿 第四章)."""
    severe = frozenset(policy.texts(SEVERE))

    def fixed(inp: PricedInput, points: CasePoints) -> int:
        return points.points_micro if inp.drg in severe else 0

    return fixed


def goods_fixed(policy: Policy) -> FixedOf:
    """Drugs and consumables fixed, services floating: a published share of each group's points, rounded
    once per case to a millionth of a point (DIP 3.0 征求意见稿 第四章). Every group must have a share."""
    shares: dict[str, Fraction] = {}
    for row in policy.table(GROUP_SHARES):
        drg = cell(policy, GROUP_SHARES, row, "drg")
        shares[drg] = number(policy, GROUP_SHARES, cell(policy, GROUP_SHARES, row, "fixed_share"))
        if shares[drg] > 1:
            raise broken(policy, GROUP_SHARES, drg, "固定部分的比例不能大于1")

    def fixed(inp: PricedInput, points: CasePoints) -> int:
        share = shares.get(inp.drg)
        if share is None:
            raise broken(policy, GROUP_SHARES, inp.drg, "这个病组没有规定药耗占比")
        part = points.points_micro * share
        return divide_half_up(part.numerator, part.denominator)

    return fixed


FIXED_PARTS = Registry[FixedPart](FIXED_PART)
FIXED_PARTS.add(FixedPart("base_increment@1", None, base_of_hospital, (BASE_POINTS,)))
FIXED_PARTS.add(FixedPart("severe_groups@1", severe_fixed, None, (SEVERE,)))
FIXED_PARTS.add(FixedPart("goods_share@1", goods_fixed, None, (GROUP_SHARES,)))


def fixed_of(policy: Policy, form: Form) -> FixedOf | None:
    """How much of a case's points the form fixes; ``None`` when it does not look at single cases.

    :raises Fault: POLICY_MISSING, POLICY_VALUE, METHOD_UNKNOWN.
    """
    if form.way is not Way.ELASTIC:
        return None
    part = FIXED_PARTS.chosen(policy)
    return None if part.by_case is None else part.by_case(policy)


def facts_of(
    inputs: Iterable[PricedInput], points: Iterable[CasePoints], form: Form, policy: Policy
) -> Facts:
    """The facts ``form`` asks for, added up from priced cases; excluded cases count nowhere.

    :raises Fault: HOSPITAL_LEVELS_DIFFER, and what the policy's own keys lack.
    """
    if form.way is Way.SPLIT:
        return Facts()
    fixed = fixed_of(policy, form)
    levels: dict[str, int | None] = {}
    micro: dict[str, int] = {}
    cases: dict[str, list[int]] = {}
    for inp, found in zip(inputs, points, strict=True):
        if found.kind is CaseKind.EXCLUDED:
            continue
        code = inp.hospital_code
        if form.way in {Way.LEVEL_SPLIT, Way.LEVEL_RATE} and levels.setdefault(code, inp.level) != inp.level:
            raise Fault(
                LEVELS_DIFFER, field="level", value=code, first=str(levels[code]), second=str(inp.level)
            )
        if form.priced_up:
            cases.setdefault(code, []).append(found.points_micro)
        if fixed is not None:
            micro[code] = micro.get(code, 0) + fixed(inp, found)
    if form.way is Way.ELASTIC and fixed is None:
        by_hospital = FIXED_PARTS.chosen(policy).by_hospital
        micro = {} if by_hospital is None else by_hospital(policy)
    return Facts(levels, micro, cases)


@dataclass(frozen=True, slots=True)
class FixedValueMethod:
    """Where the fixed value comes from: ``exact(policy, fund_fen, fixed points micro)``, fen per micro."""

    name: str
    exact: Callable[[Policy, int, int], Fraction]
    params: tuple[str, ...]


def published_value(policy: Policy, _fund_fen: int, _fixed_micro: int) -> Fraction:
    """A published yuan figure per point."""
    return number(policy, FIXED_VALUE, policy.text(FIXED_VALUE)) * 100 / MICRO


def share_of_fund(policy: Policy, fund_fen: int, fixed_micro: int) -> Fraction:
    """The base's share of the fund over the base points (8:2, 7:3; DIP 3.0 征求意见稿 第四章第三节)."""
    share = number(policy, BASE_SHARE, policy.text(BASE_SHARE))
    if share > 1:
        raise broken(policy, BASE_SHARE, policy.text(BASE_SHARE), "基数部分的比例不能大于1")
    if not fixed_micro:
        raise broken(policy, BASE_SHARE, policy.text(BASE_SHARE), "没有任何固定点数，无法计算固定点值")
    return fund_fen * share / fixed_micro


FIXED_VALUES = Registry[FixedValueMethod](VALUE_METHOD)
FIXED_VALUES.add(FixedValueMethod("published@1", published_value, (FIXED_VALUE,)))
FIXED_VALUES.add(FixedValueMethod("fund_share@1", share_of_fund, (BASE_SHARE,)))
