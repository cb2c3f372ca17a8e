"""How a hospital's whole fen went to its cases: the hand-out, the parties, and the subtotals of both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import MICRO, divide_half_up
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.lineage.blocks import Weighing, is_measured, total, weight_of
from chspay_settlement.engine.lineage.figures import figure
from chspay_settlement.engine.lineage.handout import Handout, Party, Words
from chspay_settlement.engine.lineage.hospital import OF_CASE, SUMS, HospitalLines
from chspay_settlement.engine.lineage.members import MEMBERS
from chspay_settlement.engine.lineage.node import Node, Source
from chspay_settlement.engine.model import CaseKind
from chspay_settlement.engine.month.settled import Settled
from chspay_settlement.engine.value.elastic import Elastic
from chspay_settlement.engine.value.facts import fixed_of

_WORDS = Words(
    "病例分得额",
    "病例应得额",
    "病例点数",
    "points",
    "病例号",
    Source("run_case", "case_id", MEMBERS["case_id"]),
)


def case_handout(hospital: HospitalLines, last: Settled | None) -> Handout | None:
    """How a hospital's whole fen went to its cases; ``None`` where every case was priced by itself."""
    division = hospital.facts.division
    if division.form.priced_up:
        return None
    weigh = weighing_of(hospital)
    floors = total(hospital.blocks, "floor_fen")
    return Handout(
        _WORDS,
        hospital.share(),
        abs(weigh.share_fen - floors),
        floors,
        None if last is None else party_of(hospital, weigh, last, None),
        lambda key, item: hospital.facts.to("case", hospital.code, key, item=item),
        lambda item: hospital.ref(f"case_{item}"),
        owed=weigh.share_fen < 0,
        turned=weigh.whole < 0,
    )


def weighing_of(hospital: HospitalLines) -> Weighing:
    """The weighing of the hospital from its stored totals."""
    division, amount = hospital.facts.division, hospital.amount
    fixed = fixed_of(hospital.facts.policy, division.form)
    whole = amount.points_micro
    if fixed is not None:
        two = Elastic(division.part("fixed"), division.part("floating"))
        whole = two.weights([whole], [total(hospital.blocks, "fixed_micro")])[0]
    share = amount.total_fen if division.form.includes_patient else amount.fund_fen
    return Weighing(share, whole, weight_of(division, fixed))


def party_of(hospital: HospitalLines, weigh: Weighing, case: Settled, fund_fen: int | None) -> Party:
    """A case as it takes part; one whose fund is not told got a fen of the rest."""
    cents = weigh.exact(case)
    one = -1 if weigh.share_fen < 0 else 1
    share = weigh.floor(case) + one
    if fund_fen is not None:
        with_patient = hospital.facts.division.form.includes_patient
        share = fund_fen + (case.inp.patient_fen or 0) if with_patient else fund_fen
    return Party(case.inp.case_id, cents / 100, worth_of(hospital, case), share)


def worth_of(hospital: HospitalLines, case: Settled) -> Fraction:
    """What a case weighs: its points, or in yuan what they are worth where some are at a fixed value."""
    division = hospital.facts.division
    fixed = fixed_of(hospital.facts.policy, division.form)
    if fixed is None:
        return Fraction(case.points.points_micro, MICRO)
    two = Elastic(division.part("fixed"), division.part("floating"))
    return two.worth(case.points.points_micro, fixed(case.inp, case.points)) / 100


def fund_of(hospital: HospitalLines, case: Settled, last: Settled | None) -> int:
    """The fund of a case from its hospital's totals and the case served last, fen: the same as when the
    hospital's money was handed out to all of its cases.

    :param last: the case of the hospital that got the last fen of the rest; ``None`` when none was left.
    """
    division, minus = hospital.facts.division, case.inp.patient_fen or 0
    if case.points.kind is CaseKind.EXCLUDED:
        return 0
    if division.form.priced_up:
        value = division.values[hospital.place]
        share = divide_half_up(value.numerator_fen * case.points.points_micro, value.denominator_micro)
    else:
        weigh = weighing_of(hospital)
        served = int(last is not None and weigh.order(case) <= weigh.order(last))
        share = weigh.floor(case) + (-served if weigh.share_fen < 0 else served)
    return share - minus if division.form.includes_patient else share


@dataclass(frozen=True, slots=True)
class BlockCases:
    """The lines of cases that subtotals add up, all of one hospital; ``last`` as for :class:`CaseLines`."""

    hospital: HospitalLines
    pricer: Pricer
    last: Settled | None

    def children(self, cases: Iterable[tuple[Settled, int]], item: str) -> list[Node]:
        """The line of each case and its fund, unopened."""
        weigh = weighing_of(self.hospital)
        handout = case_handout(self.hospital, self.last)
        return [self._child(case, fund, weigh, handout, item) for case, fund in cases]

    def _child(
        self, case: Settled, fund_fen: int, weigh: Weighing, handout: Handout | None, item: str
    ) -> Node:
        inp, excluded = case.inp, case.points.kind is CaseKind.EXCLUDED
        name = OF_CASE.get(item, item)
        counts, cost = is_measured(self.pricer.terms, inp), inp.cost_fen or 0
        plain = {
            "points": case.points.points_micro,
            "patient": 0 if excluded else inp.patient_fen or 0,
            "cost": 0 if excluded else cost,
            "cases": int(not excluded),
            "fund": fund_fen,
            "measured_cost": cost if counts else 0,
            "measured_cases": int(counts),
        }
        value = plain.get(name, 0)
        if not excluded and name not in plain:
            value = self._handed(case, fund_fen, weigh, handout, name)
        if name in {"cost", "patient"}:
            name = f"counted_{name}"
        elif name == "floor" and handout is None:
            name = "share"
        ref = self.hospital.facts.to("case", self.hospital.code, inp.case_id, item=name)
        return figure(ref, f"病例{inp.case_id}", SUMS[item][1], value, name)

    def _handed(
        self, case: Settled, fund_fen: int, weigh: Weighing, handout: Handout | None, name: str
    ) -> int:
        facts = self.hospital.facts
        if name == "fixed":
            fixed = fixed_of(facts.policy, facts.division.form)
            return 0 if fixed is None else fixed(case.inp, case.points)
        with_patient = facts.division.form.includes_patient
        share = fund_fen + (case.inp.patient_fen or 0) if with_patient else fund_fen
        if handout is None:
            return share if name == "floor" else 0
        return weigh.floor(case) if name == "floor" else abs(share - weigh.floor(case))
