"""Sealed schemes: kept, found, listed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from chspay_grouper.engine.scheme import Scheme
from chspay_kit.db import current_connection

_FACTS = "digest, scheme_id, title, version, usage, counts"
_KEEP = (
    "INSERT INTO scheme (digest, scheme_id, title, version, usage, counts, content, repairs, sealed_by)"
    " VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8::jsonb, $9) ON CONFLICT (digest) DO NOTHING"
)
_NEWEST = f"SELECT DISTINCT ON (scheme_id) {_FACTS} FROM scheme ORDER BY scheme_id, sealed_at DESC, digest"  # noqa: S608
_FIND = (
    f"SELECT {_FACTS} FROM scheme WHERE digest = $1 OR scheme_id = $1"  # noqa: S608 - a constant list of columns
    " ORDER BY digest = $1 DESC, sealed_at DESC, digest LIMIT 1"
)
_CONTENT = "SELECT content FROM scheme WHERE digest = $1"
_PAGE = (
    f"SELECT {_FACTS} FROM scheme WHERE (scheme_id, digest) > ($1, $2)"  # noqa: S608 - a constant list of columns
    " ORDER BY scheme_id, digest LIMIT $3"
)


@dataclass(frozen=True, slots=True)
class SchemeFacts:
    """What is said of a scheme without opening it."""

    digest: str
    scheme_id: str
    title: str
    version: str
    usage: str
    counts: Mapping[str, int]


async def keep(scheme: Scheme, repairs: Sequence[str], sealed_by: str) -> None:
    """Seals a scheme; one that is already there, with the same content, is left as it is."""
    connection = await current_connection()
    await connection.execute(
        _KEEP,
        scheme.digest,
        scheme.scheme_id,
        scheme.title,
        scheme.version,
        scheme.usage,
        json.dumps(scheme.counts()),
        scheme.content,
        json.dumps(list(repairs), ensure_ascii=False),
        sealed_by,
    )


async def newest() -> list[SchemeFacts]:
    """Of each scheme id the version sealed last."""
    connection = await current_connection()
    return [_facts(row) for row in await connection.fetch(_NEWEST)]


async def find(name: str) -> SchemeFacts | None:
    """The scheme with this digest, else the newest with this id, else ``None``."""
    connection = await current_connection()
    row = await connection.fetchrow(_FIND, name)
    return None if row is None else _facts(row)


async def content(digest: str) -> bytes | None:
    """The canonical form sealed under a digest."""
    connection = await current_connection()
    found: bytes | None = await connection.fetchval(_CONTENT, digest)
    return found


async def page(after: tuple[str, str], size: int) -> list[SchemeFacts]:
    """Schemes by id and digest, after the given pair."""
    connection = await current_connection()
    return [_facts(row) for row in await connection.fetch(_PAGE, *after, size)]


def _facts(row: asyncpg.Record) -> SchemeFacts:
    counts = row["counts"]
    return SchemeFacts(
        row["digest"],
        row["scheme_id"],
        row["title"],
        row["version"],
        row["usage"],
        json.loads(counts) if isinstance(counts, str) else counts,
    )
