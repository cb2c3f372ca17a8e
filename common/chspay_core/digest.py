"""SM3 (GB/T 32905) of bytes: the fingerprint of bundles, schemes, statements and batches."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives import hashes


def sm3_hex(content: bytes) -> str:
    """SM3 of ``content`` as 64 lower-case hex digits."""
    return sm3_hex_of([content])


def sm3_hex_of(parts: Iterable[bytes]) -> str:
    """SM3 over the concatenation of ``parts``, without building it."""
    digest = hashes.Hash(hashes.SM3())
    for part in parts:
        digest.update(part)
    return digest.finalize().hex()


_FRESH = hashes.Hash(hashes.SM3())


def sm3_bytes(content: bytes) -> bytes:
    """SM3 of ``content``, 32 bytes; for short pieces by the million."""
    digest = _FRESH.copy()
    digest.update(content)
    return digest.finalize()


class Sm3:
    """SM3 of content that comes piece by piece."""

    def __init__(self) -> None:
        self._hash = hashes.Hash(hashes.SM3())

    def add(self, part: bytes) -> None:
        """The next piece."""
        self._hash.update(part)

    def hex(self) -> str:
        """The digest of all pieces so far, 64 lower-case hex digits; more may be added after."""
        return self._hash.copy().finalize().hex()
