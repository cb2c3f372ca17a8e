"""Answers that name persons: sealed with the newest key, opened with the one that sealed, for good."""

from __future__ import annotations

import pytest

from chspay_core.errors import Fault
from chspay_gateway.national.sealing import answer_keys
from chspay_gateway.settings import GatewaySettings
from chspay_kit import smcrypto

CLAIM_KEY = b"a claim key for tests only"


def test_keys_turn_without_anything_getting_lost(tmp_path):
    """A key that is in doubt must be replaceable the same day, and last year's answers still asked for."""
    file = tmp_path / "answer-keys"
    settings = GatewaySettings(answer_keys_file=file)
    file.write_text("1:the first secret of all\n")
    old = answer_keys(settings, CLAIM_KEY).seal("张三".encode(), "answer/1")
    file.write_text("1:the first secret of all\n2:another secret, later\n")
    both = answer_keys(settings, CLAIM_KEY)
    new = both.seal("李四".encode(), "answer/2")
    assert (smcrypto.sealed_version(old), smcrypto.sealed_version(new)) == (1, 2)
    assert both.open(old, "answer/1").decode() == "张三"
    assert both.open(new, "answer/2").decode() == "李四"
    assert "张三".encode() not in old
    for sealed, name in ((old, "answer/2"), (old[:-1] + b"x", "answer/1")):
        with pytest.raises(Fault):
            both.open(sealed, name)
    file.write_text("2:another secret, later\n")
    with pytest.raises(Fault):
        answer_keys(settings, CLAIM_KEY).open(old, "answer/1")


@pytest.mark.parametrize(
    "bad",
    ["", "short", "1:too short", "0:long enough for a secret", "1:long enough, one\n1:long enough, two"],
)
def test_a_broken_key_file_stops_the_start(tmp_path, bad):
    """Sealing with a key nobody meant would lose the answers."""
    file = tmp_path / "answer-keys"
    file.write_text(bad)
    with pytest.raises(Fault) as caught:
        answer_keys(GatewaySettings(answer_keys_file=file), CLAIM_KEY)
    assert caught.value.reason.code == "ANSWER_KEYS_BAD"
