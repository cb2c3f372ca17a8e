"""All SQL of the rulebook."""

from __future__ import annotations

from chspay_core.bundle import Bundle
from chspay_kit.db import current_connection

_KEEP = (
    "INSERT INTO sealed_bundle (digest, place, content) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING"
)
_FIND = "SELECT content FROM sealed_bundle WHERE digest = $1"


async def keep(bundle: Bundle) -> None:
    """Stores the sealed bytes under their digest; a digest already there is left as it is."""
    connection = await current_connection()
    await connection.execute(_KEEP, bundle.digest, bundle.place, bundle.content)


async def find(digest: str) -> bytes | None:
    """The sealed bytes with this digest, or ``None``."""
    connection = await current_connection()
    content: bytes | None = await connection.fetchval(_FIND, digest)
    return content
