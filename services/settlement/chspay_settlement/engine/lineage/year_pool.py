"""The lineage of a pool's year: decision amount, point values, and how whole fen went to institutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chspay_core.amounts import MICRO
from chspay_core.policy import Policy
from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.engine.lineage.facts import NOT_OPEN, Page, paged, yuan_per_point
from chspay_settlement.engine.lineage.figures import handout_of
from chspay_settlement.engine.lineage.handout import Handout, Party, Words
from chspay_settlement.engine.lineage.node import (
    VALUE,
    Node,
    Source,
    cite_of,
    exact,
    given,
    money,
    opened,
    parameter,
    points,
)
from chspay_settlement.engine.model import PointValue
from chspay_settlement.engine.value.forms import POINT_VALUE, Form, Way
from chspay_settlement.engine.year.clearing import HospitalYear, Year
from chspay_settlement.engine.year.sharing import BEAR_KEY, KEEP_KEY, LEVELS, Standing

#: Lines of one institution in a hand-out by points, after ``shared_`` or ``target_``.
PARTY_ITEMS = ("share", "exact", "floor", "rest", "served", "weight")
_WORDS = Words(
    "本机构分得额", "本机构应得额", "本机构点数", "points", "医疗机构编码",
    Source("year_hospital", "hospital_code", "fixmedins_code"),
)  # fmt: skip
_SUMS = {
    "fund": ("全部机构决算基金", "fund_fen"),
    "actual": ("全部机构据实基金费用", "actual_fen"),
    "terminated": ("已解除协议机构据实结算", "actual_fen"),
    "withheld": ("不予增加合计", "withheld_fen"),
    "gained": ("分给其他机构合计", "gained_fen"),
    "points": ("参加分担机构的点数", "points_micro"),
    "patient": ("参加分担机构的个人负担", "patient_fen"),
}


@dataclass(frozen=True, slots=True)
class YearPool:
    """Opens the lines of a pool's year; ``everything`` tells whether the asker may see all institutions."""

    clearing_id: str
    pool: str
    digest: str
    policy: Policy
    form: Form
    year: Year
    scores: Mapping[str, Decimal]
    names: Mapping[str, str]
    everything: bool
    page: Page

    @property
    def with_patient(self) -> bool:
        """Whether the point value holds the patients' part."""
        return self.form.includes_patient

    def whole(self, item: str) -> str:
        """The name of a line of the pool."""
        return refs.ref(refs.YEAR, self.clearing_id, refs.POOL, item=item).text

    def hospital(self, code: str, item: str) -> str:
        """The name of a line of an institution."""
        return refs.ref(refs.YEAR, self.clearing_id, refs.HOSPITAL, code, item=item).text

    def stayed(self) -> list[HospitalYear]:
        """The institutions that take part in sharing, by code."""
        return [h for h in self.year.hospitals if h.member.standing is not Standing.TERMINATED]

    def open(self, item: str) -> Node | None:
        """A line and what it was made of; ``None`` for a line there is not."""
        if item in _SUMS:
            return self._over(item)
        lines: dict[str, Callable[[], Node]] = {
            "decision": self._decision,
            "budget": lambda: given(
                self.amount("budget"), Source("year_clearing", "budget_fen", row=self.clearing_id),
                "经批准的年度预算（本地可分配基金）",
            ),
            "shared": self._shared,
            "base_budget": lambda: opened(
                self.amount("base_budget"), "budget − terminated", self.amount("budget"),
                self.total("terminated"),
            ),
            "base_actual": lambda: opened(
                self.amount("base_actual"), "actual − terminated", self.total("actual"),
                self.total("terminated"),
            ),
        }  # fmt: skip
        if item in lines:
            return self._public(lines[item]())
        kind, _, part = item.partition("_")
        if kind not in {"shared", "target"}:
            return None
        if part in {"value", "money"}:
            return self._public(self._value(kind) if part == "value" else self._money(kind))
        handout = self.handout(kind)
        return None if handout is None else self._of_handout(handout, kind, part)

    # --- figures, unopened ---

    def amount(self, item: str) -> Node:
        """An amount of the decision."""
        decision = self.year.decision
        ended = decision.terminated_fen
        label, fen = {
            "decision": ("决算额", decision.decision_fen),
            "budget": ("年度预算", decision.budget_fen),
            "shared": ("分担后的总额", decision.shared_fen),
            "base_budget": ("参加分担的预算", decision.budget_fen - ended),
            "base_actual": ("参加分担的据实费用", decision.actual_fen - ended),
        }[item]
        return money(self.whole(item), label, fen, name=item)

    def total(self, item: str) -> Node:
        """A sum over institutions."""
        label, column = _SUMS[item]
        value = sum(self._own(h, item) for h in self._members(item))
        make = points if column.endswith("_micro") else money
        return make(self.whole(item), label, value, name=item)

    def value(self, kind: str) -> Node:
        """The point value of the shared amount, or of the budget."""
        label = "点值" if kind == "shared" else "按预算计算的点值"
        found = yuan_per_point(self._pair(kind))
        return exact(self.whole(f"{kind}_value"), label, found, VALUE, name="value")

    def money(self, kind: str) -> Node:
        """What is divided by points: the amount, with the patients' part where the form says so."""
        patient = sum(h.member.patient_fen for h in self.stayed()) if self.with_patient else 0
        label = "分担总额与个人负担合计" if self.with_patient else "分担总额"
        return money(self.whole(f"{kind}_money"), label, self._amount_fen(kind) + patient, name="money")

    def _pair(self, kind: str) -> PointValue:
        decision = self.year.decision
        return decision.value if kind == "shared" else decision.target_value

    def _amount_fen(self, kind: str) -> int:
        decision = self.year.decision
        return decision.shared_fen if kind == "shared" else decision.budget_fen - decision.terminated_fen

    # --- hand-out by points ---

    def handout(self, kind: str) -> Handout | None:
        """How whole fen went to institutions; ``None`` where they did not go by one value of points."""
        by_points = kind == "target" or self.year.decision.level in {"pool@1", "budget_used@1"}
        if self.form.way is not Way.SPLIT or not by_points:
            return None
        parties = [self._party(h, kind) for h in self.stayed()]
        return handout_of(
            _WORDS, self.money(kind), parties, lambda code, i: self.hospital(code, f"{kind}_{i}"),
            lambda i: self.whole(f"{kind}_{i}"), self,
        )  # fmt: skip

    def _party(self, hospital: HospitalYear, kind: str) -> Party:
        member = hospital.member
        fen = hospital.shared_fen if kind == "shared" else hospital.target_fen
        share = fen + member.patient_fen if self.with_patient else fen
        weight = Fraction(member.points_micro, MICRO)
        return Party(member.hospital_code, yuan_per_point(self._pair(kind)) * weight, weight, share)

    def _own_party(self, code: str, kind: str) -> Party:
        return self._party(next(h for h in self.stayed() if h.hospital_code == code), kind)

    def share(self, code: str, kind: str) -> Node | None:
        """An institution's share of the money, unopened."""
        if self.handout(kind) is None:
            return None
        fen = self._own_party(code, kind).share_fen
        return money(self.hospital(code, f"{kind}_share"), _WORDS.share, fen, name="share")

    def party_line(self, code: str, kind: str, item: str, own: Node, _patient: Node) -> Node | None:
        """A line of an institution in a hand-out by points."""
        handout = self.handout(kind)
        if handout is None or not any(h.hospital_code == code for h in self.stayed()):
            return None
        party = self._own_party(code, kind)
        precise = exact(self.hospital(code, f"{kind}_exact"), _WORDS.exact, party.exact, "yuan", name="exact")
        weight = exact(
            self.hospital(code, f"{kind}_weight"), _WORDS.weight, party.weight, "points", name="weight"
        )
        lines: dict[str, Callable[[], Node]] = {
            "share": lambda: handout.share(party),
            "exact": lambda: opened(precise, "value × points", self.value(kind), own),
            "floor": lambda: handout.floor(party, precise),
            "rest": lambda: handout.rest(party, precise),
            "served": lambda: handout.served(party, weight),
            "weight": lambda: opened(weight, "points", own),
        }
        return lines[item]()

    def _of_handout(self, handout: Handout, kind: str, name: str) -> Node | None:
        if name in {"left", "last"}:
            return self._public(handout.opened_left() if name == "left" else handout.opened_last())
        if name not in {"floors", "served"}:
            return None
        node = handout.floors() if name == "floors" else handout.all_served()
        children = []
        for hospital in self.stayed():
            party = self._party(hospital, kind)
            code, floor_fen = party.key, handout.floor_fen(party)
            label = self.names.get(code, code)
            if name == "floors":
                children.append(money(self.hospital(code, f"{kind}_floor"), label, floor_fen))
            else:
                own = Node(
                    self.hospital(code, f"{kind}_served"), label, str(party.share_fen - floor_fen), "count",
                    node.kind, more=True,
                )  # fmt: skip
                children.append(own)
        return self._public(paged(node, children, self.page))

    # --- lines ---

    def _public(self, node: Node) -> Node:
        return node if self.everything else node.closed(NOT_OPEN)

    def _members(self, item: str) -> list[HospitalYear]:
        if item == "terminated":
            return [h for h in self.year.hospitals if h.member.standing is Standing.TERMINATED]
        return self.stayed() if item in {"points", "patient"} else list(self.year.hospitals)

    def _own(self, hospital: HospitalYear, item: str) -> int:
        column = _SUMS[item][1]
        own = hospital if hasattr(hospital, column) and column != "points_micro" else hospital.member
        return int(getattr(own, column))

    def _over(self, item: str) -> Node:
        column = _SUMS[item][1]
        make = points if column.endswith("_micro") else money
        own = "actual" if item == "terminated" else item
        children = [
            make(
                self.hospital(h.hospital_code, own), self.names.get(h.hospital_code, h.hospital_code),
                self._own(h, item),
            )
            for h in self._members(item)
        ]  # fmt: skip
        return self._public(paged(self.total(item), children, self.page))

    def _decision(self) -> Node:
        parts = [self.total(name) for name in ("terminated", "withheld", "gained")]
        formula = "terminated + shared − withheld + gained"
        return opened(self.amount("decision"), formula, self.amount("shared"), *parts)

    def _shared(self) -> Node:
        """Keep or bear of the pool; or the sum of what each institution's bands give."""
        node, policy = self.amount("shared"), self.policy
        level, decision = self.year.decision.level, self.year.decision
        rule = cite_of(policy, LEVELS.key)
        budget, actual = self.amount("base_budget"), self.amount("base_actual")
        if level == "institution@1":
            children = [
                money(
                    self.hospital(h.hospital_code, "shared"), self.names.get(h.hospital_code, ""),
                    h.shared_fen,
                )
                for h in self.stayed()
            ]  # fmt: skip
            return paged(node, children, self.page)
        if level == "budget_used@1":
            return opened(node, "base_budget", budget, rule=rule)
        keeps = decision.actual_fen <= decision.budget_fen
        ratio = parameter(policy, KEEP_KEY if keeps else BEAR_KEY, name="ratio")
        formula = (
            "half_up_fen(base_actual + ratio × (base_budget − base_actual))"
            if keeps
            else "half_up_fen(base_budget + (1 − ratio) × (base_actual − base_budget))"
        )
        return opened(node, formula, budget, actual, ratio, rule=rule)

    def _value(self, kind: str) -> Node:
        node = self.value(kind)
        if self.form.way is not Way.SPLIT:
            source = Source("year_input", "members", row=self.clearing_id, digest=self.digest)
            return given(node, source, "按点值的办法由清算输入重算")
        rule = cite_of(self.policy, POINT_VALUE.key)
        return opened(node, "money ÷ points", self.money(kind), self.total("points"), rule=rule)

    def _money(self, kind: str) -> Node:
        base = self.amount("shared" if kind == "shared" else "base_budget").named("amount")
        rule = cite_of(self.policy, POINT_VALUE.key)
        if self.with_patient:
            return opened(self.money(kind), "amount + patient", base, self.total("patient"), rule=rule)
        return opened(self.money(kind), "amount", base, rule=rule)
