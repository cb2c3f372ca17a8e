"""SM2 signatures (GB/T 32918.2, SM3withSM2) by the system's OpenSSL 3, bound thinly with ctypes.

Two things go wrong between insurance bureaus and hospitals: the user id (both sides must use the same;
the default is ``1234567812345678``) and the signature's form (DER, or 64 bytes r‖s). Both are explicit.
"""

from __future__ import annotations

import base64
import binascii
import ctypes
import functools
import re
import sys
import weakref
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_ubyte, c_ulong, c_void_p
from typing import Any

from chspay_core.errors import Fault, Kind, Reason

DEFAULT_USER_ID = b"1234567812345678"
RAW_BYTES = 64

SM2_UNAVAILABLE = Reason(
    "SM2_UNAVAILABLE", Kind.PRECONDITION, "本机没有支持SM2的OpenSSL 3（{value}），请安装后重试。"
)
SM2_KEY_BAD = Reason("SM2_KEY_BAD", Kind.INVALID, "SM2密钥无效，请核对格式（PEM或十六进制）。")
SM2_NO_PRIVATE = Reason("SM2_NO_PRIVATE", Kind.PRECONDITION, "该SM2密钥只有公钥，不能用来签名。")
SM2_FAILED = Reason("SM2_FAILED", Kind.INTERNAL, "SM2运算失败（{value}），请联系管理员。")
SM2_USER_ID_BAD = Reason("SM2_USER_ID_BAD", Kind.INVALID, "SM2用户标识最长8191字节，收到{value}字节。")
SIGNATURE_BAD = Reason(
    "SIGNATURE_BAD", Kind.PRECONDITION, "{value}的签名与内容或公钥不符，可能被改动，或不是该密钥所签。"
)

#: Order of the SM2 group (GB/T 32918.5).
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_SIZE = 32
_LONGEST_ID = 8191

# DER of AlgorithmIdentifier {ecPublicKey, sm2p256v1}, and what surrounds the bare key bytes.
_ALGORITHM = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")
_PUBLIC_HEAD = bytes.fromhex("3059") + _ALGORITHM + bytes.fromhex("034200")
_PRIVATE_HEAD = bytes.fromhex("3041020100") + _ALGORITHM + bytes.fromhex("042730250201010420")
_PEM = re.compile(r"-----BEGIN (?P<kind>[A-Z ]+)-----(?P<body>[0-9A-Za-z+/=\s]+)-----END (?P=kind)-----")

_NAMES = {"darwin": ["libcrypto.3.dylib"], "win32": ["libcrypto-3-x64.dll", "libcrypto-3.dll"]}


@functools.cache
def _crypto() -> Any:
    """The library, with the signatures of the dozen functions used; loaded at the first key."""
    tried = _NAMES.get(sys.platform, ["libcrypto.so.3"])
    for name in tried:
        try:
            library = ctypes.CDLL(name)
            break
        except OSError:
            continue
    else:
        raise Fault(SM2_UNAVAILABLE, value="、".join(tried))
    pointer, number = c_void_p, c_int
    for function, result, arguments in (
        ("EVP_PKEY_CTX_new_from_name", pointer, [pointer, c_char_p, c_char_p]),
        ("EVP_PKEY_CTX_new", pointer, [pointer, pointer]),
        ("EVP_PKEY_CTX_free", None, [pointer]),
        ("EVP_PKEY_CTX_set1_id", number, [pointer, c_char_p, c_int]),
        ("EVP_PKEY_keygen_init", number, [pointer]),
        ("EVP_PKEY_generate", number, [pointer, POINTER(pointer)]),
        ("EVP_PKEY_get_bn_param", number, [pointer, c_char_p, POINTER(pointer)]),
        ("EVP_PKEY_is_a", number, [pointer, c_char_p]),
        ("EVP_PKEY_free", None, [pointer]),
        ("BN_bn2binpad", number, [pointer, c_char_p, c_int]),
        ("BN_clear_free", None, [pointer]),
        ("d2i_AutoPrivateKey", pointer, [pointer, POINTER(c_char_p), c_ulong]),
        ("d2i_PUBKEY", pointer, [pointer, POINTER(c_char_p), c_ulong]),
        ("i2d_PUBKEY", number, [pointer, POINTER(POINTER(c_ubyte))]),
        ("EVP_MD_CTX_new", pointer, []),
        ("EVP_MD_CTX_free", None, [pointer]),
        ("EVP_MD_CTX_set_pkey_ctx", None, [pointer, pointer]),
        ("EVP_sm3", pointer, []),
        ("EVP_DigestSignInit", number, [pointer, pointer, pointer, pointer, pointer]),
        ("EVP_DigestSign", number, [pointer, c_char_p, POINTER(c_size_t), c_char_p, c_size_t]),
        ("EVP_DigestVerifyInit", number, [pointer, pointer, pointer, pointer, pointer]),
        ("EVP_DigestVerify", number, [pointer, c_char_p, c_size_t, c_char_p, c_size_t]),
        ("ERR_clear_error", None, []),
    ):
        bound = getattr(library, function)
        bound.restype, bound.argtypes = result, arguments
    return library


