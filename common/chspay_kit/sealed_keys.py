"""The secrets of a home sealed with a passphrase, so that they can lie beside a backup."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.smcrypto import sm4_gcm_decrypt, sm4_gcm_encrypt

FORMAT = "chspay-keys/1"
SHORTEST = 12
PASSPHRASE_SHORT = Reason(
    "PASSPHRASE_SHORT", Kind.INVALID, "口令至少{value}个字符；它是恢复密钥的唯一办法，请妥善保管"
)
PASSPHRASE_WRONG = Reason("PASSPHRASE_WRONG", Kind.DENIED, "口令不对，或密钥文件被改动过，不能取出密钥")
KEYS_BROKEN = Reason("KEYS_BROKEN", Kind.INVALID, "密钥文件无法识别（{problem}）")
#: Memory-hard on purpose: 128 · r · n bytes = 64 MiB for each guess.
_COST = {"n": 1 << 16, "r": 8, "p": 1}


def seal_keys(keys: Mapping[str, str], passphrase: str) -> bytes:
    """The keys as a JSON file that only the passphrase opens (scrypt, SM4-GCM).

    :raises Fault: PASSPHRASE_SHORT.
    """
    if len(passphrase) < SHORTEST:
        raise Fault(PASSPHRASE_SHORT, field="passphrase", value=SHORTEST)
    salt, nonce = os.urandom(16), os.urandom(12)
    plain = json.dumps(dict(keys), sort_keys=True).encode()
    sealed = sm4_gcm_encrypt(_key(passphrase, salt, _COST), nonce, plain, FORMAT.encode())
    content = {
        "format": FORMAT,
        "kdf": "scrypt",
        **_COST,
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "sealed": sealed.hex(),
    }
    return json.dumps(content, indent=1).encode()


def open_keys(content: bytes, passphrase: str) -> dict[str, str]:
    """The keys in a sealed file.

    :raises Fault: KEYS_BROKEN, PASSPHRASE_WRONG.
    """
    try:
        data = json.loads(content)
        if data["format"] != FORMAT or data["kdf"] != "scrypt":
            raise ValueError(data["format"])
        cost = {name: int(data[name]) for name in _COST}
        salt, nonce, sealed = (bytes.fromhex(data[name]) for name in ("salt", "nonce", "sealed"))
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(KEYS_BROKEN, problem=str(error)) from error
    if cost != _COST:
        raise Fault(KEYS_BROKEN, problem="scrypt")
    try:
        plain = sm4_gcm_decrypt(_key(passphrase, salt, cost), nonce, sealed, FORMAT.encode())
    except Fault as fault:
        raise Fault(PASSPHRASE_WRONG, field="passphrase") from fault
    keys: dict[str, str] = json.loads(plain)
    return keys


def _key(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, dklen=16, maxmem=1 << 28, **cost)
