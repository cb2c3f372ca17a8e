"""Peer statistics 同行统计: what a closed month says of every hospital of a pool, nobody named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit.auth import current_claim, service_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_episodes as faults
from chspay_settlement.app.intake.keys import Keyring
from chspay_settlement.clients import Policies
from chspay_settlement.store import groupings, scope
from chspay_settlement.store.groupings import PeerSum

_LENGTH = 24
_LEAST = "publication.least_cases"


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told of a month: rows by pseudonym, and how many rows may not."""

    pool: str
    rows: list[tuple[str, PeerSum]]
    left_out: int
    least_cases: int


def large_enough(rows: Sequence[PeerSum], cases: int, least: int) -> list[PeerSum]:
    """The rows that stand for at least ``least`` cases, in their order.

    A known total less the rows told is what was left out. So that too is none or at least ``least`` cases:
    where it would be fewer, the smallest rows are left out with it.

    :param cases: cases of the total that the rows, and what is in no row, add up to.
    """
    kept = [row for row in rows if row.cases >= least]
    rest = cases - sum(row.cases for row in kept)
    while kept and 0 < rest < least:
        smallest = min(kept, key=lambda row: (row.cases, row.hospital_code, row.group))
        kept.remove(smallest)
        rest += smallest.cases
    return kept


class Peers:
    """Reads sums of others' cases on its own account and hands out pseudonyms."""

    def __init__(self, keys: Keyring, policies: Policies) -> None:
        self._keys = keys
        self._policies = policies

    async def of_month(self, hospital_code: str, period: int, peer: str, group: str) -> Told:
        """Hospitals of the asker's pool by pseudonym; with ``peer`` the groups of that one.

        Rows of too few cases are left out: they would tell the cost of single patients.

        :raises Fault: EPISODE_NOT_FOUND when no month of the asker is closed, or nobody has that pseudonym;
            POLICY_MISSING when the pool does not say how few cases are too few.
        """
        connection = await current_connection()
        closed = await groupings.closed_run(connection, hospital_code, period)
        if closed is None:
            raise Fault(faults.NOTHING_FOUND, field="period", value=period)
        run_id, pool = closed
        last = Month(period // 100, period % 100).last
        least = (await self._policies.current(pool, last)).on(last).integer(_LEAST)
        claim = current_claim()
        await scope.act_as(connection, service_claim("settlement"))
        try:
            sums = await groupings.hospital_sums(connection, run_id)
            kept = large_enough(sums, sum(row.cases for row in sums), least)
            named = {self._pseudonym(run_id, row.hospital_code): row for row in kept}
            if not peer:
                return Told(pool, sorted(named.items()), len(sums) - len(kept), least)
            if peer not in named:
                raise Fault(faults.NOTHING_FOUND, field="peer", value=peer)
            rows = await groupings.group_sums(connection, run_id, named[peer].hospital_code)
        finally:
            await scope.act_as(connection, claim)
        kept = large_enough(rows, named[peer].cases, least)
        meant = [(peer, row) for row in kept if group in ("", row.group)]
        return Told(pool, meant, sum(group in ("", row.group) for row in rows) - len(meant), least)

    def _pseudonym(self, run_id: str, hospital_code: str) -> str:
        """The same all month and another one next month, so that hospitals cannot be followed."""
        return self._keys.person_key(f"peer:{run_id}:{hospital_code}")[:_LENGTH]
