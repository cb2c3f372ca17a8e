"""The life of an annual clearing: started, reviewed, approved, published, closed, or sent back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import orjson

from chspay_core import ENGINE_VERSION, regions
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_kit import journal
from chspay_kit.auth import Claim, current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults, faults_year
from chspay_settlement.app.month.given import given_to
from chspay_settlement.app.month.measuring import chosen_table
from chspay_settlement.app.year import closing as year_closing
from chspay_settlement.clients import Accounts, Budget, Grouper, Policies
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.engine.year.assessment import ASSESSMENT
from chspay_settlement.engine.year.reclear import RECLEAR
from chspay_settlement.engine.year.sharing import LEVELS, WITHHELD
from chspay_settlement.engine.year.states import (
    APPROVE,
    CLOSE,
    EFFECT_KEY,
    PUBLICITY_KEY,
    PUBLISH,
    RETURN,
    START,
    State,
    check_publicity,
    deadline_of,
    late,
    move,
)
from chspay_settlement.store import others, run_inputs, year, year_cases
from chspay_settlement.store.year import Clearing, Event

SCHEME = "grouping.scheme"
_FIRST, _LAST = 2000, 2199
_BEIJING = timedelta(hours=8)


def beijing_today() -> date:
    """The legal day: Asia/Shanghai, which has no summer time."""
    return (datetime.now(UTC) + _BEIJING).date()


def may(pool: str) -> Claim:
    """The caller, a bureau that reaches the pool."""
    regions.check_code(pool, "pool")
    claim = current_claim()
    claim.require_role("bureau", "service")
    claim.require_region(pool)
    return claim


async def check_frozen(connection: asyncpg.Connection, pool: str, of: int) -> None:
    """Every month that has lists is closed and every correction taken.

    :raises Fault: YEAR_NO_MONTHS, YEAR_MONTHS_OPEN, YEAR_DIFFERENCES_PENDING.
    """
    found = await year_cases.freeze(connection, pool, of)
    if found.open_months:
        months = "、".join(f"{period // 100}-{period % 100:02d}" for period in found.open_months)
        raise Fault(faults_year.YEAR_MONTHS_OPEN, field="year", value=months, pool=pool)
    if not found.runs:
        raise Fault(faults_year.YEAR_NO_MONTHS, field="year", value=of, pool=pool)
    if found.pending:
        raise Fault(faults_year.YEAR_DIFFERENCES_PENDING, field="year", value=found.pending, pool=pool)


async def record(
    connection: asyncpg.Connection,
    clearing: Clearing,
    event: str,
    target: State,
    *,
    decision_no: str = "",
    note: str = "",
    warning: str = "",
    **changes: Any,
) -> None:
    """Writes an event, chains it in the journal of the pool's years, and moves the clearing."""
    past = await year.events(connection, clearing.clearing_id)
    subject = current_claim().subject
    new = Event(len(past) + 1, event, clearing.state, target.value, subject, decision_no, note, warning)
    await year.put_event(connection, clearing, new)
    payload = orjson.dumps(
        {"clearing": clearing.clearing_id, **{k: v for k, v in new._asdict().items() if k != "at"}},
        option=orjson.OPT_SORT_KEYS,
    )
    await journal.append(connection, f"year/{clearing.pool}", payload)
    if event == APPROVE:
        changes["decision_no"] = decision_no
    await year.update(connection, clearing.clearing_id, state=target.value, **changes)


