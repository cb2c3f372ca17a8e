"""Where the points of a month come from (``points.source``)."""

from __future__ import annotations

from dataclasses import dataclass

from chspay_core.method_registry import Registry

SOURCE = "points.source"


@dataclass(frozen=True, slots=True)
class PointSource:
    """A way of coming by group figures: a table of the prefecture, or the run's own cases."""

    name: str
    prefecture: bool


POINT_SOURCES = Registry[PointSource](SOURCE)
#: Every pool measures its own cases.
OWN_CASES = POINT_SOURCES.add(PointSource("own_cases@1", False))
#: 设区的市测算病组点数，各统筹区只定点值 (杭州 2019 征求意见稿 二(二)2(2)、(3)).
PREFECTURE_TABLE = POINT_SOURCES.add(PointSource("prefecture_table@1", True))
