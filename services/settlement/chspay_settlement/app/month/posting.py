"""The end of a run: a statement for every hospital, and for a month the ledger, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import asyncpg

from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault
from chspay_core.policy import Policy, weakest
from chspay_settlement import faults, faults_month
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.batches import Batch, post_batch
from chspay_settlement.app.month.paying import Paying, gather, statement_no
from chspay_settlement.app.reading.lineage import counted, division_of
from chspay_settlement.engine.books.ledger import MonthPay, month_postings
from chspay_settlement.engine.model import HospitalAmount
from chspay_settlement.engine.month.payment import Payment, hold_postings, payment, prepaid_of, prepay_share
from chspay_settlement.engine.month.statement import (
    MONTH,
    TRIAL,
    Adjustment,
    RunFacts,
    group_lines,
    statement_content,
    statement_digest,
)
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.store import holds, ledger, run_cases, runs

MONTH_KIND = "month"


@dataclass(frozen=True, slots=True)
class Due:
    """One hospital at the end of a run: what its cases bring, and what it is paid."""

    amount: HospitalAmount
    region_code: str
    name: str
    paid: Payment


async def end_run(connection: asyncpg.Connection, run: runs.Run, policy: Policy) -> None:
    """Writes the statements, posts a month, and ends the run; all of it or nothing."""
    rows = await run_cases.priced(connection, run.run_id)
    division = await asyncio.to_thread(division_of, run, policy, rows)
    hospitals = await run_cases.hospitals(connection, run.run_id)
    await _check_sums(connection, run, hospitals, division)
    paying = await gather(connection, run, [h.amount.hospital_code for h in hospitals])
    dues = _dues(hospitals, division, policy, paying)
    used = {*run.rules_used, *(rule.key for rule in policy.used)}
    evidence = weakest(policy.rule(key).evidence for key in used)
    statements = await asyncio.to_thread(_statements, run, policy, division, evidence, dues, rows)
    digest = sm3_hex_of(row.content for row in statements)
    if run.nature == MONTH_KIND:
        await ledger.put_statements(connection, statements)
        await _post(connection, run, dues, division.residual_fen)
        await runs.set_month(connection, run.pool, run.period, "closed")
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


def _dues(
    hospitals: Sequence[run_cases.RunHospital], division: Division, policy: Policy, paying: Paying
) -> list[Due]:
    """Every hospital of the run, and those without cases that have money lines; by code."""
    share = prepay_share(policy)
    exact = {h.hospital_code: e for h, e in zip(division.hospitals, division.exact, strict=True)}
    dues = []
    for hospital in hospitals:
        amount, code = hospital.amount, hospital.amount.hospital_code
        prepaid = prepaid_of(amount.fund_fen, exact[code], share)
        paid = payment(prepaid, paying.lines.get(code, ()), paying.holds.get(code, ()))
        dues.append(Due(amount, hospital.region_code, hospital.name, paid))
    for code, (region, name) in paying.others.items():
        paid = payment(0, paying.lines.get(code, ()), paying.holds.get(code, ()))
        if paid.lines:
            dues.append(Due(HospitalAmount(code, 0, 0, 0, 0, 0, 0), region, name, paid))
    return sorted(dues, key=lambda due: due.amount.hospital_code)


def _facts(run: runs.Run, policy: Policy, evidence: str) -> RunFacts:
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
    )


def _statements(
    run: runs.Run,
    policy: Policy,
    division: Division,
    evidence: str,
    dues: Sequence[Due],
    rows: Sequence[run_cases.Priced],
) -> list[ledger.StatementRow]:
    facts = _facts(run, policy, evidence)
    values = {h.hospital_code: v for h, v in zip(division.hospitals, division.values, strict=True)}
    cases = {code: list(found) for code, found in groupby(rows, lambda row: row.inp.hospital_code)}
    made = []
    for due in dues:
        amount, paid = due.amount, due.paid
        own = cases.get(amount.hospital_code, [])
        earning = counted(own)
        lines = group_lines(
            (row.inp for row in earning),
            (row.points for row in earning if row.points is not None),
            (row.fund_fen or 0 for row in earning),
        )
        content = statement_content(
            facts,
            values.get(amount.hospital_code, division.value),
            amount,
            due.name,
            lines,
            paid,
            [Adjustment(row.inp.case_id, mark) for row in own for mark in row.inp.marks],
            division.parts,
        )
        made.append(
            ledger.StatementRow(
                run.run_id, amount.hospital_code, due.region_code, run.pool, run.period, due.name,
                amount.cases, amount.points_micro, amount.cost_fen, amount.patient_fen, amount.fund_fen,
                amount.total_fen, paid.prepaid_fen, amount.fund_fen - paid.prepaid_fen, content,
                statement_digest(content), paid.deducted_fen, paid.difference_fen, paid.held_fen,
                paid.released_fen, paid.payable_fen,
            )
        )  # fmt: skip
    return made


async def _post(
    connection: asyncpg.Connection, run: runs.Run, dues: Sequence[Due], residual_fen: int
) -> None:
    """The month's batch: funds, deductions, the residual, and what holds take of it."""
    memo = f"{month_of(run.period)} 月结"
    pays = []
    for due in dues:
        fund, prepaid, off = due.amount.fund_fen, due.paid.prepaid_fen, due.paid.deducted_fen
        pays.append(MonthPay(due.amount.hospital_code, fund, prepaid - off, fund - prepaid, off))
    held = [
        (line.number, due.amount.hospital_code, due.region_code, -line.amount_fen)
        for due in dues
        for line in due.paid.lines
        if line.kind == "hold"
    ]
    await holds.put_held(connection, run.run_id, held)
    postings = month_postings(pays, memo, residual_fen) + hold_postings(
        ((due.amount.hospital_code, due.paid.held_fen) for due in dues), f"{memo} 暂缓拨付"
    )
    regions = {due.amount.hospital_code: due.region_code for due in dues}
    batch = Batch(run.run_id, run.pool, run.period, run.run_id, MONTH_KIND)
    await post_batch(connection, batch, postings, regions)
