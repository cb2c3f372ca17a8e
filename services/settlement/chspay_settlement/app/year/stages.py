"""The stages of an annual clearing, one transaction each step: killed anywhere, it goes on where it was.

collect takes in the year's cases as the months and their corrections settled them; group, measure and points
price them with the year's table; clear computes the year, states it and ends the draft. A step done twice
stores the same, so a re-run from the same facts gives the same bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

import asyncpg

from chspay_core import ENGINE_VERSION
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.policy_reading import choice
from chspay_kit import logs
from chspay_kit.auth import Claim
from chspay_settlement import faults, faults_year
from chspay_settlement.app.month.given import published_table, stored_coefficients
from chspay_settlement.app.month.measuring import chosen_table
from chspay_settlement.app.month.runs import claim_of_pool
from chspay_settlement.app.year import figures as year_figures
from chspay_settlement.app.year import life as year_life
from chspay_settlement.clients import Grouper, Policies
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.groups.table_content import table_content, table_of
from chspay_settlement.engine.year.states import FAIL, TRY, State
from chspay_settlement.store import hospitals, point_tables, run_cases, year, year_cases
from chspay_settlement.store.year import Clearing

log = logs.get_logger(__name__)

POINTS_KEY = "clearing.points"
#: Cases of one committed step.
GROUP_CHUNK, POINTS_CHUNK = 20_000, 5_000


@dataclass(slots=True)
class Memory:
    """What a worker keeps between the steps of one clearing; may be lost any time."""

    pricer: Pricer | None = None
    policy: Policy | None = None
    after: year_cases.CaseKey = ("", "")


def last_day(of: int) -> date:
    """The day whose policy clears a year: its last."""
    return date(of, 12, 31)


def points_as_settled(policy: Policy) -> bool:
    """Whether the year keeps the points of its months (``clearing.points``).

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    return choice(policy, POINTS_KEY, "year_cases", "as_settled") == "as_settled"


Step = Callable[[asyncpg.Connection, Clearing, Memory], Awaitable[None]]


