"""Audit findings, their steps, what they hold out of a run and what they take off a payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import asyncpg

from chspay_settlement.store.runs import Run


class NewFinding(NamedTuple):
    """A finding on a list that exists."""

    finding_id: str
    list_id: str
    hospital_code: str
    case_id: str
    region_code: str
    pool: str
    rule_id: str
    evidence: str
    amount_fen: int
    reported_by: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it stands: its facts, its newest step, and what statements have taken off for it."""

    finding_id: str
    list_id: str
    hospital_code: str
    case_id: str
    region_code: str
    pool: str
    rule_id: str
    evidence: str
    amount_fen: int
    reported_by: str
    reported_at: datetime
    number: int
    state: str
    deduction_fen: int
    reason: str
    decision_no: str
    charged_fen: int


class Held(NamedTuple):
    """A list a run left out, and why."""

    list_id: str
    hospital_code: str
    case_id: str
    finding_ids: list[str]
    next_period: int


class Deduction(NamedTuple):
    """What a run takes off for a finding; below zero it gives back what ``earlier_run`` took off."""

    finding_id: str
    hospital_code: str
    region_code: str
    case_id: str
    rule_id: str
    amount_fen: int
    earlier_run: str


_NEW = ", ".join(NewFinding._fields)
#: The newest step of a finding ``f``.
_NEWEST = """LATERAL (SELECT e.* FROM settlement.finding_event e WHERE e.finding_id = f.finding_id
  ORDER BY e.number DESC LIMIT 1) e"""
_SELECT = f"""
SELECT f.finding_id, f.list_id, f.hospital_code, f.case_id, f.region_code, f.pool, f.rule_id, f.evidence,
  f.amount_fen, f.reported_by, f.reported_at, e.number, e.state, e.amount_fen, e.reason, e.decision_no,
  coalesce((SELECT sum(d.amount_fen) FROM settlement.run_deduction d
    JOIN settlement.month_run r USING (run_id)
    WHERE d.finding_id = f.finding_id AND r.nature = 'month' AND r.state = 'done'), 0)::bigint
FROM settlement.audit_finding f JOIN {_NEWEST} ON true
"""  # noqa: S608 - constants only


async def insert(connection: asyncpg.Connection, new: Sequence[NewFinding]) -> set[str]:
    """Stores findings that are not known yet, each open; answers their ids."""
    columns = [list(column) for column in zip(*new, strict=True)]
    rows = await connection.fetch(
        f"INSERT INTO settlement.audit_finding ({_NEW})"  # noqa: S608 - constants only
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],"
        " $7::text[], $8::text[], $9::bigint[], $10::text[])"
        " ON CONFLICT (finding_id) DO NOTHING RETURNING finding_id",
        *columns,
    )
    fresh = {row[0] for row in rows}
    opened = [finding for finding in new if finding.finding_id in fresh]
    await connection.executemany(
        "INSERT INTO settlement.finding_event (finding_id, number, hospital_code, region_code, state,"
        " amount_fen, reason, decision_no, decided_by) VALUES ($1, 1, $2, $3, 'open', 0, '', '', $4)",
        [(f.finding_id, f.hospital_code, f.region_code, f.reported_by) for f in opened],
    )
    return fresh


async def known(connection: asyncpg.Connection, finding_ids: Sequence[str]) -> dict[str, NewFinding]:
    """The facts of findings that exist and may be seen."""
    rows = await connection.fetch(
        f"SELECT {_NEW} FROM settlement.audit_finding"  # noqa: S608 - constants only
        " WHERE finding_id = ANY($1)",
        finding_ids,
    )
    return {row[0]: NewFinding(*row) for row in rows}


async def one(connection: asyncpg.Connection, finding_id: str, *, lock: bool = False) -> Finding | None:
    """A finding the asker may see; ``lock`` puts those who decide on it in order until the end."""
    if lock:
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('settlement.finding/' || $1, 0))", finding_id
        )
    row = await connection.fetchrow(f"{_SELECT} WHERE f.finding_id = $1", finding_id)
    return None if row is None else Finding(*row)


async def add_step(
    connection: asyncpg.Connection,
    finding: Finding,
    state: str,
    amount_fen: int,
    reason: str,
    decision_no: str,
    subject: str,
) -> None:
    """The next step in the life of a finding."""
    await connection.execute(
        "INSERT INTO settlement.finding_event (finding_id, number, hospital_code, region_code, state,"
        " amount_fen, reason, decision_no, decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        finding.finding_id,
        finding.number + 1,
        finding.hospital_code,
        finding.region_code,
        state,
        amount_fen,
        reason,
        decision_no,
        subject,
    )


