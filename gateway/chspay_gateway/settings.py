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
    :param webhook_loopback: test mode of webhooks: receivers on this very machine, over http.
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
    webhook_loopback: bool = False
