"""What the portal is told from outside, all as ``CHSPAY_*``."""

from __future__ import annotations

from chspay_kit.settings import ServiceSettings


class PortalSettings(ServiceSettings):
    """Settings of the portal; it needs no database and no signing key.

    :param listen: address of the HTTP server.
    :param trusted_proxies: addresses or networks, comma between, whose ``X-Forwarded-*`` is believed.
    :param gateway_url: where the gateway answers, without a slash at the end.
    :param call_seconds: how long one question to the gateway may take.
    :param idle_minutes: a sign-in that nobody uses ends after this long.
    :param session_hours: a sign-in ends after this long in any case.
    :param oidc_sign_in: whether to offer the identity provider the gateway is told of.
    """

    trusted_proxies: str = ""
    listen: str = "127.0.0.1:8090"
    gateway_url: str = "http://127.0.0.1:8080"
    call_seconds: float = 15.0
    idle_minutes: int = 30
    session_hours: int = 8
    oidc_sign_in: bool = False
