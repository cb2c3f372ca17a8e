"""Many scenarios from a grid of values: every point is the same change with other figures in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, plain_value
from chspay_settlement.engine.whatif.scenario import (
    FUND_FACTOR,
    POINT_FACTORS,
    POINTS,
    PRICES,
    RULES,
    Scenario,
    scenario_of,
)

SWEEP_TARGET = Reason(
    "WHAT_IF_TARGET",
    Kind.INVALID,
    "网格的对象“{value}”不认识：可写rules:键、rules:键[列=值].列、points:病组、point_factors:病组、"
    "prices:费用类别、fund_factor。",
)
SWEEP_CELL = Reason(
    "WHAT_IF_CELL", Kind.INVALID, "网格的对象“{value}”在{key}的表里没有找到对应的行或列，请核对。"
)
SWEEP_EMPTY = Reason("WHAT_IF_GRID_EMPTY", Kind.INVALID, "网格至少要有一个对象，每个对象至少一个值。")
SWEEP_UNEVEN = Reason(
    "WHAT_IF_GRID_UNEVEN",
    Kind.INVALID,
    "逐组取值时各对象的值应一样多，收到{value}；要全部组合请用cartesian。",
)
SWEEP_TWICE = Reason("WHAT_IF_TARGET_TWICE", Kind.INVALID, "网格的对象“{value}”写了两次。")
_CELL = re.compile(r"(?P<key>[a-z0-9_.]+)\[(?P<column>\w+)=(?P<value>[^\]]*)\]\.(?P<target>\w+)\Z", re.ASCII)
_NAMED = (POINTS, POINT_FACTORS, PRICES)


class Axis(NamedTuple):
    """One object of the grid and the values it takes."""

    target: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Axes, and whether every combination is meant or the first values together, then the second, …"""

    axes: tuple[Axis, ...]
    cartesian: bool

    def __post_init__(self) -> None:
        if not self.axes or not all(axis.values for axis in self.axes):
            raise Fault(SWEEP_EMPTY, field="axes")
        seen: set[str] = set()
        for axis in self.axes:
            if axis.target in seen:
                raise Fault(SWEEP_TWICE, field="axes", value=axis.target)
            seen.add(axis.target)
        sizes = {len(axis.values) for axis in self.axes}
        if not self.cartesian and len(sizes) > 1:
            raise Fault(SWEEP_UNEVEN, field="axes", value="、".join(map(str, sorted(sizes))))

    def __len__(self) -> int:
        if self.cartesian:
            return prod(len(axis.values) for axis in self.axes)
        return len(self.axes[0].values)

    def points(self) -> list[tuple[str, ...]]:
        """The values of every point, the last axis going fastest."""
        columns = [axis.values for axis in self.axes]
        return list(product(*columns)) if self.cartesian else list(zip(*columns, strict=True))

    def scenario(
        self, number: int, values: Sequence[str], policy: Policy, parts: Mapping[str, object]
    ) -> Scenario:
        """The change of one point.

        :param policy: where a cell of a table is changed, the table it is a cell of.
        :param parts: what every point changes besides.
        :raises Fault: WHAT_IF_TARGET, WHAT_IF_CELL, and what :func:`scenario_of` raises.
        """
        whole: dict[str, object] = {key: _copied(part) for key, part in parts.items()}
        for axis, text in zip(self.axes, values, strict=True):
            _put(whole, axis.target, text, policy)
        return scenario_of(f"#{number}", whole)


def _copied(part: object) -> object:
    return {str(key): _copied(value) for key, value in part.items()} if isinstance(part, Mapping) else part


def _put(whole: dict[str, object], target: str, text: str, policy: Policy) -> None:
    part, _, name = target.partition(":")
    if target == FUND_FACTOR:
        whole[FUND_FACTOR] = text
    elif part in _NAMED and name:
        held = _part(whole, part)
        (_part(held, "factors") if part == PRICES else held)[name] = text
    elif part == RULES and name:
        cell = _CELL.match(name)
        rules = _part(whole, RULES)
        if cell is None:
            rules[name] = text
        else:
            rules[cell["key"]] = _with_cell(rules.get(cell["key"]), cell, target, text, policy)
    else:
        raise Fault(SWEEP_TARGET, field="axes", value=target)


def _part(whole: dict[str, object], name: str) -> dict[str, object]:
    held = whole.setdefault(name, {})
    if not isinstance(held, dict):
        raise Fault(SWEEP_TARGET, field="axes", value=name)
    return held


def _with_cell(held: object, cell: re.Match[str], target: str, text: str, policy: Policy) -> list[object]:
    """A policy table with another text in the cells meant."""
    table = held if held is not None else plain_value(policy.rule(cell["key"]).value)
    found, hit = [], False
    for row in table if isinstance(table, list) else []:
        meant = (
            isinstance(row, Mapping) and row.get(cell["column"]) == cell["value"] and cell["target"] in row
        )
        hit = hit or meant
        found.append({**row, cell["target"]: text} if meant else row)
    if not hit:
        raise Fault(SWEEP_CELL, field="axes", value=target, key=cell["key"])
    return found
