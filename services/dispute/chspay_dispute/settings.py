"""What the dispute process is told from outside."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from chspay_kit.settings import ServiceSettings, secret
from chspay_kit.sm2 import ORDER, Sm2Key
from chspay_kit.smcrypto import hmac_sm3


class DisputeSettings(ServiceSettings):
    """Settings of dispute: those of every service, and where later holiday arrangements are read from."""

    listen: str = "127.0.0.1:50057"
    #: A file in the form of ``policy/chspay_policy/dispute/calendar.yaml`` that takes its place, for years
    #: published after this release.
    dispute_calendar: Path | None = None
    #: Signs the heads of the public register; without it a key derived from the claim key does.
    register_key: SecretStr | None = None
    register_key_file: Path | None = None

    def register_signer(self) -> Sm2Key:
        """The SM2 key of the public register.

        :raises Fault: SM2_UNAVAILABLE, SM2_KEY_BAD, SETTING_MISSING, SECRET_UNREADABLE.
        """
        if self.register_key is None and self.register_key_file is None:
            drawn = hmac_sm3(self.claim_secret(), b"register signing key")
            return Sm2Key.from_private_hex(f"{int.from_bytes(drawn, 'big') % (ORDER - 2) + 1:064x}")
        given = secret(self.register_key_file, self.register_key, "CHSPAY_REGISTER_KEY").decode()
        return Sm2Key.from_pem(given) if "BEGIN" in given else Sm2Key.from_private_hex(given)
