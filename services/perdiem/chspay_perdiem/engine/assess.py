"""The assessment of bed-day care 床日考核: length of stay, cost of a day, outcome; pure.

杭州2019征求意见稿 二(二)4 has 平均住院天数、日均费用及疗效 assessed; readmission and patients' share may be
added. No text gives a table, so weights, benchmarks, steps and factors are policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import MICRO, divide_half_up, ratio_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, number
from chspay_core.worksheet import Worksheet

INDICATORS, STEPS, FACTORS = (
    "per_diem.assess_indicators",
    "per_diem.assess_steps",
    "per_diem.assess_factors",
)
LEAST, READMITTED = "per_diem.assess_stays_min", "per_diem.assess_readmission_days"
NAMES = {
    "alos": "平均住院床日",
    "day_cost": "日均费用",
    "outcome": "疗效（量表平均提高值）",
    "readmission": "再入院比例",
    "self_pay": "个人负担比例",
}
_UNITS = {"alos": "天", "day_cost": "元", "outcome": "分值", "readmission": "比例", "self_pay": "比例"}
#: Places of an indicator and of its ratio to the benchmark, as they are shown and compared.
_PLACES = 4
_HUNDRED = 100

TOO_FEW = Reason(
    "PER_DIEM_ASSESS_TOO_FEW",
    Kind.PRECONDITION,
    "医疗机构{hospital}在考核期内只有{value}人次{category}床日出院，少于规定的{least}人次，不能考核。",
)
FIGURE_MISSING = Reason(
    "PER_DIEM_ASSESS_FIGURE_MISSING",
    Kind.PRECONDITION,
    "医疗机构{hospital}的考核缺少“{value}”所需的记录（{count}人次没有），请补充后重新考核。",
)
INDICATOR_NONE = Reason(
    "PER_DIEM_ASSESS_NOTHING", Kind.PRECONDITION, "政策{field}没有床日类别{value}的考核指标。"
)


@dataclass(frozen=True, slots=True)
class Method:
    """How scores of indicators become one score."""

    name: str
    label: str
    params: tuple[str, ...] = ()


METHOD = Registry[Method]("per_diem.assess_method")
METHOD.add(
    Method("weighted_steps@1", "各指标与基准之比查表得分，按权重平均", (INDICATORS, STEPS, FACTORS, LEAST))
)


class Outcome(NamedTuple):
    """A scale before and after the stay; the gain is what the better direction of the scale makes of it."""

    scale: str
    before: Fraction
    after: Fraction


@dataclass(frozen=True, slots=True)
class Discharged:
    """What the assessment needs of one priced list; amounts in fen, ``None`` is unknown.

    ``days`` are the bed-days of the list, ``whole`` those of the continuing stay up to its end; a list that
    another one continues is ``continued`` and no stay of its own: cutting a stay into lists shortens nothing.
    """

    case_id: str
    person_key: str
    admission: date
    discharge: date
    days: Fraction
    whole: Fraction
    total_cost_fen: int | None
    patient_paid_fen: int | None
    outcomes: tuple[Outcome, ...] = ()
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """One indicator: its value, and the score its ratio to the benchmark has."""

    name: str
    value: Fraction
    score: Fraction


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an assessment found; ``factor_micro`` is the factor in millionths."""

    stays: int
    indicators: tuple[Scored, ...]
    score: Fraction
    factor_micro: int
    sheet: Worksheet


class _Wanted(NamedTuple):
    name: str
    weight: Fraction
    benchmark: Fraction
    lower: bool
    scale: str


def assess(
    hospital: str, category: str, stays: Sequence[Discharged], policy: Policy, again: Iterable[str] = ()
) -> Assessment:
    """The score and factor of an institution's stays of a category.

    :param again: case ids of those who were readmitted within the days of the policy.
    :raises Fault: PER_DIEM_ASSESS_*, POLICY_*.
    """
    METHOD.chosen(policy)
    wanted = _wanted(policy, category)
    least, ended = policy.integer(LEAST), sum(not stay.continued for stay in stays)
    if ended < least or not ended:
        raise Fault(TOO_FEW, field=LEAST, value=ended, hospital=hospital, category=category, least=least)
    sheet = Worksheet(f"医疗机构{hospital}{category}床日考核")
    sheet.given("stays", "出院人次（接续的清单合为一次）", ended, "人次")
    readmitted, scored, steps = set(again), [], _steps(policy)
    for item in wanted:
        value = _measured(item, hospital, stays, readmitted, sheet)
        scored.append(_scored(item, value, steps, policy, sheet))
    return _summed(wanted, scored, ended, policy, sheet)


