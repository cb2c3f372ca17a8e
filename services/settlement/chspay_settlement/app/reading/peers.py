"""Peer statistics 同行统计: what a closed month says of every hospital of a pool, nobody named."""

from __future__ import annotations

from chspay_core.errors import Fault
from chspay_kit.auth import current_claim, service_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_episodes as faults
from chspay_settlement.app.intake.keys import Keyring
from chspay_settlement.store import groupings, scope

_LENGTH = 24


class Peers:
    """Reads sums of others' cases on its own account and hands out pseudonyms."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys

    async def of_month(
        self, hospital_code: str, period: int, peer: str, group: str
    ) -> list[tuple[str, groupings.PeerSum]]:
        """Hospitals of the asker's pool by pseudonym; with ``peer`` the groups of that one.

        :raises Fault: EPISODE_NOT_FOUND when no month of the asker is closed, or nobody has that pseudonym.
        """
        connection = await current_connection()
        run_id = await groupings.closed_run(connection, hospital_code, period)
        if not run_id:
            raise Fault(faults.NOTHING_FOUND, field="period", value=period)
        claim = current_claim()
        await scope.act_as(connection, service_claim("settlement"))
        try:
            sums = await groupings.hospital_sums(connection, run_id)
            named = {self._pseudonym(run_id, row.hospital_code): row for row in sums}
            if not peer:
                return sorted(named.items())
            if peer not in named:
                raise Fault(faults.NOTHING_FOUND, field="peer", value=peer)
            rows = await groupings.group_sums(connection, run_id, named[peer].hospital_code)
        finally:
            await scope.act_as(connection, claim)
        return [(peer, row) for row in rows if group in ("", row.group)]

    def _pseudonym(self, run_id: str, hospital_code: str) -> str:
        """The same all month and another one next month, so that hospitals cannot be followed."""
        return self._keys.person_key(f"peer:{run_id}:{hospital_code}")[:_LENGTH]
