"""OAuth2 as provinces use it: the password grant with HTTP Basic, then a bearer token for an hour.

The token carries the partner and its end, and a MAC over both; nothing is stored.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import date
from urllib.parse import parse_qs

from chspay_gateway.national import signatures
from chspay_gateway.national.partners import Partner, Partners, in_force
from chspay_gateway.national.profiles import Transport
from chspay_kit import smcrypto

LIVES_SECONDS = 3600
_MARK = "ot_"
_LONGEST = 10_000


class TokenRefused(Exception):
    """A refusal as RFC 6749 writes it."""

    def __init__(self, error: str, text: str) -> None:
        self.error = error
        self.text = text
        super().__init__(error)

    def members(self) -> dict[str, str]:
        """The JSON members of the refusal."""
        return {"error": self.error, "error_description": self.text}


def token_in(headers: Mapping[str, str]) -> str:
    """Our OAuth2 token in the headers; empty when there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.startswith(_MARK) else ""


def new_token(partner_id: str, key: bytes, now: float) -> str:
    """A token for a partner, good for an hour."""
    content = f"{int(now) + LIVES_SECONDS}.{partner_id}".encode()
    return _MARK + ".".join(
        base64.urlsafe_b64encode(part).decode().rstrip("=")
        for part in (content, smcrypto.hmac_sm3(key, content))
    )


def read_token(token: str, key: bytes, now: float) -> str:
    """The partner a token was given to; empty when it is not ours or has ended."""
    content, _, mac = token.removeprefix(_MARK).partition(".")
    try:
        plain, tag = _decoded(content), _decoded(mac)
        end, _, partner_id = plain.decode().partition(".")
        alive = int(end) > now
    except (binascii.Error, ValueError):
        return ""
    return partner_id if alive and smcrypto.same(tag, smcrypto.hmac_sm3(key, plain)) else ""


def grant(
    headers: Mapping[str, str], body: bytes, partners: Partners, key: bytes, now: float, day: date
) -> dict[str, object]:
    """The answer to a request for a token.

    :raises TokenRefused: the client, the grant or the password is not accepted.
    """
    if len(body) > _LONGEST:
        raise TokenRefused("invalid_request", "请求内容过长。")
    client = _basic(headers)
    form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    partner = partners.by_id.get(client[0]) if client else None
    if client is None or partner is None or partner.profile.transport is not Transport.OAUTH2:
        raise TokenRefused("invalid_client", "客户端编号或密钥不对。")
    if not _accepted(partner, "client", client[1], day):
        raise TokenRefused("invalid_client", "客户端编号或密钥不对。")
    kind = form.get("grant_type", "")
    if kind not in {"password", "client_credentials"}:
        raise TokenRefused("unsupported_grant_type", "只支持password和client_credentials。")
    if kind == "password" and not _accepted(partner, form.get("username", ""), form.get("password", ""), day):
        raise TokenRefused("invalid_grant", "用户名或密码不对。")
    return {
        "access_token": new_token(partner.partner_id, key, now),
        "token_type": "bearer",
        "expires_in": LIVES_SECONDS,
        "scope": "all",
    }


def _accepted(partner: Partner, name: str, secret: str, day: date) -> bool:
    """Whether a secret named ``name`` (or ``name/…`` while it is changed) of the day is this one."""
    return any(
        signatures.same(secret, known.value)
        for known in in_force(partner.secrets, day)
        if known.key_id.partition("/")[0] == name
    )


def _basic(headers: Mapping[str, str]) -> tuple[str, str] | None:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, colon, secret = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (client, secret) if colon else None


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
