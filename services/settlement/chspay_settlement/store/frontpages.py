"""Front pages of stays in SQL; they are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A front page as it lies."""

    request_id: str
    mdtrt_id: str
    setl_id: str
    sealed: bytes
    received_at: datetime


async def add(connection: asyncpg.Connection, hospital_code: str, region_code: str, page: StoredPage) -> None:
    """Keeps a front page; the database says when."""
    await connection.execute(
        "INSERT INTO settlement.front_page"
        " (request_id, hospital_code, region_code, mdtrt_id, setl_id, sealed)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        page.request_id, hospital_code, region_code, page.mdtrt_id, page.setl_id, page.sealed,
    )  # fmt: skip


async def newest(
    connection: asyncpg.Connection, hospital_code: str, mdtrt_id: str, setl_id: str
) -> StoredPage | None:
    """The newest front page of a stay, by either of its names."""
    row = await connection.fetchrow(
        "SELECT request_id, mdtrt_id, setl_id, sealed, received_at FROM settlement.front_page"
        " WHERE hospital_code = $1 AND ((mdtrt_id = $2 AND $2 <> '') OR (setl_id = $3 AND $3 <> ''))"
        " ORDER BY received_at DESC, request_id LIMIT 1",
        hospital_code, mdtrt_id, setl_id,
    )  # fmt: skip
    return None if row is None else StoredPage(*row)


async def settlement_of(connection: asyncpg.Connection, hospital_code: str, mdtrt_id: str) -> str:
    """The settlement a visit was reported under last; empty when no part tells it."""
    found = await connection.fetchval(
        "SELECT setl_id FROM settlement.episode_part WHERE hospital_code = $1 AND mdtrt_id = $2"
        " AND kind IN ('settlement', 'list') AND setl_id <> '' ORDER BY seq DESC LIMIT 1",
        hospital_code, mdtrt_id,
    )  # fmt: skip
    return found or ""
