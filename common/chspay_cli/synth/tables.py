"""The synthetic city as lookup tables: every choice is one random place in an array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from chspay_cli.synth import city, codes
from chspay_cli.synth.codes import Patient
from chspay_cli.synth.columns import Floats, Ints, quantiles
from chspay_cli.synth.profile import Profile, profile
from chspay_cli.synth.recipes import Recipe, starter_recipes

PLACES = 1 << 16
HOSPITAL_PLACES = 1 << 10
Table = npt.NDArray[np.int32]
NONE = -1


class Words:
    """Codes by number, each once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    def numbers(self, words: str) -> Table:
        return np.array([self.number(word) for word in words.split()], np.int32)

    def array(self) -> pa.Array:
        return pa.array(list(self._numbers), pa.string())


@dataclass(frozen=True, slots=True)
class Groups:
    """Per ADRG."""

    pick: Table  # random place -> group
    median_yuan: Floats
    days: Floats
    mdc: npt.NDArray[np.uint8]  # letter
    surgical: npt.NDArray[np.bool_]
    per_diem_yuan: Floats  # 0 where not paid by the day
    department: Table
    severity: Floats  # how likely complications are, 1 = usual
    age: Floats  # columns: mean, spread, share of children
    first: Ints  # first recipe
    count: Ints  # recipes


@dataclass(frozen=True, slots=True)
class Recipes:
    """Per recipe; NONE where there is no code."""

    diagnoses: Table  # two columns
    procedures: Table  # two columns
    sexes: Ints
    age_days: Ints
    weight_g: Ints


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything :mod:`chspay_cli.synth.admissions` draws from."""

    groups: Groups
    recipes: Recipes
    hospital_pick: Table  # group x random place -> hospital
    hospital_level: Ints
    hospital_tcm: npt.NDArray[np.bool_]
    hospital_cost: Floats
    hospital_codes: pa.Array
    hospital_regions: pa.Array
    words: pa.Array
    unknown: int  # a diagnosis no scheme knows
    mcc: list[Table]  # per Patient
    cc: list[Table]
    common: list[list[Table]]  # per Patient and slot
    small: list[Table]
    tcm: Table
    departments: pa.Array


@cache
def tables(seed: int, hospitals: int) -> Tables:
    """The tables of one city."""
    words, departments = Words(), Words()
    recipes = starter_recipes()
    adrgs = list(dict.fromkeys(recipe.adrg for recipe in recipes))
    profiles = [profile(adrg) for adrg in adrgs]
    found = city.hospitals(seed, hospitals)
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0xC057])))
    chances = city.affinity(found, profiles)
    return Tables(
        groups=_groups(profiles, recipes, departments),
        recipes=_recipes(recipes, words),
        hospital_pick=np.stack([quantiles(row, HOSPITAL_PLACES) for row in chances]),
        hospital_level=np.array([one.level for one in found]),
        hospital_tcm=np.array([one.kind == "tcm" for one in found]),
        hospital_cost=np.exp(generator.normal(0, 0.08, len(found))),
        hospital_codes=pa.array([one.hospital_code for one in found], pa.string()),
        hospital_regions=pa.array([one.region_code for one in found], pa.string()),
        unknown=words.number("U99.900x001"),
        mcc=[words.numbers(codes.MCC[patient]) for patient in Patient],
        cc=[words.numbers(codes.CC[patient]) for patient in Patient],
        common=[[words.numbers(slot) for slot in codes.COMMON[patient]] for patient in Patient],
        small=[words.numbers(slot) for slot in codes.SMALL_PROCEDURES],
        tcm=words.numbers(codes.TCM_DIAGNOSES),
        words=words.array(),
        departments=departments.array(),
    )


def _groups(profiles: list[Profile], recipes: Sequence[Recipe], departments: Words) -> Groups:
    counts = {one.adrg: 0 for one in profiles}
    for recipe in recipes:
        counts[recipe.adrg] += 1
    count = np.array(list(counts.values()))
    letters = [one.adrg[0] for one in profiles]
    surgical = [one.adrg[1] < "R" for one in profiles]
    by_day = [codes.PER_DIEM.get(one.adrg) or codes.PER_DIEM.get(one.adrg[0]) for one in profiles]
    names = [
        paid[0] if paid else codes.DEPARTMENTS[letter].split()[not operation]
        for paid, letter, operation in zip(by_day, letters, surgical, strict=True)
    ]
    return Groups(
        pick=quantiles(np.array([one.share for one in profiles], np.float64), PLACES),
        median_yuan=np.array([one.median_yuan for one in profiles], np.float64),
        days=np.array([one.days for one in profiles], np.float64),
        mdc=np.array([ord(letter) for letter in letters], np.uint8),
        surgical=np.array(surgical),
        per_diem_yuan=np.array([paid[1] if paid else 0 for paid in by_day], np.float64),
        department=np.array([departments.number(name) for name in names], np.int32),
        severity=np.array([_SEVERITY.get(letter, 1.0) for letter in letters]),
        age=np.array([codes.AGES.get(letter, codes.ADULT_AGE) for letter in letters], np.float64),
        first=np.concatenate([[0], np.cumsum(count)[:-1]]),
        count=count,
    )


_SEVERITY = {
    "A": 2.5,
    "C": 0.3,
    "D": 0.4,
    "J": 0.5,
    "M": 0.5,
    "N": 0.4,
    "O": 0.4,
    "P": 0.6,
    "S": 1.8,
    "Z": 2.5,
    "E": 1.4,
}


def _recipes(recipes: Sequence[Recipe], words: Words) -> Recipes:
    def column(place: int, of: str) -> list[int]:
        held: list[tuple[str, ...]] = [getattr(recipe, of) for recipe in recipes]
        return [words.number(codes[place]) if place < len(codes) else NONE for codes in held]

    return Recipes(
        diagnoses=np.array([column(0, "diagnoses"), column(1, "diagnoses")], np.int32).T.copy(),
        procedures=np.array([column(0, "procedures"), column(1, "procedures")], np.int32).T.copy(),
        sexes=np.array([recipe.sexes for recipe in recipes]),
        age_days=np.array([recipe.age_days for recipe in recipes]),
        weight_g=np.array([recipe.weight_g for recipe in recipes]),
    )
