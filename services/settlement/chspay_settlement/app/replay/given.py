"""What stored clearings were given besides their cases, read back from where each of it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import asyncpg
import orjson

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_kit.auth import current_claim
from chspay_settlement.app.month.paying import gather
from chspay_settlement.app.month.runs import DONE, MONTH
from chspay_settlement.app.year import figures as year_figures
from chspay_settlement.engine.groups.point_source import POINT_SOURCES, SOURCE
from chspay_settlement.engine.year.sharing import Standing
from chspay_settlement.store import ledger, reclearings, routes, run_cases, run_inputs, runs, year

if TYPE_CHECKING:
    from chspay_settlement.engine.replay.month import Payments
    from chspay_settlement.engine.replay.year import Again, YearGiven

UNKNOWN_CLEARING = Reason(
    "REPLAY_CLEARING_UNKNOWN",
    Kind.NOT_FOUND,
    "没有编号为{value}的清算。可以重放的是月结（MR-…）、连续月结（PR-…）、年度清算（YC-…）和重新清算（RC-…）。",
)
NOT_DONE = Reason(
    "REPLAY_NOT_DONE",
    Kind.PRECONDITION,
    "{value}没有完成，或不是正式结算（状态{state}），没有可以重放的结果。",
)
_PAGE = 200
#: States of an annual clearing before it has statements.
_UNSTATED = frozenset({"draft", "failed"})


async def posted_run(connection: asyncpg.Connection, run_id: str) -> runs.Run:
    """A posted month run of a pool the asker answers for.

    :raises Fault: REPLAY_CLEARING_UNKNOWN, REPLAY_NOT_DONE, REGION_DENIED.
    """
    run = await runs.one(connection, run_id)
    if run is None:
        raise Fault(UNKNOWN_CLEARING, field="clearing_id", value=run_id)
    current_claim().require_region(run.pool)
    if run.state != DONE or run.nature != MONTH:
        raise Fault(NOT_DONE, field="clearing_id", value=run_id, state=run.state)
    return run


async def stated_year(connection: asyncpg.Connection, clearing_id: str) -> year.Clearing:
    """An annual clearing that has statements, of a pool the asker answers for.

    :raises Fault: REPLAY_CLEARING_UNKNOWN, REPLAY_NOT_DONE, REGION_DENIED.
    """
    clearing = await year.one(connection, clearing_id)
    if clearing is None:
        raise Fault(UNKNOWN_CLEARING, field="clearing_id", value=clearing_id)
    current_claim().require_region(clearing.pool)
    if clearing.state in _UNSTATED or not clearing.statements_digest:
        raise Fault(NOT_DONE, field="clearing_id", value=clearing_id, state=clearing.state)
    return clearing


async def statements_of(connection: asyncpg.Connection, run_id: str) -> list[ledger.StatementRow]:
    """Every statement of a posted run, by hospital."""
    found: list[ledger.StatementRow] = []
    while True:
        after = found[-1].hospital_code if found else ""
        page = await ledger.statements(connection, run_id, after, _PAGE)
        found += page
        if len(page) < _PAGE:
            return found


def proven(statements: Sequence[ledger.StatementRow]) -> bool:
    """Whether statements publish the proof of the pool's totals; the first ones did not."""
    return any("proof" in orjson.loads(row.content) for row in statements[:1])


def made_again(policy: Policy) -> bool:
    """Whether a clearing's group table follows from its own cases or a weight table kept with it."""
    return not policy.has(SOURCE) or not POINT_SOURCES.chosen(policy).prefecture


async def artefacts_of(connection: asyncpg.Connection, run_id: str) -> dict[str, bytes]:
    """Measured coefficients and the weight table kept with a clearing, by the name of their member."""
    from chspay_settlement.engine.replay import bundle

    names = {
        run_inputs.COEFFICIENTS: bundle.COEFFICIENTS,
        run_inputs.WEIGHT_TABLE: bundle.WEIGHTS,
        run_inputs.BED_DAYS: bundle.BED_DAYS,
    }
    found = {name: await run_inputs.one(connection, run_id, kind) for kind, name in names.items()}
    return {name: row[0] for name, row in found.items() if row is not None}


async def routes_of(connection: asyncpg.Connection, run: runs.Run, stated_fen: int) -> bytes:
    """How the cases of a run were paid that did not simply go to their group; empty where all did.

    :param stated_fen: what its statements pay besides points.
    """
    from chspay_settlement.engine.replay.routes import routes_content

    found = await routes.page(connection, run.run_id, ("", ""), ("", ""), 0)
    return routes_content(found, stated_fen) if found or stated_fen else b""


async def payments_of(
    connection: asyncpg.Connection, run: runs.Run, statements: Sequence[ledger.StatementRow]
) -> Payments:
    """What stood beside the fund of a posted month: lines as they were, and what holds took."""
    from chspay_settlement.engine.month.closing import Paying
    from chspay_settlement.engine.replay.month import Payments

    hospitals = await run_cases.hospitals(connection, run.run_id)
    # As a run that repeats this one: holds take what they took, and nobody has to wait for the reading.
    repeated = replace(run, replays=run.run_id)
    paying = await gather(connection, repeated, [hospital.amount.hospital_code for hospital in hospitals])
    places = {row.hospital_code: (row.region_code, row.hospital_name) for row in statements}
    return Payments(Paying(paying.lines, paying.holds, {}), places)


async def year_given(connection: asyncpg.Connection, clearing: year.Clearing) -> YearGiven:
    """What an annual clearing took in besides its cases, as its stored input says."""
    from chspay_settlement.engine.replay.year import Given, YearGiven

    stored = await year_figures.stored_input(connection, clearing)
    standings = {
        member.hospital_code: member.standing
        for member in stored.members
        if member.standing is not Standing.NORMAL
    }
    money = Given(
        stored.budget_fen, stored.residual_fen, stored.booked, stored.scores, standings,
    )  # fmt: skip
    rows = await year.hospitals(connection, clearing.clearing_id)
    return YearGiven(
        clearing.clearing_id, clearing.pool, clearing.year, clearing.engine_version, clearing.scheme,
        clearing.scheme_digest, clearing.budget_version, tuple(clearing.rules_used),
        closed=clearing.state == "closed", money=money,
        places={row.hospital_code: (row.region_code, row.name) for row in rows},
    )  # fmt: skip


def again_of(row: reclearings.Row, clearing: year.Clearing) -> Again:
    """A re-clearing as it is done again."""
    from chspay_settlement.engine.replay.year import Again

    findings = tuple(
        (hospital, case_id, multiple) for hospital, case_id, multiple in orjson.loads(row.findings)
    )
    return Again(
        row.reclear_id, row.cause, row.citation, findings, row.state == "committed", clearing.batch_id
    )
