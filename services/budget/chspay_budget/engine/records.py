"""What is kept of a year plan: versions, steps, adjustments and computed causes, as the store gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chspay_budget.engine.accounts import CAUSES, Accounts
from chspay_budget.engine.adjust import Change, Standing
from chspay_budget.engine.funds import INPATIENT
from chspay_budget.engine.states import CAUSES_DISAGREE, State
from chspay_core.errors import Fault, Kind, Reason

PLAN_UNKNOWN = Reason(
    "BUDGET_PLAN_UNKNOWN", Kind.NOT_FOUND, "没有找到统筹区{pool}{value}年度的收支预算，或当前身份不能查看。"
)
YEAR_PLANNED = Reason(
    "BUDGET_YEAR_PLANNED",
    Kind.PRECONDITION,
    "统筹区{pool}{value}年度已按收入编制收支预算，不能只按三个金额“{step}”，否则支出可能超过收入。"
    "请改用收支预算的“{instead}”。",
)
PLAN_MISSING = Reason(
    "BUDGET_PLAN_MISSING", Kind.PRECONDITION, "统筹区{pool}{value}年度没有已批准的收支预算。"
)
LAST_DIFFERS = Reason(
    "BUDGET_LAST_DIFFERS",
    Kind.PRECONDITION,
    "上年住院（本地）决算应为已批准的决算额{accounts}分，收到{value}分。请改用决算额或不填。",
)
CAUSES_UNKNOWN = Reason(
    "BUDGET_CAUSES_UNKNOWN", Kind.NOT_FOUND, "没有找到统筹区{pool}{value}年度的原因分析，或当前身份不能查看。"
)
TARGETS_UNKNOWN = Reason(
    "BUDGET_TARGETS_UNKNOWN",
    Kind.NOT_FOUND,
    "没有找到统筹区{pool}{value}年度的“{field}”指标，或当前身份不能查看。",
)
EFFECT_UNKNOWN = Reason(
    "CAUSES_EFFECT_UNKNOWN",
    Kind.INVALID,
    "“{value}”不是本年已批准的政策类预算调整，不能登记实际影响；同一调整只登记一次。",
)


@dataclass(frozen=True, slots=True)
class YearPlan:
    """One version of a year's plan; ``decision_no`` is empty until it is approved. Money in fen."""

    pool: str
    year: int
    version: int
    income_fen: int
    ceiling_fen: int
    base_fen: int
    cap_fen: int
    growth: str
    funds: Mapping[str, int]
    out_of_area_fen: int
    months: tuple[int, ...]
    adjustment_id: str
    worksheet: Mapping[str, object]
    policy_digest: str
    drafted_by: str
    decision_no: str = ""

    @property
    def total_fen(self) -> int:
        """The five funds together."""
        return sum(self.funds.values())

    @property
    def local_fen(self) -> int:
        """What inpatient care of the place itself may cost."""
        return self.funds[INPATIENT] - self.out_of_area_fen

    @property
    def standing(self) -> Standing:
        """What an adjustment starts from."""
        return Standing(
            self.income_fen,
            self.ceiling_fen,
            self.base_fen,
            self.cap_fen,
            self.funds,
            self.out_of_area_fen,
            self.months,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a year."""

    event: str
    source: State
    target: State
    version: int
    subject: str
    decision_no: str
    note: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What was asked for and what was decided; ``approved`` is ``None`` until then."""

    adjustment_id: str
    pool: str
    year: int
    base_version: int
    account_cause: str
    change: Change
    requested_by: str
    approved: bool | None = None
    version: int = 0
    decision_no: str = ""
    decided_by: str = ""

    @property
    def state(self) -> str:
        """requested, approved or refused."""
        return "requested" if self.approved is None else "approved" if self.approved else "refused"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Computed causes of a year, against the first approved budget and the one in force, fen."""

    pool: str
    year: int
    version: int
    budget_version: int
    first_budget_fen: int
    budget_fen: int
    actual_fen: int
    against_first: Mapping[str, int]
    against_budget: Mapping[str, int]
    document: str
    worksheet: Mapping[str, object]


def check_agreement(accounts: Accounts, computed: Attribution) -> None:
    """Final accounts state the causes as they were computed.

    :raises Fault: BUDGET_CAUSES_DISAGREE.
    """
    stated = accounts.by_cause()
    for name, label in CAUSES.items():
        if stated[name] != computed.against_budget[name]:
            raise Fault(
                CAUSES_DISAGREE, field=label, value=stated[name],
                computed=computed.against_budget[name],
            )  # fmt: skip
