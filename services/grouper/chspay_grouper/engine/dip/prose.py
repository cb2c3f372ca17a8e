"""A DIP trace in Chinese sentences, one per step, for people."""

from __future__ import annotations

from chspay_core.amounts import from_micro, plain
from chspay_core.case import Status
from chspay_grouper.engine.dip.catalogue import CORE, KIND_NAMES, RULE_NAMES
from chspay_grouper.engine.dip.match import DipAnswer, DipTrace
from chspay_grouper.engine.dip.shape import BED_DAY, EARLY
from chspay_grouper.engine.trace import Step

_LEVELS = {
    "exclusion": "排除表",
    "early": "先期分组",
    "tcm": "中医优势病种",
    "bed_day": "床日病种",
    "merge": "并项",
    "subdivision": "诊断辅助细分",
    "core": "核心病种",
    "comprehensive": "综合病种",
    "auxiliary": "辅助分型",
    "local": "本地规则",
}
SENTENCES = {
    "DIAGNOSIS_MISSING": "缺少主要诊断。",
    "DIP_RECORD_UNREADABLE": "记录中有不能读取、小于零或日期颠倒的字段，请核对。",
    "DIP_DAYS_MISSING": "按床日的科室，病例没有住院天数，无法计算分值。",
    "PRINCIPAL_UNKNOWN": "主要诊断不是ICD-10编码，请核对编码版本。",
    "DIP_PRINCIPAL_EXCLUDED": "主要诊断在排除表中，请核对主要诊断的选择。",
    "DIP_NO_GROUP": "核心病种与综合病种都没有匹配，按本地规则处理。",
    "DIP_EARLY_NOT_LISTED": "病例属于先期分组，但目录中没有这个病种，按本地规则处理。",
}


def prose(trace: DipTrace) -> list[str]:
    """What was dropped, merged, tried and taken, in the order it happened, and the result."""
    return [*(_sentence(step) for step in trace.steps if step.level != "result"), _result(trace.answer)]


def _sentence(step: Step) -> str:
    head = _LEVELS[step.level]
    named = f"{step.code}（{step.name}）" if step.name else step.code
    hits = f"，命中{'、'.join(step.hits)}" if step.hits and step.level in ("core", "subdivision") else ""
    rule = f"，依{RULE_NAMES[step.rule]}" if step.rule in RULE_NAMES else ""
    verb = {"taken": "入", "failed": "不成立"}.get(step.outcome, "")
    mark = f"{verb} " if step.outcome == "taken" and step.level in ("core", "comprehensive") else ""
    return f"{head}：{mark}{named}{rule}{hits}{'：' if named else ''}{step.note}。"


def _result(answer: DipAnswer) -> str:
    group = answer.group
    if group is None:
        kind = "未入组" if answer.status is Status.UNGROUPED else "记录未通过输入校验"
        return f"结果：{kind}。{SENTENCES[answer.reason]}［{answer.reason}］"
    score = plain(from_micro(group.score_micro))
    kind = f"，{KIND_NAMES[group.kind]}" if group.level == CORE and group.rule != EARLY else ""
    unit = "每床日分值" if group.level == BED_DAY else "病种分值"
    told = f"结果：{group.code}（{group.name}{kind}），{unit}{score}"
    if group.base_level:
        told += "，基层病种，不乘机构系数"
    if answer.subtype:
        factor = plain(from_micro(answer.subtype.factor_micro))
        told += f"，辅助分型{answer.subtype.code}（{answer.subtype.name}）系数{factor}"
    return f"{told}。"
