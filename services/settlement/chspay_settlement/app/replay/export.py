"""The replay bundle of a stored clearing: read piece by piece, sealed in a private folder, handed out.

Everything it holds was written once and is never changed, so it may be read while other work goes on.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import asyncpg

from chspay_core.errors import Fault
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_kit.machinecode import keep_machine_code
from chspay_kit.package_draft import Draft
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.paying import statement_no
from chspay_settlement.app.proof.packages import Packages
from chspay_settlement.app.replay.copying import Copying, copy_cases
from chspay_settlement.app.replay.given import (
    NOT_DONE,
    UNKNOWN_CLEARING,
    again_of,
    artefacts_of,
    made_again,
    payments_of,
    posted_run,
    proven,
    routes_of,
    stated_year,
    statements_of,
    year_given,
)
from chspay_settlement.app.year import figures as year_figures
from chspay_settlement.app.year.stages import last_day, points_as_settled
from chspay_settlement.clients import Policies
from chspay_settlement.store import decisions, periods, reclearings, replay, runs, year, year_cases


class Progress(NamedTuple):
    """Cases written so far."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished bundle; the file is gone when the next thing is asked for."""

    path: Path
    digest: str
    kind: str
    engine: str


class _Work(NamedTuple):
    connection: asyncpg.Connection
    draft: Draft
    total: int


