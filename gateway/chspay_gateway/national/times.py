"""Legal time: China has one."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def legal_day(seconds: float) -> date:
    """The day in China at a moment of Unix time."""
    return datetime.fromtimestamp(seconds, SHANGHAI).date()
