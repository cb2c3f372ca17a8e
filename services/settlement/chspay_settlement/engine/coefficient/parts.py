"""The components 分项 of a composite coefficient: each a ratio of one hospital to its pool.

Direction matters: more visits per head or a heavier burden on patients than the pool's must lower the
coefficient, so those two are turned over. Zhejiang, unverified: grade, 人次人头比, 个人负担, historical
cost and CMI; the county catalogue from the same notes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeVar

from chspay_core.errors import Fault, Kind, Reason

FACT_MISSING = Reason(
    "COEFFICIENT_FACT_MISSING",
    Kind.PRECONDITION,
    "测算差异系数的“{field}”分项缺少医疗机构{value}的数据，或数据为零，无法计算。",
)


K = TypeVar("K")


class Cell(NamedTuple):
    """The base year of one hospital in one group: whole cases and fen."""

    hospital_code: str
    level: int | None
    drg: str
    cases: int
    cost_fen: int
    patient_fen: int


class HospitalFacts(NamedTuple):
    """What cannot be read from priced cases; ``None`` means unknown."""

    visits: int | None = None
    heads: int | None = None
    #: Score in the county disease catalogue 县域病种, plain ratio or points.
    catalogue: Fraction | None = None


class Sums(NamedTuple):
    """Cases, cost, patients' part and base points (micro) of some cells."""

    cases: int
    cost_fen: int
    patient_fen: int
    base_micro: int


@dataclass(frozen=True, slots=True)
class Year:
    """A base year added up every way a component asks for."""

    cells: tuple[Cell, ...]
    base: Mapping[str, int]
    facts: Mapping[str, HospitalFacts]
    pool: Sums
    hospitals: dict[str, Sums]
    groups: dict[str, Sums]
    levels: dict[int | None, Sums]
    level_groups: dict[tuple[int | None, str], Sums]
    own: dict[tuple[str, str], Sums]
    level_of: dict[str, int | None]

    @staticmethod
    def of(cells: Iterable[Cell], base_micro: Mapping[str, int], facts: Mapping[str, HospitalFacts]) -> Year:
        """Adds up ``cells``; a group without base points weighs nothing.

        :param base_micro: base points per group, millionths.
        """
        ordered = tuple(sorted(cells, key=lambda cell: (cell.hospital_code, cell.drg, cell.level or 0)))
        return Year(
            cells=ordered,
            base=base_micro,
            facts=facts,
            pool=_sums(ordered, base_micro, lambda _cell: "").get("", Sums(0, 0, 0, 0)),
            hospitals=_sums(ordered, base_micro, lambda cell: cell.hospital_code),
            groups=_sums(ordered, base_micro, lambda cell: cell.drg),
            levels=_sums(ordered, base_micro, lambda cell: cell.level),
            level_groups=_sums(ordered, base_micro, lambda cell: (cell.level, cell.drg)),
            own=_sums(ordered, base_micro, lambda cell: (cell.hospital_code, cell.drg)),
            level_of={cell.hospital_code: cell.level for cell in ordered},
        )