def _measured(
    item: _Wanted, hospital: str, stays: Sequence[Discharged], readmitted: set[str], sheet: Worksheet
) -> Fraction:
    """The indicator as a ratio of two sums, rounded once to four places."""
    label, unit = NAMES[item.name], _UNITS[item.name]
    above, below, words = _sums(item, hospital, stays, readmitted)
    value = Fraction(
        ratio_half_up(above.numerator * below.denominator, above.denominator * below.numerator, _PLACES)
    )
    sheet.given(f"{item.name}_sum", f"{label}：{words[0]}", shown(above), unit)
    sheet.given(f"{item.name}_of", f"{label}：{words[1]}", shown(below), "")
    sheet.line(
        item.name, label, shown(value), unit, formula=f"{item.name}_sum ÷ {item.name}_of",
        inputs=[f"{item.name}_sum", f"{item.name}_of"], rounding=f"half_up_{_PLACES}",
    )  # fmt: skip
    return value


def _sums(
    item: _Wanted, hospital: str, stays: Sequence[Discharged], readmitted: set[str]
) -> tuple[Fraction, Fraction, tuple[str, str]]:
    days = sum((stay.days for stay in stays), Fraction(0))
    ended = [stay for stay in stays if not stay.continued]
    if item.name == "alos":
        return (
            sum((stay.whole for stay in ended), Fraction(0)),
            Fraction(len(ended)),
            ("床日合计", "出院人次"),
        )
    if item.name == "readmission":
        again = sum(stay.case_id in readmitted for stay in ended)
        return Fraction(again), Fraction(len(ended)), ("再入院人次", "出院人次")
    if item.name == "outcome":
        found = [
            (outcome.after - outcome.before) if not item.lower else (outcome.before - outcome.after)
            for stay in ended for outcome in stay.outcomes if outcome.scale == item.scale
        ]  # fmt: skip
        _all_there(item, hospital, len(ended) - len(found))
        return sum(found, Fraction(0)), Fraction(len(found)), (f"{item.scale}改善值合计", "评估人次")
    cost = _total(item, hospital, [stay.total_cost_fen for stay in stays])
    if item.name == "day_cost":
        if not days:
            raise Fault(
                FIGURE_MISSING, field="days", value=NAMES[item.name], hospital=hospital, count=len(stays)
            )
        return Fraction(cost, _HUNDRED), days, ("总费用（元）", "床日合计（各清单）")
    patient = _total(item, hospital, [stay.patient_paid_fen for stay in stays])
    if not cost:
        raise Fault(
            FIGURE_MISSING, field="total_cost", value=NAMES[item.name], hospital=hospital, count=len(stays)
        )
    return Fraction(patient, _HUNDRED), Fraction(cost, _HUNDRED), ("个人负担（元）", "总费用（元）")


def _total(item: _Wanted, hospital: str, amounts: Sequence[int | None]) -> int:
    known = [amount for amount in amounts if amount is not None]
    _all_there(item, hospital, len(amounts) - len(known))
    return sum(known)


def _all_there(item: _Wanted, hospital: str, absent: int) -> None:
    """A figure of some stays is not a figure of all: what is bad would be left out."""
    if absent > 0:
        raise Fault(FIGURE_MISSING, field=item.name, value=NAMES[item.name], hospital=hospital, count=absent)


def _scored(
    item: _Wanted, value: Fraction, steps: Mapping[str, Sequence[tuple[Fraction | None, Fraction]]],
    policy: Policy, sheet: Worksheet,
) -> Scored:  # fmt: skip
    rule = policy.rule(INDICATORS)
    sheet.rule(f"{item.name}_benchmark", f"{NAMES[item.name]}的基准", shown(item.benchmark), "", rule=rule)
    exact = value / item.benchmark
    ratio = Fraction(ratio_half_up(exact.numerator, exact.denominator, _PLACES))
    sheet.line(
        f"{item.name}_ratio", f"{NAMES[item.name]}与基准之比", shown(ratio), "比例",
        formula=f"{item.name} ÷ {item.name}_benchmark", inputs=[item.name, f"{item.name}_benchmark"],
        rounding=f"half_up_{_PLACES}",
    )  # fmt: skip
    if item.name not in steps:
        raise broken(policy, STEPS, item.name, "这个指标没有得分表")
    score = next(score for up_to, score in steps[item.name] if up_to is None or ratio <= up_to)
    sheet.rule(f"{item.name}_score", f"{NAMES[item.name]}得分", shown(score), "分", rule=policy.rule(STEPS))
    sheet.rule(f"{item.name}_weight", f"{NAMES[item.name]}权重", shown(item.weight), "", rule=rule)
    return Scored(item.name, value, score)


