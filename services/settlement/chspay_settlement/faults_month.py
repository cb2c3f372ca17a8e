"""Why settlement refuses what surrounds a month: findings, decisions, holds, differences, trials."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

REPLAY_DIFFERS = Reason(
    "REPLAY_DIFFERS",
    Kind.INTERNAL,
    "月结{value}按原始数据重算的结算单与原结算单不一致（指纹{found}，原为{stored}），请立即联系管理员核查。",
)
TRIAL_MONTH_TAKEN = Reason(
    "TRIAL_MONTH_TAKEN",
    Kind.PRECONDITION,
    "统筹区{pool}的{period}已经月结（{value}），不能再试算；如需核对请重算该次月结。",
)
NOT_A_TRIAL = Reason("RUN_NOT_A_TRIAL", Kind.PRECONDITION, "{value}不是试算，不能作废。")
NOT_A_POSTED_RUN = Reason("NOT_A_POSTED_RUN", Kind.PRECONDITION, "{value}不是已完成的月结，不能重算。")
MONTHS_REVERSED = Reason("MONTHS_REVERSED", Kind.INVALID, "起始月份{value}晚于终止月份{last}，请核对。")
PERIOD_TOO_LONG = Reason("PERIOD_TOO_LONG", Kind.INVALID, "一次最多连续结算24个月，收到{value}个月。")
PERIOD_NOT_FOUND = Reason("PERIOD_NOT_FOUND", Kind.NOT_FOUND, "没有找到连续结算{value}。")
POINT_TABLE_MISSING = Reason(
    "POINT_TABLE_MISSING",
    Kind.PRECONDITION,
    "政策要求用全市统一测算的点数（{document}），而{place}在{value}没有可用的点数表，请先测算点数。",
)
POINT_TABLE_NOT_FOUND = Reason("POINT_TABLE_NOT_FOUND", Kind.NOT_FOUND, "没有找到点数表{value}。")
POINT_TABLE_SCHEME = Reason(
    "POINT_TABLE_SCHEME",
    Kind.PRECONDITION,
    "点数表{value}按另一个分组方案测算，不能用于{pool}的月结；请按现行方案重新测算点数。",
)
COEFFICIENTS_NOT_STORED = Reason(
    "COEFFICIENT_TABLE_NOT_STORED",
    Kind.PRECONDITION,
    "差异系数按“{value}”测算（{document}），而统筹区{pool}在{month}没有可用的差异系数表，请先测算并上传。",
)
COEFFICIENTS_NOT_FOUND = Reason("COEFFICIENT_TABLE_NOT_FOUND", Kind.NOT_FOUND, "没有找到差异系数表{value}。")
NOT_A_PREFECTURE = Reason(
    "NOT_A_PREFECTURE", Kind.INVALID, "点数按设区的市测算，“{value}”不是市的代码（应为××××00）。"
)
NO_LISTS_TO_MEASURE = Reason(
    "NO_LISTS_TO_MEASURE", Kind.PRECONDITION, "{place}在{value}没有清单，无法测算点数。"
)
FINDING_BAD = Reason("FINDING_BAD", Kind.INVALID, "审核疑点的“{field}”应为1至200个字的文本，请补充。")
FINDING_DIFFERS = Reason(
    "FINDING_DIFFERS", Kind.CONFLICT, "疑点编号{value}已经导入，内容与这一条不同；请换一个编号。"
)
FINDING_TWICE = Reason("FINDING_TWICE", Kind.INVALID, "同一批中疑点编号{value}出现多次，只收第一条。")
FINDING_NOT_FOUND = Reason("FINDING_NOT_FOUND", Kind.NOT_FOUND, "没有找到审核疑点{value}。")
FINDING_REASON_MISSING = Reason("FINDING_REASON_MISSING", Kind.INVALID, "请写明处理审核疑点的理由。")
DECISION_BAD = Reason("DECISION_BAD", Kind.INVALID, "决定的“{field}”无效：“{value}”。{why}")
DECISION_DIFFERS = Reason(
    "DECISION_DIFFERS",
    Kind.CONFLICT,
    "决定{value}已经执行过，内容与这一次不同；同一文号只能执行一次，更改请用新的决定。",
)
DECISION_STANDS = Reason(
    "DECISION_STANDS",
    Kind.CONFLICT,
    "病例{case}已有同类决定{value}，请先用新的决定撤销它。",
)
DECISION_NOT_FOUND = Reason("DECISION_NOT_FOUND", Kind.NOT_FOUND, "没有找到决定{value}。")
DECISION_REVOKED = Reason("DECISION_REVOKED", Kind.CONFLICT, "决定{value}已被{by}撤销。")
HOLD_BAD = Reason("HOLD_BAD", Kind.INVALID, "暂缓拨付的“{field}”应为1至200个字的文本，请补充。")
HOLD_AMOUNT_BAD = Reason(
    "HOLD_AMOUNT_BAD", Kind.INVALID, "暂缓拨付的金额不能小于零，0表示全部应付额，收到{value}分。"
)
HOLD_MONTH_CLOSED = Reason(
    "HOLD_MONTH_CLOSED", Kind.PRECONDITION, "统筹区{pool}的{value}已经结算，暂缓拨付只能从未结算的月份起。"
)
HOLD_NOT_FOUND = Reason("HOLD_NOT_FOUND", Kind.NOT_FOUND, "没有找到暂缓拨付{value}。")
HOLD_RELEASED = Reason("HOLD_RELEASED", Kind.PRECONDITION, "暂缓拨付{value}已经解除。")
HOSPITAL_NOT_IN_POOL = Reason(
    "HOSPITAL_NOT_IN_POOL", Kind.PRECONDITION, "医疗机构{value}不是统筹区{pool}的定点医疗机构。"
)
DIFFERENCES_MOVED = Reason(
    "DIFFERENCES_MOVED",
    Kind.CONFLICT,
    "预览之后又有更正或决定，差额已经变化，没有入账；请重新预览并核对后再提交。",
)
NO_DIFFERENCES = Reason("NO_DIFFERENCES", Kind.PRECONDITION, "统筹区{value}没有需要入账的差额。")
CAUSE_MISSING = Reason("CAUSE_MISSING", Kind.INVALID, "请写明差额的原因，它会写进分录和结算单。")
DIFFERENCE_YEAR_CLEARED = Reason(
    "DIFFERENCE_YEAR_CLEARED",
    Kind.PRECONDITION,
    "统筹区{pool}的{year}年正在清算（{value}），该年各月的更正不能再按差额入账；"
    "请退回该清算后再提交，或待办结后办理重新清算。",
)
POOL_NOT_OWN = Reason(
    "POOL_NOT_OWN", Kind.DENIED, "贵院当时不属统筹区{value}，只能查询所属统筹区的出院人次。"
)
OUTCOME_BAD = Reason("OUTCOME_BAD", Kind.INVALID, "争议处理结果的“{field}”不能使用：“{value}”，请核对。")
OUTCOME_DIFFERS = Reason(
    "OUTCOME_DIFFERS", Kind.CONFLICT, "文号{value}已有内容不同的处理结果，同一文号不能有两种内容。"
)
OUTCOME_FOREIGN = Reason(
    "OUTCOME_FOREIGN",
    Kind.PRECONDITION,
    "{what}不属于医疗机构{value}，不能按该机构的争议处理。请核对争议所写的编号。",
)
OUTCOME_REVOKED = Reason("OUTCOME_REVOKED", Kind.CONFLICT, "处理结果{value}已由{by}撤销。")
OUTCOME_UNKNOWN = Reason("OUTCOME_NUMBER_UNKNOWN", Kind.NOT_FOUND, "没有找到文号为{value}的处理结果。")
OUTCOME_NOT_REVERSIBLE = Reason(
    "OUTCOME_NOT_REVERSIBLE",
    Kind.PRECONDITION,
    "处理结果{value}不能自动撤销：此前没有可恢复的数值，或重新清算已经入账。请另行作出新的决定。",
)
OUTCOME_YEAR_CLEARED = Reason(
    "OUTCOME_YEAR_CLEARED",
    Kind.PRECONDITION,
    "统筹区{pool}的{year}年度正在清算或已经清算（{value}），处理结果不能再改变该年度的病例。"
    "清算未关闭的，请退回清算后重试；已关闭的，请在重新清算或下一年度中处理。",
)
