"""The state folder (``CHSPAY_HOME``, default ``.chspay``) and the secrets generated in it.

Secrets are files of mode 0600 in a folder of mode 0700, made once and read ever after; nothing else on
the machine needs to know them, and none is ever printed or logged.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from chspay_core.errors import Fault, Kind, Reason

HOME_UNUSABLE = Reason(
    "HOME_UNUSABLE",
    Kind.PRECONDITION,
    "状态目录 {value} 不能使用（{why}）；请用 CHSPAY_HOME 指定一个可写的目录",
)
SECRET_DIFFERS = Reason(
    "SECRET_DIFFERS",
    Kind.CONFLICT,
    "状态目录 {home} 里已有另一个密钥“{value}”；密钥从不覆盖，请换一个新的状态目录",
)
CLAIM_KEY = "claim-key"
"""Signs the claims passed between services."""
IDENTITY_KEY = "identity-key"
"""Encrypts names and identity numbers; losing it loses them."""
#: Names of secrets; a draft begins with a dot.
_NAME = re.compile(r"[0-9A-Za-z_-]+\Z", re.ASCII)


def default_home() -> Path:
    """``$CHSPAY_HOME``, or ``.chspay`` in the working directory."""
    return Path(os.environ.get("CHSPAY_HOME") or ".chspay").absolute()


class Home:
    """A state folder; creates itself on first use.

    :param path: the folder. Its parents' permissions are never touched.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def folder(self, name: str, mode: int = 0o755) -> Path:
        """A folder inside the home, created with ``mode`` when it is not there."""
        path = self.path / name
        try:
            path.mkdir(mode=mode, parents=True, exist_ok=True)
        except OSError as error:
            raise Fault(HOME_UNUSABLE, value=self.path, why=error.strerror or error) from error
        return path

    def secret_file(self, name: str) -> Path:
        """The file of secret ``name`` (64 hex digits), generated on first use.

        Written beside and linked into place, so that two processes starting together agree on one value.
        """
        path = self.folder("secrets", 0o700) / name
        if not path.exists():
            self._make(path, secrets.token_hex(32))
        return path

    def secret(self, name: str) -> str:
        """The value of secret ``name``."""
        return self.secret_file(name).read_text().strip()

    def all_secrets(self) -> dict[str, str]:
        """Every secret of the home, by name."""
        folder = self.folder("secrets", 0o700)
        return {path.name: path.read_text().strip() for path in folder.iterdir() if _NAME.match(path.name)}

    def put_secrets(self, found: Mapping[str, str]) -> None:
        """Takes over secrets of another home.

        :raises Fault: SECRET_DIFFERS; a secret that is there is never replaced.
        """
        folder = self.folder("secrets", 0o700)
        for name, value in sorted(found.items()):
            path = folder / name
            if not path.exists():
                self._make(path, value)
            if path.read_text().strip() != value:
                raise Fault(SECRET_DIFFERS, home=self.path, value=name)

    @staticmethod
    def _make(path: Path, value: str) -> None:
        """A secret's file, unless another process was faster."""
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(value)
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
