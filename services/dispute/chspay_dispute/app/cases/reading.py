"""Reading cases: one with all that stands around it, the queue, the history, the clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from chspay_core.errors import Fault
from chspay_dispute.app.cases.common import CASE, CASE_UNKNOWN, Type, case_of, type_of
from chspay_dispute.app.cases.filing import facts_of
from chspay_dispute.app.moves import Moves
from chspay_dispute.app.roles import roles_of
from chspay_dispute.engine.cases.outcome import diluted
from chspay_dispute.engine.machine import Machine, Transition
from chspay_dispute.store import attachments, deadlines, docket, queue
from chspay_dispute.store import cases as store
from chspay_dispute.store.attachments import StoredAttachment
from chspay_dispute.store.cases import StoredCase, StoredDecision
from chspay_dispute.store.deadlines import Deadline, Reminder
from chspay_dispute.store.docket import NO_DAY, Row, Step
from chspay_dispute.store.queue import Line, Wanted
from chspay_kit import paging
from chspay_kit.auth import Claim, current_claim
from chspay_kit.db import current_connection
from chspay_kit.journal import START, batch_hash

_NAMES_KEPT, _NEVER = timedelta(minutes=1), datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Next:
    """A step that may follow, and whether the caller may take it."""

    step: Transition
    mine: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """A case with everything around it."""

    case: StoredCase
    row: Row
    kind: Type
    next: list[Next]
    decisions: list[StoredDecision]
    signatures: Mapping[int, list[str]]
    attachments: list[StoredAttachment]
    left_wd: int | None


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a case may be reviewed, and what its decision comes to."""

    case: StoredCase
    decision: StoredDecision | None
    point_value_delta: Fraction | None


class Reading:
    """Reads what the caller may see."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves
        self._names: dict[str, tuple[datetime, dict[str, str]]] = {}

    @property
    def machine(self) -> Machine:
        """The machine of cases."""
        return self._moves.machines[CASE]

    async def whole(self, case_no: str) -> Whole:
        """A case with everything around it.

        :raises Fault: CASE_UNKNOWN.
        """
        connection = await current_connection()
        case = await case_of(connection, case_no)
        row = await docket.one(connection, CASE, case_no)
        if row is None:
            raise Fault(CASE_UNKNOWN, field="case_no", value=case_no)
        policy = await self._moves.policies.policy(case.pool, self._moves.today())
        roles = roles_of(current_claim(), row)
        steps = [
            Next(item, bool(set(item.roles) & roles))
            for item in self.machine.leaving(row.state)
            if not item.automatic
        ]
        return Whole(
            case,
            row,
            type_of(policy, case.type),
            steps,
            await store.decisions(connection, case_no),
            await store.signers(connection, case_no),
            await attachments.of_case(connection, case_no),
            self.left(row.due_day),
        )

    def left(self, due_day: date) -> int | None:
        """Working days left to a day, negative once it is past; ``None`` without a clock."""
        if due_day == NO_DAY:
            return None
        today, calendar = self._moves.today(), self._moves.calendar
        if due_day >= today:
            return calendar.between(today, due_day)
        return -calendar.between(due_day, today)

    async def page(self, wanted: Wanted, size: int, token: str, *, mine: bool) -> tuple[list[Line], str]:
        """Lines of the queue, and the token of what follows.

        :param mine: only what the caller can act on now.
        """
        claim = current_claim()
        claim.require_role("hospital", "bureau", "service")
        if mine:
            own, city = self._states_of(claim)
            wanted = replace(wanted, states=own, own_states=city)
        query, limit = ("cases", claim.subject, *_texts(wanted)), paging.size(size)
        after = paging.decode(query, token)
        position = (date.fromisoformat(str(after[0])), str(after[1])) if after else (date.min, "")
        found = await queue.page(await current_connection(), wanted, position, limit + 1)
        more = len(found) > limit
        last = found[limit - 1] if more else None
        following = paging.encode(query, [last.due_day.isoformat(), last.case_no]) if last else ""
        return found[:limit], following

    async def types(self, pool: str) -> dict[str, str]:
        """The kinds of disputes of a pool and their names, a minute old at most: the queue shows them."""
        at, (asked, held) = self._moves.now(), self._names.get(pool, (_NEVER, {}))
        if at - asked > _NAMES_KEPT:
            policy = await self._moves.policies.policy(pool, self._moves.today())
            held = {row["type"]: row["name"] for row in policy.table("dispute.types")}
            self._names[pool] = (at, held)
        return held

    async def history(self, case_no: str) -> tuple[list[Step], bool]:
        """Every step of a case, and whether each follows from the one before up to where it stands."""
        connection = await current_connection()
        await case_of(connection, case_no)
        steps = await docket.steps(connection, CASE, case_no)
        row = await docket.one(connection, CASE, case_no)
        return steps, row is not None and intact(steps, row)

    async def clocks(self, case_no: str) -> tuple[list[Deadline], list[Reminder]]:
        """Every clock of a case, and what they told."""
        connection = await current_connection()
        await case_of(connection, case_no)
        return (
            await deadlines.of_owner(connection, CASE, case_no),
            await deadlines.reminders(connection, CASE, case_no),
        )

    async def explain(self, case_no: str) -> Explained:
        """Why a case may be reviewed, and what its decision comes to."""
        connection = await current_connection()
        case = await case_of(connection, case_no)
        decision, facts = await store.standing_decision(connection, case_no), facts_of(case)
        change = None
        if decision is not None and decision.delta_points_micro and facts is not None and facts.value_micro:
            change = diluted(facts.value_fen, facts.value_micro, decision.delta_points_micro)
        return Explained(case, decision, change)

    def _states_of(self, claim: Claim) -> tuple[list[str], list[str]]:
        """States a caller acts in, and those he acts in where the city is its own first office."""
        county = Row(CASE, "", "", 0, False, False, claim.institution, f"{claim.region:0<6}", "",
                     date.min, NO_DAY, START)  # fmt: skip
        roles = roles_of(claim, county) - {"PUB", "SYS"}
        city = {"CNTY"} if claim.level == "city" else set()
        return self._acting(roles - city), self._acting(roles & city)

    def _acting(self, roles: frozenset[str]) -> list[str]:
        return sorted({item.source for item in self.machine.transitions if set(item.roles) & roles})


def intact(steps: list[Step], row: Row) -> bool:
    """Whether a history is unbroken and ends where the docket stands."""
    head, state = START, ""
    for number, step in enumerate(steps):
        digest = batch_hash(f"{step.owner}/{step.owner_id}", step.seq, head, step.payload)
        if (step.seq, step.previous, step.source) != (number, head, state) or step.hash != digest:
            return False
        head, state = digest, step.target
    return (head, state, len(steps) - 1) == (row.head, row.state, row.version)


def _texts(wanted: Wanted) -> tuple[object, ...]:
    return (
        wanted.pool, wanted.hospital_code, wanted.type, wanted.cycle, wanted.overdue, wanted.closed,
        wanted.states, wanted.own_states, wanted.due_until,
    )  # fmt: skip
