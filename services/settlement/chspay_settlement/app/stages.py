"""The stages of a month run, one transaction each step: killed anywhere, it goes on where it was.

Every step reads what the steps before have stored, computes with the engine and stores the result; a
step done twice stores the same. So the statements depend on the snapshot, the policy bundle, the scheme
and the fund, and on nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg

from chspay_core import ENGINE_VERSION
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement import faults
from chspay_settlement.app import posting
from chspay_settlement.app.intake import month_of
from chspay_settlement.app.lineage import funds_of, stored_table, value_of
from chspay_settlement.clients import Grouper, Policies
from chspay_settlement.engine.measure import measure
from chspay_settlement.engine.points import Pricer
from chspay_settlement.engine.table_content import table_content
from chspay_settlement.engine.value import form_of, hospital_totals, point_value, split_to_hospitals
from chspay_settlement.store import hospitals, run_cases, runs

#: Cases of one committed step.
GROUP_CHUNK, POINTS_CHUNK, FUND_CHUNK = 20_000, 5_000, 5_000


@dataclass(slots=True)
class Memory:
    """What a worker keeps between the steps of one run to spare reading it again; may be lost any time."""

    pricer: Pricer | None = None
    policy: Policy | None = None
    after: run_cases.Key = field(default=run_cases.START)


Step = Callable[[asyncpg.Connection, runs.Run, Memory], Awaitable[None]]


class Stages:
    """Carries a run one step further."""

    def __init__(self, grouper: Grouper, policies: Policies) -> None:
        self._grouper = grouper
        self._policies = policies
        self._steps: dict[str, Step] = {
            "snapshot": self._snapshot,
            "group": self._group,
            "measure": self._measure,
            "points": self._points,
            "allocate": self._allocate,
            "post": self._post,
        }

    async def step(self, connection: asyncpg.Connection, run: runs.Run, memory: Memory) -> None:
        """One step in the transaction of ``connection``.

        :raises Fault: why the run cannot go on.
        """
        if run.engine_version != ENGINE_VERSION:
            raise Fault(faults.ENGINE_CHANGED, value=run.engine_version, run=run.run_id, found=ENGINE_VERSION)
        await self._steps[run.stage](connection, run, memory)

    async def _policy(self, run: runs.Run) -> Policy:
        """The run's policy, made anew: what a step reads of it is what the step used."""
        bundle = await self._policies.sealed(run.policy_digest)
        return bundle.on(month_of(run.period).last)

    async def _snapshot(self, connection: asyncpg.Connection, run: runs.Run, _memory: Memory) -> None:
        await hospitals.close_gate(connection, run.pool)
        await runs.set_month(connection, run.pool, run.period, "closing")
        cases = await run_cases.snapshot(connection, run)
        if not cases:
            raise Fault(faults.NO_LISTS, field="month", pool=run.pool, period=month_of(run.period))
        again = await run_cases.count_foreign(connection, run)
        await runs.update(
            connection, run.run_id, state="running", stage="group", cases=cases, done=0, total=again
        )

    async def _group(self, connection: asyncpg.Connection, run: runs.Run, _memory: Memory) -> None:
        cases = await run_cases.foreign(connection, run, GROUP_CHUNK)
        if not cases:
            await runs.update(connection, run.run_id, stage="measure", done=0, total=run.cases)
            return
        answers = await self._grouper.many(run.scheme_digest, cases)
        if any(answer.scheme_digest != run.scheme_digest for answer in answers):
            raise Fault(faults.SCHEME_CHANGED, field="grouping.scheme", value=run.scheme)
        await run_cases.put_groups(connection, run, cases, answers)
        await runs.progress(connection, run.run_id, len(cases))

    async def _measure(self, connection: asyncpg.Connection, run: runs.Run, _memory: Memory) -> None:
        policy = await self._policy(run)
        inputs = await run_cases.inputs(connection, run.run_id)
        table = await asyncio.to_thread(measure, inputs, policy)
        content = table_content(table)
        await runs.put_table(connection, run, content, sm3_hex(content))
        await runs.update(connection, run.run_id, used=_keys(policy), stage="points", done=0, total=run.cases)

    async def _points(self, connection: asyncpg.Connection, run: runs.Run, memory: Memory) -> None:
        if memory.pricer is None or memory.policy is None:
            memory.policy = await self._policy(run)
            memory.pricer = Pricer(await stored_table(connection, run.run_id), memory.policy)
        inputs = await run_cases.unpriced(connection, run.run_id, memory.after, POINTS_CHUNK)
        if not inputs:
            await self._value(connection, run)
            return
        points = await asyncio.to_thread(memory.pricer.price_all, inputs)
        await run_cases.put_points(connection, run.run_id, inputs, points)
        await runs.progress(connection, run.run_id, len(inputs), _keys(memory.policy))
        memory.after = (inputs[-1].hospital_code, inputs[-1].case_id)

    async def _value(self, connection: asyncpg.Connection, run: runs.Run) -> None:
        """The point value, and the fund handed out to hospitals."""
        policy = await self._policy(run)
        form = form_of(policy)
        rows = await run_cases.priced(connection, run.run_id)
        points = [row.points for row in rows if row.points is not None]
        totals = hospital_totals((row.inp for row in rows), points, form)
        value = point_value(form, run.fund_fen, totals)
        amounts = split_to_hospitals(value, totals)
        await run_cases.put_hospitals(connection, run, month_of(run.period).last, amounts)
        await runs.update(
            connection,
            run.run_id,
            used=_keys(policy),
            stage="allocate",
            done=0,
            total=len(amounts),
            points_micro=sum(total.points_micro for total in totals),
            patient_fen=sum(total.patient_fen for total in totals),
            value_fen=value.numerator_fen,
            value_micro=value.denominator_micro,
        )

    async def _allocate(self, connection: asyncpg.Connection, run: runs.Run, _memory: Memory) -> None:
        """The funds of the next hospitals handed out to their cases."""
        waiting = [h for h in await run_cases.hospitals(connection, run.run_id) if not h.allocated]
        if not waiting:
            await runs.update(connection, run.run_id, stage="post", done=0, total=1)
            return
        value = value_of(run, form_of(await self._policy(run)))
        chosen: list[run_cases.RunHospital] = []
        for hospital in waiting:
            chosen.append(hospital)
            if sum(h.amount.cases for h in chosen) >= FUND_CHUNK:
                break
        funds: list[tuple[str, str, int]] = []
        for hospital in chosen:
            code = hospital.amount.hospital_code
            rows = await run_cases.priced_of(connection, run.run_id, code)
            given = await asyncio.to_thread(funds_of, value, hospital.amount, rows)
            funds.extend((code, case_id, fund) for case_id, fund in given.items())
        await run_cases.put_funds(
            connection, run.run_id, funds, [hospital.amount.hospital_code for hospital in chosen]
        )
        await runs.progress(connection, run.run_id, len(chosen), ("point_value.form",))

    async def _post(self, connection: asyncpg.Connection, run: runs.Run, _memory: Memory) -> None:
        """Statements, ledger and the end of the run, all at once."""
        policy = await self._policy(run)
        await posting.post_month(connection, run, policy)


def _keys(policy: Policy) -> set[str]:
    """The keys read of a policy so far."""
    return {rule.key for rule in policy.used}
