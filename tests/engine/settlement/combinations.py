"""Random policies over every named method of a clearing, and random cases that reach all of them."""

from __future__ import annotations

import random

from settlement_rules import policy_of

from chspay_core.measuring import BASE_POINTS, STABILITY
from chspay_core.policy import Policy
from chspay_settlement.engine.case.edges import LIMITS
from chspay_settlement.engine.case.marks import (
    GROUP,
    MODES,
    MULTIPLE,
    NOTHING,
    POINTS,
    SHARE,
    YUAN,
    Mark,
    MarkKind,
)  # fmt: skip
from chspay_settlement.engine.case.methods import SETTLE_BY_ITEM, SETTLE_INCOMPLETE, SETTLE_LOW_STEP
from chspay_settlement.engine.case.terms import FACTORS, SETTLE, SETTLE_IF_RULED
from chspay_settlement.engine.coefficient.cells import cells_of
from chspay_settlement.engine.coefficient.measure import MEASURED, measure_coefficients
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.coefficient.source import Coefficients
from chspay_settlement.engine.model import PricedInput
from chspay_settlement.engine.value.facts import FIXED_PARTS, FIXED_VALUES
from chspay_settlement.engine.value.forms import POINT_VALUE

HOSPITALS, GROUPS = ("H1", "H2", "H3", "H4"), ("G1", "G2", "G3", "G4")
DEPARTMENTS = ("A15", "A16")
#: The same, where a place may also have ruled nothing.
CHOICES_IF_RULED = [*SETTLE_IF_RULED.values(), *FACTORS.values(), SETTLE_BY_ITEM, LIMITS]
#: Those a marked case needs.
FOR_MARKS = [*FACTORS.values(), SETTLE_BY_ITEM, SETTLE_INCOMPLETE]
#: Every key under which a policy names a method of a clearing.
CHOICES = [
    *SETTLE.values(), POINT_VALUE, FIXED_PARTS, FIXED_VALUES, BASE_POINTS, STABILITY,
]  # fmt: skip
#: Published by nobody, by level, by hospital, and measured. What the other measured methods find reaches
#: a clearing in the same table.
COEFFICIENTS = ("none@1", "level_table@1", "hospital_table@1", "cost_ratio@1")


def tiers(chance: random.Random) -> list[dict[str, str]]:
    """High multiples by base points, one to three of them."""
    edges = sorted(chance.sample(range(20, 300), chance.randrange(3)))
    return [
        {"up_to": str(edge) if edge else "", "multiple": f"{chance.randrange(11, 60) / 10}"}
        for edge in [*edges, 0]
    ]


def figures(chance: random.Random) -> dict[str, object]:
    """Figures for every parameter any method may ask for."""
    return {
        "points.scale": chance.choice(["100", "1", "1000", "33.3"]),
        "points.places": str(chance.randrange(7)),
        "stability.n_min": str(chance.randrange(1, 6)),
        "stability.cv_max": chance.choice(["1", "0.8", "0.5", "1.25"]),
        "stability.sd": chance.choice(["population", "sample"]),
        "outlier.low_multiple": chance.choice(["0.4", "0.5", "0.333", "0.01"]),
        "outlier.low_boundary": chance.choice(["lt", "le"]),
        "outlier.high_boundary": chance.choice(["gt", "ge"]),
        "outlier.high_tiers": tiers(chance),
        "coefficient.by_level": [
            {"level": str(level), "value": f"{chance.randrange(50, 150) / 100}"} for level in (1, 2, 3)
        ],
        "coefficient.by_hospital": [
            {"hospital": code, "value": f"{chance.randrange(500, 1500) / 1000}"} for code in HOSPITALS
        ],
        "rate.fixed": f"{chance.randrange(1, 100_000) / 100}",
        "rate.by_level": [
            {"level": str(level), "rate": str(chance.randrange(1, 900))} for level in (1, 2, 3)
        ],
        "rate.level_shares": [
            {"level": "1", "share": "0.15"},
            {"level": "2", "share": "0.35"},
            {"level": "3", "share": "0.5"},
        ],
        "elastic.fixed_value": f"{chance.randrange(100) / 100}",
        "elastic.base_share": chance.choice(["0.7", "0.8"]),
        "elastic.base_points": [
            {"hospital": code, "points": str(chance.randrange(1, 300))} for code in HOSPITALS
        ],
        "elastic.severe_groups": ["G1", "G3"],
        "elastic.group_shares": [
            {"drg": drg, "fixed_share": f"{chance.randrange(101) / 100}"} for drg in ("", *GROUPS)
        ],
        "coefficient.guard": "none@1",
        "coefficient.renormalise": chance.choice(["yes", "no"]),
        "coefficient.places": chance.choice(["4", "6"]),
        "low_step.above": "0.4",
        "low_step.add": chance.choice(["0.2", "0", "0.125"]),
        "low_step.up_to": chance.choice(["0.8", "0.75"]),
        "outlier.extreme_multiple": chance.choice(["7", "10.5"]),
        "outlier.extreme_boundary": chance.choice(["gt", "ge"]),
        "point_value.standard": chance.choice(["80", "12.345678"]),
        "settle.ambiguous_discount": chance.choice(["0.5", "0.9"]),
        "settle.day_surgery_factor": chance.choice(["0.8", "1"]),
        "tcm.uplift_share_min": "0.3",
        "tcm.uplift_rate": chance.choice(["0.1", "0.5"]),
        "tcm.uplift_cap": "0.2",
        "settle.ungrouped_discount": chance.choice(["0.7", "1", "0.123456"]),
        "per_diem.departments": [
            {"category": "psychiatry", "department": "A15"},
            {"category": "rehabilitation", "department": "A16"},
        ],
        "per_diem.day_points": [
            {"category": "psychiatry", "points": "3.5"},
            {"category": "rehabilitation", "points": "4.123456"},
        ],
        "per_diem.day_tiers": [
            {"category": category, "up_to": up_to, "points": f"{chance.randrange(1, 900) / 100}"}
            for category in ("psychiatry", "rehabilitation")
            for up_to in ("30", "60", "")
        ],
        "per_diem.benchmark_days": [
            {"category": "psychiatry", "days": "55"},
            {"category": "rehabilitation", "days": "27.5"},
        ],
        "per_diem.excess_share": chance.choice(["0", "0.1", "0.25"]),
    }


