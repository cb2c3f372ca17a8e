"""Quotas of a cycle: counted from settled discharges and from the cases that hold a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import asyncpg

from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.regions import check_code, prefix
from chspay_core.worksheet import Worksheet
from chspay_dispute.app.cases.common import as_office, year_of
from chspay_dispute.app.moves import Moves
from chspay_dispute.clients_settlement import Discharges, Settlement
from chspay_dispute.engine.cases.quota import Quota, counts, hospital_quota, pool_quota, swap_quota
from chspay_dispute.engine.cases.window import Cycle, cycle_of, read_cycle, window_of
from chspay_dispute.store import cases as store
from chspay_dispute.store.cases import Counted
from chspay_kit.auth import INSTITUTION_DENIED, current_claim, service_claim, use_claim
from chspay_kit.db import current_connection

#: Ways of payment by group that have a quota each.
_METHODS = ("drg", "dip")


@dataclass(frozen=True, slots=True)
class Stand:
    """A quota with the lines it was found by."""

    quota: Quota
    sheet: Worksheet


@dataclass(frozen=True, slots=True)
class Quotas:
    """Every quota of a cycle that concerns the asker; the last two only for an institution."""

    cycle: Cycle
    window: tuple[date, date]
    open: bool
    pool: dict[str, Stand]
    hospital: Stand | None
    swaps: Stand | None


class QuotaDesk:
    """Knows how many special cases fit."""

    def __init__(self, moves: Moves, settlement: Settlement) -> None:
        self._moves, self._settlement = moves, settlement

    async def of(self, pool: str, cycle: str, hospital_code: str) -> Quotas:
        """The quotas of a cycle; an empty ``cycle`` is the one whose window is open or comes next.

        A county is shown its own institutions only, an expert nothing.

        :raises Fault: CYCLE_UNKNOWN, ROLE_DENIED, REGION_DENIED, INSTITUTION_DENIED, POLICY_MISSING.
        """
        claim = current_claim()
        claim.require_role("hospital", "bureau", "service")
        check_code(pool, "统筹区")
        if claim.role == "hospital":
            hospital_code = hospital_code or claim.institution
            claim.require_institution(hospital_code)
        elif claim.role == "bureau" and not claim.covers(pool) and not claim.region.startswith(prefix(pool)):
            claim.require_region(pool)
        today = self._moves.today()
        policy = await self._moves.policies.policy(pool, today)
        found = read_cycle(cycle) if cycle else self._next(policy, today)
        window = window_of(found, policy.integer("dispute.apply_window_wd"), self._moves.calendar)
        if hospital_code and claim.role == "bureau" and not claim.covers(pool):
            seen = await self._settlement.discharges(pool, found.since, found.until)
            if hospital_code not in seen.hospitals:
                raise Fault(INSTITUTION_DENIED, field="hospital_code", value=hospital_code)
        connection = await current_connection()
        settled, taken = await self._counted(connection, pool, found)
        stands = {
            method: _pool(policy, method, settled, taken) for method in _METHODS if _has(policy, method)
        }
        own = swaps = None
        if hospital_code:
            own = _own(policy, hospital_code, settled, taken)
            async with as_office(connection, pool):
                applied, done = await store.exchanged(connection, hospital_code, year_of(found.until))
            sheet = Worksheet("年度清算前的调换")
            swaps = Stand(swap_quota(policy, applied, done, sheet), sheet)
        return Quotas(found, window, window[0] <= today <= window[1], stands, own, swaps)

    async def fits(self, connection: asyncpg.Connection, case: store.StoredCase, policy: Policy) -> bool:
        """Whether one more case fits the pool's and the institution's quota of its cycle."""
        cycle = read_cycle(case.cycle)
        settled, taken = await self._counted(connection, case.pool, cycle)
        pool = _pool(policy, case.method, settled, taken).quota
        own = _own(policy, case.hospital_code, settled, taken).quota
        return pool.fits() and own.fits()

    async def pool_fits(self, connection: asyncpg.Connection, case: store.StoredCase, policy: Policy) -> bool:
        """Whether a case that holds a place already stays within the pool's quota."""
        cycle = read_cycle(case.cycle)
        settled, taken = await self._counted(connection, case.pool, cycle)
        return _pool(policy, case.method, settled, taken).quota.fits(0 if case.quota_taken else 1)

    async def swap_fits(self, connection: asyncpg.Connection, case: store.StoredCase, policy: Policy) -> bool:
        """Whether the institution may exchange one more case of the year; asked one after the other."""
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
            f"dispute.swap/{case.hospital_code}/{case.year}",
        )
        applied, done = await store.exchanged(connection, case.hospital_code, case.year)
        return swap_quota(policy, applied, done, Worksheet("年度清算前的调换")).fits()

    async def _counted(
        self, connection: asyncpg.Connection, pool: str, cycle: Cycle
    ) -> tuple[Discharges, list[Counted]]:
        """Discharges and places of the whole pool: an institution may know the sums, not whose they are."""
        with use_claim(service_claim("dispute", prefix(pool))):
            settled = await self._settlement.discharges(pool, cycle.since, cycle.until)
        async with as_office(connection, pool):
            # Applications of one cycle are counted one after the other.
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"dispute.quota/{pool}/{cycle.name}"
            )
            return settled, await store.counted(connection, pool, cycle.name)

    def _next(self, policy: Policy, today: date) -> Cycle:
        """The cycle whose window is open today, else the one of today."""
        kind = policy.text("dispute.cycle")
        current = cycle_of(today, kind)
        before = cycle_of(date.fromordinal(current.since.toordinal() - 1), kind)
        try:
            window = window_of(before, policy.integer("dispute.apply_window_wd"), self._moves.calendar)
        except Fault:
            return current
        return before if window[0] <= today <= window[1] else current


def _has(policy: Policy, method: str) -> bool:
    suffix = "_dip" if method == "dip" else ""
    return policy.has(f"dispute.quota_rate{suffix}") or policy.has(f"special_review.cap{suffix}")


def _pool(policy: Policy, method: str, settled: Discharges, taken: list[Counted]) -> Stand:
    sheet = Worksheet("统筹区限额")
    return Stand(
        pool_quota(policy, method, settled.by_group, _used(policy, taken, method=method), sheet), sheet
    )


def _own(policy: Policy, hospital_code: str, settled: Discharges, taken: list[Counted]) -> Stand:
    sheet = Worksheet("机构限额")
    used = _used(policy, [item for item in taken if item.hospital_code == hospital_code])
    return Stand(hospital_quota(policy, settled.hospitals.get(hospital_code, 0), used, sheet), sheet)


def _used(policy: Policy, taken: list[Counted], method: str = "") -> int:
    decided = {"yes": True, "no": False}
    return sum(
        item.cases
        for item in taken
        if (not method or item.method == method)
        and counts(policy, approved=decided.get(item.approved), new_tech=item.new_tech)
    )
