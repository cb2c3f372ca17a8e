"""Why a case is paid by this method: worked out again from what the run kept, and held against it."""

from __future__ import annotations

from datetime import date

import asyncpg

from chspay_core import regions
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults, faults_others
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.given import kept
from chspay_settlement.app.month.routing_check import in_force
from chspay_settlement.app.month.runs import Runs, claim_of_pool
from chspay_settlement.app.month.settled_days import kept_days
from chspay_settlement.clients import Policies
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.engine.routing.bed_days import Answer, Answers, answers_of
from chspay_settlement.engine.routing.run import TEXTS, Episode, Routed, Run
from chspay_settlement.engine.routing.sheet import write_outcome, write_route
from chspay_settlement.engine.routing.table import Facts, Route, Router
from chspay_settlement.store import routes, run_inputs, scope
from chspay_settlement.store import runs as run_rows


class Routes:
    """Routes as callers see them."""

    def __init__(self, seen: Runs, policies: Policies) -> None:
        self._runs = seen
        self._policies = policies

    async def explain(self, run_id: str, hospital_code: str, case_id: str) -> tuple[Routed, Worksheet]:
        """How a case of a run is paid, with its worksheet.

        :raises Fault: RUN_NOT_FOUND, ROUTE_CASE_NOT_FOUND, ROUTING_NOT_IN_FORCE; LINEAGE_BROKEN when it comes
            out otherwise than the run stored.
        """
        run = await self._runs.get(run_id)
        connection = await current_connection()
        episode = await routes.episode(connection, run_id, hospital_code, case_id)
        if episode is None:
            raise Fault(faults_others.ROUTE_NOT_FOUND, field="case_id", value=case_id, run=run_id)
        stored = await routes.one(connection, run_id, hospital_code, case_id)
        # The asker may see this case; what else the run was given is looked at on our own account.
        await scope.act_as(connection, claim_of_pool(run.pool))
        policy = await self._policy(run)
        answers = await _answers(connection, run)
        route, facts, answer = _again(policy, episode, answers)
        found = stored or _simply(episode, route)
        if (stored is None and not found.by_points) or (stored is not None and _differs(stored, route)):
            raise Fault(
                faults.LINEAGE_BROKEN, field="route", value=case_id, found=route.method, stored=found.method
            )
        sheet = Worksheet(f"病例{case_id}付费方式底稿（{month_of(run.period)}）")
        sheet.given("case_id", "病例号", case_id, "text")
        sheet.given("hospital", "医疗机构", hospital_code, "text")
        write_route(sheet, facts, route)
        write_outcome(sheet, episode, route, found, answer)
        return found, sheet

    async def attempt(self, pool: str, on: date, facts: Facts) -> tuple[Route, Worksheet]:
        """How a case with these facts would be paid by the rules of a day.

        :raises Fault: POLICY_MISSING, ROUTE_UNRULED, ROUTE_CONTRADICTED.
        """
        regions.check_code(pool, "pool")
        bundle = await self._policies.current(pool, on)
        route = Router.read(bundle.on(on)).route(facts)
        sheet = Worksheet(f"付费方式试认定（{pool}，{on}）")
        write_route(sheet, facts, route)
        return route, sheet

    async def page(self, run_id: str, wanted: tuple[str, str], after: CaseKey, limit: int) -> list[Routed]:
        """Cases of a run that are not simply paid by their group, as far as the asker may see."""
        await self._runs.get(run_id)
        return await routes.page(await current_connection(), run_id, wanted, after, limit)

    async def sums(self, run_id: str) -> tuple[run_rows.Run, list[routes.Sum], int | None]:
        """A run's cases added up by method and reason; what remains of all cases goes to its group.

        Last the cases without person key, whose days were held against nobody's; ``None`` where nothing was
        held against closed months.

        :raises Fault: RUN_NOT_FOUND, ROLE_DENIED, REGION_DENIED.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        run = await self._runs.get(run_id)
        claim.require_region(run.pool)
        connection = await current_connection()
        earlier = await kept_days(connection, run_id)
        unknown = None if earlier is None else earlier.without_person
        return run, await routes.sums(connection, run_id), unknown

    async def _policy(self, run: run_rows.Run) -> Policy:
        """The run's policy, which must rule on methods."""
        policy = (await self._policies.sealed(run.policy_digest)).on(month_of(run.period).last)
        if not in_force(policy):
            raise Fault(
                faults_others.ROUTING_UNRULED, field="routing.table", value=run.pool, on=policy.on.isoformat()
            )
        return policy


async def _answers(connection: asyncpg.Connection, run: run_rows.Run) -> Answers | None:
    content = await kept(connection, run.run_id, run_inputs.BED_DAYS)
    return None if content is None else answers_of(content)


def _again(policy: Policy, episode: Episode, answers: Answers | None) -> tuple[Route, Facts, Answer | None]:
    """The route by the table again; that days stand twice was found over all cases and is not found anew."""
    run = Run(Router.read(policy), answers)
    facts, answer = run.facts(episode)
    return run.router.route(facts), facts, answer


def _simply(episode: Episode, route: Route) -> Routed:
    return Routed(
        episode.hospital_code, episode.case_id, episode.region_code, route.method, route.reason, route.text,
        route.cite,
    )  # fmt: skip


def _differs(stored: Routed, route: Route) -> bool:
    """Whether a stored route is not the table's, other than for days that stand twice."""
    return stored.reason not in TEXTS and (stored.method, stored.reason) != (route.method, route.reason)
