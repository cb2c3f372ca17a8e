"""Targets of budget holders and the members of communities."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from chspay_budget.engine.holder import Holder, Member
from chspay_core.worksheet import Worksheet
from chspay_kit.db import current_connection

_NEWEST = (
    "SELECT number, version, since, until, total_fen, document FROM target"
    " WHERE pool = $1 AND year = $2 AND fund = $3 ORDER BY number DESC LIMIT 1"
)
_HOLDERS = (
    "SELECT holder, kind, last_fen, target_fen, document FROM target_holder"
    " WHERE pool = $1 AND year = $2 AND fund = $3 AND number = $4 ORDER BY holder"
)
_MEMBERS = (
    "SELECT holder, hospital_code, since, until FROM target_member"
    " WHERE pool = $1 AND year = $2 AND fund = $3 AND number = $4 ORDER BY holder, hospital_code, since"
)
_ISSUE = (
    "INSERT INTO target (pool, year, fund, number, version, since, until, total_fen, document, worksheet,"
    " issued_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11)"
)
_HOLDER = (
    "INSERT INTO target_holder (pool, year, fund, number, holder, kind, last_fen, target_fen, document)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
)
_MEMBER = (
    "INSERT INTO target_member (pool, year, fund, number, holder, hospital_code, since, until)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)


@dataclass(frozen=True, slots=True)
class Issued:
    """Targets issued together; ``fen`` by holder."""

    pool: str
    year: int
    fund: str
    number: int
    version: int
    since: date
    until: date
    total_fen: int
    document: str
    holders: tuple[Holder, ...]
    fen: dict[str, int]


async def newest(pool: str, year: int, fund: str) -> Issued | None:
    """The targets of a fund that were issued last."""
    connection = await current_connection()
    row = await connection.fetchrow(_NEWEST, pool, year, fund)
    if row is None:
        return None
    key = (pool, year, fund, row["number"])
    members: dict[str, list[Member]] = {}
    for item in await connection.fetch(_MEMBERS, *key):
        member = Member(item["hospital_code"], item["since"], item["until"])
        members.setdefault(item["holder"], []).append(member)
    found = await connection.fetch(_HOLDERS, *key)
    holders = tuple(
        Holder(
            item["holder"], item["kind"], tuple(members.get(item["holder"], ())), item["last_fen"],
            item["document"],
        )
        for item in found
    )  # fmt: skip
    fen = {item["holder"]: item["target_fen"] for item in found}
    return Issued(
        pool, year, fund, row["number"], row["version"], row["since"], row["until"], row["total_fen"],
        row["document"], holders, fen,
    )  # fmt: skip


async def issue(new: Issued, sheet: Worksheet, subject: str) -> None:
    """Stores targets with their holders and members."""
    connection = await current_connection()
    key = (new.pool, new.year, new.fund, new.number)
    await connection.execute(
        _ISSUE, *key, new.version, new.since, new.until, new.total_fen, new.document,
        json.dumps(sheet.to_json(), ensure_ascii=False), subject,
    )  # fmt: skip
    holders = [
        (*key, item.holder, item.kind, item.last_fen, new.fen[item.holder], item.document)
        for item in new.holders
    ]
    await connection.executemany(_HOLDER, holders)
    members = [
        (*key, item.holder, member.hospital_code, member.since, member.until)
        for item in new.holders
        for member in item.members
    ]
    await connection.executemany(_MEMBER, members)
