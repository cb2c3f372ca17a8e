"""The worksheet 计算底稿 of a weight: every figure it rests on, each with its rule and document.

Formulas are written over the keys of earlier lines, so that anybody can work them out again. A mean is
shown with 4 places (``display_4``) and used exactly, as its sums and counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from chspay_core.amounts import fen_to_yuan, plain, ratio_half_up
from chspay_core.measuring import BASE_POINTS, SCALE, STABILITY
from chspay_core.worksheet import Worksheet
from chspay_grouper.engine.weights.cases import WeightKind
from chspay_grouper.engine.weights.extras import ADJUST, ADJUSTMENTS, LEVELS, PRIMARY, TCM
from chspay_grouper.engine.weights.methods import TRIMS, YEARS, YearSum
from chspay_grouper.engine.weights.model import PARTS, GroupWeight, Measured
from chspay_grouper.engine.weights.terms import DEPARTMENTS, YEAR_WEIGHTS, WeightTerms

DISPLAY = "display_4"
KIND_NAMES = {
    WeightKind.DRG: "病组",
    WeightKind.TCM: "中医病组",
    WeightKind.PER_DIEM: "床日类别",
}
PART_NAMES = dict(zip(PARTS, ("药品", "耗材", "检查检验", "医疗服务", "其他"), strict=True))
LEVEL_REASONS = {
    "no_coefficient": "基层病种，不分等级",
    "unstable": "非稳定病组，不分等级",
    "one_level": "只有一个等级有病例，不分等级",
    "few_cases": "有等级病例太少，不分等级",
    "inverted": "低等级均费高于高等级（倒挂），不分等级",
    "alike": "各等级均费相差不大，不分等级",
}
#: Keys of years and levels end in a letter: a, b, c from the oldest year, the lowest level.
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def weight_sheet(measured: Measured, group: GroupWeight, terms: WeightTerms) -> Worksheet:
    """How ``group`` came to its weight and base points."""
    sheet = Worksheet(f"{KIND_NAMES[group.kind]} {group.code} 权重测算底稿")
    letters = {year.back: _LETTERS[place] for place, year in enumerate(measured.overall_years)}
    for year in group.years:
        letters.setdefault(year.back, _LETTERS[len(letters)])
    _given(sheet, group, terms)
    _weights_of_years(sheet, letters, (*measured.overall_years, *group.years), terms)
    names = ("all", "全部病例", "cases", "例数")
    _mean(sheet, names, measured.overall_years, letters, terms, ("overall_mean", "全部病例平均费用"))
    typical = _typical(sheet, group, letters, terms)
    factor = _factor(sheet, measured, group, terms)
    _weight(sheet, measured, group, terms, typical, factor)
    _levels(sheet, measured, group, terms, typical, factor)
    _parts(sheet, measured, group)
    return sheet


def _given(sheet: Worksheet, group: GroupWeight, terms: WeightTerms) -> None:
    policy = terms.policy
    sheet.given("code", KIND_NAMES[group.kind], group.code, "text")
    if group.kind is WeightKind.PER_DIEM:
        category = policy.rule(DEPARTMENTS)
        sheet.rule("scope", "床日科别", "按科室认定", "text", rule=category)
        return
    if group.kind is WeightKind.TCM:
        sheet.rule("scope", "中医病组", policy.text(TCM.key), "text", rule=policy.rule(TCM.key))
    sheet.given("group_all_cases", "病例数（裁剪前）", group.cases, "cases")
    sheet.rule("trim", "裁剪方法", policy.text(TRIMS.key), "text", rule=policy.rule(TRIMS.key))
    sheet.given("trims", "裁剪次数", group.trims, "count")
    sheet.given("cv", "变异系数（裁剪后）", group.cv_display or "无法计算", "ratio")
    stable = "稳定病组" if group.stable else "非稳定病组"
    sheet.rule("stability", "稳定病组判断", stable, "text", rule=policy.rule(STABILITY.key))
    special = "是" if group.no_coefficient else "否"
    sheet.rule("no_coefficient", "不设差异系数", special, "text", rule=policy.rule(PRIMARY.key))


def _weights_of_years(
    sheet: Worksheet, letters: dict[int, str], years: Sequence[YearSum], terms: WeightTerms
) -> None:
    if not terms.years.weighted:
        return
    weights = {year.back: year.weight for year in years}
    for back, letter in letters.items():
        rule = terms.policy.rule(YEAR_WEIGHTS)
        label = f"{terms.policy.on.year - back}年的权重"
        sheet.rule(f"year_{letter}_weight", label, _text(weights[back]), "ratio", rule=rule)


def _mean(
    sheet: Worksheet,
    names: tuple[str, str, str, str],
    years: Sequence[YearSum],
    letters: dict[int, str],
    terms: WeightTerms,
    result: tuple[str, str],
) -> None:
    """The sums of each year and the mean they make; ``names`` are prefix, whose, unit and name of n."""
    prefix, whose, unit, counted = names
    keys = []
    for year in years:
        letter = letters[year.back]
        when = f"{terms.policy.on.year - year.back}年" if terms.years.weighted else ""
        cost, n = f"{prefix}_{letter}_cost", f"{prefix}_{letter}_{unit}"
        sheet.given(cost, f"{whose}{when}总费用", fen_to_yuan(year.cost), "yuan")
        sheet.given(n, f"{whose}{when}{counted}", year.n, unit)
        keys.append((f"year_{letter}_weight", cost, n))
    used = [name for key in keys for name in (key if terms.years.weighted else key[1:])]
    sheet.line(
        result[0],
        result[1],
        _yuan4(terms.years.mean(years)),
        "yuan",
        formula=terms.years.formula(keys),
        inputs=used,
        rounding=DISPLAY,
        rule=terms.policy.rule(YEARS.key),
    )


def _typical(sheet: Worksheet, group: GroupWeight, letters: dict[int, str], terms: WeightTerms) -> str:
    """The lines of the group's own cost; answers the key of the typical one."""
    if group.kind is WeightKind.PER_DIEM:
        names = ("group", "本类", "days", "床日数")
        _mean(sheet, names, group.years, letters, terms, ("day_mean", "床日平均费用"))
        return "day_mean"
    if group.years:
        names = ("group", "本组（裁剪后）", "cases", "例数")
        _mean(sheet, names, group.years, letters, terms, ("mean", "病组平均费用"))
    if group.stable:
        return "mean"
    median = format(ratio_half_up(group.median_twice_fen, 200, 3), "f")
    sheet.given("median", "病组费用中位数（裁剪前）", median, "yuan")
    return "median"


