"""Named factors on the points of a marked case: day surgery 日间手术 and traditional medicine 中医.

A factor exists only where a place has ruled it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.method_registry import Registry

DAY_SURGERY_FACTOR = "settle.day_surgery_factor"
SHARE_MIN, RATE, CAP = "tcm.uplift_share_min", "tcm.uplift_rate", "tcm.uplift_cap"
#: Policy figure -> the worksheet line that shows it.
LINES = {
    DAY_SURGERY_FACTOR: "day_surgery_factor",
    SHARE_MIN: "uplift_share_min",
    RATE: "uplift_rate",
    CAP: "uplift_cap",
}
ONE = Fraction(1)

#: (policy figures, the mark's value) -> the factor.
Value = Callable[[Mapping[str, Fraction], Fraction], Fraction]


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor on points; ``formula`` is written over the lines of ``params`` and ``mark_value``.

    Where ``value`` is exactly 1 the points stay, and the worksheet says so.
    """

    name: str
    formula: str
    value: Value
    params: tuple[str, ...] = ()


def same_as_inpatient(_figures: Mapping[str, Fraction], _share: Fraction) -> Fraction:
    """Day surgery earns the points of the inpatient group (unverified; DIP 3.0 takes day surgery in)."""
    return ONE


def published_factor(figures: Mapping[str, Fraction], _share: Fraction) -> Fraction:
    """Day surgery earns a published share of the inpatient group's points (local)."""
    return figures[DAY_SURGERY_FACTOR]


def capped_share(figures: Mapping[str, Fraction], share: Fraction) -> Fraction:
    """1 + min(share × rate, cap) from a floor of the share 中治率 on. Floor and cap are real parameters of
    settlement systems; no published figure was found, so every figure of a place is unverified."""
    if share < figures[SHARE_MIN]:
        return ONE
    return 1 + min(share * figures[RATE], figures[CAP])


DAY_SURGERY = Registry[Factor]("settle.day_surgery")
DAY_SURGERY.add(Factor("same_as_inpatient@1", "1", same_as_inpatient))
DAY_SURGERY.add(Factor("factor@1", "day_surgery_factor", published_factor, (DAY_SURGERY_FACTOR,)))
TCM_UPLIFT = Registry[Factor]("tcm.uplift_method")
TCM_UPLIFT.add(
    Factor(
        "capped_share@1",
        "(1 + min(mark_value × uplift_rate, uplift_cap))",
        capped_share,
        (SHARE_MIN, RATE, CAP),
    )
)
