"""The effect of every proposal on the frozen months, worked out by settlement and sealed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind
from chspay_core.policy import canonical_json
from chspay_dispute.app.negotiation.room import Room, Standing, office
from chspay_dispute.clients_negotiation import Trial
from chspay_dispute.store.negotiation import topics
from chspay_dispute.store.negotiation.topics import Impact
from chspay_kit import logs
from chspay_kit.auth import service_claim, use_claim
from chspay_kit.db import Database, translate

POLL_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 5.0
_AT_ONCE: Final = 20
_NAME: Final = "方案"

log = logs.get_logger(__name__)


class Impacts:
    """The background job that has every proposal tried."""

    def __init__(self, database: Database, room: Room) -> None:
        self._database, self._room = database, room

    async def work(self) -> None:
        """Tries proposals for ever."""
        while True:
            pause = POLL_SECONDS
            try:
                await self.once()
            except (Fault, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                fault = error if isinstance(error, Fault) else translate(error, lost=True)
                if fault is None or fault.reason.kind is not Kind.UNAVAILABLE:
                    raise
                log.warning("impacts.waiting", reason=fault.reason.code)
                pause = RETRY_SECONDS
            await asyncio.sleep(pause)

    async def once(self) -> int:
        """Looks at every proposal whose effect is not known; how many were sealed."""
        claim, sealed = service_claim("dispute"), 0
        with use_claim(claim):
            async with self._database.unit(claim) as unit:
                waiting = await topics.untried(await unit.connection(), _AT_ONCE)
            for topic_id, number, snapshot in waiting:
                async with self._database.unit(claim) as unit:
                    connection = await unit.connection()
                    found = await topics.topic(connection, topic_id)
                    if found is None:
                        continue
                    standing = await self._room.standing(connection, found)
                    content = await self._tried(standing, number, snapshot)
                    if content is None:
                        continue
                    await topics.put_impact(
                        connection,
                        Impact(
                            topic_id,
                            number,
                            snapshot,
                            found.pool,
                            found.region_code,
                            content,
                            sm3_hex(content),
                        ),
                    )
                    sealed += 1
        return sealed

    async def _tried(self, standing: Standing, number: int, snapshot: str) -> bytes | None:
        """The sealed effect; ``None`` while settlement is at work."""
        proposal = standing.proposal(number)
        run_ids = [run["run_id"] for run in standing.snapshot()["runs"]]
        rules = [(item.key, item.value_json) for item in proposal.changes]
        request_id = f"{standing.topic.topic_id}/{number}/{snapshot[:16]}"
        head = {"form": "chspay-impact@1", "proposal": proposal.digest, "snapshot": snapshot}
        with use_claim(office(standing.topic.pool)):
            try:
                what_if_id = await self._room.trials.begin(request_id, run_ids, _NAME, rules)
                trial = await self._room.trials.ended(what_if_id, _NAME)
            except Fault as fault:
                if fault.reason.kind is Kind.UNAVAILABLE:
                    raise
                failed = {"reason": fault.reason.code, "message": fault.message}
                return canonical_json({**head, "failed": failed})
        return None if trial is None else canonical_json({**head, **_plain(trial)})


def _plain(trial: Trial) -> dict[str, object]:
    neutral = trial.fund_change_fen == 0 and trial.change_fen == -trial.residual_change_fen
    return {
        "what_if": trial.what_if_id,
        "what_if_digest": trial.digest,
        "fund_change_fen": str(trial.fund_change_fen),
        "residual_change_fen": str(trial.residual_change_fen),
        "change_fen": str(trial.change_fen),
        "neutral": "yes" if neutral else "no",
        "moved_fen": str(trial.moved_fen),
        "winners": str(trial.winners),
        "losers": str(trial.losers),
        "rows": [
            {
                "hospital_code": row.hospital_code, "name": row.name, "cases": str(row.cases),
                "before_fen": str(row.before_fen), "after_fen": str(row.after_fen),
            }
            for row in trial.rows
        ],
    }  # fmt: skip


def impact_facts(impact: Impact) -> Mapping[str, Any]:
    """A sealed effect, read."""
    found: Mapping[str, Any] = json.loads(impact.content)
    return found


def tried(standing: Standing, number: int) -> bool:
    """Whether the effect of a proposal on the newest snapshot is known."""
    found = standing.impacts.get(number)
    return found is not None and "failed" not in impact_facts(found)