class Sm2Key:
    """An SM2 key, private or public only. Make one with the class methods."""

    def __init__(self, handle: int, *, private: bool) -> None:
        self._handle = handle
        self.private = private
        weakref.finalize(self, _crypto().EVP_PKEY_free, handle)

    @classmethod
    def generate(cls) -> Sm2Key:
        """A new private key."""
        crypto = _crypto()
        context = crypto.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
        if not context:
            raise Fault(SM2_UNAVAILABLE, value="SM2")
        handle = c_void_p()
        try:
            _need(crypto.EVP_PKEY_keygen_init(context), "keygen_init")
            _need(crypto.EVP_PKEY_generate(context, byref(handle)), "generate")
        finally:
            crypto.EVP_PKEY_CTX_free(context)
        return cls(_handle(handle.value), private=True)

    @classmethod
    def from_private_hex(cls, text: str) -> Sm2Key:
        """The private key given as 64 hex digits (32 bytes), as most bureaus hand it out."""
        scalar = _from_hex(text, _SIZE)
        if not 0 < int.from_bytes(scalar, "big") < ORDER - 1:
            raise Fault(SM2_KEY_BAD)
        return cls._parse(_PRIVATE_HEAD + scalar, private=True)

    @classmethod
    def from_public_hex(cls, text: str) -> Sm2Key:
        """The public key given as ``04`` + x + y (130 hex digits), or x + y alone (128)."""
        point = _from_hex(text.removeprefix("04") if len(text.strip()) == 4 * _SIZE + 2 else text, 2 * _SIZE)
        return cls._parse(_PUBLIC_HEAD + b"\x04" + point, private=False)

    @classmethod
    def from_pem(cls, text: str) -> Sm2Key:
        """The key in PEM: ``PRIVATE KEY`` (PKCS#8), ``EC PRIVATE KEY`` (SEC 1) or ``PUBLIC KEY``."""
        # An EC PARAMETERS block may stand before the key; it says nothing the key does not.
        for match in _PEM.finditer(text):
            kind = match["kind"]
            if kind in {"PRIVATE KEY", "EC PRIVATE KEY", "PUBLIC KEY"}:
                return cls._parse(_from_base64(match["body"]), private=kind != "PUBLIC KEY")
        raise Fault(SM2_KEY_BAD)

    @classmethod
    def _parse(cls, der: bytes, *, private: bool) -> Sm2Key:
        crypto = _crypto()
        start = c_char_p(der)
        parse = crypto.d2i_AutoPrivateKey if private else crypto.d2i_PUBKEY
        handle = parse(None, byref(start), len(der))
        crypto.ERR_clear_error()
        if not handle:
            raise Fault(SM2_KEY_BAD)
        key = cls(handle, private=private)
        if crypto.EVP_PKEY_is_a(handle, b"SM2") != 1:
            raise Fault(SM2_KEY_BAD)
        return key

    def public_hex(self) -> str:
        """The public key as ``04`` + x + y, lower-case hex."""
        return self._public_der()[-(2 * _SIZE + 1) :].hex()

    def private_hex(self) -> str:
        """The private key as 64 lower-case hex digits."""
        self._need_private()
        crypto, number = _crypto(), c_void_p()
        _need(crypto.EVP_PKEY_get_bn_param(self._handle, b"priv", byref(number)), "priv")
        scalar = ctypes.create_string_buffer(_SIZE)
        written = crypto.BN_bn2binpad(number, scalar, _SIZE)
        crypto.BN_clear_free(number)
        _need(int(written == _SIZE), "priv")
        return scalar.raw.hex()

    def public_pem(self) -> str:
        """The public key as PEM ``PUBLIC KEY``."""
        return _pem("PUBLIC KEY", self._public_der())

    def private_pem(self) -> str:
        """The private key as PEM ``PRIVATE KEY`` (PKCS#8, not encrypted)."""
        return _pem("PRIVATE KEY", _PRIVATE_HEAD + bytes.fromhex(self.private_hex()))

    def sign(self, data: bytes, user_id: bytes = DEFAULT_USER_ID) -> bytes:
        """The DER signature of ``data`` under ``user_id``; :func:`der_to_raw` gives r‖s."""
        self._need_private()
        crypto = _crypto()
        signature, size = ctypes.create_string_buffer(80), c_size_t(80)
        with _Digest(self._handle, user_id, crypto.EVP_DigestSignInit) as digest:
            _need(crypto.EVP_DigestSign(digest, signature, byref(size), data, len(data)), "sign")
        return signature.raw[: size.value]

    def sign_raw(self, data: bytes, user_id: bytes = DEFAULT_USER_ID) -> bytes:
        """The signature of ``data`` as 64 bytes r‖s."""
        return der_to_raw(self.sign(data, user_id))

    def verify(self, signature: bytes, data: bytes, user_id: bytes = DEFAULT_USER_ID) -> bool:
        """Whether the DER ``signature`` is of ``data``; a malformed signature is simply not valid."""
        if _numbers(signature) is None:
            return False
        crypto = _crypto()
        with _Digest(self._handle, user_id, crypto.EVP_DigestVerifyInit) as digest:
            answer = crypto.EVP_DigestVerify(digest, signature, len(signature), data, len(data))
        crypto.ERR_clear_error()
        if answer < 0:
            raise Fault(SM2_FAILED, value="verify")
        return bool(answer == 1)

    def verify_raw(self, signature: bytes, data: bytes, user_id: bytes = DEFAULT_USER_ID) -> bool:
        """Whether the 64-byte r‖s ``signature`` is of ``data``."""
        return len(signature) == RAW_BYTES and self.verify(raw_to_der(signature), data, user_id)

    def _public_der(self) -> bytes:
        crypto = _crypto()
        buffer = (c_ubyte * 128)()
        end = ctypes.cast(buffer, POINTER(c_ubyte))
        size = crypto.i2d_PUBKEY(self._handle, byref(end))
        _need(size, "public key")
        return bytes(buffer[:size])

    def _need_private(self) -> None:
        if not self.private:
            raise Fault(SM2_NO_PRIVATE)


