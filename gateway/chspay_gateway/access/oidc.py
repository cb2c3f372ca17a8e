"""Signing in with the identity provider of an organisation: OpenID Connect, code flow with PKCE.

The provider is found by its issuer (discovery); its answer is believed when the ID token is signed by a key
of the provider, for us, for this sign-in (nonce) and not over.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import logs

log = logs.get_logger(__name__)

PROVIDER_AWAY = Reason(
    "OIDC_PROVIDER_AWAY", Kind.UNAVAILABLE, "统一身份平台暂时不可用，请稍后重试，或用登录名和密码登录。"
)
PROVIDER_BAD = Reason(
    "OIDC_PROVIDER_BAD", Kind.PRECONDITION, "统一身份平台的配置或答复不符合要求（{why}），请联系管理员。"
)
IDENTITY_REFUSED = Reason(
    "OIDC_REFUSED", Kind.UNAUTHENTICATED, "统一身份平台没有确认这次登录（{why}），请重新登录。"
)
#: Signatures that are believed; never ``none``, never one made with a shared secret.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_KEEP_SECONDS = 3600.0
_KEYS_AGAIN_SECONDS = 60.0
_LEEWAY = 60
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """What we are to the provider.

    :param issuer: its address, exactly as in its tokens.
    :param secret: empty for a public client, which proves itself by PKCE alone.
    :param redirect: the page of ours the browser comes back to.
    :param claim: the member of the ID token that accounts are found by.
    """

    issuer: str
    client_id: str
    redirect: str
    secret: str = field(default="", repr=False)
    claim: str = "sub"
    scopes: str = "openid"


@dataclass(frozen=True, slots=True)
class _Known:
    """What a provider told of itself, and when."""

    told: Mapping[str, Any]
    at: float


class Provider:
    """One identity provider.

    :param http: asks it; follows no redirects.
    :param clock: Unix seconds, for tests.
    """

    def __init__(
        self, settings: OidcSettings, http: httpx.AsyncClient, clock: Callable[[], float] = time.time
    ) -> None:
        if not _safe(settings.issuer):
            raise Fault(PROVIDER_BAD, why="issuer: https")
        self._settings = settings
        self._http = http
        self._clock = clock
        self._known: _Known | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._lock = asyncio.Lock()

    async def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent to sign in."""
        told = await self._discovered()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect,
            "scope": self._settings.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        at = told["authorization_endpoint"]
        return f"{at}{'&' if urlsplit(at).query else '?'}{urlencode(asked)}"

    async def identity(self, code: str, nonce: str, verifier: str) -> str:
        """Who came back with this code, in the provider's word (:attr:`OidcSettings.claim`).

        :raises Fault: OIDC_REFUSED, OIDC_PROVIDER_BAD, OIDC_PROVIDER_AWAY.
        """
        told = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect,
            "client_id": self._settings.client_id,
            "code_verifier": verifier,
        }
        basic: httpx.BasicAuth | None = None
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self._settings.secret and "client_secret_basic" in methods:
            basic = httpx.BasicAuth(self._settings.client_id, self._settings.secret)
        elif self._settings.secret:
            form["client_secret"] = self._settings.secret
        answer = await self._ask("POST", told["token_endpoint"], data=form, auth=basic)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Fault(IDENTITY_REFUSED, why=str(answer.get("error", "id_token"))[:40])
        return await self._verified(token, nonce)

    async def _verified(self, token: str, nonce: str) -> str:
        try:
            read = await self._decoded(token)
            required = jwt.JWTClaimsRegistry(
                now=lambda: int(self._clock()),
                leeway=_LEEWAY,
                iss={"essential": True, "value": self._settings.issuer},
                aud={"essential": True, "value": self._settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            required.validate(read)
        except (JoseError, ValueError) as error:
            raise Fault(IDENTITY_REFUSED, why=type(error).__name__) from error
        several = isinstance(read.get("aud"), list) and len(read["aud"]) > 1
        if (several or "azp" in read) and read.get("azp") != self._settings.client_id:
            raise Fault(IDENTITY_REFUSED, why="azp")
        found = read.get(self._settings.claim)
        if self._settings.claim == "email" and read.get("email_verified") is not True:
            raise Fault(IDENTITY_REFUSED, why="email_verified")
        if not isinstance(found, str) or not found:
            raise Fault(PROVIDER_BAD, why=self._settings.claim)
        return found

    async def _decoded(self, token: str) -> dict[str, Any]:
        """The token's content under a key of the provider; keys are fetched again when one is unknown."""
        keys = await self._keyset()
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            again = await self._keyset(again=True)
            if again is keys:
                raise
            return jwt.decode(token, again, algorithms=ALGORITHMS).claims

    async def _keyset(self, *, again: bool = False) -> KeySet:
        async with self._lock:
            held, now = self._keys, self._clock()
            if held is not None and now - held[1] < (_KEYS_AGAIN_SECONDS if again else _KEEP_SECONDS):
                return held[0]
        told = await self._discovered()
        answer = await self._ask("GET", told["jwks_uri"])
        try:
            # A symmetric key in a public document would let anybody sign.
            public = [key for key in answer["keys"] if key.get("kty") in {"RSA", "EC", "OKP"}]
            keys = KeySet.import_key_set({"keys": public})
        except (JoseError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise Fault(PROVIDER_BAD, why="jwks") from error
        self._keys = (keys, self._clock())
        return keys

    async def _discovered(self) -> Mapping[str, Any]:
        if self._known is not None and self._clock() - self._known.at < _KEEP_SECONDS:
            return self._known.told
        issuer = self._settings.issuer
        told = await self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != issuer:
            raise Fault(PROVIDER_BAD, why="issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(told.get(name), str) or not _safe(told[name]):
                raise Fault(PROVIDER_BAD, why=name)
        self._known = _Known(told, self._clock())
        return told

    async def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, url, timeout=_TIMEOUT, **more)
            content = answer.json()
        except httpx.HTTPError as error:
            log.info("access.provider_away", error_type=type(error).__name__)
            raise Fault(PROVIDER_AWAY) from error
        except ValueError as error:
            raise Fault(PROVIDER_BAD, why="JSON") from error
        if answer.status_code >= 500:
            raise Fault(PROVIDER_AWAY)
        if not isinstance(content, dict):
            raise Fault(PROVIDER_BAD, why="JSON")
        return content


def _safe(url: str) -> bool:
    """Whether an address is encrypted on its way, or does not leave this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    )
