"""Members' visits: charged to their communities, exempted with proof, looked at by the lead hospitals."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa

from chspay_capitation.app.access import may
from chspay_capitation.app.attributions import Attributions, policy_of
from chspay_capitation.app.catchments import Catchments, entries_of
from chspay_capitation.app.members import members_of
from chspay_capitation.engine.budget import read_package
from chspay_capitation.engine.catchment import Catchment
from chspay_capitation.engine.visits import VISIT_TWICE, Claim, Side, Visit, charge, exempted
from chspay_capitation.store import visits as store
from chspay_capitation.store.visits import StoredVisit
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_kit.tablefile import batches_of

VISITS_UNREADABLE = Reason(
    "VISITS_UNREADABLE",
    Kind.INVALID,
    "就诊文件不能读取（{problem}），应为Parquet文件、Arrow数据流或UTF-8的CSV。",
)
VISITS_COLUMN = Reason(
    "VISITS_COLUMN_WRONG", Kind.INVALID, "就诊文件第{row}行的列“{field}”{problem}：{value}。"
)
VISIT_KNOWN = Reason("VISIT_KNOWN", Kind.CONFLICT, "就诊{value}已经上传；没有保存这份文件的任何一行。")
VISIT_UNKNOWN = Reason("VISIT_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的就诊。")
EXEMPT_KNOWN = Reason("EXEMPT_KNOWN", Kind.CONFLICT, "就诊{value}的费用已经剔除。")

_TEXTS = ("visit_id", "person_key", "institution", "insurance_type", "service")
_COLUMNS = (*_TEXTS, "day", "fund_fen")

Stays = list[tuple[str, date, date]]


class Visits:
    """Visits of every pool, or community, the caller may act for."""

    def __init__(self, attributions_: Attributions) -> None:
        self._attributions = attributions_

    async def put(self, attribution_id: str, content: bytes) -> Counter[str]:
        """Charges and stores a file of visits, whole or not at all; answers how many of each side.

        :raises Fault: VISITS_*, VISIT_*, ROLE_DENIED, POLICY_*.
        """
        run = await self._attributions.done(attribution_id)
        may(run.pool, "bureau")
        given = await asyncio.to_thread(read_visits, content)
        twice = await store.known(attribution_id, [visit.visit_id for visit in given])
        if twice:
            raise Fault(VISIT_KNOWN, field="visit_id", value=twice)
        served = Catchment(entries_of(await Catchments().get(run.pool, run.catchment_version)))
        members = await members_of(run, {visit.person_key for visit in given})
        charged = charge(given, members, served, read_package(await policy_of(run)))
        leads: dict[tuple[str, date], str] = {}
        rows = []
        for item in charged:
            if item.side is Side.NOT_MEMBER:
                continue
            key = (item.community, item.visit.day)
            if key not in leads:
                leads[key] = served.lead_of(*key)
            rows.append(StoredVisit(item, run.pool, leads[key], "", ""))
        await store.put(attribution_id, rows)
        return Counter(item.side.value for item in charged)

    async def exempt(self, attribution_id: str, claim: Claim) -> StoredVisit:
        """Exempts a visit outside.

        :raises Fault: VISIT_UNKNOWN, EXEMPT_*.
        """
        run = await self._attributions.done(attribution_id)
        claimer = may(run.pool, "bureau")
        stored = await store.one(attribution_id, claim.visit_id)
        if stored is None:
            raise Fault(VISIT_UNKNOWN, field="visit_id", value=claim.visit_id)
        if stored.cause:
            raise Fault(EXEMPT_KNOWN, field="visit_id", value=claim.visit_id)
        exempted([stored.charged], [claim], await policy_of(run))
        await store.exempt(attribution_id, stored, claim, claimer.subject)
        return replace(stored, cause=claim.cause, proof=claim.proof.strip())

    async def page(
        self, attribution_id: str, community: str, size: int, token: str
    ) -> tuple[list[StoredVisit], str]:
        """A page of the members' visits of a community; a hospital sees those of the community it leads."""
        current_claim().require_role("bureau", "hospital", "service")
        query, wanted = ("member-visits", attribution_id, community), paging.size(size)
        after = paging.decode(query, token)
        found = await store.page(attribution_id, community, str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        last = found[wanted - 1].charged.visit.visit_id if more else ""
        return found[:wanted], paging.encode(query, [last]) if more else ""

    async def costs(self, attribution_id: str, community: str) -> list[tuple[str, int, int, int]]:
        """Insurance, inside, outside and exempt cost of a community, of the visits the caller may see."""
        current_claim().require_role("bureau", "hospital", "service")
        return await store.sums(attribution_id, community)


def read_visits(content: bytes) -> list[Visit]:
    """The visits of a file.

    :raises Fault: VISITS_UNREADABLE, VISITS_COLUMN_WRONG, VISIT_TWICE, NOT_A_DAY.
    """
    rows: list[dict[str, Any]] = []
    try:
        for batch in batches_of(content, _COLUMNS):
            batch.validate(full=True)
            rows += batch.to_pylist()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Fault(VISITS_UNREADABLE, field="content", problem=type(error).__name__) from error
    visits = [_visit(row, number) for number, row in enumerate(rows, start=1)]
    _once([visit.visit_id for visit in visits])
    return visits


def _visit(row: dict[str, Any], number: int) -> Visit:
    for name in _COLUMNS:
        if row.get(name) in (None, ""):
            raise Fault(VISITS_COLUMN, field=name, row=number, problem="没有填写", value="")
    texts = {name: str(row[name]) for name in _TEXTS}
    day, fen = row["day"], str(row["fund_fen"])
    if not (fen.isascii() and fen.isdecimal()) or len(fen) > 15:
        raise Fault(
            VISITS_COLUMN, field="fund_fen", row=number, problem="应为不小于零的整数（分）", value=fen
        )
    return Visit(
        texts["visit_id"], texts["person_key"], texts["institution"],
        day if isinstance(day, date) else parse_day(str(day), "day"), texts["insurance_type"],
        texts["service"], int(fen),
    )  # fmt: skip


def _once(names: Sequence[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise Fault(VISIT_TWICE, field="visit_id", value=name)
