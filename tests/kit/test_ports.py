"""Ports of servers that start a moment after they were chosen."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from chspay_kit import ports


def test_a_free_port_is_none_an_outgoing_connection_could_take(monkeypatch, tmp_path: Path) -> None:
    # A stack chose a port, and a client's connection took it before the server listened.
    known = tmp_path / "range"
    known.write_text("20000\t60999\n")
    monkeypatch.setattr(ports, "_OUTGOING_RANGE", known)
    found = {ports.free_port() for _ in range(50)}
    assert len(found) > 40
    assert all(10_000 <= port < 20_000 and ports.is_free(port) for port in found)


@pytest.mark.parametrize("text", ["", "nonsense", None])
def test_an_unreadable_range_is_the_usual_one(monkeypatch, tmp_path: Path, text: str | None) -> None:
    # Not every system tells its range; a port must be found all the same.
    known = tmp_path / "range"
    if text is not None:
        known.write_text(text)
    monkeypatch.setattr(ports, "_OUTGOING_RANGE", known)
    assert 10_000 <= ports.free_port() < 32_768


def test_a_port_somebody_listens_on_is_not_free() -> None:
    # The demo moves to other ports when its own are taken.
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        assert not ports.is_free(listener.getsockname()[1])
