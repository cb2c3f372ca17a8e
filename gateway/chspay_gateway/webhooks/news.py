"""An event as it is sent: its bytes and its signature."""

from __future__ import annotations

import orjson

from chspay_kit import smcrypto

#: Every event somebody may ask for.
EVENTS = (
    "list.accepted", "list.grouped", "list.refused", "run.finished", "statement.issued", "case.changed",
    "ping",
)  # fmt: skip
ID_HEADER, TIME_HEADER, SIGNATURE_HEADER = "X-Chspay-Id", "X-Chspay-Timestamp", "X-Chspay-Signature"


def signature(secret: str, event_id: str, timestamp: str, body: bytes) -> str:
    """What a receiver checks: HMAC-SM3 over id, time and body, so that neither can be changed or replayed."""
    content = f"{event_id}.{timestamp}.".encode() + body
    return f"v1={smcrypto.hmac_sm3(secret.encode(), content).hex()}"


def body_of(event_id: str, name: str, at: str, data: dict[str, str]) -> bytes:
    """An event as it is sent; the same bytes at every try."""
    return orjson.dumps({"id": event_id, "event": name, "at": at, "data": data}, option=orjson.OPT_SORT_KEYS)
