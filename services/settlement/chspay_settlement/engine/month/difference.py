"""A closed month corrected: where every hospital stands with the corrected cases, and what that changes.

The month's own fund, policy and group table are kept; only cases change. Two readings are in use
(``difference.method``): ``value_kept@1`` keeps the point value, so that only the hospitals whose cases
changed move and the sum goes to a named residual; ``recomputed@1`` divides the fund again, so that the
deltas cancel over the pool. Where a hospital stands depends on the original and on the cases as they are
now, never on the corrections in between: correction and original together are the recomputation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from chspay_core.amounts import divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_settlement.engine.books.ledger import MonthPay, Posting, difference_postings
from chspay_settlement.engine.model import CaseKind
from chspay_settlement.engine.month.payment import prepaid_of, prepay_share
from chspay_settlement.engine.month.settled import CaseKey, Settled, divide_cases, funds_of_cases
from chspay_settlement.engine.value.divide import Division

METHOD_KEY = "difference.method"
#: Name of the residual where the deltas do not cancel.
RESIDUAL = "difference_residual"
VALUE_NOT_ONE = Reason(
    "DIFFERENCE_VALUE_NOT_ONE",
    Kind.PRECONDITION,
    "该月按“{value}”分配，不同病例的点值不同，差额不能按保留点值计算；请将差额方法定为重新分配。",
)


class Standing(NamedTuple):
    """Where one hospital stands in a month: what its cases bring and what it gets of the fund, fen."""

    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    fund_fen: int
    prepaid_fen: int


NOTHING = Standing(0, 0, 0, 0, 0, 0)


#: Cases as they are now, and those whose fund is asked for, to the division and those funds.
Again = Callable[[Mapping[CaseKey, Settled], Sequence[CaseKey]], tuple[Division, dict[CaseKey, int]]]


@dataclass(frozen=True)
class Closed:
    """A month as it was settled: its cases, their funds, and how the fund was divided."""

    policy: Policy
    division: Division
    cases: Mapping[CaseKey, Settled]
    funds_fen: Mapping[CaseKey, int]
    #: Divides the fund again where the month is held otherwise than as ``cases``, which are then only those
    #: that have changed.
    again: Again | None = None


class Outcome(NamedTuple):
    """Where hospitals stand, and the fund of each case that was asked for."""

    hospitals: dict[str, Standing]
    funds_fen: dict[CaseKey, int]
    #: Point value pair the outcome stands on.
    value_fen: int
    value_micro: int


class Delta(NamedTuple):
    """One hospital before and after."""

    hospital_code: str
    before: Standing
    after: Standing

    @property
    def fund_fen(self) -> int:
        """What the hospital gets more of the fund."""
        return self.after.fund_fen - self.before.fund_fen

    @property
    def prepaid_fen(self) -> int:
        """What of it is paid now."""
        return self.after.prepaid_fen - self.before.prepaid_fen

    @property
    def retained_fen(self) -> int:
        """What of it is retained until assessment."""
        return self.fund_fen - self.prepaid_fen

    @property
    def moved(self) -> bool:
        """Whether anything is different."""
        return self.before != self.after


Recompute = Callable[[Closed, Mapping[CaseKey, Settled], Sequence[CaseKey]], Outcome]


@dataclass(frozen=True, slots=True)
class DifferenceMethod:
    """A reading of what a correction moves."""

    name: str
    recompute: Recompute


def standing_of(division: Division, policy: Policy) -> dict[str, Standing]:
    """Where hospitals stand after a division."""
    share = prepay_share(policy)
    return {
        amount.hospital_code: Standing(
            amount.cases,
            amount.points_micro,
            amount.cost_fen,
            amount.patient_fen,
            amount.fund_fen,
            prepaid_of(amount.fund_fen, exact, share),
        )
        for amount, exact in zip(division.hospitals, division.exact, strict=True)
    }


def recomputed(closed: Closed, changed: Mapping[CaseKey, Settled], asked: Sequence[CaseKey]) -> Outcome:
    """The whole pool divided again: deltas cancel, and every hospital moves with the point value."""
    divide_again = closed.again or partial(_again, closed)
    division, funds = divide_again(changed, asked)
    value = division.value
    return Outcome(
        standing_of(division, closed.policy),
        {key: funds.get(key, 0) for key in asked},
        value.numerator_fen,
        value.denominator_micro,
    )


def _again(
    closed: Closed, changed: Mapping[CaseKey, Settled], asked: Sequence[CaseKey]
) -> tuple[Division, dict[CaseKey, int]]:
    """Case by case."""
    now = {**closed.cases, **changed}
    division = divide_cases(now.values(), closed.division.fund_fen, closed.policy, closed.division.form)
    funds: dict[CaseKey, int] = {}
    for code in sorted({key[0] for key in asked}):
        own = sorted((case for key, case in now.items() if key[0] == code), key=lambda case: case.inp.case_id)
        given = funds_of_cases(division, closed.policy, code, own)
        funds |= {(code, case_id): fund for case_id, fund in given.items()}
    return division, funds


def value_kept(closed: Closed, changed: Mapping[CaseKey, Settled], asked: Sequence[CaseKey]) -> Outcome:
    """The month's point value kept: each changed case is worth its new points, rounded once.

    :raises Fault: DIFFERENCE_VALUE_NOT_ONE when points of the month had different values.
    """
    division = closed.division
    if any(part.name in {"fixed", "floating"} for part in division.parts):
        raise Fault(VALUE_NOT_ONE, field=METHOD_KEY, value=division.form.name)
    hospitals = standing_of(division, closed.policy)
    exact = {h.hospital_code: e for h, e in zip(division.hospitals, division.exact, strict=True)}
    worth = {h.hospital_code: v for h, v in zip(division.hospitals, division.values, strict=True)}
    share = prepay_share(closed.policy)
    funds = {key: closed.funds_fen.get(key, 0) for key in asked}
    for key, case in sorted(changed.items()):
        code, was = key[0], closed.cases[key]
        value = worth.get(code, division.value)
        old, new = _brought(was), _brought(case)
        points, patient = new[1] - old[1], new[3] - old[3]
        moved = divide_half_up(value.numerator_fen * points, value.denominator_micro)
        fund = moved - patient if value.includes_patient else moved
        funds[key] = closed.funds_fen.get(key, 0) + fund
        exact[code] = exact.get(code, Fraction(0)) + (
            Fraction(value.numerator_fen * points, value.denominator_micro)
            - (patient if value.includes_patient else 0)
        )
        stood = hospitals.get(code, NOTHING)
        total = stood.fund_fen + fund
        hospitals[code] = Standing(
            cases=stood.cases + new[0] - old[0],
            points_micro=stood.points_micro + points,
            cost_fen=stood.cost_fen + new[2] - old[2],
            patient_fen=stood.patient_fen + patient,
            fund_fen=total,
            prepaid_fen=prepaid_of(total, exact[code], share),
        )
    whole = division.value
    return Outcome(hospitals, funds, whole.numerator_fen, whole.denominator_micro)


def _brought(case: Settled) -> tuple[int, int, int, int]:
    """What a case brings into its hospital's totals; an excluded one brings nothing."""
    if case.points.kind is CaseKind.EXCLUDED:
        return 0, 0, 0, 0
    return 1, case.points.points_micro, case.inp.cost_fen or 0, case.inp.patient_fen or 0


