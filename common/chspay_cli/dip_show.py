"""A DIP catalogue in words and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pyarrow as pa

from chspay_core.amounts import from_micro, plain, ratio_half_up
from chspay_core.wording import evidence_text
from chspay_grouper.engine.dip.auxiliary import CV_LOW, FEW_CASES, NO_DROP, NO_PART, SPLIT
from chspay_grouper.engine.dip.catalogue import KIND_NAMES, RULE_NAMES, Catalogue, Change, Group
from chspay_grouper.engine.dip.shape import BED_DAY

LEVEL_NAMES = {"core": "核心病种", "comprehensive": "综合病种", "tcm": "中医优势病种", "bed_day": "床日病种"}
DIMENSION_NAMES = {"cci": "CCI指数", "severity": "疾病严重程度", "age": "年龄", "icu": "重症监护天数"}
OUTCOME_NAMES = {
    SPLIT: "成立",
    FEW_CASES: "病种例数不足",
    CV_LOW: "病种变异系数不高，不必分型",
    NO_PART: "没有例数足够的分型",
    NO_DROP: "组内变异系数下降不足",
}
CHANGE_NAMES = {
    "rule": "规则",
    "table": "规则表",
    "year": "年份权重",
    "added": "新增病种",
    "removed": "取消病种",
    "score": "分值变化",
    "base_level": "基层病种变化",
    "subtypes": "辅助分型变化",
}
_TEXT = pa.string()
GROUP_SCHEMA = pa.schema(
    [
        *((name, _TEXT) for name in ("code", "name", "level", "rule", "kind")),
        ("cases", pa.int64()),
        ("kept", pa.int64()),
        *((name, _TEXT) for name in ("mean_cost", "cv", "score", "drug_score", "consumable_score")),
        *((name, _TEXT) for name in ("base_level", "subtypes")),
    ]
)


def overview(catalogue: Catalogue) -> list[str]:
    """What a catalogue holds, how it was made and how good its evidence is."""
    counts, placed = catalogue.counts(), catalogue.placed
    rules = "，".join(f"{name}{counts[f'core_{rule}']:,}" for rule, name in RULE_NAMES.items())
    total = sum(placed.values())
    share = ratio_half_up(placed["core"] * 100, total, 2) if total else 0
    years = "，".join(f"{year}年权重{weight}" for year, weight in sorted(catalogue.years.items()))
    return [
        f"目录{catalogue.catalogue_id}：{catalogue.place}，自{catalogue.on}起使用；{years}。",
        f"核心病种{counts['core']:,}（{rules}），例数门槛{catalogue.threshold}；综合病种{counts['comprehensive']:,}，"
        f"中医优势病种{counts['tcm']:,}，床日病种{counts['bed_day']:,}。",
        f"基层病种{counts['base_level']:,}，辅助分型{counts['subtypes']:,}。",
        f"病例{total:,}：核心{placed['core']:,}（{share}%），综合{placed['comprehensive']:,}，"
        f"中医优势{placed.get('tcm', 0):,}，床日{placed.get('bed_day', 0):,}，"
        f"本地规则{placed['local']:,}。",
        f"全部病例均费{_yuan(catalogue.overall)}元，分值除数{_yuan(catalogue.divisor)}元。",
        f"所据规则：{evidence_text(catalogue.weakest_evidence())}。摘要 {catalogue.digest}",
    ]


def group_lines(group: Group, catalogue: Catalogue) -> list[str]:
    """The measured figures of one group."""
    made = f"，{RULE_NAMES[group.rule]}" if group.rule in RULE_NAMES else ""
    cases = "，".join(f"{year}年{n:,}" for year, n in group.cases.items())
    daily, cv = group.level == BED_DAY, group.cv or "—"
    mean, score = ("每床日均费", "每床日分值") if daily else ("均费", "病种分值")
    lines = [
        f"{group.code} {group.name}：{LEVEL_NAMES[group.level]}{made}，{KIND_NAMES[group.kind]}。",
        f"病例{group.count:,}（{cases}），定价{group.kept:,}；{mean}{_yuan(group.mean)}元，变异系数{cv}。",
        f"{score}{_micro(group.score_micro)}＝{mean}÷{_yuan(catalogue.divisor)}×{catalogue.terms.scale}。",
    ]
    if group.drug_micro is not None:
        lines.append(f"药品分值{_micro(group.drug_micro)}（不乘倍数）。")
    if group.consumable_micro is not None:
        lines.append(f"耗材分值{_micro(group.consumable_micro)}（不乘倍数）。")
    if group.base_level:
        lines.append("基层病种，不乘机构系数。")
    for procedure, n, increment, kept in group.related_tests:
        told = "成组" if kept else "不成组"
        grown = f"费用增幅{increment}%" if increment else "没有可比较的病例"
        lines.append(f"相关手术{procedure}：{n}例，{grown}，{told}。")
    for test in group.tests:
        within = f"（组内变异占{test.within}）" if test.within else ""
        lines.append(f"辅助分型 {DIMENSION_NAMES[test.dimension]}：{OUTCOME_NAMES[test.outcome]}{within}。")
    for each in group.subtypes:
        factors = f"触发值{_micro(each.trigger_micro)}，系数{_micro(each.factor_micro)}"
        lines.append(f"  {each.code} {each.name}：{each.cases:,}例，{factors}。")
    return lines


def group_rows(catalogue: Catalogue) -> pa.RecordBatch:
    """The groups as a table of :data:`GROUP_SCHEMA`."""
    rows = [_row(group) for group in catalogue.groups]
    return pa.RecordBatch.from_pylist(rows, schema=GROUP_SCHEMA)


def change_line(change: Change) -> str:
    """One difference in words."""
    before, after = change.before, change.after
    if change.kind == "score":
        before, after = (_micro(int(text)) for text in (before, after))
    told = f"：{before or '无'} → {after or '无'}" if before or after else ""
    if change.kind in ("added", "removed"):
        told = f" {before}"
    return f"{CHANGE_NAMES[change.kind]} {change.code}{told}"


def _row(group: Group) -> Mapping[str, object]:
    return {
        "code": group.code,
        "name": group.name,
        "level": LEVEL_NAMES[group.level],
        "rule": RULE_NAMES.get(group.rule, ""),
        "kind": KIND_NAMES[group.kind],
        "cases": group.count,
        "kept": group.kept,
        "mean_cost": _yuan(group.mean),
        "cv": group.cv,
        "score": _micro(group.score_micro),
        "drug_score": _micro(group.drug_micro),
        "consumable_score": _micro(group.consumable_micro),
        "base_level": "是" if group.base_level else "",
        "subtypes": "；".join(f"{each.name}×{_micro(each.factor_micro)}" for each in group.subtypes),
    }


def _micro(value: int | None) -> str:
    return "" if value is None else plain(from_micro(value))


def _yuan(fen: Fraction) -> str:
    return format(ratio_half_up(fen.numerator, fen.denominator * 100, 2), "f")
