"""Settings: secrets from files, nothing guessed, nothing printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from chspay_core.errors import Fault
from chspay_kit import settings
from chspay_kit.settings import ServiceSettings


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLAIM_KEY", "CLAIM_KEY_FILE", "DATABASE_URL", "LISTEN", "OTLP_ENDPOINT"):
        monkeypatch.delenv(f"CHSPAY_{name}", raising=False)


def test_the_environment_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers are configured by environment only."""
    monkeypatch.setenv("CHSPAY_LISTEN", "0.0.0.0:50054")
    monkeypatch.setenv("CHSPAY_DATABASE_URL", "postgresql://u:geheim@h/d")
    told = ServiceSettings()
    assert told.listen == "0.0.0.0:50054"
    assert told.database() == "postgresql://u:geheim@h/d"
    assert "geheim" not in repr(told)
    assert told.otlp_endpoint is None


def test_a_file_wins_over_a_text(tmp_path: Path) -> None:
    """A mounted secret is the better place; its line end is not part of the key."""
    file = tmp_path / "key"
    file.write_text("0123456789abcdef\n")
    told = ServiceSettings(claim_key="another-key-given-as-text", claim_key_file=file)  # type: ignore[arg-type]
    assert told.claim_secret() == b"0123456789abcdef"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, settings.SETTING_MISSING),
        ({"claim_key": "short"}, settings.SECRET_TOO_SHORT),
        ({"claim_key_file": Path("/no/such/key")}, settings.SECRET_UNREADABLE),
    ],
)
def test_a_key_is_never_made_up(given: dict[str, object], reason: object) -> None:
    """A default key would let anybody sign claims."""
    with pytest.raises(Fault) as caught:
        ServiceSettings(**given).claim_secret()  # type: ignore[arg-type]
    assert caught.value.reason is reason
    assert "CHSPAY_CLAIM_KEY" in caught.value.message


def test_no_database_is_said_so() -> None:
    """A service without an address must not end in a connection to somewhere."""
    with pytest.raises(Fault) as caught:
        ServiceSettings().database()
    assert caught.value.field == "CHSPAY_DATABASE_URL"
