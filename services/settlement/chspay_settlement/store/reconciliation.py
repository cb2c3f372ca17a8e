"""What became of lists, counted for reconciliation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg


@dataclass(frozen=True, slots=True)
class Counted:
    """Lists of one state: how the group came out, how the check did, and how many there are."""

    state: str
    status: str
    quality: str
    lists: int


#: The newest check counts; a list without its message is never checked.
_QUALITY = """
CASE WHEN v.list_id IS NULL THEN ''
     WHEN q.errors > 0 THEN 'failed' WHEN q.errors = 0 THEN 'passed'
     WHEN w.list_id IS NOT NULL THEN 'pending'
     ELSE 'none' END
"""
_BESIDE = """
LEFT JOIN LATERAL (
  SELECT errors FROM settlement.quality_result r WHERE (r.list_id, r.version) = (v.list_id, v.version)
  ORDER BY checked_at DESC LIMIT 1) q ON true
LEFT JOIN settlement.quality_waiting w ON (w.list_id, w.version) = (v.list_id, v.version)
"""


async def of_lists(
    connection: asyncpg.Connection, hospital_code: str, list_ids: Sequence[str]
) -> list[Counted]:
    """Lists of a hospital by number: ``stored``, ``waiting`` or ``missing``."""
    rows = await connection.fetch(
        "SELECT CASE WHEN v.list_id IS NOT NULL THEN 'stored' WHEN p.list_id IS NOT NULL THEN 'waiting'"  # noqa: S608
        f" ELSE 'missing' END, coalesce(v.status, ''), {_QUALITY}, count(*)"
        " FROM (SELECT DISTINCT unnest($2::text[]) AS list_id) i"
        " LEFT JOIN settlement.list_head h ON h.list_id = i.list_id AND h.hospital_code = $1"
        " LEFT JOIN settlement.list_version v ON (v.list_id, v.version) = (h.list_id, h.version)"
        " LEFT JOIN settlement.waiting_list p ON p.list_id = i.list_id AND p.hospital_code = $1"
        f" {_BESIDE} GROUP BY 1, 2, 3",
        hospital_code, list_ids,
    )  # fmt: skip
    return [Counted(*row) for row in rows]


async def missing(
    connection: asyncpg.Connection, hospital_code: str, list_ids: Sequence[str], limit: int
) -> list[str]:
    """Numbers nobody here knows, at most so many."""
    rows = await connection.fetch(
        "SELECT DISTINCT i.list_id FROM unnest($2::text[]) AS i(list_id)"
        " WHERE NOT EXISTS (SELECT FROM settlement.list_head h"
        "  WHERE h.list_id = i.list_id AND h.hospital_code = $1)"
        " AND NOT EXISTS (SELECT FROM settlement.waiting_list p"
        "  WHERE p.list_id = i.list_id AND p.hospital_code = $1) ORDER BY 1 LIMIT $3",
        hospital_code, list_ids, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


async def received(
    connection: asyncpg.Connection, hospital_code: str, since: datetime, until: datetime
) -> list[tuple[str, Counted]]:
    """By channel: lists received in a span, each as the last version of it that came in it stands."""
    rows = await connection.fetch(
        "SELECT v.channel, v.status, "  # noqa: S608 - constants only
        f"{_QUALITY}, count(*)"
        " FROM (SELECT a.*, row_number() OVER (PARTITION BY channel, list_id ORDER BY version DESC) AS newest"
        "       FROM settlement.list_version a WHERE hospital_code = $1"
        "       AND received_at >= $2 AND received_at < $3) v"
        f" {_BESIDE} WHERE v.newest = 1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        hospital_code, since, until,
    )  # fmt: skip
    return [(row[0], Counted("stored", row[1], row[2], row[3])) for row in rows]


async def versions(
    connection: asyncpg.Connection, hospital_code: str, since: datetime, until: datetime
) -> dict[str, int]:
    """By channel: versions received in a span."""
    rows = await connection.fetch(
        "SELECT channel, count(*) FROM settlement.list_version WHERE hospital_code = $1"
        " AND received_at >= $2 AND received_at < $3 GROUP BY 1",
        hospital_code, since, until,
    )  # fmt: skip
    return dict(rows)
