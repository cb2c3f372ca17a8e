"""Why settlement refuses questions and decisions about claims from outside, and about samples."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

CLAIM_NOT_FOUND = Reason(
    "REVIEW_CLAIM_NOT_FOUND", Kind.NOT_FOUND, "审核队列中没有清单{value}，请核对清单流水号和权限。"
)
CLAIM_RENEWED = Reason(
    "REVIEW_CLAIM_RENEWED",
    Kind.CONFLICT,
    "清单{value}已有第{newest}版，这次决定针对的是第{version}版，请重新查看后再定。",
)
DECISION_UNKNOWN = Reason(
    "REVIEW_DECISION_UNKNOWN", Kind.INVALID, "决定应为checked（已核）或questioned（存疑），请填写。"
)
REASON_BAD = Reason(
    "REVIEW_REASON_BAD", Kind.INVALID, "理由最长{limit}个字，不含控制字符；存疑须写明理由，请补充。"
)
PERIOD_BAD = Reason(
    "SAMPLING_PERIOD_BAD", Kind.INVALID, "抽查的月份应先起后止，最多{limit}个月，收到{value}。"
)
HOSPITAL_NEEDED = Reason("SAMPLING_HOSPITAL_MISSING", Kind.INVALID, "抽取清单须给出医疗机构编码。")
NOTHING_CHECKED = Reason(
    "SAMPLING_NOTHING_CHECKED", Kind.NOT_FOUND, "{value}在{period}没有已质控的清单，无从抽查。"
)