def _sums(cells: Iterable[Cell], base_micro: Mapping[str, int], key: Callable[[Cell], K]) -> dict[K, Sums]:
    sums: dict[K, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for cell in cells:
        row = sums[key(cell)]
        row[0] += cell.cases
        row[1] += cell.cost_fen
        row[2] += cell.patient_fen
        row[3] += cell.cases * base_micro.get(cell.drg, 0)
    return {name: Sums(*row) for name, row in sums.items()}


#: Year, hospital, group (empty: all its cases together) to the hospital's ratio.
Ratio = Callable[[Year, str, str], Fraction]


@dataclass(frozen=True, slots=True)
class Component:
    """One component and the policy keys that bound its weight."""

    name: str
    label: str
    formula: str
    ratio: Ratio
    #: Whether the ratio differs from group to group.
    by_group: bool = False
    weight_min: str = ""
    weight_max: str = ""


def _over(top: int, bottom: int, component: str, hospital_code: str) -> Fraction:
    if bottom <= 0:
        raise Fault(FACT_MISSING, field=component, value=hospital_code)
    return Fraction(top, bottom)


def mean_ratio(own: Sums, pool: Sums) -> Fraction:
    """Mean cost of some cases over the mean cost of the pool's; both counted."""
    return Fraction(own.cost_fen * pool.cases, own.cases * pool.cost_fen)


def level_mean(year: Year, hospital_code: str, drg: str) -> Fraction:
    """Mean cost of the hospital's level over the pool's, in the group or over all."""
    level = year.level_of[hospital_code]
    if level is None:
        raise Fault(FACT_MISSING, field="level_mean", value=hospital_code)
    if not drg:
        return mean_ratio(year.levels[level], year.pool)
    return mean_ratio(year.level_groups[level, drg], year.groups[drg])


def visits_per_head(year: Year, hospital_code: str, _drg: str) -> Fraction:
    """The pool's visits per head over the hospital's own 人次人头比."""
    own = year.facts.get(hospital_code, HospitalFacts())
    visits = heads = 0
    for code in year.hospitals:
        found = year.facts.get(code, HospitalFacts())
        if not found.visits or not found.heads:
            raise Fault(FACT_MISSING, field="visits_per_head", value=code)
        visits += found.visits
        heads += found.heads
    return _over(visits * (own.heads or 0), heads * (own.visits or 0), "visits_per_head", hospital_code)


def patient_burden(year: Year, hospital_code: str, _drg: str) -> Fraction:
    """The pool's patient-borne share of cost over the hospital's own."""
    own, pool = year.hospitals[hospital_code], year.pool
    top, bottom = pool.patient_fen * own.cost_fen, pool.cost_fen * own.patient_fen
    return _over(top, bottom, "patient_burden", hospital_code)


def cmi_ratio(year: Year, hospital_code: str, _drg: str) -> Fraction:
    """The hospital's case-mix index over the pool's."""
    own, pool = year.hospitals[hospital_code], year.pool
    return _over(own.base_micro * pool.cases, own.cases * pool.base_micro, "cmi", hospital_code)


def history(year: Year, hospital_code: str, drg: str) -> Fraction:
    """The hospital's historical cost: own group mean over the pool's, or over all groups its cost over
    what its cases would have cost at the pool's group means (费用消耗指数)."""
    if drg:
        return mean_ratio(year.own[hospital_code, drg], year.groups[drg])
    expected = sum(
        (
            Fraction(year.groups[cell.drg].cost_fen * cell.cases, year.groups[cell.drg].cases)
            for cell in year.cells
            if cell.hospital_code == hospital_code
        ),
        Fraction(0),
    )
    return year.hospitals[hospital_code].cost_fen / expected


def county_catalogue(year: Year, hospital_code: str, _drg: str) -> Fraction:
    """The hospital's catalogue score over the pool's mean score, weighed by cases."""
    total = Fraction(0)
    for code, sums in year.hospitals.items():
        score = year.facts.get(code, HospitalFacts()).catalogue
        if score is None:
            raise Fault(FACT_MISSING, field="county_catalogue", value=code)
        total += score * sums.cases
    own = year.facts[hospital_code].catalogue or Fraction(0)
    if not total:
        raise Fault(FACT_MISSING, field="county_catalogue", value=hospital_code)
    return own * year.pool.cases / total


COMPONENTS: dict[str, Component] = {
    part.name: part
    for part in (
        Component(
            "level_mean",
            "医院等级均费比",
            "等级均费 ÷ 统筹区均费",
            level_mean,
            by_group=True,
            weight_min="coefficient.level_weight_min",
        ),
        Component(
            "visits_per_head",
            "人次人头比（倒数）",
            "统筹区人次人头比 ÷ 本院人次人头比",
            visits_per_head,
        ),
        Component(
            "patient_burden",
            "个人负担（倒数）",
            "统筹区个人负担比例 ÷ 本院个人负担比例",
            patient_burden,
        ),
        Component("cmi", "CMI比", "本院CMI ÷ 统筹区CMI", cmi_ratio, weight_min="coefficient.cmi_weight_min"),
        Component(
            "history",
            "历史费用比",
            "本院均费 ÷ 统筹区均费（按病组结构）",
            history,
            by_group=True,
            weight_max="coefficient.history_weight_max",
        ),
        Component("county_catalogue", "县域病种得分比", "本院得分 ÷ 统筹区平均得分", county_catalogue),
    )
}
