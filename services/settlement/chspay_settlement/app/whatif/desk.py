"""Simulations in the memory of this process: taken in, worked out one after the other, forgotten in time.

Nothing is stored unless asked. A simulation belongs to the pool of its runs: whoever may not see the pool
does not see it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_kit import deadline, logs
from chspay_kit.auth import Claim, act_as, current_claim
from chspay_kit.db import Database, current_connection
from chspay_kit.grpc_errors import INTERNAL
from chspay_settlement import faults_whatif as faults
from chspay_settlement.app.month.runs import claim_of_pool
from chspay_settlement.app.whatif.asked import Asked
from chspay_settlement.app.whatif.kept import content_of, stored_of, what_if_of
from chspay_settlement.app.whatif.loading import Loaded, Loader, ended
from chspay_settlement.app.whatif.work import CANCELLED, DONE, FAILED, RUNNING, WhatIf, work_out
from chspay_settlement.engine.whatif.outcome import By, Row, compared
from chspay_settlement.engine.whatif.scenario import BASE_NAME
from chspay_settlement.store import whatif

#: Simulations that wait or run, that are held, and how long they are kept after their end, seconds.
MOST_OPEN, MOST_KEPT, KEPT_SECONDS = 4, 20, 3600
#: Longer than this no simulation works, seconds.
WORK_SECONDS = 1800
#: Cases held on the bench from one simulation to the next, so that the second one is warm.
MOST_CASES = 6_000_000

log = logs.get_logger(__name__)


class Desk:
    """Every simulation of this process."""

    def __init__(self, database: Database, loader: Loader) -> None:
        self._database = database
        self._loader = loader
        self._held: dict[str, WhatIf] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._benches: dict[str, Loaded] = {}
        self._threads: ThreadPoolExecutor | None = None

    async def start(self, request_id: str, asked: Asked) -> WhatIf:
        """Takes a simulation in; it begins at once, or when those before it are done.

        :raises Fault: ROLE_DENIED, REGION_DENIED, RUN_NOT_FOUND, RUN_NOT_DONE, WHAT_IF_*.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        pool = await self._pool(asked, claim)
        what_if_id = f"WI-{pool}-{sm3_hex(f'{claim.subject}/{request_id}'.encode())[:12]}"
        self._sweep_out()
        waiting = sum(one.open for one in self._held.values())
        if waiting >= MOST_OPEN:
            raise Fault(faults.WHAT_IF_BUSY, value=waiting)
        total = len(asked.run_ids) + 1 + len(asked.scenarios) + (len(asked.grid) if asked.grid else 0)
        found = WhatIf(what_if_id, pool, asked, claim.subject, datetime.now(UTC), total=total)
        self._held[what_if_id] = found
        task = asyncio.create_task(self._work(found))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return found

    async def _pool(self, asked: Asked, claim: Claim) -> str:
        """The one pool of the runs, which the asker may see."""
        connection = await current_connection()
        found = [await ended(connection, run_id) for run_id in asked.run_ids]
        pool = found[0].pool
        for run in found:
            claim.require_region(run.pool)
            if run.pool != pool:
                raise Fault(faults.WHAT_IF_POOLS, field="run_ids", value=pool, other=run.pool)
        cases = sum(run.cases for run in found)
        if cases > MOST_CASES:
            raise Fault(faults.WHAT_IF_TOO_LARGE, field="run_ids", value=cases, most=MOST_CASES)
        return pool

    async def get(self, what_if_id: str) -> WhatIf:
        """A simulation of a pool the asker may see: in memory, or kept.

        :raises Fault: ROLE_DENIED, WHAT_IF_NOT_FOUND.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        self._sweep_out()
        found = self._held.get(what_if_id)
        if found is not None and claim.covers(found.pool):
            return found
        kept = None if found is not None else await whatif.one(await current_connection(), what_if_id)
        if kept is None:
            raise Fault(faults.WHAT_IF_NOT_FOUND, field="what_if_id", value=what_if_id)
        return what_if_of(kept)

    async def page(self) -> list[WhatIf]:
        """Those the asker may see, newest first."""
        claim = current_claim()
        claim.require_role("bureau", "service")
        self._sweep_out()
        seen = {one.what_if_id: one for one in self._held.values() if claim.covers(one.pool)}
        for kept in await whatif.newest(await current_connection()):
            if kept.what_if_id not in seen:
                seen[kept.what_if_id] = what_if_of(kept)
        return sorted(seen.values(), key=lambda one: one.started_at, reverse=True)

    async def cancel(self, what_if_id: str) -> WhatIf:
        """Stops the work, and forgets what was found; what was kept is kept."""
        found = await self.get(what_if_id)
        if found.digest:
            self._held.pop(what_if_id, None)
            return found
        found.cancelled = True
        if not found.open:
            del self._held[what_if_id]
        found.state = CANCELLED
        return found

    async def rows(self, what_if_id: str, scenario: str, by: By) -> tuple[list[Row], WhatIf]:
        """A scenario against the base, the largest loss first.

        :raises Fault: WHAT_IF_NOT_FOUND, WHAT_IF_SCENARIO, WHAT_IF_UNFINISHED, WHAT_IF_BY_NOTHING.
        """
        found = await self.get(what_if_id)
        known = {BASE_NAME, *(one.name for one in found.asked.scenarios)}
        if scenario not in known:
            raise Fault(faults.WHAT_IF_SCENARIO, field="scenario", value=scenario, what_if=what_if_id)
        outcome = found.outcomes.get(scenario)
        if outcome is None:
            raise Fault(faults.WHAT_IF_UNFINISHED, field="scenario", value=what_if_id, scenario=scenario)
        if by not in outcome.facets:
            raise Fault(faults.WHAT_IF_BY_NOTHING, field="by", value=by.value)
        return compared(found.outcomes[BASE_NAME], outcome, by), found

    def _sweep_out(self) -> None:
        """Forgets what has been kept long enough, and the oldest of too many."""
        now = datetime.now(UTC)
        ended_ones = [one for one in self._held.values() if not one.open]
        ended_ones.sort(key=lambda one: one.started_at)
        for place, one in enumerate(ended_ones):
            late = one.expires_at is not None and one.expires_at <= now
            if late or len(ended_ones) - place > MOST_KEPT:
                del self._held[one.what_if_id]

    async def _work(self, one: WhatIf) -> None:
        """One simulation from its turn to its end."""
        async with self._turn:
            claim = claim_of_pool(one.pool)
            act_as(claim)
            deadline.begin(WORK_SECONDS)
            try:
                await self._carry_out(one, claim, time.monotonic() + WORK_SECONDS)
            except Fault as fault:
                one.fault = None if one.cancelled else fault
                one.state = CANCELLED if one.cancelled else FAILED
            except asyncio.CancelledError:
                # The thread sees it at its next step.
                one.cancelled = True
                raise
            except Exception as error:
                log.error("what_if.broken", run_id=one.what_if_id, **logs.failure(error))
                one.fault, one.state = Fault(INTERNAL, error_id=one.what_if_id), FAILED
            finally:
                one.expires_at = datetime.now(UTC) + timedelta(seconds=KEPT_SECONDS)
                if one.cancelled:
                    self._held.pop(one.what_if_id, None)

    async def _carry_out(self, one: WhatIf, claim: Claim, until: float) -> None:
        def watch(step: str = "") -> None:
            one.step = step or one.step
            if one.cancelled:
                raise Fault(faults.WHAT_IF_CANCELLED, value=one.what_if_id)
            if time.monotonic() > until:
                raise Fault(faults.WHAT_IF_TOO_LONG, value=one.what_if_id, most=WORK_SECONDS // 60)

        watch("load")
        one.state = RUNNING
        benches = []
        for run_id in one.asked.run_ids:
            loaded = await self._loaded(run_id, claim)
            one.names |= loaded.names
            benches.append(loaded.bench)
            one.done += 1
            watch()
        one.policy_digests = tuple(bench.period.policy.digest for bench in benches)
        for bench in benches:
            bench.by_bands(one.asked.bands)
            for scheme in one.asked.groupings:
                if scheme not in bench.period.groupings:
                    grouping = await self._loader.regrouped(
                        bench.period, scheme, claim, lambda step, _done, _total: watch(step)
                    )
                    bench.period.groupings[scheme] = grouping
        await asyncio.to_thread(work_out, one, benches, watch)
        if one.asked.store:
            kept = stored_of(one, await asyncio.to_thread(content_of, one))
            async with self._database.unit(claim) as unit:
                await whatif.put(await unit.connection(), kept)
            one.digest = kept.digest
        one.state = DONE

    async def _loaded(self, run_id: str, claim: Claim) -> Loaded:
        """A run on the bench, from the last time where it is still there."""
        found = self._benches.pop(run_id, None)
        if found is None:
            self._make_room()
            found = await self._loader.bench(run_id, claim, self._each)
        self._benches[run_id] = found
        return found

    def _make_room(self) -> None:
        """Lets go of the runs that were longest on the bench, so that another one fits."""
        while self._benches and sum(held.run.cases for held in self._benches.values()) > MOST_CASES // 2:
            del self._benches[next(iter(self._benches))]

    def _each(self, work: Callable[[Any], Any], things: Iterable[Any]) -> Iterable[Any]:
        """Work side by side on the processors there are."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(os.cpu_count() or 1)
        return self._threads.map(work, things)
