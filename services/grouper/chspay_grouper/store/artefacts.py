"""Schemes, DIP catalogues and weight tables under their digests: kept, found, listed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from chspay_core.artefact import Artefact, ArtefactKind
from chspay_kit.db import current_connection

_FACTS = "kind, artefact_id, digest, title, version, usage, counts"
_KEEP = (
    "INSERT INTO artefact (kind, artefact_id, digest, title, version, usage, counts, content, repairs,"
    " sealed_by) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9::jsonb, $10)"
    " ON CONFLICT (digest) DO NOTHING"
)
_NEWEST = (
    f"SELECT DISTINCT ON (artefact_id) {_FACTS} FROM artefact WHERE kind = $1"  # noqa: S608 - constant columns
    " ORDER BY artefact_id, sealed_at DESC, digest"
)
_FIND = (
    f"SELECT {_FACTS} FROM artefact WHERE kind = $1 AND (digest = $2 OR artefact_id = $2)"  # noqa: S608 - constant columns
    " ORDER BY digest = $2 DESC, sealed_at DESC, digest LIMIT 1"
)
_CONTENT = "SELECT content FROM artefact WHERE digest = $1"
_PAGE = (
    f"SELECT {_FACTS} FROM artefact WHERE kind = $1 AND (artefact_id, digest) > ($2, $3)"  # noqa: S608 - constant columns
    " ORDER BY artefact_id, digest LIMIT $4"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of an artefact without opening it."""

    artefact: Artefact
    title: str
    version: str
    usage: str
    counts: Mapping[str, int]

    @property
    def digest(self) -> str:
        """The SM3 it is sealed under."""
        return self.artefact.digest


async def keep(facts: Facts, content: bytes, repairs: Sequence[str], sealed_by: str) -> None:
    """Keeps an artefact; one that is already there, with the same content, is left as it is."""
    connection = await current_connection()
    await connection.execute(
        _KEEP,
        facts.artefact.kind.value,
        facts.artefact.id,
        facts.artefact.digest,
        facts.title,
        facts.version,
        facts.usage,
        json.dumps(dict(facts.counts)),
        content,
        json.dumps(list(repairs), ensure_ascii=False),
        sealed_by,
    )


async def newest(kind: ArtefactKind) -> list[Facts]:
    """Of each id the version kept last."""
    connection = await current_connection()
    return [_facts(row) for row in await connection.fetch(_NEWEST, kind.value)]


async def find(kind: ArtefactKind, name: str) -> Facts | None:
    """The artefact with this digest, else the newest with this id, else ``None``."""
    connection = await current_connection()
    row = await connection.fetchrow(_FIND, kind.value, name)
    return None if row is None else _facts(row)


async def content(digest: str) -> bytes | None:
    """The canonical form kept under a digest."""
    connection = await current_connection()
    found: bytes | None = await connection.fetchval(_CONTENT, digest)
    return found


async def page(kind: ArtefactKind, after: tuple[str, str], size: int) -> list[Facts]:
    """Artefacts of a kind by id and digest, after the given pair."""
    connection = await current_connection()
    return [_facts(row) for row in await connection.fetch(_PAGE, kind.value, *after, size)]


def _facts(row: asyncpg.Record) -> Facts:
    counts = row["counts"]
    return Facts(
        Artefact(ArtefactKind(row["kind"]), row["artefact_id"], row["digest"]),
        row["title"],
        row["version"],
        row["usage"],
        json.loads(counts) if isinstance(counts, str) else counts,
    )