async def page(
    connection: asyncpg.Connection, pool: str, hospital_code: str, state: str, after: str, limit: int
) -> list[Finding]:
    """Findings the asker may see by number, after one; an empty filter lets everything through."""
    rows = await connection.fetch(
        f"{_SELECT} WHERE ($1 = '' OR f.pool = $1) AND ($2 = '' OR f.hospital_code = $2)"
        " AND ($3 = '' OR e.state = $3) AND f.finding_id > $4 ORDER BY f.finding_id LIMIT $5",
        pool,
        hospital_code,
        state,
        after,
        limit,
    )
    return [Finding(*row) for row in rows]


async def hold_out(connection: asyncpg.Connection, run: Run, *, moves: bool) -> int:
    """Keeps the lists of the run's month that have an open finding out of it; answers how many.

    :param moves: whether the lists go to the next open month; a trial only leaves them out.
    """
    rows = await connection.fetch(
        f"INSERT INTO settlement.run_held (run_id, list_id, hospital_code, region_code, case_id, finding_ids,"  # noqa: S608 - constants only
        " next_period) SELECT $1, h.list_id, h.hospital_code, h.region_code, min(f.case_id),"
        " array_agg(f.finding_id ORDER BY f.finding_id), settlement.open_month($2,"
        " CASE WHEN $3 % 100 = 12 THEN $3 + 89 ELSE $3 + 1 END)"
        " FROM settlement.list_head h JOIN settlement.audit_finding f USING (list_id)"
        f" JOIN {_NEWEST} ON e.state = 'open'"
        " WHERE h.pool = $2 AND h.settle_period = $3 AND h.mark <> 'difference'"
        " GROUP BY h.list_id RETURNING list_id",
        run.run_id,
        run.pool,
        run.period,
    )
    if rows and moves:
        await connection.execute(
            "UPDATE settlement.list_head h SET settle_period = x.next_period, mark = 'held'"
            " FROM settlement.run_held x WHERE x.run_id = $1 AND x.list_id = h.list_id",
            run.run_id,
        )
    return len(rows)


async def held(connection: asyncpg.Connection, run_id: str, after: str, limit: int) -> list[Held]:
    """The lists a run left out, after one."""
    rows = await connection.fetch(
        "SELECT list_id, hospital_code, case_id, finding_ids, next_period FROM settlement.run_held"
        " WHERE run_id = $1 AND list_id > $2 ORDER BY list_id LIMIT $3",
        run_id,
        after,
        limit,
    )
    return [Held(*row) for row in rows]


async def charge(connection: asyncpg.Connection, run: Run) -> None:
    """Gives the run what upheld findings take off and dismissed ones give back, each once.

    What another run under way has taken already counts as taken; a failed run's share comes free again.
    A disputed finding stays as it is, and one whose list is still held waits for it.
    """
    await connection.execute(
        f"INSERT INTO settlement.run_deduction (run_id, finding_id, hospital_code, region_code, case_id,"  # noqa: S608 - constants only
        " rule_id, amount_fen, earlier_run)"
        " SELECT $1, f.finding_id, f.hospital_code, f.region_code, f.case_id, f.rule_id,"
        " e.amount_fen - coalesce(c.charged, 0), coalesce(c.earlier, '')"
        f" FROM settlement.audit_finding f JOIN {_NEWEST} ON e.state IN ('upheld', 'dismissed')"
        " LEFT JOIN LATERAL (SELECT sum(d.amount_fen)::bigint AS charged, max(d.run_id) AS earlier"
        "  FROM settlement.run_deduction d JOIN settlement.month_run r USING (run_id)"
        "  WHERE d.finding_id = f.finding_id AND d.run_id <> $1 AND r.nature = 'month'"
        "  AND r.state IN ('pending', 'running', 'done')) c ON true"
        " WHERE f.pool = $2 AND e.amount_fen <> coalesce(c.charged, 0)"
        " AND NOT EXISTS (SELECT FROM settlement.run_held x WHERE x.run_id = $1 AND x.list_id = f.list_id)",
        run.run_id,
        run.pool,
    )


async def copy_charges(connection: asyncpg.Connection, source: str, run_id: str) -> None:
    """Gives a replay what the run it repeats took off."""
    await connection.execute(
        "INSERT INTO settlement.run_deduction (run_id, finding_id, hospital_code, region_code, case_id,"
        " rule_id, amount_fen, earlier_run) SELECT $2, finding_id, hospital_code, region_code, case_id,"
        " rule_id, amount_fen, earlier_run FROM settlement.run_deduction WHERE run_id = $1",
        source,
        run_id,
    )


async def deductions(connection: asyncpg.Connection, run_id: str) -> list[Deduction]:
    """What a run takes off and gives back, by hospital and finding."""
    rows = await connection.fetch(
        "SELECT finding_id, hospital_code, region_code, case_id, rule_id, amount_fen, earlier_run"
        " FROM settlement.run_deduction WHERE run_id = $1 ORDER BY hospital_code, finding_id",
        run_id,
    )
    return [Deduction(*row) for row in rows]
