"""Adjusting a year that is being executed 预算调整: for objective causes only, with evidence and a decision.

因政策变动、疾病爆发等客观因素 a budget may be adjusted; income, numbers treated and benefits by procedure.
The causes are policy. Months that are settled stay as they are; those to come share what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chspay_budget.engine import months
from chspay_budget.engine.accounts import CAUSES
from chspay_budget.engine.funds import FUNDS, INPATIENT, NAMES, RESERVE, SPENDING, check_document
from chspay_budget.engine.plan import write_months
from chspay_budget.engine.proposal import OVER_CAP, OVER_INCOME, RESERVE_KEY, ceiling_of
from chspay_core.amounts import fen_to_yuan, largest_remainder
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell
from chspay_core.worksheet import Worksheet

CAUSES_KEY = "budget.adjust_causes"

CAUSE_UNKNOWN = Reason(
    "BUDGET_ADJUST_CAUSE",
    Kind.PRECONDITION,
    "“{value}”不是政策允许调整预算的客观原因，可用：{known}（依据{cite}）。",
)
NOTHING_CHANGES = Reason("BUDGET_ADJUST_NOTHING", Kind.INVALID, "调整没有改变任何金额。")
FUND_BELOW_ZERO = Reason(
    "BUDGET_ADJUST_BELOW_ZERO", Kind.PRECONDITION, "调整后“{field}”会小于零（{value}分）。"
)
LOCAL_EMPTY = Reason("BUDGET_ADJUST_LOCAL", Kind.PRECONDITION, "调整后本地住院基金应大于零，现为{value}分。")
MONTH_SETTLED = Reason(
    "BUDGET_ADJUST_MONTH_SETTLED",
    Kind.PRECONDITION,
    "{value}月已报送实际支出，不再改变；请从{first}月起调整。",
)
MONTH_NONE = Reason(
    "BUDGET_ADJUST_NO_MONTH",
    Kind.PRECONDITION,
    "调整应从1至12月中的一个月起，收到{value}；十二个月都已结的不再调整。",
)
BELOW_SETTLED = Reason(
    "BUDGET_ADJUST_BELOW_SETTLED",
    Kind.PRECONDITION,
    "{month}月之前各月的额度共{settled}分，已超过调整后的本地住院基金{value}分。",
)
BASE_MOVED = Reason(
    "BUDGET_ADJUST_BASE_MOVED",
    Kind.CONFLICT,
    "申请依据的是第{value}版，现行已是第{version}版，请重新申请。",
)
ADJUSTMENT_UNKNOWN = Reason(
    "BUDGET_ADJUSTMENT_UNKNOWN", Kind.NOT_FOUND, "没有找到预算调整“{value}”，或当前身份不能查看。"
)
ADJUSTMENT_DECIDED = Reason(
    "BUDGET_ADJUSTMENT_DECIDED", Kind.CONFLICT, "预算调整“{value}”已按{decision}作出决定。"
)
ADJUST_SAME_PERSON = Reason(
    "BUDGET_ADJUST_SAME_PERSON", Kind.DENIED, "申请和批准须由不同的人办理，“{value}”由当前身份申请。"
)


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause the policy allows: what final accounts count it as, and whether it may pass the growth cap."""

    cause: str
    name: str
    account_cause: str
    over_cap: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked for; signed changes of the five funds, fen."""

    cause: str
    funds: Mapping[str, int]
    out_of_area_fen: int
    income_fen: int
    from_month: int
    evidence: str
    note: str = ""

    @property
    def local_fen(self) -> int:
        """What the local inpatient fund gains."""
        return self.funds[INPATIENT] - self.out_of_area_fen


@dataclass(frozen=True, slots=True)
class Standing:
    """A version as it stands before the change, fen."""

    income_fen: int
    ceiling_fen: int
    base_fen: int
    cap_fen: int
    funds: Mapping[str, int]
    out_of_area_fen: int
    months: Sequence[int]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The version as it is after the change, fen."""

    income_fen: int
    ceiling_fen: int
    funds: dict[str, int]
    out_of_area_fen: int
    months: tuple[int, ...]
    cause: Cause
    sheet: Worksheet

    @property
    def local_fen(self) -> int:
        """What inpatient care of the place itself may cost."""
        return self.funds[INPATIENT] - self.out_of_area_fen


