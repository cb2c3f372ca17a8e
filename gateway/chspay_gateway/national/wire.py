"""Signatures and ciphers on the message itself: what came in is checked over its own bytes.

* SM2 (SM3withSM2): Base64 in ``cainfo``, 64 bytes r‖s or DER; the user id is agreed per partner.
* SM3: hex digest of the text of ``input`` in ``cainfo``.
* SM4: ``input`` and ``output`` as Base64 of SM4/ECB/PKCS#7 — the mode is the wire's, never storage's.

A signature is over the text of ``input`` before it was encrypted. When ``input`` is JSON text inside of
JSON, clients sign the inner text or the quoted one; both are tried.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import date

from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope.answer import Style
from chspay_gateway.envelope.message import ENCRYPTED, Received
from chspay_gateway.national import signatures
from chspay_gateway.national.partners import NO_KEY_TODAY, Partner, Partners
from chspay_gateway.national.profiles import Profile
from chspay_kit import smcrypto
from chspay_kit.sm2 import RAW_BYTES

UNSIGNED = Reason("FSI_UNSIGNED", Kind.INVALID, "报文缺少数字签名（cainfo），请按{value}签名后重发。")
SIGNATURE_WRONG = Reason(
    "FSI_SIGNATURE_WRONG", Kind.INVALID, "报文签名与input不符，请核对签名原文、{value}密钥和用户标识。"
)
NOT_ENCRYPTED = Reason("FSI_NOT_ENCRYPTED", Kind.INVALID, "本接口要求{value}加密报文，收到的是明文。")
CIPHER_BAD = Reason(
    "FSI_CIPHER_BAD", Kind.INVALID, "报文的input不能用约定的SM4密钥解开，请核对密钥和编码（Base64）。"
)

_SIGNED_AS = {"SM2", "SM3"}


def style_of(profile: Profile) -> Style:
    """How answers of a profile look."""
    return Style(
        number=profile.infcode == "number",
        success_text=profile.success_text,
        extra=dict(profile.extra_members),
        longest=profile.longest_text,
    )


class PartnerWire:
    """One message of a partner, and its answer.

    :param day: the legal day, for which keys hold.
    """

    def __init__(self, partner: Partner, partners: Partners, day: date) -> None:
        self._partner = partner
        self._partners = partners
        self._day = day
        self._cipher: bytes | None = None

    def open(self, received: Received) -> object:
        """The content of ``input``, opened and verified."""
        profile = self._partner.profile
        told = received.envelope.text("enc_type").upper()
        inner = received.input_text()
        sealed = inner is not None and not inner.lstrip().startswith("{")
        if told not in {"", "SM4"} or (told and profile.encryption == "none"):
            raise Fault(ENCRYPTED, field="enc_type", value=told)
        if profile.encryption == "SM4" and sealed and inner is not None:
            plain = self._decrypted(inner)
            candidates = [plain]
            content: object = _text(plain)
        else:
            if profile.encryption_required:
                raise Fault(NOT_ENCRYPTED, field="input", value=profile.encryption)
            candidates = [received.input_bytes()]
            if inner is not None:
                candidates.append(inner.encode("utf-8", "replace"))
            content = received.envelope.raw("input")
        self._verify(received, candidates)
        return content

    def style(self) -> Style:
        """How the answer looks: signed with our key, encrypted when the message was."""
        style = style_of(self._partner.profile)
        return Style(style.number, style.success_text, style.extra, style.longest, self._dress())

    def _decrypted(self, text: str) -> bytes:
        try:
            sealed = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise Fault(CIPHER_BAD, field="input") from error
        for key in self._sm4_keys():
            plain = _opened(key, sealed)
            if plain is not None:
                self._cipher = key
                return plain
        raise Fault(CIPHER_BAD, field="input")

    def _sm4_keys(self) -> list[bytes]:
        keys = self._partner.sm4_keys(self._day)
        if not keys:
            raise Fault(NO_KEY_TODAY, field="input", value=self._partner.partner_id, what="SM4")
        return keys

    def _verify(self, received: Received, candidates: list[bytes]) -> None:
        profile = self._partner.profile
        given = received.envelope.text("cainfo")
        kind = received.envelope.text("signtype").upper()
        if profile.signature == "none":
            return
        if not given or (kind not in _SIGNED_AS and not profile.signature_required):
            if profile.signature_required:
                raise Fault(UNSIGNED, field="cainfo", value=profile.signature)
            return
        if kind and kind != profile.signature:
            raise Fault(SIGNATURE_WRONG, field="signtype", value=profile.signature)
        check = self._sm2_holds if profile.signature == "SM2" else _sm3_holds
        if not any(check(given, candidate) for candidate in candidates):
            raise Fault(SIGNATURE_WRONG, field="cainfo", value=profile.signature)

    def _sm2_holds(self, given: str, content: bytes) -> bool:
        try:
            signature = base64.b64decode("".join(given.split()), validate=True)
        except (binascii.Error, ValueError):
            return False
        form, user_id = self._partner.profile.signature_form, self._partner.signs_as()
        keys = self._partner.sm2_keys(self._day)
        if not keys:
            raise Fault(NO_KEY_TODAY, field="cainfo", value=self._partner.partner_id, what="SM2")
        for key in keys:
            if form != "der" and len(signature) == RAW_BYTES and key.verify_raw(signature, content, user_id):
                return True
            if form != "raw" and key.verify(signature, content, user_id):
                return True
        return False

    def _dress(self) -> Callable[[bytes], dict[str, object]]:
        profile = self._partner.profile
        signing = self._partners.signing_key(self._day) if profile.signature == "SM2" else None
        cipher, user_id = self._cipher, self._partner.signs_as()
        # Fixed before the work is done: a missing key must not surprise after the list was stored.

        def dress(output: bytes) -> dict[str, object]:
            members: dict[str, object] = {}
            if signing is not None:
                if profile.signature_form == "der":
                    signature = signing.sign(output, user_id)
                else:
                    signature = signing.sign_raw(output, user_id)
                members |= {"cainfo": base64.b64encode(signature).decode(), "signtype": "SM2"}
            if cipher is not None:
                sealed = smcrypto.sm4_ecb_encrypt(cipher, output)
                members |= {"output": base64.b64encode(sealed).decode(), "enc_type": "SM4"}
            return members

        return dress


def _opened(key: bytes, sealed: bytes) -> bytes | None:
    """The plain JSON text; ``None`` when the key does not fit."""
    try:
        plain = smcrypto.sm4_ecb_decrypt(key, sealed)
    except Fault:
        return None
    # A wrong key passes the padding once in 256 times; JSON starts with a brace.
    return plain if plain.lstrip()[:1] == b"{" else None


def _text(plain: bytes) -> str:
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return plain.decode("gb18030", "replace")


def _sm3_holds(given: str, content: bytes) -> bool:
    return signatures.same_hex(given, smcrypto.sm3(content).hex())
