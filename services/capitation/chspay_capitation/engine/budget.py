"""What is handed out 包干总额: heads times the rate table, or a sum that was decided; pure.

payment.md E.2: ``quota = valid heads × base × normalised risk``, so the quotas of an insurance add up to
heads × base. 金华 2020 kept the growth of the fund below 10 % [S15].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chspay_capitation.engine.quota import Tally
from chspay_core.amounts import divide_half_up, largest_remainder, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, choice, fraction
from chspay_core.worksheet import Worksheet

RATES_KEY, CAP_KEY, SERVICES_KEY = "capitation.rates", "capitation.growth_cap", "capitation.services"
PLAN_KEY = "capitation.plan"
#: How the quotas of a year stand to what the approved plan sets aside for capitation.
EQUAL, NOT_OVER, UNCHECKED = "equal", "not_over", "no"

BUDGET_MISSING = Reason(
    "CAPITATION_BUDGET_MISSING", Kind.PRECONDITION, "险种{value}有参保人，但没有给出包干总额。"
)
BUDGET_UNWANTED = Reason(
    "CAPITATION_BUDGET_UNWANTED", Kind.INVALID, "政策规定包干总额按人头标准计算，不接受另行给出的总额。"
)
BUDGET_NOT_POSITIVE = Reason(
    "CAPITATION_BUDGET_NOT_POSITIVE", Kind.INVALID, "险种{field}的包干总额应大于零，收到{value}分。"
)
RATE_MISSING = Reason(
    "CAPITATION_RATE_MISSING", Kind.PRECONDITION, "险种{value}没有人头标准，请补充政策{field}。"
)
PERIOD_WRONG = Reason(
    "CAPITATION_PERIOD_WRONG", Kind.INVALID, "包干期间应在同一年内，且截止日期（不含）晚于起始日期：{value}。"
)
PLAN_MISSING = Reason(
    "CAPITATION_PLAN_MISSING",
    Kind.PRECONDITION,
    "政策规定包干总额取自年度预算的人头包干资金，但没有得到这一数额。",
)
PLAN_PERIOD = Reason(
    "CAPITATION_PLAN_PERIOD", Kind.INVALID, "与年度预算的人头包干资金核对时，期间应为整年，收到{value}。"
)
PLAN_DIFFERS = Reason(
    "CAPITATION_PLAN_DIFFERS",
    Kind.PRECONDITION,
    "各医共体额度合计{value}分，年度预算批准的人头包干资金{plan}分，{problem}。",
)
GROWTH_OVER_CAP = Reason(
    "CAPITATION_GROWTH_OVER_CAP",
    Kind.PRECONDITION,
    "险种{field}的包干总额比上年增长超过上限{cap}：上年{last}分，本年{value}分。",
)


@dataclass(frozen=True, slots=True)
class Method:
    """Where the sum comes from; ``given`` wants it from the request, ``plan`` from the approved budget."""

    name: str
    given: bool
    params: tuple[str, ...] = ()
    plan: bool = False


BUDGET = Registry[Method]("capitation.budget")
BUDGET.add(Method("heads_times_rate@1", given=False, params=(RATES_KEY,)))
BUDGET.add(Method("given@1", given=True))
BUDGET.add(Method("plan_by_rate@1", given=False, params=(RATES_KEY,), plan=True))


def check_period(since: date, until: date) -> int:
    """Days of the year the period ``[since, until)`` lies in.

    :raises Fault: CAPITATION_PERIOD_WRONG.
    """
    end = date(since.year + 1, 1, 1)
    if not since < until <= end:
        raise Fault(PERIOD_WRONG, field="until", value=f"{since}至{until}")
    return (end - date(since.year, 1, 1)).days


def wants_plan(since: date, until: date, policy: Policy) -> bool:
    """Whether the policy asks for the capitation fund of the approved plan.

    :raises Fault: CAPITATION_PLAN_PERIOD when it does and the period is no whole year.
    """
    wanted = BUDGET.chosen(policy).plan or _checked(policy) != UNCHECKED
    if wanted and (until - since).days != check_period(since, until):
        raise Fault(PLAN_PERIOD, field="until", value=f"{since}至{until}")
    return wanted


def _checked(policy: Policy) -> str:
    return choice(policy, PLAN_KEY, EQUAL, NOT_OVER, UNCHECKED)


def check_plan(found: Mapping[str, int], plan_fen: int | None, policy: Policy, sheet: Worksheet) -> None:
    """Holds the sum of the quotas to what the approved plan sets aside, as the policy wants.

    :raises Fault: CAPITATION_PLAN_MISSING, CAPITATION_PLAN_DIFFERS with both figures.
    """
    kind = _checked(policy)
    if kind == UNCHECKED:
        return
    if plan_fen is None:
        raise Fault(PLAN_MISSING, field=PLAN_KEY)
    whole = sum(found.values())
    if whole > plan_fen:
        raise Fault(PLAN_DIFFERS, field=PLAN_KEY, value=whole, plan=plan_fen, problem="超出批准的资金")
    if whole < plan_fen and kind == EQUAL:
        raise Fault(PLAN_DIFFERS, field=PLAN_KEY, value=whole, plan=plan_fen, problem="没有分完批准的资金")
    if "plan" not in sheet:
        sheet.given("plan", "年度预算批准的人头包干资金", plan_fen, "分")
    inputs = ["plan", *(f"budget_{insurance}" for insurance in sorted(found))]
    sheet.line(
        "plan_left", "批准的资金减各险种总额", plan_fen - whole, "分",
        formula="批准的资金 − 各险种包干总额之和", inputs=inputs, rule=policy.rule(PLAN_KEY),
    )  # fmt: skip


def budgets(
    tally: Tally,
    given: Mapping[str, int],
    year_days: int,
    policy: Policy,
    sheet: Worksheet,
    plan_fen: int | None = None,
) -> dict[str, int]:
    """Fen of each insurance, with how it came about.

    :param given: fen by insurance, where the policy wants the sum decided elsewhere.
    :param plan_fen: capitation fund of the approved plan, where the policy wants it split.
    :raises Fault: CAPITATION_BUDGET_*, CAPITATION_PLAN_MISSING, CAPITATION_RATE_MISSING, POLICY_*.
    """
    method = BUDGET.chosen(policy)
    if given and not method.given:
        raise Fault(BUDGET_UNWANTED, field="budgets")
    rule = policy.rule(BUDGET.key)
    sheet.rule(BUDGET.key, rule.label, method.name, "方法", rule=rule)
    rates = {} if method.given else read_rates(policy)
    if method.plan:
        return _of_plan(tally, rates, plan_fen, policy, sheet)
    found: dict[str, int] = {}
    for kind in tally.insurances:
        days = tally.days(kind)
        sheet.given(f"days_{kind}", f"险种{kind}的有效人日", days, "人日")
        if method.given:
            found[kind] = _given(given, kind)
            sheet.given(f"budget_{kind}", f"险种{kind}的包干总额", found[kind], "分")
            continue
        if kind not in rates:
            raise Fault(RATE_MISSING, field=RATES_KEY, value=kind)
        if "year_days" not in sheet:
            sheet.given("year_days", "全年天数", year_days, "天")
        sheet.rule(
            f"rate_{kind}", f"险种{kind}的人头标准", rates[kind], "分/人年", rule=policy.rule(RATES_KEY)
        )
        found[kind] = divide_half_up(rates[kind] * days, year_days)
        sheet.line(
            f"budget_{kind}", f"险种{kind}的包干总额", found[kind], "分",
            formula="人头标准 × 有效人日 ÷ 全年天数", inputs=[f"rate_{kind}", f"days_{kind}", "year_days"],
            rounding="四舍五入到分", rule=rule,
        )  # fmt: skip
    return found


def _of_plan(
    tally: Tally, rates: Mapping[str, int], plan_fen: int | None, policy: Policy, sheet: Worksheet
) -> dict[str, int]:
    """The plan's fund split over the insurances by rate × days, to the fen."""
    if plan_fen is None:
        raise Fault(PLAN_MISSING, field=BUDGET.key)
    kinds = list(tally.insurances)
    sheet.given("plan", "年度预算批准的人头包干资金", plan_fen, "分")
    for kind in kinds:
        if kind not in rates:
            raise Fault(RATE_MISSING, field=RATES_KEY, value=kind)
        sheet.given(f"days_{kind}", f"险种{kind}的有效人日", tally.days(kind), "人日")
        sheet.rule(
            f"rate_{kind}", f"险种{kind}的人头标准", rates[kind], "分/人年", rule=policy.rule(RATES_KEY)
        )
    shares = largest_remainder(plan_fen, [rates[kind] * tally.days(kind) for kind in kinds], kinds)
    inputs = ["plan", *(f"{name}_{kind}" for kind in kinds for name in ("days", "rate"))]
    for kind, fen in zip(kinds, shares, strict=True):
        sheet.line(
            f"budget_{kind}", f"险种{kind}的包干总额", fen, "分",
            formula="批准的资金按 人头标准 × 有效人日 分到险种，最大余数法", inputs=inputs,
            rounding="合计等于批准的资金", rule=policy.rule(BUDGET.key),
        )  # fmt: skip
    return dict(zip(kinds, shares, strict=True))


