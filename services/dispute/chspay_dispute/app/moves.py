"""The one way a case or a topic changes its state.

A step locks the docket, asks the machine, writes the history (chained by SM3), stops and sets clocks, and
lets the owner do what belongs to the step: all in the transaction of the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

import asyncpg
import orjson

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_dispute.app.clocks import legal_day, set_clocks
from chspay_dispute.app.roles import roles_of
from chspay_dispute.engine.calendar import Calendar
from chspay_dispute.engine.machine import EVENT_ROLE, Machine, Transition
from chspay_dispute.store import deadlines, docket
from chspay_dispute.store.docket import NO_DAY, Row, Step
from chspay_kit.auth import Claim
from chspay_kit.journal import START, batch_hash

DOCKET_UNKNOWN = Reason("DOCKET_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的{title}。")
DOCKET_TAKEN = Reason("DOCKET_TAKEN", Kind.CONFLICT, "编号为“{value}”的{title}已经存在。")
OPENED = "open"


class Policies(Protocol):
    """Who knows the rules in force."""

    async def policy(self, place: str, day: date) -> Policy:
        """What holds in ``place`` on ``day``."""
        ...


class After(Protocol):
    """What an owner does with a step that was taken, in the same transaction."""

    async def stepped(
        self,
        connection: asyncpg.Connection,
        row: Row,
        step: Transition,
        actor: Claim,
        details: Mapping[str, Any],
    ) -> None:
        """Carries the effects of ``step`` out; ``row`` is where the docket stands after it.

        :raises Fault: why the step cannot be taken after all; everything is undone.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Taken:
    event: str
    source: str
    role: str
    facts: Mapping[str, bool]
    previous: bytes


