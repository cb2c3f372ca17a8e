"""The lineage of one hospital's month: from its points to its fund, and from the fund to what is paid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.engine.lineage.blocks import Block, total
from chspay_settlement.engine.lineage.facts import MonthFacts, paged, paged_from
from chspay_settlement.engine.lineage.figures import amount_node, figure
from chspay_settlement.engine.lineage.node import (
    Node,
    NodeKind,
    Source,
    cite_of,
    exact,
    given,
    money,
    opened,
    parameter,
    points,
    summed,
)
from chspay_settlement.engine.lineage.pool import PoolLines
from chspay_settlement.engine.model import HospitalAmount
from chspay_settlement.engine.month.payment import PREPAY_SHARE, LineKind, PayLine, Payment, prepay_share
from chspay_settlement.engine.value.facts import BASE_POINTS, FIXED_PART, FIXED_PARTS
from chspay_settlement.engine.value.forms import Way

#: Sums over blocks of cases: item -> (label, column of a block).
SUMS = {
    "points": ("本院点数", "points_micro"),
    "patient": ("本院个人负担", "patient_fen"),
    "cost": ("本院总费用", "cost_fen"),
    "cases": ("本院计点病例数", "cases"),
    "fund_by_case": ("本院各病例基金合计", "fund_fen"),
    "case_floors": ("本院各病例应得额（舍去不足一分）合计", "floor_fen"),
    "case_served": ("本院分得一分尾差的病例数", "served"),
    "case_fixed": ("本院各病例固定点数合计", "fixed_micro"),
    "measured_cost": ("参加测算病例的总费用", "measured_fen"),
    "measured_cases": ("参加测算的病例数", "measured_cases"),
}
#: The line of a case that such a sum adds up.
OF_CASE = {"fund_by_case": "fund", "case_floors": "floor", "case_served": "served", "case_fixed": "fixed"}
_PAY = {
    "deducted": ("审核扣款", (LineKind.DEDUCTION, LineKind.RETURN), -1),
    "difference": ("以前月份差额", (LineKind.DIFFERENCE,), 1),
    "released": ("解除暂缓", (LineKind.RELEASE,), 1),
    "other": ("其他支付", (LineKind.OTHER,), 1),
    "held": ("暂缓拨付", (LineKind.HOLD,), -1),
}
_SOURCES = {
    LineKind.DEDUCTION: Source("run_deduction", "amount_fen"),
    LineKind.RETURN: Source("run_deduction", "amount_fen"),
    LineKind.RELEASE: Source("hold_release", "amount_fen"),
    LineKind.HOLD: Source("run_hold", "amount_fen"),
    LineKind.OTHER: Source("other_payment", "amount_fen"),
}


@dataclass(frozen=True, slots=True)
class HospitalLines:
    """Opens the lines of a hospital in a settled month.

    :param paid: from the fund to the payment, as the statement says it.
    """

    pool: PoolLines
    code: str
    blocks: Sequence[Block]
    paid: Payment

    @property
    def facts(self) -> MonthFacts:
        """The month."""
        return self.pool.facts

    @property
    def amount(self) -> HospitalAmount:
        """What the hospital was given; nothing for one without cases."""
        hospitals = self.facts.division.hospitals
        found = next((h for h in hospitals if h.hospital_code == self.code), None)
        return found or HospitalAmount(self.code, 0, 0, 0, 0, 0, 0)

    @property
    def place(self) -> int:
        """Where it stands in the division."""
        return self.facts.division.place(self.code)

    def ref(self, item: str) -> str:
        """The name of a line."""
        return self.facts.hospital(self.code, item)

    def open(self, item: str) -> Node | None:
        """A line and what it was made of; ``None`` for a line there is not."""
        if item in _PAY:
            return self._pay(item)
        if item in {"payable", "prepaid", "retained"}:
            return {"payable": self._payable, "prepaid": self._prepaid, "retained": self._retained}[item]()
        if not self.amount.cases:
            return summed(money(self.ref("fund"), "医保基金", 0)) if item == "fund" else None
        if item in SUMS:
            return self._over(item)
        plain_lines: dict[str, Callable[[], Node]] = {
            "fund": self._fund,
            "total": self._total,
            "fund_exact": self._fund_exact,
            "exact": self._exact,
            "share": self._share,
            "fixed": self._fixed,
            "weight": self._weight,
        }
        way, up = self.facts.division.form.way, self.facts.division.form.priced_up
        if (item == "fixed" and way is not Way.ELASTIC) or (item in {"exact", "weight"} and up):
            return None
        if item in plain_lines:
            return plain_lines[item]()
        handout = self.pool.handout(self.level)
        if handout is None:
            return None
        party = self.pool.party(self.place)
        lines: dict[str, Callable[[], Node]] = {
            "floor": lambda: handout.floor(party, self.exact()),
            "rest": lambda: handout.rest(party, self.exact()),
            "served": lambda: handout.served(party, self.weight()),
        }
        return lines[item]() if item in lines else None

    @property
    def level(self) -> str:
        """The level whose part of the fund the hospital shares in; empty where the fund is not cut."""
        division = self.facts.division
        return str(division.levels[self.place]) if division.form.way is Way.LEVEL_SPLIT else ""

    # --- figures, unopened ---

    def of(self, item: str) -> Node:
        """A total of the hospital."""
        return amount_node(self.ref(item), item, self.amount, SUMS[item][0])

    def fund(self, name: str = "fund") -> Node:
        """Its part of the fund."""
        return money(self.ref("fund"), "本院医保基金", self.amount.fund_fen, name=name)

    def share(self) -> Node:
        """Its share of the money, patients' part included where the form says so."""
        with_patient = self.facts.division.form.includes_patient
        fen = self.amount.total_fen if with_patient else self.amount.fund_fen
        return money(self.ref("share"), "本院分得额", fen, name="share")

    def exact(self) -> Node:
        """That share before whole fen were handed out."""
        party = self.pool.party(self.place)
        return exact(self.ref("exact"), "本院应得额", party.exact, "yuan", name="exact")

    def weight(self) -> Node:
        """What decides a tie."""
        party = self.pool.party(self.place)
        return exact(self.ref("weight"), "本院点数", party.weight, "points", name="weight")

    # --- lines ---

    def _over(self, item: str) -> Node:
        label, column = SUMS[item]
        value = total(self.blocks, column)
        node = figure(self.ref(item), label, column, value, item)

        def added(part: slice) -> Fraction:
            sums = figure("", label, column, total(self.blocks[part], column), item)
            return sums.number or Fraction(0)

        def child(place: int) -> Node:
            return self.block(self.blocks[place], item)

        # A large hospital has many subtotals: those of other pages are only added up.
        return paged_from(node, len(self.blocks), child, added, self.pool.page)

    def block(self, block: Block, item: str) -> Node:
        """A subtotal, unopened."""
        ref = self.facts.to("block", self.code, str(block.block_no), item=item)
        label = f"第{block.block_no}组病例（{block.first_case}至{block.last_case}）"
        column = SUMS[item][1]
        return figure(ref, label, column, getattr(block, column), item)

    def _fund(self) -> Node:
        if self.facts.division.form.includes_patient:
            return opened(self.fund(), "share − patient", self.share(), self.of("patient"))
        return opened(self.fund(), "share", self.share())

    def _total(self) -> Node:
        node = money(self.ref("total"), "本院结算总额", self.amount.total_fen, name="total")
        return opened(node, "fund + patient", self.fund(), self.of("patient"))

    def _exact(self) -> Node:
        division = self.facts.division
        if division.form.way is Way.ELASTIC:
            formula = "fixed_value × fixed + floating_value × (points − fixed)"
            return opened(
                self.exact(), formula, *self.pool.two_values(), self._fixed_stub(), self.of("points")
            )
        return opened(self.exact(), "value × points", self.pool.value(self.level), self.of("points"))

    def _share(self) -> Node:
        division = self.facts.division
        if division.form.priced_up:
            return summed(
                self.share(),
                figure(self.ref("case_floors"), SUMS["case_floors"][0], "floor_fen",
                       total(self.blocks, "floor_fen"), "case_floors"),
            )  # fmt: skip
        handout = self.pool.handout(self.level)
        if handout is None:
            return opened(self.share(), "exact", self.exact(), rounding="half_up_2")
        return handout.share(self.pool.party(self.place))

    def fund_exact(self) -> Node:
        """The fund before whole fen were handed out."""
        fen = self.facts.division.exact[self.place]
        return exact(self.ref("fund_exact"), "本院应得基金", fen / 100, "yuan", name="fund_exact")

    def _fund_exact(self) -> Node:
        division, node = self.facts.division, self.fund_exact()
        if division.form.priced_up:
            return opened(node, "fund", self.fund())
        if division.form.includes_patient:
            return opened(node, "exact − patient", self.exact(), self.of("patient"))
        return opened(node, "exact", self.exact())

    def _fixed_stub(self) -> Node:
        micro = self.facts.division.fixed_micro[self.place]
        return points(self.ref("fixed"), "本院固定点数", micro, name="fixed")

    def _fixed(self) -> Node:
        policy, node = self.facts.policy, self._fixed_stub()
        rule = cite_of(policy, FIXED_PART)
        if FIXED_PARTS.chosen(policy).by_case is not None:
            micro = total(self.blocks, "fixed_micro")
            child = points(self.ref("case_fixed"), SUMS["case_fixed"][0], micro, name="case_fixed")
            return opened(node, "case_fixed", child, rule=rule)
        found = [row["points"] for row in policy.table(BASE_POINTS) if row["hospital"] == self.code]
        base = Node(
            "", "本院基数点数", found[0] if found else "0", "points", NodeKind.RULE, "base",
            rule=cite_of(policy, BASE_POINTS),
        )  # fmt: skip
        return opened(node, "min(base, points)", base, self.of("points"), rule=rule)

    def _weight(self) -> Node:
        if self.facts.division.form.way is Way.ELASTIC:
            return opened(self.weight(), "exact", self.exact())
        return opened(self.weight(), "points", self.of("points"))

    # --- from the fund to the payment ---

    def prepaid(self) -> Node:
        """What is paid now of the fund."""
        return money(self.ref("prepaid"), "预付", self.paid.prepaid_fen, name="prepaid")

    def _prepaid(self) -> Node:
        policy = self.facts.policy
        cite = cite_of(policy, PREPAY_SHARE)
        if not self.amount.cases:
            return summed(self.prepaid())
        if prepay_share(policy) == 1 or self.amount.fund_fen <= 0:
            share = parameter(policy, PREPAY_SHARE, name="prepay_share")
            return opened(self.prepaid(), "fund", self.fund(), share, rule=cite)
        formula = "min(fund, max(0, half_up_fen(fund_exact × prepay_share)))"
        share = parameter(policy, PREPAY_SHARE, name="prepay_share")
        return opened(self.prepaid(), formula, self.fund(), self.fund_exact(), share, rule=cite)

    def _retained(self) -> Node:
        node = money(self.ref("retained"), "预留（质量保证金）", self.amount.fund_fen - self.paid.prepaid_fen)
        return opened(node, "fund − prepaid", self.fund(), self.prepaid())

    def _payable(self) -> Node:
        node = money(self.ref("payable"), "本月应付", self.paid.payable_fen)
        # Most pools pay by points alone: their statements know no other payments.
        others = bool(self.paid.of(LineKind.OTHER))
        parts = [self._pay_stub(item) for item in _PAY if item != "other" or others]
        formula = f"prepaid − deducted + difference + released{' + other' * others} − held"
        return opened(node, formula, self.prepaid(), *parts)

    def _pay_stub(self, item: str) -> Node:
        label, kinds, sign = _PAY[item]
        return money(self.ref(item), label, sign * self.paid.of(*kinds), name=item)

    def _pay(self, item: str) -> Node:
        _, kinds, sign = _PAY[item]
        lines = [line for line in self.paid.lines if line.kind in kinds]
        children = [self._pay_line(line, sign) for line in lines]
        return paged(self._pay_stub(item), children, self.pool.page)

    def _pay_line(self, line: PayLine, sign: int) -> Node:
        label = f"{line.number}{f'（病例{line.case_id}）' if line.case_id else ''}"
        if line.kind is LineKind.DIFFERENCE:
            ref = refs.ref(refs.DIFFERENCE, line.number, refs.HOSPITAL, self.code, item="prepaid").text
            return money(ref, f"差额{label}：{line.note}", sign * line.amount_fen)
        found = _SOURCES[line.kind]
        source = Source(found.table, found.column, row=line.number)
        note = line.note + (f"；更正结算单{line.refers}" if line.refers else "")
        return given(money("", label, sign * line.amount_fen), source, note)
