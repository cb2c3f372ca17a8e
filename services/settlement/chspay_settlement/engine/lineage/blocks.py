"""Subtotals of a hospital's cases, so that a sum over many cases opens page by page and re-adds.

A block is a run of cases by case number with what they bring and what they were given. Besides the sums it
says how the whole fen went that largest remainder left over: how much the shares rounded down come to, how
many cases of the block got one fen more, and which case was the last of all to get one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from chspay_core.policy import Policy
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.model import CaseKind, PricedInput
from chspay_settlement.engine.month.settled import Settled
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.value.elastic import Elastic
from chspay_settlement.engine.value.facts import FixedOf, fixed_of

#: Cases of one block.
SIZE = 200


class Block(NamedTuple):
    """The subtotals of some cases of a hospital; money in fen, points in millionths.

    ``floor_fen`` is the sum of the shares rounded down, ``served`` how many got a fen more; ``last_served``
    is the case that was the last of its hospital to get one, where it lies in this block.
    """

    block_no: int
    first_case: str
    last_case: str
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    fund_fen: int
    floor_fen: int
    served: int
    fixed_micro: int
    measured_cases: int
    measured_fen: int
    last_served: str


#: What of a block adds up to a hospital's figure.
SUMS = Block._fields[3:13]


def is_measured(terms: Terms, inp: PricedInput) -> bool:
    """Whether a case is among those the group figures of a run were measured from."""
    cost = inp.cost_fen
    return (
        inp.status in terms.measured
        and cost is not None
        and cost > 0
        and inp.department not in terms.per_diem
    )


class Weighing(NamedTuple):
    """How a hospital's money goes to its cases by largest remainder: its share, and the weight of a case."""

    share_fen: int
    whole: int
    weight: Callable[[Settled], int]

    def exact(self, case: Settled) -> Fraction:
        """What the case would get if fen could be cut."""
        return Fraction(self.share_fen * self.weight(case), self.whole) if self.whole else Fraction(0)

    def floor(self, case: Settled) -> int:
        """Rounded down to whole fen; towards zero where the hospital owes."""
        if not self.whole:
            return 0
        # Whole numbers: this is asked of every case of a month.
        above = self.share_fen * self.weight(case)
        return -(-above // self.whole) if self.share_fen < 0 else above // self.whole

    def order(self, case: Settled) -> tuple[int, int, str]:
        """The place of a case among those that wait for a fen: the smallest comes first.

        Remainders of one hospital are all over the same whole, so their upper halves say which is larger.
        """
        weight = self.weight(case)
        rest = abs(self.share_fen) * weight % self.whole
        return -abs(rest), -weight if self.whole > 0 else weight, case.inp.case_id


def weighing(division: Division, code: str, whole: int, fixed: FixedOf | None) -> Weighing:
    """The weighing of a hospital under a division that is handed down to cases.

    :param whole: the sum of its cases' weights.
    """
    hospital = division.hospitals[division.place(code)]
    share = hospital.total_fen if division.form.includes_patient else hospital.fund_fen
    return Weighing(share, whole, weight_of(division, fixed))


def weight_of(division: Division, fixed: FixedOf | None) -> Callable[[Settled], int]:
    """What a case weighs in its hospital: its points, or their worth where some are at a fixed value."""
    if fixed is None:
        return lambda case: case.points.points_micro
    two, part = Elastic(division.part("fixed"), division.part("floating")), fixed
    return lambda case: two.weights([case.points.points_micro], [part(case.inp, case.points)])[0]


def blocks_of(
    division: Division,
    policy: Policy,
    hospital_code: str,
    cases: Sequence[Settled],
    funds_fen: Mapping[str, int],
    size: int = SIZE,
) -> list[Block]:
    """The blocks of one hospital's cases in the order given.

    :param funds_fen: the fund of each case, as it was handed out.
    """
    terms, fixed = Terms.read(policy), fixed_of(policy, division.form)
    counted = [case for case in cases if case.points.kind is not CaseKind.EXCLUDED]
    weigh: Weighing | None = None
    last = ""
    if counted and not division.form.priced_up:
        weight = weight_of(division, fixed)
        weigh = weighing(division, hospital_code, sum(map(weight, counted)), fixed)
        floors = {case.inp.case_id: weigh.floor(case) for case in counted}
        shares = {case.inp.case_id: _share(division, case, funds_fen) for case in counted}
        extra = [case for case in counted if shares[case.inp.case_id] != floors[case.inp.case_id]]
        last = max(extra, key=weigh.order).inp.case_id if extra else ""
    return [
        _block(number, cases[start : start + size], division, terms, fixed, weigh, funds_fen, last)
        for number, start in enumerate(range(0, len(cases), size), start=1)
    ]


def _share(division: Division, case: Settled, funds_fen: Mapping[str, int]) -> int:
    fund = funds_fen[case.inp.case_id]
    return fund + (case.inp.patient_fen or 0) if division.form.includes_patient else fund


def _block(
    number: int,
    cases: Sequence[Settled],
    division: Division,
    terms: Terms,
    fixed: FixedOf | None,
    weigh: Weighing | None,
    funds_fen: Mapping[str, int],
    last: str,
) -> Block:
    counted = [case for case in cases if case.points.kind is not CaseKind.EXCLUDED]
    ids = [case.inp.case_id for case in counted]
    shares = [_share(division, case, funds_fen) for case in counted]
    floors = shares if weigh is None else [weigh.floor(case) for case in counted]
    measured = [case.inp.cost_fen or 0 for case in cases if is_measured(terms, case.inp)]
    return Block(
        block_no=number,
        first_case=cases[0].inp.case_id,
        last_case=cases[-1].inp.case_id,
        cases=len(counted),
        points_micro=sum(case.points.points_micro for case in counted),
        cost_fen=sum(case.inp.cost_fen or 0 for case in counted),
        patient_fen=sum(case.inp.patient_fen or 0 for case in counted),
        fund_fen=sum(funds_fen[case_id] for case_id in ids),
        floor_fen=sum(floors),
        served=abs(sum(shares) - sum(floors)),
        fixed_micro=0 if fixed is None else sum(fixed(case.inp, case.points) for case in counted),
        measured_cases=len(measured),
        measured_fen=sum(measured),
        last_served=last if last in ids else "",
    )


def total(blocks: Iterable[Block], name: str) -> int:
    """The sum of one column of blocks."""
    return sum(getattr(block, name) for block in blocks)
