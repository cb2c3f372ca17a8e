"""What the capitation process is told from outside."""

from __future__ import annotations

from chspay_kit.settings import ServiceSettings


class CapitationSettings(ServiceSettings):
    """Settings of capitation: those of every service."""

    listen: str = "127.0.0.1:50055"
