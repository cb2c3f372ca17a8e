"""What the budget process is told from outside."""

from __future__ import annotations

from chspay_kit.settings import ServiceSettings


class BudgetSettings(ServiceSettings):
    """Settings of budget: those of every service."""

    listen: str = "127.0.0.1:50053"
