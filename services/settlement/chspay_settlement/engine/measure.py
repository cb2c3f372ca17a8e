"""Group statistics, stability and base points, in exact integers."""

from __future__ import annotations

from collections.abc import Iterable

from chspay_core.policy import Policy

from chspay_settlement.engine.model import GroupTable, PricedInput


def measure(inputs: Iterable[PricedInput], policy: Policy) -> GroupTable:
    """The group figures of these cases; per-diem, ungrouped and excluded cases are left out.

    The order of the input never matters.

    :raises Fault: NOTHING_TO_MEASURE, MEAN_ZERO, or a policy fault naming key, place and day.
    """
    raise NotImplementedError
