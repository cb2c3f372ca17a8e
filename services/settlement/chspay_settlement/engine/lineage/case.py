"""The lineage of one case of a settled month: from the fields of its settlement list to its fund."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from chspay_core.worksheet import Line, Worksheet
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.regroup import regrouped
from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.engine.lineage.blocks import is_measured
from chspay_settlement.engine.lineage.facts import MonthFacts
from chspay_settlement.engine.lineage.figures import figure
from chspay_settlement.engine.lineage.handed import case_handout, party_of, weighing_of, worth_of
from chspay_settlement.engine.lineage.handout import Party
from chspay_settlement.engine.lineage.hospital import SUMS, HospitalLines
from chspay_settlement.engine.lineage.members import MEMBERS, OF_SHEET
from chspay_settlement.engine.lineage.node import (
    Node,
    NodeKind,
    Source,
    cite_of,
    count,
    exact,
    given,
    money,
    opened,
    parameter,
    points,
)
from chspay_settlement.engine.lineage.sheet import Sheet
from chspay_settlement.engine.model import CaseKind
from chspay_settlement.engine.month.settled import Settled
from chspay_settlement.engine.value.facts import FIXED_PART, GROUP_SHARES, fixed_of
from chspay_settlement.engine.value.forms import Way

#: Figures of the group table a worksheet rests on.
_OF_GROUP = {"group_all_cases", "group_cases", "group_cost", "cv", "median"}
_OF_POOL = {"all_cost", "all_cases"}


@dataclass(frozen=True, slots=True)
class Listed:
    """The list version a case was settled from, and what grouped it."""

    list_id: str
    version: int
    digest: str
    scheme_digest: str

    def source(self, column: str) -> Source:
        """Where a column of the list was read."""
        return Source(
            "list_version", column, MEMBERS.get(column, ""), self.list_id, self.version, self.digest
        )


@dataclass(frozen=True, slots=True)
class CaseLines:
    """Opens the lines of a case; ``last`` is the case of its hospital that was served last."""

    hospital: HospitalLines
    pricer: Pricer
    case: Settled
    fund_fen: int
    listed: Listed
    last: Settled | None

    @property
    def facts(self) -> MonthFacts:
        """The month."""
        return self.hospital.facts

    def ref(self, item: str) -> str:
        """The name of a line."""
        return self.facts.to("case", self.hospital.code, self.case.inp.case_id, item=item)

    def sheet(self) -> Sheet:
        """The worksheet of its points, written anew; it comes to the stored points or stops."""
        sheet = Worksheet(self.case.inp.case_id)
        self.pricer.explain(self.case.inp, sheet)
        return Sheet(sheet, self.facts.policy, self.ref, self._origin)

    def open(self, item: str) -> Node | None:
        """A line and what it was made of; ``None`` for a line there is not."""
        own = {"cost": "total_cost_fen", "patient": "patient_paid_fen"}
        if item in own:
            return self._listed_node(item)
        excluded = self.case.points.kind is CaseKind.EXCLUDED
        lines: dict[str, Callable[[], Node | None]] = {
            "fund": self._fund,
            "total": self._total,
            "cases": lambda: self._one("cases", "计点病例", not excluded),
            "measured_cases": lambda: self._one("measured_cases", "参加测算", self._is_measured()),
            "measured_cost": self._measured_cost,
            "cost_squared": self._squared,
            "counted_cost": lambda: self._counted("cost"),
            "counted_patient": lambda: self._counted("patient"),
        }
        if item in lines:
            return lines[item]()
        if excluded:
            return self._nothing(item)
        if item == "fixed" and self.facts.division.form.way is not Way.ELASTIC:
            return None
        lines = {"share": self._share, "exact": self._exact, "weight": self._weight, "fixed": self._fixed}
        if item in lines:
            return lines[item]()
        if item in {"floor", "rest", "served"}:
            return self._handed(item)
        return self.sheet().get(item)

    # --- figures, unopened ---

    def points(self, name: str = "points") -> Node:
        """Its points."""
        return points(self.ref("points"), "病例点数", self.case.points.points_micro, name=name)

    def fund(self) -> Node:
        """Its fund part."""
        return money(self.ref("fund"), "医保基金支付额", self.fund_fen, name="fund")

    def share(self) -> Node:
        """What the hand-out gave it, patients' part included where the form says so."""
        return money(self.ref("share"), "病例分得额", self._party().share_fen, name="share")

    def exact(self) -> Node:
        """The same before whole fen were handed out."""
        return exact(self.ref("exact"), "病例应得额", self._party().exact, "yuan", name="exact")

    def _party(self) -> Party:
        return party_of(self.hospital, weighing_of(self.hospital), self.case, self.fund_fen)

    def _listed_node(self, item: str) -> Node:
        inp = self.case.inp
        fen = inp.cost_fen if item == "cost" else inp.patient_fen
        label = "总费用" if item == "cost" else "个人负担"
        node = money("", label, fen or 0, name=item)
        return given(node, self.listed.source(OF_SHEET[item]), "" if fen is not None else "清单未填，按零计")

    # --- lines ---

    def _origin(self, line: Line) -> Node:
        """Where a line of the worksheet without a formula comes from."""
        facts, drg = self.facts, regrouped(self.case.inp).drg
        if line.key in _OF_POOL:
            return self.hospital.pool.measured(line.key)
        if line.key in _OF_GROUP or (line.key == "base" and drg):
            ref = refs.ref(refs.RUN, facts.run_id, refs.GROUP, drg, item=line.key).text
            if line.key != "base" and facts.own_cases:
                return _plain(ref, line)
            return given(_plain(ref, line), facts.table_source, "来自本次结算采用的病组点数表")
        if line.key in OF_SHEET:
            source = self.listed.source(OF_SHEET[line.key])
            note = (
                f"按分组方案（SM3 {self.listed.scheme_digest}）由诊断与手术分得" if line.key == "drg" else ""
            )
            return given(_plain("", line), source, note)
        return given(_plain("", line), Source("run_case", line.key, row=self.case.inp.case_id))

    def _nothing(self, item: str) -> Node | None:
        """A line of a case without points: nothing, and why."""
        names = {"floor": "case_floors", "served": "case_served", "fixed": "case_fixed", "points": "points",
                 "share": "fund_by_case"}  # fmt: skip
        if item not in names:
            return None
        label, column = SUMS[names[item]]
        node = figure(self.ref(item), label, column, 0, item)
        return self._none(node)

    def _none(self, node: Node) -> Node:
        found = opened(node, "0 × cost", self._listed_node("cost"))
        return replace(found, note=f"不计点病例：{self.case.points.reason}")

    def _one(self, item: str, label: str, counts: bool) -> Node:
        node = count(self.ref(item), label, int(counts), name=item, unit="cases")
        drg = _plain("", Line("drg", "病组", self.case.inp.drg or "未入组", "text"))
        status = given(drg, self.listed.source("drg")).named("group")
        return opened(node, "1" if counts else "0", status)

    def _is_measured(self) -> bool:
        return is_measured(self.pricer.terms, self.case.inp)

    def _measured_cost(self) -> Node:
        counts = self._is_measured()
        fen = (self.case.inp.cost_fen or 0) if counts else 0
        node = money(self.ref("measured_cost"), "参加测算的费用", fen, name="measured_cost")
        return opened(node, "cost" if counts else "0 × cost", self._listed_node("cost"))

    def _counted(self, item: str) -> Node:
        """Cost or patients' part as it counts in the hospital: nothing of a case without points."""
        given_node = self._listed_node(item)
        node = replace(given_node, ref=self.ref(f"counted_{item}"), kind=NodeKind.LINE, source=None, note="")
        if self.case.points.kind is not CaseKind.EXCLUDED:
            return opened(node, item, given_node)
        return opened(replace(node, value="0.00"), f"0 × {item}", given_node)

    def _squared(self) -> Node:
        cost = Fraction(self.case.inp.cost_fen or 0, 100)
        node = exact(self.ref("cost_squared"), "费用的平方", cost * cost, "yuan²", name="cost_squared")
        return opened(node, "cost × cost", self._listed_node("cost"))

    def _fund(self) -> Node:
        if self.case.points.kind is CaseKind.EXCLUDED:
            return self._none(self.fund())
        if self.facts.division.form.includes_patient:
            return opened(self.fund(), "share − patient", self.share(), self._listed_node("patient"))
        return opened(self.fund(), "share", self.share())

    def _total(self) -> Node:
        fen = self.fund_fen + (self.case.inp.patient_fen or 0)
        node = money(self.ref("total"), "病例结算总额", fen, name="total")
        return opened(node, "fund + patient", self.fund(), self._listed_node("patient"))

    def _share(self) -> Node:
        division, hospital = self.facts.division, self.hospital
        if division.form.priced_up:
            by_level = division.form.way is Way.LEVEL_RATE
            rate = hospital.pool.rate(str(division.levels[hospital.place]) if by_level else "")
            rule = hospital.pool.form()
            return opened(self.share(), "points × rate", self.points(), rate, rule=rule, rounding="half_up_2")
        handout = case_handout(hospital, self.last)
        if handout is None:
            raise AssertionError("a fund that is split is handed out")
        return handout.share(self._party())

    def _handed(self, item: str) -> Node | None:
        handout, party = case_handout(self.hospital, self.last), self._party()
        if handout is None:
            return None
        if item == "served":
            return handout.served(party, self.weight())
        return handout.floor(party, self.exact()) if item == "floor" else handout.rest(party, self.exact())

    def _exact(self) -> Node | None:
        hospital, division = self.hospital, self.facts.division
        if division.form.priced_up:
            return None
        weigh = weighing_of(hospital)
        share = hospital.share().named("hospital_share")
        if not weigh.whole:
            return opened(self.exact(), "0 × hospital_share", share)
        if fixed_of(self.facts.policy, division.form) is None:
            formula = "hospital_share × points ÷ hospital_points"
            whole = hospital.of("points").named("hospital_points")
            return opened(self.exact(), formula, share, self.points(), whole)
        worth = hospital.exact().named("hospital_exact")
        formula = "hospital_share × weight ÷ hospital_exact"
        return opened(self.exact(), formula, share, self.weight(), worth)

    def weight(self) -> Node:
        """What it weighs in its hospital."""
        unit = "points" if fixed_of(self.facts.policy, self.facts.division.form) is None else "yuan"
        label = "病例点数" if unit == "points" else "病例点数的价值"
        return exact(self.ref("weight"), label, worth_of(self.hospital, self.case), unit, name="weight")

    def _weight(self) -> Node:
        if fixed_of(self.facts.policy, self.facts.division.form) is None:
            return opened(self.weight(), "points", self.points())
        formula = "fixed_value × fixed + floating_value × (points − fixed)"
        return opened(
            self.weight(), formula, *self.hospital.pool.two_values(), self._fixed_stub(), self.points()
        )

    def _fixed_stub(self) -> Node:
        fixed = fixed_of(self.facts.policy, self.facts.division.form)
        micro = 0 if fixed is None else fixed(self.case.inp, self.case.points)
        return points(self.ref("fixed"), "病例固定点数", micro, name="fixed")

    def _fixed(self) -> Node:
        policy, node = self.facts.policy, self._fixed_stub()
        rule = cite_of(policy, FIXED_PART) if policy.has(FIXED_PART) else None
        if policy.has(FIXED_PART) and policy.text(FIXED_PART) == "goods_share@1":
            drg = self.case.inp.drg
            share = next(r["fixed_share"] for r in policy.table(GROUP_SHARES) if r["drg"] == drg)
            table = parameter(policy, GROUP_SHARES, name="fixed_share")
            own = _valued(table, share)
            return opened(node, "points × fixed_share", self.points(), own, rule=rule, rounding="half_up_6")
        formula = "points" if node.number else "0 × points"
        return opened(node, formula, self.points(), rule=rule)


def _plain(ref: str, line: Line) -> Node:
    return Node(ref, line.label, line.value, line.unit, NodeKind.LINE, line.key, more=bool(ref))


def _valued(node: Node, value: str) -> Node:
    return replace(node, value=value, unit="ratio")
