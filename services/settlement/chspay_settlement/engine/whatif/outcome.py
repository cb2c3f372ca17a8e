"""What a scenario comes to, and the base set against it: every change adds up to a named cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import ratio_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.model import PointValue

SCALES_DIFFER = Reason(
    "WHAT_IF_SCALES_DIFFER",
    Kind.PRECONDITION,
    "各期的点数基数（points.scale）不同（{value}），CMI不能合在一起看，请分期模拟。",
)
RATIO_PLACES, CMI_PLACES, GINI_PLACES = 4, 4, 6


class By(StrEnum):
    """By what money is added up."""

    HOSPITAL = "hospital"
    LEVEL = "level"
    GROUP = "group"
    COMMUNITY = "community"
    BAND = "band"


class Sums(NamedTuple):
    """Cases that earn points and what they come to; ``grouped`` of them have a group with base points."""

    cases: int = 0
    points_micro: int = 0
    cost_fen: int = 0
    patient_fen: int = 0
    fund_fen: int = 0
    grouped: int = 0
    base_micro: int = 0

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(*(own + more for own, more in zip(self, other, strict=True)))


NOTHING = Sums()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A period, or several, under one scenario. ``Σ fund of hospitals + residual == fund``."""

    name: str
    fund_fen: int
    residual_fen: int
    cause: str
    #: The value of all points, of each period.
    values: tuple[PointValue, ...]
    scale: Fraction
    facets: Mapping[By, Mapping[str, Sums]]
    #: Reduction in variance by groups 组间变异; ``None`` where it was not asked for, or nothing varies.
    riv: Fraction | None
    #: The steps that were worked out again: cases, measure, points.
    recomputed: tuple[str, ...]
    #: The policy keys that were looked at.
    asked: frozenset[str]

    def __post_init__(self) -> None:
        for by, rows in self.facets.items():
            if sum(row.fund_fen for row in rows.values()) + self.residual_fen != self.fund_fen:
                raise AssertionError(f"funds by {by} and the residual must sum to the fund")

    @property
    def points_micro(self) -> int:
        """All points."""
        return sum(row.points_micro for row in self.facets[By.HOSPITAL].values())

    def cmi(self, sums: Sums) -> str:
        """Base points of the groups ÷ scale ÷ grouped cases; empty without grouped cases."""
        over = sums.grouped * self.scale
        if not over:
            return ""
        found = Fraction(sums.base_micro, 10**6) / over
        return format(ratio_half_up(found.numerator, found.denominator, CMI_PLACES), "f")


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """Several periods under one scenario as one.

    :raises Fault: WHAT_IF_SCALES_DIFFER.
    """
    first = outcomes[0]
    if len(outcomes) == 1:
        return first
    scales = {outcome.scale for outcome in outcomes}
    if len(scales) > 1:
        raise Fault(SCALES_DIFFER, field="points.scale", value="、".join(map(str, sorted(scales))))
    facets: dict[By, dict[str, Sums]] = {by: {} for by in first.facets}
    for outcome in outcomes:
        for by, rows in outcome.facets.items():
            for key, row in rows.items():
                facets[by][key] = facets[by].get(key, NOTHING).plus(row)
    causes = sorted({outcome.cause for outcome in outcomes if outcome.cause})
    return Outcome(
        name=first.name,
        fund_fen=sum(outcome.fund_fen for outcome in outcomes),
        residual_fen=sum(outcome.residual_fen for outcome in outcomes),
        cause="+".join(causes),
        values=tuple(value for outcome in outcomes for value in outcome.values),
        scale=first.scale,
        facets=facets,
        riv=None,
        recomputed=tuple(dict.fromkeys(step for outcome in outcomes for step in outcome.recomputed)),
        asked=frozenset().union(*(outcome.asked for outcome in outcomes)),
    )