def _factor(sheet: Worksheet, measured: Measured, group: GroupWeight, terms: WeightTerms) -> list[str]:
    """The lines of the adjustment; answers the keys to multiply by."""
    if terms.factors is None or group.kind is WeightKind.PER_DIEM:
        return []
    own = terms.factors.get(group.code, Fraction(1))
    rule = terms.policy.rule(ADJUSTMENTS)
    sheet.rule("adjust_factor", "本组调整系数", _text(own), "ratio", rule=rule)
    k = ratio_half_up(measured.k.numerator, measured.k.denominator, 18)
    rule = terms.policy.rule(ADJUST.key)
    sheet.rule("adjust_k", "保持总权重不变的系数k＝Σ权重×例数÷Σ调整系数×权重×例数", k, "ratio", rule=rule)
    return ["adjust_factor", "adjust_k"]


def _weight(
    sheet: Worksheet,
    measured: Measured,
    group: GroupWeight,
    terms: WeightTerms,
    typical: str,
    factor: list[str],
) -> None:
    policy = terms.policy
    method = policy.rule(BASE_POINTS.key)
    rounding = f"half_up_{measured.places}"
    formula = terms.base.formula.replace("typical", typical)
    sheet.given("weight_scale", "权重的基数", 1, "ratio")
    scale = policy.rule(SCALE)
    sheet.rule("scale", "均费对应的点数", policy.decimal(SCALE), scale.unit, rule=scale)
    plain_formula = formula.replace("scale", "weight_scale")
    inputs = [typical, "overall_mean", "weight_scale"]
    if factor:
        value = measured.decimal(group.measured_units)
        sheet.line(
            "measured_weight",
            "基础权重",
            value,
            "ratio",
            formula=plain_formula,
            inputs=inputs,
            rounding=rounding,
            rule=method,
        )
    times = "".join(f" × {key}" for key in factor)
    label = "调整权重" if factor else "权重"
    value = measured.decimal(group.units)
    sheet.line(
        "weight",
        label,
        value,
        "ratio",
        formula=plain_formula + times,
        inputs=inputs + factor,
        rounding=rounding,
        rule=method,
    )
    sheet.line(
        "points",
        "每床日点数" if group.kind is WeightKind.PER_DIEM else "基准点数",
        measured.decimal(group.points_units),
        "points",
        formula=formula + times,
        inputs=[typical, "overall_mean", "scale", *factor],
        rounding=rounding,
        rule=method,
    )


