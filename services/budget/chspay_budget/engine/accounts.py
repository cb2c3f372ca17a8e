"""Final accounts 年度决算: what a year cost, what is handed out after sharing, and why it differs from plan.

Surplus and overspend are shared only after their causes have been analysed and responsibility is clear
(应在分析原因、厘清责任的基础上), so the causes add up to ``actual − budget`` exactly, in fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chspay_core.errors import Fault, Kind, Reason

#: The causes that may be named, and their names.
CAUSES = {
    "volume": "服务量",
    "case_mix": "病例组合",
    "price": "价格",
    "policy": "政策调整",
    "misconduct": "违规行为",
}

AMOUNT_NEGATIVE = Reason("ACCOUNTS_AMOUNT_NEGATIVE", Kind.INVALID, "决算的“{field}”不能为负，收到{value}分。")
CAUSE_UNKNOWN = Reason("ACCOUNTS_CAUSE_UNKNOWN", Kind.INVALID, "原因“{value}”无法识别，可用：{known}。")
CAUSE_EMPTY = Reason(
    "ACCOUNTS_CAUSE_EMPTY", Kind.INVALID, "每项原因都要有不为零的金额和说明，“{value}”不完整。"
)
CAUSES_DIFFER = Reason(
    "ACCOUNTS_CAUSES_DIFFER",
    Kind.PRECONDITION,
    "各项原因合计{value}分，应恰好等于据实费用减预算的差额{difference}分，请补充或更正原因分析。",
)
DOCUMENT_MISSING = Reason(
    "ACCOUNTS_DOCUMENT_MISSING", Kind.INVALID, "决算须写明所依据的文件或分析报告（1至200个字）。"
)
ACCOUNTS_UNKNOWN = Reason(
    "ACCOUNTS_UNKNOWN", Kind.NOT_FOUND, "没有找到统筹区{pool}{value}年度的决算，或当前身份不能查看。"
)
VERSION_STALE = Reason(
    "ACCOUNTS_VERSION_STALE",
    Kind.CONFLICT,
    "要批准的是第{value}版决算，但最新已是第{version}版。请重新查看最新一版后再批准。",
)
ALREADY_APPROVED = Reason(
    "ACCOUNTS_ALREADY_APPROVED", Kind.CONFLICT, "第{value}版决算已按{decision}批准，无需重复批准。"
)
SAME_PERSON = Reason(
    "ACCOUNTS_SAME_PERSON",
    Kind.DENIED,
    "编制和批准决算须由不同的人办理：第{version}版由当前身份编制，请由另一位经办人批准。",
)
BUDGET_MOVED = Reason(
    "ACCOUNTS_BUDGET_MOVED",
    Kind.CONFLICT,
    "预算在决算编制之后又批准了新的一版（第{value}版，决算依据第{version}版），请重新编制决算。",
)

_WORDS = 200


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for the difference; ``amount_fen`` is its part of ``actual − budget``."""

    cause: str
    amount_fen: int
    note: str
    document: str


@dataclass(frozen=True, slots=True)
class Accounts:
    """One version of a year's final accounts; ``decision_no`` is empty until it is approved. Money in fen."""

    pool: str
    year: int
    version: int
    budget_fen: int
    budget_version: int
    actual_fen: int
    decision_fen: int
    causes: tuple[Cause, ...]
    document: str
    drafted_by: str
    decision_no: str = ""

    def by_cause(self) -> dict[str, int]:
        """What each cause makes together, fen; a cause nobody named makes zero."""
        found = dict.fromkeys(CAUSES, 0)
        for cause in self.causes:
            found[cause.cause] += cause.amount_fen
        return found


def check_accounts(
    budget_fen: int, actual_fen: int, decision_fen: int, causes: Sequence[Cause], document: str
) -> None:
    """What must hold before final accounts are stored.

    :raises Fault: ACCOUNTS_AMOUNT_NEGATIVE, ACCOUNTS_DOCUMENT_MISSING, ACCOUNTS_CAUSE_UNKNOWN,
        ACCOUNTS_CAUSE_EMPTY, ACCOUNTS_CAUSES_DIFFER.
    """
    for field, fen in (("actual_fen", actual_fen), ("decision_fen", decision_fen)):
        if fen < 0:
            raise Fault(AMOUNT_NEGATIVE, field=field, value=fen)
    if not 1 <= len(document.strip()) <= _WORDS:
        raise Fault(DOCUMENT_MISSING, field="document", value=document)
    for cause in causes:
        if cause.cause not in CAUSES:
            raise Fault(CAUSE_UNKNOWN, field="causes", value=cause.cause, known="、".join(CAUSES))
        if cause.amount_fen == 0 or not cause.note.strip():
            raise Fault(CAUSE_EMPTY, field="causes", value=CAUSES[cause.cause])
    total = sum(cause.amount_fen for cause in causes)
    if total != actual_fen - budget_fen:
        raise Fault(CAUSES_DIFFER, field="causes", value=total, difference=actual_fen - budget_fen)


def check_approval(newest: Accounts, version: int, budget_version: int, approver: str) -> None:
    """What must hold before the newest accounts are approved.

    :param version: the version the approver has read.
    :param budget_version: the version of the budget in force now.
    :raises Fault: ACCOUNTS_VERSION_STALE, ACCOUNTS_ALREADY_APPROVED, ACCOUNTS_BUDGET_MOVED,
        ACCOUNTS_SAME_PERSON.
    """
    if version != newest.version:
        raise Fault(VERSION_STALE, field="version", value=version, version=newest.version)
    if newest.decision_no:
        raise Fault(ALREADY_APPROVED, field="version", value=version, decision=newest.decision_no)
    if budget_version != newest.budget_version:
        raise Fault(BUDGET_MOVED, field="version", value=budget_version, version=newest.budget_version)
    if approver == newest.drafted_by:
        raise Fault(SAME_PERSON, field="subject", value=approver, version=version)
