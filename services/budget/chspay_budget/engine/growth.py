"""The year's spending against the growth cap 基金支出增速: run rate, projection, and alarms before the cap.

Two questions are asked of every month that is known, both in exact arithmetic:

* ``run_rate``: what has been spent, at the weight these months have in a year, makes how much by December?
  The levels of the policy say from which month on which part of the cap is too much.
* ``next_month``: does the month to come, at this rate times a margin of the policy, pass the cap?

The second gives the promise of this alarm: whenever the month that breaks the cap costs at most the margin
times what the months before it let expect, the alarm came the month before (``tests/laws``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_budget.engine import months as shares
from chspay_budget.engine.funds import SPENDING, by_fund, check_document
from chspay_core.amounts import divide_half_up, fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, number, positive
from chspay_core.worksheet import Worksheet

LEVELS_KEY, MARGIN_KEY = "budget.alarm_levels", "budget.alarm_margin"
RUN_RATE, NEXT_MONTH = "run_rate", "next_month"
_KINDS = {RUN_RATE: "按当前进度推算全年", NEXT_MONTH: "按当前进度推算下月"}
_WHOLE_YEAR = 12
#: The year the weights of the months are taken from has this many micro-shares.
_WEIGHED = 12_000_000

MONTH_ORDER = Reason(
    "BUDGET_MONTH_ORDER", Kind.PRECONDITION, "应按月依次报送：下一个是{month}月，收到{value}月。"
)


@dataclass(frozen=True, slots=True)
class Month:
    """What a month really cost by spending fund, fen, and the document that says so."""

    month: int
    spent: Mapping[str, int]
    document: str

    @property
    def fen(self) -> int:
        """All four funds together."""
        return sum(self.spent.values())


@dataclass(frozen=True, slots=True)
class Level:
    """From ``since`` on, a projection above ``share`` of the cap is told."""

    level: str
    name: str
    since: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of one month, fen; ``message`` says why, ``evidence`` on what."""

    month: int
    kind: str
    level: str
    name: str
    projected_fen: int
    limit_fen: int
    message: str
    evidence: tuple[str, ...]
    sheet: Worksheet


@dataclass(frozen=True, slots=True)
class Method:
    """How the months of a year weigh: ``weights(policy)``, twelve whole numbers."""

    name: str
    formula: str
    weigh: str
    params: tuple[str, ...] = ()


RATE = Registry[Method]("budget.run_rate")
RATE.add(Method("even_months@1", "spent × 12 ÷ 已过月数", "even"))
RATE.add(Method("month_share@1", "spent × 全年月份权重 ÷ 已过月份权重", "share", (shares.METHOD_KEY,)))


def month_of(month: int, spent: list[tuple[str, int]], document: str, last: int) -> Month:
    """A month as it was reported, after ``last``.

    :raises Fault: BUDGET_MONTH_ORDER, BUDGET_FUND_*, BUDGET_FIGURE_NEGATIVE, BUDGET_DOCUMENT_MISSING.
    """
    if not 1 <= month <= min(last + 1, _WHOLE_YEAR):
        raise Fault(MONTH_ORDER, field="month", value=month, month=min(last + 1, _WHOLE_YEAR))
    return Month(month, by_fund(spent, SPENDING, whole=True), check_document(document, "document"))


def weights(policy: Policy) -> list[int]:
    """How the twelve months weigh in a year.

    :raises Fault: POLICY_*, METHOD_UNKNOWN.
    """
    if RATE.chosen(policy).weigh == "even":
        return [1] * _WHOLE_YEAR
    return shares.split(_WEIGHED, policy)