def require_signature(public_hex: str, signature: bytes, data: bytes, what: str) -> None:
    """Refuse data that ``public_hex`` did not sign; ``what`` names it in the refusal.

    :param signature: 64 bytes r‖s under the default user id.
    :raises Fault: SIGNATURE_BAD, SM2_KEY_BAD.
    """
    if not Sm2Key.from_public_hex(public_hex).verify_raw(signature, data):
        raise Fault(SIGNATURE_BAD, field="signature", value=what)


class _Digest:
    """An OpenSSL digest context with the user id set, freed at the end."""

    def __init__(self, handle: int, user_id: bytes, begin: Any) -> None:
        if len(user_id) > _LONGEST_ID:
            raise Fault(SM2_USER_ID_BAD, value=len(user_id))
        self._handle, self._user_id, self._begin = handle, user_id, begin
        self._digest = self._context = None

    def __enter__(self) -> Any:
        crypto = _crypto()
        try:
            self._digest = crypto.EVP_MD_CTX_new()
            self._context = crypto.EVP_PKEY_CTX_new(self._handle, None)
            _need(int(bool(self._digest and self._context)), "context")
            _need(crypto.EVP_PKEY_CTX_set1_id(self._context, self._user_id, len(self._user_id)), "user id")
            crypto.EVP_MD_CTX_set_pkey_ctx(self._digest, self._context)
            _need(self._begin(self._digest, None, crypto.EVP_sm3(), None, self._handle), "digest")
        except BaseException:
            self.__exit__()
            raise
        return self._digest

    def __exit__(self, *_error: object) -> None:
        crypto = _crypto()
        crypto.EVP_MD_CTX_free(self._digest)
        crypto.EVP_PKEY_CTX_free(self._context)


def raw_to_der(signature: bytes) -> bytes:
    """r‖s (64 bytes) as a DER ``SEQUENCE`` of two integers."""
    if len(signature) != RAW_BYTES:
        raise Fault(SM2_FAILED, value=f"r‖s {len(signature)}")
    body = _integer(signature[:_SIZE]) + _integer(signature[_SIZE:])
    return bytes([0x30, len(body)]) + body


def der_to_raw(signature: bytes) -> bytes:
    """A DER signature as r‖s, 64 bytes."""
    numbers = _numbers(signature)
    if numbers is None:
        raise Fault(SM2_FAILED, value="DER")
    return b"".join(number.to_bytes(_SIZE, "big") for number in numbers)


def _integer(number: bytes) -> bytes:
    short = number.lstrip(b"\x00") or b"\x00"
    if short[0] & 0x80:
        short = b"\x00" + short
    return bytes([0x02, len(short)]) + short


def _numbers(der: bytes) -> tuple[int, int] | None:
    """r and s of a strictly encoded signature, both in 1 .. order - 1; else ``None``."""
    if len(der) < 8 or len(der) > 72 or der[0] != 0x30 or der[1] != len(der) - 2 or der[2] != 0x02:
        return None
    middle = 4 + der[3]
    if middle + 2 > len(der) or der[middle] != 0x02 or middle + 2 + der[middle + 1] != len(der):
        return None
    r, s = int.from_bytes(der[4:middle], "big"), int.from_bytes(der[middle + 2 :], "big")
    if not (0 < r < ORDER and 0 < s < ORDER):
        return None
    body = _integer(r.to_bytes(_SIZE, "big")) + _integer(s.to_bytes(_SIZE, "big"))
    return (r, s) if der[2:] == body else None


def _from_hex(text: str, size: int) -> bytes:
    try:
        raw = bytes.fromhex(text.strip())
    except ValueError as error:
        raise Fault(SM2_KEY_BAD) from error
    if len(raw) != size:
        raise Fault(SM2_KEY_BAD)
    return raw


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise Fault(SM2_KEY_BAD) from error


def _pem(kind: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


def _handle(value: int | None) -> int:
    if value is None:
        raise Fault(SM2_FAILED, value="handle")
    return value


def _need(answer: int, step: str) -> None:
    if answer <= 0:
        _crypto().ERR_clear_error()
        raise Fault(SM2_FAILED, value=step)
