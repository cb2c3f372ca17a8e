"""What the grouper process is told from outside."""

from __future__ import annotations

from pathlib import Path

import chspay_policy
from chspay_kit.settings import ServiceSettings


class GrouperSettings(ServiceSettings):
    """Settings of the grouper: those of every service, and where the shipped schemes lie.

    ``CHSPAY_SCHEME_ROOT`` names another folder of schemes (one folder each: six CSV tables and a
    ``manifest.json``) than the one shipped.
    """

    listen: str = "127.0.0.1:50051"
    scheme_root: Path = chspay_policy.ROOT / "schemes"