def read_levels(policy: Policy) -> list[Level]:
    """The levels in the order of the policy.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    found: list[Level] = []
    rows = policy.table(LEVELS_KEY)
    for row in rows:
        level, name, since, share = (
            cell(policy, LEVELS_KEY, row, part) for part in ("level", "name", "from_month", "share")
        )
        part = number(policy, LEVELS_KEY, share)
        if not level or not since.isdecimal() or not 1 <= int(since) <= _WHOLE_YEAR or part == 0:
            raise broken(policy, LEVELS_KEY, row, "from_month应为1至12，share应大于零")
        found.append(Level(level, name, int(since), part))
    if not found:
        raise broken(policy, LEVELS_KEY, rows, "至少一级")
    return found


def projected(spent: Sequence[int], weighed: Sequence[int]) -> Fraction:
    """What a year costs at the rate of the months known; exact, fen. Without weight: as spent."""
    known = sum(weighed[: len(spent)])
    return Fraction(sum(spent) * sum(weighed), known) if known else Fraction(sum(spent))


def next_month(spent: Sequence[int], weighed: Sequence[int]) -> Fraction:
    """What the month to come costs at the rate of the months known; exact, fen."""
    known = sum(weighed[: len(spent)])
    return Fraction(sum(spent) * weighed[len(spent)], known) if known else Fraction(0)


def watch(known: Sequence[Month], cap_fen: int, policy: Policy) -> list[Alarm]:
    """The alarms of the last month known, the most serious first level last; none once December is known.

    :param known: the months from January on, in order.
    :param cap_fen: what the year may cost, fen; 0 where no cap is in force, and then there is no alarm.
    :raises Fault: POLICY_*, METHOD_UNKNOWN.
    """
    if not known or not cap_fen or len(known) == _WHOLE_YEAR:
        return []
    spent, weighed = [month.fen for month in known], weights(policy)
    found: list[Alarm] = []
    whole = projected(spent, weighed)
    for level in read_levels(policy):
        limit = cap_fen * level.share
        if len(known) >= level.since and whole > limit:
            found.append(_alarm(RUN_RATE, level.level, level.name, whole, limit, known, cap_fen, policy))
    margin = positive(policy, MARGIN_KEY)
    ahead = sum(spent) + margin * next_month(spent, weighed)
    if ahead > cap_fen:
        found.append(
            _alarm(NEXT_MONTH, NEXT_MONTH, "下月将超上限", ahead, Fraction(cap_fen), known, cap_fen, policy)
        )
    return found


def _alarm(
    kind: str, level: str, name: str, value: Fraction, limit: Fraction, known: Sequence[Month], cap_fen: int,
    policy: Policy,
) -> Alarm:  # fmt: skip
    sheet = growth_sheet(known, cap_fen, policy)
    fen, most = (divide_half_up(part.numerator, part.denominator) for part in (value, limit))
    rule = policy.rule(LEVELS_KEY if kind == RUN_RATE else MARGIN_KEY)
    if kind == RUN_RATE:
        share = limit / cap_fen
        sheet.rule("share", f"“{name}”的界限占上限的比例", f"{share}", "ratio", rule=rule)
        sheet.line(
            "limit", f"“{name}”的界限", most, "fen", formula="cap × share", inputs=["cap", "share"],
            rounding="四舍五入到分显示，按精确值比较", rule=rule,
        )  # fmt: skip
    else:
        sheet.rule("margin", rule.label, policy.text(MARGIN_KEY), rule.unit, rule=rule)
        sheet.line(
            "ahead", "至下月底的支出", fen, "fen", formula="spent + margin × 按进度推算的下月支出",
            inputs=["spent", "margin", "run_rate"], rounding="四舍五入到分显示，按精确值比较", rule=rule,
        )  # fmt: skip
    message = (
        f"至{len(known)}月，{_KINDS[kind]}为{fen_to_yuan(fen)}元，"
        f"超过“{name}”的界限{fen_to_yuan(most)}元（支出上限{fen_to_yuan(cap_fen)}元）。"
    )
    evidence = tuple(month.document for month in known)
    return Alarm(len(known), kind, level, name, fen, most, message, evidence, sheet)


def growth_sheet(known: Sequence[Month], cap_fen: int, policy: Policy) -> Worksheet:
    """The months known, their sum and what a year costs at their rate.

    :raises Fault: POLICY_*, METHOD_UNKNOWN.
    """
    sheet = Worksheet(f"{policy.place_name or policy.place}{policy.on.year}年度基金支出进度")
    sheet.given("cap", "支出增速上限对应的全年支出", cap_fen, "fen")
    for item in known:
        sheet.given(f"month_{item.month:02d}", f"{item.month}月支出（{item.document}）", item.fen, "fen")
    keys = [f"month_{item.month:02d}" for item in known]
    spent = [item.fen for item in known]
    sheet.line(
        "spent", "累计支出", sum(spent), "fen", formula=" + ".join(keys) or "尚无月份", inputs=keys
    )  # fmt: skip
    method, rule = RATE.chosen(policy), policy.rule(RATE.key)
    sheet.rule("run_rate", rule.label, method.name, "text", rule=rule)
    value = projected(spent, weights(policy))
    sheet.line(
        "projected", "推算全年支出", divide_half_up(value.numerator, value.denominator), "fen",
        formula=method.formula, inputs=["spent", "run_rate"], rounding="四舍五入到分显示，按精确值比较",
        rule=rule,
    )  # fmt: skip
    return sheet
