"""How large the synthetic year is, and what all of its parts agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chspay_cli.synth.city import CITY, COUNTIES, Hospital
from chspay_core.errors import Fault, Kind, Reason

YEAR_SIZE_WRONG = Reason("YEAR_DEMO_SIZE_WRONG", Kind.INVALID, "{what}应在{least}至{most}之间，收到{value}。")
YEAR_PERSONS_FEW = Reason(
    "YEAR_DEMO_PERSONS_FEW",
    Kind.INVALID,
    "参保人数{value}应不少于住院病例数{cases}的两倍；请用 --persons 增加人数，或用 --cases 减少病例。",
)

#: Communities 医共体 by the place they serve, and the institution that leads each.
COMMUNITY_OF = {CITY: "C990100", COUNTIES[0]: "C990101", COUNTIES[1]: "C990102"}
COMMUNITY_NAMES = {
    "C990100": "演示市城市医疗集团",
    "C990101": "演示一区县域医共体",
    "C990102": "演示二县县域医共体",
}
MONTHS = range(1, 13)
#: Limits of each size; the demonstration city routes every case to one method from 2027 on.
PERSONS, CASES, HOSPITALS, YEARS = (500, 2_000_000), (120, 600_000), (8, 200), (2027, 2098)


@dataclass(frozen=True, slots=True)
class YearSize:
    """The options of a synthetic year; equal sizes give equal bytes."""

    persons: int
    cases: int
    hospitals: int
    seed: int
    year: int

    def check(self) -> YearSize:
        """Itself, when it can be made.

        :raises Fault: YEAR_DEMO_SIZE_WRONG, YEAR_DEMO_PERSONS_FEW.
        """
        for what, value, (least, most) in (
            ("参保人数", self.persons, PERSONS),
            ("住院病例数", self.cases, CASES),
            ("医院数", self.hospitals, HOSPITALS),
            ("年度", self.year, YEARS),
            ("随机种子", self.seed, (0, 2**32)),
        ):
            if not least <= value <= most:
                raise Fault(YEAR_SIZE_WRONG, what=what, value=value, least=least, most=most)
        if self.persons < 2 * self.cases:
            raise Fault(YEAR_PERSONS_FEW, field="--persons", value=self.persons, cases=self.cases)
        return self

    def of_month(self, month: int) -> int:
        """How many ordinary cases are discharged in a month; the twelve add up to ``cases``."""
        return self.cases * month // 12 - self.cases * (month - 1) // 12

    def random(self, part: int, *more: int) -> np.random.Generator:
        """The random numbers of one part of the year; parts do not disturb each other."""
        return np.random.Generator(
            np.random.Philox(np.random.SeedSequence([self.seed, self.year, part, *more]))
        )


def leads(hospitals: Sequence[Hospital]) -> dict[str, Hospital]:
    """The institution that leads each community: the first general hospital of the place."""
    found: dict[str, Hospital] = {}
    for one in hospitals:
        if one.kind == "general":
            found.setdefault(COMMUNITY_OF[one.region_code], one)
    return found
