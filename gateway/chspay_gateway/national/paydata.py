"""``encData`` / ``signData``: the form of e-certificates and mobile payment.

The canonical text is ``k=v&`` for every top-level member in the order of ASCII, without ``signData``,
``encData``, ``extra`` and members that say nothing, nested JSON with its keys sorted, and at the end
``key=<appSecret>``. The SM4 key is the first 16 characters of the upper-case hex of
SM4-ECB(appId[0:16], appSecret); ``encData`` is upper-case hex.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

import orjson

from chspay_core.errors import Fault
from chspay_gateway.national.wire import CIPHER_BAD
from chspay_kit import smcrypto
from chspay_kit.sm2 import DEFAULT_USER_ID, Sm2Key

_LEFT_OUT = frozenset({"signData", "encData", "extra"})


def canonical(members: Mapping[str, object], app_secret: str) -> bytes:
    """The text that is signed."""
    parts = []
    for name in sorted(members):
        text = _written(members[name])
        if name not in _LEFT_OUT and text:
            parts.append(f"{name}={text}&")
    return ("".join(parts) + f"key={app_secret}").encode()


def data_key(app_id: str, app_secret: str) -> bytes:
    """The SM4 key of ``encData``."""
    sealed = smcrypto.sm4_ecb_encrypt(app_id[: smcrypto.SM4_BLOCK].encode(), app_secret.encode())
    return sealed.hex().upper()[: smcrypto.SM4_BLOCK].encode()


def encrypt(app_id: str, app_secret: str, data: bytes) -> str:
    """``encData`` of a text."""
    return smcrypto.sm4_ecb_encrypt(data_key(app_id, app_secret), data).hex().upper()


def decrypt(app_id: str, app_secret: str, enc_data: str) -> bytes:
    """The text of ``encData``.

    :raises Fault: FSI_CIPHER_BAD, DECRYPT_FAILED.
    """
    try:
        sealed = bytes.fromhex(enc_data)
    except ValueError as error:
        raise Fault(CIPHER_BAD, field="encData") from error
    return smcrypto.sm4_ecb_decrypt(data_key(app_id, app_secret), sealed)


def sign(
    members: Mapping[str, object], app_secret: str, key: Sm2Key, user_id: bytes = DEFAULT_USER_ID
) -> str:
    """``signData``: Base64 of the SM2 signature, r‖s."""
    return base64.b64encode(key.sign_raw(canonical(members, app_secret), user_id)).decode()


def holds(
    members: Mapping[str, object], app_secret: str, key: Sm2Key, user_id: bytes = DEFAULT_USER_ID
) -> bool:
    """Whether the ``signData`` among the members is of these members; r‖s or DER."""
    try:
        signature = base64.b64decode(str(members.get("signData", "")), validate=True)
    except (binascii.Error, ValueError):
        return False
    text = canonical(members, app_secret)
    return key.verify_raw(signature, text, user_id) or key.verify(signature, text, user_id)


def _written(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
