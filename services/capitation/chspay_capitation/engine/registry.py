"""The catchment drawn from the registry of institutions: who belongs to which community, with its days; pure.

What the registry says of an institution is not said a second time by hand: institutions and lead hospitals
come from it, and only regions, universities and employers are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from chspay_capitation.engine.catchment import INSTITUTION, LEAD, Catchment, Entry
from chspay_core.errors import Fault, Kind, Reason

DRAWN_KIND = Reason(
    "CATCHMENT_DRAWN_KIND",
    Kind.INVALID,
    "医疗机构和牵头医院取自定点机构登记，第{row}行不能另行给出（{value}）；有误请更正登记。",
)
REGISTRY_EMPTY = Reason(
    "CATCHMENT_REGISTRY_EMPTY", Kind.PRECONDITION, "定点机构登记中，统筹区{value}没有一家机构属于医共体。"
)
TWO_LEADS = Reason(
    "CATCHMENT_TWO_LEADS",
    Kind.CONFLICT,
    "医共体{value}在{on}有两家牵头医院：{one}和{other}；请先更正定点机构登记。",
)
COMMUNITY_UNREGISTERED = Reason(
    "CATCHMENT_COMMUNITY_UNREGISTERED",
    Kind.CONFLICT,
    "第{row}行的医共体“{value}”在定点机构登记中没有一家成员机构；请核对代码，或先登记机构。",
)


class Belongs(NamedTuple):
    """An institution belongs to a community over some days (``until`` exclusive), perhaps leading it."""

    institution: str
    community: str
    leads: bool
    since: date
    until: date | None


def draw(rows: Iterable[Belongs], others: Sequence[Entry], pool: str) -> Catchment:
    """The catchment: institutions and leads of the registry, and ``others`` as given.

    :raises Fault: CATCHMENT_*: a line that is the registry's to say, a community nobody belongs to, two lead
        hospitals of one community on a day.
    """
    for number, entry in enumerate(others, start=1):
        if entry.kind in (INSTITUTION, LEAD):
            raise Fault(DRAWN_KIND, field="kind", value=f"{entry.kind} {entry.code}", row=number)
    belongs = sorted((row for row in rows if row.community), key=lambda row: (row.institution, row.since))
    if not belongs:
        raise Fault(REGISTRY_EMPTY, field="pool", value=pool)
    known = {row.community for row in belongs}
    for number, entry in enumerate(others, start=1):
        if entry.community not in known:
            raise Fault(COMMUNITY_UNREGISTERED, field="community", value=entry.community, row=number)
    leads = _joined(LEAD, (row for row in belongs if row.leads))
    _check_leads(leads)
    return Catchment([*_joined(INSTITUTION, belongs), *leads, *others])


def _joined(kind: str, rows: Iterable[Belongs]) -> list[Entry]:
    """Lines of one kind; what the registry split for other reasons is one line again."""
    found: list[Entry] = []
    for row in rows:
        last = found[-1] if found else None
        same = last is not None and (last.code, last.community) == (row.institution, row.community)
        if same and last is not None and last.until == row.since:
            found[-1] = last._replace(until=row.until)
        else:
            found.append(Entry(kind, row.institution, row.community, row.since, row.until))
    return found


def _check_leads(leads: Iterable[Entry]) -> None:
    last: dict[str, Entry] = {}
    for entry in sorted(leads, key=lambda each: (each.community, each.since)):
        before = last.get(entry.community)
        if before is not None and (before.until is None or entry.since < before.until):
            raise Fault(
                TWO_LEADS, field="community", value=entry.community, on=entry.since, one=before.code,
                other=entry.code,
            )  # fmt: skip
        last[entry.community] = entry
