"""The year's plan 以收定支、收支平衡、略有结余: what income allows, what the year needs, and the five funds.

``ceiling = income × (1 − reserve share)``, ``need = last year's settled result × (1 + growth)``. Spending
above the ceiling or above the cap on the fund's growth is refused: such a plan cannot even be drafted. What
income leaves after spending and the reserve is the surplus that is meant to be left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_budget.engine import months
from chspay_budget.engine.factors import Factor, growth
from chspay_budget.engine.funds import (
    INPATIENT,
    NAMES,
    RESERVE,
    SPENDING,
    by_fund,
    check_amount,
    check_document,
)
from chspay_budget.engine.plan import check_growth, write_months
from chspay_budget.engine.split import OUT_KEY, Shift, inpatient_of, out_of_area, split
from chspay_core.amounts import divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, fraction
from chspay_core.worksheet import Worksheet

RESERVE_KEY, CAP_KEY = "budget.income_reserve", "budget.spending_growth_cap"
#: What last year's result is handed in by: inpatient care of the place itself, and outside it.
SETTLED = (INPATIENT, "out_of_area", *SPENDING[1:])
_SETTLED_NAMES = {**NAMES, INPATIENT: "住院（本地）", "out_of_area": "异地就医"}

OVER_INCOME = Reason(
    "BUDGET_OVER_INCOME",
    Kind.PRECONDITION,
    "支出{value}分超过收入{income}分扣除风险调剂金后的{ceiling}分（依据{cite}），不能编制。"
    "请调低支出，或先落实增收。",
)
OVER_CAP = Reason(
    "BUDGET_OVER_SPENDING_CAP",
    Kind.PRECONDITION,
    "支出{value}分比上年决算{last}分的增速超过上限{cap}（最多{most}分，依据{cite}），请调低支出。",
)
LAST_ZERO = Reason("BUDGET_LAST_ZERO", Kind.INVALID, "上年住院（本地）决算应大于零，收到{value}分。")
INCOME_ZERO = Reason("BUDGET_INCOME_ZERO", Kind.INVALID, "收入预算应大于零，收到{value}分。")


@dataclass(frozen=True, slots=True)
class Settled:
    """What a fund cost last year after sharing, fen, and the document that says so."""

    fund: str
    fen: int
    document: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known before a year is planned. Money in fen."""

    income_fen: int
    income_document: str
    settled: tuple[Settled, ...]
    factors: tuple[Factor, ...]
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A year's plan; ``funds`` are the five. Money in fen."""

    income_fen: int
    ceiling_fen: int
    base_fen: int
    cap_fen: int
    growth: Fraction
    funds: dict[str, int]
    out_of_area_fen: int
    months: tuple[int, ...]
    sheet: Worksheet

    @property
    def total_fen(self) -> int:
        """Spending and reserve together."""
        return sum(self.funds.values())

    @property
    def local_fen(self) -> int:
        """What inpatient care of the place itself may cost."""
        return self.funds[INPATIENT] - self.out_of_area_fen


@dataclass(frozen=True, slots=True)
class Method:
    """How much is spent: ``choose(need, ceiling, cap)``, all fen."""

    name: str
    formula: str
    choose: Callable[[int, int, int], int]


TOTAL = Registry[Method]("budget.total")
TOTAL.add(Method("need@1", "need", lambda need, _ceiling, _cap: need))
TOTAL.add(Method("ceiling@1", "ceiling", lambda _need, ceiling, _cap: ceiling))
TOTAL.add(Method("lower_of@1", "need、ceiling与增速上限中最小者", min))


def propose(facts: Facts, last_approved_fen: int | None, policy: Policy) -> Proposal:
    """Plans a year.

    :param last_approved_fen: the inpatient fund approved for the year before; ``None`` when there is none.
    :raises Fault: BUDGET_OVER_INCOME, BUDGET_OVER_SPENDING_CAP, BUDGET_GROWTH_OVER_CAP, BUDGET_FUND_*,
        BUDGET_FIGURE_NEGATIVE, BUDGET_DOCUMENT_MISSING, BUDGET_FACTOR_*, BUDGET_SHIFT_*, POLICY_*.
    """
    sheet = Worksheet(f"{policy.place_name or policy.place}{policy.on.year}年度医保基金收支预算")
    settled, base = _base(facts.settled, sheet)
    ceiling = _ceiling(facts, policy, sheet)
    rate = growth(facts.factors, policy, sheet)
    need = divide_half_up(base * (1 + rate).numerator, (1 + rate).denominator)
    sheet.line(
        "need", "按因素预计的支出", need, "fen", formula="base × (1 + growth)", inputs=["base", "growth"],
        rounding="half_up_fen",
    )  # fmt: skip
    most = _cap(base, policy, sheet)
    spending = _spending(need, ceiling, most, policy, sheet)
    check_identity(spending, facts.income_fen, ceiling, policy)
    if spending > most:
        raise Fault(
            OVER_CAP, field="spending", value=spending, last=base, most=most, cap=policy.text(CAP_KEY),
            cite=policy.citation(policy.rule(CAP_KEY)),
        )  # fmt: skip
    funds = split(spending, settled, facts.shifts, policy, sheet)
    check_growth(funds[INPATIENT], last_approved_fen, policy, sheet, needed=True)
    out = _out_of_area(funds[INPATIENT], settled, policy, sheet)
    reserve = facts.income_fen - ceiling
    shares = months.split(funds[INPATIENT] - out, policy)
    write_months(shares, policy, sheet)
    _balance(facts.income_fen, spending, reserve, sheet)
    return Proposal(
        facts.income_fen, ceiling, base, most, rate, {**funds, RESERVE: reserve}, out, tuple(shares),
        sheet,
    )  # fmt: skip