def read_causes(policy: Policy) -> dict[str, Cause]:
    """The objective causes the policy allows.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    found: dict[str, Cause] = {}
    for row in policy.table(CAUSES_KEY):
        cause, name, account, over = (
            cell(policy, CAUSES_KEY, row, part) for part in ("cause", "name", "account_cause", "over_cap")
        )
        if not cause or cause in found or account not in CAUSES or over not in ("yes", "no"):
            raise broken(
                policy, CAUSES_KEY, row, "原因不能重复，account_cause应为决算原因，over_cap为yes或no"
            )
        found[cause] = Cause(cause, name, account, over == "yes")
    return found


def adjust(standing: Standing, change: Change, last_settled: int, policy: Policy) -> Adjusted:
    """The year after the change; income, growth cap and the months settled are held to.

    :param last_settled: the last month whose cost is known, 0 for none.
    :raises Fault: BUDGET_ADJUST_*, BUDGET_OVER_INCOME, BUDGET_OVER_SPENDING_CAP, BUDGET_DOCUMENT_MISSING,
        POLICY_*.
    """
    cause = _cause(change, policy)
    evidence = check_document(change.evidence, "evidence")
    if not any((*change.funds.values(), change.out_of_area_fen, change.income_fen)):
        raise Fault(NOTHING_CHANGES, field="changes")
    _check_month(change.from_month, last_settled)
    sheet = Worksheet(f"{policy.place_name or policy.place}{policy.on.year}年度预算调整：{cause.name}")
    sheet.rule("cause", "调整的原因", f"{cause.name}（{evidence}）", "text", rule=policy.rule(CAUSES_KEY))
    funds = _funds(standing, change, sheet)
    out = standing.out_of_area_fen + change.out_of_area_fen
    if out < 0:
        raise Fault(FUND_BELOW_ZERO, field="异地就医", value=out)
    income = standing.income_fen + change.income_fen
    ceiling = _check_sums(standing, change, funds, income, cause, policy, sheet)
    local = funds[INPATIENT] - out
    if local <= 0:
        raise Fault(LOCAL_EMPTY, field="local", value=local)
    sheet.given("out_of_area", "其中异地就医", out, "fen")
    sheet.line(
        "local", "本地住院基金", local, "fen", formula="inpatient − out_of_area",
        inputs=["inpatient", "out_of_area"],
    )  # fmt: skip
    shares = respread(standing.months, local, change.from_month, policy)
    write_months(shares, policy, sheet)
    return Adjusted(income, ceiling, funds, out, tuple(shares), cause, sheet)


def respread(old: Sequence[int], local_fen: int, from_month: int, policy: Policy) -> list[int]:
    """The months before ``from_month`` as they were; the others share what is left, weighed as the policy
    weighs a whole year.

    :raises Fault: BUDGET_ADJUST_BELOW_SETTLED and those of :func:`months.split`.
    """
    kept = list(old[: from_month - 1])
    left = local_fen - sum(kept)
    if left < 0:
        raise Fault(BELOW_SETTLED, field="local", value=local_fen, settled=sum(kept), month=from_month)
    weights = months.split(local_fen, policy)[from_month - 1 :]
    keys = months.MONTHS[from_month - 1 :]
    if not any(weights):
        weights = [1] * len(keys)
    shares = [*kept, *largest_remainder(left, weights, keys)]
    if sum(shares) != local_fen:
        raise AssertionError("the months must add up to the local fund")
    return shares


def _cause(change: Change, policy: Policy) -> Cause:
    known = read_causes(policy)
    if change.cause not in known:
        raise Fault(
            CAUSE_UNKNOWN, field="cause", value=change.cause, known="、".join(known),
            cite=policy.citation(policy.rule(CAUSES_KEY)),
        )  # fmt: skip
    return known[change.cause]


def _check_month(from_month: int, last_settled: int) -> None:
    if not 1 <= from_month <= 12 or last_settled >= 12:
        raise Fault(MONTH_NONE, field="from_month", value=from_month)
    if from_month <= last_settled:
        raise Fault(MONTH_SETTLED, field="from_month", value=from_month, first=last_settled + 1)


def _funds(standing: Standing, change: Change, sheet: Worksheet) -> dict[str, int]:
    found: dict[str, int] = {}
    for fund in FUNDS:
        sheet.given(f"was_{fund}", f"{NAMES[fund]}（调整前）", standing.funds[fund], "fen")
        sheet.given(f"change_{fund}", f"{NAMES[fund]}的调整", change.funds[fund], "fen")
        found[fund] = standing.funds[fund] + change.funds[fund]
        if found[fund] < 0:
            raise Fault(FUND_BELOW_ZERO, field=NAMES[fund], value=found[fund])
        sheet.line(
            fund, f"{NAMES[fund]}（调整后）", found[fund], "fen", formula=f"was_{fund} + change_{fund}",
            inputs=[f"was_{fund}", f"change_{fund}"],
        )  # fmt: skip
    return found


def _check_sums(
    standing: Standing, change: Change, funds: Mapping[str, int], income: int, cause: Cause, policy: Policy,
    sheet: Worksheet,
) -> int:  # fmt: skip
    """Income still covers all five funds, and the cap holds unless the cause may pass it.

    What is drawn from the reserve may be spent; of more income the reserve keeps its share; what income falls
    short of cannot be spent.
    """
    spending, total = sum(funds[fund] for fund in SPENDING), sum(funds.values())
    sheet.given("was_income", "收入预算（调整前）", standing.income_fen, "fen")
    sheet.given("change_income", "收入预算的调整", change.income_fen, "fen")
    sheet.line(
        "income", "收入预算（调整后）", income, "fen", formula="was_income + change_income",
        inputs=["was_income", "change_income"],
    )  # fmt: skip
    sheet.line("total", "预算总额（调整后）", total, "fen", formula=" + ".join(FUNDS), inputs=list(FUNDS))
    free = change.income_fen if change.income_fen < 0 else ceiling_of(change.income_fen, policy)
    kept, moved = max(change.income_fen - free, 0), change.funds[RESERVE]
    # The share of more income that must be kept may go to the reserve; what goes there beyond is not spent.
    ceiling = standing.ceiling_fen + free - (moved - kept if moved > kept else min(moved, 0))
    sheet.given("was_ceiling", "可安排的支出上限（调整前）", standing.ceiling_fen, "fen")
    rule = policy.rule(RESERVE_KEY)
    sheet.rule("reserve_share", rule.label, policy.text(RESERVE_KEY), rule.unit, rule=rule)
    sheet.line(
        "ceiling", "可安排的支出上限（调整后）", ceiling, "fen",
        formula="was_ceiling + 收入增加扣除风险调剂金的部分（减少的全额） − 另行转入风险调剂金（转出为负）",
        inputs=["was_ceiling", "change_reserve", "change_income", "reserve_share"], rounding="down_to_fen",
        rule=rule,
    )  # fmt: skip
    if income <= 0 or total > income or spending > ceiling:
        raise Fault(
            OVER_INCOME, field="changes", value=spending, income=income, ceiling=ceiling,
            cite=policy.citation(policy.rule(CAUSES_KEY)),
        )  # fmt: skip
    sheet.line(
        "surplus", "预计结余", income - total, "fen", formula="income − total", inputs=["income", "total"]
    )
    if standing.cap_fen and spending > standing.cap_fen and not cause.over_cap:
        raise Fault(
            OVER_CAP, field="changes", value=spending, last=standing.base_fen, most=standing.cap_fen,
            cap=fen_to_yuan(standing.cap_fen) + "元", cite=policy.citation(policy.rule(CAUSES_KEY)),
        )  # fmt: skip
    return ceiling
