"""Findings of the watch and the steps they have taken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from chspay_budget.engine.findings import Finding, State, Step, Subject
from chspay_budget.store.hold_orders import Delivery
from chspay_kit.db import current_connection

#: A finding with the figures filed last.
_FINDING = """
SELECT f.finding_id, f.pool, f.subject, f.institution, f.period, coalesce(n.number, 1) AS facts_number,
       coalesce(n.facts, f.facts) AS facts, coalesce(n.document, f.document) AS document,
       coalesce(n.policy_digest, f.policy_digest) AS policy_digest,
       coalesce(n.worksheet, f.worksheet) AS worksheet,
       ARRAY(SELECT w.filed_by FROM watch_facts w WHERE w.finding_id = f.finding_id
              ORDER BY w.number) AS filers
  FROM watch_finding f LEFT JOIN LATERAL (
       SELECT * FROM watch_facts w WHERE w.finding_id = f.finding_id ORDER BY w.number DESC LIMIT 1) n ON true
"""
#: Steps with what settlement answered to those that asked something of it.
_STEPS = """
SELECT s.finding_id, s.state, s.done_by, s.statement, s.decision_no, s.outcome, o.state AS delivery,
       o.outcome AS answer, o.reason, o.message
  FROM watch_step s LEFT JOIN hold_order o ON o.finding_id = s.finding_id AND o.number = s.number
 WHERE s.finding_id = ANY($1) ORDER BY s.finding_id, s.number
"""
_UNDECIDED = (
    "SELECT institution FROM watch_finding f WHERE pool = $1 AND subject = $2 AND period = $3"
    " AND NOT EXISTS (SELECT FROM watch_step s WHERE s.finding_id = f.finding_id AND s.state <> 'found')"
)


async def put(new: Finding) -> None:
    """Stores a new finding with its first step."""
    connection = await current_connection()
    await connection.execute(
        "INSERT INTO watch_finding (finding_id, pool, subject, institution, period, facts, document,"
        " policy_digest, worksheet) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9::jsonb)",
        new.finding_id, new.pool, new.subject.value, new.institution, new.period, _json(dict(new.facts)),
        new.document, new.policy_digest, _json(dict(new.worksheet)),
    )  # fmt: skip
    await put_step(new)


async def put_facts(refreshed: Finding) -> None:
    """Stores the newest figures of a finding beside the earlier ones."""
    await (await current_connection()).execute(
        "INSERT INTO watch_facts (finding_id, number, pool, facts, document, policy_digest, worksheet,"
        " filed_by) VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7::jsonb, $8)",
        refreshed.finding_id, refreshed.facts_number, refreshed.pool, _json(dict(refreshed.facts)),
        refreshed.document, refreshed.policy_digest, _json(dict(refreshed.worksheet)), refreshed.filers[-1],
    )  # fmt: skip


async def put_step(moved: Finding) -> None:
    """Stores the newest step of a finding."""
    step = moved.steps[-1]
    await (await current_connection()).execute(
        "INSERT INTO watch_step (finding_id, number, pool, state, statement, decision_no, outcome, done_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8)",
        moved.finding_id, len(moved.steps), moved.pool, step.state.value, step.statement, step.decision_no,
        _json(dict(step.outcome)), step.by,
    )  # fmt: skip


async def lock(finding_id: str) -> None:
    """Those who take a step with the same finding take turns until their transaction ends."""
    await (await current_connection()).execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('budget:watch:' || $1, 0))", finding_id
    )


async def one(finding_id: str) -> Finding | None:
    """A finding the caller may see."""
    row = await (await current_connection()).fetchrow(_FINDING + " WHERE f.finding_id = $1", finding_id)
    return None if row is None else (await _with_steps([row]))[0]


async def page(pool: str, subject: str, after: str, limit: int) -> list[Finding]:
    """The findings of a pool by id; an empty subject means all."""
    rows = await (await current_connection()).fetch(
        _FINDING + " WHERE f.pool = $1 AND ($2 = '' OR f.subject = $2) AND f.finding_id > $3"
        " ORDER BY f.finding_id LIMIT $4",
        pool, subject, after, limit,
    )  # fmt: skip
    return await _with_steps(rows)


async def standing(
    pool: str, subject: Subject, institution: str, period: str, fund: str = ""
) -> Finding | None:
    """The finding on the same matter that was not dismissed; changes of two funds are two matters."""
    rows = await (await current_connection()).fetch(
        _FINDING + " WHERE f.pool = $1 AND f.subject = $2 AND f.institution = $3 AND f.period = $4"
        " AND ($5 = '' OR f.facts->>'fund' = $5)"
        " AND NOT EXISTS (SELECT FROM watch_step s WHERE s.finding_id = f.finding_id"
        " AND s.state = 'dismissed') ORDER BY f.finding_id LIMIT 1",
        pool, subject.value, institution, period, fund,
    )  # fmt: skip
    return (await _with_steps(rows))[0] if rows else None


async def undecided(pool: str, subject: Subject, period: str) -> set[str]:
    """Institutions with a finding of the period on which nothing was heard or decided yet."""
    rows = await (await current_connection()).fetch(_UNDECIDED, pool, subject.value, period)
    return {row["institution"] for row in rows}


async def _with_steps(rows: Sequence[Any]) -> list[Finding]:
    found: dict[str, list[Step]] = {row["finding_id"]: [] for row in rows}
    for row in await (await current_connection()).fetch(
        _STEPS,
        list(found),
    ):
        found[row["finding_id"]].append(
            Step(
                State(row["state"]),
                row["done_by"],
                row["statement"],
                row["decision_no"],
                json.loads(row["outcome"]) | _answered(row),
                undone=row["delivery"] == Delivery.REFUSED,
            )
        )
    return [
        Finding(
            row["finding_id"], row["pool"], Subject(row["subject"]), row["institution"], row["period"],
            json.loads(row["facts"]), row["document"], row["policy_digest"], json.loads(row["worksheet"]),
            tuple(found[row["finding_id"]]), row["facts_number"], tuple(row["filers"]),
        )
        for row in rows
    ]  # fmt: skip


def _answered(row: Any) -> dict[str, str]:
    """What is known of the order of a step."""
    if row["delivery"] is None:
        return {}
    told: dict[str, str] = json.loads(row["answer"])
    for name in ("delivery", "reason", "message"):
        if row[name]:
            told[name] = row[name]
    return told


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
