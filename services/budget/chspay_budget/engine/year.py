"""A version of a pool's fiscal year, and what must hold before it is approved or spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chspay_budget.engine.plan import Amounts
from chspay_core.errors import Fault, Kind, Reason

YEAR_WRONG = Reason("BUDGET_YEAR_WRONG", Kind.INVALID, "预算年度应在1900至2199之间，收到{value}。")
MONTH_WRONG = Reason("BUDGET_MONTH_WRONG", Kind.INVALID, "月份应为1至12，收到{value}。")
BUDGET_MISSING = Reason(
    "BUDGET_MISSING",
    Kind.PRECONDITION,
    "统筹区{pool}没有{value}年度的住院基金预算，不能月结。请先编制并批准预算。",
)
BUDGET_NOT_APPROVED = Reason(
    "BUDGET_NOT_APPROVED",
    Kind.PRECONDITION,
    "统筹区{pool}{value}年度的预算还没有批准（最新为第{version}版草案），不能月结。请先批准预算。",
)
YEAR_UNKNOWN = Reason(
    "BUDGET_YEAR_UNKNOWN", Kind.NOT_FOUND, "没有找到统筹区{pool}{value}年度的预算，或当前身份不能查看。"
)
VERSION_STALE = Reason(
    "BUDGET_VERSION_STALE",
    Kind.CONFLICT,
    "要批准的是第{value}版，但最新已是第{version}版。请重新查看最新一版后再批准。",
)
ALREADY_APPROVED = Reason(
    "BUDGET_ALREADY_APPROVED", Kind.CONFLICT, "第{value}版预算已按{decision}批准，无需重复批准。"
)
DECISION_WRONG = Reason(
    "BUDGET_DECISION_WRONG",
    Kind.INVALID,
    "批准须填写决定文号（1至100个可见字符），收到“{value}”。",
)
SAME_PERSON = Reason(
    "BUDGET_SAME_PERSON",
    Kind.DENIED,
    "编制和批准须由不同的人办理：第{version}版由当前身份编制，请由另一位经办人批准。",
)

_DECISION_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Year:
    """One version; ``decision_no`` is empty until it is approved. ``worksheet`` is its plan, line by line."""

    pool: str
    year: int
    version: int
    amounts: Amounts
    local_fen: int
    months: tuple[int, ...]
    policy_digest: str
    worksheet: Mapping[str, object]
    drafted_by: str
    decision_no: str = ""

    @property
    def approved(self) -> bool:
        """Whether a decision lets it be spent."""
        return self.decision_no != ""


def check_year(year: int) -> int:
    """``year`` itself when it is one."""
    if not 1900 <= year <= 2199:
        raise Fault(YEAR_WRONG, field="year", value=year)
    return year


def check_month(month: int) -> int:
    """``month`` itself when it is 1 to 12."""
    if not 1 <= month <= 12:
        raise Fault(MONTH_WRONG, field="month", value=month)
    return month


def check_decision(decision_no: str) -> str:
    """The number of a decision document without outer blanks.

    :raises Fault: BUDGET_DECISION_WRONG.
    """
    decision = decision_no.strip()
    if not 1 <= len(decision) <= _DECISION_LENGTH or not decision.isprintable():
        raise Fault(DECISION_WRONG, field="decision_no", value=decision_no)
    return decision


def check_approval(newest: Year, version: int, decision_no: str, approver: str) -> str:
    """What must hold before ``newest`` is approved; answers the decision number without outer blanks.

    :param version: the version the approver has read.
    :raises Fault: BUDGET_DECISION_WRONG, BUDGET_VERSION_STALE, BUDGET_ALREADY_APPROVED,
        BUDGET_SAME_PERSON.
    """
    decision = check_decision(decision_no)
    if version != newest.version:
        raise Fault(VERSION_STALE, field="version", value=version, version=newest.version)
    if newest.approved:
        raise Fault(ALREADY_APPROVED, field="version", value=version, decision=newest.decision_no)
    if approver == newest.drafted_by:
        raise Fault(SAME_PERSON, field="subject", value=approver, version=version)
    return decision
