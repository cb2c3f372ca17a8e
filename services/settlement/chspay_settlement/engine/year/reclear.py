"""Re-clearing of a closed year 重新考核清算 after a proven violation; pure.

杭州 2019 征求意见稿 二(二)1(6): when a violation of past years distorted the targets, those years are cleared
again and paid fund is recovered. The text does not say whether other institutions are paid anew, so that is
a named method (``clearing.reclear``): ``pv_kept@1`` takes the offender's points back at the old point value
and returns the money to the fund; ``pv_recomputed@1`` hands the same decision amount out anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from chspay_core.amounts import decimal_text, divide_half_up, from_micro, plain, to_micro
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_settlement.engine.books.ledger import (
    CLAW_BACK,
    PAYABLE,
    RESIDUAL,
    Posting,
    balanced,
    entry,
)
from chspay_settlement.engine.model import PointValue
from chspay_settlement.engine.value.forms import Way
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.engine.year.assessment import assessed_fen
from chspay_settlement.engine.year.clearing import HospitalYear, Year, pool_lines
from chspay_settlement.engine.year.sharing import Decision, Share, Standing, decide

RECLEAR_NOBODY = Reason(
    "RECLEAR_NOBODY", Kind.INVALID, "没有指明要扣减点数的医疗机构，重新清算没有内容，请先登记违规查实结果。"
)
RECLEAR_FIXED_VALUE = Reason(
    "RECLEAR_FIXED_VALUE",
    Kind.PRECONDITION,
    "点值按“{value}”确定，重新计算点值没有意义，请按原点值重新清算（clearing.reclear: pv_kept@1）。",
)
RECLEAR_UNKNOWN = Reason(
    "RECLEAR_UNKNOWN", Kind.INVALID, "医疗机构{value}没有参加这一年的清算，不能扣减其点数，请核对机构编码。"
)
RECLEAR_TOO_MUCH = Reason(
    "RECLEAR_TOO_MUCH",
    Kind.INVALID,
    "医疗机构{hospital}要扣减的点数{value}超过其全年点数{points}，或不大于零，请核对查实的病例。",
)


class Effect(NamedTuple):
    """What re-clearing changes for one institution, fen; ``balance_fen`` below zero is clawed back."""

    hospital_code: str
    points_micro: int
    #: Points taken off; zero for everybody but the offenders.
    removed_micro: int
    fund_before_fen: int
    fund_after_fen: int
    #: Change of what assessment keeps.
    assessed_fen: int
    balance_fen: int

    @property
    def fund_fen(self) -> int:
        """Change of the institution's fund."""
        return self.fund_after_fen - self.fund_before_fen


@dataclass(frozen=True, slots=True)
class Reclearing:
    """The effect on every institution of the pool, by code; sums hold to the fen."""

    method: str
    value: PointValue
    effects: tuple[Effect, ...]
    #: Whether every institution's points now have another value.
    recomputed: bool

    @property
    def returned_fen(self) -> int:
        """What goes back to the fund: minus the sum of all changes."""
        return -sum(effect.fund_fen for effect in self.effects)


@dataclass(frozen=True, slots=True)
class Reclear:
    """A method of re-clearing: the new point value and fund of every institution."""

    name: str
    formula: str
    funds: Callable[[Year, Mapping[str, int], Policy], tuple[PointValue, dict[str, int]]]


RECLEAR = Registry[Reclear]("clearing.reclear")


def _pv_kept(year: Year, removed: Mapping[str, int], _policy: Policy) -> tuple[PointValue, dict[str, int]]:
    """K1: points taken off at the stored point value, rounded once as the payment was."""
    funds = {}
    for hospital in year.hospitals:
        code = hospital.hospital_code
        value = year.decision.values.get(code, year.decision.value)
        back = divide_half_up(value.numerator_fen * removed.get(code, 0), value.denominator_micro)
        funds[code] = hospital.fund_fen - back
    return year.decision.value, funds


def _pv_recomputed(
    year: Year, removed: Mapping[str, int], policy: Policy
) -> tuple[PointValue, dict[str, int]]:
    """K2: the year decided anew with the points that stand; bills and budget are what they were.

    :raises Fault: RECLEAR_FIXED_VALUE for a point value that does not depend on the points.
    """
    form = form_of(policy)
    if form.way is not Way.SPLIT:
        raise Fault(RECLEAR_FIXED_VALUE, field=RECLEAR.key, value=form.name)
    members = [
        hospital.member._replace(
            points_micro=hospital.member.points_micro - removed.get(hospital.hospital_code, 0)
        )
        for hospital in year.hospitals
    ]
    again: Decision = decide(members, year.decision.budget_fen, policy)
    return again.value, {share.hospital_code: share.fund_fen for share in again.shares}


RECLEAR.add(Reclear("pv_kept@1", "removed points × old point value, back to the fund", _pv_kept))
RECLEAR.add(Reclear("pv_recomputed@1", "the decision amount handed out by the points left", _pv_recomputed))


