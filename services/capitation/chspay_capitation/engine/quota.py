"""Quotas 人头额度: a budget split over persons by days × risk, whole fen each, summing to the budget; pure.

Each person's share is rounded down and what is left goes, one fen each, to the largest remainders (ties by
larger weight, then by key and day). A community's quota is the sum of its members' fen, so the quotas add up
to the budget, and whoever moves takes exactly his quota with him. payment.md E.2, E.4.

Persons are never sorted: those of one weight have one share and one remainder, so only the weight at which
the last fen runs out needs its members in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_capitation.engine.keys import prefixes
from chspay_core.amounts import SPLIT_NO_WEIGHT
from chspay_core.errors import Fault, Kind, Reason

UNPLACED = Reason(
    "CAPITATION_UNPLACED",
    Kind.PRECONDITION,
    "有{value}人日没有归属的医共体；请补充服务区划，或在政策中规定未能归属人员的去处。",
)
_WEIGHT_BITS, _INSURANCE_BITS = 40, 8
_DAY = pa.int32()


class Class(NamedTuple):
    """Units of one community, insurance and weight: they get the same, but for the last fen."""

    community: str
    insurance_type: str
    weight_micro: int


@dataclass(slots=True)
class Heads:
    """Person-days of one community and insurance: counted, and taken off by findings."""

    valid_days: int = 0
    removed_days: int = 0
    units: int = 0


@dataclass(slots=True)
class Tally:
    """What quotas are made of: how many units of each class, and the days of each community."""

    classes: Counter[Class] = field(default_factory=Counter)
    heads: dict[tuple[str, str], Heads] = field(default_factory=dict)

    def add(self, units: pa.RecordBatch) -> None:
        """Takes up a batch of units."""
        if not units.num_rows:
            return
        place, names = _coded(units, "community")
        kind, kinds = _coded(units, "insurance_type")
        if len(kinds) >= 1 << _INSURANCE_BITS:
            raise AssertionError("more kinds of insurance than can be told apart")
        removed = units.column("removed").to_numpy(zero_copy_only=False)
        days = _days(units)
        cell = place * len(kinds) + kind
        size = len(names) * len(kinds)
        valid, off, count = (np.zeros(size, np.int64) for _ in range(3))
        np.add.at(valid, cell[~removed], days[~removed])
        np.add.at(off, cell[removed], days[removed])
        np.add.at(count, cell[~removed], 1)
        for at in np.flatnonzero(valid + off):
            found = self.heads.setdefault((names[at // len(kinds)], kinds[at % len(kinds)]), Heads())
            found.valid_days += int(valid[at])
            found.removed_days += int(off[at])
            found.units += int(count[at])
        self._classes(cell[~removed], units, removed, names, kinds)

    def _classes(
        self, cell: np.ndarray, units: pa.RecordBatch, removed: np.ndarray, names: list[str], kinds: list[str]
    ) -> None:
        weight = units.column("weight_micro").to_numpy()[~removed]
        if len(weight) and int(weight.max()) >= 1 << _WEIGHT_BITS:
            raise AssertionError("a weight is larger than any factor of a year")
        codes, counts = np.unique((cell << _WEIGHT_BITS) | weight, return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            at, mass = code >> _WEIGHT_BITS, code & ((1 << _WEIGHT_BITS) - 1)
            self.classes[Class(names[at // len(kinds)], kinds[at % len(kinds)], mass)] += count

    def merge(self, other: Tally) -> None:
        """Takes up what another part counted."""
        self.classes.update(other.classes)
        for key, heads in other.heads.items():
            mine = self.heads.setdefault(key, Heads())
            mine.valid_days += heads.valid_days
            mine.removed_days += heads.removed_days
            mine.units += heads.units

    def refuse_unplaced(self) -> None:
        """Refuses days of persons whom no step places: everybody belongs to a community on each day.

        :raises Fault: CAPITATION_UNPLACED.
        """
        days = sum(heads.valid_days + heads.removed_days for key, heads in self.heads.items() if not key[0])
        if days:
            raise Fault(UNPLACED, value=days)

    def days(self, insurance_type: str) -> int:
        """Valid person-days of an insurance in all communities."""
        return sum(heads.valid_days for key, heads in self.heads.items() if key[1] == insurance_type)

    @property
    def insurances(self) -> list[str]:
        """The kinds of insurance that have a day."""
        return sorted({kind for _, kind in self.heads})


class Edge(NamedTuple):
    """The last unit that gets one fen more: of the units of ``weight_micro``, up to this key and day."""

    weight_micro: int
    person_key: str
    since: date


@dataclass(frozen=True, slots=True)
class Split:
    """One insurance's budget, split: what a unit of each weight gets, and who gets one fen more."""

    insurance_type: str
    budget_fen: int
    weight_micro: int
    share: Mapping[int, int]
    served: frozenset[int]
    edge: Edge | None

    def fen(self, weight_micro: int, person_key: str, since: date) -> int:
        """The quota of one unit, fen."""
        more = weight_micro in self.served
        if self.edge is not None and weight_micro == self.edge.weight_micro:
            more = (person_key, since) <= (self.edge.person_key, self.edge.since)
        return self.share[weight_micro] + more


class Quotas(NamedTuple):
    """The splits by insurance, and the quota of each community and insurance, fen."""

    splits: dict[str, Split]
    fen: dict[tuple[str, str], int]


#: Reads one batch of units again; batches are numbered from 0.
Reader = Callable[[int], pa.RecordBatch]


