"""Which community 医共体 serves whom, day by day: institutions, regions, universities, employers; pure.

杭州2019征求意见稿 二(二)3 names the four; who is served by whom is decided locally, so it is a dated table
with its document. An institution, a university and an employer belong to one community on each day; a region
may be served by several, which the tie rule of the policy settles.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from chspay_core.errors import Fault, Kind, Reason

INSTITUTION, REGION, UNIVERSITY, EMPLOYER = "institution", "region", "university", "employer"
#: The lead hospital 牵头医院 of a community: it sees the visits of the members.
LEAD: Final = "lead"
KINDS: Final = (INSTITUTION, REGION, UNIVERSITY, EMPLOYER, LEAD)

CATCHMENT_EMPTY = Reason(
    "CATCHMENT_EMPTY", Kind.INVALID, "服务区划没有一行，请至少登记一个医共体的服务对象。"
)
CATCHMENT_KIND = Reason(
    "CATCHMENT_KIND_UNKNOWN",
    Kind.INVALID,
    "服务区划第{row}行的kind应为institution、region、university、employer或lead，收到“{value}”。",
)
CATCHMENT_ROW = Reason(
    "CATCHMENT_ROW_WRONG", Kind.INVALID, "服务区划第{row}行的“{field}”{problem}：{value}。"
)
CATCHMENT_TWICE = Reason(
    "CATCHMENT_TWICE",
    Kind.INVALID,
    "服务区划中{kind} {value}在{on}同时属于{one}和{other}；除地区外，一天只能属于一个医共体。",
)


class Entry(NamedTuple):
    """One line: ``code`` of a kind is served by ``community`` from ``since`` up to ``until`` (exclusive)."""

    kind: str
    code: str
    community: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Served:
    """Who is served by whom on one day; regions by their longest known beginning."""

    tables: Mapping[str, Mapping[str, tuple[str, ...]]]
    lengths: tuple[int, ...]

    def of(self, kind: str, code: str) -> tuple[str, ...]:
        """The communities that serve ``code``, smallest code first; empty when nobody is named.

        A region is looked up village, town, county, city: the most exact one that is named decides.
        """
        table = self.tables[kind]
        if kind != REGION:
            return table.get(code, ())
        for length in self.lengths:
            found = table.get(code[:length]) if length <= len(code) else None
            if found is not None:
                return found
        return ()


class Catchment:
    """The whole table, checked.

    :raises Fault: CATCHMENT_*.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        given = list(entries)
        if not given:
            raise Fault(CATCHMENT_EMPTY, field="catchment")
        for number, entry in enumerate(given, start=1):
            _check(entry, number)
        _check_single(given)
        self.entries: Sequence[Entry] = tuple(sorted(given, key=lambda e: (*e[:4], e.until or date.max)))
        self.communities = tuple(sorted({entry.community for entry in given}))
        self._institutions: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.kind == INSTITUTION:
                self._institutions[entry.code].append(entry)

    def breaks(self, since: date, until: date) -> list[date]:
        """The first days of the stretches in ``[since, until)`` during which nothing changes."""
        days = {entry.since for entry in self.entries} | {e.until for e in self.entries if e.until}
        return [since, *sorted(day for day in days if since < day < until)]

    def on(self, day: date) -> Served:
        """Who is served by whom on ``day``."""
        found: dict[str, defaultdict[str, set[str]]] = {kind: defaultdict(set) for kind in KINDS}
        for entry in self.entries:
            if entry.since <= day and (entry.until is None or day < entry.until):
                # 990101 and 990100 stand for all that begins with 990101 and 9901.
                code = _stem(entry.code) if entry.kind == REGION else entry.code
                found[entry.kind][code].add(entry.community)
        tables = {
            kind: {code: tuple(sorted(names)) for code, names in table.items()}
            for kind, table in found.items()
        }
        lengths = sorted({len(code) for code in tables[REGION]}, reverse=True)
        return Served(tables, tuple(lengths))

    def lead_of(self, community: str, day: date) -> str:
        """The lead hospital of a community on ``day``; empty for none."""
        leads = (entry for entry in self.entries if entry.kind == LEAD and entry.community == community)
        held = (e.code for e in leads if e.since <= day and (e.until is None or day < e.until))
        return next(held, "")

    def community_of(self, institution: str, day: date) -> str:
        """The community an institution belongs to on ``day``; empty for none."""
        for entry in self._institutions.get(institution, ()):
            if entry.since <= day and (entry.until is None or day < entry.until):
                return entry.community
        return ""


class Stretches:
    """The stretches of a period with what holds in each: looked up once, used for every person."""

    def __init__(self, catchment: Catchment, since: date, until: date) -> None:
        self.since, self.until = since, until
        self.starts = catchment.breaks(since, until)
        self.ends = [*self.starts[1:], until]
        self.served = [catchment.on(day) for day in self.starts]

    def at(self, day: date) -> int:
        """Number of the stretch a day of the period lies in."""
        return bisect_right(self.starts, day) - 1


def _stem(region: str) -> str:
    if len(region) != 6:
        return region
    return region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region


def _check(entry: Entry, row: int) -> None:
    if entry.kind not in KINDS:
        raise Fault(CATCHMENT_KIND, field="kind", value=entry.kind, row=row)
    for name in ("code", "community"):
        if not getattr(entry, name):
            raise Fault(CATCHMENT_ROW, field=name, value="", row=row, problem="没有填写")
    if entry.kind == REGION and not (entry.code.isdecimal() and len(entry.code) in (6, 9, 12)):
        raise Fault(CATCHMENT_ROW, field="code", value=entry.code, row=row, problem="应为6、9或12位地区代码")
    if entry.until is not None and entry.until <= entry.since:
        raise Fault(CATCHMENT_ROW, field="until", value=entry.until, row=row, problem="应晚于起始日期")


def _check_single(entries: Sequence[Entry]) -> None:
    """No code but a region has two communities on one day; nobody is named twice by one."""
    last: dict[tuple[str, ...], Entry] = {}
    for entry in sorted(entries, key=lambda e: (e.kind, e.code, e.since)):
        names = (entry.community,) if entry.kind == REGION else ()
        key = (entry.kind, entry.code, *names)
        before = last.get(key)
        if before is not None and (before.until is None or entry.since < before.until):
            raise Fault(
                CATCHMENT_TWICE, field="code", value=entry.code, kind=entry.kind, on=entry.since,
                one=before.community, other=entry.community,
            )  # fmt: skip
        last[key] = entry
