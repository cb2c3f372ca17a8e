"""The worksheet of a priced stay: days first, then rates, factors and what they come to; pure.

Formulas are written over the keys of the lines above and hold exactly: whoever works them out again, rounding
where a line says so, finds the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from chspay_core.amounts import EXACT, from_micro, plain, ratio_half_up
from chspay_core.measuring import PLACES, SCALE
from chspay_core.worksheet import Worksheet
from chspay_perdiem.engine.allot import Allotment, Run
from chspay_perdiem.engine.models import BENCHMARK, EXCESS, MEAN_CASE, Shape
from chspay_perdiem.engine.stay import USE_LABELS, Span, Stay, Use
from chspay_perdiem.engine.terms import (
    ACUTE_DAYS,
    AFTER_ACUTE,
    CATEGORIES,
    COEFFICIENT,
    COEFFICIENTS,
    CONTINUATION,
    COVERS,
    DISCHARGE,
    FACTOR,
    HELD_SHARE,
    LEAVE,
    MEMBERSHIP,
    RATES,
    TRANSFER,
    UNASSESSED,
    Category,
    Terms,
)

_PLACES = 12
_RULE_OF = {
    Use.LEAVE: LEAVE.key,
    Use.HELD: LEAVE.key,
    Use.ELSEWHERE: TRANSFER.key,
    Use.ACUTE: ACUTE_DAYS,
    Use.NOT_PILOT: MEMBERSHIP.key,
    Use.DISCHARGE: DISCHARGE.key,
}


@lru_cache(maxsize=4096)
def exact(value: Fraction) -> Decimal:
    """A fraction of days, points or factors as a decimal; one that has no end is refused by an assertion."""
    found = ratio_half_up(value.numerator, value.denominator, _PLACES)
    if Fraction(found) != value:
        raise AssertionError(f"{value} has no exact decimal of {_PLACES} places")
    return found


class Writer:
    """Writes the worksheet of one stay while it is priced."""

    def __init__(
        self, stay: Stay, allotment: Allotment, category: Category, shape: Shape, terms: Terms
    ) -> None:
        self.sheet = Worksheet(f"住院{stay.case_id}按床日计价")
        self._stay, self._allotment, self._category = stay, allotment, category
        self._shape, self._terms, self._policy = shape, terms, terms.policy
        self._unit = "点" if category.model.points else "分"
        self._results: list[str] = []

    def days(self) -> None:
        """The days of the stay by what pays them: they add up to its length."""
        stay, sheet = self._stay, self.sheet
        sheet.given("admission", "入院日期", stay.admission.isoformat(), "")
        sheet.given("discharge", "出院日期", stay.discharge.isoformat(), "")
        sheet.rule("category", "床日类别", self._category.name, "", rule=self._policy.rule(CATEGORIES))
        keys = []
        for number, span in enumerate(self._allotment.spans, start=1):
            keys.append(f"span_{number}")
            self._span(keys[-1], span)
        sheet.line(
            "calendar_days", "自入院日至出院日的日数", self._allotment.days_of(*Use), "天",
            formula=" + ".join(keys), inputs=keys,
        )  # fmt: skip
        for own in self._allotment.folded:
            days = (own.days.until - own.days.since).days
            sheet.rule(
                f"folded_{own.case_id}", f"急性发作{own.case_id}不足规定日数，计入床日", days, "天",
                rule=self._policy.rule(ACUTE_DAYS),
            )  # fmt: skip

    def _span(self, key: str, span: Span) -> None:
        by = f"，{span.by}" if span.by else ""
        label = f"{USE_LABELS[span.use]}：{span.since}至{span.until}（不含）{by}"
        if span.use in _RULE_OF:
            self.sheet.rule(key, label, span.days, "天", rule=self._policy.rule(_RULE_OF[span.use]))
        else:
            self.sheet.given(key, label, span.days, "天")

    def rates(self, scope: str) -> None:
        """What a day of each tier earns, and the cap."""
        policy, sheet, model = self._policy, self.sheet, self._category.model
        rule = policy.rule(CATEGORIES)
        sheet.rule("model", "床日标准的形式", f"{model.name} {model.label}", "", rule=rule)
        whose = {"level": f"{scope[6:]}级医疗机构", "hospital": f"医疗机构{scope[9:]}"}.get(
            scope.partition(":")[0], "全部医疗机构"
        )
        if model.points:
            sheet.rule(
                "mean_case", "全部病例平均费用", self._terms.mean_case_fen, "分", rule=policy.rule(MEAN_CASE)
            )
            sheet.rule("scale", "平均病例的点数", exact(self._terms.scale), "点", rule=policy.rule(SCALE))
        for number, tier in enumerate(self._shape.tiers, start=1):
            last = "" if tier.up_to is None else f"至第{tier.up_to}日"
            label = f"每床日标准（第{self._shape.since[number - 1] + 1}日起{last}，{whose}）"
            if not model.points:
                sheet.rule(f"rate_{number}", label, tier.fen, "分", rule=policy.rule(RATES))
                continue
            sheet.rule(f"cost_{number}", label, tier.fen, "分", rule=policy.rule(RATES))
            sheet.line(
                f"rate_{number}", f"第{number}段每床日点数", exact(tier.rate), "点",
                formula=f"cost_{number} ÷ mean_case × scale",
                inputs=[f"cost_{number}", "mean_case", "scale"],
                rounding=f"half_up_{self._terms.places}", rule=policy.rule(PLACES),
            )  # fmt: skip
        if self._shape.cap is not None:
            benchmark = self._terms.benchmarks[self._category.code]
            sheet.rule("benchmark", "基准平均住院天数", exact(benchmark), "天", rule=policy.rule(BENCHMARK))
            sheet.rule(
                "excess", "允许超过的比例", exact(self._terms.excess), "比例", rule=policy.rule(EXCESS)
            )
            sheet.line(
                "cap", "最多计付的床日", exact(self._shape.cap), "天",
                formula="benchmark × (1 + excess)", inputs=["benchmark", "excess"],
            )  # fmt: skip

    def factors(self, coefficient: Fraction, factor: Fraction, assessment_id: str) -> None:
        """The institution's coefficient and the factor of the assessment."""
        policy, terms = self._policy, self._terms
        key = COEFFICIENTS if terms.coefficient.params else COEFFICIENT.key
        self.sheet.rule("coefficient", "机构系数", exact(coefficient), "比例", rule=policy.rule(key))
        told = f"考核系数（考核{assessment_id}）" if assessment_id else "考核系数"
        unassessed = terms.factor.params and not assessment_id
        key = UNASSESSED if unassessed else FACTOR.key
        self.sheet.rule("factor", told, exact(factor), "比例", rule=policy.rule(key))

    def before(self, days: Fraction, case_id: str) -> Fraction:
        """Bed-days of the same continuing stay that earlier lists counted."""
        rule = self._policy.rule(CONTINUATION.key)
        told = f"此前连续住院已计床日（至{case_id}）" if case_id else "此前连续住院已计床日"
        self.sheet.rule("days_before", told, exact(days), "天", rule=rule)
        return days

    def run(
        self, number: int, run: Run, ends: tuple[Fraction, Fraction], upto: Mapping[Fraction, int]
    ) -> None:
        """One run of bed-days: earned up to its end, less earned up to its beginning."""
        first, last = ends
        name = f"run_{number}"
        self._count(name, run, first, last)
        self._earned(f"{name}_end", last, upto[last], f"{name}_to")
        parts = [f"{name}_end"]
        formula = f"{name}_end"
        if first:
            self._earned(f"{name}_start", first, upto[first], f"{name}_from")
            parts.append(f"{name}_start")
            formula = f"{name}_end − {name}_start"
        self.sheet.line(
            f"{name}_worth", f"第{number}轮床日应计", self._shown(upto[last] - upto[first]), self._unit,
            formula=formula, inputs=parts,
        )  # fmt: skip
        self._results.append(f"{name}_worth")

    def _count(self, name: str, run: Run, first: Fraction, last: Fraction) -> None:
        policy, sheet = self._policy, self.sheet
        rule = policy.rule(AFTER_ACUTE.key)
        self._of_spans(f"{name}_present", "在院床日", run.present, run.present_spans)
        if name == "run_1":
            sheet.line(
                f"{name}_from", "计数自", exact(first), "天", formula="days_before", inputs=["days_before"]
            )
        else:
            sheet.rule(f"{name}_from", "急性发作以后重新计数自", exact(first), "天", rule=rule)
        formula, inputs = f"{name}_from + {name}_present", [f"{name}_from", f"{name}_present"]
        if run.held:
            self._of_spans(f"{name}_held", "保留床位日", run.held, run.held_spans)
            sheet.rule(f"{name}_share", "保留床位计付比例", exact(self._terms.held_share), "比例",
                       rule=policy.rule(HELD_SHARE))  # fmt: skip
            formula += f" + {name}_held × {name}_share"
            inputs += [f"{name}_held", f"{name}_share"]
        sheet.line(f"{name}_to", "计数至", exact(last), "天", formula=formula, inputs=inputs)

    def _of_spans(self, key: str, label: str, days: int, spans: tuple[int, ...]) -> None:
        keys = [f"span_{number}" for number in spans]
        self.sheet.line(key, label, days, "天", formula=" + ".join(keys) or "0", inputs=keys)

    def _earned(self, key: str, days: Fraction, worth: int, count: str) -> None:
        """What the first ``days`` days earn by the model, factors in it, rounded once."""
        sheet, model, shape = self.sheet, self._category.model, self._shape
        at = shape.tier_at(days)
        if model.capped:
            sheet.line(
                f"{key}_days", "计付床日", exact(min(days, shape.cap or days)), "天",
                formula=f"min({count}, cap)", inputs=[count, "cap"],
            )  # fmt: skip
            terms, inputs = f"{key}_days × rate_1", [f"{key}_days", "rate_1"]
        elif model.tiers and "marginal" in model.name:
            terms, inputs = self._by_tier(key, days, count, at)
        else:
            terms, inputs = f"{count} × rate_{at + 1}", [count, f"rate_{at + 1}"]
        places = self._terms.places if model.points else 0
        sheet.line(
            key, f"{plain(exact(days))}个床日应计", self._shown(worth), self._unit,
            formula=f"({terms}) × coefficient × factor", inputs=[*inputs, "coefficient", "factor"],
            rounding=f"half_up_{places}", rule=self._policy.rule(CATEGORIES),
        )  # fmt: skip

    def _by_tier(self, key: str, days: Fraction, count: str, last: int) -> tuple[str, list[str]]:
        terms, inputs = [], []
        for number in range(1, last + 2):
            since = self._shape.since[number - 1]
            upto = days if number == last + 1 else self._shape.tiers[number - 1].up_to or days
            mine = f"{key}_tier_{number}"
            top = count if number == last + 1 else str(self._shape.tiers[number - 1].up_to)
            self.sheet.line(
                mine, f"其中第{number}段", exact(Fraction(upto) - since), "天",
                formula=f"{top} − {since}", inputs=[count],
            )  # fmt: skip
            terms.append(f"{mine} × rate_{number}")
            inputs += [mine, f"rate_{number}"]
        return " + ".join(terms), inputs

    def worth(self, worth: int, paid: Fraction) -> None:
        """All runs together."""
        what = "点数" if self._category.model.points else "床日标准金额"
        self.sheet.line(
            "worth", what, self._shown(worth), self._unit, formula=" + ".join(self._results),
            inputs=self._results,
        )  # fmt: skip
        capped = self._shape.cap is not None
        shown = "min({}, cap)" if capped else "{}"
        names = [f"run_{number}" for number in range(1, len(self._allotment.runs) + 1)]
        ends = [f"{name}_{end}" for name in names for end in ("to", "from")]
        self.sheet.line(
            "paid_days", "计付床日", exact(paid), "天",
            formula=" + ".join(
                f"({shown.format(f'{name}_to')} − {shown.format(f'{name}_from')})" for name in names
            ),
            inputs=[*ends, *(["cap"] if capped else [])],
        )  # fmt: skip

    def fund_only(self, worth: int) -> None:
        """The rate is what the fund pays."""
        self.sheet.line(
            "fund", "基金支付", worth, "分", formula="worth", inputs=["worth"],
            rule=self._policy.rule(COVERS.key),
        )  # fmt: skip

    def fund_part(self, patient: int, amount: int) -> None:
        """The rate holds the patient's part, which the fund does not pay."""
        self.sheet.given("patient", "个人负担", patient, "分")
        self.sheet.line(
            "fund", "基金支付", amount, "分", formula="worth − patient", inputs=["worth", "patient"],
            rule=self._policy.rule(COVERS.key),
        )  # fmt: skip

    def _shown(self, worth: int) -> Decimal | int:
        return from_micro(worth).normalize(EXACT) if self._category.model.points else worth
