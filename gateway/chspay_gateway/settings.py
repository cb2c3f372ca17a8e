"""What the gateway is told from outside, all as ``CHSPAY_*``."""

from __future__ import annotations

from chspay_kit.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """Settings of the gateway.

    :param listen: address of the HTTP server.
    :param call_seconds: how long one ordinary request may take.
    :param import_seconds: how long a bulk import may take.
    :param import_bytes: the largest file of a bulk import.
    """

    listen: str = "127.0.0.1:8080"
    database_max: int = 8
    call_seconds: float = 10.0
    import_seconds: float = 1800.0
    import_bytes: int = 1024 * 1024 * 1024
