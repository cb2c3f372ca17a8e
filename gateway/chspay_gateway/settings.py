"""What the gateway is told from outside, all as ``CHSPAY_*``."""

from __future__ import annotations

from pathlib import Path

from chspay_kit.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """Settings of the gateway.

    :param listen: address of the HTTP server.
    :param trusted_proxies: addresses or networks, comma between, whose ``X-Forwarded-*`` is believed.
    :param call_seconds: how long one ordinary request may take.
    :param import_seconds: how long a bulk import may take.
    :param import_bytes: the largest file of a bulk import.
    :param gateway_profile: the province profile of callers whose headers say nothing else.
    :param partners_file: who speaks which profile with which secrets; read again when it changes.
    :param answer_keys_file: seals kept answers that name persons, one ``version:secret`` a line; without
        it a key derived from the claim key does.
    :param client_rate: requests a second one key or account may make in the long run (0: no limit), and
        ``client_burst`` at once; each gateway process counts for itself.
    :param sign_in_rate: attempts to sign in or to get a token a second from one address, and
        ``sign_in_burst`` at once.
    :param idle_minutes: a session nobody uses ends after this long; ``session_hours`` in any case.
    :param oidc_issuer: address of the identity provider; empty for none.
    :param oidc_redirect: the page the browser comes back to (the portal's ``/sign-in/oidc``).
    :param webhook_loopback: test mode of webhooks: receivers on this very machine, over http.
    :param oidc_claim: the member of its ID token that accounts are found by.
    """

    trusted_proxies: str = ""
    listen: str = "127.0.0.1:8080"
    database_max: int = 8
    call_seconds: float = 10.0
    import_seconds: float = 1800.0
    import_bytes: int = 1024 * 1024 * 1024
    gateway_profile: str = "baseline"
    partners_file: Path | None = None
    answer_keys_file: Path | None = None
    client_rate: float = 2000.0
    client_burst: float = 4000.0
    sign_in_rate: float = 2.0
    sign_in_burst: float = 60.0
    idle_minutes: int = 30
    session_hours: int = 8
    webhook_loopback: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    oidc_redirect: str = ""
    oidc_claim: str = "sub"
    oidc_scopes: str = "openid"
