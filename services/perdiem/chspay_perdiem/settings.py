"""What the per-diem process is told from outside."""

from __future__ import annotations

from chspay_kit.settings import ServiceSettings


class PerdiemSettings(ServiceSettings):
    """Settings of per-diem: those of every service."""

    listen: str = "127.0.0.1:50056"
