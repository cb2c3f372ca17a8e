"""Why settlement refuses what is paid otherwise than by points, and what the router is asked."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

TEXT_BAD = Reason(
    "OTHER_TEXT_BAD", Kind.INVALID, "其他支付的“{field}”应为1至200个字的文本，收到“{value}”，请补充。"
)
AMOUNT_BAD = Reason(
    "OTHER_AMOUNT_BAD", Kind.INVALID, "其他支付的金额不能为零，绝对值不超过一万亿元，收到{value}分。"
)
SERVICE_BAD = Reason("OTHER_SERVICE_BAD", Kind.INVALID, "来源服务应为小写字母组成的服务名，收到“{value}”。")
SOURCE_OURS = Reason(
    "OTHER_SOURCE_RESERVED",
    Kind.DENIED,
    "来源编号{value}由结算自己使用；更正结算登记的支付，请写明更正哪一笔，编号以“fix/”开头。",
)
CORRECTS_OTHER = Reason(
    "OTHER_CORRECTS_DIFFERS",
    Kind.INVALID,
    "要更正的{payment}属于{pool}的{book}（{method}，收款方{payee}），与这一笔不同，请核对来源编号{value}。",
)
OTHER_DIFFERS = Reason(
    "OTHER_PAYMENT_OTHER",
    Kind.CONFLICT,
    "{service}的{value}已经登记为{payment}，内容与这一次不同（{names}）；更正请用新的来源编号并写明更正哪一笔。",
)
CORRECTS_UNKNOWN = Reason(
    "OTHER_CORRECTS_UNKNOWN", Kind.NOT_FOUND, "要更正的来源编号{value}没有登记过，请核对。"
)
MONTH_TAKEN = Reason(
    "OTHER_MONTH_CLOSED",
    Kind.PRECONDITION,
    "统筹区{pool}的{value}已经月结或正在月结，住院基金的其他支付影响点值，不能再记入该月；请记入下一个未结的月份。",
)
YEAR_TAKEN = Reason(
    "OTHER_YEAR_CLEARED",
    Kind.PRECONDITION,
    "统筹区{pool}的{value}年度正在清算或已经清算，不能再登记该年度的其他支付；请记入下一年度，或先退回清算。",
)
PAYMENT_NOT_FOUND = Reason("OTHER_PAYMENT_NOT_FOUND", Kind.NOT_FOUND, "没有找到其他支付{value}。")
BILLS_MISSING = Reason("BILLS_MISSING", Kind.INVALID, "对账单{value}没有账单，请至少填写一笔。")
BILLS_TOO_MANY = Reason(
    "BILLS_TOO_MANY", Kind.INVALID, "一份对账单最多{most}笔账单，收到{value}笔，请分成几份。"
)
BILL_PAID = Reason("BILL_PAID", Kind.CONFLICT, "机构{payee}的账单{value}以前已经支付，同一账单不能支付两次。")
BILLS_NOTHING = Reason(
    "BILLS_NOTHING", Kind.PRECONDITION, "对账单{value}的账单全部由个人负担或审核不予支付，无需支付。"
)
BOOKS_DIFFER = Reason(
    "OTHERS_LEDGER_DIFFERS",
    Kind.INTERNAL,
    "统筹区{pool}的其他支付在“{value}”登记{stated}分，而总账为{found}分，请立即联系管理员核查。",
)
OTHERS_LOST = Reason(
    "OTHERS_LOST",
    Kind.INTERNAL,
    "月结{value}取出的其他支付为{taken}分，而结算单与总账合计{found}分，未入账。",
)
PER_DIEM_AWAY = Reason(
    "PER_DIEM_UNREACHABLE",
    Kind.UNAVAILABLE,
    "床日付费服务暂时不能答复（{why}），没有写入任何内容，请稍后重试。",
)
PER_DIEM_CHANGED = Reason(
    "PER_DIEM_ANSWERS_DIFFER",
    Kind.INTERNAL,
    "床日付费服务对{value}的答复与所问的病例不一致，未继续结算，请联系管理员核查。",
)
ROUTE_NOT_FOUND = Reason("ROUTE_CASE_NOT_FOUND", Kind.NOT_FOUND, "月结{run}中没有找到病例{value}。")
ROUTING_UNRULED = Reason(
    "ROUTING_NOT_IN_FORCE",
    Kind.PRECONDITION,
    "统筹区{value}在{on}没有付费方式认定的规定（routing.table），所有病例按病组结算。",
)
BED_DAYS_WORD = Reason(
    "ROUTE_BED_DAYS_UNKNOWN", Kind.INVALID, "床日付费服务的答复应为{known}之一或留空，收到“{value}”。"
)
EARLIER_UNFINISHED = Reason(
    "EARLIER_RUN_UNFINISHED",
    Kind.UNAVAILABLE,
    "同一统筹区先开始的月结{value}还没有结束，{run}要与它核对住院日期，等它结束后自动继续。",
)
