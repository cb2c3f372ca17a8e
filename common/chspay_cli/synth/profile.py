"""How often each group occurs in the synthetic city, what it costs and how long it takes.

The figures are invented for trial and teaching; they are of the size a Chinese city of a few hundred
thousand discharges a year would show, and belong to no real place.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from chspay_core.errors import Fault, Kind, Reason

GROUP_UNPROFILED = Reason(
    "GROUP_UNPROFILED", Kind.INTERNAL, "模拟城市的病组表缺少病组{value}，请在 groups.csv 中补一行。"
)


@dataclass(frozen=True, slots=True)
class Profile:
    """One ADRG of the synthetic city."""

    adrg: str
    share: int  # relative frequency
    median_yuan: int  # median cost in a level-2 hospital, without complications
    days: int  # median length of stay
    principals: tuple[str, ...]  # prefixes of the principal diagnoses usual for an operation; else empty


@cache
def profiles() -> dict[str, Profile]:
    """The table ``groups.csv``, by ADRG."""
    text = files("chspay_cli.synth").joinpath("groups.csv").read_text(encoding="utf-8")
    return {
        row["adrg"]: Profile(
            row["adrg"],
            int(row["share"]),
            int(row["median_yuan"]),
            int(row["days"]),
            tuple(prefix for prefix in row["principals"].split("|") if prefix),
        )
        for row in csv.DictReader(text.splitlines())
    }


def profile(adrg: str) -> Profile:
    """The row of one ADRG.

    :raises Fault: GROUP_UNPROFILED.
    """
    found = profiles().get(adrg)
    if found is None:
        raise Fault(GROUP_UNPROFILED, field="adrg", value=adrg)
    return found
