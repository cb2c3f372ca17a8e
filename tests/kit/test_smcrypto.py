"""SM3 and SM4 against published vectors; sealed identities against every kind of tampering."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_kit import smcrypto as sm

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
OTHER = bytes(16)


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_digests_of_gbt_32905(text: bytes, digest: str) -> None:
    """A wrong digest would break every fingerprint; both examples are of GB/T 32905-2016 annex A."""
    assert sm.sm3(text).hex() == digest


def test_hmac_sm3_gives_the_published_mac() -> None:
    """Claims and person keys stand on this MAC; the example is of GM/T 0042-2015 annex D."""
    key = bytes(range(1, 33))
    data = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    assert (
        sm.hmac_sm3(key, data * 2).hex() == "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"
    )


def test_sm4_gives_the_block_of_gbt_32907() -> None:
    """Provincial platforms must read what we encrypt; the example is of GB/T 32907-2016 annex A."""
    assert sm.sm4_ecb_encrypt(KEY, KEY)[:16].hex() == "681edf34d206965e86b3e94f536e4246"
    assert sm.sm4_ecb_decrypt(KEY, sm.sm4_ecb_encrypt(KEY, KEY)) == KEY


def test_sm4_gcm_gives_the_vector_of_rfc_8998() -> None:
    """Stored identities must be readable by any other SM4-GCM; the example is RFC 8998 appendix A.1."""
    nonce = bytes.fromhex("00001234567800000000abcd")
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = b"".join(bytes([byte]) * 8 for byte in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    sealed = sm.sm4_gcm_encrypt(KEY, nonce, plain, aad)
    assert sealed[:-16].hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert sealed[-16:].hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert sm.sm4_gcm_decrypt(KEY, nonce, sealed, aad) == plain


def test_the_platform_vectors_of_the_handbook_hold(shared: Path) -> None:
    """The gateway will speak to real platforms in these forms; the facts were computed independently."""
    facts = json.loads((shared / "handbook/platform/signature_test_vectors.json").read_text("utf-8"))
    assert sm.sm3(b"abc").hex() == facts["sm3"]["abc"]
    block = facts["sm4_ecb_standard"]
    sealed = sm.sm4_ecb_encrypt(bytes.fromhex(block["key_hex"]), bytes.fromhex(block["plain_hex"]))
    assert sealed[:16].hex() == block["cipher_hex"]
    text = facts["sm4_ecb_pkcs7_base64"]
    sealed = sm.sm4_ecb_encrypt(text["key_text"].encode(), text["plain_text"].encode())
    assert base64.b64encode(sealed).decode() == text["cipher_base64"]


@given(st.binary(max_size=200), st.binary(min_size=16, max_size=16))
def test_ecb_and_cbc_return_what_went_in(data: bytes, iv: bytes) -> None:
    """Padding errors show at block borders; both modes must return any length unchanged."""
    assert sm.sm4_ecb_decrypt(KEY, sm.sm4_ecb_encrypt(KEY, data)) == data
    assert sm.sm4_cbc_decrypt(KEY, iv, sm.sm4_cbc_encrypt(KEY, iv, data)) == data


@pytest.mark.parametrize("broken", [b"", b"x", bytes(16), bytes(17)])
def test_a_broken_cipher_text_is_refused(broken: bytes) -> None:
    """Garbage of a peer must end in our one Chinese error, not in a stack trace."""
    for call in (
        lambda: sm.sm4_ecb_decrypt(KEY, broken),
        lambda: sm.sm4_gcm_decrypt(KEY, bytes(12), broken),
    ):
        with pytest.raises(Fault) as caught:
            call()
        assert caught.value.reason is sm.DECRYPT_FAILED


def test_a_key_of_wrong_length_is_named() -> None:
    """A 32-character hex text used as key is the usual mistake; the message says both lengths."""
    with pytest.raises(Fault) as caught:
        sm.sm4_ecb_encrypt(b"0" * 32, b"")
    assert caught.value.reason is sm.SM4_KEY_BAD
    assert "32" in caught.value.message


@given(st.binary(max_size=300), st.integers(1, 65535), st.binary(max_size=40))
def test_a_sealed_identity_opens_only_as_it_was_sealed(plain: bytes, version: int, aad: bytes) -> None:
    """Identities lie in the database for years: any changed byte, row or key must be noticed."""
    blob = sm.seal(version, KEY, plain, aad)
    assert sm.sealed_version(blob) == version
    assert sm.open_sealed({version: KEY}, blob, aad) == plain
    for i in range(0, len(blob), 7):
        changed = blob[:i] + bytes([blob[i] ^ 1]) + blob[i + 1 :]
        with pytest.raises(Fault):
            sm.open_sealed({version: KEY, version ^ 1: KEY, version ^ 256: KEY}, changed, aad)
    for keys, other_aad in (({version: OTHER}, aad), ({version: KEY}, aad + b"x")):
        with pytest.raises(Fault) as caught:
            sm.open_sealed(keys, blob, other_aad)
        assert caught.value.reason is sm.DECRYPT_FAILED


def test_a_retired_key_is_asked_for_by_version() -> None:
    """After a key change an operator must learn which key is missing, not that data is corrupt."""
    with pytest.raises(Fault) as caught:
        sm.open_sealed({2: KEY}, sm.seal(1, KEY, b"x", b""), b"")
    assert caught.value.reason is sm.SEAL_KEY_UNKNOWN
    assert "1" in caught.value.message


def test_sealing_twice_gives_two_texts() -> None:
    """Equal identities must not look equal in the database."""
    assert sm.seal(1, KEY, b"x", b"") != sm.seal(1, KEY, b"x", b"")


def test_the_person_key_depends_on_number_and_secret() -> None:
    """Readmission rules join by this key; it must be stable, and useless without the secret."""
    key = sm.person_key(b"secret-of-this-installation", "33010000001")
    assert key == sm.person_key(b"secret-of-this-installation", "33010000001")
    assert len(key) == 64
    assert key != sm.person_key(b"secret-of-this-installation", "33010000002")
    assert key != sm.person_key(b"secret-of-another-place.....", "33010000001")
