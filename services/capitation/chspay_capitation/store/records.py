"""Findings, contracts and referrals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chspay_capitation.engine.attribution import Span
from chspay_capitation.engine.findings import Finding, State
from chspay_capitation.engine.referral import Contract, Judgement, Referral
from chspay_kit.db import current_connection

_FINDING = (
    "SELECT finding_no, pool, person_key, since, until, cause, document, found_by, state, statement,"
    " decision_no, decided_by FROM head_finding"
)
_FILE = (
    "INSERT INTO head_finding (finding_no, pool, person_key, since, until, cause, document, found_by, state,"
    " statement, decision_no, decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', '')"
)
_MOVE = (
    "UPDATE head_finding SET state = $2, statement = $3, decision_no = $4, decided_by = $5"
    " WHERE finding_no = $1"
)
_REFERRAL = (
    "INSERT INTO referral (referral_no, pool, person_key, from_institution, from_level, to_institution,"
    " to_level, out_of_area, day, diagnosis, reason, called_for, code, told, until, citation, put_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
)


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding and the pool it belongs to."""

    pool: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class StoredReferral:
    """A referral as it was judged."""

    referral: Referral
    called_for: bool
    code: str
    told: str
    until: Any
    citation: str


async def file_finding(pool: str, new: Finding) -> bool:
    """Stores a new finding; ``False`` when its number is taken."""
    text = _FILE + " ON CONFLICT (finding_no) DO NOTHING"
    done: str = await (await current_connection()).execute(
        text,
        new.finding_no,
        pool,
        new.person_key,
        *new.span,
        new.cause,
        new.document,
        new.found_by,
        new.state,
    )
    return done.endswith(" 1")


async def finding(finding_no: str) -> StoredFinding | None:
    """A finding, locked until the transaction ends."""
    row = await (await current_connection()).fetchrow(
        _FINDING + " WHERE finding_no = $1 FOR UPDATE", finding_no
    )
    return None if row is None else _finding(row)


async def findings(after: str, limit: int) -> list[StoredFinding]:
    """Findings by number."""
    text = _FINDING + " WHERE finding_no > $1 ORDER BY finding_no LIMIT $2"
    return [_finding(row) for row in await (await current_connection()).fetch(text, after, limit)]


async def removed(pool: str) -> list[Finding]:
    """The findings of a pool that were decided and take heads off."""
    text = _FINDING + " WHERE pool = $1 AND state = 'removed' ORDER BY finding_no"
    return [_finding(row).finding for row in await (await current_connection()).fetch(text, pool)]


async def move_finding(moved: Finding) -> None:
    """The finding as it stands after a step."""
    await (await current_connection()).execute(
        _MOVE, moved.finding_no, moved.state, moved.statement, moved.decision_no, moved.decided_by
    )


async def lock_person(person_key: str) -> None:
    """Those who write the same person's records take turns until their transaction ends."""
    await (await current_connection()).execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('capitation:person:' || $1, 0))", person_key
    )


async def put_contract(pool: str, new: Contract, by: str) -> bool:
    """Stores a contract; ``False`` when its number is taken."""
    done: str = await (await current_connection()).execute(
        "INSERT INTO contract (contract_no, pool, person_key, institution, since, until, put_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (contract_no) DO NOTHING",
        new.contract_no, pool, new.person_key, new.institution, new.since, new.until, by,
    )  # fmt: skip
    return done.endswith(" 1")


async def contracts(pool: str, person_key: str) -> list[Contract]:
    """A person's contracts by day."""
    rows = await (await current_connection()).fetch(
        "SELECT contract_no, person_key, institution, since, until FROM contract"
        " WHERE pool = $1 AND person_key = $2 ORDER BY since",
        pool,
        person_key,
    )
    return [Contract(*row) for row in rows]


async def put_referral(pool: str, new: Referral, judged: Judgement, citation: str, by: str) -> bool:
    """Stores a referral with its judgement; ``False`` when its number is taken."""
    done: str = await (await current_connection()).execute(
        _REFERRAL + " ON CONFLICT (referral_no) DO NOTHING",
        new.referral_no, pool, *new[1:], judged.called_for, judged.code, judged.text, judged.until,
        citation, by,
    )  # fmt: skip
    return done.endswith(" 1")


async def referrals(pool: str, person_key: str) -> list[StoredReferral]:
    """A person's referrals by day."""
    rows = await (await current_connection()).fetch(
        "SELECT referral_no, person_key, from_institution, from_level, to_institution, to_level, out_of_area,"
        " day, diagnosis, reason, called_for, code, told, until, citation FROM referral"
        " WHERE pool = $1 AND person_key = $2 ORDER BY day, referral_no",
        pool,
        person_key,
    )
    return [StoredReferral(Referral(*tuple(row)[:10]), *tuple(row)[10:]) for row in rows]


def _finding(row: Any) -> StoredFinding:
    found = Finding(
        row["finding_no"], row["person_key"], Span(row["since"], row["until"]), row["cause"], row["document"],
        row["found_by"], State(row["state"]), row["statement"], row["decision_no"], row["decided_by"],
    )  # fmt: skip
    return StoredFinding(row["pool"], found)
