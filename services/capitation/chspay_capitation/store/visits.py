"""Members' visits and exemptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chspay_capitation.engine.visits import Charged, Claim, Side, Visit
from chspay_kit.db import current_connection

_COLUMNS = (
    "v.visit_id, v.person_key, v.institution, v.day, v.insurance_type, v.service, v.fund_fen, v.community,"
    " v.side, v.pool, v.lead, coalesce(e.cause, '') AS cause, coalesce(e.proof, '') AS proof,"
    " coalesce(d.decision_no, '') AS struck_by"
)
# A doubt of the lead hospital that was upheld takes the visit off.
_FROM = (
    " FROM member_visit v LEFT JOIN exemption e USING (attribution_id, visit_id)"
    " LEFT JOIN visit_doubt q USING (attribution_id, visit_id)"
    " LEFT JOIN doubt_decision d ON d.doubt_no = q.doubt_no AND d.upheld"
)
_PUT = (
    "INSERT INTO member_visit (attribution_id, visit_id, person_key, institution, day, insurance_type,"
    " service, fund_fen, community, side, pool, lead)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
)
_SUMS = (
    "SELECT v.insurance_type,"
    " coalesce(sum(v.fund_fen) FILTER (WHERE v.side = 'inside'), 0)::bigint AS inside_fen,"
    " coalesce(sum(v.fund_fen) FILTER (WHERE v.side = 'outside'), 0)::bigint AS outside_fen,"
    " coalesce(sum(v.fund_fen) FILTER (WHERE e.visit_id IS NOT NULL), 0)::bigint AS exempt_fen"
    + _FROM
    + " WHERE v.attribution_id = $1 AND v.community = $2 AND d.doubt_no IS NULL GROUP BY 1 ORDER BY 1"
)
_FIGURES = (
    "SELECT v.institution, count(*), sum(v.fund_fen)::bigint"
    + _FROM
    + " WHERE v.attribution_id = $1 AND v.community = $2 AND v.side = 'inside' AND d.doubt_no IS NULL"
    " GROUP BY 1 ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class StoredVisit:
    """A charged visit with its lead hospital, its exemption, and the decision that took it off, if any."""

    charged: Charged
    pool: str
    lead: str
    cause: str
    proof: str
    struck_by: str = ""


async def known(attribution_id: str, visit_ids: Sequence[str]) -> str:
    """One of the visits that is stored already; empty for none."""
    found: str | None = await (await current_connection()).fetchval(
        "SELECT visit_id FROM member_visit WHERE attribution_id = $1 AND visit_id = ANY($2) LIMIT 1",
        attribution_id,
        list(visit_ids),
    )
    return found or ""


async def put(attribution_id: str, rows: Sequence[StoredVisit]) -> None:
    """Stores charged visits."""
    await (await current_connection()).executemany(
        _PUT,
        [
            (attribution_id, *row.charged.visit, row.charged.community, row.charged.side, row.pool, row.lead)
            for row in rows
        ],
    )


async def one(attribution_id: str, visit_id: str) -> StoredVisit | None:
    """A visit the caller may see, locked until the transaction ends."""
    text = f"SELECT {_COLUMNS}{_FROM} WHERE v.attribution_id = $1 AND v.visit_id = $2"
    row = await (await current_connection()).fetchrow(text, attribution_id, visit_id)
    return None if row is None else _of_row(row)


async def page(attribution_id: str, community: str, after: str, limit: int) -> list[StoredVisit]:
    """Visits of a community by id."""
    text = (
        f"SELECT {_COLUMNS}{_FROM} WHERE v.attribution_id = $1 AND v.community = $2 AND v.visit_id > $3"
        " ORDER BY v.visit_id LIMIT $4"
    )
    rows = await (await current_connection()).fetch(text, attribution_id, community, after, limit)
    return [_of_row(row) for row in rows]


async def exempt(attribution_id: str, stored: StoredVisit, claim: Claim, by: str) -> None:
    """Stores an exemption."""
    await (await current_connection()).execute(
        "INSERT INTO exemption (attribution_id, visit_id, pool, lead, cause, proof, put_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        attribution_id, claim.visit_id, stored.pool, stored.lead, claim.cause, claim.proof.strip(), by,
    )  # fmt: skip


async def figures(attribution_id: str, community: str) -> dict[str, tuple[int, int]]:
    """Visits inside and what the fund bears of them, fen, by institution."""
    rows = await (await current_connection()).fetch(_FIGURES, attribution_id, community)
    return {row[0]: (row[1], row[2]) for row in rows}


async def sums(attribution_id: str, community: str) -> list[tuple[str, int, int, int]]:
    """Insurance, inside, outside and exempt cost of a community, fen."""
    rows = await (await current_connection()).fetch(_SUMS, attribution_id, community)
    return [tuple(row) for row in rows]


def _of_row(row: Any) -> StoredVisit:
    visit = Visit(*tuple(row)[:7])
    return StoredVisit(
        Charged(visit, row["community"], Side(row["side"])),
        row["pool"],
        row["lead"],
        row["cause"],
        row["proof"],
        row["struck_by"],
    )
