"""Why an annual clearing, a re-clearing or a payment is refused, in one place."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

YEAR_NOT_FOUND = Reason("YEAR_NOT_FOUND", Kind.NOT_FOUND, "没有找到年度清算{value}，或尚未公示。")
YEAR_EXISTS = Reason(
    "YEAR_EXISTS", Kind.CONFLICT, "统筹区{pool}{year}年度已有一次清算（{value}），退回后才能重新编制。"
)
YEAR_NO_MONTHS = Reason(
    "YEAR_NO_MONTHS", Kind.PRECONDITION, "统筹区{pool}{value}年度没有已完成的月度结算，不能清算。"
)
YEAR_MONTHS_OPEN = Reason(
    "YEAR_MONTHS_OPEN", Kind.PRECONDITION, "统筹区{pool}还有月份的清单没有结算：{value}。请先完成月度结算。"
)
YEAR_DIFFERENCES_PENDING = Reason(
    "YEAR_DIFFERENCES_PENDING",
    Kind.PRECONDITION,
    "统筹区{pool}有{value}项清单更正或病例决定还没有办理差额，请先办理差额，再编制年度清算。",
)
YEAR_BILL_UNKNOWN = Reason(
    "YEAR_BILL_UNKNOWN",
    Kind.PRECONDITION,
    "医疗机构{hospital}有{value}份病例缺少据实基金费用（{cite}），请补齐后重新编制。",
)
YEAR_DEDUCTIONS_DIFFER = Reason(
    "YEAR_DEDUCTIONS_DIFFER",
    Kind.INTERNAL,
    "各结算单的审核扣款合计{found}分与总账的{value}分不一致，没有继续，请联系管理员核查。",
)
YEAR_CHANGED = Reason(
    "YEAR_CHANGED",
    Kind.INTERNAL,
    "年度清算{clearing}重新计算的{field}与存储的不一致（{found}，{value}），没有继续，请联系管理员核查。",
)
YEAR_BUDGET_MOVED = Reason(
    "YEAR_BUDGET_MOVED",
    Kind.CONFLICT,
    "预算在编制清算之后又批准了新的一版（第{value}版，清算依据第{version}版），请退回后重新编制。",
)
YEAR_LEDGER_MOVED = Reason(
    "YEAR_LEDGER_MOVED",
    Kind.CONFLICT,
    "医疗机构{value}的账在编制清算之后又有变动，清算单已不符，请退回后重新编制。",
)
ACCOUNTS_MISSING = Reason(
    "YEAR_ACCOUNTS_MISSING",
    Kind.PRECONDITION,
    "统筹区{pool}{value}年度还没有批准的决算（含原因分析），不能批准结余留用、超支分担。",
)
ACCOUNTS_DIFFER = Reason(
    "YEAR_ACCOUNTS_DIFFER",
    Kind.PRECONDITION,
    "第{version}版决算的{field}为{found}分，清算为{value}分，请更正决算后再批准。",
)
FACT_KIND_BAD = Reason(
    "YEAR_FACT_KIND",
    Kind.INVALID,
    "登记事项“{value}”无法识别，应为 standing（机构状态）、score（考核得分）或 audit（审核扣款）。",
)
FACT_VALUE_BAD = Reason("YEAR_FACT_VALUE", Kind.INVALID, "登记事项的内容“{value}”不符合要求：{expected}。")
FACT_CITATION_MISSING = Reason(
    "YEAR_FACT_CITATION", Kind.INVALID, "登记事项须写明依据的文件或决定（1至200个字）。"
)
FACT_TOO_LATE = Reason(
    "YEAR_FACT_LATE",
    Kind.PRECONDITION,
    "统筹区{pool}{year}年度的清算（{value}）正在办理或已关闭，退回后才能登记。",
)
YEAR_HOSPITAL_UNKNOWN = Reason(
    "YEAR_HOSPITAL_UNKNOWN", Kind.PRECONDITION, "医疗机构{value}没有登记在统筹区{pool}，请核对机构编码。"
)
YEAR_STATEMENT_NOT_FOUND = Reason(
    "YEAR_STATEMENT_NOT_FOUND", Kind.NOT_FOUND, "没有找到医疗机构{value}的年度清算单，或尚未公示。"
)
YEAR_WRONG = Reason("YEAR_WRONG", Kind.INVALID, "年度应在2000至2199之间，收到{value}。")
RECLEAR_NOT_CLOSED = Reason(
    "RECLEAR_NOT_CLOSED", Kind.PRECONDITION, "年度清算{value}尚未关闭，应退回更正，不能重新清算。"
)
RECLEAR_STANDS = Reason(
    "RECLEAR_STANDS", Kind.CONFLICT, "年度清算{clearing}已有一次未办结的重新清算（{value}），请先入账或撤回。"
)
RECLEAR_NOT_FOUND = Reason("RECLEAR_NOT_FOUND", Kind.NOT_FOUND, "没有找到重新清算{value}。")
RECLEAR_ENDED = Reason("RECLEAR_ENDED", Kind.CONFLICT, "重新清算{value}已经{state}，不能再办理。")
RECLEAR_SAME_PERSON = Reason(
    "RECLEAR_SAME_PERSON", Kind.DENIED, "重新清算的编制和入账须由不同的人办理，请由另一位经办人入账。"
)
RECLEAR_CAUSE_MISSING = Reason(
    "RECLEAR_CAUSE_MISSING", Kind.INVALID, "重新清算须写明查实的违规事由和依据的处理决定（各1至200个字）。"
)
RECLEAR_CASE_UNKNOWN = Reason(
    "RECLEAR_CASE_UNKNOWN", Kind.INVALID, "该年度清算中没有医疗机构{hospital}的病例{value}，请核对。"
)
RECLEAR_CASE_TWICE = Reason(
    "RECLEAR_CASE_TWICE", Kind.CONFLICT, "病例{value}已在重新清算{reclear}中扣减过点数，不能重复扣减。"
)
ADVANCE_BAD = Reason("ADVANCE_BAD", Kind.INVALID, "预付金应大于零分，收到{value}分。")
ADVANCE_LATE = Reason(
    "ADVANCE_LATE", Kind.PRECONDITION, "{year}年度的清算（{value}）正在办理或已关闭，不能再付该年度的预付金。"
)
ORDER_NOT_FOUND = Reason("PAYMENT_ORDER_NOT_FOUND", Kind.NOT_FOUND, "没有找到拨付单{value}。")
