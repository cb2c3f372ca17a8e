"""Whether a list may be reviewed as a special case 特例单议: the criteria C1-C7, each with its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_dispute.engine.cases.facts import Facts, Stated

_P = "dispute"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion and whether the list meets it; ``None`` when the rules or the list do not say enough."""

    name: str
    text: str
    met: bool | None


def eligible(facts: Facts) -> list[str]:
    """Why a list cannot be reviewed at all, in Chinese; empty when it can."""
    reasons = []
    if not facts.settled:
        reasons.append("病例所在月份尚未结算")
    elif facts.method not in {"drg", "dip"}:
        reasons.append("病例不是按病组或病种结算的")
    if not facts.quality_checked:
        reasons.append("结算清单尚未完成质量检查")
    elif facts.quality_errors:
        reasons.append(f"结算清单质量检查有{facts.quality_errors}处错误")
    return reasons


def criteria(facts: Facts, stated: Stated, policy: Policy, sheet: Worksheet) -> list[Criterion]:
    """Every criterion the rules of the pool know, with the figures it was judged by on ``sheet``.

    The rules are the keys ``dispute.*``; a criterion whose figures a pool has not set does not exist there.
    """
    sheet.given("los_days", "住院天数", facts.los_days, "天")
    sheet.given("cost", "总费用", fen_to_yuan(facts.cost_fen), "元")
    found = [
        _long_stay(facts, policy, sheet),
        _high_cost(facts, policy, sheet),
        _new_tech(facts, stated, policy),
        _critical(facts, stated, policy, sheet),
        _departments(stated, policy, sheet),
        _newborn(facts, policy, sheet),
    ]
    return [item for item in found if item is not None] + _local(facts, policy, sheet)


def on_list(facts: Facts, stated: Stated, policy: Policy, key: str) -> str:
    """The name of the first entry of a catalogue the list falls under; empty for none.

    :param key: ``dispute.new_tech_list`` or ``dispute.no_review_list``.
    """
    if not policy.has(key):
        return ""
    codes: Mapping[str, Iterable[str]] = {
        "procedure": facts.procedures, "diagnosis": facts.diagnoses, "item": stated.items,
    }  # fmt: skip
    for row in policy.table(key):
        held = codes.get(row["kind"], ())
        exact = row["kind"] == "item"
        if any(code == row["code"] if exact else code.startswith(row["code"]) for code in held):
            return row["name"]
    return ""


def _long_stay(facts: Facts, policy: Policy, sheet: Worksheet) -> Criterion | None:
    days, times = f"{_P}.los_days", f"{_P}.los_mult"
    if not policy.has(days) and not policy.has(times):
        return None
    met: list[bool] = []
    if policy.has(days):
        limit = policy.integer(days)
        sheet.rule("los_over", "长期住院超过的天数", limit, "天", rule=policy.rule(days))
        met.append(facts.los_days > limit)
    if policy.has(times) and facts.group_mean_los is not None:
        factor = policy.decimal(times)
        sheet.given("group_los", "病组平均住院天数", facts.group_mean_los, "天")
        sheet.rule("los_times", "长期住院倍数", factor, "倍", rule=policy.rule(times))
        met.append(facts.los_days >= factor * facts.group_mean_los)
    return Criterion("C1", "住院时间长", any(met) if met else None)


def _high_cost(facts: Facts, policy: Policy, sheet: Worksheet) -> Criterion | None:
    times, gap = f"{_P}.cost_mult", f"{_P}.min_gap_yuan"
    if not policy.has(times):
        return None
    factor, least = policy.decimal(times), yuan_to_fen(policy.text(gap))
    over = facts.cost_fen - facts.paid_fen
    sheet.given("group_mean", "病组均费", fen_to_yuan(facts.group_mean_fen), "元")
    sheet.given("standard", "支付标准", fen_to_yuan(facts.paid_fen), "元")
    sheet.rule("cost_times", "高费用倍数", factor, "倍", rule=policy.rule(times))
    sheet.rule("least_gap", "超出支付标准至少", fen_to_yuan(least), "元", rule=policy.rule(gap))
    sheet.line("gap", "超出支付标准", fen_to_yuan(over), "元", formula="cost - standard",
               inputs=["cost", "standard"])  # fmt: skip
    if not facts.group_mean_fen:
        return Criterion("C2", "费用高", None)
    return Criterion("C2", "费用高", facts.cost_fen >= factor * facts.group_mean_fen and over >= least)


