"""The lineage of an annual clearing: from bills, points and budget to the balance of each institution."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import plain, ratio_half_up
from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.engine.lineage.books import BookLine, line_ref
from chspay_settlement.engine.lineage.facts import paged
from chspay_settlement.engine.lineage.node import (
    Node,
    NodeKind,
    Source,
    cite_of,
    given,
    money,
    opened,
    parameter,
    points,
    summed,
)
from chspay_settlement.engine.lineage.year_pool import PARTY_ITEMS, YearPool
from chspay_settlement.engine.year.assessment import ASSESSMENT, TABLE_KEY, share_of
from chspay_settlement.engine.year.bands import BANDS_KEY
from chspay_settlement.engine.year.clearing import HospitalYear
from chspay_settlement.engine.year.sharing import LEVELS, WITHHELD, Standing

_AMOUNTS = {
    "balance": ("应补付（负数为应收回）", "balance_fen"),
    "fund": ("决算基金", "fund_fen"),
    "target": ("年度目标（按预算点值）", "target_fen"),
    "shared": ("分担后应得", "shared_fen"),
    "withheld": ("不予增加", "withheld_fen"),
    "gained": ("分得他机构不予增加的部分", "gained_fen"),
    "assessed": ("考核扣减", "assessed_fen"),
    "released": ("退还质量保证金", "released_fen"),
    "audit": ("审核扣款", "audit_fen"),
}
_BOOKED = {
    "prepaid": ("已预付", "prepaid_fen", -1),
    "retained": ("月度预留（质量保证金）", "retained_fen", -1),
    "receivable": ("各月应收", "receivable_fen", 1),
    "advance": ("预付金", "advance_fen", 1),
    "deducted": ("各月审核扣款", "deducted_fen", 1),
    "audit_now": ("清算时审核扣款", "audit_fen", 1),
}
_BROUGHT = {
    "actual": ("据实基金费用", "actual_fen"),
    "patient": ("个人负担", "patient_fen"),
    "cost": ("总费用", "cost_fen"),
    "points": ("全年点数", "points_micro"),
}


@dataclass(frozen=True, slots=True)
class YearLines:
    """Opens the lines of one institution's year.

    ``booked`` are the ledger's lines behind a booked figure, with the sign that makes them add up to it;
    ``months`` the run and the deduction of every month that took something off.
    """

    pool: YearPool
    hospital: HospitalYear
    booked: Mapping[str, Sequence[BookLine]]
    months: Sequence[tuple[str, int]]

    @property
    def code(self) -> str:
        """Its code."""
        return self.hospital.hospital_code

    def ref(self, item: str) -> str:
        """The name of a line."""
        return self.pool.hospital(self.code, item)

    def open(self, item: str) -> Node | None:
        """A line and what it was made of; ``None`` for a line there is not."""
        lines: dict[str, Callable[[], Node]] = {
            "balance": lambda: opened(
                self.of("balance"), "fund − assessed − audit − prepaid − advance",
                *(self.of(name) for name in ("fund", "assessed", "audit", "prepaid", "advance")),
            ),
            "fund": self._fund,
            "withheld": self._withheld,
            "gained": self._gained,
            "shared": self._shared,
            "target": self._target,
            "assessed": self._assessed,
            "released": lambda: opened(
                self.of("released"), "retained − min(assessed, retained)", self.of("retained"),
                self.of("assessed"),
            ),
            "audit": lambda: opened(
                self.of("audit"), "deducted + audit_now", self.of("deducted"), self.of("audit_now")
            ),
            "deducted": self._deducted,
            "audit_now": lambda: given(
                self.of("audit_now"), Source("year_fact", "value", row=self.code), "清算前登记的审核扣款"
            ),
        }  # fmt: skip
        if item in lines:
            return lines[item]()
        if item in _BOOKED:
            return self._booked(item)
        if item in _BROUGHT:
            return self._brought(item)
        kind, _, part = item.partition("_")
        if kind in {"shared", "target"} and part in PARTY_ITEMS:
            return self.pool.party_line(self.code, kind, part, self.of("points"), self.of("patient"))
        return None

    def of(self, item: str) -> Node:
        """A figure, unopened."""
        if item in _AMOUNTS:
            label, name = _AMOUNTS[item]
            return money(self.ref(item), label, getattr(self.hospital, name), name=item)
        if item in _BOOKED:
            label, name, _ = _BOOKED[item]
            return money(self.ref(item), label, getattr(self.hospital.booked, name), name=item)
        label, name = _BROUGHT[item]
        value = getattr(self.hospital.member, name)
        make = points if item == "points" else money
        return make(self.ref(item), label, value, name=item)

    def _source(self, column: str) -> Source:
        return Source("year_input", column, row=self.pool.clearing_id, digest=self.pool.digest)

    def _fund(self) -> Node:
        node, policy = self.of("fund"), self.pool.policy
        if self.hospital.member.standing is Standing.TERMINATED:
            return opened(node, "actual", self.of("actual"), rule=cite_of(policy, LEVELS.key))
        parts = [self.of(name) for name in ("shared", "withheld", "gained")]
        return opened(node, "shared − withheld + gained", *parts)

    def _shared(self) -> Node:
        node, policy = self.of("shared"), self.pool.policy
        level = self.pool.year.decision.level
        rule = cite_of(policy, LEVELS.key)
        if self.hospital.member.standing is Standing.TERMINATED:
            return opened(node, "actual", self.of("actual"), rule=rule)
        if level == "institution@1":
            bands = parameter(policy, BANDS_KEY, name="bands")
            bands = Node("", bands.label, bands.value, "text", NodeKind.RULE, "bands", rule=bands.rule)
            formula = "banded(actual, target, bands)"
            return opened(node, formula, self.of("actual"), self.of("target"), bands, rule=rule)
        if level == "nested@1":
            return given(
                node, self._source("members"), "分层分担：按各层应得逐级以最大余数法分配，由清算输入重算"
            )
        return self._by_points("shared", node)

    def _target(self) -> Node:
        if self.hospital.member.standing is Standing.TERMINATED:
            return opened(self.of("target"), "0 × actual", self.of("actual"))
        return self._by_points("target", self.of("target"))

    def _by_points(self, kind: str, node: Node) -> Node:
        """An amount handed out by points: its share, less what the patients bear where the form says so."""
        share = self.pool.share(self.code, kind)
        if share is None:
            return given(node, self._source("members"), "按点值的办法由清算输入重算")
        if self.pool.with_patient:
            return opened(node, "share − patient", share.named("share"), self.of("patient"))
        return opened(node, "share", share.named("share"))

    def _withheld(self) -> Node:
        node, standing = self.of("withheld"), self.hospital.member.standing
        rule = cite_of(self.pool.policy, WITHHELD.key)
        if not self.hospital.withheld_fen:
            return opened(node, "0 × shared", self.of("shared"), rule=rule)
        why = given(
            Node("", "机构状态", standing.value, "text", NodeKind.LINE, "standing"),
            Source("year_fact", "value", row=self.code), "受处罚或正在调查，且据实费用低于年度目标",
        )  # fmt: skip
        return opened(node, "shared − actual", self.of("shared"), self.of("actual"), why, rule=rule)

    def _gained(self) -> Node:
        node = self.of("gained")
        if not self.hospital.gained_fen:
            return summed(node)
        return given(
            node, self._source("members"), "不予增加的部分按点数以最大余数法分给其他机构，由清算输入重算"
        )

    def _assessed(self) -> Node:
        node, policy = self.of("assessed"), self.pool.policy
        method = ASSESSMENT.chosen(policy)
        rule = cite_of(policy, ASSESSMENT.key)
        if not method.scored or self.hospital.member.standing is Standing.TERMINATED:
            return opened(node, "0 × fund", self.of("fund"), rule=rule)
        score = self.pool.scores[self.code]
        value = share_of(Fraction(score), policy, linear=method.linear)
        whole = "fund" if "fund" in method.formula else "retained"
        if self.hospital.fund_fen <= 0 and whole == "fund":
            return opened(node, "0 × fund", self.of("fund"), rule=rule)
        cite = cite_of(policy, TABLE_KEY)
        shown = plain(ratio_half_up(value.numerator, value.denominator, 4))
        share = Node(
            "", f"考核得分{score}对应的比例", shown, "ratio", NodeKind.RULE, "share", exact=value,
            rounding="display_4", rule=cite,
        )  # fmt: skip
        formula = f"{whole} − half_up_fen({whole} × share)"
        return opened(node, formula, self.of(whole), share, rule=rule)

    def _deducted(self) -> Node:
        children = [
            money(
                refs.ref(refs.RUN, run_id, refs.HOSPITAL, self.code, item="deducted").text,
                f"{run_id}的审核扣款", fen,
            )
            for run_id, fen in self.months
        ]  # fmt: skip
        return self._sum_or_source("deducted", children)

    def _booked(self, item: str) -> Node:
        _, _, sign = _BOOKED[item]
        children = []
        for line in self.booked.get(item, ()):
            ref = line_ref(self.pool.pool, line, "credit" if sign < 0 else "amount")
            children.append(money(ref, f"{line.batch_id}：{line.note}", sign * line.amount_fen))
        return self._sum_or_source(item, children)

    def _sum_or_source(self, item: str, children: Sequence[Node]) -> Node:
        """The sum of what was booked; where later bookings moved it, what the clearing was given."""
        node = self.of(item)
        found = sum((child.number or Fraction(0) for child in children), Fraction(0))
        if found != node.number:
            return given(node, self._source("booked"), "清算时账簿上的数额（此后账簿又有变动）")
        return paged(node, children, self.pool.page)

    def _brought(self, item: str) -> Node:
        return given(self.of(item), self._source("members"), "本年各病例之和，随清算输入保存")