def _summed(
    wanted: Sequence[_Wanted], scored: Sequence[Scored], stays: int, policy: Policy, sheet: Worksheet
) -> Assessment:
    weights = sum(item.weight for item in wanted)
    exact = (
        sum((item.weight * found.score for item, found in zip(wanted, scored, strict=True)), Fraction(0))
        / weights
    )
    score = Fraction(ratio_half_up(exact.numerator, exact.denominator, _PLACES))
    parts = " + ".join(f"{item.name}_score × {item.name}_weight" for item in wanted)
    whole = " + ".join(f"{item.name}_weight" for item in wanted)
    sheet.line(
        "score", "考核得分", shown(score), "分", formula=f"({parts}) ÷ ({whole})",
        inputs=[f"{item.name}_{part}" for item in wanted for part in ("score", "weight")],
        rounding=f"half_up_{_PLACES}", rule=policy.rule(METHOD.key),
    )  # fmt: skip
    factor = _factor(policy, score)
    sheet.rule("factor", "考核系数", shown(factor), "比例", rule=policy.rule(FACTORS))
    scaled = factor * MICRO
    return Assessment(
        stays, tuple(scored), score, divide_half_up(scaled.numerator, scaled.denominator), sheet
    )


def _wanted(policy: Policy, category: str) -> list[_Wanted]:
    found: list[_Wanted] = []
    for row in policy.table(INDICATORS):
        if cell(policy, INDICATORS, row, "category") != category:
            continue
        name, better, scale = (
            cell(policy, INDICATORS, row, part) for part in ("indicator", "better", "scale")
        )
        weight, benchmark = (
            number(policy, INDICATORS, cell(policy, INDICATORS, row, part))
            for part in ("weight", "benchmark")
        )
        ways = ("lower", "higher") if name == "outcome" else ("lower",)
        if name not in NAMES or better not in ways or not weight or not benchmark:
            raise broken(
                policy,
                INDICATORS,
                row,
                "indicator应为已知指标，better应为lower（疗效也可为higher），权重和基准应大于零",
            )
        if (name == "outcome") != bool(scale) or any(name == item.name for item in found):
            raise broken(policy, INDICATORS, row, "疗效须写明量表，其他指标不写；每个指标只有一行")
        found.append(_Wanted(name, weight, benchmark, better == "lower", scale))
    if not found:
        raise Fault(INDICATOR_NONE, field=INDICATORS, value=category)
    return found


def _steps(policy: Policy) -> dict[str, list[tuple[Fraction | None, Fraction]]]:
    found: dict[str, list[tuple[Fraction | None, Fraction]]] = {}
    for row in policy.table(STEPS):
        up_to, score = (
            cell(policy, STEPS, row, "up_to"),
            number(policy, STEPS, cell(policy, STEPS, row, "score")),
        )
        edge = number(policy, STEPS, up_to) if up_to else None
        found.setdefault(cell(policy, STEPS, row, "indicator"), []).append((edge, score))
    for name, rows in found.items():
        edges = [edge for edge, _ in rows[:-1] if edge is not None]
        if rows[-1][0] is not None or len(edges) != len(rows) - 1 or edges != sorted(set(edges)):
            raise broken(policy, STEPS, name, "各档up_to应由小到大，最后一档为空")
        if any(score > _HUNDRED for _, score in rows):
            raise broken(policy, STEPS, name, "得分不能大于100")
    return found


def _factor(policy: Policy, score: Fraction) -> Fraction:
    """The factor of the highest row the score reaches."""
    rows = [
        (number(policy, FACTORS, cell(policy, FACTORS, row, "from")),
         number(policy, FACTORS, cell(policy, FACTORS, row, "factor")))
        for row in policy.table(FACTORS)
    ]  # fmt: skip
    starts = [start for start, _ in rows]
    if not rows or starts[0] != 0 or starts != sorted(set(starts)) or any(not factor for _, factor in rows):
        raise broken(policy, FACTORS, policy.table(FACTORS), "应从0分起由低到高，系数应大于零")
    return [factor for start, factor in rows if start <= score][-1]


def readmitted(stays: Sequence[Discharged], admissions: Iterable[tuple[str, date]], days: int) -> set[str]:
    """Those of ``stays`` whose person came back within ``days`` days; ``admissions``: (person, day)."""
    known: dict[str, list[date]] = {}
    for person, day in admissions:
        if person:
            known.setdefault(person, []).append(day)
    return {
        stay.case_id
        for stay in stays
        if any(
            day > stay.admission and 0 <= (day - stay.discharge).days <= days
            for day in known.get(stay.person_key, ())
        )
    }


def shown(value: Fraction) -> str:
    """A figure of at most six places, exact where it has so few."""
    text = ratio_half_up(value.numerator, value.denominator, 6)
    plain = format(text, "f").rstrip("0").rstrip(".")
    return plain or "0"
