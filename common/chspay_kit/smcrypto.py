"""National cryptography: SM3 digests and MACs, SM4 ciphers, sealed identities. SM2 is in ``sm2``.

SM3 is GB/T 32905, SM4 is GB/T 32907, SM4-GCM as in RFC 8998. The work is done by ``cryptography``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes, hmac, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from chspay_core.errors import Fault, Kind, Reason

SM4_KEY_BAD = Reason("SM4_KEY_BAD", Kind.INVALID, "SM4密钥应为16字节，收到{value}字节。")
DECRYPT_FAILED = Reason("DECRYPT_FAILED", Kind.INVALID, "解密失败：密钥不符或密文已被改动。")
SEAL_KEY_UNKNOWN = Reason(
    "SEAL_KEY_UNKNOWN", Kind.PRECONDITION, "找不到第{value}版身份信息密钥，请联系管理员恢复该密钥。"
)

SM4_BLOCK = 16
NONCE_BYTES = 12
TAG_BYTES = 16
_SEAL_HEAD = 1 + 2  # format byte, key version
_SEAL_FORMAT = 1
_SM4_BITS = 128


def sm3(data: bytes) -> bytes:
    """SM3 of ``data``, 32 bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """HMAC (RFC 2104) with SM3, 32 bytes."""
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(data)
    return mac.finalize()


def same(left: bytes, right: bytes) -> bool:
    """Equality of secrets in constant time."""
    return constant_time.bytes_eq(left, right)


def person_key(secret: bytes, person_no: str) -> str:
    """The pseudonym of an insured person 人员编号: HMAC-SM3, 64 lower-case hex digits.

    The same number gives the same key within one installation and cannot be guessed without ``secret``.
    """
    return hmac_sm3(secret, person_no.encode()).hex()


def _sm4(key: bytes) -> algorithms.SM4:
    if len(key) != SM4_BLOCK:
        raise Fault(SM4_KEY_BAD, value=len(key))
    return algorithms.SM4(key)


def sm4_gcm_encrypt(key: bytes, nonce: bytes, data: bytes, aad: bytes = b"") -> bytes:
    """SM4-GCM: cipher text followed by the 16-byte tag. A nonce must never repeat under one key."""
    cipher = Cipher(_sm4(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(aad)
    return cipher.update(data) + cipher.finalize() + cipher.tag


def sm4_gcm_decrypt(key: bytes, nonce: bytes, data: bytes, aad: bytes = b"") -> bytes:
    """The plain text of :func:`sm4_gcm_encrypt`; a changed byte or another key is a :class:`Fault`."""
    if len(data) < TAG_BYTES:
        raise Fault(DECRYPT_FAILED)
    body, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
    cipher = Cipher(_sm4(key), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(aad)
    try:
        return cipher.update(body) + cipher.finalize()
    except InvalidTag as error:
        raise Fault(DECRYPT_FAILED) from error


def sm4_ecb_encrypt(key: bytes, data: bytes) -> bytes:
    """SM4-ECB with PKCS#7 padding, as provincial platforms want it on the wire (never for storage)."""
    return _pad_and_run(Cipher(_sm4(key), modes.ECB()), data)  # noqa: S305 - the peer dictates the mode


def sm4_ecb_decrypt(key: bytes, data: bytes) -> bytes:
    """The plain text of :func:`sm4_ecb_encrypt`; wrong padding is a :class:`Fault`."""
    return _run_and_unpad(Cipher(_sm4(key), modes.ECB()), data)  # noqa: S305 - the peer dictates the mode


def sm4_cbc_encrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    """SM4-CBC with PKCS#7 padding."""
    return _pad_and_run(Cipher(_sm4(key), modes.CBC(iv)), data)


def sm4_cbc_decrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    """The plain text of :func:`sm4_cbc_encrypt`; wrong padding is a :class:`Fault`."""
    return _run_and_unpad(Cipher(_sm4(key), modes.CBC(iv)), data)


def _pad_and_run(cipher: Cipher[modes.ECB] | Cipher[modes.CBC], data: bytes) -> bytes:
    padder = padding.PKCS7(_SM4_BITS).padder()
    encryptor = cipher.encryptor()
    return encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()


def _run_and_unpad(cipher: Cipher[modes.ECB] | Cipher[modes.CBC], data: bytes) -> bytes:
    decryptor, unpadder = cipher.decryptor(), padding.PKCS7(_SM4_BITS).unpadder()
    try:
        return unpadder.update(decryptor.update(data) + decryptor.finalize()) + unpadder.finalize()
    except ValueError as error:
        raise Fault(DECRYPT_FAILED) from error


def seal(key_version: int, key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Encrypts an identity for storage: format byte, key version (2 bytes), nonce, SM4-GCM, tag.

    :param key_version: 1 to 65535; told in the clear so that keys can be replaced one by one.
    :param aad: what the identity belongs to (e.g. the list id); opening needs the same bytes, so a
        sealed identity cannot be moved to another row.
    """
    head = bytes([_SEAL_FORMAT]) + key_version.to_bytes(2, "big")
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + sm4_gcm_encrypt(key, nonce, plaintext, head + aad)


def open_sealed(keys: Mapping[int, bytes], blob: bytes, aad: bytes) -> bytes:
    """The identity sealed by :func:`seal`.

    :raises Fault: the key version is unknown, the blob was changed, or ``aad`` differs.
    """
    version = sealed_version(blob)
    if version not in keys:
        raise Fault(SEAL_KEY_UNKNOWN, value=version)
    head, nonce = blob[:_SEAL_HEAD], blob[_SEAL_HEAD : _SEAL_HEAD + NONCE_BYTES]
    return sm4_gcm_decrypt(keys[version], nonce, blob[_SEAL_HEAD + NONCE_BYTES :], head + aad)


def sealed_version(blob: bytes) -> int:
    """The key version a sealed identity names, so that old ones can be found and sealed anew."""
    if len(blob) < _SEAL_HEAD + NONCE_BYTES + TAG_BYTES or blob[0] != _SEAL_FORMAT:
        raise Fault(DECRYPT_FAILED)
    return int.from_bytes(blob[1:_SEAL_HEAD], "big")
