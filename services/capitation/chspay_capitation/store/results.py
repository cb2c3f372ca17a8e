"""Results of chronic-disease management, and divisions by APG points."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from chspay_capitation.engine.chronic import Counted
from chspay_kit.db import current_connection

_DIVISION = (
    "division_id, pool, community, since, until, fund_fen, points_of, points, shares, document,"
    " policy_digest, worksheet, digest"
)


@dataclass(frozen=True, slots=True)
class StoredChronic:
    """One version of results; communities as ``[community, patients, managed, controlled]``."""

    attribution_id: str
    version: int
    as_of: date
    document: str
    communities: list[list[Any]]
    digest: str

    def of(self, community: str) -> Counted:
        """What was counted of a community; nobody ill when it is not named."""
        for name, *counts in self.communities:
            if name == community:
                return Counted(*counts)
        return Counted(0, 0, 0)


@dataclass(frozen=True, slots=True)
class StoredDivision:
    """A division; points as ``[apg, micro, visits]``, shares as ``[institution, micro, fen]``."""

    division_id: str
    pool: str
    community: str
    since: date
    until: date
    fund_fen: int
    points_of: str
    points: list[list[Any]]
    shares: list[list[Any]]
    document: str
    policy_digest: str
    worksheet: dict[str, Any]
    digest: str


async def chronic(attribution_id: str) -> StoredChronic | None:
    """The newest results of an attribution."""
    row = await (await current_connection()).fetchrow(
        "SELECT attribution_id, version, as_of, document, communities, digest FROM chronic_results"
        " WHERE attribution_id = $1 ORDER BY version DESC LIMIT 1",
        attribution_id,
    )
    return None if row is None else StoredChronic(**{**row, "communities": json.loads(row["communities"])})


async def put_chronic(new: StoredChronic, pool: str, content: bytes, by: str) -> None:
    """Keeps a version with its file."""
    await (await current_connection()).execute(
        "INSERT INTO chronic_results (attribution_id, version, pool, as_of, document, communities, content,"
        " digest, put_by) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)",
        new.attribution_id, new.version, pool, new.as_of, new.document, _json(new.communities), content,
        new.digest, by,
    )  # fmt: skip


async def lock_results(attribution_id: str) -> None:
    """Those who bring results of the same attribution take turns until their transaction ends."""
    await (await current_connection()).execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('capitation:chronic:' || $1, 0))", attribution_id
    )


async def put_division(new: StoredDivision, by: str) -> None:
    """Keeps a division."""
    await (await current_connection()).execute(
        f"INSERT INTO apg_division ({_DIVISION}, divided_by)"  # noqa: S608 - constants only
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10, $11, $12::jsonb, $13, $14)",
        new.division_id, new.pool, new.community, new.since, new.until, new.fund_fen, new.points_of,
        _json(new.points), _json(new.shares), new.document, new.policy_digest, _json(new.worksheet),
        new.digest, by,
    )  # fmt: skip


async def division(division_id: str) -> StoredDivision | None:
    """A division the caller may see."""
    row = await (await current_connection()).fetchrow(
        f"SELECT {_DIVISION} FROM apg_division WHERE division_id = $1",  # noqa: S608 - constants only
        division_id,
    )
    if row is None:
        return None
    return StoredDivision(
        **{**row, **{name: json.loads(row[name]) for name in ("points", "shares", "worksheet")}}
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
