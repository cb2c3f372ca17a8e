"""The end of a run: a statement for every hospital, and for a month the ledger, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg

from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault
from chspay_core.policy import Policy, weakest
from chspay_settlement import faults, faults_month
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month import ending
from chspay_settlement.app.month.batches import post_batch
from chspay_settlement.app.month.ceilings import Ceilings
from chspay_settlement.app.month.other_dues import book, hold, own_dues
from chspay_settlement.app.month.paying import gather, statement_no
from chspay_settlement.app.proof.proving import prove_run
from chspay_settlement.app.reading.events import of_run
from chspay_settlement.engine.books.batch import Batch
from chspay_settlement.engine.case.marks import Mark
from chspay_settlement.engine.month.closing import Due, dues_of, postings_of, statements_of
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.engine.month.statement import (
    MONTH,
    TRIAL,
    Adjustment,
    RunFacts,
    statement_digest,
)
from chspay_settlement.engine.proof.published import Published
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.store import decisions, events, holds, ledger, run_cases, runs

MONTH_KIND = "month"


async def end_run(connection: asyncpg.Connection, run: runs.Run, policy: Policy, ceilings: Ceilings) -> None:
    """Writes the statements, posts a month, and ends the run; all of it or nothing.

    :raises Fault: OTHER_PAYMENT_OVER_FUND when its cases are paid more out of a book than the plan gives it.
    """
    cases = await ending.read(connection, run)
    division = await asyncio.to_thread(cases.division, run, policy)
    hospitals = await run_cases.hospitals(connection, run.run_id)
    await _check_sums(connection, run, hospitals, division)
    own = await own_dues(connection, run, policy)
    if run.nature == MONTH_KIND:
        await book(connection, run, policy, own, ceilings)
    elif run.nature == TRIAL:
        await hold(connection, run, own, ceilings)
    unbooked = own if run.nature == TRIAL else ()
    paying = await gather(connection, run, [h.amount.hospital_code for h in hospitals], unbooked)
    places = {h.amount.hospital_code: (h.region_code, h.name) for h in hospitals}
    dues = dues_of(division, places, policy, paying)
    used = {*run.rules_used, *(rule.key for rule in policy.used)}
    evidence = weakest(policy.rule(key).evidence for key in used)
    proof = await prove_run(connection, run, division, cases.pool, closes=run.nature == MONTH_KIND)
    facts = run_facts(run, policy, evidence)
    marks = await decisions.marks(connection, run.run_id)
    statements = await asyncio.to_thread(_statements, run, facts, division, dues, cases, marks, proof)
    digest = sm3_hex_of(row.content for row in statements)
    if run.nature == MONTH_KIND:
        await ledger.put_statements(connection, statements)
        await _post(connection, run, dues, division.residual_fen)
        await runs.set_month(connection, run.pool, run.period, "closed")
        issued = [(row.hospital_code, row.region_code, row.digest) for row in statements]
        await events.add(connection, list(of_run(run.run_id, run.pool, str(month_of(run.period)), issued)))
    else:
        await _check_replay(connection, run, digest)
        await ledger.put_statements(connection, statements, ledger.TRIED)
    await runs.update(
        connection,
        run.run_id,
        used=used,
        state="done" if run.nature == MONTH_KIND else "tried",
        stage="done",
        done=1,
        total=1,
        evidence=evidence,
        statements_digest=digest,
    )


async def _check_sums(
    connection: asyncpg.Connection,
    run: runs.Run,
    hospitals: Sequence[run_cases.RunHospital],
    division: Division,
) -> None:
    """The fund is handed out to the fen, over hospitals and over cases, as it was divided."""
    by_hospital = sum(hospital.amount.fund_fen for hospital in hospitals)
    by_case, missing = await run_cases.sums(connection, run.run_id)
    for found in (by_hospital, by_case):
        if found + division.residual_fen != run.fund_fen or missing:
            raise Fault(faults.SUM_BROKEN, field="fund", value=run.fund_fen, found=found)
    if [hospital.amount for hospital in hospitals] != division.hospitals:
        raise Fault(
            faults.LINEAGE_BROKEN, field="hospitals", value=run.run_id, found="不同", stored="已分配金额"
        )


async def _check_replay(connection: asyncpg.Connection, run: runs.Run, digest: str) -> None:
    """A replay comes to the same bytes, or says that it does not."""
    if not run.replays:
        return
    source = await runs.one(connection, run.replays)
    stored = "" if source is None else source.statements_digest
    if stored != digest:
        raise Fault(faults_month.REPLAY_DIFFERS, value=run.replays, found=digest, stored=stored)


def run_facts(run: runs.Run, policy: Policy, evidence: str) -> RunFacts:
    """What the statements of a run say of it."""
    return RunFacts(
        run_id=statement_no(run.pool, run.period, trial=run.nature == TRIAL),
        pool=run.pool,
        period=str(month_of(run.period)),
        nature=TRIAL if run.nature == TRIAL else MONTH,
        engine_version=run.engine_version,
        policy_place=policy.place,
        policy_on=policy.on.isoformat(),
        policy_digest=run.policy_digest,
        scheme_id=run.scheme,
        scheme_digest=run.scheme_digest,
        evidence=evidence,
        fund_fen=run.fund_fen,
        others_fen=run.others_fen,
    )


def _statements(
    run: runs.Run,
    facts: RunFacts,
    division: Division,
    dues: Sequence[Due],
    cases: ending.Ending,
    marks: Mapping[CaseKey, Sequence[Mark]],
    proof: Published,
) -> list[ledger.StatementRow]:
    marked: dict[str, list[Adjustment]] = {}
    for (code, case_id), own in marks.items():
        marked.setdefault(code, []).extend(Adjustment(case_id, mark) for mark in own)
    contents = statements_of(facts, division, dues, cases.lines(), marked, proof)
    return [_row(run, due, content) for due, content in zip(dues, contents, strict=True)]


def _row(run: runs.Run, due: Due, content: bytes) -> ledger.StatementRow:
    amount, paid = due.amount, due.paid
    return ledger.StatementRow(
        run.run_id, amount.hospital_code, due.region_code, run.pool, run.period, due.name,
        amount.cases, amount.points_micro, amount.cost_fen, amount.patient_fen, amount.fund_fen,
        amount.total_fen, paid.prepaid_fen, amount.fund_fen - paid.prepaid_fen, content,
        statement_digest(content), paid.deducted_fen, paid.difference_fen, paid.held_fen,
        paid.released_fen, paid.payable_fen, paid.other_fen,
    )  # fmt: skip


async def _post(
    connection: asyncpg.Connection, run: runs.Run, dues: Sequence[Due], residual_fen: int
) -> None:
    """The month's batch: funds, deductions, the residual, and what holds take of it."""
    held = [
        (line.number, due.amount.hospital_code, due.region_code, -line.amount_fen)
        for due in dues
        for line in due.paid.lines
        if line.kind == "hold"
    ]
    await holds.put_held(connection, run.run_id, held)
    postings = postings_of(month_of(run.period), dues, residual_fen)
    regions = {due.amount.hospital_code: due.region_code for due in dues}
    batch = Batch(run.run_id, run.pool, run.period, run.run_id, MONTH_KIND)
    await post_batch(connection, batch, postings, regions)
