"""Communities' own rules, splits and doubts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from chspay_kit.db import current_connection

_RULE = "SELECT pool, community, version, lead, since, document, parts, put_by FROM community_rule"
_SPLIT = (
    "SELECT split_id, settlement_id, pool, lead, community, rule_version, amount_fen, shares, worksheet,"
    " split_by FROM community_split WHERE settlement_id = $1"
)
_DOUBT = (
    "SELECT q.doubt_no, q.attribution_id, q.visit_id, q.pool, q.lead, q.community, q.statement, q.filed_by,"
    " CASE WHEN d.doubt_no IS NULL THEN 'filed' WHEN d.upheld THEN 'upheld' ELSE 'dismissed' END AS state,"
    " coalesce(d.decision_no, '') AS decision_no, coalesce(d.decided_by, '') AS decided_by"
    " FROM visit_doubt q LEFT JOIN doubt_decision d USING (doubt_no)"
)


@dataclass(frozen=True, slots=True)
class StoredRule:
    """One version of a rule; parts as ``[figure, label, share]``."""

    pool: str
    community: str
    version: int
    lead: str
    since: date
    document: str
    parts: list[list[str]]
    put_by: str


@dataclass(frozen=True, slots=True)
class StoredSplit:
    """A settlement handed on; shares as ``[institution, fen]``."""

    split_id: str
    settlement_id: str
    pool: str
    lead: str
    community: str
    rule_version: int
    amount_fen: int
    shares: list[list[Any]]
    worksheet: dict[str, Any]
    split_by: str


@dataclass(frozen=True, slots=True)
class StoredDoubt:
    """A doubted visit and what became of the doubt: filed, upheld or dismissed."""

    doubt_no: str
    attribution_id: str
    visit_id: str
    pool: str
    lead: str
    community: str
    statement: str
    filed_by: str
    state: str = "filed"
    decision_no: str = ""
    decided_by: str = ""


async def rules(pool: str, community: str) -> list[StoredRule]:
    """A community's rules by version."""
    rows = await (await current_connection()).fetch(
        _RULE + " WHERE pool = $1 AND community = $2 ORDER BY version", pool, community
    )
    return [StoredRule(**{**row, "parts": json.loads(row["parts"])}) for row in rows]


async def put_rule(new: StoredRule) -> None:
    """Keeps a version."""
    await (await current_connection()).execute(
        "INSERT INTO community_rule (pool, community, version, lead, since, document, parts, put_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8)",
        new.pool, new.community, new.version, new.lead, new.since, new.document,
        json.dumps(new.parts, ensure_ascii=False), new.put_by,
    )  # fmt: skip


async def split(settlement_id: str) -> StoredSplit | None:
    """How a settlement was handed on, if it was."""
    row = await (await current_connection()).fetchrow(_SPLIT, settlement_id)
    if row is None:
        return None
    return StoredSplit(
        **{**row, "shares": json.loads(row["shares"]), "worksheet": json.loads(row["worksheet"])}
    )


async def put_split(new: StoredSplit) -> None:
    """Keeps how a settlement was handed on."""
    shares, sheet = (json.dumps(part, ensure_ascii=False) for part in (new.shares, new.worksheet))
    await (await current_connection()).execute(
        "INSERT INTO community_split (split_id, settlement_id, pool, lead, community, rule_version,"
        " amount_fen, shares, worksheet, split_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10)",
        new.split_id, new.settlement_id, new.pool, new.lead, new.community, new.rule_version, new.amount_fen,
        shares, sheet, new.split_by,
    )  # fmt: skip


async def put_doubt(new: StoredDoubt) -> bool:
    """Keeps a doubt; ``False`` when its number is taken or the visit is doubted already."""
    done: str = await (await current_connection()).execute(
        "INSERT INTO visit_doubt (doubt_no, attribution_id, visit_id, pool, lead, community, statement,"
        " filed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        new.doubt_no, new.attribution_id, new.visit_id, new.pool, new.lead, new.community, new.statement,
        new.filed_by,
    )  # fmt: skip
    return done.endswith(" 1")


async def doubt(doubt_no: str) -> StoredDoubt | None:
    """A doubt the caller may see; whoever decides it takes its lock first."""
    connection = await current_connection()
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('capitation:doubt:' || $1, 0))", doubt_no
    )
    row = await connection.fetchrow(_DOUBT + " WHERE q.doubt_no = $1", doubt_no)
    return None if row is None else StoredDoubt(*row)


async def doubts(attribution_id: str, community: str) -> list[StoredDoubt]:
    """The doubts of a community's visits, by number."""
    rows = await (await current_connection()).fetch(
        _DOUBT + " WHERE q.attribution_id = $1 AND q.community = $2 ORDER BY q.doubt_no",
        attribution_id,
        community,
    )
    return [StoredDoubt(*row) for row in rows]


async def decide(of: StoredDoubt, *, uphold: bool, decision_no: str, by: str) -> None:
    """Keeps a decision."""
    await (await current_connection()).execute(
        "INSERT INTO doubt_decision (doubt_no, pool, lead, upheld, decision_no, decided_by)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        of.doubt_no, of.pool, of.lead, uphold, decision_no, by,
    )  # fmt: skip
