"""The five funds a year's plan is split into, and what must hold for a figure that is handed in.

Inpatient care is one fund of the whole 统筹区 and contains out-of-area care
(杭州市县域医共体支付方式改革实施细则（征求意见稿）二(二)1(2)).
"""

from __future__ import annotations

from collections.abc import Mapping

from chspay_core.errors import Fault, Kind, Reason

INPATIENT, OUTPATIENT, PER_DIEM, CAPITATION, RESERVE = (
    "inpatient", "outpatient", "per_diem", "capitation", "reserve",
)  # fmt: skip
#: What is spent, and what is kept back; the order in which they are shown.
SPENDING = (INPATIENT, OUTPATIENT, PER_DIEM, CAPITATION)
FUNDS = (*SPENDING, RESERVE)
NAMES: Mapping[str, str] = {
    INPATIENT: "住院（含异地就医）",
    OUTPATIENT: "门诊",
    PER_DIEM: "床日",
    CAPITATION: "人头包干",
    RESERVE: "风险调剂金",
}

FUND_UNKNOWN = Reason("BUDGET_FUND_UNKNOWN", Kind.INVALID, "“{value}”不是预算的一项基金，可用：{known}。")
FUND_TWICE = Reason("BUDGET_FUND_TWICE", Kind.INVALID, "“{value}”给出了两次，请合并为一项。")
FUND_MISSING = Reason("BUDGET_FUND_MISSING", Kind.INVALID, "缺少“{value}”的金额；没有发生的请写0。")
FIGURE_NEGATIVE = Reason("BUDGET_FIGURE_NEGATIVE", Kind.INVALID, "“{field}”不能为负，收到{value}分。")
DOCUMENT_MISSING = Reason(
    "BUDGET_DOCUMENT_MISSING", Kind.INVALID, "“{field}”须写明所依据的文件或分析（1至200个字）。"
)

_WORDS = 200


def check_fund(fund: str, known: tuple[str, ...] = FUNDS) -> str:
    """``fund`` itself when it is one.

    :raises Fault: BUDGET_FUND_UNKNOWN.
    """
    if fund not in known:
        raise Fault(FUND_UNKNOWN, field="fund", value=fund, known="、".join(known))
    return fund


def check_document(document: str, field: str) -> str:
    """A document without outer blanks.

    :raises Fault: BUDGET_DOCUMENT_MISSING.
    """
    found = document.strip()
    if not 1 <= len(found) <= _WORDS:
        raise Fault(DOCUMENT_MISSING, field=field, value=document)
    return found


def check_amount(fen: int, field: str) -> int:
    """``fen`` itself when it is not negative.

    :raises Fault: BUDGET_FIGURE_NEGATIVE.
    """
    if fen < 0:
        raise Fault(FIGURE_NEGATIVE, field=field, value=fen)
    return fen


def by_fund(
    given: list[tuple[str, int]], known: tuple[str, ...], *, whole: bool = False, signed: bool = False
) -> dict[str, int]:
    """Amounts by fund, each named once.

    :param whole: every known fund must be there; otherwise a missing one is zero.
    :raises Fault: BUDGET_FUND_UNKNOWN, BUDGET_FUND_TWICE, BUDGET_FUND_MISSING, BUDGET_FIGURE_NEGATIVE.
    """
    found: dict[str, int] = {}
    for fund, fen in given:
        if check_fund(fund, known) in found:
            raise Fault(FUND_TWICE, field="fund", value=fund)
        found[fund] = fen if signed else check_amount(fen, fund)
    for fund in known:
        if whole and fund not in found:
            raise Fault(FUND_MISSING, field="fund", value=fund)
        found.setdefault(fund, 0)
    return {fund: found[fund] for fund in known}