class Years:
    """Annual clearings as callers see them.

    :param today: the legal day; given, so that deadlines can be tested.
    """

    def __init__(
        self,
        grouper: Grouper,
        policies: Policies,
        budget: Budget,
        today: Callable[[], date] = beijing_today,
    ) -> None:
        self._grouper = grouper
        self._policies = policies
        self._budget = budget
        self._today = today

    async def start(self, pool: str, of: int) -> Clearing:
        """Stores a clearing for the worker to compute.

        :raises Fault: no approved budget, no policy, open months, pending corrections, or one that stands.
        """
        claim = may(pool)
        if not _FIRST <= of <= _LAST:
            raise Fault(faults_year.YEAR_WRONG, field="year", value=of)
        fund = await self._budget.year_fund(pool, of)
        bundle = await self._policies.current(pool, date(of, 12, 31))
        policy = bundle.on(date(of, 12, 31))
        _asked_now(policy)
        scheme = policy.text(SCHEME)
        sealed = policy.scheme_digest(scheme)
        found = await self._grouper.digest(sealed or scheme)
        if sealed and found != sealed:
            raise Fault(faults.SCHEME_CHANGED, field=SCHEME, value=scheme)
        connection = await current_connection()
        await year.lock(connection, pool, of)
        standing = await year.standing(connection, pool, of)
        if standing:
            raise Fault(faults_year.YEAR_EXISTS, field="year", value=standing, pool=pool, year=of)
        await check_frozen(connection, pool, of)
        await chosen_table(connection, policy, pool, of * 100 + 12, found)
        again = policy.text("clearing.points") == "year_cases"
        given = await given_to(connection, self._grouper, policy, pool, of * 100 + 12, found) if again else []
        taken = await others.inpatient(connection, pool, of)
        revision = await year.revisions(connection, pool, of) + 1
        new = Clearing(
            clearing_id=f"YC-{pool}-{of}-{revision}", pool=pool, pool_prefix=regions.prefix(pool), year=of,
            revision=revision, state=State.DRAFT.value, stage="collect", done=0, total=0,
            policy_digest=bundle.digest, scheme=scheme, scheme_digest=found, engine_version=ENGINE_VERSION,
            budget_fen=fund.fund_fen - taken, budget_version=fund.version, cases=0, points_micro=0,
            actual_fen=0, terminated_fen=0, shared_fen=0, withheld_fen=0, decision_fen=0, value_fen=0,
            value_micro=0,
            evidence="", table_digest="", input_digest="", statements_digest="", rules_used=[SCHEME],
            accounts_version=0, decision_no="", published_on=None, batch_id="", failure_reason="",
            failure_message="", started_by=claim.subject, others_fen=taken,
        )  # fmt: skip
        await year.insert(connection, new)
        await run_inputs.put(connection, new.clearing_id, pool, new.pool_prefix, given)
        await record(connection, new, START, State.DRAFT)
        return new

    async def move(self, clearing_id: str, event: str, decision_no: str, note: str) -> Clearing:
        """Does one step of the life.

        :raises Fault: YEAR_NOT_FOUND, YEAR_EVENT_UNKNOWN, YEAR_STATE_WRONG, YEAR_SAME_PERSON and what the
            step's own guard refuses.
        """
        connection = await current_connection()
        seen = await self.get(clearing_id)
        claim = may(seen.pool)
        await year.lock(connection, seen.pool, seen.year)
        clearing = await year.one(connection, clearing_id, hold=True) or seen
        past = await year.events(connection, clearing_id)
        done = {found.event: found.subject for found in past}
        decision, text = decision_no.strip(), note.strip()
        step = move(event, State(clearing.state), claim.subject, done, decision, text)
        claim.require_role(step.role)
        policy = await self.policy(clearing)
        changes: dict[str, Any] = {}
        warning = ""
        if event == APPROVE:
            changes = await self._approval(clearing)
        elif event == PUBLISH:
            warning = late(clearing.year, self._today(), policy)
            changes = {"published_on": self._today()}
        elif event == CLOSE:
            warning = late(clearing.year, self._today(), policy)
            changes = await self._closing(connection, clearing, policy)
        elif event == RETURN:
            await year_cases.reopen_months(connection, clearing_id)
        await record(
            connection, clearing, event, step.target, decision_no=decision, note=text, warning=warning,
            **changes,
        )  # fmt: skip
        return await self.get(clearing_id)

    async def _approval(self, clearing: Clearing) -> dict[str, Any]:
        """Sharing is approved only against approved final accounts whose causes explain the difference."""
        found = await self._budget.accounts(clearing.pool, clearing.year)
        if found is None or not found.decision_no:
            raise Fault(
                faults_year.ACCOUNTS_MISSING, field="accounts", value=clearing.year, pool=clearing.pool
            )
        _same_accounts(clearing, found)
        return {"accounts_version": found.version}

    async def _closing(
        self, connection: asyncpg.Connection, clearing: Clearing, policy: Policy
    ) -> dict[str, Any]:
        """The days of publicity are over, nothing has moved since the trial; then the books are written."""
        if clearing.published_on is None:
            raise AssertionError("a published clearing has its day")
        check_publicity(clearing.published_on, self._today(), policy)
        fund = await self._budget.year_fund(clearing.pool, clearing.year)
        if fund.version != clearing.budget_version:
            raise Fault(
                faults_year.YEAR_BUDGET_MOVED, field="budget", value=fund.version,
                version=clearing.budget_version,
            )  # fmt: skip
        return {"batch_id": await year_closing.post_year(connection, clearing, policy)}

    async def get(self, clearing_id: str) -> Clearing:
        """A clearing the asker may see.

        :raises Fault: YEAR_NOT_FOUND.
        """
        found = await year.one(await current_connection(), clearing_id)
        if found is None:
            raise Fault(faults_year.YEAR_NOT_FOUND, field="clearing_id", value=clearing_id)
        return found

    async def policy(self, clearing: Clearing) -> Policy:
        """The policy a clearing was made with."""
        return (await self._policies.sealed(clearing.policy_digest)).on(date(clearing.year, 12, 31))

    async def deadline(self, clearing: Clearing) -> date | None:
        """The last day for closing a clearing; ``None`` where no rule sets one."""
        return deadline_of(clearing.year, await self.policy(clearing))

    async def page(self, pool: str, after: Sequence[str | int], limit: int) -> list[Clearing]:
        """Clearings the asker may see, newest year first."""
        if pool:
            regions.check_code(pool, "pool")
        before = (int(after[0]), str(after[1])) if after else (_LAST + 1, "")
        return await year.page(await current_connection(), pool, before, limit)

    async def events(self, clearing_id: str) -> list[Event]:
        """The life of a clearing so far; for bureaus."""
        may((await self.get(clearing_id)).pool)
        return await year.events(await current_connection(), clearing_id)


def _asked_now(policy: Policy) -> None:
    """Everything the year will need is asked for now, so that a gap stops it before it begins."""
    Terms.read(policy)
    form_of(policy)
    for registry in (LEVELS, WITHHELD, ASSESSMENT, RECLEAR):
        chosen = registry.chosen(policy)
        for key in getattr(chosen, "params", ()):
            policy.rule(key)
    for key in ("clearing.points", "clearing.actual", EFFECT_KEY, PUBLICITY_KEY):
        policy.text(key)


def _same_accounts(clearing: Clearing, found: Accounts) -> None:
    """Final accounts speak of the whole inpatient fund; a clearing divides what other payments left of it."""
    others_fen = clearing.others_fen
    for field, wanted, stated in (
        ("预算", clearing.budget_fen + others_fen, found.budget_fen),
        ("据实费用", clearing.actual_fen + others_fen, found.actual_fen),
        ("决算额", clearing.decision_fen + others_fen, found.decision_fen),
        ("原因合计", clearing.actual_fen - clearing.budget_fen, found.explained_fen),
    ):
        if wanted != stated:
            raise Fault(
                faults_year.ACCOUNTS_DIFFER, field=field, value=wanted, found=stated, version=found.version
            )
