"""OAuth2 client credentials (RFC 6749, 4.4): an API key's id and secret for a token of a quarter of an hour.

The token names the key, what it may do and its end, with a MAC over them; nothing is stored. A key that is
revoked takes its tokens along within the time keys are remembered.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote_plus

from chspay_kit import smcrypto

MARK = "ca_"
LIVES_SECONDS = 900
SCOPES = ("read", "write")
_LONGEST = 4000


class TokenRefused(Exception):
    """A refusal as RFC 6749, 5.2, writes it."""

    def __init__(self, error: str, text: str) -> None:
        self.error = error
        self.text = text
        super().__init__(error)


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed request for a token: the key it shows and the scopes it wants."""

    key_id: str
    secret: str
    scopes: tuple[str, ...]


def asked(headers: Mapping[str, str], body: bytes) -> Asked:
    """The request in headers and form.

    :raises TokenRefused: malformed, another grant, or scopes nobody has.
    """
    if len(body) > _LONGEST:
        raise TokenRefused("invalid_request", "请求内容过长。")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise TokenRefused("invalid_request", "请求内容应为application/x-www-form-urlencoded。")
    form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    if any(len(values) > 1 for values in form.values()):
        raise TokenRefused("invalid_request", "同一参数不能出现两次。")
    given = {name: values[0] for name, values in form.items()}
    basic = _basic(headers)
    if basic is not None and "client_secret" in given:
        raise TokenRefused("invalid_request", "客户端身份只用一种方式提供。")
    client = basic or (given.get("client_id", ""), given.get("client_secret", ""))
    if not all(client):
        raise TokenRefused("invalid_client", "缺少客户端编号或密钥。")
    if given.get("grant_type") != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "只支持client_credentials。")
    wanted = tuple(given.get("scope", "").split()) or SCOPES
    if not set(wanted) <= set(SCOPES):
        raise TokenRefused("invalid_scope", "scope只能是read、write。")
    return Asked(client[0], client[1], tuple(scope for scope in SCOPES if scope in {*wanted, "read"}))


def new_token(key_id: str, scopes: tuple[str, ...], key: bytes, now: float) -> str:
    """A token for the owner of an API key."""
    content = f"{int(now) + LIVES_SECONDS}.{key_id}.{' '.join(scopes)}".encode()
    return MARK + ".".join(
        base64.urlsafe_b64encode(part).decode().rstrip("=")
        for part in (content, smcrypto.hmac_sm3(key, content))
    )


def read_token(token: str, key: bytes, now: float) -> tuple[str, tuple[str, ...]] | None:
    """The API key and the scopes of a token; ``None`` when it is not ours or has ended."""
    content, _, mac = token.removeprefix(MARK).partition(".")
    try:
        plain, tag = _decoded(content), _decoded(mac)
        if not smcrypto.same(tag, smcrypto.hmac_sm3(key, plain)):
            return None
        end, key_id, scopes = plain.decode().split(".")
        return (key_id, tuple(scopes.split())) if int(end) > now else None
    except (binascii.Error, ValueError):
        return None


def _basic(headers: Mapping[str, str]) -> tuple[str, str] | None:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, colon, secret = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    # RFC 6749, 2.3.1: both are form-encoded before they are joined.
    return (unquote_plus(client), unquote_plus(secret)) if colon else None


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
