"""Memberships of the pilot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chspay_kit.db import current_connection

_COLUMNS = "membership_id, pool, hospital_code, category, since, until, document, end_document"


@dataclass(frozen=True, slots=True)
class StoredMembership:
    """A membership with its documents; ``end_document`` is empty while it was not ended early."""

    membership_id: str
    pool: str
    hospital_code: str
    category: str
    since: date
    until: date | None
    document: str
    end_document: str


async def put(new: StoredMembership, by: str) -> bool:
    """Stores a membership; ``False`` when a day of it belongs to another one."""
    text = (
        f"INSERT INTO membership ({_COLUMNS}, put_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"  # noqa: S608 - constants
        " ON CONFLICT DO NOTHING"
    )
    done: str = await (await current_connection()).execute(
        text, new.membership_id, new.pool, new.hospital_code, new.category, new.since, new.until,
        new.document, new.end_document, by,
    )  # fmt: skip
    return done.endswith(" 1")


async def one(membership_id: str) -> StoredMembership | None:
    """A membership, locked until the transaction ends."""
    row = await (await current_connection()).fetchrow(
        f"SELECT {_COLUMNS} FROM membership WHERE membership_id = $1 FOR UPDATE",  # noqa: S608 - constants
        membership_id,
    )
    return None if row is None else StoredMembership(**row)


async def end(membership_id: str, until: date, document: str) -> None:
    """The membership ends before ``until``."""
    await (await current_connection()).execute(
        "UPDATE membership SET until = $2, end_document = $3 WHERE membership_id = $1",
        membership_id,
        until,
        document,
    )


async def of_pool(pool: str) -> list[StoredMembership]:
    """Every membership of a pool."""
    rows = await (await current_connection()).fetch(
        f"SELECT {_COLUMNS} FROM membership WHERE pool = $1 ORDER BY hospital_code, category, since",  # noqa: S608 - constants
        pool,
    )
    return _all(rows)


async def page(pool: str, after: str, limit: int) -> list[StoredMembership]:
    """Memberships by id; an empty pool means every one."""
    rows = await (await current_connection()).fetch(
        f"SELECT {_COLUMNS} FROM membership WHERE ($1 = '' OR pool = $1) AND membership_id > $2"  # noqa: S608 - constants
        " ORDER BY membership_id LIMIT $3",
        pool,
        after,
        limit,
    )
    return _all(rows)


def _all(rows: Sequence[Any]) -> list[StoredMembership]:
    return [StoredMembership(**row) for row in rows]