def lost_micro(points_micro: int, multiple: str) -> int:
    """What a case's offender loses: its points times the multiple, in whole millionths.

    :param multiple: plain decimal text; 1 takes the case's points and no more.
    :raises Fault: what is no plain decimal.
    """
    exact = Decimal(points_micro) * to_micro(decimal_text(multiple, "multiple"), "multiple") / Decimal(10**6)
    return int(exact.to_integral_value())


def reclear(
    year: Year, removed: Mapping[str, int], scores: Mapping[str, Decimal], policy: Policy
) -> Reclearing:
    """The effect of taking points off offenders of a closed year, on every institution.

    :param removed: points taken off, millionths, by institution.
    :param policy: the policy the year was cleared with; it also chose how a year is re-cleared.
    :raises Fault: RECLEAR_NOBODY, RECLEAR_UNKNOWN, RECLEAR_TOO_MUCH, POLICY_*, METHOD_UNKNOWN.
    """
    if not removed:
        raise Fault(RECLEAR_NOBODY, field="findings")
    by_code = {hospital.hospital_code: hospital for hospital in year.hospitals}
    for code, points in sorted(removed.items()):
        hospital = by_code.get(code)
        if hospital is None:
            raise Fault(RECLEAR_UNKNOWN, field="hospital_code", value=code)
        if not 0 < points <= hospital.member.points_micro:
            raise Fault(
                RECLEAR_TOO_MUCH, field="points", value=plain(from_micro(points)), hospital=code,
                points=plain(from_micro(hospital.member.points_micro)),
            )  # fmt: skip
    method = RECLEAR.chosen(policy)
    value, funds = method.funds(year, removed, policy)
    effects = tuple(
        _effect(hospital, removed.get(code, 0), funds[code], scores.get(code), policy)
        for code, hospital in sorted(by_code.items())
    )
    return Reclearing(method.name, value, effects, value != year.decision.value)


def _effect(
    hospital: HospitalYear, removed: int, fund_after: int, score: Decimal | None, policy: Policy
) -> Effect:
    cut = 0
    if hospital.member.standing is not Standing.TERMINATED and fund_after != hospital.fund_fen:
        after = assessed_fen(hospital.hospital_code, fund_after, hospital.booked.retained_fen, score, policy)
        cut = after - hospital.assessed_fen
    return Effect(
        hospital_code=hospital.hospital_code,
        points_micro=hospital.member.points_micro,
        removed_micro=removed,
        fund_before_fen=hospital.fund_fen,
        fund_after_fen=fund_after,
        assessed_fen=cut,
        balance_fen=fund_after - hospital.fund_fen - cut,
    )


def reclear_postings(found: Reclearing, decision: Decision, memo: str) -> list[Posting]:
    """Only the differences, balanced: claw-backs, what others now get, and the fund's own change.

    :param decision: of the closed year; what it spent beyond its budget came from the reserve.
    :raises Fault: LEDGER_UNBALANCED.
    """
    return effect_postings(
        found.effects, (decision.decision_fen, decision.decision_fen - found.returned_fen),
        decision.budget_fen, memo,
    )  # fmt: skip


def effect_postings(
    effects: Sequence[Effect], spent: tuple[int, int], budget_fen: int, memo: str
) -> list[Posting]:
    """Balanced postings of effects; ``spent`` is what the year spends before and after them."""
    before, after = spent
    booked = (min(before, budget_fen), max(before - budget_fen, 0))
    lines = pool_lines(booked, after, budget_fen, memo)
    lines += entry(RESIDUAL, "", -sum(effect.assessed_fen for effect in effects), memo)
    for effect in effects:
        account = PAYABLE if effect.balance_fen > 0 else CLAW_BACK
        lines += entry(account, effect.hospital_code, -effect.balance_fen, memo)
    return balanced(lines)


def year_after(year: Year, found: Reclearing) -> Year:
    """The year as it stands after a re-clearing, for the next one; sums are those of the effects."""
    effects = {effect.hospital_code: effect for effect in found.effects}
    hospitals = tuple(_after(hospital, effects[hospital.hospital_code]) for hospital in year.hospitals)
    decision = year.decision
    shares = tuple(_share_after(share, effects[share.hospital_code]) for share in decision.shares)
    changed = Decision(
        level=decision.level,
        budget_fen=decision.budget_fen,
        actual_fen=decision.actual_fen,
        terminated_fen=decision.terminated_fen,
        shared_fen=decision.shared_fen,
        withheld_fen=decision.withheld_fen,
        decision_fen=decision.decision_fen - found.returned_fen,
        value=found.value,
        target_value=decision.target_value,
        shares=shares,
        values=dict.fromkeys(decision.values, found.value) if found.recomputed else decision.values,
    )
    return Year(changed, hospitals, year.residual_fen)


def _after(hospital: HospitalYear, effect: Effect) -> HospitalYear:
    member = hospital.member._replace(points_micro=effect.points_micro - effect.removed_micro)
    return hospital._replace(
        member=member,
        fund_fen=effect.fund_after_fen,
        assessed_fen=hospital.assessed_fen + effect.assessed_fen,
        balance_fen=hospital.balance_fen + effect.balance_fen,
    )


def _share_after(share: Share, effect: Effect) -> Share:
    return share._replace(fund_fen=effect.fund_after_fen)
