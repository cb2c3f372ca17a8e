"""What removed heads bring about in the targets that rest on them; pure.

Heads of the year, and the control total heads × visits per head × cost per visit, are made anew from the
heads that count (杭州2019征求意见稿 二(二)1(5)). A target that cannot be made anew is named with the reason,
so that a decision never looks as if it had changed what it did not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chspay_budget.engine.indicators import STATE_NAMES, Indicator, State, control_total
from chspay_core.amounts import MICRO

HEADS, TOTAL = "heads", "control_total"
#: What the control total is made of besides heads.
FACTORS = ("visits_per_head", "cost_per_visit")
#: Every indicator that is looked at, in the order in which it is locked.
CODES = (HEADS, TOTAL, *FACTORS)
_OPEN = frozenset({State.ISSUED, State.REVISED})


class Recomputed(NamedTuple):
    """New targets in millionths by code, and by code why a target stays as it was (code word, then words)."""

    values: dict[str, int]
    kept: dict[str, str]


def recompute(heads: int, known: Mapping[str, Indicator | None]) -> Recomputed:
    """The targets that follow from ``heads``.

    :param heads: the heads that count, persons.
    :param known: the institution's indicators of the year by code; ``None`` was never issued.
    """
    found = Recomputed({}, {})
    for code in (HEADS, TOTAL):
        why = _kept(known.get(code))
        visits, cost = (known.get(one) for one in FACTORS)
        if why:
            found.kept[code] = why
        elif code == HEADS:
            found.values[code] = heads * MICRO
        elif visits is None or cost is None:
            missing = "、".join(one for one in FACTORS if known.get(one) is None)
            found.kept[code] = f"factors_missing：没有下达{missing}，不能重新计算"
        else:
            found.values[code] = control_total(heads, visits.target_micro, cost.target_micro)
    return found


def _kept(indicator: Indicator | None) -> str:
    """Why a target cannot be made anew, whatever its figures; empty when it can."""
    if indicator is None:
        return "absent：没有下达该指标，没有目标可以调整"
    if indicator.state not in _OPEN:
        return f"{indicator.state.value}：指标{STATE_NAMES[indicator.state]}，目标不再调整"
    return ""