class Row(NamedTuple):
    """One hospital, level, group, community or band before and after."""

    key: str
    base: Sums
    scenario: Sums

    @property
    def change_fen(self) -> int:
        """Fund after − fund before, fen."""
        return self.scenario.fund_fen - self.base.fund_fen

    @property
    def change_ratio(self) -> str:
        """Change ÷ fund before; empty where there was none."""
        if not self.base.fund_fen:
            return ""
        return format(ratio_half_up(self.change_fen, abs(self.base.fund_fen), RATIO_PLACES), "f")


def compared(base: Outcome, scenario: Outcome, by: By) -> list[Row]:
    """Everybody before and after, the largest loss first; ties by key.

    :raises AssertionError: the changes do not add up to that of the fund less that of the residual.
    """
    before, after = base.facets.get(by, {}), scenario.facets.get(by, {})
    rows = [Row(key, before.get(key, NOTHING), after.get(key, NOTHING)) for key in {*before, *after}]
    rows.sort(key=lambda row: (row.change_fen, row.key))
    cause = (scenario.fund_fen - base.fund_fen) - (scenario.residual_fen - base.residual_fen)
    if rows and sum(row.change_fen for row in rows) != cause:
        raise AssertionError("changes must add up to the named cause")
    return rows


@dataclass(frozen=True, slots=True)
class Summary:
    """A scenario in a few figures, hospitals compared with the base."""

    name: str
    fund_fen: int
    residual_fen: int
    residual_cause: str
    point_values: tuple[str, ...]
    points_micro: int
    change_fen: int
    fund_change_fen: int
    residual_change_fen: int
    #: Fen that hospitals have less than under the base.
    moved_fen: int
    winners: int
    losers: int
    #: Zero or less.
    largest_loss_fen: int
    largest_loss_hospital: str
    gini: str
    riv: str
    recomputed: tuple[str, ...]


def summary(base: Outcome, scenario: Outcome) -> Summary:
    """``scenario`` against ``base``."""
    rows = compared(base, scenario, By.HOSPITAL)
    losers = [row for row in rows if row.change_fen < 0]
    riv = scenario.riv
    return Summary(
        name=scenario.name,
        fund_fen=scenario.fund_fen,
        residual_fen=scenario.residual_fen,
        residual_cause=scenario.cause,
        point_values=tuple(value.display() for value in scenario.values),
        points_micro=scenario.points_micro,
        change_fen=sum(row.change_fen for row in rows),
        fund_change_fen=scenario.fund_fen - base.fund_fen,
        residual_change_fen=scenario.residual_fen - base.residual_fen,
        moved_fen=-sum(row.change_fen for row in losers),
        winners=sum(row.change_fen > 0 for row in rows),
        losers=len(losers),
        largest_loss_fen=losers[0].change_fen if losers else 0,
        largest_loss_hospital=losers[0].key if losers else "",
        gini=gini(scenario.facets[By.HOSPITAL].values()),
        riv="" if riv is None else format(ratio_half_up(riv.numerator, riv.denominator, GINI_PLACES), "f"),
        recomputed=scenario.recomputed,
    )


def gini(hospitals: Iterable[Sums]) -> str:
    """How unequally cost is paid, 0 (every hospital at the same ratio) to 1: the Gini coefficient of the
    curve of payment (fund and patients' part) over cost, hospitals by the ratio of the two, exact.

    Empty where nothing is paid, or a hospital's payment is below zero.
    """
    paid = [(row.fund_fen + row.patient_fen, row.cost_fen) for row in hospitals if row.cost_fen > 0]
    if not paid or min(pay for pay, _ in paid) < 0:
        return ""
    paid.sort(key=lambda pair: Fraction(*pair))
    all_paid, all_cost = sum(pay for pay, _ in paid), sum(cost for _, cost in paid)
    if not all_paid:
        return ""
    area = below = 0
    for pay, cost in paid:
        area += (2 * below + pay) * cost
        below += pay
    whole = all_paid * all_cost
    return format(ratio_half_up(whole - area, whole, GINI_PLACES), "f")
