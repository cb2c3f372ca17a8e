"""Keys of personal data: sealing identities, deriving person keys, fingerprinting lists.

The file holds one secret, or one ``version:secret`` a line. New identities are sealed with the highest
version, old ones open with theirs. Person keys and fingerprints always come from the lowest version: they
must stay the same over the years.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

from chspay_core.case import Case
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import smcrypto

IDENTITY_KEYS_BAD = Reason(
    "IDENTITY_KEYS_BAD",
    Kind.PRECONDITION,
    "身份信息密钥文件第{value}行写法有误，应为“版本号:密钥”（版本号1至65535，密钥至少16个字符）。",
)

_SHORTEST = 16
_LAST_VERSION = 65_535


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the insured is, as it came in; exists in clear only while a list is taken in."""

    person_no: str = ""
    name: str = ""
    certificate_type: str = ""
    certificate_no: str = ""

    def given(self) -> bool:
        """Whether anything is known at all."""
        return bool(self.person_no or self.name or self.certificate_type or self.certificate_no)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys in use; made by :func:`read_keys`."""

    newest: int
    seals: dict[int, bytes] = field(repr=False)
    person: bytes = field(repr=False)
    body: bytes = field(repr=False)

    def person_key(self, person_no: str) -> str:
        """The pseudonym of a person number."""
        return smcrypto.person_key(self.person, person_no)

    def seal_identity(self, identity: Identity, list_id: str) -> bytes:
        """The identity, encrypted for this list and no other."""
        content = orjson.dumps(_plain(identity))
        return smcrypto.seal(self.newest, self.seals[self.newest], content, f"identity/{list_id}".encode())

    def open_identity(self, sealed: bytes, list_id: str) -> Identity:
        """The identity sealed for this list; a :class:`Fault` when it was changed or moved."""
        content = smcrypto.open_sealed(self.seals, sealed, f"identity/{list_id}".encode())
        return Identity(*orjson.loads(content))

    def seal_source(self, source: bytes, list_id: str) -> bytes:
        """The message as received, encrypted: it holds names."""
        return smcrypto.seal(self.newest, self.seals[self.newest], source, f"source/{list_id}".encode())

    def open_source(self, sealed: bytes, list_id: str) -> bytes:
        """The message sealed for this list."""
        return smcrypto.open_sealed(self.seals, sealed, f"source/{list_id}".encode())

    def fingerprint(self, case: Case, identity: Identity) -> bytes:
        """Equal for two lists exactly when case and identity are equal.

        Keyed, because a plain digest of an identity number can be found by trying all numbers.
        """
        fields = [getattr(case, name) for name in _CASE_FIELDS]
        return smcrypto.hmac_sm3(self.body, orjson.dumps([fields, _plain(identity)]))


_CASE_FIELDS = tuple(Case.__dataclass_fields__)


def _plain(identity: Identity) -> list[str]:
    return [identity.person_no, identity.name, identity.certificate_type, identity.certificate_no]


def read_keys(content: bytes) -> Keyring:
    """The keyring in the content of a key file.

    :raises Fault: IDENTITY_KEYS_BAD with the number of the line.
    """
    secrets: dict[int, bytes] = {}
    for number, raw in enumerate(content.strip().splitlines(), start=1):
        line = raw.strip()
        head, colon, tail = line.partition(b":")
        version = int(head) if colon and head.isdigit() else 0 if colon else 1
        secret = tail if colon else line
        if not 1 <= version <= _LAST_VERSION or len(secret) < _SHORTEST or version in secrets:
            raise Fault(IDENTITY_KEYS_BAD, value=number)
        secrets[version] = secret
    if not secrets:
        raise Fault(IDENTITY_KEYS_BAD, value=1)
    oldest = secrets[min(secrets)]
    return Keyring(
        newest=max(secrets),
        seals={
            version: smcrypto.hmac_sm3(secret, b"identity")[: smcrypto.SM4_BLOCK]
            for version, secret in secrets.items()
        },
        person=smcrypto.hmac_sm3(oldest, b"person"),
        body=smcrypto.hmac_sm3(oldest, b"body"),
    )
