"""The registry of institutions: put one, import many or none, ask as of a day."""

from __future__ import annotations

import asyncio
from datetime import date

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.regions import prefix
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_rulebook.engine import institutions as rules
from chspay_rulebook.engine.institutions import Institution, LineFault
from chspay_rulebook.store import institutions as store

INSTITUTION_UNKNOWN = Reason(
    "INSTITUTION_UNKNOWN", Kind.NOT_FOUND, "没有登记编码为“{value}”的机构，或不在权限范围内。"
)
INSTITUTION_ELSEWHERE = Reason(
    "INSTITUTION_ELSEWHERE",
    Kind.DENIED,
    "机构{value}在这些日期已由权限范围以外的统筹区登记，请与该统筹区联系。",
)


class Institutions:
    """Hospitals, clinics and pharmacies, day by day."""

    async def put(self, new: Institution) -> Institution:
        """Registers an institution as it stands from a day on.

        :raises Fault: ``INSTITUTION_*``, ROLE_DENIED, REGION_DENIED.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        rules.check(new)
        claim.require_region(new.pool)
        await self._write([new])
        return new

    async def take(self, content: bytes) -> tuple[int, int, list[LineFault]]:
        """Registers a whole file: how many lines were written, how many said nothing new, what is wrong.

        When a line is wrong nothing is written.

        :raises Fault: INSTITUTION_FILE_BAD, ROLE_DENIED.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        found, faults = await asyncio.to_thread(rules.read_file, content)
        for line, item in found:
            try:
                claim.require_region(item.pool)
            except Fault as fault:
                faults.append(LineFault(line, fault))
        if faults:
            return 0, 0, sorted(faults, key=lambda fault: fault.line)
        written = await self._write([item for _, item in found])
        return written, len(found) - written, []

    async def _write(self, new: list[Institution]) -> int:
        """Writes rows in order of their days; how many said anything new."""
        codes = [item.code for item in new]
        await store.lock()
        standing = await store.standing(codes)
        by, written = current_claim().subject, 0
        gone: list[int] = []
        fresh: dict[str, list[Institution]] = {}
        for item in new:
            # A row written a moment ago has no number yet: it is replaced before it reaches the table.
            numbered = standing.get(item.code, [])
            rows = fresh.setdefault(item.code, [])
            touched, stands = rules.put([*(row for _, row in numbered), *rows], item)
            if not stands:
                continue
            written += 1
            gone += [number for number, row in numbered if row in touched]
            standing[item.code] = [(number, row) for number, row in numbered if row not in touched]
            fresh[item.code] = [row for row in rows if row not in touched] + stands
        try:
            await store.change(gone, [row for rows in fresh.values() for row in rows], by)
        except asyncpg.ExclusionViolationError as error:
            # Another pool's row, hidden from this caller by the row policy.
            raise Fault(INSTITUTION_ELSEWHERE, field="code", value=codes[0]) from error
        return written

    async def page(
        self, place: str, on: date, kind: str, size: int, token: str
    ) -> tuple[list[Institution], str]:
        """A page of the institutions of a place as they stood on a day, by code."""
        query, limit = ("institutions", place, on, kind), paging.size(size)
        after = paging.decode(query, token)
        start = prefix(place) if place else ""
        found = await store.as_of(start, on, kind, str(after[0]) if after else "", limit + 1)
        shown = found[:limit]
        return shown, paging.encode(query, [shown[-1].code]) if len(found) > limit else ""

    async def changes(self, after: int, size: int) -> tuple[list[Institution], int, bool]:
        """What stands of the institutions changed since a version, the version reached, and whether more
        has changed since."""
        limit = paging.size(size or paging.PAGE_MAX)
        found = await store.changed(after, limit + 1)
        codes = list(dict.fromkeys(item.code for _, item in found))
        kept = set(codes[:limit])
        shown = [(version, item) for version, item in found if item.code in kept]
        version = max((version for version, _ in shown), default=after)
        return [item for _, item in shown], version, len(codes) > limit

    async def history(self, code: str) -> list[store.Recorded]:
        """Everything ever registered of one institution, superseded rows included.

        :raises Fault: INSTITUTION_UNKNOWN.
        """
        found = await store.history(code)
        if not found:
            raise Fault(INSTITUTION_UNKNOWN, field="code", value=code)
        return found
