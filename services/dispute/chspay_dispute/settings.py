"""What the dispute process is told from outside."""

from __future__ import annotations

from pathlib import Path

from chspay_kit.settings import ServiceSettings


class DisputeSettings(ServiceSettings):
    """Settings of dispute: those of every service, and where later holiday arrangements are read from."""

    listen: str = "127.0.0.1:50057"
    #: A file in the form of ``policy/chspay_policy/dispute/calendar.yaml`` that takes its place, for years
    #: published after this release.
    dispute_calendar: Path | None = None
