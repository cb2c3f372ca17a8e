"""What the rulebook process is told from outside."""

from __future__ import annotations

from pathlib import Path

import chspay_policy
from chspay_kit.settings import ServiceSettings


class RulebookSettings(ServiceSettings):
    """Settings of the rulebook: those of every service, and where the law lies.

    ``CHSPAY_POLICY_ROOT`` names another policy folder than the one shipped.
    """

    listen: str = "127.0.0.1:50052"
    policy_root: Path = chspay_policy.ROOT