def _new_tech(facts: Facts, stated: Stated, policy: Policy) -> Criterion | None:
    key = f"{_P}.new_tech_list"
    if not policy.has(key):
        return None
    name = on_list(facts, stated, policy, key)
    return Criterion("C3", f"使用新药新技术（{name}）" if name else "使用新药新技术", bool(name))


def _critical(facts: Facts, stated: Stated, policy: Policy, sheet: Worksheet) -> Criterion | None:
    met, known = [stated.organ_support, stated.transferred], False
    for key, label, hours in (
        ("icu_hours", "重症监护小时数", facts.icu_hours),
        ("vent_hours", "有创呼吸机小时数", stated.vent_hours),
    ):
        if not policy.has(f"{_P}.{key}"):
            continue
        known = True
        limit = policy.integer(f"{_P}.{key}")
        sheet.rule(f"least_{key}", f"{label}达到", limit, "小时", rule=policy.rule(f"{_P}.{key}"))
        if hours is not None:
            sheet.given(key, label, hours, "小时")
            met.append(hours >= limit)
    return Criterion("C4", "病情危重", any(met)) if known else None


def _departments(stated: Stated, policy: Policy, sheet: Worksheet) -> Criterion | None:
    key = f"{_P}.mdt_departments"
    if not policy.has(key):
        return None
    least, count = policy.integer(key), len(set(stated.departments))
    sheet.rule("least_departments", "多学科会诊科室数达到", least, "个", rule=policy.rule(key))
    sheet.given("departments", "参加会诊的科室数", count, "个")
    return Criterion("C5", "多学科诊疗", count >= least)


def _newborn(facts: Facts, policy: Policy, sheet: Worksheet) -> Criterion | None:
    key = f"{_P}.newborn_grams"
    if not policy.has(key):
        return None
    limit = policy.integer(key)
    city, group = (policy.decimal(f"{_P}.newborn_{name}_mult") for name in ("city", "group"))
    sheet.rule("newborn_below", "新生儿出生体重低于", limit, "克", rule=policy.rule(key))
    if facts.newborn_weight_g is None:
        return Criterion("C6", "极低体重新生儿", False)
    sheet.given("newborn_weight", "新生儿出生体重", facts.newborn_weight_g, "克")
    sheet.given("city_mean", "全市均费", fen_to_yuan(facts.city_mean_fen), "元")
    if not facts.city_mean_fen or not facts.group_mean_fen:
        return Criterion("C6", "极低体重新生儿", None)
    met = (
        facts.newborn_weight_g < limit
        and facts.cost_fen >= city * facts.city_mean_fen
        and facts.cost_fen >= group * facts.group_mean_fen
    )
    return Criterion("C6", "极低体重新生儿", met)


def _local(facts: Facts, policy: Policy, sheet: Worksheet) -> list[Criterion]:
    key = f"{_P}.extra_criteria"
    if not policy.has(key):
        return []
    held: Mapping[str, Decimal | None] = {
        "los_days": Decimal(facts.los_days),
        "icu_hours": None if facts.icu_hours is None else Decimal(facts.icu_hours),
        "cost_yuan": Decimal(facts.cost_fen) / 100,
        "gap_yuan": Decimal(facts.cost_fen - facts.paid_fen) / 100,
    }
    found = []
    for row in policy.table(key):
        least, value = Decimal(row["at_least"]), held[row["field"]]
        sheet.rule(row["criterion"], row["name"], least, "", rule=policy.rule(key))
        found.append(Criterion(row["criterion"], row["name"], None if value is None else value >= least))
    return found
