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
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month import finding_marks, posting, whole_run
from chspay_settlement.app.month.ceilings import Ceilings
from chspay_settlement.app.month.confirming import confirm
from chspay_settlement.app.month.given import pricer_of, published_table
from chspay_settlement.app.month.routing import Routing
from chspay_settlement.app.month.runs import MONTH, TRIAL
from chspay_settlement.app.month.whole_run import Price, divided, measured, price_of
from chspay_settlement.app.reading.lineage import settled
from chspay_settlement.clients import Grouper, Policies
from chspay_settlement.clients_perdiem import BedDays
from chspay_settlement.engine.groups.table_content import table_content
from chspay_settlement.engine.lineage.blocks import blocks_of
from chspay_settlement.engine.month.settled import funds_of_cases
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.store import decisions, findings, hospitals, lineage, point_tables, run_cases, runs

#: Cases of one committed step.
GROUP_CHUNK, POINTS_CHUNK, FUND_CHUNK = 20_000, 5_000, 5_000
#: Cases of one step that prices or pays a large run: a step costs something by itself.
LARGE_CHUNK = 20_000


@dataclass(slots=True)
class Memory:
    """What a worker keeps between the steps of one run to spare reading it again; may be lost any time."""

    price: Price | None = None
    policy: Policy | None = None
    division: Division | None = None
    after: run_cases.Key = field(default=run_cases.START)


Step = Callable[[asyncpg.Connection, runs.Run, Memory], Awaitable[None]]


