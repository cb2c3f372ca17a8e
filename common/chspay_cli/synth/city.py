"""The hospitals of the synthetic city: levels, specialties, county communities 县域医共体.

All invented. The city is 990100 with the county 990101 (a district) and 990102 (a county); in each
county one hospital leads a community of township hospitals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chspay_cli.synth.profile import Profile
from chspay_core.errors import Fault, Kind, Reason

HOSPITALS_OUT_OF_RANGE = Reason(
    "HOSPITALS_OUT_OF_RANGE", Kind.INVALID, "医院数应在{least}至{most}之间，收到{value}。"
)
SEED_OUT_OF_RANGE = Reason("SEED_OUT_OF_RANGE", Kind.INVALID, "随机种子应为0或正整数，收到{value}。")

DEFAULT_HOSPITALS = 40
LEAST_HOSPITALS, MOST_HOSPITALS = 8, 900
CITY, COUNTIES = "990100", ("990101", "990102")
_COUNTY_NAMES = {"990100": "演示市", "990101": "演示一区", "990102": "演示二县"}
SINCE = "2020-01-01"

#: kind: Chinese name, and the MDCs it lives from (empty: every MDC).
KINDS: dict[str, tuple[str, str]] = {
    "general": ("人民医院", ""),
    "tcm": ("中医医院", ""),
    "maternity": ("妇幼保健院", "NOP"),
    "psychiatric": ("精神卫生中心", "TU"),
    "orthopaedic": ("骨科医院", "IZ"),
    "eye": ("眼科医院", "C"),
    "tumour": ("肿瘤医院", "R"),
    "rehabilitation": ("康复医院", "X"),
    "infectious": ("传染病医院", "SY"),
    "township": ("中心卫生院", ""),
    "community": ("社区卫生服务中心", ""),
}
_SPECIAL = ("maternity", "psychiatric", "tumour", "orthopaedic", "eye", "rehabilitation", "infectious")
_ORDINALS = "一二三四五六七八九十"
#: Where a group of this median cost is treated: weight per level 1, 2, 3.
_TIERS = (
    (5_000, (1.6, 1.4, 0.7)),
    (15_000, (0.5, 1.4, 1.0)),
    (60_000, (0.03, 0.7, 1.6)),
    (10**9, (0.0, 0.05, 2.0)),
)
_BEDS = {1: 60, 2: 350, 3: 1200}


@dataclass(frozen=True, slots=True)
class Hospital:
    """One hospital of the synthetic city."""

    hospital_code: str  # national form: H, the region's six digits, five of a serial number
    name: str
    region_code: str
    level: int  # 1, 2 or 3
    since: str = SINCE
    community: str = ""  # county community 医共体 it belongs to; empty for city hospitals
    kind: str = "general"
    beds: int = 0


def hospitals(seed: int, count: int = DEFAULT_HOSPITALS) -> list[Hospital]:
    """The city's hospitals; the same seed and count give the same list.

    :raises Fault: SEED_OUT_OF_RANGE, HOSPITALS_OUT_OF_RANGE.
    """
    if seed < 0:
        raise Fault(SEED_OUT_OF_RANGE, field="seed", value=seed)
    if not LEAST_HOSPITALS <= count <= MOST_HOSPITALS:
        raise Fault(
            HOSPITALS_OUT_OF_RANGE, field="hospitals", value=count, least=LEAST_HOSPITALS, most=MOST_HOSPITALS
        )
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x40505])))
    plan = _plan(count)
    beds = np.exp(generator.normal(0, 0.35, len(plan)))
    serials: dict[str, int] = {}
    names: dict[str, int] = {}
    found = []
    for (region, level, kind), size in zip(plan, beds, strict=True):
        serials[region] = serials.get(region, 0) + 1
        stem = _COUNTY_NAMES[region]
        title = KINDS[kind][0]
        number = names[stem + title] = names.get(stem + title, 0) + 1
        found.append(
            Hospital(
                hospital_code=f"H{region}{serials[region]:05d}",
                name=f"{stem}{_ordinal(number)}{title}",
                region_code=region,
                level=level,
                community="" if region == CITY else f"{stem}县域医共体",
                kind=kind,
                beds=max(int(_BEDS[level] * size), 20),
            )
        )
    return found


def _plan(count: int) -> list[tuple[str, int, str]]:
    """Region, level and kind of each hospital: about 20 % level 3, 35 % level 2, the rest level 1."""
    third, second = max(count // 5, 2), max(count * 7 // 20, 4)
    plan = [(CITY, 3, "general"), (CITY, 3, "tcm"), (COUNTIES[0], 2, "general"), (COUNTIES[1], 2, "general")]
    plan += [(COUNTIES[0], 2, "tcm"), (COUNTIES[1], 2, "tcm")]
    for number in range(third - 2):
        plan.append((CITY, 3, _SPECIAL[number] if number < 3 else "general"))
    for number in range(second - 4):
        special = number + 3 < len(_SPECIAL)
        plan.append(
            (
                CITY if special else (CITY, *COUNTIES)[number % 3],
                2,
                _SPECIAL[number + 3] if special else "general",
            )
        )
    for number in range(count - len(plan)):
        region = (*COUNTIES, CITY)[number % 3]
        plan.append((region, 1, "community" if region == CITY else "township"))
    return plan[:count]


def _ordinal(number: int) -> str:
    return f"第{_ORDINALS[number - 1] if number <= len(_ORDINALS) else number}"


def affinity(city: list[Hospital], groups: list[Profile]) -> npt.NDArray[np.float64]:
    """How likely each hospital (column) is to treat a case of each group (row); rows sum to 1."""
    table = np.zeros((len(groups), len(city)))
    for row, group in enumerate(groups):
        tier = next(weights for limit, weights in _TIERS if group.median_yuan < limit)
        for column, hospital in enumerate(city):
            table[row, column] = hospital.beds * tier[hospital.level - 1] * _special(hospital, group.adrg[0])
    empty = table.sum(axis=1) == 0
    table[empty] = [hospital.beds if hospital.level == 3 else 0 for hospital in city]
    sums: npt.NDArray[np.float64] = table.sum(axis=1, keepdims=True)
    return table / sums


def _special(hospital: Hospital, mdc: str) -> float:
    """A specialised hospital lives from its MDCs; general ones send psychiatric cases away."""
    own = KINDS[hospital.kind][1]
    if own:
        return 4.0 if mdc in own else 0.0
    return 0.1 if mdc in "TU" else 1.0
