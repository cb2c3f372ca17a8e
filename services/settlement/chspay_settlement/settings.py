"""What the settlement process is told from outside."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from chspay_kit.settings import ServiceSettings, secret


class SettlementSettings(ServiceSettings):
    """Settings of settlement: those of every service, and the key that seals identities."""

    listen: str = "127.0.0.1:50054"
    identity_key: SecretStr | None = None
    identity_key_file: Path | None = None
    #: Signs the packages hospitals recompute from; without it a key derived from the identity keys does.
    package_key: SecretStr | None = None
    package_key_file: Path | None = None

    def identity_secret(self) -> bytes:
        """The identity keys, see :func:`chspay_settlement.app.intake.keys.read_keys`; never made up here."""
        return secret(self.identity_key_file, self.identity_key, "CHSPAY_IDENTITY_KEY")

    def package_secret(self) -> str:
        """The SM2 key packages are signed with, PEM or hex; empty when none is set."""
        if self.package_key is None and self.package_key_file is None:
            return ""
        return secret(self.package_key_file, self.package_key, "CHSPAY_PACKAGE_KEY").decode()
