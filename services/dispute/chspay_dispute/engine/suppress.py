"""Figures that are kept back so that no sum gives them away: small cells and what protects them.

A table of counts with its sums is a circulation: every count flows from its row to its column, every sum
back. Published figures are fixed, those kept back are only known not to be negative, so what a reader can
still work out of one is the least and the most it can be while everything flows round. A figure under
:data:`LEAST` is kept back; further ones (the smallest that help) follow until the readers' interval of each
is as wide as "under five" is. Integers only; the same table gives the same answer.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

#: Smallest count that is told.
LEAST = 5
#: How far apart the least and the most a reader can work out must be: 0 to 4.
WIDTH = LEAST - 1


class Flow(NamedTuple):
    """A figure between two sums of the table."""

    name: str
    source: str
    target: str
    size: int


def protect(flows: Sequence[Flow]) -> frozenset[str]:
    """The names of the figures that are kept back.

    :param flows: a circulation: what flows into each node flows out of it; counts are not negative.
    """
    hidden = {flow.name for flow in flows if flow.size < LEAST}
    weak = deque(sorted(hidden))
    while weak:
        name = weak.popleft()
        flow = next(item for item in flows if item.name == name)
        while width(flows, hidden, flow) < WIDTH:
            added = _shield(flows, hidden, flow)
            if not added:
                # Only sums that everything flows through are left: keep all of it back.
                return frozenset(item.name for item in flows)
            hidden |= added
            weak.extend(sorted(added))
    return frozenset(hidden)


def width(flows: Sequence[Flow], hidden: Collection[str], flow: Flow) -> int:
    """How far apart the least and the most of a hidden figure are to a reader, counted up to ``WIDTH``."""
    open_ = [item for item in flows if item.name in hidden and item.name != flow.name]
    more = _around(open_, flow.target, flow.source)
    less = _around(open_, flow.source, flow.target)
    return min(WIDTH, more + min(less, flow.size))


def _around(flows: Sequence[Flow], start: str, end: str) -> int:
    """How much more can flow from ``start`` to ``end``, up to ``WIDTH``; figures shrink to 0."""
    changed: dict[str, int] = dict.fromkeys((item.name for item in flows), 0)
    ways = _ways(flows)
    total = 0
    while total < WIDTH:
        steps = _way(ways, changed, start, end)
        if steps is None:
            break
        amount = WIDTH - total
        for item, forward in steps:
            if not forward:
                amount = min(amount, item.size + changed[item.name])
        for item, forward in steps:
            changed[item.name] += amount if forward else -amount
        total += amount
    return total


_Ways = Mapping[str, Sequence[tuple[Flow, bool, str]]]


def _ways(flows: Sequence[Flow]) -> _Ways:
    found: dict[str, list[tuple[Flow, bool, str]]] = defaultdict(list)
    for item in flows:
        found[item.source].append((item, True, item.target))
        found[item.target].append((item, False, item.source))
    return found


def _way(ways: _Ways, changed: Mapping[str, int], start: str, end: str) -> list[tuple[Flow, bool]] | None:
    """The shortest way with room on it."""
    came: dict[str, tuple[str, Flow, bool] | None] = {start: None}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        if node == end:
            return list(_back(came, end))
        for item, forward, to in ways.get(node, ()):
            if to not in came and (forward or item.size + changed[item.name] > 0):
                came[to] = (node, item, forward)
                waiting.append(to)
    return None


def _back(came: Mapping[str, tuple[str, Flow, bool] | None], end: str) -> Iterator[tuple[Flow, bool]]:
    step = came[end]
    while step is not None:
        node, item, forward = step
        yield item, forward
        step = came[node]


def _shield(flows: Sequence[Flow], hidden: Collection[str], flow: Flow) -> set[str]:
    """The figures that cost readers least and, kept back too, let ``flow`` be as large as need be.

    The cheapest way round through figures that may grow, or that are large enough to shrink.
    """
    ways: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for item in flows:
        if item.name == flow.name:
            continue
        cost = 0 if item.name in hidden else item.size + 1
        ways[item.source].append((cost, item.name, item.target))
        if item.size >= WIDTH:
            ways[item.target].append((cost, item.name, item.source))
    known: set[str] = set()
    waiting: list[tuple[int, int, str, tuple[str, ...]]] = [(0, 0, flow.target, ())]
    while waiting:
        cost, steps, node, names = heapq.heappop(waiting)
        if node == flow.source:
            return set(names) - set(hidden)
        if node in known:
            continue
        known.add(node)
        for more, name, to in sorted(ways.get(node, ())):
            if to not in known:
                heapq.heappush(waiting, (cost + more, steps + 1, to, (*names, name)))
    return set()
