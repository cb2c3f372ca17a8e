"""Sealed bundles, kept for ever under their digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from chspay_core.bundle import Bundle
from chspay_kit.db import current_connection

_KEEP = (
    "INSERT INTO sealed_bundle (digest, place, content) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING"
)
_FIND = "SELECT content FROM sealed_bundle WHERE digest = $1"
_PAGE = (
    "SELECT digest, place, sealed_at, length(content) FROM sealed_bundle"
    " WHERE ($1 = '' OR place = $1) AND (sealed_at, digest) < ($2, $3)"
    " ORDER BY sealed_at DESC, digest DESC LIMIT $4"
)
#: The position before the newest bundle.
NEWEST = (datetime(9999, 1, 1, tzinfo=UTC), "")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A bundle that was used."""

    digest: str
    place: str
    sealed_at: datetime
    size: int


async def keep(bundle: Bundle) -> None:
    """Stores the sealed bytes under their digest; a digest already there is left as it is."""
    connection = await current_connection()
    await connection.execute(_KEEP, bundle.digest, bundle.place, bundle.content)


async def find(digest: str) -> bytes | None:
    """The sealed bytes with this digest, or ``None``."""
    connection = await current_connection()
    content: bytes | None = await connection.fetchval(_FIND, digest)
    return content


async def page(place: str, before: tuple[datetime, str], limit: int) -> list[Sealed]:
    """Bundles of a place (empty: of all), newest first, that come after a position."""
    connection = await current_connection()
    return [Sealed(*row) for row in await connection.fetch(_PAGE, place, *before, limit)]
