"""Rosters: started, filled, closed, checked; a refused one is mended part by part and closed again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from chspay_capitation.app.access import may, new_id
from chspay_capitation.app.chunks import BROKEN, cut
from chspay_capitation.clients import Rulebook
from chspay_capitation.engine.catchment import REGION
from chspay_capitation.engine.checks import (
    Placed,
    Places,
    Report,
    check_persons,
    check_rows,
    keys_of,
    places_of,
    repeated,
    suspects,
)
from chspay_capitation.engine.roster import ROSTER_SCHEMA, spells_of
from chspay_capitation.store import rosters as store
from chspay_capitation.store.attributions import catchment
from chspay_capitation.store.rosters import Chunk, Roster
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_kit import logs, paging
from chspay_kit.chunk import unpack

ROSTER_NOT_FOUND = Reason("ROSTER_NOT_FOUND", Kind.NOT_FOUND, "没有编号为“{value}”的名册。")
ROSTER_CLOSED = Reason(
    "ROSTER_CLOSED", Kind.PRECONDITION, "名册{value}现为“{state}”，不能再上传或更换；更正请另建名册。"
)
ROSTER_PARTS = Reason(
    "ROSTER_PARTS_MISSING", Kind.PRECONDITION, "应有第0至{last}份，收到的是{value}；请补传后再关闭。"
)
ROSTER_PART = Reason("ROSTER_PART_WRONG", Kind.INVALID, "名册的份号应从0起，且这一份至少有一行：{value}。")

UPLOADING, CHECKING, REFUSED, LOADED = "uploading", "checking", "refused", "loaded"
_MOST_PARTS = 100_000

log = logs.get_logger(__name__)


class Rosters:
    """Rosters as callers see them."""

    async def start(self, request_id: str, pool: str, as_of: date) -> Roster:
        """A new roster of a pool; its id derives from the request.

        :raises Fault: ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau")
        roster_id = new_id("RS", request_id)
        await store.insert(roster_id, pool, as_of, claim.subject)
        return await self.get(roster_id)

    async def put(self, roster_id: str, part_no: int, content: bytes) -> tuple[int, str]:
        """Keeps one part, in the place of the one of its number; answers its rows and digest.

        :raises Fault: ROSTER_CLOSED, ROSTER_PART_WRONG, and what cannot be read.
        """
        roster = await self._open(roster_id)
        pieces = await asyncio.to_thread(cut, content)
        if not 0 <= part_no < _MOST_PARTS or not pieces:
            raise Fault(ROSTER_PART, field="part_no", value=part_no)
        first, chunks = 0, []
        for number, (rows, packed) in enumerate(pieces):
            chunks.append((Chunk(part_no, number, first, rows, sm3_hex(packed)), packed))
            first += rows
        await store.replace_part(roster, part_no, chunks)
        if roster.state == REFUSED:
            await store.set_state(roster_id, UPLOADING, 0, "", {})
        return first, _digest(chunk for chunk, _ in chunks)

    async def close(self, roster_id: str, parts: int) -> Roster:
        """Ends the upload; the check begins in the background.

        :raises Fault: ROSTER_CLOSED, ROSTER_PARTS_MISSING.
        """
        await self._open(roster_id)
        found = await store.parts(roster_id)
        if not found or found != list(range(parts)):
            told = "、".join(map(str, found)) or "没有一份"
            raise Fault(ROSTER_PARTS, field="parts", value=told, last=parts - 1)
        await store.set_state(roster_id, CHECKING, 0, "", {})
        return await self.get(roster_id)

    async def get(self, roster_id: str, *, lock: bool = False) -> Roster:
        """A roster the caller may see.

        :raises Fault: ROSTER_NOT_FOUND, ROLE_DENIED.
        """
        found = await store.one(roster_id, lock=lock)
        if found is None:
            raise Fault(ROSTER_NOT_FOUND, field="roster_id", value=roster_id)
        may(found.pool, "bureau", "service")
        return found

    async def parts(self, roster_id: str) -> list[int]:
        """Numbers of the parts held."""
        return await store.parts(roster_id)

    async def page(self, size: int, token: str) -> tuple[list[Roster], str]:
        """A page of the rosters the caller may see."""
        query, wanted = ("rosters",), paging.size(size)
        after = paging.decode(query, token)
        found = await store.page(str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].roster_id]) if more else ""

    async def _open(self, roster_id: str) -> Roster:
        roster = await self.get(roster_id, lock=True)
        if roster.state not in (UPLOADING, REFUSED):
            raise Fault(ROSTER_CLOSED, field="roster_id", value=roster_id, state=roster.state)
        return roster


