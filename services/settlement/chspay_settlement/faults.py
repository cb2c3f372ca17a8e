"""Why settlement refuses, in one place."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

FIELD_MISSING = Reason("FIELD_MISSING", Kind.INVALID, "结算清单缺少必填项“{field}”，请补充后重新上传。")
CHANNEL_UNKNOWN = Reason(
    "CHANNEL_UNKNOWN", Kind.INVALID, "来源渠道“{value}”无法识别，应为 rest、envelope、bulk、grpc 或 cli。"
)
TEXT_BAD = Reason("TEXT_BAD", Kind.INVALID, "“{field}”最长64个字，且不能含有控制字符，收到“{value}”。")
COST_TOO_LARGE = Reason("COST_TOO_LARGE", Kind.INVALID, "{field}超过单份清单的上限100亿元，收到{value}分。")
HOSPITAL_UNKNOWN = Reason(
    "HOSPITAL_UNKNOWN", Kind.PRECONDITION, "医疗机构{value}尚未登记，请先由医保经办机构登记后再上传。"
)
HOSPITAL_NOT_IN_FORCE = Reason(
    "HOSPITAL_NOT_IN_FORCE",
    Kind.PRECONDITION,
    "医疗机构{value}在{day}没有有效的登记（协议未开始或已结束），请核对出院日期。",
)
HOSPITAL_NO_AGREEMENT = Reason(
    "HOSPITAL_NO_AGREEMENT",
    Kind.PRECONDITION,
    "医疗机构{value}在{day}的医保服务协议已{state}，该日出院的清单不能结算，请与医保经办机构核对协议。",
)
NOT_A_HOSPITAL = Reason(
    "NOT_A_HOSPITAL", Kind.PRECONDITION, "机构{value}登记为{kind}，不能上传住院结算清单，请核对机构编码。"
)
HOSPITAL_IN_REGISTRY = Reason(
    "HOSPITAL_IN_REGISTRY",
    Kind.CONFLICT,
    "医疗机构{value}已由定点机构登记管理，请在定点机构登记中更改（chspay registry import）。",
)
HOSPITAL_DAYS_OVERLAP = Reason(
    "HOSPITAL_DAYS_OVERLAP", Kind.CONFLICT, "医疗机构{value}在这些日期已有另一条登记，请先核对起止日期。"
)
HOSPITAL_DAYS_BAD = Reason("HOSPITAL_DAYS_BAD", Kind.INVALID, "终止日期{value}早于生效日期{since}，请核对。")
HOSPITAL_LEVEL_BAD = Reason(
    "HOSPITAL_LEVEL_BAD", Kind.INVALID, "医疗机构等级应为1、2、3或9（未定级），收到“{value}”。"
)
REGION_OUTSIDE_POOL = Reason(
    "REGION_OUTSIDE_POOL",
    Kind.INVALID,
    "行政区划“{value}”不在统筹区{pool}之内，请核对医疗机构所在地的六位代码。",
)
PERSON_KEY_DIFFERS = Reason(
    "PERSON_KEY_DIFFERS", Kind.INVALID, "清单中的人员标识与人员编号不一致，请只提供其中一项。"
)
LIST_NOT_FOUND = Reason("LIST_NOT_FOUND", Kind.NOT_FOUND, "没有找到结算清单{value}。")
LIST_TWICE = Reason("LIST_TWICE", Kind.INVALID, "同一批中病例{value}出现多次，只收第一条，请核对后重新上传。")
CHUNK_UNREADABLE = Reason(
    "CHUNK_UNREADABLE", Kind.INVALID, "第{value}块内容不是有效的 Arrow 数据（{why}），请重新生成后上传。"
)
CHUNK_ID_BAD = Reason(
    "CHUNK_ID_BAD", Kind.INVALID, "每一块都要带同一个请求号和从0开始的块号，收到“{value}”。"
)
RUN_NOT_FOUND = Reason("RUN_NOT_FOUND", Kind.NOT_FOUND, "没有找到月结{value}。")
RUN_EXISTS = Reason(
    "RUN_EXISTS", Kind.CONFLICT, "统筹区{pool}的{period}月结已经有一次（{value}），不能重复启动。"
)
NO_LISTS = Reason("NO_LISTS", Kind.PRECONDITION, "统筹区{pool}在{period}没有可结算的清单，请先上传结算清单。")
SCHEME_CHANGED = Reason(
    "SCHEME_CHANGED",
    Kind.PRECONDITION,
    "分组方案{value}的内容与政策封存的摘要不一致，请恢复原方案或发布新的政策。",
)
GROUP_ANSWERS_SHORT = Reason(
    "GROUP_ANSWERS_SHORT", Kind.INTERNAL, "分组服务返回的条数与提交的不一致（{value}），没有保存任何内容。"
)
STATEMENT_NOT_FOUND = Reason("STATEMENT_NOT_FOUND", Kind.NOT_FOUND, "没有找到{value}的结算单。")
RUN_CASE_NOT_FOUND = Reason("RUN_CASE_NOT_FOUND", Kind.NOT_FOUND, "该次月结中没有病例{value}。")
RUN_NOT_DONE = Reason("RUN_NOT_DONE", Kind.PRECONDITION, "月结{value}尚未完成，请稍后再查。")
LINEAGE_BROKEN = Reason(
    "LINEAGE_BROKEN",
    Kind.INTERNAL,
    "病例{value}重新计算的{field}为{found}，与存储的{stored}不一致，请立即联系管理员核查。",
)
SUM_BROKEN = Reason(
    "SUM_BROKEN", Kind.INTERNAL, "分配合计{found}分与应分配的{value}分不一致，没有记账，请联系管理员。"
)
ENGINE_CHANGED = Reason(
    "ENGINE_CHANGED",
    Kind.PRECONDITION,
    "月结{run}由计算引擎{value}开始，当前引擎为{found}，请用原版本完成或重新启动月结。",
)
MONTHS_BACKWARDS = Reason("MONTHS_BACKWARDS", Kind.INVALID, "起始月份{value}晚于终止月份{last}，请核对。")