class ReplayBundles:
    """Replay bundles as callers see them.

    :param packages: whose key signs them.
    """

    def __init__(self, policies: Policies, packages: Packages) -> None:
        self._policies = policies
        self._packages = packages

    async def export(self, clearing_id: str) -> AsyncIterator[Progress | Sealed]:
        """Progress, and last the bundle.

        :raises Fault: REPLAY_CLEARING_UNKNOWN, REPLAY_NOT_DONE, ROLE_DENIED, REGION_DENIED, SM2_UNAVAILABLE.
        """
        # Whoever names cases over columns loads the compiled loops.
        keep_machine_code()
        from chspay_settlement.engine.replay import bundle

        claim = current_claim()
        claim.require_role("bureau", "service")
        connection = await current_connection()
        works = {"MR": self._month, "PR": self._period, "YC": self._year, "RC": self._reclear}
        work = works.get(clearing_id.partition("-")[0])
        if work is None:
            raise Fault(UNKNOWN_CLEARING, field="clearing_id", value=clearing_id)
        with tempfile.TemporaryDirectory(prefix="chspay-replay-") as folder:
            with Draft(Path(folder)) as draft:
                kind, engine = "", ""
                async for found in work(_Work(connection, draft, 0), clearing_id):
                    if isinstance(found, Progress):
                        yield found
                    else:
                        kind, engine = found
                path = Path(folder) / "bundle"
                facts = {"clearing": clearing_id, "of": kind, "engine": engine}
                digest = await asyncio.to_thread(draft.seal, path, bundle.PACKAGE, facts, self._packages.key)
            yield Sealed(path, digest, kind, engine)

    async def _month(self, work: _Work, run_id: str) -> AsyncIterator[Progress | tuple[str, str]]:
        from chspay_settlement.engine.replay import bundle

        run = await posted_run(work.connection, run_id)
        async for progress in self._put_month(work, run, ""):
            yield progress
        yield bundle.MONTH, run.engine_version

    async def _period(self, work: _Work, period_id: str) -> AsyncIterator[Progress | tuple[str, str]]:
        from chspay_settlement.engine.replay import bundle

        period = await periods.one(work.connection, period_id)
        if period is None:
            raise Fault(UNKNOWN_CLEARING, field="clearing_id", value=period_id)
        current_claim().require_region(period.pool)
        if period.state != "done":
            raise Fault(NOT_DONE, field="clearing_id", value=period_id, state=period.state)
        found = [await posted_run(work.connection, run_id) for run_id in period.run_ids]
        parts = [f"{month_of(run.period)}/" for run in found]
        work.draft.put(bundle.RUN, bundle.run_content(bundle.PERIOD, period_id, {}, {}, parts=parts))
        for run, prefix in zip(found, parts, strict=True):
            async for progress in self._put_month(work, run, prefix):
                yield progress
        yield bundle.PERIOD, found[-1].engine_version

    async def _put_month(self, work: _Work, run: runs.Run, prefix: str) -> AsyncIterator[Progress]:
        """One posted run: what it was given, and what it came to."""
        from chspay_settlement.engine.replay import bundle, results, writing
        from chspay_settlement.engine.replay.bundle import Expected
        from chspay_settlement.engine.replay.month import MonthFacts

        connection, draft = work.connection, work.draft
        sealed = await self._policies.sealed(run.policy_digest)
        policy = sealed.on(month_of(run.period).last)
        stated = await statements_of(connection, run.run_id)
        facts = MonthFacts(
            run.run_id, statement_no(run.pool, run.period), run.pool, run.period, run.engine_version,
            run.scheme, run.scheme_digest, run.fund_fen, tuple(run.rules_used), proven(stated),
            run.others_fen,
        )  # fmt: skip
        table = await runs.table(connection, run.run_id)
        content = b"" if table is None else table[0]
        artefacts = await artefacts_of(connection, run.run_id)
        routed = await routes_of(connection, run, sum(row.other_fen for row in stated))
        if routed:
            artefacts[bundle.ROUTES] = routed
        writing.put_month(
            draft, facts, policy, sealed.content, await payments_of(connection, run, stated),
            table=None if made_again(policy) else content, artefacts=artefacts, prefix=prefix,
        )  # fmt: skip
        writing.put_marks(draft, await decisions.marks(connection, run.run_id), prefix)
        outputs = {results.TABLE: content}
        outputs |= {results.STATEMENT + row.hospital_code: row.content for row in stated}
        outputs[results.LEDGER] = await replay.batch(connection, run.run_id)
        if routed:
            outputs[results.ROUTES] = routed
        copying = Copying(draft, prefix, with_funds=True)
        async for done in copy_cases(connection, run.run_id, copying):
            yield Progress(done, run.cases)
        digests = results.digests_of(outputs)
        writing.put_expected(draft, Expected(digests, copying.digests), outputs, prefix)

    async def _year(self, work: _Work, clearing_id: str) -> AsyncIterator[Progress | tuple[str, str]]:
        from chspay_settlement.engine.replay import bundle

        clearing = await stated_year(work.connection, clearing_id)
        async for progress in self._put_year(work, clearing, []):
            yield progress
        yield bundle.YEAR, clearing.engine_version

    async def _reclear(self, work: _Work, reclear_id: str) -> AsyncIterator[Progress | tuple[str, str]]:
        from chspay_settlement.engine.replay import bundle

        row = await reclearings.one(work.connection, reclear_id)
        if row is None:
            raise Fault(UNKNOWN_CLEARING, field="clearing_id", value=reclear_id)
        past = await reclearings.of_clearing(work.connection, row.clearing_id)
        before = [one for one in past if one.number < row.number and one.state == "committed"]
        clearing = await stated_year(work.connection, row.clearing_id)
        async for progress in self._put_year(work, clearing, [*before, row]):
            yield progress
        yield bundle.RECLEAR, clearing.engine_version

    async def _put_year(
        self, work: _Work, clearing: year.Clearing, rows: list[reclearings.Row]
    ) -> AsyncIterator[Progress]:
        """An annual clearing, and the last of some re-clearings of it."""
        from chspay_settlement.engine.replay import results, writing
        from chspay_settlement.engine.replay.bundle import Expected

        connection, draft = work.connection, work.draft
        sealed = await self._policies.sealed(clearing.policy_digest)
        policy = sealed.on(last_day(clearing.year))
        settled = points_as_settled(policy)
        table = await year_cases.table(connection, clearing.clearing_id)
        artefacts = await artefacts_of(connection, clearing.clearing_id)
        again = [again_of(row, clearing) for row in rows]
        writing.put_year(
            draft, await year_given(connection, clearing), policy, sealed.content, again=again,
            table=table[0] if table is not None and not made_again(policy) else None, artefacts=artefacts,
        )  # fmt: skip
        writing.put_marks(draft, await decisions.marks(connection, clearing.clearing_id))
        outputs: dict[str, bytes] = {} if table is None else {results.TABLE: table[0]}
        outputs[results.INPUT] = (await year_figures.stored_input(connection, clearing)).content()
        for code, content in await replay.year_statements(connection, clearing.clearing_id):
            outputs[results.STATEMENT + code] = content
        if clearing.state == "closed":
            outputs[results.LEDGER] = await replay.batch(connection, clearing.batch_id)
        for row in rows[-1:]:
            for effect in await reclearings.effects(connection, row.reclear_id):
                outputs[results.EFFECT + effect.hospital_code] = effect.content
            if row.state == "committed":
                outputs[f"{results.LEDGER}/{row.reclear_id}"] = await replay.batch(connection, row.batch_id)
        copying = Copying(draft, "", with_funds=False, settled=settled)
        async for done in copy_cases(connection, clearing.clearing_id, copying):
            yield Progress(done, clearing.cases)
        digests = results.digests_of(outputs)
        writing.put_expected(draft, Expected(digests, copying.digests), outputs)
