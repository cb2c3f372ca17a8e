"""Which method pays each case of a run, before anything is measured or priced 付费方式认定.

The answers of the bed-day service are kept with the run byte for byte; everything after reads what was kept.
What stands in the inpatient book is taken from the month's fund here, and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence

import asyncpg

from chspay_core.amounts import from_micro, plain
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement import faults
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.given import kept
from chspay_settlement.app.month.other_dues import taken_of
from chspay_settlement.app.month.routing_check import in_force
from chspay_settlement.app.month.runs import MONTH, TRIAL
from chspay_settlement.app.month.settled_days import settled_before
from chspay_settlement.clients_perdiem import BedDays
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.case.methods_day import asked_of_service
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.engine.routing.bed_days import Answers, answers_of
from chspay_settlement.engine.routing.run import Episode, Routed, Run
from chspay_settlement.engine.routing.settled_days import SettledDays
from chspay_settlement.engine.routing.table import Router
from chspay_settlement.store import decisions, routes, run_inputs, runs


class Routing:
    """Routes the cases of a run."""

    def __init__(self, bed_days: BedDays) -> None:
        self._bed_days = bed_days

    async def route(self, connection: asyncpg.Connection, run: runs.Run, policy: Policy) -> None:
        """Keeps how cases are paid, marks what earns bed-day points, and cuts the month's fund.

        :raises Fault: ROUTE_*, BED_DAYS_*, PER_DIEM_*, SETTLED_DAYS_*, EARLIER_RUN_UNFINISHED,
            OTHERS_OVER_FUND; of kind UNAVAILABLE, why to wait.
        """
        routed: dict[CaseKey, Routed] = {}
        if in_force(policy):
            answers = await self._answers(connection, run, policy)
            earlier = await settled_before(connection, run, answers)
            rules = Run(Router.read(policy), answers, earlier)
            routed = await _routed(connection, run.run_id, rules, earlier)
            await routes.put(connection, run.run_id, list(routed.values()))
            if not run.replays:
                await decisions.add_marks(connection, run.run_id, _marks(routed.values()))
        if run.nature in {MONTH, TRIAL}:
            taken = await taken_of(connection, run, policy, routed.values())
            await runs.update(
                connection, run.run_id, used={rule.key for rule in policy.used},
                fund_fen=taken.divided_fen, others_fen=taken.others_fen,
            )  # fmt: skip

    async def _answers(self, connection: asyncpg.Connection, run: runs.Run, policy: Policy) -> Answers | None:
        """What the bed-day service answered: what was kept, else what it says now, which is then kept."""
        if not asked_of_service(policy):
            return None
        stored = await kept(connection, run.run_id, run_inputs.BED_DAYS)
        if stored is not None:
            return answers_of(stored)
        if run.replays:
            raise Fault(
                faults.LINEAGE_BROKEN, field=run_inputs.BED_DAYS, value=run.replays, found="", stored=""
            )
        month = month_of(run.period)
        scope = await self._bed_days.scope(run.pool, month)
        asked = [
            one
            for one in await routes.of_departments(connection, run.run_id, scope.departments)
            if not scope.inside(*one.key)
        ]
        found, digest = await self._bed_days.price(f"{run.run_id}/bed-days", run.pool, month, asked)
        own = await routes.present(connection, run.run_id, scope.own_lists)
        answers = Answers(digest, tuple(own), found)
        given = run_inputs.Given(run_inputs.BED_DAYS, answers.content())
        await run_inputs.put(connection, run.run_id, run.pool, run.pool_prefix, [given])
        return answers


async def _routed(
    connection: asyncpg.Connection, run_id: str, run: Run, earlier: SettledDays
) -> dict[CaseKey, Routed]:
    """The cases that are written down; the others simply go to their group, and the table says why."""
    found: dict[CaseKey, Routed] = {}
    async for part in routes.episodes(connection, run_id):
        for one in await asyncio.to_thread(_of_part, run, part):
            found[one.key] = one
    claims = []
    seen = await routes.of_persons_seen_twice(connection, run_id)
    met = await routes.of_cases(connection, run_id, {one.case for one in earlier.met})
    again = {one.key: one for one in (*seen, *met)}
    for episode in again.values():
        claims += run.claims(episode, found.get(episode.key) or run.one(episode))
    for key, other in run.against(claims).items():
        found[key] = run.refused(found.get(key) or run.one(again[key]), other)
    return found


def _of_part(run: Run, episodes: Sequence[Episode]) -> list[Routed]:
    return [one for one in map(run.one, episodes) if _kept(one)]


def _kept(one: Routed) -> bool:
    """Whether a case does not simply go to its group."""
    return not one.by_points or bool(one.pricing_id or one.beside)


def _marks(routed: Iterable[Routed]) -> Iterator[tuple[CaseKey, Mark]]:
    """The points that bed-days earned, each naming its pricing and the worksheet behind it."""
    for one in routed:
        if one.points_micro is not None:
            value = plain(from_micro(one.points_micro))
            yield one.key, Mark(MarkKind.BED_DAYS, value, "", f"{one.pricing_id}#{one.worksheet_digest}")
