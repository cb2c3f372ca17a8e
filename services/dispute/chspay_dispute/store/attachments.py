"""Papers of cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import asyncpg

_COLUMNS = (
    "attachment_id, case_no, kind, file_name, media_type, size, digest, for_reviewers, role, put_by, day"
)


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """A paper without its bytes; ``for_reviewers``: it may go into a pack once names were taken out."""

    attachment_id: str
    case_no: str
    kind: str
    file_name: str
    media_type: str
    size: int
    digest: str
    for_reviewers: bool
    role: str
    put_by: str
    day: date


async def put(
    connection: asyncpg.Connection, new: StoredAttachment, content: bytes, place: tuple[str, str]
) -> None:
    """Stores a paper; ``place`` is hospital and region of its case."""
    await connection.execute(
        f"INSERT INTO attachment ({_COLUMNS}, content, hospital_code, region_code)"  # noqa: S608 - constants
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        new.attachment_id, new.case_no, new.kind, new.file_name, new.media_type, new.size, new.digest,
        new.for_reviewers, new.role, new.put_by, new.day, content, *place,
    )  # fmt: skip


async def of_case(connection: asyncpg.Connection, case_no: str) -> list[StoredAttachment]:
    """The papers of a case the caller may see."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM attachment WHERE case_no = $1 ORDER BY put_at, attachment_id",  # noqa: S608 - constants
        case_no,
    )
    return [StoredAttachment(**row) for row in rows]


async def content(
    connection: asyncpg.Connection, case_no: str, attachment_id: str
) -> tuple[StoredAttachment, bytes] | None:
    """A paper with its bytes, if the caller may see it."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS}, content FROM attachment WHERE case_no = $1 AND attachment_id = $2",  # noqa: S608 - constants
        case_no,
        attachment_id,
    )
    if row is None:
        return None
    values = dict(row)
    held: bytes = values.pop("content")
    return StoredAttachment(**values), held
