"""Signatures in HTTP headers: the formulas, used to check what comes in and to sign what goes out."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

CSB_NAMES = ("_api_access_key", "_api_name", "_api_timestamp", "_api_version")
CSB_SIGNATURE = "_api_signature"


def rio(token: str, timestamp: str, nonce: str) -> str:
    """TIF / Rio: SHA-256 of timestamp, token, nonce, timestamp; lower-case hex."""
    return hashlib.sha256(f"{timestamp}{token}{nonce}{timestamp}".encode()).hexdigest()


def csb(secret: str, parameters: Mapping[str, str]) -> str:
    """CSB: Base64 of HMAC-SHA1 over the parameters as ``k=v&…``, sorted by name."""
    text = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def same(given: str, expected: str) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def same_hex(given: str, expected: str) -> bool:
    """Equality of hex text in constant time, whatever its case."""
    return same(given.lower(), expected.lower())


def seconds_of(timestamp: str) -> float | None:
    """A header's time in Unix seconds; 13 digits are milliseconds. ``None`` when it is neither."""
    if not (timestamp.isascii() and timestamp.isdigit()):
        return None
    if len(timestamp) == 13:
        return int(timestamp) / 1000
    return float(timestamp) if len(timestamp) == 10 else None
