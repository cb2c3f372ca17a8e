"""What a stay's bed-days come to: points or money, exact, with a worksheet whose lines re-add; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from chspay_core.amounts import MICRO, divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.worksheet import Worksheet
from chspay_perdiem.engine.allot import PER_DIEM, Allotment, Pilots, Route, allot, counted
from chspay_perdiem.engine.models import paid_days
from chspay_perdiem.engine.sheet import Writer
from chspay_perdiem.engine.stay import Stay
from chspay_perdiem.engine.terms import Category, Terms

PATIENT_UNKNOWN = Reason(
    "PER_DIEM_PATIENT_UNKNOWN",
    Kind.INVALID,
    "住院{stay}没有个人负担金额；床日标准含个人负担，缺少它不能计算基金支付。",
)


@dataclass(frozen=True, slots=True)
class Assessed:
    """The factor of a decided assessment, exact to six places; without one ``assessment_id`` is empty."""

    factor: Fraction
    assessment_id: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier lists of the same continuing stay came to: bed-days counted, and the last of them."""

    days: Fraction = Fraction(0)
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class Priced:
    """What one stay comes to.

    ``points_micro`` or ``standard_fen`` and ``amount_fen`` (the fund's part) by the form of the model.
    ``days`` are those of this list that are paid, ``counted`` those before a cap; ``position`` is where
    counting stands at the end of the stay.
    """

    stay: Stay
    allotment: Allotment
    category: Category | None = None
    days: Fraction = Fraction(0)
    counted: Fraction = Fraction(0)
    position: Fraction = Fraction(0)
    before: Before = field(default_factory=Before)
    points_micro: int = 0
    standard_fen: int = 0
    amount_fen: int = 0
    assessed: Assessed = field(default_factory=lambda: Assessed(Fraction(1)))
    coefficient: Fraction = Fraction(1)
    sheet: Worksheet | None = None

    @property
    def route(self) -> Route:
        """How the stay is paid."""
        return self.allotment.route


def price(
    stay: Stay,
    terms: Terms,
    pilots: Pilots,
    assessed: Assessed | None = None,
    before: Before | None = None,
) -> Priced:
    """One stay priced.

    :param assessed: the decided assessment that applies on the day of discharge; ``None``: there is none.
    :param before: earlier lists of the same continuing stay.
    :raises Fault: PER_DIEM_*.
    """
    allotment = allot(stay, terms, pilots)
    if allotment.route.method != PER_DIEM:
        return Priced(stay, allotment)
    category = terms.categories[allotment.route.category]
    return _priced(stay, allotment, category, terms, _factor(terms, assessed), before or Before())


def _factor(terms: Terms, assessed: Assessed | None) -> Assessed:
    if terms.factor.name == "none@1":
        return Assessed(Fraction(1))
    return assessed or Assessed(terms.unassessed)


def _priced(
    stay: Stay, allotment: Allotment, category: Category, terms: Terms, assessed: Assessed, before: Before
) -> Priced:
    shape, scope = terms.shape(category, stay.hospital_code, stay.level)
    coefficient = terms.coefficient_of(category.code, stay.hospital_code, stay.level)
    writer = Writer(stay, allotment, category, shape, terms)
    writer.days()
    writer.rates(scope)
    writer.factors(coefficient, assessed.factor, assessed.assessment_id)
    at = writer.before(before.days, before.case_id)
    worth, paid = 0, Fraction(0)
    for number, run in enumerate(allotment.runs, start=1):
        days = counted(run, terms.held_share)
        upto = {
            count: _rounded(category.model.pay(count, shape) * coefficient * assessed.factor, category, terms)
            for count in (at, at + days)
        }
        worth += upto[at + days] - upto[at]
        paid += paid_days(at + days, shape) - paid_days(at, shape)
        writer.run(number, run, (at, at + days), upto)
        # Another run begins only where the rule counts anew after an acute episode.
        at = at + days if number == len(allotment.runs) else Fraction(0)
    writer.worth(worth, paid)
    points = category.model.points
    amount = 0 if points else _of_fund(stay, terms, worth, writer)
    return Priced(
        stay, allotment, category, paid,
        sum((counted(run, terms.held_share) for run in allotment.runs), Fraction(0)), at, before,
        points_micro=worth if points else 0, standard_fen=0 if points else worth, amount_fen=amount,
        assessed=assessed, coefficient=coefficient, sheet=writer.sheet,
    )  # fmt: skip


def _rounded(exact: Fraction, category: Category, terms: Terms) -> int:
    """Fen, or millionths of a point at the places of points; once, half up."""
    if not category.model.points:
        return divide_half_up(exact.numerator, exact.denominator)
    grain = 10**terms.places
    scaled = exact * grain
    micro: int = divide_half_up(scaled.numerator, scaled.denominator) * (MICRO // grain)
    return micro


def _of_fund(stay: Stay, terms: Terms, worth: int, writer: Writer) -> int:
    if terms.covers.name == "fund_only@1":
        writer.fund_only(worth)
        return worth
    if stay.patient_paid_fen is None:
        raise Fault(PATIENT_UNKNOWN, field="patient_paid_fen", stay=stay.case_id)
    amount = worth - stay.patient_paid_fen
    writer.fund_part(stay.patient_paid_fen, amount)
    return amount
