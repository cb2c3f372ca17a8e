"""Receiving events: is this really from chspay, and is it fresh?

    event = verify_webhook(secret, request.headers, request.body)
    if event["id"] not in seen: …

The same event may come more than once: keep the ids that were handled.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

ID, TIME, SIGNATURE = "x-chspay-id", "x-chspay-timestamp", "x-chspay-signature"
#: How far the clocks of sender and receiver may be apart, and how old a message may be.
TOLERANCE_SECONDS = 300


class WebhookRefused(Exception):
    """Not from chspay, changed on its way, or too old; answer 401 and do nothing."""


def verify_webhook(
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float | None = None,
    tolerance: float = TOLERANCE_SECONDS,
) -> dict[str, Any]:
    """The event in a request: ``id``, ``event``, ``at``, ``data``.

    :param secret: what was given when the webhook was registered.
    :param body: the bytes as received, before any JSON library had them.
    :raises WebhookRefused: the signature does not hold, or the time is too far away.
    """
    told = {name.lower(): value for name, value in headers.items()}
    event_id, stamp, signature = (told.get(name, "") for name in (ID, TIME, SIGNATURE))
    content = f"{event_id}.{stamp}.".encode() + body
    expected = "v1=" + hmac.new(secret.encode(), content, "sm3").hexdigest()
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise WebhookRefused("signature")
    moment = time.time() if now is None else now
    if not (stamp.isascii() and stamp.isdigit()) or abs(moment - int(stamp)) > tolerance:
        raise WebhookRefused("timestamp")
    found = json.loads(body)
    if not isinstance(found, dict) or found.get("id") != event_id:
        raise WebhookRefused("body")
    return found
