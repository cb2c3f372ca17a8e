"""What communities were found to be due, and what of it the ledger has booked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from chspay_kit.db import current_connection

_COLUMNS = (
    "s.settlement_id, s.attribution_id, s.community, s.pool, s.funds, s.due_fen, s.document, s.policy_digest,"
    " s.worksheet, s.settled_by, s.corrects, s.chronic_version, s.lead,"
    " coalesce(c.settlement_id, '') AS corrected_by"
)
_FROM = " FROM community_settlement s LEFT JOIN community_settlement c ON c.corrects = s.settlement_id"
_ONE = f"SELECT {_COLUMNS}{_FROM} WHERE s.settlement_id = $1"
_OF_ATTRIBUTION = (
    f"SELECT {_COLUMNS}{_FROM} WHERE s.attribution_id = $1"
    " ORDER BY s.community, s.settled_at, s.settlement_id"
)
_PUT = (
    "INSERT INTO community_settlement (settlement_id, attribution_id, community, pool, funds, due_fen,"
    " document, policy_digest, worksheet, settled_by, corrects, chronic_version, lead)"
    " VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9::jsonb, $10, $11, $12, $13)"
)
# Others of the same community and overlapping periods, and whether they are on record as booked.
_BESIDE = (
    "SELECT s.settlement_id, EXISTS (SELECT FROM settlement_posting p"
    " WHERE p.settlement_id = s.settlement_id)"
    " FROM community_settlement s JOIN attribution a USING (attribution_id)"
    " WHERE s.pool = $1 AND s.community = $2 AND a.since < $4 AND $3 < a.until"
    " AND s.settlement_id <> ALL($5) ORDER BY s.settled_at DESC, s.settlement_id"
)
_POSTING = (
    "INSERT INTO settlement_posting (settlement_id, insurance_type, pool, month, payee, amount_fen,"
    " source_id, corrects, payment_id, batch_id, posted_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
)


@dataclass(frozen=True, slots=True)
class StoredSettlement:
    """A community's settlement; each fund as ``[insurance, quota, balance, released, borne, due, kept]``."""

    settlement_id: str
    attribution_id: str
    community: str
    pool: str
    funds: list[list[Any]]
    due_fen: int
    document: str
    policy_digest: str
    worksheet: dict[str, Any]
    settled_by: str
    corrects: str = ""
    chronic_version: int = 0
    lead: str = ""
    corrected_by: str = ""

    @property
    def dues(self) -> dict[str, int]:
        """Due by insurance, fen."""
        return {fund[0]: fund[5] for fund in self.funds}


class Posting(NamedTuple):
    """What the ledger has booked of one insurance; no payment where there was nothing to book."""

    insurance_type: str
    month: str
    payee: str
    amount_fen: int
    source_id: str
    corrects: str
    payment_id: str
    batch_id: str


async def lock_community(pool: str, community: str) -> None:
    """Those who settle or book the same community take turns until their transaction ends."""
    await (await current_connection()).execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('capitation:community:' || $1, 0))",
        f"{pool}/{community}",
    )


async def put(new: StoredSettlement) -> None:
    """Stores a settlement."""
    funds, sheet = (json.dumps(part, ensure_ascii=False) for part in (new.funds, new.worksheet))
    await (await current_connection()).execute(
        _PUT, new.settlement_id, new.attribution_id, new.community, new.pool, funds, new.due_fen,
        new.document, new.policy_digest, sheet, new.settled_by, new.corrects, new.chronic_version, new.lead,
    )  # fmt: skip


async def one(settlement_id: str) -> StoredSettlement | None:
    """A settlement the caller may see."""
    row = await (await current_connection()).fetchrow(_ONE, settlement_id)
    return None if row is None else _of_row(row)


async def of_attribution(attribution_id: str) -> list[StoredSettlement]:
    """The settlements of an attribution by community and time, corrected ones included."""
    return [_of_row(row) for row in await (await current_connection()).fetch(_OF_ATTRIBUTION, attribution_id)]


async def beside(
    pool: str, community: str, since: date, until: date, chain: list[str]
) -> list[tuple[str, bool]]:
    """The community's settlements over some of the days but those of a chain, the newest first.

    :returns: each with whether it is on record as booked.
    """
    rows = await (await current_connection()).fetch(_BESIDE, pool, community, since, until, chain)
    return [(name, booked) for name, booked in rows]


async def postings(settlement_id: str) -> list[Posting]:
    """What is booked of a settlement, by insurance."""
    rows = await (await current_connection()).fetch(
        "SELECT insurance_type, month, payee, amount_fen, source_id, corrects, payment_id, batch_id"
        " FROM settlement_posting WHERE settlement_id = $1 ORDER BY insurance_type",
        settlement_id,
    )
    return [Posting(*row) for row in rows]


async def put_posting(of: StoredSettlement, new: Posting, by: str) -> None:
    """Stores what was booked of one insurance."""
    await (await current_connection()).execute(
        _POSTING, of.settlement_id, new.insurance_type, of.pool, *new[1:], by
    )


def _of_row(row: Any) -> StoredSettlement:
    return StoredSettlement(
        **{**row, "funds": json.loads(row["funds"]), "worksheet": json.loads(row["worksheet"])}
    )