class YearStages:
    """Carries a clearing one step further; what the worker of the kit asks for."""

    def __init__(self, grouper: Grouper, policies: Policies) -> None:
        self._grouper = grouper
        self._policies = policies
        self._steps: dict[str, Step] = {
            "collect": self._collect,
            "group": self._group,
            "measure": self._measure,
            "points": self._points,
            "clear": self._clear,
        }

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """Clearings to be computed, oldest first."""
        return [(clearing, claim_of_pool(pool)) for clearing, pool in await year.active(connection)]

    def memory(self) -> Memory:
        """An empty memory for one clearing."""
        return Memory()

    async def step(self, connection: asyncpg.Connection, run_id: str, memory: Memory) -> bool:
        """One step; ``False`` when the clearing is no longer a draft."""
        clearing = await year.one(connection, run_id, hold=True)
        if clearing is None or clearing.state != State.DRAFT:
            return False
        if clearing.engine_version != ENGINE_VERSION:
            raise Fault(
                faults.ENGINE_CHANGED, value=clearing.engine_version, run=run_id, found=ENGINE_VERSION
            )
        await self._steps[clearing.stage](connection, clearing, memory)
        return True

    async def fail(self, connection: asyncpg.Connection, run_id: str, fault: Fault) -> None:
        """Ends a clearing with its reason, and gives its months back."""
        clearing = await year.one(connection, run_id, hold=True)
        if clearing is None or clearing.state != State.DRAFT:
            return
        log.warning("run.failed", run_id=run_id, stage=clearing.stage, reason=fault.reason.code)
        await year_cases.reopen_months(connection, run_id)
        await year_life.record(
            connection, clearing, FAIL, State.FAILED, note=fault.message,
            failure_reason=fault.reason.code, failure_message=fault.message,
        )  # fmt: skip

    async def policy(self, clearing: Clearing) -> Policy:
        """The clearing's policy, made anew: what a step reads of it is what the step used."""
        return (await self._policies.sealed(clearing.policy_digest)).on(last_day(clearing.year))

    async def _collect(self, connection: asyncpg.Connection, clearing: Clearing, _memory: Memory) -> None:
        policy = await self.policy(clearing)
        settled = points_as_settled(policy)
        await hospitals.close_gate(connection, clearing.pool)
        await year_life.check_frozen(connection, clearing.pool, clearing.year)
        await year_cases.close_months(connection, clearing)
        cases = await year_cases.collect(connection, clearing, as_settled=settled)
        foreign = 0
        if not settled:
            foreign = await run_cases.count_foreign(connection, clearing.clearing_id, clearing.scheme_digest)
        await year.update(
            connection, clearing.clearing_id, used=_keys(policy), stage="clear" if settled else "group",
            cases=cases, done=0, total=foreign,
        )  # fmt: skip

    async def _group(self, connection: asyncpg.Connection, clearing: Clearing, _memory: Memory) -> None:
        cases = await year_cases.foreign(connection, clearing, GROUP_CHUNK)
        if not cases:
            await year.update(connection, clearing.clearing_id, stage="measure", done=0, total=clearing.cases)
            return
        answers = await self._grouper.many(clearing.scheme_digest, cases)
        if any(answer.scheme_digest != clearing.scheme_digest for answer in answers):
            raise Fault(faults.SCHEME_CHANGED, field="grouping.scheme", value=clearing.scheme)
        await year_cases.put_groups(connection, clearing, cases, answers)
        await year.update(connection, clearing.clearing_id, done=clearing.done + len(cases))

    async def _measure(self, connection: asyncpg.Connection, clearing: Clearing, _memory: Memory) -> None:
        """The year's group table: its prefecture's, of the weight table it was given, or measured from all
        its cases."""
        policy = await self.policy(clearing)
        chosen = await chosen_table(
            connection, policy, clearing.pool, clearing.year * 100 + 12, clearing.scheme_digest
        )
        table = await published_table(connection, clearing.clearing_id, policy, clearing.scheme_digest)
        if chosen:
            content = await point_tables.content(connection, chosen)
        elif table is not None:
            content = table_content(table)
        else:
            inputs = await year_cases.inputs(connection, clearing.clearing_id)
            content = table_content(await asyncio.to_thread(measure, inputs, policy))
        digest = sm3_hex(content)
        await year_cases.put_table(connection, clearing, content, digest)
        await year.update(
            connection, clearing.clearing_id, used=_keys(policy), stage="points", table_digest=digest,
            done=0, total=clearing.cases,
        )  # fmt: skip

    async def _points(self, connection: asyncpg.Connection, clearing: Clearing, memory: Memory) -> None:
        if memory.pricer is None or memory.policy is None:
            memory.policy = await self.policy(clearing)
            stored = await year_cases.table(connection, clearing.clearing_id)
            content, digest = stored if stored is not None else (b"", "")
            if sm3_hex(content) != digest:
                raise Fault(
                    faults_year.YEAR_CHANGED, clearing=clearing.clearing_id, field="table", value=digest,
                    found=sm3_hex(content),
                )  # fmt: skip
            measured = await stored_coefficients(connection, clearing.clearing_id, memory.policy)
            memory.pricer = Pricer(table_of(content), memory.policy, measured)
        inputs = await year_cases.inputs(connection, clearing.clearing_id, memory.after, POINTS_CHUNK)
        if not inputs:
            await year.update(connection, clearing.clearing_id, stage="clear", done=0, total=1)
            return
        points = await asyncio.to_thread(memory.pricer.price_all, inputs)
        await run_cases.put_points(connection, clearing.clearing_id, inputs, points)
        await year.update(
            connection, clearing.clearing_id, used=_keys(memory.policy), done=clearing.done + len(inputs)
        )
        memory.after = (inputs[-1].hospital_code, inputs[-1].case_id)

    async def _clear(self, connection: asyncpg.Connection, clearing: Clearing, _memory: Memory) -> None:
        """Decision, shares, statements and the end of the draft, all at once."""
        policy = await self.policy(clearing)
        found = await year_figures.gather(connection, clearing, policy)
        changes = await year_figures.state(connection, clearing, found, policy)
        await year_life.record(connection, clearing, TRY, State.TRIAL, **changes)


def _keys(policy: Policy) -> set[str]:
    """The keys read of a policy so far."""
    return {rule.key for rule in policy.used}
