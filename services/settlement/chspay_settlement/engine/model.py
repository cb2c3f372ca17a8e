"""The nouns of a clearing: a priced input, a group's figures, a case's points, a hospital's totals.

Money is whole fen, points are whole millionths (micro), means are exact pairs of integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import from_micro, ratio_half_up
from chspay_settlement.engine.case.marks import Mark

#: The grouper's answers that can be settled.
GROUPED, AMBIGUOUS, UNGROUPED = "grouped", "ambiguous", "ungrouped"
#: What the router makes of that answer: the case earns the points of its bed-days, or is paid otherwise than
#: by points. Neither sets the price of a group.
BED_DAYS, ELSEWHERE = "bed_days", "elsewhere"
ROUTED = (BED_DAYS, ELSEWHERE)


class CaseKind(StrEnum):
    """How a case is settled 结算类别; ``EXCLUDED`` earns no points and carries a reason."""

    NORMAL = "normal"
    LOW = "low"
    #: Between low and normal 低费用阶段, where a place has ruled such a step.
    LOW_STEP = "low_step"
    HIGH = "high"
    #: Above high 极高倍率, where a place has ruled a second limit.
    EXTREME = "extreme"
    UNSTABLE = "unstable"
    PER_DIEM = "per_diem"
    #: 住院过程不完整, marked.
    INCOMPLETE = "incomplete"
    UNGROUPED = "ungrouped"
    #: 歧义病例, where a place settles them otherwise than ungrouped ones.
    AMBIGUOUS = "ambiguous"
    EXCLUDED = "excluded"


class PricedInput(NamedTuple):
    """What the engine needs to know of one grouped case. ``None`` and empty mean unknown.

    ``status`` is the grouper's answer (grouped, ambiguous, ungrouped, invalid), or what the router made
    of it (bed_days, elsewhere); ``level`` the
    hospital's level on the day of settlement; ``cost_fen`` all cost of treatment; ``patient_fen``
    what the patient bears; ``marks`` what was found or decided about this case, mostly nothing.
    """

    case_id: str
    hospital_code: str
    level: int | None
    drg: str
    status: str
    department: str
    los_days: int | None
    cost_fen: int | None
    patient_fen: int | None
    marks: tuple[Mark, ...] = ()


class CasePoints(NamedTuple):
    """The points of one case, millionths, rounded once to the policy's places."""

    kind: CaseKind
    points_micro: int
    #: Stable code saying why an excluded case earns nothing; empty otherwise.
    reason: str = ""

    @property
    def points(self) -> Decimal:
        return from_micro(self.points_micro)


@dataclass(frozen=True, slots=True)
class Group:
    """The measured figures of one group 病组; all exact, all storable as integers and text.

    ``mean`` of the kept cases is ``cost_sum_fen / kept``; of a stable group it carries the base
    points. ``median`` is over every case of the group and carries those of an unstable one.
    """

    drg: str
    #: Cases of the group before trimming, and how many the last trimming kept.
    cases: int
    kept: int
    #: How often the group was trimmed (1 or 2; 0 when the figures were given, not measured).
    trims: int
    #: Cost of the kept cases, fen.
    cost_sum_fen: int
    #: Twice the median cost, fen (a median of two middle cases may end in half a fen).
    median_twice_fen: int
    stable: bool
    #: Coefficient of variation of the kept cases, 4 places, for display; empty when undefined.
    cv_display: str
    #: Base points 基准点数, millionths, rounded once.
    base_micro: int
    #: High multiple of the tier of the base points, plain decimal text.
    high_multiple: str

    @property
    def mean(self) -> Fraction:
        """Mean cost in fen, exact; zero for a group that kept no case."""
        return Fraction(self.cost_sum_fen, self.kept) if self.kept else Fraction(0)

    @property
    def median(self) -> Fraction:
        """Median cost in fen, exact."""
        return Fraction(self.median_twice_fen, 2)

    @property
    def base(self) -> Decimal:
        return from_micro(self.base_micro)


@dataclass(frozen=True, slots=True)
class Origin:
    """The published weight table 权重表 that group figures were read from, where nothing was measured."""

    table_id: str
    #: SM3 of the table.
    digest: str
    #: Base points (millionths) by hospital level, of the groups whose weight depends on it.
    by_level: Mapping[str, Mapping[int, int]]
    #: Groups without coefficient 基层病种.
    exempt: frozenset[str]


class GroupSums(NamedTuple):
    """What the costs of a group came to while it was measured, so that nobody has to add them up again; fen.

    In the order of cost the first ``kept_start`` were trimmed away, the highest of them ``kept_above_fen``;
    ``below_middle`` cost less than ``middle_fen``, the lower of the two costs in the middle.
    """

    drg: str
    cases: int
    total_fen: int
    squares: int
    kept_start: int
    kept_above_fen: int
    kept: int
    kept_fen: int
    kept_squares: int
    middle_fen: int
    below_middle: int


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Every group of a run and the mean of all grouped cases, ``all_cost_fen / all_cases``; of a published
    weight table the mean is that pair's ratio, and the pair says no more."""

    all_cost_fen: int
    all_cases: int
    groups: dict[str, Group]
    origin: Origin | None = None
    #: What was added up while measuring; a table read back from its content does not have it.
    sums: tuple[GroupSums, ...] = field(default=(), compare=False, repr=False)

    @property
    def overall_mean(self) -> Fraction:
        """Mean cost of all grouped cases in fen, exact."""
        return Fraction(self.all_cost_fen, self.all_cases) if self.all_cases else Fraction(0)

    def by_level(self, drg: str) -> bool:
        """Whether the base points of a group depend on the hospital's level."""
        return self.origin is not None and drg in self.origin.by_level

    def group(self, drg: str, level: int | None) -> Group | None:
        """A group with the base points it has at a hospital of this level; ``None`` when the table has
        none. Limits stay those of the group: its mean is one, whoever treats the case."""
        group = self.groups.get(drg)
        if group is None or self.origin is None or drg not in self.origin.by_level:
            return group
        base = None if level is None else self.origin.by_level[drg].get(level)
        return None if base is None else replace(group, base_micro=base)

    @staticmethod
    def of(
        all_cost_fen: int, all_cases: int, groups: Iterable[Group], origin: Origin | None = None
    ) -> GroupTable:
        """A table from stored rows; group order never matters, it is kept sorted."""
        ordered = sorted(groups, key=lambda group: group.drg)
        return GroupTable(all_cost_fen, all_cases, {group.drg: group for group in ordered}, origin)


class HospitalTotals(NamedTuple):
    """What one hospital brings into the split: cases with points, points, cost, patient-borne money."""

    hospital_code: str
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int


class HospitalAmount(NamedTuple):
    """One hospital's money: ``total_fen == fund_fen + patient_fen``. A negative fund is a receivable."""

    hospital_code: str
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    fund_fen: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class PointValue:
    """Point value 点值 as an exact pair: fen ``numerator_fen`` for ``denominator_micro`` millionths."""

    numerator_fen: int
    denominator_micro: int
    #: True when the numerator holds the patients' part too (V1, total-cost point value).
    includes_patient: bool

    def display(self, places: int = 4) -> str:
        """Yuan per point, rounded for display only."""
        return format(ratio_half_up(self.numerator_fen * 10_000, self.denominator_micro, places), "f")
