"""What the grouper process is told from outside."""

from __future__ import annotations

from pathlib import Path

from pydantic import PositiveInt

import chspay_policy
from chspay_grouper.engine.life import trusted_keys
from chspay_kit.settings import ServiceSettings


class GrouperSettings(ServiceSettings):
    """Settings of the grouper: those of every service, and where the shipped schemes lie.

    ``CHSPAY_SCHEME_ROOT`` names another folder of schemes (one folder each: six CSV tables and a
    ``manifest.json``) than the one shipped.

    ``CHSPAY_SCHEME_KEYS_FILE`` names the list of SM2 public keys whose signatures count, one a line; without
    it no record of a life is taken.

    ``CHSPAY_UPLOAD_DAYS`` is how long the cases and answers of stored runs are kept; without it they stay.
    """

    listen: str = "127.0.0.1:50051"
    scheme_root: Path = chspay_policy.ROOT / "schemes"
    scheme_keys_file: Path | None = None
    upload_days: PositiveInt | None = None

    def scheme_keys(self) -> frozenset[str]:
        """The public keys whose signatures count; none without a list."""
        path = self.scheme_keys_file
        return frozenset() if path is None else trusted_keys(path.read_text(encoding="utf-8"))
