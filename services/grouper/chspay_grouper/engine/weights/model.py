"""The nouns of measured weights. Fractions are exact; ``*_units`` are steps of the policy's last place."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chspay_core.amounts import EXACT
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.weights.cases import WeightKind
from chspay_grouper.engine.weights.methods import YearSum

WEIGHT_UNKNOWN = Reason("WEIGHT_UNKNOWN", Kind.NOT_FOUND, "没有测算过编码为“{value}”的病组。")

#: The parts of a weight, in this order; the last is what the four fees leave of the cost.
PARTS = ("drug", "consumable", "test", "service", "other")


@dataclass(frozen=True, slots=True)
class LevelWeight:
    """The weight of one group at hospitals of one level, from its kept cases (``cost`` fen)."""

    level: int
    n: int
    cost: int
    exact: Fraction
    units: int


@dataclass(frozen=True, slots=True)
class GroupWeight:
    """The weight of a group, a TCM group or a per-diem category, and what it was measured from.

    ``years`` are the sums that make the mean: of the kept cases, per bed-day of a per-diem category.
    ``typical`` is that mean of a stable group, the median of an unstable one, in fen. ``exact`` is the
    weight before adjustment, ``factor`` the a·k it was adjusted by; the weight is their product, rounded
    once to ``units``.
    """

    kind: WeightKind
    code: str
    cases: int
    kept: int
    trims: int
    stable: bool
    cv_display: str
    years: tuple[YearSum, ...]
    median_twice_fen: int
    typical: Fraction
    exact: Fraction
    factor: Fraction
    measured_units: int
    units: int
    points_units: int
    no_coefficient: bool
    levels: tuple[LevelWeight, ...]
    #: Why there are no level weights; empty when there are, or none were asked for.
    level_reason: str
    #: Parts of ``units`` that add up to it, in the order of PARTS; None where fees are not all known.
    part_units: tuple[int, ...] | None
    #: The costs (fen, year-weighted, in proportion) the parts were split by.
    part_sums: tuple[int, ...] | None

    @property
    def adjusted(self) -> Fraction:
        """The weight in force, exact."""
        return self.exact * self.factor


@dataclass(frozen=True, slots=True)
class Measured:
    """Every weight, and the sums they rest on."""

    places: int
    overall_years: tuple[YearSum, ...]
    #: Mean cost of all cases in fen, by the years' method.
    overall: Fraction
    #: Σ RW·n before adjustment, and Σ a·RW·n; their quotient is k.
    total_weight: Fraction
    raised_weight: Fraction
    groups: tuple[GroupWeight, ...]

    @property
    def k(self) -> Fraction:
        """What keeps the total weight: Σ RW·n ÷ Σ a·RW·n."""
        return self.total_weight / self.raised_weight

    def find(self, code: str) -> GroupWeight:
        """The weight of a code.

        :raises Fault: WEIGHT_UNKNOWN.
        """
        found = next((group for group in self.groups if group.code == code), None)
        if found is None:
            raise Fault(WEIGHT_UNKNOWN, field="code", value=code)
        return found

    def decimal(self, units: int) -> Decimal:
        """Whole steps of the last place as a decimal."""
        return Decimal(units).scaleb(-self.places, EXACT)
