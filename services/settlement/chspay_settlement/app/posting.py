"""The end of a month run: a statement for every hospital, and the ledger, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby

import asyncpg
import orjson

from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault
from chspay_core.policy import Policy, weakest
from chspay_kit import journal
from chspay_settlement import faults
from chspay_settlement.app.intake import month_of
from chspay_settlement.app.lineage import counted, value_of
from chspay_settlement.engine.ledger import MonthPay, Posting, month_postings
from chspay_settlement.engine.model import PointValue
from chspay_settlement.engine.statement import (
    MONTH,
    RunFacts,
    group_lines,
    statement_content,
    statement_digest,
)
from chspay_settlement.engine.value import form_of, prepaid_fen
from chspay_settlement.store import ledger, run_cases, runs

MONTH_KIND = "month"


async def post_month(connection: asyncpg.Connection, run: runs.Run, policy: Policy) -> None:
    """Writes statements and postings and ends the run; all of it or nothing."""
    hospitals = await run_cases.hospitals(connection, run.run_id)
    await _check_sums(connection, run, hospitals)
    value = value_of(run, form_of(policy))
    prepaid = [prepaid_fen(value, hospital.amount, policy) for hospital in hospitals]
    used = {*run.rules_used, *(rule.key for rule in policy.used)}
    evidence = weakest(policy.rule(key).evidence for key in used)
    rows = await run_cases.priced(connection, run.run_id)
    statements = await asyncio.to_thread(
        _statements, run, policy, value, evidence, list(zip(hospitals, prepaid, strict=True)), rows
    )
    await ledger.put_statements(connection, statements)
    await _post(connection, run, statements)
    await runs.set_month(connection, run.pool, run.period, "closed")
    await runs.update(
        connection,
        run.run_id,
        used=used,
        state="done",
        stage="done",
        done=1,
        total=1,
        evidence=evidence,
        statements_digest=sm3_hex_of(row.content for row in statements),
    )


async def _check_sums(
    connection: asyncpg.Connection, run: runs.Run, hospitals: Sequence[run_cases.RunHospital]
) -> None:
    """The fund is handed out to the fen, over hospitals and over cases."""
    by_hospital = sum(hospital.amount.fund_fen for hospital in hospitals)
    by_case, missing = await run_cases.sums(connection, run.run_id)
    for found in (by_hospital, by_case):
        if found != run.fund_fen or missing:
            raise Fault(faults.SUM_BROKEN, field="fund", value=run.fund_fen, found=found)


def statement_no(run: runs.Run) -> str:
    """The number of a month's statements: one posted run per month, whichever attempt it was."""
    return f"MR-{run.pool}-{run.period}"


def _statements(
    run: runs.Run,
    policy: Policy,
    value: PointValue,
    evidence: str,
    hospitals: Sequence[tuple[run_cases.RunHospital, int]],
    rows: Sequence[run_cases.Priced],
) -> list[ledger.StatementRow]:
    facts = RunFacts(
        run_id=statement_no(run),
        pool=run.pool,
        period=str(month_of(run.period)),
        nature=MONTH,
        engine_version=run.engine_version,
        policy_place=policy.place,
        policy_on=policy.on.isoformat(),
        policy_digest=run.policy_digest,
        scheme_id=run.scheme,
        scheme_digest=run.scheme_digest,
        evidence=evidence,
        fund_fen=run.fund_fen,
    )
    cases = {code: list(found) for code, found in groupby(counted(rows), lambda row: row.inp.hospital_code)}
    made = []
    for hospital, prepaid in hospitals:
        amount = hospital.amount
        own = cases[amount.hospital_code]
        lines = group_lines(
            (row.inp for row in own),
            (row.points for row in own if row.points is not None),
            (row.fund_fen or 0 for row in own),
        )
        content = statement_content(facts, value, amount, hospital.name, lines, prepaid)
        made.append(
            ledger.StatementRow(
                run.run_id, amount.hospital_code, hospital.region_code, run.pool, run.period, hospital.name,
                amount.cases, amount.points_micro, amount.cost_fen, amount.patient_fen, amount.fund_fen,
                amount.total_fen, prepaid, amount.fund_fen - prepaid, content, statement_digest(content),
            )
        )  # fmt: skip
    return made


async def _post(
    connection: asyncpg.Connection, run: runs.Run, statements: Sequence[ledger.StatementRow]
) -> None:
    pays = [MonthPay(s.hospital_code, s.fund_fen, s.prepaid_fen, s.retained_fen) for s in statements]
    postings = month_postings(pays, f"{month_of(run.period)} 月结")
    if not postings:
        return
    regions = {statement.hospital_code: statement.region_code for statement in statements}
    lines = [_line(posting, run.pool, regions) for posting in postings]
    payload = orjson.dumps(
        {
            "batch": run.run_id,
            "kind": MONTH_KIND,
            "pool": run.pool,
            "period": run.period,
            "lines": [list(line) for line in lines],
        },
        option=orjson.OPT_SORT_KEYS,
    )
    chained = await journal.append(connection, f"ledger/{run.pool}", payload)
    await ledger.post(connection, run.run_id, run.pool, run.period, run.run_id, MONTH_KIND, chained, lines)


def _line(posting: Posting, pool: str, regions: dict[str, str]) -> ledger.Line:
    code = posting.hospital_code
    account = "/".join(part for part in (posting.account, pool, code) if part)
    return ledger.Line(
        account, regions.get(code, pool), code, posting.debit_fen - posting.credit_fen, posting.memo
    )
