"""SM2 through OpenSSL: the published example, an independent implementation, and hostile signatures."""

from __future__ import annotations

import pytest
from gmssl import sm2 as other
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_kit import sm2
from chspay_kit.sm2 import Sm2Key

PRIVATE = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
PUBLIC = (
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
SIGNATURE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)


@pytest.fixture(scope="module")
def key() -> Sm2Key:
    """The key of the published example."""
    return Sm2Key.from_private_hex(PRIVATE)


def test_the_example_of_the_standard_verifies(key: Sm2Key) -> None:
    """GB/T 32918.5-2017 annex A: the key pair and the signature of "message digest"."""
    assert key.public_hex() == PUBLIC
    assert Sm2Key.from_public_hex(PUBLIC).verify_raw(SIGNATURE, b"message digest")
    assert not key.verify_raw(SIGNATURE, b"message digest.")


@pytest.mark.parametrize("message", [b"", b"{}", b'{"data":{}}' * 500, "结算清单".encode()])
def test_we_and_an_independent_implementation_accept_each_other(key: Sm2Key, message: bytes) -> None:
    """Two implementations by different authors agree, so the binding passes the right things."""
    theirs = other.CryptSM2(private_key=PRIVATE, public_key=PUBLIC[2:])
    assert theirs.verify_with_sm3(key.sign_raw(message).hex(), message)
    assert key.verify_raw(bytes.fromhex(theirs.sign_with_sm3(message)), message)


def test_the_user_id_is_part_of_the_signature(key: Sm2Key) -> None:
    """The classic mismatch with a bureau: another user id must not verify, and must not crash."""
    signature = key.sign(b"x", b"ALICE123@YAHOO.COM")
    assert key.verify(signature, b"x", b"ALICE123@YAHOO.COM")
    assert not key.verify(signature, b"x")
    with pytest.raises(Fault) as caught:
        key.sign(b"x", b"i" * 8192)
    assert caught.value.reason is sm2.SM2_USER_ID_BAD


@pytest.mark.parametrize(
    "bad",
    [b"", b"0", bytes(64), b"\xff" * 64, SIGNATURE, b"0" * 70, b"0\x06\x02\x01\x00\x02\x01\x01",
     b"0\x06\x02\x01\x01\x02\x01\x01" + b"x"],
)  # fmt: skip
def test_a_malformed_signature_is_not_valid(key: Sm2Key, bad: bytes) -> None:
    """A forged or truncated signature is an answer (no), never an exception a caller could swallow."""
    assert key.verify(bad, b"message digest") is False
    assert key.verify_raw(bad[:63], b"message digest") is False


def test_a_zero_signature_is_not_valid(key: Sm2Key) -> None:
    """r = s = 0 has fooled implementations that skip the range check."""
    assert key.verify_raw(bytes(64), b"message digest") is False
    assert key.verify_raw(sm2.ORDER.to_bytes(32, "big") * 2, b"message digest") is False


@given(st.integers(1, sm2.ORDER - 1), st.integers(1, sm2.ORDER - 1))
def test_raw_and_der_are_the_same_signature(r: int, s: int) -> None:
    """Leading zeros and high bits are where r‖s and DER conversions go wrong."""
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert sm2.der_to_raw(sm2.raw_to_der(raw)) == raw


def test_keys_survive_every_form(key: Sm2Key) -> None:
    """Bureaus hand out hex, OpenSSL writes PEM; both must give the same key."""
    new = Sm2Key.generate()
    for copy in (Sm2Key.from_private_hex(new.private_hex()), Sm2Key.from_pem(new.private_pem())):
        assert copy.public_hex() == new.public_hex()
        assert copy.private_hex() == new.private_hex()
    for public in (
        Sm2Key.from_pem(new.public_pem()),
        Sm2Key.from_public_hex(new.public_hex()),
        Sm2Key.from_public_hex(new.public_hex()[2:].upper()),
    ):
        assert public.verify(new.sign(b"x"), b"x")
        assert not public.verify(key.sign(b"x"), b"x")


def test_a_public_key_does_not_sign() -> None:
    """Handing out a public key must never look like handing out a signing key."""
    public = Sm2Key.from_public_hex(PUBLIC)
    for call in (lambda: public.sign(b"x"), public.private_hex, public.private_pem):
        with pytest.raises(Fault) as caught:
            call()
        assert caught.value.reason is sm2.SM2_NO_PRIVATE


P256 = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYWnm/eplO9BFtXszMRQNl5UtCJ8h
R4dwK7oK3KyHwQbRHeNcsMOSMVM+RVyfX7RlAHXoHwTYcDqWgwHvhLYQjA==
-----END PUBLIC KEY-----
"""


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sm2Key.from_private_hex("xyz"),
        lambda: Sm2Key.from_private_hex("00" * 32),
        lambda: Sm2Key.from_private_hex("ff" * 32),
        lambda: Sm2Key.from_public_hex("04" + "11" * 64),
        lambda: Sm2Key.from_public_hex("04"),
        lambda: Sm2Key.from_pem("no key"),
        lambda: Sm2Key.from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
        lambda: Sm2Key.from_pem(P256),
    ],
)
def test_what_is_no_sm2_key_is_refused(make: object) -> None:
    """A point off the curve or a key of another curve must be refused when it is loaded."""
    with pytest.raises(Fault) as caught:
        make()  # type: ignore[operator]
    assert caught.value.reason is sm2.SM2_KEY_BAD
