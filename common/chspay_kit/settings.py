"""What a process is told from outside: one class, environment variables ``CHSPAY_*``, nothing else.

Only ``main.py`` of a service, the gateway and the CLI read settings; everything below gets values.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from chspay_core.errors import Fault, Kind, Reason

SETTING_MISSING = Reason(
    "SETTING_MISSING", Kind.PRECONDITION, "缺少设置“{field}”，请设置环境变量{field}后重新启动。"
)
SECRET_UNREADABLE = Reason(
    "SECRET_UNREADABLE", Kind.PRECONDITION, "无法读取密钥文件{value}（设置{field}），请检查路径和权限。"
)
SECRET_TOO_SHORT = Reason(
    "SECRET_TOO_SHORT", Kind.PRECONDITION, "设置“{field}”的密钥过短，至少需要16个字节。"
)

_SHORTEST_SECRET = 16


class ServiceSettings(BaseSettings):
    """Settings every service shares; a service adds its own fields in a subclass.

    A secret is given as text or, better, as a file (a mounted Kubernetes secret); the file wins.
    """

    model_config = SettingsConfigDict(env_prefix="CHSPAY_", extra="ignore", frozen=True)

    home: Path = Path(".chspay")
    listen: str = "127.0.0.1:50051"
    database_url: SecretStr | None = None
    database_min: int = 2
    database_max: int = 10
    claim_key: SecretStr | None = None
    claim_key_file: Path | None = None
    otlp_endpoint: str | None = None
    log_level: str = "info"
    drain_seconds: int = 20
    grouper_target: str = "127.0.0.1:50051"
    rulebook_target: str = "127.0.0.1:50052"
    budget_target: str = "127.0.0.1:50053"
    settlement_target: str = "127.0.0.1:50054"
    capitation_target: str = "127.0.0.1:50055"
    perdiem_target: str = "127.0.0.1:50056"
    dispute_target: str = "127.0.0.1:50057"

    def claim_secret(self) -> bytes:
        """The key that signs and verifies claims; at least 16 bytes, or a :class:`Fault`."""
        return secret(self.claim_key_file, self.claim_key, "CHSPAY_CLAIM_KEY")

    def database(self) -> str:
        """The PostgreSQL URL of this service's own role; a :class:`Fault` when none is set."""
        if self.database_url is None:
            raise Fault(SETTING_MISSING, field="CHSPAY_DATABASE_URL")
        return self.database_url.get_secret_value()


def secret(file: Path | None, text: SecretStr | None, field: str) -> bytes:
    """Bytes of a secret from its file, else from its text; blanks and line ends around it are cut.

    :raises Fault: none given, the file cannot be read, or fewer than 16 bytes.
    """
    if file is not None:
        try:
            key = file.read_bytes().strip()
        except OSError as error:
            raise Fault(SECRET_UNREADABLE, field=f"{field}_FILE", value=file) from error
    elif text is not None:
        key = text.get_secret_value().strip().encode()
    else:
        raise Fault(SETTING_MISSING, field=field)
    if len(key) < _SHORTEST_SECRET:
        raise Fault(SECRET_TOO_SHORT, field=field)
    return key
