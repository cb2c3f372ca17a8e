"""The answer of a case and the stable reasons a case has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chspay_core.case import (
    DIAGNOSIS_MISSING,
    DISCHARGE_BEFORE_ADMISSION,
    NEGATIVE,
    SEX_BAD,
    Status,
)
from chspay_core.period import NOT_A_DAY
from chspay_core.tables import NOT_AN_INTEGER

#: Reasons of an ungrouped case 无法入组.
PRINCIPAL_UNKNOWN = "PRINCIPAL_UNKNOWN"
PRINCIPAL_NOT_GROUPABLE = "PRINCIPAL_NOT_GROUPABLE"
NO_MDC = "NO_MDC"
NO_GROUP_IN_MDC = "NO_GROUP_IN_MDC"
#: An infant whose group depends on the age in days, which the record does not say.
AGE_DAYS_NEEDED = "AGE_DAYS_NEEDED"

#: One Chinese sentence per reason, for people.
SENTENCES: Mapping[str, str] = {
    PRINCIPAL_UNKNOWN: "主要诊断编码不在本方案的任何表中，请核对编码版本。",
    PRINCIPAL_NOT_GROUPABLE: "主要诊断不能作为本方案的入组诊断，请核对主要诊断的选择。",
    NO_MDC: "没有一个MDC的规则成立，请核对性别、年龄与主要诊断。",
    NO_GROUP_IN_MDC: "进入了MDC，但其中没有一个病组的规则成立。",
    AGE_DAYS_NEEDED: "不满一岁的病例缺少天龄，而天龄决定入组。",
    SEX_BAD.code: "性别应为1（男）或2（女）。",
    DIAGNOSIS_MISSING.code: "缺少主要诊断。",
    NEGATIVE.code: "年龄、天龄、体重、住院天数或重症小时数小于零。",
    DISCHARGE_BEFORE_ADMISSION.code: "出院日期早于入院日期。",
    NOT_AN_INTEGER.code: "应为整数的字段不是整数。",
    NOT_A_DAY.code: "入院或出院日期不是有效日期。",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The group of one case. Codes are empty and ``reason`` is set unless grouped or ambiguous."""

    status: Status
    mdc: str = ""
    adrg: str = ""
    drg: str = ""
    reason: str = ""


UNGROUPED: Mapping[str, Answer] = {
    reason: Answer(Status.UNGROUPED, reason=reason)
    for reason in (PRINCIPAL_UNKNOWN, PRINCIPAL_NOT_GROUPABLE, NO_MDC, NO_GROUP_IN_MDC)
}
INVALID: Mapping[str, Answer] = {
    reason: Answer(Status.INVALID, reason=reason) for reason in SENTENCES if reason not in UNGROUPED
}
