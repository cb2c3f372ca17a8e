"""Keys that seal what the gateway keeps of persons: answers that name them, files on their way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.settings import GatewaySettings
from chspay_kit import smcrypto

ANSWER_KEYS_BAD = Reason(
    "ANSWER_KEYS_BAD",
    Kind.PRECONDITION,
    "答复密钥文件第{value}行写法有误，应为“版本号:密钥”（版本号1至65535，密钥至少16个字符）。",
)
_SHORTEST, _LAST_VERSION = 16, 65_535


@dataclass(frozen=True, slots=True)
class AnswerKeys:
    """Seals with the newest key, opens with the one that sealed."""

    keys: Mapping[int, bytes] = field(repr=False)

    def seal(self, content: bytes, name: str) -> bytes:
        """The content, readable only as what it is called."""
        newest = max(self.keys)
        return smcrypto.seal(newest, self.keys[newest], content, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes:
        """The content sealed under that name; a :class:`Fault` when it was changed or moved."""
        return smcrypto.open_sealed(self.keys, sealed, name.encode())


def answer_keys(settings: GatewaySettings, claim_key: bytes) -> AnswerKeys:
    """The keys in the file the process was told of, else one derived from the claim key.

    :raises Fault: ANSWER_KEYS_BAD with the number of the line.
    """
    if settings.answer_keys_file is None:
        return AnswerKeys({1: _key(claim_key)})
    found: dict[int, bytes] = {}
    try:
        lines = settings.answer_keys_file.read_bytes().strip().splitlines()
    except OSError as error:
        raise Fault(ANSWER_KEYS_BAD, value=0) from error
    for number, line in enumerate(lines, 1):
        head, _, secret = line.strip().partition(b":")
        version = int(head) if head.isdigit() else 0
        if not 1 <= version <= _LAST_VERSION or len(secret) < _SHORTEST or version in found:
            raise Fault(ANSWER_KEYS_BAD, value=number)
        found[version] = _key(secret)
    if not found:
        raise Fault(ANSWER_KEYS_BAD, value=1)
    return AnswerKeys(found)


def _key(secret: bytes) -> bytes:
    return smcrypto.hmac_sm3(secret, b"gateway answers")[: smcrypto.SM4_BLOCK]