DIFFERENCES = Registry[DifferenceMethod](METHOD_KEY)
#: 基金中途退回或补付由余差科目承接 (杭州 2019 征求意见稿 二(二)1(6) leaves the reading open).
DIFFERENCES.add(DifferenceMethod("value_kept@1", value_kept))
DIFFERENCES.add(DifferenceMethod("recomputed@1", recomputed))


def deltas(before: Mapping[str, Standing], after: Mapping[str, Standing]) -> list[Delta]:
    """Every hospital that stands otherwise than before, by code."""
    found = [
        Delta(code, before.get(code, NOTHING), after.get(code, NOTHING)) for code in sorted({*before, *after})
    ]
    return [delta for delta in found if delta.moved]


def residual_fen(found: Sequence[Delta]) -> int:
    """What the deltas do not cancel: above zero the pool gets it back, below zero it paid more."""
    return -sum(delta.fund_fen for delta in found)


def postings(found: Sequence[Delta], memo: str) -> list[Posting]:
    """The ledger's lines of a difference; empty when no money moves."""
    pays = [
        MonthPay(delta.hospital_code, delta.fund_fen, delta.prepaid_fen, delta.retained_fen)
        for delta in found
        if delta.fund_fen or delta.prepaid_fen
    ]
    return difference_postings(pays, memo, residual_fen(found)) if pays else []
