"""Catchments, attributions, their units and quotas."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import asyncpg

from chspay_kit.db import current_connection

_NAMES = (
    "attribution_id", "pool", "roster_id", "catchment_version", "since", "until", "state", "total", "done",
    "failure_reason", "failure_message", "policy_digest", "asked", "outcome", "digest", "started_by",
)  # fmt: skip
_COLUMNS = ", ".join(_NAMES)
_ONE = f"SELECT {_COLUMNS} FROM attribution WHERE attribution_id = $1"  # noqa: S608
_PAGE = f"SELECT {_COLUMNS} FROM attribution WHERE attribution_id > $1 ORDER BY attribution_id LIMIT $2"  # noqa: S608
_OF_DAY = (
    f"SELECT {_COLUMNS} FROM attribution"  # noqa: S608 - constants only
    " WHERE pool = $1 AND state = 'done' AND since <= $2 AND $2 < until ORDER BY created_at DESC LIMIT 1"
)
_INSERT = (
    "INSERT INTO attribution (attribution_id, pool, roster_id, catchment_version, since, until, state, total,"
    " done, failure_reason, failure_message, policy_digest, asked, policy, outcome, digest, started_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, 0, '', '', $8, $9::jsonb, $10, '{}', '', $11)"
)
_END = (
    "UPDATE attribution SET state = $2, failure_reason = $3, failure_message = $4, outcome = $5::jsonb,"
    " digest = $6 WHERE attribution_id = $1"
)
_RUNNING = "SELECT attribution_id, pool FROM attribution WHERE state = 'running' ORDER BY created_at"
_CATCHMENT = (
    "SELECT pool, version, document, entries, digest, registry_version FROM catchment"
    " WHERE pool = $1 AND ($2 = 0 OR version = $2) ORDER BY version DESC LIMIT 1"
)
_PUT_CATCHMENT = (
    "INSERT INTO catchment (pool, version, document, entries, digest, registry_version, put_by)"
    " VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7)"
)
_UNITS = (
    "INSERT INTO attribution_units (attribution_id, number, pool, rows, content) VALUES ($1, $2, $3, $4, $5)"
)
_QUOTA = (
    "INSERT INTO community_quota (attribution_id, community, insurance_type, pool, valid_days, removed_days,"
    " stays, quota_fen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """A row of ``attribution``, the policy left out."""

    attribution_id: str
    pool: str
    roster_id: str
    catchment_version: int
    since: date
    until: date
    state: str
    total: int
    done: int
    failure_reason: str
    failure_message: str
    policy_digest: str
    asked: dict[str, Any]
    outcome: dict[str, Any]
    digest: str
    started_by: str


@dataclass(frozen=True, slots=True)
class StoredCatchment:
    """A version of a catchment; entries as rows of text."""

    pool: str
    version: int
    document: str
    entries: list[list[str]]
    digest: str
    registry_version: int = 0


class QuotaRow(NamedTuple):
    """A row of ``community_quota``."""

    community: str
    insurance_type: str
    valid_days: int
    removed_days: int
    stays: int
    quota_fen: int


async def lock_catchment(pool: str) -> None:
    """Those who write the same pool's catchment take turns until their transaction ends."""
    await (await current_connection()).execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('capitation:catchment:' || $1, 0))", pool
    )


async def put_catchment(new: StoredCatchment, by: str) -> None:
    """Stores a version."""
    entries = json.dumps(new.entries, ensure_ascii=False)
    await (await current_connection()).execute(
        _PUT_CATCHMENT, new.pool, new.version, new.document, entries, new.digest, new.registry_version, by
    )


async def catchment(pool: str, version: int = 0) -> StoredCatchment | None:
    """One version; 0 means the newest."""
    row = await (await current_connection()).fetchrow(_CATCHMENT, pool, version)
    return None if row is None else StoredCatchment(**{**row, "entries": json.loads(row["entries"])})


async def insert(new: Attribution, policy: bytes) -> None:
    """A new attribution."""
    await (await current_connection()).execute(
        _INSERT, new.attribution_id, new.pool, new.roster_id, new.catchment_version, new.since, new.until,
        new.total, new.policy_digest, json.dumps(new.asked, ensure_ascii=False), policy, new.started_by,
    )  # fmt: skip


async def one(attribution_id: str, *, lock: bool = False) -> Attribution | None:
    """An attribution the caller may see."""
    text = _ONE + (" FOR UPDATE" if lock else "")
    row = await (await current_connection()).fetchrow(text, attribution_id)
    return None if row is None else _of_row(row)


async def of_day(pool: str, day: date) -> Attribution | None:
    """The newest finished attribution of a pool whose period holds the day."""
    row = await (await current_connection()).fetchrow(_OF_DAY, pool, day)
    return None if row is None else _of_row(row)


async def page(after: str, limit: int) -> list[Attribution]:
    """Attributions by id."""
    return [_of_row(row) for row in await (await current_connection()).fetch(_PAGE, after, limit)]


async def policy(attribution_id: str) -> bytes:
    """The policy bundle the attribution was started with."""
    found: bytes = await (await current_connection()).fetchval(
        "SELECT policy FROM attribution WHERE attribution_id = $1", attribution_id
    )
    return found


async def put_units(run: Attribution, number: int, rows: int, content: bytes) -> None:
    """Stores the units of one chunk and moves the run on."""
    connection = await current_connection()
    await connection.execute(_UNITS, run.attribution_id, number, run.pool, rows, content)
    await connection.execute(
        "UPDATE attribution SET done = $2 WHERE attribution_id = $1", run.attribution_id, number + 1
    )


async def units(attribution_id: str, number: int) -> bytes:
    """The units of one chunk."""
    found: bytes = await (await current_connection()).fetchval(
        "SELECT content FROM attribution_units WHERE attribution_id = $1 AND number = $2",
        attribution_id,
        number,
    )
    return found


async def put_quotas(run: Attribution, rows: Iterable[QuotaRow]) -> None:
    """Stores heads and quotas of every community."""
    values = [(run.attribution_id, *row[:2], run.pool, *row[2:]) for row in rows]
    await (await current_connection()).executemany(_QUOTA, values)


async def quotas(attribution_id: str) -> Sequence[QuotaRow]:
    """Heads and quotas by community and insurance."""
    rows = await (await current_connection()).fetch(
        "SELECT community, insurance_type, valid_days, removed_days, stays, quota_fen FROM community_quota"
        " WHERE attribution_id = $1 ORDER BY community, insurance_type",
        attribution_id,
    )
    return [QuotaRow(*row) for row in rows]


async def end(
    attribution_id: str,
    state: str,
    *,
    reason: str = "",
    message: str = "",
    outcome: Any = None,
    digest: str = "",
) -> None:
    """Ends an attribution."""
    text = json.dumps(outcome or {}, ensure_ascii=False)
    await (await current_connection()).execute(_END, attribution_id, state, reason, message, text, digest)


async def running(connection: asyncpg.Connection) -> list[tuple[str, str]]:
    """Attributions that wait or were interrupted, with their pools."""
    return [(row["attribution_id"], row["pool"]) for row in await connection.fetch(_RUNNING)]


def _of_row(row: Any) -> Attribution:
    return Attribution(**{**row, "asked": json.loads(row["asked"]), "outcome": json.loads(row["outcome"])})