def _levels(
    sheet: Worksheet,
    measured: Measured,
    group: GroupWeight,
    terms: WeightTerms,
    typical: str,
    factor: list[str],
) -> None:
    if group.level_reason:
        why = LEVEL_REASONS[group.level_reason]
        sheet.rule("levels", "分等级权重", why, "text", rule=terms.policy.rule(LEVELS.key))
    if not group.levels:
        return
    keys = []
    for letter, entry in zip(_LETTERS, group.levels, strict=False):
        cost, n = f"level_{letter}_cost", f"level_{letter}_cases"
        sheet.given(cost, f"{entry.level}级医疗机构总费用（裁剪后）", fen_to_yuan(entry.cost), "yuan")
        sheet.given(n, f"{entry.level}级医疗机构例数（裁剪后）", entry.n, "cases")
        keys.append((cost, n))
    costs, numbers = (" + ".join(key[place] for key in keys) for place in (0, 1))
    base = terms.base.formula.replace("typical", typical).replace("scale", "weight_scale")
    times = "".join(f" × {key}" for key in factor)
    every = [name for key in keys for name in key]
    for letter, entry, (cost, n) in zip(_LETTERS, group.levels, keys, strict=False):
        sheet.line(
            f"level_{letter}_weight",
            f"{entry.level}级医疗机构的权重",
            measured.decimal(entry.units),
            "ratio",
            formula=f"{base}{times} × {cost} ÷ {n} × ({numbers}) ÷ ({costs})",
            inputs=[typical, "overall_mean", "weight_scale", *factor, *every],
            rounding=f"half_up_{measured.places}",
            rule=terms.policy.rule(LEVELS.key),
        )


def _parts(sheet: Worksheet, measured: Measured, group: GroupWeight) -> None:
    """The weight by what the money was spent on; the parts add up to it."""
    if group.part_units is None or group.part_sums is None:
        return
    costs = [f"{part}_cost" for part in PARTS]
    for key, part, money in zip(costs, PARTS, group.part_sums, strict=True):
        sheet.given(key, f"{PART_NAMES[part]}费用（各年加权后的比例数）", money, "text")
    whole = " + ".join(costs)
    for key, part, units in zip(costs, PARTS, group.part_units, strict=True):
        sheet.line(
            f"{part}_weight",
            f"权重中的{PART_NAMES[part]}部分",
            measured.decimal(units),
            "ratio",
            formula=f"weight × {key} ÷ ({whole})",
            inputs=["weight", *costs],
            rounding=f"largest_remainder_{measured.places}",
        )


def _text(value: Fraction) -> str:
    return plain(ratio_half_up(value.numerator, value.denominator, 18))


def _yuan4(fen: Fraction) -> str:
    return format(ratio_half_up(fen.numerator, fen.denominator * 100, 4), "f")