def _digest(chunks: Iterable[Chunk]) -> str:
    """SM3 over chunks in their order."""
    return sm3_hex(canonical_json([[str(chunk.rows), chunk.digest] for chunk in chunks]))


@dataclass(slots=True)
class Checked:
    """What a check has seen so far; lost, it begins anew, for nothing was written yet."""

    report: Report = field(default_factory=Report)
    keys: list[np.ndarray] = field(default_factory=list)
    chunks: list[Chunk] | None = None
    places: Places | None = None
    next: int = 0


async def check_step(rulebook: Rulebook, roster_id: str, seen: Checked) -> bool:
    """Checks one chunk, or after the last one the persons, and writes what was found.

    Rows of one person are compared also when other rows are wrong: one report holds everything there is
    to mend. Wrong rows themselves are left out of it.
    """
    roster = await store.one(roster_id, lock=True)
    if roster is None or roster.state != CHECKING:
        return False
    if seen.chunks is None or seen.places is None:
        seen.chunks = await store.chunks(roster_id)
        seen.places = await _places(rulebook, roster.pool)
    if seen.next < len(seen.chunks):
        chunk = seen.chunks[seen.next]
        content = await store.content(roster_id, chunk)
        await asyncio.to_thread(_check, seen, roster, chunk, content, seen.places)
        seen.next += 1
        return True
    await _check_persons(roster, seen, seen.places)
    report = seen.report
    state = LOADED if report.sound else REFUSED
    digest = _digest(seen.chunks) if report.sound else ""
    await store.set_state(roster_id, state, report.rows, digest, _plain(report))
    log.info("roster.checked", run_id=roster_id, state=state)
    return False


async def _places(rulebook: Rulebook, pool: str) -> Places:
    """The places known to the rulebook and to the pool's newest catchment."""
    newest = await catchment(pool)
    served = [] if newest is None else [entry[1] for entry in newest.entries if entry[0] == REGION]
    return places_of(pool, [*await rulebook.places(), *served])


def _check(seen: Checked, roster: Roster, chunk: Chunk, content: bytes, places: Places) -> None:
    batch, sound = _sound(seen.report, roster, chunk, content, places)
    seen.keys.append(keys_of(batch, sound))


def _sound(
    report: Report, roster: Roster, chunk: Chunk, content: bytes, places: Places
) -> tuple[pa.RecordBatch, np.ndarray]:
    """The rows of a chunk, and which of them are sound."""
    whole = unpack(content)
    batch = whole.select(ROSTER_SCHEMA.names)
    broken = whole.column(BROKEN)
    return batch, check_rows(report, batch, broken, places, roster.as_of, chunk.part_no, chunk.first_row)


async def _check_persons(roster: Roster, seen: Checked, places: Places) -> None:
    """Compares the rows of those who appear twice; everybody else is left alone."""
    among = await asyncio.to_thread(repeated, seen.keys)
    placed: list[Placed] = []
    if len(among):
        for chunk in seen.chunks or ():
            content = await store.content(roster.roster_id, chunk)
            # Which rows are sound is worked out again: to keep it would take memory for every row.
            batch, sound = await asyncio.to_thread(_sound, Report(), roster, chunk, content, places)
            rows = suspects(batch, among, sound)
            spells = spells_of(batch.take(pa.array(rows)))
            placed += [
                Placed(spell, chunk.part_no, chunk.first_row + int(row))
                for spell, row in zip(spells, rows, strict=True)
            ]
    check_persons(seen.report, placed)


def _plain(report: Report) -> dict[str, Any]:
    return {"counts": dict(sorted(report.counts.items())), "shown": [list(fault) for fault in report.shown]}
