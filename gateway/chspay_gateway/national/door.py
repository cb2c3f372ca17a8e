"""The door of the national paths: who sent this, told by headers before the message is looked at.

A refusal here has the shape of the transport (no ``infcode``): clients know these bodies and words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson
from fastapi import Response

from chspay_gateway import store_door
from chspay_gateway.national import oauth, signatures
from chspay_gateway.national.partners import Partner, Partners, in_force
from chspay_gateway.national.profiles import Profile, Profiles, Transport, refusals
from chspay_gateway.national.times import legal_day
from chspay_gateway.store_door import Connecting
from chspay_kit import logs

log = logs.get_logger(__name__)
_NONCE_SECONDS = 600
#: How often nonces whose time is over are dropped.
_SWEEP_SECONDS = 60


class Refused(Exception):
    """Turned away at the door, in the shape of ``transport``."""

    def __init__(self, transport: Transport, wrong: str) -> None:
        self.transport = transport
        self.wrong = wrong
        super().__init__(wrong)

    def response(self) -> Response:
        """The body and status clients of this transport know."""
        members = dict(refusals()[self.transport.value][self.wrong])
        status = int(members.pop("status"))
        body = {name: int(value) if value.isdigit() else value for name, value in members.items()}
        return Response(orjson.dumps(body), status, media_type="application/json")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who the headers speak for; ``None`` when only the message or our own key can tell.

    :param named: the transaction the headers name (``_api_name``).
    :param nonce: counts once; :meth:`Door.once` is to be asked before the message is carried out.
    """

    partner: Partner | None
    named: str = ""
    nonce: str = ""


class Door:
    """Checks the headers of national messages.

    :param profiles: every profile.
    :param default: what a caller without any sign of its own is held to.
    :param partners: who speaks which profile; asked at each message, because keys change.
    :param token_key: signs OAuth2 tokens.
    :param clock: Unix seconds, for tests.
    """

    def __init__(
        self,
        profiles: Profiles,
        default: Profile,
        partners: Callable[[], Partners],
        token_key: bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.profiles = profiles
        self.default = default
        self.partners = partners
        self.token_key = token_key
        self._clock = clock
        self._sweep_at = 0.0
        self._prefixes = tuple(
            dict.fromkeys(
                prefix for profile in profiles.by_name.values() for prefix in profile.header_prefixes
            )
        )

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Who sent these headers.

        :raises Refused: the headers are wrong, or the profile in force needs some and has none.
        """
        for prefix in self._prefixes:
            if f"{prefix}paasid" in headers:
                return Caller(self._rio(headers, prefix), nonce=headers[f"{prefix}nonce"])
        if any(name in headers for name in (*signatures.CSB_NAMES, signatures.CSB_SIGNATURE)):
            return Caller(self._csb(headers), headers.get("_api_name", ""))
        token = oauth.token_in(headers)
        if token:
            return Caller(self._bearer(token))
        if self.default.transport in {Transport.RIO, Transport.CSB} and not _has_key(headers):
            raise Refused(self.default.transport, "missing")
        return Caller(None)

    async def once(self, store: Connecting, caller: Caller) -> None:
        """Takes the nonce of a caller, in the database: one header counts once at all processes together.

        :raises Refused: it was used within the last ten minutes.
        """
        if caller.partner is None or not caller.nonce:
            return
        now = self._clock()
        if now >= self._sweep_at:
            self._sweep_at = now + _SWEEP_SECONDS
            await store_door.forget_nonces(store, now)
        until = now + max(_NONCE_SECONDS, 2 * caller.partner.profile.past_seconds)
        if not await store_door.fresh(store, caller.partner.partner_id, caller.nonce, now, until):
            raise Refused(Transport.RIO, "nonce")

    def _rio(self, headers: Mapping[str, str], prefix: str) -> Partner:
        def refused(wrong: str) -> Refused:
            return Refused(Transport.RIO, wrong)

        given = {
            name: headers.get(prefix + name, "") for name in ("paasid", "timestamp", "nonce", "signature")
        }
        if not all(given.values()):
            raise refused("missing")
        partner = self._known(given["paasid"], Transport.RIO)
        if partner is None:
            raise refused("unknown")
        profile = partner.profile
        sent = signatures.seconds_of(given["timestamp"])
        if sent is None:
            raise refused("timestamp")
        if not self._in_window(sent, profile):
            raise refused("expired")
        if not profile.nonce_shortest <= len(given["nonce"]) <= profile.nonce_longest:
            raise refused("nonce")
        for secret in in_force(partner.secrets, legal_day(self._clock())):
            expected = signatures.rio(secret.value, given["timestamp"], given["nonce"])
            if signatures.same_hex(given["signature"], expected):
                return partner
        raise refused("signature")

    def _csb(self, headers: Mapping[str, str]) -> Partner:
        def refused(wrong: str) -> Refused:
            return Refused(Transport.CSB, wrong)

        given = {name: headers.get(name, "") for name in signatures.CSB_NAMES}
        signature = headers.get(signatures.CSB_SIGNATURE, "")
        if not all(given.values()) or not signature:
            raise refused("missing")
        partner = self._known(given["_api_access_key"], Transport.CSB)
        if partner is None:
            raise refused("unknown")
        sent = signatures.seconds_of(given["_api_timestamp"])
        if sent is None or not self._in_window(sent, partner.profile):
            raise refused("expired")
        for secret in in_force(partner.secrets, legal_day(self._clock())):
            if signatures.same(signature, signatures.csb(secret.value, given)):
                return partner
        raise refused("signature")

    def _bearer(self, token: str) -> Partner | None:
        partner_id = oauth.read_token(token, self.token_key, self._clock())
        partner = self._known(partner_id, Transport.OAUTH2) if partner_id else None
        if partner is None:
            raise oauth.TokenRefused("invalid_token", "令牌无效或已过期，请重新获取。")
        return partner

    def _known(self, partner_id: str, transport: Transport) -> Partner | None:
        partner = self.partners().by_id.get(partner_id)
        if partner is None or partner.profile.transport is not transport:
            log.info("gateway.partner_unknown", target=transport.value)
            return None
        return partner

    def _in_window(self, sent: float, profile: Profile) -> bool:
        now = self._clock()
        return now - profile.past_seconds <= sent <= now + profile.future_seconds


def _has_key(headers: Mapping[str, str]) -> bool:
    return bool(headers.get("authorization") or headers.get("x-api-key"))
