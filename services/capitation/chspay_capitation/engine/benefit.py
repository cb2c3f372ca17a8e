"""What a stay costs the insured 待遇结算: deductible, ratio, and the surcharge of going unreferred; pure.

杭州2019征求意见稿 二(三)1: first contact and two-way referral inside one community are one admission: the
deductible is not charged again, and that of the higher level applies. Who goes out of the area without a
referral bears more himself, in principle not below 10 %; that can be read three ways, so it is policy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from chspay_capitation.engine.referral import Judgement, Referral, covering
from chspay_core.amounts import decimal_text, divide_half_up, plain, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, choice, fraction, number
from chspay_core.worksheet import Worksheet

DEDUCTIBLE_KEY, RATIO_KEY, LINK_KEY = "benefit.deductible", "benefit.ratio", "benefit.link_days"
SURCHARGE_KEY, FLOOR_KEY = "benefit.unreferred_share", "benefit.unreferred_share_min"
EMERGENCY_KEY = "benefit.emergency_exempt"
#: Line of the worksheet that names the stays on the same days.
OVERLAPS = "overlaps"

STAY_WRONG = Reason("BENEFIT_STAY_WRONG", Kind.INVALID, "住院{stay}的“{field}”{problem}：{value}。")
STAY_ORDER = Reason(
    "BENEFIT_STAYS_DISORDERED",
    Kind.INVALID,
    "同一人的住院应按入院日期先后排列：{value}早于前一次住院的入院日期。",
)
STAY_PERSON = Reason("BENEFIT_STAYS_OF_TWO", Kind.INVALID, "一次只能结算一个人的住院：{value}。")


class Admission(NamedTuple):
    """One stay: where and at which level, when, and the eligible cost, fen.

    ``community`` is that of the institution (empty: none); ``member`` says that the insured belongs to it;
    ``emergency`` that the stay began as a proved emergency.
    """

    stay_id: str
    person_key: str
    institution: str
    level: int
    community: str
    member: bool
    out_of_area: bool
    emergency: bool
    admitted: date
    discharged: date
    eligible_fen: int


class Settled(NamedTuple):
    """What one stay comes to, fen: the deductible due now, what the fund pays, and why.

    ``overlaps`` names the stays begun before that share days with it, for the insurer to look into.
    """

    stay_id: str
    linked_to: str
    overlaps: str
    deductible_fen: int
    surcharged: bool
    fund_fen: int
    sheet: Worksheet


@dataclass(frozen=True, slots=True)
class Form:
    """A reading of the surcharge: ``fund(eligible, deductible, ratio, surcharge)``, exact fen."""

    name: str
    formula: str
    fund: Callable[[int, int, Fraction, Fraction], Fraction]


FORM = Registry[Form]("benefit.unreferred_form")
FORM.add(
    Form(
        "ratio_points@1", "(合规费用 − 起付线) × (报销比例 − 提高的自付比例)",
        lambda cost, due, ratio, more: (cost - due) * max(ratio - more, Fraction(0)),
    )
)  # fmt: skip
FORM.add(
    Form(
        "first_self_pay@1", "(合规费用 × (1 − 提高的自付比例) − 起付线) × 报销比例",
        lambda cost, due, ratio, more: max(cost * (1 - more) - due, Fraction(0)) * ratio,
    )
)  # fmt: skip
FORM.add(
    Form(
        "result_times@1", "(合规费用 − 起付线) × 报销比例 × (1 − 提高的自付比例)",
        lambda cost, due, ratio, more: (cost - due) * ratio * (1 - more),
    )
)  # fmt: skip


class _Before(NamedTuple):
    """A stay of the same admission that was settled before, and what its level asks, fen."""

    stay: Admission
    settled: Settled
    owed_fen: int


def settle_stays(
    stays: Sequence[Admission],
    referrals: Sequence[tuple[Referral, Judgement]],
    policies: Sequence[Policy],
) -> list[Settled]:
    """One person's stays in their order of admission, each with its worksheet.

    Stays on the same days stop nobody: a wrong stay of one hospital must not hold up another's, and an
    episode inside a long stay may be right. They are never one admission with each other, and are marked.

    :param policies: for each stay the policy of its day of admission.
    :raises Fault: BENEFIT_*, POLICY_*.
    """
    found: list[Settled] = []
    chains: list[list[_Before]] = []
    for number_, (stay, policy) in enumerate(zip(stays, policies, strict=True)):
        _check(stay, stays[number_ - 1] if number_ else None)
        sheet = Worksheet(f"住院{stay.stay_id}待遇结算")
        overlaps = "、".join(each.stay_id for each in stays[:number_] if _overlap(each, stay))
        if overlaps:
            sheet.given(OVERLAPS, "与前次住院日期重叠，不与其视为一次住院，请核实", overlaps, "")
        chain = _continued(chains, stay, referrals, policy)
        settled = _settle(stay, chain, referrals, policy, sheet)._replace(overlaps=overlaps)
        chain.append(_Before(stay, settled, _of_level(_levels(policy), stay.level, policy)))
        found.append(settled)
    return found


def _overlap(before: Admission, stay: Admission) -> bool:
    """Whether ``stay`` begins before an earlier one ends; leaving and entering on one day is no overlap."""
    return stay.admitted < before.discharged


def _continued(
    chains: list[list[_Before]],
    stay: Admission,
    referrals: Sequence[tuple[Referral, Judgement]],
    policy: Policy,
) -> list[_Before]:
    """The admission that ``stay`` goes on with, else a new one.

    Only the end of an admission can be gone on with, so what was paid there counts once.
    """
    open_ = [chain for chain in chains if _linked(chain[-1].stay, stay, referrals, policy)]
    if not open_:
        chains.append([])
        return chains[-1]
    return max(open_, key=lambda chain: chain[-1].stay.discharged)


def _check(stay: Admission, before: Admission | None) -> None:
    if stay.discharged < stay.admitted:
        raise Fault(
            STAY_WRONG, field="discharged", value=stay.discharged, stay=stay.stay_id, problem="早于入院"
        )
    if stay.eligible_fen < 0:
        raise Fault(
            STAY_WRONG, field="eligible_fen", value=stay.eligible_fen, stay=stay.stay_id, problem="小于零"
        )
    if before is not None and before.person_key != stay.person_key:
        raise Fault(STAY_PERSON, field="person_key", value=stay.stay_id)
    if before is not None and stay.admitted < before.admitted:
        raise Fault(STAY_ORDER, field="admitted", value=stay.admitted)


def _linked(
    before: Admission, stay: Admission, referrals: Sequence[tuple[Referral, Judgement]], policy: Policy
) -> bool:
    """Whether two stays are one admission: one community, a referral that holds, and few days between."""
    if not stay.community or stay.community != before.community or _overlap(before, stay):
        return False
    if (stay.admitted - before.discharged).days > policy.integer(LINK_KEY):
        return False
    referral = covering(referrals, stay.institution, stay.admitted)
    return referral is not None and referral.from_institution == before.institution


def _settle(
    stay: Admission,
    chain: Sequence[_Before],
    referrals: Sequence[tuple[Referral, Judgement]],
    policy: Policy,
    sheet: Worksheet,
) -> Settled:
    sheet.given("eligible", "合规费用", stay.eligible_fen, "分")
    sheet.given("level", "医疗机构等级", stay.level, "级")
    due = _deductible(stay, chain, policy, sheet)
    ratio = _ratio(stay, policy, sheet)
    surcharged = _surcharged(stay, referrals, policy, sheet)
    if surcharged:
        form = FORM.chosen(policy)
        more = _surcharge(policy)
        rule = policy.rule(SURCHARGE_KEY)
        sheet.rule("surcharge", rule.label, policy.text(SURCHARGE_KEY), rule.unit, rule=rule)
        exact, formula, chose = (
            form.fund(stay.eligible_fen, due, ratio, more),
            form.formula,
            policy.rule(FORM.key),
        )
        inputs = ["eligible", "deductible", "ratio", "surcharge", "referral"]
    else:
        exact, formula, chose = (stay.eligible_fen - due) * ratio, "(合规费用 − 起付线) × 报销比例", None
        inputs = ["eligible", "deductible", "ratio", "referral"]
    fund = divide_half_up(exact.numerator, exact.denominator)
    sheet.line(
        "fund", "基金支付", fund, "分", formula=formula, inputs=inputs, rounding="四舍五入到分", rule=chose
    )
    linked = chain[-1].stay.stay_id if chain else ""
    return Settled(stay.stay_id, linked, "", due, surcharged, fund, sheet)


def _deductible(stay: Admission, chain: Sequence[_Before], policy: Policy, sheet: Worksheet) -> int:
    """The highest deductible of the linked stays less what was paid already, never more than the cost."""
    owed = max([_of_level(_levels(policy), stay.level, policy), *(before.owed_fen for before in chain)])
    paid = sum(before.settled.deductible_fen for before in chain)
    rule = policy.rule(DEDUCTIBLE_KEY)
    sheet.rule("deductible_owed", "一次住院的起付线（相连住院中等级最高者）", owed, "分", rule=rule)
    names = "、".join(before.stay.stay_id for before in chain) or "无"
    sheet.given("linked", "视为一次住院的前次住院", names, "")
    sheet.given("deductible_paid", "前次已付的起付线", paid, "分")
    due = min(max(owed - paid, 0), stay.eligible_fen)
    sheet.line(
        "deductible", "本次应付起付线", due, "分", formula="起付线 − 已付，不小于零，不超过合规费用",
        inputs=["deductible_owed", "deductible_paid", "eligible", "linked"], rule=policy.rule(LINK_KEY),
    )  # fmt: skip
    return due


def _levels(policy: Policy) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in policy.table(DEDUCTIBLE_KEY):
        level = cell(policy, DEDUCTIBLE_KEY, row, "level")
        fen = yuan_to_fen(cell(policy, DEDUCTIBLE_KEY, row, "yuan"), DEDUCTIBLE_KEY)
        if level in found or fen < 0:
            raise broken(policy, DEDUCTIBLE_KEY, row, "等级不能重复，金额不能小于零")
        found[level] = fen
    return found


def _of_level(levels: dict[str, int], level: int, policy: Policy) -> int:
    if str(level) not in levels:
        raise broken(policy, DEDUCTIBLE_KEY, level, "表中没有这个等级")
    return levels[str(level)]


def _ratio(stay: Admission, policy: Policy, sheet: Worksheet) -> Fraction:
    """The ratio of the level and of membership: the row that says so, else the row for everybody."""
    member = "yes" if stay.member else "no"
    sheet.given("member", "是否本医共体人员", "是" if stay.member else "否", "")
    for wanted in (member, ""):
        for row in policy.table(RATIO_KEY):
            level, whose, text = (cell(policy, RATIO_KEY, row, name) for name in ("level", "member", "ratio"))
            if whose not in ("", "yes", "no"):
                raise broken(policy, RATIO_KEY, row, "member应为yes、no或空")
            if (level, whose) == (str(stay.level), wanted):
                ratio = number(policy, RATIO_KEY, text)
                if ratio > 1:
                    raise broken(policy, RATIO_KEY, row, "比例不能大于1")
                sheet.rule(
                    "ratio", "报销比例", plain(decimal_text(text)), "比例", rule=policy.rule(RATIO_KEY)
                )
                return ratio
    raise broken(policy, RATIO_KEY, stay.level, "表中没有这个等级")


def _surcharged(
    stay: Admission, referrals: Sequence[tuple[Referral, Judgement]], policy: Policy, sheet: Worksheet
) -> bool:
    """Whether the stay bears the surcharge: out of the area, without a referral, and no exempt emergency."""
    referral = covering(referrals, stay.institution, stay.admitted)
    told = f"转诊{referral.referral_no}" if referral is not None else "没有有效转诊"
    if not stay.out_of_area:
        sheet.given("referral", "统筹区内就医，不提高自付比例", told, "")
        return False
    if referral is None and stay.emergency and choice(policy, EMERGENCY_KEY, "yes", "no") == "yes":
        sheet.rule("referral", "统筹区外急诊，不提高自付比例", "急诊", "", rule=policy.rule(EMERGENCY_KEY))
        return False
    sheet.given("referral", "统筹区外就医", told, "")
    return referral is None


def _surcharge(policy: Policy) -> Fraction:
    """The surcharge in force, held to the floor.

    :raises Fault: POLICY_VALUE below the floor or above 1.
    """
    more, floor = fraction(policy, SURCHARGE_KEY), fraction(policy, FLOOR_KEY)
    if not floor <= more <= 1:
        raise broken(
            policy,
            SURCHARGE_KEY,
            policy.text(SURCHARGE_KEY),
            f"不能低于下限{policy.text(FLOOR_KEY)}，也不能大于1",
        )
    return more