def _given(given: Mapping[str, int], kind: str) -> int:
    if kind not in given:
        raise Fault(BUDGET_MISSING, value=kind)
    if given[kind] <= 0:
        raise Fault(BUDGET_NOT_POSITIVE, field=kind, value=given[kind])
    return given[kind]


def read_rates(policy: Policy) -> dict[str, int]:
    """The rate table 支付标准: fen a head and year, by insurance.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    found: dict[str, int] = {}
    for row in policy.table(RATES_KEY):
        kind = cell(policy, RATES_KEY, row, "insurance_type")
        fen = yuan_to_fen(cell(policy, RATES_KEY, row, "yuan"), RATES_KEY)
        if kind in found or fen <= 0:
            raise broken(policy, RATES_KEY, row, "险种不能重复，标准应大于零")
        found[kind] = fen
    return found


def read_package(policy: Policy) -> dict[str, bool]:
    """The service package 包干服务范围: service -> whether its cost counts against the quota.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    found: dict[str, bool] = {}
    for row in policy.table(SERVICES_KEY):
        service, counts = (cell(policy, SERVICES_KEY, row, name) for name in ("service", "capitated"))
        if service in found or counts not in ("yes", "no"):
            raise broken(policy, SERVICES_KEY, row, "service不能重复，capitated应为yes或no")
        found[service] = counts == "yes"
    return found


def check_growth(found: Mapping[str, int], last: Mapping[str, int], policy: Policy) -> None:
    """Holds the budgets to last year's and the growth cap, where both are known.

    :raises Fault: CAPITATION_GROWTH_OVER_CAP.
    """
    if not policy.has(CAP_KEY):
        return
    cap = fraction(policy, CAP_KEY)
    for kind, fen in sorted(found.items()):
        if kind in last and fen > last[kind] * (1 + cap):
            raise Fault(GROWTH_OVER_CAP, field=kind, value=fen, last=last[kind], cap=policy.text(CAP_KEY))
