"""The worksheet of one measured coefficient: hospital × group, from the base year's figures to the value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from chspay_core.amounts import fen_to_yuan, ratio_half_up
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.coefficient import measure as keys
from chspay_settlement.engine.coefficient.measure import weights_of, within
from chspay_settlement.engine.coefficient.parts import Cell, HospitalFacts, Sums, Year
from chspay_settlement.engine.coefficient.source import METHOD, shown
from chspay_settlement.engine.coefficient.table import RAW_PLACES, CoefficientRow, CoefficientTable

DISPLAY = "display_6"


def write_measured(
    sheet: Worksheet,
    table: CoefficientTable,
    row: CoefficientRow,
    cells: Iterable[Cell],
    base_micro: Mapping[str, int],
    policy: Policy,
    facts: Mapping[str, HospitalFacts] | None = None,
) -> None:
    """Every step from the base year to ``row``; the sheet must come to the row's value.

    :raises Fault: COEFFICIENT_FACT_MISSING, POLICY_MISSING.
    """
    free = [cell for cell in cells if cell.drg not in table.exempt]
    year = Year.of(free, base_micro, {} if facts is None else facts)
    sheet.given(
        "who", "医疗机构" if row.hospital_code else "医疗机构等级", row.hospital_code or row.level, "text"
    )
    sheet.given("drg", "病组", row.drg or "全部病组", "text")
    if table.method == "composite@1":
        raw = _composite(sheet, year, row, policy)
    else:
        raw = _ratio(sheet, year, row, policy)
    if abs(raw - Fraction(row.raw, 10**RAW_PLACES)) * 10**RAW_PLACES > 1:
        raise AssertionError("the worksheet of a coefficient does not come to its ratio")
    _finish(sheet, table, row, policy)


def _ratio(sheet: Worksheet, year: Year, row: CoefficientRow, policy: Policy) -> Fraction:
    if row.hospital_code:
        own, pool, label = year.own[row.hospital_code, row.drg], year.groups[row.drg], "本院病组"
    elif row.drg:
        own, pool, label = year.level_groups[int(row.level), row.drg], year.groups[row.drg], "本等级病组"
    else:
        own, pool, label = year.levels[int(row.level)], year.pool, "本等级"
    own_mean = _mean(sheet, "own", label, own)
    pool_mean = _mean(sheet, "pool", "统筹区", pool)
    raw = own_mean / pool_mean
    sheet.line(
        "raw",
        "均费比",
        _six(raw),
        "ratio",
        formula="own_mean ÷ pool_mean",
        inputs=("own_mean", "pool_mean"),
        rounding=DISPLAY,
        rule=policy.rule(METHOD),
    )
    return raw


def _mean(sheet: Worksheet, key: str, label: str, sums: Sums) -> Fraction:
    sheet.given(f"{key}_cost", f"{label}总费用", fen_to_yuan(sums.cost_fen), "yuan")
    sheet.given(f"{key}_cases", f"{label}病例数", sums.cases, "cases")
    mean = Fraction(sums.cost_fen, sums.cases)
    sheet.line(
        f"{key}_mean",
        f"{label}均费",
        format(ratio_half_up(mean.numerator, mean.denominator * 100, 4), "f"),
        "yuan",
        formula=f"{key}_cost ÷ {key}_cases",
        inputs=(f"{key}_cost", f"{key}_cases"),
        rounding="display_4",
    )
    return mean


def _composite(sheet: Worksheet, year: Year, row: CoefficientRow, policy: Policy) -> Fraction:
    total = Fraction(0)
    terms, inputs = [], []
    for part, weight in weights_of(policy):
        ratio = part.ratio(year, row.hospital_code, row.drg if part.by_group else "")
        sheet.given(f"r_{part.name}", f"{part.label}：{part.formula}", _six(ratio), "ratio")
        rule = policy.rule(keys.PARTS)
        sheet.rule(f"w_{part.name}", f"{part.label}的权重", shown(weight), "ratio", rule=rule)
        terms.append(f"w_{part.name} × r_{part.name}")
        inputs += [f"w_{part.name}", f"r_{part.name}"]
        total += weight * ratio
    sheet.line(
        "raw",
        "加权综合",
        _six(total),
        "ratio",
        formula=" + ".join(terms),
        inputs=inputs,
        rounding=DISPLAY,
        rule=policy.rule(METHOD),
    )
    return total


def _finish(sheet: Worksheet, table: CoefficientTable, row: CoefficientRow, policy: Policy) -> None:
    factor = Fraction(*table.factor)
    sheet.rule("factor", "归一系数", _six(factor), "ratio", rule=policy.rule(keys.RENORMALISE))
    rails = (Fraction(table.floor), Fraction(table.ceiling)) if table.floor else None
    formula, inputs = "raw × factor", ["raw", "factor"]
    if rails is not None:
        sheet.rule("floor", "系数下限", table.floor, "ratio", rule=policy.rule(keys.FLOOR))
        sheet.rule("ceiling", "系数上限", table.ceiling, "ratio", rule=policy.rule(keys.CEILING))
        formula, inputs = "min(max(raw × factor, floor), ceiling)", [*inputs, "floor", "ceiling"]
    exact = within(Fraction(row.raw, 10**RAW_PLACES) * factor, rails)
    value = ratio_half_up(exact.numerator, exact.denominator, table.places)
    if int(value.scaleb(table.places)) != row.units:
        raise AssertionError("the worksheet of a coefficient does not come to its value")
    sheet.line(
        "coefficient",
        "差异系数",
        value,
        "ratio",
        formula=formula,
        inputs=inputs,
        rounding=f"half_up_{table.places}",
        rule=policy.rule(keys.PLACES),
    )


def _six(value: Fraction) -> str:
    return format(ratio_half_up(value.numerator, value.denominator, 6), "f")
