"""Cross-review 互评互审: which settled cases go to whom, by lot; pure.

From every hospital the same number of its settled cases is drawn. Each goes to reviewers who are not of its
hospital nor of its community, the one with the fewest records first, so that the work is shared evenly; two
judge alone, and where their conclusions differ a third does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.engine.experts.conflict import ConflictRule, Matter, coi
from chspay_dispute.engine.experts.record import Expert
from chspay_dispute.engine.experts.stream import Stream

CROSS_REVIEWERS_FEW = Reason(
    "CROSS_REVIEWERS_FEW",
    Kind.PRECONDITION,
    "病例{value}没有足够的评审人（需要{needed}名，含一名复核人，均不属于该院及其医共体），请增加评审人。",
)


@dataclass(frozen=True, slots=True)
class Record:
    """A settled case that may be drawn."""

    record_id: str
    hospital: str
    community: str
    mdc: str

    def line(self) -> str:
        """The record as one line of the frame."""
        return f"{self.record_id}|{self.hospital}|{self.community}|{self.mdc}"


def frame_digest(frame: Sequence[Record]) -> str:
    """SM3 of all records that may be drawn, in their order."""
    return sm3_hex("".join(f"{one.line()}\n" for one in _ordered(frame)).encode())


def _ordered(frame: Sequence[Record]) -> list[Record]:
    return sorted(frame, key=lambda one: (one.hospital, one.record_id))


def draw_records(frame: Sequence[Record], per_hospital: int, stream: Stream) -> list[Record]:
    """So many records of every hospital, each equally likely; all of a hospital that has fewer."""
    by_hospital: dict[str, list[Record]] = {}
    for one in _ordered(frame):
        by_hospital.setdefault(one.hospital, []).append(one)
    drawn = []
    for hospital in sorted(by_hospital):
        rest = by_hospital[hospital]
        drawn += [rest.pop(stream.below(len(rest))) for _ in range(min(per_hospital, len(rest)))]
    return drawn


def assign(
    records: Sequence[Record],
    reviewers: Sequence[Expert],
    count: int,
    rules: Sequence[ConflictRule],
    stream: Stream,
    day: date,
) -> dict[str, tuple[str, ...]]:
    """Reviewers of each record: ``count`` who judge, then one who does where they differ.

    No two are of one institution. Among those with the fewest records the lot decides.

    :raises Fault: CROSS_REVIEWERS_FEW.
    """
    load: Counter[str] = Counter()
    found: dict[str, tuple[str, ...]] = {}
    for record in records:
        communities = frozenset({record.community} - {""})
        matter = Matter(record.record_id, frozenset({record.hospital}), communities, record.mdc)
        free = sorted(
            (one for one in reviewers if coi(one, matter, rules, day) is None), key=lambda one: one.expert_id
        )
        chosen: list[Expert] = []
        for _ in range(count + 1):
            houses = {one.institution for one in chosen}
            rest = [one for one in free if one.institution not in houses]
            if not rest:
                raise Fault(CROSS_REVIEWERS_FEW, field="reviewers", value=record.record_id, needed=count + 1)
            least = min(load[one.expert_id] for one in rest)
            idle = [one for one in rest if load[one.expert_id] == least]
            one = idle[stream.below(len(idle))]
            chosen.append(one)
            if len(chosen) <= count:
                load[one.expert_id] += 1
        found[record.record_id] = tuple(one.expert_id for one in chosen)
    return found


def settle(conclusions: Sequence[str], count: int) -> tuple[str, bool]:
    """What the conclusions so far come to: the conclusion, empty while open, and whether a third must judge.

    The first ``count`` must agree; else the one more decides by majority, and three who all differ leave
    the record ``unsettled``.
    """
    first = conclusions[:count]
    if len(first) < count:
        return "", False
    if len(set(first)) == 1:
        return first[0], False
    if len(conclusions) == count:
        return "", True
    (most, times), *_ = Counter(conclusions).most_common()
    return (most if times * 2 > len(conclusions) else "unsettled"), False


def statistics(settled: Mapping[str, tuple[str, str]]) -> list[dict[str, object]]:
    """By hospital: records, and how many each conclusion got.

    :param settled: hospital and conclusion by record.
    """
    counts: dict[str, Counter[str]] = {}
    for hospital, conclusion in settled.values():
        counts.setdefault(hospital, Counter())[conclusion] += 1
    return [
        {"hospital": hospital, "records": sum(found.values()), "conclusions": dict(sorted(found.items()))}
        for hospital, found in sorted(counts.items())
    ]
