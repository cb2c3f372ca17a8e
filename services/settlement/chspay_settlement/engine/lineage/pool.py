"""The lineage of a pool's month: fund, points, point values, and how whole fen went to hospitals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import MICRO
from chspay_settlement.engine.lineage.facts import MonthFacts, Page, paged, yuan_per_point
from chspay_settlement.engine.lineage.figures import OF_HOSPITAL, POOL_SUMS, amount_node, figure, handout_of
from chspay_settlement.engine.lineage.handout import Handout, Party, Words
from chspay_settlement.engine.lineage.node import (
    VALUE,
    Cite,
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
from chspay_settlement.engine.value.divide import LEVEL_RATES, RATE, SHARES
from chspay_settlement.engine.value.elastic import FLOATING_MAX
from chspay_settlement.engine.value.facts import (
    BASE_POINTS,
    BASE_SHARE,
    FIXED_PART,
    FIXED_PARTS,
    FIXED_VALUE,
    VALUE_METHOD,
)
from chspay_settlement.engine.value.forms import POINT_VALUE, Way

_HOSPITALS = Words(
    "本院分得额", "本院应得额", "本院点数", "points", "医疗机构编码",
    Source("run_hospital", "hospital_code", "fixmedins_code"),
)  # fmt: skip
_LEVELS = Words("本等级基金", "本等级应得基金", "本等级份额", "ratio", "等级", Source("run_case", "level"))


@dataclass(frozen=True, slots=True)
class PoolLines:
    """Opens the lines of a pool's month."""

    facts: MonthFacts
    page: Page

    def open(self, item: str) -> Node | None:
        """A line and what it was made of; ``None`` for a line there is not."""
        name, _, level = item.partition(".")
        if level:
            return self._of_level(name, level)
        plain: dict[str, Callable[[], Node]] = {
            "fund": self._fund,
            "money": self._money,
            "residual": self._residual,
            "value": self._value,
            "gross_value": self._gross,
            "fixed_value": self._fixed_value,
            "floating_value": self._floating,
            "fixed": lambda: self._over(self._fixed(), "fixed"),
            "all_cost": lambda: self._measured("all_cost"),
            "all_cases": lambda: self._measured("all_cases"),
        }  # fmt: skip
        if not self._has(name):
            return None
        if name in POOL_SUMS:
            return self._over(self.total(name), OF_HOSPITAL.get(name, name))
        if name in plain:
            return self.facts.public(plain[name]())
        if name.startswith("levels_") and self.facts.division.form.way is Way.LEVEL_SPLIT:
            return self._of_levels(name.removeprefix("levels_"))
        handout = self.handout("")
        return None if handout is None else self._of_handout(handout, name, "")

    def _has(self, name: str) -> bool:
        """Whether the form of the point value knows such a line."""
        form = self.facts.division.form
        if name in {"fixed_value", "floating_value", "fixed"}:
            return form.way is Way.ELASTIC
        if name == "gross_value":
            return form.grossed
        return True

    # --- figures, unopened ---

    def total(self, item: str) -> Node:
        """A sum over the hospitals."""
        label, column = POOL_SUMS[item]
        hospitals = self.facts.division.hospitals
        value = sum(getattr(hospital, column) for hospital in hospitals)
        return figure(self.facts.whole(item), label, column, value, item)

    def fund(self) -> Node:
        """The month's fund."""
        return money(self.facts.whole("fund"), "可分配基金", self.facts.division.fund_fen, name="fund")

    def money(self) -> Node:
        """What is divided by points: the fund, with the patients' part where the form says so."""
        division = self.facts.division
        patient = sum(h.patient_fen for h in division.hospitals) if division.form.includes_patient else 0
        label = "可分配基金与个人负担合计" if division.form.includes_patient else "可分配基金"
        return money(self.facts.whole("money"), label, division.fund_fen + patient, name="money")

    def value(self, level: str = "", name: str = "value") -> Node:
        """The point value of all, or of a level."""
        division = self.facts.division
        part = division.value if not level else next(p.value for p in division.parts if p.of == level)
        label = f"{level}级医疗机构的点值" if level else "点值"
        item = f"value.{level}" if level else "value"
        return exact(self.facts.whole(item), label, yuan_per_point(part), VALUE, name=name)

    def two_values(self) -> tuple[Node, Node]:
        """The fixed and the floating value of an elastic form."""
        part, whole = self.facts.division.part, self.facts.whole
        return (
            exact(
                whole("fixed_value"), "固定点值", yuan_per_point(part("fixed")), VALUE, name="fixed_value"
            ),
            exact(
                whole("floating_value"), "浮动点值", yuan_per_point(part("floating")), VALUE,
                name="floating_value",
            ),
        )  # fmt: skip

    def form(self) -> Cite:
        """The rule that chose the form of the point value."""
        return cite_of(self.facts.policy, POINT_VALUE.key)

    # --- hand-out of whole fen ---

    def handout(self, level: str) -> Handout | None:
        """How whole fen went to the hospitals, or to those of a level; ``None`` where nothing is split."""
        division, facts = self.facts.division, self.facts
        if division.form.priced_up or (division.form.way is Way.ELASTIC and division.residual_fen):
            return None
        if (division.form.way is Way.LEVEL_SPLIT) != bool(level):
            return None
        parties = [
            self.party(place)
            for place in range(len(division.hospitals))
            if not level or str(division.levels[place]) == level
        ]
        mark = f".{level}" if level else ""
        source = self._level_money(level) if level else self.money()
        return handout_of(_HOSPITALS, source, parties, facts.hospital, lambda i: facts.whole(i + mark), facts)

    def party(self, place: int) -> Party:
        """A hospital as it takes part in the hand-out, patients' part included where the form says so."""
        division = self.facts.division
        hospital = division.hospitals[place]
        with_patient = division.form.includes_patient
        fen = division.exact[place] + (hospital.patient_fen if with_patient else 0)
        share = hospital.total_fen if with_patient else hospital.fund_fen
        weight = Fraction(hospital.points_micro, MICRO)
        if division.form.way is Way.ELASTIC:
            weight = fen / 100
        return Party(hospital.hospital_code, fen / 100, weight, share)

    def levels(self) -> Handout:
        """How whole fen of the fund went to the levels' shares."""
        facts = self.facts
        return handout_of(
            _LEVELS, self.money(), self._level_parties(), lambda key, i: facts.whole(f"level_{i}.{key}"),
            lambda i: facts.whole(f"levels_{i}"), facts,
        )  # fmt: skip

    def _of_handout(self, handout: Handout, name: str, level: str) -> Node | None:
        if name == "left":
            return self.facts.public(handout.opened_left())
        if name == "last":
            return self.facts.public(handout.opened_last())
        if name in {"floors", "served"}:
            node = handout.floors() if name == "floors" else handout.all_served()
            own = "floor" if name == "floors" else "served"
            return self._over(node, own, level)
        return None

    def _of_levels(self, name: str) -> Node | None:
        """How the fund went to the levels: what was left over, who was last, and the sums behind it."""
        handout = self.levels()
        if name == "left":
            return self.facts.public(handout.opened_left())
        if name == "last":
            return self.facts.public(handout.opened_last())
        if name not in {"floors", "served"}:
            return None
        node = handout.floors() if name == "floors" else handout.all_served()
        children = []
        for party in self._level_parties():
            ref = self.facts.whole(f"level_{'floor' if name == 'floors' else 'served'}.{party.key}")
            floor_fen = handout.floor_fen(party)
            children.append(
                money(ref, f"{party.key}级", floor_fen) if name == "floors"
                else count(ref, f"{party.key}级", party.share_fen - floor_fen)
            )  # fmt: skip
        return self.facts.public(paged(node, children, self.page))

    # --- lines ---

    def _over(self, node: Node, item: str, level: str = "") -> Node:
        """A sum over hospitals, page by page; closed to those who see only their own."""
        facts, division = self.facts, self.facts.division
        if not facts.everything:
            return facts.public(node)
        children = []
        for place, hospital in enumerate(division.hospitals):
            if level and str(division.levels[place]) != level:
                continue
            code = hospital.hospital_code
            name = facts.names.get(code, code)
            children.append(self._child(item, place, name))
        return paged(node, children, self.page)

    def _child(self, item: str, place: int, label: str) -> Node:
        facts, division = self.facts, self.facts.division
        hospital = division.hospitals[place]
        ref = facts.hospital(hospital.hospital_code, item)
        if item == "fund":
            return money(ref, label, hospital.fund_fen, name=item)
        if item == "fixed":
            return points(ref, label, division.fixed_micro[place], name=item)
        if item in {"measured_cases", "measured_cost"}:
            cases, cost = facts.measured.get(hospital.hospital_code, (0, 0))
            return money(ref, label, cost, name=item) if item == "measured_cost" else count(
                ref, label, cases, name=item, unit="cases"
            )  # fmt: skip
        if item in {"floor", "served"}:
            party = self.party(place)
            floor_fen = int(party.exact * 100 // 1)
            if item == "floor":
                return money(ref, label, floor_fen, name=item)
            return count(ref, label, party.share_fen - floor_fen, name=item)
        return amount_node(ref, item, hospital, label)

    def _fund(self) -> Node:
        return given(self.fund(), self.facts.fund_source, "年度预算经批准后按月分解的金额")

    def _money(self) -> Node:
        if self.facts.division.form.includes_patient:
            return opened(
                self.money(), "fund + patient", self.fund(), self.total("patient"), rule=self.form()
            )
        return opened(self.money(), "fund", self.fund(), rule=self.form())

    def _residual(self) -> Node:
        node = money(self.facts.whole("residual"), "尾差", self.facts.division.residual_fen, name="residual")
        return opened(node, "fund − paid", self.fund(), self.total("paid"), rule=self.form())

    def _value(self) -> Node:
        """What all points together were paid at, however they were paid."""
        node, form = self.value(), self.facts.division.form
        if form.way is Way.RATE:
            return opened(node, "rate", self.rate(""))
        if form.way is Way.LEVEL_RATE:
            paid = self.total("total" if form.includes_patient else "paid").named("paid")
            return opened(node, "paid ÷ points", paid, self.total("points"), rule=self.form())
        if form.way is Way.ELASTIC and self.facts.division.residual_fen:
            residual = money(
                self.facts.whole("residual"), "尾差", self.facts.division.residual_fen, name="residual"
            )
            parts = (self.money(), residual, self.total("points"))
            return opened(node, "(money − residual) ÷ points", *parts, rule=self.form())
        return opened(node, "money ÷ points", self.money(), self.total("points"), rule=self.form())

    def _gross(self) -> Node:
        value = yuan_per_point(self.facts.division.part("gross"))
        node = exact(self.facts.whole("gross_value"), "按总费用折算的点值", value, VALUE)
        return opened(
            node, "value × cost ÷ (cost − patient)", self.value(), self.total("cost"), self.total("patient"),
            rule=self.form(),
        )  # fmt: skip

    def _fixed(self) -> Node:
        micro = sum(self.facts.division.fixed_micro)
        return points(self.facts.whole("fixed"), "全部固定点数", micro, name="fixed")

    def _fixed_value(self) -> Node:
        node, policy = self.two_values()[0], self.facts.policy
        if policy.text(VALUE_METHOD) == "published@1":
            return opened(node, "published", parameter(policy, FIXED_VALUE, name="published"))
        base = Node(
            "", "基数点数合计", points("", "", self.facts.division.base_micro).value, "points", NodeKind.RULE,
            "base_points", rule=cite_of(policy, BASE_POINTS),
        ) if policy.has(BASE_POINTS) and FIXED_PARTS.chosen(policy).by_case is None else (
            self._fixed().named("base_points")
        )  # fmt: skip
        share = parameter(policy, BASE_SHARE, name="base_share")
        rule = cite_of(policy, VALUE_METHOD)
        return opened(node, "money × base_share ÷ base_points", self.money(), share, base, rule=rule)

    def _floating(self) -> Node:
        node, policy = self.two_values()[1], self.facts.policy
        fixed, total = self._fixed(), self.total("points")
        if fixed.number == total.number:
            return opened(node, "0 × fixed", fixed, rule=cite_of(policy, FIXED_PART))
        formula = "(money − fixed_value × fixed) ÷ (points − fixed)"
        inputs: list[Node] = [self.money(), self.two_values()[0], fixed, total]
        if policy.has(FLOATING_MAX):
            formula = f"min({formula}, floating_max)"
            inputs.append(parameter(policy, FLOATING_MAX, name="floating_max"))
        return opened(node, formula, *inputs, rule=self.form())

    def measured(self, item: str) -> Node:
        """Cost or number of all grouped cases, which the mean of all cases is made of."""
        table = self.facts.table
        if item == "all_cost":
            return money(self.facts.whole(item), "全部入组病例总费用", table.all_cost_fen, name=item)
        return count(
            self.facts.whole(item), "全部入组病例数", table.all_cases, name=item, unit="cases"
        )  # fmt: skip

    def _measured(self, item: str) -> Node:
        node = self.measured(item)
        if not self.facts.own_cases:
            return given(node, self.facts.table_source, "来自本次结算采用的病组点数表")
        return self._over(node, "measured_cost" if item == "all_cost" else "measured_cases")

    # --- by level ---

    def _level_money(self, level: str) -> Node:
        part = next(p.value for p in self.facts.division.parts if p.of == level)
        ref = self.facts.whole(f"level_share.{level}")
        return money(ref, f"{level}级医疗机构的基金", part.numerator_fen, name="level_money")

    def _of_level(self, name: str, level: str) -> Node | None:
        facts, division = self.facts, self.facts.division
        if not any(part.of == level for part in division.parts):
            return None
        if name == "value":
            return facts.public(self._level_value(level))
        if division.form.way is not Way.LEVEL_SPLIT:
            return None
        if name == "level_points":
            micro = next(p.value.denominator_micro for p in division.parts if p.of == level)
            node = points(facts.whole(f"level_points.{level}"), f"{level}级医疗机构点数", micro)
            return self._over(node, "points", level)
        if name.startswith("level_"):
            return self._level_line(name.removeprefix("level_"), level)
        handout = self.handout(level)
        return None if handout is None else self._of_handout(handout, name, level)

    def _level_value(self, level: str) -> Node:
        division, facts = self.facts.division, self.facts
        node = self.value(level)
        if division.form.way is Way.LEVEL_RATE:
            return opened(node, "rate", self.rate(level))
        micro = next(p.value.denominator_micro for p in division.parts if p.of == level)
        own = points(
            facts.whole(f"level_points.{level}"), f"{level}级医疗机构点数", micro, name="level_points"
        )
        return opened(node, "level_money ÷ level_points", self._level_money(level), own, rule=self.form())

    def rate(self, level: str) -> Node:
        """A published rate, with its document."""
        policy, key = self.facts.policy, LEVEL_RATES if level else RATE
        cite = cite_of(policy, key)
        value = policy.text(key) if not level else next(
            row["rate"] for row in policy.table(key) if row["level"] == level
        )  # fmt: skip
        return Node("", "费率", value, "yuan per point", NodeKind.RULE, "rate", rule=cite)

    def _level_line(self, item: str, level: str) -> Node | None:
        handout = self.levels()
        party = next((p for p in self._level_parties() if p.key == level), None)
        if party is None:
            return None
        policy = self.facts.policy
        share = Node(
            "", f"{level}级份额", next(r["share"] for r in policy.table(SHARES) if r["level"] == level),
            "ratio", NodeKind.RULE, "share", rule=cite_of(policy, SHARES),
        )  # fmt: skip
        precise = exact(self.facts.whole(f"level_exact.{level}"), _LEVELS.exact, party.exact, "yuan")
        lines: dict[str, Callable[[], Node]] = {
            "share": lambda: handout.share(party),
            "exact": lambda: opened(precise, "money × share", self.money(), share),
            "floor": lambda: handout.floor(party, precise),
            "rest": lambda: handout.rest(party, precise),
            "served": lambda: handout.served(party, share),
            "weight": lambda: opened(
                exact(self.facts.whole(f"level_weight.{level}"), _LEVELS.weight, party.weight, "ratio"),
                "share", share,
            ),
        }  # fmt: skip
        return self.facts.public(lines[item]()) if item in lines else None

    def _level_parties(self) -> Sequence[Party]:
        division = self.facts.division
        shares = {row["level"]: Fraction(row["share"]) for row in self.facts.policy.table(SHARES)}
        funds = {part.of: part.value.numerator_fen for part in division.parts if part.name == "level"}
        whole = Fraction(division.fund_fen, 100)
        return [Party(of, whole * share, share, funds.get(of, 0)) for of, share in sorted(shares.items())]