class Stages:
    """Carries a run one step further."""

    def __init__(self, grouper: Grouper, policies: Policies, bed_days: BedDays, ceilings: Ceilings) -> None:
        self._grouper = grouper
        self._policies = policies
        self._bed_days = bed_days
        self._ceilings = ceilings
        self._routing, self._trying = Routing(bed_days), Routing(bed_days.for_trials())
        self._steps: dict[str, Step] = {
            "snapshot": self._snapshot,
            "group": self._group,
            "measure": self._measure,
            "marks": self._marks,
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
        if run.nature == MONTH:
            await hospitals.close_gate(connection, run.pool)
            await runs.set_month(connection, run.pool, run.period, "closing")
        if run.replays:
            held, cases = await self._taken_again(connection, run)
        else:
            held = await findings.hold_out(connection, run, moves=run.nature == MONTH)
            cases = await run_cases.snapshot(connection, run)
            await decisions.mark_run(connection, run)
            await findings.charge(connection, run)
        if not cases:
            raise Fault(faults.NO_LISTS, field="month", pool=run.pool, period=month_of(run.period))
        again = await run_cases.count_foreign(connection, run.run_id, run.scheme_digest)
        await runs.update(
            connection, run.run_id, state="running", stage="group", cases=cases, done=0, total=again,
            held_lists=held,
        )  # fmt: skip

    async def _taken_again(self, connection: asyncpg.Connection, run: runs.Run) -> tuple[int, int]:
        """What the run that is replayed was given: its cases, marks and deductions."""
        source = await runs.one(connection, run.replays)
        cases = await run_cases.copy(connection, run)
        await decisions.copy_marks(connection, run.replays, run.run_id)
        await findings.copy_charges(connection, run.replays, run.run_id)
        return 0 if source is None else source.held_lists, cases

    async def _group(self, connection: asyncpg.Connection, run: runs.Run, _memory: Memory) -> None:
        cases = await run_cases.foreign(connection, run.run_id, run.scheme_digest, GROUP_CHUNK)
        if not cases:
            routing = self._trying if run.nature == TRIAL else self._routing
            await routing.route(connection, run, await self._policy(run))
            await runs.update(connection, run.run_id, stage="measure", done=0, total=run.cases)
            return
        answers = await self._grouper.many(run.scheme_digest, cases)
        if any(answer.scheme_digest != run.scheme_digest for answer in answers):
            raise Fault(faults.SCHEME_CHANGED, field="grouping.scheme", value=run.scheme)
        await run_cases.put_groups(connection, run.run_id, run.scheme_digest, cases, answers)
        await runs.progress(connection, run.run_id, len(cases))

    async def _measure(self, connection: asyncpg.Connection, run: runs.Run, _memory: Memory) -> None:
        """The group table the run prices with: its prefecture's, of the weight table it was given, or
        measured from its own cases."""
        policy = await self._policy(run)
        table = await published_table(connection, run.run_id, policy, run.scheme_digest)
        if run.point_table_id:
            content = await self._prefecture_table(connection, run)
        else:
            content = table_content(table or await measured(connection, run, policy))
        await runs.put_table(connection, run, content, sm3_hex(content))
        await runs.update(connection, run.run_id, used=_keys(policy), stage="marks", done=0, total=1)

    async def _marks(self, connection: asyncpg.Connection, run: runs.Run, _memory: Memory) -> None:
        """What rules find of the run's cases; a replay has the marks of the run it repeats."""
        policy = await self._policy(run)
        if not run.replays:
            pricer = await pricer_of(connection, run.run_id, policy)
            found = await finding_marks.of_run(connection, run, pricer, policy)
            await decisions.add_marks(
                connection, run.run_id, ((key, mark) for key, marks in found.items() for mark in marks)
            )
        await runs.update(connection, run.run_id, used=_keys(policy), stage="points", done=0, total=run.cases)

    async def _prefecture_table(self, connection: asyncpg.Connection, run: runs.Run) -> bytes:
        """The sealed content of the run's point table, checked against its digest."""
        table = await point_tables.one(connection, run.point_table_id)
        content = await point_tables.content(connection, run.point_table_id)
        stored = "" if table is None else table.digest
        if sm3_hex(content) != stored:
            raise Fault(
                faults.LINEAGE_BROKEN, field="point_table", value=run.point_table_id, found=sm3_hex(content),
                stored=stored,
            )  # fmt: skip
        return content

    async def _points(self, connection: asyncpg.Connection, run: runs.Run, memory: Memory) -> None:
        if memory.price is None or memory.policy is None:
            memory.policy = await self._policy(run)
            memory.price = price_of(run, await pricer_of(connection, run.run_id, memory.policy))
        chunk = _chunk(run, POINTS_CHUNK)
        inputs = await run_cases.unpriced(connection, run.run_id, memory.after, chunk)
        if not inputs:
            await self._value(connection, run, memory)
            return
        points = await asyncio.to_thread(memory.price, inputs)
        await run_cases.put_points(connection, run.run_id, inputs, points)
        await runs.progress(connection, run.run_id, len(inputs), _keys(memory.policy))
        memory.after = (inputs[-1].hospital_code, inputs[-1].case_id)

    async def _value(self, connection: asyncpg.Connection, run: runs.Run, memory: Memory) -> None:
        """The point value, and the fund handed out to hospitals."""
        policy = await self._policy(run)
        division = memory.division = await divided(connection, run, policy)
        amounts = division.hospitals
        await run_cases.put_hospitals(connection, run, month_of(run.period).last, amounts)
        await runs.update(
            connection,
            run.run_id,
            used=_keys(policy),
            stage="allocate",
            done=0,
            total=len(amounts),
            points_micro=sum(amount.points_micro for amount in amounts),
            patient_fen=sum(amount.patient_fen for amount in amounts),
            value_fen=division.value.numerator_fen,
            value_micro=division.value.denominator_micro,
        )

    async def _allocate(self, connection: asyncpg.Connection, run: runs.Run, memory: Memory) -> None:
        """The funds of the next hospitals handed out to their cases."""
        waiting = [h for h in await run_cases.hospitals(connection, run.run_id) if not h.allocated]
        if not waiting:
            await runs.update(connection, run.run_id, stage="post", done=0, total=1)
            return
        policy = await self._policy(run)
        if memory.division is None:
            memory.division = await divided(connection, run, policy)
        chosen: list[run_cases.RunHospital] = []
        for hospital in waiting:
            chosen.append(hospital)
            if sum(h.amount.cases for h in chosen) >= _chunk(run, FUND_CHUNK):
                break
        funds: list[tuple[str, str, int]] = []
        for hospital in chosen:
            code = hospital.amount.hospital_code
            own = settled(await run_cases.priced_of(connection, run.run_id, code))
            given = await asyncio.to_thread(funds_of_cases, memory.division, policy, code, own)
            funds.extend((code, case_id, fund) for case_id, fund in given.items())
            found = await asyncio.to_thread(blocks_of, memory.division, policy, code, own, given)
            await lineage.put_blocks(connection, run.run_id, code, hospital.region_code, found)
        await run_cases.put_funds(
            connection, run.run_id, funds, [hospital.amount.hospital_code for hospital in chosen]
        )
        await runs.progress(connection, run.run_id, len(chosen), {*_keys(policy), "point_value.form"})

    async def _post(self, connection: asyncpg.Connection, run: runs.Run, _memory: Memory) -> None:
        """Statements, ledger and the end of the run, all at once."""
        policy = await self._policy(run)
        await posting.end_run(connection, run, policy, self._ceilings)
        if run.nature == MONTH:
            await confirm(connection, self._bed_days, run)


def _chunk(run: runs.Run, usual: int) -> int:
    """Cases of one step of a run."""
    return usual if run.cases < whole_run.LARGE else LARGE_CHUNK


def _keys(policy: Policy) -> set[str]:
    """The keys read of a policy so far."""
    return {rule.key for rule in policy.used}
