"""What follows by itself when a clock of a case runs out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg

from chspay_core.regions import prefix
from chspay_dispute.app.cases.common import CASE, case_of
from chspay_dispute.app.clocks import start_of
from chspay_dispute.app.deadlines import LATER
from chspay_dispute.app.moves import Moves
from chspay_dispute.clients_settlement import Settlement
from chspay_dispute.store import deadlines
from chspay_dispute.store.cases import StoredCase
from chspay_dispute.store.deadlines import Deadline
from chspay_dispute.store.docket import Row
from chspay_kit.auth import Claim, service_claim, use_claim

_ARCHIVE = "archive"


class CaseTimers:
    """Takes the automatic steps of cases, see :class:`chspay_dispute.app.deadlines.Handler`."""

    def __init__(self, moves: Moves, settlement: Settlement) -> None:
        self._moves, self._settlement = moves, settlement

    async def ran_out(
        self, connection: asyncpg.Connection, deadline: Deadline, row: Row, actor: Claim
    ) -> str:
        """Takes the step the clock stands for.

        :raises Fault: of kind UNAVAILABLE while settlement is away; GUARD_FAILED when it must not be taken.
        """
        event = deadline.events
        case = await case_of(connection, row.owner_id)
        details: dict[str, Any] = {"calendar": deadline.calendar, "due": deadline.due_day.isoformat()}
        over = self._moves.today() > deadline.due_day
        facts = {
            "supplement_over": over,
            "county_overdue": over,
            "reconsider_over": over,
            "publicity_over": over,
            "no_open_objection": row.state == "PUBLICITY",
        }
        if event == "smart_audit_pass":
            details |= await self._audited(case)
            facts["smart_audit_done"] = True
        if event == _ARCHIVE:
            if not await self._cleared(case):
                await self._look_again(connection, deadline, row)
                return LATER
            facts["clearing_closed"] = True
        step = self._moves.machines[CASE].transition(row.state, event)
        held = {name: facts[name] for name in step.guards if name in facts}
        await self._moves.move(connection, CASE, row.owner_id, event, actor, held, details)
        return event

    async def _audited(self, case: StoredCase) -> dict[str, Any]:
        """What the quality rules and the month found of the list, as it stands now; kept with the case."""
        if not case.list_id:
            return {"audit": "无清单，不作智能审核"}
        with use_claim(service_claim("dispute", prefix(case.pool))):
            found = await self._settlement.facts(case.list_id)
        return {
            "audit": f"{'已' if found.quality_checked else '未'}完成质量检查，错误{found.quality_errors}处",
            "quality_errors": found.quality_errors,
            "run_id": found.run_id,
            "drg": found.drg,
        }

    async def _cleared(self, case: StoredCase) -> bool:
        if not case.year:
            return True
        with use_claim(service_claim("dispute", prefix(case.pool))):
            return await self._settlement.year_state(case.pool, case.year) == "cleared"

    async def _look_again(self, connection: asyncpg.Connection, deadline: Deadline, row: Row) -> None:
        policy = await self._moves.policies.policy(row.pool, self._moves.today())
        day = self._moves.today() + timedelta(days=policy.integer("dispute.archive_check_days"))
        base = deadline.deadline_id.split("@")[0]
        again = replace(
            deadline, deadline_id=f"{base}@{day}", due_day=day, due_at=start_of(day), state="waiting",
            outcome="", left_wd=None,
        )  # fmt: skip
        await deadlines.put(connection, [again])