class Moves:
    """Moves dockets.

    :param machines: the machine of each owner (``case``, ``topic``).
    :param now: the present instant, with its zone.
    """

    def __init__(
        self,
        machines: Mapping[str, Machine],
        calendar: Calendar,
        policies: Policies,
        now: Callable[[], datetime],
    ) -> None:
        self.machines, self.calendar, self.policies, self.now = machines, calendar, policies, now
        self._after: dict[str, list[After]] = {}

    def let(self, owner: str, after: After) -> None:
        """``after`` carries out effects of the steps of ``owner``, after those named before it."""
        self._after.setdefault(owner, []).append(after)

    def today(self) -> date:
        """The legal day."""
        return legal_day(self.now())

    async def open(
        self,
        connection: asyncpg.Connection,
        owner: str,
        owner_id: str,
        place: tuple[str, str, str],
        actor: Claim,
        details: Mapping[str, Any],
        *,
        days: Mapping[str, date] | None = None,
    ) -> Row:
        """A new docket in the first state of its machine.

        :param place: hospital code (empty for a topic), region code of its office, pool.
        :param details: kept in the history, plain JSON values.
        :param days: see :func:`~chspay_dispute.app.clocks.set_clocks`.
        :raises Fault: DOCKET_TAKEN, and what policy and calendar lack.
        """
        machine, at = self.machines[owner], self.now()
        new = Row(
            owner, owner_id, machine.start, 0, False, False, *place,
            entered_day=legal_day(at), due_day=NO_DAY, head=START,
        )  # fmt: skip
        policy = await self.policies.policy(new.pool, legal_day(at))
        clocks = set_clocks(machine, new, policy, self.calendar, at, days or {}, {})
        step = self._step(new, _Taken(OPENED, "", "", {}, START), actor, details, policy)
        new = replace(new, head=step.hash, due_day=_nearest(clocks))
        if not await docket.open_docket(connection, new):
            raise Fault(DOCKET_TAKEN, field=owner, value=owner_id, title=machine.title)
        await docket.write_step(connection, step, new)
        await deadlines.put(connection, clocks)
        return new

    async def move(
        self,
        connection: asyncpg.Connection,
        owner: str,
        owner_id: str,
        event: str,
        actor: Claim,
        facts: Mapping[str, bool],
        details: Mapping[str, Any],
        *,
        days: Mapping[str, date] | None = None,
    ) -> Row:
        """Takes one step and returns where the docket stands now.

        The row policies decide whether the docket is seen; a use-case that lets somebody act who does not
        see it (an expert, an objector) first acts for the office (``store.scope.act_as``).

        :param facts: what was found of each guard of the step, by its name.
        :param details: what belongs to the step (reasons, outcome, numbers of documents), plain JSON values;
            kept in the history for ever, so no name of a patient.
        :param days: ends of clocks and days of automatic events the caller knows, by name.
        :raises Fault: DOCKET_UNKNOWN, EVENT_NOT_ALLOWED, EVENT_ROLE, GUARD_FAILED, GUARD_UNKNOWN, and what
            the owner's effects refuse.
        """
        machine, at = self.machines[owner], self.now()
        row = await self.locked(connection, owner, owner_id)
        found = machine.transition(row.state, event)
        role = self._role(machine, found, roles_of(actor, row))
        found = machine.step(row.state, event, role, facts)
        policy = await self.policies.policy(row.pool, legal_day(at))
        left = await self._stop(connection, row, found, at)
        now = replace(
            row,
            state=found.target,
            version=row.version + 1,
            closed=machine.final(found.target),
            overdue=False,
            entered_day=legal_day(at),
        )
        keeps = "keep_clock" in found.effects
        clocks = [] if keeps else set_clocks(machine, now, policy, self.calendar, at, days or {}, left)
        taken = _Taken(event, row.state, role, facts, row.head)
        step = self._step(now, taken, actor, details, policy)
        now = replace(now, head=step.hash, due_day=row.due_day if keeps else _nearest(clocks))
        await docket.write_step(connection, step, now)
        await docket.stepped(connection, now)
        await deadlines.put(connection, clocks)
        for after in self._after.get(owner, ()):
            await after.stepped(connection, now, found, actor, details)
        return now

    async def locked(self, connection: asyncpg.Connection, owner: str, owner_id: str) -> Row:
        """A docket, locked until the transaction ends.

        :raises Fault: DOCKET_UNKNOWN.
        """
        row = await docket.one(connection, owner, owner_id, lock=True)
        if row is None:
            raise Fault(DOCKET_UNKNOWN, field=owner, value=owner_id, title=self.machines[owner].title)
        return row

    def _role(self, machine: Machine, step: Transition, roles: Collection[str]) -> str:
        for role in step.roles:
            if role in roles:
                return role
        raise Fault(
            EVENT_ROLE,
            field="role",
            value="、".join(machine.role_text(role) for role in sorted(roles)) or "无",
            event=step.text,
            needed="、".join(machine.role_text(role) for role in step.roles),
        )

    async def _stop(
        self, connection: asyncpg.Connection, row: Row, step: Transition, at: datetime
    ) -> dict[str, int]:
        """Stops the clocks of the state that is left; what a clock that goes on again has left."""
        if "keep_clock" in step.effects:
            return {}
        left: dict[str, int] = {}
        if "resume_clock" in step.effects:
            for item in await deadlines.of_owner(connection, row.owner, row.owner_id):
                if item.left_wd is not None:
                    left[item.clock] = item.left_wd
        if "pause_clock" in step.effects:
            for item in await deadlines.waiting(connection, row.owner, row.owner_id):
                if item.kind == "due" and item.clock == step.clock:
                    rest = self.calendar.between(legal_day(at), item.due_day)
                    await deadlines.pause(connection, item.deadline_id, rest, at)
        await deadlines.stop(connection, row.owner, row.owner_id, at)
        return left

    def _step(
        self, row: Row, taken: _Taken, actor: Claim, details: Mapping[str, Any], policy: Policy
    ) -> Step:
        content = {
            "owner": row.owner,
            "owner_id": row.owner_id,
            "seq": row.version,
            "event": taken.event,
            "source": taken.source,
            "target": row.state,
            "role": taken.role,
            "actor": actor.subject,
            "day": row.entered_day.isoformat(),
            "calendar": self.calendar.version,
            "policy": policy.digest,
            "facts": dict(taken.facts),
            "details": dict(details),
        }
        payload = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
        digest = batch_hash(f"{row.owner}/{row.owner_id}", row.version, taken.previous, payload)
        return Step(
            row.owner, row.owner_id, row.version, taken.event, taken.source, row.state, taken.role,
            actor.subject, row.entered_day, payload, taken.previous, digest,
        )  # fmt: skip


def _nearest(clocks: list[deadlines.Deadline]) -> date:
    return min((item.due_day for item in clocks if item.kind == "due"), default=NO_DAY)
