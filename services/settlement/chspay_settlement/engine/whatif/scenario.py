"""What is changed: rules, base points of groups, the fund, the grouping, the price list. All exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from chspay_core.amounts import decimal_text, to_micro, yuan_to_fen
from chspay_core.bundle import value_of
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Value

WHAT_IF_UNUSED = Reason(
    "WHAT_IF_UNUSED",
    Kind.INVALID,
    "试用方案“{plan}”指定的“{value}”在这次试算中没有用到，请核对键名，或另外指定用到它的方法。",
)
WHAT_IF_EMPTY = Reason(
    "WHAT_IF_EMPTY", Kind.INVALID, "试用方案文件{value}应有what_if（名称）和rules（键与值）两项。"
)
WHAT_IF_PART = Reason(
    "WHAT_IF_PART_UNKNOWN",
    Kind.INVALID,
    "试用方案“{plan}”里的“{value}”不认识，可以写的有：{known}。",
)
WHAT_IF_SHAPE = Reason(
    "WHAT_IF_SHAPE", Kind.INVALID, "试用方案“{plan}”的“{field}”写法不对：{why}，收到“{value}”。"
)
WHAT_IF_NAME = Reason(
    "WHAT_IF_NAME", Kind.INVALID, "试用方案要有名称，不能为空，也不能重复或叫“{base}”，收到“{value}”。"
)

#: The name of what is in force.
BASE_NAME = "现行规定"
KEPT, PROPORTIONAL = "kept", "proportional"
RULES, AMENDMENT, POINTS, POINT_FACTORS = "rules", "amendment", "points", "point_factors"
FUND, FUND_FACTOR, GROUPING, PRICES = "fund", "fund_factor", "grouping", "prices"
PARTS = (RULES, AMENDMENT, POINTS, POINT_FACTORS, FUND, FUND_FACTOR, GROUPING, PRICES)


@dataclass(frozen=True, slots=True)
class Prices:
    """A replacement price list: what categories of cost (columns such as ``fee_drug``) are multiplied with.

    ``patient`` says what patients bear then: ``kept`` the same amounts, ``proportional`` the same share of
    the case's cost, rounded once to the fen.
    """

    factors: tuple[tuple[str, Fraction], ...]
    patient: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """One change. An empty one is what is in force."""

    name: str
    #: Policy keys and the values tried in place of theirs.
    rules: Mapping[str, Value] = field(default_factory=dict)
    #: Base points of groups, millionths; and what base points are multiplied with.
    points_micro: Mapping[str, int] = field(default_factory=dict)
    point_factors: Mapping[str, Fraction] = field(default_factory=dict)
    fund_fen: int | None = None
    fund_factor: Fraction | None = None
    #: The name of another grouping that the cases carry; empty for their own.
    grouping: str = ""
    prices: Prices | None = None


BASE = Scenario(BASE_NAME)


def scenario_of(name: str, parts: Mapping[str, object]) -> Scenario:
    """A scenario from texts, lists and mappings, as a YAML file or a request holds them.

    ``rules`` maps policy keys to values, or to entries of an amendment (``{rules: [{since, value, …}]}``),
    of which the newest is tried whatever its day; ``amendment`` is a whole amendment.

    :raises Fault: WHAT_IF_*, NOT_A_NUMBER, naming what is wrong.
    """
    for part in parts:
        if part not in PARTS:
            raise Fault(WHAT_IF_PART, field=part, value=part, plan=name, known="、".join(PARTS))
    amendment = _mapping(name, AMENDMENT, parts.get(AMENDMENT, {}))
    ruled = {**_mapping(name, RULES, amendment.get(RULES, {})), **_mapping(name, RULES, parts.get(RULES, {}))}
    points = _figures(name, POINTS, parts)
    fund, factor = _text(name, FUND, parts), _text(name, FUND_FACTOR, parts)
    if fund and factor:
        raise _shape(name, FUND, "基金和基金的倍数只能写一个", fund)
    return Scenario(
        name=name,
        rules={key: _value(name, key, given) for key, given in ruled.items()},
        points_micro={drg: to_micro(decimal_text(text, drg), drg) for drg, text in points.items()},
        point_factors={
            drg: _factor(name, text) for drg, text in _figures(name, POINT_FACTORS, parts).items()
        },
        fund_fen=yuan_to_fen(fund, FUND) if fund else None,
        fund_factor=_factor(name, factor) if factor else None,
        grouping=_text(name, GROUPING, parts),
        prices=_prices(name, parts.get(PRICES)),
    )


def _prices(plan: str, given: object) -> Prices | None:
    if given is None:
        return None
    parts = _mapping(plan, PRICES, given)
    if set(parts) != {"factors", "patient"}:
        raise _shape(
            plan, PRICES, "应有factors（费用类别与倍数）和patient（个人负担怎样变）两项", "、".join(parts)
        )
    patient = parts["patient"]
    if patient not in {KEPT, PROPORTIONAL}:
        raise _shape(plan, "patient", f"只能是{KEPT}（金额不变）或{PROPORTIONAL}（占比不变）", patient)
    factors = _figures(plan, "factors", parts)
    if not factors:
        raise _shape(plan, PRICES, "没有任何费用类别", "")
    found = sorted((column, _factor(plan, text)) for column, text in factors.items())
    return Prices(tuple(found), str(patient))


def _value(plan: str, key: str, given: object) -> Value:
    """A policy value, or the newest one of an amendment's entry."""
    if isinstance(given, Mapping):
        rules = given.get("rules")
        if not isinstance(rules, list) or not rules:
            raise _shape(plan, key, "应为值，或修订里的一条（label、unit、rules）", sorted(map(str, given)))
        newest = max(
            (_mapping(plan, key, rule) for rule in rules), key=lambda rule: str(rule.get("since", ""))
        )
        given = newest.get("value")
    try:
        return value_of(given)
    except ValueError as error:
        raise _shape(plan, key, "值应为文本、一列文本或一张表，数字写成文本", given) from error


def _mapping(plan: str, part: str, given: object) -> Mapping[str, object]:
    if not isinstance(given, Mapping):
        raise _shape(plan, part, "应为一组名称与值", given)
    return {str(key): value for key, value in given.items()}


def _figures(plan: str, part: str, parts: Mapping[str, object]) -> dict[str, str]:
    found = {}
    for key, text in _mapping(plan, part, parts.get(part, {})).items():
        if not isinstance(text, str):
            raise _shape(plan, f"{part}.{key}", "数字应写成文本", text)
        found[key] = text
    return found


def _text(plan: str, part: str, parts: Mapping[str, object]) -> str:
    given = parts.get(part, "")
    if not isinstance(given, str):
        raise _shape(plan, part, "应为文本", given)
    return given


def _factor(plan: str, text: str) -> Fraction:
    found = Fraction(decimal_text(text, "倍数"))
    if found < 0:
        raise _shape(plan, "倍数", "不能小于零", text)
    return found


def _shape(plan: str, part: str, why: str, value: object) -> Fault:
    return Fault(WHAT_IF_SHAPE, field=part, value=value, plan=plan, why=why)


def check_names(scenarios: list[Scenario]) -> None:
    """Every scenario has a name of its own.

    :raises Fault: WHAT_IF_NAME.
    """
    seen = {BASE_NAME}
    for scenario in scenarios:
        if not scenario.name.strip() or scenario.name in seen:
            raise Fault(WHAT_IF_NAME, field="name", value=scenario.name, base=BASE_NAME)
        seen.add(scenario.name)