def quotas(tally: Tally, budgets: Mapping[str, int], batches: int, read: Reader) -> Quotas:
    """Every community's quota of each insurance.

    :param budgets: fen of each insurance that has a valid day.
    :raises Fault: SPLIT_NO_WEIGHT: an insurance with a budget and nobody to share it.
    """
    open_splits = [_open(tally, insurance, budgets[insurance]) for insurance in sorted(budgets)]
    fen: Counter[tuple[str, str]] = Counter()
    for opened in open_splits:
        for name, count in opened.mine.items():
            more = name.weight_micro in opened.served
            fen[name.community, name.insurance_type] += count * (opened.share[name.weight_micro] + more)
    wanted = {opened.insurance: opened for opened in open_splits if opened.left}
    edges = _edges(wanted, batches, read) if wanted else {}
    splits = {}
    for opened in open_splits:
        edge = None
        if opened.left:
            edge, gained = edges[opened.insurance]
            for community, count in gained.items():
                fen[community, opened.insurance] += count
        splits[opened.insurance] = Split(
            opened.insurance, opened.budget, opened.whole, opened.share, frozenset(opened.served), edge
        )
        handed = sum(amount for key, amount in fen.items() if key[1] == opened.insurance)
        if handed != opened.budget:
            raise AssertionError("quotas must add up to their budget")
    return Quotas(splits, dict(fen))


@dataclass(slots=True)
class _Open:
    insurance: str
    budget: int
    whole: int
    mine: dict[Class, int]
    share: dict[int, int]
    served: set[int]
    #: The weight at which the fen run out, and how many of its units still get one.
    at: int = 0
    left: int = 0


def _open(tally: Tally, insurance: str, budget: int) -> _Open:
    mine = {name: count for name, count in tally.classes.items() if name.insurance_type == insurance}
    counts: Counter[int] = Counter()
    for name, count in mine.items():
        counts[name.weight_micro] += count
    whole = sum(weight * count for weight, count in counts.items())
    if whole == 0:
        if budget:
            raise Fault(SPLIT_NO_WEIGHT, field=insurance, value=budget)
        return _Open(insurance, budget, whole, mine, dict.fromkeys(counts, 0), set())
    share = {weight: budget * weight // whole for weight in counts}
    rest = {weight: budget * weight % whole for weight in counts}
    opened = _Open(insurance, budget, whole, mine, share, set())
    left = budget - sum(share[weight] * count for weight, count in counts.items())
    for weight in sorted(counts, key=lambda weight: (-rest[weight], -weight)):
        if left < counts[weight]:
            opened.at, opened.left = weight, left
            break
        opened.served.add(weight)
        left -= counts[weight]
    return opened


def _edges(wanted: Mapping[str, _Open], batches: int, read: Reader) -> dict[str, tuple[Edge, Counter[str]]]:
    """The last unit served of each insurance, and how many units up to it each community has."""
    seen: dict[str, list[_Candidates]] = {insurance: [] for insurance in wanted}
    for number in range(batches):
        units = read(number)
        for insurance, opened in wanted.items():
            rows = _rows_at(units, insurance, opened.at)
            if len(rows):
                keys = prefixes(units.column("person_key").take(pa.array(rows)))
                place, names = _coded(units, "community")
                seen[insurance].append(_Candidates(number, keys, place[rows].astype(np.int32), names))
    return {insurance: _edge(opened, seen[insurance], read) for insurance, opened in wanted.items()}


class _Candidates(NamedTuple):
    number: int
    keys: np.ndarray
    place: np.ndarray
    names: list[str]


def _rows_at(units: pa.RecordBatch, insurance: str, weight: int) -> np.ndarray:
    kind, kinds = _coded(units, "insurance_type")
    if insurance not in kinds:
        return np.zeros(0, np.int64)
    weights = units.column("weight_micro").to_numpy()
    valid = ~units.column("removed").to_numpy(zero_copy_only=False)
    return np.flatnonzero((kind == kinds.index(insurance)) & (weights == weight) & valid)


def _edge(opened: _Open, seen: Sequence[_Candidates], read: Reader) -> tuple[Edge, Counter[str]]:
    whole = np.concatenate([part.keys for part in seen])
    last = np.partition(whole, opened.left - 1)[opened.left - 1]
    gained: Counter[str] = Counter()
    level: list[tuple[str, date, str]] = []
    for part in seen:
        below = np.zeros(len(part.names), np.int64)
        np.add.at(below, part.place[part.keys < last], 1)
        gained.update({name: int(count) for name, count in zip(part.names, below, strict=True) if count})
        equal = np.flatnonzero(part.keys == last)
        if len(equal):
            units = read(part.number)
            rows = pa.array(_rows_at(units, opened.insurance, opened.at)[equal])
            columns = (units.column(name).take(rows) for name in ("person_key", "since", "community"))
            level += zip(*(column.to_pylist() for column in columns), strict=True)
    level.sort()
    served = level[: opened.left - sum(gained.values())]
    gained.update(Counter(community for _, _, community in served))
    key, since, _ = served[-1]
    return Edge(opened.at, key, since), gained


def _coded(units: pa.RecordBatch, name: str) -> tuple[np.ndarray, list[str]]:
    column = units.column(name)
    indices: np.ndarray = column.indices.to_numpy().astype(np.int64)
    return indices, column.dictionary.to_pylist()


def _days(units: pa.RecordBatch) -> np.ndarray:
    until, since = (pc.cast(units.column(name), _DAY).to_numpy() for name in ("until", "since"))
    days: np.ndarray = until.astype(np.int64) - since
    return days


def tally_of(batches: Iterable[pa.RecordBatch]) -> Tally:
    """The tally of all batches of units."""
    tally = Tally()
    for batch in batches:
        tally.add(batch)
    return tally