def check_identity(spending_fen: int, income_fen: int, ceiling_fen: int, policy: Policy) -> None:
    """Nothing above income less the reserve.

    :raises Fault: BUDGET_OVER_INCOME.
    """
    if spending_fen > ceiling_fen:
        raise Fault(
            OVER_INCOME, field="spending", value=spending_fen, income=income_fen, ceiling=ceiling_fen,
            cite=policy.citation(policy.rule(RESERVE_KEY)),
        )  # fmt: skip


def ceiling_of(income_fen: int, policy: Policy) -> int:
    """Income less the reserve, down to whole fen.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    share = fraction(policy, RESERVE_KEY)
    if share >= 1:
        raise broken(policy, RESERVE_KEY, policy.text(RESERVE_KEY), "应小于1")
    return int(income_fen * (1 - share))


def _base(given: Sequence[Settled], sheet: Worksheet) -> tuple[dict[str, int], int]:
    found = by_fund([(item.fund, item.fen) for item in given], SETTLED, whole=True)
    if found[INPATIENT] == 0:
        raise Fault(LAST_ZERO, field="settled", value=0)
    documents = {item.fund: check_document(item.document, item.fund) for item in given}
    for fund, fen in found.items():
        sheet.given(f"last_{fund}", f"上年{_SETTLED_NAMES[fund]}决算（{documents[fund]}）", fen, "fen")
    settled = inpatient_of(found)
    sheet.line(
        "base_inpatient", "上年住院决算", settled[INPATIENT], "fen",
        formula="last_inpatient + last_out_of_area", inputs=["last_inpatient", "last_out_of_area"],
    )  # fmt: skip
    for fund in SPENDING[1:]:
        sheet.line(
            f"base_{fund}", f"上年{NAMES[fund]}决算", settled[fund], "fen", formula=f"last_{fund}",
            inputs=[f"last_{fund}"],
        )  # fmt: skip
    base = sum(settled.values())
    keys = [f"base_{fund}" for fund in SPENDING]
    sheet.line("base", "上年决算支出", base, "fen", formula=" + ".join(keys), inputs=keys)
    return {**settled, "out_of_area": found["out_of_area"]}, base


def _ceiling(facts: Facts, policy: Policy, sheet: Worksheet) -> int:
    if check_amount(facts.income_fen, "income_fen") == 0:
        raise Fault(INCOME_ZERO, field="income_fen", value=0)
    document = check_document(facts.income_document, "income_document")
    sheet.given("income", f"收入预算（{document}）", facts.income_fen, "fen")
    rule, ceiling = policy.rule(RESERVE_KEY), ceiling_of(facts.income_fen, policy)
    sheet.rule("reserve_share", rule.label, policy.text(RESERVE_KEY), rule.unit, rule=rule)
    sheet.line(
        "ceiling", "可安排的支出上限", ceiling, "fen", formula="income × (1 − reserve_share)",
        inputs=["income", "reserve_share"], rounding="down_to_fen", rule=rule,
    )  # fmt: skip
    sheet.line(
        RESERVE, NAMES[RESERVE], facts.income_fen - ceiling, "fen", formula="income − ceiling",
        inputs=["income", "ceiling"],
    )  # fmt: skip
    return ceiling


def _cap(base: int, policy: Policy, sheet: Worksheet) -> int:
    """Without a cap the year would have no alarm either, so a policy that names none is refused."""
    rule, most = policy.rule(CAP_KEY), int(base * (1 + fraction(policy, CAP_KEY)))
    sheet.rule("spending_growth_cap", rule.label, policy.text(CAP_KEY), rule.unit, rule=rule)
    sheet.line(
        "cap", "按支出增速上限的最高支出", most, "fen", formula="base × (1 + spending_growth_cap)",
        inputs=["base", "spending_growth_cap"], rounding="down_to_fen", rule=rule,
    )  # fmt: skip
    return most


def _spending(need: int, ceiling: int, most: int, policy: Policy, sheet: Worksheet) -> int:
    method, rule = TOTAL.chosen(policy), policy.rule(TOTAL.key)
    spending = method.choose(need, ceiling, most)
    sheet.rule("total_method", rule.label, method.name, "text", rule=rule)
    inputs = ["need", "ceiling", "total_method", "cap"]
    sheet.line(
        "spending", "支出预算", spending, "fen", formula=method.formula, inputs=inputs, rule=rule
    )  # fmt: skip
    return spending


def _out_of_area(inpatient: int, settled: dict[str, int], policy: Policy, sheet: Worksheet) -> int:
    out = out_of_area(inpatient, settled["out_of_area"], settled[INPATIENT], policy)
    rule = policy.rule(OUT_KEY)
    sheet.rule("unit", rule.label, policy.text(OUT_KEY), "text", rule=rule)
    sheet.line(
        "out_of_area", "其中异地就医", out, "fen", formula="inpatient × last_out_of_area ÷ base_inpatient",
        inputs=["inpatient", "last_out_of_area", "base_inpatient", "unit"], rounding="half_up_fen", rule=rule,
    )  # fmt: skip
    sheet.line(
        "local", "本地住院基金", inpatient - out, "fen", formula="inpatient − out_of_area",
        inputs=["inpatient", "out_of_area"],
    )  # fmt: skip
    return out


def _balance(income: int, spending: int, reserve: int, sheet: Worksheet) -> None:
    sheet.line(
        "total", "预算总额", spending + reserve, "fen", formula="spending + reserve",
        inputs=["spending", RESERVE],
    )  # fmt: skip
    sheet.line(
        "surplus", "预计结余", income - spending - reserve, "fen", formula="income − total",
        inputs=["income", "total"],
    )  # fmt: skip
