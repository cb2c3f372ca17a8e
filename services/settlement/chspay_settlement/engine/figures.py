"""Figures 运行数据 of places and months: how wide a place is, and growth as an exact ratio."""

from __future__ import annotations

from enum import IntEnum

from chspay_core.amounts import ratio_half_up

GROWTH_PLACES = 4


class Width(IntEnum):
    """How many digits of a region code name a place of this kind."""

    COUNTY = 6
    CITY = 4
    PROVINCE = 2
    NATION = 0


def growth(now: int, before: int | None) -> str:
    """The change against ``before`` as a ratio with 4 places; empty when there was nothing to grow from."""
    if before is None or before <= 0:
        return ""
    return format(ratio_half_up(now - before, before, GROWTH_PLACES), "f")
