"""What the rulebook process is told from outside."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

import chspay_policy
from chspay_kit.settings import ServiceSettings


class RulebookSettings(ServiceSettings):
    """Settings of the rulebook: those of every service, and where the law lies.

    ``CHSPAY_POLICY_ROOT`` names another policy folder than the one shipped. ``CHSPAY_SCHEME_DIGESTS`` is
    JSON, scheme id to SM3: the schemes a policy names are sealed into its bundle with these digests.
    """

    listen: str = "127.0.0.1:50052"
    policy_root: Path = chspay_policy.ROOT
    scheme_digests: dict[str, str] = Field(default_factory=dict)
