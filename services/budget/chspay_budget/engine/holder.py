"""Budget holders before the point method starts 医共体总额; afterwards no holder has an inpatient target.

After DRG starts, inpatient cost is one budget unit of the 统筹区 and is no longer split to communities or
institutions (杭州市县域医共体支付方式改革实施细则（征求意见稿）二(二)1(2)). Before it, a community as a whole
gets a target; institutions outside any community get theirs by the same rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from chspay_budget.engine.funds import INPATIENT, NAMES, OUTPATIENT, check_amount, check_document, check_fund
from chspay_core.amounts import largest_remainder
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken
from chspay_core.worksheet import Worksheet

START_KEY = "budget.drg_start"
#: Funds that may be given to holders at all.
HELD = (INPATIENT, OUTPATIENT)
COMMUNITY, INSTITUTION = "community", "institution"

CAP_AFTER_START = Reason(
    "BUDGET_TARGET_AFTER_DRG",
    Kind.PRECONDITION,
    "自{value}起按病组付费，住院医疗费以统筹区为一个整体预算单位（含异地就医），不再细分到医共体或医疗机构"
    "（依据{cite}）。请勿下达单个医疗机构或医共体的住院总额。",
)
PERIOD_WRONG = Reason(
    "BUDGET_TARGET_PERIOD",
    Kind.INVALID,
    "指标期间应在{year}年度之内，且截止日期（不含）晚于起始日期：{value}。",
)
KIND_UNKNOWN = Reason(
    "BUDGET_HOLDER_KIND", Kind.INVALID, "“{value}”应为community（医共体）或institution（医共体之外的机构）。"
)
HOLDER_TWICE = Reason("BUDGET_HOLDER_TWICE", Kind.INVALID, "“{value}”列出了两次。")
HOLDER_NONE = Reason("BUDGET_HOLDER_NONE", Kind.INVALID, "没有列出任何医共体或医疗机构。")
MEMBERS_WRONG = Reason(
    "BUDGET_HOLDER_MEMBERS",
    Kind.INVALID,
    "医共体“{value}”应列出成员，医共体之外的机构不列成员；成员的截止日期应晚于起始日期。",
)
MEMBER_TWICE = Reason(
    "BUDGET_MEMBER_TWICE",
    Kind.CONFLICT,
    "医疗机构“{value}”在同一天属于两个指标（{first}、{second}）：医共体作为一个整体下达，成员不再另行下达。",
)


@dataclass(frozen=True, slots=True)
class Member:
    """An institution of a community from ``since``, ``until`` not included; ``None`` is without end."""

    hospital_code: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A community with its members, or an institution outside any; ``last_fen`` is last year's result."""

    holder: str
    kind: str
    members: tuple[Member, ...]
    last_fen: int
    document: str


@dataclass(frozen=True, slots=True)
class Period:
    """The days the targets hold, ``until`` not included."""

    since: date
    until: date


def check_period(since: date | None, until: date | None, year: int) -> Period:
    """The days, the whole year where none are given.

    :raises Fault: BUDGET_TARGET_PERIOD.
    """
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    period = Period(since or first, until or end)
    if not first <= period.since < period.until <= end:
        raise Fault(PERIOD_WRONG, field="until", value=f"{period.since}至{period.until}", year=year)
    return period


def refuse_cap(fund: str, period: Period, policy: Policy) -> None:
    """No target for inpatient care on any day on or after the start of the point method.

    :raises Fault: BUDGET_TARGET_AFTER_DRG, BUDGET_FUND_UNKNOWN, POLICY_MISSING: a place that does not say
        when it starts cannot issue targets either.
    """
    if check_fund(fund, HELD) != INPATIENT:
        return
    text = policy.text(START_KEY)
    try:
        start = date.fromisoformat(text)
    except ValueError as error:
        raise broken(policy, START_KEY, text, "不是一个日期") from error
    if period.until > start:
        raise Fault(CAP_AFTER_START, field="fund", value=start, cite=policy.citation(policy.rule(START_KEY)))


def issue(
    fund: str, total_fen: int, holders: Sequence[Holder], period: Period, policy: Policy
) -> tuple[dict[str, int], Worksheet]:
    """The targets of all holders, fen; they add up to ``total_fen``, and one rule serves every holder.

    :raises Fault: BUDGET_TARGET_*, BUDGET_HOLDER_*, BUDGET_MEMBER_TWICE, SPLIT_NO_WEIGHT,
        BUDGET_DOCUMENT_MISSING, POLICY_*.
    """
    refuse_cap(fund, period, policy)
    _check(holders, period)
    sheet = Worksheet(f"{NAMES[fund]}预算指标（{period.since}至{period.until}，截止日不含）")
    sheet.given("total", "下达的总额", total_fen, "fen")
    for number, item in enumerate(holders, start=1):
        label = f"{item.holder}上年决算（{check_document(item.document, item.holder)}）"
        sheet.given(f"last_{number}", label, check_amount(item.last_fen, item.holder), "fen")
    codes = [item.holder for item in holders]
    targets = largest_remainder(total_fen, [item.last_fen for item in holders], codes)
    inputs = ["total", *(f"last_{number}" for number in range(1, len(holders) + 1))]
    for number, (code, fen) in enumerate(zip(codes, targets, strict=True), start=1):
        sheet.line(
            f"target_{number}", f"{code}预算指标", fen, "fen",
            formula=f"total × last_{number} ÷ 各指标对象上年决算之和", inputs=inputs,
            rounding="largest_remainder",
        )  # fmt: skip
    return dict(zip(codes, targets, strict=True)), sheet


def _check(holders: Sequence[Holder], period: Period) -> None:
    if not holders:
        raise Fault(HOLDER_NONE, field="holders")
    spells: dict[str, list[tuple[date, date, str]]] = {}
    seen: set[str] = set()
    for item in holders:
        if item.holder in seen or not item.holder:
            raise Fault(HOLDER_TWICE, field="holders", value=item.holder)
        seen.add(item.holder)
        if item.kind not in (COMMUNITY, INSTITUTION):
            raise Fault(KIND_UNKNOWN, field="kind", value=item.kind)
        if (item.kind == COMMUNITY) != bool(item.members):
            raise Fault(MEMBERS_WRONG, field="members", value=item.holder)
        if item.kind == INSTITUTION:
            spells.setdefault(item.holder, []).append((period.since, period.until, item.holder))
        for member in item.members:
            until = member.until or date.max
            if until <= member.since:
                raise Fault(MEMBERS_WRONG, field="members", value=item.holder)
            inside = (max(member.since, period.since), min(until, period.until), item.holder)
            if inside[0] < inside[1]:
                spells.setdefault(member.hospital_code, []).append(inside)
    for code, days in spells.items():
        days.sort()
        for (_, end, first), (start, _, second) in pairwise(days):
            if start < end:
                raise Fault(MEMBER_TWICE, field="members", value=code, first=first, second=second)
