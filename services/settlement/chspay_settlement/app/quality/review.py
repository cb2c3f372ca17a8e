"""The queue of claims from outside the pool, and samples of lists by the quality of those before them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

import asyncpg

from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_core.policy import Policy
from chspay_core.regions import prefix
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_review as faults
from chspay_settlement.app.quality.checking import rules
from chspay_settlement.clients import Policies
from chspay_settlement.engine.quality.outside import Decision, State, due_day
from chspay_settlement.engine.quality.sampling import Sampling, digest_of, drawn, sampling_of
from chspay_settlement.store import review
from chspay_settlement.store.review import Claim, Decided, Where

_LONGEST_REASON = 200
_MOST_MONTHS = 12
_START = datetime(1970, 1, 1, tzinfo=UTC)


class Shown(NamedTuple):
    """A claim and every decision on its version, oldest first."""

    claim: Claim
    decisions: list[Decided]


class Review:
    """Shows the queue and takes decisions.

    A claim enters by being stored: the queue is read from the newest versions of lists, so the same list sent
    twice stands in it once and a mended one waits anew. Its clock is that of the day it was received.
    """

    def __init__(self, policies: Policies, today: Callable[[], date]) -> None:
        self._policies = policies
        self._today = today

    async def claims(
        self, pool: str, hospital_code: str, state: State | None, after: Sequence[str | int], limit: int
    ) -> list[Shown]:
        """Claims by the moment they were received, after a position.

        :raises Fault: NOT_A_REGION; POLICY_MISSING when the pool sets no limit on a day it received one.
        """
        where = Where(pool, prefix(pool), hospital_code)
        position = (datetime.fromisoformat(str(after[0])), str(after[1])) if after else (_START, "")
        connection = await current_connection()
        due = await self._due(connection, where)
        found = await review.page(
            connection, where, due, self._today(), state.value if state else "", position, limit
        )
        return await _shown(connection, found)

    async def counts(self, pool: str, hospital_code: str) -> dict[State, int]:
        """How many claims are in each state."""
        where = Where(pool, prefix(pool), hospital_code)
        connection = await current_connection()
        return await review.counts(connection, where, await self._due(connection, where), self._today())

    async def decide(self, list_id: str, version: int, decision: Decision, reason: str) -> Shown:
        """Adds the decision of an officer of the pool.

        :raises Fault: REVIEW_REASON_BAD, REVIEW_CLAIM_NOT_FOUND, REVIEW_CLAIM_RENEWED; another pool, role or
            duty.
        """
        claim = current_claim()
        claim.require_role("bureau")
        claim.require_duty("handling")
        reason = reason.strip()
        if len(reason) > _LONGEST_REASON or not reason.isprintable():
            raise Fault(faults.REASON_BAD, field="reason", limit=_LONGEST_REASON)
        if decision is Decision.QUESTIONED and not reason:
            raise Fault(faults.REASON_BAD, field="reason", limit=_LONGEST_REASON)
        connection = await current_connection()
        pool = await review.pool_of(connection, list_id) if list_id else ""
        if not pool:
            raise Fault(faults.CLAIM_NOT_FOUND, field="list_id", value=list_id)
        claim.require_region(pool)
        found = await self._one(connection, pool, list_id)
        if found.version != version:
            raise Fault(
                faults.CLAIM_RENEWED, field="version", value=list_id, newest=found.version, version=version
            )
        await review.decide(connection, list_id, version, decision.value, reason, claim.subject)
        return (await _shown(connection, [await self._one(connection, pool, list_id)]))[0]

    async def _one(self, connection: asyncpg.Connection, pool: str, list_id: str) -> Claim:
        where = Where(pool, prefix(pool), list_id=list_id)
        due = await self._due(connection, where)
        found = await review.page(connection, where, due, self._today(), "", (_START, ""), 1)
        if not found:
            raise Fault(faults.CLAIM_NOT_FOUND, field="list_id", value=list_id)
        return found[0]

    async def _due(self, connection: asyncpg.Connection, where: Where) -> dict[date, date]:
        """By the day of receipt: the last day for a decision."""
        days = await review.days(connection, where)
        if not days:
            return {}
        bundle = await self._policies.current(where.pool, self._today())
        return {day: due_day(day, bundle.on(day)) for day in days}


async def _shown(connection: asyncpg.Connection, claims: list[Claim]) -> list[Shown]:
    decided = await review.decisions(connection, claims)
    return [Shown(claim, decided.get((claim.list_id, claim.version), [])) for claim in claims]


@dataclass(frozen=True, slots=True)
class Period:
    """Months of discharge; ``text`` stands before the number of a list in each draw."""

    first: Month
    last: Month

    @property
    def text(self) -> str:
        """``2026-03``, or ``2026-01..2026-03``."""
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"

    @classmethod
    def parse(cls, first: str, last: str) -> Period:
        """Months as written.

        :raises Fault: SAMPLING_PERIOD_BAD, or what :meth:`Month.parse` raises.
        """
        period = cls(Month.parse(first, "first"), Month.parse(last, "last"))
        months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
        if not 1 <= months <= _MOST_MONTHS:
            raise Fault(faults.PERIOD_BAD, field="last", value=period.text, limit=_MOST_MONTHS)
        return period


class Found(NamedTuple):
    """What a period's checked lists lead to, by institution, and under which policy."""

    policy: Policy
    institutions: dict[str, Sampling]


class Drawn(NamedTuple):
    """The lists of an institution that are looked at."""

    sampling: Sampling
    lists: list[tuple[str, int]]
    digest: str


class Samples:
    """Works out samples from stored results; the policy is that of the period's last day."""

    def __init__(self, policies: Policies, today: Callable[[], date]) -> None:
        self._policies = policies
        self._today = today

    async def of(self, pool: str, period: Period, hospital_code: str) -> Found:
        """Rates, shares and warnings of the institutions the asker may see.

        :raises Fault: NOT_A_REGION, POLICY_MISSING, METHOD_UNKNOWN, SAMPLING_TABLE_BAD.
        """
        span = _span(pool, period, hospital_code)
        counted = await review.checked(await current_connection(), span)
        bundle = await self._policies.current(pool, self._today())
        policy = bundle.on(period.last.last)
        return Found(
            policy,
            {
                code: sampling_of(one, policy, f"{code} {period.text} 异常率与抽查比例")
                for code, one in counted.items()
            },
        )

    async def draw(self, pool: str, period: Period, hospital_code: str) -> Drawn:
        """The lists of one institution that are looked at.

        :raises Fault: SAMPLING_HOSPITAL_MISSING, SAMPLING_NOTHING_CHECKED; what :meth:`of` raises.
        """
        if not hospital_code:
            raise Fault(faults.HOSPITAL_NEEDED, field="hospital_code")
        found = (await self.of(pool, period, hospital_code)).institutions.get(hospital_code)
        if found is None:
            raise Fault(
                faults.NOTHING_CHECKED, field="hospital_code", value=hospital_code, period=period.text
            )
        numbers = await review.checked_lists(await current_connection(), _span(pool, period, hospital_code))
        lists = await asyncio.to_thread(drawn, period.text, numbers, found.share)
        return Drawn(found, lists, digest_of(list_id for list_id, _ in lists))


def _span(pool: str, period: Period, hospital_code: str) -> review.Span:
    prefix(pool)
    return review.Span(rules().version, pool, period.first.first, period.last.last, hospital_code)
