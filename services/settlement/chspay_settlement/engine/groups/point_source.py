"""Where the points of a month come from (``points.source``)."""

from __future__ import annotations

from dataclasses import dataclass

from chspay_core.method_registry import Registry

SOURCE = "points.source"


@dataclass(frozen=True, slots=True)
class PointSource:
    """A way of coming by group figures: the run's own cases, a table of the prefecture, or the published
    weight table that policy names by its SM3 (``grouping.weight_table``)."""

    name: str
    prefecture: bool = False
    published: bool = False


POINT_SOURCES = Registry[PointSource](SOURCE)
#: Every pool measures its own cases.
OWN_CASES = POINT_SOURCES.add(PointSource("own_cases@1"))
#: 设区的市测算病组点数，各统筹区只定点值 (杭州 2019 征求意见稿 二(二)2(2)、(3)).
PREFECTURE_TABLE = POINT_SOURCES.add(PointSource("prefecture_table@1", prefecture=True))
#: 统一公布的权重（基准点数）, measured beforehand over several years (DRG 技术规范: 历史病例测算, 定期发布).
WEIGHT_TABLE = POINT_SOURCES.add(PointSource("weight_table@1", published=True))