def only_some_have_ruled(chance: random.Random) -> dict[str, object]:
    """Rules that exist only where a place has made them; what one of them needs of another."""
    found: dict[str, object] = {
        choice.key: chance.choice(choice.names)
        for choice in CHOICES_IF_RULED
        if chance.random() < (0.98 if choice in FOR_MARKS else 0.5)
    }
    if SETTLE_LOW_STEP.key in found:
        found |= {"outlier.low_multiple": "0.4", "outlier.low_boundary": "le"}
    if chance.random() < 0.2:
        found["outlier.high_by_level"] = [
            {"level": str(level), "multiple": f"{chance.randrange(11, 60) / 10}"} for level in (1, 2, 3)
        ]
    return found


def random_rules(chance: random.Random) -> dict[str, object]:
    """Methods and figures at random."""
    chosen = {choice.key: chance.choice(choice.names) for choice in CHOICES}
    chosen["coefficient.method"] = chance.choice(COEFFICIENTS)
    return {**chosen, **figures(chance), **only_some_have_ruled(chance)}


def random_policy(chance: random.Random) -> Policy:
    """A policy of methods and figures at random."""
    return policy_of(random_rules(chance))


def coefficients_for(policy: Policy, chance: random.Random) -> Coefficients | None:
    """Coefficients measured on other random cases, where the policy's method measures."""
    if policy.text("coefficient.method") not in MEASURED:
        return None
    cells = cells_of([inp._replace(marks=()) for inp in random_cases(chance, 40)])
    table = measure_coefficients(cells, dict.fromkeys(GROUPS, 100_000_000), policy)
    return coefficients_of(policy, table)


def random_marks(chance: random.Random, cost: int | None) -> tuple[Mark, ...]:
    """A mark or two of any kind, of a mode and a figure that the kind knows."""
    found = []
    for kind in chance.sample(list(MarkKind), chance.randrange(1, 3)):
        mode, what = chance.choice(list(MODES[kind].items()))
        value = {
            NOTHING: "",
            YUAN: f"{chance.randrange(max(cost or 0, 0) + 1) / 100:.2f}",
            POINTS: f"{chance.randrange(500_000) / 1000}",
            SHARE: f"{chance.randrange(101) / 100}",
            # More would take a hospital's points below zero.
            MULTIPLE: "0",
            # A group that has a price, once the cases are known.
            GROUP: chance.choice(GROUPS),
        }[what]
        found.append(Mark(kind, value, mode.value, f"D{chance.randrange(9)}"))
    return tuple(found)


def random_cases(chance: random.Random, number: int) -> list[PricedInput]:
    """Cases of a few hospitals and groups; the first six are grouped, so that there is a price."""
    levels = {code: 1 + place % 3 for place, code in enumerate(HOSPITALS)}
    weights = {drg: chance.lognormvariate(0, 1) * 10 ** chance.randrange(3, 7) for drg in GROUPS}
    cases = [_case(chance, place, levels, weights) for place in range(number)]
    priced = sorted({inp.drg for inp in cases[:6]})
    return [
        inp._replace(marks=tuple(_to_a_priced_group(mark, priced) for mark in inp.marks)) for inp in cases
    ]


def _to_a_priced_group(mark: Mark, priced: list[str]) -> Mark:
    if mark.kind is not MarkKind.REGROUP or mark.value in priced:
        return mark
    return mark._replace(value=priced[GROUPS.index(mark.value) % len(priced)])


def _case(
    chance: random.Random, place: int, levels: dict[str, int], weights: dict[str, float]
) -> PricedInput:
    hospital, drg = chance.choice(HOSPITALS), chance.choice(GROUPS)
    plain = place < 6
    status = "grouped" if plain else chance.choice(["grouped"] * 7 + ["ambiguous", "ungrouped", "invalid"])
    cost: int | None = int(chance.lognormvariate(0, 0.7) * weights[drg]) + 1
    if not plain and chance.random() < 0.03:
        cost = chance.choice([None, 0, -7])
    return PricedInput(
        case_id=f"c{place:03}",
        hospital_code=hospital,
        level=levels[hospital],
        drg=drg if status == "grouped" else "",
        status=status,
        department="" if plain else chance.choice(["", "", "A01", *DEPARTMENTS]),
        los_days=chance.randrange(1, 200),
        cost_fen=cost,
        patient_fen=chance.randrange(0, 50_000),
        marks=random_marks(chance, cost)
        if not plain and cost and cost > 0 and chance.random() < 0.15
        else (),
    )
